"""Every error that jetfield raises on purpose.

JetfieldError
├── SceneError      a scene, a field or an argument is wrong (also a ValueError)
├── ShaderError     generated GLSL did not compile or link
├── DeviceError     there is no usable OpenGL
└── OutputError     a picture could not be written
"""

from __future__ import annotations

from typing import Any

__all__ = ["DeviceError", "JetfieldError", "OutputError", "SceneError", "ShaderError", "shown"]


def shown(value: Any) -> str:
    """A value as an error shows it: its repr, cut if it is long; a function by its name."""
    name = getattr(value, "__name__", None)
    if callable(value) and isinstance(name, str):
        return f"the {'class' if isinstance(value, type) else 'function'} {name}"
    text = repr(value)
    text = " ".join(text.split()) if "\n" in text else text  # arrays take several lines
    return text if len(text) <= 80 else f"{text[:77]}..."


class JetfieldError(Exception):
    """The root: ``except JetfieldError`` catches all that jetfield raises on purpose."""


class SceneError(JetfieldError, ValueError):
    """A scene, a field or an argument is wrong; the message names the call and the scene's line."""


class TracedError(SceneError, TypeError):
    """A traced value was used where Python wants a number or a truth value."""


class ShaderError(JetfieldError):
    """Generated GLSL failed to compile or link.

    ``listing`` keeps the whole text that was refused, so that nothing is lost.
    """

    def __init__(self, message: str, listing: str = "") -> None:
        super().__init__(message)
        self.listing = listing

    def __reduce__(self) -> tuple[type[ShaderError], tuple[str, str]]:
        return type(self), (str(self), self.listing)


class DeviceError(JetfieldError):
    """No usable OpenGL; the message says what to install or which device to choose."""


class OutputError(JetfieldError):
    """A picture could not be written; no partial file is left behind."""
