"""An OpenGL context without a display, through EGL.

moderngl's own way to one (glcontext) is not enough, for three measured reasons:

- It holds Python's lock while the driver loads, 30 to 60 ms. Called through ctypes the driver loads
  beside the import of NumPy.
- It asks the first device only. In a container that may not open the graphics card that is an
  error, though the software rasterizer is the next device in the list.
- Software drivers draw with threads, and a fork takes none of them along: whoever draws in the
  child through a display that the parent opened waits forever. A child takes another display.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from typing import Any, Final

from .unlocked import Unlocked

_NONE: Final = 0x3038
_OPENGL_API: Final = 0x30A2
_PLATFORM_DEVICE: Final = 0x313F
_PLATFORM_SURFACELESS: Final = 0x31DD
# Any kind of surface will do, since none is made; the default asks for windows.
_CONFIG: Final = (0x3033, 0, 0x3040, 8, _NONE)  # SURFACE_TYPE any, RENDERABLE_TYPE OpenGL
_CONTEXT: Final = (0x3098, 3, 0x30FB, 3, 0x30FD, 1, _NONE)  # version 3.3, core profile

_ERRORS: Final = {
    0x3001: "EGL_NOT_INITIALIZED",
    0x3002: "EGL_BAD_ACCESS",
    0x3003: "EGL_BAD_ALLOC",
    0x3004: "EGL_BAD_ATTRIBUTE",
    0x3005: "EGL_BAD_CONFIG",
    0x3009: "EGL_BAD_MATCH",
    0x300C: "EGL_BAD_PARAMETER",
}

# The process that opened each display (by its address, which a fork copies).
_opened_by: dict[int, int] = {}


class EglError(Exception):
    """No context could be made; the message says what each display answered."""


class EglContext:
    """A current OpenGL 3.3 core context, in the form in which moderngl takes one.

    It belongs to the thread that made it.
    """

    standalone: Final = True

    def __init__(self, egl: _Egl, display: int, handle: int) -> None:
        self._egl, self._display, self._handle = egl, display, handle
        self._unlocked = Unlocked()

    def load_opengl_function(self, name: str) -> int:
        """The address of a GL function, 0 if there is none."""
        return self._unlocked.address(name, self._egl.address(name))

    load = load_opengl_function  # the name that moderngl uses for its own contexts

    def __enter__(self) -> None:
        """moderngl enters a context to make it current; in its own thread this one always is."""

    def __exit__(self, *error: object) -> None:
        pass

    def release(self) -> None:
        """Free the context. The display stays: other contexts of the process may use it."""
        self._egl.call("eglMakeCurrent", self._display, None, None, None)
        self._egl.call("eglDestroyContext", self._display, self._handle)


def create() -> EglContext:
    """Make a context and make it current in this thread.

    Raises:
        EglError: there is no EGL library, or no display of it gives OpenGL 3.3.
    """
    egl = _Egl()
    refusals: list[str] = []
    for name, display in egl.displays():
        if _opened_by.setdefault(display, os.getpid()) != os.getpid():
            refusals.append(f"{name} was in use before this process was forked")
            continue
        try:
            return EglContext(egl, display, egl.open(display))
        except EglError as error:
            refusals.append(f"{name}: {error}")
    raise EglError("; ".join(refusals) or "EGL lists no device")


class _Egl:
    """libEGL. An argument is a pointer or fits in one; a result is a pointer or a 32-bit flag."""

    _POINTERS: Final = {"eglGetPlatformDisplayEXT", "eglCreateContext"}

    def __init__(self) -> None:
        name = os.environ.get("GLCONTEXT_LINUX_LIBEGL", "libEGL.so.1")  # as moderngl has it
        try:
            self._library = ctypes.CDLL(name)
        except OSError as error:
            raise EglError(str(error)) from None
        self._find = self._library.eglGetProcAddress
        self._find.restype, self._find.argtypes = ctypes.c_void_p, [ctypes.c_char_p]

    def address(self, name: str) -> int:
        """Where a GL or EGL function is, 0 if there is none."""
        return self._find(name.encode()) or 0

    def call(self, name: str, *arguments: Any) -> int:
        """Call a function by name: 0 if it fails or if there is none."""
        address = self.address(name)
        if not address:
            return 0
        result = ctypes.c_void_p if name in self._POINTERS else ctypes.c_uint
        kinds = [ctypes.c_void_p] * len(arguments)
        return ctypes.CFUNCTYPE(result, *kinds)(address)(*arguments) or 0

    def displays(self) -> Iterator[tuple[str, int]]:
        """Every display that needs no window system, hardware first, as (name, address)."""
        devices, count = (ctypes.c_void_p * 16)(), ctypes.c_int()
        self.call("eglQueryDevicesEXT", len(devices), devices, ctypes.byref(count))
        for index, device in enumerate(devices[: count.value]):
            display = self.call("eglGetPlatformDisplayEXT", _PLATFORM_DEVICE, device, None)
            if display:
                yield f"EGL device {index}", display
        surfaceless = "eglGetPlatformDisplayEXT", _PLATFORM_SURFACELESS, None, None
        if display := self.call(*surfaceless):
            yield "EGL without a device", display

    def open(self, display: int) -> int:
        """Make a context of this display, current in this thread: its handle."""
        self._demand("eglInitialize", display, None, None)
        self._demand("eglBindAPI", _OPENGL_API)
        config, count = (ctypes.c_void_p * 1)(), ctypes.c_int()
        wanted = (ctypes.c_int * len(_CONFIG))(*_CONFIG)
        self._demand("eglChooseConfig", display, wanted, config, 1, ctypes.byref(count))
        attributes = (ctypes.c_int * len(_CONTEXT))(*_CONTEXT)
        handle = self._demand("eglCreateContext", display, config[0], None, attributes)
        self._demand("eglMakeCurrent", display, None, None, handle)
        return handle

    def _demand(self, name: str, *arguments: Any) -> int:
        if result := self.call(name, *arguments):
            return result
        code = self._library.eglGetError()  # not by call(): looking up an address clears the error
        raise EglError(f"{name} failed ({_ERRORS.get(code, hex(code))})")
