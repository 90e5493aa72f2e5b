"""``jetfield view``: a scene in a window, drawn as it is edited."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, Final

from .cli_options import ANTIALIAS, add_frame, add_scene, framing

EXAMPLES: Final = """
  jetfield view fan                a gallery scene; H shows the keys
  jetfield view flower.py          follows the file as it is saved
  jetfield view flower.py --size 1280x720 --set amount=0.04
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_scene(parser)
    add_frame(parser, (960, 720))
    parser.add_argument("--antialias", choices=ANTIALIAS, default="exact",
        help="how edges are softened once nothing moves (default: exact)")  # fmt: skip
    parser.add_argument("--log", action="store_true", help=argparse.SUPPRESS)  # for tests


def run(options: argparse.Namespace, source: Any) -> None:
    """Show the scene until its window is closed. One that is broken is shown as its error."""
    from .live import Live
    from .window import Window

    there = os.path.isfile(source.path)  # if not, loading says so, and what may be meant
    shown = framing(options, source.load() if options.set or not there else None)
    live = Live(options.size, shown["view"], shown["parameters"], shown["seconds"], shown["mouse"])
    log = _log if options.log else None
    with Window(source, live, antialias=options.antialias, log=log) as window:
        window.run()


def _log(status: dict[str, Any]) -> None:
    import json

    print(json.dumps(status), file=sys.stderr, flush=True)
