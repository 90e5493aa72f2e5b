"""Kinks: where a function is not smooth, as declared by its ops.

``kinks(f)`` is a function of the same inputs whose one output is the least |s| over all
expressions s whose zero sets hold a kink or a jump of ``f``: small near one, large far from all.
What does not vary with the point is no kink, however close to one; nor is a tie of two rows of a
fold that have the same slopes. A kink that a choice hides is still declared.
"""

from __future__ import annotations

from .expr import Expr, const, make, node, postorder
from .folds import Fold
from .function import Function, Input, Type, apply, derive, widened
from .jets import jet
from .rules import HUGE, boundaries

__all__ = ["kinks", "turns"]


def kinks(function: Function) -> Function:
    """The function that says how near its argument is to a kink or a jump of ``function``."""
    return derive(function, "kinks", lambda f: Function(f"{f.name}_kinks", f.inputs, [_least(f)]))


def _least(function: Function) -> Expr:
    roles = {leaf: i.role for i in function.inputs for leaf in i.leaves}
    varies: dict[Expr, bool] = {}
    least = const(HUGE)
    for e in function.nodes:
        varies[e] = roles.get(e, "parameter") != "parameter" or any(varies[a] for a in e.args)
        for s in _declared(e, [varies[a] for a in e.args]) if varies[e] else ():
            least = make("min", least, make("abs", s))
    return least


def _declared(e: Expr, varies: list[bool]) -> list[Expr]:
    if e.op.name == "apply":
        return list(apply(kinks(widened(e.data, varies)), e.args))
    if e.op.name == "fold":
        return _of_fold(e, varies)
    return [
        *(e.op.kinks(*e.args) if e.op.kinks else ()),
        *(e.op.jumps(*e.args) if e.op.jumps else ()),
        *(turns(e.op.pieces(*e.args)) if e.op.pieces and not e.op.jumps else ()),
    ]


def turns(chosen: Expr) -> list[Expr]:
    """The expressions at whose zeros a value turns from one piece into another."""
    return [s for e in postorder([chosen]) if e.op.name == "where" for s in boundaries(e.args[0])]


def _of_fold(e: Expr, varies: list[bool]) -> list[Expr]:
    f: Fold = e.data
    item = widened(f.function, [*varies, *(False for _ in f.function.inputs[-1].leaves)])
    if isinstance(f.kind, Function):
        least = node("fold", e.args, Fold(_with_kinks(f.kind), _beside(item), f.table))
        return [node("get", (least,), 1)]
    folds = [Fold(("min",), kinks(item), f.table)]
    if not isinstance(f.kind, tuple):  # where the winner and another row are equal
        key = item.outputs[0] if f.kind == "min" else -item.outputs[0]
        first = jet(Function(f"{item.name}_key", item.inputs, [key]), 1)
        folds.append(Fold("gap", first, f.table))
    return [node("get", (node("fold", e.args, fold),), 0) for fold in folds]


def _beside(item: Function) -> Function:
    """A value, and how near its kinks are."""
    near = apply(kinks(item), item.leaves)
    return Function(f"{item.name}_and_kinks", item.inputs, [*item.outputs, *near])


def _with_kinks(merge: Function) -> Function:
    """A merge of two such pairs: those of its own kinks count, and those of either."""
    a, b = (Input(i.name, Type(2), "field") for i in merge.inputs)
    args = a.leaves[0], b.leaves[0]
    near = [a.leaves[1], b.leaves[1], *apply(kinks(merge), args)]
    least = make("min", make("min", *near[:2]), near[2])
    return Function(f"{merge.name}_and_kinks", [a, b], [*apply(merge, args), least])
