"""Independent answers to hold the toolkit against.

Finite differences, points that lie far from declared kinks, any function of the calculus on the
GPU, the reference compiler of GLSL, and brute force nearest points on an outline.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from jetfield.render.device import offscreen
from jetfield.shaders.calculus.evaluate import Jet, call, jet_arrays
from jetfield.shaders.calculus.function import Function, Input
from jetfield.shaders.calculus.kinks import kinks
from jetfield.shaders.errors import DeviceError
from jetfield.shaders.glsl.layout import layout
from jetfield.shaders.glsl.program import Program
from jetfield.shaders.glsl.scope import access

Array = NDArray[Any]
Point = tuple[float, float]

SIZES = [1e-12, 1e-9, 1e-6, 1e-3, 0.5, 1.0, np.pi / 2, np.pi, 7.0, 1e3, 1e6, 1e9, 1e12]
HOSTILE = np.array([0.0, *SIZES, *(-s for s in SIZES)])
"""Coordinates at which no derivative may be NaN or infinite in float64."""

SINGLES = np.array([x for x in HOSTILE if x == 0 or 1e-6 <= abs(x) <= 1e6] + [-0.0], np.float32)
"""Those that hold for float32, and the other zero."""


def spread(seed: int, count: int, size: float = 2.0, n: int = 2) -> Array:
    """Random points of the cube from -size to size, (count, n), that float32 holds exactly."""
    points = np.random.default_rng(seed).uniform(-size, size, (count, n))
    return points.astype(np.float32).astype(np.float64)


def grid(values: ArrayLike, n: int = 2) -> Array:
    """Every combination of n of the values, one a row."""
    axes = np.meshgrid(*[np.asarray(values)] * n, indexing="ij")
    return np.stack([a.ravel() for a in axes], axis=1)


# --- derivatives ---------------------------------------------------------------------------------
def slope(f: Callable[[Array], Array], points: Array, direction: Array, h: float = 5e-5) -> Array:
    """d f(points + t direction) / dt by the five-point rule, for f of (N, n) to (N, ...)."""
    step = h * direction
    near, far = (f(points + k * step) - f(points - k * step) for k in (1, 2))
    return np.asarray((8.0 * near - far) / (12.0 * h))


def directions(points: Array, seed: int = 5) -> Array:
    """A random unit vector for each point."""
    v = np.random.default_rng(seed).normal(size=points.shape)
    return np.asarray(v / np.linalg.norm(v, axis=1, keepdims=True))


def check_jet(jet: Callable[[Array, int], Any], points: Array, tolerance: float = 1e-7) -> None:
    """First derivatives against differences of values, second against differences of the first.

    Directions are random; the error is relative to 1 + the largest number involved at the point.
    """
    v = directions(points)
    _, first, second = parts(jet(points, 2))
    for order, derivative in ((0, first), (1, second)):
        expected = slope(lambda x, k=order: parts(jet(x, k))[k], points, v)  # type: ignore[misc]
        found = np.einsum("...j,...j->...", derivative, expand(v, derivative.ndim))
        size = 1.0 + widest(derivative) + widest(parts(jet(points, order))[order])
        error = widest(found - expected) / size
        assert error.max() < tolerance, (order + 1, points[error.argmax()], error.max())


def parts(jet: Jet) -> list[Array]:
    """The value, the first and the second derivatives of a jet, as far as it goes."""
    found = [jet.value]
    if jet.order >= 1:
        found.append(jet.gradient if jet.field else jet.jacobian)
    return [*found, jet.hessian] if jet.order == 2 else found


def expand(v: Array, ndim: int) -> Array:
    """(N, n) with axes put between, so that it meets the last axis of an array of ``ndim``."""
    return v.reshape(len(v), *[1] * (ndim - 2), v.shape[1])


def widest(a: Array) -> Array:
    """The greatest magnitude at each point, (N,)."""
    return np.asarray(np.abs(a).max(axis=tuple(range(1, a.ndim)), initial=0.0))


def function_jet(function: Function) -> Callable[[Array, int], Any]:
    """A function of one point input as a function of points and an order."""
    return lambda points, order: jet_arrays(
        function, points, order, field=function.result.size == 1
    )


def away(function: Function, points: Array, most: float = 0.01) -> Array:
    """The points with no kink within reach of ``slope``; at most the share ``most`` may have one."""
    near = near_kinks(function, points, 1e-3, reach=1.5e-4)
    print(f"{function.name}: {near.mean():.2%} of {len(points)} points are near a kink")
    assert near.mean() <= most, f"{function.name}: {near.mean():.1%} of the points are near a kink"
    return points[~near]


def near_kinks(
    function: Function,
    points: Array,
    margin: float,
    values: Mapping[str, Any] | None = None,
    reach: float = 0.0,
) -> Array:
    """Which points lie nearer than ``margin`` (1 + |p|) to a declared kink or jump that is one.

    More is declared than bends: a choice between two equal branches, or one that another hides. So
    the jet must fail to predict itself within ``reach``, by default a little more than the margin.
    """
    distance = call(kinks(function), list(points.T), values)[0]
    near = np.array(np.broadcast_to(distance, (len(points),)) < margin * (1 + widest(points)))
    near[near] = uneven(function, points[near], reach or 4 * margin, values)
    return near


def uneven(
    function: Function, points: Array, step: float, values: Mapping[str, Any] | None = None
) -> Array:
    """Where a jet does not predict, by a step each way, the jets around it."""

    angles = np.arange(8) * np.pi / 8
    ways = np.zeros((8, points.shape[1]))
    ways[:, 0], ways[:, -1] = np.cos(angles), np.sin(angles) if points.shape[1] > 1 else 1.0
    steps = np.concatenate([[0 * ways[0]], step * ways, -step * ways])
    around = (points[None] + steps[:, None]).reshape(-1, points.shape[1])
    found = np.zeros(len(points), bool)
    jets = parts(jet_arrays(function, around, 2, values, field=False))
    for order in (0, 1):
        _, *others = jets[order].reshape(len(steps), len(points), *jets[order].shape[1:])
        slopes = jets[order + 1][: len(points)]
        for v, after, before in zip(ways, others[:8], others[8:], strict=True):
            off = widest((after - before) / (2 * step) - slopes @ v)
            found |= off > 1e-3 * (1 + widest(slopes))
    return found


# --- the GPU -------------------------------------------------------------------------------------
WIDTH = 256


def needs_gl() -> None:
    """Skip where there is no OpenGL at all."""
    try:
        offscreen().run(lambda painter: None)
    except DeviceError as error:
        pytest.skip(str(error))


class Shader:
    """Functions of the calculus as one fragment shader, which evaluates them on rows of numbers."""

    def __init__(self, functions: Sequence[Function], numbers: str = "baked") -> None:
        self.functions = list(functions)
        program = Program(
            numbers, taken=("arguments", "which", "a", *(f"part{k}" for k in range(8)))
        )
        names = [program.add(f) for f in self.functions]
        self.program, self.columns = program, max(len(f.leaves) for f in self.functions)
        self.parts = max((f.result.size + 3) // 4 for f in self.functions)
        texels = (self.columns + 3) // 4
        blocks = (len(program.numbers) + 3) // 4
        kinds = {1: "float", 2: "vec2", 3: "vec3"}
        head = [
            "#version 330 core",
            "uniform sampler2D arguments;  // one block of rows for every four columns",
            "uniform int which;",
            *(f"uniform {kinds[p.size]} {program.uniform(p)};" for p in program.parameters),
            *(f"uniform vec4 numbers_{k};" for k in range(blocks)),
            *(f"layout(location = {k}) out vec4 part{k};" for k in range(self.parts)),
        ]
        # a shader that may discard is compiled once by Mesa's rasteriser, and not twice
        body = [
            "void main() {",
            "    if (which < 0) discard;",
            "    ivec2 at = ivec2(gl_FragCoord.xy);",
        ]
        body += [f"    int height = textureSize(arguments, 0).y / {texels};"]
        body += [
            f"    vec4 a{k} = texelFetch(arguments, at + ivec2(0, {k} * height), 0);"
            for k in range(texels)
        ]
        for k, (f, name) in enumerate(zip(self.functions, names, strict=True)):
            body += [f"    if (which == {k}) {{", *_stored(f, name), "    }"]
        self.text = "\n".join([*head, program.text, *body, "}", ""])

    def __call__(self, columns: ArrayLike, values: Mapping[str, Any] | None = None) -> list[Array]:
        """Every function's outputs, (N, size) float32, at the (N, columns) arguments."""
        rows = np.asarray(columns, dtype=np.float32)
        result: list[Array] = offscreen().run(
            lambda painter: self._draw(painter.context, rows, values or {})
        )
        return result

    def _draw(self, context: Any, rows: Array, values: Mapping[str, Any]) -> list[Array]:
        count, texels = len(rows), (self.columns + 3) // 4
        height = (count + WIDTH - 1) // WIDTH
        padded = np.ones((height * WIDTH, 4 * texels), np.float32)
        padded[:count, : rows.shape[1]] = rows
        blocks = padded.reshape(height, WIDTH, texels, 4).transpose(2, 0, 1, 3)
        program = context.program(VERTEX, self.text)
        used = [
            context.texture((WIDTH, height * texels), 4, np.ascontiguousarray(blocks), dtype="f4")
        ]
        for table in self.program.tables.values():
            tall, wide, _ = table.shape
            used.append(context.texture((wide, tall), 4, np.ascontiguousarray(table), dtype="f4"))
        for unit, (name, texture) in enumerate(
            zip(["arguments", *self.program.tables], used, strict=True)
        ):
            texture.use(unit)
            _set(program, name, unit)
        for p in self.program.parameters:
            _set(program, self.program.uniform(p), values.get(p.name, p.default))
        for start in range(0, len(self.program.numbers), 4):
            four = (*self.program.numbers[start : start + 4], 0.0, 0.0, 0.0)[:4]
            _set(program, f"numbers_{start // 4}", four)
        targets = [context.renderbuffer((WIDTH, height), 4, dtype="f4") for _ in range(self.parts)]
        target = context.framebuffer(targets)
        array = context.vertex_array(program, [])
        target.use()
        found = []
        for k, f in enumerate(self.functions):
            _set(program, "which", k)
            array.render(vertices=3)
            parts = [
                np.frombuffer(target.read(components=4, attachment=j, dtype="f4"), np.float32)
                for j in range((f.result.size + 3) // 4)
            ]
            columns = np.concatenate([p.reshape(-1, 4) for p in parts], axis=1)
            found.append(columns[:count, : f.result.size].copy())
        assert context.error == "GL_NO_ERROR"
        _parked(context).use()  # moderngl goes back to what is in use, which must not be freed
        for each in (array, target, program, *targets, *used):
            each.release()
        return found


@lru_cache(maxsize=1)
def _parked(context: Any) -> Any:
    return context.framebuffer([context.renderbuffer((1, 1), 4)])


VERTEX = """#version 330 core
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(4.0 * corner - 1.0, 0.0, 1.0);
}
"""


def on_gpu(
    functions: Function | Sequence[Function],
    columns: ArrayLike,
    values: Mapping[str, Any] | None = None,
    numbers: str = "baked",
) -> Any:
    """What GLSL makes of a function (or of several) at rows of arguments: (N, size) float32."""
    alone = isinstance(functions, Function)
    found = Shader([functions] if isinstance(functions, Function) else functions, numbers)(
        columns, values
    )
    return found[0] if alone else found


def _set(program: Any, name: str, value: Any) -> None:
    uniform = program.get(name, None)
    if uniform is not None:
        uniform.value = value


def _stored(f: Function, name: str) -> list[str]:
    """Statements that call a function and keep every number of its result."""
    at = 0
    given = []
    for i in f.inputs:
        given.append(
            _made(i, [f"a{(at + k) // 4}.{'xyzw'[(at + k) % 4]}" for k in range(i.type.size)])
        )
        at += i.type.size
    shape = layout(f.result)
    lines = [f"        {shape.glsl} r = {name}({', '.join(given)});"]
    for k in range(0, f.result.size, 4):
        four = [f"r{access(shape, k + j)}" if k + j < f.result.size else "0.0" for j in range(4)]
        lines.append(f"        part{k // 4} = vec4({', '.join(four)});")
    return lines


def _made(i: Input, numbers: list[str]) -> str:
    shape = layout(i.type)
    parts, at = [], 0
    for m in shape.members:
        own = ", ".join(numbers[at : at + m.size])
        parts.append(own if m.size == 1 else f"{m.glsl}({own})")
        at += m.size
    return f"{shape.glsl}({', '.join(parts)})" if shape.is_struct else parts[0]


def compiled(text: str) -> None:
    """Compile a fragment shader, and draw a pixel with it: drivers put off much until then."""

    def work(painter: Any) -> None:
        context = painter.context
        _parked(context).use()
        program = context.program(VERTEX, text)
        array = context.vertex_array(program, [])
        array.render(vertices=3)
        context.finish()
        array.release()
        program.release()

    offscreen().run(work)


def glslang(text: str, stage: str = "frag") -> str:
    """What the reference compiler has against a shader: nothing, if it is right."""
    tool = shutil.which("glslangValidator") or pytest.skip(
        "no glslangValidator: apt install glslang-tools"
    )
    done = subprocess.run(
        [tool, "--stdin", "-S", stage], input=text, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


# --- outlines ------------------------------------------------------------------------------------
Piece = Callable[[Array], Array]
"""A piece of an outline: from t in [0, 1], (N,), to points (N, 2)."""


def line(a: Point, b: Point) -> Piece:
    """A straight piece."""
    return lambda t: np.asarray(a) + t[:, None] * (np.asarray(b, float) - np.asarray(a, float))


def arc(center: Point, radius: float, start: float, end: float) -> Piece:
    """A piece of a circle, between two angles."""

    def piece(t: Array) -> Array:
        angle = start + t * (end - start)
        return np.asarray(center) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)

    return piece


def closed(points: Iterable[Point]) -> list[Piece]:
    """The straight pieces around a polygon."""
    corners = list(points)
    return [line(a, b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]


def nearest(pieces: Sequence[Piece], points: Array, samples: int = 65) -> Array:
    """The distance to an outline: the best samples of each piece, then golden sections.

    Between samples a piece stays within its longest step of them. So a piece whose best sample is
    farther than that of another piece by more than such a step has no part in it.
    """
    t = np.linspace(0.0, 1.0, samples)
    sampled = [_best_sample(piece(t), points) for piece in pieces]
    best = np.min([distance for _, distance, _ in sampled], axis=0)
    nearest_sample = best.copy()
    for piece, (start, distance, step) in zip(pieces, sampled, strict=True):
        some = np.flatnonzero(distance - step <= nearest_sample)
        p, at = points[some], start[some]
        low, high = t[np.maximum(at - 1, 0)], t[np.minimum(at + 1, samples - 1)]
        for _ in range(40):
            third = (high - low) * 0.381966
            a, b = low + third, high - third
            left, right = (np.hypot(*(p - piece(x)).T) for x in (a, b))
            low, high = np.where(left > right, a, low), np.where(left > right, high, b)
        best[some] = np.minimum(best[some], np.hypot(*(p - piece(0.5 * (low + high))).T))
    return np.asarray(best)


def _best_sample(along: Array, points: Array) -> tuple[Array, Array, float]:
    """For each point the nearest of the samples and how far that is; and the longest step."""
    x, y = along.T
    starts = []
    for some in np.array_split(points, 1 + len(points) * len(x) // (1 << 16)):
        square = (some[:, :1] - x) ** 2
        square += (some[:, 1:] - y) ** 2
        starts.append(square.argmin(axis=1))
    start = np.concatenate(starts)
    distance = np.hypot(*(points - along[start]).T)
    return start, distance, float(np.hypot(*np.diff(along, axis=0).T).max())


def inside(pieces: Sequence[Piece], points: Array, samples: int = 400) -> Array:
    """Even-odd: whether the outline turns an odd number of times around a point."""
    t = np.linspace(0.0, 1.0, samples)
    turned = np.zeros(len(points))
    for piece in pieces:
        d = piece(t)[None] - points[:, None]
        z = d[..., 0] + 1j * d[..., 1]
        turned += np.angle(z[:, 1:] * z[:, :-1].conj()).sum(axis=1)
    return np.asarray(np.rint(turned / (2 * np.pi)).astype(int) % 2 == 1)
