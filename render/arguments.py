"""Checks of what callers pass: an error names the call, the value, and what was expected."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..shaders.errors import SceneError, shown
from ..shaders.given import given, is_number, picture_of
from ..shaders.picture import Frame, Parameter, Picture, View

DEVICES: Final = ("auto", "gl", "numpy")
LARGEST: Final = 65536
"""The longest side of a picture, in pixels."""


def lowered(call: str, scene: Any) -> Picture:
    """The picture that a scene lowers to.

    Raises:
        SceneError: it is not a scene.
    """
    picture = picture_of(scene)
    if picture is None:
        raise SceneError(f"{call}: expected a Scene, got {shown(scene)}")
    return picture


def framed(
    call: str,
    picture: Picture,
    size: Any,
    *,
    seconds: Any,
    parameters: Any,
    mouse: Any,
    view: Any,
) -> Frame:
    """The frame that the arguments of one drawing describe, with a value for each parameter.

    Raises:
        SceneError: one of them is not what it should be.
    """
    if view is not None and not isinstance(view, View):
        raise SceneError(f"{call}: view={shown(view)} must be a View(center=(x, y), height=h)")
    return Frame(
        size=checked_size(call, size),
        view=picture.view if view is None else view,
        seconds=number(f"{call}: seconds", seconds),
        parameters=values(call, picture.parameters, parameters, f"{call}: parameters[{{!r}}]"),
        mouse=pair(f"{call}: mouse", mouse),
    )


def checked_size(call: str, size: Any) -> tuple[int, int]:
    """(width, height) in pixels, as ints."""
    try:
        width, height = size
        if isinstance(width, bool) or isinstance(height, bool):
            raise TypeError
        width, height = operator.index(width), operator.index(height)
    except (TypeError, ValueError):
        width = height = 0
    if min(width, height) < 1:
        raise SceneError(
            f"{call}: size={shown(size)} must be two positive whole numbers (width, height)"
        )
    if max(width, height) > LARGEST:
        raise SceneError(f"{call}: size={shown(size)} is more than {LARGEST} pixels on a side")
    return width, height


def choice(call: str, name: str, value: Any, allowed: Sequence[str]) -> str:
    """One of the allowed words.

    Raises:
        SceneError: it is not; the message lists them.
    """
    if isinstance(value, str) and value in allowed:
        return value
    listed = ", ".join(f'"{word}"' for word in allowed)
    raise SceneError(
        f"{call}: {name}={shown(value)} must be one of {listed}{closest(value, allowed)}"
    )


def closest(word: Any, known: Sequence[str]) -> str:
    """ "; did you mean ...?" if one of the known words is near, else nothing."""
    import difflib  # only where there is an error to explain

    found = difflib.get_close_matches(str(word).lower(), known, n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def number(what: str, value: Any) -> float:
    """A finite number.

    Raises:
        SceneError: it is not; ``what`` names the call and the argument.
    """
    if not is_number(value):
        raise SceneError(f"{what}={shown(value)} must be a finite number")
    return float(value)


def pair(what: str, value: Any) -> tuple[float, float]:
    """Two finite numbers.

    Raises:
        SceneError: they are not; ``what`` names the call and the argument.
    """
    try:
        x, y = value
        return number(what, x), number(what, y)
    except (TypeError, ValueError):
        raise SceneError(f"{what}={shown(value)} must be two finite numbers (x, y)") from None


def values(call: str, known: Sequence[Parameter], named: Any, label: str) -> dict[str, Any]:
    """A value for each parameter of the scene: the one given, or its default.

    Raises:
        SceneError: a name or a value is wrong; ``label``, with a hole for its name, calls a value.
    """
    if named is None:
        named = {}
    if not isinstance(named, Mapping):
        raise SceneError(f"{call}: parameters={shown(named)} must map names to values")
    by_name = {parameter.name: parameter for parameter in known}
    for name in named:
        if name not in by_name:
            names = ", ".join(map(repr, sorted(by_name))) or "none"
            raise SceneError(
                f"{call}: the scene has no parameter {name!r}; "
                f"it has {names}{closest(name, list(by_name))}"
            )
    return {
        name: given(label.format(name), parameter, named[name])
        if name in named
        else parameter.default
        for name, parameter in by_name.items()
    }
