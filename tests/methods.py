"""What coverage is measured on and with: scenes that are hard to draw, ways to draw an edge."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from truth import framed, supersampled

from jetfield.render import render
from jetfield.render.device import offscreen
from jetfield.render.tiles import Tile
from jetfield.scenes import (
    Field,
    Scene,
    Vec,
    View,
    box,
    capsule,
    circle,
    half_plane,
    load,
    log_polar,
    mobius,
    polar,
    polar_repeat,
    polygon,
    px,
    repeat,
    shape,
    sin,
    swirl,
    vec2,
    warp,
)  # fmt: skip
from jetfield.shaders.calculus.evaluate import evaluate
from jetfield.shaders.glsl import listing
from jetfield.shaders.glsl.program import Program
from jetfield.shaders.picture import Layer

Size = tuple[int, int]

# --- scenes, white on black: an error is one of coverage -----------------------------------------


def _white(*fields: Field, height: float = 2.0) -> Scene:
    scene = Scene(background="black", view=View(height=height))
    for field in fields:
        scene.fill(field, "white")
    return scene


def circle_and_box() -> Scene:
    """Two plain shapes that overlap."""
    return _white(
        circle(0.5).translate(-0.23, 0.11) | box(1.1, 0.5).rotate(0.3).translate(0.2, -0.3)
    )


def petals_on_the_seam() -> Scene:
    """Petals of a polar repeat, stirred, and a disc in polar coordinates where theta jumps."""
    petal = circle(0.3).translate(0.55, 0) - box(0.2, 0.2).translate(0.55, 0)
    flower = petal.warp(polar_repeat(6)).warp(swirl(1.5, radius=1.0))
    return _white(flower - circle(0.13).translate(0.6, math.pi).warp(polar()))


def log_polar_checker() -> Scene:
    """A checkerboard wound around the origin, but for its innermost disc."""

    @shape
    def checker(p: Vec) -> Any:
        return sin(6 * p.x) * sin(6 * p.y)

    return _white((checker().warp(log_polar()) & circle(0.9)) - circle(0.12))


def stripes() -> Scene:
    """Stripes that grow finer to the right, down to three pixels at 192."""

    @shape
    def waves(p: Vec) -> Any:
        x = p.x + 1.2
        return sin(18 * x * x + 2 * p.y)

    return _white(waves())


def swirled_csg() -> Scene:
    """Every boolean, swirled: corners of all angles."""
    frame = box(1.2, 1.2) - box(0.9, 0.9)
    cross = box(1.5, 0.16).rotate(0.7) ^ box(1.5, 0.16).rotate(-0.5)
    return _white(((frame | cross) & circle(0.85)).warp(swirl(2.2, radius=0.7)))


def thin_ring() -> Scene:
    """A ring 0.3 pixels wide."""
    return _white(circle(0.71).translate(0.013, 0.007).shell(px(0.3)))


def sharp_star() -> Scene:
    """Seven points of five degrees each."""
    n, outer, half_tip = 7, 0.95, math.radians(2.5)
    rise = math.tan(half_tip)
    inner = outer * rise / (math.sin(math.pi / n) + rise * math.cos(math.pi / n))
    radii = (outer, inner)
    angles = (0.5 * math.pi + k * math.pi / n for k in range(2 * n))
    return _white(
        polygon(
            [(radii[k % 2] * math.cos(a), radii[k % 2] * math.sin(a)) for k, a in enumerate(angles)]
        )
    )


def moebius_circles() -> Scene:
    """A board of discs under a Moebius map: they stay discs, of every size."""
    return _white(circle(0.31).warp(repeat(1, 1) @ mobius(3, 0.4j, 1, 1.7 + 0.4j)))


def collinear_boxes() -> Scene:
    """Boxes that share the lines of their sides, axis-aligned and not."""
    row = (
        box(0.5, 0.5).translate(-0.5, 0.4)
        | box(0.5, 0.5).translate(0, 0.4)
        | box(0.3, 0.5).translate(0.4, 0.4)
    )
    half = half_plane((0, 1), -0.2) & box(1.4, 0.3).translate(0.03, -0.25)
    turned = box(0.4, 0.3).translate(-0.3, 0) | box(0.4, 0.3).translate(0.1, 0)
    return _white(row | half | turned.rotate(0.35).translate(0.1, -0.7))


def rippled() -> Scene:
    """A user's own warp."""

    @warp
    def ripple(p: Vec, amount: float = 0.05, waves: float = 9.0) -> Vec:
        return p + amount * vec2(sin(waves * p.y), sin(waves * p.x))

    return _white(
        (box(1.1, 0.7, 0.1) - capsule((-0.3, 0), (0.3, 0), 0.12)).warp(ripple(amount=0.08))
    )


def strokes() -> Scene:
    """Lines of one, two and five pixels along warped outlines."""
    scene = Scene(background="black")
    twisted = box(0.9, 0.5).rotate(0.2).warp(swirl(1.2, radius=0.8))
    for width, field in ((1, circle(0.83)), (2, twisted), (5, circle(0.3).translate(0.1, -0.7))):
        scene.stroke(field, "white", width=px(width))
    return scene


OWN: dict[str, Callable[[], Scene]] = {
    scene.__name__.replace("_", " "): scene
    for scene in (
        circle_and_box, petals_on_the_seam, log_polar_checker, stripes, swirled_csg, thin_ring,
        sharp_star, moebius_circles, collinear_boxes, rippled, strokes,
    )
}  # fmt: skip

GALLERY = {name: (lambda name=name: load(name)) for name in ("fan", "petals", "mobius")}

GATHERING = {"mobius": [(0.62, 0.3), (-0.62, -0.3)]}
"""Points at which a picture has endless detail: a disc around each is judged by its mean alone."""


def gathers(name: str, size: Size, view: View) -> NDArray[np.bool_]:
    """The pixels, 0.1 % of all at most, that hold the endless detail of a scene of this name."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width] + 0.5
    points = GATHERING.get(name, [])
    found = np.zeros((height, width), bool)
    for px_, py_ in points:
        column = (px_ - view.center[0]) * height / view.height + 0.5 * width
        row = 0.5 * height - (py_ - view.center[1]) * height / view.height
        found |= np.pi * ((x - column) ** 2 + (y - row) ** 2) <= 1e-3 * width * height / len(points)
    return found


# --- methods: (scene, size) -> premultiplied linear light, (h, w, 4) -----------------------------


def drawn(antialias: str) -> Callable[[Scene, Size], NDArray[Any]]:
    """The renderer's own method of this name."""
    return lambda scene, size: render(scene, size, antialias=antialias, output="linear")


def smoothstep(scene: Scene, size: Size) -> NDArray[Any]:
    """What most shaders do: the emitted field, 1 - smoothstep(-w, w, f) with w = fwidth(f)."""
    picture = scene.lower()
    frame = framed(picture, size)
    program = Program(taken=("view_center", "origin", "pixel", "fragment", "p", "color", "f", "w"))
    body = []
    known: dict[Any, Any] = {}
    light = [0.0] * 4
    if picture.background is not None:
        light = [*map(float, evaluate(picture.background, known, frame.values))]
    body.append(f"vec4 color = vec4({', '.join(f'{c:.9f}' for c in light)});")
    for k, layer in enumerate(picture.layers):
        assert isinstance(layer, Layer), "only plain layers have this form"
        name = program.add(layer.field, f"layer{k}")
        r, g, b, alpha, opacity = evaluate((*layer.color, layer.opacity), {}, frame.values)
        edge = "1.0 - smoothstep(-w, w, f)"
        if layer.width is not None:
            width = float(evaluate([layer.width], dict(known), frame.values)[0]) / frame.pixel
            edge = f"1.0 - smoothstep(-1.0, 1.0, abs(f) / max(w, 1e-30) - {0.5 * width:.9f})"
        body.append(
            f"{{ float f = {name}(p); float w = fwidth(f); "
            f"color = mix(color, vec4({r:.9f}, {g:.9f}, {b:.9f}, 1.0), "
            f"({edge}) * {opacity * alpha:.9f}); }}"
        )
    uniforms = "".join(
        f"uniform float {program.uniform(q)};\n" for q in program.parameters if q.name != "pixel"
    )
    fragment = (
        "#version 330 core\nuniform vec2 view_center; uniform vec2 origin; uniform float pixel;\n"
        f"{uniforms}out vec4 fragment;\n{program.text}\nvoid main() {{\n"
        "vec2 p = view_center + pixel * (gl_FragCoord.xy + origin);\n"
        + "\n".join(body)
        + "\nfragment = color;\n}\n"
    )
    text = replace(
        listing(picture, antialias="none", output="linear"),
        fragment=fragment,
        tables=program.tables,
        parameters={program.uniform(q): q for q in program.parameters},
    )
    out = np.empty((size[1], size[0], 4), np.float32)
    offscreen().run(lambda painter: painter.tile(text, frame, "linear", Tile(0, 0, *size), out))
    return out


METHODS: dict[str, Callable[[Scene, Size], NDArray[Any]]] = {
    "none": drawn("none"),
    "smoothstep": smoothstep,
    "fwidth": drawn("fwidth"),
    "64 samples": supersampled,
    "gradient": drawn("gradient"),
    "exact": drawn("exact"),
}
