"""The ideal picture, in float64, and how far a drawn one is from it.

The ideal picture is the box filter, over each pixel's square, in linear premultiplied light, of the
pointwise composite: layers bottom to top, a point is inside where f <= 0. A stroke is the points
with |f| / |grad f| <= width / 2: to first order their distance in the picture to the zero set, as
the renderer measures it; a fade is measured to second order. Paints are taken at their points. The filter is a mean over a low-discrepancy sequence, shifted at random in
every pixel; nothing here goes through the coverage code that it judges.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
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

SAMPLES = (17711, 46368, 121393)
"""On a mixed pixel: more only where fewer err too much. 17711 err by 0.155e-3 on half-planes."""
TRUE_ENOUGH = 0.2e-3
FIRST = 89
"""On every pixel, to see which are mixed: their samples, or a neighbor's, disagree on a layer."""
BLOCK = 1 << 16
"""Points evaluated at a time: each value of the graph is an array of these, and fits the cache."""
CHECKED = 256
"""Mixed pixels that are computed a second time, from other samples, to tell the truth's error."""
EMPTY, FULL, MIXED = 0, 1, 2
"""How a layer lies in a pixel."""
GOLDEN = 0.5 * (5**0.5 - 1)

Array = NDArray[np.float64]


class Ideal(NamedTuple):
    """The ideal picture: premultiplied linear light, top row first."""

    pixels: Array
    """(h, w, 4)"""
    edge: NDArray[np.bool_]
    """(h, w): pixels whose samples disagree about some layer."""
    known: NDArray[np.bool_]
    """(h, w): all pixels, but for mixed ones beyond the limit that was asked for."""
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


def ideal(
    scene: Scene,
    size: tuple[int, int],
    *,
    limit: int | None = None,
    seed: int = 1,
    **frame: Any,
) -> Ideal:
    """The ideal picture of a scene; ``frame`` as in ``Frame``: seconds, mouse, parameters, view.

    At most ``limit`` mixed pixels, chosen at random, are computed; the others are not ``known``.
    """
    picture = scene.lower()
    shot = framed(picture, size, **frame)
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
    centers = np.stack([columns.ravel(), rows.ravel()], axis=-1).astype(np.float64)

    pixels = np.empty((len(centers), 4))
    state = np.empty((len(centers), len(leaves(picture.layers))), np.int8)
    for part, colors, seen in _means(picture, shot, centers, FIRST, random):
        pixels[part], state[part] = colors, seen
    grown = [_with_neighbors((layer == MIXED).reshape(rows.shape)).ravel() for layer in state.T]
    state[np.array(grown, bool).reshape(state.T.shape).T] = MIXED

    mixed = random.permutation(np.flatnonzero((state == MIXED).any(axis=1)))
    chosen, left = np.sort(mixed[:limit]), mixed[len(mixed[:limit]) :]
    edge, known = np.zeros(len(centers), bool), np.ones(len(centers), bool)
    known[left] = False
    error = 0.0
    for samples in SAMPLES:
        found = state[chosen]
        for part, colors, seen in _means(
            picture, shot, centers[chosen], samples, random, state[chosen]
        ):
            pixels[chosen[part]], found[part] = colors, seen
        edge[chosen] = (found == MIXED).any(axis=1)

        again = random.permutation(np.flatnonzero(edge))[:CHECKED]
        apart = [
            np.abs(colors - pixels[again[part]]).max(axis=-1)
            for part, colors, _ in _means(
                picture, shot, centers[again], samples, random, state[again]
            )
        ]
        error = _rms(np.concatenate([*apart, []])) / np.sqrt(2)  # two independent errors differ
        if error <= TRUE_ENOUGH:
            break
    shape = (size[1], size[0])
    return Ideal(
        pixels.reshape(*shape, 4)[::-1],
        edge.reshape(shape)[::-1],
        known.reshape(shape)[::-1],
        error,
    )


def supersampled(scene: Scene, size: tuple[int, int], side: int = 8, **frame: Any) -> Array:
    """The mean over a regular grid of ``side`` x ``side`` samples a pixel, (h, w, 4)."""
    picture = scene.lower()
    shot = framed(picture, size, **frame)
    along = (np.arange(side) + 0.5) / side - 0.5
    grid = np.stack(np.meshgrid(along, along), axis=-1).reshape(1, -1, 2)
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
    pixels = np.empty((size[1] * size[0], 4))
    step = max(1, BLOCK // side**2)
    for start in range(0, len(pixels), step):
        part = slice(start, start + step)
        at = np.stack([columns.ravel()[part], rows.ravel()[part]], axis=-1)[:, None] + grid
        pixels[part] = composite(picture, shot, at)[0].mean(axis=1)
    return pixels.reshape(size[1], size[0], 4)[::-1]


def score(drawn: NDArray[Any], truth: Ideal) -> Score:
    """The error of a picture drawn with ``output="linear"``."""
    error = np.abs(drawn.astype(np.float64) - truth.pixels).max(axis=-1)
    edge = error[truth.edge]
    worst = float(error[truth.known].max())
    return Score(_rms(edge), worst, float((edge <= 1 / 255).mean()))


def geometric_mean(values: list[float]) -> float:
    """exp of the mean logarithm."""
    return float(np.exp(np.mean(np.log(values))))


def framed(picture: Picture, size: tuple[int, int], view: View | None = None, **rest: Any) -> Frame:
    """The frame of a picture, in its own view unless another is given."""
    return Frame(size, view or picture.view, **rest)


def spread(count: int) -> Array:
    """Points of low discrepancy in the unit square, (count, 2): the golden lattice.

    Measured on random half-planes, at this count, it errs less than R2 and Sobol points do.
    """
    index = np.arange(count)
    return np.stack([(index + 0.5) / count, (index * GOLDEN) % 1.0], axis=-1)


def composite(
    picture: Picture, frame: Frame, at: Array, state: NDArray[np.int8] | None = None
) -> tuple[Array, NDArray[np.int8]]:
    """The pointwise composite at points of pixels, and how each layer lies in each pixel.

    ``at`` is (pixels, points, 2), in pixels from the center of the lower left one; colors are
    (pixels, points, 4). ``state``, (pixels, layers), tells where a layer is known to be EMPTY or
    FULL, so that it is evaluated only where it is MIXED.
    """
    middle = 0.5 * np.array(frame.size) - 0.5
    p = np.asarray(frame.view.center) + frame.pixel * (at - middle)
    x, y = np.ascontiguousarray(p[..., 0]), np.ascontiguousarray(p[..., 1])
    flat = leaves(picture.layers)
    if state is None:
        state = np.full((len(at), len(flat)), MIXED, np.int8)
    values = frame.values
    found = state.copy()
    cover = []
    for index, layer in enumerate(flat):
        part = np.repeat((state[:, index, None] == FULL).astype(float), x.shape[1], axis=1)
        if (mixed := state[:, index] == MIXED).any():
            part[mixed] = _inside(layer, x[mixed], y[mixed], values)
            full, empty = (part == 1.0).all(axis=1), (part == 0.0).all(axis=1)
            found[:, index] = np.where(full, FULL, np.where(empty, EMPTY, MIXED))
        cover.append(part)
    below = np.zeros((4, *x.shape))
    if picture.background is not None:
        below[:] = _light(picture.background, None, x, y, frame)
    color = _stacked(picture.layers, below, iter(cover), x, y, frame)
    return np.moveaxis(color, 0, -1), found


def leaves(layers: Sequence[Layer | Group]) -> list[Layer]:
    """The layers, those of groups in their places."""
    return [leaf for x in layers for leaf in (leaves(x.layers) if isinstance(x, Group) else [x])]


def _stacked(
    layers: Sequence[Layer | Group],
    color: Array,
    cover: Iterator[Array],
    x: Array,
    y: Array,
    frame: Frame,
) -> Array:
    for layer in layers:
        (opacity,) = evaluate([layer.opacity], {}, frame.values)
        if isinstance(layer, Group):
            above = _stacked(layer.layers, np.zeros_like(color), cover, x, y, frame) * opacity
        elif (part := next(cover)).any():
            above = _light(layer.color, layer.field, x, y, frame) * part * opacity
        else:
            continue
        if layer.blend == "add":
            color = color + above
            color[3] = np.minimum(color[3], 1.0)
        else:
            color = color * (1.0 - above[3]) + above
    return color


def _light(color: Color, field: Function | None, x: Array, y: Array, frame: Frame) -> Array:
    """The premultiplied light of a paint at points, not averaged over a pixel."""
    known = dict(zip(POINT.leaves, (x, y), strict=True))
    wanted = (*VALUE.leaves, *GRADIENT.leaves)
    if field is not None and not set(wanted).isdisjoint(postorder(color)):
        known |= dict(zip(wanted, call(jet(field, 1), [x, y], frame.values), strict=True))
    fine = {**frame.values, "pixel": 1e-6 * frame.pixel}
    r, g, b, alpha = (np.broadcast_to(c, x.shape) for c in evaluate(color, known, fine))
    return np.stack([r * alpha, g * alpha, b * alpha, alpha])


def _inside(layer: Layer, x: Array, y: Array, values: dict[str, Any]) -> Array:
    """1 inside and 0 outside; between them where a layer fades."""
    width, fade = (
        None if e is None else float(evaluate([e], {}, values)[0])
        for e in (layer.width, layer.fade)
    )
    if width is None and fade is None:
        return np.broadcast_to(call(layer.field, [x, y], values)[0] <= 0.0, x.shape).astype(float)
    if fade is None:
        f, fx, fy = call(jet(layer.field, 1), [x, y], values)
        assert width is not None
        return np.broadcast_to(np.abs(f) <= 0.5 * width * np.hypot(fx, fy), x.shape).astype(float)
    f, fx, fy, fxx, fxy, fyy = call(jet(layer.field, 2), [x, y], values)
    slope = np.hypot(fx, fy)
    bend = (fxx * fx**2 + 2 * fxy * fx * fy + fyy * fy**2) / slope**2
    distance = 2 * f / (slope + np.sqrt(np.maximum(slope**2 - 2 * f * bend, 0.0)))
    sides = (0.0,) if width is None else (0.5 * width, -0.5 * width)  # a line is smeared as a whole
    inside, *hole = (np.clip(0.5 - (distance - side) / fade, 0.0, 1.0) for side in sides)
    return np.broadcast_to(inside - sum(hole), x.shape)


def _means(
    picture: Picture,
    frame: Frame,
    centers: Array,
    samples: int,
    random: np.random.Generator,
    state: NDArray[np.int8] | None = None,
) -> Iterator[tuple[slice, Array, NDArray[np.int8]]]:
    """For parts of the pixels: their mean color, and how each layer lies in them."""
    points = spread(samples)
    step = max(1, BLOCK // samples)
    for start in range(0, len(centers), step):
        part = slice(start, min(start + step, len(centers)))
        shift = random.random((part.stop - start, 1, 2))
        at = centers[part, None] + (points + shift) % 1.0 - 0.5
        known = None if state is None else state[part]
        colors, found = composite(picture, frame, at, known)
        yield part, colors.mean(axis=1), found


def _with_neighbors(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask and all eight neighbors of what it holds."""
    padded = np.pad(mask, 1)
    height, width = mask.shape
    shifted = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.asarray(np.logical_or.reduce(shifted))


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2))) if values.size else 0.0
