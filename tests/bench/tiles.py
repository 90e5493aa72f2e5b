"""What tiles and their lists buy, in one process: frame times with them, without, and by hand.

    python tests/bench/tiles.py                   1024 x 1024, up to 10,000 shapes, some minutes
    python tests/bench/tiles.py --most 100000     discs of 0.2 to 0.6 pixels, too
    python tests/bench/tiles.py --smoke           small, few frames

Shapes are discs, turned boxes, discs in a swirl, and discs that melt together over about their
radius, whose total area stays the same, still and moving (their lists are then made anew for every
frame). The shader by hand loops over them in a texture, or has them written out as constants, and
softens the edge by
clamp(0.5 - f / length(dFdx(f), dFdy(f))); where it takes long, it draws some rows of the picture,
and its time is that of all. Errors are against 4096 samples of pixels with an edge. Then warps
chained, layers, and sizes of the picture, against the same drawn whole. All take turns; a ratio
is the median of those of the rounds.
"""

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

import moderngl
import numpy as np
from frame_times import VERTEX, Screen

from jetfield.render import frame, render
from jetfield.scenes import Scene, box, circle, seconds, star, swirl, union, vec2, warp

BY_HAND = """#version 330 core
uniform sampler2D rows;
out vec4 fragment;
{shape}
{parts}
void main() {{
    vec2 p = {pixel} * gl_FragCoord.xy - 1.0;
    {warp}
    float f = 1e3;
{body}
    float c = clamp(0.5 - f / length(vec2(dFdx(f), dFdy(f))), 0.0, 1.0);
    float code = c <= 0.0031308 ? 12.92 * c : 1.055 * pow(c, 1.0 / 2.4) - 0.055;
    fragment = vec4(vec3(code), 1.0);
}}
"""
LOOP = """    for (int i = 0; i < {count}; ++i)
        f = {least}(f, shape(p, texelFetch(rows, ivec2(i % 1024, i / 1024), 0)){width});"""
MELT = """
float melt(float a, float b, float k) {
    float h = max(k - abs(a - b), 0.0) / k;
    return min(a, b) - 0.25 * h * h * k;
}"""
DISC = "float shape(vec2 p, vec4 row) { return length(p - row.xy) - row.z; }"
BOX = """float shape(vec2 p, vec4 row) {
    vec2 q = p - row.xy, turn = vec2(cos(row.w), sin(row.w));
    vec2 d = abs(vec2(dot(q, turn), q.y * turn.x - q.x * turn.y)) - row.z * vec2(1.0, 0.6);
    return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0);
}"""
SWIRL = """float a = -exp(-dot(p, p));
    p = vec2(cos(a) * p.x - sin(a) * p.y, sin(a) * p.x + cos(a) * p.y);"""
UNROLLED_UP_TO = 500
"""Shapes written out one by one, 50 a function; more compile for seconds."""
WORK = 2e8
"""Shapes times pixels that the shader by hand draws at most."""
SAMPLES = 4096
PIXELS = 400
Draw = Callable[[], None]
Array = np.ndarray


@warp
def drift(p):
    """What moves with the clock."""
    return p + 0.02 * seconds() * vec2(0, 1)


def turned(x: Array, y: Array) -> tuple[Array, Array]:
    """The swirl."""
    a = -np.exp(-(x * x + y * y))
    return np.cos(a) * x - np.sin(a) * y, np.sin(a) * x + np.cos(a) * y


def in_disc(x: Array, y: Array, row: Array) -> Array:
    """Whether points are in a disc."""
    return (x - row[0]) ** 2 + (y - row[1]) ** 2 <= row[2] ** 2


def in_box(x: Array, y: Array, row: Array) -> Array:
    """Whether points are in a box."""
    x, y, cosine, sine = x - row[0], y - row[1], np.cos(row[3]), np.sin(row[3])
    inside = np.abs(x * cosine + y * sine) <= row[2]
    return inside & (np.abs(y * cosine - x * sine) <= 0.6 * row[2])


class Kind(NamedTuple):
    """Shapes: by hand, in a scene, and as samples."""

    shape: str
    warp: str
    made: Callable[..., object]
    inside: Callable[[Array, Array, Array], Array]
    melts: bool = False


def _box(x, y, a, angle):
    return box(2 * a, 1.2 * a).rotate(angle).translate(x, y)


def _disc(x, y, r, _angle):
    return circle(r).translate(x, y)


KINDS = {
    "discs": Kind(DISC, "", _disc, in_disc),
    "boxes": Kind(BOX, "", _box, in_box),
    "warped": Kind(DISC, SWIRL, _disc, in_disc),
    "melted": Kind(DISC + MELT, "", _disc, in_disc, melts=True),
}


def width_of(name: str, count: int) -> float:
    """Over what shapes melt; 0 if they do not."""
    return 0.4 / count**0.5 if KINDS[name].melts else 0.0


def rows_of(count: int) -> Array:
    """Centers, sizes and angles (count, 4)."""
    rng = np.random.default_rng(1)
    at, size = rng.uniform(-1, 1, (count, 2)), rng.uniform(0.2, 0.6, (count, 1))
    return np.concatenate([at, size / np.sqrt(count), rng.uniform(0, 6, (count, 1))], axis=1)


def scene_of(name: str, count: int) -> tuple[Scene, Scene]:
    """One union, white on black: still and moving."""
    shapes = (KINDS[name].made(*row) for row in rows_of(count).tolist())
    field = union(*shapes, smooth=width_of(name, count))
    if name == "warped":
        field = field.warp(swirl(1.0))
    still, moving = Scene(background="black"), Scene(background="black")
    return still.fill(field, "white"), moving.fill(field.warp(drift()), "white")


def by_hand(screen: Screen, name: str, count: int, unrolled: bool) -> tuple[Draw, float]:
    """A looped shader, or one with all shapes written out; and what its time is to be taken times.

    The time of a strip of the picture stands for that of the whole.
    """
    own = KINDS[name]
    rows = np.zeros((-(-count // 1024) * 1024, 4), np.float32)
    rows[:count] = rows_of(count)
    texture = screen.context.texture((1024, len(rows) // 1024), 4, rows, dtype="f4")
    texture.filter = moderngl.NEAREST, moderngl.NEAREST
    least, width = ("melt", f", {width_of(name, count)}") if own.melts else ("min", "")
    parts, body = "", LOOP.format(count=count, least=least, width=width)
    if unrolled:
        texts = [f"    f = {least}(f, shape(p, vec4({', '.join(f'{x:.7f}' for x in row)})){width});"
                 for row in rows_of(count).tolist()]  # fmt: skip
        firsts = range(0, count, 50)
        parts = "\n".join(
            "\n".join([f"float part_{k}(vec2 p) {{", "    float f = 1e3;", *texts[k : k + 50],
                       "    return f;", "}"]) for k in firsts
        )  # fmt: skip
        body = "\n".join(f"    f = {least}(f, part_{k}(p){width});" for k in firsts)
    text = BY_HAND.format(
        shape=own.shape, warp=own.warp, parts=parts, body=body, pixel=2.0 / screen.side
    )
    array = screen.context.vertex_array(screen.context.program(VERTEX, text), [])
    high = screen.side if unrolled else int(min(max(WORK / count / screen.side, 1), screen.side))

    def draw() -> None:
        screen.target.use()
        screen.target.viewport = 0, screen.side // 2 * (high < screen.side), screen.side, high
        texture.use(0)
        array.render(vertices=3)
        screen.target.viewport = 0, 0, screen.side, screen.side

    return draw, screen.side / high


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


def compared(screen: Screen, draws: dict[str, Draw], rounds: int, times: dict[str, float]) -> str:
    """A line: milliseconds of each, and how many times the first takes as long."""
    first = {}
    for name, draw in draws.items():
        start = time.perf_counter()
        screen.milliseconds(draw)
        first[name] = time.perf_counter() - start
    found = [
        [times.get(name, 1.0) * screen.milliseconds(draw) for name, draw in draws.items()]
        for _ in range(rounds)
    ]
    texts = []
    for k, name in enumerate(draws):
        middle = statistics.median(row[k] for row in found)
        ratio = statistics.median(row[0] / row[k] for row in found)
        texts.append(f"{name} {middle:.1f} ms ({ratio:.2f}x, first {first[name]:.2f} s)")
    return "; ".join(texts)


def error(scene: Scene, name: str, count: int, side: int) -> str:
    """RMSE and worst of an exact picture's pixels with an edge, against samples."""
    own, rows, pixel = KINDS[name], rows_of(count), 2.0 / side
    drawn = render(scene, (side, side), output="linear")[::-1, :, 0]
    plastic = np.array([0.7548776662466927, 0.5698402909980532])
    dx, dy = pixel * ((np.arange(SAMPLES)[:, None] * plastic) % 1 - 0.5).T
    off: list[float] = []
    for j, i in np.random.default_rng(2).integers(0, side, (40 * PIXELS, 2)):
        x, y = pixel * (i + 0.5) - 1 + dx, pixel * (j + 0.5) - 1 + dy
        if own.warp:
            x, y = turned(x, y)
        inside = np.zeros(SAMPLES, bool)
        if own.melts:  # far from the edge of all, those of the discs are no edges
            k = width_of(name, count)
            if abs(melted(x[:1], y[:1], rows, k)[0]) < 3 * pixel:
                inside = melted(x, y, rows, k) <= 0
        else:
            apart = np.hypot(rows[:, 0] - x.mean(), rows[:, 1] - y.mean())
            for row in rows[apart <= 1.2 * rows[:, 2] + 3 * pixel]:
                inside |= own.inside(x, y, row)
        if 0 < inside.mean() < 1:
            off.append(drawn[j, i] - inside.mean())
        if len(off) == (PIXELS // 4 if own.melts else PIXELS):
            break
    return f"RMSE {np.sqrt(np.mean(np.square(off))):.1e}, worst {np.abs(off).max():.3f}"


def melted(x: Array, y: Array, rows: Array, k: float) -> Array:
    """Discs that melt in pairs, pairs in pairs, and so on."""
    level = np.hypot(x - rows[:, :1], y - rows[:, 1:2]) - rows[:, 2:3]
    while len(level) > 1:
        a, b = level[0:-1:2], level[1::2]
        h = np.maximum(k - np.abs(a - b), 0.0) / k
        level = np.concatenate([np.minimum(a, b) - 0.25 * h * h * k, level[2 * len(b) :]])
    return level[0]


def main(given: list[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description="Frame times with and without tiles and lists.")
    parser.add_argument("--smoke", action="store_true", help="small, few frames")
    parser.add_argument("--size", type=int, default=1024, help="pixels on a side; 1024")
    parser.add_argument("--most", type=int, default=10_000, help="shapes; 10000")
    parser.add_argument("--only", choices=KINDS, help="shapes of one kind alone")
    options = parser.parse_args(given)
    side, rounds, most = (64, 1, 100) if options.smoke else (options.size, 5, options.most)
    screen = Screen(side)

    print(f"{side} x {side}; in brackets: how many times faster than the first")
    counts = [n for n in (10, 50, 100, 500, 1000, 10_000, 100_000) if n <= most]
    kinds = [options.only] if options.only else KINDS
    for name, count in ((name, n) for name in kinds for n in counts):
        if count > 10_000 and name != "discs":
            continue
        start = time.perf_counter()
        still, moving = scene_of(name, count)
        text = f"{count} {name} (made in {time.perf_counter() - start:.1f} s"
        loop, times = by_hand(screen, name, count, unrolled=False)
        draws = {"loop": loop}
        if count <= UNROLLED_UP_TO:
            draws["unrolled"] = by_hand(screen, name, count, unrolled=True)[0]
        for mode in ("gradient", "exact"):
            draws[mode] = ours(screen, still, mode)
            draws[f"{mode}, moving"] = ours(screen, moving, mode)
        line = compared(screen, draws, rounds, {"loop": times})
        if side > 64 and not (KINDS[name].melts and count > 1000):
            text += f", {error(still, name, count, side)}"
        print(f"{text}): {line}", flush=True)
    cases = {}
    for count in (1, 2, 4, 8) if not options.only else ():
        field = star(5, 0.8, 0.4)
        for k in range(count):
            field = field.warp(swirl(0.5 + 0.1 * k, radius=0.8))
        cases[f"{count} warps"] = Scene(background="black").fill(field, "white")
    for count in (1, 4, 16) if not options.only else ():
        cases[f"{count} layers"] = many = Scene(background="black")
        for k in range(count):
            many.fill(box(0.3, 0.2).rotate(k).translate(0.2 * (k % 4) - 0.3, 0.2 * (k // 4) - 0.3),
                      "gold", opacity=0.5)  # fmt: skip
    for name, scene in cases.items():
        draws = {"whole": ours(screen, scene, "exact", tiled=False),
                 "by tiles": ours(screen, scene, "exact")}  # fmt: skip
        print(f"{name}: {compared(screen, draws, rounds, {})}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
