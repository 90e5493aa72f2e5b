"""Colors within a pixel: stops, jumps, kinks and fades are averaged as outlines are."""

import numpy as np
import pytest
from oracles import needs_gl

from jetfield.render import render
from jetfield.scenes import (
    Scene,
    abs,
    box,
    circle,
    clamp,
    conic_ramp,
    exp,
    fade,
    floor,
    fract,
    length,
    linear_ramp,
    max,
    min,
    mod,
    noise,
    paint,
    radial_ramp,
    ramp,
    rgb,
    shape,
    sin,
    smoothstep,
    vec2,
    vec3,
    where,
)
from jetfield.shaders.picture import POINT
from jetfield.shaders.tones import steadiness

SIZE = (48, 48)
PIXEL = 2 / 48
FINE = 32


def light(scene, **options):
    """Linear light, (h, w, 4), of the reference renderer."""
    options = {"size": SIZE, "device": "numpy", **options}
    return np.asarray(render(scene, output="linear", **options), dtype=np.float64)


def means(color):
    """The means of a function of x and y, (h, w), over the pixels of a view of 2."""
    along = (np.arange(48 * FINE) + 0.5) / FINE * PIXEL - 1
    x, y = np.meshgrid(along, -along)
    return color(x, y).reshape(48, FINE, 48, FINE).mean(axis=(1, 3))


# --- stops and jumps -----------------------------------------------------------------------------
HARD = [(0, "black"), (0.4, "black"), (0.4, "white"), (1, "white")]


@paint
def chosen(p):
    """White beyond a circle that is no field."""
    return where(length(p - vec2(0.1, 0.05)) < 0.4, vec3(0, 0, 0), vec3(1, 1, 1))


@paint
def stepped(p):
    """The same as a ramp of a number that jumps."""
    return ramp(floor(length(p - vec2(0.1, 0.05)) / 0.4), ["black", "white"], "oklab")


@pytest.mark.parametrize(
    ("color", "black"),
    [
        (radial_ramp((0.1, 0.05), 1, HARD), circle(0.4).translate(0.1, 0.05)),
        (linear_ramp((-0.5, -0.4), (0.5, 0.2), HARD), None),
        (chosen(), circle(0.4).translate(0.1, 0.05)),
        (stepped(), circle(0.4).translate(0.1, 0.05)),
    ],
    ids=["bent", "straight", "where", "ramp"],
)
def test_what_a_color_does_is_as_exact_as_fills(color, black):
    if black is None:
        n = np.array([1.0, 0.6])
        t = lambda x, y: ((x + 0.5) * n[0] + (y + 0.4) * n[1]) / (n @ n)  # noqa: E731
        truth = means(lambda x, y: (t(x, y) >= 0.4).astype(float))
        assert np.abs(light(Scene(color))[..., 0] - truth).max() < 0.02  # of so few samples
        return
    card = box(0.3, 1.5).rotate(0.4)  # whose edges cross the stop's
    for over in (False, True):
        found, fills = Scene(color), Scene("white").fill(black, "black")
        if over:
            found, fills = (s.fill(card, "gray") for s in (found, fills))
        else:
            found = Scene("gray").fill(card, color)
            fills = Scene("gray").fill(card, "white").fill(card & black, "black")
        assert np.abs(light(found) - light(fills)).max() < 2e-3


def test_a_stop_within_an_edges_pixel_is_seen_by_that_edge():
    """The part of a pixel beyond an edge shows nothing of the stop that lies there."""
    card = box(1.5, 1.5)
    ramp = linear_ramp(
        (0, 0), (1.5 + 0.2 * PIXEL, 0), [(0, "black"), (0.5, "black"), (0.5, "white"), (1, "white")]
    )
    found = light(Scene("black").fill(card, ramp))
    assert found[24, :, 0].max() < 1e-3  # the stop is at 0.1 pixels beyond the side
    assert found.shape == (48, 48, 4)


# --- kinks ---------------------------------------------------------------------------------------
@paint
def crease(p):
    """A sharp line of light along a circle, and one across it."""
    return vec3(1, 0.5, 0.2) * max(1 - 4 * abs(length(p) - 0.5), 1 - 4 * abs(p.x + 0.3 * p.y), 0)


def creased(x, y):
    return np.maximum(
        np.maximum(1 - 4 * np.abs(np.hypot(x, y) - 0.5), 1 - 4 * np.abs(x + 0.3 * y)), 0
    )


def test_kinks_of_a_color_are_averaged():
    truth = means(creased)
    center = light(Scene(crease()), antialias="none")[..., 0]
    found = light(Scene(crease()))[..., 0]
    assert np.abs(center - truth).max() > 0.03
    assert np.abs(found - truth).max() < 3e-3
    covered = light(Scene("black").fill(circle(9), crease()))[..., 0]
    assert np.abs(covered - truth).max() < 3e-3


def test_a_halo_of_the_fields_value_is_averaged_and_ends_at_its_edge():
    @paint
    def halo(p, value):
        return rgb("white") * max(1 - 5 * abs(value + 0.2), 0)

    def truth(x, y):
        value = np.hypot(x, y) - 0.7
        return np.maximum(1 - 5 * np.abs(value + 0.2), 0) * (value <= 0)

    found = light(Scene("black").fill(circle(0.7), halo()))[..., 0]
    assert np.abs(found - means(truth)).max() < 3e-3


@pytest.mark.parametrize("wide", [1, 2, 4])
def test_a_light_along_an_edge_that_bends_is_averaged(wide):
    """By its second derivatives, or, where it is thin, in parts."""

    @paint
    def glow(p, value):
        return rgb("white") * exp(-((value + 0.2) ** 2) / (2 * (wide * PIXEL) ** 2))

    def truth(x, y):
        away = np.hypot(x, y) - 0.5
        return np.exp(-(away**2) / (2 * (wide * PIXEL) ** 2))

    found = light(Scene("black").fill(circle(0.7), glow()))[..., 0]
    assert np.abs(found - means(truth))[means(np.hypot) < 0.65].max() < 1.5e-3


def test_a_light_on_a_slope_is_averaged():
    """Its color is by the gradient: what that changes by is known, how that bends is not."""

    @shape
    def hill(p):
        return 0.5 * (p.x * p.x + 3 * p.y * p.y) - 1

    @paint
    def shine(p, gradient):
        return rgb("white") * exp(-25 * (gradient.x - 0.4) ** 2 - 25 * (gradient.y - 0.3) ** 2)

    def truth(x, y):
        return np.exp(-25 * (x - 0.4) ** 2 - 25 * (3 * y - 0.3) ** 2)

    off = light(Scene("black").fill(hill(), shine()))[..., 0] - means(truth)
    assert np.abs(off)[12:36].max() < 1e-3


@pytest.mark.parametrize("n", [0.5, 1, 3])
def test_a_fade_around_a_small_disc_is_its_mean(n):
    radius = 5.3 * PIXEL
    found = light(Scene("black").fill(circle(radius), "white", opacity=fade(n * PIXEL)))[..., 0]
    truth = means(lambda x, y: np.clip(0.5 - (np.hypot(x, y) - radius) / (n * PIXEL), 0, 1))
    assert np.sqrt(np.mean((found - truth)[truth > 0] ** 2)) < 1.5e-3


# --- by tiles ------------------------------------------------------------------------------------
def test_glsl_by_tiles_draws_what_the_reference_does():
    """Kinks count in tiles that no edge crosses, and jumps make tiles that do."""
    needs_gl()
    for color in (crease(), chosen(), stepped(), conic_ramp((0.1, 0), HARD)):
        scene = Scene(color).fill(circle(0.2).translate(0.6, 0.6), "gray")
        size = (128, 128)
        apart = light(scene, size=size, device="auto") - light(scene, size=size)
        assert np.abs(apart).max() < 1e-3


def test_colors_that_do_not_turn_cost_no_tiles():
    @paint
    def soft(p):
        return vec3(0.5 + 0.5 * noise(3 * p), length(p), 0)

    assert steadiness(soft().color, POINT) is None
    assert steadiness(linear_ramp((0, 0), (1, 0), HARD).color, POINT) is None

    @paint
    def fold(p):
        return vec3(1, 0.5, 0.2) * (0.9 - 0.1 * abs(p.x + 0.3 * p.y))

    assert steadiness(fold().color, POINT) is None
    assert steadiness(radial_ramp((0, 0), 1, HARD).color, POINT) is not None
    assert steadiness(chosen().color, POINT) is not None
    assert steadiness(crease().color, POINT) is not None  # of creases that meet
    assert steadiness(stepped().color, POINT) is not None
    assert steadiness(conic_ramp((0, 0), ["red", "blue", "red"]).color, POINT) is None


def steps(x, y):
    """Ramps narrower than a pixel, across and around."""
    return smoothstep(0.3, 0.31, length(vec2(x, y))) * smoothstep(-0.05, 0.05, sin(20 * x + 3 * y))


def grate(x, y):
    bars = min(abs(fract(6 * x + 0.1) - 0.5), abs(fract(6 * y) - 0.5))
    return smoothstep(0.06, 0.07, bars)


def cut_off(x, y):
    return 1 - clamp(40 * (x - 0.013), 0, 1) ** 5


def saw(x, y):
    return smoothstep(0, 0.3, mod(x, 0.3))


@pytest.mark.parametrize("color", [steps, grate, cut_off, saw])
def test_creases_between_sides_that_bend_are_cut(color):
    """What is beyond a crease is not what this side would be there."""

    @paint
    def shade(p):
        value = color(p.x, p.y)
        return vec3(value, value, value)

    truth = means(color)
    for scene in (Scene(shade()), Scene("black").fill(circle(9), shade())):
        found = light(scene)[..., 0]
        assert -0.01 < found.min() < found.max() < 1.01
        assert np.abs(found - truth).max() < 0.04  # the smallest cells are 1 / 16
    needs_gl()
    scene = Scene(shade()).fill(circle(0.2).translate(0.6, 0.6), "gray")
    apart = light(scene, size=(256, 256), device="auto") - light(scene, size=(256, 256))
    assert np.abs(apart).max() < 1e-3
