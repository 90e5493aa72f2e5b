"""``jetfield probe``: what the calculus knows of a point, as text or JSON."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from .cli_options import add_frame, add_scene, framing, point

if TYPE_CHECKING:
    from .probe import Probe

EXAMPLES: Final = """
  jetfield probe fan --at 0.4,0.3
  jetfield probe petals --at -0.5,0.2 --size 1920x1080
  jetfield probe flower.py --at 0,0 --set amount=0.1 --json
"""

_LABEL: Final = 16  # columns before a number
_NUMBER: Final = 20  # columns before what is said of it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_scene(parser)
    parser.add_argument(
        "--at", type=point, required=True, metavar="X,Y", help="the point, in scene units"
    )
    add_frame(parser)
    parser.add_argument(
        "--json",
        action="store_true",
        help="print JSON: distances in pixels, angles in radians, all else in scene units",
    )


def run(options: argparse.Namespace, load: Callable[[str], Any]) -> None:
    """Probe the scene and print what was found."""
    from .arguments import framed, lowered
    from .probe import probe

    scene = load(options.scene)
    picture = lowered("probe", scene)
    frame = framed("probe", picture, options.size, **framing(options, scene))
    found = probe(picture, frame, options.at)
    print(_json(options.scene, found) if options.json else "\n".join(_text(options.scene, found)))


def _json(scene: str, found: Probe) -> str:
    import json
    from dataclasses import asdict

    data = {"scene": scene, **asdict(found)}
    for written, layer in zip(data["layers"], found.layers, strict=True):
        written.update(
            source=layer.source and str(layer.source), kink=layer.kink, covers=layer.covers
        )
    return json.dumps(data, indent=2)


def _text(scene: str, found: Probe) -> Iterator[str]:
    """The lines that a person reads."""
    from .probe_text import about, of_layer

    yield f"{scene} at {about(found)}"
    width, height = found.size
    yield f"a pixel is {found.pixel:.4g} scene units wide ({width}x{height})"
    for index in range(len(found.layers)):
        yield ""
        yield from map(_columns, of_layer(found, index))


def _columns(line: str) -> str:
    """A line of a table, in columns."""
    label, *cells = line.split("\t")
    if not cells:
        return line
    number, words = cells
    shown = f"{number:<{_NUMBER}} {words}" if number and words else number or words
    return f"  {label:<{_LABEL}}{shown}"
