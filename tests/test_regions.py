"""Deep graphs are cut to what each region needs: nothing that matters there may be lost."""

import builtins
import subprocess
import sys

import numpy as np
import pytest
from expressions import random_text
from PIL import Image
from test_random_pictures import program, run

from jetfield.render import offscreen, regions, render, render_file
from jetfield.render.plan import Plan
from jetfield.render.tiles import Tile
from jetfield.scenes import (
    Scene,
    View,
    abs,
    box,
    checker,
    circle,
    clamp,
    cos,
    dot,
    fade,
    floor,
    gallery_names,
    length,
    linear_ramp,
    load,
    log_polar,
    max,
    min,
    mix,
    paint,
    polar_repeat,
    px,
    rgb,
    shape,
    sin,
    slider,
    star,
    swirl,
    union,
    vec2,
    where,
)
from jetfield.scenes.vm import scene_of
from jetfield.shaders.calculus.costs import longest
from jetfield.shaders.calculus.evaluate import call, evaluate
from jetfield.shaders.calculus.function import Function, Input, Type
from jetfield.shaders.calculus.jets import jet
from jetfield.shaders.calculus.narrow import Bounded
from jetfield.shaders.calculus.tapes import Graph, inlined
from jetfield.shaders.calculus.vectors import Vec
from jetfield.shaders.picture import POINT, Frame

X, Y = POINT.leaves


# --- narrowing -----------------------------------------------------------------------------------
def traced(python):
    return python(Vec(POINT.leaves))


def chosen(f, p, k):
    """A field with a cut disc more, and a strip less; and the disc's own coordinates."""
    q = p - vec2(0.8 * cos(2.4 * k), 0.7 * sin(1.3 * k))
    f = min(f, max(length(q) - 0.2, abs(q.x) - 0.11))
    return max(f, 0.05 - abs(q.y - 0.03)), q


@shape
def tangle(p, n: int):
    """Choices of every kind: least and greatest, abs, clamp, where, seams of floor."""
    f = length(p) - 0.3
    for k in range(n):
        f, q = chosen(f, p, k)
        f = where(q.x < 0.3, f, max(f, q.y - 0.6)) + 0.01 * clamp(q.x, -0.1, 0.2)
    return f + 0.02 * floor(3 * p.x)


GRAPHS = {
    **{f"text {seed}": lambda seed=seed: scene_of(random_text(400, seed), "t.vm").lower().fields[0]
       for seed in range(3)},
    "tangle": lambda: tangle(6).function,
    "unions": lambda: union(
        *(circle(0.03 + 0.01 * (k % 4)).translate(np.cos(k), np.sin(2 * k)) for k in range(40)),
        smooth=0.1,
    ).function,
    "warped": lambda: (star(5, 0.6, 0.3) - box(0.2, 0.9)).warp(swirl(1.0)).function,
}  # fmt: skip


def halved(x, y, parts=8):
    """The ends of the parts of boxes: low and high, (boxes, parts * parts), along both axes."""
    (x0, x1), (y0, y1) = x, y
    j, i = np.divmod(np.arange(parts * parts), parts)
    return tuple(
        (a[:, None] + k * (b - a)[:, None] / parts, a[:, None] + (k + 1) * (b - a)[:, None] / parts)
        for a, b, k in ((x0, x1, i), (y0, y1, j))
    )


@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_cut_away_matters_nowhere_in_a_box(name):
    function = GRAPHS[name]()
    tape = Graph(inlined(function, POINT.leaves), POINT.leaves).tape({})
    whole = jet(function, 2)
    rng = np.random.default_rng(5)
    x = y = (np.array([-1.1]), np.array([1.1]))
    rows = []
    for _ in range(3):
        x, y = halved(x, y)
        bounded = Bounded(tape, x, y, fast=True)
        low, high, speed = bounded.root(0)
        for _ in range(8):  # points of the boxes, their corners among them
            t, u = np.clip(rng.uniform(-0.2, 1.2, (2, *x[0].shape)), 0, 1)
            px_, py_ = x[0] + t * (x[1] - x[0]), y[0] + u * (y[1] - y[0])
            value, gx, gy, *_ = (np.broadcast_to(v, low.shape) for v in call(whole, [px_, py_]))
            assert (low <= value + 1e-12).all()
            assert (value <= high + 1e-12).all()
            assert (np.abs(gx) + np.abs(gy) <= speed * (1 + 1e-9) + 1e-12).all()
        wanted = (low <= 0.02) & (high >= -0.02)
        picked = np.zeros(wanted.size, bool)
        picked[rng.permutation(np.flatnonzero(wanted))[:150]] = True
        tape, alive = bounded.cut([picked.reshape(wanted.shape)])
        x, y = (tuple(end.ravel()[alive] for end in ends) for ends in (x, y))
        t, u = rng.uniform(0, 1, (2, len(alive), 20))
        at = [e[0][:, None] + k * (e[1] - e[0])[:, None] for e, k in ((x, t), (y, u))]
        (found,) = tape.jets(*at, 2)
        for got, expected in zip(found, call(whole, at), strict=True):
            np.testing.assert_allclose(got, np.broadcast_to(expected, got.shape), rtol=1e-9,
                                       atol=1e-9)  # fmt: skip
        rows.append((tape.count - tape.leaves) / len(alive))
    if name.startswith("text"):
        assert rows[-1] < 0.06 * len(random_text(400, 0).splitlines())  # and little is left


def test_the_runner_up_is_the_root_across_its_one_decision():
    body = max(X - 0.2, -(min(X, Y) + 0.5 * X))  # open at many boxes
    tape = Graph([body], POINT.leaves).tape({})
    x, y = np.random.default_rng(2).uniform(-1, 1, (2, 1, 300))
    ((value, *_, turns),) = tape.jets(x, y, 1, sides=True)
    assert np.array_equal(value, evaluate([body], {X: x, Y: y})[0])
    assert (turns == 2).all()  # both the max and the min are open
    simple = Graph([max(X - 0.2, Y * Y)], POINT.leaves).tape({})
    ((value, _, _, other, _, oy, turns),) = simple.jets(x, y, 1, sides=True)
    first = x - 0.2 >= y * y
    assert (turns == 1).all()
    np.testing.assert_allclose(other, np.where(first, y * y, x - 0.2))
    np.testing.assert_allclose(oy, np.where(first, 2 * y, 0))


def test_numbers_of_a_frame_decide_too():
    level = slider("level", 0.0, -5, 5)
    body = min(X * X + Y, level)
    graph = Graph([body], POINT.leaves)
    box_ = (np.array([[-1.0]]), np.array([[1.0]]))
    for value, rows in ((-4.0, 0), (0.0, 3), (4.0, 2)):
        tape, _ = Bounded(graph.tape({"level": value}), box_, box_).cut([np.array([[True]])])
        assert tape.count - tape.leaves == rows, value


# --- pictures ------------------------------------------------------------------------------------
def cut(scene, size, antialias, output="srgb8", values=None):
    picture = scene.lower()
    named = {p.name: p.default for p in picture.parameters} | (values or {})
    out = np.zeros((size[1], size[0], 4), {"srgb8": np.uint8, "linear": np.float32}[output])
    frame = Frame(size, picture.view, parameters=named)
    regions.draw(Plan(picture, antialias), frame, output, Tile(0, 0, *size), out)
    return out


@paint
def enamel(p, value, gradient):
    shade = 0.5 + 0.3 * dot(gradient, vec2(-0.6, 0.8))
    return mix(rgb("#2b0a3d"), rgb("gold"), shade - value)


@shape
def blob(p, n: int):
    f = length(p) - 0.3
    for k in range(n):
        f, _ = chosen(f, p, k)
    return f


def layered():
    scene = Scene(None)
    scene.fill(blob(5), "red", opacity=0.5)
    scene.fill(circle(0.4).translate(0.3, 0.2) - box(0.3, 0.3), "#00ff00")
    scene.stroke(circle(0.7), "blue", width=px(3))
    return scene


def painted():
    scene = Scene(linear_ramp((-1, -1), (1, 1), ["red", "blue"]), View((0.2, -0.1), 1.5))
    scene.fill(blob(4), enamel)
    with scene.group(opacity=0.5) as group:
        group.fill(circle(0.5), "green")
        group.fill(
            box(0.4, 1.2, 0.1).translate(0.7, 0), linear_ramp((0, 0), (0, 1), ["red", "gold"])
        )
    scene.fill(circle(slider("radius", 0.1, 0, 1)), "white", blend="add")
    return scene


SCENES = {
    "blob": lambda: Scene("#102030").fill(blob(9), "orange"),
    "layers": layered,
    "paints": painted,
    "strokes": lambda: Scene("white").stroke(blob(4), "black", width=0.03).stroke(
        box(0.9, 0.5, 0.1), "red", width=0.1, opacity=0.7
    ),
    "fades": lambda: Scene("white").fill(blob(3), "black", opacity=fade(px=6)).fill(
        circle(0.3), "red", opacity=fade(px=4)
    ),
    "petals": lambda: Scene("#101418").fill(
        (circle(0.3).translate(0.4, 0) - box(0.2, 0.2).translate(0.5, 0))
        .warp(polar_repeat(5))
        .warp(swirl(1.5)),
        "#ff5c8a",
    ),
    "jumps": lambda: Scene("white").fill(checker(0.25).warp(log_polar()), "black"),
    "empty": lambda: Scene("white").fill(circle(0.1).translate(9, 9), "black"),
    "full": lambda: Scene(None).fill(circle(9), "teal"),
}  # fmt: skip


@pytest.mark.parametrize("antialias", ["none", "gradient", "exact"])
@pytest.mark.parametrize("name", SCENES)
def test_the_picture_is_that_of_the_whole_graph(name, antialias):
    """But for a few pixels of exact ones, where it is nearer to the truth than the whole is."""
    scene, size = SCENES[name](), (101, 78)
    found = cut(scene, size, antialias).astype(int)
    whole = render(scene, size, antialias=antialias, device="numpy").astype(int)
    off = np.argwhere(np.abs(found - whole).max(axis=-1) > 1)
    assert len(off) <= (20 if antialias == "exact" else 0)
    if len(off):
        light = [cut(scene, size, "exact", "linear"),
                 render(scene, size, output="linear", device="numpy")]  # fmt: skip
        picture = scene.lower()
        frame = Frame(size, scene.view, parameters={p.name: p.default for p in picture.parameters})
        v, u = (np.mgrid[:64, :64] + 0.5) / 64 - 0.5
        for row, column in off:
            samples = picture.pixels(frame, column + u, size[1] - 1 - row + v, "none")
            truth = samples.mean(axis=(0, 1))
            ours, theirs = (np.abs(pixels[row, column] - truth).max() for pixels in light)
            assert ours < 3e-3 or ours < theirs


@pytest.mark.parametrize("antialias", ["none", "gradient"])
@pytest.mark.parametrize("seed", range(8))
def test_random_pictures_are_those_of_their_whole_graphs(seed, antialias):
    scene, size = run(program(seed)), (40, 30)
    whole = render(scene, size, antialias=antialias, device="numpy").astype(int)
    assert np.abs(cut(scene, size, antialias) - whole).max() <= 1


@pytest.mark.parametrize("seed", range(3))
def test_exact_is_the_mean_of_each_pixel(seed):
    size, scene = (96, 72), scene_of(random_text(300, seed), "t.vm")
    found = cut(scene, size, "exact", "linear")[::-1, :, 0]
    rng = np.random.default_rng(seed)
    mixed = np.argwhere((found > 0) & (found < 1))
    rows, columns = rng.permutation(mixed)[:120].T
    k = np.arange(1 << 13)  # M. Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences"
    u, v = (0.5 + k * 0.7548776662466927) % 1, (0.5 + k * 0.5698402909980532) % 1
    pixel = 2 / size[1]
    x = (columns[:, None] + u - size[0] / 2) * pixel
    y = (rows[:, None] + v - size[1] / 2) * pixel
    (field,) = scene.lower().fields
    truth = (call(field, [x, y])[0] > 0).mean(axis=1)  # white, where it is outside
    error = np.abs(found[rows, columns] - truth)
    assert len(mixed) > 200
    assert np.sqrt((error**2).mean()) < 1.1e-3
    assert error.max() < 0.01


def test_regions_of_any_size_meet():
    scene = Scene("white").fill(blob(9), enamel)
    whole = cut(scene, (700, 530), "gradient")
    frame, picture = Frame((700, 530), scene.view), scene.lower()
    parts = np.zeros_like(whole)
    for tile in (Tile(0, 0, 333, 530), Tile(333, 0, 367, 97), Tile(333, 97, 367, 433)):
        top = 530 - tile.y - tile.height
        view = parts[top : top + tile.height, tile.x : tile.x + tile.width]
        regions.draw(Plan(picture, "gradient"), frame, "srgb8", tile, view)
    assert np.array_equal(parts, whole)


@pytest.mark.parametrize("antialias", ["gradient", "exact"])
def test_a_tape_that_is_too_long_is_worked_out_in_turns(antialias, monkeypatch):
    scene = Scene("white").fill(blob(9), "black")
    whole = cut(scene, (120, 90), antialias)
    monkeypatch.setattr(regions, "MOST", 5000)
    assert np.array_equal(cut(scene, (120, 90), antialias), whole)


# --- when ----------------------------------------------------------------------------------------
def refuse(*_):
    raise AssertionError("asked for OpenGL")


def test_deep_pictures_need_no_shader(monkeypatch, tmp_path):
    monkeypatch.setattr("jetfield.render.device.offscreen", refuse)
    scene, size = scene_of(random_text(1500, 1), "t.vm"), (200, 150)
    pixels = render(scene, size)
    render_file(scene, tmp_path / "t.png", size)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "t.png")), pixels)
    reference = render(scene, size, antialias="none", device="numpy")
    assert np.array_equal(render(scene, size, antialias="none"), reference)


@pytest.mark.parametrize("options", [{"device": "gl"}, {"antialias": "fwidth"}])
def test_a_shader_is_made_where_it_is_asked_for(options, monkeypatch):
    monkeypatch.setattr("jetfield.render.device.offscreen", refuse)
    with pytest.raises(AssertionError, match="asked for OpenGL"):
        render(scene_of(random_text(1500, 1), "t.vm"), (200, 150), **options)


def test_what_regions_do_not_shrink_is_not_cut():
    @shape
    def waves(p):
        f = p.x
        for k in range(400):
            f = f + 0.001 * sin(k * p.x + p.y)
        return f

    frame = Frame((200, 150), View())
    assert regions.suited(Scene().fill(waves(), "red").lower(), "gradient", frame) is None
    deep = scene_of(random_text(1500, 1), "t.vm").lower()
    assert regions.suited(deep, "gradient", frame) is not None


def test_small_pictures_do_not_pay():
    program = (
        "import sys; from jetfield.scenes import *; from jetfield.render import render\n"
        "scene = Scene(); scene.fill(star(5, 0.5, 0.2) | circle(0.3), 'red')\n"
        "try: render(scene, (8, 8), antialias='none')\n"
        "except DeviceError: pass\n"
        "print('jetfield.render.regions' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert said.stdout.strip() == "False"
    longest_ = [longest(load(name).lower().fields) for name in gallery_names()]
    assert builtins.max(longest_) < builtins.min(offscreen.DEEP.values())


def test_functions_that_combine_are_looked_into():
    p, a = Input("p", Type(2), "point"), Input("a", role="field")
    deep = Function("deep", [p], inlined(union(circle(0.2), box(1, 1), smooth=0.1).function,
                                         POINT.leaves))  # fmt: skip
    assert not [i for i in deep.inputs if i is a]
    names = {e.data.name for e in _calls(deep)}
    assert names == {"circle", "box"}


def _calls(function):
    from jetfield.shaders.calculus.expr import postorder

    return [e for e in postorder(function.outputs) if e.op.name == "apply"]
