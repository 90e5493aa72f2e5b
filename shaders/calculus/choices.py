"""Choices: the ops that take one of their arguments, and the comparisons that they go by.

The other half of the table in ``ops``. Conventions: d|x| is -1 where x < 0, else 1; at a tie
``min`` and ``max`` take their first argument; ``floor``, ``sign`` and comparisons are locally
constant.
"""

from __future__ import annotations

import numpy as np

from .rules import (
    Select,
    Step,
    boundaries,
    choice,
    clamp_,
    floor_,
    magnitude,
    max_,
    min_,
    nearest_integer,
    op,
    sign_,
    where_,
)  # fmt: skip

__all__: list[str] = []  # importing it fills OPS


# --- pieces --------------------------------------------------------------------------------------
op(
    "abs", 1,
    numpy=np.abs, glsl="abs({0})",
    partials=lambda a: (where_(a < 0.0, -1.0, 1.0),),
    interval=magnitude,
    pieces=lambda a: where_(a < 0.0, -a, a),
)  # fmt: skip
op(
    "sign", 1,
    numpy=np.sign, glsl="sign({0})",
    partials=lambda a: (0.0,),
    interval=lambda a: (sign_(a[0]), sign_(a[1])),
    jumps=lambda a: (a,),
    step=lambda a: Step(a, where_(a < 0.0, 1.0, -1.0), own=where_(a < 0.0, -1.0, 1.0)),
)  # fmt: skip
op(
    "floor", 1,
    numpy=np.floor, glsl="floor({0})",
    partials=lambda a: (0.0,),
    interval=lambda a: (floor_(a[0]), floor_(a[1])),
    jumps=lambda a: (nearest_integer(a),),
    step=lambda a: Step(
        a - floor_(a + 0.5),
        floor_(a) + where_(a < floor_(a + 0.5), 1.0, -1.0),
        1.0 - nearest_integer(a),
    ),
)  # fmt: skip
op(
    "min", 2,
    numpy=np.minimum, glsl="min({0}, {1})",
    partials=lambda a, b: Select(a <= b, 0, 1),
    interval=lambda a, b: (min_(a[0], b[0]), min_(a[1], b[1])),
    pieces=lambda a, b: where_(a <= b, a, b),
)  # fmt: skip
op(
    "max", 2,
    numpy=np.maximum, glsl="max({0}, {1})",
    partials=lambda a, b: Select(a >= b, 0, 1),
    interval=lambda a, b: (max_(a[0], b[0]), max_(a[1], b[1])),
    pieces=lambda a, b: where_(a >= b, a, b),
)  # fmt: skip
op(
    "clamp", 3,
    numpy=lambda a, low, high: np.minimum(np.maximum(a, low), high),
    glsl="clamp({0}, {1}, {2})",
    partials=lambda a, low, high: (
        where_((low <= a) & (a <= high), 1.0, 0.0),
        where_((a < low) & (low <= high), 1.0, 0.0),
        where_(high < max_(a, low), 1.0, 0.0),
    ),
    interval=lambda a, low, high: (clamp_(a[0], low[0], high[0]), clamp_(a[1], low[1], high[1])),
    pieces=lambda a, low, high: where_(
        a < low, where_(high < low, high, low), where_(high < a, high, a)
    ),
)  # fmt: skip
op(
    "where", 3,
    numpy=np.where, glsl="{0} ? {1} : {2}", takes=("bool", "float", "float"),
    partials=lambda c, a, b: Select(c, 1, 2),
    interval=choice,
    jumps=lambda c, a, b: boundaries(c),
)  # fmt: skip
op(
    "seam", 3,  # where(), declared to agree to first order on both sides of the condition
    numpy=np.where, glsl="{0} ? {1} : {2}", takes=("bool", "float", "float"),
    partials=lambda c, a, b: Select(c, 1, 2),
    interval=choice,
    kinks=lambda c, a, b: boundaries(c),  # of the second derivative
)  # fmt: skip

# --- truth ---------------------------------------------------------------------------------------
op(
    "lt", 2,
    numpy=np.less, glsl="{0} < {1}", result="bool",
    interval=lambda a, b: (a[1] < b[0], a[0] < b[1]),
)  # fmt: skip
op(
    "le", 2,
    numpy=np.less_equal, glsl="{0} <= {1}", result="bool",
    interval=lambda a, b: (a[1] <= b[0], a[0] <= b[1]),
)  # fmt: skip
op(
    "and", 2,
    numpy=np.logical_and, glsl="{0} && {1}", result="bool",
    takes=("bool", "bool"), interval=lambda a, b: (a[0] & b[0], a[1] & b[1]),
)  # fmt: skip
op(
    "or", 2,
    numpy=np.logical_or, glsl="{0} || {1}", result="bool",
    takes=("bool", "bool"), interval=lambda a, b: (a[0] | b[0], a[1] | b[1]),
)  # fmt: skip
op(
    "not", 1,
    numpy=np.logical_not, glsl="!{0}", result="bool",
    takes=("bool",), interval=lambda a: (~a[1], ~a[0]),
)  # fmt: skip
