"""Tiles: none that is called empty or full holds an edge, and pictures are the same with them."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
import test_random_pictures as pictures
import test_random_scenes as fields
from oracles import needs_gl, on_gpu

from jetfield.render import frame as frames
from jetfield.render import render
from jetfield.render.device import offscreen
from jetfield.scenes import Scene, View, box, circle, fade, gallery_names, load, px, star, swirl
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.expr import const
from jetfield.shaders.calculus.function import Function
from jetfield.shaders.glsl.passes import drawing
from jetfield.shaders.layers import flat
from jetfield.shaders.picture import Frame
from jetfield.shaders.tiles import (
    ABOVE,
    EDGE,
    SETTLED,
    SMOOTH,
    looked,
    rim,
    side,
    worth_classes,
    worth_smooth,
)

SAMPLES = 12


def frame_of(picture, pixels):
    values = {p.name: p.default for p in picture.parameters}
    return Frame((pixels, pixels), picture.view, 1.3, values, (0.2, -0.3))


def tile_centers(frame, tile):
    """The middles of all tiles of a square picture."""
    count = -(-frame.size[0] // tile)
    at = (np.arange(count) + 0.5) * tile - 0.5 * frame.size[0]
    return np.meshgrid(*(c + frame.pixel * at for c in frame.view.center))


def length_of(expression, frame):
    return float(np.asarray(call(Function("length", [], [expression]), [], frame.values)[0]))


def seen(picture, frame, x, y, half):
    """Whether samples of a tile see the edge of any layer."""
    at = np.linspace(-half, half, SAMPLES)
    dx, dy = (each.ravel() for each in np.meshgrid(at, at))
    points = [x[..., None] + dx, y[..., None] + dy]
    edges = np.zeros(x.shape, bool)
    for layer in flat(picture.layers):
        found = call(layer.field, points, frame.values)[0]
        f = np.broadcast_to(np.asarray(found, float), points[0].shape)
        if layer.measured and layer.width is not None:
            f = np.abs(f) - 0.5 * length_of(layer.width, frame)
        edges |= (f > 0).any(-1) & (f <= 0).any(-1)
    return edges


def bare(picture):
    """All layers of a picture, so that none hides another."""
    layers = tuple(replace(layer, opacity=const(0.5)) for layer in flat(picture.layers))
    return replace(picture, layers=layers)


def kinds(picture, frame, tile, smooth=False):
    """What kind each tile is."""
    x, y = tile_centers(frame, tile)
    half = frame.pixel * (0.5 * tile + rim("exact"))
    found = call(looked(picture, "exact", smooth), [x, y, half], frame.values)[0]
    return np.broadcast_to(found, x.shape)


def compared(picture, pixels=256, tile=16):
    """Which tiles are kept, and in which samples see an edge."""
    frame = frame_of(picture, pixels)
    x, y = tile_centers(frame, tile)
    half = frame.pixel * (0.5 * tile + rim("exact"))
    return kinds(picture, frame, tile) > 0, seen(picture, frame, x, y, half)


@pytest.mark.parametrize(
    "seeds",
    [range(150), pytest.param(range(150, 3000), marks=pytest.mark.slow)],
    ids=["some", "many"],
)
def test_no_settled_tile_of_a_random_field_holds_an_edge(seeds):
    both = np.zeros(2, int)
    fields.used.clear()
    for seed in seeds:
        text = fields.program(random.Random(seed))
        kept, true = compared(Scene().fill(fields.run(text), "white").lower())
        assert not (true & ~kept).any(), text
        both += kept.sum(), true.sum()
    print(f"{both[0]} tiles of {256 * len(seeds)} kept, {both[1]} of them hold an edge")
    assert both[1] > 20 * len(seeds)


def test_no_settled_tile_of_a_random_picture_holds_an_edge():
    for seed in range(pictures.COUNT):
        text = pictures.program(seed)
        kept, true = compared(bare(pictures.run(text).lower()))
        assert not (true & ~kept).any(), text


def test_few_tiles_of_the_gallery_are_kept_for_nothing():
    ratios = []
    for name in gallery_names():
        picture = load(name).lower()
        if worth_classes(picture, "exact") and all(e.width is None for e in flat(picture.layers)):
            kept, true = compared(bare(picture), 1024)
            ratios.append(kept.sum() / true.sum())
            print(f"{name}: {kept.sum()} of {kept.size} kept, {true.sum()} hold an edge")
    assert len(ratios) >= 4
    assert np.exp(np.mean(np.log(ratios))) <= 1.5


def test_what_is_hidden_is_no_edge():
    scene = Scene("white").fill(circle(0.3), "navy").fill(box(1.2, 1.2), "gold")
    kept, _ = compared(scene.lower())
    assert kept[0, 0] == 0
    assert kept[8, 8] == 0  # within the box
    assert kept[5, 8] == 0  # the disc's edge, below the box
    seen_through = Scene("white").fill(circle(0.3), "navy").fill(box(1.2, 1.2), "gold", opacity=0.5)
    assert compared(seen_through.lower())[0][5, 8] == 1


def test_the_shader_settles_no_more_than_the_reference():
    """Bounds in float32 are wider."""
    needs_gl()
    for name in ("petals", "horizon", "fan"):
        picture = load(name).lower()
        frame = frame_of(picture, 512)
        x, y = tile_centers(frame, 16)
        half = 8.5 * frame.pixel
        rows = np.stack([x.ravel(), y.ravel(), np.full(x.size, half)], axis=-1)
        drawn = on_gpu(looked(picture, "exact"), rows, frame.values)
        kept, true = compared(bare(picture), 512)
        settled_ = drawn[:, 0].reshape(x.shape) == 0
        assert settled_.any()
        hidden = kinds(picture, frame, 16) == 0
        assert not (settled_ & ~hidden).any()
        assert (kept >= true).all()


# --- pictures ------------------------------------------------------------------------------------
def with_and_without(monkeypatch, scene, size=(300, 200), **options):
    """A picture drawn by tiles, and whole."""
    drawn = []
    for least in (0, math.inf):
        monkeypatch.setattr(frames, "LEAST", least)
        drawn.append(render(scene, size, **options).astype(float))
    return drawn


def overlapping():
    scene = Scene(view=View(center=(0.1, -0.2), height=2.4))  # transparent
    scene.fill(star(7, 0.9, 0.5).warp(swirl(1.0)), "#ff5c8a80")
    group = scene.group(opacity=0.7, blend="add")
    group.fill(circle(0.5).translate(0.4, 0.2), "teal")
    group.stroke(box(1.2, 0.8, 0.1), "gold", width=px(5))
    scene.fill(circle(0.3).translate(-0.5, -0.4), "white", opacity=fade(0.2))
    return scene


@pytest.mark.parametrize("output", ["srgb8", "srgb16", "linear"])
@pytest.mark.parametrize("antialias", ["exact", "gradient"])
def test_a_picture_by_tiles_is_the_picture(monkeypatch, antialias, output):
    needs_gl()
    scene = overlapping()
    assert worth_classes(scene.lower(), "exact")
    tiled, whole = with_and_without(monkeypatch, scene, antialias=antialias, output=output)
    level = {"srgb8": 1, "srgb16": 257, "linear": 4e-3}[output]
    assert np.abs(tiled - whole).max() <= level


def test_smooth_tiles_are_drawn_as_the_others(monkeypatch):
    """Alone in a picture of many kinds of tiles: corners, ties, and edges that only bend."""
    needs_gl()
    field = (star(5, 0.8, 0.4) - circle(0.25)) | box(0.3, 0.2).translate(0.7, 0.5)
    scene = Scene(background="navy").fill(field.warp(swirl(1.0)), "gold")
    picture = scene.lower()
    assert worth_smooth(picture, "exact")
    frame = frame_of(picture, 256)
    known = kinds(picture, frame, side(picture, "exact"), smooth=True)
    counts = [(known == kind).sum() for kind in (SETTLED, SMOOTH, EDGE)]
    assert min(counts) > 50
    tiled, whole = with_and_without(monkeypatch, scene, (256, 256))
    assert np.abs(tiled - whole).max() <= 1
    # bounds in float32 are wider: seldom by so much that it shows
    drawn = offscreen().run(lambda painter: tiles_of(painter, known.shape))
    assert (drawn <= EDGE).all()
    assert not (drawn[drawn != ABOVE] < known[drawn != ABOVE]).any()
    assert not known[drawn == ABOVE].any()
    assert (drawn[drawn != ABOVE] != known[drawn != ABOVE]).mean() < 0.01


def tiles_of(painter, shape):
    """The kinds of the tiles that were drawn last, rows upward."""
    target = painter.passes._levels["tiles"]
    found = np.frombuffer(target.read(components=4, dtype="f4"), np.float32)
    return found.reshape(*target.size[::-1], 4)[: shape[0], : shape[1], 0]


@pytest.mark.parametrize("name", gallery_names())
def test_a_gallery_picture_by_tiles_is_the_picture(monkeypatch, name):
    needs_gl()
    scene = load(name)
    antialias = "gradient" if worth_classes(scene.lower(), "gradient") else "exact"
    if not worth_classes(scene.lower(), antialias):
        assert drawing(scene.lower(), antialias, "srgb8").tiled is None
        return
    tiled, whole = with_and_without(monkeypatch, scene, seconds=0.7, antialias=antialias)
    assert np.abs(tiled - whole).max() <= 1


def test_random_pictures_by_tiles_are_the_pictures(monkeypatch):
    needs_gl()
    texts = (pictures.program(seed) for seed in range(pictures.COUNT))
    fit = ((t, pictures.run(t)) for t in texts)
    some = [(t, scene) for t, scene in fit if worth_classes(scene.lower(), "exact")][:4]
    assert len(some) == 4
    for text, scene in some:
        tiled, whole = with_and_without(monkeypatch, scene, (96, 64), seconds=0.7)
        assert (np.abs(tiled - whole).max(axis=-1) > 1).mean() <= 1e-3, text
