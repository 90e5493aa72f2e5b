"""Contexts, pictures, files, and the command line.

    from jetfield.render import render, save

    save(render(scene, size=(1024, 768)), "flower.png")

Everything here is loaded when it is first used: importing this package loads neither NumPy nor
OpenGL, so that ``jetfield --help`` answers at once.
"""

from __future__ import annotations

if __name__ != "jetfield.render":
    raise ImportError("import jetfield.render, not render: pip install -e . first")

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..shaders.errors import (
        DeviceError,
        JetfieldError,
        OutputError,
        SceneError,
        ShaderError,
    )
    from .embed import Renderer
    from .image import save
    from .offscreen import render, render_file

__all__ = [
    "render", "render_file", "Renderer", "save",
    "JetfieldError", "SceneError", "ShaderError", "DeviceError", "OutputError",
]  # fmt: skip

_HOMES = {
    "render": "jetfield.render.offscreen",
    "render_file": "jetfield.render.offscreen",
    "Renderer": "jetfield.render.embed",
    "save": "jetfield.render.image",
    "JetfieldError": "jetfield.shaders.errors",
    "SceneError": "jetfield.shaders.errors",
    "ShaderError": "jetfield.shaders.errors",
    "DeviceError": "jetfield.shaders.errors",
    "OutputError": "jetfield.shaders.errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value  # the next look-up does not come here
    return value


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext jetfield.render``: a notebook shows scenes and fields as pictures."""
    from .notebook import register

    register(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """``%unload_ext jetfield.render``: it shows their text again."""
    from .notebook import unregister

    unregister(ipython)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
