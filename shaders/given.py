"""What is given, checked: a scene, and for its parameters a number, a switch, or a color."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .calculus.parameters import Parameter
from .color import linear_rgb
from .errors import SceneError, shown
from .picture import Picture

__all__ = ["given", "is_number", "picture_of"]


def given(what: str, parameter: Parameter, value: Any) -> Any:
    """The value as the calculus reads it: a number, or a color in linear light.

    Raises:
        SceneError: it is not what the parameter takes; ``what`` names the call and the parameter.
    """
    if parameter.kind == "toggle":
        if not isinstance(value, (bool, np.bool_)) and not (is_number(value) and value in (0, 1)):
            raise SceneError(f"{what}={shown(value)} must be True or False")
        return float(value)
    if parameter.kind == "slider":
        low = -math.inf if parameter.low is None else parameter.low
        high = math.inf if parameter.high is None else parameter.high
        if not is_number(value) or not low <= value <= high:
            raise SceneError(f"{what}={shown(value)} must be a number from {low:g} to {high:g}")
        return float(value)
    try:
        return linear_rgb(value)
    except SceneError as error:
        raise SceneError(f"{what}: {error}") from None


def is_number(value: Any) -> bool:
    """Whether a value is a plain number and finite: no truth value, no text."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        return False
    try:
        return not isinstance(value, np.complexfloating) and math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def picture_of(scene: Any) -> Picture | None:
    """The picture that a scene lowers to; None of what is no scene."""
    lower = getattr(scene, "lower", None)
    # A class has the method too, and so does a string, whose own lower() gives another string.
    picture = lower() if callable(lower) and not isinstance(scene, type) else None
    return picture if isinstance(picture, Picture) else None
