"""Cutting a picture into tiles, from the top down.

Rows count from the bottom in a shader, and from the top in an array or a file; here the two meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Tile(NamedTuple):
    """A rectangle of pixels.

    ``x`` and ``y`` are the lower-left pixel in the whole picture, rows counted from the bottom.
    """

    x: int
    y: int
    width: int
    height: int


def bands(height: int, step: int) -> Iterator[tuple[int, int]]:
    """Cut rows into bands, the topmost first, as (lowest row, number of rows).

    Every band but the topmost has ``step`` rows and starts, counted from the bottom, at a multiple
    of it: with an even step the 2 x 2 blocks that a GPU takes differences in stay whole.
    """
    for low in range((height - 1) // step * step, -1, -step):
        yield low, min(step, height - low)


def across(width: int, step: int, low: int, rows: int) -> Iterator[Tile]:
    """Cut a band into tiles of ``step`` columns, from the left."""
    for left in range(0, width, step):
        yield Tile(left, low, min(step, width - left), rows)


def tiles(size: tuple[int, int], step: int) -> Iterator[Tile]:
    """Cut a picture of ``size`` (width, height) into tiles of at most ``step`` by ``step``."""
    width, height = size
    for low, rows in bands(height, step):
        yield from across(width, step, low, rows)
