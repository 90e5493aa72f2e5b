"""Spelled: expressions as code, for people to read."""

from __future__ import annotations

from .expr import Expr

__all__ = ["describe"]

SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "and": "&", "or": "|"}
SIGNS |= {"lt": "<", "le": "<=", "neg": "-", "not": "~"}


def _component(k: int) -> str:
    return f".{'xyzw'[k]}" if k < 4 else f"[{k}]"


def describe(expr: Expr, depth: int = 6) -> str:
    """An expression as code, cut below ``depth``."""
    name = expr.op.name
    if name in ("const", "literal"):
        return str(expr.data) if isinstance(expr.data, bool) else f"{expr.data:g}"
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
        *left, right = (f"({x})" if " " in x else x for x in parts)
        if name in ("lt", "le") and expr.args[0].op.name == "const":
            return f"{right} {SIGNS[name].replace('<', '>')} {left[0]}"
        if not left:
            return f"{SIGNS[name]}{right}"
        return f"{left[0]} {SIGNS[name]} {right}"
    if name == "get":
        return f"{parts[0]}[{expr.data}]"
    label = name if expr.data is None else expr.data.name
    return f"{label}({', '.join(parts)})"
