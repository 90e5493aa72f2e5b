"""Scenes: layers over a background, lowered to a picture."""

from __future__ import annotations

from typing import Any

from ..shaders.calculus.expr import Expr, node
from ..shaders.calculus.parameters import Parameter, parameters
from ..shaders.calculus.vectors import Vec, clamp
from ..shaders.color import rgba
from ..shaders.errors import SceneError
from ..shaders.picture import Layer, Picture, View
from .checks import fail, here, is_number, number, shown
from .field import Field
from .warps import Warp

__all__ = ["Scene", "View"]


class Scene:
    """A stack of layers over a background, seen through a view.

    ``background`` is a CSS color name or hex, a ``color_picker``, or None for transparent. ``fill``
    and ``stroke`` lay one layer over those before. Drawing takes a snapshot (``lower``), so a scene
    may go on growing; building one is not thread-safe.
    """

    def __init__(self, background: Any = "white", view: View | None = None) -> None:
        self._background = None if background is None else _solid("Scene", "background", background)
        if view is not None and not isinstance(view, View):
            raise fail(f"Scene: view={shown(view)} must be a View(center=(x, y), height=h)")
        self.view = view or View()
        self.layers: tuple[Layer, ...] = ()

    def fill(self, field: Field, paint: Any, *, opacity: Any = 1) -> Scene:
        """Paint the inside of a field, f <= 0."""
        self._lay("fill", field, paint, opacity, None)
        return self

    def stroke(self, field: Field, paint: Any, *, width: Any, opacity: Any = 1) -> Scene:
        """Paint the points within width / 2 of the outline, measured in the picture."""
        self._lay("stroke", field, paint, opacity, number("stroke", "width", width, 0, above=True))
        return self

    def _lay(self, call: str, field: Any, paint: Any, opacity: Any, width: Expr | None) -> None:
        if not isinstance(field, Field):
            hint = "; call it first" if callable(field) else ""
            if isinstance(field, Warp):
                hint = "; a warp acts on one: field.warp(...)"
            raise fail(f"{call}: {shown(field)} is not a field{hint}")
        color, alpha = _paint(call, paint)
        if not isinstance(opacity, Expr) and not (is_number(opacity) and 0 <= opacity <= 1):
            raise fail(f"{call}: opacity={shown(opacity)} must be a number from 0 to 1")
        strength = number(call, "opacity", opacity)
        if isinstance(opacity, Expr):
            strength = clamp(strength, 0.0, 1.0)
        if alpha < 1:
            strength = strength * node("literal", (), alpha)
        layer = Layer(field.function, color, strength, width, here())
        _agree(self._parameters(), _reads(layer), call)
        self.layers = (*self.layers, layer)

    def _parameters(self) -> list[Parameter]:
        return [*parameters(self._background or ()), *(p for la in self.layers for p in _reads(la))]

    def lower(self) -> Picture:
        """The scene as it is now, as a picture."""
        return Picture(self.layers, self._background, self.view)

    def __repr__(self) -> str:
        return f"<Scene of {len(self.layers)} layer{'s' * (len(self.layers) != 1)}, {self.view!r}>"


def _paint(call: str, paint: Any) -> tuple[tuple[Expr, Expr, Expr], float]:
    """A paint's linear color, and its alpha."""
    if isinstance(paint, Vec) and len(paint) == 3 and all(isinstance(c, Expr) for c in paint):
        return (paint.x, paint.y, paint.z), 1.0
    try:
        r, g, b, alpha = rgba(paint)
    except SceneError as error:
        raise fail(f"{call}: {error}") from None
    red, green, blue = (node("literal", (), c) for c in (r, g, b))
    return (red, green, blue), alpha


def _solid(call: str, name: str, paint: Any) -> tuple[Expr, Expr, Expr]:
    color, alpha = _paint(f"{call}: {name}", paint)
    if alpha < 1:
        raise fail(
            f"{call}: {name}={shown(paint)} must be opaque, or None for a transparent picture"
        )
    return color


def _agree(before: list[Parameter], new: list[Parameter], call: str) -> None:
    """Refuse two parameters of one name that differ."""
    known = {p.name: p for p in before}
    for p in new:
        if known.setdefault(p.name, p) != p:
            raise fail(
                f"{call}: two parameters are called {p.name!r} but differ: "
                f"{known[p.name].code} and {p.code}"
            )


def _reads(layer: Layer) -> list[Parameter]:
    roots = [
        *layer.field.outputs,
        *layer.color,
        layer.opacity,
        *([] if layer.width is None else [layer.width]),
    ]
    return parameters(roots)
