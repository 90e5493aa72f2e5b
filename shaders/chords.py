"""Chords: how one edge, or two, cut a cell.

A cell is the square of side 1 about its center. An edge is given as the jet to order 2 of a field
by the cell's coordinates, which is below 0 inside; the line through it, within the cell, is its
chord.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from .calculus.expr import Expr, const
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.hessians import across, times
from .calculus.vectors import Scalar, Vec, abs, clamp, dot, length, max, min, sqrt, where
from .coverage import disc, half_plane

__all__ = ["CUT", "Cut", "arched", "common", "straight", "wedge"]

STRAYS = 7.5
"""How many times as far as an edge leaves its chord that counts which the next derivatives may move
it by: nothing makes up for them."""
PARALLEL = 4e-3
"""Chords whose ends lie nearer to each other's lines, in cells, are one."""
FLAT = 1e-9
"""The least slope of a line against a side of the cell: along it, the chord is all or nothing."""
FLATTEST = 64.0
"""The greatest radius of an arc, in cells, of which float32 holds the square."""
ASKEW = 0.02
"""How far an edge may leave an arc by what else bends there."""
LEANS = 0.25
"""How far the gradient may turn from the center of a cell to its edge."""
CUT = Type(6)
"""A cell cut by an edge: the part that is inside, and the chord that bounds it: the distance of its
line from the center, the unit normal, its middle (from the line's foot) and half its length."""


class Cut(NamedTuple):
    """What ``CUT`` holds."""

    part: Any
    d: Any
    x: Any
    y: Any
    middle: Any
    half: Any


def _chord(d: Expr, n: Vec) -> tuple[Scalar, Scalar]:
    """The part of the line d + n.p = 0 in the cell, measured from its foot along (-n.y, n.x).

    The cell is a slab across and one up; the line is in each between two points around a middle.
    """
    wide, tall = max(abs(n.y), FLAT), max(abs(n.x), FLAT)
    level = where(n.y < 0.0, d * n.x, -d * n.x) / wide
    up = where(n.x < 0.0, -d * n.y, d * n.y) / tall
    low = max(level - 0.5 / wide, up - 0.5 / tall)
    return low, min(level + 0.5 / wide, up + 0.5 / tall)


def _straight(f: Expr, g: Vec, h: Vec) -> tuple[Scalar, ...]:
    """The cut of f <= 0, to second order; how far the edge leaves its chord; whether it is near.
    Then the line that does for the edge, as a value and its gradient.

    The line is tangent to f at the middle m of the chord, and moved by the mean of what the curve
    leaves it by: f(m) + t'Ht L^2 / 24, for a chord of length L along t. What a slope changes by
    from the center to the edge, n'Hn d, the third derivatives may have made: that would move it by
    n'Hn d^2 / 6, of which the jet knows nothing.
    """
    size = max(length(g), 1e-20)
    n = g / size
    d = clamp(f / size, -2.0, 2.0)
    low, high = _chord(d, n)
    half = 0.5 * clamp(high - low, 0.0, 2.0)
    middle = where(high > low, 0.5 * (low + high), 0.0)
    m = Vec((-d * n.x - middle * n.y, -d * n.y + middle * n.x))
    bent, around = times(h, m), across(h, n)
    bend = 0.125 * (abs(h[0]) + 2.0 * abs(h[1]) + abs(h[2]))
    near = abs(f) <= 0.5 * (abs(g.x) + abs(g.y)) + bend
    strays = (STRAYS / 3.0) * abs(h[0] + h[2] - around) * d * d * half  # by the chord's length
    leaves = max(bend, strays) / size
    curved = near & (leaves < 0.25)
    # f(m) - (g + Hm).m, where f(m) = f + g.m + m'Hm / 2
    moved = f - 0.5 * dot(m, bent) + around * half * half / 6.0
    line = where(curved, moved, f), *where(curved, g + bent, g)
    part = apply(half_plane(), line)[0]
    return part, d, n.x, n.y, middle, half, leaves, where(near, 1.0, 0.0), *line


def _arched(f: Expr, g: Vec, h: Vec) -> tuple[Scalar, ...]:
    """The same, where an edge may bend so much that it is rather an arc of a circle.

    The level sets about are taken to be parallel, as those of a distance are: the radius of the one
    through the center, less how far away the edge is, is that of the edge.
    """
    _, d, x, y, middle, half, leaves, near, *line = _straight(f, g, h)
    n, along, size = Vec((x, y)), Vec((-y, x)), max(length(g), 1e-20)
    down = times(h, n) / size
    bend = across(h, n) / size
    away = d + clamp(0.5 * dot(down, n) * d, -LEANS, LEANS) * d
    lean = clamp(dot(down, along) * away, -LEANS, LEANS)
    outward = where(bend < 0.0, -1.0, 1.0)
    around = 1.0 / max(abs(bend), 1.0 / FLATTEST)
    r = max(around - outward * away, 1e-3)
    askew = 0.125 * (abs(dot(down, n)) + 2.0 * abs(dot(down, along)))
    leaves = where((askew > ASKEW) | (r < 0.5 * around), max(leaves, 1.0), leaves)
    middle_ = -away * n - outward * r * (sqrt(1.0 - lean * lean) * n - lean * along)
    arc = apply(disc(), (*middle_, r))[0]
    flat = apply(half_plane(), (away + bend / 24.0, *(n - lean * along)))[0]
    bows = abs(bend) > 1.0 / FLATTEST
    edge = where(bows, where(bend < 0.0, 1.0 - arc, arc), flat)
    part = where(near > 0.0, edge, where(f <= 0.0, 1.0, 0.0))
    return part, d, x, y, middle, half, leaves, near, *line


def _wedge(a: Vec, b: Vec) -> Scalar:
    """The part of the cell within two lines that cross in it; each a value and its gradient.

    By Green's theorem about the point where they cross, which the lines themselves pass through.
    """
    lean = a[1] * b[2] - a[2] * b[1]
    scale = where(lean < 0.0, -1.0, 1.0) / max(abs(lean), 1e-20)
    x = clamp((a[2] * b[0] - a[0] * b[2]) * scale, -0.5, 0.5)
    y = clamp((a[0] * b[1] - a[1] * b[0]) * scale, -0.5, 0.5)
    twice = const(0.0)
    for here, there, i, j in ((x, y, 1, 2), (y, x, 2, 1)):
        slopes = [line[i] / where(line[j] < 0.0, min(line[j], -FLAT), max(line[j], FLAT))
                  for line in (a, b)]  # fmt: skip
        for side in (-0.5, 0.5):
            away, low, high = side - here, const(-0.5), const(0.5)
            for line, slope in zip((a, b), slopes, strict=True):
                meets, rises = there - slope * away, line[j] >= 0.0
                low = where(rises, low, max(low, meets))
                high = where(rises, min(high, meets), high)
            twice = twice + abs(away) * max(high - low, 0.0)
    return 0.5 * twice


def _common(a: Cut, b: Cut) -> tuple[Scalar, ...]:
    """The part of the cell within both of two cuts; 1 where their chords cross; 1 or -1 where they
    are one, with the same side inside or the other.

    Chords that do not cross leave three strips: one side of a chord lies within one of the other,
    and which it is, its middle tells; or, where they are one, how their normals turn.
    """
    turn = a.x * b.x + a.y * b.y
    lean = a.x * b.y - a.y * b.x
    b_in_a = a.d - b.d * turn - lean * b.middle
    a_in_b = b.d - a.d * turn + lean * a.middle
    slant = abs(lean)
    reach = max(abs(b_in_a) + slant * b.half, abs(a_in_b) + slant * a.half)
    one = reach < PARALLEL
    opposed = (one & (turn < 0.0)) | (~one & _agree(b_in_a <= 0.0, a_in_b <= 0.0))
    within = where(opposed, max(a.part + b.part - 1.0, 0.0), min(a.part, b.part))
    crosses = (abs(b_in_a) < slant * b.half) & (abs(a_in_b) < slant * a.half)
    return within, where(crosses & ~one, 1.0, 0.0), where(one, where(turn < 0.0, -1.0, 1.0), 0.0)


def _agree(a: Expr, b: Expr) -> Expr:
    """Whether two conditions agree."""
    return (a & b) | ~(a | b)


@cache
def straight() -> Function:
    """(f, g, h) -> a CUT, how far the edge leaves its chord, and 1 where it may cross the cell."""
    inputs = [Input("f"), Input("g", Type(2)), Input("h", Type(3))]
    return trace(lambda f, g, h: _straight(f, g, h)[:8], inputs, name="straight")


@cache
def arched() -> Function:
    """The same, its part that of an arc; then the line that does for it, as value and gradient."""
    inputs = [Input("f"), Input("g", Type(2)), Input("h", Type(3))]
    return trace(_arched, inputs, name="arched")


@cache
def wedge() -> Function:
    """The part of a cell within two lines that cross in it, each a value and its gradient."""
    return trace(_wedge, [Input("a", Type(3)), Input("b", Type(3))], name="wedge")


@cache
def common() -> Function:
    """(CUT, CUT) -> the part of a cell within both, whether the chords cross, or are one."""
    inputs = [Input("a", CUT), Input("b", CUT)]
    return trace(lambda a, b: _common(Cut(*a), Cut(*b)), inputs, name="common")
