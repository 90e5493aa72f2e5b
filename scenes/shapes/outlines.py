"""Outlines of straight edges: what the even-odd rule leaves of edges that lie on one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

__all__ = ["Floats", "edges_left"]

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.intp]]
CLOSE = 2.0**-32
"""Of an outline's extent: what lies no farther apart is one; float32 tells less from nothing."""
AT_ONCE = 1 << 20
"""So many pairs of an edge and a corner are looked at at a time."""


def edges_left(corners: Floats) -> tuple[Floats, Floats]:
    """The starts and the ends, (n, 2) each, of the edges around a polygon by the even-odd rule.

    Edges are cut at corners that lie on them. Of equal ones, in either direction, two cancel: the
    plane on both sides is inside, or on neither. So the bridge to a hole, gone there and back, is
    no edge, nor is a spike of no width. The rest are in the order of the corners.
    """
    close = max(CLOSE * float(np.ptp(corners, axis=0).max()), 1e-300)
    cells = np.rint((corners - corners.min(axis=0)) / close)
    _, first, own = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    own = own.ravel()
    points, steps = corners[first], np.stack([own, np.roll(own, -1)], axis=1)
    pieces = _cut(points, steps[steps[:, 0] != steps[:, 1]], close)
    _, at, count = np.unique(np.sort(pieces, axis=1), axis=0, return_index=True, return_counts=True)
    left = pieces[np.sort(at[count % 2 == 1])]
    return points[left[:, 0]], points[left[:, 1]]


def _cut(points: Floats, edges: Whole, close: float) -> Whole:
    """Edges, as pairs of points' numbers, cut at the points that lie on them, in order."""
    cuts = [np.column_stack([edge, along, point]) for edge, along, point in
            _points_on(points, edges, close)]  # fmt: skip
    ends = np.column_stack([np.arange(len(edges)), np.zeros(len(edges)), edges[:, 0]])
    starts = np.concatenate([ends, *cuts])
    starts = starts[np.lexsort((starts[:, 1], starts[:, 0]))]
    edge, start = starts[:, 0].astype(np.intp), starts[:, 2].astype(np.intp)
    last = np.append(edge[1:] != edge[:-1], True)
    return np.column_stack([start, np.where(last, edges[edge, 1], np.roll(start, -1))])


def _points_on(points: Floats, edges: Whole, close: float) -> Iterator[tuple[Whole, Floats, Whole]]:
    """Edges' numbers, how far along, and the numbers of the points that lie there within them."""
    a, b = points[edges[:, 0]], points[edges[:, 1]]
    found = []
    for axis in (0, 1):  # only points beside an edge are looked at, by the axis where they are few
        order = np.argsort(points[:, axis])
        low, high = np.minimum(a, b)[:, axis], np.maximum(a, b)[:, axis]
        first = np.searchsorted(points[order, axis], low - close)
        found.append((np.searchsorted(points[order, axis], high + close, "right") - first,
                      first, order))  # fmt: skip
    counts, first, order = min(found, key=lambda each: each[0].sum())
    before = np.concatenate([[0], np.cumsum(counts)])
    start = 0
    while start < len(edges):
        end = max(int(np.searchsorted(before, before[start] + AT_ONCE, "right")) - 1, start + 1)
        edge = np.repeat(np.arange(start, end), counts[start:end])
        point = order[np.arange(before[start], before[end]) - before[edge] + first[edge]]
        span, d = b[edge] - a[edge], points[point] - a[edge]
        size = np.hypot(*span.T)
        along = (d * span).sum(axis=1) / size
        beside = np.abs(d[:, 0] * span[:, 1] - d[:, 1] * span[:, 0]) / size
        on = (beside <= close) & (along > close) & (along < size - close)
        yield edge[on], along[on], point[on]
        start = end
