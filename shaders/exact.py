"""The exact picture: each pixel the mean of the pointwise composite, by its edges.

A stack of layers within a cell is known as a **state**: the light on the two sides of one chord,
how much of the cell is inside of it, and whether it is tangled (bounded by more than that chord) or
rough (so that its parts have to be looked at). Layers are laid onto it one by one. Where two edges
share a cell the mean is that over the parts that both cut it into, so shapes that share an edge
show nothing between them. What is rough is cut into 4 x 4 cells, and these once again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .calculus.costs import size as ops
from .calculus.costs import turns as rounds
from .calculus.expr import Expr, const, substitute
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.in_cell import Edges, Jets
from .calculus.parameters import BUILT_IN, leaf
from .calculus.vectors import Vec, abs, dot, max, min, where
from .calculus.wanted import Span
from .cells import (
    SUSPECT,
    Cover,
    astray,
    band_cover,
    fill_cover,
    guess_cover,
    measured,
    nearer,
)  # fmt: skip
from .chords import CUT, Cut, common
from .color import blend
from .coverage import fade
from .projection import nearest
from .tones import MET, SEEN, Color, Tone, averaged, leapt, rougher

if TYPE_CHECKING:
    from .layers import Layer

__all__ = [
    "ARC", "CLEAR", "DEPTH", "MANY", "MANY_ARC", "MANY_PARTS", "PARTS", "SIZE", "Cells", "Laid",
    "State", "asked", "cells_of", "laid", "means", "projection", "shown",
]  # fmt: skip

SIZE = Input("size")
"""The side of a cell, in scene units."""
PARTS = 4
"""A rough cell is cut into so many parts each way."""
DEPTH = 2
"""How often, at most."""
BLOCK = 1 << 15
"""Cells evaluated at a time in NumPy: each value of the graph is an array of these, and the arrays
that are in use fit a cache."""
MANY = 2000
"""Rows of a table of very many shapes: those of a thousand in a picture are still larger than its
pixels."""
MANY_PARTS = 2
"""The same for pictures of many shapes, whose edges are short: cut DEPTH times at most."""
ARC, MANY_ARC = 0.08, 0.4
"""How far an edge may leave its chord, in pixels, where it is drawn as an arc: of shapes by lists,
and of very many."""
TURNS = 60_000
"""Turns of loops in one pixel: Mesa's software rasteriser leaves them after 65,535."""
LARGEST = 3500
"""Ops of a projection that is worth its compilation."""
STATE = Type(8 + CUT.size + 2)
ZERO, ONE = const(0.0), const(1.0)
CLEAR = (ZERO,) * 4
EVERYWHERE = Cover(Cut(ONE, const(-2.0), ONE, ZERO, ZERO, ZERO), ZERO, ZERO)


class Cells(NamedTuple):
    """What an exact pixel is made of."""

    cell: Function
    parts: int
    """A rough cell is cut into so many each way."""
    depth: int
    """How often, at most."""


class State(NamedTuple):
    """What a stack of layers shows of a cell, premultiplied and linear."""

    inside: tuple[Expr, ...]
    outside: tuple[Expr, ...]
    cover: Cover

    @property
    def flat(self) -> tuple[Expr, ...]:
        """All as scalars, in the order of STATE."""
        c = self.cover
        return (*self.inside, *self.outside, *c.cut, c.tangled, c.rough)

    @property
    def mean(self) -> Vec:
        """The light of the cell."""
        return Vec(o + (i - o) * self.cover.cut.part
                   for i, o in zip(self.inside, self.outside, strict=True))  # fmt: skip

    @property
    def met(self) -> State:
        """The state, rough where an edge meets a stop of a color."""
        c = self.cover
        both = (c.cut.part > 0.0) & (c.cut.part < 1.0) & (c.rough >= MET)
        return self._replace(cover=c._replace(rough=where(both, 1.0, c.rough)))


def state(flat: Sequence[Expr]) -> State:
    """What ``State.flat`` wrote down."""
    *cut, tangled, rough = flat[8:]
    return State(tuple(flat[:4]), tuple(flat[4:8]), Cover(Cut(*cut), tangled, rough))


def _laid(mode: str, below: State, above: State) -> State:
    """A state laid onto another."""

    def on(a: Sequence[Expr], b: Sequence[Expr]) -> Vec:
        return Vec(apply(blend(mode), (*a, *b)))

    def pick(c: Expr, a: Sequence[Expr], b: Sequence[Expr]) -> tuple[Expr, ...]:
        return tuple(where(c, x, y) for x, y in zip(a, b, strict=True))

    k, c = below.cover, above.cover
    p, q = k.cut.part, c.cut.part
    cut, cuts = (p > 0.0) & (p < 1.0), (q > 0.0) & (q < 1.0)
    both = cut & cuts
    within, crosses, along = apply(common(), (*k.cut, *c.cut))
    tangled = k.tangled + c.tangled > 0.0
    fused = both & ~tangled & (abs(along) > 0.5)  # both lie along one edge, which stays one
    knot = tangled | (crosses > 0.5)
    in_in = where(knot, p * q, within)
    neither = on(below.outside, above.outside)
    lower, upper = (
        on(below.inside, above.outside) - neither,
        on(below.outside, above.inside) - neither,
    )
    corner = on(below.inside, above.inside) - neither - lower - upper
    mean = neither + p * lower + q * upper + in_in * corner  # opaque light stays so
    under = pick(p >= 1.0, below.inside, below.outside)
    turned = (both & (along < 0.0)) | (~both & (q < 1.0))
    top = pick(turned, above.outside, above.inside)
    bottom = pick(fused & (along > 0.0), above.outside, pick(fused, above.inside, top))
    alone = cuts & ~both
    inside = pick(alone, on(under, above.inside), on(below.inside, top))
    outside = pick(alone, on(under, above.outside), on(below.outside, bottom))
    lost = both & ~fused
    bound = Cut(*pick(alone, c.cut, k.cut))
    merged = Cover(
        bound._replace(part=where(lost, 0.5, bound.part)),
        where(lost, 1.0, where(alone, c.tangled, k.tangled)),
        max(k.rough, c.rough, where(both & knot, 1.0, 0.0)),
    )
    return State(pick(lost, mean, inside), pick(lost, mean, outside), merged)


@cache
def lay(mode: str) -> Function:
    """The composition of two states."""
    inputs = [Input("below", STATE), Input("above", STATE)]
    return trace(
        lambda a, b: _laid(mode, state(a), state(b)).flat, inputs, name=f"lay_{blend(mode).name}"
    )


class Laid(NamedTuple):
    """A state, and whether it is one plain light, so that nothing of it has to be worked out."""

    state: State
    plain: bool = False

    def under(self, mode: str, above: State) -> Laid:
        """With another state laid onto it."""
        if self.plain:
            light = self.state.inside
            inside, outside = (
                tuple(apply(blend(mode), (*light, *side))) for side in (above.inside, above.outside)
            )
            if above.outside == CLEAR:
                outside = light
            rough = rougher(above.cover.rough, self.state.cover.rough)
            return Laid(State(inside, outside, above.cover._replace(rough=rough)))
        return Laid(state(apply(lay(mode), (*self.state.flat, *above.flat))))


def plain(light: Sequence[Expr], rough: Expr = ZERO) -> Laid:
    """One light everywhere in the cell."""
    cover = EVERYWHERE._replace(rough=rough)
    return Laid(State(tuple(light), tuple(light), cover), plain=True)


Shade = Callable[[Color, Vec, Expr, Vec], tuple[Expr, ...]]
"""A straight color at a point, by a field's value and gradient in scene units."""


def laid(layer: Layer, edges: Edges | Jets, shade: Shade, arc: Expr | None = None) -> State:
    """One layer in the cell: its light, premultiplied, within its edge, and nothing beyond.

    A fill is rough where its edge leaves its chord by more than ``arc``, up to which it is drawn as
    an arc; without that, by a little.

    The color is that in the middle of the part that is inside.
    """
    size = SIZE.leaves[0]
    e, t, jumps = edges.of(layer.field, asked(layer))
    kind, zero = t.kind, (ZERO,) * 3
    jet, rest = e[: t.m * 3 * edges.order], e[3 * edges.order :]
    first = edges.order == 1
    if first:  # as if nothing bent
        e = (*jet, *zero, *((*rest[:3], *zero, *rest[3:]) if kind == "edge" else rest))
    opacity = layer.opacity
    if layer.fade is not None or layer.width is not None:
        d = _distance(layer, edges.point, e)
    if layer.fade is not None:
        width = None if layer.width is None else layer.width / size
        mean = d[0] + (d[3] + d[5]) / 24.0  # of the distance, over the cell
        part = fade("gradient", mean, Vec(d[1:3]), Vec(d[3:6]), layer.fade / size, width)
        turns = ZERO
        if kind != "jet":  # a corner, or a jump, within the fade
            close = min(e[12], e[-2]) if kind == "edge" else e[-2]
            turns = where((part > 0.0) & (part < 1.0) & (close < 1.0), 1.0, 0.0)
        opacity = opacity * part
        cover = EVERYWHERE._replace(rough=turns)
    elif layer.width is None:
        cover = fill_cover(e, kind, jumps, arc)
        if first:
            guess = guess_cover(e)
            cover = cover._replace(rough=max(cover.rough, guess.rough)) if kind != "jet" else guess
    else:
        width, unsure = layer.width / size, ZERO
        if projection(layer) is not None:
            unsure = astray(e, width)
            if kind == "edge":
                d, both = nearer(e, d, width)
                unsure = max(unsure, both)
        cover = band_cover(e, kind, d, width)
        cover = cover._replace(rough=rougher(cover.rough, unsure))
        if first:
            beside = abs(abs(d[0]) - 0.5 * layer.width / size)
            suspect = where(beside <= SUSPECT * (abs(d[1]) + abs(d[2])), 1.0, 0.0)
            cover = cover._replace(rough=max(cover.rough, suspect))
    if layer.colored_by_jet and kind == "edge":  # the color turns where the field does
        turns = where((e[12] < 1.0) & (cover.cut.part > 0.0), 1.0, 0.0)
        cover = cover._replace(rough=max(cover.rough, turns))
    inward = -0.5 * (1.0 - cover.cut.part) * Vec((cover.cut.x, cover.cut.y))
    value, slope = e[0] + dot(inward, Vec(e[1:3])), Vec(e[1:3]) / size
    tone, part = layer.tone(edges.point, SIZE, e), cover.cut.part
    cover = cover._replace(rough=rougher(cover.rough, where(part > 0.0, tone.rough, 0.0)))
    middle = Vec(edges.point.leaves) + size * inward
    (*rgb, alpha), leaps = shown(layer.color, tone, lambda c: shade(c, middle, value, slope), part)
    cover = cover._replace(rough=rougher(cover.rough, where(part > 0.0, leaps, 0.0)))
    if any(b is not ZERO for b in tone.beyond):
        # a color by its field may turn at the edge itself, where it is not seen to
        missed = (part < 1.0) & (max(*map(abs, tone.beyond)) > SEEN)
        if not layer.colored_by_jet:
            cover = cover._replace(
                rough=rougher(cover.rough, where((part > 0.0) & missed, 1.0, 0.0))
            )
        *rgb, alpha = Vec((*rgb, alpha)) + where(part < 1.0, 0.0, 1.0) * Vec(tone.beyond)
    return State(tuple(Vec((*rgb, ONE)) * (opacity * alpha)), CLEAR, cover)


def asked(layer: Layer) -> Span:
    """Between which values a layer asks for its field."""
    if layer.wanders or (layer.colored_by_jet and layer.width is not None):
        return Span(None, None)
    return Span(None if layer.colored_by_jet else -layer.reach, layer.reach)


def shown(
    color: Color,
    tone: Tone,
    shade: Callable[[Color], Sequence[Expr]],
    part: Expr = ONE,
) -> tuple[Sequence[Expr], Expr]:
    """A color in the part of a cell that shows it, with its ramps as they are on either side of
    where they jump; and whether that makes it rough."""
    own = shade(averaged(color, SIZE))
    if not tone.leaps:
        return own, ZERO
    beyond = substitute(shade(averaged(color, SIZE, tone.leaps)), tone.leaps)
    added, rough = leapt(Vec(own), Vec(beyond), tone.near, SIZE)
    return Vec(own) + where(part < 1.0, 0.0, 1.0) * added, rough


def projection(layer: Layer) -> Function | None:
    """The distance to the layer's zero set, if that is to be found by projection."""
    if not layer.wanders:
        return None
    projected = nearest(layer.field, known=True)
    return projected if ops(projected) <= LARGEST else None


def _distance(layer: Layer, point: Input, e: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The jet of the distance to the layer's zero set in the picture, in cells.

    Of a field that is a distance it is that of the field, else that by projection. A field too
    large to be evaluated once more for every step keeps the distance that its jet gives.
    """
    if (projected := projection(layer)) is None:
        return apply(measured(), e[:6])
    size = SIZE.leaves[0]
    reach = layer.reach + leaf(BUILT_IN["pixel"])  # the same for a pixel's parts as for the whole
    jet = (e[0], *(x / size for x in e[1:3]), *(x / (size * size) for x in e[3:6]))
    d = apply(projected, (*point.leaves, reach, *jet), layer.source)
    return (d[0] / size, *d[1:3], *(x * size for x in d[3:6]))


@lru_cache(maxsize=64)
def cells_of(cell: Function) -> Cells:
    """A cell, cut as often as may be: less if each part goes around many loops."""
    each = rounds(cell)
    ways = [(PARTS, DEPTH), (PARTS - 1, DEPTH), (PARTS, 1), (PARTS - 1, 1)]
    fit = [(n, depth) for n, depth in ways
           if each * sum(n ** (2 * level) for level in range(depth + 1)) <= TURNS]  # fmt: skip
    return Cells(cell, *(fit[0] if fit else (PARTS, 0)))


Array = NDArray[np.float64]


def means(
    cells: Cells,
    call: Callable[[Function, list[Array]], list[Array]],
    x: Array,
    y: Array,
    size: float,
) -> Array:
    """The mean light (..., 4) of cells of a size about points, rough ones by their parts."""
    result, again = np.empty((*x.shape, 4)), np.empty(x.shape, bool)
    across, up, lights, roughs = x.ravel(), y.ravel(), result.reshape(-1, 4), again.reshape(-1)
    for start in range(0, x.size, BLOCK):
        own = slice(start, start + BLOCK)
        *light, rough = call(cells.cell, [across[own], up[own], np.full_like(across[own], size)])
        for channel, value in enumerate(light):
            lights[own, channel] = value
        roughs[own] = rough > 0.5
    if cells.depth and again.any():
        steps = ((np.arange(cells.parts) + 0.5) / cells.parts - 0.5) * size
        dx, dy = (s.ravel() for s in np.meshgrid(steps, steps))
        inner = cells._replace(depth=cells.depth - 1)
        parts = means(inner, call, x[again][:, None] + dx, y[again][:, None] + dy,
                      size / cells.parts)  # fmt: skip
        result[again] = parts.mean(axis=1)
    return result
