"""What leaves are called in one GLSL function, and how numbers and members are written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..calculus.expr import Expr
from ..calculus.function import Function, Input, Type
from .layout import AXES, Layout, layout

__all__ = ["Scope", "access", "callee", "literal", "returned"]


def callee(call: Expr) -> Function:
    """The function that an apply or fold node calls."""
    function: Function = call.data if call.op.name == "apply" else call.data.function
    return function


def returned(call: Expr) -> Type:
    """What an apply or fold node gives."""
    result: Type = call.data.result
    return result


def literal(value: float | bool) -> str:
    """A GLSL literal: the shortest that reads back as the same float32."""
    if isinstance(value, bool):
        return "true" if value else "false"
    single = np.float32(np.clip(value, -3e38, 3e38))
    if single == 0.0:
        return "0.0"
    text = (
        np.format_float_positional(single, trim="0") if 1e-4 <= abs(single) < 1e7 else f"{single!s}"
    )
    return text if "." in text or "e" in text else f"{text}.0"


class Scope:
    """What the leaves of one function are called: inputs, parameters and numbers in a scene."""

    def __init__(
        self, inputs: Sequence[Input], names: dict[str, str], leaf: dict[Expr, str]
    ) -> None:
        self.leaf = dict(leaf)
        self.groups: dict[tuple[Expr, ...], str] = {}
        self.vectors: dict[tuple[Expr, ...], str] = {}  # those that can be swizzled
        for i in inputs:
            shape, leaves = layout(i.type), i.leaves
            self.groups[leaves] = names[i.name]
            for index, e in enumerate(leaves):
                self.leaf[e] = names[i.name] + access(shape, index)
            start = 0
            for m in shape.members:
                own = leaves[start : start + m.size]
                dotted = names[i.name] + (f".{m.name}" if m.name else "")
                for c in range(m.columns):
                    column = own[c * m.rows : (c + 1) * m.rows]
                    self.groups[column] = dotted + (f"[{c}]" if m.columns > 1 else "")
                    if m.columns == 1 and m.rows > 1:
                        self.vectors[column] = dotted
                if m.columns > 1:
                    self.groups[own] = dotted
                start += m.size


def access(shape: Layout, index: int) -> str:
    """How a scalar of a layout is reached from its variable: ``.gradient.x``."""
    member, start = shape.locate(index)
    at = index - start
    text = f".{member.name}" if member.name else ""
    if member.columns > 1:
        text += f"[{at // member.rows}]"
        at %= member.rows
    return text + (f".{AXES[at]}" if member.rows > 1 else "")
