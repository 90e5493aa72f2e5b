"""Pictures of deep graphs, cut to what each region needs: drawn by NumPy, without a shader.

A graph of thousands of ops compiles for many seconds, and most of it matters nowhere but in a few
pixels. So the picture is cut into boxes, these again, down to pixels (and for "exact" to parts of
pixels); in each, intervals drop what does not matter there (``calculus.narrow``). Most boxes come
to be empty or full in all layers; elsewhere the jets of what is left are drawn (``plan``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..shaders.calculus.evaluate import call, evaluate
from ..shaders.calculus.narrow import Bounded
from ..shaders.calculus.tapes import Tape
from ..shaders.color import encode
from ..shaders.exact import DEPTH, PARTS
from ..shaders.picture import Frame, Layer, Picture
from .plan import CENTER, EMPTY, FULL, MIXED, RUNNER_UP, Plan, plan_of
from .tiles import Tile, tiles

__all__ = ["draw", "suited"]

Array = NDArray[Any]
TOP: Final = 512
"""Pixels on a side of the boxes that a picture is cut into first."""
CUTS: Final = (8, 4, 4, 2, 2)
"""How often each box is cut each way, down to pixels. Measured."""
NEAR: Final = 4
"""Boxes of fewer pixels are not widened by what strokes reach: those are decided in larger ones."""
BLOCK: Final = 1 << 14
"""Cells evaluated at a time, so that what is computed of them stays in the processor's cache."""
SHARE: Final = 0.3
"""Of the graph: what small boxes may need for this to be faster than a shader."""
SAMPLES: Final = 20
"""How many boxes, about, are tried for that."""
MOST: Final = 1 << 22
"""Rows times columns of a tape: more are worked out in turns."""
JETS: Final = 8
"""What the jets at one point take of that."""
BEYOND: Final = 1e9
"""A field's value where its layer is all out."""
NONE: Final = (BEYOND, 0.0, 0.0, 0.0, 0.0, 0.0)
"""The jet of a runner-up that there is not."""


def suited(picture: Picture, antialias: str, frame: Frame) -> Plan | None:
    """The plan of a picture of a deep graph, if its regions need so little of it that it pays.

    That is tried in the middle of the frame. "fwidth" asks neighbors, whatever those need, and
    cannot be drawn so.
    """
    made = plan_of(picture, antialias)
    x, y = (max(n - TOP, 0) // 2 for n in frame.size)
    width, height = (min(n, TOP) for n in frame.size)
    middle = Drawing(made, frame, "linear", Tile(x, y, width, height), np.empty(0))
    return made if middle.share() <= SHARE else None


def draw(plan: Plan, frame: Frame, output: str, tile: Tile, out: Array) -> None:
    """Draw one tile of a picture into ``out``, (height, width, 4), top row first."""
    upward = out[::-1]

    def block(b: Tile) -> None:
        whole = b._replace(x=tile.x + b.x, y=tile.y + b.y)
        part = upward[b.y : b.y + b.height, b.x : b.x + b.width]
        Drawing(plan, frame, output, whole, part).draw()

    blocks = list(tiles((tile.width, tile.height), TOP))
    if len(blocks) == 1:
        block(blocks[0])
    else:
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # NumPy lets go of Python meanwhile
            list(pool.map(block, blocks))


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


class Drawing:
    """One block of one frame, of at most TOP pixels each way; ``out`` has the lowest row first."""

    def __init__(self, plan: Plan, frame: Frame, output: str, tile: Tile, out: Array) -> None:
        self.plan, self.frame, self.output = plan, frame, output
        self.tile, self.out = tile, out
        self.pixel = frame.pixel
        self.reaches = [self._reach(layer) for layer in plan.layers]
        self.wide = max((r for r, layer, kept in zip(self.reaches, plan.layers, plan.kept,
                                                     strict=True)
                         if plan.exact and (kept or not layer.measured)), default=0.0)  # fmt: skip
        self._corner = Cells(np.array([tile.x]), np.array([tile.y]), float(TOP))
        self._nothing = np.zeros((len(plan.layers), 1), np.int8)  # is decided yet
        self.table: dict[tuple[int, ...], int] = {}
        self.shown = np.zeros((TOP, TOP), np.intp)  # by the table's numbers, what is where

    def draw(self) -> None:
        """All of the block."""
        tape = self.plan.graph.tape(self.frame.values)
        edges = list(self._within(tape, self._corner, self._nothing, 0))
        self._fill()
        for cells, light in edges:
            place = (v.astype(np.intp) for v in (cells.y - self.tile.y, cells.x - self.tile.x))
            self.out[tuple(place)] = encode(light, self.output)

    def share(self) -> float:
        """Which part of the graph some small boxes of the block need, those with an edge maybe."""
        tape, boxes, codes = self.plan.graph.tape(self.frame.values), self._corner, self._nothing
        whole = max(tape.count - tape.leaves, 1)
        for cut in CUTS[:2]:
            cells = boxes.parts(cut)
            bounded, codes = self._bounded(tape, cells, codes)
            mixed = (codes == MIXED).any(axis=0) & self._inside(cells)
            some = np.zeros(mixed.shape, np.bool_)
            found = np.flatnonzero(mixed)
            some.ravel()[found[:: 1 + len(found) // SAMPLES]] = True
            tape, alive = bounded.cut([(own == MIXED) & some for own in codes])
            boxes, codes = cells.taken(alive), codes.reshape(len(codes), -1)[:, alive]
        return (tape.count - tape.leaves) / (max(tape.boxes, 1) * whole)

    def _within(
        self, tape: Tape, boxes: Cells, before: Array, level: int
    ) -> Iterator[tuple[Cells, Array]]:
        """The pixels in boxes where an edge may be, and their light; notes what all others are."""
        cells = boxes.parts(CUTS[level])
        bounded, codes = self._bounded(tape, cells, before)
        mixed = (codes == MIXED).any(axis=0)
        self._note(cells.taken(np.flatnonzero(~mixed)), codes[:, ~mixed])
        mixed &= self._inside(cells)
        if cells.side == 1.0:
            yield cells.taken(np.flatnonzero(mixed)), self._light(bounded, cells, codes, mixed, 0)
            return
        for piece, finer, own in self._pieces(bounded, cells, codes, mixed, CUTS[level + 1] ** 2):
            yield from self._within(piece, finer, own, level + 1)

    def _inside(self, cells: Cells) -> Array:
        """Whether cells are, at least in part, of the tile."""
        right, top = self.tile.x + self.tile.width, self.tile.y + self.tile.height
        within: Array = (cells.x < right) & (cells.y < top)
        return within

    def _pieces(
        self, bounded: Bounded, cells: Cells, codes: Array, wanted: Array, columns: int
    ) -> Iterator[tuple[Tape, Cells, Array]]:
        """The tapes of the cells that are wanted, none so large that it would not fit in memory."""
        tape, alive = bounded.cut([(own == MIXED) & wanted for own in codes])
        count = min(-(-tape.count * columns // MOST), len(alive))
        if count <= 1:
            yield tape, cells.taken(alive), codes.reshape(len(codes), -1)[:, alive]
            return
        del tape
        for part in np.array_split(alive, count):
            some = np.zeros(wanted.shape, np.bool_)
            some.ravel()[part] = True
            yield from self._pieces(bounded, cells, codes, some, columns)

    # --- what is decided -------------------------------------------------------------------------
    def _bounded(self, tape: Tape, cells: Cells, before: Array) -> tuple[Bounded, Array]:
        """The intervals in cells, and what the layers are in them: (layers, boxes, parts)."""
        plan = self.plan
        margin = self.wide if cells.side >= NEAR else 0.0
        center_ = 0.0 if plan.exact else 0.5 * self.pixel  # only centers count, or all of a pixel
        ends = []
        for near in self.frame.at(cells.x, cells.y):
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
        if layer.width is None and layer.fade is None:
            return 0.0
        return float(evaluate([layer.reach], {}, self.frame.values)[0]) + self.pixel

    def _note(self, cells: Cells, codes: Array) -> None:
        """Write down which layers are in at decided cells."""
        if not len(cells.x):
            return
        kinds, which = _kinds(codes)
        numbers = np.array([self.table.setdefault(kind, len(self.table)) for kind in kinds])
        side = int(cells.side)
        inner = np.arange(side)
        rows = (cells.y - self.tile.y).astype(np.intp)[:, None, None] + inner[:, None]
        columns = (cells.x - self.tile.x).astype(np.intp)[:, None, None] + inner
        self.shown[rows, columns] = numbers[which][:, None, None]

    def _fill(self) -> None:
        """Color the pixels that are decided; others get some color."""
        shown = self.shown[: self.tile.height, : self.tile.width]
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
        every = np.flatnonzero(wanted)
        shown = [self._shown(*piece) for piece in
                 self._pieces(bounded, cells, codes, wanted, JETS)]  # fmt: skip
        light, rough = (np.concatenate(found) for found in zip(*shown, strict=True))
        if not self.plan.exact or depth == DEPTH:
            return light
        for k, own in enumerate(codes.reshape(len(codes), -1)[:, every]):
            if not self.plan.kept[k]:
                rough |= (own == MIXED) & bounded.root(k)[-1].ravel()[every]
        if rough.any():
            more = np.zeros(wanted.shape, np.bool_)
            more.ravel()[every[rough]] = True
            pieces = self._pieces(bounded, cells, codes, more, PARTS**2)
            light[rough] = np.concatenate([self._mean(*piece, depth + 1) for piece in pieces])
        return light

    def _mean(self, tape: Tape, cells: Cells, before: Array, depth: int) -> Array:
        """The mean light of cells by their parts."""
        parts = cells.parts(PARTS)
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
        mean: Array = light.mean(axis=1)
        return mean

    def _shown(self, tape: Tape, cells: Cells, codes: Array) -> tuple[Array, Array]:
        """The light of cells by the jets of their layers at the center, and which are rough."""
        plan = self.plan
        x, y = self._centers(cells)
        light, rough = np.zeros((len(x), 4)), np.zeros(len(x), np.bool_)
        jets, turns = self._jets(tape, x, y, codes)
        for function, which in ((plan.smooth, turns == 0), (plan.turning, turns > 0)):
            own = np.flatnonzero(which)
            for start in range(0, len(own), BLOCK):
                b = own[start : start + BLOCK]
                values: dict[str, Any] = {**self.frame.values, CENTER.name: (x[b], y[b])}
                for parameter, jet in zip(plan.jets, jets, strict=True):
                    values[parameter.name] = [v[b] for v in jet]
                sides = [np.full(len(b), self.pixel * cells.side)] if plan.exact else []
                found = call(function, [x[b], y[b], *sides], values)
                light[b] = np.stack([np.broadcast_to(v, len(b)) for v in found[:4]], axis=-1)
                if plan.exact:
                    rough[b] = found[4] > 0.5
        return light, rough | (turns > 1)

    def _jets(
        self, tape: Tape, x: Array, y: Array, codes: Array
    ) -> tuple[list[list[Array]], Array]:
        """What each layer's parameter holds at points, and how often a layer turns about them."""
        plan, turns, result = self.plan, np.zeros(len(x), np.int8), []
        away = np.array([0.0, BEYOND, -BEYOND])
        found = tape.jets(x[:, None], y[:, None], plan.order, sides=plan.exact)
        for k, (parts, own) in enumerate(zip(found, codes, strict=True)):
            mixed = own == MIXED
            value, *rest = (v[:, 0] for v in parts)
            jet = [np.where(mixed, value, away[own])]
            if plan.exact:
                *rest, count = rest
                count = np.where(mixed, 0 if plan.kept[k] else count, 0)
                turns = np.maximum(turns, count)
                first, second = rest[: RUNNER_UP - 1], rest[RUNNER_UP - 1 :]
                lesser = (count == 0) | (jet[0] <= second[0])
                jet += [np.where(mixed, v, 0.0) for v in first]
                jet += [np.where(count > 0, v, far)
                        for v, far in zip(second, NONE, strict=True)]  # fmt: skip
                jet.append(np.where(lesser, 1.0, -1.0))
            else:
                jet += [np.where(mixed, v, 0.0) for v in rest]
            result.append(jet)
        return result, turns

    def _centers(self, cells: Cells) -> tuple[Array, Array]:
        """The middles of cells, in scene units."""
        half = 0.5 * cells.side
        return self.frame.at(cells.x + half, cells.y + half)


def _kinds(codes: Array) -> tuple[list[tuple[int, ...]], Array]:
    """The columns of codes that there are, each once, and which one each column is."""
    which, first = np.zeros(codes.shape[1], np.int64), np.zeros(0, np.intp)
    for own in codes:
        _, first, which = np.unique(3 * which + own, return_index=True, return_inverse=True)
    return [tuple(map(int, column)) for column in codes[:, first].T], which
