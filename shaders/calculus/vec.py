"""Vectors, and how one op is computed on whatever it is given: traced values, vectors, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .expr import OPS, Expr, is_condition, lift, make, own

__all__ = ["Scalar", "Vec", "call", "components", "reduce", "wide"]

Scalar = Any
"""What a traced function computes: a traced number, a plain one, or an array of them."""


class Vec(tuple[Any, ...]):
    """A vector: a tuple of numbers with componentwise arithmetic and ``x``, ``y``, ``z``, ``w``.

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

    @property
    def w(self) -> Any:
        """The fourth component."""
        return self._at(3)

    def _at(self, index: int) -> Any:
        if index >= len(self):
            raise AttributeError
        return self[index]

    def __getattr__(self, name: str) -> Any:
        letters = "xyzw"[: len(self)]
        if 2 <= len(name) <= 4 and set(name) <= set(letters):
            return Vec(self[letters.index(c)] for c in name)
        known = ", ".join(f".{c}" for c in letters)
        raise AttributeError(
            f"a vector of {len(self)} has no .{name}: it has {known} and orders of them, "
            f"such as .{letters[::-1]}"
        )

    def __setattr__(self, name: str, value: Any) -> None:
        if len(name) != 1 or name not in "xyzw"[: len(self)]:
            getattr(self, name)  # says what there is
        from ..errors import shown

        changed = Vec(value if c == name else e for c, e in zip("xyzw", self, strict=False))
        raise AttributeError(
            f"a vector never changes: write p = {shown(changed)} instead of p.{name} ="
        )

    def _with(self, other: Any, function: Callable[[Any, Any], Any]) -> Vec:
        if isinstance(other, (tuple, list)):
            if len(other) != len(self):
                raise TypeError(f"vectors of {len(self)} and {len(other)} do not combine")
            return Vec(function(a, b) for a, b in zip(self, other, strict=True))
        if isinstance(other, (Expr, int, float, np.ndarray, np.number)):
            return Vec(function(a, other) for a in self)
        return NotImplemented  # type: ignore[no-any-return]

    def _term(self, other: Any, function: Callable[[Any, Any], Any]) -> Vec:
        traced = any(isinstance(a, Expr) for a in self)
        return self._with(own(other, 3) if traced else other, function)

    def __add__(self, other: Any) -> Vec:
        return self._term(other, lambda a, b: a + b)

    def __radd__(self, other: Any) -> Vec:
        return self._term(other, lambda a, b: b + a)

    def __sub__(self, other: Any) -> Vec:
        return self._term(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Vec:
        return self._term(other, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Vec:
        return self._term(other, lambda a, b: a * b)

    def __rmul__(self, other: Any) -> Vec:
        return self._term(other, lambda a, b: b * a)

    def __truediv__(self, other: Any) -> Vec:
        return self._term(other, lambda a, b: a / b)

    def __rtruediv__(self, other: Any) -> Vec:
        return self._term(other, lambda a, b: b / a)

    def __mod__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: call("mod", a, b))

    def __rmod__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: call("mod", b, a))

    def __floordiv__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: call("floor", call("div", a, b)))

    def __rfloordiv__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: call("floor", call("div", b, a)))

    def __pow__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: a**b)

    def __rpow__(self, other: Any) -> Vec:
        return self._with(other, lambda a, b: b**a)

    def __neg__(self) -> Vec:
        return Vec(-a for a in self)

    def __pos__(self) -> Vec:
        return self

    def __abs__(self) -> Vec:
        return Vec(call("abs", a) for a in self)

    def __repr__(self) -> str:
        return f"vec{len(self)}({', '.join(map(repr, self))})"


def call(op: str, *args: Any) -> Any:
    """One op on scalars, on vectors component by component, or at once on numbers and arrays."""
    sizes = {len(a) for a in args if isinstance(a, (tuple, list))}
    if sizes:
        if len(sizes) > 1:
            raise TypeError(f"{op}: vectors of {sorted(sizes)} components do not combine")
        size = sizes.pop()
        columns = [a if isinstance(a, (tuple, list)) else (a,) * size for a in args]
        return Vec(call(op, *row) for row in zip(*columns, strict=True))
    if any(isinstance(a, Expr) for a in args):
        return make(op, *_nodes(op, args))
    numpy = OPS[op].numpy
    assert numpy is not None
    with np.errstate(all="ignore"):
        result = np.asarray(numpy(*(_plain(op, a, wanted) for a, wanted in _wanted(op, args))))
    return result.item() if result.ndim == 0 else result


def _wanted(op: str, args: tuple[Any, ...]) -> Iterator[tuple[Any, str]]:
    """Each argument, and what the op takes there: "float" or "bool"."""
    return zip(args, OPS[op].takes or ("float",) * len(args), strict=True)


def _plain(op: str, value: Any, wanted: str) -> Any:
    if isinstance(value, bool):
        return value if wanted == "bool" else float(value)
    array = np.asarray(value if wanted == "bool" else wide(value))
    if array.dtype.kind not in "biufc":
        raise _refused(op, value, "neither a number nor a vector")
    return array


def wide(value: Any) -> Any:
    """NumPy's whole numbers and truth values, which may have few bits, as float64; else itself."""
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biu":
        return value.astype(np.float64)
    return Vec(map(wide, value)) if isinstance(value, Vec) else value


def _nodes(op: str, args: tuple[Any, ...]) -> list[Expr]:
    """Arguments as nodes, each a number or a condition as the op takes it."""
    nodes = []
    for value, wanted in _wanted(op, args):
        lifted = lift(value)
        if lifted is None:
            raise _refused(op, value, "neither a number nor a vector")
        if is_condition(lifted) and wanted == "float":
            raise _refused(op, value, "a condition; write where(condition, 1, 0) for a number")
        if not is_condition(lifted) and wanted == "bool":
            raise _refused(op, value, "no condition; compare it, as in p.x > 0")
        nodes.append(lifted)
    return nodes


def _refused(op: str, value: Any, what: str) -> Exception:
    from ..blame import fail, uncalled  # which knows lines, and those of expressions first
    from ..errors import TracedError, shown

    hint = getattr(value, "no_number", "") or uncalled(value)
    return fail(f"{op}: {shown(value)} is {what}{hint}", TracedError)


def reduce(op: str, args: tuple[Any, ...]) -> Any:
    if any(isinstance(a, Expr) for a in args):
        return make(op, *_nodes(op, args))
    numpy = OPS[op].numpy
    assert numpy is not None
    result = np.asarray(numpy(*(np.asarray(_plain(op, a, "float"), dtype=float) for a in args)))
    return result.item() if result.ndim == 0 else result


def components(name: str, v: Any) -> tuple[Any, ...]:
    if isinstance(v, (tuple, list)) or (isinstance(v, np.ndarray) and v.ndim >= 1):
        return tuple(map(wide, v))
    raise _refused(name, v, "not a vector")
