"""Scenes and fields as pictures in a notebook: ``%load_ext jetfield.render``.

A field is shown by its inside, its outline, and the lines on which it has whole multiples of a
step: even steps for a true distance, crowded where it is steep.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from typing import Any, Final

from ..shaders.calculus.expr import const
from ..shaders.calculus.function import Function, apply
from ..shaders.calculus.parameters import BUILT_IN, leaf
from ..shaders.color import linear_rgb
from ..shaders.errors import JetfieldError
from ..shaders.levels import isolines
from ..shaders.picture import POINT, Color, Layer, Picture, View
from .offscreen import render_file

__all__ = ["field_png", "portrait", "register", "scene_png", "unregister"]

SIZE: Final = (480, 480)
LINES: Final = 20
"""Steps of the isolines over the height of the picture."""
PAPER, INSIDE, LINE, OUTLINE = "#faf5ea", "#f6c177", "#8a5a2b", "#6b2d12"


def register(ipython: Any) -> None:
    """Have IPython show scenes and fields as PNG, where it shows pictures at all."""
    formatter = ipython.display_formatter.formatters["image/png"]
    for module, name, draw in _TYPES:
        formatter.for_type_by_name(module, name, draw)


def unregister(ipython: Any) -> None:
    """Have IPython show their text again."""
    formatter = ipython.display_formatter.formatters["image/png"]
    for module, name, _ in _TYPES:
        formatter.pop(f"{module}.{name}", None)


def scene_png(scene: Any) -> bytes | None:
    """A scene as a PNG file's bytes; None, and the reason on stderr, if it cannot be drawn."""
    return _png(lambda: scene)


def field_png(field: Any) -> bytes | None:
    """A field as a PNG file's bytes; None, and the reason on stderr, if it cannot be drawn."""
    return _png(lambda: portrait(field.function, field.bounds))


def portrait(field: Function, bounds: tuple[float, float, float, float]) -> Picture:
    """A picture of a field: its inside, isolines and outline.

    ``bounds`` (left, bottom, right, top) is a box around its inside; an infinite or empty one gives
    a view of four scene units.
    """
    left, bottom, right, top = bounds
    view = View(height=4.0)
    if all(map(math.isfinite, bounds)) and left <= right and bottom <= top:
        extent = max(right - left, top - bottom) or 1.0
        view = View((0.5 * (left + right), 0.5 * (bottom + top)), 1.5 * extent)
    pixel, step = leaf(BUILT_IN["pixel"]), view.height / LINES
    value = apply(field, POINT.leaves)[0]
    lines = Function("lines", [POINT], apply(isolines(), (value, const(step))))
    return Picture(
        (
            Layer(field, _color(INSIDE), const(1.0)),
            Layer(lines, _color(LINE), const(0.4), pixel),
            Layer(field, _color(OUTLINE), const(1.0), 2.5 * pixel),
        ),
        _color(PAPER),
        view,
    )


def _color(text: str) -> Color:
    r, g, b = (const(c) for c in linear_rgb(text))
    return r, g, b, const(1.0)


def _png(scene: Any) -> bytes | None:
    try:
        with tempfile.TemporaryDirectory(prefix="jetfield-") as folder:
            path = os.path.join(folder, "cell.png")
            render_file(scene(), path, SIZE)
            with open(path, "rb") as file:
                return file.read()
    except JetfieldError as error:
        print(f"jetfield: {' '.join(str(error).split())}", file=sys.stderr)
        return None


_TYPES: Final = (
    ("jetfield.scenes.scene", "Scene", scene_png),
    ("jetfield.scenes.field", "Field", field_png),
)
