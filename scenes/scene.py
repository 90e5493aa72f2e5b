"""Scenes: layers over a background, lowered to a picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from ..shaders.calculus.expr import Expr, Source, const, postorder
from ..shaders.calculus.parameters import Parameter, parameters
from ..shaders.color import BLENDS
from ..shaders.picture import GRADIENT, VALUE, Color, Group, Layer, Picture, View
from .checks import fail, form, here, no_field, number, shown
from .field import Field
from .paint import Fade, Paint, color_of, strength_of

__all__ = ["LayerGroup", "Scene", "View"]

DEEPEST = 32
"""How deep groups may nest."""


class _Stack:
    """Layers, laid one over another in the order of the calls."""

    def __init__(self, root: Scene | None, depth: int) -> None:
        self._root, self._depth = root, depth
        self._laid: list[Layer | LayerGroup] = []

    @form('fill(field, "red", opacity=1, blend="normal")')
    def fill(self, field: Field, paint: Any, *, opacity: Any = 1, blend: str = "normal") -> Self:
        """Paint the inside of a field, f <= 0.

        ``paint`` is a CSS color name or hex, a ``color_picker``, or a paint such as a ramp.
        ``opacity`` is a number from 0 to 1, or a ``fade``. ``blend`` is "normal", laid over what is
        below, or "add", added to it as light is.
        """
        self._lay("fill", field, paint, opacity, blend, None)
        return self

    @form('stroke(field, "red", width=px(2))')
    def stroke(
        self, field: Field, paint: Any, *, width: Any, opacity: Any = 1, blend: str = "normal"
    ) -> Self:
        """Paint the points within width / 2 of the outline, measured in the picture."""
        breadth = number("stroke", "width", width, 0, above=True)
        self._lay("stroke", field, paint, opacity, blend, breadth)
        return self

    @form('group(opacity=1, blend="normal")')
    def group(self, *, opacity: Any = 1, blend: str = "normal") -> LayerGroup:
        """Layers of their own that are laid down here as one, with one opacity.

        What overlaps inside the group does not show through: ``g = scene.group(opacity=0.5)``, or
        ``with scene.group(opacity=0.5) as g:``, and then ``g.fill(...)``.
        """
        if self._depth == DEEPEST:
            raise fail(f"group: groups nest at most {DEEPEST} deep")
        strength = strength_of("group", "opacity", opacity)
        _check_blend("group", blend)
        made = LayerGroup(self._root, self._depth + 1, strength, blend)
        self._scene().agree("group", [strength])
        self._laid.append(made)
        return made

    @property
    def layers(self) -> tuple[Layer | Group, ...]:
        """The layers as they are now, bottom to top."""
        return tuple(x.lowered if isinstance(x, LayerGroup) else x for x in self._laid)

    def _scene(self) -> Scene:
        assert self._root is not None
        return self._root

    def _lay(
        self, call: str, field: Any, paint: Any, opacity: Any, blend: Any, width: Expr | None
    ) -> None:
        if not isinstance(field, Field):
            raise no_field(call, field, Paint.no_field if isinstance(paint, Field) else "")
        _check_blend(call, blend)
        color = color_of(call, paint)
        soft = opacity.width if isinstance(opacity, Fade) else None
        strength = opacity.strength if isinstance(opacity, Fade) else None
        if strength is None:
            strength = strength_of(call, "opacity", opacity)
        exact = field.grade == "exact"
        layer = Layer(field.function, color, strength, width, soft, blend, exact, here())
        self._scene().agree(call, layer.roots)
        self._laid.append(layer)


@form("Scene(background, View(center=(0, 0), height=2))")
class Scene(_Stack):
    """A stack of layers over a background, seen through a view.

    ``background`` is a CSS color name or hex, a ``color_picker``, a paint of the point alone, or
    None for transparent. ``fill`` and ``stroke`` lay one layer over those before, ``group`` several
    as one. Drawing takes a snapshot (``lower``), so a scene may go on growing; building one is not
    thread-safe.
    """

    def __init__(self, background: Any = "white", view: View | None = None) -> None:
        super().__init__(self, 0)
        self._background = None if background is None else _ground(background)
        self._known: dict[str, Parameter] = {}
        self.agree("Scene", self._background or ())
        if view is not None and not isinstance(view, View):
            raise fail(f"Scene: view={shown(view)} must be a View(center=(x, y), height=h)")
        self.view = view or View()

    def agree(self, call: str, roots: Iterable[Expr]) -> None:
        """Note the parameters of a new layer; refuse one that differs from another of its name."""
        known = dict(self._known)
        for p in parameters(roots):
            if known.setdefault(p.name, p) != p:
                raise fail(
                    f"{call}: two parameters are called {p.name!r} but differ: "
                    f"{known[p.name].code} and {p.code}"
                )
        self._known = known

    def lower(self) -> Picture:
        """The scene as it is now, as a picture."""
        return Picture(self.layers, self._background, self.view)

    def __repr__(self) -> str:
        count = len(self._laid)
        return f"<Scene of {count} layer{'s' * (count != 1)}, {self.view!r}>"


class LayerGroup(_Stack):
    """Layers of a scene that are laid down as one; ``scene.group(...)`` makes it."""

    def __init__(self, root: Scene | None, depth: int, opacity: Expr, blend: str) -> None:
        super().__init__(root, depth)
        self._opacity, self._blend = opacity, blend
        self._source: Source | None = here()

    @property
    def lowered(self) -> Group:
        """The group as it is now, as a part of a picture."""
        return Group(self.layers, self._opacity, self._blend, self._source)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end: the group is in its place from the start."""

    def __repr__(self) -> str:
        count = len(self._laid)
        return f"<group of {count} layer{'s' * (count != 1)}>"


def _check_blend(call: str, blend: Any) -> None:
    if not isinstance(blend, str) or blend not in BLENDS:
        known = " or ".join(f'"{name}"' for name in BLENDS)
        raise fail(f"{call}: blend={shown(blend)} must be {known}")


def _ground(background: Any) -> Color:
    """A background's color: of the point alone, and opaque."""
    r, g, b, alpha = color_of("Scene: background", background)
    if (alpha.op.name, alpha.data) != ("const", 1.0):
        raise fail(
            f"Scene: background={shown(background)} must be opaque, or None for a transparent "
            "picture"
        )
    if not {*VALUE.leaves, *GRADIENT.leaves}.isdisjoint(postorder([r, g, b])):
        raise fail(
            f"Scene: background={shown(background)} reads a field's jet; a background has no field"
        )
    return r, g, b, const(1.0)
