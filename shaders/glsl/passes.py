"""Passes: the listings that draw a picture tile by tile, each tile by the least that it takes.

A class pass writes one texel a tile. The others draw one point a tile, as large as it; the vertex
shader reads the tile's class, and moves points of another kind out of sight. So nothing is run
where nothing is drawn, which no branch in a fragment shader promises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from ..picture import Picture
from ..tiles import TILE, classes, settled, varies, worth_classes
from .dialects import DRAWN, number
from .listing import (
    Listing,
    declarations,
    encoded,
    listed,
    listing,
    shader,
    texts,
    vertex_shader,
)  # fmt: skip
from .program import Program

__all__ = ["EDGE", "SETTLED", "Drawing", "Tiled", "drawing"]

SETTLED, EDGE = 0.0, 1.0
"""What the class of a tile begins with."""
CLASSES = replace(
    DRAWN,
    output="out vec4 found;\n",
    main="""void main() {{
    vec2 p = view_center + pixel * ({tile} * gl_FragCoord.xy + origin);
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
    vec2 place = found.x == tile_kind ? 2.0 * (tile + 0.5) / tile_grid - 1.0 : vec2(9.0);
    gl_Position = vec4(place, 0.0, 1.0);
    gl_PointSize = {size};
{own}}}
"""
PAINTED = replace(DRAWN, output="flat in vec3 tile_class;\nout vec4 fragment;\n")
FLAT = "#version 330 core\nflat in vec4 tile_color;\nout vec4 fragment;\n"
FLAT_MAIN = "\nvoid main() {\n    fragment = tile_color;\n}\n"


@dataclass(frozen=True)
class Tiled:
    """The passes: the classes of tiles, those without an edge, and those with one."""

    classes: Listing
    settled: Listing
    edges: Listing


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
        return Tiled(self._classes(), self._settled(), self._edges())

    def _classes(self) -> Listing:
        program = Program(self.numbers, DRAWN.taken, dialect=CLASSES)
        name = program.add(classes(self.picture))
        main = CLASSES.main.format(
            tile=number(float(TILE)), color=f"{name}(p, {number(0.5 * TILE + 0.5)} * pixel)"
        )
        return shader(program, "", main)

    def _settled(self) -> Listing:
        """Colors that vary are worked out for each pixel, others once a tile."""
        function = settled(self.picture)
        flat = not varies(function)
        program = Program(self.numbers, DRAWN.taken, dialect=DRAWN if flat else PAINTED)
        name = program.add(function)
        if not flat:
            color = encoded(program, f"{name}(p, tile_class)", self.output)
            made = shader(program, "", DRAWN.main.format(color=color))
            own = "flat out vec3 tile_class;\n", "    tile_class = found.yzw;\n"
            return replace(made, vertex=_points(made.blocks, *own))
        color = encoded(program, f"{name}(vec2(0.0), found.yzw)", self.output)
        heads = [*declarations(program, {"pixel"}), *program.lines]
        functions = "flat out vec4 tile_color;\n" + "\n".join(line.text for line in heads) + "\n"
        lines = texts(FLAT + FLAT_MAIN)
        vertex = _points(program.blocks, functions, f"    tile_color = {color};\n")
        return listed(program, lines, vertex)

    def _edges(self) -> Listing:
        return replace(self.whole, vertex=_points(self.whole.blocks))


@lru_cache(maxsize=64)
def drawing(picture: Picture, antialias: str, output: str, numbers: str = "baked") -> Drawing:
    """The drawing of a picture."""
    return Drawing(picture, antialias, output, numbers)


def _points(blocks: Sequence[str], functions: str = "", own: str = "") -> str:
    """The vertex shader of a pass over tiles."""
    size = number(float(TILE))
    return vertex_shader(POINTS, DRAWN, blocks, functions=functions, own=own, size=size)
