"""``jetfield render``: a scene to a PNG file."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable
from typing import Any, Final

# Words of options stand here as well as in `arguments`, which imports NumPy; a test compares them.
ANTIALIAS: Final = ("exact", "gradient", "fwidth", "none")
DEVICES: Final = ("auto", "gl", "numpy")
OUTPUTS: Final = ("srgb8", "srgb16")
LARGEST: Final = 65536

_TRUTH: Final = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add = parser.add_argument
    add("scene", metavar="SCENE", help="a Python file that defines `scene`, or a gallery name")
    add("-o", "--out", metavar="OUT.png", help="the file to write; SCENE.png in this folder")
    add("--size", type=size, default=(1024, 1024), metavar="WxH", help="pixels; 1024x1024")
    add("--seconds", type=real, default=0.0, metavar="T", help="the scene's clock; 0")
    add("--mouse", type=point, default=(0.0, 0.0), metavar="X,Y", help="in scene units; 0,0")
    add("--view", type=view, metavar="X,Y,H", help="center and height; the scene's own view")
    add(
        "--set",
        type=setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the scene: a number, true or false, a color; may be repeated",
    )
    add("--antialias", choices=ANTIALIAS, default="exact", help="exact")
    add("--output", choices=OUTPUTS, default="srgb8", help="8 or 16 bits a channel; srgb8")
    add("--device", choices=DEVICES, default="auto", help="numpy needs no OpenGL, and is slow")


def run(options: argparse.Namespace, load: Callable[[str], Any]) -> None:
    """Draw the scene, write the file, print its path."""
    if options.device != "numpy":
        from .device import offscreen

        offscreen()  # its thread loads the driver while this one imports NumPy and the scene

    from ..shaders.picture import View
    from .offscreen import render_file

    out = options.out
    if out is None:
        out = f"{os.path.splitext(os.path.basename(options.scene))[0]}.png"
    render_file(
        load(options.scene),
        out,
        options.size,
        seconds=options.seconds,
        parameters=dict(options.set),
        mouse=options.mouse,
        antialias=options.antialias,
        output=options.output,
        device=options.device,
        view=options.view and View(center=options.view[:2], height=options.view[2]),
    )
    print(out, flush=True)


def size(text: str) -> tuple[int, int]:
    """``1920x1080``: two positive whole numbers."""
    sides = text.lower().split("x")
    if len(sides) != 2 or not all(side.isascii() and side.isdecimal() for side in sides):
        raise argparse.ArgumentTypeError(f"{text!r} must be WIDTHxHEIGHT, such as 1920x1080")
    width, height = (int(side) if len(side) < 10 else LARGEST + 1 for side in sides)
    if not (0 < width <= LARGEST and 0 < height <= LARGEST):
        raise argparse.ArgumentTypeError(f"{text!r} must have sides of 1 to {LARGEST} pixels")
    return width, height


def real(text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} must be a finite number")
    return value


def point(text: str) -> tuple[float, float]:
    """``X,Y``: two finite numbers."""
    x, y = _numbers(text, "X,Y")
    return x, y


def view(text: str) -> tuple[float, float, float]:
    """``X,Y,H``: the center, and the height in scene units, which is positive."""
    x, y, height = _numbers(text, "X,Y,H")
    if height <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} must have a positive height, as in 0,0,2")
    return x, y, height


def setting(text: str) -> tuple[str, Any]:
    """``NAME=VALUE``: a number if it is one, a truth value if it is one, else the text."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} must be NAME=VALUE")
    if value.lower() in _TRUTH:
        return name, _TRUTH[value.lower()]
    try:
        return name, float(value)
    except ValueError:
        return name, value


def _numbers(text: str, form: str) -> list[float]:
    parts = text.split(",")
    try:
        if len(parts) == form.count(",") + 1:
            return [real(part) for part in parts]
    except argparse.ArgumentTypeError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} must be {form}, finite numbers")
