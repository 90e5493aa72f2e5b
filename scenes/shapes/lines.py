"""Segments and capsules."""

from __future__ import annotations

from ...shaders.calculus.expr import Expr
from ...shaders.calculus.rules import HUGE, within_
from ...shaders.calculus.vectors import (
    Scalar,
    Vec,
    abs,
    cross,
    dot,
    length,
    max,
    min,
    normalize,
    seam,
    where,
)
from ..functions import Point, Positive, primitive

__all__ = ["capsule", "direction", "segment", "segment_distance", "unsigned"]


def direction(span: Vec) -> Vec:
    """The unit vector along a span; of a point, which has no direction, any."""
    u = normalize(span)
    return Vec((where(dot(u, u) > 0.5, u.x, 1.0), u.y))


def unsigned(x: Scalar) -> Scalar:
    """|x|, for a distance that gets its sign back: it has no kink of its own then."""
    return within_(seam(x < 0.0, -x, x), 0.0, HUGE)  # as intervals have it of abs


def segment_distance(p: Vec, a: Vec, b: Vec) -> Scalar:
    """The distance from p to the segment a b.

    Beside the segment it is the distance to its line, which is exact in any precision; the length
    of the difference to the nearest point is not, close to the segment.
    """
    middle, span = 0.5 * (a + b), b - a
    u, d = direction(span), p - middle
    beyond = abs(dot(d, u)) - 0.5 * length(span)
    beside = abs(cross(u, d))
    return seam(beyond > 0.0, length(Vec((beyond, beside))), beside)


def _hull(a: Vec, b: Vec, radius: Expr | float = 0.0) -> tuple[Expr, Expr, Expr, Expr]:
    return (min(a.x, b.x) - radius, min(a.y, b.y) - radius,
            max(a.x, b.x) + radius, max(a.y, b.y) + radius)  # fmt: skip


@primitive("exact", _hull)
def segment(p: Vec, a: Point, b: Point) -> Scalar:
    """The distance to the segment from a to b: it has no interior, so it is for strokes."""
    return segment_distance(p, a, b)


@primitive("exact", _hull)
def capsule(p: Vec, a: Point, b: Point, radius: Positive) -> Scalar:
    """All points within radius of the segment from a to b."""
    return segment_distance(p, a, b) - radius
