"""Listings: complete shaders of a picture, and libraries of functions to paste elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..calculus.expr import Source, const
from ..calculus.folds import Table
from ..calculus.function import Function, Type
from ..calculus.jets import jet
from ..calculus.parameters import Parameter
from ..picture import Cells, Frame, Picture, View
from .dialects import CORNERS, DRAWN, Dialect, declared, number
from .emit import Line
from .layout import layout
from .names import comment
from .program import Origin, Program

__all__ = [
    "COVER", "Listing", "declarations", "drawn", "encoded", "library", "listed", "listing",
    "shader", "texts", "vertex_shader",
]  # fmt: skip

VIEW = View()

VERTEX = """{head}// One triangle that covers the viewport; it needs no buffer.
{declarations}void main() {{
{copies}    gl_Position = vec4({corners}, 0.0, 1.0);
}}
"""


MANY = 12
"""Loops, one after another, that LLVM compiles in two seconds in Mesa's software
rasteriser: every further one doubles the time, unless they all lie in a loop. That costs up to
1.7 times the drawing, and SwiftShader, in browsers, minds it the other way around."""
ONCE = """// Runs once, which the compiler cannot know: within a loop, loops compile in no time.
vec4 {name}(vec2 p) {{
    vec4 color = vec4(0.0);
    for (bool again = true; again; again = {pixel} < 0.0) color = {color};
    return color;
}}

"""


MEANS = """// The mean of a pixel about p: of the whole cell, or of its parts where it is rough.
vec4 {name}(vec2 p) {{
    vec4 total = vec4(0.0);
    int level = 0, i = 0, j = 0;
    do {{
        vec2 at = level == 0 ? vec2(0.0) : (vec2(i % {n}, i / {n}) - {half}) * {first};
        at += level < 2 ? vec2(0.0) : (vec2(j % {n}, j / {n}) - {half}) * {second};
        float side = level == 0 ? 1.0 : level == 1 ? {first} : {second};
        {cell_type} cell = {cell}(p + {pixel} * at, {pixel} * side);
        if (cell.b > 0.5 && level < {depth}) {{
            ++level;
            j = 0;
        }} else {{
            total += (level == 0 ? {all} : level == 1 ? {few} : 1.0) * cell.a;
            if (level == 2) ++j;
            if (level == 1 || (level == 2 && j == {parts})) {{
                ++i;
                level = i == {parts} ? 0 : 1;
            }}
        }}
    }} while (level > 0);
    return total / {all};
}}

"""
"""Depth first through the cells of a pixel. The loop ends at its end, not at its beginning: where a
rasteriser runs several pixels side by side, each but the last trip counts, and most take one. Whole
numbers weigh the parts, so that what is opaque stays so."""


@dataclass(frozen=True, eq=False)
class Listing:
    """A vertex and a fragment shader, what they read, and where their lines come from."""

    vertex: str
    fragment: str
    tables: Mapping[str, NDArray[np.float32]]
    parameters: Mapping[str, Parameter]  # by uniform
    numbers: tuple[float, ...]
    blocks: tuple[str, ...]  # the vec4s that hold the numbers
    sources: tuple[Source | None, ...]
    origins: tuple[Origin, ...] = ()  # of the numbers
    atlas: tuple[Table, ...] = ()  # what the one texture holds

    def uniforms(
        self, frame: Frame, origin: tuple[int, int] = (0, 0)
    ) -> dict[str, float | tuple[float, ...]]:
        """The uniforms' values; ``origin`` is the tile's lower-left pixel in the whole picture."""
        values = frame.values
        found: dict[str, float | tuple[float, ...]] = {}
        for name, parameter in self.parameters.items():
            value = values.get(parameter.name, parameter.default)
            found[name] = tuple(map(float, value)) if parameter.size > 1 else float(value)
        found["pixel"] = frame.pixel
        found["view_center"] = frame.view.center
        found["origin"] = (origin[0] - 0.5 * frame.size[0], origin[1] - 0.5 * frame.size[1])
        for start in range(0, len(self.numbers), 4):
            four = (*self.numbers[start : start + 4], 0.0, 0.0, 0.0)[:4]
            found[f"live_{start // 4}"] = found[self.blocks[start // 4]] = four
        return found

    def source_of(self, line: int) -> Source | None:
        """The scene's line that a line of the fragment shader (1 is the first) comes from.

        Lines without one of their own belong to the nearest line above in the same function.
        """
        for index in range(min(line, len(self.sources)) - 1, -1, -1):
            if self.sources[index]:
                return self.sources[index]
            if self.fragment.splitlines()[index] == "}" and index != line - 1:
                return None
        return None


def listing(
    picture: Picture,
    *,
    antialias: str = "exact",
    output: str = "srgb8",
    numbers: str = "baked",
    dialect: Dialect = DRAWN,
) -> Listing:
    """The shaders that draw a picture: by default in GLSL 330 core, as ``render`` draws them."""
    view = picture.view if dialect is not DRAWN else None  # equal pictures may differ in it
    return _listing(picture, antialias, output, numbers, dialect, view)


@lru_cache(maxsize=64)
def _listing(
    picture: Picture, antialias: str, output: str, numbers: str, dialect: Dialect, view: View | None
) -> Listing:
    if dialect.opaque and picture.background is None:
        black = const(0.0)
        picture = replace(picture, background=(black, black, black, const(1.0)))
    return drawn(picture, antialias, output, Program(numbers, dialect.taken, dialect=dialect), view)


def drawn(
    picture: Picture,
    antialias: str,
    output: str,
    program: Program,
    view: View | None = None,
    cells: Cells | None = None,
) -> Listing:
    """The listing of a picture by a program; if it is exact, by other cells than its own."""
    dialect = program.dialect
    if antialias == "exact":
        composed, parts, depth = cells or picture.cells
        draw, mean = program.add(composed), program.names.take("mean_of_pixel")
        tail = _means(mean, draw, dialect, parts, depth)
    else:
        composed, tail = picture.composed(antialias), ""
        mean = program.add(composed)
    color = encoded(program, f"{mean}(p)", picture, output)
    loops = program.loops(composed) > MANY and antialias not in ("exact", "fwidth")
    if dialect.wrapped and loops:
        name, pixel = program.names.take("drawn"), dialect.built_in["pixel"].text
        tail += ONCE.format(name=name, color=color, pixel=pixel)
        color = f"{name}(p)"
    return shader(program, tail, dialect.main.format(color=color), view or picture.view)


def encoded(program: Program, color: str, picture: Picture, output: str) -> str:
    """What is written of a premultiplied linear color."""
    return color if output == "linear" else f"{program.add(picture.encoder(output))}({color})"


def shader(program: Program, tail: str, main: str, view: View = VIEW) -> Listing:
    """A whole shader: a program's functions, then a text, then what calls them."""
    dialect = program.dialect
    place = _placed(view)
    lines = texts(dialect.head + dialect.precision)
    lines += texts(dialect.notes.format(**place) + dialect.view.format(**place))
    lines += declarations(program, {"pixel"})
    copied = passed_on(dialect, program.blocks)
    lines += [Line(f"flat in vec4 {block};") for block in copied]
    lines += _blocks(program, len(copied))
    own = annotated(program.lines) if dialect.comments else program.lines
    lines += [*texts(dialect.output), Line(""), *own]
    lines += [*texts(tail), *texts(main)]
    return listed(program, lines, vertex_shader(VERTEX, dialect, program.blocks, corners=CORNERS))


def passed_on(dialect: Dialect, blocks: Sequence[str]) -> Sequence[str]:
    """The blocks of live numbers that the vertex shader passes on."""
    return blocks[: dialect.varyings]


def vertex_shader(template: str, dialect: Dialect, blocks: Sequence[str], **holes: str) -> str:
    """A vertex shader that passes live numbers on; "" if the target has its own."""
    copied = passed_on(dialect, blocks)
    text = template.format(
        head=dialect.vertex,
        declarations="".join(
            f"uniform vec4 live_{k};\nflat out vec4 {block};\n" for k, block in enumerate(copied)
        ),
        copies="".join(f"    {b} = live_{k};\n" for k, b in enumerate(copied)),
        **holes,
    )
    return text if dialect.vertex else ""


COVER = vertex_shader(VERTEX, DRAWN, (), corners=CORNERS)
"""The vertex shader of that triangle, for a program without live numbers."""


def _means(name: str, cell: str, dialect: Dialect, parts: int, depth: int) -> str:
    """The text of the function that gives a pixel's mean."""
    return MEANS.format(
        name=name, cell=cell, cell_type=layout(Type(5)).glsl,
        pixel=dialect.built_in["pixel"].text,
        n=parts, parts=parts**2, depth=depth, half=number(0.5 * (parts - 1)),
        first=number(1 / parts), second=number(1 / parts**2),
        few=number(parts**2), all=number(parts**4),
    )  # fmt: skip


@lru_cache(maxsize=64)
def library(function: Function, numbers: str = "baked", dialect: Dialect = DRAWN) -> Listing:
    """A field with its jets of order 1 and 2, as functions to paste into another shader.

    Where the text has to say what is seen, as for pixels on Shadertoy, it is that of ``View()``.
    """
    program = Program(numbers, dialect.taken if dialect.fixed else (), dialect=dialect)
    name = program.names.take(function.name)
    jets = (program.names.take(f"{name.rstrip('_')}_jet{order}") for order in (1, 2))
    for order, own in enumerate((name, *jets)):
        program.add(jet(function, order), own)
    read = {p.name for p in program.parameters}
    lines = texts(dialect.precision)
    if dialect.fixed and read & {"pixel", "mouse"}:
        lines += texts(dialect.view.format(**_placed(View())))
    lines += [*declarations(program, set()), *_blocks(program)]
    lines += [*([Line("")] if lines else []), *annotated(program.lines)]
    while not lines[-1].text:
        lines.pop()
    return listed(program, lines, "")


def listed(program: Program, lines: list[Line], vertex: str) -> Listing:
    """A listing of these lines, and what the program says of it."""
    uniforms = {} if program.dialect.fixed else {program.uniform(p): p for p in program.parameters}
    return Listing(
        vertex, "\n".join(line.text for line in lines) + "\n",
        program.tables, uniforms, tuple(program.numbers), tuple(program.blocks),
        tuple(line.source for line in lines), tuple(program.origins), program.atlas.held,
    )  # fmt: skip


def declarations(program: Program, always: set[str]) -> list[Line]:
    """What declares the parameters that the program reads; what a person may edit is on top."""
    dialect = program.dialect
    read = {p.name for p in program.parameters} | always
    known = [b.declaration for name, b in dialect.built_in.items() if name in read]
    gap = [Line("")] if dialect.fixed else []
    own = [line for text in known if text for line in (*gap, *texts(text))]
    others = [
        Line(declared(dialect, p, program.uniform(p)))
        for p in program.parameters
        if p.name not in dialect.built_in
    ]
    return others + own if dialect.fixed else own + others


def _blocks(program: Program, copied: int = 0) -> list[Line]:
    """What declares live numbers that the fragment shader reads by itself, after those copied."""
    about = "  // Listing.numbers" if program.dialect.comments else ""
    own = program.blocks[copied:]
    return [Line(program.dialect.block.format(name=block) + about) for block in own]


def _placed(view: View) -> dict[str, str]:
    x, y = view.center
    return {"x": number(x), "y": number(y), "height": number(view.height)}


def texts(text: str) -> list[Line]:
    return [Line(line) for line in text.splitlines()]


def annotated(lines: list[Line]) -> list[Line]:
    """Lines with their scene's line as a comment, where it changes."""
    result, last = [], None
    for line in lines:
        text = line.text
        if line.source and line.source != last:
            name = line.source.file.rpartition("/")[2]
            text = f"{text}  {comment(f'{name}:{line.source.line}')}"
        last = line.source or last
        result.append(Line(text, line.source))
    return result
