"""Intervals: for any function, the function that bounds its values over a box of points.

``bounds(f)`` takes an interval wherever ``f`` takes a point or a field, and returns an interval
around each output. It is a function of the same graph, so NumPy and GLSL evaluate the same rules;
each op widens its result by its own rounding error, in the evaluator's unit of rounding. A function
that says how fast it changes with its point is bounded by its value in the middle of the box; one
that rises with all its inputs, by its values at their ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from .expr import OPS, Expr, const, make, node, postorder
from .folds import Fold
from .function import Function, Input, Type, apply, derive
from .parameters import Parameter
from .rules import HUGE, most, total

__all__ = ["Intervals", "bounds", "range_of"]

Pair = tuple[Expr, Expr]
CALLED = {"mul", "div", "reciprocal", "mod", "sin", "cos", "atan2", "pow", "mix"}
"""Ops whose rule is long enough to be a function of its own in the listing."""
ROUNDING = 64.0
"""Rounding errors of a distance, in units of the last place of all numbers that go into it."""
FEW = 16.0
"""Roundings that a declared function may take."""


def bounds(function: Function) -> Function:
    """The function's interval extension: result ``Type(m, kind="interval")``."""
    return derive(function, "bounds", _extend)


def _at_the_ends(function: Function) -> Function:
    """The values of a function that rises with its inputs, at their lower and their upper ends."""
    inputs = [_interval(i) for i in function.inputs]
    ends: list[Expr] = []
    for upper in (0, 1):
        args = [leaf for old, new in zip(function.inputs, inputs, strict=True)
                for leaf in new.leaves[upper * len(old.leaves) :][: len(old.leaves)]
                or new.leaves]  # fmt: skip
        ends += apply(function, args)
    scale = None
    if function.reach is not None:  # what is no farther apart goes into it
        scale = total((*(make("abs", end) for end in ends), function.reach))
    return Function(
        f"{function.name}_bounds", inputs, _widen(FEW, scale, *ends), Type(kind="interval"),
        doc=function.doc, source=function.source,
    )  # fmt: skip


def _interval(i: Input) -> Input:
    return i if i.role == "parameter" else Input(i.name, Type(i.type.size, kind="interval"))


def _extend(function: Function) -> Function:
    if function.lipschitz is not None:
        return _around_the_middle(function, function.lipschitz)
    if function.rises or function.reach is not None:
        return _at_the_ends(function)
    walk = Intervals(function)
    pairs = [walk.visited(e) for e in function.outputs]
    return Function(
        f"{function.name}_bounds", walk.inputs, [p[0] for p in pairs] + [p[1] for p in pairs],
        Type(len(pairs), kind="interval"), doc=function.doc, source=function.source,
    )  # fmt: skip


class Intervals:
    """The walk that bounds the nodes of a function's body, over a box of its inputs."""

    def __init__(self, function: Function) -> None:
        self.inputs = [_interval(i) for i in function.inputs]
        self.known: dict[Expr, Pair] = {}
        self.calls: dict[Expr, list[Pair]] = {}
        for old, new in zip(function.inputs, self.inputs, strict=True):
            half = len(new.leaves) // 2
            for k, leaf in enumerate(old.leaves):
                exact = old.role == "parameter"
                self.known[leaf] = (leaf, leaf) if exact else (new.leaves[k], new.leaves[half + k])

    def visited(self, root: Expr) -> Pair:
        """The bounds of a node, and of all below it that are not known yet."""
        for e in postorder([root], self._unknown):
            if e not in self.known and e not in self.calls:
                self.visit(e)
        return self.known[root]

    def _unknown(self, e: Expr) -> tuple[Expr, ...]:
        """The arguments to follow."""
        return () if e in self.known or e in self.calls else e.args

    def visit(self, e: Expr) -> None:
        """One node, whose arguments are known."""
        if e.op.name in ("apply", "fold"):
            self.calls[e] = self.call(e)
        elif e.op.name == "get":
            self.known[e] = self.calls[e.args[0]][e.data]
        else:
            self.known[e] = _op(e, [self.known[a] for a in e.args])

    def call(self, e: Expr) -> list[Pair]:
        """What a call gives."""
        function, passed = self.passed(e)
        extension, m = bounds(function), function.result.size
        if e.op.name == "apply":
            outputs = list(apply(extension, passed, e.source))
        else:
            kind = e.data.kind
            kinds = bounds(kind) if isinstance(kind, Function) else _reductions(kind, m)
            call = node("fold", tuple(passed), Fold(kinds, extension, e.data.table))
            outputs = [node("get", (call,), k) for k in range(2 * m)]
        return [(outputs[k], outputs[m + k]) for k in range(m)]

    def passed(self, e: Expr) -> tuple[Function, list[Expr]]:
        """What is called, and the intervals that it is given.

        A parameter that varies here is bounded like a point.
        """
        function: Function = e.data if e.op.name == "apply" else e.data.function
        args = [self.known[a] for a in e.args]
        inputs, at, passed = [], 0, list[Expr]()
        for i in function.inputs:
            own = args[at : at + i.type.size]
            at += i.type.size
            exact = all(low is high for low, high in own)
            if i.role == "parameter" and exact:
                passed += [low for low, _ in own]
                inputs.append(i)
            else:
                passed += [low for low, _ in own] + [high for _, high in own]
                inputs.append(Input(i.name, i.type, "field" if i.role == "parameter" else i.role))
        if tuple(inputs) != function.inputs:
            function = Function(function.name, inputs, function.outputs, function.result)
        return function, passed


def _around_the_middle(function: Function, lipschitz: float) -> Function:
    """The value in the middle of the box, give or take what it changes by on the way there."""
    inputs = [_interval(i) for i in function.inputs]
    middle, way, sizes = list[Expr](), list[Expr](), list[Expr]()
    for old, new in zip(function.inputs, inputs, strict=True):
        if old.role == "parameter":
            middle += new.leaves
            sizes += (make("abs", leaf) for leaf in new.leaves)
        else:
            half = len(old.leaves)
            for low, high in zip(new.leaves[:half], new.leaves[half:], strict=True):
                middle.append(0.5 * (low + high))
                way.append(0.5 * (high - low))
                sizes.append(most((low, high)))
    (value,) = apply(function, middle)
    sizes.append(make("abs", value))
    reach = lipschitz * make("length", *way) + ROUNDING * node("epsilon") * total(sizes)
    return Function(
        f"{function.name}_bounds", inputs, [value - reach, value + reach], Type(1, kind="interval"),
        doc=function.doc, source=function.source,
    )  # fmt: skip


def _op(e: Expr, args: list[Pair]) -> Pair:
    """One op's rule, widened by its rounding error."""
    if all(low is high for low, high in args):
        return e, e
    if e.op.name == "root":
        return args[0][0], args[1][1]
    if e.op.interval is None:
        raise TypeError(f"the op {e.op.name!r} has no interval rule")
    called = e.op.name in CALLED and all(low is not high for low, high in args)
    if called:
        low, high = apply(
            _rule(e.op.name, len(args), args[0] is args[-1]), [x for p in args for x in p]
        )
    else:
        low, high = _pair(e.op.interval(*args))
    if e.op.error:
        low, high = _widen(e.op.error, e.op.scale(*args) if e.op.scale else None, low, high)
    return low, high


def _pair(found: Sequence[object]) -> Pair:
    low, high = (x if isinstance(x, Expr) else const(float(x)) for x in found)  # type: ignore[arg-type]
    return low, high


def _rule(name: str, count: int, same: bool) -> Function:
    inputs = [Input(label, Type(1, kind="interval")) for label in "abc"[:count]]
    pairs = [i.leaves for i in inputs]
    if same:
        pairs = [pairs[0]] * count
    rule = OPS[name].interval
    assert rule is not None
    low, high = _pair(rule(*pairs))
    label = f"{name}_bounds" if not same else f"{name}_self_bounds"
    return Function(label, inputs, [low, high], Type(1, kind="interval"))


def _widen(error: float, scale: Expr | None, low: Expr, high: Expr) -> Pair:
    if low is high and low.op.name == "const":
        return low, high
    unit = const(error) * node("epsilon")
    if scale is not None:
        return low - unit * scale, high + unit * scale
    return low - unit * make("abs", low), high + unit * make("abs", high)


def _reductions(kind: str | tuple[str, ...], m: int) -> tuple[str, ...]:
    """How the lower and upper ends of a fold's rows combine."""
    if isinstance(kind, tuple):
        return kind + kind
    return (kind, *["min"] * (m - 1), kind, *["max"] * (m - 1))  # any row may have won


def range_of(expr: Expr) -> tuple[float, float]:
    """The least and greatest value of a number that depends on parameters only.

    Sliders contribute their range; the clock, the mouse and the resolution are unbounded.
    """
    known: dict[Expr, Pair] = {}
    for e in postorder([expr]):
        if e.op.name in ("parameter", "literal"):
            low, high = _limits(e)
            known[e] = const(low), const(high)
        else:
            args = [known[a] for a in e.args]
            if e.op.interval:
                known[e] = _pair(e.op.interval(*args))
            else:  # a constant, or what no rule tells
                known[e] = (e, e) if e.op.name == "const" else (const(-HUGE), const(HUGE))
    low_end, high_end = known[expr]
    return float(low_end.data), float(high_end.data)


def _limits(e: Expr) -> tuple[float, float]:
    if e.op.name == "literal":
        return e.data, e.data
    parameter: Parameter = e.data[0]
    if parameter.kind in ("toggle", "color"):
        return 0.0, 1.0
    low = -HUGE if parameter.low is None else parameter.low
    return low, HUGE if parameter.high is None else parameter.high
