"""What tiles and their lists buy, in one process: frame times with them, without, and by hand.

    python tests/bench/tiles.py             1024 x 1024, some minutes
    python tests/bench/tiles.py --smoke     small, few frames

Shapes are discs whose total area stays the same, still and moving (their lists are then made anew
for every frame); the shader by hand loops over them in a texture and softens the edge by
clamp(0.5 - f / length(dFdx(f), dFdy(f))). Then warps chained, layers, and sizes of the picture,
against the same drawn whole. All take turns; a ratio is the median of those of the rounds.
"""

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import moderngl
import numpy as np
from frame_times import VERTEX, Screen

from jetfield.render import frame
from jetfield.scenes import Scene, box, circle, seconds, star, swirl, union, vec2, warp

WHOLE_UP_TO = 1000
"""Shapes that are also drawn whole; more take minutes."""
LOOP = """#version 330 core
uniform sampler2D discs;
out vec4 fragment;
void main() {{
    vec2 p = {pixel} * gl_FragCoord.xy - 1.0;
    float f = 1e9;
    for (int i = 0; i < {count}; ++i) {{
        vec3 disc = texelFetch(discs, ivec2(i % 1024, i / 1024), 0).xyz;
        f = min(f, length(p - disc.xy) - disc.z);
    }}
    float c = clamp(0.5 - f / length(vec2(dFdx(f), dFdy(f))), 0.0, 1.0);
    float code = c <= 0.0031308 ? 12.92 * c : 1.055 * pow(c, 1.0 / 2.4) - 0.055;
    fragment = vec4(vec3(code), 1.0);
}}
"""
Draw = Callable[[], None]


@warp
def drift(p):
    """What moves with the clock."""
    return p + 0.02 * seconds() * vec2(0, 1)


def discs(count: int) -> np.ndarray:
    """Centers and radii (count, 3)."""
    rng = np.random.default_rng(1)
    at, size = rng.uniform(-1, 1, (count, 2)), rng.uniform(0.2, 0.6, (count, 1))
    return np.concatenate([at, size / np.sqrt(count)], axis=1)


def scene_of(count: int, moving: bool = False) -> Scene:
    """One union of discs, white on black."""
    field = union(*(circle(r).translate(x, y) for x, y, r in discs(count).tolist()))
    return Scene(background="black").fill(field.warp(drift()) if moving else field, "white")


def by_hand(screen: Screen, count: int) -> Draw:
    """The loop."""
    rows = np.zeros((-(-count // 1024) * 1024, 4), np.float32)
    rows[:count, :3] = discs(count)
    size = 1024, len(rows) // 1024
    texture = screen.context.texture(size, 4, np.ascontiguousarray(rows), dtype="f4")
    texture.filter = moderngl.NEAREST, moderngl.NEAREST
    text = LOOP.format(pixel=2.0 / screen.side, count=count)
    array = screen.context.vertex_array(screen.context.program(VERTEX, text), [])

    def draw() -> None:
        screen.target.use()
        texture.use(0)
        array.render(vertices=3)

    return draw


def ours(screen: Screen, scene: Scene, antialias: str, *, tiled: bool = True) -> Draw:
    """By tiles, or whole; the clock goes on."""
    clock = iter(range(10**9))

    def draw() -> None:
        kept, frame.LEAST = frame.LEAST, 0 if tiled else math.inf
        try:
            moment = 0.1 * next(clock)
            screen.renderer.draw(scene, screen.target, antialias=antialias, seconds=moment)
        finally:
            frame.LEAST = kept

    return draw


def compared(screen: Screen, draws: dict[str, Draw], rounds: int) -> str:
    """A line: milliseconds of each, and how many times the first takes as long."""
    first = {}
    for name, draw in draws.items():
        start = time.perf_counter()
        screen.milliseconds(draw)
        first[name] = time.perf_counter() - start
    times = [[screen.milliseconds(draw) for draw in draws.values()] for _ in range(rounds)]
    texts = []
    for k, name in enumerate(draws):
        middle = statistics.median(row[k] for row in times)
        ratio = statistics.median(row[0] / row[k] for row in times)
        texts.append(f"{name} {middle:.1f} ms ({ratio:.2f}x, first {first[name]:.2f} s)")
    return "; ".join(texts)


def main(given: list[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description="Frame times with and without tiles and lists.")
    parser.add_argument("--smoke", action="store_true", help="small, few frames")
    parser.add_argument("--size", type=int, default=1024, help="pixels on a side; 1024")
    parser.add_argument("--most", type=int, default=10_000, help="shapes; 10000")
    options = parser.parse_args(given)
    side, rounds, most = (64, 1, 100) if options.smoke else (options.size, 3, options.most)
    screen = Screen(side)

    print(f"{side} x {side}; in brackets: how many times faster than the first")
    for count in (n for n in (10, 100, 1000, 10_000, 100_000) if n <= most):
        start = time.perf_counter()
        still, moving = scene_of(count), scene_of(count, moving=True)
        made = time.perf_counter() - start
        draws = {"loop": by_hand(screen, count)}
        for mode in ("gradient", "exact"):
            draws[mode] = ours(screen, still, mode)
            draws[f"{mode}, moving"] = ours(screen, moving, mode)
            if count <= WHOLE_UP_TO and mode == "gradient":
                draws[f"{mode}, whole"] = ours(screen, still, mode, tiled=False)
        few = 1 if count > WHOLE_UP_TO else rounds
        print(f"{count} discs (made in {made:.1f} s): {compared(screen, draws, few)}", flush=True)
    cases = {}
    for count in (1, 2, 4, 8):
        field = star(5, 0.8, 0.4)
        for k in range(count):
            field = field.warp(swirl(0.5 + 0.1 * k, radius=0.8))
        cases[f"{count} warps"] = Scene(background="black").fill(field, "white")
    for count in (1, 4, 16):
        cases[f"{count} layers"] = many = Scene(background="black")
        for k in range(count):
            many.fill(box(0.3, 0.2).rotate(k).translate(0.2 * (k % 4) - 0.3, 0.2 * (k // 4) - 0.3),
                      "gold", opacity=0.5)  # fmt: skip
    for name, scene in cases.items():
        draws = {"whole": ours(screen, scene, "exact", tiled=False),
                 "by tiles": ours(screen, scene, "exact")}  # fmt: skip
        print(f"{name}: {compared(screen, draws, rounds)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
