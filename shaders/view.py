"""The view: which part of the plane a picture shows, and all else that varies between drawings."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .blame import fail, form
from .errors import shown

__all__ = ["Frame", "View"]


def _finite(value: Any) -> float:
    if isinstance(value, (bool, str)) or not math.isfinite(value):
        raise ValueError
    return float(value)


@form("View(center=(0, 0), height=2)")
@dataclass(frozen=True, slots=True)
class View:
    """The part of the plane that a picture shows: ``height`` scene units around ``center``.

    The width follows from the picture's shape. Raises SceneError for a height that is not positive
    or numbers that are not finite.
    """

    center: tuple[float, float] = (0.0, 0.0)
    height: float = 2.0

    def __post_init__(self) -> None:
        try:
            x, y = map(_finite, self.center)
        except (TypeError, ValueError, OverflowError):
            message = f"View: center={shown(self.center)} must be two finite numbers (x, y)"
            raise fail(message) from None
        try:
            if (height := _finite(self.height)) <= 0:
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise fail(f"View: height={shown(self.height)} must be a positive number") from None
        object.__setattr__(self, "center", (x, y))
        object.__setattr__(self, "height", height)


@dataclass(frozen=True, slots=True)
class Frame:
    """All that varies from one drawing of a picture to the next."""

    size: tuple[int, int]
    view: View
    seconds: float = 0.0
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    mouse: tuple[float, float] = (0.0, 0.0)

    @property
    def pixel(self) -> float:
        """The width of a pixel in scene units."""
        return self.view.height / self.size[1]

    def at(self, x: Any, y: Any) -> tuple[Any, Any]:
        """The point, in scene units, that is so many pixels right of and above the lower left."""
        (cx, cy), (width, height) = self.view.center, self.size
        return cx + self.pixel * (x - 0.5 * width), cy + self.pixel * (y - 0.5 * height)

    def pixel_of(self, point: tuple[float, float]) -> tuple[float, float]:
        """How many pixels a point lies right of and above the lower left: the inverse of ``at``."""
        (cx, cy), (width, height) = self.view.center, self.size
        x, y = point
        return (x - cx) / self.pixel + 0.5 * width, (y - cy) / self.pixel + 0.5 * height

    @property
    def values(self) -> dict[str, Any]:
        """Every parameter's value by name, as the calculus reads it."""
        built_in = {
            "seconds": self.seconds,
            "mouse": self.mouse,
            "resolution": self.size,
            "pixel": self.pixel,
        }
        return {**self.parameters, **built_in}
