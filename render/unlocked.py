"""OpenGL's functions that may take long, called without Python's lock.

moderngl holds it in every call. Compiling a large shader takes seconds, in which a window would be
frozen and no progress be shown; so those calls go through ctypes, which gives the lock away.
"""

from __future__ import annotations

import ctypes
from typing import Any, Final

__all__ = ["INT", "POINTER", "UINT", "Unlocked"]

UINT, INT, POINTER = ctypes.c_uint, ctypes.c_int, ctypes.c_void_p
_LONG: Final[dict[str, tuple[Any, ...]]] = {
    "glCompileShader": (UINT,),
    "glLinkProgram": (UINT,),
    "glGetShaderiv": (UINT, UINT, POINTER),  # where a driver compiles beside, these wait for it
    "glGetProgramiv": (UINT, UINT, POINTER),
    "glDrawArraysInstanced": (UINT, INT, INT, INT),  # the first one may compile once more
    "glReadPixels": (INT, INT, INT, INT, UINT, UINT, POINTER),
    "glFinish": (),
}
"""The functions that may take long, and their arguments."""


class Unlocked:
    """The functions of one context; it has to live as long as that calls them."""

    def __init__(self) -> None:
        self._wrapped: dict[str, Any] = {}

    def address(self, name: str, address: int) -> int:
        """Where to call the function that is at an address."""
        if not address or name not in _LONG:
            return address
        if name not in self._wrapped:
            kind = ctypes.CFUNCTYPE(None, *_LONG[name])
            self._wrapped[name] = kind(kind(address))  # whoever calls the outer one has the lock
        return ctypes.cast(self._wrapped[name], POINTER).value or 0
