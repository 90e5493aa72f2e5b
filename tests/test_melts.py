"""Smooth unions of many like shapes: a fold is what its shapes give in pairs, written out."""

import pickle

import numpy as np
import pytest
from oracles import away, check_jet, glslang, near_kinks, needs_gl, on_gpu, spread

from jetfield.render import frame as frames
from jetfield.render import render
from jetfield.scenes import Scene, View, box, circle, grad, seconds, shape, slider, swirl, union
from jetfield.shaders import to_glsl
from jetfield.shaders.calculus.bounds import bounds
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.expr import postorder
from jetfield.shaders.calculus.function import callees
from jetfield.shaders.calculus.jets import jet as jet_of
from jetfield.shaders.calculus.kinks import kinks
from jetfield.shaders.glsl.passes import drawing
from jetfield.shaders.lists import RUNS, lists, melts, read, sieves
from jetfield.shaders.picture import Frame
from jetfield.shaders.tiles import RUN, rim

K = 0.12
POINTS = spread(7, 1500, 1.3)


def rows_of(count, seed=4):
    return np.random.default_rng(seed).uniform(-1, 1, (count, 3)).tolist()


def discs(count, size=0.03):
    return [circle(size + size * abs(r)).translate(x, y) for x, y, r in rows_of(count)]


def boxes(count):
    return [box(0.1, 0.06, 0.01).rotate(3 * r).translate(x, y) for x, y, r in rows_of(count, 5)]


def tree(values, k):
    """Numbers melted in pairs, pairs in pairs."""
    while len(values) > 1:
        pairs = [(a, b, np.maximum(k - np.abs(a - b), 0) / k)
                 for a, b in zip(values[::2], values[1::2], strict=False)]  # fmt: skip
        melted = [np.minimum(a, b) - h * h * k / 4 for a, b, h in pairs]
        values = melted + values[2 * len(melted) :]
    return values[0]


def in_pairs(fields, k):
    """The same of fields, each call of two: never so many that a call makes a table of them."""
    while len(fields) > 1:
        pairs = [union(a, b, smooth=k) for a, b in zip(fields[::2], fields[1::2], strict=False)]
        fields = pairs + fields[2 * len(pairs) :]
    return fields[0]


def folds(field):
    functions = [*callees(field.function.outputs), field.function]
    return sum(e.op.name == "fold" for f in functions for e in postorder(f.outputs))


@pytest.mark.parametrize(
    ("fields", "tables"),
    [(discs(15), 0), (discs(16), 1), (discs(17), 1), (discs(45), 1), (boxes(100), 1),
     ([*discs(32), *boxes(20)], 2), ([box(0.3, 0.3), *discs(63)], 2), ([circle(0.2)] * 16, 1)],
    ids=["15", "16", "17", "45", "boxes", "two kinds", "one apart", "alike"],
)  # fmt: skip
def test_a_melted_table_is_its_shapes_in_pairs(fields, tables):
    field = union(*fields, smooth=K)
    assert folds(field) == tables
    expected = tree([f.jet(POINTS, 0).value for f in fields], K)
    assert field.jet(POINTS, 0).value == pytest.approx(expected, abs=1e-13)
    found, plain = field.jet(POINTS), in_pairs(fields, K).jet(POINTS)
    assert found.gradient == pytest.approx(plain.gradient, abs=1e-10)
    assert found.hessian == pytest.approx(plain.hessian, abs=1e-7)


def test_its_derivatives_are_differences_and_may_be_read():
    field = union(*discs(40), smooth=slider("k", K, 0.0, 1.0))
    check_jet(lambda x, order: field.jet(x, order), away(field.function, POINTS), 1e-5)

    @shape
    def slope(p):
        return grad(field(p))[0]

    assert slope().jet(POINTS, 1).value == pytest.approx(field.jet(POINTS).gradient[:, 0])
    assert slope().jet(POINTS, 1).gradient == pytest.approx(field.jet(POINTS).hessian[:, 0])
    hard = union(*discs(40)).jet(POINTS, 0).value
    assert field.jet(POINTS, 0, parameters={"k": 0.0}).value == pytest.approx(hard)


@pytest.mark.parametrize("count", [16, 37])
def test_glsl_melts_alike(count):
    needs_gl()
    field = union(*discs(count), smooth=K).warp(swirl(1))
    expected, found = field.jet(POINTS), on_gpu(jet_of(field.function, 2), POINTS)
    assert np.abs(found[:, 0] - expected.value).max() < 3e-6
    clear = ~near_kinks(field.function, POINTS, 1e-4)
    assert np.abs(found[:, 1:3] - expected.gradient)[clear].max() < 1e-4
    bent = np.stack(
        [expected.hessian[:, 0, 0], expected.hessian[:, 0, 1], expected.hessian[:, 1, 1]], 1
    )
    off = np.abs(found[:, 3:] - bent) / (1 + np.abs(bent))
    assert off[clear].max() < 1e-3
    text = to_glsl(field, "300es")
    assert not glslang("#version 300 es\nprecision highp float;\n" + text + "\nvoid main() {}")


def test_what_is_known_of_it_is_what_is_known_of_pairs():
    fields = discs(20)
    field, plain = union(*fields, smooth=K), in_pairs(fields, K)
    assert pickle.loads(pickle.dumps(field)).function is field.function
    assert field.place.jet(POINTS, 0).value == pytest.approx(plain.place.jet(POINTS, 0).value)
    near, own = (call(kinks(f.function), list(POINTS.T))[0] for f in (field, plain))
    assert near == pytest.approx(own, abs=1e-12)
    box_ = [*(POINTS - 0.01).T, *(POINTS + 0.01).T]
    low, high = call(bounds(field.function), box_)
    inside = field.jet(POINTS + 0.009 * spread(8, len(POINTS), 1.0), 0).value
    assert (low <= inside).all()
    assert (inside <= high).all()
    assert (high - low).max() < 0.03, "as wide as the box, not wider for every pair"


CASES = {
    "melted": lambda: union(*discs(300), smooth=0.05),
    "boxes": lambda: union(*boxes(200), smooth=0.03).warp(swirl(1)),
    "cut out": lambda: box(1.6, 1.6) - union(*discs(200), smooth=0.05),
    "melted with another": lambda: union(union(*discs(200), smooth=0.04), circle(0.4), smooth=0.2),
    "hard, melted with another": lambda: union(union(*discs(200)), circle(0.4), smooth=0.2),
    "by a slider": lambda: union(*discs(100), smooth=slider("k", 0.08, 0.0, 0.1)).shell(0.02),
}


@pytest.mark.parametrize("name", CASES)
def test_the_listed_rows_make_the_whole(monkeypatch, name):
    """In NumPy: with the rows of a point's tile alone the field has the same sign, and value."""
    picture = Scene(view=View(height=2.2)).fill(CASES[name](), "white").lower()
    frame, side, grid = Frame((160, 160), picture.view), 8, (20, 20)
    corner = (-1.1, -1.1)
    (places,) = sieves(picture)
    made = lists(picture, frame, corner, grid, side, rim("exact"))
    (place,), table = places, places[0].table.array
    assert read(picture) == ({"k"} if name == "by a slider" else set())
    reach = call(place.reach, [], frame.values)[0] if melts(places) else 0.0
    low, high = call(place.span, [], frame.values)
    columns = table.shape[1]
    for x, y in spread(9, 120, 1.05):
        i, j = (int((c + 1.1) / (side * frame.pixel)) for c in (x, y))
        begin, end = made.ranges[j, i, :2]
        each = -(-(columns + melts(places)) // 4)
        stored = made.texels[int(begin) * each : int(end) * each].reshape(-1, 4 * each)
        waiting: list[float] = []
        for row in stored.astype(float):
            value = float(call(place.row, [x, y, *row[:columns]], frame.values)[0])
            pairs = int(row[columns]) if melts(places) else len(waiting)
            assert pairs == 1 or begin % 1 != RUNS or not waiting
            for _ in range(pairs):
                value = tree([waiting.pop(), value], reach) if reach else min(waiting.pop(), value)
            waiting.append(value)
        (whole,) = waiting
        every = [float(v) for v in call(place.row, [x, y, *table.T], frame.values)[0]]
        true = tree(every, reach) if reach else min(every)
        assert np.clip(whole, low, high) == pytest.approx(np.clip(true, low, high), abs=1e-6)
    lengths = made.ranges[..., 1] - made.ranges[..., 0]
    assert lengths.mean() < 0.25 * len(table)


@pytest.mark.parametrize("name", CASES)
def test_a_picture_with_lists_is_the_picture(monkeypatch, name):
    needs_gl()
    scene, drawn = Scene("black", view=View(height=2.2)).fill(CASES[name](), "white"), []
    kinds = {kind for kind, _ in drawing(scene.lower(), "gradient", "linear").tiled.kinds}
    assert (RUN in kinds) == (name != "hard, melted with another")
    for least in (0, np.inf):
        monkeypatch.setattr(frames, "LEAST", least)
        drawn.append(render(scene, (160, 160), antialias="gradient", output="linear"))
    assert 0.02 < drawn[0][..., 0].mean() < 0.98
    assert 255 * np.abs(drawn[0] - drawn[1]).max() < 1


def test_exact_pixels_are_the_truth(monkeypatch):
    """Against samples, as its shapes in pairs are; and moving, with a line, as without lists."""
    needs_gl()
    fields, width = discs(60), 160
    drawn = []
    for least in (0, np.inf):
        monkeypatch.setattr(frames, "LEAST", least)
        moved = union(*fields, smooth=K).translate(0.1 * seconds(), 0)
        scene = Scene("black").fill(moved, "white")
        drawn.append(render(scene, (width, width), seconds=0.4, output="linear")[::-1, :, 0])
    assert np.abs(drawn[0] - drawn[1]).max() < 4 / 255
    edge = np.argwhere((drawn[0] > 0) & (drawn[0] < 1))
    plastic = np.array([0.7548776662466927, 0.5698402909980532])
    samples = ((np.arange(1024)[:, None] * plastic) % 1 - 0.5) * 2 / width
    some = edge[:: -(-len(edge) // 150)]
    middles = (some[:, ::-1] + 0.5) * 2 / width - 1 - [0.04, 0]
    at = (middles[:, None] + samples).reshape(-1, 2)
    inside = tree([f.jet(at, 0).value for f in fields], K).reshape(len(some), -1) <= 0
    off = drawn[0][tuple(some.T)] - inside.mean(axis=1)
    assert np.sqrt(np.mean(off**2)) < 2e-3
    assert np.abs(off).max() < 0.02
