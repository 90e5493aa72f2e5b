"""Tiles: which squares of a picture hold an edge, by interval bounds.

A layer is **empty** or **full** in a tile if the bounds of its field over the tile, and a rim
around it, say so; else the tile has an **edge**. What is proven needs no coverage: its layers
are laid down whole or not at all. A tile with edges is **smooth** if nothing that its fields choose
turns within it: then their jets tell all.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import Final

from .calculus.bounds import bounds
from .calculus.costs import size
from .calculus.decided import decided
from .calculus.expr import Expr, const, make, postorder
from .calculus.folds import Table, fold
from .calculus.function import Function, Input, Type, apply
from .calculus.parameters import BUILT_IN, leaf
from .calculus.vectors import Vec, max, where
from .exact import projection
from .layers import Layer, flat, mapped, walk
from .lists import sieves
from .picture import POINT, Color, Picture
from .tones import evened, steadiness

__all__ = [
    "ABOVE", "EDGE", "GROUP", "HALF", "RUN", "SETTLED", "SMOOTH", "SOLO", "TILE_CLASS",
    "class_ops", "classes", "looked", "rim", "settled", "side", "varies", "worth_classes",
    "worth_smooth",
]  # fmt: skip

SIDE: Final = 16
"""Pixels on a side of a tile, where an edge is soon drawn."""
SMALL_SIDE: Final = 8
"""Where it costs more than more tiles do."""
TINY_SIDE: Final = 4
"""Where several shapes share most tiles that are larger."""
CROWDED: Final = 10_000
"""Rows of a table whose shapes do."""
COSTLY: Final = 900
"""Ops of a cell that is not soon drawn."""
LESS: Final = 1.5
"""How many times the ops of a smooth cell a cell takes that is not worth telling them apart."""
SETTLED, SMOOTH, EDGE, SOLO, RUN = 0.0, 1.0, 2.0, 3.0, 4.0
"""What kind of a tile it is: without an edge, with one and nothing that turns, with one, with lists
of one row each, with lists whose rows melt one after another. One whose parts differ is of the
greatest kind of theirs."""
GROUP: Final = 64
"""Pixels on a side of a group of tiles, which is looked at first, and at its tiles only if it has
an edge: as large as the squares that rasterisers work in."""
ROUNDED: Final = 1 / 16
"""Pixels by which roundings move an edge at most, where a picture still has its pixels."""
ABOVE: Final = -1.0
"""The kind of a tile whose whole group is settled."""
HALF = Input("half_side")
"""Half the side of a tile, in scene units."""
DIGITS: Final = 24
"""Layers that one number holds, as whole numbers in float32 are exact so far."""
NUMBERS: Final = 3
TILE_CLASS = Input("tile_class", Type(NUMBERS))
"""Which layers are full, a binary digit each, the first the least; the others are empty."""
MOST_OPS: Final = 10_000
"""Ops of bounds that still compile in a few seconds."""
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
    return class_ops(picture) <= MOST_OPS


@lru_cache(maxsize=64)
def class_ops(picture: Picture, smooth: bool = False) -> int:
    """About how many ops it takes to tell tiles apart."""
    fields = {layer.field for layer in flat(picture.layers)}
    return sum(size(decided(f) if smooth else bounds(f)) for f in fields)


def rim(antialias: str) -> float:
    """How far around a tile its pixels may see, in pixels.

    An exact one shows its own square alone, but for roundings; others go by the slope at its
    center, wherever that leads.
    """
    return ROUNDED if antialias == "exact" else 0.5


def side(picture: Picture, antialias: str) -> int:
    """Pixels on a side of the picture's tiles."""
    if antialias != "exact":
        return SIDE
    rows = max((len(places[0].table.array) for places in sieves(picture)), default=0)
    if rows >= CROWDED:
        return TINY_SIDE
    return SMALL_SIDE if rows or size(picture.cell) > COSTLY else SIDE


@lru_cache(maxsize=64)
def worth_smooth(picture: Picture, antialias: str) -> bool:
    """Whether smooth tiles are drawn so much faster by themselves that they are to be known."""
    if antialias != "exact" or size(picture.cell) < LESS * size(picture.smooth_cells.cell):
        return False
    return class_ops(picture, smooth=True) <= MOST_OPS


def classes(picture: Picture, antialias: str, smooth: bool = False) -> Function:
    """Of a tile's middle and half its side: SETTLED, EDGE or SMOOTH; and its TILE_CLASS.

    Edges and layers below one that is full and opaque are left out: nobody sees them. In an exact
    picture a color that turns with the field is an edge, too. Tiles are SMOOTH if asked for.
    """
    digits: list[Expr] = []
    exact, edge, turns = antialias == "exact", ZERO, ZERO
    if exact and picture.background is not None:
        edge = where(_steady(picture.background), 0.0, 1.0)
    for layer, groups in walk(picture.layers):
        empty, full, one_piece = _proven(layer, smooth)
        if exact:
            full = full & (NEVER if layer.colored_by_jet else _steady(layer.color))
        if not groups:
            hides = full & layer.opaque
            edge, turns = where(hides, 0.0, edge), where(hides, 0.0, turns)
            digits = [where(hides, 0.0, digit) for digit in digits]
        edge = max(edge, where(empty | full, 0.0, 1.0))
        turns = max(turns, where(one_piece, 0.0, 1.0))
        digits.append(where(full, 1.0, 0.0))
    numbers = []
    for first in range(0, DIGITS * NUMBERS, DIGITS):
        own = digits[first : first + DIGITS]
        numbers.append(sum((digit * 2.0**k for k, digit in enumerate(own)), ZERO))
    kind = where(edge > 0.0, where(turns > 0.0, EDGE, SMOOTH), SETTLED)
    return Function("classes", [POINT, HALF], [kind, *numbers], Type(1 + NUMBERS))


def looked(picture: Picture, antialias: str, smooth: bool = False) -> Function:
    """The classes, where a tile with an edge is looked at once more, by its quarters.

    Bounds are tighter there. A pixel lies within a quarter, so what holds in all four, holds.
    """
    once = classes(picture, antialias, smooth)
    (x, y), (half,) = POINT.leaves, HALF.leaves
    around = 0.5 * rim(antialias) * leaf(BUILT_IN["pixel"])
    step, own, row = 0.5 * half - around, 0.5 * half + around, Input("row", Type(2))
    i, j = row.leaves
    quarter = Function(
        "quarter", [POINT, HALF, row], apply(once, (x + i * step, y + j * step, own))
    )
    ways = Table([(i, j) for j in (1, -1) for i in (1, -1)])
    worst = fold("max", quarter, ways, (x, y, half))
    whole = apply(once, (x, y, half))
    found = where(whole[0] > 0.0, Vec(worst), Vec(whole))
    return Function("looked", [POINT, HALF], found, Type(1 + NUMBERS))


def settled(picture: Picture, antialias: str) -> Function:
    """What a tile without an edge shows at a point, of which layers are full: premultiplied."""
    if antialias == "exact":
        background = picture.background and evened(picture.background, POINT)
        layers = mapped(picture.layers, _evened)
        picture = replace(picture, layers=layers, background=background)
    leaves = TILE_CLASS.leaves
    digits = (
        make("mod", make("floor", leaves[k // DIGITS] * 0.5 ** (k % DIGITS)), const(2.0))
        for k in count()
    )  # in the order of ``flat``, in which layers are composed too
    return picture.covered("settled", TILE_CLASS, lambda layer: next(digits))


def varies(function: Function) -> bool:
    """Whether what a function of TILE_CLASS gives depends on the point as well."""
    return not set(POINT.leaves).isdisjoint(postorder(function.outputs))


def _proven(layer: Layer, smooth: bool) -> tuple[Expr, Expr, Expr]:
    """Whether the layer covers nothing, or everything, in the tile, and whether its field turns
    nowhere there, if that is asked for."""
    x, y = POINT.leaves
    half, beyond = HALF.leaves[0], ZERO
    if layer.measured:
        beyond = layer.reach  # the field tells how far away it is
    else:
        half = half + layer.reach
    known = decided(layer.field) if smooth else bounds(layer.field)
    box = [x - half, y - half, x + half, y + half]
    low, high, *one = apply(known, box, layer.source)
    one_piece = one[0] > 0.5 if one else NEVER
    if layer.width is None:
        return low > beyond, high < -beyond, one_piece
    inner = 0.5 * (layer.width if layer.fade is None else layer.width - layer.fade)
    inside = (-inner < low) & (high < inner) if layer.measured else NEVER
    return (low > beyond) | (high < -beyond), inside, one_piece


def _evened(layer: Layer) -> Layer:
    """The layer with colors whose kinks count; one colored by its field is never settled."""
    return layer if layer.colored_by_jet else replace(layer, color=evened(layer.color, POINT))


def _steady(color: Color) -> Expr:
    """Whether a color of the point jumps nowhere in the tile."""
    function = steadiness(color, POINT)
    if function is None:
        return ~NEVER
    (x, y), (half,) = POINT.leaves, HALF.leaves
    return apply(bounds(function), [x - half, y - half, x + half, y + half])[0] > 0.0


def _by_slope(layer: Layer, antialias: str) -> bool:
    """Whether the layer is drawn as far as the slope of its field says, which bounds do not."""
    if not layer.wanders:
        return False
    return antialias != "exact" or projection(layer) is None
