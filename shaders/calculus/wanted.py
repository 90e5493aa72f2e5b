"""Wanted: where a part of an expression has to be known, for the whole to be known somewhere.

A fill reads whether its field is above or below 0, and nothing else of it. So of a fold within,
say in max(a, -min(b, c, ...)), it is enough to know on which side of 0 it is: a row that is above
all over a tile need not be looked at there. ``wanted`` follows such a **span** from an expression
down to its parts: within the span the part has to be right, beyond it on the right side only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .expr import Expr, make, postorder, substitute

__all__ = ["EVERYWHERE", "Span", "wanted"]


class Span(NamedTuple):
    """All values between two numbers; None for one that has no end there."""

    low: Expr | None
    high: Expr | None

    def __neg__(self) -> Span:
        return Span(_made("neg", self.high), _made("neg", self.low))

    def moved(self, op: str, number: Expr) -> Span:
        """With both ends moved by an op with a number."""
        return Span(_made(op, self.low, number), _made(op, self.high, number))

    def joined(self, other: Span) -> Span:
        """The least that holds both."""
        return Span(_made("min", self.low, other.low), _made("max", self.high, other.high))


EVERYWHERE = Span(None, None)


def wanted(root: Expr, span: Span) -> dict[Expr, Span]:
    """The spans of all nodes that the root depends on through what varies with its inputs."""
    order = list(postorder([root]))
    varies: set[Expr] = set()
    for e in order:
        if e.op.name == "input" or not varies.isdisjoint(e.args):
            varies.add(e)
    found = {root: span}
    for e in reversed(order):
        if e not in found:
            continue
        for part, own in zip(e.args, _passed(e, found[e], varies), strict=True):
            if part in varies:
                found[part] = found[part].joined(own) if part in found else own
    return found


def _passed(e: Expr, span: Span, varies: set[Expr]) -> Sequence[Span]:
    """The spans of a node's arguments."""
    name, args = e.op.name, e.args
    if name in ("min", "max"):
        return [span] * len(args)
    if name == "get":
        return [span]
    if name == "apply" and e.data.reach is not None:  # what melts with another counts farther up
        reach = substitute([e.data.reach], dict(zip(e.data.leaves, args, strict=True)))[0]
        fields = [i.role == "field" for i in e.data.inputs for _ in i.leaves]
        wider = Span(span.low, _made("add", span.high, reach))
        return [wider if field else EVERYWHERE for field in fields]
    if name == "neg":
        return [-span]
    if name == "abs":  # below its span as above it: the sign of the argument may not matter
        return [Span(_made("neg", span.high), span.high)]
    if name in ("add", "sub", "mul", "div") and sum(a in varies for a in args) == 1:
        return [_undone(name, args, k, span) for k in range(2)]
    return [EVERYWHERE] * len(args)


def _undone(name: str, args: Sequence[Expr], k: int, span: Span) -> Span:
    """The span of an argument of an op whose other argument is a number."""
    number = args[1 - k]
    if name == "add":
        return span.moved("sub", number)
    if name == "sub":
        return span.moved("add", number) if k == 0 else -span.moved("sub", number)
    positive = number.op.name in ("const", "literal") and number.data > 0.0
    if not positive or (name == "div" and k == 1):
        return EVERYWHERE
    return span.moved("div" if name == "mul" else "mul", number)


def _made(op: str, *ends: Expr | None) -> Expr | None:
    """An op of numbers; no number if one of them is none."""
    known = [e for e in ends if e is not None]
    return make(op, *known) if len(known) == len(ends) else None
