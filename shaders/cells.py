"""Cells: what a square of the picture shows, where edges, corners and jumps are known.

A cell is a pixel, or a part of one. Fields come as edges by the cell's coordinates (see
``calculus.edges``): the cell is the square of side 1 about its center.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from .calculus.expr import Expr, const
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.hessians import across
from .calculus.sides import ALIKE, CROWDED
from .calculus.vectors import Scalar, Vec, abs, clamp, length, max, min, where
from .chords import Cut, arched, common, straight, wedge
from .coverage import distance

__all__ = [
    "SUSPECT", "TIE", "Cover", "astray", "band_cover", "fill_cover", "guess_cover", "measured",
    "nearer",
]  # fmt: skip

BENT = 0.015
"""How far an edge may leave its chord, in cells, for the formula with the Hessian to do."""
SPARE = 0.25
"""What a value may move by beside its reach, of that, where an edge may be an arc."""
BOWED = 100.0
"""How far away the gradients may put a decision that the Hessians put within the cell."""
AT_POLE = 1e14
"""A value is taken to be no farther from 0, so that no pole is beyond all reach."""
TIE = 1e-3
"""Where a decision is as near to the center, its two sides are hard to tell apart."""
SUSPECT = 0.75
"""An edge may be in a cell where f is less than this times the sum of its slopes: half of that is
the least, for one that is straight."""
WILD = 1.5
"""By how many radians, to first order, a field's normal turns within half a line's width and a
cell, where steps to its zero set may lead astray: the line may be elsewhere than they say."""


class Cover(NamedTuple):
    """How a layer lies in a cell."""

    cut: Cut
    tangled: Expr
    """1 where it is no one chord that bounds it."""
    rough: Expr
    """1 where the parts of the cell have to be looked at, one by one."""


def _flag(condition: Expr) -> Scalar:
    return where(condition, 1.0, 0.0)


def _inside(f: Expr) -> Scalar:
    return where(f <= 0.0, 1.0, 0.0)


def _filled(e: Vec, kind: str, jumps: bool, arc: Expr | None = None) -> tuple[Expr, ...]:
    """The cover of {f <= 0}; rough where the edge leaves its chord by more than BENT, or ``arc``,
    up to which it is one."""
    f, g = e[0], Vec(e[1:3])
    cut_by, bent = (straight(), BENT) if arc is None else (arched(), arc)
    *cut, leaves, near = (found := apply(cut_by, e[0:6]))[:8]
    part, tangled = cut[0], 0.0 * f
    rough = (near > 0.0) & (leaves > bent)
    if kind != "jet":
        bend = leaves * length(g)
        if arc is not None:  # as at a pole, where the reach holds for all that
            bend = min(bend, SPARE * e[-1])
        unknown = (e[-2] < 1.0) & (min(abs(f), AT_POLE) <= e[-1] + bend)
        rough = rough | unknown
        alone = unknown & (e[-2] < CROWDED)
    if kind == "edge":
        other, slope = e[6], Vec(e[7:9])
        apart = Vec(e[7:12]) - e[1:6]
        differs = abs(other - f) + length(apart)
        corner = (e[12] < 1.0) & (differs > ALIKE * (length(g) + abs(f)))
        # a decision that the gradients put beyond the cell, and the Hessians within it
        bows = 0.125 * (abs(apart[2]) + 2.0 * abs(apart[3]) + abs(apart[4]))
        bowed = abs(other - f) <= 0.5 * (abs(apart[0]) + abs(apart[1])) + bows
        bowed = bowed & (e[12] >= 1.0) & (e[12] < BOWED)
        if arc is not None and not jumps:
            corner = corner | bowed
        *cut2, leaves2, near2 = (found2 := apply(cut_by, e[6:12]))[:8]
        within, crosses, _ = apply(common(), (*cut, *cut2))
        if arc is not None:
            between = apply(wedge(), (*found[8:], *found2[8:]))[0]
            within, crosses = where(crosses > 0.0, between, within), const(0.0)
        # within both, or within either: which of the two it is at the center tells
        both = where(other > f, part + cut2[0] - within, within)
        close = (near > 0.0) | (near2 > 0.0)
        unclear = (crosses > 0.0) | (leaves2 * near2 > bent) | (e[12] < TIE)
        rough = rough | (corner & close & unclear)
        if arc is None or jumps:
            rough = rough | (bowed & (near2 > 0.0))
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
    bend = across(h, n) / size
    curve = bend / max(1.0 + d * bend, 0.25)  # of the level set through the center
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
    seen = seen & (far * _bend(e[6:12]) <= WILD * length(Vec(e[7:9])))  # nor wild, as at a pole
    both = seen & (abs(far - own) < 1.0) & (min(far, own) < 0.5 * width + 1.0)
    nearest = (where(seen & (far < own), x, y) for x, y in zip(beside, d, strict=True))
    return *nearest, _flag(both)


def _astray(e: Vec, width: Expr) -> Scalar:
    """1 where a line may be in the cell, by the jet of its field, and steps to it may go astray."""
    slope, bend, reach = length(Vec(e[1:3])), _bend(e), 0.5 * width + 0.75
    may = abs(e[0]) <= reach * (slope + 0.5 * reach * bend)
    return _flag(may & (reach * bend > WILD * slope))


def _bend(e: Sequence[Expr]) -> Scalar:
    """The length of the Hessian of a jet: how fast its gradient turns, at most."""
    return length(Vec((*e[3:6], e[4])))


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
    inputs = [Input("e", t), *([Input("arc")] if lenient else [])]
    return trace(lambda e, *arc: _filled(e, kind, jumps, *arc), inputs, name=name)


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


@cache
def _projected() -> Function:
    return trace(_astray, [Input("e", Type(1, 2, 2)), Input("width")], name="goes_astray")


def astray(e: tuple[Expr, ...], width: Expr) -> Expr:
    """1 where the distance to {f = 0} that steps find may not be the least, by the jet of f.

    Where a line of this width, in cells, may be in the cell.
    """
    return apply(_projected(), (*e[:6], width))[0]


def nearer(e: tuple[Expr, ...], d: tuple[Expr, ...], width: Expr) -> tuple[tuple[Expr, ...], Expr]:
    """The jet of the distance to either of two edges that meet, and 1 where both bound the line.

    By the edge of f, and the jet d of the distance to the one that f goes by, in cells.
    """
    *found, both = apply(_nearest(), (*e, *d, width))
    return tuple(found), both


def _cover(found: tuple[Expr, ...]) -> Cover:
    *cut, tangled, rough = found
    return Cover(Cut(*cut), tangled, rough)


def fill_cover(e: tuple[Expr, ...], kind: str, jumps: bool, arc: Expr | None = None) -> Cover:
    """How {f <= 0} lies in a cell, by the edge of f; it may jump where it turns, or only bend.

    It is rough where an edge leaves its chord by more than ``arc``, in cells, up to which it is
    taken for an arc; without that, by a little.
    """
    given = () if arc is None else (arc,)
    return _cover(apply(_fill(kind, jumps, arc is not None), (*e, *given)))


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
