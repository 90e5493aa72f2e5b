"""Round shapes."""

from __future__ import annotations

from ...shaders.calculus.expr import Expr, const
from ...shaders.calculus.roots import root
from ...shaders.calculus.vectors import (
    Scalar,
    Vec,
    abs,
    dot,
    length,
    min,
    normalize,
    sqrt,
    where,
)
from ..functions import Number, Positive, primitive

__all__ = ["circle", "ellipse", "ring"]


@primitive("exact", lambda radius: (-radius, -radius, radius, radius))
def circle(p: Vec, radius: Positive) -> Scalar:
    """A disc about the origin: |p| - radius."""
    return length(p) - radius


def _beside(s: Expr, right: Expr, up: Expr, rx: Expr, ry: Expr) -> Scalar:
    """How far (right, up) lies to the left of the normal (1 - s, s), where that leaves the ellipse.

    It is measured along a normal of that length: the sign and the place of 0 are what counts.
    """
    apart = (rx - ry) * (rx + ry) / length(Vec((rx * (1.0 - s), ry * s)))
    return (1.0 - s) * up - s * right + s * (1.0 - s) * apart


@primitive("exact", lambda rx, ry: (-rx, -ry, rx, ry), lipschitz=1.0)
def ellipse(p: Vec, rx: Positive, ry: Positive) -> Scalar:
    """An ellipse about the origin with half axes rx and ry: the true distance, inside too.

    The distance is the greatest of those to a tangent, n.p - |(rx n.x, ry n.y)| over all unit
    normals n (the support function: R. Schneider, Convex Bodies, 1.7), and the normal where it is
    reached, in the quadrant of p, is the root of its derivative.
    """
    q = abs(p)
    # On the short axis the equation is 0 at an end of the bracket too; the tiny number says which
    # is meant. A root in the normal, not in the foot point, keeps the digits of thin ellipses.
    data = (q.x + 1e-31, q.y, rx, ry)
    s = root(_beside, const(0.0), const(1.0), data, name="ellipse_normal")  # type: ignore[arg-type]
    n = normalize(Vec((1.0 - s, s)))
    focus = sqrt(abs((rx - ry) * (rx + ry)))
    return dot(n, q) - length(Vec((min(rx, ry), focus * where(rx < ry, n.y, n.x))))


def _outer(radius: Number, thickness: Number) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    most = radius + 0.5 * thickness
    return -most, -most, most, most


@primitive("exact", _outer)
def ring(p: Vec, radius: Positive, thickness: Positive) -> Scalar:
    """The points within thickness / 2 of a circle: ||p| - radius| - thickness / 2.

    One so thick that no hole is left is a disc.
    """
    filled = radius < 0.5 * thickness
    middle = where(filled, 0.0, radius)
    reach = 0.5 * thickness + where(filled, radius, 0.0)
    return abs(length(p) - middle) - reach
