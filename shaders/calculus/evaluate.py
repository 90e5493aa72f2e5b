"""Evaluation in NumPy, float64: the reference that the generated GLSL is held against."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .expr import Expr, postorder
from .folds import Fold
from .function import Function, Type
from .jets import jet as jet_of
from .parameters import Values
from .roots import STEPS, Root, in_t
from .rules import PLAIN, held

__all__ = ["Jet", "call", "evaluate", "jet", "jet_arrays"]

Array = NDArray[np.float64]
Request = tuple["_Plan", dict[Expr, Any]]
"""A graph to evaluate, and what its inputs are."""
Work = Generator[Request, list[Any], list[Any]]
SAME = 1e-6
"""Slopes that differ by less, relative to 1 + their size, bend nothing that one could see."""
ROWS = 1 << 20
"""Folds evaluate at most this many (row, point) pairs at once."""


def evaluate(
    roots: Sequence[Expr], bindings: Mapping[Expr, Any], values: Values | None = None
) -> list[Any]:
    """Arrays for ``roots``, given arrays for the input leaves and values for the parameters."""
    return _driven((_Plan(roots), dict(bindings)), values or {})


def call(function: Function, args: Sequence[Any], values: Values | None = None) -> list[Any]:
    """The function's outputs at arrays of arguments, one for each of its leaves."""
    return _driven(_request(function, args), values or {})


def _request(function: Function, args: Sequence[Any]) -> Request:
    plan = function.derived.get("plan")
    if plan is None:
        plan = function.derived["plan"] = _Plan(function.outputs)
    return plan, dict(zip(function.leaves, args, strict=True))


def _driven(request: Request, values: Values) -> list[Any]:
    """Run a graph; calls wait on a list instead of Python's stack, so they may nest deeply.

    Sums and products are held only where one overflows, and at the end; inputs at the start.
    """
    plan, known = request
    stack: list[Work] = [_run(plan, {e: _finite(x) for e, x in known.items()}, values)]
    sent: Any = None
    with np.errstate(all="ignore", over="raise"):
        while stack:
            try:
                request = stack[-1].send(sent)
            except StopIteration as finished:
                stack.pop()
                sent = finished.value
            else:
                stack.append(_run(*request, values))
                sent = None
    return [_finite(r) for r in sent]


def _finite(x: Any) -> Any:
    """A number or an array of them, held; anything else as it is."""
    return held(x) if getattr(x, "dtype", type(x)) in (float, np.float64) else x


class _Plan:
    """A graph in order of evaluation, and after which step each result is no longer needed."""

    def __init__(self, roots: Sequence[Expr]) -> None:
        self.roots = tuple(roots)
        self.order = list(postorder(roots))
        last: dict[Expr, int] = {}
        for step, e in enumerate(self.order):
            for a in e.args:
                last[a] = step
        keep = set(self.roots)
        self.dead: list[list[Expr]] = [[] for _ in self.order]
        for e, step in last.items():
            if e not in keep:
                self.dead[step].append(e)


def _run(plan: _Plan, known: dict[Expr, Any], values: Values) -> Work:
    """Evaluate a plan; yields the calls that it waits for."""
    for step, e in enumerate(plan.order):
        if e not in known:
            args = [known[a] for a in e.args]
            if e.op.numpy is not None:
                plain = PLAIN.get(e.op.name, e.op.numpy)
                try:
                    known[e] = plain(*args)
                except FloatingPointError:
                    known[e] = _held(plain, e.op.numpy, args)
            elif e.op.name == "get":
                known[e] = args[0][e.data]
            elif e.op.name == "apply":
                known[e] = yield _request(e.data, args)
            elif e.op.name == "fold":
                known[e] = yield from _fold(e.data, args)
            elif e.op.name == "root":
                known[e] = yield from _root(e.data, args)
            else:
                known[e] = _leaf(e, values)
        for dead in plan.dead[step]:
            del known[dead]
    return [known[root] for root in plan.roots]


@np.errstate(over="ignore")
def _held(plain: Callable[..., Any], numpy: Callable[..., Any], args: list[Any]) -> Any:
    """An op that overflows: there it is that of arguments that are held, which is finite."""
    free = plain(*args)
    return np.where(np.isfinite(free), free, numpy(*map(held, args)))


def _leaf(e: Expr, values: Values) -> Any:
    if e.op.name in ("const", "literal"):
        return np.bool_(e.data) if isinstance(e.data, bool) else np.float64(e.data)
    if e.op.name == "parameter":
        parameter, component = e.data
        value = values.get(parameter.name, parameter.default)
        return np.float64(value if component is None else value[component])
    if e.op.name == "epsilon":
        return np.float64(2.3e-16)
    raise KeyError(f"input {e.data[0]!r} was given no value")


def _fold(f: Fold, args: list[Any]) -> Work:
    if f.kind == "at":
        picked = f.table.array[np.asarray(args[-1], dtype=np.intp)]
        return (yield _request(f.function, [*args[:-1], *np.moveaxis(picked, -1, 0)]))
    shape = np.broadcast_shapes(*(np.shape(a) for a in args))
    points = max(int(np.prod(shape)), 1)
    step = max(ROWS // points, 1)
    if isinstance(f.kind, Function):
        return (yield from _melted(f, args, shape, 1 << (step.bit_length() - 1)))
    result: list[Any] | None = None
    for start in range(0, len(f.table.array), step):
        outputs = yield from _of_rows(f, args, shape, start, step)
        if f.kind == "ranks":
            count = len(outputs[0])
            numbers = np.arange(start, start + count, dtype=np.float64)
            outputs.append(
                np.broadcast_to(numbers.reshape(count, *(1,) * len(shape)), outputs[0].shape)
            )
        if result is not None:
            outputs = [np.concatenate((r, o)) for r, o in zip(result, outputs, strict=True)]
        result = _reduce(f.kind, outputs)
    assert result is not None
    if f.kind == "gap":
        return [held(result[0][1] - result[0][0])]  # of one row alone it is infinite
    if f.kind == "ranks":
        return [*result[1][:2], result[0][-1]]
    return [r[0] for r in result]


def _of_rows(f: Fold, args: list[Any], shape: tuple[int, ...], start: int, step: int) -> Work:
    """The function's outputs for some rows, which are the first axis."""
    rows = f.table.array[start : start + step]
    columns = [rows[:, c].reshape((-1,) + (1,) * len(shape)) for c in range(rows.shape[1])]
    outputs = yield _request(f.function, [*args, *columns])
    return [np.broadcast_to(o, (len(rows), *shape)) for o in outputs]


def _melted(f: Fold, args: list[Any], shape: tuple[int, ...], step: int) -> Work:
    """The rows merged as a tree; so many at once, which is a power of two, are a part of it."""
    assert isinstance(f.kind, Function)
    parts: list[tuple[int, list[Any]]] = []  # of so many steps each, the first the longest
    for start in range(0, len(f.table.array), step):
        part = yield from _of_rows(f, args, shape, start, step)
        while (even := len(part[0]) // 2 * 2) > 0:
            pairs = [*(o[0:even:2] for o in part), *(o[1:even:2] for o in part)]
            merged = yield _request(f.kind, pairs)
            part = [np.concatenate((np.broadcast_to(m, (even // 2, *shape)), o[even:]))
                    for m, o in zip(merged, part, strict=True)]  # fmt: skip
        parts.append((1, [o[0] for o in part]))
        last = start + step >= len(f.table.array)
        while len(parts) > 1 and (last or parts[-1][0] == parts[-2][0]):
            (_, b), (size, a) = parts.pop(), parts.pop()
            parts.append((2 * size, (yield _request(f.kind, [*a, *b]))))
    return parts[0][1]


@np.errstate(over="ignore")
def _reduce(kind: str | tuple[str, ...], outputs: list[Any]) -> list[Any]:
    """The partial result over axis 0, kept as an axis of length 1 (2 for a gap, 3 for ranks)."""
    if kind == "gap":
        return _winner_and_other(outputs)
    if kind == "ranks":
        first = np.argsort(outputs[0], axis=0, kind="stable")[:3]
        return [np.take_along_axis(o, first, axis=0) for o in outputs]
    if isinstance(kind, tuple):
        reduce: dict[str, Callable[..., Any]] = {"min": np.min, "max": np.max, "add": np.sum}
        return [reduce[k](held(o), axis=0, keepdims=True)
                for k, o in zip(kind, outputs, strict=True)]  # fmt: skip
    winner = (np.argmin if kind == "min" else np.argmax)(outputs[0], axis=0)[None]
    return [np.take_along_axis(o, winner, axis=0) for o in outputs]


def _winner_and_other(outputs: list[Any]) -> list[Any]:
    """The row of the least first output, and that of the least with other slopes than it has."""
    key, *slopes = outputs
    winner = np.argmin(key, axis=0)[None]
    differs = np.zeros(key.shape, bool)
    for slope in slopes:
        own = np.take_along_axis(slope, winner, axis=0)
        differs |= np.abs(slope - own) > SAME * (1.0 + np.abs(own))
    others = np.where(differs, key, np.inf)
    other = np.argmin(others, axis=0)[None]
    pairs = [(np.take_along_axis(o, winner, axis=0), np.take_along_axis(o, other, axis=0))
             for o in (key, *slopes)]  # fmt: skip
    pairs[0] = pairs[0][0], np.take_along_axis(others, other, axis=0)
    return [np.concatenate(pair) for pair in pairs]


def _root(r: Root, args: list[Any]) -> Generator[Request, list[Any], Any]:
    first = jet_of(in_t(r.function), 1)
    arrays = np.broadcast_arrays(*(held(np.asarray(a, dtype=np.float64)) for a in args))
    low, high, rest = arrays[0].copy(), arrays[1].copy(), arrays[2:]
    (at_high,) = yield _request(r.function, [high, *rest])
    rising = at_high >= 0.0
    t = 0.5 * (low + high)
    for _ in range(STEPS):
        value, slope = yield _request(first, [t, *rest])
        above = (value > 0.0) == rising
        low, high = np.where(above, low, t), np.where(above, t, high)
        t = _nearer(t, value, slope, low, high)
    return t


@np.errstate(over="ignore")
def _nearer(t: Any, value: Any, slope: Any, low: Any, high: Any) -> Any:
    """A step of Newton's, or to the middle where that leaves the bounds."""
    newton = t - value / np.where(slope == 0.0, 1.0, slope)
    inside = ((newton > low) & (newton < high)) | (newton == t)  # one that stays has arrived
    return np.where(inside & (slope != 0.0), newton, 0.5 * (low + high))


class Jet:
    """Derivatives at N points, float64: of a field (m = 1, squeezed) or of a map R^n -> R^m.

    A field: value (N,), gradient (N, n), hessian (N, n, n). A map: value (N, m), jacobian
    (N, m, n), hessian (N, m, n, n), with jacobian[:, i, j] = d value_i / d x_j. Asking for what
    the order does not cover is an AttributeError that says so.
    """

    __slots__ = ("_first", "_second", "field", "value")

    def __init__(
        self, value: Array, first: Array | None, second: Array | None, *, field: bool
    ) -> None:
        self.field = field
        self.value = value[:, 0] if field else value
        self._first = first[:, 0] if field and first is not None else first
        self._second = second[:, 0] if field and second is not None else second

    @property
    def gradient(self) -> Array:
        """First derivatives of a field, (N, n)."""
        if not self.field:
            raise AttributeError("the jet of a map has a jacobian, not a gradient")
        return self._there(self._first, "gradient", 1)

    @property
    def jacobian(self) -> Array:
        """First derivatives of a map, (N, m, n)."""
        if self.field:
            raise AttributeError("the jet of a field has a gradient, not a jacobian")
        return self._there(self._first, "jacobian", 1)

    @property
    def hessian(self) -> Array:
        """Second derivatives, (N, n, n) of a field, (N, m, n, n) of a map; symmetric."""
        return self._there(self._second, "hessian", 2)

    @property
    def order(self) -> int:
        """How far the derivatives go: 0, 1 or 2."""
        return (self._first is not None) + (self._second is not None)

    def _there(self, array: Array | None, name: str, order: int) -> Array:
        if array is None:
            raise AttributeError(
                f"a jet of order {self.order} has no {name}: ask for order={order}"
            )
        return array

    def __iter__(self) -> Iterator[Any]:
        """Value, first and second derivatives, None for what was not asked for."""
        return iter((self.value, self._first, self._second))

    def __repr__(self) -> str:
        shown = {"value": self.value, "gradient" if self.field else "jacobian": self._first}
        shapes = {**shown, "hessian": self._second}
        return f"Jet({', '.join(f'{k} {v.shape}' for k, v in shapes.items() if v is not None)})"


def jet_arrays(
    function: Function, points: Array, order: int, values: Values | None = None, *, field: bool
) -> Jet:
    """The jet of a function of one point input at (N, n) points."""
    n, m, count = points.shape[1], function.result.size, len(points)
    outputs = call(jet_of(function, order), list(points.T), values)
    columns = [np.broadcast_to(np.asarray(o, dtype=np.float64), (count,)) for o in outputs]
    t = Type(m, order, n)
    value = np.stack(columns[:m], axis=1)
    first = second = None
    if order >= 1:
        first = np.empty((count, m, n))
        for i in range(m):
            for j in range(n):
                first[:, i, j] = columns[t.first(i, j)]
    if order >= 2:
        second = np.empty((count, m, n, n))
        for i in range(m):
            for a in range(n):
                for b in range(n):
                    second[:, i, a, b] = columns[t.second(i, a, b)]
    return Jet(value, first, second, field=field)


def jet(function: Callable[..., Any], points: ArrayLike, order: int = 2) -> Jet:
    """Value, Jacobian and Hessian of a plain Python function R^n -> R^m at (N, n) points.

    ``function`` takes one vector of n components, or n numbers, and returns a number or a vector;
    it computes with arithmetic and the functions of ``jetfield.scenes`` (``sin``, ``length``,
    ``where``, ...). The result has ``value`` (N, m), ``jacobian`` (N, m, n) and ``hessian``
    (N, m, n, n), float64, exact to rounding.
    """
    from .points import check_order, check_points, traced

    array = check_points("jet", points, None)
    check_order("jet", order)
    f = traced(function, array.shape[1])
    return jet_arrays(f, array, order, field=False)
