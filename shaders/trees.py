"""Trees: rows of a table that melt together in pairs, the pairs in pairs, and so on.

Rows come in parts, one after another, each with its rows in order; ``starts`` are the first of each
part. Of a part some rows are there, at their places in the tree of all: where a row's partner is
not, it waits for the next level as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["ordered", "unmelted"]

LOOSE: Final = 8.0
"""Bounds that are so many times as wide as partners may be apart do not tell which of them count.
"""

Array = NDArray[Any]


def unmelted(
    melt: Callable[[Sequence[Array]], Sequence[Array]],
    reach: float,
    ends: tuple[float, float],
    low: Array,
    high: Array,
    rows: Array,
    starts: Array,
) -> Array:
    """Which rows may count, by their bounds, where parts are asked for between two ends.

    What is as far above its partner as could count, wherever the bounds hold, does not. In a part
    that is beyond an end all over one row says so. ``melt`` gives the bounds of pairs by theirs.
    """
    least, most = ends
    lengths = np.diff(starts, append=len(rows))
    levels = int(rows.max(initial=0)).bit_length()
    best = np.minimum.reduceat(high, starts)
    alone = best < least
    far = np.minimum(best, most) + levels * reach
    part = np.repeat(np.arange(len(starts)), lengths)
    near = np.flatnonzero((low <= far[part]) & ~alone[part])
    kept, beyond = np.zeros(len(rows), bool), np.ones(len(starts), bool)
    kept[near], beyond[part[near]] = True, False
    if len(near) and (high - low).min() < LOOSE * reach:
        counts, whole = _counting(melt, reach, low[near], high[near], rows[near], part[near])
        kept[near], beyond[part[near[np.diff(part[near], prepend=-1) != 0]]] = counts, whole > most
    alone |= beyond
    one = np.repeat(alone, lengths)
    kept[one] = (high == np.repeat(best, lengths))[one]
    return kept


def _counting(
    melt: Callable[[Sequence[Array]], Sequence[Array]],
    reach: float,
    low: Array,
    high: Array,
    rows: Array,
    part: Array,
) -> tuple[Array, Array]:
    """Which rows count, as far as their partners tell; and below what each part never is."""
    first, gone = np.arange(len(rows)), np.zeros(len(rows) + 1, np.int64)
    for left, stays in _pairs(part, rows):
        right = left + 1
        above = low[right] >= high[left] + reach
        below = ~above & (low[left] >= high[right] + reach)
        ends = np.append(first, len(rows))
        for away in (right[above], left[below]):
            gone[ends[away]] += 1
            np.subtract.at(gone, ends[away + 1], 1)
        low[left], high[left] = melt([low[left], high[left], low[right], high[right]])
        low, high, first = low[stays], high[stays], first[stays]
    return np.cumsum(gone[:-1]) == 0, low


def ordered(starts: Array, rows: Array) -> tuple[Array, Array, Array]:
    """How to melt the rows of each part one after another: an order; for each row that comes so,
    how many pairs it completes with what came before; and for each part, whether it is always one.

    Where it is, each row melts with all before it; else rows stay in order.
    """
    count = len(rows)
    part = np.repeat(np.arange(len(starts)), np.diff(starts, append=count))
    pairs, place = np.zeros(count, np.int64), np.zeros(count, np.int64)
    last, size = np.arange(count), np.ones(count, np.int64)
    runs = np.ones(len(starts), bool)
    for left, stays in _pairs(part, rows):
        right = left + 1
        pairs[last[right]] += 1
        runs[part[last[left[(size[left] > 1) & (size[right] > 1)]]]] = False
        for one, other in ((left, right), (right, left)):  # a single row comes after the others
            single = (size[one] == 1) & ((size[other] > 1) | (one > other))
            place[last[one[single]]] = size[other[single]]
        last[left], size[left] = last[right], size[left] + size[right]
        last, size = last[stays], size[stays]
    running = runs[part]
    place = np.where(running, place, np.arange(count) - starts[part])
    order = np.empty(count, np.int64)
    order[starts[part] + place] = np.arange(count)
    return order, np.where(running, np.minimum(place, 1), pairs)[order], runs


def _pairs(part: Array, rows: Array) -> Iterator[tuple[Array, Array]]:
    """Level by level, which nodes have their partner next, and which are nodes of the next level.

    What was next to its partner is then a part of that.
    """
    above = np.array(rows)
    while above.any():
        above >>= 1
        partners = (part[1:] == part[:-1]) & (above[1:] == above[:-1])
        if not partners.any():
            continue
        stays = np.flatnonzero(np.append(True, ~partners))
        yield np.flatnonzero(partners), stays
        part, above = part[stays], above[stays]
