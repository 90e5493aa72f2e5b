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

from .expr import OPS, Expr, const, is_whole, make

__all__ = [
    "Scalar", "Vec", "abs", "acos", "asin", "atan", "atan2", "ceil", "clamp", "cos", "cross",
    "distance", "dot", "exp", "floor", "fract", "length", "log", "max", "min", "mix", "mod",
    "normalize", "pi", "pow", "sign", "sin", "smoothstep", "sqrt", "step", "tan", "tau", "vec2",
    "vec3", "vec4", "where",
]  # fmt: skip

Scalar = Any
"""What a traced function computes: a traced number, a plain one, or an array of them."""

pi = math.pi
tau = math.tau


class Vec(tuple[Any, ...]):
    """A vector: a tuple of numbers with componentwise arithmetic and ``x``, ``y``, ``z``.

    ``p.yx`` and the like are vectors of its components in another order.
    """

    __slots__ = ()
    __array_ufunc__ = None

    @property
    def x(self) -> Any:
        """The first component."""
        return self[0]

    @property
    def y(self) -> Any:
        """The second component."""
        return self._at(1)

    @property
    def z(self) -> Any:
        """The third component."""
        return self._at(2)

    def _at(self, index: int) -> Any:
        if index >= len(self):
            raise AttributeError
        return self[index]

    def __getattr__(self, name: str) -> Any:
        letters = "xyz"[: len(self)]
        if 2 <= len(name) <= 4 and set(name) <= set(letters):
            return Vec(self[letters.index(c)] for c in name)
        known = ", ".join(f".{c}" for c in letters)
        raise AttributeError(
            f"a vector of {len(self)} has no .{name}: it has {known} and orders of them, "
            f"such as .{letters[::-1]}"
        )

    def _with(self, other: Any, function: Callable[[Any, Any], Any]) -> Vec:
        if isinstance(other, (tuple, list)):
            if len(other) != len(self):
                raise TypeError(f"vectors of {len(self)} and {len(other)} do not combine")
            return Vec(function(a, b) for a, b in zip(self, other, strict=True))
        if isinstance(other, (Expr, int, float, np.ndarray, np.number)):
            return Vec(function(a, other) for a in self)
        return NotImplemented  # type: ignore[no-any-return]

    def __add__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: a + b)

    def __radd__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: b + a)

    def __sub__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: a * b)

    def __rmul__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: b * a)

    def __truediv__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: a / b)

    def __rtruediv__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: b / a)

    def __mod__(self, other: Any) -> Vec:
        return self._with(other, mod)

    def __rmod__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: mod(b, a))

    def __floordiv__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: floor(_call("div", a, b)))

    def __rfloordiv__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: floor(_call("div", b, a)))

    def __pow__(self, other: Any) -> Vec:
        return self._with(other, pow)

    def __rpow__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: pow(b, a))

    def __neg__(self) -> Vec:
        return Vec(-a for a in self)

    def __pos__(self) -> Vec:
        return self

    def __abs__(self) -> Vec:
        return Vec(abs(a) for a in self)

    def __repr__(self) -> str:
        return f"vec{len(self)}({', '.join(map(repr, self))})"


def vec2(x: Any, y: Any) -> Vec:
    """The vector (x, y)."""
    return Vec((x, y))


def vec3(x: Any, y: Any, z: Any) -> Vec:
    """The vector (x, y, z)."""
    return Vec((x, y, z))


def vec4(x: Any, y: Any, z: Any, w: Any) -> Vec:
    """The vector (x, y, z, w)."""
    return Vec((x, y, z, w))


def _call(op: str, *args: Any) -> Any:
    """One op on scalars, on vectors component by component, or at once on numbers and arrays."""
    sizes = {len(a) for a in args if isinstance(a, (tuple, list))}
    if sizes:
        if len(sizes) > 1:
            raise TypeError(f"{op}: vectors of {sorted(sizes)} components do not combine")
        size = sizes.pop()
        columns = [a if isinstance(a, (tuple, list)) else (a,) * size for a in args]
        return Vec(_call(op, *row) for row in zip(*columns, strict=True))
    if any(isinstance(a, Expr) for a in args):
        return make(op, *(_node(op, a) for a in args))
    numpy = OPS[op].numpy
    assert numpy is not None
    with np.errstate(all="ignore"):
        result = np.asarray(numpy(*(_plain(op, a) for a in args)))
    return result.item() if result.ndim == 0 else result


def _plain(op: str, value: Any) -> Any:
    array = value if isinstance(value, bool) else np.asarray(value)
    if isinstance(array, np.ndarray) and array.dtype.kind not in "biufc":
        raise _refused(op, value, "neither a number nor a vector")
    return array


def _node(op: str, value: Any) -> Expr:
    lifted = value if isinstance(value, Expr) else const(0.0).__add__(value)
    if not isinstance(lifted, Expr):
        raise _refused(op, value, "neither a number nor a vector")
    return lifted


def _refused(op: str, value: Any, what: str) -> Exception:
    from ..blame import fail  # which knows lines, and those of expressions first
    from ..errors import TracedError, shown

    return fail(f"{op}: {shown(value)} is {what}{getattr(value, 'no_number', '')}", TracedError)


def sin(x: Any) -> Any:
    """Sine of an angle in radians."""
    return _call("sin", x)


def cos(x: Any) -> Any:
    """Cosine of an angle in radians."""
    return _call("cos", x)


def tan(x: Any) -> Any:
    """Tangent, sin / cos: large at its poles, never infinite."""
    return _call("div", sin(x), cos(x))


def asin(x: Any) -> Any:
    """Arc sine in [-pi/2, pi/2]; outside [-1, 1] the value at the nearer end."""
    return atan2(clamp(x, -1.0, 1.0), sqrt(1.0 - x * x))


def acos(x: Any) -> Any:
    """Arc cosine in [0, pi]; outside [-1, 1] the value at the nearer end."""
    return atan2(sqrt(1.0 - x * x), clamp(x, -1.0, 1.0))


def atan(x: Any) -> Any:
    """Arc tangent in (-pi/2, pi/2)."""
    return _call("atan", x)


def atan2(y: Any, x: Any) -> Any:
    """The angle of (x, y) in (-pi, pi]; 0 at the origin."""
    return _call("atan2", y, x)


def exp(x: Any) -> Any:
    """e to the power x, saturating at x = 80."""
    return _call("exp", x)


def log(x: Any) -> Any:
    """Natural logarithm; that of 1e-30 for smaller x."""
    return _call("log", x)


def sqrt(x: Any) -> Any:
    """Square root; 0 for negative x."""
    return _call("sqrt", x)


def pow(base: Any, exponent: Any, *modulus: Any) -> Any:
    """base to the power exponent, for base > 0; a plain whole exponent takes any base.

    On plain numbers with a whole exponent, Python's own pow.
    """
    if isinstance(base, (tuple, list)) and not isinstance(exponent, (tuple, list)):
        return Vec(pow(b, exponent) for b in base)
    if modulus or (is_whole(exponent) and hasattr(base, "__pow__")):
        return builtins.pow(base, exponent, *modulus)
    return _call("pow", base, exponent)


def abs(x: Any) -> Any:
    """Absolute value; its derivative at 0 is 1."""
    return _call("abs", x)


def sign(x: Any) -> Any:
    """-1, 0 or 1; locally constant."""
    return _call("sign", x)


def floor(x: Any) -> Any:
    """The largest whole number <= x; locally constant."""
    return _call("floor", x)


def ceil(x: Any) -> Any:
    """The smallest whole number >= x; locally constant."""
    return -floor(-x)


def fract(x: Any) -> Any:
    """x - floor(x), in [0, 1)."""
    return x - floor(x)


def mod(x: Any, period: Any) -> Any:
    """x - period * floor(x / period), in [0, period)."""
    return _call("mod", x, period)


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
        result = _call(op, result, value)
    return result


def clamp(x: Any, low: Any, high: Any) -> Any:
    """x held between low and high."""
    return _call("clamp", x, low, high)


def mix(a: Any, b: Any, t: Any) -> Any:
    """a + (b - a) t: a at t = 0, b at t = 1."""
    return _call("mix", a, b, t)


def step(edge: Any, x: Any) -> Any:
    """0 where x < edge, else 1."""
    return where(_call("lt", x, edge), 0.0, 1.0)


def smoothstep(low: Any, high: Any, x: Any) -> Any:
    """0 below low, 1 above high, 3t^2 - 2t^3 between."""
    t = clamp(_call("div", _call("sub", x, low), _call("sub", high, low)), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b."""
    return _call("where", condition, a, b)


def seam(condition: Any, a: Any, b: Any) -> Any:
    """where(), for pieces that agree in value and first derivative where the condition turns."""
    return _call("seam", condition, a, b)


def _reduce(op: str, args: tuple[Any, ...]) -> Any:
    if any(isinstance(a, Expr) for a in args):
        return make(op, *(_node(op, a) for a in args))
    numpy = OPS[op].numpy
    assert numpy is not None
    result = np.asarray(numpy(*(np.asarray(_plain(op, a), dtype=float) for a in args)))
    return result.item() if result.ndim == 0 else result


def _components(name: str, v: Any) -> tuple[Any, ...]:
    if isinstance(v, (tuple, list)):
        return tuple(v)
    if isinstance(v, np.ndarray) and v.ndim >= 1:
        return tuple(v)
    raise _refused(name, v, "not a vector")


def length(v: Any) -> Any:
    """The Euclidean length of a vector; its gradient at 0 is 0."""
    components = _components("length", v)
    while len(components) > 4:  # GLSL has no longer vectors
        components = (_reduce("length", components[:4]), *components[4:])
    return _reduce("length", components)


def dot(a: Any, b: Any) -> Any:
    """The inner product of two vectors."""
    left, right = _components("dot", a), _components("dot", b)
    if len(left) != len(right):
        raise TypeError(f"dot: vectors of {len(left)} and {len(right)} do not combine")
    if len(left) > 4:  # GLSL has no longer vectors
        return dot(left[:4], right[:4]) + dot(left[4:], right[4:])
    return _reduce("dot", left + right)


def cross(a: Any, b: Any) -> Any:
    """The area a.x b.y - a.y b.x of the parallelogram of two plane vectors."""
    (ax, ay), (bx, by) = _components("cross", a), _components("cross", b)
    return ax * by - ay * bx


def distance(a: Any, b: Any) -> Any:
    """The length of a - b."""
    return length(Vec(_components("distance", a)) - tuple(_components("distance", b)))


def normalize(v: Any) -> Vec:
    """v / |v|; 0 at 0."""
    components = Vec(_components("normalize", v))
    unit: Vec = components * _call("reciprocal", length(components))
    return unit
