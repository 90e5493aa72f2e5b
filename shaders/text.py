"""``to_glsl``: scenes and fields as text."""

from __future__ import annotations

from typing import Any

from .blame import fail
from .coverage import ANTIALIAS
from .errors import shown

__all__ = ["to_glsl"]

DIALECTS = ("330",)
NUMBERS = ("baked", "live")


def to_glsl(
    scene: Any, dialect: str = "330", *, antialias: str = "exact", numbers: str = "baked"
) -> str:
    """A scene as a complete fragment shader, or a field as a library of functions to paste.

    A field ``f`` gives ``f(vec2 p)``, ``f_jet1(vec2 p)`` (with its gradient) and ``f_jet2(vec2 p)``
    (with its Hessian too). ``numbers="baked"`` writes the scene's numbers as constants,
    ``"live"`` reads them from variables. Raises SceneError for what is neither scene nor field.
    """
    from .glsl import library, listing

    for name, value, allowed in (
        ("dialect", dialect, DIALECTS),
        ("antialias", antialias, ANTIALIAS),
        ("numbers", numbers, NUMBERS),
    ):
        if value not in allowed:
            known = ", ".join(f'"{word}"' for word in allowed)
            raise fail(f"to_glsl: {name}={shown(value)} must be one of {known}")
    made = not isinstance(scene, (type, str))  # a class has the method too, and so does a string
    if made and hasattr(scene, "lower"):
        return listing(scene.lower(), antialias=antialias, numbers=numbers).fragment
    if made and hasattr(scene, "function"):
        return library(scene.function, numbers=numbers)
    raise fail(f"to_glsl: expected a Scene or a Field, got {shown(scene)}")
