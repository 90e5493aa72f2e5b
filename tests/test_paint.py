"""Paints, ramps, fades, blending and groups, against other ways to the same picture."""

import pickle

import numpy as np
import pytest
from truth import ideal, score

import jetfield.scenes as js
from jetfield.render import render
from jetfield.scenes import (
    Scene,
    SceneError,
    View,
    box,
    circle,
    conic_ramp,
    cosine_palette,
    fade,
    grad,
    half_plane,
    isolines,
    length,
    linear_ramp,
    log_polar,
    mix,
    mobius,
    paint,
    palette,
    polar,
    polar_repeat,
    polygon,
    px,
    radial_ramp,
    ramp,
    repeat,
    rgb,
    shape,
    sin,
    slider,
    swirl,
    vec2,
    vec3,
    vec4,
)
from jetfield.shaders.picture import Frame

SIZE = (160, 120)
EVERYWHERE = half_plane((1, 0), 1e6)


def linear(scene: Scene, size=SIZE, **options) -> np.ndarray:
    return render(scene, size, output="linear", **options)


def places(size=SIZE, view=None) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the pixels' centers, top row first."""
    view = view or View()
    pixel = view.height / size[1]
    x = view.center[0] + pixel * (np.arange(size[0]) + 0.5 - 0.5 * size[0])
    y = view.center[1] - pixel * (np.arange(size[1]) + 0.5 - 0.5 * size[1])
    return np.meshgrid(x, y)


def light(*codes: float) -> np.ndarray:
    c = np.array(codes) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


# --- paints --------------------------------------------------------------------------------------
def test_a_paint_is_a_function_of_the_point():
    @paint
    def sky(p, top=0.25):
        return vec3(p.x * p.x, 0.5 + top * p.y, 0.1)

    scene = Scene(background=None)
    scene.fill(EVERYWHERE, sky(slider("top", 0.25, 0, 0.5)))
    x, y = places()
    for top in (0.25, 0.4):
        wanted = np.stack([x * x, 0.5 + top * y, 0.1 + 0 * x, 1 + 0 * x], axis=-1)
        drawn = linear(scene, parameters={"top": top})
        np.testing.assert_allclose(drawn, wanted, atol=2e-6)


@pytest.mark.parametrize("style", ["names", "jet"])
def test_a_paint_reads_the_jet_of_the_field_that_it_is_laid_on(style):
    if style == "names":

        @paint
        def normals(p, value, gradient):
            return vec3(0.5 + 0.5 * gradient.x, 0.5 + 0.5 * gradient.y, -value)
    else:

        @paint
        def normals(p, jet):
            return vec3(0.5 + 0.5 * jet.gradient.x, 0.5 + 0.5 * jet.gradient.y, -jet.value)

    field = circle(0.7).warp(swirl(1.0))
    scene = Scene(background=None).fill(field, normals)
    x, y = places()
    jet = field.jet(np.stack([x.ravel(), y.ravel()], axis=-1), 1)
    wanted = np.column_stack([0.5 + 0.5 * jet.gradient, -jet.value]).reshape(*x.shape, 3)
    for antialias, off in (("gradient", 5e-6), ("exact", 2e-3)):  # the mean of what bends
        drawn = linear(scene, antialias=antialias)
        full = drawn[..., 3] == 1.0
        assert full.sum() > 1000
        np.testing.assert_allclose(drawn[full][:, :3], wanted[full], atol=off)


def test_a_paint_of_the_value_alone_may_use_ramps():
    @paint
    def heat(p, value):
        return ramp(-value / 0.5, ["red", "gold"]) + 0.1 * length(grad(value * value))

    scene = Scene(background=None).fill(circle(0.5), heat)
    gl, numpy = (linear(scene, (32, 24), device=d) for d in ("gl", "numpy"))
    assert np.abs(gl - numpy).max() < 1e-4
    assert gl.max() > 0.9


COPIES = {
    "repeat": circle(0.2).warp(repeat(0.6, 0.6)),
    "five turns": circle(0.2).translate(0.5, 0).warp(polar_repeat(5)),
    "polar": box(0.4, 0.5).translate(0.6, 0).warp(polar()),
    "polygon": polygon([(0, 0), (1, 0), (0.3, 0.8)]),
}


@pytest.mark.parametrize("name", COPIES)
def test_the_gradient_of_copies_within_a_shape(name):
    """A fold of a jet is differentiated once more for the picture's own gradient."""

    @shape
    def steep(p, other: js.Field):
        return length(grad(other(p) * (2 + p.x))) - 2.1

    scene = Scene(background=None).fill(steep(COPIES[name]), "white")
    gl, numpy = (linear(scene, (48, 36), device=d) for d in ("gl", "numpy"))
    assert (np.abs(gl - numpy).max(axis=-1) > 2e-3).mean() < 0.01  # pixels beside a kink
    assert 0.05 < gl[..., 3].mean() < 0.95


def test_alpha_beyond_its_range_is_held():
    @paint
    def loud(p):
        return vec4(0.5, 0.5, 0.5, 3 * p.x)

    drawn = linear(Scene(background=None).fill(EVERYWHERE, loud))
    assert drawn[..., 3].min() == 0.0
    assert drawn[..., 3].max() == 1.0


def test_every_antialias_gives_a_paint_its_jet():
    @paint
    def depth(p, value, gradient):
        return vec3(-value, length(gradient), 0.0)

    scene = Scene(background=None).fill(circle(0.7), depth())
    inside = linear(scene)[50, 90]  # beside the center, where the distance has a tip
    for antialias in ("gradient", "fwidth", "none"):
        np.testing.assert_allclose(linear(scene, antialias=antialias)[50, 90], inside, atol=3e-4)


def test_alpha_of_a_paint_is_opacity():
    @paint
    def veil(p):
        return vec4(1.0, 0.5, 0.0, 0.25)

    drawn = linear(Scene(background=None).fill(EVERYWHERE, veil))
    np.testing.assert_allclose(drawn[0, 0], [0.25, 0.125, 0.0, 0.25], atol=1e-6)


def test_an_argument_with_a_default_is_the_users_own():
    @paint
    def flat(p, value=0.25):
        return vec3(value, value, value)

    drawn = linear(Scene(background=None).fill(EVERYWHERE, flat(value=0.75)))
    np.testing.assert_allclose(drawn[0, 0, :3], 0.75, atol=1e-6)


def test_numpy_draws_paints_too():
    scene = Scene(background=linear_ramp((0, -1), (0, 1), palette("dawn"), "oklab"))
    scene.fill(circle(0.5), conic_ramp((0.1, 0.1), ["red", "lime", "blue"]))
    scene.stroke(isolines(circle(0.1), 0.2), "#fff8", width=px(2), opacity=fade(px=3))
    with scene.group(opacity=0.5, blend="add") as g:
        g.fill(box(0.3, 1), "tomato")
        g.fill(box(1, 0.3), "teal")
    gl, numpy = (render(scene, SIZE, device=d).astype(int) for d in ("gl", "numpy"))
    assert np.abs(gl - numpy).max() <= 1


def test_paints_pickle_and_read_as_code():
    made = linear_ramp((0, 0), (1, 0), ["red", "blue"])
    assert repr(made) == "linear_ramp((0, 0), (1, 0), ['red', 'blue'])"
    mixed = linear_ramp((0, 0), (1, 0), ["red", "blue"], "oklab")
    assert repr(mixed) == "linear_ramp((0, 0), (1, 0), ['red', 'blue'], 'oklab')"
    again = pickle.loads(pickle.dumps(made))
    assert again.color == made.color
    assert repr(again) == repr(made)
    assert repr(0.5 * fade(px=8)) == "0.5 * fade(px=8)"
    assert repr(fade(0.1)) == "fade(0.1)"


def test_scenes_with_paints_and_groups_pickle():
    scene = Scene(background=radial_ramp((0, 0), 1, palette("ember")))
    with scene.group(opacity=0.5) as group:
        group.fill(circle(0.4), conic_ramp((0, 0), ["red", "blue"]), opacity=0.5 * fade(px=4))
    again = pickle.loads(pickle.dumps(scene))
    assert again.lower() == scene.lower()
    again.fill(circle(0.1), "white")
    assert len(again.layers) == 2
    np.testing.assert_array_equal(
        render(pickle.loads(pickle.dumps(scene)), SIZE), render(scene, SIZE)
    )


def test_a_paint_may_ask_how_fast_a_gradient_changes():
    """The derivative of a map's Jacobian has more columns than a GLSL matrix."""
    stir = swirl(2.0)

    @paint
    def stretch(p):
        w = stir(p)
        return ramp(0.3 * length(grad(w.y)), palette("viridis"))

    scene = Scene(stretch())
    gl, numpy = (linear(scene, (64, 48), device=d) for d in ("gl", "numpy"))
    assert np.abs(gl - numpy).max() < 2e-4
    assert gl.std() > 0.05


def test_the_gradient_of_what_a_function_computed():
    @shape
    def slope(p):
        return length(grad(sin(3 * p.x) * p.y + circle(0.5)(p)))

    points = np.random.default_rng(2).uniform(-1, 1, (200, 2))
    x, y = points.T
    r = np.hypot(x, y)
    gx, gy = 3 * np.cos(3 * x) * y + x / r, np.sin(3 * x) + y / r
    jet = slope().jet(points, 1)
    np.testing.assert_allclose(jet.value, np.hypot(gx, gy), rtol=1e-12)
    step = 1e-6
    ahead, behind = (slope().jet(points + s * np.array([step, 0]), 0).value for s in (1, -1))
    np.testing.assert_allclose(jet.gradient[:, 0], (ahead - behind) / (2 * step), atol=1e-6)


# --- ramps ---------------------------------------------------------------------------------------
def test_a_ramp_mixes_in_linear_light():
    a, b = light(255, 99, 71), light(0, 128, 128)  # tomato, teal
    for t in (-1.0, 0.0, 0.25, 0.5, 1.0, 3.0):
        found = ramp(t, ["tomato", "teal"])
        np.testing.assert_allclose(found, a + (b - a) * np.clip(t, 0, 1), atol=1e-9)


def test_stops_that_move_stay_in_order():
    stops = [(0, "black"), (slider("a", 0.8, 0, 1), "white"), (slider("b", 0.2, 0, 1), "black")]
    drawn = linear(Scene(linear_ramp((-1, 0), (1, 0), stops)))
    assert drawn.min() >= -1e-6
    assert drawn.max() <= 1 + 1e-6


def test_a_ramp_of_numbers_and_arrays_is_computed_at_once():
    t = np.linspace(-0.5, 1.5, 41)
    stops = [(0.0, "black"), (0.25, "red"), (1.0, "white")]
    red, green, _ = ramp(t, stops)
    np.testing.assert_allclose(red, np.interp(t, [0, 0.25], [0, 1]), atol=1e-12)
    np.testing.assert_allclose(green, np.interp(t, [0.25, 1], [0, 1]), atol=1e-12)
    assert isinstance(ramp(0.5, stops).x, float)


def test_oklab_puts_gray_half_way_between_black_and_white():
    black, middle, white = (ramp(t, ["black", "white"], "oklab") for t in (0, 0.5, 1))
    np.testing.assert_allclose(black, 0.0, atol=1e-9)
    np.testing.assert_allclose(white, 1.0, atol=1e-7)
    np.testing.assert_allclose(middle, 0.125, atol=1e-7)  # the cube of half the lightness


def test_a_ramp_across_the_picture():
    scene = Scene(linear_ramp((-0.5, 0.25), (0.75, 0.5), ["red", "blue"]))
    x, y = places()
    t = np.clip(((x + 0.5) * 1.25 + (y - 0.25) * 0.25) / (1.25**2 + 0.25**2), 0, 1)
    drawn = linear(scene)
    np.testing.assert_allclose(drawn[..., 0], 1 - t, atol=2e-3)  # averaged over a pixel at the ends
    away = (t > 0.02) & (t < 0.98)
    np.testing.assert_allclose(drawn[..., 2][away], t[away], atol=1e-5)


def test_a_hard_stop_is_covered_as_an_outline_is():
    stops = [(0, "white"), (0.4, "white"), (0.4, "red"), (0.7, "red"), (0.7, "navy"), (1, "navy")]
    by_ramp = Scene(radial_ramp((0.1, 0.05), 0.9, stops))
    by_fills = Scene("navy")
    by_fills.fill(circle(0.63).translate(0.1, 0.05), "red")
    by_fills.fill(circle(0.36).translate(0.1, 0.05), "white")
    for antialias, most in (("gradient", 2e-3), ("exact", 3e-4)):
        fills = linear(by_fills, antialias=antialias)
        assert np.abs(linear(by_ramp, antialias=antialias) - fills).max() < most


def test_bands_finer_than_pixels_average():
    """A thousand stripes in a picture of 120 rows are their mean color, not a moire."""
    stops = [(k // 2 / 100 + (k % 2) * 0.005, ("black", "white")[k % 2]) for k in range(200)]
    stops = [s for k, (t, _) in enumerate(stops) for s in ((t, ("white", "black")[k % 2]),
                                                          (t, ("black", "white")[k % 2]))]  # fmt: skip
    drawn = linear(Scene(linear_ramp((0, -1), (0, 1), stops)), (8, 20))[2:-2]
    np.testing.assert_allclose(drawn[..., 0], 0.5, atol=0.01)


def test_a_conic_ramp_goes_once_around_and_its_seam_is_an_edge():
    colors = ["red", "lime", "blue", "white"]
    scene = Scene(conic_ramp((0, 0), colors, angle=0.3))
    x, y = places()
    t = ((np.arctan2(y, x) - 0.3) / (2 * np.pi)) % 1.0
    wanted = np.stack([np.interp(t, np.linspace(0, 1, 4), c) for c in
                       np.array([light(255, 0, 0), light(0, 255, 0), light(0, 0, 255), light(255, 255, 255)]).T], -1)  # fmt: skip
    drawn = linear(scene)[..., :3]
    far = (np.hypot(x, y) > 0.2) & (np.minimum(t, 1 - t) > 0.03)
    assert np.abs(drawn - wanted)[far].max() < 0.01  # bent stops are averaged over a pixel
    seam = Scene("white").fill(half_plane((np.sin(0.3), -np.cos(0.3)), 0.0), "red")
    # counter-clockwise of the seam begins red, clockwise of it ends white
    edge = (np.hypot(x, y) > 0.5) & (np.abs(np.cos(0.3) * y - np.sin(0.3) * x) < 0.008) & (x > 0)
    mixed = linear(seam)[edge][:, 1]
    assert edge.sum() > 20
    assert np.abs(drawn[edge][:, 1] - mixed).max() < 0.05


def test_a_ramp_in_a_paint_is_averaged_over_the_pixel():
    @paint
    def rings(p):
        return ramp(
            8 * length(p) % 1.0, [(0, "white"), (0.5, "white"), (0.5, "black"), (1, "black")]
        )

    scene = Scene(rings())
    truth = ideal(scene, (48, 48))
    fine = np.zeros((48, 48, 4))
    side = 16
    big = linear(scene, (48 * side, 48 * side))
    fine = big.reshape(48, side, 48, side, 4).mean(axis=(1, 3))
    drawn = linear(scene, (48, 48))
    hard = np.abs(fine[..., 0] - np.round(fine[..., 0])) > 0.05
    jumps = np.hypot(*places((48, 48))) * 8 % 1.0  # the jump of % itself is not the ramp's to mend
    of_ramp = hard & (np.abs(jumps - 0.5) < 0.2)
    assert of_ramp.sum() > 100
    assert np.abs(drawn - fine)[of_ramp].max() < 0.06
    assert truth.pixels.shape == drawn.shape


def test_palettes_are_colors():
    for name in js.ramps.PALETTES:
        first = ramp(0.0, palette(name))
        assert all(0 <= c <= 1 for c in first)
    mean = cosine_palette(0.25, (0.5,) * 3, (0.5,) * 3, (1, 1, 1), (0, 0.25, 0.5))
    np.testing.assert_allclose(mean, [0.5, 0.0, 0.5], atol=1e-12)


# --- fades ---------------------------------------------------------------------------------------
WARPED = {
    "plain": circle(0.5),
    "polar": box(0.5, 1.2).translate(0.6, 0.3).warp(polar()),
    "log-polar": box(0.5, 1.2).translate(-0.5, 0.3).warp(log_polar()),
    "swirl": circle(0.5).translate(0.3, 0).warp(swirl(2.0)),
    "moebius": circle(0.5).warp(mobius(1, 0.3, 0.4, 1)),
}
FADE_SIZE = 1024


def fade_widths(field, n: float) -> np.ndarray:
    """The widths in pixels over which opacity falls from .9 to .1, / .8, along the edge's normals."""
    pixel = 2.0 / FADE_SIZE
    points = np.random.default_rng(1).uniform(-0.9, 0.9, (1500, 2))
    for _ in range(40):
        jet = field.jet(points, 1)
        squared = (jet.gradient**2).sum(axis=1, keepdims=True) + 1e-30
        points = points - jet.value[:, None] * jet.gradient / squared
    jet = field.jet(points, 1)
    points = points[(np.abs(jet.value) < 1e-9) & (np.abs(points) < 0.95).all(axis=1)]
    gradient = field.jet(points, 1).gradient
    normal = gradient / np.hypot(*gradient.T)[:, None]
    along = np.linspace(-n, n, 401)
    at = points[:, None] + normal[:, None] * (along * pixel)[None, :, None]
    # smooth at this scale: no corner of the shape, no cut of the warp within reach
    seen = field.jet(at.reshape(-1, 2), 1).gradient.reshape(*at.shape)
    turned = np.einsum("npi,ni->np", seen, normal) / np.hypot(*np.moveaxis(seen, -1, 0))
    at = at[(turned > 0.98).all(axis=1)]
    picture = Scene(background=None).fill(field, "white", opacity=fade(px=n)).lower()
    frame = Frame((FADE_SIZE, FADE_SIZE), View())
    x, y = (at[..., k] / pixel + 0.5 * FADE_SIZE - 0.5 for k in range(2))
    opacity = picture.pixels(frame, x, y, "exact")[..., 3]
    reach = [[np.interp(-level, -row, along) for level in (0.9, 0.1)] for row in opacity]
    return np.diff(reach, axis=1)[:, 0] / 0.8


@pytest.mark.parametrize("n", [6, 12, 24])
@pytest.mark.parametrize("name", WARPED)
def test_a_fade_is_as_wide_as_it_says(name, n):
    widths = fade_widths(WARPED[name], n)
    assert len(widths) > 300
    error = np.abs(widths / n - 1)
    assert np.quantile(error, 0.99) < 0.02, f"{name}: {error.max():.4f}"
    assert error.mean() < 0.005


def test_a_fade_of_no_width_is_an_edge():
    field = circle(0.6).translate(0.013, 0.007)
    soft = linear(Scene(background=None).fill(field, "white", opacity=fade(px=1e-3)))
    hard = linear(Scene(background=None).fill(field, "white"))
    assert np.abs(soft - hard).max() < 6e-3  # the fade measures to second order


@pytest.mark.parametrize("angle", [0.0, 0.3, np.pi / 4, 1.2])
@pytest.mark.parametrize("n", [0.3, 1.0, 2.5, 10.0])
def test_a_fade_is_the_mean_over_the_pixel(angle, n):
    scene = Scene(background=None)
    scene.fill(half_plane((np.cos(angle), np.sin(angle)), 0.013), "white", opacity=fade(px=n))
    size = (48, 32)
    truth = ideal(scene, size)
    assert score(linear(scene, size), truth).worst < 1.5e-3


def test_fading_strokes_and_scene_units():
    pixel = 2.0 / SIZE[1]
    a = Scene(background=None).stroke(circle(0.5), "white", width=0.1, opacity=fade(0.15))
    b = Scene(background=None).stroke(
        circle(0.5), "white", width=0.1, opacity=fade(px=0.15 / pixel)
    )
    np.testing.assert_allclose(linear(a), linear(b), atol=1e-5)
    assert score(linear(a, (80, 60)), ideal(a, (80, 60))).worst < 5e-3
    half = Scene(background=None).fill(circle(0.5), "white", opacity=0.5 * fade(px=4))
    assert linear(half)[60, 80, 3] == pytest.approx(0.5, abs=1e-6)


# --- layers --------------------------------------------------------------------------------------
def test_added_light_adds():
    scene = Scene("black")
    scene.fill(EVERYWHERE, "#ff0000", blend="add", opacity=0.5)
    scene.fill(EVERYWHERE, "#00ff00", blend="add", opacity=0.25)
    scene.fill(EVERYWHERE, "#0000ff", blend="add")
    np.testing.assert_allclose(linear(scene)[3, 3], [0.5, 0.25, 1.0, 1.0], atol=1e-6)
    clear = Scene(None).fill(EVERYWHERE, "white", opacity=0.75, blend="add")
    clear.fill(EVERYWHERE, "white", opacity=0.75, blend="add")
    np.testing.assert_allclose(linear(clear)[3, 3], [1.5, 1.5, 1.5, 1.0], atol=1e-6)


def test_a_group_is_one_layer_with_one_opacity():
    two = Scene("white")
    with two.group(opacity=0.5) as group:
        group.fill(circle(0.5).translate(-0.2, 0), "red")
        group.fill(circle(0.5).translate(0.2, 0), "blue")
    drawn = linear(two)[60, 80]
    np.testing.assert_allclose(drawn, [0.5, 0.5, 1.0, 1.0], atol=1e-6)  # blue hides red inside
    truth = ideal(two, (64, 48))
    assert score(linear(two, (64, 48)), truth).rmse < 0.02


def test_a_refused_layer_leaves_nothing_behind():
    scene = Scene().fill(circle(slider("r", 0.5, 0.1, 1)), "red")
    with pytest.raises(SceneError):
        scene.fill(circle(slider("new", 0.5, 0.1, 1)), js.color_picker("r", "red"))
    scene.fill(circle(slider("new", 0.5, 0.2, 2)), "blue")
    assert len(scene.layers) == 2


def test_groups_nest_and_stay_where_they_were_made():
    scene = Scene("black")
    below = scene.group()
    scene.fill(EVERYWHERE, "blue", opacity=0.5)
    inner = below.group(opacity=0.5, blend="add")
    inner.fill(EVERYWHERE, "red")
    np.testing.assert_allclose(linear(scene)[0, 0], [0.25, 0.0, 0.5, 1.0], atol=1e-6)
    assert repr(below) == "<group of 1 layer>"


def test_a_group_draws_as_its_layers_do_when_nothing_overlaps():
    plain, grouped = Scene("navy"), Scene("navy")
    group = grouped.group()
    for k in range(20):  # more than one function composes
        disc = circle(0.04).translate(-0.8 + 0.085 * k, 0.2 * (-1) ** k)
        plain.fill(disc, "gold")
        group.fill(disc, "gold")
    np.testing.assert_allclose(linear(plain), linear(grouped), atol=1e-6)


def test_isolines_are_lines_of_one_width_at_whole_multiples():
    field = circle(0.2)
    scene = Scene(background=None).stroke(isolines(field, 0.25), "white", width=px(3))
    x, y = places()
    away = (np.hypot(x, y) - 0.2) / 0.25
    away = np.abs(away - np.round(away)) * 0.25 / (2.0 / SIZE[1])
    drawn = linear(scene)[..., 3]
    center = np.hypot(x, y) < 0.05
    assert (drawn[(away < 0.75) & ~center] > 0.99).all()
    assert (drawn[(away > 2.3) & ~center] < 0.01).all()


# --- wrong calls ---------------------------------------------------------------------------------
def bad_paint(p):
    return p


WRONG = {
    "paint of a vec2": lambda: paint(bad_paint)(),
    "paint of nothing": lambda: paint(7),
    "paint without p": lambda: paint(lambda: 1),
    "ramp of one color": lambda: linear_ramp((0, 0), (1, 0), ["red"]),
    "ramp of a name": lambda: ramp(0.5, "viridis"),
    "ramp backward": lambda: ramp(0.5, [(0.5, "red"), (0.2, "blue")]),
    "ramp half placed": lambda: ramp(0.5, [(0.5, "red"), "blue"]),
    "ramp in space": lambda: ramp(0.5, ["red", "blue"], "hsv"),
    "ramp of no color": lambda: radial_ramp((0, 0), 1, ["red", "bleu"]),
    "radius": lambda: radial_ramp((0, 0), 0, ["red", "blue"]),
    "center": lambda: conic_ramp(0.5, ["red", "blue"]),
    "palette": lambda: palette("plasma2"),
    "rgb": lambda: rgb("bleu"),
    "fade of nothing": lambda: fade(),
    "fade twice": lambda: fade(0.1, px=3),
    "fade negative": lambda: fade(px=-2),
    "fade opacity": lambda: 2 * fade(px=3),
    "blend": lambda: Scene().fill(circle(1), "red", blend="multiply"),
    "group blend": lambda: Scene().group(blend="screen"),
    "group opacity": lambda: Scene().group(opacity=2),
    "opacity of a field": lambda: Scene().fill(circle(1), "red", opacity=circle(1)),
    "paint first": lambda: Scene().fill(linear_ramp((0, 0), (1, 0), ["red", "blue"]), circle(1)),
    "background with a jet": lambda: Scene(paint(lambda p, value: vec3(value, 0, 0))()),
    "background with alpha": lambda: Scene(linear_ramp((0, 0), (1, 0), ["#f008", "#00f8"])),
    "conic stop beyond a turn": lambda: conic_ramp((0, 0), [(0, "black"), (2, "white")]),
    "isolines of a number": lambda: isolines(3, 0.1),
    "isolines of no spacing": lambda: isolines(circle(1), 0),
    "grad of a condition": lambda: shape(lambda p: grad(p.x > 0).x)(),
    "grad of the gradient": lambda: paint(lambda p, gradient: vec3(*grad(gradient.x), 0))(),
    "grad of text": lambda: grad("x"),
    "mix of colors": lambda: Scene().fill(circle(1), mix(0, 1, 0.5)),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_calls_are_one_sentence(name):
    with pytest.raises(SceneError) as caught:
        WRONG[name]()
    text = str(caught.value)
    assert "\n" not in text
    assert "test_paint.py" in text
    assert len(text) < 300
    assert vec2(1, 2)  # the language still stands


if __name__ == "__main__":
    for name, call in WRONG.items():
        try:
            call()
        except SceneError as error:
            print(f"{name}: {error}")
