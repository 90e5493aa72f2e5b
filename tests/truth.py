"""The ideal picture, in float64, and how far a drawn one is from it.

The ideal picture is the box filter, over each pixel's square, in linear premultiplied light, of the
pointwise composite: layers bottom to top, a point is inside where f <= 0. A stroke is the points
within width / 2 of the zero set, by their distance in the picture (``nearest``) or by |f| / |grad f|,
which is that distance to first order; a fade is measured to second order. The filter is a mean over
a low-discrepancy sequence, shifted at random in every pixel; nothing here goes through the coverage
code that it judges.

A pixel is looked at three times, each time with more samples at fewer places. A few samples, and
those of its neighbors, tell whether it may be mixed; more of them, which parts of it are. The many
samples that are the truth are evaluated in those parts: in the others it is known what each layer
does. Paints are taken at the centers of the parts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
from nearest import Near
from numpy.typing import NDArray

from jetfield.scenes import Scene
from jetfield.shaders.calculus.evaluate import call, evaluate
from jetfield.shaders.calculus.expr import postorder
from jetfield.shaders.calculus.function import Function
from jetfield.shaders.calculus.jets import jet
from jetfield.shaders.picture import (
    GRADIENT,
    POINT,
    VALUE,
    Color,
    Frame,
    Group,
    Layer,
    Picture,
    View,
)

SAMPLES = (10946, 28657, 75025, 196418)
"""On a mixed pixel, twice: the truth is the mean of both, and how far they are apart is its error.
More only where fewer err too much. Fibonacci numbers of odd index: with those of even index the
lattice has rows along the diagonals, and errs by ten times as much on edges at 45 degrees."""
TRUE_ENOUGH = 0.2e-3
FIRST, SECOND = 21, 1597
"""On a pixel, to see whether it may be mixed, and on one that may, to see which parts of it are."""
EVERY = 3
"""Of the first samples, the share of those at which paints are taken."""
PARTS = 16
"""Along each side of a pixel."""
TILE, TILES = 16, 16
"""With a limit, pixels are looked at in tiles of so many on a side, chosen at random, so many at a
time, until enough pixels may be mixed."""
ENOUGH = 3
"""Pixels that may be mixed for each one that is wanted."""
BLOCK = 1 << 15
"""Points evaluated at a time: each value of the graph is an array of these, and fits the cache.
Distances are computed at few of the points, so that they take WIDER times as many."""
WIDER = 48
FEW = 32
"""Pixels that tell whether so many samples will do."""
EMPTY, FULL, MIXED = 0, 1, 2
"""How a layer lies in a pixel, in a part of one, or (MIXED where it fades) at a point."""
GOLDEN = 0.5 * (5**0.5 - 1)

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Whole = NDArray[np.intp]
States = NDArray[np.int8]
Strokes = Literal["first order", "distance"]


class Ideal(NamedTuple):
    """The ideal picture: premultiplied linear light, top row first."""

    pixels: Array
    """(h, w, 4)"""
    edge: Bools
    """(h, w): pixels whose samples disagree about some layer."""
    known: Bools
    """(h, w): the pixels that were computed: all, unless a limit was asked for."""
    error: float
    """The root mean square error of ``pixels`` over edge pixels, from two independent sets."""


class Score(NamedTuple):
    """How far a picture is from the ideal; a pixel's error is that of its worst channel."""

    rmse: float
    """Over edge pixels."""
    worst: float
    """Over all pixels that are known."""
    near: float
    """The share of edge pixels within 1/255."""


class Divided(NamedTuple):
    """Pixels, how each layer lies in each part of them, and the mean colors of the parts."""

    pixels: Whole
    """(k,), counted from the lower left one, row by row"""
    state: States
    """(k, PARTS^2, layers)"""
    colors: Array
    """(k, PARTS^2, 4)"""

    def at(self, which: Any) -> "Divided":
        """Some of them."""
        return Divided(*(each[which] for each in self))


class Fields:
    """Jets of fields at points, of which layers of one field share what they both need."""

    def __init__(self, x: Array, y: Array, values: dict[str, Any]) -> None:
        self.x, self.y, self.values = x, y, values
        self._kept: dict[tuple[Function, int], tuple[Whole, list[Any]]] = {}

    def jet(self, field: Function, order: int, which: Whole) -> list[Any]:
        """The jet of a field at some of the points."""
        key = field, order
        if key not in self._kept or not np.array_equal(self._kept[key][0], which):
            at = [self.x[which], self.y[which]]
            self._kept[key] = which, call(jet(field, order), at, self.values)
        return self._kept[key][1]


@dataclass(frozen=True)
class Subject:
    """A picture in a frame, with its strokes measured in one way."""

    picture: Picture
    frame: Frame
    strokes: Strokes = "first order"

    @cached_property
    def layers(self) -> list[Layer]:
        """All of them, those of groups in their places."""
        return leaves(self.picture.layers)

    def near(self, field: Function, reach: float) -> Near:
        """Which points are near the zero set of a field."""
        return _near(field, reach, self.frame.pixel, tuple(self.frame.values.items()))

    def composite(
        self,
        at: Array,
        known: States | None = None,
        painted: tuple[Array, Whole] | None = None,
    ) -> tuple[Array, States]:
        """The pointwise composite at points: colors (n, 4), and how each layer lies, (n, layers).

        ``at`` is (n, 2), in pixels from the center of the lower left one. ``known``, (n, layers),
        tells where a layer is EMPTY or FULL for certain: it is evaluated only where it is MIXED.
        ``painted`` are points at which paints are taken, and which of them is each point's.
        """
        x, y = self._placed(at)
        if known is None:
            known = np.full((len(at), len(self.layers)), MIXED, np.int8)
        found, cover = known.copy(), []
        fields = Fields(x, y, self.frame.values)
        for index, layer in enumerate(self.layers):
            part = (known[:, index] == FULL).astype(float)
            if (mixed := np.flatnonzero(known[:, index] == MIXED)).size:
                part[mixed] = _inside(layer, fields, mixed, self)
                found[:, index] = np.where(part == 1.0, FULL, np.where(part == 0.0, EMPTY, MIXED))
            cover.append(part)
        paint_at, which = painted or (at, slice(None))
        paints = Paints(*self._placed(paint_at), which, self.frame)
        below = np.zeros((4, len(at)))
        if self.picture.background is not None:
            below[:] = paints.light(self.picture.background, None)
        return _stacked(self.picture.layers, below, iter(cover), paints).T, found

    def _placed(self, at: Array) -> tuple[Array, Array]:
        """Points in pixels to points of the scene."""
        middle = 0.5 * np.array(self.frame.size) - 0.5
        p = np.asarray(self.frame.view.center) + self.frame.pixel * (at - middle)
        return np.ascontiguousarray(p[:, 0]), np.ascontiguousarray(p[:, 1])

    def blocks(self, pixels: Whole, points: int, most: int | None = None) -> Iterator[Whole]:
        """Some pixels at a time, and no more than ``most``, if each takes so many points."""
        far = self.strokes == "distance" and any(layer.width is not None for layer in self.layers)
        step = max(1, (WIDER if far else 1) * BLOCK // points)
        step = step if most is None else max(1, min(step, most))
        return (pixels[start : start + step] for start in range(0, len(pixels), step))

    def scattered(self, pixels: Whole, samples: int, random: np.random.Generator) -> Array:
        """Samples in each of the pixels, shifted at random: (k * samples, 2), for ``composite``."""
        at = spread(samples) + random.random((len(pixels), 1, 2))
        at -= at >= 1.0
        at -= 0.5
        at += self.center(pixels)[:, None]
        return at.reshape(-1, 2)

    def part(self, at: Array, pixels: Whole) -> Whole:
        """In which part each of a pixel's samples lies, those of all pixels numbered through."""
        inside = at.reshape(len(pixels), -1, 2) - self.center(pixels)[:, None] + 0.5
        column, row = np.moveaxis(np.clip((inside * PARTS).astype(np.intp), 0, PARTS - 1), -1, 0)
        numbers: Whole = (np.arange(len(pixels))[:, None] * PARTS + row) * PARTS + column
        return numbers.ravel()

    def parts(self, pixels: Whole) -> Array:
        """The centers of all parts, (k * PARTS^2, 2)."""
        along = (np.arange(PARTS) + 0.5) / PARTS - 0.5
        grid = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
        return (self.center(pixels)[:, None] + grid).reshape(-1, 2)

    def center(self, pixels: Whole) -> Array:
        """The centers of pixels."""
        rows, columns = np.divmod(pixels, self.frame.size[0])
        return np.stack([columns, rows], axis=-1).astype(np.float64)


def ideal(
    scene: Scene,
    size: tuple[int, int],
    *,
    limit: int | None = None,
    seed: int = 1,
    strokes: Strokes = "first order",
    always: Bools | None = None,
    **frame: Any,
) -> Ideal:
    """The ideal picture of a scene; ``frame`` as in ``Frame``: seconds, mouse, parameters, view.

    With a ``limit``, about so many edge pixels are computed, chosen at random, with all that was
    looked at to find them, and the pixels that ``always``, (h, w), holds.
    """
    picture = scene.lower()
    subject = Subject(picture, framed(picture, size, **frame), strokes)
    random = np.random.default_rng(seed)
    pixels, known, state = _looked_over(subject, limit, random)
    maybe = np.flatnonzero(known & (state == MIXED).any(axis=-1))
    known[maybe] = False
    wanted = np.zeros(0, np.intp) if always is None else np.flatnonzero(always[::-1])
    state[wanted] = MIXED  # they may not have been looked at
    maybe = np.concatenate([wanted, random.permutation(np.setdiff1d(maybe, wanted))])

    kept, total, done = [], 0, 0
    for some in subject.blocks(maybe, SECOND, limit):
        if limit is not None and total >= limit and done >= len(wanted):
            break
        pixels[some], edge, divided = _divided(subject, some, state[some], random)
        known[some] = True
        kept.append(divided.at(edge))
        chosen = np.arange(done, done + len(some)) >= len(wanted)  # not asked for by ``always``
        total, done = total + int((edge & chosen).sum()), done + len(some)
    error, edge = 0.0, np.zeros(len(pixels), bool)
    if any(len(each.pixels) for each in kept):
        mixed = Divided(*(np.concatenate(each) for each in zip(*kept, strict=True)))
        edge[mixed.pixels] = True
        pixels[mixed.pixels], error = _true(subject, mixed, random)
    shape = (size[1], size[0])
    colors = pixels.reshape(*shape, 4)[::-1]
    return Ideal(colors, edge.reshape(shape)[::-1], known.reshape(shape)[::-1], error)


def supersampled(
    scene: Scene,
    size: tuple[int, int],
    side: int = 8,
    *,
    only: Bools | None = None,
    strokes: Strokes = "first order",
    **frame: Any,
) -> Array:
    """The mean over a regular grid of ``side`` x ``side`` samples a pixel, (h, w, 4).

    Pixels that ``only``, (h, w), does not hold are 0.
    """
    picture = scene.lower()
    subject = Subject(picture, framed(picture, size, **frame), strokes)
    along = (np.arange(side) + 0.5) / side - 0.5
    grid = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    pixels = np.zeros((size[1] * size[0], 4))
    which = np.arange(len(pixels)) if only is None else np.flatnonzero(only[::-1])
    for some in subject.blocks(which, side**2):
        at = subject.center(some)[:, None] + grid
        colors, _ = subject.composite(at.reshape(-1, 2))
        pixels[some] = colors.reshape(len(some), -1, 4).mean(axis=1)
    return pixels.reshape(size[1], size[0], 4)[::-1]


def score(drawn: NDArray[Any], truth: Ideal) -> Score:
    """The error of a picture drawn with ``output="linear"``."""
    error = np.abs(drawn.astype(np.float64) - truth.pixels).max(axis=-1)
    edge = error[truth.edge]
    worst = float(error[truth.known].max())
    return Score(_rms(edge), worst, float((edge <= 1 / 255).mean()) if edge.size else 1.0)


def geometric_mean(values: Sequence[float]) -> float:
    """exp of the mean logarithm."""
    return float(np.exp(np.mean(np.log(values))))


def framed(picture: Picture, size: tuple[int, int], view: View | None = None, **rest: Any) -> Frame:
    """The frame of a picture, in its own view unless another is given."""
    return Frame(size, view or picture.view, **rest)


@cache
def spread(count: int) -> Array:
    """Points of low discrepancy in the unit square, (count, 2): the golden lattice.

    Measured on random half-planes, at this count, it errs less than R2 and Sobol points do.
    """
    index = np.arange(count)
    return np.stack([(index + 0.5) / count, (index * GOLDEN) % 1.0], axis=-1)


def leaves(layers: Sequence[Layer | Group]) -> list[Layer]:
    """The layers, those of groups in their places."""
    return [leaf for x in layers for leaf in (leaves(x.layers) if isinstance(x, Group) else [x])]


# --- the three looks at a pixel ------------------------------------------------------------------
def _looked_over(
    subject: Subject, limit: int | None, random: np.random.Generator
) -> tuple[Array, Bools, States]:
    """Mean colors from few samples; which pixels have one; and how each layer lies in them.

    All pixels are looked at, or as many as it takes to find enough for the limit.
    """
    width, height = subject.frame.size
    pixels, seen = np.zeros((height * width, 4)), np.zeros(height * width, bool)
    sides = np.zeros((2, height * width, len(subject.layers)), bool)
    rows, columns = np.divmod(np.arange(height * width), width)
    tile = rows // TILE * -(-width // TILE) + columns // TILE
    order = random.permutation(tile.max() + 1)
    together = len(order) if limit is None else TILES
    for start in range(0, len(order), together):
        fresh = np.flatnonzero(np.isin(tile, order[start : start + together]))
        for some in subject.blocks(fresh, FIRST):
            at = subject.scattered(some, FIRST, random)
            colors, found = subject.composite(at, None, (at[::EVERY], np.arange(len(at)) // EVERY))
            pixels[some] = colors.reshape(len(some), FIRST, 4).mean(axis=1)
            found = found.reshape(len(some), FIRST, -1)
            sides[:, some] = (found != EMPTY).any(axis=1), (found != FULL).any(axis=1)
        seen[fresh] = True
        state = _state(sides.reshape(2, 1, height, width, -1)).reshape(height * width, -1)
        if limit is not None and (state == MIXED).any(axis=-1).sum() >= ENOUGH * limit:
            break
    return pixels, _amid(seen.reshape(height, width)).ravel(), state


def _amid(seen: Bools) -> Bools:
    """The pixels that were looked at with all of their neighbors, (h, w)."""
    padded = np.pad(seen, 1, constant_values=True)
    rows, columns = seen.shape
    amid: Bools = np.logical_and.reduce(
        [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    )
    return amid


def _divided(
    subject: Subject, pixels: Whole, state: States, random: np.random.Generator
) -> tuple[Array, Bools, Divided]:
    """Mean colors of pixels, which of them are mixed, and their parts."""
    at = subject.scattered(pixels, SECOND, random)
    part, parts = subject.part(at, pixels), len(pixels) * PARTS**2
    painted = subject.parts(pixels), part
    colors, found = subject.composite(at, np.repeat(state, SECOND, axis=0), painted)
    count = np.bincount(part, minlength=parts)
    mean = np.stack([np.bincount(part, c, parts) for c in colors.T], axis=-1) / count[:, None]
    sides = np.array(
        [[np.bincount(part, f != side, parts) > 0 for f in found.T] for side in (EMPTY, FULL)]
    )
    sides = np.moveaxis(sides.reshape(2, -1, len(pixels), PARTS, PARTS), 1, -1)
    edge = (sides[0].any(axis=(1, 2)) & sides[1].any(axis=(1, 2))).any(axis=-1)
    state = _state(sides).reshape(len(pixels), PARTS**2, -1)
    means = colors.reshape(len(pixels), SECOND, 4).mean(axis=1)
    return means, edge, Divided(pixels, state, mean.reshape(len(pixels), -1, 4))


def _true(subject: Subject, mixed: Divided, random: np.random.Generator) -> tuple[Array, float]:
    """The mean colors of mixed pixels, and their error, from as many samples as it takes."""
    few = mixed.at(random.permutation(len(mixed.pixels))[:FEW])
    for samples in SAMPLES:
        last = samples == SAMPLES[-1]
        if not last and _twice(subject, few, samples, random)[1] > TRUE_ENOUGH:
            continue
        means, error = _twice(subject, mixed, samples, random)
        if error <= TRUE_ENOUGH:
            break
    return means, error


def _twice(
    subject: Subject, mixed: Divided, samples: int, random: np.random.Generator
) -> tuple[Array, float]:
    """The mean colors of mixed pixels from two sets of samples, and their error."""
    one, two = (_means(subject, mixed, samples, random) for _ in range(2))
    error = _rms(np.abs(one - two).max(axis=-1)) / 2  # each errs by 2^-1/2 of it, their mean by 1/2
    return 0.5 * (one + two), error


def _means(subject: Subject, mixed: Divided, samples: int, random: np.random.Generator) -> Array:
    """The mean colors of pixels, whose mixed parts alone are evaluated."""
    means = np.empty((len(mixed.pixels), 4))
    for some in subject.blocks(np.arange(len(means)), samples // 4):
        here = mixed.at(some)
        at = subject.scattered(here.pixels, samples, random)
        part = subject.part(at, here.pixels)
        pixel = np.repeat(np.arange(len(some)), samples)
        count = np.bincount(part, minlength=len(some) * PARTS**2).reshape(len(some), -1, 1)
        known = (here.state != MIXED).all(axis=-1)
        total = (here.colors * count * known[..., None]).sum(axis=1)
        left = np.flatnonzero(~known.ravel()[part])
        if len(left) < len(part):
            at, part, pixel = at[left], part[left], pixel[left]
        state = here.state.reshape(len(some) * PARTS**2, -1)[part]
        lit = np.bincount(part, minlength=len(some) * PARTS**2) > 0
        painted = subject.parts(here.pixels)[lit], (np.cumsum(lit) - 1)[part]
        colors, _ = subject.composite(at, state, painted)
        for channel, color in enumerate(colors.T):
            total[:, channel] += np.bincount(pixel, color, len(some))
        means[some] = total / samples
    return means


def _state(sides: Bools) -> States:
    """How layers lie in cells, (n, rows, columns, layers), by their samples and their neighbors'.

    ``sides`` are whether any sample is not outside, and whether any is not inside.
    """
    n, rows, columns, layers = sides.shape[1:]
    padded = np.zeros((2, n, rows + 2, columns + 2, layers), bool)
    padded[:, :, 1:-1, 1:-1] = sides
    some, less = np.logical_or.reduce(
        [padded[:, :, i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    )
    return np.where(some & less, MIXED, np.where(some, FULL, EMPTY)).astype(np.int8)


# --- the pointwise composite ---------------------------------------------------------------------
class Paints(NamedTuple):
    """The points at which paints are taken, and which of them is each sample's."""

    x: Array
    y: Array
    which: Any
    frame: Frame

    def light(self, color: Color, field: Function | None) -> Array:
        """The premultiplied light of a paint at each sample, not averaged over a pixel: (4, n)."""
        known = dict(zip(POINT.leaves, (self.x, self.y), strict=True))
        wanted = (*VALUE.leaves, *GRADIENT.leaves)
        values = self.frame.values
        if field is not None and not set(wanted).isdisjoint(postorder(color)):
            known |= dict(zip(wanted, call(jet(field, 1), [self.x, self.y], values), strict=True))
        fine = {**values, "pixel": 1e-6 * self.frame.pixel}
        r, g, b, alpha = evaluate(color, known, fine)
        light = np.stack(np.broadcast_arrays(r * alpha, g * alpha, b * alpha, alpha))
        return light[:, None] if light.ndim == 1 else light[:, self.which]


def _stacked(
    layers: Sequence[Layer | Group], color: Array, cover: Iterator[Array], paints: Paints
) -> Array:
    for layer in layers:
        (opacity,) = evaluate([layer.opacity], {}, paints.frame.values)
        if isinstance(layer, Group):
            above = _stacked(layer.layers, np.zeros_like(color), cover, paints) * opacity
        elif (part := next(cover)).any():
            above = paints.light(layer.color, layer.field) * part * opacity
        else:
            continue
        if layer.blend == "add":
            color = color + above
            color[3] = np.minimum(color[3], 1.0)
        else:
            color = color * (1.0 - above[3]) + above
    return color


def _inside(layer: Layer, fields: Fields, which: Whole, subject: Subject) -> Any:
    """At some points: 1 inside and 0 outside; between them where the layer fades."""
    width, fade = (
        None if e is None else float(evaluate([e], {}, fields.values)[0])
        for e in (layer.width, layer.fade)
    )
    if fade is not None:
        return _faded(fields.jet(layer.field, 2, which), fade, width)
    if width is None:
        return fields.jet(layer.field, 0, which)[0] <= 0.0
    if subject.strokes == "distance":
        points = np.stack([fields.x[which], fields.y[which]], axis=-1)
        return subject.near(layer.field, 0.5 * width)(points)
    f, fx, fy = fields.jet(layer.field, 1, which)
    return np.abs(f) <= 0.5 * width * np.hypot(fx, fy)


@lru_cache(maxsize=16)
def _near(field: Function, reach: float, pixel: float, values: tuple[tuple[str, Any], ...]) -> Near:
    return Near(field, reach, pixel, dict(values))


def _faded(jet2: Sequence[Any], fade: float, width: float | None) -> Any:
    """A ramp of this width across the edge, or across both of a line's, by second order."""
    f, fx, fy, fxx, fxy, fyy = jet2
    slope = np.hypot(fx, fy)
    with np.errstate(all="ignore"):
        bend = (fxx * fx**2 + 2 * fxy * fx * fy + fyy * fy**2) / slope**2
        distance = 2 * f / (slope + np.sqrt(np.maximum(slope**2 - 2 * f * bend, 0.0)))
    sides = (0.0,) if width is None else (0.5 * width, -0.5 * width)  # a line is smeared as a whole
    inside, *hole = (np.clip(0.5 - (distance - side) / fade, 0.0, 1.0) for side in sides)
    return inside - sum(hole)


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2))) if values.size else 0.0
