"""Signs that the form of an expression alone proves: they let guards be left out."""

from __future__ import annotations

from .expr import Expr

__all__ = ["never_negative", "never_positive", "never_small"]


def never_negative(x: Expr) -> bool:
    """Whether the form of an expression alone proves it >= 0."""
    name, a = x.op.name, x.args
    if name == "const":
        return bool(x.data >= 0)
    if name in ("abs", "length", "sqrt", "exp"):
        return True
    if name == "dot":
        return a[: len(a) // 2] == a[len(a) // 2 :]
    if name == "mul":
        return a[0] is a[1] or (never_negative(a[0]) and never_negative(a[1]))
    if name in ("add", "div", "min"):
        return never_negative(a[0]) and never_negative(a[1])
    return name == "max" and (never_negative(a[0]) or never_negative(a[1]))


def never_positive(x: Expr) -> bool:
    """Whether the form of an expression alone proves it <= 0."""
    if x.op.name == "const":
        return bool(x.data <= 0)
    if x.op.name == "neg":
        return never_negative(x.args[0])
    if x.op.name in ("mul", "div"):
        a, b = x.args
        return (never_positive(a) and never_negative(b)) or (
            never_negative(a) and never_positive(b)
        )
    return False


def never_small(x: Expr) -> bool:
    """Whether the form of an expression alone keeps it away from zero."""
    if x.op.name == "const":
        return bool(abs(x.data) > 1e-9)
    if x.op.name == "parameter":
        return bool(x.data[0].name == "pixel")
    if x.op.name == "max":
        return any(a.op.name == "const" and a.data > 1e-9 for a in x.args)
    if x.op.name == "add":
        a, b = x.args
        return any(
            one.op.name == "const" and one.data > 1e-9 and never_negative(other)
            for one, other in ((a, b), (b, a))
        )
    if x.op.name == "mul":
        return all(never_small(a) for a in x.args)
    return False
