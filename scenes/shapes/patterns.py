"""Periodic patterns, which fill the plane: stripes, squares of two colors, the lines of a grid."""

from __future__ import annotations

from ...shaders.calculus.rules import cell_
from ...shaders.calculus.vectors import Scalar, Vec, abs, length, max, min, seam
from ...shaders.patterns import checker_mean, grid_mean, stripes_mean
from ..functions import Part, Positive, primitive

__all__ = ["checker", "grid", "stripes"]


def _from_line(x: Scalar, period: Scalar) -> Scalar:
    """The distance from x to the nearest whole multiple of the period.

    Halfway between two of them both are as near: a tie of the two distances, and no jump.
    """
    beside = abs(x - period * cell_(x / period + 0.5))
    return min(beside, period - beside)


@primitive("exact", lipschitz=1.0, mean=stripes_mean)
def stripes(p: Vec, period: Positive, duty: Part = 0.5) -> Scalar:
    """Upright bands around x = 0, +-period, +-2 period, ..., each duty * period wide.

    A point is inside where x lies within duty * period / 2 of a whole multiple of the period. A
    duty over 1 counts as 1: all is inside.
    """
    return _from_line(p.x, period) - 0.5 * min(duty, 1.0) * period


@primitive("exact", lipschitz=1.0, mean=checker_mean)
def checker(p: Vec, size: Positive) -> Scalar:
    """Squares with sides of this size, every other one inside: that from (0, 0) to (size, size) is.

    Along either axis a wave goes up and down between -size / 2 and size / 2, as far from 0 as the
    nearest line; inside both have one sign.
    """
    x, y = (0.5 * size - _from_line(c - 0.5 * size, 2.0 * size) for c in p)
    return max(min(x, -y), min(-x, y))


@primitive("exact", lipschitz=1.0, mean=grid_mean)
def grid(p: Vec, size: Positive, width: Positive) -> Scalar:
    """Lines of this full width along all x and y that are whole multiples of size.

    What they leave are boxes: the distance is that to the nearest one, negated. A width of at least
    the size leaves nothing.
    """
    q = Vec(0.5 * width - _from_line(c, size) for c in p)
    return -seam(min(q.x, q.y) > 0.0, length(q), max(q.x, q.y))
