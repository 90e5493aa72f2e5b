"""Warps that are functions of z = x + i y: they keep angles, or turn them around."""

from __future__ import annotations

import cmath
import math
from typing import Any

from ..shaders.calculus.bounds import range_of
from ..shaders.calculus.expr import Expr
from ..shaders.calculus.rules import TINY
from ..shaders.calculus.vectors import (
    Vec,
    atan2,
    cos,
    dot,
    exp,
    length,
    log,
    max,
    min,
    sin,
    where,
)
from .box import EVERYWHERE, Bounds
from .checks import fail, is_number, number, pair, shown
from .field import Recipe
from .functions import Number, Positive
from .warps import Warp, mapping

__all__ = ["complex_power", "inversion", "mobius"]


@mapping()
def _mobius(p: Vec, a: Vec, b: Vec, c: Vec, d: Vec) -> Vec:
    """The Moebius transformation (a z + b) / (c z + d) of z = x + i y."""
    top = Vec((a.x * p.x - a.y * p.y + b.x, a.x * p.y + a.y * p.x + b.y))
    bottom = Vec((c.x * p.x - c.y * p.y + d.x, c.x * p.y + c.y * p.x + d.y))
    size = dot(bottom, bottom)
    crossed = Vec((dot(top, bottom), top.y * bottom.x - top.x * bottom.y))
    return Vec(where(size < TINY, FAR * t, c / size) for t, c in zip(top, crossed, strict=True))


def mobius(a: Any = 1, b: Any = 0, c: Any = 0, d: Any = 1) -> Warp:
    """The Moebius transformation (a z + b) / (c z + d) of z = x + i y.

    Each of a, b, c, d is a number, a complex number, or a traced value; a d - b c must not be 0.
    """
    parts = {name: _complex(name, value) for name, value in zip("abcd", (a, b, c, d), strict=True)}
    if _singular(**parts):
        raise fail(f"mobius: a d - b c is 0 for {shown((a, b, c, d))}, which maps all to one point")
    made = _mobius(**parts)
    return Warp(made.stages, Recipe("mobius({}, {}, {}, {})", a, b, c, d))


def _singular(a: Vec, b: Vec, c: Vec, d: Vec) -> bool:
    """Whether a d = b c, for plain numbers."""
    parts = [e for v in (a, b, c, d) for e in v]
    if any(isinstance(e, Expr) and e.op.name != "literal" for e in parts):
        return False
    plain = [e.data if isinstance(e, Expr) else e for e in parts]
    w, x, y, z = (complex(*plain[k : k + 2]) for k in (0, 2, 4, 6))
    return w * z == x * y


def _complex(name: str, value: Any) -> Vec:
    if isinstance(value, complex):
        if not cmath.isfinite(value):
            raise fail(f"mobius: {name}={value!r} must be finite")
        return Vec((value.real, value.imag))
    if isinstance(value, (tuple, list)):
        return pair("mobius", name, value)
    return Vec((number("mobius", name, value), 0.0))


# --- inversion -----------------------------------------------------------------------------------
def _from_origin(box: Bounds) -> float:
    """The distance from the origin to the nearest point of a box."""
    return math.hypot(max(box.left, -box.right, 0.0), max(box.bottom, -box.top, 0.0))


def _within(radius: float) -> Bounds:
    return Bounds(0, 0, 0, 0).grown(radius) if radius < FAR else EVERYWHERE


def _inside_out(box: Bounds, radius: Expr) -> Bounds:
    near = _from_origin(box)
    return _within(range_of(radius * radius)[1] / near) if near > 0 else EVERYWHERE


FAR = 1e15
"""What lies this far away is never drawn."""
POLE = 1e-11
"""Nearer to the origin than this all is drawn of one place far away; float32 holds its cube."""


def _inverted(p: Vec, radius: Any) -> Vec:
    """r^2 p / |p|^2, by r / |p| twice: so no derivative leaves float32 on its way."""
    pole = length(p) < POLE
    q = Vec((where(pole, POLE, p.x), where(pole, 0.0, p.y)))
    factor = radius / length(q)
    inverted: Vec = q * factor * factor
    return inverted


@mapping(_inside_out)
def inversion(p: Vec, radius: Positive = 1.0) -> Vec:
    """The inversion in a circle about the origin, r^2 p / |p|^2: it swaps inside and outside.

    It is its own inverse. The origin lies far away, 1e11 r^2 to the right.
    """
    return _inverted(p, radius)


# --- powers --------------------------------------------------------------------------------------
STEEP = 4
"""Powers from here on, and those with a pole, stay below 1e18: float32 still holds its square."""


def _rooted(box: Bounds, n: Expr | int) -> Bounds:
    """|w| = |p|^n: what is drawn lies within the n-th root of the greatest (least) distance."""
    low, high = range_of(n) if isinstance(n, Expr) else (float(n), float(n))
    reach = box.radius if low > 0 else _from_origin(box)
    if not (low > 0 or high < 0) or reach <= 0 or not reach < FAR:
        return EVERYWHERE
    return _within(max(*(_power(reach, 1.0 / end) for end in (low, high))))


def _power(x: float, exponent: float) -> float:
    return math.exp(min(exponent * math.log(x), 300.0))


def _times(a: Vec, b: Vec) -> Vec:
    return Vec((a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x))


@mapping(_rooted)
def _whole_power(p: Vec, n: int) -> Vec:
    """z^n by repeated multiplication, for a whole n that is not 0."""
    z = p
    if n < 0:
        z = _inverted(Vec((p.x, -p.y)), 1.0)
    count = n if n > 0 else -n
    if count >= STEEP or n < -1:
        z = z * min(1.0, 10.0 ** (18.0 / count) / max(length(z), TINY))
    power: Vec | None = None
    while count:  # by squaring
        if count % 2:
            power = _times(power, z) if power else z
        count //= 2
        z = _times(z, z) if count else z
    assert power is not None
    return power


@mapping(_rooted)
def _real_power(p: Vec, n: Number) -> Vec:
    """z^n = |z|^n (cos(n theta), sin(n theta)), theta in (-pi, pi]; held below e^40."""
    size = exp(min(n * log(length(p)), 40.0))
    angle = n * atan2(p.y, p.x)
    return Vec((size * cos(angle), size * sin(angle)))


def complex_power(n: Any) -> Warp:
    """The power z^n of z = x + i y: for a whole n > 0, n copies of a shape around the origin.

    A whole number has no branch cut. Any other number, a slider's too, is taken on the principal
    branch, theta in (-pi, pi], with a real edge along the negative x axis. Values saturate far
    out: whole powers above 3 and below -1 at 1e18, others at e^40.
    """
    if is_number(n) and n == 0:
        raise fail(f"complex_power: n={shown(n)} maps all to one point")
    if is_number(n) and n == round(n):
        made = _whole_power(int(n))
    else:
        made = _real_power(number("complex_power", "n", n))
    return Warp(made.stages, Recipe("complex_power({})", n))
