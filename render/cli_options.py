"""Options that several commands share, and the words of a command line as values.

Words of options stand here as well as in the modules that define them, which import NumPy; a test
compares the two.
"""

from __future__ import annotations

import argparse
import math
from typing import Any, Final

ANTIALIAS: Final = ("exact", "gradient", "fwidth", "none")
DEVICES: Final = ("auto", "gl", "numpy")
VIEWS: Final = ("picture", "field", "gradient", "determinant", "curvature", "coverage", "tiles")
OUTPUTS: Final = ("srgb8", "srgb16")
LARGEST: Final = 65536

_TRUTH: Final = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


def add_scene(parser: argparse.ArgumentParser) -> None:
    """SCENE, the scene that a command is about."""
    parser.add_argument(
        "scene",
        metavar="SCENE",
        help="a Python file that defines `scene`, a .vm file, or a gallery name",
    )


def add_frame(parser: argparse.ArgumentParser, size: tuple[int, int] = (1024, 1024)) -> None:
    """--size, --view, --seconds, --mouse and --set: which picture of the scene."""
    add = parser.add_argument
    add_size(parser, size)
    add("--view", type=view, metavar="X,Y,H",
        help="center and height in scene units (default: the scene's own view)")  # fmt: skip
    add("--seconds", type=real, default=0.0, metavar="T", help="the scene's clock (default: 0)")
    add("--mouse", type=point, default=(0.0, 0.0), metavar="X,Y",
        help="the mouse, in scene units (default: 0,0)")  # fmt: skip
    add("--set", type=setting, action="append", default=[], metavar="NAME=VALUE",
        help="a parameter of the scene: a number, true or false, a color; may be repeated "
             "(default: the scene's own values)")  # fmt: skip


def add_size(parser: argparse.ArgumentParser, default: tuple[int, int]) -> None:
    """--size."""
    text = "x".join(map(str, default))
    parser.add_argument("--size", type=size, default=default, metavar="WxH",
                        help=f"width and height in pixels (default: {text})")  # fmt: skip


def framing(options: argparse.Namespace, scene: Any) -> dict[str, Any]:
    """What ``add_frame`` declared, but for the size, as the renderers' keyword arguments.

    Raises:
        SceneError: the scene has no such parameter, or it takes no such value.
    """
    from ..shaders.picture import View
    from .arguments import lowered, values

    if options.set:  # refused in the words of the command line
        values("--set", lowered("--set", scene).parameters, dict(options.set), "--set {}")
    center, height = (options.view[:2], options.view[2]) if options.view else (None, None)
    return {
        "seconds": options.seconds,
        "parameters": dict(options.set),
        "mouse": options.mouse,
        "view": View(center, height) if center and height else None,
    }


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


def depth(text: str) -> str:
    """The bits of a channel; whoever names a file here is told the option for that."""
    if text.lower().endswith(".png"):
        depths = " or ".join(OUTPUTS)
        raise argparse.ArgumentTypeError(f"{text!r} must be {depths}; the file is -o {text}")
    return text


def _numbers(text: str, form: str) -> list[float]:
    parts = text.split(",")
    try:
        if len(parts) == form.count(",") + 1:
            return [real(part) for part in parts]
    except argparse.ArgumentTypeError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} must be {form}, finite numbers")
