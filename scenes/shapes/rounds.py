"""Round shapes."""

from __future__ import annotations

from ...shaders.calculus.vectors import Scalar, Vec, length
from ..functions import Positive, primitive

__all__ = ["circle"]


@primitive("exact", lambda radius: (-radius, -radius, radius, radius))
def circle(p: Vec, radius: Positive) -> Scalar:
    """A disc about the origin: |p| - radius."""
    return length(p) - radius
