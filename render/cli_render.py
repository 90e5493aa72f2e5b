"""``jetfield render``: a scene to a PNG file."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from .cli_options import ANTIALIAS, DEVICES, OUTPUTS, VIEWS, add_frame, add_scene, depth, framing

if TYPE_CHECKING:
    from ..shaders.picture import Picture

EXAMPLES: Final = """
  jetfield render fan                              draws fan.png, 1024x1024
  jetfield render flower.py -o big.png --size 3840x2160
  jetfield render flower.py --set amount=0.04 --view 0.5,0,1
  jetfield render petals --show determinant        what its warps do to space
  jetfield render flower.py --device numpy         without OpenGL
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add = parser.add_argument
    add_scene(parser)
    add("-o", "--out", metavar="OUT.png",
        help="the file to write (default: the scene's name, in this folder)")  # fmt: skip
    add_frame(parser)
    add("--show", choices=VIEWS, default="picture",
        help="what the calculus knows of it: the field with level sets, the length of its "
             "gradient, the determinant of the warps' Jacobian, the level sets' curvature, how "
             "much of a cell is covered, or which tiles are searched for edges (default: the "
             "picture)")  # fmt: skip
    add("--antialias", choices=ANTIALIAS,
        help="how edges are softened (default: exact; with --show, gradient)")  # fmt: skip
    add("--output", type=depth, choices=OUTPUTS, default="srgb8",
        help="8 or 16 bits a channel (default: srgb8)")  # fmt: skip
    add("--device", choices=DEVICES, default="auto",
        help="numpy needs no OpenGL, and is slow (default: auto, which is gl unless a shader "
             "would be huge)")  # fmt: skip


def run(options: argparse.Namespace, load: Callable[[str], Any]) -> None:
    """Draw the scene, write the file, print its path."""
    view = options.show != "picture"
    if view and options.antialias not in (None, "gradient"):
        options.parser.error(
            f"argument --antialias: --show {options.show} is drawn by gradient, "
            f"not by {options.antialias}"
        )
    if options.device != "numpy":
        from .device import offscreen

        offscreen()  # its thread loads the driver while this one imports NumPy and the scene

    from .offscreen import render_file

    out = options.out
    if out is None:
        out = f"{os.path.splitext(os.path.basename(options.scene))[0]}.png"
    scene = load(options.scene)
    frame = framing(options, scene)
    if view:
        scene = _shown(scene, options.show)
        read = {parameter.name for parameter in scene.parameters}  # a view has its own colors
        frame["parameters"] = {n: v for n, v in frame["parameters"].items() if n in read}
    render_file(
        scene,
        out,
        options.size,
        antialias=options.antialias or ("gradient" if view else "exact"),
        output=options.output,
        device=options.device,
        **frame,
    )
    print(out, flush=True)


def _shown(scene: Any, name: str) -> Picture:
    """The scene as a view of this name shows it."""
    from ..shaders.views import viewed
    from .arguments import lowered

    return viewed(lowered("render", scene), name)
