"""Pictures of deep graphs, cut to what each region needs: drawn by NumPy, without a shader.

A graph of thousands of ops compiles for many seconds, and most of it matters nowhere but in a few
pixels. So the picture is cut into boxes, these again, down to pixels (and for "exact" to parts of
pixels); in each, intervals drop what does not matter there (``calculus.narrow``). Most boxes come
to be empty or full in all layers. Where an edge is, what is left of a field is smooth, or is cut
further; its jet at the center is all that the picture's own function has to know: it is given the
polynomial with that jet in the field's place.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..shaders.calculus.evaluate import call, evaluate
from ..shaders.calculus.expr import Expr, const, make
from ..shaders.calculus.function import Function, callees, size
from ..shaders.calculus.narrow import Bounded, Graph, Tape, inlined
from ..shaders.calculus.parameters import Parameter, leaf
from ..shaders.color import encode
from ..shaders.coverage import order
from ..shaders.exact import DEPTH, LARGEST, PARTS
from ..shaders.picture import POINT, Frame, Group, Layer, Picture
from ..shaders.projection import nearest
from .tiles import Tile, tiles

__all__ = ["Regions", "regions", "worthwhile"]

Array = NDArray[Any]
MIXED, EMPTY, FULL = 0, 1, 2
"""What a layer is in a box: an edge may be there, or it is all out, or all in."""
TOP: Final = 512
"""Pixels on a side of the boxes that a picture is cut into first."""
CUTS: Final = (8, 4, 4, 2, 2)
"""How often each box is cut each way, down to pixels. Measured."""
NEAR: Final = 4
"""Boxes of fewer pixels are not widened by what strokes reach: those are decided in larger ones."""
BLOCK: Final = 1 << 14
"""Cells evaluated at a time, so that what is computed of them stays in the processor's cache."""
BRANCHED: Final = 0.1
"""The least share of a graph's nodes that must be operands of choices."""
BEYOND: Final = 1e9
"""A field's value where its layer is all out."""
_JETS: Final = (1, 3, 6)  # numbers of a jet, by its order
_CENTER = Parameter("center of cell", "slider", (0.0, 0.0), size=2)


@lru_cache(maxsize=64)
def worthwhile(picture: Picture, antialias: str) -> bool:
    """Whether a picture of a deep graph decides enough to be drawn by its regions."""
    if antialias == "fwidth":  # which asks neighbors, whatever they need
        return False
    graph = regions(picture, antialias).graph
    return graph.choices >= BRANCHED * len(graph.below)


@lru_cache(maxsize=8)
def regions(picture: Picture, antialias: str) -> Regions:
    """The plan of a picture; the same for every frame."""
    return Regions(picture, antialias)


class Cells(NamedTuple):
    """Squares of the picture: lower-left corners in pixels of the whole, and a side for all."""

    x: Array
    y: Array
    side: float

    def parts(self, each: int) -> Cells:
        """Each cut so often each way: (cells, each * each)."""
        side = self.side / each
        dy, dx = np.divmod(np.arange(each * each), each)
        return Cells(self.x[:, None] + dx * side, self.y[:, None] + dy * side, side)

    def taken(self, which: Array) -> Cells:
        """Some of them, in one dimension."""
        return Cells(self.x.ravel()[which], self.y.ravel()[which], self.side)


class Regions:
    """What of a picture is the same for every frame: its graph, and what it is drawn by."""

    def __init__(self, picture: Picture, antialias: str) -> None:
        self.picture, self.antialias = picture, antialias
        self.exact = antialias == "exact"
        flat = list(_flat(picture.layers))
        self.layers = [layer for layer, _ in flat]
        self.covers = [top and _opaque(layer) for layer, top in flat]
        self.kept = [_is_kept(layer, self.exact) for layer in self.layers]
        self.order = 2 if self.exact else max(map(self._order, self.layers), default=0)
        self.fast = antialias == "gradient" or any(x.width is not None for x in self.layers)
        fields = [inlined(layer.field, POINT.leaves)[0] for layer in self.layers]
        self.graph = Graph(fields, POINT.leaves)
        self.jets = [Parameter(f"jet {k}", "slider", (0.0,) * 13, size=13)
                     for k in range(len(flat))]  # fmt: skip
        self._decided: dict[tuple[int, ...], Function] = {}

    def draw(self, frame: Frame, output: str, tile: Tile, out: Array) -> None:
        """Draw one tile of a picture into ``out``, (height, width, 4), top row first."""
        upward = out[::-1]

        def block(b: Tile) -> None:
            whole = b._replace(x=tile.x + b.x, y=tile.y + b.y)
            part = upward[b.y : b.y + b.height, b.x : b.x + b.width]
            Drawing(self, frame, output, whole, part).draw()

        blocks = list(tiles((tile.width, tile.height), TOP))
        if len(blocks) == 1:
            block(blocks[0])
        else:
            with ThreadPoolExecutor(os.cpu_count()) as pool:  # NumPy lets go of Python meanwhile
                list(pool.map(block, blocks))

    @cached_property
    def smooth(self) -> Function:
        """The picture of a cell in which no field turns, by the jets of the fields at its center."""
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


class Drawing:
    """One block of one frame, of at most TOP pixels each way; ``out`` has the lowest row first."""

    def __init__(
        self, plan: Regions, frame: Frame, output: str, tile: Tile, out: Array
    ) -> None:
        self.plan, self.frame, self.output = plan, frame, output
        self.tile, self.out = tile, out
        self.pixel = frame.pixel
        self.reaches = [self._reach(layer) for layer in plan.layers]
        self.wide = max((r for r, layer, kept in zip(self.reaches, plan.layers, plan.kept,
                                                     strict=True)
                         if plan.exact and (kept or not layer.measured)), default=0.0)  # fmt: skip
        self.table: dict[tuple[int, ...], int] = {}

    def draw(self) -> None:
        """All of the block."""
        shown = np.zeros((TOP, TOP), np.intp)
        cells = Cells(np.array([self.tile.x]), np.array([self.tile.y]), float(TOP))
        tape = Tape.whole(self.plan.graph, self.frame.values, 1)
        codes = np.zeros((len(self.plan.layers), 1), np.int8)
        for cut in CUTS:
            cells = cells.parts(cut)
            bounded, codes = self._bounded(tape, cells, codes)
            mixed = (codes == MIXED).any(axis=0)
            done = np.flatnonzero(~mixed)
            self._note(shown, cells.taken(done), codes[:, ~mixed])
            mixed &= (cells.x < self.tile.x + self.tile.width) & (
                cells.y < self.tile.y + self.tile.height
            )
            if cells.side == 1.0:
                break
            tape, alive = bounded.cut([(own == MIXED) & mixed for own in codes])
            cells, codes = cells.taken(alive), codes.reshape(len(codes), -1)[:, alive]
        self._fill(shown[: self.tile.height, : self.tile.width])
        light = self._light(bounded, cells, codes, mixed, 0)
        edges = cells.taken(np.flatnonzero(mixed))
        place = (edges.y - self.tile.y).astype(np.intp), (edges.x - self.tile.x).astype(np.intp)
        self.out[place] = encode(light, self.output)

    # --- what is decided -------------------------------------------------------------------------
    def _bounded(self, tape: Tape, cells: Cells, before: Array) -> tuple[Bounded, Array]:
        """The intervals in cells, and what the layers are in them: (layers, boxes, parts)."""
        plan = self.plan
        margin = self.wide if cells.side >= NEAR else 0.0
        center_ = 0.0 if plan.exact else 0.5 * self.pixel  # only centers count, or all of a pixel
        ends = []
        for corner, center, extent in zip(
            (cells.x, cells.y), self.frame.view.center, self.frame.size, strict=True
        ):
            near = center + self.pixel * (corner - 0.5 * extent)
            slack = 1e-12 * (np.abs(near) + self.pixel) + margin
            far = near + self.pixel * cells.side
            ends.append((near + center_ - slack, far - center_ + slack))
        turns = plan.exact and cells.side <= 1.0
        bounded = Bounded(tape, ends[0], ends[1], fast=plan.fast, turns=turns)
        codes = np.repeat(before[:, :, None], cells.x.shape[1], axis=2)
        hidden = np.zeros(cells.x.shape, np.bool_)
        for k in range(len(plan.layers) - 1, -1, -1):
            own, (low, high, *more) = codes[k], bounded.root(k)
            open_ = own == MIXED
            outside, inside = self._sides(k, cells.side, low, high, more)
            own[open_ & outside] = EMPTY
            own[open_ & inside] = FULL
            own[hidden] = EMPTY
            if plan.covers[k]:
                hidden |= own == FULL
        return bounded, codes

    def _sides(
        self, k: int, side: float, low: Array, high: Array, more: list[Array]
    ) -> tuple[Array, Array]:
        """Where a layer is surely all out, and where all in."""
        plan, layer, reach = self.plan, self.plan.layers[k], self.reaches[k]
        never = np.zeros(low.shape, np.bool_)
        if layer.fade is not None:
            if not layer.measured:
                return never, never
            margin: Any = reach
        elif layer.width is None:
            margin = 0.0 if plan.antialias != "gradient" else 0.51 * self.pixel * more[0]
        elif not plan.exact:
            margin = reach * more[0]
        elif layer.measured:
            margin = reach
        elif side >= NEAR:
            margin = 0.0  # the boxes are as much wider
        else:
            return never, never
        above = low > margin
        below = high <= 0.0 if np.ndim(margin) == 0 and margin == 0.0 else high < -margin
        if layer.width is not None:
            return above | below, never
        return above, never if layer.colored_by_jet else below

    def _reach(self, layer: Layer) -> float:
        """How far from the outline a layer's edge may show, in scene units."""
        lengths = [e for e in (layer.width, layer.fade) if e is not None]
        if not lengths:
            return 0.0
        found = evaluate(lengths, {}, self.frame.values)
        return 0.5 * float(sum(found)) + self.pixel

    def _note(self, shown: Array, cells: Cells, codes: Array) -> None:
        """Write down which layers are in at decided cells."""
        if not len(cells.x):
            return
        kinds, which = _kinds(codes)
        numbers = np.array([self.table.setdefault(kind, len(self.table)) for kind in kinds])
        side = int(cells.side)
        inner = np.arange(side)
        rows = (cells.y - self.tile.y).astype(np.intp)[:, None, None] + inner[:, None]
        columns = (cells.x - self.tile.x).astype(np.intp)[:, None, None] + inner
        shown[rows, columns] = numbers[which][:, None, None]

    def _fill(self, shown: Array) -> None:
        """Color the pixels that are decided; others get some color."""
        plain = np.zeros((max(len(self.table), 1), 4))
        varied = []
        for codes, number in self.table.items():
            light = self._decided(codes, np.zeros(1), np.zeros(1))
            if light.ndim == 1:
                plain[number] = light
            else:
                varied.append((codes, number))
        self.out[...] = encode(plain, self.output)[shown]
        for codes, number in varied:
            y, x = np.nonzero(shown == number)
            for start in range(0, len(x), BLOCK):
                b = slice(start, start + BLOCK)
                centers = self._centers(Cells(x[b] + self.tile.x, y[b] + self.tile.y, 1.0))
                self.out[y[b], x[b]] = encode(self._decided(codes, *centers), self.output)

    def _decided(self, codes: tuple[int, ...], x: Array, y: Array) -> Array:
        """The light where all layers are decided: (n, 4), or (4,) if it is one everywhere."""
        found = call(self.plan.decided(codes), [x, y], self.frame.values)
        if all(np.ndim(v) == 0 for v in found):
            return np.array([float(v) for v in found])
        return np.stack([np.broadcast_to(v, x.shape) for v in found], axis=-1)

    # --- where edges are -------------------------------------------------------------------------
    def _light(
        self, bounded: Bounded, cells: Cells, codes: Array, wanted: Array, depth: int
    ) -> Array:
        """The light of cells, (n, 4), of those that are wanted; cut further where they are rough.

        ``codes`` is (layers, boxes, parts), the others (boxes, parts).
        """
        tape, every = bounded.cut([(own == MIXED) & wanted for own in codes])
        mine = codes.reshape(len(codes), -1)[:, every]
        light, rough = self._shown(tape, cells.taken(every), mine)
        if not self.plan.exact or depth == DEPTH:
            return light
        for k, own in enumerate(mine):
            if not self.plan.kept[k]:
                rough |= (own == MIXED) & bounded.root(k)[-1].ravel()[every]
        if rough.any():
            more = np.zeros(wanted.shape, np.bool_)
            more.ravel()[every[rough]] = True
            tape, every = bounded.cut([(own == MIXED) & more for own in codes])
            parts = cells.taken(every).parts(PARTS)
            light[rough] = self._mean(tape, parts, mine[:, rough], depth + 1)
        return light

    def _mean(self, tape: Tape, parts: Cells, before: Array, depth: int) -> Array:
        """The mean light of the parts of cells."""
        bounded, codes = self._bounded(tape, parts, before)
        light = np.zeros((*parts.x.shape, 4))
        mixed = (codes == MIXED).any(axis=0)
        kinds, which = _kinds(codes[:, ~mixed])
        x, y = (v[~mixed] for v in self._centers(parts))
        decided = np.zeros((len(x), 4))
        for k, kind in enumerate(kinds):
            here = which == k
            decided[here] = self._decided(kind, x[here], y[here])
        light[~mixed] = decided
        light[mixed] = self._light(bounded, parts, codes, mixed, depth)
        return light.mean(axis=1)

    def _shown(self, tape: Tape, cells: Cells, codes: Array) -> tuple[Array, Array]:
        """The light of cells by the jets of their layers at the center, and which are rough."""
        plan = self.plan
        x, y = self._centers(cells)
        jets = [[v[:, 0] for v in jet]
                for jet in tape.jets(x[:, None], y[:, None], plan.order, sides=plan.exact)]  # fmt: skip
        light, rough = np.zeros((len(x), 4)), np.zeros(len(x), np.bool_)
        count = _JETS[plan.order]
        turns = np.zeros(len(x), np.int8)
        away = np.array([0.0, BEYOND, -BEYOND])
        for k, jet in enumerate(jets):
            mixed = codes[k] == MIXED
            jet[0] = np.where(mixed, jet[0], away[codes[k]])
            jet[1:count] = [np.where(mixed, v, 0.0) for v in jet[1:count]]
            if plan.exact and not plan.kept[k]:
                own = np.where(mixed, jet.pop(), 0)
                turns = np.maximum(turns, own)
                sign = np.where(jet[0] <= jet[count], 1.0, -1.0)
                alone = own == 0
                jet[count] = np.where(alone, BEYOND, jet[count])
                jet[count + 1 :] = [np.where(alone, 0.0, v) for v in jet[count + 1 :]]
                jet.append(np.where(alone, 1.0, sign))
        for several in (False, True):
            cells_ = np.flatnonzero((turns > 0) == several)
            for start in range(0, len(cells_), BLOCK):
                b = cells_[start : start + BLOCK]
                values: dict[str, Any] = {**self.frame.values, _CENTER.name: (x[b], y[b])}
                for parameter, jet in zip(plan.jets, jets, strict=True):
                    values[parameter.name] = [v[b] for v in jet]
                args = [x[b], y[b]]
                if plan.exact:
                    args.append(np.full(len(b), self.pixel * cells.side))
                found = call(plan.turning if several else plan.smooth, args, values)
                light[b] = np.stack([np.broadcast_to(v, len(b)) for v in found[:4]], axis=-1)
                if plan.exact:
                    rough[b] = found[4] > 0.5
        return light, rough | (turns > 1)

    def _centers(self, cells: Cells) -> tuple[Array, Array]:
        """The middles of cells, in scene units."""
        (cx, cy), (width, height) = self.frame.view.center, self.frame.size
        half = 0.5 * cells.side
        return (cx + self.pixel * (cells.x + half - 0.5 * width),
                cy + self.pixel * (cells.y + half - 0.5 * height))  # fmt: skip


def _kinds(codes: Array) -> tuple[list[tuple[int, ...]], Array]:
    """The columns of codes that there are, each once, and which one each column is."""
    which, first = np.zeros(codes.shape[1], np.int64), np.zeros(0, np.intp)
    for own in codes:
        _, first, which = np.unique(3 * which + own, return_index=True, return_inverse=True)
    return [tuple(map(int, column)) for column in codes[:, first].T], which


def _polynomial(jet: Parameter, start: int, order: int) -> Expr:
    """What has the jet at the center of the cell that is given, from a component on."""
    f, gx, gy, hxx, hxy, hyy = (leaf(jet, start + k) for k in range(6))
    value: Expr = f
    x, y = (p - leaf(_CENTER, axis) for axis, p in enumerate(POINT.leaves))
    if order >= 1:
        value = value + gx * x + gy * y
    if order == 2:
        value = value + 0.5 * (hxx * x * x + 2.0 * hxy * x * y + hyy * y * y)
    return value


def _extreme(jet: Parameter) -> Expr:
    """The lesser of two (sign 1), or the greater (sign -1)."""
    sign = leaf(jet, 12)
    return sign * make("min", sign * _polynomial(jet, 0, 2), sign * _polynomial(jet, 6, 2))


def _is_kept(layer: Layer, exact: bool) -> bool:
    """Whether a layer has to evaluate its own field: its stroke looks for the outline at other
    points, if that is not too large for a step (as for a shader), or it has the mean of a pattern.
    """
    whole = (*callees(layer.field.outputs), layer.field)
    if not exact:
        return False
    if any(f.mean is not None for f in whole):
        return True
    measured = layer.measured or (layer.width is None and layer.fade is None)
    steps = 3  # evaluations of the field, at least
    return not measured and steps * size(layer.field) <= LARGEST >= size(nearest(layer.field))


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
