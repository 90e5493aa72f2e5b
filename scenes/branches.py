"""Warps of several branches: polar coordinates, and repetition.

The field is the least over the branches. Rows of a table, or the cells around the point, stand for
the branches, so that any number of them is one function.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from ..shaders.calculus.bounds import range_of
from ..shaders.calculus.expr import Expr, const, make
from ..shaders.calculus.folds import Table, fold
from ..shaders.calculus.function import Function, Input, Type
from ..shaders.calculus.rules import mended_
from ..shaders.calculus.vectors import Scalar, Vec, abs, atan2, clamp, cos, floor, length, log, sin
from ..shaders.picture import POINT
from .bends import disc
from .box import Bounds, bounds_of
from .checks import fail, number, shown, whole_number
from .field import Field, Recipe, weakest
from .warps import Stage, Warp, mapping

__all__ = ["kaleidoscope", "log_polar", "polar", "polar_repeat", "repeat"]

P = Vec(POINT.leaves)
TURN = math.tau
MOST = 1 << 16
"""Of so many copies at most the least is looked for at each point: they are rows of a table."""


def _some(call: str, count: float, field: Field) -> int:
    """How many copies are looked at, if there are not too many."""
    if count > MOST:
        raise fail(
            f"{call}: at each point {count:.4g} copies of {shown(field)} would count, and must be "
            f"at most {MOST}: take fewer, or a shape with closer bounds"
        )
    return int(count)


def _least(
    field: Field,
    place: Callable[..., Vec],
    rows: Sequence[tuple[float, ...]],
    at: Sequence[Expr],
    cell: Sequence[Expr] = (),
) -> Expr:
    """The least of the field at ``place(p, row)`` over the rows, for the point ``at``.

    What all rows choose alike, such as the ``cell`` that holds the point, is chosen outside:
    ``place(p, row, cell)``. Where it turns the rows are other copies, and the least is the same.
    """
    inputs = [POINT, *([Input("cell", Type(len(cell)))] if cell else [])]
    given = [Vec(cell)] if cell else []
    if len(rows) == 1:
        return field.at(place(Vec(at), rows[0], *given))
    row = Input("row", Type(len(rows[0])))
    value = field.at(place(P, row.leaves, *(Vec(i.leaves) for i in inputs[1:])))
    item = Function(f"branch_of_{field._name()}", [*inputs, row], [value], source=field.source)
    return fold("min", item, Table(rows), (*at, *cell))[0]


# --- polar ---------------------------------------------------------------------------------------
class _Polar(Stage):
    """(r, theta): a field bounded in theta is also seen one turn before and after."""

    __slots__ = ()

    def pull(self, field: Field) -> Field:
        if not (math.isfinite(field.bounds.bottom) and math.isfinite(field.bounds.top)):
            return self.single(field)
        value = _least(
            field,
            lambda p, turn: Vec((p.x, p.y + turn[0])),
            [(0.0,), (TURN,), (-TURN,)],
            self.place,
        )
        return Field(value, self.drawn(field), weakest("implicit", field.grade), field.recipe)


def _ring(box: Bounds) -> Bounds:
    radius = max(box.right, 0.0)
    return Bounds(-radius, -radius, radius, radius)


def _log_ring(box: Bounds) -> Bounds:
    return _ring(
        Bounds(0, 0, math.exp(min(box.right, 700.0)) if box.right < math.inf else math.inf, 0)
    )


@mapping(_ring, _Polar)
def polar(p: Vec) -> Vec:
    """Polar coordinates (r, theta), theta in (-pi, pi]."""
    return Vec((length(p), atan2(p.y, p.x)))


@mapping(_log_ring, _Polar)
def log_polar(p: Vec) -> Vec:
    """Log-polar coordinates (ln r, theta), theta in (-pi, pi]: conformal."""
    return Vec((log(length(p)), atan2(p.y, p.x)))


# --- copies about the origin ---------------------------------------------------------------------
class _Turns(Stage):
    """n whole copies turned about the origin, copy 0 as it is; and, mirrored, their reflections."""

    __slots__ = ("mirrored", "n")

    def __init__(self, n: int, *, mirrored: bool = False) -> None:
        sector = TURN / n
        angle = floor(atan2(P.y, P.x) / sector + 0.5) * sector
        x, y = _turned(P, cos(angle), sin(angle))
        super().__init__((x, abs(y) if mirrored else y), disc)
        self.n, self.mirrored = n, mirrored

    def pull(self, field: Field) -> Field:
        angles = field.bounds.angles() if field.grade == "exact" else None
        sector = TURN / self.n
        near = math.floor((angles[1] - angles[0]) / sector) + 2 if angles else self.n
        call = "kaleidoscope" if self.mirrored else "polar_repeat"
        near = _some(call, min(near, self.n), field)
        rows: list[tuple[float, ...]]
        sides = [P, Vec((P.x, -P.y))] if self.mirrored else [P]
        # turned copies of the reflection are reflections of turned copies
        if near < self.n and angles:
            rows = [(float(k),) for k in range(near)]
            first = [self._first(p, angles[1]) for p in sides]
            values = [
                _least(field, self._at, rows, p, [cell])
                for p, cell in zip(sides, first, strict=True)
            ]
        else:
            rows = [(math.cos(k * sector), math.sin(k * sector)) for k in range(near)]
            values = [_least(field, lambda p, r: _turned(p, *r), rows, p) for p in sides]
        value = values[0] if len(values) == 1 else make("min", *values)
        copies = len(rows) * len(sides)
        box = self.drawn(field)
        grade = weakest("bound", field.grade) if copies > 1 else field.grade
        return Field(value, box, grade, field.recipe, grows=field.grows)

    def _first(self, p: Vec, last: float) -> Scalar:
        """The first of the copies that lie nearest in angle.

        A point q of the shape, seen from p, is nearest in the copy k that makes |k sector + the
        angle of q - the angle of p| least: only so many k occur over the shape's range of angles,
        up to ``last``, and a true distance is least on one of these.
        """
        return mended_(floor((atan2(p.y, p.x) - last) / (TURN / self.n) + 0.5))

    def _at(self, p: Vec, row: Any, cell: Any) -> Vec:
        """p as the copy sees it that comes so many after the first."""
        angle = (cell[0] + row[0]) * (TURN / self.n)
        return _turned(p, cos(angle), sin(angle))


def _turned(p: Vec, c: Any, s: Any) -> Vec:
    """p turned clockwise by the angle of this cosine and sine."""
    return Vec((c * p.x + s * p.y, c * p.y - s * p.x))


def polar_repeat(n: int) -> Warp:
    """n >= 1 whole copies turned about the origin, copy 0 as it is, also where they overlap."""
    n = whole_number("polar_repeat", "n", n, 1)
    return Warp((_Turns(n),), Recipe("polar_repeat({})", n))


def kaleidoscope(n: int) -> Warp:
    """n >= 1 mirrored pairs about the origin: n turned copies and the n reflections of those.

    Copy 0 is the shape as it is, its reflection that in the x axis. Whole copies, also where they
    overlap. The map itself folds the plane into the sector 0 <= theta <= pi / n.
    """
    n = whole_number("kaleidoscope", "n", n, 1)
    return Warp((_Turns(n, mirrored=True),), Recipe("kaleidoscope({})", n))


# --- copies side by side -------------------------------------------------------------------------
class _Copies(Stage):
    """Copies at whole multiples of a step along each axis, a count of them or endless."""

    __slots__ = ("axes",)

    def __init__(
        self,
        place: tuple[Expr, Expr],
        outline: Any,
        axes: tuple[tuple[Expr | None, int | None], ...],
    ) -> None:
        super().__init__(place, outline)
        self.axes = axes

    def pull(self, field: Field) -> Field:
        box = field.bounds
        ranges = ((box.left, box.right), (box.bottom, box.top))
        spans = [
            self._span(k, axis, *limits, field)
            for k, (axis, limits) in enumerate(zip(self.axes, ranges, strict=True))
        ]
        _some("repeat", spans[0][1] * spans[1][1], field)
        rows = [(float(i), float(j)) for j in range(spans[1][1]) for i in range(spans[0][1])]

        def place(p: Vec, row: Any, cell: Any) -> Vec:
            return Vec(s[0](p[k], row[k], cell[k]) for k, s in enumerate(spans))

        value = _least(field, place, rows, P, [s[2] for s in spans])
        outline = self.drawn(field)
        many = len(rows) > 1 or any(count is None and step is not None for step, count in self.axes)
        return Field(
            value, outline, weakest("bound", field.grade) if many else field.grade, field.recipe
        )

    def _span(
        self,
        k: int,
        axis: tuple[Expr | None, int | None],
        low: float,
        high: float,
        field: Field,
    ) -> tuple[Callable[[Any, Any, Any], Any], int, Expr]:
        """How coordinate k moves for the i-th copy to look at, how many those are, and the cell."""
        step, count = axis
        if step is None:
            return (lambda x, i, cell: x), 1, const(0.0)
        least = range_of(step)[0]
        bounded = math.isfinite(low) and math.isfinite(high) and low <= high
        if count is None and not bounded:
            raise fail(
                f"repeat: endless copies of {shown(field)} need a bounded field; clip it with "
                "& box(...), give @shape(bounds=...), or repeat a count"
            )
        near = (high - low) // least + 2 if bounded and least > 0 else math.inf
        if count is None:
            cell = mended_(floor((P[k] - high) / step + 0.5))
            near = _some("repeat", near, field)
            return (lambda x, i, cell: x - (cell + i) * step), near, cell
        first = -0.5 * (count - 1)
        if (
            near < count and field.grade == "exact"
        ):  # only the copies around the point, within the row
            cell = mended_(floor((P[k] - high) / step - first + 0.5))

            def nearest(x: Any, i: Any, cell: Any) -> Any:
                return x - (clamp(cell + i, 0.0, float(count - 1)) + first) * step

            return nearest, _some("repeat", near, field), cell
        return (lambda x, i, cell: x - (i + first) * step), count, const(0.0)


def repeat(x: Any, y: Any = None, *, count: Any = None) -> Warp:
    """Copies every x scene units to the side and every y up; None leaves an axis alone.

    Endless, or ``count`` of them (a number for both axes, or a pair), centered on the origin. Whole
    copies, also where they overlap. An endless repeat needs a field with bounds.
    """
    if y is None and isinstance(x, (tuple, list)) and len(x) == 2:
        x, y = x
    steps = [
        None if s is None else number("repeat", name, s, 0, above=True)
        for name, s in (("x", x), ("y", y))
    ]
    for step in steps:
        if step is not None and -math.inf < bounds_of(step, step, step, step).left <= 0:
            raise fail(f"repeat: {shown(step)} must stay positive; give its slider a low above 0")
    if steps == [None, None]:
        raise fail("repeat: x and y are both None; give a distance for at least one axis")
    counts = list(count) if isinstance(count, (tuple, list)) else [count, count]
    if len(counts) != 2:
        raise fail(f"repeat: count={shown(count)} must be a whole number, a pair of them, or None")
    counts = [None if n is None else whole_number("repeat", "count", n, 1) for n in counts]
    axes = tuple(zip(steps, counts, strict=True))
    place = tuple(_cell(c, step, n) for c, (step, n) in zip(P, axes, strict=True))
    stage = _Copies((place[0], place[1]), functools.partial(_row, axes), axes)
    given = (
        Recipe("repeat({}, {}, count={})", x, y, count) if count else Recipe("repeat({}, {})", x, y)
    )
    return Warp((stage,), given)


def _cell(c: Expr, step: Expr | None, count: int | None) -> Scalar:
    """A coordinate within the cell that holds it."""
    if step is None:
        return c
    if count is None:
        return c - floor(c / step + 0.5) * step
    first = -0.5 * (count - 1)
    return c - (clamp(floor(c / step - first + 0.5), 0.0, count - 1.0) + first) * step


def _row(axes: Any, box: Bounds) -> Bounds:
    reach = []
    for step, count in axes:
        most = 0.0 if step is None else range_of(step)[1]
        reach.append(
            math.inf if step is not None and count is None else 0.5 * most * ((count or 1) - 1)
        )
    return Bounds(
        box.left - reach[0], box.bottom - reach[1], box.right + reach[0], box.top + reach[1]
    )
