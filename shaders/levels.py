"""Level sets: the curves on which a field is a whole multiple of a step."""

from __future__ import annotations

from functools import cache

from .calculus.expr import Expr
from .calculus.function import Function, Input, trace
from .calculus.rules import floor_
from .calculus.vectors import Scalar, abs, where

__all__ = ["isolines"]


LAST = 1e4
"""Levels further from 0 than so many steps are not drawn: float32 cannot tell where they lie."""


def _isolines(a: Expr, spacing: Expr) -> Scalar:
    """How far a is from the nearest whole multiple of the spacing."""
    nearest = abs(a - spacing * floor_(a / spacing + 0.5))  # half way, both sides are as far
    return where(abs(a) > LAST * spacing, 0.5 * spacing, nearest)


@cache
def isolines() -> Function:
    """(a field's value, the spacing) -> 0 on every level set, for strokes."""
    return trace(_isolines, [Input("a", role="field"), Input("spacing")], name="isolines")
