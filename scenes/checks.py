"""Checks of what a scene passes: one sentence an error, with the call, the value and the line."""

from __future__ import annotations

import math
import os
import sys
from types import FrameType
from typing import Any

import numpy as np

from ..shaders.calculus.bounds import range_of
from ..shaders.calculus.expr import Expr, Source, node
from ..shaders.calculus.vectors import Vec
from ..shaders.errors import SceneError, shown

__all__ = ["fail", "here", "number", "pair", "shown", "whole_number"]

ROOMS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OURS = tuple(os.path.join(ROOMS, room) + os.sep for room in ("scenes", "shaders", "render"))
GALLERY = os.path.join(ROOMS, "scenes", "gallery") + os.sep


def here() -> Source | None:
    """The line of the scene that is being run: the nearest caller outside jetfield."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(OURS) or file.startswith(GALLERY):
            return Source(file, frame.f_lineno)
        frame = frame.f_back
    return None


def fail(message: str) -> SceneError:
    """The error to raise, with the scene's line."""
    source = here()
    return SceneError(f"{message} ({source})" if source else message)


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
        _check_range(call, name, value, least, above, wanted)
        return value
    plain = isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))
    if not plain or not math.isfinite(value):
        raise fail(f"{call}: {name}={shown(value)} must be {wanted}")
    if least is not None and (value < least or (above and value == least)):
        raise fail(f"{call}: {name}={shown(value)} must be {wanted}")
    return node("literal", (), float(value) + 0.0)


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


def pair(call: str, name: str, value: Any) -> Vec:
    """Two finite or traced numbers, as a vector."""
    if isinstance(value, np.ndarray):
        value = tuple(value.tolist())
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise fail(f"{call}: {name}={shown(value)} must be two numbers (x, y)")
    return Vec((number(call, f"{name}[0]", value[0]), number(call, f"{name}[1]", value[1])))
