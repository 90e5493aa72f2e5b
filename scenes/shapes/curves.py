"""Curves without interior: they fill nothing, and are for strokes."""

from __future__ import annotations

from ...shaders.calculus.expr import Expr, const
from ...shaders.calculus.roots import root
from ...shaders.calculus.vectors import (
    Scalar,
    Vec,
    abs,
    clamp,
    cross,
    dot,
    length,
    max,
    min,
    normalize,
    seam,
    sqrt,
    where,
)
from ..functions import Point, primitive

__all__ = ["bezier"]


def _hull(a: Vec, b: Vec, c: Vec) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """The box of both ends and of the points where the curve turns back along an axis."""
    ends = list(zip(a, b, c, strict=True))
    turns = []
    for u, v, w in ends:
        bend = const(0.0) + u - 2.0 * v + w
        t = clamp((u - v) / bend, 0.0, 1.0)
        turns.append(u + t * (2.0 * (v - u) + t * bend))
    (left, right), (bottom, top) = (
        (min(u, turn, w), max(u, turn, w)) for (u, _, w), turn in zip(ends, turns, strict=True)
    )
    return left, bottom, right, top


def _ahead(t: Expr, dx: Expr, dy: Expr, bx: Expr, by: Expr, kx: Expr, ky: Expr) -> Scalar:
    """How far the curve's point lies ahead of d, along its direction: rising where nearest."""
    b, k = Vec((bx, by)), Vec((kx, ky))
    return dot(t * (2.0 * b + t * k) - Vec((dx, dy)), b + t * k)


def _nearest(low: Expr, high: Expr, d: Vec, b: Vec, k: Vec) -> Scalar:
    """The distance from d to the curve's nearest point between two parameters.

    Between them the squared distance falls, then rises. Where the nearest point is no end, the
    distance is that to the tangent, whose gradient is a unit on the curve as well.
    """
    data = (*d, *b, *k)
    starts, ends = _ahead(low, *data) < 0.0, _ahead(high, *data) > 0.0
    t = where(starts, where(ends, root(_ahead, low, high, data, name="bezier_foot"), high), low)
    away = d - t * (2.0 * b + t * k)
    along = b + t * k
    straight = dot(along, along) > 1e-4 * dot(k, k)  # not where the curve turns on the spot
    return seam(starts & ends & straight, abs(cross(normalize(along), away)), length(away))


@primitive("exact", _hull, lipschitz=1.0)
def bezier(p: Vec, a: Point, b: Point, c: Point) -> Scalar:
    """The distance to the quadratic Bezier curve from a to c that b pulls towards itself.

    On (1 - t)^2 a + 2 t (1 - t) b + t^2 c the squared distance has a derivative of third degree.
    Outside of the two parameters where that one's own derivative is 0 it rises, so each side holds
    at most one nearest point, found as a root; the nearer one counts.
    """
    d, first, bend = p - a, b - a, a - 2.0 * b + c
    square, skew = dot(bend, bend), dot(bend, first)
    spread = skew * skew - square * (2.0 * dot(first, first) - dot(bend, d)) / 3.0
    twice = spread > 0.0
    reach = sqrt(spread)
    before = where(twice, clamp((-skew - reach) / square, 0.0, 1.0), 1.0)
    after = where(twice, clamp((reach - skew) / square, 0.0, 1.0), 0.0)
    early = _nearest(const(0.0), before, d, first, bend)
    return min(early, _nearest(after, const(1.0), d, first, bend))
