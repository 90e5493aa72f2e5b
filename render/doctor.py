"""Whether pictures can be drawn on this machine, as facts, and what to install if not."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any, Final, NamedTuple

__all__ = ["Fact", "advice", "examine"]

SIZE: Final = (96, 64)
"""Of the picture that is drawn twice."""
OFF: Final = 1e-3
"""The share of values that may differ by more than a level of 255: float32 and float64 disagree
where an edge runs just beside a pixel's center."""

_LIMITS: Final = {
    "GL_MAX_TEXTURE_SIZE": "texture size",
    "GL_MAX_VIEWPORT_DIMS": "viewport",
    "GL_MAX_FRAGMENT_UNIFORM_COMPONENTS": "uniform numbers",
}

_INSTALL: Final = {
    "debian": "apt install libegl1 libgl1-mesa-dri",
    "ubuntu": "apt install libegl1 libgl1-mesa-dri",
    "fedora": "dnf install mesa-libEGL mesa-dri-drivers",
    "rhel": "dnf install mesa-libEGL mesa-dri-drivers",
    "arch": "pacman -S mesa",
    "suse": "zypper install Mesa-libEGL1 Mesa-dri",
    "alpine": "apk add mesa-egl mesa-dri-gallium",
}


class Fact(NamedTuple):
    """One thing about the machine: good, bad, or neither."""

    good: bool | None
    about: str
    text: str


def examine(load: Callable[[], Any]) -> Iterator[Fact]:
    """Every fact in turn; nothing is raised. ``load`` gives a small scene to draw.

    The fact about "picture" tells whether OpenGL draws.
    """
    yield Fact(None, "jetfield", metadata.version("jetfield"))
    yield Fact(None, "Python", f"{platform.python_version()}, {platform.platform()}")
    yield from _packages()
    yield from _window()
    try:
        yield from _opengl()
    except Exception as error:
        yield Fact(False, "OpenGL", _said(error))
        yield Fact(False, "picture", "not drawn, without OpenGL")
        yield Fact(None, "to do", advice())
        return
    try:
        yield _picture(load())
        yield from _functions()
    except Exception as error:
        yield Fact(False, "drawing", _said(error))


def _packages() -> Iterator[Fact]:
    for requirement in metadata.requires("jetfield") or []:
        if ";" in requirement:
            continue  # of an extra
        name = requirement.split(">")[0].split("=")[0].strip()
        try:
            yield Fact(True, name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Fact(False, name, f"is missing: pip install '{requirement}'")


def _window() -> Iterator[Fact]:
    if sys.platform in ("win32", "darwin"):
        yield Fact(None, "window", "possible wherever there is a desktop")
        return
    shown = [f"{name}={os.environ[name]}" for name in ("WAYLAND_DISPLAY", "DISPLAY")
             if os.environ.get(name)]  # fmt: skip
    missing = "none possible: neither DISPLAY nor WAYLAND_DISPLAY is set; pictures need no display"
    yield Fact(None, "window", f"possible on {', '.join(shown)}" if shown else missing)


def _opengl() -> Iterator[Fact]:
    from . import gl
    from .device import offscreen

    info: dict[str, Any] = offscreen().run(
        lambda painter: {"version": painter.context.version_code, **painter.context.info}
    )
    shading = offscreen().run(
        lambda painter: gl.calls(painter.context).text(gl.SHADING_LANGUAGE_VERSION)
    )
    yield Fact(info["version"] >= 330, "OpenGL", info["GL_VERSION"])
    yield Fact(None, "GLSL", shading)
    yield Fact(None, "renderer", info["GL_RENDERER"])
    yield Fact(None, "vendor", info["GL_VENDOR"])
    for name, label in _LIMITS.items():
        value = info.get(name)
        shown = " x ".join(map(str, value)) if isinstance(value, tuple) else value
        yield Fact(None, "limit", f"{label} {shown}")


def _picture(scene: Any) -> Fact:
    import numpy as np

    from .offscreen import render

    drawn, expected = (render(scene, SIZE, device=d).astype(int) for d in ("gl", "numpy"))
    off = np.abs(drawn - expected)
    share = (off > 1).mean()
    told = f"{SIZE[0]} x {SIZE[1]} drawn; {100 * (1 - share):.2f} % of it as NumPy draws it"
    return Fact(bool(share <= OFF), "picture", f"{told}, the rest off by {off.max()} at most")


def _functions() -> Iterator[Fact]:
    from .measure import measured

    found = measured()
    yield Fact(
        all(m.share <= 1 for m in found), "functions",
        f"{len(found)} of GLSL measured, each against the error bound that the table of ops states",
    )  # fmt: skip
    for m in found:
        if m.bound:
            yield Fact(m.share <= 1, "", m.said)


def advice() -> str:
    """What to install where there is no OpenGL, on this platform."""
    if sys.platform == "darwin":
        return "OpenGL is a part of macOS; it needs a user who is logged in to the desktop"
    if sys.platform == "win32":
        return "install the graphics card's driver from its maker (Windows' own has no OpenGL 3.3)"
    known = ""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    for word in (release.get("ID", ""), *release.get("ID_LIKE", "").split()):
        known = known or next((c for name, c in _INSTALL.items() if name in word), "")
    if known:
        return known
    return "install Mesa's EGL and its drivers, such as: " + "; ".join(
        dict.fromkeys(_INSTALL.values())
    )


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
