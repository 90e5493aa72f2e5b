"""Views: their colors are the numbers, by finite differences and by hand, and OpenGL agrees."""

import numpy as np
import pytest
from gl import blank, check_that_it_keeps, read
from PIL import Image

from jetfield.render import cli, render
from jetfield.render.arguments import framed, lowered
from jetfield.render.compare import compare
from jetfield.render.frame import MOST_TEXTURES, Painter
from jetfield.render.state import kept
from jetfield.scenes import (
    Scene,
    View,
    circle,
    half_plane,
    load,
    mirror,
    polar_repeat,
    segment,
    shape,
    slider,
    swirl,
    toggle,
    vec2,
    warp,
    where,
)
from jetfield.shaders import views
from jetfield.shaders.color import encode, rgba
from jetfield.shaders.glsl.passes import drawing
from jetfield.shaders.picture import Frame
from jetfield.shaders.views import CELL, COMPARE, VIEWS, legend, spacing, viewed

PICTURES = [name for name in VIEWS if name != COMPARE]
SIZE = 48, 40
LARGE = 480, 400
X, Y = np.random.default_rng(7).integers(0, LARGE, (1500, 2)).T
"""Some pixels of a picture of that size: columns, and rows from the bottom."""


def a_frame(height=2.0, size=SIZE):
    return Frame(size, View(height=height))


def points(frame):
    """The centers of these pixels, (N, 2)."""
    return frame.pixel * (np.stack([X, Y], axis=1) + 0.5 - 0.5 * np.array(LARGE))


def shown(scene, name, height=2.0):
    """The linear colors of these pixels of a view, (N, 3), by NumPy."""
    picture = viewed(scene.lower(), name)
    return picture.pixels(a_frame(height, LARGE), X, Y, "gradient")[:, :3]


def ramp(t, colors):
    """Linear light between the colors, which stand evenly from 0 to 1."""
    stops = np.array([rgba(color)[:3] for color in colors])
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(t, at, stops[:, k]) for k in range(3)], axis=1)


def slopes(values, where_, step=1e-5):
    """Jacobians (N, m, 2) of a function of points, by central differences."""
    columns = [
        (values(where_ + step * unit) - values(where_ - step * unit)) / (2 * step)
        for unit in np.eye(2)
    ]
    return np.stack(columns, axis=-1)


def off_lines(value, gradient, step, pixel, width):
    """Where no line at a whole multiple of the step is within the pixel, by first order."""
    away = np.abs(value - step * np.round(value / step))
    return away > (0.5 * width + 1.0) * pixel * np.linalg.norm(gradient, axis=-1)


@shape
def hill(p):
    return p.x * p.x + 3 * p.y * p.y * p.y - 0.4 * p.x * p.y - 0.3


@warp
def fold_up(p):
    return vec2(p.x * p.x - 0.2, p.y + 0.3 * p.x)


@warp
def flatten(p):
    return vec2(0.5 * p.x, 0.0 * p.y)


@pytest.mark.parametrize(
    ("height", "step"),
    [(2, 0.1), (2.5, 0.2), (1, 0.05), (6, 0.5), (10, 0.5), (3e-4, 2e-5), (4e5, 2e4)],
)
def test_the_step_between_lines_is_a_round_number(height, step):
    assert spacing(height) == pytest.approx(step, rel=1e-12)
    assert views.LINES <= height / step <= 2.5 * views.LINES


def test_a_field_is_colored_by_its_value():
    frame = a_frame(2.0, LARGE)
    at = points(frame)
    value = hill().jet(at, 0).value
    gradient = slopes(lambda p: hill().jet(p, 0).value, at)
    clear = off_lines(value, gradient, 0.1, frame.pixel, 1.0) & off_lines(
        value, gradient, 9.0, frame.pixel, 3.0
    )
    assert clear.mean() > 0.2
    half = 2.0 / views.HALF
    expected = ramp(0.5 + 0.5 * value / (np.abs(value) + half), views.COLD_WARM)
    found = shown(Scene().fill(hill(), "red"), "field")
    assert np.allclose(found[clear], expected[clear], atol=1e-6)
    assert (found[~clear].sum(axis=1) < expected[~clear].sum(axis=1) + 1e-6).all(), (
        "lines are darker"
    )


def test_the_gradient_is_colored_by_its_length():
    frame = a_frame(2.0, LARGE)
    at = points(frame)
    value = hill().jet(at, 0).value
    gradient = slopes(lambda p: hill().jet(p, 0).value, at)
    clear = off_lines(value, gradient, 1e9, frame.pixel, 2.0)
    t = 0.5 + np.log2(np.linalg.norm(gradient, axis=1)) / 8
    found = shown(Scene().fill(hill(), "red"), "gradient")
    assert clear.mean() > 0.8
    assert np.allclose(found[clear], ramp(t, views.COLD_WARM)[clear], atol=1e-5)


def test_a_true_distance_is_pale():
    found = shown(Scene().fill(circle(0.01).translate(3, 3), "red"), "gradient")
    assert np.allclose(found, rgba(views.COLD_WARM[3])[:3], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "w"),
    [
        ("swirl", swirl(2)),
        ("mirror", mirror((1, 0.3), -9)),
        ("fold", fold_up()),
        ("both", fold_up() @ swirl(1)),
    ],
)
def test_the_determinant_is_that_of_the_warps(name, w):
    frame = a_frame(2.0, LARGE)
    at = points(frame)
    place = w.jet(at, 0).value
    jacobian = slopes(lambda p: w.jet(p, 0).value, at)
    det = np.linalg.det(jacobian)
    t = 0.5 + np.log2(np.sqrt(np.abs(det))) / 8
    expected = np.where(det[:, None] < 0, ramp(t, views.FLIPPED), ramp(t, views.KEPT))
    clear = np.all(
        [off_lines(place[:, k], jacobian[:, k], 0.1, frame.pixel, 1.2) for k in (0, 1)], axis=0
    )
    clear &= np.abs(det) > 1e-3
    found = shown(Scene().fill(circle(0.01).translate(30, 0).warp(w), "red"), "determinant")
    assert clear.mean() > 0.1
    assert np.allclose(found[clear], expected[clear], atol=1e-4)
    if name == "fold":
        assert set(det > 0) == {True, False}


def test_collapsed_space_is_black():
    found = shown(Scene().fill(circle(0.2).translate(0, 9).warp(flatten()), "red"), "determinant")
    assert np.median(found) == 0


def test_the_curvature_is_that_of_the_circles_about_a_circles_center():
    frame = a_frame(2.0, LARGE)
    at = points(frame)
    radius = np.linalg.norm(at, axis=1)
    clear = off_lines(radius - 0.5, at / radius[:, None], 0.1, frame.pixel, 1.0)
    clear &= np.abs(radius - 0.5) > 2 * frame.pixel
    for sign, field in ((1, circle(0.5)), (-1, ~circle(0.5))):
        bend = sign / radius
        t = 0.5 + 0.5 * bend / (np.abs(bend) + 2.5)
        found = shown(Scene().fill(field, "red"), "curvature")
        assert clear.mean() > 0.1
        assert np.allclose(found[clear], ramp(t, views.COLD_WARM)[clear], atol=1e-5)


def test_the_coverage_of_a_cell_is_the_part_of_it_that_lies_inside():
    normal, offset = np.array([0.6, 0.8]), 0.13
    frame = a_frame(0.8, LARGE)
    side = CELL * frame.pixel
    at = points(frame)
    corner = np.floor(at / side) * side
    within = (np.mgrid[:200, :200].reshape(2, 1, -1) + 0.5) / 200 * side
    inside = [
        (n0 + within[0]) * normal[0] + (n1 + within[1]) * normal[1] <= offset for n0, n1 in corner
    ]
    part = np.array([np.mean(x) for x in inside])
    found = shown(Scene().fill(half_plane(tuple(normal), offset), "red"), "coverage", height=0.8)
    clear = np.abs(at @ normal - offset) > 2.5 * frame.pixel
    assert ((part > 0.05) & (part < 0.95) & clear).sum() > 30
    assert np.allclose(found[clear], ramp(part, views.COVERED)[clear], atol=0.02)


def test_layers_keep_their_order_and_the_nearest_colors_the_rest():
    left, right = circle(0.3).translate(-0.5, 0), circle(0.2).translate(-0.4, 0)
    far = circle(0.3).translate(0.9, 0)
    scene = Scene().fill(left, "red").fill(right, "blue").fill(far, "green")
    frame = a_frame(2.0, LARGE)
    at = points(frame)
    a, b, c = (f.jet(at, 0).value for f in (left, right, far))
    seen = np.where(
        c <= 0, c, np.where(b <= 0, b, np.where(a <= 0, a, np.minimum(np.minimum(a, b), c)))
    )
    found = shown(scene, "field")
    half = 2.0 / views.HALF
    color = ramp(0.5 + 0.5 * seen / (np.abs(seen) + half), views.COLD_WARM)
    clear = off_lines(seen, np.array([1.0, 0.0]), 0.1, frame.pixel, 1.0)
    clear &= np.min(np.abs([a, b, c]), axis=0) > 2.5 * frame.pixel
    assert clear.mean() > 0.1
    assert np.allclose(found[clear], color[clear], atol=1e-6)


def test_what_is_switched_off_is_not_seen():
    scene = Scene().fill(circle(0.3), "red")
    bare = shown(scene, "field")
    hidden = circle(0.2).translate(0.7, 0.6)
    scene.fill(hidden, "blue", opacity=where(toggle("on"), 1, 0))
    picture = viewed(scene.lower(), "field")
    off, on = (Frame(LARGE, View(), parameters={"on": value}) for value in (0.0, 1.0))
    assert np.allclose(picture.pixels(off, X, Y, "gradient")[:, :3], bare)
    assert not np.allclose(picture.pixels(on, X, Y, "gradient")[:, :3], bare)


def test_equal_layers_are_shown_in_their_own_views():
    views = [View(height=height) for height in (2, 5)]
    scenes = [Scene(view=view).fill(circle(0.3), "red") for view in views]
    assert [viewed(scene.lower(), "field").view for scene in scenes] == views


def test_a_scene_without_layers_has_views():
    for name in PICTURES:
        assert np.isfinite(shown(Scene(), name)).all()


# --- OpenGL --------------------------------------------------------------------------------------
def draw(context, frame, drawn):
    framebuffer = blank(context, frame.size)
    framebuffer.use()
    painter = Painter(context)
    drawn(painter)
    found = read(framebuffer).copy()
    painter.release()
    assert context.error == "GL_NO_ERROR"
    return found


def draw_view(context, picture, name, frame, numbers="baked"):
    whole = drawing(viewed(picture, name), "gradient", "srgb8", numbers)

    def drawn(painter):
        with kept(context, units=MOST_TEXTURES):
            painter.draw(whole, frame, (0, 0))

    return draw(context, frame, drawn)


def coded(picture, frame):
    width, height = frame.size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return encode(picture.pixels(frame, x, y, "gradient"), "srgb8")[::-1]


@pytest.mark.parametrize("name", PICTURES[1:])
def test_opengl_draws_what_numpy_says(own, name):
    """Of copies, which are a fold, of a warp, and of a stroke; with numbers that are live too."""
    scene = Scene(view=View(center=(0.1, 0)))
    scene.fill(
        circle(0.2).translate(0.6, 0).warp(polar_repeat(12)).warp(swirl(slider("s", 1, 0, 2))),
        "red",
    )
    scene.stroke(segment((-0.5, -0.2), (0.4, 0.3)), "blue", width=0.1)
    picture = scene.lower()
    frame = framed("test", picture, SIZE, seconds=0, parameters={"s": 1.5}, mouse=(0, 0), view=None)
    expected = coded(viewed(picture, name), frame).astype(int)
    for numbers in ("baked", "live"):
        found = own(
            lambda context, numbers=numbers: draw_view(context, picture, name, frame, numbers)
        )
        assert (found[..., 3] == 255).all()
        near = np.abs(found - expected).max(axis=-1) <= 2
        assert near.mean() > 0.98, "but for pixels on edges, which float32 sees elsewhere"


@pytest.mark.parametrize("scene", ["lens", "spiral"])
def test_every_view_of_gallery_scenes_draws(own, scene):
    picture = load(scene).lower()
    frame = framed("test", picture, LARGE, seconds=0, parameters=None, mouse=(0, 0), view=None)
    pictures = []
    for name in PICTURES:
        found = own(lambda context, name=name: draw_view(context, picture, name, frame))
        assert len(np.unique(found.view(np.uint32))) > (1 if name == "tiles" else 20)
        assert all(not np.array_equal(found, other) for other in pictures)
        assert legend(name, frame)
        pictures.append(found)


@pytest.mark.parametrize("split", [0.0, 0.4, 1.0])
def test_exact_is_left_of_the_line_and_fwidth_right(own, split):
    scene = Scene(background="black").fill(circle(0.5), "white")
    frame = a_frame()
    found = own(
        lambda context: draw(context, frame, lambda p: compare(p, scene.lower(), frame, split))
    )
    middle = round(split * SIZE[0])
    left, right = slice(0, max(middle - 6, 0)), slice(min(middle + 6, SIZE[0]), None)
    for side, mode in ((left, "exact"), (right, "fwidth")):
        expected = render(scene, SIZE, antialias=mode)
        assert np.array_equal(found[:, side], expected[:, side]), mode
    if split == 0.4:
        assert (found[:, middle] > 200).all(), "the line"
    assert not np.array_equal(render(scene, SIZE), render(scene, SIZE, antialias="fwidth"))


def test_it_draws_over_the_viewport_alone(own):
    picture = Scene().fill(circle(0.5), "red").lower()

    def work(context):
        framebuffer = blank(context, (100, 80))
        framebuffer.use()
        framebuffer.clear(0, 0, 1, 1)
        framebuffer.viewport = 20, 10, *SIZE
        painter = Painter(context)
        compare(painter, picture, a_frame())
        assert framebuffer.viewport == (20, 10, *SIZE)
        return read(framebuffer)

    found = own(work).copy()
    part = slice(80 - 10 - SIZE[1], 80 - 10), slice(20, 20 + SIZE[0])
    assert (found[part][..., 2] != 255).mean() > 0.1
    found[part] = (0, 0, 255, 255)
    assert (found == (0, 0, 255, 255)).all()


def test_the_callers_state_is_kept(own):
    picture = Scene().fill(circle(0.5), "red").lower()

    def work(context):
        painter = Painter(context)
        frame = a_frame(size=(300, 200))
        check_that_it_keeps(context, lambda: compare(painter, picture, frame))
        painter.release()

    own(work)


def test_the_command_line_shows_views(tmp_path):
    path = tmp_path / "out.png"
    file = tmp_path / "flower.py"
    file.write_text(
        "from jetfield.scenes import *\n"
        "scene = Scene()\n"
        "scene.fill(circle(slider('r', 0.5, 0, 1)), color_picker('tint', 'red'))\n"
    )
    options = ["--size", "48x40", "--set", "r=0.3", "--set", "tint=blue", "-o", str(path)]
    assert cli.main(["render", str(file), "--show", "curvature", *options]) == 0
    picture = viewed(lowered("test", Scene().fill(circle(0.3), "red")), "curvature")
    assert np.abs(np.asarray(Image.open(path)).astype(int) - coded(picture, a_frame())).max() <= 2
