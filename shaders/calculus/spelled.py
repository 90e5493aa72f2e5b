"""Spelled: expressions as code, for people to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .expr import Expr

__all__ = ["describe", "number"]

SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "and": "&", "or": "|"}
SIGNS |= {"lt": "<", "le": "<=", "neg": "-", "not": "~"}


def _component(k: int) -> str:
    return f".{'xyzw'[k]}" if k < 4 else f"[{k}]"


def number(value: float) -> str:
    """A number as short as it can be written."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def _vector(parts: Sequence[str]) -> str:
    return f"vec{len(parts)}({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _term(e: Expr, text: str) -> str:
    """What an operator takes: a sum or a product in parentheses."""
    return f"({text})" if " " in text and e.op.name in (*SIGNS, "reciprocal") else text


def _called(function: Any, parts: list[str]) -> str:
    """The call of a function with arguments of these components."""
    taken = iter(parts)
    values = [_vector([next(taken) for _ in i.leaves]) for i in function.inputs]
    # what shaped the function stands between the point and the numbers: those have names then
    shaped = [f"{name}={value!r}" for name, value in function.static.items()]
    if shaped:
        values[1:] = [f"{i.name}={v}" for i, v in zip(function.inputs[1:], values[1:], strict=True)]
    return f"{function.name}({', '.join((*values, *shaped))})"


def describe(expr: Expr, depth: int = 6) -> str:
    """An expression as code, cut below ``depth``."""
    name = expr.op.name
    if name in ("const", "literal"):
        return str(expr.data) if isinstance(expr.data, bool) else number(expr.data)
    if name == "input":
        base, component = expr.data
        return str(base) + ("" if component is None else _component(component))
    if name == "parameter":
        parameter, component = expr.data
        return str(parameter.code) + ("" if component is None else _component(component))
    if depth == 0:
        return "..."
    args = expr.args
    if name == "add" and args[0].op.name in ("const", "literal"):
        args = args[::-1]  # x + 1, whichever of the two is older
    parts = [describe(a, depth - 1) for a in args]
    if name == "lt" and parts[1].startswith("toggle("):
        return parts[1]  # a switch reads its number as a condition
    if name in SIGNS:
        *left, right = map(_term, args, parts)
        if name in ("lt", "le") and expr.args[0].op.name == "const":
            return f"{right} {SIGNS[name].replace('<', '>')} {left[0]}"
        if not left:
            return f"{SIGNS[name]}{right}"
        return f"{left[0]} {SIGNS[name]} {right}"
    if name == "get":
        one = args[0].op.name == "apply" and args[0].data.result.size == 1
        return parts[0] if one else f"{parts[0]}[{expr.data}]"
    if name == "apply":
        return _called(expr.data, parts)
    if name == "length":
        return f"length({_vector(parts)})" if len(parts) > 1 else f"abs({parts[0]})"
    if name == "dot":
        half = len(parts) // 2
        return f"dot({_vector(parts[:half])}, {_vector(parts[half:])})"
    if name == "reciprocal":
        return f"1 / {_term(args[0], parts[0])}"
    label = name if expr.data is None else expr.data.name
    return f"{label}({', '.join(parts)})"
