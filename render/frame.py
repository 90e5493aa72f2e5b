"""Drawing a listing, tile by tile, into arrays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from ..shaders.color import OUTPUTS
from ..shaders.errors import DeviceError
from .gl import DITHER
from .passes import Passes
from .program import Programs, free
from .tiles import Tile

if TYPE_CHECKING:
    from ..shaders.glsl import Listing
    from ..shaders.glsl.passes import Drawing
    from ..shaders.picture import Frame
    from .paste import Paste
    from .plan import Plan

LEAST: Final = 4e6
"""Ops that are drawn in the time in which one is compiled: what drawing by tiles saves has to be
worth the compilation of its passes."""
SEVERAL: Final = 2
"""Drawings of a picture, after which more of them are to be expected."""
OFTEN: Final = 100
"""How many."""
KNOWN: Final = 64
"""Pictures whose drawings are counted."""
MOST_TEXTURES: Final = 4
"""Texture units that a drawing uses: for tables, for the classes of tiles, and for their lists."""


FORMATS: Final = {"srgb8": "f1", "srgb16": "nu2", "linear": "f4"}
"""How each output is held on the GPU, in moderngl's words."""


class Painter:
    """Draws listings in one OpenGL context, and keeps the ``programs`` used last.

    Only for the thread in which the context is current.
    """

    def __init__(self, context: moderngl.Context, programs: int = 64) -> None:
        self.context = context
        self.programs = Programs(context, programs)
        self.passes = Passes(context, self.programs)
        self._targets: dict[str, moderngl.Framebuffer] = {}
        self._paste: Paste | None = None
        self._drawn: dict[Drawing, int] = {}  # how often

    def cover(self, listing: Listing, frame: Frame, origin: tuple[int, int]) -> None:
        """Draw over the viewport of the framebuffer in use.

        ``origin`` is the pixel of the whole picture that falls on the framebuffer's lower-left one.

        Raises:
            ShaderError: the driver refuses the listing.
        """
        program = self.programs.get(listing)
        program.draw(listing.uniforms(frame, origin), listing.tables)

    def draw(
        self, drawing: Drawing, frame: Frame, origin: tuple[int, int], pixels: int | None = None
    ) -> None:
        """Draw as ``cover`` does, tile by tile if that is worth it.

        Args:
            pixels: how many are drawn in all. By default as many as if a picture that was drawn
                several times were drawn often.
        """
        _, _, width, height = self.context.fbo.viewport
        if pixels is None:
            times = self._drawn.pop(drawing, 0) + 1
            self._drawn[drawing] = times
            if len(self._drawn) > KNOWN:
                del self._drawn[next(iter(self._drawn))]
            pixels = width * height * (OFTEN if times > SEVERAL else times)
        by_tiles = pixels * drawing.ops >= LEAST * drawing.more
        if by_tiles and drawing.tiled and self.passes.possible(width, height):
            self.passes.draw(drawing.tiled, frame, origin)
        else:
            self.cover(drawing.whole, frame, origin)

    def paste(self, plan: Plan, frame: Frame, origin: tuple[int, int]) -> None:
        """Draw as ``cover`` does, by regions: nothing of the picture is compiled."""
        if self._paste is None:
            from .paste import Paste

            self._paste = Paste(self.context)
        self._paste.draw(plan, frame, origin)

    def tile(
        self, drawing: Drawing, frame: Frame, output: str, tile: Tile, out: NDArray[Any]
    ) -> None:
        """Draw one tile of a picture into ``out``, (height, width, 4), top row first.

        ``frame`` and ``drawing`` are those of the whole picture, whatever its size.

        Raises:
            ShaderError: the driver refuses the listing.
            DeviceError: the driver reports an error, such as memory that is used up.
        """
        kind = FORMATS[output]
        try:
            target = self._target(kind, tile)
            target.use()
            target.viewport = 0, 0, tile.width, tile.height
            self.context.disable_direct(DITHER)  # on by default; a driver may mean it for 8 bits
            self.draw(drawing, frame, (tile.x, tile.y), math.prod(frame.size))
            rows = np.empty((tile.height, tile.width, 4), OUTPUTS[output])
            target.read_into(rows, (0, 0, tile.width, tile.height), 4, dtype=kind)
        except moderngl.Error as error:
            raise DeviceError(
                f"OpenGL could not draw {tile.width} x {tile.height}: {error}"
            ) from error
        if (code := self.context.error) != "GL_NO_ERROR":
            raise DeviceError(f"OpenGL reported {code} while drawing")
        out[...] = rows[::-1]

    def release(self) -> None:
        """Free all that was made in the context."""
        self.passes.release()
        if self._paste is not None:
            self._paste.release()
            self._paste = None
        self.programs.release()
        for target in self._targets.values():
            free(target)
        self._targets.clear()

    def _target(self, kind: str, tile: Tile) -> moderngl.Framebuffer:
        """A framebuffer of this format that holds the tile. The last one is kept, and grows."""
        held = self._targets.get(kind)
        width, height = held.size if held else (0, 0)
        if held and tile.width <= width and tile.height <= height:
            return held
        size = max(width, tile.width), max(height, tile.height)
        grown = self.context.framebuffer([self.context.renderbuffer(size, 4, dtype=kind)])
        grown.use()  # before the old one goes: moderngl binds again what was in use
        if held:
            free(held)
        self._targets[kind] = grown
        return grown
