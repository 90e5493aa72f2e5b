"""Trees: rows of a table that melt together in pairs, the pairs in pairs, and so on.

Rows come in parts, one after another, each with its rows in order; ``starts`` are the first of each
part. Of a part some rows are there, at their places in the tree of all: where a row's partner is
not, it waits for the next level as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["completed", "unmelted"]

Array = NDArray[Any]


def unmelted(
    melt: Callable[[Sequence[Array]], Sequence[Array]],
    reach: float,
    low: Array,
    high: Array,
    rows: Array,
    starts: Array,
) -> tuple[Array, Array]:
    """Which rows may count, by their bounds; and below what each part never is.

    What is as far above its partner as could count, wherever the bounds hold, does not. ``melt``
    gives the bounds of pairs by theirs.
    """
    low, high = low.copy(), high.copy()
    first, gone = np.arange(len(rows)), np.zeros(len(rows) + 1, np.int64)
    for left in _pairs(starts, rows):
        right = left + 1
        above = low[right] >= high[left] + reach
        below = ~above & (low[left] >= high[right] + reach)
        ends = np.append(first, len(rows))
        for away in (right[above], left[below]):
            np.add.at(gone, ends[away], 1)
            np.add.at(gone, ends[away + 1], -1)
        low[left], high[left] = melt([low[left], high[left], low[right], high[right]])
        low, high, first = (np.delete(v, right) for v in (low, high, first))
    return np.cumsum(gone[:-1]) == 0, low


def completed(starts: Array, rows: Array) -> Array:
    """For each row, how many pairs it is the last of."""
    found = np.zeros(len(rows), np.int64)
    last = np.arange(len(rows))
    for left in _pairs(starts, rows):
        np.add.at(found, last[left + 1], 1)
        last[left] = last[left + 1]
        last = np.delete(last, left + 1)
    return found


def _pairs(starts: Array, rows: Array) -> Iterator[Array]:
    """Level by level, which nodes have their partner next.

    The nodes of a level are those of the last one, without all that was next to its partner.
    """
    part = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(rows)))
    above = np.array(rows)
    while above.any():
        above >>= 1
        partners = (np.diff(part) == 0) & (np.diff(above) == 0)
        yield np.flatnonzero(partners)
        first = np.append(True, ~partners)
        part, above = part[first], above[first]
