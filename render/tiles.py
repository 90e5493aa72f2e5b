"""Cutting a picture into tiles, from the top down.

Rows count from the bottom in a shader, and from the top in an array or a file; here the two meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def parts(size: tuple[int, int], fits: Callable[[Tile], bool], least: int) -> Iterator[Tile]:
    """Cut a picture of ``size`` in halves until they fit, the topmost first, then from the left.

    ``fits`` is asked of a part when it is due. Cuts lie at multiples of ``least``, and no side of
    that length is cut.
    """
    waiting = [Tile(0, 0, *size)]
    while waiting:
        tile = waiting.pop()
        x, y, width, height = tile
        if max(width, height) <= least or fits(tile):
            yield tile
        elif width > height:
            half = _middle(width, least)
            waiting += Tile(x + half, y, width - half, height), Tile(x, y, half, height)
        else:
            half = _middle(height, least)
            waiting += Tile(x, y, width, half), Tile(x, y + half, width, height - half)


def _middle(length: int, step: int) -> int:
    """The multiple of a step at the middle of a longer length, or next after it."""
    return -(-length // (2 * step)) * step
