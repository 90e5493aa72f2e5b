"""The picture: what a scene lowers to, and all that a renderer needs to know of it.

A picture is a stack of layers over a background. It becomes one function from a point to a
premultiplied linear color, which NumPy evaluates and which is emitted as GLSL.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calculus.costs import size
from .calculus.evaluate import call
from .calculus.expr import Expr, Source, const
from .calculus.function import Function, Input, Type, apply
from .calculus.in_cell import Edges, Jets
from .calculus.jets import jet
from .calculus.parameters import BUILT_IN, Parameter, leaf, parameters
from .calculus.vectors import Vec, clamp
from .color import blend, encoder
from .coverage import band, fade, fill
from .exact import (
    ARC,
    CLEAR,
    DEPTH,
    MANY,
    MANY_ARC,
    MANY_PARTS,
    PARTS,
    SIZE,
    STATE,
    Cells,
    Laid,
    State,
    cells_of,
    laid,
    means,
    plain,
    shown,
    state,
)  # fmt: skip
from .layers import GRADIENT, POINT, VALUE, Group, Layer, Stack, flat
from .tones import Color, has_hard_stops, rougher, toned
from .view import Frame, View

__all__ = [
    "GRADIENT", "POINT", "VALUE", "Cells", "Color", "Frame", "Group", "Layer", "Parameter",
    "Picture", "Source", "View",
]  # fmt: skip

LARGE = 14000
"""Ops of a cell, without what its ground turns by, that knows its edges to second order, and every
decision; a larger one knows slopes and jumps alone, and looks at the parts of every pixel with an
edge: that compiles."""
CROWD = 12
"""Layers that one function composes; more become functions of their own, which compile faster."""


@dataclass(frozen=True)
class Picture:
    """Layers, bottom to top, over a background: an opaque color, or None for a transparent one."""

    layers: Stack
    background: Color | None
    view: View = dataclasses.field(default=View(), compare=False)  # it changes no shader

    def lower(self) -> Picture:
        """Itself: a picture is drawn as a scene is, and is lowered already."""
        return self

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a user can set: the sliders, toggles and color pickers that the picture reads."""
        return tuple(p for p in _reads(self) if p.kind != "built-in")

    def reads(self, name: str) -> bool:
        """Whether the picture changes with a built-in value: "seconds", "mouse", "resolution"."""
        return BUILT_IN[name] in _reads(self)

    @property
    def fields(self) -> tuple[Function, ...]:
        """The fields of all layers, each once."""
        return tuple(dict.fromkeys(layer.field for layer in flat(self.layers)))

    def composed(self, antialias: str) -> Function:
        """The whole picture as a function of a point: premultiplied linear (r, g, b, alpha).

        By its center alone; an exact picture is made of cells.
        """
        return _composed(self, antialias)

    @property
    def ground(self) -> Color:
        """The background; clear where there is none."""
        return CLEAR if self.background is None else self.background

    @property
    def colors(self) -> list[Color]:
        """Those of the background and of all layers."""
        return [self.ground, *(layer.color for layer in flat(self.layers))]

    def encoder(self, output: str) -> Function:
        """What encodes a pixel of the picture: vec4 -> vec4."""
        gray = all(color[0] is color[1] is color[2] for color in self.colors)
        return encoder(output, gray, opaque=self.background is not None)

    def covered(self, name: str, by: Input, coverage: Callable[[Layer], Expr]) -> Function:
        """The picture as a function of a point and of what says how far each layer covers it."""

        def above(layer: Layer) -> Vec:
            value, gradient = VALUE.leaves[0], Vec(GRADIENT.leaves)
            if layer.colored_by_jet:
                value, *slope = apply(jet(layer.field, 1), POINT.leaves, layer.source)
                gradient = Vec(slope)
            return _light(layer, coverage(layer), value, gradient)

        light = _stacked(self.layers, self.ground, above, (POINT, by))
        return Function(name, [POINT, by], light, Type(4))

    @property
    def cell(self) -> Function:
        """What a cell shows: of its center and its size, premultiplied linear (r, g, b, alpha).

        A fifth number is 1 where the cell is rough, and has to be looked at in parts.
        """
        return _cell(self)

    @property
    def cells(self) -> Cells:
        """What an exact pixel is made of."""
        return cells_of(self.cell)

    @property
    def smooth_cells(self) -> Cells:
        """The same, where no field turns: known by their jets alone."""
        return cells_of(_smooth_cell(self))

    def cells_by_lists(self, rows: int) -> Cells:
        """The same by lists of up to so many rows: fills are cut less, their edges may be arcs."""
        if any(layer.width is not None for layer in flat(self.layers)):
            return Cells(self.cell, PARTS, DEPTH)
        arc, parts = (ARC, PARTS) if rows < MANY else (MANY_ARC, MANY_PARTS)
        return Cells(_cell(self, arc), parts, DEPTH)

    def pixels(
        self, frame: Frame, x: NDArray[Any], y: NDArray[Any], antialias: str
    ) -> NDArray[np.float64]:
        """Premultiplied linear colors, ``x.shape + (4,)``, of the pixels at column x and row y.

        Rows count from the bottom. For "fwidth" the arrays must be a block of whole 2 x 2 pixels.
        """
        px, py = frame.at(x + 0.5, y + 0.5)
        if antialias == "exact":
            evaluate = partial(call, values=frame.values)
            return means(self.cells, evaluate, px, py, frame.pixel)
        channels = call(self.composed(antialias), [px, py], frame.values)
        return np.stack([np.broadcast_to(c, x.shape) for c in channels], axis=-1)


@lru_cache(maxsize=64)
def _cell(picture: Picture, arc: float | None = None) -> Function:
    most = None if arc is None else arc * leaf(BUILT_IN["pixel"]) / SIZE.leaves[0]
    tone = toned(picture.ground, POINT, SIZE)
    large = LARGE + size(Function("ground", [POINT, SIZE], [tone.rough, *tone.beyond]))
    for known in (2, 1):
        cell = _shown("cell", picture, partial(Edges, known, POINT, SIZE, bends=known == 2), most)
        if size(cell) <= large:
            break
    return cell


@lru_cache(maxsize=64)
def _smooth_cell(picture: Picture) -> Function:
    return _shown("smooth_cell", picture, partial(Jets, POINT, SIZE))


def _shown(
    name: str, picture: Picture, edges: Callable[[], Edges | Jets], arc: Expr | None = None
) -> Function:
    """What a cell shows, by what is known of the edges in it."""
    tone = toned(picture.ground, POINT, SIZE)
    light, leaps = shown(picture.ground, tone, tuple)
    below = plain(Vec(light) + tone.beyond, rougher(tone.rough, leaps))
    made = _piled(picture.layers, below, edges, arc).state
    if any(map(has_hard_stops, picture.colors)):
        made = made.met
    return Function(name, [POINT, SIZE], [*made.mean, made.cover.rough], Type(5))


def _piled(
    layers: Sequence[Layer | Group],
    below: Laid,
    known: Callable[[], Edges | Jets],
    arc: Expr | None,
) -> Laid:
    """The state of layers over another, in the cell."""
    edges = known()
    for count, layer in enumerate(layers, start=1):
        if isinstance(layer, Group):
            own = _piled(layer.layers, plain(CLEAR), known, arc).state
            lit = [tuple(x * layer.opacity for x in side) for side in (own.inside, own.outside)]
            above = State(lit[0], lit[1], own.cover)
        else:
            above = laid(layer, edges, _color, arc)
        below = below.under(layer.blend, above)
        if count % CROWD == 0 and count < len(layers):
            crowd = Function("layers", [POINT, SIZE], below.state.flat, STATE)
            below = Laid(state(apply(crowd, (*POINT.leaves, *SIZE.leaves))))
            edges = known()
    return below


def _color(color: Color, point: Vec, value: Expr, gradient: Vec) -> tuple[Expr, ...]:
    """A layer's straight color at a point, by its field's jet."""
    colored = Function("color", [POINT, VALUE, GRADIENT], color, inline=True)
    *rgb, alpha = apply(colored, (*point, value, *gradient))
    held = alpha if alpha.op.name in ("const", "literal") else clamp(alpha, 0.0, 1.0)
    return *rgb, held


@lru_cache(maxsize=64)
def _reads(picture: Picture) -> list[Parameter]:
    return parameters(picture.composed("none").outputs)


@lru_cache(maxsize=64)
def _composed(picture: Picture, antialias: str) -> Function:
    read: dict[Function, int] = {}
    for layer in flat(picture.layers):
        read[layer.field] = max(read.get(layer.field, 0), layer.derivatives(antialias))

    def above(layer: Layer) -> Vec:
        return _by_center(layer, antialias, read[layer.field])

    return Function(
        "picture", [POINT], _stacked(picture.layers, picture.ground, above, (POINT,)), Type(4)
    )


def _stacked(
    layers: Sequence[Layer | Group],
    color: Sequence[Expr],
    light: Callable[[Layer], Vec],
    inputs: tuple[Input, ...],
) -> Vec:
    """Premultiplied light of layers over a color, by these inputs."""
    below = Vec(color)
    leaves = [leaf for i in inputs for leaf in i.leaves]
    for count, layer in enumerate(layers, start=1):
        if isinstance(layer, Group):
            own = Function("group", inputs, _stacked(layer.layers, CLEAR, light, inputs), Type(4))
            above = Vec(apply(own, leaves, layer.source)) * layer.opacity
        else:
            above = light(layer)
        below = Vec(apply(blend(layer.blend), (*below, *above), layer.source))
        if count % CROWD == 0 and count < len(layers):
            crowd = Function("layers", inputs, below, Type(4))
            below = Vec(apply(crowd, leaves))
    return below


def _by_center(layer: Layer, antialias: str, derivatives: int) -> Vec:
    """Premultiplied light of one layer at the point, that is covered as the jet there says.

    ``derivatives`` are at least those that it reads; layers of one field share one jet of it.
    """
    value, *rest = apply(jet(layer.field, derivatives), POINT.leaves, layer.source)
    pixel = leaf(BUILT_IN["pixel"])
    gradient = Vec((*rest, *CLEAR)[:2])
    g = gradient * pixel
    if layer.fade is not None:
        h = Vec((*rest[2:], *CLEAR)[:3]) * (pixel * pixel)
        width = None if layer.width is None else layer.width / pixel
        coverage = fade(antialias, value, g, h, layer.fade / pixel, width)
    elif layer.width is None:
        coverage = fill(antialias, value, (g.x, g.y))
    else:
        coverage = band(antialias, value, (g.x, g.y), layer.width / pixel)
    return _light(layer, coverage, value, gradient)


def _light(layer: Layer, coverage: Expr, value: Expr, gradient: Vec) -> Vec:
    """Premultiplied light of one layer at the point: its color, as far as it covers the pixel."""
    *color, alpha = _color(layer.color, Vec(POINT.leaves), value, gradient)
    light: Vec = Vec((*color, const(1.0))) * (coverage * layer.opacity * alpha)
    return light
