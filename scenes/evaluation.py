"""Asking a field or a warp for numbers: at points, as a jet, or for the nearest of its outline."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..shaders.calculus.evaluate import Jet, call, jet_arrays
from ..shaders.calculus.function import Function
from ..shaders.calculus.parameters import Values
from ..shaders.calculus.parameters import parameters as parameters_of
from ..shaders.calculus.points import check_order, check_points
from ..shaders.errors import SceneError
from ..shaders.feet import feet
from ..shaders.given import given
from .checks import fail, is_number, number, pair, shown

__all__ = ["at_numbers", "evaluated", "projected"]


def at_numbers(function: Function, p: Any) -> Any:
    """The value at two plain numbers, a float, or at two arrays, an array; else None.

    None says that it must be traced: the point is, or the function reads a slider or the clock.
    """
    if not isinstance(p, (tuple, list, np.ndarray)) or len(p) != 2:
        return None
    read = parameters_of(function.outputs)
    if not any(isinstance(c, np.ndarray) for c in p):
        if read or not all(is_number(c) for c in p):
            return None
        return float(call(function, [np.float64(c) for c in p])[0])
    for c in p:
        if not (isinstance(c, np.ndarray) or is_number(c)):
            raise fail(f"field(p): p={shown(p)} holds an array, and {shown(c)} is none")
    if read:
        raise fail(
            f"field(p): p={shown(p)} holds arrays, and the field reads {read[0].code}, which has "
            "no value yet; field.jet(points, 0, parameters=..., seconds=...) gives values for some"
        )
    try:
        x, y = np.broadcast_arrays(*(np.asarray(c, dtype=np.float64) for c in p))
    except ValueError as error:
        raise fail(f"field(p): p={shown(p)} must hold arrays of one shape") from error
    (value,) = call(function, [x, y])
    return np.array(np.broadcast_to(value, x.shape))


def evaluated(
    call: str, function: Function, points: ArrayLike, order: int, seconds: Any, parameters: Any,
    mouse: Any, pixel: Any, *, field: bool,
) -> Jet:  # fmt: skip
    """The jet of a function of the plane, with every argument checked."""
    array = check_points(call, points, 2)
    check_order(call, order)
    values = _values(call, function, seconds, parameters, mouse, pixel)
    return jet_arrays(function, array, order, values, field=field)


def projected(
    function: Function, points: ArrayLike, seconds: Any, parameters: Any, mouse: Any, pixel: Any
) -> NDArray[np.float64]:
    """The nearest points of a field's zero set, with every argument checked."""
    array = check_points("project", points, 2)
    values = _values("project", function, seconds, parameters, mouse, pixel)
    return feet(function, array, values)


def _values(
    call: str, function: Function, seconds: Any, parameters: Any, mouse: Any, pixel: Any
) -> Values:
    """What a function's parameters are, by name, with every argument checked."""
    known = {p.name: p for p in parameters_of(function.outputs)}
    if not isinstance(parameters, (Mapping, NoneType)):
        raise fail(f"{call}: parameters={shown(parameters)} must map names to values")
    values = dict(parameters or {})
    for name, value in values.items():
        if name not in known or known[name].kind == "built-in":
            there = ", ".join(sorted(k for k, p in known.items() if p.kind != "built-in")) or "none"
            raise fail(f"{call}: there is no parameter {name!r}; there are: {there}")
        try:
            values[name] = given(f"{call}: parameters[{name!r}]", known[name], value)
        except SceneError as error:
            raise fail(str(error)) from None
    if pixel is None and "pixel" in known:
        raise fail(f"{call}: the field contains px(); say how wide a pixel is with pixel=")
    values["seconds"] = number(call, "seconds", seconds).data
    values["mouse"] = tuple(c.data for c in pair(call, "mouse", mouse))
    if pixel is not None:
        values["pixel"] = number(call, "pixel", pixel, 0, above=True).data
    return values
