"""Which points lie near the zero set of a field, by distances that are computed for the truth alone.

The distance from p to {f = 0} is |p - q| of its foot q, where f(q) = 0 and p - q is along the
gradient. From a start, q moves by Newton's step onto the zero set and along the tangent toward p,
both in one: q' = p - (f(q) + g(q).(p - q)) g(q) / |g(q)|^2 (the foot point iteration of E.
Hartmann, 1999). Many starts find the nearest of many feet. Where f jumps it does not vanish, so no
foot converges there: a jump is no zero set.

A distance changes by no more than the way that one goes. So the distance of a cell's center decides
all points of the cell, unless it is nearer to the bound than half the cell's diagonal; only the
others are looked at in smaller cells. In the smallest it is taken to be linear: of a line through a
pixel whose radius of curvature is a pixel, that moves the edge by less than 1e-4 pixels.
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
BEYOND = 8.0
"""A start as many times half the window's side from the zero set, to first order, has no foot in
the window, or others have it too."""
STEPS, WILD, LAST = 150, 10, 120
"""Steps of the iteration; how many of them go all the way along the tangent: where two edges meet
they go past the corner, from one edge to the other, and shorter ones end in it; and how many, at
the end, not at all: around a corner that a warp has sheared, Newton's steps zigzag."""
FARTHEST, STILL, ON = 8.0, 1e-7, 1e-5
"""In pixels: the longest step, the one that ends the iteration, and how far from the zero set a
foot may stay."""


class Near:
    """Which points are no farther than ``reach`` from {field = 0}.

    ``pixel`` is the length that the sizes of cells and the tolerances are in units of. What is
    known of the COARSE cells is kept: points may be asked for again and again.
    """

    def __init__(self, field: Function, reach: float, pixel: float, values: dict[str, Any]) -> None:
        self._slopes, self._values = jet(field, 1), values
        self.reach, self.pixel = reach, pixel
        self._kept: list[dict[tuple[int, int], int]] = [{} for _ in COARSE]
        self._feet = [np.empty((0, STARTS**2, 2)) for _ in COARSE]

    def __call__(self, points: Array) -> NDArray[np.bool_]:
        """Whether each of the points, (n, 2), is as near."""
        inside = np.zeros(len(points), bool)
        left, parent = np.arange(len(points)), np.zeros(len(points), np.intp)
        known = np.empty((1, 0, 2))
        for level, size in enumerate((*COARSE, *FINE)):
            index, centers, first, cell = _cells(points[left], size * self.pixel)
            if level < len(COARSE):
                known = self._coarse(level, index, centers)
            else:
                known = known[parent[first]]
                starts = _nearest(centers, known)
                if size == FINE[0]:
                    starts = np.concatenate([starts, centers[:, None]], axis=1)
                feet = _feet(self._at, centers, starts, self.pixel)
                known = np.concatenate([known, feet], axis=1)
            away = centers - _nearest(centers, known)[:, 0]
            distance = np.hypot(away[:, 0], away[:, 1])
            inside[left] = (distance <= self.reach)[cell]
            spare = size * self.pixel * 0.5**0.5
            open_ = (np.abs(distance - self.reach) <= spare)[cell]
            if not open_.any():
                return inside
            left, parent = left[open_], cell[open_]
        from_center = points[left] - centers[parent]
        farther = (from_center * away[parent]).sum(axis=-1) / np.maximum(distance[parent], 1e-300)
        inside[left] = distance[parent] + farther <= self.reach
        return inside

    def _at(self, p: Array) -> tuple[Array, Array]:
        found = call(self._slopes, [p[:, 0], p[:, 1]], self._values)
        f, *g = (np.broadcast_to(v, len(p)) for v in found)
        return f, np.stack(g, axis=-1)

    def _coarse(self, level: int, index: Whole, centers: Array) -> Array:
        """The feet of coarse cells, (n, STARTS^2, 2)."""
        kept, cells = self._kept[level], list(map(tuple, index.tolist()))
        new = np.array([k for k, cell in enumerate(cells) if cell not in kept], np.intp)
        if new.size:
            kept.update({cells[k]: len(kept) + i for i, k in enumerate(new)})
            half = 0.5 * COARSE[level] * self.pixel + self.reach
            starts = _window(centers[new], half)
            feet = _feet(self._at, centers[new], starts, self.pixel, BEYOND * half)
            self._feet[level] = np.concatenate([self._feet[level], feet])
        return self._feet[level][[kept[cell] for cell in cells]]


def _cells(points: Array, size: float) -> tuple[Whole, Array, Whole, Whole]:
    """The cells that hold points, by index and center, a point of each, and each point's cell."""
    if size == 0.0:
        each = np.arange(len(points))
        return each, points, each, each
    index = np.floor(points / size).astype(np.int64)
    low = index.min(axis=0)
    stride = int(np.ptp(index[:, 0])) + 1
    _, first, cell = np.unique(
        (index - low) @ np.array([1, stride]), return_index=True, return_inverse=True
    )
    centers = np.asarray((index[first] + 0.5) * size, np.float64)
    return index[first], centers, first, cell


def _window(centers: Array, half: float) -> Array:
    """Starts all over a square around each center, (n, STARTS^2, 2)."""
    along = np.linspace(-half, half, STARTS)
    grid = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    return centers[:, None] + grid


def _nearest(centers: Array, feet: Array) -> Array:
    """Of the feet that are known around each center, (n, k, 2), the nearest one: (n, 1, 2)."""
    away = np.square(centers[:, None] - feet).sum(axis=-1)
    return np.take_along_axis(feet, away.argmin(axis=1)[:, None, None], axis=1)


def _feet(at: Jet, centers: Array, starts: Array, pixel: float, farthest: float = np.inf) -> Array:
    """From each start of each center, (n, k, 2), its foot, or infinity where there is none.

    Starts that are ``farthest`` from the zero set, to first order, are given up.
    """
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
        hopeful = np.abs(off) < (farthest if step == 0 else np.inf)
        going = going[(length > STILL * pixel) & unit.any(axis=-1) & hopeful]
        if not going.size:
            break
    return found.reshape(starts.shape)


def _off(f: Array, g: Array) -> tuple[Array, Array]:
    """The distance to the zero set to first order, and the unit gradient, 0 where it vanishes."""
    slope = np.hypot(g[:, 0], g[:, 1])
    flat = slope == 0.0
    off = np.where(flat, np.where(f == 0.0, 0.0, 1e300), f / np.where(flat, 1.0, slope))
    return off, g / np.where(flat, 1.0, slope)[:, None]
