"""What readable code costs: functions and structs against one straight-line listing, in one process.

    python tests/bench/structure.py             512 x 512, a minute or two
    python tests/bench/structure.py --smoke     one scene, small, few frames

Each scene's cell (its edges, coverage and colors, once a pixel) is drawn as the functions that a
listing has, and with every call pasted into one function. Both are the same operations; they take
turns, and a ratio is the median of those of the rounds. Lists and equations stay the loops that they
are. First times are those of compiling and drawing once, without the driver's cache.

Exit status: 1 if functions take more than --most times the straight line in the geometric mean.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["MESA_SHADER_CACHE_DISABLE"] = "true"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cases import OWN
from frame_times import SCENES, Screen, options_of
from truth import geometric_mean

from jetfield.scenes import Scene
from jetfield.shaders.calculus.expr import Expr, const, node, postorder, substitute
from jetfield.shaders.calculus.function import Function, Type, apply
from jetfield.shaders.glsl.program import Program
from jetfield.shaders.picture import POINT

MOST = 1.05
NAMES = ("rippled", "strong swirl", "swirled csg", "petals on the seam")
"""Scenes besides those that frame times are measured on."""
FRAGMENT = """#version 330 core
const float pixel = {pixel};
out vec4 fragment;

{functions}
void main() {{
    fragment = {draw}(pixel * gl_FragCoord.xy - 1.0);
}}
"""


def pasted(function: Function) -> Function:
    """The function with the bodies of all that it calls in its own."""
    done: dict[Function, list[Expr]] = {}

    def body(f: Function) -> list[Expr]:
        if f not in done:
            new: dict[Expr, Expr] = {}
            for e in postorder(f.outputs):
                if e.op.name == "apply":
                    args = substitute(e.args, new)
                    own = substitute(body(e.data), dict(zip(e.data.leaves, args, strict=True)))
                    new.update({node("get", (e,), k): x for k, x in enumerate(own)})
            done[f] = substitute(f.outputs, new)
        return done[f]

    return Function("straight", function.inputs, body(function), function.result)


def cell(scene: Scene, pixel: float) -> Function:
    """The light of a pixel about a point, by its cell as a whole."""
    found = apply(scene.lower().cell, (*POINT.leaves, const(pixel)))
    return Function("drawn", [POINT], found[:4], Type(4))


def drawing(screen: Screen, function: Function) -> tuple[Callable[[], None], int]:
    """What draws a function of the point, and how long its text is."""
    program = Program(taken=("fragment",))
    name = program.add(function)
    text = FRAGMENT.format(pixel=2.0 / screen.side, functions=program.text, draw=name)
    return screen.text(text), len(text)


def main(given: list[str] | None = None) -> int:
    """Measure and print; the exit status."""
    options = options_of("Functions against one straight line.", 512, 15, MOST).parse_args(given)
    side, rounds = (64, 2) if options.smoke else (options.size, options.rounds)
    scenes = {**SCENES, **{name: OWN[name].make for name in NAMES}}
    screen = Screen(side)

    print(f"{side} x {side}, medians of {rounds} rounds; characters, first and later frames")
    ratios = []
    for name in list(scenes)[: 1 if options.smoke else None]:
        drawn, row, draws = cell(scenes[name](), 2.0 / side), "", []
        for function in (drawn, pasted(drawn)):
            start = time.perf_counter()
            draw, characters = drawing(screen, function)
            screen.milliseconds(draw)
            row += f"{characters:8d}{1e3 * (time.perf_counter() - start):8.0f} ms"
            draws.append(draw)
        times = [[screen.milliseconds(draw) for draw in draws] for _ in range(rounds)]
        row += "".join(
            f"{statistics.median(column):8.2f} ms" for column in zip(*times, strict=True)
        )
        ratios.append(statistics.median(a / b for a, b in times))
        print(f"{name:20}{row}  ratio {ratios[-1]:.3f}", flush=True)
    mean = geometric_mean(ratios)
    print(f"functions take {mean:.3f} times the straight line; {options.most:g} is allowed")
    return 1 if mean > options.most and not options.smoke else 0


if __name__ == "__main__":
    sys.exit(main())
