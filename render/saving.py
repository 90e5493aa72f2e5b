"""Saving what a window shows: drawn again, by numbers that are constants, and written whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..shaders.glsl.passes import drawing
from ..shaders.views import COMPARE, viewed
from . import regions
from .compare import compare
from .frame import Painter
from .image import save
from .offscreen import TILE, by_regions
from .program import free
from .tiles import Tile, tiles

if TYPE_CHECKING:
    from ..shaders.picture import Frame, Picture

__all__ = ["drawn", "free_name", "saved"]


def free_name(stem: str) -> str:
    """``stem-1.png`` in this folder, or with the first number that is not taken."""
    number = 1
    while os.path.exists(name := f"{stem}-{number}.png"):
        number += 1
    return name


def saved(
    picture: Picture, frame: Frame, name: str, times: int, *,
    view: str, split: float, antialias: str, say: Callable[[str], Any],
) -> Callable[[Painter], None]:  # fmt: skip
    """Work for a painter: draw a frame, so many times as large, write it, and say so."""
    larger = replace(frame, size=(times * frame.size[0], times * frame.size[1]))

    def work(painter: Painter) -> None:
        try:
            save(drawn(painter, picture, larger, view, split, antialias), name)
        except Exception as error:  # memory or the disk may be used up
            say(f"{name} was not saved: {error}")
        else:
            say(f"saved {name}, {larger.size[0]} x {larger.size[1]}")

    return work


def drawn(
    painter: Painter, picture: Picture, frame: Frame, view: str, split: float, antialias: str
) -> NDArray[np.uint8]:
    """A view of a picture as pixels, (h, w, 4), top row first, as ``render`` draws them."""
    width, height = frame.size
    pixels = np.empty((height, width, 4), np.uint8)
    if view == COMPARE:
        target = painter.context.framebuffer([painter.context.renderbuffer(frame.size)])
        target.use()
        compare(painter, picture, frame, split)
        target.read_into(pixels, components=4)
        free(target)
        return pixels[::-1]
    mode = antialias if view == "picture" else "gradient"
    shown = viewed(picture, view)
    if plan := by_regions(shown, mode, frame):
        regions.draw(plan, frame, "srgb8", Tile(0, 0, width, height), pixels)
        return pixels
    whole = drawing(shown, mode, "srgb8")
    for tile in tiles(frame.size, TILE):
        top = height - tile.y - tile.height
        rows = pixels[top : top + tile.height, tile.x : tile.x + tile.width]
        painter.tile(whole, frame, "srgb8", tile, rows)
    return pixels
