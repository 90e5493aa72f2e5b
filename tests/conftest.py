"""What every test runs under: hypothesis profiles, and the rule about skips.

Fixtures that only one file needs live there.
"""

import gc
import os
import signal
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

# Small pictures of large shaders: Mesa's rasteriser is to compile them soon, not to draw them fast.
# It rounds as ever. Set before anything loads OpenGL, and for the processes that tests start.
os.environ.setdefault("GALLIVM_PERF", "nopt")

# Graphs are many small objects that live on: to look through them for cycles, as Python does after
# every 700, takes a tenth of the time.
gc.set_threshold(20_000)

# What a shell starts in the background is deaf to Ctrl-C, and so would be all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No time limits: on two cores and a software rasteriser, times swing by a factor of three.
settings.register_profile(
    "ci",
    max_examples=200,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "full", settings.get_profile("ci"), max_examples=2000, derandomize=False, print_blob=True
)
settings.load_profile("ci")  # --hypothesis-profile comes later, and wins


@pytest.fixture(scope="module")
def own() -> Iterator[Callable[..., Any]]:
    """Runs a function with a moderngl context of its own, in the thread where it is current."""
    import gl  # it loads moderngl, which few tests need

    yield from gl.threads()


LONG = (
    "gallery", "dialects", "random_pictures", "tiles", "truth", "window", "reload", "random_scenes", "paint",
    "glsl", "warps", "shapes", "cli", "regions", "patterns", "exact", "packaging",
)  # fmt: skip
"""Files that take long, the longest first: the processes that share the tests end together."""
RANK = {f"test_{name}.py": rank for rank, name in enumerate(LONG)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: RANK.get(item.path.name, len(LONG)))


IN_CI = bool(os.environ.get("CI"))

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return fail_a_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return fail_a_skip((yield))


def fail_a_skip(report: Report) -> Report:
    """In CI whatever a test needs is installed, so a skip there is a failure that gives its reason.

    A test that is expected to fail (xfail) also reports as skipped; it did run, and is left alone.
    """
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        where_and_why = report.longrepr
        reason = where_and_why[2] if isinstance(where_and_why, tuple) else where_and_why
        report.outcome = "failed"
        report.longrepr = f"{reason} (in CI a skip is a failure: install what it needs)"
    return report
