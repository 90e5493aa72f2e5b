"""Ramps: colors along a number, along a line, from a center, around one; and palettes for them.

They are averaged over each pixel, so a hard stop is as smooth as an outline.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..shaders.calculus.evaluate import call as computed
from ..shaders.calculus.expr import Expr, const
from ..shaders.calculus.function import Input, trace
from ..shaders.calculus.parameters import BUILT_IN, leaf
from ..shaders.calculus.points import finite
from ..shaders.calculus.rules import mended_
from ..shaders.calculus.vectors import Vec, atan2, cos, dot, fract, length, max
from ..shaders.stops import Stop, mixed
from .checks import fail, listed, number, pair, shown
from .functions import Point, Positive
from .paint import Paint, color_of, grad, painted
from .statics import Number

__all__ = [
    "PALETTES", "conic_ramp", "cosine_palette", "linear_ramp", "palette", "radial_ramp", "ramp",
]  # fmt: skip

SPACES = ("linear", "oklab")

PALETTES = {
    "dawn": ("#1b1f3b", "#53366b", "#a24a7c", "#ee6c6f", "#ffb26b", "#fff1c9"),
    "ember": ("#0d0705", "#4a0f12", "#a62a17", "#f0641e", "#ffb545", "#fff3c4"),
    "forest": ("#0b1d1a", "#1d4034", "#3f6f4c", "#86a35b", "#d3c77e", "#f6ecc9"),
    "ice": ("#071522", "#0f3a57", "#2277a0", "#67b7d1", "#b9e3ea", "#f6fcfb"),
    "ink": ("#0e1016", "#2a2f3d", "#59606f", "#969ba5", "#cfd1d4", "#f7f5f0"),
    "iris": ("#12092b", "#3b1c6e", "#7a3bb8", "#b878e6", "#e3bdf7", "#faf2ff"),
    "magma": ("#000004", "#231151", "#5f187f", "#982d80", "#d3436e", "#f8765c", "#febb81",
              "#fcfdbf"),
    "riviera": ("#0b3c5d", "#328cc1", "#8fd3e8", "#f7efd9", "#f3a65a", "#d9483b"),
    "viridis": ("#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39",
                "#fde725"),
}  # fmt: skip
"""Colors from dark to light, or from cold to warm. viridis and magma are matplotlib's (CC0)."""


def palette(name: str) -> list[str]:
    """The colors of a named palette, as stops for a ramp."""
    if not isinstance(name, str) or name not in PALETTES:
        known = ", ".join(PALETTES)
        raise fail(f"palette: there is no {shown(name)}; there are: {known}")
    return list(PALETTES[name])


def cosine_palette(t: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """a + b cos(2 pi (c t + d)), component by component: Inigo Quilez's endless palettes.

    a, b, c, d are vectors of three: the mean, the swing, the turns per unit of t, the phase.
    """
    for name, vector in (("a", a), ("b", b), ("c", c), ("d", d)):
        if not isinstance(vector, (tuple, list, np.ndarray)) or len(vector) != 3:
            raise fail(f"cosine_palette: {name}={shown(vector)} must be a vector of three")
    t = t if isinstance(t, Expr) else finite("cosine_palette", "t", t)
    return Vec(p + q * cos(math.tau * (r * t + s)) for p, q, r, s in zip(a, b, c, d, strict=True))


def ramp(t: Any, stops: Any, space: str = "linear") -> Any:
    """The color at t of a ramp through ``stops``: a vec3, or a vec4 if a color has an alpha.

    A stop is a color or a pair (position, color); colors without positions stand evenly from 0 to
    1. Beyond the ends the ramp stays as it is there. ``space`` is where neighbors are mixed:
    "linear" as light mixes, "oklab" as the eye would place what is between. In a ``@paint`` the
    ramp is averaged over each pixel, so its hard stops and its finest bands do not alias; where t
    itself jumps, as ``fract`` does, it is in exact pictures.
    """
    stations = _stations("ramp", stops, space)
    if isinstance(t, Expr):
        return _averaged(t, stations, space)
    u = Input("t")
    still = Vec((const(0.0), const(0.0)))
    function = trace(lambda x: tuple(mixed(x, still, stations, space)), [u], name="ramp")
    channels = [np.asarray(c) for c in computed(function, [finite("ramp", "t", t)])]
    return Vec(c.item() if c.ndim == 0 else c for c in channels)


@painted
def _linear_ramp(p: Vec, start: Point, end: Point, stops: list[Any], space: str = "linear") -> Vec:
    """A ramp along the line from start (t = 0) to end (t = 1), level across it."""
    along = end - start
    t = dot(p - start, along) / dot(along, along)
    return _averaged(t, _stations("linear_ramp", stops, space), space)


def linear_ramp(start: Any, end: Any, stops: Any, space: str = "linear") -> Paint:
    """A ramp along the line from start (t = 0) to end (t = 1), level across it."""
    ends = pair("linear_ramp", "start", start), pair("linear_ramp", "end", end)
    if all(e.op.name == "literal" for v in ends for e in v) and ends[0] == ends[1]:
        raise fail(f"linear_ramp: start={shown(start)} and end={shown(end)} must differ")
    return _linear_ramp(start, end, stops, *(() if space == "linear" else (space,)))


@painted
def radial_ramp(
    p: Vec, center: Point, radius: Positive, stops: list[Any], space: str = "linear"
) -> Vec:
    """A ramp from the center (t = 0) out to the radius (t = 1)."""
    t = length(p - center) / radius
    return _averaged(t, _stations("radial_ramp", stops, space), space)


@painted
def conic_ramp(
    p: Vec, center: Point, stops: list[Any], angle: Number = 0.0, space: str = "linear"
) -> Vec:
    """A ramp once around the center, counter-clockwise from the angle, t from 0 to 1."""
    d = p - center
    t = mended_(fract((atan2(d.y, d.x) - angle) / math.tau))  # by stops that go around
    stations = _stations("conic_ramp", stops, space)
    if any(not 0.0 <= at.data <= 1.0 for at, _ in stations if at.op.name == "literal"):
        raise fail(f"conic_ramp: stops={shown(stops)} must stand from 0 to 1, once around")
    (first, near), (last, far) = stations[0], stations[-1]
    return _averaged(t, [(last - 1.0, far), *stations, (first + 1.0, near)], space)


def _averaged(t: Expr, stops: list[Stop], space: str) -> Vec:
    """The ramp at a number that a paint has computed, averaged over the pixel by its gradient."""
    return mixed(t, grad(t) * leaf(BUILT_IN["pixel"]), stops, space)


def _stations(call: str, stops: Any, space: Any) -> list[Stop]:
    """Stops with their positions and colors checked."""
    if not isinstance(space, str) or space not in SPACES:
        raise fail(f'{call}: space={shown(space)} must be "linear" or "oklab"')
    if (items := listed(stops)) is None:
        known = isinstance(stops, str) and stops in PALETTES
        hint = f"; palette({stops!r}) has colors" if known else ""
        raise fail(f"{call}: stops={shown(stops)} must be a list of colors{hint}")
    stops = items
    if len(stops) < 2:
        raise fail(f"{call}: stops={shown(stops)} must be at least two colors")
    placed = [isinstance(s, (tuple, list)) and len(s) == 2 for s in stops]
    if any(placed) and not all(placed):
        raise fail(f"{call}: give all stops a position, (0.3, color), or none")
    found: list[Stop] = []
    before = -math.inf
    for k, stop in enumerate(stops):
        at, shade = stop if placed[k] else (k / (len(stops) - 1), stop)
        position = number(call, f"stops[{k}]: position", at)
        if position.op.name == "literal":
            if position.data < before:
                raise fail(f"{call}: stops[{k}]: position {at!r} is before that of the last stop")
            before = position.data
        if found and {position.op.name, found[-1][0].op.name} != {"literal"}:
            position = max(position, found[-1][0])  # positions that move stay in order
        shade = Vec(shade) if isinstance(shade, tuple) else shade
        found.append((position, color_of(f"{call}: stops[{k}]", shade)))
    return found
