"""Forms: one op over placeholders, in every number type that narrowing computes with.

A graph of thousands of nodes has few forms: the op, and which of its operands are the same. What a
form's value lies between, how fast it changes, where it turns and what its jet is are functions
that follow from the op's record, made once for each form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache, partial, reduce
from typing import Any

import numpy as np

from .bounds import bounds
from .evaluate import call, evaluate
from .expr import Expr, const, is_condition, make, node, postorder, rebuild, substitute
from .folds import Fold
from .function import Function, Input, Type, apply, callees
from .jets import jet
from .kinks import kinks
from .rules import HUGE, PLAIN, most, total

__all__ = ["OPEN", "Form", "form_of", "has_folds", "operands", "pasted"]

Steps = Callable[[Sequence[Any]], list[Any]]
"""A function, ready to be called often: of arrays for its leaves, in order."""
ROWS = 1000
"""Rows of a fold that is written out, so that each box keeps those alone that matter there."""
OPEN = 0
"""The code of a choice that is open; k + 1 is that of its piece k."""


class Form:
    """One op over placeholders, and the pieces it chooses from, if that is what it does."""

    def __init__(self, shape: Expr, leaves: tuple[Expr, ...]) -> None:
        self.shape, self.leaves = shape, leaves
        self.pieces: list[Expr] = []
        self._conditions: list[Expr] = []
        self._tree: Any = None  # (condition, where it holds, where not); a number is a code
        self._jets: dict[int, Steps] = {}
        chosen = shape if shape.op.name in ("where", "seam") else None
        if shape.op.pieces is not None and shape.op.jumps is None:
            chosen = shape.op.pieces(*shape.args)
        if chosen is not None and chosen.op.name in ("where", "seam"):
            self._tree = self._branch(chosen)

    def piece(self, code: int) -> tuple[Form | None, tuple[int, ...]]:
        """The form of a piece and which operands it takes; no form if it is one of them."""
        body = self.pieces[code - 1]
        inside = set(postorder([body]))
        used = tuple(i for i, leaf in enumerate(self.leaves) if leaf in inside)
        if body in self.leaves:
            return None, used
        return form_of(body, tuple(self.leaves[i] for i in used)), used

    def decided(self, truths: Sequence[Any]) -> Any:
        """The codes, by what all conditions surely are, and then by what they possibly are."""
        half = len(truths) // 2

        def walk(tree: Any) -> Any:
            if isinstance(tree, int):
                return np.int8(tree)
            k, a, b = tree
            possible = np.where(truths[half + k], np.int8(OPEN), walk(b))
            return np.where(truths[k], walk(a), possible)

        return walk(self._tree)

    @cached_property
    def bounds(self) -> Steps:
        """Of the operands' intervals, all lower ends and then all upper ends: of the op, and of
        the conditions that it goes by."""
        f = Function("bounds", self._inputs, [self.shape, *self._conditions])
        return _steps(bounds(f), PLAIN)

    @cached_property
    def speed(self) -> Steps:
        """|df/dx| + |df/dy| at most: of the operands' intervals, and then of their speeds."""
        spans = [Input(i.name, Type(kind="interval")) for i in self._inputs]
        speeds = [Input(f"speed_{i.name}") for i in self._inputs]
        ends = [leaf for span in spans for leaf in span.leaves]
        count, fastest = len(spans), const(0.0)
        for body in self.pieces or [self.shape]:
            slopes = jet(Function("piece", self._inputs, [body]), 1).outputs[1:]
            found = apply(bounds(Function("slopes", self._inputs, slopes)), ends)
            pairs = zip(found[:count], found[count:], strict=True)
            speed = total(most(p) * s.leaves[0] for p, s in zip(pairs, speeds, strict=True))
            fastest = make("max", speed, fastest)
        return _steps(Function("speed", [*spans, *speeds], [fastest]), PLAIN)

    @cached_property
    def turn(self) -> Steps | None:
        """How near a kink, a jump or a pole is, of the operands' intervals; None if there is none.

        What a choice decides is not among them: its code says that.
        """
        if self.pieces:
            return None
        if has_folds([self.shape]):  # of which no interval tells how near a tie is
            return lambda args: [np.float64(0.0)]
        near = kinks(Function("turns", self._inputs, [self.shape]))
        (value,) = near.outputs
        smooth = value.op.name == "const" and value.data >= HUGE
        return None if smooth else _steps(bounds(near), PLAIN)

    def jet(self, order: int) -> Steps:
        """The jet by x and y, of the operands' jets."""
        if order not in self._jets:
            inputs = [Input(i.name, role="field") for i in self._inputs]
            self._jets[order] = _steps(jet(Function("form", inputs, [self.shape]), order, 2))
        return self._jets[order]

    @property
    def _inputs(self) -> list[Input]:
        return [_placeholder(i) for i in range(len(self.leaves))]

    def _branch(self, e: Expr) -> Any:
        if e.op.name not in ("where", "seam"):
            self.pieces.append(e)
            return len(self.pieces)
        k = len(self._conditions)
        self._conditions.append(e.args[0])
        return k, self._branch(e.args[1]), self._branch(e.args[2])


def _steps(function: Function, other: dict[str, Callable[..., Any]] | None = None) -> Steps:
    """A function as a list of NumPy's calls: on short arrays evaluation by ``call`` takes thrice
    as long. ``other`` spells some ops differently."""
    spelled = other or {}
    outputs = pasted(function.outputs, lambda f: True)
    order = [e for e in postorder(outputs) if e not in function.leaves]
    if any(e.op.numpy is None and e.args for e in order):  # folds, roots
        return lambda args: call(function, args)
    place = {leaf: k for k, leaf in enumerate(function.leaves)}
    numbers = [e for e in order if not e.args]
    computed = [e for e in order if e.args]
    for e in (*numbers, *computed):
        place[e] = len(place)
    until = {a: e for e in computed for a in e.args if a.args and a not in outputs}
    steps = []
    for e in computed:
        numpy = spelled.get(e.op.name, e.op.numpy)
        assert numpy is not None
        dead = [place[a] for a in dict.fromkeys(e.args) if until.get(a) is e]
        steps.append((numpy, tuple(place[a] for a in e.args), dead))
    values = evaluate(numbers, {})
    last = [place[e] for e in outputs]

    def run(args: Sequence[Any]) -> list[Any]:
        known = [*args, *values]
        for numpy, places, dead in steps:
            known.append(numpy(*[known[k] for k in places]))
            for k in dead:
                known[k] = None
        return [known[k] for k in last]

    return run


def pasted(roots: Sequence[Expr], which: Callable[[Function], bool]) -> list[Expr]:
    """A graph with the calls of some functions pasted in, and those that are in them.

    So are the rows of folds that take the least or the greatest of up to ROWS numbers.
    """
    bodies: dict[Function, list[Expr]] = {}
    for f in callees(roots):  # each after those that it calls
        bodies[f] = _opened(f.outputs, bodies, which)
    return _opened(roots, bodies, which)


def _opened(
    roots: Sequence[Expr], bodies: dict[Function, list[Expr]], which: Callable[[Function], bool]
) -> list[Expr]:
    new: dict[Expr, Expr] = {}
    calls: dict[Expr, list[Expr]] = {}
    for e in postorder(roots):
        if e.op.name == "get" and e.args[0] in calls:
            new[e] = calls[e.args[0]][e.data]
            continue
        args = tuple(new[a] for a in e.args)
        new[e] = e if args == e.args else rebuild(e, args)
        if e.op.name == "apply" and which(e.data):
            calls[e] = _outputs(e.data, bodies[e.data], args)
        elif e.op.name == "fold" and _is_short(e.data):
            f = e.data.function
            rows = ([const(v) for v in row] for row in e.data.table.array)
            each = [_outputs(f, bodies[f], (*args, *row))[0] for row in rows]
            calls[e] = [reduce(partial(make, e.data.kind), each)]
    return [new[root] for root in roots]


def _outputs(function: Function, body: list[Expr], args: Sequence[Expr]) -> list[Expr]:
    return substitute(body, dict(zip(function.leaves, args, strict=True)))


def _is_short(f: Fold) -> bool:
    return f.kind in ("min", "max") and f.result.size == 1 and len(f.table.array) <= ROWS


def has_folds(roots: Sequence[Expr]) -> bool:
    """Whether a graph or a function below it goes around the rows of a table."""
    groups = (roots, *(f.outputs for f in callees(roots)))
    return any(e.op.name == "fold" for group in groups for e in postorder(group))


def _placeholder(i: int) -> Input:
    return Input(f"a{i}", role="point")


@lru_cache(maxsize=4096)
def _form(shape: Expr, arity: int) -> Form:
    return Form(shape, tuple(_placeholder(i).leaves[0] for i in range(arity)))


def form_of(e: Expr, operands: tuple[Expr, ...]) -> Form:
    """The form of an op; its placeholders stand for the operands, in order."""
    new = {o: _placeholder(i).leaves[0] for i, o in enumerate(operands)}
    for n in (e,) if all(a in new for a in e.args) else _inside(e):
        if n not in new:
            new[n] = node(n.op.name, tuple(new[a] for a in n.args), n.data)
    return _form(new[e], len(operands))


def operands(e: Expr) -> tuple[Expr, ...]:
    """The numbers that an op computes with, each once: also those that its condition compares."""
    if all(a.op.result == "float" and not isinstance(a.data, bool) for a in e.args):
        return tuple(dict.fromkeys(e.args))
    return tuple(n for n in _inside(e) if n is not e and not _passed(n))


def _passed(e: Expr) -> bool:
    return e.op.result == "tuple" or is_condition(e)


def _inside(e: Expr) -> Iterable[Expr]:
    """The op, the conditions that it goes by or the call that it is a part of, and its operands."""
    return postorder([e], lambda n: n.args if n is e or _passed(n) else ())
