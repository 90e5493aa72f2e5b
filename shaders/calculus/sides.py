"""Sides: what is known of a value within a cell beyond its jet, and how that is joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from .expr import Expr, const, make
from .function import Function, Input, Type, trace
from .rules import abs_, recip_, total, where_

__all__ = [
    "ALIKE", "CROWDED", "FAR", "HALFWAY", "NO_SIDE", "ZERO", "Side", "at", "differ", "dropped",
    "least", "merged", "nearness", "outdone", "pick", "spot",
]  # fmt: skip

ZERO = const(0.0)
FAR = const(1e15)
"""The distance of a decision that there is not; its square is within float32."""
HALFWAY = const(0.5)
"""The distance of a decision for which a cell is cut, and not taken to hold many of them."""
ALIKE = 1e-3
"""Two sides of a decision that differ by less, of their size and slopes, are one."""
CROWDED = 0.2
"""Where the second decision is as near, a cell may hold many: its center alone is fair."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of a value beyond its jet; None where it has no such thing.

    Of a condition ``other`` is its negation, which is not kept.
    """

    other: Expr | None = None
    near: Expr | None = None
    next: Expr | None = None
    reach: Expr | None = None
    jumps: bool = False  # whether the value may jump where it turns; else it bends
    vague: bool = False  # whether the jet may be that of a mean, so that only the reach counts


NO_SIDE = Side()


@cache
def nearness() -> Function:
    """How near a number is to its zero: 1 where that begins to cross the cell, by its jet.

    Where its slope is below ``least`` it is taken not to vary.
    """

    def nearness(t: Expr, x: Expr, y: Expr, least: Expr) -> Expr:
        half = 0.5 * (abs_(x) + abs_(y))
        return where_(half <= least, FAR, abs_(t) * recip_(half))

    inputs = [Input("t"), Input("x"), Input("y"), Input("least")]
    return trace(nearness, inputs, name="nearness")


def merged(sides: Sequence[Side]) -> Side:
    """The nearest decision of several, and what is next after it."""
    turns = list(dict.fromkeys(s.near for s in sides if s.near is not None))
    nexts = list(dict.fromkeys(s.next for s in sides if s.next is not None))
    if not turns:
        return Side(next=least(nexts))
    nearest = turns[0]
    for near in turns[1:]:
        nexts.append(make("max", nearest, near))
        nearest = make("min", nearest, near)
    jumps, vague = any(s.jumps for s in sides), any(s.vague for s in sides)
    return Side(near=nearest, next=least(nexts), jumps=jumps, vague=vague)


def least(distances: Sequence[Expr | None]) -> Expr | None:
    found = list(dict.fromkeys(d for d in distances if d is not None and d is not FAR))
    nearest = found[0] if found else None
    for d in found[1:]:
        nearest = make("min", nearest, d)  # type: ignore[arg-type]
    return nearest


def at(side: Side, whole: Side, value: Expr) -> Expr:
    """A value with the nearest decision of a whole taken the other way, where it is the side's."""
    assert side.other is not None
    assert side.near is not None
    assert whole.near is not None
    return (
        side.other
        if side.near is whole.near
        else where_(side.near <= whole.near, side.other, value)
    )


def dropped(side: Side, changes: Expr) -> Side:
    """A side whose decision is far away unless it changes something."""
    return side if side.near is None else replace(side, near=where_(changes, side.near, FAR))


def pick(c: Expr, a: Expr | None, b: Expr | None) -> Expr | None:
    if a is None and b is None:
        return None
    return where_(c, FAR if a is None else a, FAR if b is None else b)


def outdone(side: Side, jump: Expr) -> Side:
    """One side of a jump: in a cell that the jump crosses it goes before what turns too often there
    to tell how it lies. Where the side has nothing but a pole in it, its value alone is fair."""
    here = jump < 1.0
    if side.near is None:
        pole = side.next
        return side if pole is None else replace(side, next=where_(here & (pole < 1.0), ZERO, pole))
    often, after = side.near <= 0.0, FAR if side.next is None else side.next
    if side.next is not None:
        often = often | (after < CROWDED)
    often = here & often
    return replace(side, near=where_(often, FAR, side.near), next=where_(often, HALFWAY, after))


def differ(a: Expr, b: Expr) -> Expr:
    """Whether two conditions differ."""
    return make("or", make("and", a, make("not", b)), make("and", b, make("not", a)))


def spot(made: Function) -> Function:
    """An edge as a spot: what turns nearest is one of what may turn."""
    own = made.result
    t = Type(own.m, own.order, own.n, "spot")
    count = Type(own.m, own.order, own.n).size
    jets, rest = made.outputs[:count], made.outputs[count:]
    if own.kind == "jet":
        slopes = [[jets[own.first(i, j)] for j in range(own.n)] for i in range(own.m)]
        rest = FAR, *(0.5 * total(map(abs_, row)) for row in slopes)
    elif own.kind == "edge":
        near, after, *reach = rest[count:]
        rest = make("min", near, after), *reach
    name = f"{made.name.removesuffix(f'_{own.kind}{own.order}')}_spot{own.order}"
    return Function(name, made.inputs, [*jets, *rest], t, doc=made.doc, source=made.source)
