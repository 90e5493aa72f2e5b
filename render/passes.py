"""Drawing tile by tile: first what each tile is, then every kind of tile by its own program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import moderngl

from ..shaders.calculus.evaluate import call
from ..shaders.calculus.parameters import parameters
from ..shaders.glsl.atlas import woven
from ..shaders.lists import lists, read
from ..shaders.tiles import ABOVE, EDGE, GROUP, SETTLED
from . import gl
from .program import Programs, free

if TYPE_CHECKING:
    from ..shaders.calculus.function import Function
    from ..shaders.glsl import Listing
    from ..shaders.glsl.passes import Tiled
    from ..shaders.picture import Frame

__all__ = ["Passes"]

KEPT: Final = 4
"""Lists that are kept: several pictures may be drawn by turns."""
Textures = dict[str, moderngl.Texture]
"""By sampler."""


class _Level(NamedTuple):
    """The classes of squares of the picture, in a texture that may be larger than their grid."""

    target: moderngl.Framebuffer
    grid: tuple[int, int]
    side: int  # of a square, in pixels

    @property
    def texture(self) -> moderngl.Texture:
        """One texel a square."""
        (found,) = self.target.color_attachments
        assert isinstance(found, moderngl.Texture)
        return found

    @property
    def covers(self) -> tuple[int, int]:
        """Pixels across and up."""
        return self.grid[0] * self.side, self.grid[1] * self.side


class Passes:
    """Draws by tiles in one context, into the framebuffer in use.

    Only for the thread in which the context is current.
    """

    def __init__(self, context: moderngl.Context, programs: Programs) -> None:
        self._context = context
        self._programs = programs
        self._levels: dict[str, moderngl.Framebuffer] = {}
        self._call = gl.calls(context)
        self._largest = self._call.integers(gl.POINT_SIZE_RANGE)[1]
        self._made: list[tuple[object, Textures]] = []  # lists of what was drawn last, and for what
        self._ground_of: object = None
        self._ground_color: tuple[float, ...] = ()

    def possible(self, width: int, height: int) -> bool:
        """Whether points may be as large as groups of tiles, and one as all of these."""
        return self._largest >= max(GROUP, -(-max(width, height) // GROUP))

    def draw(
        self, tiled: Tiled, frame: Frame, origin: tuple[int, int], *, classed: bool = True
    ) -> None:
        """Draw over the viewport of the framebuffer in use; ``origin`` is as for ``Painter.cover``.

        If tiles are not ``classed``, each is drawn as one with an edge: that takes one program.

        Raises:
            ShaderError: the driver refuses a listing.
        """
        target = self._context.fbo
        call = self._call
        left, low, width, height = call.integers(gl.VIEWPORT)
        scissor = call.integers(gl.SCISSOR_BOX) if call.glIsEnabled(gl.SCISSOR_TEST) else None
        there = origin[0] + left, origin[1] + low
        groups, tiles = self._levels_of(tiled, (width, height))
        listed = self._list(tiled, frame, there, tiles.grid) if tiled.listed else {}
        if classed:
            self._class(tiled, frame, there, (groups, tiles), listed)
        else:
            self._fill(tiles, EDGE)

        target.use()
        with self._wider((left, low, width, height), tiles.covers, scissor):
            if tiled.ground is not None:
                call.clear(self._ground(tiled.ground, frame))
            for kind, listing in tiled.kinds if classed else ((EDGE, tiled.edges),):
                values = listing.uniforms(frame, origin) | {"tile_kind": kind}
                for level in (groups, tiles) if kind == SETTLED else (tiles,):
                    self._points(listing, values, level, level.side, listed)

    def compiled(self, tiled: Tiled, frame: Frame) -> Iterator[None]:
        """Compile, one at each step, what ``draw`` needs besides the listing of tiles with an edge.

        For the framebuffer that is in use at each step: drivers may do so at the first drawing.
        """
        others = [listing for kind, listing in tiled.kinds if kind != EDGE]
        for listing in (tiled.classes, *others):
            target = self._context.fbo
            groups, tiles = self._levels_of(tiled, (1, 1))
            self._fill(groups, EDGE)
            listed = self._list(tiled, frame, (0, 0), tiles.grid) if tiled.listed else {}
            (tiles.target if listing is tiled.classes else target).use()
            values = listing.uniforms(frame) | {"tile_side": 1.0, "tile_kind": ABOVE}  # of no group
            self._points(listing, values, groups, 1, listed)
            self._context.finish()
            yield

    def _levels_of(self, tiled: Tiled, size: tuple[int, int]) -> tuple[_Level, _Level]:
        """Groups and tiles that cover the picture."""
        count = -(-size[0] // GROUP), -(-size[1] // GROUP)
        each = GROUP // tiled.side
        groups = self._level("groups", count, GROUP)
        return groups, self._level("tiles", (each * count[0], each * count[1]), tiled.side)

    def _class(
        self,
        tiled: Tiled,
        frame: Frame,
        there: tuple[int, int],
        levels: tuple[_Level, _Level],
        listed: Textures,
    ) -> None:
        """Find the classes of groups, and of the tiles of those that are not settled."""
        groups, tiles = levels
        values = tiled.classes.uniforms(frame, there)
        if tiled.listed:  # to go through all the rows takes longer than through the tiles' lists
            self._fill(groups, EDGE)
        else:
            whole = self._level("whole", (1, 1), max(groups.grid) * GROUP)
            groups.target.use()
            self._look(tiled.classes, values, whole, groups, listed)
        self._fill(tiles, ABOVE)
        self._look(tiled.classes, values, groups, tiles, listed)

    def _look(
        self,
        listing: Listing,
        values: dict[str, Any],
        parent: _Level,
        level: _Level,
        listed: Textures,
    ) -> None:
        """Find the classes of a level's squares in those of its parent that have an edge."""
        self._call.glViewport(0, 0, *(n * parent.side // level.side for n in parent.grid))
        self._call.glEnable(gl.PROGRAM_POINT_SIZE)
        values["tile_side"] = float(level.side)
        self._points(listing, values, parent, parent.side // level.side, listed)
        self._call.glDisable(gl.PROGRAM_POINT_SIZE)

    def _points(
        self, listing: Listing, values: dict[str, Any], level: _Level, size: int, listed: Textures
    ) -> None:
        """Draw a level's squares by a listing, each as a point of this size."""
        unit = len(listing.tables)
        level.texture.use(unit)
        values |= {"tile_classes": unit, "tile_grid": level.grid, "tile_size": float(size)}
        values |= _bound(listed, unit + 1)
        points = level.grid[0] * level.grid[1]
        self._programs.get(listing).draw(values, listing.tables, points=points)

    def release(self) -> None:
        """Free what was made."""
        for held in self._levels.values():
            free(held)
        self._levels.clear()
        while self._made:
            _free(self._made.pop()[1])

    def _ground(self, ground: Function, frame: Frame) -> tuple[float, ...]:
        """The color of tiles in which every layer is empty."""
        values = [frame.values[name] for name in _names(ground)]
        if (ground, values) != self._ground_of:
            self._ground_color = tuple(map(float, call(ground, [], frame.values)))
            self._ground_of = ground, values
        return self._ground_color

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
        made = lists(tiled.picture, frame, frame.at(*there), grid, tiled.side, tiled.rim)
        rows = woven(made.texels)
        textures = {
            "tile_ranges": self._context.texture(grid, 4, made.ranges, dtype="f4"),
            "tile_rows": self._context.texture(rows.shape[1::-1], 4, rows, dtype="f4"),
        }
        for texture in textures.values():
            texture.filter = moderngl.NEAREST, moderngl.NEAREST
        if len(self._made) == KEPT:
            _free(self._made.pop(0)[1])
        self._made.append((wanted, textures))
        return textures

    def _fill(self, level: _Level, kind: float) -> None:
        """Make all squares of a level of this kind; its framebuffer is in use after."""
        level.target.use()
        self._call.clear((kind, 0.0, 0.0, 0.0))

    def _level(self, name: str, grid: tuple[int, int], side: int) -> _Level:
        """A texture of classes: with an edge, at first. The last of a name is kept, and grows."""
        held = self._levels.get(name)
        if held is None or any(n > m for n, m in zip(grid, held.size, strict=True)):
            width, height = held.size if held else (0, 0)
            size = max(width, grid[0]), max(height, grid[1])
            texture = self._context.texture(size, 4, dtype="f4")
            texture.filter = moderngl.NEAREST, moderngl.NEAREST
            grown = self._context.framebuffer([texture])
            grown.use()  # before the old one goes: moderngl binds again what was in use
            if held:
                free(held)
            self._levels[name] = held = grown
            self._call.clear((EDGE, 0.0, 0.0, 0.0))
        return _Level(held, grid, side)

    @contextmanager
    def _wider(
        self, viewport: Sequence[int], whole: tuple[int, int], scissor: Sequence[int] | None
    ) -> Iterator[None]:
        """A viewport of whole tiles, of which no more is seen than of the one that it replaces.

        A point whose center is outside of the viewport may be dropped, whatever it covers.
        """
        call = self._call
        x, y, width, height = viewport
        left, low, across, up = scissor or viewport
        start = max(x, left), max(y, low)
        end = min(x + width, left + across), min(y + height, low + up)
        call.glEnable(gl.SCISSOR_TEST)
        call.glScissor(*start, *(max(b - a, 0) for a, b in zip(start, end, strict=True)))
        call.glViewport(x, y, *whole)
        call.glEnable(gl.PROGRAM_POINT_SIZE)
        try:
            yield
        finally:
            call.glDisable(gl.PROGRAM_POINT_SIZE)
            call.glViewport(*viewport)
            if scissor:
                call.glScissor(*scissor)
            else:
                call.glDisable(gl.SCISSOR_TEST)


@lru_cache(maxsize=64)
def _names(function: Function) -> tuple[str, ...]:
    """Of the parameters that a function reads."""
    return tuple(p.name for p in parameters(function.outputs))


def _bound(lists: Textures, unit: int) -> dict[str, int]:
    """Textures of lists on units from this one on, and the uniforms that say so."""
    for k, texture in enumerate(lists.values()):
        texture.use(unit + k)
    return {name: unit + k for k, name in enumerate(lists)}


def _free(lists: Textures) -> None:
    for texture in lists.values():
        texture.release()
