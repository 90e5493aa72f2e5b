"""Values that a scene reads while it is drawn: sliders, the clock, the mouse, the pixel."""

from __future__ import annotations

from typing import Any

from ..shaders.calculus.expr import Expr
from ..shaders.calculus.parameters import BUILT_IN, Parameter, leaf
from ..shaders.calculus.vectors import Vec
from ..shaders.color import linear_rgb
from ..shaders.errors import SceneError
from .checks import fail, form, is_number, number, shown

__all__ = ["color_picker", "mouse", "px", "resolution", "seconds", "slider", "toggle"]


def _name(call: str, name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        raise fail(f"{call}: name={shown(name)} must be a word")
    if "=" in name:
        raise fail(
            f"{call}: the name {name!r} must be without =, which ends it in --set NAME=VALUE"
        )
    if name in BUILT_IN:
        raise fail(f"{call}: the name {name!r} is taken by {BUILT_IN[name].code}")
    return name


@form('slider("name", 0.5, 0, 1)')
def slider(name: str, default: float, low: float, high: float) -> Expr:
    """A number that the user moves between low and high; a value like any number."""
    _name("slider", name)
    for label, value in (("default", default), ("low", low), ("high", high)):
        if not is_number(value):
            raise fail(f"slider({name!r}): {label}={shown(value)} must be a finite number")
    if not low < high:
        raise fail(f"slider({name!r}): low={low!r} must be less than high={high!r}")
    if not low <= default <= high:
        raise fail(f"slider({name!r}): default={default!r} must be from {low!r} to {high!r}")
    return leaf(Parameter(name, "slider", float(default), float(low), float(high)))


def toggle(name: str, default: bool = False) -> Expr:
    """A switch: a condition for where(toggle(...), a, b)."""
    _name("toggle", name)
    if not isinstance(default, bool):
        raise fail(f"toggle({name!r}): default={shown(default)} must be True or False")
    return leaf(Parameter(name, "toggle", float(default))) > 0.5


def color_picker(name: str, default: str) -> Vec:
    """A color that the user picks, as a paint; ``default`` is a CSS name or hex."""
    _name("color_picker", name)
    try:
        rgb = linear_rgb(default)
    except SceneError as error:
        raise fail(f"color_picker({name!r}): {error}") from None
    parameter = Parameter(name, "color", rgb, size=3)
    return Vec(leaf(parameter, k) for k in range(3))


def seconds() -> Expr:
    """The clock, in seconds."""
    return leaf(BUILT_IN["seconds"])


def mouse() -> Vec:
    """The mouse's place in scene units, before any warp."""
    return Vec(leaf(BUILT_IN["mouse"], k) for k in range(2))


def resolution() -> Vec:
    """The picture's width and height in pixels."""
    return Vec(leaf(BUILT_IN["resolution"], k) for k in range(2))


def px(n: Any = 1) -> Expr:
    """A length of n pixels in the picture, whatever the view."""
    return number("px", "n", n) * leaf(BUILT_IN["pixel"])
