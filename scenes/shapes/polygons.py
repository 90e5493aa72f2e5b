"""Polygons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...shaders.calculus.expr import Expr
from ...shaders.calculus.folds import Table, fold
from ...shaders.calculus.function import Input, Type, apply, trace
from ...shaders.calculus.vectors import (
    Scalar,
    Vec,
    abs,
    atan2,
    cos,
    cross,
    dot,
    floor,
    length,
    max,
    min,
    mod,
    normalize,
    seam,
    sin,
    where,
)  # fmt: skip
from ..box import around
from ..checks import fail, form, shown, whole_number
from ..field import Field, Recipe
from ..functions import Point, Positive, primitive
from .lines import direction, unsigned
from .outlines import Floats, edges_left

__all__ = ["polygon", "regular_polygon", "star", "triangle"]


@form("polygon([(0, 0), (1, 0), (0, 1)])")
def polygon(points: Sequence[Sequence[float]]) -> Field:
    """A polygon through at least three points, closed, by the even-odd rule where it overlaps.

    The distance is the least over its edges, which are one function and a table; the sign counts
    the edges to the right of the point. Edges that lie on one another cancel in pairs, so that a
    hole may be reached by a bridge, gone there and back; corners are plain numbers.
    """
    a, b = edges_left(_corners(points))
    if not len(a):
        raise fail(
            f"polygon: points={shown(points)} must enclose an area: all edges lie on one another, "
            "and cancel by the even-odd rule; segment(a, b) is a line"
        )
    box = around(map(tuple, np.concatenate([a, b])))
    return Field(_outline(_edges(a, b)), box, "exact", Recipe("polygon({})", points))


def _corners(points: Any) -> Floats:
    try:
        corners = np.array([tuple(p) for p in points], dtype=np.float64)
    except (TypeError, ValueError):
        raise fail(
            f"polygon: points={shown(points)} must be a sequence of (x, y) numbers"
        ) from None
    if corners.ndim != 2 or corners.shape[1] != 2 or not np.isfinite(corners).all():
        raise fail(f"polygon: points={shown(points)} must be a sequence of finite (x, y) numbers")
    corners = corners[np.any(corners != np.roll(corners, 1, axis=0), axis=1)]
    if len(corners) < 3:
        raise fail(
            f"polygon: points={shown(points)} must hold at least three different points in a row"
        )
    return corners


def _edges(a: Floats, b: Floats) -> Table:
    """A row an edge: its middle, its unit direction, half its length, its lowest and highest y.

    An edge points up (a level one to the left), so that its normal (direction turned clockwise)
    points right, or up: then a point on the edge counts as one just to the right, or above, for
    the sign and for the derivative of the absolute value alike.
    """
    flip = (b[:, 1] < a[:, 1]) | ((b[:, 1] == a[:, 1]) & (b[:, 0] > a[:, 0]))
    a, b = np.where(flip[:, None], b, a), np.where(flip[:, None], a, b)
    size = np.hypot(*(b - a).T)
    rows = np.column_stack([0.5 * (a + b), (b - a) / size[:, None], 0.5 * size, a[:, 1], b[:, 1]])
    return Table(rows)


POINT, ROW = Input("p", Type(2), "point"), Input("row", Type(7))


def _edge(p: Vec, row: Vec) -> Scalar:
    """Distance to one edge, exact beside it and beyond its ends."""
    d, u = p - row[0:2], Vec(row[2:4])
    beyond = abs(dot(d, u)) - row[4]
    beside = unsigned(cross(d, u))
    return seam(beyond > 0.0, length(Vec((beyond, beside))), beside)


def _crossing(p: Vec, row: Vec) -> Scalar:
    """1 if the ray from p to the right crosses the edge, else 0."""
    d, u = p - row[0:2], Vec(row[2:4])
    level = (row[5] <= p.y) & (p.y < row[6])
    return where(level & (cross(d, u) < 0.0), 1.0, 0.0)


def _outline(edges: Table) -> Expr:
    def polygon(p: Vec) -> Scalar:
        """Signed distance to a polygon: the nearest edge, and the parity of edges to the right."""
        distance = fold("min", trace(_edge, [POINT, ROW], name="edge"), edges, p)[0]
        crossings = fold(("add",), trace(_crossing, [POINT, ROW], name="crossing"), edges, p)[0]
        odd = mod(crossings + 0.5, 2.0) > 1.0  # the half keeps whole numbers off mod's jumps
        return where(odd, -distance, distance)

    return apply(trace(polygon, [POINT]), POINT.leaves)[0]


CORNERS, SIGN = [Input("a", Type(2)), Input("b", Type(2))], Input("sign")


def _side(p: Vec, a: Vec, b: Vec, sign: Expr) -> tuple[Scalar, Scalar, Scalar]:
    """Of a side: how far p lies outside of its line, beyond its ends, and from the side."""
    u, d = direction(b - a), p - 0.5 * (a + b)
    outside = sign * cross(d, u)
    beyond = abs(dot(d, u)) - 0.5 * length(b - a)
    return outside, beyond, seam(beyond > 0.0, length(Vec((beyond, outside))), unsigned(outside))


def _corners_hull(a: Vec, b: Vec, c: Vec) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    (left, right), (bottom, top) = ((min(*x), max(*x)) for x in zip(a, b, c, strict=True))
    return left, bottom, right, top


@primitive("exact", _corners_hull)
def triangle(p: Vec, a: Point, b: Point, c: Point) -> Scalar:
    """A triangle, its corners in either order.

    Inside, the distance is that to the nearest line of a side, outside that to the nearest side. A
    flat one is the segment that is left.
    """
    sign = where(cross(b - a, c - a) < 0.0, -1.0, 1.0)
    side = trace(_side, [POINT, *CORNERS, SIGN], name="side")
    sides = [apply(side, (*p, *x, *y, sign)) for x, y in ((a, b), (b, c), (c, a))]
    outside, beyond, distance = zip(*sides, strict=True)
    within = max(*outside)
    # inside a point lies beside the longest side; on the line of a flat triangle it need not
    return seam((within < 0.0) & (min(*beyond) < 0.0), within, min(*distance))


def _turned(p: Vec, angle: Scalar) -> Vec:
    c, s = cos(angle), sin(angle)
    return Vec((c * p.x - s * p.y, s * p.x + c * p.y))


def _reach(n: int, radius: Scalar, first: float = 0.0) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """The box of n points on a circle, from an angle ``first`` off +y."""
    turn = math.tau / n

    def along(axis: float) -> Scalar:
        """How far the point reaches that is nearest to an axis, turned so far off +y."""
        return radius * math.cos(math.remainder(axis - first, turn))

    left, bottom, right, top = map(along, (-0.5 * math.pi, math.pi, 0.5 * math.pi, 0.0))
    return -left, -bottom, right, top


@primitive("exact", _reach)
def _regular_polygon(p: Vec, n: int, radius: Positive) -> Scalar:
    """A regular polygon: the plane is turned by whole sectors until the nearest side is upright."""
    turn = math.tau / n
    sector = floor(atan2(p.x, p.y) / turn)
    q = _turned(p, (sector + 0.5) * turn - 0.5 * math.pi)
    beside = q.x - radius * math.cos(math.pi / n)
    beyond = abs(q.y) - radius * math.sin(math.pi / n)
    return seam(beyond > 0.0, length(Vec((beside, beyond))), beside)


def regular_polygon(n: int, radius: Any) -> Field:
    """A regular polygon of n >= 3 corners at this distance from the origin, one of them at +y."""
    n = whole_number("regular_polygon", "n", n, 3)
    made = _regular_polygon(n, radius)
    made.recipe = Recipe("regular_polygon({}, {})", n, radius)
    return made


def _points(n: int, outer: Scalar, inner: Scalar) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    tips, corners = _reach(n, outer), _reach(n, inner, math.pi / n)
    least = [min(a, b) for a, b in zip(tips[:2], corners[:2], strict=True)]
    most = [max(a, b) for a, b in zip(tips[2:], corners[2:], strict=True)]
    return least[0], least[1], most[0], most[1]


@primitive("exact", _points, lipschitz=1.0)
def _star(p: Vec, n: int, outer: Positive, inner: Positive) -> Scalar:
    """A star: the plane is turned and folded until one side is left, from a tip to a corner."""
    turn = math.tau / n
    sector = floor(atan2(p.x, p.y) / turn + 0.5)
    q = _turned(p, sector * turn)
    q = Vec((q.y, abs(q.x)))
    tip = Vec((outer, 0.0))
    corner = inner * Vec((math.cos(math.pi / n), math.sin(math.pi / n)))
    u, d = normalize(corner - tip), q - 0.5 * (tip + corner)
    beside = cross(d, u)
    beyond = abs(dot(d, u)) - 0.5 * length(corner - tip)
    end = where(beside < 0.0, -1.0, 1.0) * length(Vec((beyond, beside)))
    return seam(beyond > 0.0, end, beside)


def star(n: int, outer: Any, inner: Any) -> Field:
    """A star of n >= 2 tips at the distance outer from the origin, one of them at +y.

    The corners between them lie at the distance inner.
    """
    n = whole_number("star", "n", n, 2)
    made = _star(n, outer, inner)
    made.recipe = Recipe("star({}, {}, {})", n, outer, inner)
    return made
