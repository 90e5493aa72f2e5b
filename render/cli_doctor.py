"""``jetfield doctor``: what can be drawn here, fact by fact."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, Final

EXAMPLES: Final = """
  jetfield doctor
  jetfield doctor && jetfield render fan     exit status 1 means: no OpenGL
"""

_MARKS: Final = {True: "ok  ", False: "BAD ", None: "    "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(options: argparse.Namespace, load: Callable[[str], Any]) -> None:
    """Print each fact as it is found, and a verdict.

    Raises:
        SystemExit: with status 1, if OpenGL draws no picture here.
    """
    from .doctor import examine

    draws, doubts = False, 0
    for fact in examine(lambda: load("fan")):
        print(f"{_MARKS[fact.good]}{fact.about:<12} {fact.text}", flush=True)
        draws = draws or (fact.about == "picture" and fact.good is True)
        doubts += fact.good is False
    if not draws:
        print("verdict: OpenGL draws no picture here; --device numpy does, slowly", flush=True)
        raise SystemExit(1)
    but = f"; {doubts} thing{'s' * (doubts != 1)} above marked BAD" if doubts else ", all is well"
    print(f"verdict: pictures can be drawn{but}")
