"""Decided: whether all that a function chooses goes one way over a box, so that nothing turns.

``decided(f)`` takes the intervals that ``bounds(f)`` takes, and gives with them, for each output,
1 where every choice that the value depends on is proven to go one way within the box, and no
derivative is lost at a pole: there the value is one smooth piece, and its jet tells all. What a
choice does not take has no say. It goes by the same table as edges do: pieces, steps and poles.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from .bounds import Intervals, Pair, bounds
from .expr import Expr, const, make, node, substitute
from .folds import fold
from .function import Function, Type, apply, derive

__all__ = ["decided"]

YES, NO = (node("const", (), truth) for truth in (True, False))


def decided(function: Function) -> Function:
    """The function of a box that gives m lower ends, m upper ends, and m times whether decided."""
    return derive(function, "decided", _decided)


def _decided(function: Function) -> Function:
    walk = _Walk(function)
    pairs = [walk.visited(e) for e in function.outputs]
    flags = [make("where", walk.smooth[e], const(1.0), const(0.0)) for e in function.outputs]
    ends = [p[0] for p in pairs] + [p[1] for p in pairs]
    if function.lipschitz is not None or function.reach is not None:
        # its bounds are better than those of its parts
        ends = list(apply(bounds(function), [leaf for i in walk.inputs for leaf in i.leaves]))
    return Function(
        f"{function.name}_decided", walk.inputs, ends + flags, Type(3 * len(pairs)),
        doc=function.doc, source=function.source,
    )  # fmt: skip


class _Walk(Intervals):
    """The walk of intervals, that also keeps of every node whether it is one smooth piece."""

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.smooth: dict[Expr, Expr] = dict.fromkeys(self.known, YES)
        self._called: dict[Expr, list[Expr]] = {}

    def visit(self, e: Expr) -> None:
        super().visit(e)
        if e.op.name in ("apply", "fold"):
            return
        self.smooth[e] = self._own(e)

    def _own(self, e: Expr) -> Expr:
        name, args = e.op.name, [self.smooth[a] for a in e.args if a in self.smooth]
        if name == "get":
            found: Expr = self._called[e.args[0]][e.data]
            return found
        if name == "mended":
            return YES
        if name == "root":
            return NO
        if name in ("where", "seam"):
            (must, may), a, b = self.known[e.args[0]], *args[1:]
            one = make("or", must & a, make("not", may) & b)
            return make("or", one, a & b) if name == "seam" else one
        if e.op.pieces:
            pieces = e.op.pieces(*e.args)
            self.visited(pieces)
            return self.smooth[pieces]
        return _all([*args, self._stays(e), self._no_pole(e)])

    def _stays(self, e: Expr) -> Expr:
        """Whether the op takes no step in the box."""
        if not e.op.step:
            return YES
        assert e.op.partials is not None
        if not any(isinstance(p, Expr) or p for p in e.op.partials(*e.args)):  # nothing but steps
            low, high = self.known[e]
            return low >= high
        return _not_zero(self.visited(e.op.step(*e.args).s))

    def _no_pole(self, e: Expr) -> Expr:
        """Whether no pole of the op is in the box: there all that vanish are 0 at once."""
        if not e.op.poles:
            return YES
        found = NO
        for each in e.op.poles(*e.args):
            found = found | _not_zero(self.visited(each))
        return found

    def call(self, e: Expr) -> list[Pair]:
        function: Function = e.data if e.op.name == "apply" else e.data.function
        if e.op.name == "apply" and any(i.role == "field" for i in function.inputs):
            body = substitute(function.outputs, dict(zip(function.leaves, e.args, strict=True)))
            pairs = [self.visited(o) for o in body]
            self._called[e] = [self.smooth[o] for o in body]
            return pairs
        m = function.result.size
        if e.op.name == "fold" or function.mean is not None:
            pairs = super().call(e)
            won = e.op.name == "fold" and e.data.kind in ("min", "max")
            self._called[e] = self._won(e) if won else [NO] * m
            return pairs
        function, passed = self.passed(e)
        found = apply(decided(function), passed, e.source)
        given = _all([self.smooth[a] for a in e.args])
        self._called[e] = [given & (flag > 0.5) for flag in found[2 * m :]]
        return [(found[k], found[m + k]) for k in range(m)]

    def _won(self, e: Expr) -> list[Expr]:
        """Whether one row wins in all the box, and is decided itself."""
        item, passed = self.passed(e)
        m, made, table = item.result.size, decided(item), e.data.table
        given = _all([self.smooth[a] for a in e.args])
        first = 0 if e.data.kind == "min" else m  # the ends that rows are told apart by
        sign = 1.0 if e.data.kind == "min" else -1.0
        key = Function(f"{made.name}_key", made.inputs, [sign * made.outputs[first]])
        best, second, _ = fold("ranks", key, table, passed)
        row = fold("at", made, table, [*passed, best])
        (rival,) = fold("at", key, table, [*passed, second])
        alone = sign * row[m - first] < rival if len(table.array) > 1 else YES
        return [given & alone & (flag > 0.5) for flag in row[2 * m :]]


def _not_zero(pair: Pair) -> Expr:
    low, high = pair
    return (low > 0.0) | (high < 0.0)


def _all(flags: Sequence[Expr]) -> Expr:
    return reduce(lambda a, b: a & b, flags, YES)
