"""Level sets: every curve on which a field has one of many values."""

from __future__ import annotations

from typing import Any

from ..shaders.calculus.expr import Expr
from ..shaders.calculus.function import apply
from ..shaders.calculus.rules import cell_
from ..shaders.calculus.vectors import Scalar, abs
from .booleans import lift
from .box import EVERYWHERE
from .checks import here, no_field, number
from .field import Field, Recipe, weakest

__all__ = ["isolines"]


def _isolines(a: Expr, spacing: Expr) -> Scalar:
    """How far a is from the nearest whole multiple of the spacing."""
    return abs(a - spacing * cell_(a / spacing + 0.5))  # half way, both sides are as far


def isolines(field: Field, spacing: Any) -> Field:
    """The curves where a field is a whole multiple of ``spacing``: no interior, so for strokes.

    ``scene.stroke(isolines(f, 0.1), "white", width=px(1))`` draws them one pixel wide, however
    steep the field is. The value is the distance, in the field's units, to the nearest multiple.
    """
    if not isinstance(field, Field):
        raise no_field("isolines", field)
    step = number("isolines", "spacing", spacing, 0, above=True)
    value = apply(lift(_isolines), (field.compact(), step), here())[0]
    recipe = Recipe("isolines({}, {})", field.recipe, spacing)
    return Field(value, EVERYWHERE, weakest("bound", field.grade), recipe, grows=False)
