"""The truth held against what is known in closed form, and the commands that measure with it."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cases import OWN, cases
from methods import BASELINES, run, shader
from nearest import Near
from truth import ideal, score, spread

from jetfield.render import DeviceError, render
from jetfield.render.device import offscreen
from jetfield.scenes import (
    Scene,
    View,
    abs,
    affine,
    box,
    circle,
    exp,
    half_plane,
    max,
    segment,
    shape,
    sin,
    where,
)
from jetfield.shaders.picture import Frame

BENCH = Path(__file__).parent / "bench"
PIXEL = 2 / 256
POINTS = np.random.default_rng(0).uniform(-1, 1, (4800, 2))


@shape
def slanted_circle(p):
    """A circle of 0.5 whose slope differs by a factor of 50 from one side to the other."""
    return (p.x * p.x + p.y * p.y - 0.25) * exp(2 * p.x)


@shape
def corners(p):
    """A box that is no distance beyond its corners: lines around it are round there all the same."""
    return max(abs(p.x) - 0.45, abs(p.y) - 0.25)


@shape
def wave(p):
    """A wave whose crests bend more sharply than the line along it is wide."""
    return p.y - 0.3 * sin(9 * p.x)


@shape
def jump(p):
    """Of both signs, and nowhere 0."""
    return where(p.x < 0.1 * p.y, -1.0 + 0.1 * p.y, 1.0 + 0.1 * p.x)


def to_circle(p):
    return np.abs(np.hypot(*p.T) - 0.5)


def to_corners(p):
    q = np.abs(p) - [0.45, 0.25]
    return np.abs(np.hypot(*np.maximum(q, 0).T) + np.minimum(q.max(axis=1), 0))


def to_sheared(p):
    ends = np.array(
        [(x - 1.5 * y, y) for x, y in ((-0.3, -0.2), (0.3, -0.2), (0.3, 0.2), (-0.3, 0.2))]
    )
    return np.min([to_segment(p, ends[k - 1], ends[k]) for k in range(4)], axis=0)


def to_segment(p, a=(-0.5, -0.2), b=(0.4, 0.6)):
    a, b = np.array(a), np.array(b)
    t = np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
    return np.hypot(*(p - a - t[:, None] * (b - a)).T)


def to_wave(p):
    x = np.linspace(-1.3, 1.3, 6001)  # a fine polygon's corners, nearly its distance
    curve = np.stack([x, 0.3 * np.sin(9 * x)], axis=-1)
    blocks = [np.square(some[:, None] - curve).sum(axis=-1).min(axis=1) for some in np.split(p, 60)]
    return np.sqrt(np.concatenate(blocks))


@pytest.mark.parametrize(
    ("field", "distance"),
    [
        (circle(0.5), to_circle),
        (slanted_circle(), to_circle),
        (corners(), to_corners),
        (box(0.6, 0.4).warp(affine(((1, 1.5), (0, 1)))), to_sheared),
        (segment((-0.5, -0.2), (0.4, 0.6)), to_segment),
        (wave(), to_wave),
        (jump(), lambda p: np.full(len(p), np.inf)),
    ],
    ids=["circle", "slanted circle", "corners", "sheared corners", "segment", "wave", "jump"],
)
def test_a_point_is_in_a_line_where_its_distance_says_so(field, distance):
    scene = Scene()
    scene.stroke(field, "white", width=0.1)
    lowered = scene.lower().layers[0].field
    for reach in (0.3 * PIXEL, 0.05):
        found = Near(lowered, reach, PIXEL, {"pixel": PIXEL})(POINTS)
        away = distance(POINTS)
        sure = np.abs(away - reach) > (0.02 if distance is to_wave else 1e-3) * PIXEL
        assert np.array_equal(found[sure], (away <= reach)[sure])


def white(field) -> Scene:
    scene = Scene(background="black")
    scene.fill(field, "white")
    return scene


def test_the_truth_of_a_half_plane_and_of_a_disc_is_their_area():
    scene = white(half_plane((0, 1), 0.3 / 16))
    truth = ideal(scene, (32, 32))
    assert np.abs(truth.pixels[15, :, 0] - 0.3).max() < 1e-3
    assert truth.edge.sum() == 32
    assert truth.known.all()
    disc = ideal(white(circle(0.5)), (32, 32))
    assert disc.pixels[..., 0].sum() / 256 == pytest.approx(math.pi * 0.25, abs=2e-5)
    assert disc.error <= 0.2e-3


def test_a_limit_chooses_pixels_that_all_the_others_agree_with():
    scene = OWN["swirled csg"].make()
    everything = ideal(scene, (64, 64), seed=3)
    some = ideal(scene, (64, 64), limit=40, seed=4)
    assert 40 <= some.edge.sum() < everything.edge.sum()
    assert np.abs(some.pixels - everything.pixels)[some.known].max() < 3e-3
    assert not (some.edge & ~some.known).any()
    assert score(everything.pixels, some).rmse < 4e-4


def test_a_line_is_as_wide_as_its_distance_says():
    scene = Scene(background="black")
    scene.stroke(slanted_circle(), "white", width=0.1)
    ways = {
        strokes: ideal(scene, (32, 32), strokes=strokes).pixels[..., 0].sum() / 256
        for strokes in ("distance", "first order")
    }
    area = math.pi * (0.55**2 - 0.45**2)
    assert ways["distance"] == pytest.approx(area, abs=3e-5)
    assert abs(ways["first order"] - area) > 1e-3


def test_every_case_has_pixels_to_judge_and_discs_as_small_as_they_say():
    for case in cases().values():
        scene = case.make()
        view = case.view(scene, (64, 64), 1)
        assert math.dist(view.center, scene.view.center) <= scene.view.height / 64
        if discs := case.discs((256, 256), view):
            assert 0 < sum(disc.sum() for disc in discs) <= 1.1e-3 * 256**2


# --- what needs OpenGL ---------------------------------------------------------------------------
@pytest.fixture(scope="module")
def gl():
    try:
        offscreen().run(lambda painter: None)
    except DeviceError as error:
        pytest.skip(str(error))


def test_the_careful_clamp_is_that_of_the_renderer(gl):
    for name in ("swirled csg", "abutting", "halves"):
        scene, view = OWN[name].make(), View((0.003, 0.001), 2.1)
        by_hand = BASELINES["clamp"](scene, (96, 64), view=view)
        ours = render(scene, (96, 64), antialias="fwidth", output="linear", view=view)
        assert np.abs(by_hand - ours).max() < 1e-5


def test_a_straight_edge_is_exact_by_differences_with_box_coverage(gl):
    scene = white(half_plane((0.6, 0.8), 0.1))
    frame = Frame((48, 48), View())
    found = run(shader(scene.lower(), "box"), frame)[..., 0]
    y, x = np.mgrid[0:48, 0:48]
    inside = spread(4181) - 0.5
    u, v = (
        (axis[..., None] - 23.5 + side) / 24 for axis, side in zip((x, y), inside.T, strict=True)
    )
    area = (0.6 * u + 0.8 * v <= 0.1).mean(axis=-1)[::-1]
    assert np.abs(found - area).max() < 2e-3


@pytest.mark.parametrize("command", ["coverage.py", "frame_times.py"])
def test_the_commands_that_measure_run(gl, command, tmp_path):
    arguments = ["--smoke", "--json", str(tmp_path / "found.json")]
    done = subprocess.run(
        [sys.executable, str(BENCH / command), *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "found.json").stat().st_size > 0
