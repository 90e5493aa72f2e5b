"""Color: linear light inside, encoded once at the end.

Pictures are composed premultiplied and linear. ``encode`` (NumPy) and ``encoder`` (GLSL) turn them
into straight alpha under the sRGB transfer function (IEC 61966-2-1), from one definition.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calculus.evaluate import call
from .calculus.expr import Expr
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.vectors import Scalar, Vec, clamp, max, pow, where
from .errors import SceneError, shown

__all__ = ["encode", "encoder", "linear_of_srgb", "linear_rgb", "over", "rgba"]

LEVELS = {"srgb8": (255, np.uint8), "srgb16": (65535, np.uint16)}


def _to_srgb(x: Expr) -> Scalar:
    """Linear light to its sRGB code value, both 0..1."""
    return where(x <= 0.0031308, 12.92 * x, 1.055 * pow(max(x, 1e-4), 1 / 2.4) - 0.055)


def _encoded(color: Vec, least: float) -> tuple[Any, ...]:
    """Premultiplied linear light to straight alpha, sRGB-encoded; where alpha rounds to 0, 0."""
    r, g, b, alpha = color
    straight = clamp(Vec((r, g, b)) / max(alpha, 1e-6), 0.0, 1.0)
    transfer = trace(_to_srgb, [Input("x")], name="srgb")
    codes = [apply(transfer, (x,))[0] for x in straight]
    return *(where(alpha >= least, code, 0.0) for code in codes), alpha


def _over(below: Vec, color: Vec, alpha: Expr) -> tuple[Any, ...]:
    """A linear color laid over premultiplied light, with this opacity."""
    return tuple(c * (1.0 - alpha) + k * alpha for c, k in zip(below, (*color, 1.0), strict=True))


@cache
def encoder(output: str) -> Function:
    """The encoding of one pixel for "srgb8" or "srgb16", vec4 -> vec4."""
    least = 0.5 / LEVELS[output][0]
    color = Input("color", Type(4))
    return trace(_encoded, [color], name="encode", result=Type(4), least=least)


@cache
def over() -> Function:
    """Composition of one layer, (vec4 below, vec3 color, float alpha) -> vec4."""
    inputs = [Input("below", Type(4)), Input("color", Type(3)), Input("alpha")]
    return trace(_over, inputs, name="over", result=Type(4))


def encode(pixels: NDArray[Any], output: str) -> NDArray[Any]:
    """Premultiplied linear (..., 4) as "srgb8" uint8, "srgb16" uint16 or "linear" float32."""
    if output == "linear":
        return np.asarray(pixels, dtype=np.float32)
    levels, kind = LEVELS[output]
    channels = call(encoder(output), list(np.moveaxis(np.asarray(pixels, dtype=np.float64), -1, 0)))
    stacked = np.stack(np.broadcast_arrays(*channels), axis=-1)
    codes: NDArray[Any] = np.floor(np.clip(stacked, 0.0, 1.0) * levels + 0.5).astype(kind)
    return codes


def linear_of_srgb(code: float) -> float:
    """Linear light of an sRGB code value, both 0..1."""
    return code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4


def rgba(paint: Any) -> tuple[float, float, float, float]:
    """A CSS color name or hex (#rgb, #rgba, #rrggbb, #rrggbbaa) as linear light and alpha, 0..1.

    Raises SceneError for anything else.
    """
    digits = paint.strip().lower() if isinstance(paint, str) else ""
    if re.fullmatch(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", digits):
        digits = digits[1:]
        if len(digits) < 6:
            digits = "".join(2 * d for d in digits)
        codes = [int(digits[k : k + 2], 16) / 255 for k in range(0, len(digits), 2)]
    else:
        codes = _named(paint, digits)
    r, g, b = (linear_of_srgb(c) for c in codes[:3])
    return r, g, b, codes[3] if len(codes) > 3 else 1.0


def linear_rgb(paint: Any) -> tuple[float, float, float]:
    """An opaque color as linear light; SceneError for one that is not."""
    r, g, b, alpha = rgba(paint)
    if alpha < 1:
        raise SceneError(f"the color {paint!r} must be opaque")
    return r, g, b


def _named(paint: Any, name: str) -> list[float]:
    import webcolors  # the 148 names of CSS; hex needs no table

    names = [*webcolors.names(webcolors.CSS3), "rebeccapurple"]  # CSS 4 adds that one
    if name in names:
        code = "#663399" if name == "rebeccapurple" else webcolors.name_to_hex(name)
        return [c / 255 for c in webcolors.hex_to_rgb(code)]
    import difflib

    near = difflib.get_close_matches(name, names, n=1) if name else []
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise SceneError(f'{shown(paint)} is no color: give a CSS name, or hex such as "#ff5c8a"{hint}')
