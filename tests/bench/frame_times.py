"""Frame times against shaders that an expert writes by hand, in one process.

    python tests/bench/frame_times.py             1024 x 1024, a minute
    python tests/bench/frame_times.py --smoke     small, few frames

The expert's shaders (tests/bench/expert/*.glsl) have their numbers baked in and soften an edge by
clamp(0.5 - f / length(dFdx(f), dFdy(f))); each must look as the scene does. They and jetfield's ways
to draw, as `Renderer.draw` draws into a framebuffer, take turns, so that what else the machine does
meets all; a ratio is the median of those of the rounds. An empty picture shows what a frame costs
without anything in it.

Besides: the expert's field sampled 16 and 64 times a pixel, and "exact" with the scene's numbers live,
as a window draws it, by its frame time to that with them baked; and which part of an exact frame it
takes to tell its tiles apart, of the time that all passes take one after another.

After them: how many operations a scene's field takes, written out: its value, its jet of second
order, and all that coverage reads of it, where jetfield has that as one function.

Exit status: 1 if a picture is not the expert's, or "gradient" or "exact" takes more than --most
times the expert's time in the geometric mean.
"""

import argparse
import importlib
import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import moderngl
import numpy as np
from cases import OWN
from truth import geometric_mean, leaves

from jetfield.render import Renderer
from jetfield.render.frame import MOST_TEXTURES, Painter
from jetfield.render.passes import Passes
from jetfield.render.state import kept
from jetfield.scenes import (
    Field,
    Scene,
    Vec,
    atan2,
    box,
    circle,
    length,
    polar_repeat,
    shape,
    sin,
    swirl,
)
from jetfield.shaders.calculus.expr import Expr, postorder
from jetfield.shaders.calculus.function import Function, callees
from jetfield.shaders.calculus.jets import jet
from jetfield.shaders.glsl.passes import drawing
from jetfield.shaders.picture import Frame

EXPERT = Path(__file__).resolve().parent / "expert"
SAME = 4e-3
"""The mean difference of two pictures of one scene, of which one is soft-edged by hand."""
MOST = 2.0
WARM = 4
"""Frames before those that are timed."""
VERTEX = """#version 330 core
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(4.0 * corner - 1.0, 0.0, 1.0);
}
"""
FRAGMENT = """#version 330 core
#define PIXEL {pixel}
out vec4 fragment;

{field}
void main() {{
    float f = field(PIXEL * gl_FragCoord.xy - 1.0);
    float c = clamp(0.5 - f / length(vec2(dFdx(f), dFdy(f))), 0.0, 1.0);
    float code = c <= 0.0031308 ? 12.92 * c : 1.055 * pow(c, 1.0 / 2.4) - 0.055;
    fragment = vec4(vec3(code), 1.0);
}}
"""
SAMPLED = """#version 330 core
#define PIXEL {pixel}
out vec4 fragment;

{field}
void main() {{
    float inside = 0.0;
    for (int i = 0; i < {n}; ++i) for (int j = 0; j < {n}; ++j) {{
        vec2 at = gl_FragCoord.xy + (vec2(i, j) + 0.5) / {n}.0 - 0.5;
        inside += field(PIXEL * at - 1.0) <= 0.0 ? 1.0 : 0.0;
    }}
    float c = inside / {n}.0 / {n}.0;
    float code = c <= 0.0031308 ? 12.92 * c : 1.055 * pow(c, 1.0 / 2.4) - 0.055;
    fragment = vec4(vec3(code), 1.0);
}}
"""
OURS = ("gradient", "exact")


def fan() -> Scene:
    """The fan r - 1 + sin(3a + 2r^2) / 2, at half its size."""

    @shape
    def quilez(p: Vec) -> Any:
        r = length(p)
        return r - 1 + 0.5 * sin(3 * atan2(p.y, p.x) + 2 * r * r)

    return _white(quilez())


def petals() -> Scene:
    """Six petals with a square hole, stirred."""
    petal = circle(0.3).translate(0.55, 0) - box(0.2, 0.2).translate(0.55, 0)
    return _white(petal.warp(polar_repeat(6)).warp(swirl(1.5, radius=1.0)))


def _white(field: Field) -> Scene:
    scene = Scene(background="black")
    scene.fill(field, "white")
    return scene


SCENES: dict[str, Callable[[], Scene]] = {
    "fan": fan,
    "petals": petals,
    **{name: OWN[name].make for name in (
        "circle and box", "swirled csg", "log polar checker", "stripes", "thin ring")},
}  # fmt: skip


class Screen:
    """A context, a framebuffer, and what draws into it. For one thread."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.context = moderngl.create_context(standalone=True, backend="egl")
        self.target = self.context.framebuffer([self.context.renderbuffer((side, side))])
        self.renderer = Renderer(self.context)
        self.painter = Painter(self.context)

    def by_hand(self, name: str, samples: int = 1) -> Callable[[], None]:
        """What draws the expert's shader of a scene, or its samples a pixel, n x n."""
        field = (EXPERT / f"{name.replace(' ', '_')}.glsl").read_text(encoding="utf-8")
        text = FRAGMENT if samples == 1 else SAMPLED
        return self.text(text.format(pixel=2.0 / self.side, field=field, n=math.isqrt(samples)))

    def text(self, fragment: str) -> Callable[[], None]:
        """What draws a fragment shader over the framebuffer."""
        array = self.context.vertex_array(self.context.program(VERTEX, fragment), [])

        def draw() -> None:
            self.target.use()
            array.render(vertices=3)

        return draw

    def ours(self, scene: Scene, antialias: str) -> Callable[[], None]:
        """What draws a scene as jetfield does."""
        return lambda: self.renderer.draw(scene, self.target, antialias=antialias)

    def live(self, scene: Scene) -> Callable[[], None]:
        """What draws a scene exactly with its numbers as uniforms."""
        picture = scene.lower()
        painter, made = self.painter, drawing(picture, "exact", "srgb8", "live")
        frame = Frame((self.side, self.side), picture.view)

        def draw() -> None:
            with kept(self.context, units=MOST_TEXTURES):
                self.target.use()
                painter.draw(made, frame, (0, 0))

        return draw

    def classifying(self, draw: Callable[[], None]) -> float:
        """Which part of a frame it takes to tell its tiles apart, all passes one after another."""
        spent = [0.0]

        def timed(passes: Passes, *given: Any) -> Any:
            self.context.finish()
            start = time.perf_counter()
            found = classified(passes, *given)
            self.context.finish()
            spent[0] += 1e3 * (time.perf_counter() - start)
            return found

        classified = Passes._class
        Passes._class = timed  # type: ignore[method-assign]
        try:
            whole = sum(self.milliseconds(draw) for _ in range(9))
        finally:
            Passes._class = classified  # type: ignore[method-assign]
        return spent[0] / whole

    def milliseconds(self, draw: Callable[[], None]) -> float:
        """How long one frame takes."""
        start = time.perf_counter()
        draw()
        self.context.finish()
        return 1e3 * (time.perf_counter() - start)

    def picture(self, draw: Callable[[], None]) -> np.ndarray:
        """What is drawn, 0..1."""
        draw()
        return np.frombuffer(self.target.read(components=3), np.uint8) / 255.0


def timed(screen: Screen, draws: dict[str, Callable[[], None]], rounds: int) -> dict[str, Any]:
    """Median milliseconds of each, and the median ratios to the first."""
    for draw in [*draws.values()] * WARM:
        screen.milliseconds(draw)  # compile; and what is drawn often, once more for that
    times = [[screen.milliseconds(draw) for draw in draws.values()] for _ in range(rounds)]
    columns = dict(zip(draws, zip(*times, strict=True), strict=True))
    hand = next(iter(columns.values()))
    return {
        name: {
            "ms": statistics.median(column),
            "ratio": statistics.median(a / b for a, b in zip(column, hand, strict=True)),
        }
        for name, column in columns.items()
    }


def measured(screen: Screen, name: str, rounds: int) -> dict[str, Any]:
    """The times of one scene, how far jetfield's picture is from the expert's, op counts."""
    scene = SCENES[name]()
    draws = {"expert": screen.by_hand(name), **{m: screen.ours(scene, m) for m in OURS}}
    draws |= {"live": screen.live(scene)}
    few = {"expert": draws["expert"], **{f"x{n}": screen.by_hand(name, n) for n in (16, 64)}}
    apart = np.abs(screen.picture(draws["expert"]) - screen.picture(draws["gradient"])).mean()
    found = timed(screen, draws, rounds)
    sampled = timed(screen, few, min(rounds, 5))
    found |= {n: sampled[n] for n in ("x16", "x64")}
    share = screen.classifying(draws["exact"])
    return {"apart": float(apart), "classes": share, **found, "ops": counts(scene)}


# --- operations ----------------------------------------------------------------------------------
def counts(scene: Scene) -> dict[str, int]:
    """Operations of the scene's fields: of their values, their jets, what coverage reads."""
    fields = [layer.field for layer in leaves(scene.lower().layers)]
    found = {
        "value": sum(map(operations, fields)),
        "jet2": sum(operations(jet(field, 2)) for field in fields),
    }
    edge = edges()
    if edge is not None:
        found["edge"] = sum(operations(edge(field, 2)) for field in fields)
    return found


def edges() -> Callable[[Function, int], Function] | None:
    """The function that makes an edge record of a field, where jetfield has one."""
    try:
        return importlib.import_module("jetfield.shaders.calculus.edges").edge
    except (ImportError, AttributeError):
        return None


def operations(function: Function) -> int:
    """How many operations a call takes, with all that it calls written out.

    A fold counts as its function once a row; what an equation's root takes is one step of it.
    """
    total: dict[Function, int] = {}
    for f in (*callees(function.outputs), function):
        total[f] = sum(_cost(e, total) for e in postorder(f.outputs))
    return total[function]


def _cost(e: Expr, known: dict[Function, int]) -> int:
    if e.op.name == "apply":
        return known[e.data]
    if e.op.name == "fold":
        return known[e.data.function] * len(e.data.table.array)
    if e.op.name == "root":
        return known[e.data.function]
    return int(e.op.numpy is not None)


# --- the command ---------------------------------------------------------------------------------
def options_of(description: str, size: int, rounds: int, most: float) -> argparse.ArgumentParser:
    """The options of a bench of frame times, by what they are unless they are given."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--smoke", action="store_true", help="small, few frames")
    parser.add_argument("--size", type=int, default=size, help=f"pixels on a side; {size}")
    parser.add_argument("--rounds", type=int, default=rounds, help=f"frames of each; {rounds}")
    parser.add_argument("--most", type=float, default=most, help=f"ratio allowed; {most:g}")
    return parser


def main(given: list[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = options_of("Frame times against shaders written by hand.", 1024, 25, MOST)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write what was found")
    options = parser.parse_args(given)
    side, rounds = (64, 2) if options.smoke else (options.size, options.rounds)

    screen = Screen(side)
    print(f"{side} x {side}, medians of {rounds} rounds; a ratio is to the expert's shader")
    print(f"{'scene':20}{'expert ms':>10}" + "".join(f"{m:>12}{'ratio':>7}" for m in OURS)
          + f"{'live':>7}{'classes':>9}{'x16':>7}{'x64':>7}"
          + f"{'apart':>9}{'value':>7}{'jet 2':>7}{'edge':>7}  operations")  # fmt: skip
    table = {}
    for name in SCENES:
        table[name] = found = measured(screen, name, rounds)
        row = f"{name:20}{found['expert']['ms']:10.2f}"
        row += "".join(f"{found[m]['ms']:12.2f}{found[m]['ratio']:7.2f}" for m in OURS)
        live = found["live"]["ms"] / found["exact"]["ms"]
        row += f"{live:7.2f}{found['classes']:9.0%}"
        row += f"{found['x16']['ratio']:7.1f}{found['x64']['ratio']:7.1f}"
        ops = found["ops"]
        row += f"{found['apart']:9.4f}" + "".join(
            f"{ops.get(k, '-'):>7}" for k in ("value", "jet2", "edge")
        )
        print(row, flush=True)
    means = {m: geometric_mean([found[m]["ratio"] for found in table.values()]) for m in OURS}
    print(f"{'geometric mean':30}" + "".join(f"{'':12}{mean:7.2f}" for mean in means.values()))
    empty = screen.ours(Scene(background="black"), "gradient")
    screen.milliseconds(empty)
    print(
        f"an empty picture: {statistics.median(screen.milliseconds(empty) for _ in range(9)):.2f} ms"
    )
    if options.json:
        options.json.write_text(
            json.dumps({"scenes": table, "means": means}, indent=1) + "\n", encoding="utf-8"
        )
    different = [name for name, found in table.items() if found["apart"] > SAME]
    if different and not options.smoke:
        print(f"not the expert's picture: {', '.join(different)}")
    slow = max(means.values()) > options.most
    return 1 if not options.smoke and (different or slow) else 0


if __name__ == "__main__":
    sys.exit(main())
