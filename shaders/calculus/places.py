"""Places: where a point lies in the space in which the shape that decides a field was written.

``place(f)`` is a map of the same inputs, R^2 -> R^2. It is read off the graph: a function that
computes with its point is a shape, and the point is the place; one that only hands the point on,
moved or warped, to other functions and combines their values is a composition, and the place is
that of the value which decides. That is the winner of ``min``, ``max``, ``where`` or a fold, and
else the operand by which the value changes most; the first at a tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .expr import Expr, const, make, postorder, rebuild
from .folds import Fold, fold
from .function import Function, Input, Type, apply, derive
from .jets import jet
from .rules import Select, total

__all__ = ["place"]

Pair = tuple[Expr, Expr]


class Found(NamedTuple):
    """Of a node: its value, whether it computes with the point itself, and the place of a field."""

    value: Expr
    direct: bool = False
    place: Pair | None = None


def place(function: Function) -> Function:
    """The map from the function's point to where the shape that decides its value was written."""
    _, x, y = _placed(function).outputs
    return Function(f"{function.name}_place", function.inputs, [x, y])


def _placed(function: Function) -> Function:
    """The function's value with that place: both at once, so that deep scenes stay cheap."""
    return derive(
        function, "placed", lambda f: Function(f"{f.name}_placed", f.inputs, _walked(f)), _is_field
    )


def _is_field(f: Function) -> bool:
    """Whether a function gives one number for a point of the plane."""
    points = [i for i in f.inputs if i.role == "point"]
    fields = any(i.role == "field" for i in f.inputs)
    return f.result == Type(1) and len(points) == 1 and points[0].type.size == 2 and not fields


def _walked(function: Function) -> tuple[Expr, Expr, Expr]:
    """The value and the place."""
    known: dict[Expr, Found] = {}
    own = _point(function, function.leaves)
    for e in postorder(function.outputs):
        if e in own or not e.args:
            known[e] = Found(e, direct=e in own)
        else:
            known[e] = _find(e, [known[a] for a in e.args])
    value, direct, there = known[function.outputs[0]]
    if direct or there is None:
        return function.outputs[0], *own
    return value, *there


def _point(function: Function, args: Sequence[Expr]) -> Pair:
    """Those of a call's arguments that are the point."""
    roles = [i.role for i in function.inputs for _ in i.leaves]
    x, y = (a for a, role in zip(args, roles, strict=True) if role == "point")
    return x, y


def _find(e: Expr, args: list[Found]) -> Found:
    values = tuple(a.value for a in args)
    if e.op.name == "get" and args[0].value.op.result != "tuple":
        return args[0]  # of a call of a field, whose one value is known already
    if e.op.name == "apply" and _is_field(e.data):
        return _called(e.data, values)
    if e.op.name == "fold" and _wins(e.data) and _is_field(e.data.function):
        return _folded(e.data, values)
    value = rebuild(e, values)
    direct = any(a.direct for a in args if a.value.op.result != "bool")
    candidates = [k for k, a in enumerate(args) if a.place is not None]
    if not candidates or direct or e.op.result == "bool":  # a condition chooses; it has no place
        return Found(value, direct)
    if len(candidates) == 1:
        return Found(value, place=args[candidates[0]].place)
    if e.op.name == "apply":
        weights = _slopes(e.data, values, candidates)
    else:
        assert e.op.partials is not None, e.op.name
        partials = e.op.partials(*values)
        if isinstance(partials, Select):
            a, b = args[partials.first].place, args[partials.second].place
            return Found(value, place=_where(partials.condition, a, b) if a and b else a or b)
        weights = [p if isinstance(p, Expr) else const(p) for p in partials]
        weights = [weights[k] for k in candidates]
    return Found(value, place=_most(weights, [args[k].place for k in candidates]))


def _wins(f: Fold) -> bool:
    """Whether one row decides, of all or of each two."""
    return f.kind in ("min", "max") or isinstance(f.kind, Function)


def _most(weights: Sequence[Expr], places: Sequence[Pair | None]) -> Pair:
    """The place by which a value changes most."""
    best, size = places[0], make("abs", weights[0])
    assert best is not None
    for weight, other in zip(weights[1:], places[1:], strict=True):
        own = make("abs", weight)
        assert other is not None
        best = _where(make("le", own, size), best, other)
        size = make("max", size, own)
    return best


def _where(condition: Expr, a: Pair, b: Pair) -> Pair:
    x, y = (p if p is q else make("where", condition, p, q) for p, q in zip(a, b, strict=True))
    return x, y


def _called(f: Function, args: Sequence[Expr]) -> Found:
    """A call of a field."""
    placed = _placed(f)
    if placed.outputs[1:] == _point(f, f.leaves):
        return Found(apply(f, args)[0], place=_point(f, args))
    value, x, y = apply(placed, args)
    return Found(value, place=(x, y))


def _folded(f: Fold, args: Sequence[Expr]) -> Found:
    """The row that won."""
    placed = _placed(f.function)
    if placed.outputs[1:] == _point(f.function, f.function.leaves):
        return Found(fold(f.kind, f.function, f.table, args)[0], place=_point_of_row(f, args))
    kind = _melting(f.kind) if isinstance(f.kind, Function) else f.kind
    value, x, y = fold(kind, placed, f.table, args)
    return Found(value, place=(x, y))


def _melting(merge: Function) -> Function:
    """A merge of values that come with their places."""
    a, b = (Input(i.name, Type(3), "field") for i in merge.inputs)
    (p, *first), (q, *second) = a.leaves, b.leaves
    weights = _slopes(merge, (p, q), [0, 1])
    best = _most(weights, [(first[0], first[1]), (second[0], second[1])])
    return Function(f"{merge.name}_placed", [a, b], [*apply(merge, (p, q)), *best])


def _point_of_row(f: Fold, args: Sequence[Expr]) -> Pair:
    return _point(f.function, (*args, *f.function.inputs[-1].leaves))


def _slopes(f: Function, args: Sequence[Expr], candidates: Sequence[int]) -> list[Expr]:
    """How fast a function changes by each of some numbers among its arguments."""
    inputs, variables, at = list[Input](), list[int](), 0
    for i in f.inputs:
        own = range(at, at := at + i.type.size)
        varies = not set(candidates).isdisjoint(own)
        inputs.append(Input(i.name, i.type, "point" if varies else "parameter"))
        variables += own if varies else ()
    local = apply(jet(Function(f.name, inputs, f.outputs, f.result), 1), args)
    t = Type(f.result.size, 1, len(variables))
    return [
        total(make("abs", local[t.first(m, variables.index(k))]) for m in range(t.m))
        for k in candidates
    ]
