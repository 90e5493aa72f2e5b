"""What a scene's own mistakes are told: names that nobody knows, calls that do not fit."""

from __future__ import annotations

import difflib
import importlib
import inspect
import re
from collections.abc import Iterable
from typing import Any

from ..shaders import blame
from ..shaders.errors import shown

__all__ = ["said"]

ELSEWHERE = {
    "rect": "box", "rectangle": "box", "square": "box", "line": "segment", "norm": "length",
    "lerp": "mix", "time": "seconds", "intersect": "intersection", "subtract": "difference",
    "move": "translate", "grow": "round",
}  # fmt: skip
"""What is called so in other languages, by our names."""


def said(error: BaseException) -> str:
    """What an error that a user's code raised says, and what may have been meant."""
    text, hint = blame.said(error).replace("'Expr'", "a traced value"), ""
    name = getattr(error, "name", None)
    if isinstance(error, NameError) and name:
        hint = _unknown(name)
    elif isinstance(error, AttributeError) and name and not hasattr(error.obj, "__getattr__"):
        hint = _missing(error.obj, name)
    elif found := re.match(r"cannot import name '(\w+)' from 'jetfield", text):
        hint = _unknown(found[1])
    return f"{text}; {hint}" if hint else text


def _unknown(name: str) -> str:
    """What a name that is not defined may have been meant for."""
    language = _language()
    if name in language.__all__:
        return f"from {language.__name__} import {name}"
    if name in _methods():
        return f"it is a method: write field.{name}(...)"
    return _near(name, (*language.__all__, *_methods()))


def _missing(owner: Any, name: str) -> str:
    """What a name that a value does not have may have been meant for."""
    from .field import Field
    from .scene import Scene
    from .warps import Warp

    if isinstance(owner, Warp) and name in _methods():
        return "a warp acts on a field: field.warp(w)"
    if inspect.isfunction(owner) and (hasattr(owner, "makes") or name in _methods()):
        return f"{shown(owner)} is not called yet: write {owner.__name__}(...).{name}"
    if isinstance(owner, Field) and hasattr(Scene, name):
        return f"write scene.{name}(field, ...)"
    if isinstance(owner, Field) and name in _language().__all__:
        made = inspect.signature(getattr(_language(), name)).return_annotation
        return f"write field.warp({name}(...))" if made == "Warp" else f"write {name}(...)"
    near = _near(name, (n for n in dir(owner) if not n.startswith("_")))
    if not near and isinstance(owner, Scene):
        how = "render_file(scene, path) of jetfield.render draws"
        return f"scene.fill and scene.stroke lay layers, and {how}"
    return near


def _language() -> Any:
    return importlib.import_module(__package__)


def _methods() -> list[str]:
    """The methods of fields, by name."""
    from .field import Field

    return [name for name, value in vars(Field).items() if name[0] != "_" and callable(value)]


def _near(name: str, known: Iterable[str]) -> str:
    known = list(known)
    if ELSEWHERE.get(name) in known:
        return f"did you mean {ELSEWHERE[name]}?"
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else ""
