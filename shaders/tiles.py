"""Tiles: which squares of a picture hold an edge, by interval bounds.

A layer is **empty** or **full** in a tile if the bounds of its field over the tile, with half a
pixel around it, say so; else the tile has an **edge**. What is proven needs no coverage: its layers
are laid down whole or not at all.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import Final

from .calculus.bounds import bounds
from .calculus.expr import Expr, const, make, postorder
from .calculus.function import Function, Input, Type, apply, size
from .calculus.vectors import max, where
from .exact import projection
from .lists import sieves
from .picture import POINT, Group, Layer, Picture, flat

__all__ = ["HALF", "TILE_CLASS", "classes", "settled", "side", "varies", "worth_classes"]

SIDE: Final = 16
"""Pixels on a side of a tile, where an edge is soon drawn."""
SMALL_SIDE: Final = 8
"""Where it costs more than more tiles do."""
COSTLY: Final = 1500
"""Ops of a cell that is not soon drawn."""
HALF = Input("half_side")
"""Half the side of a tile, in scene units."""
DIGITS: Final = 24
"""Layers that one number holds, as whole numbers in float32 are exact so far."""
NUMBERS: Final = 3
TILE_CLASS = Input("tile_class", Type(NUMBERS))
"""Which layers are full, a binary digit each, the first the least; the others are empty."""
MOST_OPS: Final = 5000
"""Ops of bounds that compile in less time than they save."""
ZERO = const(0.0)
NEVER = ZERO > 0.0


@lru_cache(maxsize=64)
def worth_classes(picture: Picture, antialias: str) -> bool:
    """Whether tiles can be told apart, for less than it costs to draw them all."""
    layers = list(flat(picture.layers))
    if antialias not in ("exact", "gradient") or not 0 < len(layers) <= DIGITS * NUMBERS:
        return False
    if any(_by_slope(layer, antialias) for layer in layers):
        return False
    return sum(size(f) for f in {bounds(layer.field) for layer in layers}) <= MOST_OPS


def side(picture: Picture, antialias: str) -> int:
    """Pixels on a side of the picture's tiles."""
    costly = bool(sieves(picture)) or size(picture.cell) > COSTLY
    return SMALL_SIDE if antialias == "exact" and costly else SIDE


def classes(picture: Picture, antialias: str) -> Function:
    """Of a tile's middle and half its side: 1 if it has an edge, else 0; and its TILE_CLASS.

    Edges and layers below one that is full and opaque are left out: nobody sees them. In an exact
    picture a color that turns with the field is an edge, too.
    """
    digits: list[Expr] = []
    edge = ZERO
    for each in picture.layers:
        for layer in flat([each]):
            empty, full = _proven(layer)
            if antialias == "exact" and layer.colored_by_jet:
                full = NEVER
            if layer is each and _opaque(layer):
                edge = where(full, 0.0, edge)
                digits = [where(full, 0.0, digit) for digit in digits]
            edge = max(edge, where(empty | full, 0.0, 1.0))
            digits.append(where(full, 1.0, 0.0))
    numbers = []
    for first in range(0, DIGITS * NUMBERS, DIGITS):
        own = digits[first : first + DIGITS]
        numbers.append(sum((digit * 2.0**k for k, digit in enumerate(own)), ZERO))
    return Function("classes", [POINT, HALF], [edge, *numbers], Type(1 + NUMBERS))


def settled(picture: Picture) -> Function:
    """What a tile without an edge shows at a point, of which layers are full: premultiplied."""
    leaves = TILE_CLASS.leaves
    digits = (
        make("mod", make("floor", leaves[k // DIGITS] * 0.5 ** (k % DIGITS)), const(2.0))
        for k in count()
    )  # in the order of ``flat``, in which layers are composed too
    return picture.covered("settled", TILE_CLASS, lambda layer: next(digits))


def varies(function: Function) -> bool:
    """Whether what a function of TILE_CLASS gives depends on the point as well."""
    return not set(POINT.leaves).isdisjoint(postorder(function.outputs))


def _proven(layer: Layer) -> tuple[Expr, Expr]:
    """Whether the layer covers nothing, or everything, in the tile."""
    x, y = POINT.leaves
    half, beyond = HALF.leaves[0], ZERO
    if layer.measured:
        beyond = layer.reach  # the field tells how far away it is
    else:
        half = half + layer.reach
    low, high = apply(bounds(layer.field), [x - half, y - half, x + half, y + half], layer.source)
    if layer.width is None:
        return low > beyond, high < -beyond
    inner = 0.5 * (layer.width if layer.fade is None else layer.width - layer.fade)
    inside = (-inner < low) & (high < inner) if layer.measured else NEVER
    return (low > beyond) | (high < -beyond), inside


def _by_slope(layer: Layer, antialias: str) -> bool:
    """Whether the layer is drawn as far as the slope of its field says, which bounds do not."""
    if not layer.wanders:
        return False
    return antialias != "exact" or projection(layer) is None


def _opaque(layer: Layer | Group) -> bool:
    """Whether nothing shows through the layer where it is full."""
    if isinstance(layer, Group) or layer.blend != "normal":
        return False
    return all(
        e.op.name in ("const", "literal") and e.data == 1.0 for e in (layer.color[3], layer.opacity)
    )
