"""Moves and offsets: what Field's methods do."""

from __future__ import annotations

import math
from typing import Any

from ..shaders.calculus.expr import Expr
from ..shaders.calculus.function import apply
from ..shaders.calculus.parameters import reads
from ..shaders.calculus.vectors import Scalar, Vec, abs, cos, sin
from ..shaders.picture import POINT
from .booleans import lift
from .box import EVERYWHERE, Bounds, around, bounds_of
from .checks import fail, here, number, shown
from .field import Field, Recipe, weakest

__all__ = ["rotate", "round", "scale", "shell", "translate"]

P = Vec(POINT.leaves)


def translate(field: Field, x: Any, y: Any) -> Field:
    """f(p - t)."""
    t = Vec((number("translate", "x", x), number("translate", "y", y)))
    left, bottom, right, top = bounds_of(t.x, t.y, t.x, t.y)
    box = field.bounds
    moved = Bounds(box.left + left, box.bottom + bottom, box.right + right, box.top + top)
    return Field(
        field.at(P - t, here()),
        moved,
        field.grade,
        _method(field, "translate", x, y),
        grows=field.grows,
    )


def rotate(field: Field, angle: Any) -> Field:
    """f(R(-angle) p)."""
    a = number("rotate", "angle", angle)
    c, s = cos(a), sin(a)
    turned = Vec((c * P.x + s * P.y, c * P.y - s * P.x))
    if field.bounds == EVERYWHERE or not field.bounds.finite:
        box = EVERYWHERE
    elif a.op.name == "literal":
        cosine, sine = math.cos(a.data), math.sin(a.data)
        box = around(
            (cosine * x - sine * y, sine * x + cosine * y) for x, y in field.bounds.corners
        )
    else:
        box = Bounds(0, 0, 0, 0).grown(field.bounds.radius)
    return Field(
        field.at(turned, here()),
        box,
        field.grade,
        _method(field, "rotate", angle),
        grows=field.grows,
    )


def scale(field: Field, factor: Any) -> Field:
    """s f(p / s)."""
    if reads([field.expr], "pixel"):
        raise fail(
            "scale: a field that contains px() cannot be scaled; scale it before px(), or draw it "
            "with stroke(field, paint, width=px(n))"
        )
    s = number("scale", "factor", factor, 0, above=True)
    if -math.inf < bounds_of(s, s, s, s).left <= 0:
        raise fail(
            f"scale: factor={shown(factor)} must stay positive; give its slider a low above 0"
        )
    value = field.at(P / s, here()) * s
    return Field(
        value,
        _scaled(field.bounds, s),
        field.grade,
        _method(field, "scale", factor),
        grows=field.grows,
    )


def _scaled(box: Bounds, factor: Expr) -> Bounds:
    least, _, most, _ = bounds_of(factor, factor, factor, factor)
    left = min(box.left * least, box.left * most)
    bottom = min(box.bottom * least, box.bottom * most)
    right = max(box.right * least, box.right * most)
    return Bounds(left, bottom, right, max(box.top * least, box.top * most))


def _round(a: Expr, radius: Expr) -> Scalar:
    """Grown by radius."""
    return a - radius


def _shell(a: Expr, thickness: Expr) -> Scalar:
    """Within thickness / 2 of the outline."""
    return abs(a) - 0.5 * thickness


def round(field: Field, radius: Any) -> Field:
    """f - r."""
    r = number("round", "radius", radius)
    value = apply(lift(_round), (field.compact(), r), here())[0]
    grade = weakest("bound", field.grade)
    return Field(
        value, _reaching(field, r), grade, _method(field, "round", radius), grows=_grows(field, r)
    )


def shell(field: Field, thickness: Any) -> Field:
    """|f| - t / 2."""
    t = number("shell", "thickness", thickness, 0, above=True)
    value = apply(lift(_shell), (field.compact(), t), here())[0]
    grade = weakest("bound", field.grade)
    return Field(
        value,
        _reaching(field, 0.5 * t),
        grade,
        _method(field, "shell", thickness),
        grows=field.grows,
    )


def _grows(field: Field, distance: Expr) -> bool:
    """Whether an offset field still is at least the distance to its bounds: not one that shrank."""
    return field.grows and (bounds_of(distance, 0.0, 0.0, 0.0).left >= 0 or field.grade != "exact")


def _reaching(field: Field, distance: Expr) -> Bounds:
    """A box around the points where f is at most a distance."""
    reach = bounds_of(0.0, 0.0, distance, distance).right
    if field.grows and (reach >= 0 or field.grade == "exact"):
        return field.bounds.grown(reach)
    return EVERYWHERE if reach > 0 else field.bounds


def _method(field: Field, name: str, *args: Any) -> Recipe:
    return Recipe(f"{{}}.{name}({', '.join(['{}'] * len(args))})", field.recipe, *args)
