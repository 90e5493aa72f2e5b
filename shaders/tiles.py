"""Tiles: which squares of a picture hold an edge, by interval bounds.

A layer is **empty** or **full** in a tile if the bounds of its field over the tile, with half a
pixel around it, say so; else the tile has an **edge**. What is proven needs no coverage: its layers
are laid down whole or not at all.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import Final

from .calculus.bounds import bounds
from .calculus.expr import Expr, const, make, postorder
from .calculus.function import Function, Input, Type, apply, size
from .calculus.vectors import max, where
from .exact import projection
from .picture import POINT, Color, Group, Layer, Picture, flat
from .tones import evened, steadiness

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
    return SMALL_SIDE if antialias == "exact" and size(picture.cell) > COSTLY else SIDE


def classes(picture: Picture, antialias: str) -> Function:
    """Of a tile's middle and half its side: 1 if it has an edge, else 0; and its TILE_CLASS.

    Edges and layers below one that is full and opaque are left out: nobody sees them. In an exact
    picture a color that turns with the field is an edge, too.
    """
    digits: list[Expr] = []
    exact, edge = antialias == "exact", ZERO
    if exact and picture.background is not None:
        edge = where(_steady(picture.background), 0.0, 1.0)
    for each in picture.layers:
        for layer in flat([each]):
            empty, full = _proven(layer)
            if exact:
                full = full & (NEVER if layer.colored_by_jet else _steady(layer.color))
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


def settled(picture: Picture, antialias: str) -> Function:
    """What a tile without an edge shows at a point, of which layers are full: premultiplied."""
    if antialias == "exact":
        background = picture.background and evened(picture.background, POINT)
        layers = tuple(map(_evened, picture.layers))
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


def _proven(layer: Layer) -> tuple[Expr, Expr]:
    """Whether the layer covers nothing, or everything, in the tile."""
    x, y = POINT.leaves
    lengths = [0.5 * e for e in (layer.width, layer.fade) if e is not None]
    reach = sum(lengths, ZERO)
    half, beyond = HALF.leaves[0], ZERO
    if layer.measured:
        beyond = reach  # the field tells how far away it is; else the tile is widened by as much
    else:
        half = half + reach
    low, high = apply(bounds(layer.field), [x - half, y - half, x + half, y + half], layer.source)
    if layer.width is None:
        return low > beyond, high < -beyond
    inner = 0.5 * (layer.width if layer.fade is None else layer.width - layer.fade)
    inside = (-inner < low) & (high < inner) if layer.measured else NEVER
    return (low > beyond) | (high < -beyond), inside


def _evened(layer: Layer | Group) -> Layer | Group:
    """The layer with colors whose kinks count; one colored by its field is never settled."""
    if isinstance(layer, Group):
        return replace(layer, layers=tuple(map(_evened, layer.layers)))
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
    if layer.measured or (layer.width is None and layer.fade is None):
        return False
    return antialias != "exact" or projection(layer) is None


def _opaque(layer: Layer | Group) -> bool:
    """Whether nothing shows through the layer where it is full."""
    if isinstance(layer, Group) or layer.blend != "normal":
        return False
    return all(
        e.op.name in ("const", "literal") and e.data == 1.0 for e in (layer.color[3], layer.opacity)
    )
