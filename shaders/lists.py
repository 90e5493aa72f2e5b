"""Lists: for every tile, the rows of a table that may win there.

A fold over thousands of rows is decided in a tile by the few whose lower bound is not above another
row's upper one: the least of those is the least of all. A fill asks for less: on which side of 0
its field is. So there the rows are kept that may reach 0 in the tile; one that is below it all over
the tile does for all; and where no row comes near, one is left to say so. A fold that melts its
rows together, pair by pair, leaves out what is farther above its partner than that reaches; of the
others each knows how many pairs it completes. The rows are sieved from the whole picture down to
its tiles, part by part, so what is far away is met once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .calculus.bounds import bounds
from .calculus.evaluate import call
from .calculus.expr import Expr, const, node, postorder, rebuild, substitute
from .calculus.folds import Fold, Table
from .calculus.folds import texels as texels_of
from .calculus.forms import pasted
from .calculus.function import Function, Input, Type, called, callees
from .calculus.parameters import BUILT_IN, leaf, parameters
from .calculus.rewrite import replace_leaves
from .calculus.wanted import EVERYWHERE, wanted
from .exact import asked
from .layers import Layer, flat, mapped
from .picture import POINT, Frame, Picture
from .trees import ordered, unmelted

__all__ = ["LISTED", "RUNS", "Lists", "lists", "lone", "melts", "read", "sieves", "solo"]

LISTED: Final = 16
"""Rows of a table that is worth lists."""
FEW: Final = 1 << 13
"""Bounds at once that take little longer than one does."""
TABLES: Final = 2
"""Tables that have lists, the longest."""
RUNS: Final = 0.5
"""What the beginning of a list is moved by whose rows melt one after another, each with all before
it."""

_ZERO, _FAR = const(0.0), const(1e30)
Array = NDArray[Any]


class Sieve(NamedTuple):
    """A place where a table is folded: bounds of a row there, by a box of the picture."""

    table: Table
    row: Function
    """The row's value at a point of the picture: of POINT and of the row's numbers."""
    span: Function
    """Between which two values the fold is asked for; beyond them, only on which side it is."""
    beside: Function
    """How far from the point it is asked for."""
    melted: Function | None = None
    """What two rows become that melt; it rises with both."""
    reach: Function | None = None
    """How far one of the two may be above the other."""


class Lists(NamedTuple):
    """The rows of all tiles."""

    ranges: NDArray[np.float32]
    """(up, across, 4): where the rows of a tile begin and end, for up to two tables."""
    rows: tuple[Array, ...]
    """For each table the numbers of rows, one tile's after another's."""
    texels: NDArray[np.float32]
    """(n, 4): those rows themselves, all tables'. Ranges count from the first texel on, in rows of
    their own table, so that row k begins at k times the texels that each takes. Behind the numbers
    of one that melts stands how many pairs it completes."""


@lru_cache(maxsize=64)
def sieves(picture: Picture) -> tuple[tuple[Sieve, ...], ...]:
    """Where the tables of a picture that are worth lists are folded: for each, every place.

    A table that a color reads, who knows where, is none.
    """
    found: dict[Table, list[Sieve]] = {}
    elsewhere: set[Table] = set()
    for layer in flat(picture.layers):
        own = {t: list(_places(layer, t)) for t in _tables(layer.field.outputs)}
        for table, places in own.items():
            found.setdefault(table, []).extend(places)
            if not places:
                elsewhere.add(table)
        elsewhere.update(_tables([*layer.color, layer.opacity]))
    kept = [(t, s) for t, s in found.items() if len(t.array) >= LISTED and t not in elsewhere]
    kept.sort(key=lambda each: -len(each[0].array))
    return tuple(tuple(s) for _, s in kept[:TABLES])


def lists(
    picture: Picture, frame: Frame, corner: tuple[float, float], grid: tuple[int, int], side: int,
    rim: float = 0.5,
) -> Lists:  # fmt: skip
    """The lists of a grid of tiles of ``side`` pixels, and of so many around each.

    Its lower left corner is in scene units.
    """
    whole = _span(grid)
    ranges = np.zeros((whole, whole, 4), np.float32)
    kept: list[Array] = []
    texels = np.zeros((0, 4), np.float32)
    for slot, places in enumerate(sieves(picture)):
        table = places[0].table
        each = texels_of(table.array.shape[1] + melts(places))
        first = at = -(-len(texels) // each)
        found, pairs = list[Array](), list[Array]()
        for span, x, y, rows in _sieved(places, frame, corner, grid, side, rim):
            starts = _starts(x, y)
            ends = np.append(starts[1:], len(rows))
            firsts = starts
            if melts(places):
                order, completed, runs = ordered(starts, rows)
                rows, firsts = rows[order], starts + RUNS * runs
                pairs.append(completed)
            parts = ranges.reshape(whole // span, span, whole // span, span, 4)
            for k, of in enumerate((firsts, ends)):
                parts[y[starts] // span, :, x[starts] // span, :, 2 * slot + k] = (
                    at + of[:, None, None]
                )
            found.append(rows)
            at += len(rows)
        kept.append(np.concatenate(found))
        gap = np.zeros((first * each - len(texels), 4), np.float32)
        own = table.texels(kept[-1], np.concatenate(pairs) if melts(places) else None)
        texels = np.concatenate([texels, gap, own.reshape(-1, 4)])
    return Lists(np.ascontiguousarray(ranges[: grid[1], : grid[0]]), tuple(kept), texels)


def read(picture: Picture) -> set[str]:
    """The names of the parameters that lists depend on."""
    places = (s for own in sieves(picture) for s in own)
    return {
        p.name
        for s in places
        for f in (s.row, s.span, s.beside, s.melted, s.reach)
        if f
        for p in parameters(f.outputs)
    }


def melts(places: Sequence[Sieve]) -> bool:
    """Whether rows of a table are melted together somewhere."""
    return any(place.melted for place in places)


def _span(grid: tuple[int, int]) -> int:
    """Tiles on a side of the part that holds them all."""
    return 1 << (max(grid) - 1).bit_length()


def lone(picture: Picture) -> list[Table]:
    """The tables of ``solo``; what is in them is not looked at, and only tells them apart."""
    return [
        Table(np.full((1, places[0].table.array.shape[1]), float(slot)))
        for slot, places in enumerate(sieves(picture))
    ]


@lru_cache(maxsize=64)
def solo(picture: Picture) -> Picture:
    """The picture with one row for every table that has lists: that of a tile where it is alone."""

    def alone(layer: Layer) -> Layer:
        outputs = list(layer.field.outputs)
        for table in [t for t in own if t in _tables(outputs)]:
            seen = _seen(Function(layer.field.name, [POINT], outputs), table)
            folds = [e for e in postorder(seen) if e.op.name == "fold" and e.data.table == table]
            outputs = substitute(seen, {
                e: node("fold", e.args, replace(e.data, table=own[table])) for e in folds
            })  # fmt: skip
        field = Function(layer.field.name, [POINT], outputs, source=layer.field.source)
        return replace(layer, field=field)

    own = dict(zip((places[0].table for places in sieves(picture)), lone(picture), strict=True))
    return replace(picture, layers=mapped(picture.layers, alone))


def _sieved(
    places: Sequence[Sieve],
    frame: Frame,
    corner: tuple[float, float],
    grid: tuple[int, int],
    side: int,
    rim: float,
) -> Iterator[tuple[int, Array, Array, Array]]:
    """Parts of so many tiles a side (their first column and row) with rows that may win there.

    One part comes after another. A part is final when it is a tile, or has one row.
    """
    table = np.ascontiguousarray(places[0].table.array.T)
    span, values = _span(grid), frame.values
    x = y = np.zeros(table.shape[1], np.int64)
    rows = np.arange(table.shape[1])
    spans = [call(place.span, [], values) for place in places]
    beside = max(float(call(place.beside, [], values)[0]) for place in places)
    while len(rows):
        pieces = next((n for n in (8, 4) if n <= span and n * n * len(rows) <= FEW), min(span, 2))
        span //= pieces
        # all pieces of all parts, by row, column, and what is known of a part: (up, across, rows)
        shape = pieces, pieces, len(rows)
        steps = span * np.arange(pieces)[:, None]
        half = frame.pixel * (0.5 * side * span + rim) + beside
        x, y = x + steps, (y + steps)[:, None]
        middle = [c + frame.pixel * side * (at + 0.5 * span)
                  for c, at in zip(corner, (x, y), strict=True)]  # fmt: skip
        box = [m + half * way for way in (-1.0, 1.0) for m in middle]
        columns = [*box, *np.take(table, rows, axis=1)]
        starts = _starts(x[0], y[0, 0])
        starts = (np.arange(pieces**2)[:, None] * len(rows) + starts).ravel()
        lengths = np.diff(starts, append=pieces**2 * len(rows))
        keep = np.zeros(pieces**2 * len(rows), bool)
        for place, (least, most) in zip(places, spans, strict=True):
            low, high = (np.broadcast_to(v, shape).ravel()
                         for v in call(_exactly(bounds(place.row)), columns, values))  # fmt: skip
            if place.melted:
                assert place.reach
                (reach,) = call(place.reach, [], values)
                melt = partial(call, place.melted, values=values)
                every = np.tile(rows, pieces**2)
                keep |= unmelted(melt, float(reach), (least, most), low, high, every, starts)
                continue
            best = np.minimum.reduceat(high, starts)
            reached = np.where(best >= least, np.minimum(best, most), -np.inf)
            keep |= (high == np.repeat(best, lengths)) | (low <= np.repeat(reached, lengths))
        if _span(grid) > min(grid):
            keep.reshape(shape)[...] &= (x < grid[0]) & (y < grid[1])
        counts = np.add.reduceat(keep, starts, dtype=np.int64)
        up, across, at = np.unravel_index(np.flatnonzero(keep), shape)
        x, y, rows = x[across, at], y[up, 0, at], rows[at]
        if span == 1:
            yield span, x, y, rows
            return
        final = np.repeat(counts == 1, counts)
        yield span, x[final], y[final], rows[final]
        x, y, rows = x[~final], y[~final], rows[~final]


def _starts(x: Array, y: Array) -> Array:
    """Where runs of equal pairs begin."""
    return np.flatnonzero((np.diff(x, prepend=-1) != 0) | (np.diff(y, prepend=-1) != 0))


@lru_cache(maxsize=64)
def _exactly(function: Function) -> Function:
    """A function without what widens its bounds by roundings, which in float64 are far below a
    tile's margin: that halves its ops."""

    def none(leaf_: Expr) -> Expr | None:
        return _ZERO if leaf_.op.name == "epsilon" else None

    return replace_leaves(function, none, {}, "exactly")


def _tables(roots: Sequence[Expr]) -> dict[Table, None]:
    """In an order that is the same for equal structures."""
    functions = [*callees(roots)]
    return {
        e.data.table: None
        for outputs in (roots, *(f.outputs for f in functions))
        for e in postorder(outputs)
        if e.op.name == "fold"
    }


def _places(layer: Layer, table: Table) -> Iterator[Sieve]:
    """Every fold of the table by the layer's field; none if there is one that has no winner."""
    outputs = _seen(layer.field, table)
    folds = [e for e in postorder(outputs) if e.op.name == "fold" and e.data.table == table]
    if not all(_listed(e.data) for e in folds):
        return
    spans = wanted(outputs[0], asked(layer))
    for e in folds:
        function = e.data.function
        row = Input("row", Type(table.array.shape[1]))
        taken = dict(zip(function.leaves, (*e.args, *row.leaves), strict=True))
        value = substitute(function.outputs, taken)
        ends = zip(spans.get(node("get", (e,), 0), EVERYWHERE), (-_FAR, _FAR), strict=True)
        span = [end if known is None else known for known, end in ends]
        beside = layer.reach + leaf(BUILT_IN["pixel"]) if layer.wanders else _ZERO
        yield Sieve(
            table,
            Function("row", [POINT, row], value),
            Function("span", [], span, Type(2)),
            Function("beside", [], [beside]),
            *_melting(e.data),
        )


def _listed(fold: Fold) -> bool:
    """Whether few rows decide, of which it is known how they are told."""
    known = fold.kind == "min" or (isinstance(fold.kind, Function) and fold.kind.reach is not None)
    return known and len(fold.function.outputs) == 1


def _melting(fold: Fold) -> tuple[Function | None, Function | None]:
    """What a Sieve has to know of a fold that melts its rows."""
    if not isinstance(fold.kind, Function):
        return None, None
    assert fold.kind.reach is not None
    kind = fold.kind
    melted = Function("melted", kind.inputs, pasted(kind.outputs, lambda f: True))
    return melted, Function("reach", [], [fold.kind.reach])


def _seen(field: Function, table: Table) -> list[Expr]:
    """A field at POINT, with every call pasted that hides a fold of the table."""
    outputs = substitute(field.outputs, dict(zip(field.leaves, POINT.leaves, strict=True)))
    while (opened := _opened(outputs, table)) != outputs:
        outputs = opened
    return outputs


def _opened(outputs: Sequence[Expr], table: Table) -> list[Expr]:
    """Outputs with every call pasted whose function, or whose arguments, hold the table.

    But for those that melt fields together.
    """
    holders: set[Function] = set()

    def held(e: Expr) -> bool:
        folds = e.op.name == "fold" and e.data.table == table
        return folds or not holders.isdisjoint(called(e))

    for f in callees(outputs):  # each after those that it calls
        if any(held(e) for e in postorder(f.outputs)):
            holders.add(f)
    made: dict[Expr, Expr] = {}
    holds: set[Expr] = set()
    for e in postorder(outputs):
        if held(e) or not holds.isdisjoint(e.args):
            holds.add(e)
        made[e] = rebuild(e, tuple(made[a] for a in e.args)) if e in holds else e
        if e.op.name == "get" and e in holds and e.args[0].op.name == "apply":
            function, given = e.args[0].data, [made[a] for a in e.args[0].args]
            if function.reach is not None:  # of which ``wanted`` knows more than of its parts
                continue
            taken = dict(zip(function.leaves, given, strict=True))
            made[e] = substitute(function.outputs, taken)[e.data]
    return [made[e] for e in outputs]
