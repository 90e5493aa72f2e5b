"""Roots: the solution t of an implicit equation F(t, a) = 0, as an op.

Its value is found by Newton's method kept inside a bracket by bisection; its derivatives follow
from the implicit-function rule dt/da = -(dF/da) / (dF/dt), at any order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .expr import Expr, make, node, substitute
from .function import Function, Input, Type, trace

__all__ = ["STEPS", "Root", "in_t", "root", "slopes"]

STEPS = 40
"""Bracketed Newton steps: bisection alone would reach 1e-12 of the bracket."""


@dataclass(frozen=True, slots=True)
class Root:
    """The equation: ``function`` of t and the arguments, all inputs of role "point"."""

    function: Function

    @property
    def name(self) -> str:
        """How a root reads in a listing."""
        return self.function.name


def root(
    equation: Callable[..., Any], low: Expr, high: Expr, args: Sequence[Expr], name: str = ""
) -> Expr:
    """The t in [low, high] where ``equation(t, *args)`` is 0.

    The equation must have opposite signs at the two ends (or be 0 at one) and be increasing or
    decreasing between them; where it is not, the result is some point of the bracket.
    """
    labels = ["t", *(f"a{i}" for i in range(len(args)))]
    inputs = [Input(label, Type(), "point") for label in labels]
    function = trace(equation, inputs, name=name or equation.__name__)
    return node("root", (low, high, *args), Root(function))


def slopes(value: Expr, first: Function) -> list[Expr]:
    """d t / d a for each argument of a root node (those of the bracket's ends are 0).

    ``first`` is the equation's jet of order 1. It is pasted in, not called, so that the slopes are
    differentiated like any op.
    """
    at = dict(zip(first.leaves, (value, *value.args[2:]), strict=True))
    _, by_t, *by_args = substitute(first.outputs, at)
    inverse = make("reciprocal", by_t)
    return [-(slope * inverse) for slope in by_args]


def in_t(function: Function) -> Function:
    """The equation as a function of t alone, the arguments held: what Newton's method derives."""
    inputs = [
        Input(i.name, i.type, "point" if i.name == "t" else "parameter") for i in function.inputs
    ]
    return Function(function.name, inputs, function.outputs, names=function.names)
