"""Windows by GLFW: made, or refused in one sentence."""

from __future__ import annotations

from typing import Any, Final

import glfw

from ..shaders.errors import DeviceError

__all__ = ["begin", "end", "fill_screen", "hidden", "no_context", "visible"]

_said: list[str] = []

_HINTS: Final = (
    (glfw.CLIENT_API, glfw.OPENGL_API),
    (glfw.CONTEXT_VERSION_MAJOR, 3),
    (glfw.CONTEXT_VERSION_MINOR, 3),
    (glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE),
    (glfw.OPENGL_FORWARD_COMPAT, True),  # macOS gives no other
    (glfw.RED_BITS, 8),
    (glfw.GREEN_BITS, 8),
    (glfw.BLUE_BITS, 8),
    (glfw.DEPTH_BITS, 0),
    (glfw.STENCIL_BITS, 0),
    (glfw.SCALE_TO_MONITOR, True),
)


def begin() -> None:
    """Start GLFW, in the main thread.

    Raises:
        DeviceError: there is no display.
    """
    _said.clear()
    glfw.set_error_callback(lambda code, text: _said.append(_words(text)))
    if not glfw.init():
        raise _refused()


def end() -> None:
    """Stop GLFW, with every window that is left."""
    glfw.terminate()


def visible(size: tuple[int, int], title: str) -> Any:
    """A window with an OpenGL 3.3 context, in screen units.

    Raises:
        DeviceError: the display gives no such context.
    """
    return _made(size, title, True, None)


def hidden(shared: Any) -> Any:
    """A window that is never shown, for its context, which has the textures of another's.

    Raises:
        DeviceError: the display gives no such context.
    """
    return _made((1, 1), "", False, shared)


def no_context() -> None:
    """No context is current in this thread any more."""
    nothing: Any = None
    glfw.make_context_current(nothing)


def fill_screen(window: Any, before: tuple[int, int, int, int] | None) -> bool:
    """Show a window on the whole screen, or at a place and size again; False if there is none."""
    nothing: Any = None
    if before is not None:
        glfw.set_window_monitor(window, nothing, *before, glfw.DONT_CARE)
        return True
    monitor = glfw.get_primary_monitor()
    if monitor:
        mode = glfw.get_video_mode(monitor)
        size = mode.size
        glfw.set_window_monitor(window, monitor, 0, 0, size[0], size[1], mode.refresh_rate)
    return bool(monitor)


def _made(size: tuple[int, int], title: str, shown: bool, shared: Any) -> Any:
    glfw.default_window_hints()
    for hint, value in (*_HINTS, (glfw.VISIBLE, shown)):
        glfw.window_hint(hint, value)
    window = glfw.create_window(*size, title, None, shared)
    if not window:  # a pointer to nothing, which is not None
        raise _refused()
    return window


def _words(text: Any) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


def _refused() -> DeviceError:
    reason = _said[-1] if _said else "GLFW says nothing more"
    return DeviceError(
        f"no window can be opened here ({reason}): draw to a file instead, with jetfield render"
    )
