"""Passes: the listings that draw a picture tile by tile, each tile by the least that it takes.

A class pass writes one texel a tile. The others draw one point a tile, as large as it; the vertex
shader reads the tile's class, and moves points of another kind out of sight. So nothing is run
where nothing is drawn, which no branch in a fragment shader promises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from ..calculus.expr import const
from ..calculus.folds import Table
from ..calculus.function import Function, Type, apply
from ..color import encoder
from ..exact import DEPTH
from ..lists import sieves
from ..picture import Picture
from ..tiles import classes, settled, side, varies, worth_classes
from .dialects import DRAWN, Dialect, number
from .listing import (
    Listing,
    declarations,
    drawn,
    encoded,
    listed,
    listing,
    shader,
    texts,
    vertex_shader,
)  # fmt: skip
from .loops import LISTED, Loop, listed_rows
from .program import Program

__all__ = ["EDGE", "SETTLED", "Drawing", "Tiled", "drawing"]

SETTLED, EDGE = 0.0, 1.0
"""What the class of a tile begins with."""
CLASSES = replace(
    DRAWN,
    output="out vec4 found;\n",
    main="""void main() {{
{begin}    vec2 p = view_center + pixel * ({tile} * gl_FragCoord.xy + origin);
    found = {color};
}}
""",
)
POINTS = """{head}// One point a tile, as large as it; those of another kind lie out of sight.
uniform sampler2D tile_classes;
uniform vec2 tile_grid;  // tiles across and up
uniform float tile_kind;
{declarations}{functions}void main() {{
{copies}    float row = floor((float(gl_VertexID) + 0.5) / tile_grid.x);
    vec2 tile = vec2(float(gl_VertexID) - row * tile_grid.x, row);
    vec4 found = texelFetch(tile_classes, ivec2(tile), 0);
    vec2 place = {seen} ? 2.0 * (tile + 0.5) / tile_grid - 1.0 : vec2(9.0);
    gl_Position = vec4(place, 0.0, 1.0);
    gl_PointSize = {size};
{own}}}
"""
PAINTED = replace(DRAWN, output="flat in vec3 tile_class;\nout vec4 fragment;\n")
FLAT = """#version 330 core
flat in vec4 tile_color;
out vec4 fragment;

void main() {
    fragment = tile_color;
}
"""


_ROWS = f"uniform sampler2D tile_rows;\n{LISTED}\n"
FETCHED = f"uniform sampler2D tile_ranges;\nvec4 tile_range;\n{_ROWS}"
BEGIN = "    tile_range = texelFetch(tile_ranges, ivec2(gl_FragCoord.xy), 0);\n"
PASSED = f"flat in vec4 tile_range;\n{_ROWS}"
RANGED = (
    "uniform sampler2D tile_ranges;\nflat out vec4 tile_range;\n",
    "    tile_range = texelFetch(tile_ranges, ivec2(tile), 0);\n",
)
OF_KIND = "found.x == tile_kind"
COLORED = f"{OF_KIND} && found.yzw != vec3(0.0)"


@dataclass(frozen=True)
class Tiled:
    """The passes over tiles of ``side`` pixels: their classes, those without an edge, the others.

    Where ``ground`` is not None, it is the one color of tiles in which every layer is empty, as it
    is written: a function of nothing.
    """

    picture: Picture
    side: int
    classes: Listing
    settled: Listing
    edges: Listing
    ground: Function | None
    listed: bool
    """Whether tiles have lists of the rows to look at, in the textures of ``Lists``."""


@dataclass(frozen=True)
class Drawing:
    """All listings of a picture, made when they are asked for."""

    picture: Picture
    antialias: str
    output: str
    numbers: str

    @property
    def whole(self) -> Listing:
        """What draws every pixel alike."""
        return listing(
            self.picture, antialias=self.antialias, output=self.output, numbers=self.numbers
        )

    @cached_property
    def tiled(self) -> Tiled | None:
        """What draws by tiles; None if it is not worth it."""
        if not worth_classes(self.picture, self.antialias):
            return None
        function, ground = settled(self.picture, self.antialias), None
        if varies(function):
            inner = self._painted(function)
        else:
            inner, ground = self._flat(function), self._ground(function)
        passes = self._classes(), inner, self._edges()
        return Tiled(self.picture, self._side, *passes, ground, bool(self._loops))

    def _ground(self, function: Function) -> Function:
        color = apply(function, [const(0.0)] * len(function.leaves))
        if self.output != "linear":
            color = apply(encoder(self.output), color)
        return Function("ground", [], color, Type(4))

    @property
    def _side(self) -> int:
        return side(self.picture, self.antialias)

    def _classes(self) -> Listing:
        fetched, begin = (FETCHED, BEGIN) if self._loops else ("", "")
        program = self._program(replace(CLASSES, output=CLASSES.output + fetched))
        name = program.add(classes(self.picture, self.antialias))
        half = 0.5 * self._side + 0.5  # half a pixel more: that of a pixel at its rim
        main = CLASSES.main.format(
            tile=number(float(self._side)),
            color=f"{name}(p, {number(half)} * pixel)",
            begin=begin,
        )
        return shader(program, "", main)

    def _painted(self, function: Function) -> Listing:
        """Tiles without an edge whose colors are worked out for each pixel."""
        program = Program(self.numbers, DRAWN.taken, dialect=PAINTED)
        color = encoded(program, f"{program.add(function)}(p, tile_class)", self.output)
        made = shader(program, "", DRAWN.main.format(color=color))
        own = "flat out vec3 tile_class;\n", "    tile_class = found.yzw;\n"
        return replace(made, vertex=self._points(made.blocks, *own))

    def _flat(self, function: Function) -> Listing:
        """Tiles without an edge, of one color each."""
        program = Program(self.numbers, DRAWN.taken, dialect=DRAWN)
        name = program.add(function)
        color = encoded(program, f"{name}(vec2(0.0), found.yzw)", self.output)
        heads = [*declarations(program, {"pixel"}), *program.lines]
        functions = "flat out vec4 tile_color;\n" + "\n".join(line.text for line in heads) + "\n"
        own = f"    tile_color = {color};\n"
        vertex = self._points(program.blocks, functions, own, seen=COLORED)
        return listed(program, texts(FLAT), vertex)

    def _points(
        self, blocks: Sequence[str], functions: str = "", own: str = "", seen: str = OF_KIND
    ) -> str:
        """The vertex shader of a pass over tiles."""
        holes = {"functions": functions, "own": own, "seen": seen}
        return vertex_shader(POINTS, DRAWN, blocks, size=number(float(self._side)), **holes)

    def _edges(self) -> Listing:
        if not self._loops:
            return replace(self.whole, vertex=self._points(self.whole.blocks))
        program = self._program(replace(DRAWN, output=PASSED + DRAWN.output))
        made = drawn(self.picture, self.antialias, self.output, program, depth=DEPTH)
        return replace(made, vertex=self._points(made.blocks, *RANGED))

    @property
    def _loops(self) -> dict[Table, Loop]:
        """How the tables that have lists are gone through."""
        ends = ("tile_range.x", "tile_range.y"), ("tile_range.z", "tile_range.w")
        return {
            places[0].table: listed_rows(*own)
            for places, own in zip(sieves(self.picture), ends, strict=False)
        }

    def _program(self, dialect: Dialect) -> Program:
        return Program(self.numbers, DRAWN.taken, dialect=dialect, listed=self._loops)


@lru_cache(maxsize=64)
def drawing(picture: Picture, antialias: str, output: str, numbers: str = "baked") -> Drawing:
    """The drawing of a picture."""
    return Drawing(picture, antialias, output, numbers)
