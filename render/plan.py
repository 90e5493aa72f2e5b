"""Plans of pictures of deep graphs: what is the same for every frame that is drawn by regions.

Where an edge is, and a region is so small that what is left of each field there is smooth, or turns
once, all that the picture's own function has to know of a field is its jet at the center of a cell.
So it is given the polynomial with that jet in the field's place, as parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Final

from ..shaders.calculus.costs import size
from ..shaders.calculus.evaluate import evaluate
from ..shaders.calculus.expr import Expr, const, make
from ..shaders.calculus.forms import has_folds
from ..shaders.calculus.function import Function, callees
from ..shaders.calculus.parameters import Parameter, leaf
from ..shaders.calculus.tapes import Graph, inlined
from ..shaders.exact import LARGEST, projection
from ..shaders.layers import POINT, Layer, flat, mapped, walk
from ..shaders.picture import Picture

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
        self.layers = list(flat(picture.layers))
        self.covers = [not groups and bool(evaluate([layer.opaque], {})[0])
                       for layer, groups in walk(picture.layers)]  # fmt: skip
        reads = (layer.derivatives(antialias) for layer in self.layers)
        self.order = 2 if self.exact else max(reads, default=0)
        self.fast = antialias == "gradient" or any(x.width is not None for x in self.layers)
        fields = [inlined(layer.field, POINT.leaves)[0] for layer in self.layers]
        self.kept = [self.exact and (has_folds([field]) or _is_kept(layer))
                     for layer, field in zip(self.layers, fields, strict=True)]  # fmt: skip
        self.graph = Graph(fields, POINT.leaves)
        self.jets = [Parameter(f"<jet {k}>", "slider", (0.0,) * (SIGN + 1), size=SIGN + 1)
                     for k in range(len(self.layers))]  # fmt: skip
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
        drawn = self._of(given)
        return drawn.cell if self.exact else drawn.composed(self.antialias)

    def decided(self, codes: tuple[int, ...]) -> Function:
        """The picture at a point where each layer is all out or all in."""
        if codes not in self._decided:
            inside = Function("inside", [POINT], [const(-1.0)])
            layers = [replace(layer, field=inside, width=None, fade=None) if code == FULL else None
                      for layer, code in zip(self.layers, codes, strict=True)]  # fmt: skip
            self._decided[codes] = self._of(layers).composed("none")
        return self._decided[codes]

    def _of(self, layers: Iterable[Layer | None]) -> Picture:
        """The picture of other layers, in their order; None for one that goes."""
        each = iter(layers)
        return replace(self.picture, layers=mapped(self.picture.layers, lambda _: next(each)))


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
    return STEPS * size(layer.field) <= LARGEST and projection(layer) is not None
