"""What the table's entries are written with: ops as functions, and the longer interval rules.

An interval is a pair (low, high) of expressions; so is that of a condition: (surely, possibly).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .expr import OPS, Expr, Op, const, make

__all__ = ["HUGE", "PLAIN", "STEEP", "TINY", "Pair", "Select", "Step", "across", "halves", "held",
           "nonzero", "op", "reciprocal"]  # fmt: skip

TINY = 1e-30
"""Below this a denominator counts as zero; representable, with its reciprocal, in float32."""
HUGE = 1e30
"""Quotients saturate here."""
STEEP = 80.0
"""exp saturates past this argument: float32 ends at 88."""
LIMIT = 1e150
"""float64 sums and products are held below this, so that even their squares stay finite."""
PLAIN: dict[str, Callable[..., Any]] = {"add": np.add, "sub": np.subtract, "mul": np.multiply}
"""The ops that are held there as they are before that, a third of the work: for whoever holds what
overflows, and for intervals, which decide nothing there."""


def op(name: str, arity: int | None, **entry: Any) -> None:
    """Enter a record into the table."""
    OPS[name] = Op(name, arity, **entry)


def held(x: Any, limit: float = LIMIT) -> Any:
    above = np.maximum(x, -limit)  # np.clip takes five times as long
    return np.minimum(above, limit, out=above if above.ndim else None)


def nonzero(x: Any) -> Any:
    small = np.abs(x) < TINY
    return np.where(small, np.copysign(TINY, x), x) if small.any() else x


def reciprocal(x: Any) -> Any:
    small = np.abs(x) < TINY
    return np.where(small, 0.0, 1.0 / np.where(small, 1.0, x)) if small.any() else 1.0 / x


def across(a: Any, axis: int) -> Any:
    """Differences between the two in each pair along an axis, for both; 0 of a single number."""
    if np.ndim(a) == 0:
        return np.float64(0.0)
    ends = np.moveaxis(a, axis, -1)
    return np.moveaxis(np.repeat(ends[..., 1::2] - ends[..., ::2], 2, axis=-1), -1, axis)


def halves(a: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
    return zip(a[: len(a) // 2], a[len(a) // 2 :], strict=True)


class Select(NamedTuple):
    """The derivative of a choice: that of argument ``first`` where the condition holds."""

    condition: Expr
    first: int
    second: int


class Step(NamedTuple):
    """The nearest of several jumps: where ``s`` is 0 the value turns from the op's into ``other``.

    ``beyond`` is how far the next one is, in the measure of ``s``, if there is one. ``own`` is the
    op's value on the side that s = 0 counts to, where the op has another one there.
    """

    s: Expr
    other: Expr
    beyond: Expr | None = None
    own: Expr | None = None


Pair = tuple[Any, Any]


def _call(name: str) -> Callable[..., Expr]:
    def build(*args: Any) -> Expr:
        return make(name, *(a if isinstance(a, Expr) else const(a) for a in args))

    return build


abs_, atan2_, clamp_, cos_, dot_, exp_, floor_, length_, log_, max_, min_, pow_, recip_, sign_ = (
    _call(n)
    for n in ("abs", "atan2", "clamp", "cos", "dot", "exp", "floor", "length", "log", "max",
              "min", "pow", "reciprocal", "sign")
)  # fmt: skip
cell_, hash_, mended_, within_ = (_call(n) for n in ("cell", "hash", "mended", "within"))
sin_, sqrt_, where_ = _call("sin"), _call("sqrt"), _call("where")


def products(a: Pair, b: Pair) -> Pair:
    for c, other in ((a, b), (b, a)):
        if isinstance(c[0], Expr) and c[0] is c[1] and c[0].op.name == "const":
            low, high = other if c[0].data >= 0 else other[::-1]
            return c[0] * low, c[0] * high
    p, q, r, s = a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]
    return min_(min_(p, q), min_(r, s)), max_(max_(p, q), max_(r, s))


def squared(a: Pair) -> Pair:
    low, high = magnitude(a)
    return low * low, high * high


def magnitude(a: Pair) -> Pair:
    return max_(max_(a[0], -a[1]), 0.0), max_(-a[0], a[1])


def inverted(a: Pair) -> Pair:
    crosses = (a[0] <= TINY) & (a[1] >= -TINY)
    return where_(crosses, -HUGE, recip_(a[1])), where_(crosses, HUGE, recip_(a[0]))


def quotient(a: Pair, b: Pair) -> Pair:
    low, high = products(a, inverted(b))
    zero = (b[0] <= TINY) & (b[1] >= -TINY)
    return where_(zero, -HUGE, max_(low, -HUGE)), where_(zero, HUGE, min_(high, HUGE))


def wave(a: Pair, function: Callable[[Any], Expr], crest: float) -> Pair:
    """Bounds of sin or cos, whose first maximum is at ``crest``."""
    turn = 2 * math.pi
    slack = 1e-6 * (1.0 + abs_(a[0]) + abs_(a[1]))  # float32 cannot tell where crests lie exactly
    left, right = function(a[0]), function(a[1])

    def holds(extreme: float) -> Expr:
        first = floor_((a[0] - slack - extreme) / turn)
        return first < floor_((a[1] + slack - extreme) / turn)

    return (
        where_(holds(crest + math.pi), -1.0, min_(left, right)),
        where_(holds(crest), 1.0, max_(left, right)),
    )


def angle(y: Pair, x: Pair) -> Pair:
    cut = (x[0] <= 0.0) & (y[0] <= 0.0) & (y[1] >= 0.0)
    corners = [atan2_(b, a) for a in x for b in y]
    low, high = corners[0], corners[0]
    for corner in corners[1:]:
        low, high = min_(low, corner), max_(high, corner)
    return where_(cut, -math.pi, low), where_(cut, math.pi, high)


def sum_of(terms: list[Pair]) -> Pair:
    low, high = terms[0]
    for term in terms[1:]:
        low, high = low + term[0], high + term[1]
    return low, high


def blended(a: Pair, b: Pair, t: Pair) -> Pair:
    """Of (1 - t) a + t b: the least, over all a and b, is least at an end of t."""
    ends = [sum_of([products((1.0 - s, 1.0 - s), a), products((s, s), b)]) for s in t]
    return min_(ends[0][0], ends[1][0]), max_(ends[0][1], ends[1][1])


def remainder(a: Pair, b: Pair) -> Pair:
    q = quotient(a, b)
    first, last = floor_(q[0]), floor_(q[1])
    inside = products((first, first), b)
    same = first >= last
    low = where_(same, a[0] - inside[1], min_(b[0], 0.0))
    high = where_(same, a[1] - inside[0], max_(b[1], 0.0))
    zero = (b[0] <= TINY) & (b[1] >= -TINY)  # the remainder by nothing is a itself
    whole = min_(min_(a[0], b[0]), 0.0), max_(max_(a[1], b[1]), 0.0)
    return where_(zero, whole[0], low), where_(zero, whole[1], high)


def choice(c: Pair, a: Pair, b: Pair) -> Pair:
    must, may = c
    low = where_(must, a[0], where_(may, min_(a[0], b[0]), b[0]))
    return low, where_(must, a[1], where_(may, max_(a[1], b[1]), b[1]))


def most(a: Pair) -> Expr:
    """The greatest magnitude in an interval."""
    return max_(-a[0], a[1])


def total(terms: Iterable[Expr]) -> Expr:
    return sum(terms, const(0.0))


def nearest_integer(x: Any) -> Expr:
    """Distance to the nearest integer: zero where floor jumps."""
    return abs_(x - floor_(x + 0.5))


def boundaries(condition: Expr) -> tuple[Expr, ...]:
    """The expressions whose sign a condition asks for."""
    if condition.op.name in ("lt", "le"):
        return (condition.args[0] - condition.args[1],)
    return tuple(s for a in condition.args for s in boundaries(a))
