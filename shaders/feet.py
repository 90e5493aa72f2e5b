"""Feet: the nearest points of a field's zero set, in NumPy, from anywhere in the plane."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from .calculus.evaluate import call, jet_arrays
from .calculus.function import Function
from .calculus.parameters import Values
from .projection import nearest

__all__ = ["feet"]

Array = NDArray[np.float64]

ORDERS = ((1, *[2] * 7), (1, *[1] * 7, 2))
"""The derivatives read at a point and at its feet. Of order 2 a foot has twice the digits of the
last, where the outline is smooth; those of order 1 find corners."""
LEFT = 1e-4
"""The part of the way that steps leave: float64 has the normal there, and the rest of the way."""
REACHES = (4.0, 1.0, 0.25, 0.0625)
"""How far steps may go, in first-order distances: those of a field that curves are too long."""
NEWTON, SLIDES = 4, 24
"""Steps onto the zero set, and those along it."""
FOUND, STILL = 1e-6, 1e-9
"""The part of a field's value that may be left, and of the way along which nobody moves."""


class _Search:
    """The best feet so far of points p, and how far they are."""

    def __init__(self, function: Function, p: Array, values: Values) -> None:
        self.function, self.p, self.values = function, p, values
        self.value, self.gradient = self.jet(p)
        self.best, self.least = p.copy(), np.where(self.value == 0.0, 0.0, np.inf)

    def jet(self, points: Array) -> tuple[Array, Array]:
        """The field's value and gradient."""
        found = jet_arrays(self.function, points, 1, self.values, field=True)
        gradient: Array = found.gradient
        return found.value, gradient

    def offer(self, feet: Array, which: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Take those of some feet, moved onto the zero set, that are nearer; which these were."""
        for _ in range(NEWTON):
            value, gradient = self.jet(feet)
            square = np.maximum(np.einsum("nj,nj->n", gradient, gradient), 1e-30)
            feet = feet - gradient * np.clip(value / square, -1e12, 1e12)[:, None]
        way = np.linalg.norm(feet - self.p[which], axis=1)
        found = np.abs(self.jet(feet)[0]) <= FOUND * np.abs(self.value[which])
        better = found & (way < self.least[which])
        self.best[which[better]], self.least[which[better]] = feet[better], way[better]
        taken: NDArray[np.bool_] = better
        return taken

    def project(self) -> None:
        """By the steps that draw strokes, only more of them, from each point."""
        slope = np.linalg.norm(self.gradient, axis=1)
        flat = slope[:, None] == 0.0  # as in the middle of a circle, where all ways are as long
        start = self.p + np.where(flat, LEFT * LEFT * (1.0 + np.abs(self.p)), 0.0)
        first = np.abs(self.value) / np.maximum(slope, 1e-6)
        for orders, factor in product(ORDERS, REACHES):
            steps = nearest(self.function, orders, short=LEFT)
            reach = np.clip(factor * first, 1e-12, 1e12)
            d, gx, gy, *_ = call(steps, [*start.T, reach], self.values)
            self.offer(start - np.stack([d * gx, d * gy], axis=1), np.arange(len(start)))

    def slide(self) -> None:
        """Along the zero set, as long as that leads nearer."""
        (which,) = np.nonzero(np.isfinite(self.least))
        pace = np.ones(len(self.p))
        for _ in range(SLIDES):
            _, gradient = self.jet(self.best[which])
            normal = gradient / np.maximum(np.linalg.norm(gradient, axis=1), 1e-30)[:, None]
            away = self.p[which] - self.best[which]
            along = away - normal * np.einsum("nj,nj->n", away, normal)[:, None]
            moves = np.linalg.norm(along, axis=1) > STILL * self.least[which]
            which, along = which[moves], along[moves]
            better = self.offer(self.best[which] + pace[which, None] * along, which)
            pace[which] = np.where(better, np.minimum(1.5 * pace[which], 1.0), 0.3 * pace[which])


def feet(function: Function, points: Array, values: Values) -> Array:
    """The points (N, 2) of {function = 0} nearest to ``points`` (N, 2); where none is found, they.

    ``function`` has one input, a point of the plane, and one output. Each point goes to a part of
    the zero set that steps down its slope lead to, and there to a place where going along it leads
    no nearer. So it may miss a nearer part.
    """
    search = _Search(function, points, values)
    with np.errstate(all="ignore"):
        search.project()
        search.slide()
    return search.best
