"""Symmetry and the view: a turned scene is the turned picture, and lengths are what they say."""

import math
from typing import Any

import numpy as np
import pytest

from jetfield.render import DeviceError, render
from jetfield.render.device import offscreen
from jetfield.scenes import (
    Field,
    Scene,
    Vec,
    View,
    affine,
    box,
    capsule,
    circle,
    clamp,
    grid,
    half_plane,
    log_polar,
    mobius,
    mouse,
    polar,
    polar_repeat,
    polygon,
    px,
    repeat,
    resolution,
    seconds,
    shape,
    sin,
    swirl,
    vec2,
    warp,
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def needs_gl():
    try:
        offscreen().run(lambda painter: None)
    except DeviceError as error:
        pytest.skip(str(error))


@warp
def ripple(p: Vec, amount: float = 0.05) -> Vec:
    return p + amount * vec2(sin(9 * p.y), sin(7 * p.x))


@shape
def checker(p: Vec) -> object:
    return sin(5 * p.x) * sin(3 * p.y)


FLAG = polygon([(-0.7, -0.4), (0.6, -0.55), (0.2, 0.1), (0.75, 0.6), (-0.3, 0.35)])
WARPED: dict[str, Field] = {
    "polygon": FLAG,
    "swirl": (FLAG - circle(0.2).translate(0.1, 0.2)).warp(swirl(1.7, radius=0.6)),
    "ripple": box(1.1, 0.5, 0.08).rotate(0.3).translate(0.1, -0.2).warp(ripple(0.09)),
    "polar repeat": capsule((0.2, 0.05), (0.8, 0.3), 0.06).warp(polar_repeat(5)),
    "polar": circle(0.4).translate(0.6, 3.0).warp(polar()),
    "log-polar": (checker().warp(log_polar()) & circle(0.9)) - circle(0.15),
    "grid": grid(0.5, 0.12).translate(0.1, 0.2).warp(swirl(0.9)),
    "mobius": circle(0.3).warp(repeat(1, 1) @ mobius(3, 0.4j, 1, 1.7 + 0.4j)),
}


def picture(field: Field) -> Scene:
    """Fill and stroke, off-center colors, so that no symmetry is accidental."""
    scene = Scene(background="#101418")
    scene.fill(field, "#ff5c8a").stroke(field, "#ffe0a0", width=px(1.5), opacity=0.7)
    return scene


def difference(a: np.ndarray, b: np.ndarray) -> int:
    """The largest, in levels."""
    return int(np.abs(a.astype(int) - b).max())


@pytest.mark.parametrize("side", [63, 64])
@pytest.mark.parametrize("name", WARPED)
def test_a_turned_scene_is_the_turned_picture(name, side):
    upright = render(picture(WARPED[name]), (side, side))
    assert difference(upright, np.rot90(upright)) > 20, "the scene has no such symmetry of its own"
    for turns in (1, 2, 3):
        turned = render(picture(WARPED[name].rotate(turns * math.pi / 2)), (side, side))
        assert difference(turned, np.rot90(upright, turns)) <= 2


@pytest.mark.parametrize("size", [(50, 31), (31, 50), (51, 32)])
def test_a_half_turn_keeps_any_picture_in_its_frame(size):
    upright = render(picture(WARPED["swirl"]), size)
    turned = render(picture(WARPED["swirl"].rotate(math.pi)), size)
    assert difference(turned, upright[::-1, ::-1]) <= 2


@pytest.mark.parametrize("size", [(64, 64), (63, 63), (80, 45)])
def test_a_mirrored_scene_is_the_mirrored_picture(size):
    upright = render(picture(WARPED["swirl"]), size)
    mirrored = render(picture(WARPED["swirl"].warp(affine(((-1, 0), (0, 1))))), size)
    assert difference(mirrored, upright[:, ::-1]) <= 2


def test_moving_the_view_by_whole_pixels_moves_the_picture():
    scene = picture(WARPED["ripple"])
    height, size = 2.5, 64
    here = render(scene, (size, size), view=View((0.1, 0.2), height))
    pixel = height / size
    there = render(scene, (size, size), view=View((0.1 + 5 * pixel, 0.2 + 3 * pixel), height))
    assert difference(there[3:, :-5], here[:-3, 5:]) <= 2  # the scene moves left and down


def middle(scene: Scene, size: tuple[int, int], **frame) -> tuple[float, float, float]:
    """The centroid and area of what is drawn in white, in scene units."""
    light = render(scene, size, output="linear", **frame)[..., 3].astype(float)
    view = frame.get("view") or scene.view
    pixel = view.height / size[1]
    x = view.center[0] + pixel * (np.arange(size[0]) + 0.5 - size[0] / 2)
    y = view.center[1] - pixel * (np.arange(size[1]) + 0.5 - size[1] / 2)
    total = light.sum()
    return (
        float((light * x).sum() / total),
        float((light * y[:, None]).sum() / total),
        total * pixel**2,
    )


def dot(x: Any, y: Any, radius: Any = 0.1) -> Scene:
    """A white disc on nothing."""
    scene = Scene(background=None)
    scene.fill(circle(radius).translate(x, y), "white")
    return scene


@pytest.mark.parametrize("size", [(96, 96), (97, 61), (61, 97), (160, 40)])
@pytest.mark.parametrize("view", [View(), View((0.3, -0.2), 1.3), View((-4, 7), 5.0)])
def test_what_is_drawn_lies_where_the_scene_says(size, view):
    x, y = view.center[0] + 0.1 * view.height, view.center[1] + 0.2 * view.height
    x = min(x, view.center[0] + 0.3 * view.height * size[0] / size[1])
    radius = 0.1 * view.height
    found = middle(dot(x, y, radius), size, view=view)
    pixel = view.height / size[1]
    assert found[:2] == pytest.approx((x, y), abs=0.02 * pixel)
    assert found[2] == pytest.approx(math.pi * radius**2, rel=0.01)


@pytest.mark.parametrize("size", [(80, 40), (80, 41), (200, 160), (160, 320)])
@pytest.mark.parametrize("height", [0.5, 2.0, 7.0])
def test_a_pixel_is_a_pixel_at_any_height(size, height):
    level = Scene(background=None, view=View(height=height))
    level.stroke(half_plane((0, 1)), "white", width=px(3))
    rows = render(level, size, output="linear")[..., 3].sum(axis=0)
    assert rows == pytest.approx(np.full(size[0], 3.0), abs=1e-4)

    disc = Scene(background=None, view=View(height=height))
    disc.fill(circle(px(11)), "white")
    pixels = render(disc, size, output="linear")[..., 3].sum()
    assert pixels == pytest.approx(math.pi * 11**2, rel=2e-3)


def test_a_stroke_in_scene_units_grows_with_the_picture():
    scene = Scene(background=None, view=View(height=2))
    scene.stroke(half_plane((0, 1)), "white", width=0.25)
    for height in (32, 48, 129):
        rows = render(scene, (4, height), output="linear")[..., 3].sum(axis=0)
        assert rows == pytest.approx(np.full(4, 0.125 * height), abs=1e-4)


@pytest.mark.parametrize("device", ["gl", "numpy"])
def test_the_mouse_is_in_scene_units_before_any_warp(device):
    scene = dot(mouse().x, mouse().y)
    found = middle(scene, (90, 60), view=View((1, 1), 3), mouse=(1.4, 0.3), device=device)
    assert found[:2] == pytest.approx((1.4, 0.3), abs=1e-3)


@pytest.mark.parametrize("device", ["gl", "numpy"])
def test_the_clock_reaches_the_scene(device):
    scene = dot(seconds() - 2, 0.25 * seconds())
    for time in (0.0, 1.5, 2.75):
        found = middle(scene, (120, 60), view=View((-0.5, 0.3), 3), seconds=time, device=device)
        assert found[:2] == pytest.approx((time - 2, 0.25 * time), abs=1e-3)


@pytest.mark.parametrize("device", ["gl", "numpy"])
def test_the_resolution_is_the_pictures_in_pixels(device):
    scene = dot(0.01 * resolution().x - 1, 0.01 * resolution().y - 1, clamp(0.2, 0.0, 1.0))
    found = middle(scene, (113, 71), view=View(height=3), device=device)
    assert found[:2] == pytest.approx((0.13, -0.29), abs=1e-3)
