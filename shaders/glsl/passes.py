"""Passes: the listings that draw a picture tile by tile, each tile by the least that it takes.

A class pass writes one texel a group of tiles, then one a tile of those groups that have an edge.
The others draw one point a tile, as large as it, or one for four that are settled alike; the vertex
shader reads the tile's class, and moves points of another kind out of sight. So nothing is run
where nothing is drawn, which no branch in a fragment shader promises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from ..calculus.costs import size, turns
from ..calculus.expr import Expr
from ..calculus.folds import Table
from ..calculus.function import Function, Type, apply
from ..lists import RUNS, lone, melts, sieves, solo
from ..picture import Picture
from ..tiles import (
    EDGE,
    GROUP,
    RUN,
    SETTLED,
    SMOOTH,
    SOLO,
    class_ops,
    classes,
    rim,
    settled,
    side,
    varies,
    worth_classes,
    worth_smooth,
)  # fmt: skip
from .atlas import LISTED
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
from .loops import Loop, listed_rows
from .program import Program

__all__ = ["Drawing", "Tiled", "drawing"]

CLASSES = replace(
    DRAWN,
    output="uniform float tile_side;  // in pixels\nout vec4 found;\n",
    main="""void main() {{
{begin}    vec2 p = view_center + pixel * (tile_side * gl_FragCoord.xy + origin);
    {look}
{end}}}
""",
)
ONCE = "found = {classes}(p, (0.5 * tile_side + {rim}) * pixel);"
"""One look at a tile, and at the rim around it."""
TWICE = """int part = 0;  // of four; before them, the whole
    do {{
        vec2 at = vec2((part & 1) == 0 ? -1.0 : 1.0, part < 3 ? 1.0 : -1.0);
        vec2 sides = (part == 0 ? vec2(0.0, 0.5) : vec2(0.25)) * tile_side;
        vec4 own = {classes}(p + sides.x * pixel * at, (sides.y + {rim}) * pixel);
        found = part < 2 ? own : vec4(max(own.x, found.x), found.yzw);
        part = part == 0 && own.x == {settled} ? 5 : part + 1;
    }} while (part < 5);"""
"""What ``looked`` says, and no second look where there is no edge."""
POINTS = """{head}// One point a tile, as large as it; those of another kind lie out of sight.
uniform sampler2D tile_classes;
uniform vec2 tile_grid;  // tiles across and up
uniform float tile_kind;
uniform float tile_size;  // of a point
{declarations}{functions}void main() {{
{copies}    float row = floor((float(gl_VertexID) + 0.5) / tile_grid.x);
    vec2 tile = vec2(float(gl_VertexID) - row * tile_grid.x, row);
    vec4 found = texelFetch(tile_classes, ivec2(tile), 0);
    vec2 place = {seen} ? 2.0 * (tile + 0.5) / tile_grid - 1.0 : vec2(9.0);
    gl_Position = vec4(place, 0.0, 1.0);
    gl_PointSize = tile_size;
{own}}}
"""
FOURS = """    vec2 first = 2.0 * floor(0.5 * tile);  // of four: one point if they are alike
    ivec2 at = ivec2(first);
    bool alike = 2.0 * tile_size <= {largest} && texelFetch(tile_classes, at, 0) == found
        && texelFetch(tile_classes, at + ivec2(1, 0), 0) == found
        && texelFetch(tile_classes, at + ivec2(0, 1), 0) == found
        && texelFetch(tile_classes, at + ivec2(1, 1), 0) == found;
    if (alike && {seen}) {{
        gl_PointSize = 2.0 * tile_size;
        gl_Position.xy = tile == first ? 2.0 * (tile + 1.0) / tile_grid - 1.0 : vec2(9.0);
    }}
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
LONE = "    if (found.x > 0.0 && {alone}) found.x = {solo};\n"
RUNNING = "    else if (found.x > 0.0 && {runs}) found.x = {run};\n"
BEGIN = "    tile_range = texelFetch(tile_ranges, ivec2(gl_FragCoord.xy), 0);\n"
PASSED = f"flat in vec4 tile_range;\n{_ROWS}"
RANGED = (
    "uniform sampler2D tile_ranges;\nflat out vec4 tile_range;\n",
    "    tile_range = texelFetch(tile_ranges, ivec2(tile), 0);\n",
)
ENDS = ("tile_range.x", "tile_range.y"), ("tile_range.z", "tile_range.w")
OPS_OF_A_PASS = 500
"""What the passes take to compile besides the classes."""
OPS_OF_A_TURN = 10
"""What a turn of a loop takes besides what is in it."""
OF_KIND = "found.x == tile_kind"
COLORED = f"{OF_KIND} && found.yzw != vec3(0.0)"
UNSETTLED = f"found.x != {number(SETTLED)}"


@dataclass(frozen=True)
class Tiled:
    """The passes over tiles of ``side`` pixels: their classes, then those of each kind.

    Where ``ground`` is not None, it is the one color of tiles in which every layer is empty, as it
    is written: a function of nothing.
    """

    picture: Picture
    side: int
    rim: float
    """So many pixels around each are looked at, too."""
    classes: Listing
    kinds: tuple[tuple[float, Listing], ...]
    """Those of tiles with an edge may be told apart: smooth ones, or with lists of one row."""
    ground: Function | None
    listed: bool
    """Whether tiles have lists of the rows to look at, in the textures of ``Lists``."""

    @property
    def edges(self) -> Listing:
        """What draws tiles with an edge, as it can all others."""
        return next(listing for kind, listing in self.kinds if kind == EDGE)

    def mapped(self, change: Callable[[Listing], Listing]) -> Tiled:
        """The same with every listing changed."""
        kinds = tuple((kind, change(listing)) for kind, listing in self.kinds)
        return replace(self, classes=change(self.classes), kinds=kinds)


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
    def ops(self) -> int:
        """About how many ops a pixel takes that is drawn whole."""
        exact = self.antialias == "exact"
        drawn = self.picture.cell if exact else self.picture.composed(self.antialias)
        return size(drawn) + OPS_OF_A_TURN * turns(drawn)

    @cached_property
    def more(self) -> int:
        """About how many ops there are to compile before it is drawn by tiles."""
        return OPS_OF_A_PASS + class_ops(self.picture)

    @cached_property
    def tiled(self) -> Tiled | None:
        """What draws by tiles; None if it is not worth it."""
        if not worth_classes(self.picture, self.antialias):
            return None
        function, ground = settled(self.picture, self.antialias), None
        if varies(function):
            inner = self._painted(function)
        else:
            inner, ground = self._flat(function), self.ground
        kinds = [(SETTLED, inner), (EDGE, self._edges(self.picture))]
        smooth = not self._loops and worth_smooth(self.picture, self.antialias)
        if self._loops:
            kinds.append((SOLO, self._edges(solo(self.picture))))
        if self._melting:
            kinds.append((RUN, self._edges(self.picture, runs=True)))
        if smooth:
            kinds.append((SMOOTH, self._edges(self.picture, smooth=True)))
        passes = self._classes(smooth), tuple(kinds)
        return Tiled(
            self.picture, self._side, rim(self.antialias), *passes, ground, bool(self._loops)
        )

    @property
    def listed(self) -> bool:
        """Whether tiles have lists, without which the picture takes far longer."""
        return bool(self._loops) and worth_classes(self.picture, self.antialias)

    @property
    def ground(self) -> Function:
        """What is written where every layer is empty: of the background alone."""
        color: Sequence[Expr] = self.picture.ground
        if self.output != "linear":
            color = apply(self.picture.encoder(self.output), color)
        return Function("ground", [], color, Type(4))

    @property
    def _side(self) -> int:
        return side(self.picture, self.antialias)

    def _classes(self, smooth: bool) -> Listing:
        fetched, begin, end, look = "", "", "", TWICE
        if self._loops:
            look = ONCE  # a tile's list is as tight
            alone = " && ".join(
                f"{end} - {begin} < 1.25" for begin, end in ENDS[: len(sieves(self.picture))]
            )
            fetched, begin, end = FETCHED, BEGIN, LONE.format(alone=alone, solo=number(SOLO))
        if self._melting:
            runs = " && ".join(f"fract({begin}) == {number(RUNS)}" for begin, _ in self._melting)
            end += RUNNING.format(runs=runs, run=number(RUN))
        program = self._program(replace(CLASSES, output=CLASSES.output + fetched))
        name = program.add(classes(self.picture, self.antialias, smooth))
        look = look.format(classes=name, settled=number(SETTLED), rim=number(rim(self.antialias)))
        main = CLASSES.main.format(look=look, begin=begin, end=end)
        made = shader(program, "", main)
        return replace(made, vertex=self._points(made.blocks, seen=UNSETTLED))

    def _painted(self, function: Function) -> Listing:
        """Tiles without an edge whose colors are worked out for each pixel."""
        program = Program(self.numbers, DRAWN.taken, dialect=PAINTED)
        color = encoded(
            program, f"{program.add(function)}(p, tile_class)", self.picture, self.output
        )
        made = shader(program, "", DRAWN.main.format(color=color))
        own = FOURS.format(seen=OF_KIND, largest=number(GROUP)) + "    tile_class = found.yzw;\n"
        return replace(made, vertex=self._points(made.blocks, "flat out vec3 tile_class;\n", own))

    def _flat(self, function: Function) -> Listing:
        """Tiles without an edge, of one color each."""
        program = Program(self.numbers, DRAWN.taken, dialect=DRAWN)
        name = program.add(function)
        color = encoded(program, f"{name}(vec2(0.0), found.yzw)", self.picture, self.output)
        heads = [*declarations(program, {"pixel"}), *program.lines]
        functions = "flat out vec4 tile_color;\n" + "\n".join(line.text for line in heads) + "\n"
        own = FOURS.format(seen=COLORED, largest=number(GROUP)) + f"    tile_color = {color};\n"
        vertex = self._points(program.blocks, functions, own, seen=COLORED)
        return listed(program, texts(FLAT), vertex)

    def _points(
        self, blocks: Sequence[str], functions: str = "", own: str = "", seen: str = OF_KIND
    ) -> str:
        """The vertex shader of a pass over tiles."""
        holes = {"functions": functions, "own": own, "seen": seen}
        return vertex_shader(POINTS, DRAWN, blocks, **holes)

    def _edges(self, picture: Picture, smooth: bool = False, runs: bool = False) -> Listing:
        """Tiles with an edge; of a picture that is alike in them. Rows may all melt in ``runs``."""
        if not self._loops and not smooth:
            return replace(self.whole, vertex=self._points(self.whole.blocks))
        passed, ranged = (PASSED, RANGED) if self._loops else ("", ("", ""))
        program = self._program(replace(DRAWN, output=passed + DRAWN.output), runs)
        cells = None
        if smooth:
            cells = picture.smooth_cells
        elif self.antialias == "exact":
            cells = picture.cells_by_lists(max(len(table.array) for table in self._loops))
        made = drawn(picture, self.antialias, self.output, program, cells=cells)
        return replace(made, vertex=self._points(made.blocks, *ranged))

    @property
    def _loops(self) -> dict[Table, Loop]:
        """How the tables that have lists are gone through, and those of their lone rows."""
        known = sieves(self.picture)
        return {
            table: listed_rows(*own, melts(places))
            for tables in ([places[0].table for places in known], lone(self.picture))
            for table, places, own in zip(tables, known, ENDS, strict=False)
        }

    @property
    def _melting(self) -> list[tuple[str, str]]:
        """The ends of lists whose rows melt."""
        known = zip(ENDS, sieves(self.picture), strict=False)
        return [own for own, places in known if melts(places)]

    def _program(self, dialect: Dialect, runs: bool = False) -> Program:
        loops = {table: loop._replace(runs=runs) for table, loop in self._loops.items()}
        return Program(self.numbers, DRAWN.taken, dialect=dialect, listed=loops)


@lru_cache(maxsize=64)
def drawing(picture: Picture, antialias: str, output: str, numbers: str = "baked") -> Drawing:
    """The drawing of a picture."""
    return Drawing(picture, antialias, output, numbers)
