"""Drawing tile by tile: first what each tile is, then every kind of tile by its own program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import moderngl

from ..shaders.calculus.evaluate import call
from ..shaders.glsl.loops import woven
from ..shaders.glsl.passes import EDGE, SETTLED, SOLO
from ..shaders.lists import lists, read
from ..shaders.tiles import SIDE
from .program import Programs
from .state import Calls

if TYPE_CHECKING:
    from ..shaders.glsl.passes import Tiled
    from ..shaders.picture import Frame

__all__ = ["LEAST", "Passes"]

LEAST: Final = 256 * 256
"""Pixels of a drawing that is worth its passes: a smaller one is ready before they compile."""
KEPT: Final = 4
"""Lists that are kept: several pictures may be drawn by turns."""
_POINT_SIZE_RANGE: Final = 0x0B12
_PROGRAM_POINT_SIZE: Final = 0x8642
_SCISSOR_TEST: Final = 0x0C11
_SCISSOR_BOX: Final = 0x0C10
_VIEWPORT: Final = 0x0BA2
Textures = dict[str, moderngl.Texture]
"""By sampler."""


class Passes:
    """Draws by tiles in one context, into the framebuffer in use.

    Only for the thread in which the context is current.
    """

    def __init__(self, context: moderngl.Context, programs: Programs) -> None:
        self._context = context
        self._programs = programs
        self._found: tuple[moderngl.Framebuffer, moderngl.Texture] | None = None
        self._call = Calls(context)
        self._made: list[tuple[object, Textures]] = []  # lists of what was drawn last, and for what

    @property
    def possible(self) -> bool:
        """Whether points may be as large as tiles."""
        return self._call.integers(_POINT_SIZE_RANGE)[1] >= SIDE

    def draw(self, tiled: Tiled, frame: Frame, origin: tuple[int, int]) -> None:
        """Draw over the viewport of the framebuffer in use; ``origin`` is as for ``Painter.cover``.

        Raises:
            ShaderError: the driver refuses a listing.
        """
        target = self._context.fbo
        left, low, width, height = self._call.integers(_VIEWPORT)
        scissor = self._call.integers(_SCISSOR_BOX) if self._call.enabled(_SCISSOR_TEST) else None
        grid = -(-width // tiled.side), -(-height // tiled.side)
        found, texture = self._of_size(*grid)
        found.use()
        found.viewport = 0, 0, *grid
        there = origin[0] + left, origin[1] + low
        listing = tiled.classes
        listed = self._list(tiled, frame, there, grid) if tiled.listed else {}
        values = listing.uniforms(frame, there) | _bound(listed, len(listing.tables))
        self._programs.get(listing).draw(values, listing.tables)

        target.use()
        whole = tiled.side * grid[0], tiled.side * grid[1]
        with self._wider((left, low, width, height), whole, scissor):
            if tiled.ground is not None:
                self._call.clear(tuple(map(float, call(tiled.ground, [], frame.values))))
            kinds = ((SETTLED, tiled.settled), (EDGE, tiled.edges), (SOLO, tiled.solo))
            for kind, listing in ((kind, made) for kind, made in kinds if made):
                unit = len(listing.tables)
                texture.use(unit)
                values = listing.uniforms(frame, origin) | _bound(listed, unit + 1)
                values |= {"tile_classes": unit, "tile_grid": grid, "tile_kind": kind}
                points = grid[0] * grid[1]
                self._programs.get(listing).draw(values, listing.tables, points=points)

    def release(self) -> None:
        """Free what was made."""
        _free(*(self._found or ()), *(t for _, own in self._made for t in own.values()))
        self._found = None
        self._made.clear()

    def _list(
        self, tiled: Tiled, frame: Frame, there: tuple[int, int], grid: tuple[int, int]
    ) -> Textures:
        """The lists of the tiles, made anew unless they are those of one of the last drawings."""
        values = [(name, frame.values[name]) for name in sorted(read(tiled.picture))]
        wanted = tiled, frame.size, frame.view, there, grid, values
        known = next((own for own in self._made if own[0] == wanted), None)
        if known:
            self._made.remove(known)
            self._made.append(known)
            return known[1]
        sizes = zip(frame.view.center, there, frame.size, strict=True)
        corner = [c + frame.pixel * (at - 0.5 * size) for c, at, size in sizes]
        made = lists(tiled.picture, frame, (corner[0], corner[1]), grid, tiled.side)
        rows = woven(made.texels)
        textures = {
            "tile_ranges": self._context.texture(grid, 4, made.ranges, dtype="f4"),
            "tile_rows": self._context.texture(rows.shape[1::-1], 4, rows, dtype="f4"),
        }
        for texture in textures.values():
            texture.filter = moderngl.NEAREST, moderngl.NEAREST
        if len(self._made) == KEPT:
            _free(*self._made.pop(0)[1].values())
        self._made.append((wanted, textures))
        return textures

    def _of_size(self, across: int, up: int) -> tuple[moderngl.Framebuffer, moderngl.Texture]:
        """What the classes are drawn into. The last one is kept, and grows."""
        width, height = self._found[0].size if self._found else (0, 0)
        if self._found is None or across > width or up > height:
            size = max(width, across), max(height, up)
            texture = self._context.texture(size, 4, dtype="f4")
            texture.filter = moderngl.NEAREST, moderngl.NEAREST
            grown = self._context.framebuffer([texture])
            grown.use()  # before the old one goes: moderngl binds again what was in use
            _free(*(self._found or ()))
            self._found = grown, texture
        return self._found

    @contextmanager
    def _wider(
        self, viewport: Sequence[int], whole: tuple[int, int], scissor: Sequence[int] | None
    ) -> Iterator[None]:
        """A viewport of whole tiles, of which no more is seen than of the one that it replaces.

        A point whose center is outside of the viewport may be dropped, whatever it covers.
        """
        gl = self._call
        x, y, width, height = viewport
        left, low, across, up = scissor or viewport
        start = max(x, left), max(y, low)
        end = min(x + width, left + across), min(y + height, low + up)
        gl("glEnable", _SCISSOR_TEST)
        gl("glScissor", *start, *(max(b - a, 0) for a, b in zip(start, end, strict=True)))
        gl("glViewport", x, y, *whole)
        gl("glEnable", _PROGRAM_POINT_SIZE)
        try:
            yield
        finally:
            gl("glDisable", _PROGRAM_POINT_SIZE)
            gl("glViewport", *viewport)
            if scissor:
                gl("glScissor", *scissor)
            else:
                gl("glDisable", _SCISSOR_TEST)


def _bound(lists: Textures, unit: int) -> dict[str, int]:
    """Textures of lists on units from this one on, and the uniforms that say so."""
    for k, texture in enumerate(lists.values()):
        texture.use(unit + k)
    return {name: unit + k for k, name in enumerate(lists)}


def _free(*objects: moderngl.Framebuffer | moderngl.Texture) -> None:
    for each in objects:
        each.release()
