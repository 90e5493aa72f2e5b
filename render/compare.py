"""A picture drawn twice, side by side, in the OpenGL context of a painter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..shaders.glsl.passes import drawing
from .frame import MOST_TEXTURES
from .state import clip, kept

if TYPE_CHECKING:
    from ..shaders.picture import Frame, Picture
    from .frame import Painter

__all__ = ["compare"]

SIDES: Final = "exact", "fwidth"
"""What is shown left and right of the line."""
LINE: Final = (4, 1.0), (2, 1.0), (12, 0.06), (8, 0.05)
"""The line between and its handle, dark, then light: widths in pixels, and parts of the height."""
DARK, LIGHT = (0.05, 0.06, 0.08, 1.0), (1.0, 1.0, 1.0, 1.0)


def compare(
    painter: Painter, picture: Picture, frame: Frame, split: float = 0.5, numbers: str = "baked"
) -> None:
    """Draw the view "compare" over the viewport of the framebuffer in use, of the frame's size.

    What is written is sRGB-encoded, with straight alpha. OpenGL's state is afterwards as before.
    Only for the thread in which the painter's context is current.

    Args:
        split: where the line stands, from 0 at the left to 1.
        numbers: "baked" or "live", as for a listing.

    Raises:
        ShaderError: the driver refuses the GLSL.
    """
    context = painter.context
    left, low, width, height = context.fbo.viewport
    middle = round(width * min(max(split, 0.0), 1.0))
    for mode, (start, end) in zip(SIDES, ((0, middle), (middle, width)), strict=True):
        if start < end:
            with kept(context, units=MOST_TEXTURES):
                clip(context, (left + start, low, end - start, height))
                painter.draw(drawing(picture, mode, "srgb8", numbers), frame, (-left, -low))
    with kept(context, units=0):
        for k, (wide, part) in enumerate(LINE):
            high = round(height * part)
            box = (left + middle - wide // 2, low + (height - high) // 2, wide, high)
            context.fbo.clear(*(LIGHT if k % 2 else DARK), viewport=box)
