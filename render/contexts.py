"""A window's OpenGL context, for moderngl, that lets other threads run while the driver works.

moderngl holds Python's lock in every call. Compiling a large shader takes seconds, and a window
whose events wait for them is frozen; so the calls that may take long go through ctypes, which
gives the lock away.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final

import glfw
import moderngl

__all__ = ["adopted"]

_UINT, _INT, _POINTER = ctypes.c_uint, ctypes.c_int, ctypes.c_void_p
_LONG: Final[dict[str, tuple[Any, ...]]] = {
    "glCompileShader": (_UINT,),
    "glLinkProgram": (_UINT,),
    "glGetShaderiv": (_UINT, _UINT, _POINTER),  # where a driver compiles beside, these wait for it
    "glGetProgramiv": (_UINT, _UINT, _POINTER),
    "glDrawArraysInstanced": (_UINT, _INT, _INT, _INT),  # the first one may compile once more
    "glReadPixels": (_INT, _INT, _INT, _INT, _UINT, _UINT, _POINTER),
    "glFinish": (),
}
"""The functions that may take long, and their arguments."""


class _Loader:
    """OpenGL's functions as the context that is current here has them."""

    standalone: Final = False

    def __init__(self) -> None:
        self._patient: dict[str, Callable[..., Any]] = {}

    def load_opengl_function(self, name: str) -> int:
        """The address of a GL function, 0 if there is none."""
        address = int(glfw.get_proc_address(name) or 0)
        if not address or name not in _LONG:
            return address
        if name not in self._patient:
            kind = ctypes.CFUNCTYPE(None, *_LONG[name])
            self._patient[name] = kind(kind(address))  # called from C with the lock, calls without
        return ctypes.cast(self._patient[name], _POINTER).value or 0  # type: ignore[arg-type]

    load = load_opengl_function  # the name that moderngl uses for its own contexts

    def __enter__(self) -> None:
        """moderngl enters a context to make it current; in its own thread this one always is."""

    def __exit__(self, *error: object) -> None:
        pass

    def release(self) -> None:
        """Nothing: the window's context goes with the window."""


def adopted() -> moderngl.Context:
    """The moderngl context of the window that is current in this thread."""
    loader: Any = {"context": _Loader()}
    return moderngl.create_context(**loader)
