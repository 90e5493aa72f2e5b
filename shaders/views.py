"""Views: a picture drawn by what the calculus knows of it.

A view is a picture itself: each point is colored by the jet of the layer that is seen there, or by
the Jacobian of its warps. What no layer covers is colored by the layer that is nearest there, and
an inked line, over which one becomes another, follows every edge that is seen. So every renderer
draws views, and what they show is what the picture is made of.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from .calculus.expr import Expr, const
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.jets import jet
from .calculus.parameters import BUILT_IN, leaf
from .calculus.places import place
from .calculus.vectors import (
    Scalar,
    Vec,
    abs,
    clamp,
    cross,
    dot,
    exp,
    floor,
    length,
    log,
    max,
    sqrt,
    where,
)
from .color import rgba
from .coverage import band, fill
from .layers import Group, Layer, Stack, walk
from .patterns import stripes_mean
from .picture import CROWD, GRADIENT, POINT, VALUE, Frame, Picture, View
from .stops import mixed
from .tiles import EDGE, SMOOTH, looked, rim, side, worth_smooth

__all__ = ["CELL", "COMPARE", "VIEWS", "legend", "spacing", "viewed"]

COMPARE = "compare"
"""The view that shows the picture twice, side by side, and is no picture itself."""


class Legend(NamedTuple):
    """What a view shows, in a few words; and what its colors and its lines mean."""

    brief: str
    whole: str


VIEWS = {
    "picture": Legend("the picture", "the picture"),
    "field": Legend(
        "the field's level sets", "field: blue inside, orange outside, a line every {step}"
    ),
    "gradient": Legend(
        "the length of its gradient",
        "length of the gradient: pale is 1, a true distance; orange steeper, blue flatter, "
        "the last colors are 16 and 1/16",
    ),
    "determinant": Legend(
        "what the warps do to space",
        "determinant of the warps: pale is 1; green where space shrinks, gold where it "
        "grows, violet and pink where it is also flipped, black where it collapses; a grid of "
        "{step} in the space of the shape",
    ),
    "curvature": Legend(
        "the curvature of the level sets",
        "curvature of the level sets: orange around the inside, blue around the outside, "
        "pale straight; a level set every {step}",
    ),
    "coverage": Legend(
        "how much of each cell is inside",
        "coverage: how much of each cell of {cell} x {cell} pixels lies inside, from dark "
        "to light, by the gradient at its center",
    ),
    "tiles": Legend(
        "which tiles are searched for edges",
        "tiles: orange is searched for corners, pink has edges that only bend, violet is "
        "full, dark is empty",
    ),
    COMPARE: Legend("exact against fwidth; drag the line", "left exact, right by fwidth"),
}
"""In the order of their keys."""

COLD_WARM = ("#0a2f51", "#1f6fa8", "#7fc4e3", "#f7f2e4", "#f5b069", "#cf5230", "#6b1a1a")
"""Of what has a sign, or lies below or above 1: as light on both sides, pale in the middle."""
KEPT = ("#06343b", "#1c7c7d", "#8ccfbe", "#f7f2e4", "#f2c25e", "#c9791f", "#6e3a0c")
FLIPPED = ("#1d1259", "#5243b8", "#9d8de0", "#e4c4ee", "#ec8fc3", "#c93383", "#670f45")
"""Space that a warp shrinks, keeps as large, grows; and the same where it turns it over."""
COVERED = ("#15171d", "#3b2a6b", "#a3357f", "#f0703e", "#f9d77a", "#f4f1e8")
COLLAPSED, INK = "#000000", "#10131a"

LINES = 11.3
"""A view shows at least so many steps between level sets, from its bottom to its top. At no height
that is usual does the step change: there float32 and float64 might choose differently."""
HALF = 10.0
"""A field's color is half way to its end at the view's height by this."""
CELL = 16
"""Pixels on a side of the cells whose coverage is shown."""
OCTAVES = 4.0
"""How often a number doubles, or halves, until its color is the last."""
NOTHING = 1e-6
"""A determinant that is smaller collapses space."""
FAR, FLAT = 1e30, 1e-12
DRAWN = "#18b7c9"

HESSIAN = Input("hessian", Type(3))
AT, ACROSS, UP = Input("at", Type(2)), Input("across", Type(2)), Input("up", Type(2))
"""Where the point lies in the space of the shape, and what that changes by along x and y."""


def spacing(height: Any) -> Any:
    """The step between level sets for a view of this height: 1, 2 or 5 times a power of ten.

    For a plain number, or a traced one.
    """
    size = log(height / LINES) / math.log(10)
    power = floor(size)
    rest = size - power
    digit = where(rest < math.log10(2), 1.0, where(rest < math.log10(5), 2.0, 5.0))
    return digit * exp(math.log(10) * power)


def viewed(picture: Picture, name: str) -> Picture:
    """A picture as the view of this name shows it, but for COMPARE, which is two drawings.

    Its lines are averaged over a pixel by themselves: draw it by any ``antialias`` but "exact".
    """
    return _viewed(picture, picture.view, name)  # equal pictures may differ in their views


@lru_cache(maxsize=64)
def _viewed(picture: Picture, view: View, name: str) -> Picture:
    if name == "picture":
        return picture
    layers = [_laid(*each) for each in walk(picture.layers)]
    if not layers:
        return Picture((), _color(rgba(INK)[:3]), picture.view)
    if name == "tiles":
        return Picture((), _color(_tiled(picture)), picture.view)
    if name == "coverage":
        return Picture((), _color(_covered(layers)), picture.view)
    shade, known = SHOWN[name]
    return Picture((), _color(_seen(layers, shade, known)), picture.view)


def legend(name: str, frame: Frame) -> str:
    """What the colors and the lines of a view mean."""
    return VIEWS[name].whole.format(step=f"{spacing(frame.view.height):g}", cell=CELL)


def _color(rgb: Sequence[Any]) -> tuple[Expr, Expr, Expr, Expr]:
    r, g, b = (x if isinstance(x, Expr) else const(x) for x in rgb)
    return r, g, b, const(1.0)


def _pixel() -> Expr:
    return leaf(BUILT_IN["pixel"])


def _height() -> Expr:
    """Of the view, in scene units."""
    return _pixel() * leaf(BUILT_IN["resolution"], 1)


# --- what a color is made of ---------------------------------------------------------------------
def _ramp(t: Expr, colors: Sequence[str]) -> Vec:
    """The color at t, 0..1, of colors at even steps."""
    still = Vec((const(0.0), const(0.0)))  # t changes little from one pixel to the next
    steps = len(colors) - 1
    stops = [
        (const(k / steps), tuple(const(x) for x in rgba(color))) for k, color in enumerate(colors)
    ]
    return mixed(t, still, stops, "linear")


def _octaves(x: Expr) -> Scalar:
    """Where a positive number stands in a ramp that has 1 in its middle."""
    return 0.5 + log(max(x, FLAT)) / (2.0 * OCTAVES * math.log(2))


def _signed(x: Expr, half: Expr) -> Scalar:
    """Where a number stands in a ramp that has 0 in its middle, half way to its end at ``half``."""
    return 0.5 + 0.5 * x / (abs(x) + half)


def _inked(color: Vec, part: Expr, ink: str = INK) -> Vec:
    """A color with a part of it under ink."""
    over = Vec(const(x) for x in rgba(ink)[:3])
    inked: Vec = color + (over - color) * part
    return inked


def _lines(value: Expr, gradient: Vec, step: Expr, width: float) -> Scalar:
    """How much of a pixel lies on the level sets of a field at whole multiples of a step.

    Lines of ``width`` pixels, averaged over the pixel in closed form; they go where they crowd.
    """
    g = gradient * _pixel()
    part = clamp(width * length(g) / step, 0.0, 1.0)
    zero = const(0.0)
    flat_ = (value, zero, g.x, zero, g.y, zero, step, part)
    return apply(stripes_mean().coverage, flat_)[0] * clamp(2.0 - 4.0 * part, 0.0, 1.0)


def _outline(value: Expr, gradient: Vec, width: float) -> Expr:
    """How much of a pixel lies on the outline, drawn so many pixels wide."""
    g = gradient * _pixel()
    return band("gradient", value, (g.x, g.y), const(width))


# --- the colors, as functions of a jet -----------------------------------------------------------
def _field(value: Expr, gradient: Vec) -> Vec:
    """Cold inside, warm outside, with level sets, every fifth one stronger."""
    step = spacing(_height())
    color = _ramp(_signed(value, _height() / HALF), COLD_WARM)
    color = _inked(color, 0.35 * _lines(value, gradient, step, 1.0))
    return _inked(color, 0.45 * _lines(value, gradient, 5.0 * step, 1.4))


def _gradient(value: Expr, gradient: Vec) -> Vec:
    """By its length, in octaves."""
    return _ramp(_octaves(length(gradient)), COLD_WARM)


def _curvature(value: Expr, gradient: Vec, hessian: Vec) -> Vec:
    """Of the level set: the field's second derivative along it, by the length of its gradient."""
    slope = max(dot(gradient, gradient), FLAT)
    x, y = gradient
    along = hessian[0] * y * y - 2.0 * hessian[1] * x * y + hessian[2] * x * x
    bend = along / (slope * max(length(gradient), FLAT))
    color = _ramp(_signed(bend, 5.0 / _height()), COLD_WARM)
    return _inked(color, 0.25 * _lines(value, gradient, spacing(_height()), 1.0))


def _determinant(value: Expr, gradient: Vec, at: Vec, across: Vec, up: Vec) -> Vec:
    """How much larger the warps make space, with a grid of the space that they lead to."""
    det = cross(across, up)
    t = _octaves(sqrt(abs(det)))  # as lengths, like the other views
    kept, flipped = _ramp(t, KEPT), _ramp(t, FLIPPED)
    color: Vec = where(det < 0.0, flipped, kept)
    color = _inked(color, where(abs(det) < NOTHING, 1.0, 0.0), COLLAPSED)
    for k in (0, 1):
        color = _inked(color, 0.4 * _lines(at[k], Vec((across[k], up[k])), spacing(_height()), 1.2))
    return color


Shade = Callable[[], Function]
Known = Callable[[Layer], tuple[Expr, ...]]
"""A layer's value and gradient, and after them what else a color takes."""


def _shade(python: Callable[..., Vec], *inputs: Input) -> Shade:
    name = f"{python.__name__.lstrip('_')}_color"
    return cache(lambda: trace(python, inputs, name=name, result=Type(3)))


def _jet(layer: Layer, order: int = 1) -> tuple[Expr, ...]:
    return apply(jet(layer.field, order), POINT.leaves, layer.source)


def _jet_and_place(layer: Layer) -> tuple[Expr, ...]:
    return *_jet(layer), *apply(jet(place(layer.field), 1), POINT.leaves, layer.source)


SHOWN: dict[str, tuple[Shade, Known]] = {
    "field": (_shade(_field, VALUE, GRADIENT), _jet),
    "gradient": (_shade(_gradient, VALUE, GRADIENT), _jet),
    "curvature": (_shade(_curvature, VALUE, GRADIENT, HESSIAN), lambda layer: _jet(layer, 2)),
    "determinant": (_shade(_determinant, VALUE, GRADIENT, AT, ACROSS, UP), _jet_and_place),
}


# --- over all layers -----------------------------------------------------------------------------
class _Laid(NamedTuple):
    """A layer, and whether it is there: 1, or 0 if it or its group is clear."""

    layer: Layer
    there: Scalar


def _laid(layer: Layer, groups: tuple[Group, ...]) -> _Laid:
    there: Scalar = const(1.0)
    path: Stack = (*groups, layer)
    for item in path:
        there = where(item.opacity > 0.0, there, 0.0)
    return _Laid(layer, there)


def _gathered(
    name: str,
    layers: Sequence[_Laid],
    start: Sequence[Any],
    step: Callable[[Sequence[Expr], _Laid], Sequence[Expr]],
) -> tuple[Expr, ...]:
    """Numbers taken from layer to layer; many layers become functions of their own."""
    found: tuple[Expr, ...] = tuple(const(x) for x in start)
    for count, laid in enumerate(layers, start=1):
        found = tuple(step(found, laid))
        if count % CROWD == 0 and count < len(layers):
            found = apply(Function(name, [POINT], found), POINT.leaves)
    return found


def _edge(layer: Layer, known: Sequence[Expr]) -> tuple[Expr, Vec]:
    """The value and the gradient of what is 0 on a layer's edge; for strokes to first order."""
    value, gradient = known[0], Vec(known[1:3])
    if layer.width is None:
        return value, gradient
    side = where(value < 0.0, -1.0, 1.0)
    return abs(value) - 0.5 * layer.width * length(gradient), gradient * side


def _seen(layers: Sequence[_Laid], shade: Shade, known: Known) -> Sequence[Expr]:
    """The color of the layer that is seen, else of the nearest, to first order, under ink."""

    def over(below: Sequence[Expr], laid: _Laid) -> list[Expr]:
        layer, there = laid
        own = known(layer)
        edge, slope = _edge(layer, own)
        covers = (edge <= 0.0) & (there > 0.5)
        far = where(there > 0.5, edge / max(length(slope), FLAT), FAR)
        line = _outline(edge, slope, 2.0) * there
        distance = where(covers, -FAR, far)  # of two that cover, the later is seen
        taken = distance <= below[0]
        kept = [where(taken, a, b) for a, b in zip((distance, *own), below[:-1], strict=True)]
        return [*kept, where(covers, line, max(below[-1], line))]

    size = len(known(layers[0].layer))
    _, *numbers, ink = _gathered("seen_of_layers", layers, (2.0 * FAR, *(0.0,) * size, 0.0), over)
    return _inked(Vec(apply(shade(), numbers)), ink)


def _tiled(picture: Picture) -> Sequence[Expr]:
    """The classes of tiles, were one's corner the origin, as a color; and lines between them."""
    pixels = side(picture, "exact")
    p = Vec(POINT.leaves) / (pixels * _pixel())
    middle: Vec = (floor(p) + 0.5) * (pixels * _pixel())
    made = looked(picture, "exact", worth_smooth(picture, "exact"))
    kind, *full = apply(made, (*middle, (0.5 * pixels + rim("exact")) * _pixel()))
    empty_, full_, smooth_, edge_ = (Vec(rgba(COVERED[k])[:3]) for k in range(4))
    color = empty_ + where(max(*full) > 0.0, 1.0, 0.0) * (full_ - empty_)
    for which, own in ((EDGE, edge_), (SMOOTH, smooth_)):
        color = color + where(abs(kind - which) < 0.5, 1.0, 0.0) * (own - color)
    across, up = abs(p - floor(p) - 0.5)
    return _inked(color, where(max(across, up) > 0.5 - 0.75 / pixels, 0.3, 0.0))


def _covered(layers: Sequence[_Laid]) -> Sequence[Expr]:
    """The coverage of cells of CELL pixels by all layers, and their true edges, as a color."""
    side = CELL * _pixel()
    middle: Vec = (floor(Vec(POINT.leaves) / side) + 0.5) * side

    def over(below: Sequence[Expr], laid: _Laid) -> list[Expr]:
        layer, there = laid
        edge, g = _edge(layer, _jet(layer))
        whole = Function("part", [POINT], [fill("gradient", edge, tuple(g * side)) * there])
        clear, lines = below
        part = apply(whole, tuple(middle))[0]
        return [clear * (1.0 - part), max(lines, _outline(edge, g, 1.5) * there)]

    clear, lines = _gathered("coverage_of_layers", layers, (1.0, 0.0), over)
    return _inked(_ramp(1.0 - clear, COVERED), lines, DRAWN)
