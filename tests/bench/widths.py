"""How even a stroke is: its width in pixels along warped outlines, before and after projection.

    python tests/bench/widths.py             lines of 2, 5 and 20 pixels, half a minute
    python tests/bench/widths.py --smoke     one line, few points

Points on an outline are found by Newton's steps in float64. From each, along the normal, the width of
the line is measured out: as far as |f| / |grad f| <= w / 2 says (before projection), and as the
distance by projection does, that strokes are drawn by. In even lines each side is w / 2 wide. Left
out is where a line is not one of two sides: where its outline bends within 20 pixels, or comes as
near to another part of itself as the line is wide.

Exit status: 1 if a side of a projected line of up to 5 pixels errs by more than --most, root mean
square.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from jetfield.scenes import (
    Field,
    View,
    box,
    circle,
    log_polar,
    perspective,
    polar,
    polar_repeat,
    swirl,
)  # fmt: skip
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.function import Function
from jetfield.shaders.calculus.jets import jet
from jetfield.shaders.projection import nearest

SIDE = 512
PIXEL = View().height / SIDE
WIDTHS = (2.0, 5.0, 20.0)
STEPS, DENSE = 40, 8
"""Of bisection and of Newton; how many more points tell where an outline is near itself."""
MOST, WIDEST = 0.01, 5.0
"""Pixels that a side may err by, root mean square, in lines of up to so many."""
Array = np.ndarray


def outlines() -> dict[str, Field]:
    """Outlines under each warp."""
    brick = box(0.9, 0.5, 0.12).rotate(0.2)
    wide = box(0.3, 2.0, 0.1).translate(0.6, 0.3)
    tile = box(0.5, 0.7, 0.2).translate(-0.4, 0.4)
    return {
        "no warp": brick,
        "swirl": brick.warp(swirl(1.6, radius=0.8)),
        "strong swirl": brick.warp(swirl(5, radius=0.7)),
        "polar": wide.warp(polar()),
        "polar copies": circle(0.16).translate(0.55, 0).warp(swirl(1) @ polar_repeat(7)),
        "log polar": tile.warp(log_polar()),
        "perspective": box(2.2, 3.0, 0.3).translate(0, 2.6).warp(perspective(0.5, 0.8)),
    }


def on_outline(field: Function, count: int) -> tuple[Array, Array]:
    """Points of {f = 0} within the view, and their unit normals, (n, 2) each."""
    p = np.random.default_rng(7).uniform(-0.95, 0.95, (count, 2))
    slopes = jet(field, 2)
    for _ in range(STEPS):
        f, gx, gy, *_ = call(slopes, [p[:, 0], p[:, 1]], {})
        g = np.stack(np.broadcast_arrays(gx, gy), axis=-1)
        step = (f / np.maximum((g**2).sum(axis=-1), 1e-30))[:, None] * g
        size = np.hypot(*step.T)[:, None]
        p = p - step * np.minimum(1.0, 0.05 / np.maximum(size, 1e-30))
    f, gx, gy, xx, xy, yy = np.broadcast_arrays(*call(slopes, [p[:, 0], p[:, 1]], {}))
    slope = np.maximum(np.hypot(gx, gy), 1e-30)
    nx, ny = gx / slope, gy / slope
    bend = np.abs(xx * ny**2 - 2 * xy * nx * ny + yy * nx**2) / slope
    kept = (np.abs(f) < 1e-9 * slope) & (np.abs(p).max(axis=-1) < 1) & (bend * PIXEL < 0.05)
    return p[kept], np.stack([nx, ny], axis=-1)[kept]


def sides(far: Callable[[Array], Array], p: Array, n: Array, width: float) -> Array:
    """How far each side of the line reaches from the outline, in pixels, (2 n,)."""
    found = []
    for sign in (1.0, -1.0):
        low, high = np.zeros(len(p)), np.full(len(p), 2.0 * width)
        for _ in range(STEPS):
            middle = 0.5 * (low + high)
            inside = far(p + (sign * middle * PIXEL)[:, None] * n) <= 0.5 * width * PIXEL
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        found.append(low)
    return np.concatenate(found)


def errors(field: Function, width: float, count: int) -> dict[str, Array]:
    """What each side of the line is too wide by, in pixels, before and after projection."""
    outline, normals = on_outline(field, DENSE * count)
    p, n = outline[:count], normals[:count]
    clear = np.ones(len(p), bool)  # of other parts of the outline, which would join the line
    for sign in (0.5, 1, -0.5, -1):
        q = p + sign * width * PIXEL * n
        away = np.array([np.hypot(*(outline - one).T).min() for one in q])
        clear &= away > 0.98 * abs(sign) * width * PIXEL
    p, n = p[clear], n[clear]
    slopes, projected = jet(field, 1), nearest(field)
    reach = np.full(len(p), (0.5 * width + 1) * PIXEL)

    def by_slope(q: Array) -> Array:
        f, x, y = call(slopes, [q[:, 0], q[:, 1]], {})
        return np.abs(f) / np.maximum(np.hypot(x, y), 1e-30)

    def by_projection(q: Array) -> Array:
        return np.abs(call(projected, [q[:, 0], q[:, 1], reach], {})[0])

    ways = {"before": by_slope, "after": by_projection}
    return {name: sides(far, p, n, width) - 0.5 * width for name, far in ways.items()}


def main(given: list[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description="The evenness of strokes.")
    parser.add_argument("--smoke", action="store_true", help="one line, few points")
    parser.add_argument("--points", type=int, default=1500, help="tried on an outline; 1500")
    parser.add_argument("--most", type=float, default=MOST, help=f"pixels allowed; {MOST:g}")
    options = parser.parse_args(given)
    widths, count = ((5.0,), 200) if options.smoke else (WIDTHS, options.points)

    print(f"what a side of a line is too wide by, in pixels at {SIDE} x {SIDE}: rms, largest")
    heads = "".join(f"{f'{w:g} px {way}':>20}" for w in widths for way in ("before", "after"))
    print(f"{'outline':16}{'points':>7}{heads}")
    most = 0.0
    for name, field in outlines().items():
        function, row, points = field.function, "", 0
        for width in widths:
            found = errors(function, width, count)
            points = len(found["after"]) // 2
            for error in found.values():
                row += f"{np.sqrt(np.mean(error**2)):11.4f} {np.abs(error).max():8.4f}"
            if width <= WIDEST:
                most = max(most, float(np.sqrt(np.mean(found["after"] ** 2))))
        print(f"{name:16}{points:7d}{row}", flush=True)
    print(
        f"up to {WIDEST:g} px a projected side errs by {most:.4f} px; {options.most:g} is allowed"
    )
    return 1 if most > options.most else 0


if __name__ == "__main__":
    sys.exit(main())
