"""Dialects: what a listing needs where it goes. A target is one record; the functions are the same.

Every body is valid in GLSL 330 core and GLSL ES 3.00 alike, so what a record says is how a shader
begins and ends, how parameters are declared, and where tables lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..calculus.parameters import Parameter
from ..color import hex_of
from .layout import vector
from .scope import literal

__all__ = ["DIALECTS", "DRAWN", "Dialect", "declared", "number"]


class BuiltIn(NamedTuple):
    """How a value that is no slider is read, and what declares it, if anything has to."""

    text: str
    declaration: str = ""


@dataclass(frozen=True, eq=False)
class Dialect:
    """One target. Holes: ``{x} {y} {height}`` of the view, ``{color}`` of a pixel's, and names."""

    name: str
    head: str = ""  # how a whole shader begins
    precision: str = ""  # what has to stand before the first float, in a library too
    notes: str = ""  # how to run the shader
    view: str = ""  # the place of the picture in the plane; comes before what reads it
    parameter: str = "uniform {type} {name};"
    block: str = "uniform vec4 {name};"  # four live numbers; "" if there is no way to pass them
    output: str = ""
    main: str = ""
    built_in: Mapping[str, BuiltIn] = field(default_factory=dict)
    fixed: bool = False  # view and parameters are constants in the text
    opaque: bool = False  # the background, if there is none, is black
    comments: bool = True  # parameters and tables say what they are
    vertex: str = ""  # how the vertex shader begins; "" if the target has its own
    varyings: int = 0  # blocks of live numbers that the vertex shader passes on
    wrapped: bool = False  # many loops lie within one, see listing.ONCE
    elements: int = 0  # rows of constant arrays, each up to a vec4, that a text may hold
    sampler: str = ""  # how the texture of longer tables is declared; "" if there is none
    taken: tuple[str, ...] = ()  # names that the record's own text uses


SITE_ELEMENTS = 4096
"""Direct3D 11, to which browsers on Windows translate, takes as many constants of four floats.
Measured: 8 s to compile and draw in Chromium's software rasteriser, 5 s in Mesa's."""
TEXT_ELEMENTS = 1024
"""Where there is a texture for the rest, as many as compile at once: 0.5 s and 0.3 s."""

CORNERS = "4.0 * vec2(gl_VertexID & 1, gl_VertexID >> 1) - 1.0"
_MAIN = """void main() {{
    vec2 p = view_center + pixel * (gl_FragCoord.xy + origin);
    fragment = {color};
}}
"""
DRAWN = Dialect(
    "330",
    head="#version 330 core\n",
    view="""uniform vec2 view_center;  // scene units
uniform vec2 origin;       // from the picture's center, in pixels
""",
    output="out vec4 fragment;\n",
    main=_MAIN.replace(
        "{{",
        "{{\n    if (pixel < 0.0) discard;  // never, but Mesa then compiles it once, not twice",
        1,
    ),
    built_in={
        "pixel": BuiltIn("pixel", "uniform float pixel;       // its width in scene units\n"),
    },
    comments=False,
    vertex="#version 330 core\n",
    varyings=14,
    wrapped=True,
    sampler="uniform sampler2D",
    taken=(
        *("view_center", "origin", "pixel", "fragment"),
        *("tile_classes", "tile_grid", "tile_kind", "tile_class", "tile_color"),
        *("tile_ranges", "tile_range", "tile_rows", "listed_texel"),
    ),
)
"""What ``render`` draws: GLSL 330, every table in the texture, live numbers as flat varyings (of
which OpenGL 3.3 promises 15 vec4s; more are read as uniforms, which is slower).

Mesa's software rasteriser compiles a shader twice, once for what is wholly covered, unless it may
discard: one that never does, but might, is ready in two thirds of the time, and draws as fast."""

_GLSL_330 = replace(
    DRAWN,
    main=_MAIN,
    notes=f"""// It writes sRGB with straight alpha. One triangle covers the picture, w x h pixels:
// three vertices with gl_Position = vec4({CORNERS}, 0.0, 1.0).
// The scene's own view: view_center ({{x}}, {{y}}), pixel {{height}} / h, origin (-w / 2, -h / 2).
""",
    comments=True,
    varyings=0,
    elements=TEXT_ELEMENTS,
)
_HIGH = "precision highp float;\nprecision highp int;\n"
_GLSL_300ES = replace(
    _GLSL_330,
    name="300es",
    wrapped=False,
    head="#version 300 es\n",
    precision=_HIGH,
    vertex=f"#version 300 es\n{_HIGH}",
    sampler="uniform highp sampler2D",
)
_SHADERTOY = Dialect(
    "shadertoy",
    notes="// The image pass of a shader on shadertoy.com; what is constant may be edited.\n",
    view="""const vec2 view_center = vec2({x}, {y});  // scene units
const float view_height = {height};  // scene units, from bottom to top
""",
    parameter="const {type} {name} = {value};",
    block="",
    main="""void mainImage(out vec4 fragColor, in vec2 fragCoord) {{
    vec2 p = view_center + pixel() * (fragCoord - 0.5 * iResolution.xy);
    fragColor = {color};
}}
""",
    built_in={
        "pixel": BuiltIn(
            "pixel()",
            """// The width of a pixel in scene units.
float pixel() { return view_height / iResolution.y; }
""",
        ),
        "mouse": BuiltIn(
            "mouse()",
            """// In scene units; (0, 0) until it is pressed for the first time.
vec2 mouse() {
    vec2 place = iMouse.xy - 0.5 * iResolution.xy;
    return iMouse == vec4(0.0) ? vec2(0.0) : view_center + view_height / iResolution.y * place;
}
""",
        ),
        "seconds": BuiltIn("iTime"),
        "resolution": BuiltIn("iResolution"),
    },
    fixed=True,
    opaque=True,
    elements=SITE_ELEMENTS,
    taken=("view_center", "view_height", "pixel", "mouse"),
)

DIALECTS = {d.name: d for d in (_GLSL_330, _GLSL_300ES, _SHADERTOY)}
"""The targets of ``to_glsl``, by name."""


def number(value: float | tuple[float, ...]) -> str:
    """A number or a vector as GLSL: ``vec3(0.1, 0.2, 0.3)``."""
    if isinstance(value, tuple):
        return f"{vector(len(value))}({', '.join(literal(float(x)) for x in value)})"
    return literal(float(value))


def declared(dialect: Dialect, parameter: Parameter, name: str) -> str:
    """The line that declares a parameter, with what a person has to know to set it."""
    line = dialect.parameter.format(
        type=vector(parameter.size), name=name, value=number(parameter.default)
    )
    return f"{line}  // {_meaning(parameter, name)}" if dialect.comments else line


def _meaning(p: Parameter, name: str) -> str:
    if p.kind == "built-in":
        return {"seconds": "the clock", "mouse": "scene units"}.get(p.name, "pixels")
    called = "" if name == p.name else f"{p.name!a}: "
    if p.kind == "slider":
        assert p.low is not None
        assert p.high is not None
        return f"{called}{literal(p.low)} to {literal(p.high)}, {number(p.default)} as written"
    if p.kind == "toggle":
        return f"{called}1.0 is on, 0.0 is off; {'on' if p.default else 'off'} as written"
    return f"{called}a color in linear light, {hex_of(p.default)} as written"
