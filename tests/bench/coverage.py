"""How far each way to draw an edge is from the ideal picture.

    python tests/bench/coverage.py             14 scenes at 192 x 192, three minutes
    python tests/bench/coverage.py --smoke     three of them, small

Errors are root mean squares over edge pixels (those whose samples disagree about some layer) of the
worst channel, in thousandths of full light; after them, the largest error of any pixel. The truth's
own error is estimated from two independent sets of samples. Of edge pixels at most --limit, chosen
at random, are judged.

Exit status: 1 if "gradient" is not at least four times below smoothstep(-w, w, f), w = fwidth(f),
in the geometric mean, or the truth errs by more than 0.2e-3.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from methods import GALLERY, METHODS, OWN, gathers
from truth import TRUE_ENOUGH, Score, geometric_mean, ideal, score

SMOKE = ("circle and box", "thin ring", "strokes")
LEAST = 4.0


def main() -> int:
    """Measure, print the table; the exit status."""
    parser = argparse.ArgumentParser(description="Errors of coverage against the ideal picture.")
    parser.add_argument("--smoke", action="store_true", help="three scenes, small")
    parser.add_argument("--size", type=int, default=192, help="pixels on a side; 192")
    parser.add_argument("--only", metavar="SCENE", help="scenes whose name contains this")
    parser.add_argument("--limit", type=int, default=1500, help="edge pixels judged; 1500")
    options = parser.parse_args()
    scenes = {**GALLERY, **OWN}
    if options.smoke:
        scenes = {name: scenes[name] for name in SMOKE}
    if options.only:
        scenes = {name: make for name, make in scenes.items() if options.only in name}
    side = 48 if options.smoke else options.size

    print(f"{side} x {side}; RMSE x 1000 over edge pixels, and the largest error of any pixel")
    print(f"{'scene':20}{'edge px':>8}{'truth':>7}" + "".join(f"{m:>16}" for m in METHODS))
    table: dict[str, list[Score]] = {method: [] for method in METHODS}
    errors = []
    for name, make in scenes.items():
        start = time.perf_counter()
        scene = make()
        truth = ideal(scene, (side, side), limit=options.limit)
        apart = gathers(name, (side, side), scene.view)
        judged = truth._replace(edge=truth.edge & ~apart)
        errors.append(truth.error)
        row = f"{name:20}{judged.edge.sum():8d}{1e3 * truth.error:7.2f}"
        for method, draw in METHODS.items():
            picture = np.where(apart[..., None], truth.pixels, draw(scene, (side, side)))
            found = score(picture, judged)
            table[method].append(found)
            row += f"{1e3 * found.rmse:9.2f} {found.worst:6.3f}"
        print(f"{row}   {time.perf_counter() - start:5.1f} s", flush=True)

    means = {m: geometric_mean([s.rmse for s in found]) for m, found in table.items()}
    print(f"{'geometric mean':35}" + "".join(f"{1e3 * m:9.2f}       " for m in means.values()))
    print(
        f"{'times below smoothstep':35}"
        + "".join(f"{means['smoothstep'] / m:9.1f}       " for m in means.values())
    )
    shares = {m: float(np.mean([s.near for s in found])) for m, found in table.items()}
    print(
        f"{'edge pixels within 1/255, %':35}"
        + "".join(f"{100 * s:9.1f}       " for s in shares.values())
    )
    gain, error = means["smoothstep"] / means["gradient"], max(errors)
    print(f"gradient is {gain:.1f}x below smoothstep(-w, w, f); {LEAST:g}x is the least wanted")
    print(f"the truth errs by {1e3 * error:.2f}e-3 at most; {1e3 * TRUE_ENOUGH:g}e-3 is allowed")
    return 0 if gain >= LEAST and error <= TRUE_ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
