"""``jetfield gallery``: the scenes that come with jetfield, listed or drawn."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from .cli_options import DEVICES, add_size

EXAMPLES: Final = """
  jetfield gallery                           lists the scenes
  jetfield gallery -o pictures               draws them all, a contact sheet and a page
  jetfield gallery -o pictures --size 1200x800 fan petals
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="a scene (default: all of them)")
    parser.add_argument("-o", "--out", metavar="DIR",
                        help="draw to DIR/NAME.png, with DIR/contact.png and DIR/README.md; "
                             "made if it is not there (default: only list)")  # fmt: skip
    add_size(parser, (640, 640))
    parser.add_argument("--device", choices=DEVICES, default="auto",
                        help="numpy needs no OpenGL, and is slow (default: auto)")  # fmt: skip


def run(
    options: argparse.Namespace, load: Callable[[str], Any], sources: Mapping[str, str]
) -> None:
    """List or draw the named scenes, whose files hold these texts."""
    from ..shaders.errors import DeviceError, JetfieldError, OutputError
    from .gallery import Entry, draw_picture, finish, make_folder

    entries = [Entry.of(name, sources[name]) for name in _chosen(options.names, sources)]
    if options.out is None:
        width = max((len(entry.name) for entry in entries), default=0)
        for entry in entries:
            print(f"{entry.name:<{width}}  {entry.summary}")
        return

    from .progress import Progress

    make_folder(options.out)
    drawn, failed = [], []
    progress = Progress("drawing the gallery", total=len(entries))
    try:
        for entry in entries:
            try:
                drawn.append(draw_picture(load(entry.name), options.out, entry, options.size,
                                          options.device))  # fmt: skip
            except (DeviceError, OutputError):
                raise  # no other scene could be drawn, or written, either
            except Exception as error:
                failed.append(entry.name)
                kind = "" if isinstance(error, JetfieldError) else f"{type(error).__name__}: "
                said = " ".join(str(error).split())
                progress.clear()
                print(f"jetfield: {entry.name}: {kind}{said}", file=sys.stderr)
            else:
                print(drawn[-1].path, flush=True)
            progress.advance(1)
    finally:
        progress.close()
    if failed:
        raise OutputError(f"gallery: not drawn: {', '.join(failed)}; so neither are page and sheet")
    for path in finish(options.out, drawn):
        print(path, flush=True)


def _chosen(names: list[str], sources: Mapping[str, str]) -> list[str]:
    """The scenes that are asked for, each once."""
    from ..shaders.errors import SceneError
    from .arguments import closest

    for name in names:
        if name not in sources:
            raise SceneError(
                f"gallery: there is no scene {name!r}; there are {', '.join(sources)}"
                f"{closest(name, list(sources))}"
            )
    return list(dict.fromkeys(names)) or list(sources)
