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

from .expr import Expr, const, make, node, postorder
from .folds import Fold
from .function import Function, Input, Type, apply, callees
from .jets import jet
from .rules import Select

__all__ = ["place"]

Pair = tuple[Expr, Expr]


class Found(NamedTuple):
    """Of a node: whether it computes with the point itself, and the place of a field's value."""

    direct: bool = False
    place: Pair | None = None


def place(function: Function) -> Function:
    """The map from the function's point to where the shape that decides its value was written."""
    for f in (*callees(function.outputs), function) if "place" not in function.derived else ():
        if _is_field(f) and "place" not in f.derived:
            f.derived["place"] = Function(f"{f.name}_place", f.inputs, _place(f))
    found: Function = function.derived["place"]
    return found


def _is_field(f: Function) -> bool:
    """Whether a function gives one number for a point of the plane."""
    points = [i for i in f.inputs if i.role == "point"]
    fields = any(i.role == "field" for i in f.inputs)
    return f.result == Type(1) and len(points) == 1 and points[0].type.size == 2 and not fields


def _place(function: Function) -> Pair:
    known: dict[Expr, Found] = {}
    own = _point(function, function.leaves)
    for e in postorder(function.outputs):
        known[e] = Found(direct=True) if e in own else _find(e, [known[a] for a in e.args])
    direct, there = known[function.outputs[0]]
    return own if direct or there is None else there


def _point(function: Function, args: Sequence[Expr]) -> Pair:
    """Those of a call's arguments that are the point."""
    roles = [i.role for i in function.inputs for _ in i.leaves]
    x, y = (a for a, role in zip(args, roles, strict=True) if role == "point")
    return x, y


def _find(e: Expr, args: list[Found]) -> Found:
    name = e.op.name
    if name == "apply" and _is_field(e.data):
        return Found(place=_called(e.data, e.args))
    if name == "fold" and e.data.kind in ("min", "max") and _is_field(e.data.function):
        return Found(place=_folded(e))
    direct = any(a.direct for a in args)
    candidates = [k for k, a in enumerate(args) if a.place is not None]
    if not candidates or direct:
        return Found(direct)
    if name == "apply" and len(candidates) > 1:
        weights = _slopes(e, candidates)
    elif e.op.partials is None or len(candidates) == 1:
        return Found(place=args[candidates[0]].place)
    else:
        partials = e.op.partials(*e.args)
        if isinstance(partials, Select):
            a, b = args[partials.first].place, args[partials.second].place
            return Found(place=_where(partials.condition, a, b) if a and b else a or b)
        weights = [
            p if isinstance(p, Expr) else const(p) for p in (partials[k] for k in candidates)
        ]
    best, size = args[candidates[0]].place, make("abs", weights[0])
    for k, weight in zip(candidates[1:], weights[1:], strict=True):
        other, own = args[k].place, make("abs", weight)
        assert best is not None
        assert other is not None
        best = _where(make("le", own, size), best, other)
        size = make("max", size, own)
    return Found(place=best)


def _where(condition: Expr, a: Pair, b: Pair) -> Pair:
    x, y = (p if p is q else make("where", condition, p, q) for p, q in zip(a, b, strict=True))
    return x, y


def _called(f: Function, args: Sequence[Expr]) -> Pair:
    """The place of a call of a field."""
    there = place(f)
    if there.outputs == _point(f, f.leaves):
        return _point(f, args)
    x, y = apply(there, args)
    return x, y


def _folded(e: Expr) -> Pair:
    """The place of the row that won."""
    f: Function = e.data.function
    x, y = there = place(f).outputs
    row = node("input", (), (f.inputs[-1].name, None)), *f.inputs[-1].leaves
    if not {leaf for leaf in postorder(there) if leaf in row}:
        return _called(f, (*e.args, *f.inputs[-1].leaves))
    item = Function(f"{f.name}_placed", f.inputs, [f.outputs[0], x, y])
    winner = node("fold", e.args, Fold(e.data.kind, item, e.data.table))
    return node("get", (winner,), 1), node("get", (winner,), 2)


def _slopes(e: Expr, candidates: Sequence[int]) -> list[Expr]:
    """How fast a function of fields changes by each of some arguments."""
    f: Function = e.data
    inputs, at, order = list[Input](), 0, list[int]()
    for i in f.inputs:
        varies = i.type.size == 1 and at in candidates
        order += [at] if varies else []
        inputs.append(Input(i.name, i.type, "point" if varies else "parameter"))
        at += i.type.size
    varied = jet(Function(f.name, inputs, f.outputs), 1)
    return list(apply(varied, e.args)[1:])
