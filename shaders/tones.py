"""Tones: what a color does within a cell of the picture.

A ramp is a sum of steps between its stops, and these are averaged over the cell. Elsewhere the
color of the center stands for the cell, but where it turns. At a kink, as of ``abs``, what it adds
to the mean is known; so it is of a color that bends as its field does, from an edge on. At a jump,
as of ``where``, each side counts as far as it reaches, and the cell is rough, so that its parts are
looked at; so it does where that jumps which a ramp is of.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from .calculus.edges import EdgeWalk, edge
from .calculus.expr import Expr, const, node, postorder, substitute
from .calculus.function import Function, Input, Type, apply, called, callees
from .calculus.jets import Row
from .calculus.kinks import turns
from .calculus.parameters import BUILT_IN, leaf
from .calculus.sides import FAR, least
from .calculus.vectors import Scalar, Vec, abs, clamp, max, min, where
from .cells import TIE
from .coverage import soft_step, turned
from .stops import is_hard

__all__ = [
    "MET", "SEEN", "Color", "Tone", "averaged", "evened", "has_hard_stops", "leapt", "rougher",
    "steadiness", "toned",
]  # fmt: skip

SEEN = 1.0 / 255.0
"""What the two sides of a turn differ by at least, in a whole cell, for it to be cut."""
WITHIN = 0.999
"""A decision is in the cell if it is nearer, and not on its rim, where float32 does not know."""
STEEP = 0.5
"""How much a color beyond a jump may change in a cell, for its value in the middle of the cell,
where it does not hold, to tell what it is beyond."""
MET = 0.25
"""How rough a cell is that has to be looked at in parts if an edge crosses it, too."""
LINEAR = ("get", "add", "sub", "neg", "mul", "div")
"""What leaves both sides of a crease straight, if no two creased values are multiplied, and by none
is divided."""
BOWS = 0.02
"""What the bow of a color may add to its mean over a cell: to tell more, it bends too much."""
ZERO = const(0.0)
Color = tuple[Expr, Expr, Expr, Expr]
"""Linear red, green, blue and straight alpha."""


Known = Mapping[Expr, tuple[Expr, Row, Row]]
"""Leaves, and what stands for each in a cell: a value, its slopes, its second derivatives."""


class Tone(NamedTuple):
    """What a color does within the cell."""

    beyond: Color
    """What is to be added to the color, of where it turns within the cell."""
    rough: Expr
    """1 where the parts of the cell have to be looked at, MET where that is if an edge meets it."""
    leaps: dict[Expr, Expr]
    """Those of its ramps' steps that may jump, as leaves, and what they are beyond their jump."""
    near: Expr
    """How near that is."""


# --- ramps ---------------------------------------------------------------------------------------
def averaged(color: Sequence[Expr], size: Input, apart: Container[Expr] = ()) -> Color:
    """A color whose ramps are averaged over the cell of this size, and not over a pixel.

    Steps of theirs that are to be known ``apart`` stay the leaves that a tone has for them.
    """
    found: Sequence[Expr] = tuple(color)
    if apart:
        found, steps = _opened(tuple(color))
        own = {k: apply(soft_step(), args)[0] for k, args in steps.items() if k not in apart}
        found = substitute(found, own)
    r, g, b, alpha = _within(found, size)
    return r, g, b, alpha


def _within(outputs: Sequence[Expr], size: Input) -> list[Expr]:
    ratio = size.leaves[0] / leaf(BUILT_IN["pixel"])
    new: dict[Expr, Expr] = {}
    for e in postorder(outputs):
        if e.op.name != "apply" or not _stepped(e.data):
            continue
        args = substitute(e.args, new)
        if e.data is soft_step():
            f, gx, gy, width = args
            found = apply(e.data, (f, gx * ratio, gy * ratio, width), e.source)
        else:
            found = apply(_by_cell(e.data, size), (*args, *size.leaves), e.source)
        new.update({node("get", (e,), k): x for k, x in enumerate(found)})
    return substitute(outputs, new)


def _by_cell(function: Function, size: Input) -> Function:
    """A function whose ramps are averaged over a cell, the size of which is one more input."""
    key = ("by cell", size)
    if key not in function.derived:
        function.derived[key] = Function(
            function.name, [*function.inputs, size], _within(function.outputs, size),
            function.result, names=function.names, doc=function.doc, source=function.source,
        )  # fmt: skip
    found: Function = function.derived[key]
    return found


@cache
def _stepped(function: Function) -> bool:
    """Whether a function is a ramp's step, or calls one."""
    return function is soft_step() or any(f is soft_step() for f in callees(function.outputs))


class _Opened(NamedTuple):
    """A color with its ramps pasted in: over leaves that stand for their steps."""

    color: Color
    steps: dict[Expr, tuple[Expr, ...]]
    """What each of those is the step of: the arguments of ``soft_step``."""


@lru_cache(maxsize=256)
def _opened(color: tuple[Expr, ...]) -> _Opened:
    new: dict[Expr, Expr] = {}
    steps: dict[Expr, tuple[Expr, ...]] = {}

    def paste(outputs: Sequence[Expr]) -> list[Expr]:
        for e in postorder(outputs):
            if e.op.name != "apply" or not _stepped(e.data):
                continue
            args = substitute(e.args, new)
            if e.data is soft_step():
                (held,) = Input(f"step_{len(steps)}").leaves
                steps[held] = tuple(args)
                found = [held]
            else:
                found = paste(
                    substitute(e.data.outputs, dict(zip(e.data.leaves, args, strict=True)))
                )
            new.update({node("get", (e,), k): x for k, x in enumerate(found)})
        return substitute(outputs, new)

    r, g, b, alpha = paste(color)
    return _Opened((r, g, b, alpha), steps)


# --- what turns ----------------------------------------------------------------------------------
def toned(
    color: Sequence[Expr],
    point: Input,
    size: Input,
    known: Known | None = None,
) -> Tone:
    """What a color does in the cell of a size about a point.

    ``known`` are other leaves of it, by which it bends as well: their jets by the cell.
    """
    known = known or {}
    held, steps = _opened(tuple(color))
    found, t, jumps = _walked(held, steps, point, size, known)
    places = {old: new for old, (new, *_) in known.items()}
    ratio = size.leaves[0] / leaf(BUILT_IN["pixel"])
    sides, leaps = _leaps(steps, point, size, known), {}
    first = least([near for near, _ in sides.values()])
    rough = ZERO
    for step, args in steps.items():
        f, gx, gy, width = substitute(args, places)
        wide = ratio * (abs(gx) + abs(gy))
        if is_hard(width):
            straight = {*point.leaves, *places}.isdisjoint(postorder(args[1:3]))
            whole = (ratio > 0.5) & (abs(f) < 0.5 * wide)  # in parts, bent stops are straight
            within = MET if straight else where(whole, 1.0, MET)
            # where an edge cuts the cell, the color is taken beside the center
            rough = rougher(rough, where(abs(f) < wide, within, 0.0))
        soft = max(width, wide, 1e-20)
        places[step] = clamp(0.5 - f / soft, 0.0, 1.0)
        if step in sides:
            near, other = sides[step]
            other = other if near is first else where(near <= first, other, f)
            leaps[step] = clamp(0.5 - other / soft, 0.0, 1.0)
    beyond = (ZERO,) * 4
    found, plain = substitute(found, places), Type(t.m, t.order, 2)
    values, rest = found[: plain.size], found[plain.size :]
    bows: list[Expr] = []
    if known:
        second = ([values[plain.second(k, j, j)] for j in range(2)] for k in range(t.m))
        bows = [(xx + yy) / 24.0 for xx, yy in second]
        beyond = tuple(clamp(b, -BOWS, BOWS) for b in bows)
        rough = rougher(rough, where(ratio * max(*map(abs, bows)) > BOWS, 1.0, 0.0))
    if t.kind == "jet":
        return Tone(beyond, rough, leaps, FAR if first is None else first)
    if t.kind == "edge":
        others, (near, *rest) = rest[: plain.size], rest[plain.size :]
        steep = max(*(_span(others, plain, k) for k in range(t.m)))
        apart = [o - v for o, v in zip(others, values, strict=True)]
        slopes = [Vec(apart[plain.first(k, j)] for j in range(2)) for k in range(t.m)]
        spans = [_span(apart, plain, k) for k in range(t.m)]
        apart = apart[: t.m]
        bends = [
            ZERO if d is ZERO else apply(turned(), (d, *s))[0]
            for d, s in zip(apart, slopes, strict=True)
        ]
        # at a kink the sides part by their slopes alone: if not, they are bent, or it is a jump
        off = max(*(abs(abs(d) - 0.5 * near * s) for d, s in zip(apart, spans, strict=True)))
        alike = ratio * off <= SEEN
        cut = (near < TIE) & (max(*spans) > SEEN)  # which side is the own one?
        cut = cut | ((near < WITHIN) & ~alike)
        if jumps:
            more = max(*(abs(d) - 0.75 * near * s for d, s in zip(apart, spans, strict=True)))
            half, jump = 0.5 - 0.5 * near, more > SEEN
            alike = (alike & ~jump) | (jump & (steep < STEEP))
            bends = [where(jump, half * d, b) for d, b in zip(apart, bends, strict=True)]
        rough = rougher(rough, where(cut, 1.0, 0.0))
    after, *reach = rest
    again = (after < WITHIN) & (ratio * max(*reach) > SEEN)
    rough = rougher(rough, where(again, 1.0, 0.0))
    if t.kind == "edge":  # what is not known of the other side is not guessed
        known_ = [where(alike & ~again, b, 0.0) for b in bends]
        beyond = tuple(where(near < WITHIN, b, w) for b, w in zip(known_, beyond, strict=True))
    if bows:  # a pole may be in the cell, where derivatives say nothing
        beyond = tuple(where(after < WITHIN, 0.0, b) for b in beyond)
    return Tone(beyond, rough, leaps, FAR if first is None else first)


def leapt(own: Vec, other: Vec, near: Expr, size: Input) -> tuple[Vec, Expr]:
    """What another color beyond a jump adds to the mean of the own one; 1 where the parts of the
    cell have to be looked at."""
    here, apart = near < WITHIN, other - own
    ratio = size.leaves[0] / leaf(BUILT_IN["pixel"])
    seen = here & (ratio * max(*map(abs, apart)) > SEEN)
    return where(here, 0.5 - 0.5 * near, 0.0) * apart, where(seen, 1.0, 0.0)


def _span(jets: Sequence[Expr], plain: Type, k: int) -> Scalar:
    """By how much a value changes in a cell, across it, to first order."""
    return abs(jets[plain.first(k, 0)]) + abs(jets[plain.first(k, 1)])


def rougher(rough: Expr, also: Expr) -> Expr:
    """How rough a cell is for two reasons, of which one may be none."""
    return also if rough is ZERO else rough if also is ZERO else max(rough, also)


def _walked(
    held: Color,
    steps: Iterable[Expr],
    point: Input,
    size: Input,
    known: Known,
) -> tuple[list[Expr], Type, bool]:
    """The edge of an opened color in the cell, within which its steps do not change."""
    return _walk(steps, point, size, known, 2 if known else 1, bends=True).edge_of(held)


def _leaps(
    steps: Mapping[Expr, Sequence[Expr]],
    point: Input,
    size: Input,
    known: Known,
) -> dict[Expr, tuple[Expr, Expr]]:
    """Steps of what may jump: how near the jump is, and what they are the step of beyond it."""
    walk = _walk(steps, point, size, known, 1, bends=False)
    sides = {step: walk.find(f) for step, (f, *_) in steps.items()}
    return {
        step: (s.near, s.other)
        for step, s in sides.items()
        if s.jumps and s.near is not None and s.other is not None
    }


def _walk(
    steps: Iterable[Expr],
    point: Input,
    size: Input,
    known: Known,
    order: int,
    bends: bool,
) -> EdgeWalk:
    """The walk of a cell about a point, where other leaves are known, and steps do not change."""
    walk = EdgeWalk(order, bends)
    walk.know_cell(point.leaves, point, size)
    for step in steps:
        walk.seed(step, None)
    for old, (new, *rows) in known.items():
        walk.know(old, new, *rows)
    return walk


def has_hard_stops(color: Sequence[Expr]) -> bool:
    """Whether a ramp of it has a hard stop."""
    return any(is_hard(args[3]) for args in _opened(tuple(color)).steps.values())


def evened(color: Sequence[Expr], point: Input) -> Color:
    """A color of the point with what its kinks add to its mean over a pixel."""
    pixel, size = leaf(BUILT_IN["pixel"]), Input("size")
    beyond = substitute(toned(color, point, size).beyond, {size.leaves[0]: pixel})
    r, g, b, alpha = (c + b for c, b in zip(color, beyond, strict=True))
    return r, g, b, alpha


def steadiness(color: Sequence[Expr], point: Input) -> Function | None:
    """A function of the point that is > 0 where the pixel about it need not be cut for the color.

    There the color does not jump, nor has a crease between sides that bend. None of a color that
    does so nowhere, or only at straight stops.
    """
    held, steps = _opened(tuple(color))
    least: list[Expr] = []
    for f, gx, gy, width in steps.values():
        if is_hard(width) and not set(point.leaves).isdisjoint(postorder((gx, gy))):
            least.append(abs(f) - 0.5 * (abs(gx) + abs(gy)))
    size = Input("size")
    leaping = [steps[step][0] for step in _leaps(steps, point, size, {})]
    _, t, jumps = _walked(held, steps, point, size, {})
    if jumps or leaping:
        for e in postorder([*held, *leaping]):
            hidden = (x for f in _functions(e) for x in postorder(f.outputs))
            if any(x.op.jumps for x in hidden):
                least.append(const(-1.0))  # nobody knows where
            elif e.op.jumps:
                least += [abs(s) for s in e.op.jumps(*e.args)]
    if t.kind == "edge":
        least += [abs(s) for s in _bending(held)]
    if not least:
        return None
    return Function("steadiness", [point], substitute([min(least)], dict.fromkeys(steps, ZERO)))


def _bending(color: Sequence[Expr]) -> list[Expr]:
    """At whose zeros a color has creases that are not between two straight sides.

    Those that something bends afterwards, another choice among it.
    """
    straight: dict[Expr, list[Expr]] = {}
    found: list[Expr] = []
    for e in postorder(_pasted(color)):
        below, name = [straight[a] for a in e.args], e.op.name
        kept = [s for places in below for s in places]
        by_two = (name == "mul" and all(below)) or (name == "div" and below[1])
        if name not in LINEAR or by_two:
            found += kept
            kept = []
        own = turns(e.op.pieces(*e.args)) if e.op.pieces and not e.op.jumps else []
        if name == "fold":
            found.append(const(-1.0))  # nobody knows where
        straight[e] = kept + own
        if len(own) > 1:
            found += own
    return found


def _turns(function: Function) -> bool:
    """Whether a function has creases or jumps; of one that is given a field, nobody knows."""
    given = any(i.role == "field" for i in function.inputs)
    return given or edge(function, 1).result.kind == "edge"


def _pasted(outputs: Sequence[Expr]) -> list[Expr]:
    """Outputs with the bodies of the functions that turn in place of their calls."""
    new: dict[Expr, Expr] = {}
    for e in postorder(outputs):
        if e.op.name == "apply" and _turns(e.data):
            args = substitute(e.args, new)
            body = substitute(e.data.outputs, dict(zip(e.data.leaves, args, strict=True)))
            new.update({node("get", (e,), k): x for k, x in enumerate(_pasted(body))})
    return substitute(outputs, new)


def _functions(e: Expr) -> list[Function]:
    """All that a node calls."""
    return [g for f in called(e) for g in (*callees(f.outputs), f)]
