"""The picture: what a scene lowers to, and all that a renderer needs to know of it.

A picture is a stack of layers over a background. It becomes one function from a point to a
premultiplied linear color, which NumPy evaluates and which is emitted as GLSL.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .blame import fail
from .calculus.evaluate import call
from .calculus.expr import Expr, Source, const
from .calculus.function import Function, Input, Type, apply
from .calculus.jets import jet
from .calculus.parameters import BUILT_IN, Parameter, leaf, parameters
from .color import over
from .coverage import band, fill
from .errors import shown

__all__ = ["Frame", "Layer", "Parameter", "Picture", "Source", "View"]

POINT = Input("p", Type(2), "point")
CROWD = 12
"""Layers that one function composes; more become functions of their own, which compile faster."""


def _finite(value: Any) -> float:
    if isinstance(value, (bool, str)) or not math.isfinite(value):
        raise ValueError
    return float(value)


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


@dataclass(frozen=True, slots=True)
class Layer:
    """One fill (``width`` is None) or stroke (``width`` in scene units) of a field."""

    field: Function
    color: tuple[Expr, Expr, Expr]  # linear light
    opacity: Expr
    width: Expr | None = None
    source: Source | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True)
class Picture:
    """Layers, bottom to top, over a background: linear light, or None for a transparent one."""

    layers: tuple[Layer, ...]
    background: tuple[Expr, Expr, Expr] | None
    view: View = dataclasses.field(default=View(), compare=False)  # it changes no shader

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a user can set: the sliders, toggles and color pickers that the picture reads."""
        return tuple(p for p in _reads(self) if p.kind != "built-in")

    def composed(self, antialias: str) -> Function:
        """The whole picture as a function of a point: premultiplied linear (r, g, b, alpha)."""
        return _composed(self, antialias)

    def pixels(
        self, frame: Frame, x: NDArray[Any], y: NDArray[Any], antialias: str
    ) -> NDArray[np.float64]:
        """Premultiplied linear colors, ``x.shape + (4,)``, of the pixels at column x and row y.

        Rows count from the bottom. For "fwidth" the arrays must be a block of whole 2 x 2 pixels.
        """
        width, height = frame.size
        px = frame.view.center[0] + frame.pixel * (x + 0.5 - 0.5 * width)
        py = frame.view.center[1] + frame.pixel * (y + 0.5 - 0.5 * height)
        channels = call(self.composed(antialias), [px, py], frame.values)
        return np.stack([np.broadcast_to(c, x.shape) for c in channels], axis=-1)


@lru_cache(maxsize=64)
def _reads(picture: Picture) -> list[Parameter]:
    return parameters(picture.composed("none").outputs)


@lru_cache(maxsize=64)
def _composed(picture: Picture, antialias: str) -> Function:
    zero, one = const(0.0), const(1.0)
    color: tuple[Expr, ...] = (*picture.background, one) if picture.background else (zero,) * 4
    for count, layer in enumerate(picture.layers, start=1):
        color = apply(over(), (*color, *layer.color, _alpha(layer, antialias)), layer.source)
        if count % CROWD == 0 and count < len(picture.layers):
            crowd = Function("layers", [POINT], color, Type(4))
            color = apply(crowd, POINT.leaves)
    return Function("picture", [POINT], color, Type(4))


def _alpha(layer: Layer, antialias: str) -> Expr:
    """Coverage times opacity of one layer at the point."""
    needs_gradient = antialias in ("exact", "gradient") or (
        layer.width is not None and antialias == "none"
    )
    function = jet(layer.field, 1) if needs_gradient else layer.field
    value, *gradient = apply(function, POINT.leaves, layer.source)
    pixel = leaf(BUILT_IN["pixel"])
    gx, gy = (slope * pixel for slope in gradient) if gradient else (const(0.0), const(0.0))
    if layer.width is None:
        coverage = fill(antialias, value, (gx, gy))
    else:
        coverage = band(antialias, value, (gx, gy), layer.width / pixel)
    return coverage * layer.opacity
