"""The table: every op's value, derivative, interval, GLSL and kinks, on adjacent lines.

Conventions, decided here and true in every evaluator:

- the gradient of ``length`` at 0 is 0; d|x| is -1 where x < 0, else 1; at a tie ``min`` and
  ``max`` take their first argument; ``floor``, ``sign`` and comparisons are locally constant;
- an op saturates where it would overflow or has no value (x / 0, log 0), and the derivative of
  a saturated op is 0, so no derivative is ever NaN or infinite.

A new op is one entry here. ``tests/test_ops.py`` runs every entry through one suite.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from .expr import OPS, Expr, Op, const, make
from .signs import never_negative, never_positive, never_small

__all__ = ["HUGE", "TINY", "Select"]

TINY = 1e-30
"""Below this a denominator counts as zero; representable, with its reciprocal, in float32."""
HUGE = 1e30
"""Quotients saturate here."""
STEEP = 80.0
"""exp saturates past this argument: float32 ends at 88."""
LIMIT = 1e150
"""float64 sums and products are held below this, so that even their squares stay finite."""


class Select(NamedTuple):
    """The derivative of a choice: that of argument ``first`` where ``condition``, else ``second``."""

    condition: Expr
    first: int
    second: int


Pair = tuple[Any, Any]


def _op(name: str, arity: int | None, **entry: Any) -> None:
    OPS[name] = Op(name, arity, **entry)


def _call(name: str) -> Callable[..., Expr]:
    def build(*args: Any) -> Expr:
        return make(name, *(a if isinstance(a, Expr) else const(a) for a in args))

    return build


_abs, _atan2, _clamp, _cos, _dot, _exp, _floor, _length, _log, _max, _min, _pow, _recip, _sign = (
    _call(n)
    for n in ("abs", "atan2", "clamp", "cos", "dot", "exp", "floor", "length", "log", "max",
              "min", "pow", "reciprocal", "sign")
)  # fmt: skip
_sin, _sqrt, _where = _call("sin"), _call("sqrt"), _call("where")


def _held(x: Any) -> Any:
    return np.clip(x, -LIMIT, LIMIT)


# --- leaves and structure: what they mean is in function.py, folds.py and roots.py ---------------
_op("const", 0)
_op("literal", 0)  # a number written in a scene: baked into a constant, or live
_op("input", 0)  # data: (name, component)
_op("parameter", 0)  # data: a Parameter
_op("epsilon", 0)  # the evaluator's unit of rounding
_op("apply", None, result="tuple")  # data: a Function
_op("fold", None, result="tuple")  # data: a Fold
_op("root", None)  # data: a Root
_op("get", 1)  # data: which value of a tuple


# --- interval helpers ----------------------------------------------------------------------------
def _products(a: Pair, b: Pair) -> Pair:
    for c, other in ((a, b), (b, a)):
        if isinstance(c[0], Expr) and c[0] is c[1] and c[0].op.name == "const":
            low, high = other if c[0].data >= 0 else other[::-1]
            return c[0] * low, c[0] * high
    p, q, r, s = a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]
    return _min(_min(p, q), _min(r, s)), _max(_max(p, q), _max(r, s))


def _square(a: Pair) -> Pair:
    low, high = _magnitude(a)
    return low * low, high * high


def _magnitude(a: Pair) -> Pair:
    return _max(_max(a[0], -a[1]), 0.0), _max(-a[0], a[1])


def _inverse(a: Pair) -> Pair:
    crosses = (a[0] <= TINY) & (a[1] >= -TINY)
    return _where(crosses, -HUGE, _recip(a[1])), _where(crosses, HUGE, _recip(a[0]))


def _quotient(a: Pair, b: Pair) -> Pair:
    low, high = _products(a, _inverse(b))
    zero = (b[0] <= TINY) & (b[1] >= -TINY)
    return _where(zero, -HUGE, _max(low, -HUGE)), _where(zero, HUGE, _min(high, HUGE))


def _wave(a: Pair, function: Callable[[Any], Expr], crest: float) -> Pair:
    """Bounds of sin or cos, whose first maximum is at ``crest``."""
    turn = 2 * math.pi
    slack = 1e-6 * (1.0 + _abs(a[0]) + _abs(a[1]))  # float32 cannot tell where crests lie exactly
    left, right = function(a[0]), function(a[1])

    def holds(extreme: float) -> Expr:
        first = _floor((a[0] - slack - extreme) / turn)
        return first < _floor((a[1] + slack - extreme) / turn)

    return (
        _where(holds(crest + math.pi), -1.0, _min(left, right)),
        _where(holds(crest), 1.0, _max(left, right)),
    )


def _angle(y: Pair, x: Pair) -> Pair:
    cut = (x[0] <= 0.0) & (y[0] <= 0.0) & (y[1] >= 0.0)
    corners = [_atan2(b, a) for a in x for b in y]
    low, high = corners[0], corners[0]
    for corner in corners[1:]:
        low, high = _min(low, corner), _max(high, corner)
    return _where(cut, -math.pi, low), _where(cut, math.pi, high)


def _sum(terms: list[Pair]) -> Pair:
    low, high = terms[0]
    for term in terms[1:]:
        low, high = low + term[0], high + term[1]
    return low, high


def _remainder(a: Pair, b: Pair) -> Pair:
    q = _quotient(a, b)
    first, last = _floor(q[0]), _floor(q[1])
    inside = _products((first, first), b)
    same = first >= last
    return (
        _where(same, a[0] - inside[1], _min(b[0], 0.0)),
        _where(same, a[1] - inside[0], _max(b[1], 0.0)),
    )


def _choice(c: Pair, a: Pair, b: Pair) -> Pair:
    must, may = c
    low = _where(must, a[0], _where(may, _min(a[0], b[0]), b[0]))
    return low, _where(must, a[1], _where(may, _max(a[1], b[1]), b[1]))


def _most(a: Pair) -> Expr:
    """The greatest magnitude in an interval."""
    return _max(-a[0], a[1])


def _total(terms: Iterable[Expr]) -> Expr:
    total = const(0.0)
    for term in terms:
        total = total + term
    return total


def _nearest_integer(x: Any) -> Expr:
    """Distance to the nearest integer: zero where floor jumps."""
    return _abs(x - _floor(x + 0.5))


# --- arithmetic ----------------------------------------------------------------------------------
_op(
    "add", 2,
    numpy=lambda a, b: _held(a + b),
    glsl="{0} + {1}", commutes=True,
    partials=lambda a, b: (1.0, 1.0),
    interval=lambda a, b: (a[0] + b[0], a[1] + b[1]), error=1.0,
)  # fmt: skip
_op(
    "sub", 2,
    numpy=lambda a, b: _held(a - b),
    glsl="{0} - {1}",
    partials=lambda a, b: (1.0, -1.0),
    interval=lambda a, b: (a[0] - b[1], a[1] - b[0]), error=1.0,
)  # fmt: skip
_op(
    "mul", 2,
    numpy=lambda a, b: _held(a * b),
    glsl="{0} * {1}", commutes=True,
    partials=lambda a, b: (b, a),
    interval=lambda a, b: _square(a) if a is b else _products(a, b), error=1.0,
)  # fmt: skip
_op(
    "neg", 1,
    numpy=lambda a: -a,
    glsl="-{0}",
    partials=lambda a: (-1.0,),
    interval=lambda a: (-a[1], -a[0]),
)  # fmt: skip
_op(
    "div", 2,
    numpy=lambda a, b: np.clip(a / np.where(np.abs(b) < TINY, np.copysign(TINY, b), b), -HUGE, HUGE),
    glsl=lambda a, b: "{0} / {1}" if never_small(b) else "divide({0}, {1})",
    helper="""float divide(float a, float b) {
    float nonzero = abs(b) < 1e-30 ? (b < 0.0 ? -1e-30 : 1e-30) : b;
    return clamp(a / nonzero, -1e30, 1e30);
}""",
    partials=lambda a, b: (_recip(b), -(a * _recip(b)) * _recip(b)),
    interval=_quotient, error=3.0,
    jumps=lambda a, b: (b,),
)  # fmt: skip
_op(
    "reciprocal", 1,  # 1 / x, but 0 at 0: the factor of derivatives that vanish there
    numpy=lambda a: np.where(np.abs(a) < TINY, 0.0, 1.0 / np.where(np.abs(a) < TINY, 1.0, a)),
    glsl=lambda a: "1.0 / {0}" if never_small(a) else "reciprocal({0})",
    helper="float reciprocal(float x) { return abs(x) < 1e-30 ? 0.0 : 1.0 / x; }",
    partials=lambda a: (-(_recip(a) * _recip(a)),),
    interval=_inverse, error=3.0,
    jumps=lambda a: (a,),
)  # fmt: skip
_op(
    "mod", 2,
    numpy=lambda a, b: a - b * np.floor(a / np.where(np.abs(b) < TINY, 1.0, b)),
    glsl="mod({0}, {1})",
    partials=lambda a, b: (1.0, -_floor(a / b)),
    interval=_remainder, error=4.0, scale=lambda a, b: _most(a) + _most(b),
    jumps=lambda a, b: (_nearest_integer(a / b) * b,),
)  # fmt: skip

# --- powers and exponentials ---------------------------------------------------------------------
_op(
    "sqrt", 1,
    numpy=lambda a: np.sqrt(np.maximum(a, 0.0)),
    glsl=lambda a: "sqrt({0})" if never_negative(a) else "sqrt(max({0}, 0.0))",
    partials=lambda a: (0.5 * _recip(_sqrt(a)),),
    interval=lambda a: (_sqrt(a[0]), _sqrt(a[1])), error=3.0,
    kinks=lambda a: (_sqrt(a),),
)  # fmt: skip
_op(
    "exp", 1,
    numpy=lambda a: np.exp(np.minimum(a, STEEP)),
    glsl=lambda a: "exp({0})" if never_positive(a) else "exp(min({0}, 80.0))",
    partials=lambda a: (_where(a < STEEP, _exp(a), 0.0),),
    interval=lambda a: (_exp(a[0]), _exp(a[1])), error=160.0,
    kinks=lambda a: (a - STEEP,),
)  # fmt: skip
_op(
    "log", 1,
    numpy=lambda a: np.log(np.maximum(a, TINY)),
    glsl=lambda a: "log({0})" if never_small(a) and never_negative(a) else "log(max({0}, 1e-30))",
    partials=lambda a: (_recip(_max(a, 0.0)),),
    interval=lambda a: (_log(a[0]), _log(a[1])), error=8.0, scale=lambda a: const(70.0),
    kinks=lambda a: (a,),
)  # fmt: skip
_op(
    "pow", 2,  # of a base <= 0: that of TINY, so 0 for any useful exponent
    numpy=lambda a, b: np.exp(np.minimum(b * np.log(np.maximum(a, TINY)), STEEP)),
    glsl="power({0}, {1})",
    helper="""float power(float base, float exponent) {
    return exp(min(exponent * log(max(base, 1e-30)), 80.0));
}""",
    partials=lambda a, b: (
        _where(b * _log(a) < STEEP, b * _pow(a, b) * _recip(_max(a, 0.0)), 0.0),
        _where(b * _log(a) < STEEP, _pow(a, b) * _log(a), 0.0),
    ),
    interval=lambda a, b: (
        lambda e: (_exp(e[0]), _exp(e[1]))
    )(_products((_log(a[0]), _log(a[1])), b)),
    error=400.0,
    kinks=lambda a, b: (a,),
)  # fmt: skip

# --- waves and angles ----------------------------------------------------------------------------
_op(
    "sin", 1,
    numpy=np.sin, glsl="sin({0})",
    partials=lambda a: (_cos(a),),
    interval=lambda a: _wave(a, _sin, math.pi / 2), error=16.0, scale=lambda a: 1.0 + _most(a),
)  # fmt: skip
_op(
    "cos", 1,
    numpy=np.cos, glsl="cos({0})",
    partials=lambda a: (-_sin(a),),
    interval=lambda a: _wave(a, _cos, 0.0), error=16.0, scale=lambda a: 1.0 + _most(a),
)  # fmt: skip
_op(
    "atan", 1,
    numpy=np.arctan, glsl="atan({0})",
    partials=lambda a: (_recip(1.0 + a * a),),
    interval=lambda a: (make("atan", a[0]), make("atan", a[1])), error=32.0, scale=lambda a: const(math.pi),
)  # fmt: skip
_op(
    "atan2", 2,  # (y, x) -> angle in (-pi, pi]; 0 at the origin, where GLSL has no value
    numpy=lambda y, x: np.arctan2(y + 0.0, x + 0.0),  # -0.0 + 0.0 is 0.0: one side of the cut
    glsl="atan2({0}, {1})",
    helper="""float atan2(float y, float x) {
    if (y == 0.0) return x < 0.0 ? 3.1415927 : 0.0;
    return atan(y, x);
}""",
    partials=lambda y, x: (
        x * _recip(_dot(x, y, x, y)),
        -y * _recip(_dot(x, y, x, y)),
    ),
    interval=_angle, error=32.0, scale=lambda y, x: const(math.pi),
    jumps=lambda y, x: (_where(x <= 0.0, y, 1.0), _length(x, y)),
)  # fmt: skip

# --- pieces --------------------------------------------------------------------------------------
_op(
    "abs", 1,
    numpy=np.abs, glsl="abs({0})",
    partials=lambda a: (_where(a < 0.0, -1.0, 1.0),),
    interval=_magnitude,
    kinks=lambda a: (a,),
)  # fmt: skip
_op(
    "sign", 1,
    numpy=np.sign, glsl="sign({0})",
    partials=lambda a: (0.0,),
    interval=lambda a: (_sign(a[0]), _sign(a[1])),
    jumps=lambda a: (a,),
)  # fmt: skip
_op(
    "floor", 1,
    numpy=np.floor, glsl="floor({0})",
    partials=lambda a: (0.0,),
    interval=lambda a: (_floor(a[0]), _floor(a[1])),
    jumps=lambda a: (_nearest_integer(a),),
)  # fmt: skip
_op(
    "min", 2,
    numpy=np.minimum, glsl="min({0}, {1})",
    partials=lambda a, b: Select(a <= b, 0, 1),
    interval=lambda a, b: (_min(a[0], b[0]), _min(a[1], b[1])),
    kinks=lambda a, b: (a - b,),
)  # fmt: skip
_op(
    "max", 2,
    numpy=np.maximum, glsl="max({0}, {1})",
    partials=lambda a, b: Select(a >= b, 0, 1),
    interval=lambda a, b: (_max(a[0], b[0]), _max(a[1], b[1])),
    kinks=lambda a, b: (a - b,),
)  # fmt: skip
_op(
    "clamp", 3,
    numpy=lambda a, low, high: np.minimum(np.maximum(a, low), high),
    glsl="clamp({0}, {1}, {2})",
    partials=lambda a, low, high: (
        _where((low <= a) & (a <= high), 1.0, 0.0),
        _where((a < low) & (low <= high), 1.0, 0.0),
        _where(high < _max(a, low), 1.0, 0.0),
    ),
    interval=lambda a, low, high: (_clamp(a[0], low[0], high[0]), _clamp(a[1], low[1], high[1])),
    kinks=lambda a, low, high: (a - low, a - high),
)  # fmt: skip
_op(
    "mix", 3,
    numpy=lambda a, b, t: _held(a + (b - a) * t),
    glsl="mix({0}, {1}, {2})",
    partials=lambda a, b, t: (1.0 - t, t, b - a),
    interval=lambda a, b, t: _sum([a, _products((b[0] - a[1], b[1] - a[0]), t)]), error=4.0,
    scale=lambda a, b, t: (_most(a) + _most(b)) * (1.0 + _most(t)),
)  # fmt: skip
_op(
    "where", 3,
    numpy=np.where, glsl="{0} ? {1} : {2}", takes=("bool", "float", "float"),
    partials=lambda c, a, b: Select(c, 1, 2),
    interval=_choice,
    jumps=lambda c, a, b: _boundaries(c),
)  # fmt: skip
_op(
    "seam", 3,  # where(), declared to agree to first order on both sides of the condition
    numpy=np.where, glsl="{0} ? {1} : {2}", takes=("bool", "float", "float"),
    partials=lambda c, a, b: Select(c, 1, 2),
    interval=_choice,
    kinks=lambda c, a, b: _boundaries(c),  # of the second derivative
)  # fmt: skip

# --- lengths -------------------------------------------------------------------------------------
_op(
    "length", None,
    numpy=lambda *a: np.sqrt(sum(np.square(_held(x)) for x in a)),
    glsl="length({0})",
    partials=lambda *a: tuple(x * _recip(_length(*a)) for x in a),
    interval=lambda *a: (
        _length(*(_magnitude(x)[0] for x in a)),
        _length(*(_magnitude(x)[1] for x in a)),
    ),
    error=6.0,
    kinks=lambda *a: (_length(*a),),
)  # fmt: skip
_op(
    "dot", None,  # a0, a1, ..., b0, b1, ...
    numpy=lambda *a: _held(sum(x * y for x, y in zip(a[: len(a) // 2], a[len(a) // 2 :], strict=True))),
    glsl="dot({0}, {1})",
    partials=lambda *a: a[len(a) // 2 :] + a[: len(a) // 2],
    interval=lambda *a: _sum([
        _square(x) if x is y else _products(x, y)
        for x, y in zip(a[: len(a) // 2], a[len(a) // 2 :], strict=True)
    ]),
    error=6.0,
    scale=lambda *a: _total(
        _most(x) * _most(y) for x, y in zip(a[: len(a) // 2], a[len(a) // 2 :], strict=True)
    ),
)  # fmt: skip

# --- truth ---------------------------------------------------------------------------------------
_op(
    "lt", 2,
    numpy=np.less, glsl="{0} < {1}", result="bool",
    interval=lambda a, b: (a[1] < b[0], a[0] < b[1]),
)  # fmt: skip
_op(
    "le", 2,
    numpy=np.less_equal, glsl="{0} <= {1}", result="bool",
    interval=lambda a, b: (a[1] <= b[0], a[0] <= b[1]),
)  # fmt: skip
_op(
    "and", 2,
    numpy=np.logical_and, glsl="{0} && {1}", result="bool",
    takes=("bool", "bool"), interval=lambda a, b: (a[0] & b[0], a[1] & b[1]),
)  # fmt: skip
_op(
    "or", 2,
    numpy=np.logical_or, glsl="{0} || {1}", result="bool",
    takes=("bool", "bool"), interval=lambda a, b: (a[0] | b[0], a[1] | b[1]),
)  # fmt: skip
_op(
    "not", 1,
    numpy=np.logical_not, glsl="!{0}", result="bool",
    takes=("bool",), interval=lambda a: (~a[1], ~a[0]),
)  # fmt: skip

# --- neighbors: what a GPU knows of the 2 x 2 pixels around, for antialias="fwidth" -------------
_op(
    "dfdx", 1,
    numpy=lambda a: np.repeat(a[..., 1::2] - a[..., ::2], 2, axis=-1),
    glsl="dFdx({0})",
)  # fmt: skip
_op(
    "dfdy", 1,
    numpy=lambda a: np.repeat(a[1::2, :] - a[::2, :], 2, axis=-2),
    glsl="dFdy({0})",
)  # fmt: skip


def _boundaries(condition: Expr) -> tuple[Expr, ...]:
    """The expressions whose sign a condition asks for."""
    if condition.op.name in ("lt", "le"):
        return (condition.args[0] - condition.args[1],)
    return tuple(s for a in condition.args for s in _boundaries(a))
