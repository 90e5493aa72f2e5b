"""Layers: what a picture is a stack of, and the walk over such a stack."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .calculus.expr import Expr, Source, const, postorder
from .calculus.function import Function, Input, Type
from .coverage import order
from .tones import Color, Tone, toned

__all__ = ["GRADIENT", "POINT", "VALUE", "Group", "Layer", "Stack", "flat", "mapped", "walk"]

POINT = Input("p", Type(2), "point")
VALUE, GRADIENT = Input("value"), Input("gradient", Type(2))
"""What a layer's Color may depend on, besides the POINT: its field's value and gradient there."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One fill (``width`` is None) or stroke of a field. Lengths are in scene units.

    ``fade`` is the width of the ramp that its edges fall over, None for hard edges. A field that is
    ``measured`` is the distance in the picture; others a stroke has to measure by projection.
    """

    field: Function
    color: Color
    opacity: Expr
    width: Expr | None = None
    fade: Expr | None = None
    blend: str = "normal"
    measured: bool = False
    source: Source | None = dataclasses.field(default=None, compare=False)

    @property
    def colored_by_jet(self) -> bool:
        """Whether the color depends on the field's value or gradient."""
        return not {*VALUE.leaves, *GRADIENT.leaves}.isdisjoint(postorder(self.color))

    def tone(self, point: Input, size: Input, jet: Sequence[Expr]) -> Tone:
        """What the color does in a cell, by the field's jet there to order 2."""
        known, straight = {}, (const(0.0),) * 3
        if self.colored_by_jet:
            f, x, y, xx, xy, yy = jet[:6]
            (side,), (u, v) = size.leaves, GRADIENT.leaves
            known[VALUE.leaves[0]] = f, (x, y), (xx, xy, yy)
            known[u] = x / side, (xx / side, xy / side), straight
            known[v] = y / side, (xy / side, yy / side), straight
        return toned(self.color, point, size, known)

    @property
    def reach(self) -> Expr:
        """How far from the outline of its field the layer may show: half its width and fade."""
        lengths = [0.5 * e for e in (self.width, self.fade) if e is not None]
        return sum(lengths[1:], lengths[0]) if lengths else const(0.0)

    @property
    def wanders(self) -> bool:
        """Whether an exact picture reads the field beside the point, its reach and a pixel far."""
        return not self.measured and (self.width is not None or self.fade is not None)

    @property
    def opaque(self) -> Expr:
        """Whether nothing shows through the layer where it is full.

        Its numbers may be edited: they are looked at whenever that is asked.
        """
        alphas = self.color[3], self.opacity
        if self.blend != "normal" or any(e.op.name not in ("const", "literal") for e in alphas):
            return const(0.0) > 0.0
        return (alphas[0] >= 1.0) & (alphas[1] >= 1.0)

    def derivatives(self, antialias: str) -> int:
        """How many derivatives of its field it reads."""
        read = order(antialias, stroke=self.width is not None, fade=self.fade is not None)
        return max(read, int(self.colored_by_jet))

    @property
    def roots(self) -> tuple[Expr, ...]:
        """Every expression that the layer is made of."""
        lengths = (e for e in (self.width, self.fade) if e is not None)
        return (*self.field.outputs, *self.color, self.opacity, *lengths)


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that are composed on their own, and laid down as one with one opacity."""

    layers: tuple[Layer | Group, ...]
    opacity: Expr
    blend: str = "normal"
    source: Source | None = dataclasses.field(default=None, compare=False)

    @property
    def roots(self) -> tuple[Expr, ...]:
        """Every expression that the group is made of."""
        return (self.opacity, *(e for layer in self.layers for e in layer.roots))


Stack = tuple[Layer | Group, ...]
"""Bottom to top."""


def walk(
    stack: Iterable[Layer | Group], groups: tuple[Group, ...] = ()
) -> Iterator[tuple[Layer, tuple[Group, ...]]]:
    """Every layer, bottom to top, and the groups that it is in, the outermost first."""
    for item in stack:
        if isinstance(item, Group):
            yield from walk(item.layers, (*groups, item))
        else:
            yield item, groups


def flat(stack: Iterable[Layer | Group]) -> Iterator[Layer]:
    """Every layer, bottom to top, those of groups in their places."""
    return (layer for layer, _ in walk(stack))


def mapped(stack: Iterable[Layer | Group], change: Callable[[Layer], Layer | None]) -> Stack:
    """The stack of what each layer becomes, in the order of ``walk``; None is left out."""
    found = (
        replace(item, layers=mapped(item.layers, change))
        if isinstance(item, Group)
        else change(item)
        for item in stack
    )
    return tuple(item for item in found if item is not None)
