"""The table: every op's value, derivative, interval, GLSL and kinks, on adjacent lines.

Conventions, decided here and true in every evaluator:

- the gradient of ``length`` at 0 is 0; what chooses between its arguments is in ``choices``;
- where an op has no value (x / 0, log 0) or leaves float32 (exp), it saturates and its derivative
  is 0; sums, products and quotients are held finite, so no derivative is ever NaN or infinite.

A new op is one entry, here or there. ``tests/test_ops.py`` runs every entry through one suite.
"""

from __future__ import annotations

import math

import numpy as np

from . import choices
from .expr import const, make
from .hashing import HASH, hashed, lattice_value
from .rules import (
    HUGE,
    STEEP,
    TINY,
    Step,
    across,
    angle,
    atan2_,
    blended,
    clamp_,
    cos_,
    dot_,
    exp_,
    floor_,
    halves,
    held,
    inverted,
    length_,
    log_,
    magnitude,
    max_,
    most,
    nearest_integer,
    nonzero,
    op,
    pow_,
    products,
    quotient,
    recip_,
    reciprocal,
    remainder,
    sin_,
    sqrt_,
    squared,
    sum_of,
    total,
    wave,
    where_,
)  # fmt: skip
from .signs import never_negative, never_positive, never_small

__all__ = ["choices"]  # importing it fills OPS


# --- leaves and structure: what they mean is in function.py, folds.py and roots.py ---------------
op("const", 0)
op("literal", 0)  # a number written in a scene: baked into a constant, or live
op("input", 0)  # data: (name, component)
op("parameter", 0)  # data: a Parameter
op("epsilon", 0)  # the evaluator's unit of rounding
op("apply", None, result="tuple")  # data: a Function
op("fold", None, result="tuple")  # data: a Fold
op("root", None)  # data: a Root
op("get", 1)  # data: which value of a tuple


# --- arithmetic ----------------------------------------------------------------------------------
op(
    "add", 2,
    numpy=lambda a, b: held(a + b),
    glsl="{0} + {1}", commutes=True,
    partials=lambda a, b: (1.0, 1.0),
    interval=lambda a, b: (a[0] + b[0], a[1] + b[1]), error=1.0,
)  # fmt: skip
op(
    "sub", 2,
    numpy=lambda a, b: held(a - b),
    glsl="{0} - {1}",
    partials=lambda a, b: (1.0, -1.0),
    interval=lambda a, b: (a[0] - b[1], a[1] - b[0]), error=1.0,
)  # fmt: skip
op(
    "mul", 2,
    numpy=lambda a, b: held(a * b),
    glsl="{0} * {1}", commutes=True,
    partials=lambda a, b: (b, a),
    interval=lambda a, b: squared(a) if a is b else products(a, b), error=1.0,
)  # fmt: skip
op(
    "neg", 1,
    numpy=lambda a: -a,
    glsl="-{0}",
    partials=lambda a: (-1.0,),
    interval=lambda a: (-a[1], -a[0]),
)  # fmt: skip
op(
    "div", 2,
    numpy=lambda a, b: held(a / nonzero(b), HUGE),
    glsl=lambda a, b: "{0} / {1}" if never_small(b) else "divide({0}, {1})",
    helper="""float divide(float a, float b) {
    float nonzero = abs(b) < 1e-30 ? (b < 0.0 ? -1e-30 : 1e-30) : b;
    return clamp(a / nonzero, -1e30, 1e30);
}""",
    partials=lambda a, b: (recip_(b), -(a * recip_(b)) * recip_(b)),
    interval=quotient, error=3.0,
    jumps=lambda a, b: (b,), poles=lambda a, b: (b,),
)  # fmt: skip
op(
    "reciprocal", 1,  # 1 / x, but 0 at 0: the factor of derivatives that vanish there
    numpy=reciprocal,
    glsl=lambda a: "1.0 / {0}" if never_small(a) else "reciprocal({0})",
    helper="float reciprocal(float x) { return abs(x) < 1e-30 ? 0.0 : 1.0 / x; }",
    partials=lambda a: (-(recip_(a) * recip_(a)),),
    interval=inverted, error=3.0,
    jumps=lambda a: (a,), poles=lambda a: (a,),
)  # fmt: skip
op(
    "mod", 2,
    numpy=lambda a, b: a - b * np.floor(a / np.where(np.abs(b) < TINY, 1.0, b)),
    glsl=lambda a, b: "mod({0}, {1})" if never_small(b) else "remainder({0}, {1})",
    helper="""float remainder(float x, float period) {
    return abs(period) < 1e-30 ? x : x - period * floor(x / period);
}""",
    partials=lambda a, b: (1.0, -floor_(a / b)),
    interval=remainder, error=4.0, scale=lambda a, b: most(a) + most(b),
    jumps=lambda a, b: (nearest_integer(a / b) * b,),
    pieces=lambda a, b: a - b * floor_(a / b),
)  # fmt: skip
op(
    "mix", 3,
    numpy=lambda a, b, t: held(a + (b - a) * t),
    glsl="mix({0}, {1}, {2})",
    partials=lambda a, b, t: (1.0 - t, t, b - a),
    interval=blended, error=4.0,
    scale=lambda a, b, t: (most(a) + most(b)) * (1.0 + most(t)),
)  # fmt: skip

# --- powers and exponentials ---------------------------------------------------------------------
op(
    "sqrt", 1,
    numpy=lambda a: np.sqrt(np.maximum(a, 0.0)),
    glsl=lambda a: "sqrt({0})" if never_negative(a) else "sqrt(max({0}, 0.0))",
    partials=lambda a: (0.5 * recip_(sqrt_(a)),),
    interval=lambda a: (sqrt_(a[0]), sqrt_(a[1])), error=3.0,
    kinks=lambda a: (sqrt_(a),), poles=lambda a: (a,),
)  # fmt: skip
op(
    "exp", 1,
    numpy=lambda a: np.exp(np.minimum(a, STEEP)),
    glsl=lambda a: "exp({0})" if never_positive(a) else "exp(min({0}, 80.0))",
    partials=lambda a: (where_(a < STEEP, exp_(a), 0.0),),
    interval=lambda a: (exp_(a[0]), exp_(a[1])), error=160.0,
    kinks=lambda a: (a - STEEP,),
)  # fmt: skip
op(
    "log", 1,
    numpy=lambda a: np.log(np.maximum(a, TINY)),
    glsl=lambda a: "log({0})" if never_small(a) and never_negative(a) else "log(max({0}, 1e-30))",
    partials=lambda a: (recip_(max_(a, 0.0)),),
    interval=lambda a: (log_(a[0]), log_(a[1])), error=8.0, scale=lambda a: const(70.0),
    kinks=lambda a: (a,), poles=lambda a: (a,),
)  # fmt: skip
op(
    "pow", 2,  # of a base <= 0: that of TINY, so 0 for any useful exponent
    numpy=lambda a, b: np.exp(np.minimum(b * np.log(np.maximum(a, TINY)), STEEP)),
    glsl="power({0}, {1})",
    helper="""float power(float base, float exponent) {
    return exp(min(exponent * log(max(base, 1e-30)), 80.0));
}""",
    partials=lambda a, b: (
        where_(b * log_(a) < STEEP, b * pow_(a, b) * recip_(max_(a, 0.0)), 0.0),
        where_(b * log_(a) < STEEP, pow_(a, b) * log_(a), 0.0),
    ),
    interval=lambda a, b: (
        lambda e: (exp_(e[0]), exp_(e[1]))
    )(products((log_(a[0]), log_(a[1])), b)),
    error=400.0,
    kinks=lambda a, b: (a,), poles=lambda a, b: (a,),
)  # fmt: skip

# --- waves and angles ----------------------------------------------------------------------------
op(
    "sin", 1,
    numpy=np.sin, glsl="sin({0})",
    partials=lambda a: (cos_(a),),
    interval=lambda a: wave(a, sin_, math.pi / 2), error=16.0, scale=lambda a: 1.0 + most(a),
)  # fmt: skip
op(
    "cos", 1,
    numpy=np.cos, glsl="cos({0})",
    partials=lambda a: (-sin_(a),),
    interval=lambda a: wave(a, cos_, 0.0), error=16.0, scale=lambda a: 1.0 + most(a),
)  # fmt: skip
op(
    "atan", 1,
    numpy=np.arctan, glsl="atan({0})",
    partials=lambda a: (recip_(1.0 + a * a),),
    interval=lambda a: (make("atan", a[0]), make("atan", a[1])),
    error=32.0, scale=lambda a: const(math.pi),
)  # fmt: skip
op(
    "atan2", 2,  # (y, x) -> angle in (-pi, pi]; 0 at the origin, where GLSL has no value
    numpy=lambda y, x: np.arctan2(y + 0.0, x + 0.0),  # -0.0 + 0.0 is 0.0: one side of the cut
    glsl="atan2({0}, {1})",
    helper="""float atan2(float y, float x) {
    if (y == 0.0) return x < 0.0 ? 3.1415927 : 0.0;
    return atan(y, x);
}""",
    partials=lambda y, x: (
        x * recip_(dot_(x, y, x, y)),
        -y * recip_(dot_(x, y, x, y)),
    ),
    interval=angle, error=32.0, scale=lambda y, x: const(math.pi),
    jumps=lambda y, x: (where_(x <= 0.0, y, 1.0), length_(x, y)),
    step=lambda y, x: Step(
        where_(x < 0.0, y, length_(x, y)),  # elsewhere no nearer than the origin
        atan2_(y, x) + where_(y < 0.0, math.tau, -math.tau),
    ),
    poles=lambda y, x: (x, y),
)  # fmt: skip

# --- noise ---------------------------------------------------------------------------------------
op(
    "hash", 4,  # of a whole place (x, y, z) and a seed to [0, 1)
    numpy=hashed, glsl="hash({0}, {1}, {2}, {3})", helper=HASH,
    partials=lambda *a: (0.0, 0.0, 0.0, 0.0),
    interval=lattice_value,
    jumps=lambda *a: tuple(nearest_integer(x - 0.5) for x in a),
)  # fmt: skip
op(
    "cell", 1,  # floor(), whose steps its user mends: they show in no derivative to order 2
    numpy=np.floor, glsl="floor({0})",
    partials=lambda a: (0.0,),
    interval=lambda a: (floor_(a[0]), floor_(a[1])),
)  # fmt: skip
op(
    "within", 3,  # a, declared to lie between low and high: intervals learn it, nothing is done
    numpy=lambda a, low, high: a, glsl="{0}",
    partials=lambda a, low, high: (1.0, 0.0, 0.0),
    interval=lambda a, low, high: tuple(clamp_(x, low[0], high[1]) for x in a), error=4.0,
)  # fmt: skip

op(
    "mended", 1,  # a, declared to jump where its user mends it: edges learn it, nothing is done
    numpy=lambda a: a, glsl="{0}",
    partials=lambda a: (1.0,),
    interval=lambda a: a,
)  # fmt: skip

# --- lengths -------------------------------------------------------------------------------------
op(
    "length", None,
    numpy=lambda *a: np.abs(a[0]) if len(a) == 1 else np.sqrt(sum(np.square(held(x)) for x in a)),
    glsl="length({0})",
    partials=lambda *a: tuple(x * recip_(length_(*a)) for x in a),
    interval=lambda *a: (
        length_(*(magnitude(x)[0] for x in a)),
        length_(*(magnitude(x)[1] for x in a)),
    ),
    error=6.0,
    kinks=lambda *a: (length_(*a),), poles=lambda *a: a,
)  # fmt: skip
op(
    "dot", None,  # a0, a1, ..., b0, b1, ...
    numpy=lambda *a: held(sum(x * y for x, y in halves(a))),
    glsl="dot({0}, {1})",
    partials=lambda *a: a[len(a) // 2 :] + a[: len(a) // 2],
    interval=lambda *a: sum_of([
        squared(x) if x is y else products(x, y)
        for x, y in halves(a)
    ]),
    error=6.0,
    scale=lambda *a: total(
        most(x) * most(y) for x, y in halves(a)
    ),
)  # fmt: skip

# --- neighbors: what a GPU knows of the 2 x 2 pixels around, for antialias="fwidth" -------------
op(
    "dfdx", 1,
    numpy=lambda a: across(a, -1),
    glsl="dFdx({0})",
)  # fmt: skip
op(
    "dfdy", 1,
    numpy=lambda a: across(a, -2),
    glsl="dFdy({0})",
)  # fmt: skip
