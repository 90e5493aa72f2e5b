"""Errors that name the line of the scene: for every room."""

from __future__ import annotations

import os
import sys
from types import FrameType

from .calculus.expr import Source
from .errors import SceneError

__all__ = ["GALLERY", "OURS", "fail", "here", "said"]

ROOMS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OURS = tuple(os.path.join(ROOMS, room) + os.sep for room in ("scenes", "shaders", "render"))
GALLERY = os.path.join(ROOMS, "scenes", "gallery") + os.sep
GENERATED = "<string>"  # the __init__ that a dataclass writes


def here() -> Source | None:
    """The line of the scene that is being run: the nearest caller outside jetfield."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        ours = file.startswith(OURS) and not file.startswith(GALLERY)
        if not ours and file != GENERATED:
            return Source(file, frame.f_lineno)
        frame = frame.f_back
    return None


def fail(message: str, kind: type[SceneError] = SceneError) -> SceneError:
    """The error to raise, with the scene's line."""
    source = here()
    return kind(f"{message} ({source})" if source else message)


def said(error: Exception) -> str:
    """What an error that a user's function raised says, in our words where it is about numpy."""
    if "__array_ufunc__" in str(error):
        return (
            "numpy's functions take no traced value: use those of jetfield.scenes "
            "(sin, sqrt, where, ...)"
        )
    return str(error)
