"""How large an expression is: what is pasted, what is called, what becomes a function."""

from __future__ import annotations

import itertools

from ..shaders.calculus.expr import Expr, postorder
from ..shaders.calculus.function import called

__all__ = ["CALLS", "is_small", "weight"]

SMALL = 24
"""Expressions of at most this many nodes are pasted where they are used, larger ones are called."""
CALLS = 40
"""Calls after which an expression becomes a function of its own: small ones compile faster."""


def is_small(e: Expr) -> bool:
    """Whether an expression has few nodes, and at most one call among them."""
    nodes = list(itertools.islice(postorder([e]), SMALL + 1))
    return len(nodes) <= SMALL and sum(bool(called(each)) for each in nodes) <= 1


def weight(e: Expr) -> int:
    """About how many calls an expression makes; what is shared may count twice."""
    for each in postorder([e], lambda x: x.args if x.weight is None else ()):
        if each.weight is None:
            total = int(bool(called(each)))
            for a in each.args:
                total += a.weight or 0
            each.weight = min(total, 10 * CALLS)
    return e.weight or 0
