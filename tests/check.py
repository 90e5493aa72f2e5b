"""The one check: lint, format, types, tests.

    python tests/check.py                 what CI runs
    python tests/check.py --full          also the slow tests, more random examples, the benchmarks
    python tests/check.py --only types    one part: lint, types or tests

Every step runs, whatever the earlier ones said, and prints its own output; the summary at the end
gives each step's result and time. The exit status is 0 only if all of them passed.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ["ruff", "mypy", "pytest", "hypothesis", "xdist"]
TOOL = ["-P", "-m"]  # -P keeps the checkout off sys.path: the rooms are found only as they install


class Step(NamedTuple):
    """One command of the check, and the part that it belongs to."""

    part: str
    name: str
    arguments: list[str]  # for this Python


def steps(full: bool) -> list[Step]:
    """All steps in order; a full check has more of them, and a longer pytest."""
    pytest = [
        *TOOL,
        "pytest",
        "--numprocesses=auto",
        "--maxprocesses=4",
        "--dist=loadfile",
        "--no-loadscope-reorder",
        "--durations=15",
    ]
    benchmarks = []
    if full:
        pytest += ["-m", "slow or not slow", "--hypothesis-profile=full"]
        benchmarks = sorted((ROOT / "tests" / "bench").glob("*.py"))
    return [
        Step("lint", "ruff check", [*TOOL, "ruff", "check", "."]),
        Step("lint", "ruff format", [*TOOL, "ruff", "format", "--check", "."]),
        Step("types", "mypy", [*TOOL, "mypy"]),
        Step("tests", "pytest", pytest),
        *(
            Step("tests", f"bench/{file.name}", [str(file.relative_to(ROOT)), "--smoke"])
            for file in benchmarks
        ),
    ]


def link_for_type_checkers() -> None:
    """Make `.typings/jetfield -> ..`: the checkout under the name its rooms install as."""
    link = ROOT / ".typings" / "jetfield"
    link.parent.mkdir(exist_ok=True)
    if not link.is_symlink():
        link.symlink_to("..", target_is_directory=True)


def run(step: Step) -> tuple[bool, float]:
    """Run one step, its output shown as it comes; whether it passed, and its seconds."""
    print(f"\n--- {step.name}: python {' '.join(step.arguments)}", flush=True)
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *step.arguments], cwd=ROOT, check=False)
    return done.returncode == 0, time.perf_counter() - start


def main() -> int:
    """Run what the command line asks for; the exit status."""
    parser = argparse.ArgumentParser(description="The one check: lint, format, types, tests.")
    parser.add_argument("--full", action="store_true", help="also what takes long")
    parser.add_argument("--only", choices=["lint", "types", "tests"], help="one part")
    options = parser.parse_args()

    missing = [tool for tool in NEEDED if importlib.util.find_spec(tool) is None]
    if missing:
        print(f'check: no {", ".join(missing)} here; first: pip install -e ".[dev]"')
        return 1
    link_for_type_checkers()

    chosen = [step for step in steps(options.full) if options.only in (None, step.part)]
    results = [(step.name, *run(step)) for step in chosen]

    print("\ncheck" + (", in CI: a skipped test is a failure" if os.environ.get("CI") else ""))
    for name, passed, seconds in results:
        print(f"  {'ok    ' if passed else 'FAILED'} {seconds:7.1f} s  {name}")
    if options.only:
        print(f"  only {options.only}; the other parts were not run")
    if not options.full and options.only in (None, "tests"):
        print("  slow tests and benchmarks were not run (--full)")
    return 0 if all(passed for _, passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
