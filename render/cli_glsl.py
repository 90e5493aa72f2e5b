"""``jetfield glsl``: a scene as a shader, on stdout or in a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any, Final

from .cli_options import ANTIALIAS, add_scene

EXAMPLES: Final = """
  jetfield glsl petals --dialect shadertoy
  jetfield glsl flower.py --dialect 300es -o flower.frag
"""

# Stands here as well as in `jetfield.shaders`, which imports NumPy; a test compares the two.
DIALECTS: Final = ("330", "300es", "shadertoy")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_scene(parser)
    add = parser.add_argument
    add(
        "--dialect",
        choices=DIALECTS,
        default="330",
        help="GLSL 330 core, GLSL ES 3.00 for WebGL 2, or a listing to paste into Shadertoy "
        "(default: 330)",
    )
    add(
        "--antialias",
        choices=ANTIALIAS,
        default="exact",
        help="how edges are drawn (default: exact)",
    )
    add("-o", "--out", metavar="FILE", help="the file to write (default: stdout)")


def run(options: argparse.Namespace, load: Callable[[str], Any]) -> None:
    """Print the listing, or write it and print the file's path."""
    from ..shaders import to_glsl
    from .files import WholeFile

    scene = load(options.scene)
    text = to_glsl(scene, options.dialect, antialias=options.antialias).encode()
    if options.out is None:
        sys.stdout.buffer.write(text)  # as UTF-8, whatever the locale is: comments name files
        sys.stdout.buffer.flush()
        return
    with WholeFile(options.out, call="glsl") as file:
        file.write(text)
    print(options.out, flush=True)
