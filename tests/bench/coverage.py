"""How far each way to draw an edge is from the ideal picture, and what it costs.

    python tests/bench/coverage.py                    all scenes at 256 x 256, some minutes
    python tests/bench/coverage.py --size 512,1024 --only fan,whirl --strokes both --json found.json
    python tests/bench/coverage.py --ops              how many operations each scene takes, instead
    python tests/bench/coverage.py --time             frame times instead, against shaders by hand
    python tests/bench/coverage.py --all              errors, then all that the other files measure
    python tests/bench/coverage.py --smoke            three scenes, small

Errors are over edge pixels (those whose samples disagree about some layer) of the worst channel:
root mean squares in thousandths of full light and the largest error, and for jetfield the share of
pixels within 1/255. About --limit edge pixels are judged, chosen at random, and the views are moved
at random by parts of a pixel. The truth's own error is estimated from two independent sets of
samples. A disc around a point of endless detail, 0.1 % of the pixels, is judged apart: by the error
of its mean color, and its largest error.

Strokes are measured by their distance in the picture (rows with a d), as "exact" draws them, or with
--strokes first by |f| / |grad f|, as other ways do: that truth is soon computed, but a line of it is
not of even width, so in scenes with strokes under warps it is no measure of "exact".

Exit status: 1 if "exact" is not as many times below a method, in the geometric mean, as --least
says, or the truth errs by more than 0.2e-3.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import frame_times
import numpy as np
import structure
import widths
import zoom
from cases import Case, cases
from methods import METHODS, OURS, SAMPLED
from truth import TRUE_ENOUGH, Ideal, geometric_mean, ideal, leaves, score

from jetfield.scenes import Scene

SMOKE = ("circle and box", "strokes", "moebius grid")
LEAST = {"smoothstep": 4.0}
WAYS = {"first": ["first order"], "distance": ["distance"], "both": ["first order", "distance"]}
JUDGES = ("smoothstep", "clamp", "box", "x64")
"""What "exact" is compared with."""


@dataclass(frozen=True)
class Job:
    """One row of the table to be measured; plain values, since another process does it."""

    name: str
    side: int
    limit: int
    seed: int
    strokes: Any


@dataclass(frozen=True)
class Found:
    """The errors of one method in one scene."""

    rmse: float
    worst: float
    near: float
    disc: float | None = None
    """The error of the mean color of the worst disc, where there is one."""
    disc_worst: float | None = None


@dataclass(frozen=True)
class Row:
    """The errors of all methods in one scene."""

    name: str
    side: int
    strokes: str
    edge: int
    truth: float
    seconds: float
    methods: dict[str, Found]


def measure(job: Job) -> Row:
    """The errors of every method in one scene."""
    start = time.perf_counter()
    case = cases()[job.name]
    scene, size = case.make(), (job.side, job.side)
    frame = {"view": case.view(scene, size, job.seed), "seconds": case.seconds}
    discs = case.discs(size, frame["view"])
    apart = np.logical_or.reduce([np.zeros(size, bool), *discs])
    truth = ideal(
        scene, size, limit=job.limit, seed=job.seed, strokes=job.strokes, always=apart, **frame
    )
    judged = truth._replace(edge=truth.edge & ~apart, known=truth.known & ~apart)
    found = {}
    for method, draw in METHODS.items():
        if method in SAMPLED:
            only = truth.edge | apart
            picture = draw(scene, size, only=only, strokes=job.strokes, **frame)
            picture[~only] = truth.pixels[~only]
        else:
            picture = draw(scene, size, **frame)
        found[method] = Found(*score(picture, judged), *_gathered(picture, truth, discs))
    seconds = time.perf_counter() - start
    return Row(job.name, job.side, job.strokes, int(judged.edge.sum()), truth.error, seconds, found)


def _gathered(
    picture: np.ndarray, truth: Ideal, discs: list[np.ndarray]
) -> tuple[float, float] | tuple[()]:
    """The error of the mean color of the worst disc, and the largest error in any."""
    if not discs:
        return ()
    apart = picture - truth.pixels
    means = [np.abs(apart[disc].mean(axis=0)).max() for disc in discs]
    return float(max(means)), float(max(np.abs(apart[disc]).max() for disc in discs))


def has_strokes(scene: Scene) -> bool:
    """Whether the two ways to measure a stroke differ in a scene."""
    return any(layer.width is not None for layer in leaves(scene.lower().layers))


def jobs(options: argparse.Namespace, chosen: dict[str, Case]) -> list[Job]:
    """The rows that were asked for."""
    found = []
    for side in map(int, options.size.split(",")):
        for name, case in chosen.items():
            ways = WAYS[options.strokes] if has_strokes(case.make()) else ["first order"]
            found += [Job(name, side, options.limit, options.seed, way) for way in ways]
    return found


def done(work: list[Job], processes: int) -> Iterator[Row]:
    """The rows, in order, as they come."""
    if processes <= 1:
        yield from map(measure, work)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(work)), mp_context=context) as pool:
        yield from pool.map(measure, work)


def label(row: Row) -> str:
    """A row's name and size, with a d where strokes are measured by their distance."""
    return f"{row.name}{' d' if row.strokes == 'distance' else ''} {row.side}"


def line(row: Row) -> str:
    """A row of the table."""
    text = f"{label(row):28}{row.edge:6d}{1e3 * row.truth:6.2f}"
    text += "".join(f"{1e3 * f.rmse:9.2f} {f.worst:5.3f}" for f in row.methods.values())
    text += "".join(f"{100 * row.methods[m].near:9.1f}" for m in OURS)
    text += f"{row.seconds:7.1f} s"
    discs = [f"{m} {1e3 * row.methods[m].disc:.1f} {row.methods[m].disc_worst:.3f}" for m in METHODS
             if row.methods[m].disc is not None]  # fmt: skip
    return text + (f"\n  in its discs, mean and worst: {', '.join(discs)}" if discs else "")


def summary(rows: list[Row]) -> dict[str, Any]:
    """Geometric means, and how many times "exact" is below the others."""
    rmse = {m: [max(r.methods[m].rmse, 1e-9) for r in rows] for m in METHODS}
    ratios = {}
    for method in JUDGES:
        each = [a / b for a, b in zip(rmse[method], rmse["exact"], strict=True)]
        least = int(np.argmin(each))
        ratios[method] = {
            "mean": geometric_mean(each), "least": each[least], "scene": label(rows[least]),
        }  # fmt: skip
    near = {m: float(np.mean([r.methods[m].near for r in rows])) for m in METHODS}
    return {
        "rmse": {m: geometric_mean(each) for m, each in rmse.items()},
        "near": near,
        "ratios": ratios,
        "truth": max(r.truth for r in rows),
    }


def report(found: dict[str, Any], rows: list[Row]) -> None:
    """Print a summary."""
    for what, values, scale in (("geometric mean", "rmse", 1e3), ("within 1/255, %", "near", 100)):
        columns = "".join(f"{scale * v:9.2f}      " for v in found[values].values())
        print(f"{what:40}{columns}")
    for method, ratio in found["ratios"].items():
        print(
            f"exact is {ratio['mean']:.1f}x below {method}, and {ratio['least']:.2f}x at least "
            f"({ratio['scene']})"
        )
    worst = sorted(rows, key=lambda r: -r.methods["exact"].rmse)[:5]
    print("exact errs most in: " + ", ".join(
        f"{label(r)} {1e3 * r.methods['exact'].rmse:.1f}" for r in worst))  # fmt: skip
    above = sum(r.methods["exact"].rmse > 1.1e-3 for r in rows)
    print(f"exact errs by more than 1.1e-3 in {above} of {len(rows)} rows")
    print(
        f"the truth errs by {1e3 * found['truth']:.2f}e-3 at most; {1e3 * TRUE_ENOUGH:g}e-3 is allowed"
    )


def operations(chosen: dict[str, Case]) -> int:
    """Print how many operations the fields of each scene take; the exit status."""
    print(
        "operations of a scene's fields: value, jet of order 2, all that coverage reads; its cell"
    )
    heads = ("value", "jet 2", "edge", "cell")
    print(f"{'scene':24}" + "".join(f"{h:>9}" for h in heads) + f"{'jet':>8}{'edge':>8}  times")
    times = []
    for name, case in chosen.items():
        if case.seconds == 0.0:
            scene = case.make()
            ops = frame_times.counts(scene)
            cell = frame_times.operations(scene.lower().cell)
            times.append([ops[what] / ops["value"] for what in ("jet2", "edge")])
            columns = (*ops.values(), cell)
            row = "".join(f"{n:9d}" for n in columns) + "".join(f"{t:8.1f}" for t in times[-1])
            print(f"{name:24}{row}")
    means = [geometric_mean(column) for column in zip(*times, strict=True)]
    print(f"{'geometric mean':60}" + "".join(f"{mean:8.1f}" for mean in means))
    return 0


def wanted(given: Iterable[str]) -> dict[str, float]:
    """The thresholds that were given, as METHOD=TIMES."""
    return {name: float(times) for name, _, times in (text.partition("=") for text in given)}


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Errors of coverage against the ideal picture.")
    parser.add_argument("--smoke", action="store_true", help="few scenes, small")
    parser.add_argument("--size", metavar="SIDES", default="256", help="pixels on a side; 256")
    parser.add_argument(
        "--only", metavar="SCENES", help="names that contain one of these, by commas"
    )
    parser.add_argument("--limit", type=int, default=300, help="edge pixels judged; 300")
    parser.add_argument("--seed", type=int, default=1, help="of views and samples; 1")
    parser.add_argument("--strokes", choices=[*WAYS], default="distance",
                        help="how the truth measures strokes; distance")  # fmt: skip
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes; all cores"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write what was found")
    parser.add_argument("--least", metavar="METHOD=TIMES", action="append", default=[],
                        help='what "exact" must be below; smoothstep=4')  # fmt: skip
    parser.add_argument("--ops", action="store_true", help="operations instead of errors")
    parser.add_argument("--time", action="store_true", help="frame times instead of errors")
    parser.add_argument("--all", action="store_true", help="also all other measurements")
    return parser.parse_args()


def main() -> int:
    """Measure, print the table; the exit status."""
    options = arguments()
    few = ["--smoke"] if options.smoke else []
    if options.time:
        return frame_times.main(few)
    chosen = cases()
    if options.only:
        parts = options.only.split(",")
        chosen = {n: case for n, case in chosen.items() if any(part in n for part in parts)}
    if options.smoke:
        chosen = {name: chosen[name] for name in SMOKE}
        options.size, options.limit, options.jobs, options.strokes = "32", 30, 1, "first"
    if not chosen:
        print(f"no scene is called {options.only}: {', '.join(cases())}", file=sys.stderr)
        return 2

    if options.ops:
        return operations(chosen)
    start = time.perf_counter()
    print(f"{options.size} pixels on a side; RMSE x 1000 over edge pixels, and the largest error")
    head = "".join(f"{m:>15}" for m in METHODS) + "".join(f"{m[:5] + ' %':>9}" for m in OURS)
    print(f"{'scene':28}{'edges':>6}{'truth':>6}{head}")
    rows = []
    for row in done(jobs(options, chosen), options.jobs):
        rows.append(row)
        print(line(row), flush=True)
    found = summary(rows)
    report(found, rows)
    print(f"{time.perf_counter() - start:.0f} s")
    if options.json:
        text = {"size": options.size, "rows": [asdict(r) for r in rows], "summary": found}
        options.json.write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")
    least = {} if options.smoke else wanted(options.least) or LEAST
    short = [name for name, times in least.items() if found["ratios"][name]["mean"] < times]
    for name in short:
        print(f"{least[name]:g}x below {name} is the least wanted")
    failed = bool(short) or found["truth"] > TRUE_ENOUGH
    if options.all:
        failed |= bool(operations(chosen))
        for bench in (widths, zoom, structure, frame_times):
            print()
            failed |= bool(bench.main(few))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
