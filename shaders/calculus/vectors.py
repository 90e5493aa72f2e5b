"""What a traced function computes with: vectors, and the mathematics that works on them.

Every function here takes traced values, vectors, plain numbers and NumPy arrays alike; on numbers
and arrays it computes at once, with the same conventions as the generated GLSL.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .expr import Expr, is_whole
from .vec import Scalar, Vec, call, components, reduce, wide

__all__ = [
    "Scalar", "Vec", "abs", "acos", "asin", "atan", "atan2", "ceil", "clamp", "cos", "cross",
    "distance", "dot", "exp", "floor", "fract", "length", "log", "max", "min", "mix", "mod",
    "normalize", "pi", "pow", "sign", "sin", "smoothstep", "sqrt", "step", "tan", "tau", "vec2",
    "vec3", "vec4", "where",
]  # fmt: skip

pi = math.pi
tau = math.tau


def vec2(x: Any, y: Any) -> Vec:
    """The vector (x, y)."""
    return Vec((x, y))


def vec3(x: Any, y: Any, z: Any) -> Vec:
    """The vector (x, y, z)."""
    return Vec((x, y, z))


def vec4(x: Any, y: Any, z: Any, w: Any) -> Vec:
    """The vector (x, y, z, w)."""
    return Vec((x, y, z, w))


def sin(x: Any) -> Any:
    """Sine of an angle in radians."""
    return call("sin", x)


def cos(x: Any) -> Any:
    """Cosine of an angle in radians."""
    return call("cos", x)


def tan(x: Any) -> Any:
    """Tangent, sin / cos: large at its poles, never infinite."""
    return call("div", sin(x), cos(x))


def asin(x: Any) -> Any:
    """Arc sine in [-pi/2, pi/2]; outside [-1, 1] the value at the nearer end."""
    x = wide(x)
    return atan2(clamp(x, -1.0, 1.0), sqrt(1.0 - x * x))


def acos(x: Any) -> Any:
    """Arc cosine in [0, pi]; outside [-1, 1] the value at the nearer end."""
    x = wide(x)
    return atan2(sqrt(1.0 - x * x), clamp(x, -1.0, 1.0))


def atan(x: Any) -> Any:
    """Arc tangent in (-pi/2, pi/2)."""
    return call("atan", x)


def atan2(y: Any, x: Any) -> Any:
    """The angle of (x, y) in (-pi, pi]; 0 at the origin."""
    return call("atan2", y, x)


def exp(x: Any) -> Any:
    """e to the power x, saturating at x = 80."""
    return call("exp", x)


def log(x: Any) -> Any:
    """Natural logarithm; that of 1e-30 for smaller x."""
    return call("log", x)


def sqrt(x: Any) -> Any:
    """Square root; 0 for negative x."""
    return call("sqrt", x)


def pow(base: Any, exponent: Any, *modulus: Any) -> Any:
    """base to the power exponent, for base > 0; a plain whole exponent takes any base.

    On plain numbers with a whole exponent, Python's own pow.
    """
    if isinstance(base, (tuple, list)) and not isinstance(exponent, (tuple, list)):
        return Vec(pow(b, exponent) for b in base)
    if modulus or (is_whole(exponent) and hasattr(base, "__pow__")):
        return builtins.pow(wide(base), exponent, *modulus)
    return call("pow", base, exponent)


def abs(x: Any) -> Any:
    """Absolute value; its derivative at 0 is 1."""
    return call("abs", x)


def sign(x: Any) -> Any:
    """-1, 0 or 1; locally constant."""
    return call("sign", x)


def floor(x: Any) -> Any:
    """The largest whole number <= x; locally constant."""
    return call("floor", x)


def ceil(x: Any) -> Any:
    """The smallest whole number >= x; locally constant."""
    return -floor(-wide(x))


def fract(x: Any) -> Any:
    """x - floor(x), in [0, 1)."""
    return x - floor(x)


def mod(x: Any, period: Any) -> Any:
    """x - period * floor(x / period), in [0, period)."""
    return call("mod", x, period)


def min(*args: Any, **options: Any) -> Any:
    """The least argument, the first at a tie; on plain Python values, Python's own min."""
    return _extreme("min", builtins.min, args, options)


def max(*args: Any, **options: Any) -> Any:
    """The greatest argument, the first at a tie; on plain Python values, Python's own max."""
    return _extreme("max", builtins.max, args, options)


def _extreme(op: str, plain: Callable[..., Any], args: tuple[Any, ...], options: Any) -> Any:
    values = args if len(args) > 1 else tuple(args[0]) if args else ()
    if options or not any(isinstance(a, (Expr, Vec, np.ndarray)) for a in values):
        return plain(values, **options)
    result = values[0]
    for value in values[1:]:
        result = call(op, result, value)
    return result


def clamp(x: Any, low: Any, high: Any) -> Any:
    """x held between low and high."""
    return call("clamp", x, low, high)


def mix(a: Any, b: Any, t: Any) -> Any:
    """a + (b - a) t: a at t = 0, b at t = 1."""
    return call("mix", a, b, t)


def step(edge: Any, x: Any) -> Any:
    """0 where x < edge, else 1."""
    return where(call("lt", x, edge), 0.0, 1.0)


def smoothstep(low: Any, high: Any, x: Any) -> Any:
    """0 below low, 1 above high, 3t^2 - 2t^3 between."""
    t = clamp(call("div", call("sub", x, low), call("sub", high, low)), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b."""
    return call("where", condition, a, b)


def seam(condition: Any, a: Any, b: Any) -> Any:
    """where(), for pieces that agree in value and first derivative where the condition turns."""
    return call("seam", condition, a, b)


def length(v: Any) -> Any:
    """The Euclidean length of a vector; its gradient at 0 is 0."""
    parts = components("length", v)
    while len(parts) > 4:  # GLSL has no longer vectors
        parts = (reduce("length", parts[:4]), *parts[4:])
    return reduce("length", parts)


def dot(a: Any, b: Any) -> Any:
    """The inner product of two vectors."""
    left, right = components("dot", a), components("dot", b)
    if len(left) != len(right):
        raise TypeError(f"dot: vectors of {len(left)} and {len(right)} do not combine")
    if len(left) > 4:  # GLSL has no longer vectors
        return dot(left[:4], right[:4]) + dot(left[4:], right[4:])
    return reduce("dot", left + right)


def cross(a: Any, b: Any) -> Any:
    """The area a.x b.y - a.y b.x of the parallelogram of two plane vectors."""
    left, right = components("cross", a), components("cross", b)
    if (len(left), len(right)) != (2, 2):
        raise TypeError(f"cross: takes two vectors of 2, not of {len(left)} and {len(right)}")
    (ax, ay), (bx, by) = left, right
    return ax * by - ay * bx


def distance(a: Any, b: Any) -> Any:
    """The length of a - b."""
    return length(Vec(components("distance", a)) - tuple(components("distance", b)))


def normalize(v: Any) -> Vec:
    """v / |v|; 0 at 0."""
    parts = Vec(components("normalize", v))
    unit: Vec = parts * call("reciprocal", length(parts))
    return unit
