"""Bounding boxes: where a field can be negative."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from ..shaders.calculus.bounds import range_of
from ..shaders.calculus.expr import Expr

__all__ = ["EVERYWHERE", "Bounds", "around", "bounds_of"]


class Bounds(NamedTuple):
    """An axis-aligned box in scene units; an infinite side is unbounded."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def finite(self) -> bool:
        """Whether all four sides are."""
        return all(map(math.isfinite, self))

    @property
    def empty(self) -> bool:
        """Whether no point lies inside."""
        return self.left > self.right or self.bottom > self.top

    @property
    def corners(self) -> list[tuple[float, float]]:
        """The four corners."""
        return [(x, y) for x in (self.left, self.right) for y in (self.bottom, self.top)]

    @property
    def radius(self) -> float:
        """The distance from the origin to the farthest point."""
        return max(math.hypot(x, y) for x, y in self.corners)

    def hull(self, other: Bounds) -> Bounds:
        """The least box around both."""
        if self.empty or other.empty:
            return other if self.empty else self
        return Bounds(
            min(self.left, other.left), min(self.bottom, other.bottom),
            max(self.right, other.right), max(self.top, other.top),
        )  # fmt: skip

    def common(self, other: Bounds) -> Bounds:
        """The box of the points in both."""
        return Bounds(
            max(self.left, other.left), max(self.bottom, other.bottom),
            min(self.right, other.right), min(self.top, other.top),
        )  # fmt: skip

    def grown(self, margin: float) -> Bounds:
        """The box with each side moved out."""
        return Bounds(
            self.left - margin, self.bottom - margin, self.right + margin, self.top + margin
        )

    def angles(self) -> tuple[float, float] | None:
        """The range of polar angles of its points, or None if the origin is among them."""
        if not self.finite or (self.left <= 0 <= self.right and self.bottom <= 0 <= self.top):
            return None
        middle = math.atan2(self.bottom + self.top, self.left + self.right)
        turns = [math.remainder(math.atan2(y, x) - middle, math.tau) for x, y in self.corners]
        return middle + min(turns), middle + max(turns)


FAR = 1e20
"""A range that reaches this far comes of a number without limits, such as the clock."""
EVERYWHERE = Bounds(-math.inf, -math.inf, math.inf, math.inf)


def around(points: Iterable[tuple[float, float]]) -> Bounds:
    """The least box around points."""
    xs, ys = zip(*points, strict=True)
    return Bounds(*map(float, (min(xs), min(ys), max(xs), max(ys))))


def bounds_of(left: Any, bottom: Any, right: Any, top: Any) -> Bounds:
    """A box from traced numbers: their least and greatest values over all parameters."""
    return Bounds(_least(left), _least(bottom), _greatest(right), _greatest(top))


def _least(value: Any) -> float:
    low = _range(value)[0]
    return -math.inf if low <= -FAR else low


def _greatest(value: Any) -> float:
    high = _range(value)[1]
    return math.inf if high >= FAR else high


def _range(value: Any) -> tuple[float, float]:
    if not isinstance(value, Expr):
        return float(value), float(value)
    return (value.data, value.data) if value.op.name == "literal" else range_of(value)
