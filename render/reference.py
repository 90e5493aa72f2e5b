"""The reference renderer: NumPy in float64, without OpenGL. Slow, and exact."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..shaders.color import encode
from ..shaders.picture import Frame, Picture
from .tiles import Tile

_BLOCK: Final = 1 << 16  # pixels evaluated at a time: each of a graph's values is an array of these


def draw(
    picture: Picture, frame: Frame, antialias: str, output: str, tile: Tile, out: NDArray[Any]
) -> None:
    """Draw one tile of a picture into ``out``, (height, width, 4), top row first.

    The tile starts at an even column and row, counted from the bottom.
    """
    # Whole 2 x 2 blocks, for the differences that antialias="fwidth" takes between neighbors.
    width, height = tile.width + tile.width % 2, tile.height + tile.height % 2
    step = max(2, _BLOCK // width // 2 * 2)
    upward = out[::-1]
    for low in range(0, height, step):
        rows = min(step, height - low)
        y, x = np.mgrid[tile.y + low : tile.y + low + rows, tile.x : tile.x + width]
        block = encode(picture.pixels(frame, x, y, antialias), output)
        part = upward[low : low + rows]
        part[...] = block[: len(part), : tile.width]
