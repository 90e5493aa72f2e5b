"""A deep expression, from the shell to the file: cut to its regions, against one naive shader.

    python tests/bench/prospero.py prospero.vm            five paired runs
    python tests/bench/prospero.py --smoke                two, of a random expression, small

The file is the Prospero challenge's (M. Keeter, models/prospero.vm of fidget) or any other of its
format; without one a random expression of as many clauses is drawn. The naive way is the one
shader of the whole expression that `--device gl` makes. What drivers keep on the disk is off, so
that compiling counts. Runs take turns, and a ratio is the median of those of the pairs. An exact
picture is held against nothing: its naive shader, of ten times the ops, is not waited for.

Exit status: 1 if a ratio is not below 1, but for --smoke, which only shows that all of it runs.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from expressions import random_text

CLAUSES = 7866
FRAME = """
import sys, time
from jetfield.scenes import load
from jetfield.render import render
scene, size = load(sys.argv[1]), (int(sys.argv[2]),) * 2
for device in ("auto", "gl"):
    options = dict(antialias=sys.argv[3], device=device)
    if device == "gl" and sys.argv[3] == "exact":
        break
    render(scene, size, **options)
    times = []
    for _ in range(int(sys.argv[4])):
        start = time.perf_counter()
        render(scene, size, **options)
        times.append(time.perf_counter() - start)
    print(device, sorted(times)[len(times) // 2])
"""


def main() -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description="The whole time of a deep expression.")
    parser.add_argument("file", nargs="?", help="a .vm file (default: a random one)")
    parser.add_argument("--smoke", action="store_true", help="two runs of a small expression")
    options = parser.parse_args()
    pairs, side = (2, 256) if options.smoke else (5, 1024)

    with tempfile.TemporaryDirectory() as folder:
        file, out = options.file, str(Path(folder, "out.png"))
        if file is None:
            file = str(Path(folder, "random.vm"))
            Path(file).write_text(random_text(1800 if options.smoke else CLAUSES, 1, 0.3))
        env = {**os.environ, "MESA_SHADER_CACHE_DISABLE": "true"}
        render = [sys.executable, "-m", "jetfield.render", "render", file, "-o", out]
        render += ["--size", f"{side}x{side}", "--antialias"]

        def timed(*more: str) -> float:
            start = time.perf_counter()
            subprocess.run([*render, *more], check=True, capture_output=True, env=env)
            return time.perf_counter() - start

        print(f"{Path(file).name} at {side} x {side}, {pairs} pairs, process start to PNG, medians")
        timed("none")  # fills the caches of the disk and of Python
        worst = 0.0
        for antialias in ("none", "gradient"):
            runs = [(timed(antialias), timed(antialias, "--device", "gl")) for _ in range(pairs)]
            ours, naive = (statistics.median(column) for column in zip(*runs, strict=True))
            ratio = statistics.median(a / b for a, b in runs)
            worst = max(worst, ratio)
            print(f"  {antialias:9} {ours:6.2f} s cut, {naive:6.2f} s naive, ratio {ratio:.3f}")
        exact = statistics.median(timed("exact") for _ in range(pairs))
        print(f"  exact     {exact:6.2f} s cut")
        print("one more frame in the same process")
        for antialias in ("none", "gradient", "exact"):
            command = [sys.executable, "-c", FRAME, file, str(side), antialias, str(pairs)]
            run = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
            said = dict(line.split() for line in run.stdout.splitlines())
            naive_ = f", {float(said['gl']):6.3f} s naive" if "gl" in said else ""
            print(f"  {antialias:9} {float(said['auto']):6.3f} s cut{naive_}")
    return 0 if worst < 1 or options.smoke else 1


if __name__ == "__main__":
    sys.exit(main())
