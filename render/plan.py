"""Plans of pictures of deep graphs: what is the same for every frame that is drawn by regions.

Where an edge is, and a region is so small that what is left of each field there is smooth, or turns
once, all that the picture's own function has to know of a field is its jet at the center of a cell.
So it is given the polynomial with that jet in the field's place, as parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Final

from ..shaders.calculus.costs import size
from ..shaders.calculus.expr import Expr, const, make
from ..shaders.calculus.forms import has_folds
from ..shaders.calculus.function import Function, callees
from ..shaders.calculus.parameters import Parameter, leaf
from ..shaders.calculus.tapes import Graph, inlined
from ..shaders.coverage import order
from ..shaders.exact import LARGEST
from ..shaders.picture import POINT, Group, Layer, Picture
from ..shaders.projection import nearest

__all__ = ["CENTER", "EMPTY", "FULL", "MIXED", "RUNNER_UP", "SIGN", "Plan", "plan_of"]

MIXED, EMPTY, FULL = 0, 1, 2
"""What a layer is in a box: an edge may be there, or it is all out, or all in."""
STEPS: Final = 3
"""How often, at least, a stroke evaluates its field to look for the outline."""
CENTER = Parameter("<center of cell>", "slider", (0.0, 0.0), size=2)
RUNNER_UP, SIGN = 6, 12
"""Where a layer's parameter holds the jet of the other side, and 1 for the lesser of the two sides
or -1 for the greater; its own jet comes first."""


@lru_cache(maxsize=8)
def plan_of(picture: Picture, antialias: str) -> Plan:
    """The plan of a picture; the same for every frame."""
    return Plan(picture, antialias)


class Plan:
    """What of a picture is the same for every frame: its graph, and what it is drawn by."""

    def __init__(self, picture: Picture, antialias: str) -> None:
        self.picture, self.antialias = picture, antialias
        self.exact = antialias == "exact"
        flat = list(_flat(picture.layers))
        self.layers = [layer for layer, _ in flat]
        self.covers = [top and _opaque(layer) for layer, top in flat]
        self.order = 2 if self.exact else max(map(self._order, self.layers), default=0)
        self.fast = antialias == "gradient" or any(x.width is not None for x in self.layers)
        fields = [inlined(layer.field, POINT.leaves)[0] for layer in self.layers]
        self.kept = [self.exact and (has_folds([field]) or _is_kept(layer))
                     for layer, field in zip(self.layers, fields, strict=True)]  # fmt: skip
        self.graph = Graph(fields, POINT.leaves)
        self.jets = [Parameter(f"<jet {k}>", "slider", (0.0,) * (SIGN + 1), size=SIGN + 1)
                     for k in range(len(flat))]  # fmt: skip
        self._decided: dict[tuple[int, ...], Function] = {}

    @cached_property
    def smooth(self) -> Function:
        """The picture of a cell in which no field turns, by the fields' jets at its center."""
        return self._drawn(lambda jet: _polynomial(jet, 0, self.order))

    @cached_property
    def turning(self) -> Function:
        """That of one in which each may turn from one side to another."""
        return self._drawn(_extreme)

    def _drawn(self, field: Callable[[Parameter], Expr]) -> Function:
        given = [
            x if kept else replace(x, field=Function("field", [POINT], [field(jet)]), measured=True)
            for x, kept, jet in zip(self.layers, self.kept, self.jets, strict=True)
        ]
        drawn = replace(self.picture, layers=_rebuilt(self.picture.layers, iter(given)))
        return drawn.cell if self.exact else drawn.composed(self.antialias)

    def decided(self, codes: tuple[int, ...]) -> Function:
        """The picture at a point where each layer is all out or all in."""
        if codes not in self._decided:
            inside = Function("inside", [POINT], [const(-1.0)])
            layers = [replace(layer, field=inside, width=None, fade=None) if code == FULL else None
                      for layer, code in zip(self.layers, codes, strict=True)]  # fmt: skip
            left = replace(self.picture, layers=_rebuilt(self.picture.layers, iter(layers)))
            self._decided[codes] = left.composed("none")
        return self._decided[codes]

    def _order(self, layer: Layer) -> int:
        read = order(self.antialias, stroke=layer.width is not None, fade=layer.fade is not None)
        return max(read, int(layer.colored_by_jet))


def _polynomial(jet: Parameter, start: int, order: int) -> Expr:
    """What has the jet at the center of the cell that is given, from a component on."""
    f, gx, gy, hxx, hxy, hyy = (leaf(jet, start + k) for k in range(6))
    value: Expr = f
    x, y = (p - leaf(CENTER, axis) for axis, p in enumerate(POINT.leaves))
    if order >= 1:
        value = value + gx * x + gy * y
    if order == 2:
        value = value + 0.5 * (hxx * x * x + 2.0 * hxy * x * y + hyy * y * y)
    return value


def _extreme(jet: Parameter) -> Expr:
    """The lesser of two (sign 1), or the greater (sign -1)."""
    sign = leaf(jet, SIGN)
    sides = (sign * _polynomial(jet, start, 2) for start in (0, RUNNER_UP))
    return sign * make("min", *sides)


def _is_kept(layer: Layer) -> bool:
    """Whether a layer has to evaluate its own field: its stroke looks for the outline at other
    points, if that is not too large for a step (as for a shader), or it has the mean of a pattern.
    """
    whole = (*callees(layer.field.outputs), layer.field)
    if any(f.mean is not None for f in whole):
        return True
    measured = layer.measured or (layer.width is None and layer.fade is None)
    return not measured and STEPS * size(layer.field) <= LARGEST >= size(
        nearest(layer.field, known=True)
    )


def _opaque(layer: Layer) -> bool:
    """Whether what is below the inside of a layer cannot be seen."""
    ones = (layer.opacity, layer.color[3])
    solid = all(e.op.name in ("const", "literal") and e.data == 1.0 for e in ones)
    return solid and layer.blend == "normal" and layer.width is None and layer.fade is None


def _flat(layers: tuple[Layer | Group, ...], top: bool = True) -> Iterator[tuple[Layer, bool]]:
    """All layers, and whether each lies in no group."""
    for layer in layers:
        if isinstance(layer, Group):
            yield from _flat(layer.layers, False)
        else:
            yield layer, top


def _rebuilt(
    layers: tuple[Layer | Group, ...], new: Iterator[Layer | None]
) -> tuple[Layer | Group, ...]:
    """The same stack with other layers, in the order of ``_flat``; None for one that goes."""
    found: list[Layer | Group | None] = []
    for layer in layers:
        if isinstance(layer, Group):
            found.append(replace(layer, layers=_rebuilt(layer.layers, new)))
        else:
            found.append(next(new))
    return tuple(layer for layer in found if layer is not None)
