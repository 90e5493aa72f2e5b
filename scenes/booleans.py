"""Booleans: union, intersection, difference, xor, complement, hard and smooth.

Each is a function of two fields' values, written once; a long union of like shapes becomes one
function over a table of their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ..shaders.calculus.expr import Expr, substitute
from ..shaders.calculus.function import Function, Input, apply, trace
from ..shaders.calculus.vectors import Scalar, abs, max, min, seam
from ..shaders.lists import LISTED
from ..shaders.picture import POINT
from .box import EVERYWHERE, Bounds, bounds_of
from .checks import fail, form, here, no_field, number, shown
from .field import Field, Grade, Recipe, weakest
from .sizes import CALLS, weight
from .tables import folded, gathered, skeleton

__all__ = ["complement", "difference", "intersection", "lift", "union", "xor"]

A, B, K = Input("a", role="field"), Input("b", role="field"), Input("k")


def _union(a: Expr, b: Expr) -> Scalar:
    """In a or in b."""
    return min(a, b)


def _intersection(a: Expr, b: Expr) -> Scalar:
    """In a and in b."""
    return max(a, b)


def _difference(a: Expr, b: Expr) -> Scalar:
    """In a and not in b."""
    return max(a, -b)


def _xor(a: Expr, b: Expr) -> Scalar:
    """In one of a and b."""
    return max(min(a, b), -max(a, b))


def _complement(a: Expr) -> Scalar:
    """Not in a."""
    return -a


def _smooth_union(a: Expr, b: Expr, k: Expr) -> Scalar:
    """The least of a and b, rounded over a width k.

    min(a, b) - h^2 k / 4 with h = max(k - |a - b|, 0) / k: the quadratic smooth minimum of
    I. Quilez, "smooth minimum" (2013). Where h > 0 that is the one polynomial written here.
    """
    d = b - a
    return seam(abs(d) < k, 0.5 * (a + b) - 0.25 * (k + d * d / k), min(a, b))


def _smooth_intersection(a: Expr, b: Expr, k: Expr) -> Scalar:
    """The greatest of a and b, rounded over a width k."""
    return -apply(lift(_smooth_union), (-a, -b, k))[0]


def _smooth_difference(a: Expr, b: Expr, k: Expr) -> Scalar:
    """In a and not in b, rounded over a width k."""
    return -apply(lift(_smooth_union), (-a, b, k))[0]


MELTS = {_smooth_union: max(K.leaves[0], 0.0)}
"""Functions that melt two fields together, and how far one may be above the other."""


@cache
def lift(python: Callable[..., Any]) -> Function:
    """A function of fields' values (``a``, ``b``) and numbers as a function of their jets."""
    code = python.__code__
    inputs = {"a": A, "b": B}
    names = code.co_varnames[: code.co_argcount]
    return trace(
        python, [inputs.get(n) or Input(n) for n in names], name=python.__name__.lstrip("_"),
        reach=MELTS.get(python),
    )  # fmt: skip


@form("union(a, b, smooth=0.1)")
def union(*fields: Field, smooth: Any = 0) -> Field:
    """The points in any of the fields; ``smooth`` > 0 rounds where they meet, over that width."""
    fields = _fields("union", fields)
    k = _width("union", smooth)
    box = _hull(fields)
    if k is not None:
        box = _swollen(fields, k)
        value = _tree(fields, _smooth_union, k)
        return Field(
            value, box, _worst(fields), _recipe("union", fields, smooth), grows=_grow(fields)
        )
    parts = tuple(part for f in fields for part in (f.parts or (f,)))
    grade: Grade = "bound" if len(parts) > 1 and _worst(parts) == "exact" else _worst(parts)
    recipe = _recipe("union", fields)
    return Field(lambda: _united(parts), box, grade, recipe, parts, grows=_grow(fields))


@form("intersection(a, b, smooth=0.1)")
def intersection(*fields: Field, smooth: Any = 0) -> Field:
    """The points in all of the fields; ``smooth`` > 0 rounds where they meet, over that width."""
    fields = _fields("intersection", fields)
    k = _width("intersection", smooth)
    box = EVERYWHERE
    for f in fields:
        box = box.common(f.bounds)
    value = _tree(fields, _intersection if k is None else _smooth_intersection, k)
    recipe = _recipe("intersection", fields, smooth)
    # near a corner of the common box both fields may be nearer than that corner: it does not grow
    return Field(value, box, _worst(fields), recipe, grows=len(fields) == 1 and fields[0].grows)


@form("difference(a, b, smooth=0.1)")
def difference(first: Field, *rest: Field, smooth: Any = 0) -> Field:
    """The points in the first field and in none of the rest."""
    fields = _fields("difference", (first, *rest))
    k = _width("difference", smooth)
    if len(fields) == 1:
        return first
    cut = union(*fields[1:], smooth=smooth) if len(fields) > 2 else fields[1]
    value = _tree((first, cut), _difference if k is None else _smooth_difference, k)
    recipe = _recipe("difference", fields, smooth)
    return Field(value, first.bounds, _worst(fields), recipe, grows=first.grows)


@form("xor(a, b)")
def xor(*fields: Field, smooth: Any = 0) -> Field:
    """The points in an odd number of the fields."""
    if _width("xor", smooth) is not None:
        raise fail(f"xor: smooth={shown(smooth)} has no meaning; combine smooth differences")
    fields = _fields("xor", fields)
    value, recipe = _tree(fields, _xor, None), _recipe("xor", fields)
    return Field(value, _hull(fields), _worst(fields), recipe, grows=_grow(fields))


def complement(field: Field) -> Field:
    """The points not in the field: -f."""
    value = apply(lift(_complement), (field.compact(),), here())[0]
    return Field(value, EVERYWHERE, field.grade, Recipe("~({})", field.recipe))


def _fields(call: str, fields: Sequence[Any]) -> tuple[Field, ...]:
    if not fields:
        raise fail(f"{call}: needs at least one field")
    for f in fields:
        if not isinstance(f, Field):
            hint = f"; spread a list with {call}(*fields)" if isinstance(f, (list, tuple)) else ""
            if isinstance(f, (int, float, Expr)):
                hint = f"; a width to round over has a name: {call}(a, b, smooth={shown(f)})"
            raise no_field(call, f, hint)
    return tuple(fields)


def _width(call: str, smooth: Any) -> Expr | None:
    if isinstance(smooth, (int, float)) and not isinstance(smooth, bool) and smooth == 0:
        return None
    return number(call, "smooth", smooth, 0)


def _worst(fields: Sequence[Field]) -> Grade:
    return weakest("bound" if len(fields) > 1 else "exact", *(f.grade for f in fields))


def _grow(fields: Sequence[Field]) -> bool:
    return all(f.grows for f in fields)


def _hull(fields: Sequence[Field]) -> Bounds:
    box = fields[0].bounds
    for f in fields[1:]:
        box = box.hull(f.bounds)
    return box


def _swollen(fields: Sequence[Field], k: Expr) -> Bounds:
    """A smooth union reaches k / 4 beyond its parts, once for each level of the tree."""
    if not _grow(fields):
        return EVERYWHERE  # what is not a distance may be small far away
    levels = (len(fields) - 1).bit_length()
    return _hull(fields).grown(0.25 * levels * bounds_of(0.0, 0.0, k, k).right)


def _recipe(call: str, fields: Sequence[Field], smooth: Any = 0) -> Recipe:
    holes = ["{}"] * len(fields)
    if not (isinstance(smooth, (int, float)) and smooth == 0):
        return Recipe(
            f"{call}({', '.join(holes)}, smooth={{}})", *(f.recipe for f in fields), smooth
        )
    return Recipe(f"{call}({', '.join(holes)})", *(f.recipe for f in fields))


def _tree(fields: Sequence[Field], python: Callable[..., Any], k: Expr | None) -> Expr:
    """Neighbors combined in pairs, pairs in pairs, and so on: a balanced tree over call order.

    A part of the tree whose leaves are like shapes, LISTED or more, is a fold over their numbers.
    """
    function = lift(python)
    level = [f.compact() for f in fields]
    source = here()
    if function.reach is not None and k is not None and len(level) >= LISTED:
        return _melted(level, function, k, source)
    while len(level) > 1:
        pairs = [
            _joined(function, level[i], level[i + 1], k, source)
            for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0]


def _melted(values: Sequence[Expr], function: Function, k: Expr, source: Any) -> Expr:
    """Of fields' values, by a function that melts them over a width k."""
    (a,), (b,), (width,) = A.leaves, B.leaves, K.leaves
    assert function.reach is not None
    reach = substitute([function.reach], {width: k})[0]
    melt = Function("melt", [A, B], apply(function, (a, b, k), source), reach=reach, source=source)
    found = [skeleton(value) or (None, ()) for value in values]

    def part(start: int, size: int) -> Expr:
        """What the leaves give from one on, up to so many, which is a power of two."""
        own = found[start : start + size]
        if len(own) >= LISTED and own[0][0] is not None and all(s is own[0][0] for s, _ in own):
            return folded(own[0][0], [numbers for _, numbers in own], melt)
        half = size // 2
        if len(own) == 1:
            return values[start]
        if len(own) <= half:
            return part(start, half)
        return _joined(function, part(start, half), part(start + half, half), k, source)

    return part(0, 1 << (len(values) - 1).bit_length())


def _joined(function: Function, a: Expr, b: Expr, k: Expr | None, source: Any) -> Expr:
    value = apply(function, (a, b) if k is None else (a, b, k), source)[0]
    return _short(value)


def _short(value: Expr) -> Expr:
    """The value as a call of a function of its own, once it has grown long."""
    if weight(value) <= CALLS:
        return value
    return apply(Function("part", [POINT], [value]), POINT.leaves)[0]


def _united(parts: Sequence[Field]) -> Expr:
    """A hard union: runs of like shapes as folds, then the least of all, in order."""
    level = gathered([f.compact() for f in parts])
    function = lift(_union)
    while len(level) > 1:  # in groups, so that no function holds more than a few dozen calls
        groups = []
        for start in range(0, len(level), 24):
            total = level[start]
            for value in level[start + 1 : start + 24]:
                total = apply(function, (total, value))[0]
            groups.append(_short(total))
        level = groups
    return level[0]
