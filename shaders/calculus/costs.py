"""Costs: about how much work a call of a function is."""

from __future__ import annotations

from collections.abc import Iterable

from .expr import Expr
from .function import Function, called, callees

__all__ = ["longest", "size", "turns"]


def size(function: Function) -> int:
    """About how many ops a call comes to, were all that it calls pasted in, each every time."""
    known: dict[Function, int] = {}
    for f in (*callees(function.outputs), function):
        known[f] = 0
        for e in f.nodes:
            calls = sum(known[g] for g in called(e))
            known[f] += calls if calls else _works(e)
    return known[function]


def longest(functions: Iterable[Function]) -> int:
    """How many ops the longest body has of functions and all that they call."""
    whole = {g: None for f in functions for g in (*callees(f.outputs), f)}
    return max((sum(map(_works, f.nodes)) for f in whole), default=0)


def _works(e: Expr) -> bool:
    """Whether a node is an op that takes time."""
    return bool(e.args) and e.op.name != "get"


def turns(function: Function) -> int:
    """About how often a call goes around the loops of its folds and roots."""
    known: dict[Function, int] = {}
    for f in (*callees(function.outputs), function):
        known[f] = 0
        for e in f.nodes:
            inner = sum(known[g] for g in called(e))
            if e.op.name == "fold" and e.data.kind != "at":
                inner = len(e.data.table.array) * (len(called(e)) + inner)
            known[f] += inner + 8 * (e.op.name == "root")  # Newton's method is fast
    return known[function]
