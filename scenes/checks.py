"""Checks of what a scene passes: one sentence an error, with the call, the value and the line."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Set
from typing import Any

import numpy as np

from ..shaders.blame import GALLERY, OURS, fail, form, here, misfit, uncalled
from ..shaders.calculus.bounds import range_of
from ..shaders.calculus.expr import Expr, postorder, written
from ..shaders.calculus.vectors import Vec
from ..shaders.errors import SceneError, shown
from ..shaders.given import is_number

__all__ = ["GALLERY", "OURS", "fail", "form", "here", "is_number", "listed", "made", "misfit",
           "no_field", "number", "pair", "place", "shown", "to_field", "whole_number"]  # fmt: skip

ROOT = f"{__package__.partition('.')[0]}."


def number(
    call: str, name: str, value: Any, least: float | None = None, *, above: bool = False
) -> Expr:
    """A finite number (at least, or ``above``, ``least``) or a traced one, as an expression."""
    wanted = "a finite number"
    if least is not None:
        kind = (
            "positive"
            if (least, above) == (0, True)
            else f"{'above' if above else 'at least'} {least:g}"
        )
        wanted = f"a {kind} number" if kind == "positive" else f"a number {kind}"
    if isinstance(value, Expr):
        if any(e.op.name == "input" for e in postorder([value])):
            raise fail(
                f"{call}: {name}={shown(value)} depends on the point, but must be the same "
                "everywhere; write the formula on p itself"
            )
        _check_range(call, name, value, least, above, wanted)
        return value
    if not is_number(value):
        raise fail(f"{call}: {name}={shown(value)} must be {wanted}{uncalled(value)}")
    if least is not None and (value < least or (above and value == least)):
        raise fail(f"{call}: {name}={shown(value)} must be {wanted}")
    return written(value)


def no_field(call: str, value: Any, hint: str = "") -> SceneError:
    """The error for a value that should have been a field; ``hint`` is the call's own advice."""
    return fail(f"{call}: {shown(value)} is not a field{hint or to_field(value)}")


def to_field(value: Any) -> str:
    """Advice on how a value becomes a field, if there is a way."""
    if isinstance(value, (list, tuple)):
        return "; union(*fields) joins a list"
    return str(getattr(value, "no_field", "")) or made("shape", value)


def made(kind: str, value: Any) -> str:
    """Advice on how a function becomes a shape, a warp or a paint."""
    if not inspect.isfunction(value):
        return ""
    ours = hasattr(value, "makes") or value.__module__.startswith(ROOT)
    return "; call it first" if ours else f"; put @{kind} above it, and call it"


def _check_range(
    call: str, name: str, value: Expr, least: float | None, above: bool, wanted: str
) -> None:
    if value.op.result != "float":
        raise fail(
            f"{call}: {name} must be {wanted}, not a condition; write where(condition, a, b)"
        )
    if least is not None:
        _, high = range_of(value)
        if high < least or (above and high <= least):
            raise fail(f"{call}: {name} is never above {high:g}, and must be {wanted}")


def whole_number(call: str, name: str, value: Any, least: int) -> int:
    """A whole number of at least ``least``: structure, not a value that can move."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        hint = "; a count is structure and takes no slider" if isinstance(value, Expr) else ""
        raise fail(
            f"{call}: {name}={shown(value)} must be a whole number of at least {least}{hint}"
        )
    return int(value)


def listed(value: Any) -> list[Any] | None:
    """The items of a sequence, or of what else has them in order; None for any other value."""
    if isinstance(value, (str, bytes, Mapping, Set)):
        return None
    try:
        return list(value)
    except TypeError:
        return None


def pair(call: str, name: str, value: Any) -> Vec:
    """Two finite or traced numbers, as a vector."""
    x, y = _two(call, name, value)
    return Vec((number(call, f"{name}[0]", x), number(call, f"{name}[1]", y)))


def place(call: str, name: str, value: Any) -> Vec:
    """A point of the plane: two numbers that may depend on the point of a traced function."""
    return Vec(
        c if isinstance(c, Expr) and c.op.result == "float" else number(call, name, c)
        for c in _two(call, name, value)
    )


def _two(call: str, name: str, value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = tuple(value.tolist())
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise fail(f"{call}: {name}={shown(value)} must be two numbers (x, y)")
    return value
