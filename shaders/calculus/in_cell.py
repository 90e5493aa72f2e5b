"""What is known of functions of one point in a cell of the picture: their edges, or their jets."""

from __future__ import annotations

from .edges import EdgeWalk
from .expr import Expr, postorder
from .function import Function, Input, Type, apply
from .jets import jet
from .wanted import EVERYWHERE, Span, wanted

__all__ = ["Edges", "Jets"]

Known = tuple[tuple[Expr, ...], Type, bool]
"""The scalars of an edge, their type, and whether it may jump where it turns."""


class Edges:
    """The edges of functions of one point, in the cell of a size about it; what they share is one.

    ``of(function)`` gives the scalars of its edge, their type, and whether it may jump where it
    turns. Without ``bends`` they tell of jumps alone: where a value bends it is as it was, and so
    are its neighbors, to first order.
    """

    def __init__(self, order: int, point: Input, size: Input, bends: bool = True) -> None:
        self.point, self.order = point, order
        self._walk = EdgeWalk(order, bends)
        self.size = size
        self._walk.know_cell(point.leaves, point, size)

    def of(self, function: Function, asked: Span = EVERYWHERE) -> Known:
        """The edge of a function of the point, as scalars; it is asked for within a span."""
        if any(e.op.name in ("apply", "fold") for e in postorder(function.outputs)):
            self._walk.asked = wanted(function.outputs[0], asked)
            outputs, t, jumps = self._walk.edge_of(function.outputs)
            return tuple(outputs), t, jumps
        made = self._named(function)
        found = apply(made, (*self.point.leaves, *self.size.leaves), function.source)
        return found, made.result, bool(made.derived["jumps"])

    def _named(self, function: Function) -> Function:
        """The edge of a function that calls no other, under its own name."""
        key = ("edges", self.order, self._walk.bends)
        if key not in function.derived:
            walk = EdgeWalk(self.order, self._walk.bends)
            walk.know_cell(function.inputs[0].leaves, self.point, self.size)
            function.derived[key] = walk.finish(function, [self.point, self.size])
        found: Function = function.derived[key]
        return found


class Jets:
    """What Edges gives where nothing turns: the jets of functions of one point, by the cell."""

    order = 2

    def __init__(self, point: Input, size: Input) -> None:
        self.point, self.size = point, size

    def of(self, function: Function, asked: Span = EVERYWHERE) -> Known:
        """The jet of a function of the point, as scalars."""
        scale = self.size.leaves[0]
        found = apply(jet(function, 2), self.point.leaves, function.source)
        value, gradient, hessian = found[:1], found[1:3], found[3:]
        jets = *value, *(g * scale for g in gradient), *(h * (scale * scale) for h in hessian)
        return jets, Type(1, 2, 2), False
