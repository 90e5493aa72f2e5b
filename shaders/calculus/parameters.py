"""Parameters: numbers that a scene reads while it is drawn: sliders, the clock, the mouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .expr import Expr, node, postorder
from .function import callees
from .spelled import number

__all__ = ["BUILT_IN", "Parameter", "Values", "leaf", "parameters", "reads"]

Kind = Literal["slider", "toggle", "color", "built-in"]
Values = Mapping[str, Any]
"""Parameter values by name: a number, or a tuple for those of several components."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number (or vector of ``size`` numbers) that is constant over one picture."""

    name: str
    kind: Kind
    default: Any
    low: float | None = None
    high: float | None = None
    size: int = 1

    @property
    def code(self) -> str:
        """The call that makes it."""
        if self.kind == "built-in":
            return "px(1)" if self.name == "pixel" else f"{self.name}()"
        if self.kind == "slider":
            numbers = [number(x) for x in (self.default, self.low, self.high) if x is not None]
            return f"slider({', '.join((repr(self.name), *numbers))})"
        if self.kind == "toggle":
            return f"toggle({self.name!r}{', True' if self.default else ''})"
        from ..color import hex_of  # which is computed with functions of the calculus

        return f"color_picker({self.name!r}, {hex_of(self.default)!r})"


BUILT_IN = {
    p.name: p
    for p in (
        Parameter("seconds", "built-in", 0.0),
        Parameter("mouse", "built-in", (0.0, 0.0), size=2),  # scene units
        Parameter("resolution", "built-in", (1.0, 1.0), low=0.0, size=2),  # pixels
        Parameter("pixel", "built-in", 1.0, low=0.0),  # scene units that one pixel is wide
    )
}


def leaf(parameter: Parameter, component: int | None = None) -> Expr:
    """The node that reads a parameter, or one component of it."""
    return node("parameter", (), (parameter, component))


def parameters(roots: Iterable[Expr]) -> list[Parameter]:
    """Every parameter that a graph and the functions below it read, in order of first use."""
    roots = list(roots)
    found: dict[Parameter, None] = {}
    for group in (roots, *(f.outputs for f in callees(roots))):
        for e in postorder(group):
            if e.op.name == "parameter":
                found.setdefault(e.data[0])
    return list(found)


def reads(roots: Iterable[Expr], name: str) -> bool:
    """Whether a graph reads the built-in parameter of this name."""
    return BUILT_IN[name] in parameters(roots)
