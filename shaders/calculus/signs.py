"""Signs that the form of an expression alone proves: they let guards be left out."""

from __future__ import annotations

import weakref
from typing import NamedTuple

from .expr import Expr, postorder

__all__ = ["never_negative", "never_positive", "never_small"]


LEAST = 1e-25
"""What float32 divides by: its reciprocal, times a million million, is still finite."""


class Facts(NamedTuple):
    """What is known of all values of an expression: >= 0, <= 0, away from 0."""

    above: bool = False
    below: bool = False
    apart: bool = False


_known: weakref.WeakKeyDictionary[Expr, Facts] = weakref.WeakKeyDictionary()


def never_negative(x: Expr) -> bool:
    """Whether x >= 0."""
    return _facts(x).above


def never_positive(x: Expr) -> bool:
    """Whether x <= 0."""
    return _facts(x).below


def never_small(x: Expr) -> bool:
    """Whether |x| stays above 1e-9, or it is held above some number that float32 has."""
    held = x.op.name == "max" and any(a.op.name == "const" and a.data >= LEAST for a in x.args)
    return held or _facts(x).apart


def _facts(x: Expr) -> Facts:
    for e in postorder([x], lambda node: () if node in _known else node.args):
        if e not in _known:
            _known[e] = _rule(e, [_known[a] for a in e.args])
    return _known[x]


def _rule(x: Expr, args: list[Facts]) -> Facts:
    name = x.op.name
    if name == "const":
        return Facts(x.data >= 0, x.data <= 0, abs(x.data) > 1e-9)
    if name == "parameter":  # the width of a pixel is positive
        positive = x.data[0].name == "pixel"
        return Facts(above=positive, apart=positive)
    if name in ("abs", "length", "sqrt", "exp"):
        return Facts(above=True)
    if name == "dot":
        half = len(x.args) // 2
        return Facts(above=x.args[:half] == x.args[half:])
    if name == "neg":
        return Facts(args[0].below, args[0].above, args[0].apart)
    if len(args) != 2:
        return Facts()
    a, b = args
    if name in ("mul", "div"):
        same = x.args[0] is x.args[1] or (a.above and b.above) or (a.below and b.below)
        opposite = (a.above and b.below) or (a.below and b.above)
        return Facts(same, opposite, name == "mul" and a.apart and b.apart)
    if name == "add":
        above = a.above and b.above
        return Facts(above, a.below and b.below, above and (a.apart or b.apart))
    if name == "min":
        return Facts(a.above and b.above, a.below or b.below)
    if name == "max":
        apart = any(f.apart and f.above for f in args)
        return Facts(a.above or b.above, a.below and b.below, apart)
    return Facts()
