"""Trees: rows of a table that melt together in pairs, the pairs in pairs, and so on.

Rows come in parts, one after another, each with its rows in order; ``starts`` are the first of each
part. Of a part some rows are there, at their places in the tree of all: where a row's partner is
not, it waits for the next level as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
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
    that is beyond an end all over one row says so. ``melt`` makes one of pairs, and rises with
    both: what it makes of bounds are bounds.
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
        counts, whole = _counting(
            melt, reach, np.stack([low, high])[:, near], rows[near], part[near]
        )
        kept[near], beyond[part[near[np.diff(part[near], prepend=-1) != 0]]] = counts, whole > most
    alone |= beyond
    one = np.repeat(alone, lengths)
    kept[one] = (high == np.repeat(best, lengths))[one]
    return kept


def _counting(
    melt: Callable[[Sequence[Array]], Sequence[Array]],
    reach: float,
    ends: Array,
    rows: Array,
    part: Array,
) -> tuple[Array, Array]:
    """Which rows count, as far as their partners tell; and below what each part never is.

    What is known of a node stands where its first row does.
    """
    gone = np.zeros(len(rows) + 1, np.int64)
    for left, right, last in _pairs(part, rows):
        a, b = ends[:, left], ends[:, right]  # their bounds, the lower ones first
        above = b[0] >= a[1] + reach
        below = ~above & (a[0] >= b[1] + reach)
        for away, start, end in ((above, right, last + 1), (below, left, right)):
            gone[start[away]] += 1
            gone[end[away]] -= 1
        (ends[:, left],) = melt([a, b])
    return np.cumsum(gone[:-1]) == 0, ends[0, np.diff(part, prepend=-1) != 0]


def ordered(starts: Array, rows: Array) -> tuple[Array, Array, Array]:
    """How to melt the rows of each part one after another: an order; for each row that comes so,
    how many pairs it completes with what came before; and for each part, whether it is always one.

    Where it is, each row melts with all before it; else rows stay in order.
    """
    count = len(rows)
    part = np.repeat(np.arange(len(starts)), np.diff(starts, append=count))
    pairs, place = np.zeros(count, np.int64), np.zeros(count, np.int64)
    runs = np.ones(len(starts), bool)
    for left, right, last in _pairs(part, rows):
        sizes = right - left, last + 1 - right
        pairs[last] += 1
        runs[part[left[(sizes[0] > 1) & (sizes[1] > 1)]]] = False
        # a single row comes after the others, the second after the first
        for one, size, other, after in ((left, *sizes, False), (right, *sizes[::-1], True)):
            single = (size == 1) & ((other > 1) | after)
            place[one[single]] = other[single]
    running = runs[part]
    place = np.where(running, place, np.arange(count) - starts[part])
    order = np.empty(count, np.int64)
    order[starts[part] + place] = np.arange(count)
    return order, np.where(running, np.minimum(place, 1), pairs)[order], runs


def _pairs(part: Array, rows: Array) -> Iterator[tuple[Array, Array, Array]]:
    """Level by level, the nodes that are partners: the first row of one, and the first and the last
    of the other, which comes next.

    Two rows that are next to each other belong to nodes that meet at the level of the first binary
    digit in which their numbers differ.
    """
    level = np.frexp((rows[1:] ^ rows[:-1]).astype(float))[1].astype(np.int8)
    level[part[1:] != part[:-1]] = 0
    before = np.argsort(level, kind="stable")
    first, last = np.arange(len(rows)), np.arange(len(rows))
    for start, end in pairwise(np.cumsum(np.bincount(level, minlength=1))):
        right = before[start:end] + 1
        left, end_ = first[right - 1], last[right]
        first[end_], last[left] = left, end_
        if len(right):
            yield left, right, end_
