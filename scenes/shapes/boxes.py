"""Boxes and half-planes."""

from __future__ import annotations

from ...shaders.calculus.expr import Expr
from ...shaders.calculus.vectors import Scalar, Vec, abs, dot, length, max, min, seam
from ..functions import Direction, NotNegative, Number, Positive, primitive

__all__ = ["box", "half_plane"]


def _sides(width: Expr, height: Expr, radius: Expr) -> tuple[Expr, Expr, Expr, Expr]:
    return -0.5 * width, -0.5 * height, 0.5 * width, 0.5 * height


@primitive("exact", _sides)
def box(p: Vec, width: Positive, height: Positive, radius: NotNegative = 0.0) -> Scalar:
    """A box about the origin, of full width and height; radius rounds its corners, size kept.

    Beyond a corner the distance is that to the corner, elsewhere that to the nearer side. A radius
    over half the shorter side counts as half of it.
    """
    extent = 0.5 * Vec((width, height))
    bend = min(radius, extent.x, extent.y)
    q = abs(p) - extent + bend
    return seam(min(q.x, q.y) > 0.0, length(q), max(q.x, q.y)) - bend


@primitive("exact")
def half_plane(p: Vec, normal: Direction, offset: Number = 0.0) -> Scalar:
    """The points with n.p <= offset, for a normal n of any length: (n.p - offset) / |n|."""
    return (dot(normal, p) - offset) / length(normal)
