"""Paints: colors that depend on the point, and on the field that they are laid on.

A paint is a function of the point like a shape, with a color for its value: red, green and blue in
linear light, and alpha. Colors are mixed as light is, and encoded once, at the end.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from ..shaders.calculus.expr import Expr, const, postorder, written
from ..shaders.calculus.jets import derivatives
from ..shaders.calculus.vectors import Vec, clamp
from ..shaders.color import rgba
from ..shaders.errors import SceneError
from ..shaders.picture import GRADIENT, POINT, VALUE, Color
from .checks import fail, is_number, made, number, shown
from .field import Field, Recipe
from .functions import Definition
from .values import px as pixels

__all__ = ["Fade", "Paint", "color_of", "fade", "grad", "paint", "painted", "rgb", "strength_of"]

P = ParamSpec("P")
ONE = const(1.0)


class Paint:
    """A color for every point: what ``fill``, ``stroke`` and a background take. Immutable."""

    __slots__ = ("color", "recipe")
    no_field = "; the field comes first, then the paint"

    def __init__(self, color: Color, recipe: Recipe) -> None:
        self.color, self.recipe = color, recipe

    def __repr__(self) -> str:
        return str(self.recipe)

    def __reduce__(self) -> tuple[Any, ...]:
        return Paint, (self.color, self.recipe)


def paint(function: Callable[..., Any], /) -> Callable[..., Paint]:
    """Make a paint of a function of the point: ``@paint``.

    The function gets the point ``p`` in the picture and its own arguments, and returns a color,
    ``vec3(r, g, b)`` in linear light or ``vec4`` with alpha; ``rgb("tomato")`` is that of a name.
    Arguments called ``value`` and ``gradient`` (or ``jet``, which has both) are filled in with the
    field that is painted: -value is the depth inside, length(gradient) how fast it changes.
    """
    return painted(function)


def painted(function: Callable[Concatenate[Any, P], Any]) -> Callable[P, Paint]:
    """``paint``, for a function that reads no field: its other arguments are those of the paint."""
    definition = Definition(function, "paint")

    @functools.wraps(function)
    def build(*args: P.args, **options: P.kwargs) -> Paint:
        outputs = definition(definition.bind(args, options))
        r, g, b, alpha = (*outputs, ONE)[:4]
        return Paint((r, g, b, alpha), definition.recipe(args, options))

    signature = definition.call_signature.replace(return_annotation="Paint")
    build.__signature__ = signature  # type: ignore[attr-defined]
    build.makes = "paint"  # type: ignore[attr-defined]
    return build


def rgb(name: str) -> Vec:
    """A CSS color name or hex as linear light (r, g, b), with alpha as a fourth if it has one."""
    try:
        r, g, b, alpha = rgba(name)
    except SceneError as error:
        raise fail(f"rgb: {error}") from None
    return Vec(written(c) for c in ((r, g, b) if alpha == 1 else (r, g, b, alpha)))


def color_of(call: str, given: Any) -> Color:
    """Whatever can color a layer, as linear red, green, blue and alpha at the point."""
    if getattr(given, "makes", "") == "paint":
        given = given()  # @paint without arguments, not called
    if isinstance(given, Paint):
        return given.color
    if isinstance(given, Vec) and len(given) in (3, 4):
        r, g, b, alpha = (*(number(call, "paint", c) for c in given), ONE)[:4]
        return r, g, b, alpha
    if isinstance(given, (list, tuple)) and given and all(isinstance(c, str) for c in given):
        hint = "a list of colors belongs in a ramp, such as linear_ramp((-1, 0), (1, 0), colors)"
        raise fail(f"{call}: {shown(given)} is no color; {hint}")
    try:
        r, g, b, opaque = (written(c) for c in rgba(given))
    except SceneError as error:
        raise fail(f"{call}: {error}{made('paint', given)}") from None
    return r, g, b, ONE if opaque.data == 1 else opaque


def grad(e: Any) -> Any:
    """The gradient, by the point, of what a traced function has computed so far, as a vec2.

    Of a vector: the gradients of its components. In a paint, ``value`` brings its own; what was
    computed from ``gradient`` has none. Of a plain number: 0.
    """
    if isinstance(e, (tuple, list)):
        return tuple(map(grad, e))
    if not isinstance(e, Expr):
        if not is_number(e):
            raise fail(f"grad: {shown(e)} must be a traced number or a vector of them")
        return Vec((0.0, 0.0))
    if e.op.result != "float":
        raise fail("grad: a condition has no gradient")
    if not set(GRADIENT.leaves).isdisjoint(postorder([e])):
        raise fail("grad: what is computed from the field's gradient has no gradient of its own")
    return Vec(derivatives(e, POINT.leaves, {VALUE.leaves[0]: GRADIENT.leaves}))


class Fade:
    """An opacity that falls from 1 to 0 across the edge, ``width`` scene units wide."""

    __slots__ = ("recipe", "strength", "width")

    def __init__(self, width: Expr, recipe: Recipe, strength: Expr = ONE) -> None:
        self.width, self.recipe, self.strength = width, recipe, strength

    def __mul__(self, factor: Any) -> Fade:
        strength = self.strength * strength_of("fade", "factor", factor)
        return Fade(self.width, Recipe("{} * {}", factor, self.recipe), strength)

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return str(self.recipe)


def fade(width: Any = None, *, px: Any = None) -> Fade:
    """An opacity for ``fill`` and ``stroke`` that falls from 1 to 0 across the edge.

    It falls evenly over ``px`` pixels, or over ``width`` scene units, measured in the picture after
    all warps, half of it on each side of the edge. It is measured by the field's derivatives, to
    second order, so corners within its reach show. A stroke is smeared as a whole, so one narrower
    than its fade is fainter. ``0.5 * fade(px=8)`` falls from one half.
    """
    if (width is None) == (px is None):
        raise fail("fade: give one width, fade(px=8) in pixels or fade(0.1) in scene units")
    if px is not None:
        n = number("fade", "px", px, 0, above=True)
        return Fade(pixels(n), Recipe("fade(px={})", px))
    return Fade(number("fade", "width", width, 0, above=True), Recipe("fade({})", width))


def strength_of(call: str, name: str, opacity: Any) -> Any:
    """An opacity from 0 to 1."""
    if isinstance(opacity, Expr):
        return clamp(number(call, name, opacity), 0.0, 1.0)
    if not (is_number(opacity) and 0 <= opacity <= 1):
        what = " (a field is no opacity; fill it instead)" if isinstance(opacity, Field) else ""
        raise fail(f"{call}: {name}={shown(opacity)} must be a number from 0 to 1{what}")
    return number(call, name, opacity)
