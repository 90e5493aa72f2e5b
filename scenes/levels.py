"""Level sets: every curve on which a field has one of many values."""

from __future__ import annotations

from typing import Any

from ..shaders import levels
from ..shaders.calculus.function import apply
from .box import EVERYWHERE
from .checks import here, no_field, number
from .field import Field, Recipe, weakest

__all__ = ["isolines"]


def isolines(field: Field, spacing: Any) -> Field:
    """The curves where a field is a whole multiple of ``spacing``: no interior, so for strokes.

    ``scene.stroke(isolines(f, 0.1), "white", width=px(1))`` draws them one pixel wide, however
    steep the field is. The value is the distance, in the field's units, to the nearest multiple.
    """
    if not isinstance(field, Field):
        raise no_field("isolines", field)
    step = number("isolines", "spacing", spacing, 0, above=True)
    value = apply(levels.isolines(), (field.compact(), step), here())[0]
    recipe = Recipe("isolines({}, {})", field.recipe, spacing)
    return Field(value, EVERYWHERE, weakest("bound", field.grade), recipe, grows=False)
