"""Ways to draw an edge, to compare jetfield's with: what people write without derivatives.

Each is a function from a layer's field and the neighbors' differences of it to coverage; the rest
of the picture is composed as jetfield composes it, paints, groups and all, and drawn by OpenGL in
linear light. In their words ``f`` is the field, its unit whatever it is; widths are in pixels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from truth import framed, supersampled

from jetfield.render import render
from jetfield.render.device import offscreen
from jetfield.scenes import Scene
from jetfield.shaders.calculus.expr import Expr, const, make, postorder
from jetfield.shaders.calculus.function import Function, Type, apply
from jetfield.shaders.calculus.jets import jet
from jetfield.shaders.calculus.parameters import BUILT_IN, Parameter, leaf
from jetfield.shaders.calculus.vectors import Vec, abs, clamp, dot, max, min, sqrt, where
from jetfield.shaders.color import blend
from jetfield.shaders.glsl.program import Program
from jetfield.shaders.picture import GRADIENT, POINT, VALUE, Frame, Group, Layer, Picture

Size = tuple[int, int]

VERTEX = """#version 330 core
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(4.0 * corner - 1.0, 0.0, 1.0);
}
"""
FRAGMENT = """#version 330 core
uniform vec2 view_center, middle;
uniform float pixel;
{uniforms}out vec4 fragment;

{functions}
void main() {{
    vec2 p = view_center + pixel * (gl_FragCoord.xy - middle);
    for (bool again = true; again; again = pixel < 0.0) fragment = {draw}(p);
}}
"""
"""The loop runs once, which the compiler cannot know: Mesa compiles loops in loops in no time."""


class Method(Protocol):
    """A way to draw: premultiplied linear light, (h, w, 4); ``frame`` as in ``Frame``."""

    def __call__(self, scene: Scene, size: Size, **frame: Any) -> NDArray[Any]: ...


# --- edges without derivatives -------------------------------------------------------------------
@dataclass(frozen=True)
class Edge:
    """How much of a pixel lies inside, by the differences of f between neighboring pixels."""

    length: Callable[[Expr, Expr], Any]
    """What is taken for the length of the gradient, by its two components."""
    cover: Callable[[Any, Expr, Expr], Any]
    """The coverage of an edge at this distance, with these differences."""

    def fill(self, f: Expr) -> Any:
        """Coverage of {f <= 0}."""
        x, y = make("dfdx", f), make("dfdy", f)
        return self.cover(f / max(self.length(x, y), 1e-30), x, y)

    def band(self, f: Expr, width: Any) -> Any:
        """Coverage of a line of this width in pixels, as the difference of its two edges."""
        x, y = make("dfdx", f), make("dfdy", f)
        away = abs(f / max(self.length(x, y), 1e-30))
        return max(self.cover(away - 0.5 * width, x, y) - self.cover(away + 0.5 * width, x, y), 0.0)

    def fade(self, f: Expr, fade: Any, width: Any | None) -> Any:
        """A ramp of this many pixels over the edge, or over both of a line's."""
        slope = max(self.length(make("dfdx", f), make("dfdy", f)), 1e-30)
        outer, inner = (0.0, 0.0) if width is None else (0.5 * width, -0.5 * width)
        ramps = [clamp(0.5 - (f / slope - side) / fade, 0.0, 1.0) for side in (outer, inner)]
        return ramps[0] if width is None else ramps[0] - ramps[1]


def _length(x: Expr, y: Expr) -> Any:
    return sqrt(dot(Vec((x, y)), Vec((x, y))))


def _sum(x: Expr, y: Expr) -> Any:
    return abs(x) + abs(y)


def _smooth(d: Any, x: Expr, y: Expr) -> Any:
    t = clamp(0.5 * d + 0.5, 0.0, 1.0)
    return 1.0 - t * t * (3.0 - 2.0 * t)


def _ramp(d: Any, x: Expr, y: Expr) -> Any:
    return clamp(0.5 - d, 0.0, 1.0)


def _box(d: Any, x: Expr, y: Expr) -> Any:
    """The part of a pixel behind a line at distance d, whose normal is along (x, y), exactly."""
    size = max(_length(x, y), 1e-30)
    a = max(max(abs(x), abs(y)) / size, 1e-3)
    b = max(min(abs(x), abs(y)) / size, 1e-4)
    u = abs(d)
    corner = max(0.5 * (a + b) - u, 0.0)
    beyond = where(u <= 0.5 * (a - b), 0.5 - u / a, corner * corner / (2.0 * a * b))
    return clamp(where(d < 0.0, 1.0 - beyond, beyond), 0.0, 1.0)


EDGES = {
    "smoothstep": Edge(_sum, _smooth),  # 1 - smoothstep(-w, w, f), w = fwidth(f)
    "clamp": Edge(_length, _ramp),  # clamp(0.5 - f / length(dFdx, dFdy), 0, 1)
    "box": Edge(_length, _box),  # exact coverage of the half-plane that dFdx, dFdy tell
}


# --- a picture with such edges -------------------------------------------------------------------
def composed(picture: Picture, edge: Edge) -> Function:
    """The picture as a function of a point, its edges drawn in this way."""
    below = (const(0.0),) * 4 if picture.background is None else picture.background
    return Function("picture", [POINT], _stacked(picture.layers, below, edge), Type(4))


def _stacked(layers: Sequence[Layer | Group], color: Sequence[Expr], edge: Edge) -> Vec:
    below = Vec(color)
    for layer in layers:
        if isinstance(layer, Group):
            above = _stacked(layer.layers, (const(0.0),) * 4, edge) * layer.opacity
        else:
            # A function for each layer: in one of them all, the driver compiles for minutes.
            lit = Function("lit", [POINT], _light(layer, edge), Type(4))
            above = Vec(apply(lit, POINT.leaves))
        below = Vec(apply(blend(layer.blend), (*below, *above)))
    return below


def _light(layer: Layer, edge: Edge) -> Vec:
    """Premultiplied light of one layer; derivatives are taken only for a paint that reads them."""
    shaded = not {*VALUE.leaves, *GRADIENT.leaves}.isdisjoint(postorder(layer.color))
    f, *g = apply(jet(layer.field, int(shaded)), POINT.leaves)
    colored = Function("color", [POINT, VALUE, GRADIENT], layer.color, inline=True)
    *color, alpha = apply(colored, (*POINT.leaves, f, *(g or (const(0.0),) * 2)))
    width, fade = (
        None if e is None else e / leaf(BUILT_IN["pixel"]) for e in (layer.width, layer.fade)
    )
    if fade is not None:
        cover = edge.fade(f, fade, width)
    else:
        cover = edge.fill(f) if width is None else edge.band(f, width)
    light: Vec = Vec((*color, const(1.0))) * (cover * layer.opacity * clamp(alpha, 0.0, 1.0))
    return light


@dataclass(frozen=True)
class Shader:
    """A complete fragment shader, and what its uniforms are called."""

    text: str
    tables: dict[str, NDArray[np.float32]]
    parameters: dict[str, Parameter]

    def uniforms(self, frame: Frame) -> dict[str, float | tuple[float, ...]]:
        """The uniforms' values in a frame."""
        values = frame.values
        found: dict[str, float | tuple[float, ...]] = {}
        for name, parameter in self.parameters.items():
            value = values.get(parameter.name, parameter.default)
            found[name] = tuple(map(float, value)) if parameter.size > 1 else float(value)
        middle = (0.5 * frame.size[0], 0.5 * frame.size[1])
        return {**found, "pixel": frame.pixel, "view_center": frame.view.center, "middle": middle}


@lru_cache(maxsize=256)
def shader(picture: Picture, name: str) -> Shader:
    """The shader of a picture, its edges drawn as EDGES has it."""
    program = Program(taken=("view_center", "middle", "pixel", "fragment"))
    draw = program.add(composed(picture, EDGES[name]))
    read = {program.uniform(p): p for p in program.parameters if p.name != "pixel"}
    kind = {1: "float", 2: "vec2", 3: "vec3"}
    uniforms = "".join(f"uniform {kind[p.size]} {name};\n" for name, p in read.items())
    text = FRAGMENT.format(uniforms=uniforms, functions=program.text, draw=draw)
    return Shader(text, dict(program.tables), read)


def run(shader: Shader, frame: Frame) -> NDArray[np.float32]:
    """What a shader draws: (h, w, 4), top row first."""

    def work(painter: Any) -> NDArray[np.float32]:
        context = painter.context
        buffer = context.renderbuffer(frame.size, 4, dtype="f4")
        target = context.framebuffer([buffer])
        program = context.program(VERTEX, shader.text)
        array = context.vertex_array(program, [])
        for name, value in shader.uniforms(frame).items():
            if name in program:
                program[name].value = value
        textures = []
        for unit, (name, table) in enumerate(shader.tables.items()):
            rows, width, _ = table.shape
            texture = context.texture((width, rows), 4, np.ascontiguousarray(table), dtype="f4")
            texture.filter = context.NEAREST, context.NEAREST
            texture.use(unit)
            program[name].value = unit
            textures.append(texture)
        target.use()
        array.render(vertices=3)
        pixels = np.frombuffer(target.read(components=4, dtype="f4"), np.float32)
        context.detect_framebuffer(0).use()  # moderngl binds again what was in use
        for thing in (*textures, array, program, target, buffer):
            thing.release()
        return pixels.reshape(frame.size[1], frame.size[0], 4)[::-1]

    found: NDArray[np.float32] = offscreen().run(work)
    return found


# --- the methods ---------------------------------------------------------------------------------
def without_derivatives(name: str) -> Method:
    """One of EDGES."""

    def draw(scene: Scene, size: Size, **frame: Any) -> NDArray[Any]:
        picture = scene.lower()
        return run(shader(picture, name), framed(picture, size, **frame))

    return draw


def drawn(antialias: str) -> Method:
    """The renderer's own method of this name."""
    return partial(render, antialias=antialias, output="linear")


smoothstep = without_derivatives("smoothstep")
BASELINES: dict[str, Method] = {name: without_derivatives(name) for name in EDGES}
SAMPLED: dict[str, Method] = {
    f"x{side * side}": partial(supersampled, side=side) for side in (2, 4, 8)
}
"""Supersampling on grids; they take ``only``, the pixels that are wanted."""
OURS: dict[str, Method] = {name: drawn(name) for name in ("gradient", "exact")}
METHODS = {**BASELINES, **SAMPLED, **OURS}
