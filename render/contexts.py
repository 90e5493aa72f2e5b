"""A window's OpenGL context, for moderngl, that lets other threads run while the driver works.

Where a shader is refused, moderngl leaves objects behind, which add up while somebody edits: they
are noted, and deleted.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final

import glfw
import moderngl

from .unlocked import POINTER, UINT, Unlocked

__all__ = ["adopted"]

_MAKERS: Final = {
    "glCreateProgram": ctypes.CFUNCTYPE(UINT),
    "glCreateShader": ctypes.CFUNCTYPE(UINT, UINT),
}
"""Those whose objects are noted."""


def _address(name: str) -> int:
    return int(glfw.get_proc_address(name) or 0)


class _Loader:
    """OpenGL's functions as the context that is current here has them."""

    standalone: Final = False

    def __init__(self) -> None:
        self._unlocked = Unlocked()
        self._wrapped: dict[str, Callable[..., Any]] = {}
        self._made: list[tuple[str, int]] = []  # of the last program: how each is deleted, its name

    def load_opengl_function(self, name: str) -> int:
        """The address of a GL function, 0 if there is none."""
        address = _address(name)
        if not address or name not in _MAKERS:
            return self._unlocked.address(name, address)
        if name not in self._wrapped:
            kind = _MAKERS[name]
            self._wrapped[name] = kind(self._noting(name, kind(address)))
        return ctypes.cast(self._wrapped[name], POINTER).value or 0  # type: ignore[arg-type]

    def _noting(self, name: str, function: Callable[..., int]) -> Callable[..., int]:
        """A function that makes an object, which is noted."""

        def make(*arguments: int) -> int:
            made = function(*arguments)
            kind = name.removeprefix("glCreate")
            self._made = [] if kind == "Program" else self._made
            self._made.append((kind, made))
            return made

        return make

    def discard(self) -> None:
        """Delete what is left of a program that was refused: moderngl leaves it behind."""
        for kind, made in self._made:
            is_there = ctypes.CFUNCTYPE(ctypes.c_ubyte, UINT)(_address(f"glIs{kind}"))
            if is_there(made):
                ctypes.CFUNCTYPE(None, UINT)(_address(f"glDelete{kind}"))(made)
        self._made = []

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
