"""The warps that jetfield brings, of one branch each; those with several are in branches.py."""

from __future__ import annotations

import cmath
from typing import Any

from ..shaders.calculus.expr import Expr
from ..shaders.calculus.vectors import Vec, cos, dot, exp, sin
from .box import EVERYWHERE, Bounds, around
from .checks import fail, number, pair, shown
from .field import Recipe
from .functions import Number, Positive
from .warps import Warp, mapping

__all__ = ["affine", "disc", "mobius", "swirl"]


def disc(box: Bounds, *_: Any) -> Bounds:
    """Distances to the origin stay as they are."""
    return Bounds(0, 0, 0, 0).grown(box.radius) if box.finite else EVERYWHERE


@mapping(disc)
def swirl(p: Vec, strength: Number, radius: Positive = 1.0) -> Vec:
    """A turn by -strength exp(-(|p| / radius)^2): strongest at the origin, gone far away."""
    angle = -strength * exp(-dot(p, p) / (radius * radius))
    c, s = cos(angle), sin(angle)
    return Vec((c * p.x - s * p.y, s * p.x + c * p.y))


@mapping()
def _mobius(p: Vec, a: Vec, b: Vec, c: Vec, d: Vec) -> Vec:
    """The Moebius transformation (a z + b) / (c z + d) of z = x + i y."""
    top = Vec((a.x * p.x - a.y * p.y + b.x, a.x * p.y + a.y * p.x + b.y))
    bottom = Vec((c.x * p.x - c.y * p.y + d.x, c.x * p.y + c.y * p.x + d.y))
    size = dot(bottom, bottom)
    crossed = Vec((dot(top, bottom), top.y * bottom.x - top.x * bottom.y))
    return Vec((crossed.x / size, crossed.y / size))


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


def _preimage(box: Bounds, first: Vec, second: Vec, offset: Vec) -> Bounds:
    numbers = [e.data for v in (first, second, offset) for e in v if e.op.name == "literal"]
    if len(numbers) < 6 or not box.finite:
        return EVERYWHERE
    a, c, b, d, x, y = numbers
    determinant = a * d - b * c
    return around(
        ((d * (u - x) - b * (v - y)) / determinant, (a * (v - y) - c * (u - x)) / determinant)
        for u, v in box.corners
    )


@mapping(_preimage)
def _affine(p: Vec, first: Vec, second: Vec, offset: Vec) -> Vec:
    """M p + t, the matrix given by its columns."""
    moved: Vec = first * p.x + second * p.y + offset
    return moved


def affine(matrix: Any, offset: Any = (0, 0)) -> Warp:
    """The map M p + offset, with the matrix as two rows ((a, b), (c, d)) and a d - b c not 0."""
    if hasattr(matrix, "tolist"):
        matrix = matrix.tolist()
    if not isinstance(matrix, (tuple, list)) or len(matrix) != 2:
        raise fail(
            f"affine: matrix={shown(matrix)} must be two rows of two numbers, ((a, b), (c, d))"
        )
    top, bottom = (pair("affine", f"matrix[{k}]", row) for k, row in enumerate(matrix))
    entries: tuple[Expr, ...] = (*top, *bottom)
    if all(e.op.name == "literal" for e in entries):
        a, b, c, d = (e.data for e in entries)
        if a * d == b * c:
            raise fail(
                f"affine: matrix={shown(matrix)} has determinant 0, which flattens the plane"
            )
    made = _affine(Vec((top.x, bottom.x)), Vec((top.y, bottom.y)), pair("affine", "offset", offset))
    return Warp(made.stages, Recipe("affine({}, {})", matrix, offset))
