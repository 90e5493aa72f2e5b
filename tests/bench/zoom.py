"""Where precision ends: pictures in float32 against float64, as one zooms in on an edge.

    python tests/bench/zoom.py             from a view of height 2 down to 1e-7
    python tests/bench/zoom.py --smoke     two views of one scene

Each scene is drawn around a point of its outline by OpenGL, and in float64 by the reference renderer,
at 64 x 64 pixels: the root mean square and the largest error over pixels that either draws as mixed,
for exact and gradient. ``ulps`` is how many different float32 coordinates a pixel holds at that point.
An edge is off by about 1 / ulps of a pixel, log-polar ones by some times that: it moves and frays,
then becomes stairs; below one ulp pixels in blocks are alike. No pixel is ever NaN.

Exit status: 1 if the error is above 1.1e-3 in a view that gives a pixel --least ulps.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from jetfield.render import render
from jetfield.scenes import (
    Field,
    Scene,
    View,
    box,
    circle,
    log_polar,
    polar_repeat,
    shape,
    sin,
    star,
    swirl,
)  # fmt: skip
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.jets import jet

SIZE = (64, 64)
GOOD = 1.1e-3
LEAST = 1e4


@shape
def ripples(p):
    """Waves without a distance."""
    return sin(7 * p.x + 1) * sin(5 * p.y) - 0.3 * p.x


def scenes() -> dict[str, Field]:
    """Outlines, each near (0.7, 0.4)."""
    return {
        "circle": circle(0.8),
        "star": star(5, 0.9, 0.45).rotate(0.3),
        "swirl": (box(1.3, 0.5) - circle(0.2)).warp(swirl(2, radius=0.9)),
        "polar copies": circle(0.2).translate(0.7, 0.2).warp(polar_repeat(7)),
        "log polar": box(0.7, 0.5).warp(log_polar()),
        "waves": ripples(),
    }


def on_edge(field: Field) -> tuple[float, float]:
    """A point of the outline near (0.7, 0.4)."""
    slopes, p = jet(field.function, 1), np.array([0.7, 0.4])
    for _ in range(200):
        f, *g = (float(v) for v in call(slopes, list(p), {}))
        step = f * np.array(g) / max(float(np.dot(g, g)), 1e-30)
        p = p - step * min(1.0, 0.1 / max(float(np.hypot(*step)), 1e-30))
    return float(p[0]), float(p[1])


def error(scene: Scene, view: View, antialias: str) -> tuple[float, float]:
    """The root mean square and the largest error over mixed pixels."""
    options = {"view": view, "antialias": antialias, "output": "linear"}
    single, double = (render(scene, SIZE, device=d, **options)[..., 0] for d in ("auto", "numpy"))
    if not np.isfinite(single).all():
        raise SystemExit(f"not a number in {view}")
    mixed = (single % 1.0 != 0.0) | (double % 1.0 != 0.0)
    apart = np.abs(single - double)
    return float(np.sqrt(np.mean(apart[mixed] ** 2))) if mixed.any() else 0.0, float(apart.max())


def main(given: list[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description="Precision by zoom.")
    parser.add_argument("--smoke", action="store_true", help="two views of one scene")
    parser.add_argument("--least", type=float, default=LEAST, help=f"ulps a pixel; {LEAST:g}")
    options = parser.parse_args(given)
    heights = [2.0, 1e-2] if options.smoke else [2.0, *(10.0**-k for k in range(1, 8))]

    print(f"{'scene':14}{'height':>8}{'ulps':>9}{'exact x1000':>14}{'gradient x1000':>17}")
    short = []
    for name, field in list(scenes().items())[: 1 if options.smoke else None]:
        center = on_edge(field)
        scene = Scene(background="black").fill(field, "white")
        ulp = float(np.spacing(np.float32(max(map(abs, center)))))
        for height in heights:
            ulps = height / SIZE[1] / ulp
            found = {m: error(scene, View(center, height), m) for m in ("exact", "gradient")}
            texts = "".join(f"{1e3 * rms:9.2f} {most:6.3f}" for rms, most in found.values())
            print(f"{name:14}{height:8.0e}{ulps:9.0f}{texts}", flush=True)
            if ulps >= options.least and found["exact"][0] > GOOD:
                short.append(f"{name} at {height:g}")
    if short:
        print(f"above {GOOD:g}: {', '.join(short)}")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
