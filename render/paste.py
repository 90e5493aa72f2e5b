"""Pictures of deep graphs in an OpenGL context: worked out by regions, and laid into place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import moderngl
import numpy as np

from ..shaders.glsl import COVER
from . import regions
from .tiles import Tile

if TYPE_CHECKING:
    from ..shaders.picture import Frame
    from .plan import Plan

__all__ = ["Paste"]

FRAGMENT: Final = """#version 330 core
uniform sampler2D image;
uniform ivec2 place;  // of its lower-left pixel in the framebuffer
out vec4 fragment;
void main() { fragment = texelFetch(image, ivec2(gl_FragCoord.xy) - place, 0); }
"""


class Paste:
    """Draws plans into the framebuffers of one context, without a shader of theirs.

    The last picture is kept: drawing it again takes no time. Only for the context's thread.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = context.program(COVER, FRAGMENT)
        self._array = context.vertex_array(self._program, [])
        self._image: moderngl.Texture | None = None
        self._held: object = None

    def draw(self, plan: Plan, frame: Frame, origin: tuple[int, int]) -> None:
        """Draw over the viewport of the framebuffer in use, as ``Painter.cover`` does."""
        left, low, width, height = self._context.fbo.viewport
        tile = Tile(origin[0] + left, origin[1] + low, width, height)
        if self._image is None or (plan, frame, tile) != self._held:
            rows = np.empty((height, width, 4), np.uint16)
            regions.draw(plan, frame, "srgb16", tile, rows)
            self._forget()
            upward = np.ascontiguousarray(rows[::-1])
            self._image = self._context.texture((width, height), 4, upward, dtype="nu2")
            self._image.filter = moderngl.NEAREST, moderngl.NEAREST
            self._held = plan, frame, tile
        self._image.use(0)
        self._program["image"] = 0
        self._program["place"] = left, low
        self._array.render(moderngl.TRIANGLES, 3)

    def release(self) -> None:
        """Free what was made."""
        self._forget()
        self._array.release()
        self._program.release()

    def _forget(self) -> None:
        if self._image is not None:
            self._image.release()
            self._image = None
