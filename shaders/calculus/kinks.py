"""Kinks: where a function is not smooth, as declared by its ops.

``kinks(f)`` is a function of the same inputs whose one output is the least |s| over all
expressions s whose zero sets hold a kink or a jump of ``f``: small near one, large far from all.
"""

from __future__ import annotations

from .expr import Expr, const, make, node, postorder
from .folds import Fold
from .function import Function, apply, callees
from .rules import HUGE

__all__ = ["kinks"]


def kinks(function: Function) -> Function:
    """The function that says how near its argument is to a kink or a jump of ``function``."""
    for f in (*callees(function.outputs), function) if "kinks" not in function.derived else ():
        if "kinks" not in f.derived:
            f.derived["kinks"] = Function(f"{f.name}_kinks", f.inputs, [_least(f)])
    nearest: Function = function.derived["kinks"]
    return nearest


def _least(function: Function) -> Expr:
    least = const(HUGE)
    for e in postorder(function.outputs):
        for s in _declared(e):
            least = make("min", least, make("abs", s))
    return least


def _declared(e: Expr) -> list[Expr]:
    found = [
        *(e.op.kinks(*e.args) if e.op.kinks else ()),
        *(e.op.jumps(*e.args) if e.op.jumps else ()),
    ]
    if e.op.name == "apply":
        found += apply(kinks(e.data), e.args)
    elif e.op.name == "fold":
        nearest = node("fold", e.args, Fold(("min",), kinks(e.data.function), e.data.table))
        found.append(node("get", (nearest,), 0))
        if not isinstance(e.data.kind, tuple):  # where the winner and the runner-up are equal
            gap = node("fold", e.args, Fold("gap", _first(e.data), e.data.table))
            found.append(node("get", (gap,), 0))
    return found


def _first(f: Fold) -> Function:
    """The function whose least value a fold looks for."""
    key = f.function.outputs[0] if f.kind == "min" else -f.function.outputs[0]
    return Function(f"{f.function.name}_key", f.function.inputs, [key])
