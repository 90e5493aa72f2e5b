"""Linear warps: any matrix and offset, shears, and the mirror."""

from __future__ import annotations

from typing import Any

from ..shaders.calculus.bounds import range_of
from ..shaders.calculus.expr import Expr
from ..shaders.calculus.vectors import Vec, abs, dot, length
from .box import EVERYWHERE, Bounds, around
from .checks import fail, number, pair, shown
from .field import Field, Recipe
from .functions import Direction, Number
from .warps import Stage, Warp, mapping

__all__ = ["affine", "mirror", "shear"]


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


# --- shears --------------------------------------------------------------------------------------
def _sheared(box: Bounds, x: Expr, y: Expr) -> Bounds:
    if not box.finite:
        return EVERYWHERE
    return around(
        (u + s * v, v + t * u) for u, v in box.corners for s in range_of(x) for t in range_of(y)
    )


@mapping(_sheared)
def _shear(p: Vec, x: Number, y: Number) -> Vec:
    """The inverse of (u, v) -> (u + x v, v + y u)."""
    moved: Vec = Vec((p.x - x * p.y, p.y - y * p.x)) / (1.0 - x * y)
    return moved


def shear(x: Any, y: Any = 0) -> Warp:
    """Draws the point (u, v) of a shape at (u + x v, v + y u); x y must not be 1.

    w(p) = (p.x - x p.y, p.y - y p.x) / (1 - x y), the inverse of the matrix ((1, x), (y, 1)).
    """
    numbers = number("shear", "x", x), number("shear", "y", y)
    if all(e.op.name == "literal" for e in numbers) and numbers[0].data * numbers[1].data == 1:
        raise fail(f"shear: x={shown(x)}, y={shown(y)} has determinant 0, which flattens the plane")
    return Warp(_shear(*numbers).stages, Recipe("shear({}, {})", x, y))


# --- mirrors -------------------------------------------------------------------------------------
class _Isometry(Stage):
    """A map that keeps distances: what the field claims of them stays true."""

    __slots__ = ()

    def single(self, field: Field) -> Field:
        value, box = field.at(self.place, self.source), self.drawn(field)
        return Field(value, box, field.grade, field.recipe, grows=field.grows)


def _reflected(box: Bounds, normal: Vec, offset: Expr) -> Bounds:
    if not box.finite:
        return EVERYWHERE
    numbers = [e.data for e in (*normal, offset) if e.op.name == "literal"]
    if len(numbers) < 3:
        reach = range_of(abs(offset) / length(normal))[1]
        return Bounds(0, 0, 0, 0).grown(box.radius + 2 * reach)
    a, b, c = numbers
    far = [2 * (a * x + b * y - c) / (a * a + b * b) for x, y in box.corners]
    return around((x - s * a, y - s * b) for s, (x, y) in zip(far, box.corners, strict=True))


@mapping(_reflected, lambda place, outline, *_: _Isometry(place, outline))
def mirror(p: Vec, normal: Direction = (1, 0), offset: Number = 0.0) -> Vec:
    """The reflection in the line normal . p = offset: the reflected shape alone.

    p - 2 (n . p - offset) n / (n . n): an isometry of determinant -1 (Householder's reflection).
    """
    reflected: Vec = p - normal * (2.0 * (dot(normal, p) - offset) / dot(normal, normal))
    return reflected
