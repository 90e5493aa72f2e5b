"""Scenes that are hard to draw: what coverage is measured on.

Each own scene is white on black, so that an error is one of coverage, or has two colors where it is
about layers that meet. Lengths of a few pixels are px(n): they are as small at every size.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jetfield import scenes as language
from jetfield.scenes import (
    Field,
    Scene,
    Vec,
    View,
    abs,
    arc,
    box,
    capsule,
    circle,
    fract,
    half_plane,
    load,
    log_polar,
    max,
    mobius,
    perspective,
    pi,
    pie,
    polar,
    polar_repeat,
    polygon,
    px,
    repeat,
    segment,
    shape,
    sin,
    star,
    swirl,
    triangle,
    union,
    vec2,
    warp,
)  # fmt: skip

Size = tuple[int, int]
Point = tuple[float, float]


@dataclass(frozen=True)
class Case:
    """A scene at a time, and how its pixels lie under it."""

    name: str
    make: Callable[[], Scene]
    seconds: float = 0.0
    shifted: bool = True
    """Whether the view is moved by a part of a pixel, so that no edge lies as it was written."""
    gathers: tuple[Point, ...] = field(default=())
    """Points at which there is endless detail: a disc around each is judged by its mean."""

    def view(self, scene: Scene, size: Size, seed: int) -> View:
        """The scene's view, moved at random by less than a pixel each way."""
        own, name = scene.view, sum(map(ord, self.name))
        shift = np.random.default_rng((seed, name)).uniform(-0.5, 0.5, 2) * self.shifted
        pixel = own.height / size[1]
        x, y = own.center
        return View((x + float(shift[0]) * pixel, y + float(shift[1]) * pixel), own.height)

    def discs(self, size: Size, view: View) -> list[NDArray[np.bool_]]:
        """The pixels of each disc: 0.1 % of all, together."""
        width, height = size
        y, x = np.mgrid[0:height, 0:width] + 0.5
        square = 1e-3 * width * height / np.maximum(1, len(self.gathers)) / np.pi
        found = []
        for u, v in self.gathers:
            column = (u - view.center[0]) * height / view.height + 0.5 * width
            row = 0.5 * height - (v - view.center[1]) * height / view.height
            found.append((x - column) ** 2 + (y - row) ** 2 <= square)
        return found


def _white(*fields: Field, height: float = 2.0) -> Scene:
    scene = Scene(background="black", view=View(height=height))
    for each in fields:
        scene.fill(each, "white")
    return scene


@shape
def board(p: Vec) -> Any:
    """A checkerboard of squares of side pi, as a product of waves."""
    return sin(p.x) * sin(p.y)


# --- plain shapes, and how they lie on the pixels ------------------------------------------------
def circle_and_box() -> Scene:
    """Two plain shapes that overlap."""
    return _white(
        circle(0.5).translate(-0.23, 0.11) | box(1.1, 0.5).rotate(0.3).translate(0.2, -0.3)
    )


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


def on_the_grid() -> Scene:
    """Edges on pixel borders, through pixel centers, along diagonals of both, at powers of two."""
    borders = box(0.5, 0.5).translate(-0.5, 0.5)
    centers = box(px(60), px(40)).translate(px(60.5), px(60.5))
    diagonal = box(0.5 * 2**0.5, 0.5 * 2**0.5).rotate(pi / 4).translate(-0.5, -0.5)
    between = box(px(40 * 2**0.5), px(40 * 2**0.5)).rotate(pi / 4).translate(px(60.5), px(-60))
    return _white(borders, centers, diagonal, between)


def small_circles() -> Scene:
    """Discs of radius 0.3 pixels, at every place of a pixel."""
    return _white(*_scattered(lambda x, y: circle(px(0.3)).translate(x, y), 200))


def small_triangles() -> Scene:
    """Triangles of one to three pixels, turned: three edges in many a pixel."""

    def turned(x: float, y: float) -> Field:
        a, size = 40.0 * x, 1.0 + 0.9 * math.sin(50.0 * y)
        points = [
            (px(size * math.cos(a + 2.1 * k)), px(size * math.sin(a + 2.1 * k))) for k in range(3)
        ]
        return triangle(*points).translate(x, y)

    return _white(*_scattered(turned, 60))


def _scattered(make: Callable[[float, float], Field], count: int) -> Iterator[Field]:
    """One union of copies all over the picture."""
    places = np.random.default_rng(5).uniform(-0.95, 0.95, (count, 2))
    yield union(*(make(float(x), float(y)) for x, y in places))


# --- corners and crossings -----------------------------------------------------------------------
def sharp_star() -> Scene:
    """Seven points of five degrees each."""
    n, outer, half_tip = 7, 0.95, math.radians(2.5)
    rise = math.tan(half_tip)
    inner = outer * rise / (math.sin(math.pi / n) + rise * math.cos(math.pi / n))
    radii = (outer, inner)
    angles = [0.5 * math.pi + 0.1 + k * math.pi / n for k in range(2 * n)]
    points = [
        (radii[k % 2] * math.cos(a), radii[k % 2] * math.sin(a)) for k, a in enumerate(angles)
    ]
    return _white(polygon(points))


def wedges() -> Scene:
    """Twelve wedges whose tips meet in a pixel, three times: a pixel of twenty-four edges."""

    def fan(x: float, y: float, turn: float) -> Field:
        arms = [pie(0.42, 0.14).rotate(turn + 2 * math.pi * k / 12) for k in range(12)]
        return union(*arms).translate(x, y)

    return _white(fan(-0.5, 0.5, 0.1), fan(0.5, 0.45, 0.3), fan(0.02, -0.5, 0.2))


def crossing_bars() -> Scene:
    """Bars of 1.4 pixels that cross near common points: three edges and more in a pixel."""
    bars = [
        box(1.9, px(1.4))
        .rotate(0.13 + 0.37 * k)
        .translate(0.012 * math.sin(5.0 * k), 0.009 * k - 0.04)
        for k in range(9)
    ]
    return _white(union(*bars))


def swirled_csg() -> Scene:
    """Every boolean, swirled: corners of all angles."""
    frame = box(1.2, 1.2) - box(0.9, 0.9)
    cross = box(1.5, 0.16).rotate(0.7) ^ box(1.5, 0.16).rotate(-0.5)
    return _white(((frame | cross) & circle(0.85)).warp(swirl(2.2, radius=0.7)))


# --- warps ---------------------------------------------------------------------------------------
def petals_on_the_seam() -> Scene:
    """Petals of a polar repeat, stirred, and a disc in polar coordinates where theta jumps."""
    petal = circle(0.3).translate(0.55, 0) - box(0.2, 0.2).translate(0.55, 0)
    flower = petal.warp(polar_repeat(6)).warp(swirl(1.5, radius=1.0))
    return _white(flower - circle(0.13).translate(0.6, math.pi).warp(polar()))


def petals_at_the_pole() -> Scene:
    """Petals r < sin(5 theta) that all meet at the origin, and narrow sectors that do."""

    @shape
    def petal(p: Vec) -> Any:
        return p.x - 0.45 * sin(5 * p.y + 0.4)

    @shape
    def sector(p: Vec) -> Any:
        return max(sin(24 * p.y + 1.0), p.x - 0.45)

    scene = _white(petal().warp(polar()).translate(-0.45, 0.3))
    scene.fill(sector().warp(polar()).translate(0.45, -0.3), "white")
    return scene


def log_polar_checker() -> Scene:
    """A checkerboard wound around the origin, but for its innermost disc."""
    rings = board().scale(1 / 6).warp(log_polar())
    return _white((rings & circle(0.9)) - circle(0.12))


def strong_swirl() -> Scene:
    """A box wound up by 20 radians: thin curved bands around the middle."""
    bar = box(1.7, 0.3).rotate(0.2) | circle(0.25).translate(0.55, 0.4)
    return _white(bar.warp(swirl(20, radius=0.55)))


def moebius_circles() -> Scene:
    """A board of discs under a Moebius map: they stay discs, of every size."""
    return _white(circle(0.31).warp(repeat(1, 1) @ mobius(3, 0.4j, 1, 1.7 + 0.4j)))


def moebius_grid() -> Scene:
    """A grid of lines around the pole of a Moebius map, where they gather."""

    @shape
    def lines(p: Vec) -> Any:
        return 0.4 - max(abs(fract(p.x) - 0.5), abs(fract(p.y) - 0.5))

    return _white(lines().warp(mobius(1.2, 0.3, 1.0, -0.21 - 0.13j)))


def rippled() -> Scene:
    """A user's own warp."""

    @warp
    def ripple(p: Vec, amount: float = 0.05, waves: float = 9.0) -> Vec:
        return p + amount * vec2(sin(waves * p.y), sin(waves * p.x))

    return _white(
        (box(1.1, 0.7, 0.1) - capsule((-0.3, 0), (0.3, 0), 0.12)).warp(ripple(amount=0.08))
    )


# --- patterns, up to and past what pixels can hold -----------------------------------------------
def stripes() -> Scene:
    """Stripes that grow finer to the right, down to 0.04 of the picture's height."""
    return _white(_chirp(18.0))


def stripes_past_nyquist() -> Scene:
    """Stripes that grow finer to the right, to less than a pixel at 256."""
    return _white(_chirp(110.0))


def _chirp(rate: float) -> Field:
    @shape
    def waves(p: Vec) -> Any:
        x = p.x + 1.2
        return sin(rate * x * x + 2 * p.y)

    return waves()


def perspective_checker() -> Scene:
    """A chessboard that recedes to the horizon."""
    tiles = language.checker(0.3) if hasattr(language, "checker") else board().scale(0.3 / pi)
    plane = perspective(horizon=0.31, height=0.5)
    return _white(tiles.rotate(0.4).warp(plane))


def perspective_stripes() -> Scene:
    """Stripes that recede to the horizon, crossing it at an angle."""
    if hasattr(language, "stripes"):
        lines: Field = language.stripes(0.2)
    else:

        @shape
        def wave(p: Vec) -> Any:
            return sin(10 * pi * p.x)

        lines = wave()
    return _white(lines.rotate(0.9).warp(perspective(horizon=0.31, height=0.5)))


# --- thin things ---------------------------------------------------------------------------------
def thin_ring() -> Scene:
    """A ring 0.3 pixels wide."""
    return _white(circle(0.71).translate(0.013, 0.007).shell(px(0.3)))


def thinner_ring() -> Scene:
    """A ring 0.1 pixels wide."""
    return _white(circle(0.71).translate(0.013, 0.007).shell(px(0.1)))


def strokes() -> Scene:
    """Lines of one, two and five pixels along warped outlines."""
    scene = Scene(background="black")
    twisted = box(0.9, 0.5).rotate(0.2).warp(swirl(1.2, radius=0.8))
    for width, outline in ((1, circle(0.83)), (2, twisted), (5, circle(0.3).translate(0.1, -0.7))):
        scene.stroke(outline, "white", width=px(width))
    return scene


def thin_strokes() -> Scene:
    """Lines of 0.1, 0.3, 0.6 and 1 pixel: round, straight, with ends and corners, stirred."""
    scene = Scene(background="black")
    bent = star(5, 0.5, 0.3).warp(swirl(0.8, radius=0.8))
    lines = [
        (0.1, circle(0.9)), (0.3, bent), (0.6, segment((-0.93, -0.8), (0.9, -0.55))),
        (1.0, arc(0.75, 4.1).rotate(0.3)), (0.3, segment((-0.6, 0.95), (0.9, 0.9))),
    ]  # fmt: skip
    for width, outline in lines:
        scene.stroke(outline, "white", width=px(width))
    return scene


# --- layers that meet ----------------------------------------------------------------------------
def halves() -> Scene:
    """Two halves of a disc, in two colors: no background shows along the edge that they share."""
    scene = Scene(background="black")
    for normal, color in (((0.34, 0.94), "#ff8040"), ((-0.34, -0.94), "#3080ff")):
        scene.fill(circle(0.8) & half_plane(normal, 0), color)
    return scene


def abutting() -> Scene:
    """A mosaic of three colors over each other and side by side, each shape laid down twice."""
    scene = Scene(background="white")
    cut = [half_plane((math.cos(a), math.sin(a)), 0.05) for a in (0.2, 2.1, 4.4)]
    pieces = [cut[0] & cut[1], cut[0] - cut[1], ~cut[0] & cut[2], ~cut[0] - cut[2]]
    for piece, color in zip(pieces, ("#d04020", "#204060", "#e0b040", "#409060"), strict=True):
        for _ in range(2):
            scene.fill(piece & circle(0.85), color)
    scene.fill(circle(0.3), "#204060")
    scene.fill(circle(0.3) - box(0.2, 0.2).rotate(0.5), "white")
    return scene


OWN: dict[str, Case] = {
    make.__name__.replace("_", " "): Case(make.__name__.replace("_", " "), make)
    for make in (
        circle_and_box, collinear_boxes, small_circles, small_triangles, sharp_star,
        wedges, crossing_bars, swirled_csg, petals_on_the_seam, log_polar_checker,
        strong_swirl, moebius_circles, rippled, stripes, stripes_past_nyquist,
        perspective_checker, perspective_stripes, thin_ring, thinner_ring, strokes, thin_strokes,
        halves, abutting,
    )
}  # fmt: skip
OWN |= {
    "on the grid": Case("on the grid", on_the_grid, shifted=False),
    "petals at the pole": Case(
        "petals at the pole", petals_at_the_pole, gathers=((-0.45, 0.3), (0.45, -0.3))
    ),
    "moebius grid": Case("moebius grid", moebius_grid, gathers=((0.21, 0.13),)),
}

GATHERING: dict[str, tuple[Point, ...]] = {
    "mobius": ((0.62, 0.3), (-0.62, -0.3)),
    "spiral": ((0.0, 0.0),),
}
LATER = {"atom": 1.3, "fan": 0.7, "horizon": 0.37, "tide": 2.6}
"""A second time at which moving scenes are drawn."""


def gallery() -> dict[str, Case]:
    """The scenes that come with jetfield, moving ones at two times."""
    found = {}
    for name in language.gallery_names():
        points = GATHERING.get(name, ())
        times = [0.0, LATER[name]] if name in LATER else [0.0]
        for seconds in times:
            label = name if seconds == 0 else f"{name} at {seconds:g} s"
            found[label] = Case(label, partial(load, name), seconds, gathers=points)
    return found


def cases() -> dict[str, Case]:
    """All of them, by name."""
    return {**gallery(), **OWN}
