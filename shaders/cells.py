"""Cells: what a square of the picture shows, where edges, corners and jumps are known.

A cell is a pixel, or a part of one. Fields come as edges by the cell's coordinates (see
``calculus.edges``): the cell is the square of side 1 about its center.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from .calculus.expr import Expr, const
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.sides import ALIKE, CROWDED
from .calculus.vectors import Scalar, Vec, abs, clamp, dot, length, max, min, where
from .coverage import distance, half_plane

__all__ = [
    "CUT", "SUSPECT", "TIE", "Cover", "Cut", "band_cover", "common", "fill_cover", "guess_cover",
    "measured", "nearer", "straight",
]  # fmt: skip

BENT = 0.015
"""How far an edge may leave its chord, in cells, for the formula with the Hessian to do."""
STRAYS = 7.5
"""How many times as far as that an edge counts that the next derivatives may move: nothing makes up
for them."""
BOWED = 100.0
"""How far away the gradients may put a decision that the Hessians put within the cell."""
TIE = 1e-3
"""Where a decision is as near to the center, its two sides are hard to tell apart."""
PARALLEL = 4e-3
"""Chords whose ends lie nearer to each other's lines, in cells, are one."""
FLAT = 1e-9
"""The least slope of a line against a side of the cell: along it, the chord is all or nothing."""
SUSPECT = 0.75
"""An edge may be in a cell where f is less than this times the sum of its slopes: half of that is
the least, for one that is straight."""
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


class Cover(NamedTuple):
    """How a layer lies in a cell."""

    cut: Cut
    tangled: Expr
    """1 where it is no one chord that bounds it."""
    rough: Expr
    """1 where the parts of the cell have to be looked at, one by one."""


def _chord(d: Expr, n: Vec) -> tuple[Scalar, Scalar]:
    """The part of the line d + n.p = 0 in the cell, measured from its foot along (-n.y, n.x).

    The cell is a slab across and one up; the line is in each between two points around a middle.
    """
    wide, tall = max(abs(n.y), FLAT), max(abs(n.x), FLAT)
    across = where(n.y < 0.0, d * n.x, -d * n.x) / wide
    up = where(n.x < 0.0, -d * n.y, d * n.y) / tall
    low = max(across - 0.5 / wide, up - 0.5 / tall)
    return low, min(across + 0.5 / wide, up + 0.5 / tall)


def _straight(f: Expr, g: Vec, h: Vec) -> tuple[Scalar, ...]:
    """The cut of f <= 0, to second order; how far the edge leaves its chord; whether it is near.

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
    bent = Vec((h[0] * m.x + h[1] * m.y, h[1] * m.x + h[2] * m.y))
    across = h[0] * n.y * n.y - 2.0 * h[1] * n.x * n.y + h[2] * n.x * n.x
    bend = 0.125 * (abs(h[0]) + 2.0 * abs(h[1]) + abs(h[2]))
    near = abs(f) <= 0.5 * (abs(g.x) + abs(g.y)) + bend
    strays = (STRAYS / 3.0) * abs(h[0] + h[2] - across) * d * d * half  # by the chord's length
    leaves = max(bend, strays) / size
    curved = near & (leaves < 0.25)
    # f(m) - (g + Hm).m, where f(m) = f + g.m + m'Hm / 2
    moved = f - 0.5 * dot(m, bent) + across * half * half / 6.0
    part = apply(half_plane(), (where(curved, moved, f), *(where(curved, g + bent, g))))[0]
    return part, d, n.x, n.y, middle, half, leaves, where(near, 1.0, 0.0)


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
    return trace(_straight, inputs, name="straight")


@cache
def common() -> Function:
    """(CUT, CUT) -> the part of a cell within both, whether the chords cross, or are one."""
    inputs = [Input("a", CUT), Input("b", CUT)]
    return trace(lambda a, b: _common(Cut(*a), Cut(*b)), inputs, name="common")


def _flag(condition: Expr) -> Scalar:
    return where(condition, 1.0, 0.0)


def _inside(f: Expr) -> Scalar:
    return where(f <= 0.0, 1.0, 0.0)


def _filled(e: Vec, kind: str, jumps: bool, bent: Expr | float = BENT) -> tuple[Expr, ...]:
    """The cover of {f <= 0}; rough where the edge leaves its chord by more than ``bent``."""
    f, g = e[0], Vec(e[1:3])
    *cut, leaves, near = apply(straight(), e[0:6])
    part, tangled = cut[0], 0.0 * f
    rough = (near > 0.0) & (leaves > bent)
    if kind != "jet":
        bend = leaves * length(g)
        unknown = (e[-2] < 1.0) & (abs(f) <= e[-1] + bend)
        rough = rough | unknown
        alone = unknown & (e[-2] < CROWDED)
    if kind == "edge":
        other, slope = e[6], Vec(e[7:9])
        apart = Vec(e[7:12]) - e[1:6]
        differs = abs(other - f) + length(apart)
        corner = (e[12] < 1.0) & (differs > ALIKE * (length(g) + abs(f)))
        *cut2, leaves2, near2 = apply(straight(), e[6:12])
        within, crosses, _ = apply(common(), (*cut, *cut2))
        # within both, or within either: which of the two it is at the center tells
        both = where(other > f, part + cut2[0] - within, within)
        close = (near > 0.0) | (near2 > 0.0)
        unclear = (crosses > 0.0) | (leaves2 * near2 > bent) | (e[12] < TIE)
        rough = rough | (corner & close & unclear)
        # a decision that the gradients put beyond the cell, and the Hessians within it
        bows = 0.125 * (abs(apart[2]) + 2.0 * abs(apart[3]) + abs(apart[4]))
        bowed = abs(other - f) <= 0.5 * (abs(apart[0]) + abs(apart[1])) + bows
        rough = rough | ((e[12] >= 1.0) & (e[12] < BOWED) & bowed & (near2 > 0.0))
        if jumps:  # each side by itself
            mine = 0.5 + 0.5 * e[12]
            jump = abs(other - f) > 1.5 * e[12] * (length(g) + length(slope))
            sided = alone & (e[-2] <= e[12])  # unknown is what lies on either side
            own, beyond = (where(sided, _inside(at), c) for at, c in ((f, part), (other, cut2[0])))
            both = where(jump, mine * own + (1.0 - mine) * beyond, both)
            alone = alone & ~(sided & corner & jump)
            shows = (part + cut2[0] > 0.0) & (part + cut2[0] < 2.0)
            rough = rough | (corner & jump & shows)
        part = where(corner, clamp(both, 0.0, 1.0), part)
        tangled = corner
    if kind != "jet":
        part = where(alone, _inside(f), part)
    if kind == "edge":
        tangled = _flag(tangled & (part > 0.0) & (part < 1.0))
    return part, *cut[1:], tangled, _flag(rough)


def _measured(f: Expr, g: Vec, h: Vec) -> tuple[Scalar, ...]:
    """The jet of the distance to {f = 0}, to second order, by the jet of f."""
    size = max(length(g), 1e-20)
    n = g / size
    d = apply(distance(), (f, *g, *h))[0]
    across = (h[0] * n.y * n.y - 2.0 * h[1] * n.x * n.y + h[2] * n.x * n.x) / size
    curve = across / max(1.0 + d * across, 0.25)  # of the level set through the center
    return d, n.x, n.y, curve * n.y * n.y, -curve * n.x * n.y, curve * n.x * n.x


def _nearer(e: Vec, d: Vec, width: Expr) -> tuple[Expr, ...]:
    """The jet of the distance to either of two edges that meet; 1 where the line may be by both.

    d is that to the edge which the field goes by on this side of their tie. On the side of the
    corner from which both edges are seen the other one may be nearer in the picture.
    """
    f, other, apart = e[0], e[6], Vec(e[7:9]) - e[1:3]
    beside = apply(measured(), e[6:12])
    lean = abs(apart[0]) + abs(apart[1])
    meet = abs(other - f) <= 0.505 * e[12] * lean  # and do not jump
    meet = meet & (lean > ALIKE * (length(Vec(e[1:3])) + abs(f)))  # and are not one
    meet = meet & (e[12] < width + 2.0)  # nor farther off than half the width and a cell
    seen = meet & (abs(other) >= abs(f)) & ((f < 0.0) & (other < 0.0) | (f > 0.0) & (other > 0.0))
    far, own = abs(beside[0]), abs(d[0])
    both = seen & (abs(far - own) < 1.0) & (min(far, own) < 0.5 * width + 1.0)
    nearest = (where(seen & (far < own), x, y) for x, y in zip(beside, d, strict=True))
    return *nearest, _flag(both)


def _banded(e: Vec, d: Vec, width: Expr, kind: str) -> tuple[Expr, ...]:
    """The cover of a line of this width, in cells, along {f = 0}; d is the jet of the distance."""
    size, half = length(Vec(e[1:3])), 0.5 * width
    *outer, leaves, _ = apply(straight(), (d[0] - half, *d[1:6]))
    *inner, _, _ = apply(straight(), (d[0] + half, *d[1:6]))
    p, q = outer[0], inner[0]
    part = max(p - q, 0.0)
    turned = [-x for x in inner[1:4]] + [-inner[4], inner[5]]
    cut = [where(q <= 0.0, x, y) for x, y in zip(outer[1:], turned, strict=True)]
    reach = half + 0.75
    near = abs(abs(d[0]) - half) <= 0.75
    single = (q <= 0.0) | (p >= 1.0)
    rough = near & (leaves > BENT)
    if kind == "edge":
        # a turn of sign alone, as of a distance without sign, leaves a line as it is
        same, turned_ = length(Vec(e[6:9]) - e[0:3]), length(Vec(e[6:9]) + e[0:3])
        near2 = abs(e[6]) <= length(Vec(e[7:9])) * reach
        corner = (e[12] < 1.0) & (min(same, turned_) > ALIKE * (size + abs(e[0])))
        rough = rough | (corner & ((abs(d[0]) <= reach) | near2))
    if kind != "jet":
        rough = rough | ((e[-2] < 1.0) & (abs(e[0]) <= e[-1] + reach * size))
    return part, *cut, _flag((part > 0.0) & (part < 1.0) & ~single), _flag(rough)


@cache
def _fill(kind: str, jumps: bool, lenient: bool) -> Function:
    t = Type(1, 2, 2, kind)  # type: ignore[arg-type]
    name = "fill_jump" if jumps else f"fill_{kind}"
    inputs = [Input("e", t), *([Input("bent")] if lenient else [])]
    return trace(lambda e, *bent: _filled(e, kind, jumps, *bent), inputs, name=name)


@cache
def _band(kind: str) -> Function:
    t = Type(1, 2, 2, kind)  # type: ignore[arg-type]
    inputs = [Input("e", t), Input("d", Type(1, 2, 2)), Input("width")]
    return trace(lambda e, d, width: _banded(e, d, width, kind), inputs, name=f"band_{kind}")


@cache
def measured() -> Function:
    """(f, g, h) -> the jet of the distance to {f = 0}, in the units that g and h are by."""
    inputs = [Input("f"), Input("g", Type(2)), Input("h", Type(3))]
    return trace(_measured, inputs, name="measured", result=Type(1, 2, 2))


@cache
def _nearest() -> Function:
    inputs = [Input("e", Type(1, 2, 2, "edge")), Input("d", Type(1, 2, 2)), Input("width")]
    return trace(_nearer, inputs, name="nearer_edge")


def nearer(e: tuple[Expr, ...], d: tuple[Expr, ...], width: Expr) -> tuple[tuple[Expr, ...], Expr]:
    """The jet of the distance to either of two edges that meet, and 1 where both bound the line.

    By the edge of f, and the jet d of the distance to the one that f goes by, in cells.
    """
    *found, both = apply(_nearest(), (*e, *d, width))
    return tuple(found), both


def _cover(found: tuple[Expr, ...]) -> Cover:
    *cut, tangled, rough = found
    return Cover(Cut(*cut), tangled, rough)


def fill_cover(e: tuple[Expr, ...], kind: str, jumps: bool, bent: Expr | None = None) -> Cover:
    """How {f <= 0} lies in a cell, by the edge of f; it may jump where it turns, or only bend.

    It is rough where an edge leaves its chord by more than ``bent``, in cells.
    """
    given = () if bent is None else (bent,)
    return _cover(apply(_fill(kind, jumps, bent is not None), (*e, *given)))


def _guessed(e: Vec) -> tuple[Expr, ...]:
    """The cover of {f <= 0} by the jet of order 1 alone: rough wherever an edge may be."""
    g = Vec(e[1:3])
    *cut, _, _ = apply(straight(), (*e[0:3], *(const(0.0),) * 3))
    rough = abs(e[0]) <= SUSPECT * (abs(g.x) + abs(g.y))
    return *cut, const(0.0), _flag(rough)


@cache
def _guess() -> Function:
    return trace(_guessed, [Input("e", Type(1, 1, 2))], name="fill_first_order")


def guess_cover(e: tuple[Expr, ...]) -> Cover:
    """How {f <= 0} lies in a cell, by the jet of f to order 1."""
    return _cover(apply(_guess(), e[:3]))


def band_cover(e: tuple[Expr, ...], kind: str, d: tuple[Expr, ...], width: Expr) -> Cover:
    """How the line of this width, in cells, along {f = 0} lies in a cell.

    By the edge of f, and the jet d of the distance to {f = 0}, in cells.
    """
    return _cover(apply(_band(kind), (*e, *d, width)))
