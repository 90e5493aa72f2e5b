"""What a scene's own mistakes are told: names that nobody knows, and methods of something else."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable
from typing import Any

from ..shaders import blame
from ..shaders.errors import shown

__all__ = ["said"]


def said(error: Exception) -> str:
    """What an error that a user's code raised says, and what may have been meant."""
    text, hint = blame.said(error), ""
    name = getattr(error, "name", None)
    if isinstance(error, NameError) and name:
        hint = _unknown(name)
    elif isinstance(error, AttributeError) and name and not hasattr(error.obj, "__getattr__"):
        hint = _missing(error.obj, name)
    return f"{text}; {hint}" if hint else text


def _unknown(name: str) -> str:
    """What a name that is not defined may have been meant for."""
    language = importlib.import_module(__package__)
    if name in language.__all__:
        return f"from {language.__name__} import {name}"
    if name in _methods():
        return f"it is a method: write field.{name}(...)"
    return _near(name, (*language.__all__, *_methods()))


def _missing(owner: Any, name: str) -> str:
    """What a name that a value does not have may have been meant for."""
    from .warps import Warp

    if isinstance(owner, Warp) and name in _methods():
        return "a warp acts on a field: field.warp(w)"
    if hasattr(owner, "makes") or (callable(owner) and name in _methods()):
        return f"{shown(owner)} is not called yet: write {owner.__name__}(...).{name}"
    return _near(name, (n for n in dir(owner) if not n.startswith("_")))


def _methods() -> list[str]:
    """The methods of fields, by name."""
    from .field import Field

    return [name for name, value in vars(Field).items() if name[0] != "_" and callable(value)]


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else ""
