"""``jetfield render``: a scene to a PNG file."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import Any, Final

from .cli_options import ANTIALIAS, DEVICES, OUTPUTS, add_frame, add_scene, depth, framing

EXAMPLES: Final = """
  jetfield render fan                              draws fan.png, 1024x1024
  jetfield render flower.py -o big.png --size 3840x2160
  jetfield render flower.py --set amount=0.04 --view 0.5,0,1
  jetfield render flower.py --device numpy         without OpenGL
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add = parser.add_argument
    add_scene(parser)
    add("-o", "--out", metavar="OUT.png",
        help="the file to write (default: the scene's name, in this folder)")  # fmt: skip
    add_frame(parser)
    add("--antialias", choices=ANTIALIAS, default="exact",
        help="how edges are softened (default: exact)")  # fmt: skip
    add("--output", type=depth, choices=OUTPUTS, default="srgb8",
        help="8 or 16 bits a channel (default: srgb8)")  # fmt: skip
    add("--device", choices=DEVICES, default="auto",
        help="numpy needs no OpenGL, and is slow (default: auto, which is gl unless a shader "
             "would be huge)")  # fmt: skip


def run(options: argparse.Namespace, load: Callable[[str], Any]) -> None:
    """Draw the scene, write the file, print its path."""
    if options.device != "numpy":
        from .device import offscreen

        offscreen()  # its thread loads the driver while this one imports NumPy and the scene

    from .offscreen import render_file

    out = options.out
    if out is None:
        out = f"{os.path.splitext(os.path.basename(options.scene))[0]}.png"
    scene = load(options.scene)
    render_file(
        scene,
        out,
        options.size,
        antialias=options.antialias,
        output=options.output,
        device=options.device,
        **framing(options, scene),
    )
    print(out, flush=True)
