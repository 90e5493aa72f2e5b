"""Listings: complete shaders of a picture, and libraries of functions to paste elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..calculus.expr import Source
from ..calculus.function import Function
from ..calculus.jets import jet
from ..calculus.parameters import Parameter
from ..color import encoder
from ..picture import Frame, Picture
from .emit import Line
from .program import Program

__all__ = ["Listing", "library", "listing"]

VERTEX = """#version 330 core
// One triangle that covers the viewport; it needs no buffer.
{declarations}void main() {{
{copies}    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(4.0 * corner - 1.0, 0.0, 1.0);
}}
"""
FRAME = ("view_center", "origin", "fragment")
VARYINGS = 14
"""Blocks of live numbers that the vertex shader passes on: OpenGL 3.3 promises 15 vec4s. More are
read as uniforms, which is slower."""
UNIFORM = {1: "float", 2: "vec2", 3: "vec3"}


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


@lru_cache(maxsize=64)
def listing(
    picture: Picture, *, antialias: str = "exact", output: str = "srgb8", numbers: str = "baked"
) -> Listing:
    """The shaders that draw a picture, in GLSL 330 core."""
    program = Program(numbers, taken=(*FRAME, "pixel"))
    draw = program.add(picture.composed(antialias))
    color = f"{draw}(p)"
    if output != "linear":
        color = f"{program.add(encoder(output))}({color})"
    uniforms = {program.uniform(p): p for p in program.parameters}
    lines = [Line("#version 330 core"), Line("uniform vec2 view_center;  // scene units")]
    lines.append(Line("uniform vec2 origin;       // from the picture's center, in pixels"))
    lines.append(Line("uniform float pixel;       // its width in scene units"))
    lines += [
        Line(f"uniform {UNIFORM[p.size]} {name};")
        for name, p in uniforms.items()
        if name != "pixel"
    ]
    copied = program.blocks if len(program.blocks) <= VARYINGS else []
    kind = "flat in" if copied else "uniform"
    lines += [Line(f"{kind} vec4 {block};") for block in program.blocks]
    lines += [
        Line("out vec4 fragment;"),
        Line(""),
        *annotated(program.lines),
        Line("void main() {"),
    ]
    lines.append(Line("    vec2 p = view_center + pixel * (gl_FragCoord.xy + origin);"))
    lines += [Line(f"    fragment = {color};"), Line("}")]
    return Listing(
        VERTEX.format(
            declarations="".join(
                f"uniform vec4 live_{k};\nflat out vec4 {block};\n"
                for k, block in enumerate(copied)
            ),
            copies="".join(f"    {b} = live_{k};\n" for k, b in enumerate(copied)),
        ),
        "\n".join(line.text for line in lines) + "\n",
        program.tables, uniforms, tuple(program.numbers), tuple(program.blocks),
        tuple(line.source for line in lines),
    )  # fmt: skip


def library(function: Function, numbers: str = "baked") -> str:
    """A field with its jets of order 1 and 2, as functions to paste into another shader."""
    program = Program(numbers, textures=False)
    for order in (0, 1, 2):
        program.add(jet(function, order))
    head = [f"uniform {UNIFORM[p.size]} {program.uniform(p)};" for p in program.parameters]
    head += [f"uniform vec4 {block};" for block in program.blocks]
    body = "\n".join(line.text for line in annotated(program.lines))
    return re.sub(r"\n+$", "\n", "\n".join([*head, body]))


def annotated(lines: list[Line]) -> list[Line]:
    """Lines with their scene's line as a comment, where it changes."""
    result, last = [], None
    for line in lines:
        text = line.text
        if line.source and line.source != last:
            text = f"{text}  // {line.source.file.rpartition('/')[2]}:{line.source.line}"
        last = line.source or last
        result.append(Line(text, line.source))
    return result
