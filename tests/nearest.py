"""Which points lie near the zero set of a field, by distances that are computed for the truth alone.

The distance from p to {f = 0} is |p - q| of its foot q, where f(q) = 0 and p - q is along the
gradient. From a start, q moves by Newton's step onto the zero set and along the tangent toward p,
both in one: q' = p - (f(q) + g(q).(p - q)) g(q) / |g(q)|^2 (the foot point iteration of E.
Hartmann, 1999). Many starts find the nearest of many feet. Where f jumps it does not vanish, so no
foot converges there: a jump is no zero set.

A distance changes by no more than the way that one goes. So the distance of a cell's center decides
all points of the cell, unless it is nearer to the bound than half the cell's diagonal; only the
others are looked at in smaller cells, and only those that no cell decides on their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.function import Function
from jetfield.shaders.calculus.jets import jet

Array = NDArray[np.float64]
Whole = NDArray[np.intp]
Jet = Callable[[Array], tuple[Array, Array]]
"""Points (n, 2) to values (n,) and gradients (n, 2)."""

COARSE = (4.0, 1.0)
"""Cells, in pixels, whose centers are looked at from many starts: their feet are remembered."""
FINE = (0.25, 1 / 16, 1 / 64)
"""Cells whose centers start from the nearest foot that is known."""
STARTS = 5
"""Starts along each side of a window around the center of a coarse cell."""
STEPS, WILD, LAST = 150, 10, 120
"""Steps of the iteration; how many of them go all the way along the tangent: where two edges meet
they go past the corner, from one edge to the other, and shorter ones end in it; and how many, at
the end, not at all: around a corner that a warp has sheared, Newton's steps zigzag."""
FARTHEST, STILL, ON = 8.0, 1e-7, 1e-5
"""In pixels: the longest step, the one that ends the iteration, and how far from the zero set a
foot may stay."""


def within(
    field: Function, points: Array, reach: float, pixel: float, values: dict[str, Any]
) -> NDArray[np.bool_]:
    """Whether each of the points, (n, 2), is no farther than ``reach`` from {field = 0}.

    ``pixel`` is the length that the sizes of cells and the tolerances are in units of.
    """
    slopes = jet(field, 1)

    def at(p: Array) -> tuple[Array, Array]:
        f, *g = (np.broadcast_to(v, len(p)) for v in call(slopes, [p[:, 0], p[:, 1]], values))
        return f, np.stack(g, axis=-1)

    inside = np.zeros(len(points), bool)
    left, parent, known = (
        np.arange(len(points)),
        np.zeros(len(points), np.intp),
        np.empty((1, 0, 2)),
    )
    for size in (*COARSE, *FINE, 0.0):
        centers, first, cell = _cells(points[left], size * pixel)
        known = known[parent[first]]
        if size in COARSE:
            known = _feet(at, centers, _window(centers, 0.5 * size * pixel + reach), pixel)
        else:
            starts = _nearest(centers, known)
            if size == FINE[0]:
                starts = np.concatenate([starts, centers[:, None]], axis=1)
            known = np.concatenate([known, _feet(at, centers, starts, pixel)], axis=1)
        distance = np.hypot(*np.moveaxis(centers[:, None] - known, -1, 0)).min(axis=1)
        open_ = (np.abs(distance - reach) <= size * pixel * 0.5**0.5)[cell] & (size > 0.0)
        inside[left[~open_]] = (distance <= reach)[cell[~open_]]
        left, parent = left[open_], cell[open_]
        if not left.size:
            break
    return inside


def _cells(points: Array, size: float) -> tuple[Array, Whole, Whole]:
    """The centers of the cells that hold points, a point of each, and each point's cell."""
    if size == 0.0:
        return points, np.arange(len(points)), np.arange(len(points))
    index = np.floor(points / size).astype(np.int64)
    low = index.min(axis=0)
    stride = int(np.ptp(index[:, 0])) + 1
    _, first, cell = np.unique(
        (index - low) @ np.array([1, stride]), return_index=True, return_inverse=True
    )
    centers = np.asarray((index[first] + 0.5) * size, np.float64)
    return centers, first, cell


def _window(centers: Array, half: float) -> Array:
    """Starts all over a square around each center, (n, STARTS^2, 2)."""
    along = np.linspace(-half, half, STARTS)
    grid = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    return centers[:, None] + grid


def _nearest(centers: Array, feet: Array) -> Array:
    """Of the feet that are known around each center, (n, k, 2), the nearest one: (n, 1, 2)."""
    away = np.square(centers[:, None] - feet).sum(axis=-1)
    return np.take_along_axis(feet, away.argmin(axis=1)[:, None, None], axis=1)


def _feet(at: Jet, centers: Array, starts: Array, pixel: float) -> Array:
    """From each start of each center, (n, k, 2), its foot, or infinity where there is none."""
    count = starts.shape[1]
    p = np.repeat(centers, count, axis=0)
    q = np.where(np.isfinite(starts), starts, centers[:, None]).reshape(-1, 2)
    best, found = np.full(len(q), np.inf), np.full(q.shape, np.inf)
    going = np.arange(len(q))
    for step in range(STEPS):
        here = q[going]
        off, unit = _off(*at(here))
        toward = p[going] - here
        away = np.hypot(toward[:, 0], toward[:, 1])
        nearer = (np.abs(off) <= ON * pixel) & (away < best[going])
        found[going[nearer]], best[going[nearer]] = here[nearer], away[nearer]

        along = toward - unit * (toward * unit).sum(axis=-1, keepdims=True)
        share = 1.0 if step < WILD else 0.75 ** (step - WILD) if step < STEPS - LAST else 0.0
        move = share * along - unit * off[:, None]
        length = np.hypot(move[:, 0], move[:, 1])
        move *= (FARTHEST * pixel / np.maximum(length, FARTHEST * pixel))[:, None]
        q[going] = here + move
        going = going[(length > STILL * pixel) & unit.any(axis=-1)]
        if not going.size:
            break
    return found.reshape(starts.shape)


def _off(f: Array, g: Array) -> tuple[Array, Array]:
    """The distance to the zero set to first order, and the unit gradient, 0 where it vanishes."""
    slope = np.hypot(g[:, 0], g[:, 1])
    flat = slope == 0.0
    off = np.where(flat, np.where(f == 0.0, 0.0, 1e300), f / np.where(flat, 1.0, slope))
    return off, g / np.where(flat, 1.0, slope)[:, None]
