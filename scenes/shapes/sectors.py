"""Arcs and pies: pieces of a circle and of a disc."""

from __future__ import annotations

import math

from ...shaders.calculus.vectors import (
    Scalar,
    Vec,
    abs,
    cos,
    cross,
    dot,
    length,
    max,
    min,
    seam,
    sin,
    where,
)
from ..functions import Number, Opening, Positive, primitive

__all__ = ["arc", "pie"]

WHOLE = math.tau - 2e-6
"""An opening above this is a whole turn: float32 cannot tell its two ends apart."""


def _bow(radius: Number, opening: Number) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    half = 0.5 * opening
    top = radius * where(half > 0.5 * math.pi, 1.0, sin(half))
    return radius * cos(half), -top, radius, top


def _wedge(radius: Number, opening: Number) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    left, bottom, right, top = _bow(radius, opening)
    return min(0.0, left), bottom, right, top


@primitive("exact", _bow)
def arc(p: Vec, radius: Positive, opening: Opening) -> Scalar:
    """The distance to a piece of a circle about the origin, centered on +x; opening up to 2 pi.

    Within its angle that to the circle, ||p| - radius|, elsewhere that to the nearer end.
    """
    half = 0.5 * opening
    q = Vec((p.x, abs(p.y)))
    side = Vec((cos(half), sin(half)))
    outside = (side.x * q.y > side.y * q.x) & (opening < WHOLE)
    return seam(outside, length(q - radius * side), abs(length(p) - radius))


@primitive("exact", _wedge)
def pie(p: Vec, radius: Positive, opening: Opening) -> Scalar:
    """A piece of a disc about the origin, centered on +x, of a full opening angle up to 2 pi.

    The greater of the distance to the circle and that to its straight side, negative inside; of a
    whole turn, a disc.
    """
    half = 0.5 * opening
    q = Vec((p.x, abs(p.y)))
    side = Vec((cos(half), sin(half)))
    beside = cross(side, q)
    along = dot(q, side)
    beyond = max(-along, along - radius)
    corner = where(beside < 0.0, -1.0, 1.0) * length(Vec((beyond, beside)))
    round_ = length(p) - radius
    straight = seam(beyond > 0.0, corner, beside)
    return max(round_, where(opening < WHOLE, straight, round_))
