"""Round shapes."""

from __future__ import annotations

from ...shaders.calculus.expr import Expr
from ...shaders.calculus.vectors import Vec, length
from ..functions import Positive, primitive

__all__ = ["circle"]


@primitive("exact", lambda radius: (-radius, -radius, radius, radius))
def circle(p: Vec, radius: Positive) -> Expr:
    """A disc about the origin: |p| - radius."""
    return length(p) - radius
