"""Views of a picture, drawn in the OpenGL context of a painter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..shaders.glsl.passes import drawing
from ..shaders.views import VIEWS, legend, viewed
from .arguments import choice
from .frame import MOST_TEXTURES
from .state import clip, kept

if TYPE_CHECKING:
    from ..shaders.glsl.passes import Drawing
    from ..shaders.picture import Frame, Picture
    from .frame import Painter

__all__ = ["VIEWS", "Views", "legend"]

SIDES: Final = "exact", "fwidth"
"""What "compare" shows left and right of its line."""
LINE: Final = (4, 1.0), (2, 1.0), (12, 0.06), (8, 0.05)
"""The line between and its handle, dark, then light: widths in pixels, and parts of the height."""
DARK, LIGHT = (0.05, 0.06, 0.08, 1.0), (1.0, 1.0, 1.0, 1.0)


class Views:
    """Draws views of pictures with a painter, whose programs they share.

    Only for the thread in which the painter's context is current. There is nothing to release.
    """

    def __init__(self, painter: Painter) -> None:
        self._painter = painter

    def draw(
        self,
        picture: Picture,
        name: str,
        frame: Frame,
        *,
        antialias: str = "exact",
        numbers: str = "baked",
        split: float = 0.5,
        layer: int | None = None,
    ) -> None:
        """Draw a view over the viewport of the framebuffer in use, of the frame's size.

        What is written is sRGB-encoded, with straight alpha. OpenGL's state is afterwards as
        before. ``legend`` says what is seen.

        Args:
            name: one of VIEWS.
            antialias: of the picture itself; other views know their own.
            numbers: "baked" or "live", as for a listing.
            split: where the line of "compare" stands, from 0 at the left to 1.
            layer: show one alone, counted as ``probe`` does; by default those that are seen.

        Raises:
            SceneError: there is no such view.
            ShaderError: the driver refuses the GLSL.
        """
        choice("Views.draw", "name", name, VIEWS)
        if name == "compare":
            self._compare(viewed(picture, "picture", layer), frame, numbers, split)
            return
        mode = antialias if name == "picture" else "gradient"
        self._cover(drawing(viewed(picture, name, layer), mode, "srgb8", numbers), frame)

    def _cover(self, whole: Drawing, frame: Frame, columns: tuple[int, int] | None = None) -> None:
        """Draw over the viewport, or over columns of it from one to another."""
        context = self._painter.context
        with kept(context, units=MOST_TEXTURES):
            left, low, _, height = context.fbo.viewport
            if columns is not None:
                clip(context, (left + columns[0], low, columns[1] - columns[0], height))
            self._painter.draw(whole, frame, (-left, -low))

    def _compare(self, picture: Picture, frame: Frame, numbers: str, split: float) -> None:
        framebuffer = self._painter.context.fbo
        left, low, width, height = framebuffer.viewport
        middle = round(width * min(max(split, 0.0), 1.0))
        for mode, columns in zip(SIDES, ((0, middle), (middle, width)), strict=True):
            if columns[0] < columns[1]:
                self._cover(drawing(picture, mode, "srgb8", numbers), frame, columns)
        with kept(self._painter.context, units=0):
            for k, (wide, part) in enumerate(LINE):
                high = round(height * part)
                box = (left + middle - wide // 2, low + (height - high) // 2, wide, high)
                framebuffer.clear(*(LIGHT if k % 2 else DARK), viewport=box)
