"""Moves and offsets: what Field's methods do."""

from __future__ import annotations

import math
from typing import Any

from ..shaders.calculus import vectors
from ..shaders.calculus.expr import Expr
from ..shaders.calculus.function import apply
from ..shaders.calculus.parameters import reads
from ..shaders.calculus.vectors import Scalar, Vec, abs, clamp, cos, max, min, sin
from ..shaders.picture import POINT
from .booleans import lift
from .box import EVERYWHERE, Bounds, around, bounds_of
from .checks import fail, here, no_field, number, shown
from .field import Field, Recipe, weakest

__all__ = ["elongate", "mix", "morph", "rotate", "round", "scale", "shell", "translate"]

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
    lows = [min(_times(s, least), _times(s, most)) for s in box[:2]]
    highs = [max(_times(s, least), _times(s, most)) for s in box[2:]]
    return Bounds(*lows, *highs)


def _times(side: float, factor: float) -> float:
    """A side that passes through the origin stays there, however far others go."""
    return 0.0 if side == 0 else side * factor


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


def elongate(field: Field, x: Any, y: Any = 0) -> Field:
    """f(p - clamp(p, -t / 2, t / 2)): what lay on an axis is spread over a band."""
    spans = [number("elongate", name, value, 0) for name, value in (("x", x), ("y", y))]
    for name, value, span in zip("xy", (x, y), spans, strict=True):
        if -math.inf < bounds_of(span, span, span, span).left < 0:
            raise fail(
                f"elongate: {name}={shown(value)} must never be negative; "
                "give its slider a low of at least 0"
            )
    # as a sum, it has a slope of 1 everywhere for a span of 0, on the axis too
    pulled = Vec(
        max(c - 0.5 * span, 0.0) + min(0.0, c + 0.5 * span)
        for c, span in zip(P, spans, strict=True)
    )
    box, (least_x, least_y, most_x, most_y) = field.bounds, bounds_of(*spans, *spans)
    left, right = _apart(box.left, box.right, least_x, most_x)
    bottom, top = _apart(box.bottom, box.top, least_y, most_y)
    # beside a box that the axes miss, a band is as far from the field as its axis is
    on_axes = box.left <= 0 <= box.right and box.bottom <= 0 <= box.top
    return Field(
        field.at(pulled, here()),
        Bounds(left, bottom, right, top),
        weakest("bound", field.grade),
        _method(field, "elongate", x, y),
        grows=field.grows and on_axes,
    )


def _apart(low: float, high: float, least: float, most: float) -> tuple[float, float]:
    """A range along an axis, once its two halves were drawn apart by least to most."""
    return (
        low - 0.5 * most if low <= 0 else low + 0.5 * least,
        high + 0.5 * most if high >= 0 else high - 0.5 * least,
    )


def _morph(a: Expr, b: Expr, t: Expr) -> Scalar:
    """On the way from a to b."""
    return vectors.mix(a, b, t)


def morph(first: Any, second: Any, t: Any) -> Field:
    """Between two fields: the mix of their values, the first at t = 0, the second at t = 1.

    t is held between 0 and 1. A mix is negative only where one of the two is.
    """
    for field in (first, second):
        if not isinstance(field, Field):
            raise no_field("morph", field)
    share = number("morph", "t", t)
    if share.op.name != "literal":
        share = clamp(share, 0.0, 1.0)
    elif not 0 <= share.data <= 1:
        raise fail(f"morph: t={shown(t)} must be a number from 0 to 1")
    value = apply(lift(_morph), (first.compact(), second.compact(), share), here())[0]
    return Field(
        value,
        first.bounds.hull(second.bounds),
        weakest("bound", first.grade, second.grade),
        Recipe("morph({}, {}, {})", first.recipe, second.recipe, t),
        grows=first.grows and second.grows,
    )


def mix(a: Any, b: Any, t: Any) -> Any:
    """a + (b - a) t: a at t = 0, b at t = 1; of two fields, their morph."""
    if isinstance(a, Field) or isinstance(b, Field):
        return morph(a, b, t)
    return vectors.mix(a, b, t)


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
    return Recipe(f"{{}}.{name}({', '.join(['{}'] * len(args))})", field.recipe.owner, *args)
