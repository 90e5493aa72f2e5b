"""Color: linear light inside, encoded once at the end.

Pictures are composed premultiplied and linear. ``encode`` (NumPy) and ``encoder`` (GLSL) turn them
into straight alpha under the sRGB transfer function (IEC 61966-2-1), from one definition.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calculus.evaluate import call
from .calculus.expr import Expr
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.vectors import Vec, clamp, max, pow, where

__all__ = ["encode", "encoder", "linear_of_srgb", "over"]

LEVELS = {"srgb8": (255, np.uint8), "srgb16": (65535, np.uint16)}


def _to_srgb(x: Expr) -> Expr:
    """Linear light to its sRGB code value, both 0..1."""
    return where(x <= 0.0031308, 12.92 * x, 1.055 * pow(max(x, 1e-4), 1 / 2.4) - 0.055)


def _encoded(color: Vec) -> tuple[Any, ...]:
    """Premultiplied linear light to straight alpha, sRGB-encoded; nothing at all is (0, 0, 0, 0)."""
    r, g, b, alpha = color
    straight = clamp(Vec((r, g, b)) / max(alpha, 1e-6), 0.0, 1.0)
    transfer = trace(_to_srgb, [Input("x")], name="srgb")
    codes = [apply(transfer, (x,))[0] for x in straight]
    return *(where(alpha > 0.0, code, 0.0) for code in codes), alpha


def _over(below: Vec, color: Vec, alpha: Expr) -> tuple[Any, ...]:
    """A linear color laid over premultiplied light, with this opacity."""
    return tuple(c * (1.0 - alpha) + k * alpha for c, k in zip(below, (*color, 1.0), strict=True))


@lru_cache(maxsize=None)
def encoder() -> Function:
    """The encoding of one pixel, vec4 -> vec4."""
    return trace(_encoded, [Input("color", Type(4))], name="encode", result=Type(4))


@lru_cache(maxsize=None)
def over() -> Function:
    """Composition of one layer, (vec4 below, vec3 color, float alpha) -> vec4."""
    inputs = [Input("below", Type(4)), Input("color", Type(3)), Input("alpha")]
    return trace(_over, inputs, name="over", result=Type(4))


def encode(pixels: NDArray[Any], output: str) -> NDArray[Any]:
    """Premultiplied linear (..., 4) as "srgb8" uint8, "srgb16" uint16 or "linear" float32."""
    if output == "linear":
        return np.asarray(pixels, dtype=np.float32)
    levels, kind = LEVELS[output]
    channels = call(encoder(), list(np.moveaxis(np.asarray(pixels, dtype=np.float64), -1, 0)))
    stacked = np.stack(np.broadcast_arrays(*channels), axis=-1)
    return np.floor(np.clip(stacked, 0.0, 1.0) * levels + 0.5).astype(kind)


def linear_of_srgb(code: float) -> float:
    """Linear light of an sRGB code value, both 0..1."""
    return code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4
