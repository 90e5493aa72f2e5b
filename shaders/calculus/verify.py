"""The verifier: a graph is checked before anything is made of it."""

from __future__ import annotations

import math

from ..errors import ShaderError
from .expr import Expr
from .function import Function, called, callees

__all__ = ["verify"]

VERIFIED = "verified"


def verify(function: Function) -> None:
    """Refuse a function whose graph is wrong, with the reason and the scene's line if known.

    Checked, in it and in every function below it: the number and type of arguments, constants
    that are not finite, inputs that no one declared, functions that call themselves, ops that
    lack an evaluation or a spelling.
    """
    _acyclic(function)
    for f in (*callees(function.outputs), function):
        if VERIFIED in f.derived:
            continue
        leaves = set(f.leaves)
        for e in f.nodes:
            problem = _problem(e, leaves)
            if problem:
                where = e.source or f.source
                raise ShaderError(f"{f.name}: {problem}" + (f" ({where})" if where else ""))
        for output in f.outputs:
            if output.op.result == "tuple":
                raise ShaderError(
                    f"{f.name}: a result is a whole {output.op.name}, not a number of it"
                )
        f.derived[VERIFIED] = True


def _problem(e: Expr, leaves: set[Expr]) -> str:
    name = e.op.name
    if name == "input" and e not in leaves:
        return f"the input {e.data[0]!r} is not declared"
    if name == "const" and not math.isfinite(e.data):
        return f"the constant {e.data} is not finite"
    if e.op.arity is not None and len(e.args) != e.op.arity:
        return f"{name} takes {e.op.arity} arguments, not {len(e.args)}"
    if name == "get" and not 0 <= e.data < _outputs(e.args[0]):
        return f"there is no output {e.data} of {e.args[0].data.name}"
    if name != "get":
        wanted = e.op.takes or ("float",) * len(e.args)
        for k, (arg, kind) in enumerate(zip(e.args, wanted, strict=False)):
            if _kind(arg) != kind:
                return f"argument {k + 1} of {name} is a {_kind(arg)}, not a {kind}"
    if e.args and name not in ("get", "apply", "fold", "root") and not (e.op.numpy and e.op.glsl):
        return f"the op {name!r} has no evaluation or no spelling"
    for f in called(e)[:1]:
        given = len(e.args) - (name == "root")  # its bracket's two ends stand for t
        wanted_count = len(f.leaves) - (f.inputs[-1].type.size if name == "fold" else 0)
        wanted_count += name == "fold" and e.data.kind == "at"  # the number of the row
        if given != wanted_count:
            return f"{f.name} takes {wanted_count} numbers, not {given}"
    return ""


def _kind(e: Expr) -> str:
    if e.op.name == "const":
        return "bool" if isinstance(e.data, bool) else "float"
    return e.op.result


def _outputs(call: Expr) -> int:
    return int(call.data.result.size) if call.op.name in ("apply", "fold") else 0


def _acyclic(function: Function) -> None:
    """Walk the calls depth first; meeting a function that is still open is a cycle."""
    open_, done = set[Function](), set[Function]()
    stack: list[tuple[Function, bool]] = [(function, False)]
    while stack:
        f, leaving = stack.pop()
        if leaving:
            open_.discard(f)
            done.add(f)
        elif f in open_:
            raise ShaderError(f"{f.name} calls itself")
        elif f not in done:
            open_.add(f)
            stack.append((f, True))
            stack.extend((g, False) for g in f.calls if g not in done)
