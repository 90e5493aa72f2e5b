"""Color: linear light inside, encoded once at the end.

Pictures are composed premultiplied and linear. ``encode`` (NumPy) and ``encoder`` (GLSL) turn them
into straight alpha under the sRGB transfer function (IEC 61966-2-1), from one definition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calculus.evaluate import call
from .calculus.expr import Expr, const
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.vectors import Scalar, Vec, clamp, max, min, mix, pow, where
from .errors import SceneError, shown

__all__ = [
    "BLENDS", "OUTPUTS", "blend", "encode", "encoder", "hex_of", "hex_of_codes", "linear_of_srgb",
    "linear_rgb", "oklab", "on_gray", "rgba",
]  # fmt: skip

TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
FROM_LMS = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
"""Linear sRGB to cone responses and back, whose cube roots Oklab mixes (B. Ottosson, 2020): mixing
them is mixing Oklab, which is linear in them."""
OUTPUTS: dict[str, Any] = {"srgb8": np.uint8, "srgb16": np.uint16, "linear": np.float32}
"""How each holds a channel: the encoded ones as whole numbers, all of that type."""


def _to_srgb(x: Expr) -> Scalar:
    """Linear light to its sRGB code value, both 0..1."""
    return where(x <= 0.0031308, 12.92 * x, 1.055 * pow(max(x, 1e-4), 1 / 2.4) - 0.055)


def _encoded(color: Vec, least: float, gray: bool) -> tuple[Any, ...]:
    """Premultiplied linear light to straight alpha, sRGB-encoded; where alpha rounds to 0, 0."""
    *light, alpha = color
    straight = clamp(Vec(light[: 1 if gray else 3]) / max(alpha, 1e-6), 0.0, 1.0)
    codes = [where(alpha >= least, code, 0.0) for code in map(_code, straight)]
    return *(codes * 3)[:3], alpha


def _opaque(color: Vec, gray: bool) -> tuple[Any, ...]:
    """Opaque linear light, sRGB-encoded."""
    codes = list(map(_code, clamp(Vec(color[: 1 if gray else 3]), 0.0, 1.0)))
    return *(codes * 3)[:3], const(1.0)


def _code(x: Expr) -> Expr:
    transfer = trace(_to_srgb, [Input("x")], name="srgb")
    return apply(transfer, (x,))[0]


def _on_gray(color: Vec, gray: Expr) -> Vec:
    """An encoded color of straight alpha laid over an encoded gray, encoded."""
    below = linear_of_srgb(gray)
    return Vec(_code(mix(below, linear_of_srgb(c), color[3])) for c in color[:3])


def _over(below: Vec, above: Vec) -> Vec:
    """Premultiplied light laid over premultiplied light."""
    laid: Vec = below * (1.0 - above[3]) + above
    return laid


def _plus(below: Vec, above: Vec) -> tuple[Any, ...]:
    """Premultiplied light added to premultiplied light."""
    *light, alpha = below + above
    return *light, min(alpha, 1.0)


def _oklab(a: Vec, b: Vec, t: Expr) -> Vec:
    """The color between two linear ones that looks to be at t: mixed in Ottosson's Oklab."""
    ends = [[_cube_root(_row(row, color)) for row in TO_LMS] for color in (a, b)]
    lms = [mix(u, v, t) for u, v in zip(*ends, strict=True)]
    return Vec(_row(row, [c * c * c for c in lms]) for row in FROM_LMS)


def _row(row: tuple[float, float, float], color: Any) -> Scalar:
    return row[0] * color[0] + row[1] * color[1] + row[2] * color[2]


def _cube_root(x: Any) -> Any:
    return where(x > 0.0, pow(max(x, 1e-9), 1.0 / 3.0), 0.0)


BLENDS = {"normal": (_over, "over"), "add": (_plus, "plus")}
"""How a layer meets what is below it: laid over it, or added to it as light is."""


@cache
def encoder(output: str, gray: bool = False, opaque: bool = False) -> Function:
    """The encoding of one pixel for "srgb8" or "srgb16", vec4 -> vec4.

    It takes fewer ops where red, green and blue are known to be alike, or alpha to be 1.
    """
    color = Input("color", Type(4))
    if opaque:
        return trace(_opaque, [color], name="encode", result=Type(4), gray=gray)
    least = 0.5 / np.iinfo(OUTPUTS[output]).max
    return trace(_encoded, [color], name="encode", result=Type(4), least=least, gray=gray)


@cache
def on_gray() -> Function:
    """What is seen of a pixel over a gray, (vec4, gray) -> vec3, all sRGB-encoded."""
    return trace(_on_gray, [Input("color", Type(4)), Input("gray")], name="on_gray", result=Type(3))


@cache
def blend(mode: str) -> Function:
    """Composition of one layer, (vec4 below, vec4 above) -> vec4, all premultiplied."""
    inputs = [Input("below", Type(4)), Input("above", Type(4))]
    python, name = BLENDS[mode]
    return trace(python, inputs, name=name, result=Type(4))


@cache
def oklab() -> Function:
    """A perceptual mix of two linear colors, (vec3, vec3, t) -> vec3."""
    inputs = [Input("a", Type(3)), Input("b", Type(3)), Input("t")]
    return trace(_oklab, inputs, name="oklab_mix", result=Type(3))


def encode(pixels: NDArray[Any], output: str) -> NDArray[Any]:
    """Premultiplied linear (..., 4) as "srgb8" uint8, "srgb16" uint16 or "linear" float32."""
    kind = OUTPUTS[output]
    if output == "linear":
        return np.asarray(pixels, dtype=kind)
    channels = call(encoder(output), list(np.moveaxis(np.asarray(pixels, dtype=np.float64), -1, 0)))
    stacked = np.stack(np.broadcast_arrays(*channels), axis=-1)
    codes = np.clip(stacked, 0.0, 1.0) * np.iinfo(kind).max + 0.5
    return np.asarray(np.floor(codes), dtype=kind)


def hex_of(linear: tuple[float, float, float]) -> str:
    """Opaque linear light as hex: "#ff5c8a"."""
    return hex_of_codes(encode(np.array([*linear, 1.0]), "srgb8")[:3] / 255)


def hex_of_codes(codes: Sequence[float] | NDArray[Any]) -> str:
    """sRGB code values, 0..1, as hex."""
    return "#" + bytes(np.rint(255 * np.clip(codes, 0.0, 1.0)).astype(np.uint8)).hex()


@lru_cache(maxsize=512)
def linear_of_srgb(code: Any) -> Any:
    """Linear light of an sRGB code value, both 0..1: for a plain number, or a traced one."""
    return where(code <= 0.04045, code / 12.92, pow((code + 0.055) / 1.055, 2.4))


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
