"""What callers hand in, checked: points, orders, and plain functions to be differentiated."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..blame import fail, said
from ..errors import SceneError, shown
from ..given import is_number
from .function import Function, Input, Type, trace

__all__ = ["check_order", "check_points", "finite", "traced"]


def check_points(call: str, points: ArrayLike, n: int | None) -> NDArray[np.float64]:
    """``points`` as a float64 array (N, n), or a SceneError that names the call."""
    expected = f"(N, {n})" if n else "(N, n)"
    try:
        array = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError):
        raise fail(f"{call}: points must be numbers of shape {expected}, got {points!r}") from None
    if array.ndim != 2 or array.shape[1] == 0 or (n and array.shape[1] != n):
        raise fail(f"{call}: points must have shape {expected}, got {array.shape}")
    if not np.isfinite(array).all():
        raise fail(f"{call}: points hold NaN or infinity")
    return array


def finite(call: str, name: str, value: Any) -> Any:
    """A finite number, or an array of them, as float64."""
    try:
        array = np.asarray(value)
        if array.dtype.kind in "iuf" and np.isfinite(array).all():
            return array.astype(float)
    except (TypeError, ValueError):  # a ragged list
        pass
    raise fail(f"{call}: {name}={shown(value)} must be a finite number")


def check_order(call: str, order: Any) -> None:
    """Refuse an order that is not 0, 1 or 2."""
    if not is_number(order) or order not in (0, 1, 2):
        raise fail(f"{call}: order={order!r} must be 0, 1 or 2")


def traced(function: Callable[..., Any], n: int) -> Function:
    """A plain Python function of one n-vector, or of n numbers, as a Function of a point."""
    name = getattr(function, "__name__", type(function).__name__)
    if not callable(function):
        raise fail(f"jet: {function!r} is not a function")
    point = Input("p", Type(n), "point")
    spread = n > 1 and _required(function) == n
    try:
        return trace(lambda p: function(*p) if spread else function(p), [point], name=name)
    except SceneError:
        raise
    except Exception as error:
        raise fail(f"jet: {name} of a vector of {n} failed: {said(error)}") from error


def _required(function: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in positional and p.default is p.empty for p in parameters)
