"""Pictures without a display: as an array, or streamed to a file."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..shaders.calculus.costs import longest
from ..shaders.color import OUTPUTS
from ..shaders.coverage import ANTIALIAS
from ..shaders.picture import Frame
from . import arguments, tiles
from .image import PngWriter
from .progress import Progress

if TYPE_CHECKING:
    from ..shaders.picture import Picture, View
    from .plan import Plan

TILE: Final = 1024
"""Pixels on a side of what is drawn at a time, so that Ctrl-C is heard between."""

BAND: Final = 256
"""Rows of a file that are drawn before they are written: 16384 columns of them take 16 MB."""

FILES: Final = tuple(word for word, kind in OUTPUTS.items() if issubclass(kind, np.integer))
"""What a file can hold."""

DEEP: Final = {"exact": 300, "gradient": 1000, "none": 1000}
"""Ops in the longest of the functions that fields are made of, from which on a picture is drawn by
regions if those need few of them. Measured: such an exact shader compiles for five seconds and
then takes as long for a frame, the others compile for as long as ten frames by regions take."""

Draw = Callable[[tiles.Tile, NDArray[Any]], None]


class Prepared(NamedTuple):
    """A picture's checked size, what draws one tile of it, and how high tiles had best be."""

    size: tuple[int, int]
    draw: Draw
    rows: int = BAND


def render(
    scene: Any,
    size: tuple[int, int] = (1024, 1024),
    *,
    seconds: float = 0,
    parameters: Mapping[str, Any] | None = None,
    mouse: tuple[float, float] = (0, 0),
    antialias: str = "exact",
    output: str = "srgb8",
    device: str = "auto",
    view: View | None = None,
) -> NDArray[Any]:
    """Draw a scene into an array, (h, w, 4), top row first.

    The caller's own OpenGL context, if there is one, is left alone. Drawing a scene again compiles
    nothing. Thread-safe.

    Args:
        scene: a Scene.
        size: (width, height) in pixels, each up to 65536.
        seconds: the scene's clock.
        parameters: values for the scene's sliders, toggles and color pickers, by name.
        mouse: (x, y) in scene units.
        antialias: "exact", "gradient", "fwidth" or "none".
        output: "srgb8" uint8 and "srgb16" uint16, encoded, with straight alpha; "linear" float32,
            premultiplied.
        device: "gl", or "numpy" for the slow reference that needs no OpenGL; "auto" is "gl", but
            for fields of many hundred ops in one function, which are cut to what each region needs
            and drawn without a shader.
        view: instead of the scene's own.

    Raises:
        SceneError: an argument is wrong.
        DeviceError: there is no OpenGL.
        ShaderError: the driver refuses the scene's GLSL.
    """
    arguments.choice("render", "output", output, tuple(OUTPUTS))
    (width, height), draw, _ = _prepared(
        "render",
        scene,
        size,
        seconds=seconds,
        parameters=parameters,
        mouse=mouse,
        antialias=antialias,
        output=output,
        device=device,
        view=view,
    )
    picture = np.empty((height, width, 4), OUTPUTS[output])
    for tile in tiles.tiles((width, height), TILE):
        top = height - tile.y - tile.height
        draw(tile, picture[top : top + tile.height, tile.x : tile.x + tile.width])
    return picture


def render_file(
    scene: Any,
    path: str | os.PathLike[str],
    size: tuple[int, int] = (1024, 1024),
    *,
    seconds: float = 0,
    parameters: Mapping[str, Any] | None = None,
    mouse: tuple[float, float] = (0, 0),
    antialias: str = "exact",
    output: str = "srgb8",
    device: str = "auto",
    view: View | None = None,
) -> None:
    """Draw a scene into a PNG file, in memory that does not grow with its height.

    The file appears, or replaces one that is there, only when it is complete. Work that takes
    longer than a second reports on stderr. Thread-safe.

    Args:
        path: ends in .png.
        output: "srgb8" or "srgb16", for 8 or 16 bits a channel.

    The other arguments are those of ``render``.

    Raises:
        OutputError: the file cannot be written.
        SceneError, DeviceError, ShaderError: as for ``render``.
    """
    arguments.choice("render_file", "output", output, FILES)
    with Progress(f"drawing {os.path.basename(str(path))}") as progress:
        progress.doing = "deriving what to draw"
        (width, height), draw, band = _prepared(
            "render_file",
            scene,
            size,
            seconds=seconds,
            parameters=parameters,
            mouse=mouse,
            antialias=antialias,
            output=output,
            device=device,
            view=view,
        )
        progress.total = height
        progress.doing = "" if device == "numpy" else "compiling a shader, and the first part"
        rows_of_band = np.empty((min(band, height), width, 4), OUTPUTS[output])
        with PngWriter(path, width, height, bits=8 * rows_of_band.itemsize) as png:
            for low, count in tiles.bands(height, band):
                rows = rows_of_band[:count]
                for tile in tiles.across(width, TILE * TILE // band, low, count):
                    draw(tile, rows[:, tile.x : tile.x + tile.width])
                png.write(rows)
                progress.advance(count)


def by_regions(picture: Picture, antialias: str, frame: Frame) -> Plan | None:
    """The plan of a picture that is better drawn by regions than by a shader; None of others."""
    if longest(picture.fields) < DEEP.get(antialias, math.inf):
        return None
    from . import regions

    return regions.suited(picture, antialias, frame)


@lru_cache(maxsize=8)
def as_it_opens(picture: Picture, antialias: str) -> Plan | None:
    """``by_regions`` for all frames of a picture that moves, by one as the scene itself has it."""
    values = {p.name: p.default for p in picture.parameters}
    return by_regions(picture, antialias, Frame((TILE, TILE), picture.view, parameters=values))


def _prepared(
    call: str, scene: Any, size: Any, *, antialias: Any, output: str, device: Any, **rest: Any
) -> Prepared:
    """What the arguments ask for, checked."""
    picture = arguments.lowered(call, scene)
    arguments.choice(call, "antialias", antialias, ANTIALIAS)
    arguments.choice(call, "device", device, arguments.DEVICES)
    frame = arguments.framed(call, picture, size, **rest)

    if device == "numpy":
        from . import reference

        return Prepared(
            frame.size,
            lambda tile, out: reference.draw(picture, frame, antialias, output, tile, out),
        )
    if device == "auto" and (plan := by_regions(picture, antialias, frame)):
        from . import regions

        return Prepared(
            frame.size,
            lambda tile, out: regions.draw(plan, frame, output, tile, out),
            TILE if frame.size[0] <= 4 * TILE else BAND,
        )
    from ..shaders.glsl.passes import drawing
    from .device import offscreen

    gl = offscreen()
    whole = drawing(picture, antialias, output)
    return Prepared(
        frame.size,
        lambda tile, out: gl.run(lambda painter: painter.tile(whole, frame, output, tile, out)),
    )
