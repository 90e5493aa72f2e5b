"""Distances by projection, against outlines drawn the other way: from the shape to the picture."""

import math

import numpy as np
import pytest
from oracles import HOSTILE, SINGLES, arc, closed, grid, nearest, needs_gl, on_gpu, spread

from jetfield.scenes import (
    Field,
    box,
    circle,
    fbm,
    fisheye,
    half_plane,
    isolines,
    kaleidoscope,
    length,
    log_polar,
    mobius,
    perspective,
    polar,
    px,
    repeat,
    segment,
    shape,
    slider,
    star,
    swirl,
    where,
)
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.function import Function, Input, Type
from jetfield.shaders.coverage import band
from jetfield.shaders.projection import ORDERS
from jetfield.shaders.projection import nearest as distance_to

PIXEL = 2.0 / 512.0
"""In scene units: a picture 512 pixels high, and 2 units."""


# --- outlines ------------------------------------------------------------------------------------
def _complex(points: np.ndarray) -> np.ndarray:
    return points[:, 0] + 1j * points[:, 1]


def _pair(z: np.ndarray) -> np.ndarray:
    return np.stack([z.real, z.imag], axis=1)


def unswirled(q):
    return _pair(_complex(q) * np.exp(1.2j * np.exp(-(q**2).sum(axis=1))))


def unpolar(q):
    return _pair(q[:, 0] * np.exp(1j * q[:, 1]))


def unlog_polar(q):
    return _pair(np.exp(_complex(q)))


def unperspective(q):  # (X, Y) = (x, 1) / (0.8 - y)
    return np.stack([q[:, 0] / q[:, 1], 0.8 - 1.0 / q[:, 1]], axis=1)


def unmobius(q):  # w = (z + 0.4) / (0.5 z + 1)
    w = _complex(q)
    return _pair((0.4 - w) / (0.5 * w - 1.0))


WARPS = {
    "swirl": (swirl(1.2), unswirled, (0.3, 0.1), 0.4),
    "polar": (polar(), unpolar, (0.8, 0.2), 0.2),
    "log_polar": (log_polar(), unlog_polar, (-0.5, 0.6), 0.4),
    "perspective": (perspective(0.8), unperspective, (0.1, 1.0), 0.45),
    "mobius": (mobius(1, 0.4, 0.5, 1), unmobius, (0.3, 0.1), 0.4),
}
"""A warp, its inverse written by hand, and the circle that is drawn through it."""
every_warp = pytest.mark.parametrize("name", WARPS)


def warped(name: str):
    """A circle seen through a warp: the field, and its outline in the picture as a piece."""
    w, inverse, center, radius = WARPS[name]
    written = arc(center, radius, -math.pi, math.pi)
    return circle(radius).translate(*center).warp(w), lambda t: inverse(written(t))


def normals(piece, t):
    """Points of a piece, and the unit normals there to its right (outward, if it turns left)."""
    tangent = (piece(t + 1e-6) - piece(t - 1e-6)) / 2e-6
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    return piece(t), np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)


def measured(field: Field, points, reach: float, orders=ORDERS, **options) -> np.ndarray:
    """The jet of the distance at points, (N, 6)."""
    found = call(distance_to(field.function, orders), [*np.asarray(points).T, reach], **options)
    return np.stack([np.broadcast_to(c, len(points)) for c in found], axis=1)


def first_order(field: Field, points) -> np.ndarray:
    value, gradient, _ = field.jet(points, 1)
    return value / np.linalg.norm(gradient, axis=1)


def beside(piece, width: float, count: int = 1500, seed: int = 3):
    """Points within a pixel of a stroke's two edges, and their true distances; in scene units."""
    random = np.random.default_rng(seed)
    base, normal = normals(piece, random.uniform(0, 1, count))
    off = (0.5 * width + random.uniform(-1, 1, count)) * random.choice([-1, 1], count) * PIXEL
    points = base + off[:, None] * normal
    halves = [lambda t, k=k: piece((t + k) % 1) for k in (0.0, 0.5)]  # no end is the same on both
    return points, nearest(halves, points, 2049)


# --- even width ----------------------------------------------------------------------------------
@every_warp
@pytest.mark.parametrize("width", [2, 6, 12, 20])
def test_the_distance_is_true_to_a_hundredth_of_a_pixel(name, width):
    field, piece = warped(name)
    points, true = beside(piece, width)
    found = np.abs(measured(field, points, (0.5 * width + 1) * PIXEL)[:, 0])
    error = np.abs(found - true) / PIXEL
    before = np.abs(np.abs(first_order(field, points)) - true) / PIXEL
    print(f"{name}, {width} px: {before.max():.4f} px to first order, {error.max():.4f} px now")
    assert error.max() < min(0.02, 0.01 * width)
    assert error.max() < 0.1 * before.max()


STROKE = Function("stroke", [Input("jet", Type(3)), Input("width")],
                  [band("gradient", *(lambda d, *g: (d, tuple(g)))(*Input("jet", Type(3)).leaves),
                        Input("width").leaves[0])])  # fmt: skip


def sides(field: Field, piece, width: float, jet) -> np.ndarray:
    """How far a drawn stroke reaches on each side of its line, in pixels: light along normals."""
    base, normal = normals(piece, np.linspace(0, 1, 80, endpoint=False))
    s = (np.arange(1200) + 0.5) / 1200 * (0.5 * width + 3)
    reached = []
    for side in (-1, 1):
        points = base[:, None] + side * s[:, None] * PIXEL * normal[:, None]
        d, gx, gy = jet(points.reshape(-1, 2))
        light = call(STROKE, [d, gx * PIXEL, gy * PIXEL, np.float64(width)])[0]
        reached.append(light.reshape(80, -1).mean(axis=1) * (0.5 * width + 3))
    return np.array(reached)


@every_warp
def test_a_drawn_stroke_is_as_wide_as_asked_on_either_side(name):
    field, piece = warped(name)
    width = 20

    def old(points):
        value, gradient, _ = field.jet(points, 1)
        return value, *gradient.T

    before = np.abs(sides(field, piece, width, old) - width / 2).max()
    after = sides(
        field, piece, width,
        lambda points: measured(field, points, (0.5 * width + 1) * PIXEL)[:, :3].T,
    )  # fmt: skip
    print(f"{name}: {before:.3f} px off before, {np.abs(after - width / 2).max():.3f} px after")
    assert before > 0.1
    assert np.abs(after - width / 2).max() < 0.02
    assert np.abs(after.sum(axis=0) - width).max() < 0.01 * width


def test_each_foot_brings_it_nearer():
    errors = []
    circles = [(field, *beside(piece, 20)) for field, piece in map(warped, WARPS)]
    for orders in ((1,), (1, 1), (1, 1, 1), (1, 1, 2), (1, 1, 1, 2)):
        worst = 0.0
        for field, points, true in circles:
            found = np.abs(measured(field, points, 11 * PIXEL, orders)[:, 0])
            worst = max(worst, np.abs(found - true).max() / PIXEL)
        errors.append(worst)
    print("worst of all warps, in pixels:", ", ".join(f"{e:.4f}" for e in errors))
    assert (np.diff(errors) < 0).all()
    assert errors[1] < 0.1 * errors[0]


# --- derivatives ---------------------------------------------------------------------------------
def test_a_moebius_image_of_a_circle_is_a_circle_and_all_derivatives_are_its():
    center, radius, (a, b, c, d) = 0.3 + 0.1j, 0.4, (1, 0.4, 0.5, 1)
    field = circle(radius).translate(center.real, center.imag).warp(mobius(a, b, c, d))
    ends = [unmobius(_pair(np.array([center + radius * np.exp(1j * t)])))[0] for t in (0, 2, 4)]
    (ax, ay), (bx, by), (cx, cy) = ends  # the circle through three points
    rows = 2 * np.array([[bx - ax, by - ay], [cx - ax, cy - ay]])
    middle = np.linalg.solve(rows, [bx**2 - ax**2 + by**2 - ay**2, cx**2 - ax**2 + cy**2 - ay**2])
    size = np.linalg.norm(middle - ends[0])
    angle = np.linspace(0, 2 * np.pi, 300)
    r = size + 10 * PIXEL * np.sin(7 * angle)
    n = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    found = measured(field, middle + r[:, None] * n, 11 * PIXEL)
    assert np.abs(found[:, 0] - (r - size)).max() < 0.005 * PIXEL
    assert np.abs(found[:, 1:3] - n).max() < 2e-3
    t = np.stack([-n[:, 1], n[:, 0]], axis=1)
    hessian = np.stack([t[:, 0] ** 2, t[:, 0] * t[:, 1], t[:, 1] ** 2], axis=1) / r[:, None]
    assert np.abs(found[:, 3:] - hessian).max() < 0.02 / size


# --- corners -------------------------------------------------------------------------------------
WEDGES = [(0.4, 1.5), (0.0, 2.4), (1.0, 3.6)]


@pytest.mark.parametrize("turned", WEDGES)
@pytest.mark.parametrize("sign", [1, -1])
def test_beyond_a_corner_of_straight_lines_the_distance_is_that_to_the_corner(turned, sign):
    normal = np.array([[math.cos(a), math.sin(a)] for a in turned])
    lines = [half_plane(tuple(n), 0) for n in normal]
    field = lines[0] & lines[1] if sign > 0 else ~(lines[0] & lines[1])
    across = [np.array([-n[1], n[0]]) for n in normal]
    rays = [t if t @ other < 0 else -t for t, other in zip(across, normal[::-1], strict=True)]
    pieces = [lambda t, ray=ray: t[:, None] * ray for ray in rays]
    points = spread(5, 4000, 0.05)
    true = nearest(pieces, points, 65)
    found = measured(field, points, 0.08)
    assert np.abs(np.abs(found[:, 0]) - true).max() < 0.012 * 0.05
    assert np.array_equal(np.sign(found[:, 0]), np.sign(field.jet(points, 0).value))
    before = np.abs(np.abs(first_order(field, points)) - true)
    assert np.abs(np.abs(found[:, 0]) - true).max() < 0.1 * before.max()


@pytest.mark.parametrize("name", ["swirl", "mobius"])
def test_tips_that_are_round_in_the_shapes_own_space_are_round_in_the_picture(name):
    w, inverse, _, _ = WARPS[name]
    field = star(5, 0.8, 0.35).warp(w)
    angle, radius = math.pi / 2 + np.arange(10) * math.pi / 5, np.tile([0.8, 0.35], 5)
    corners = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    pieces = [lambda t, side=side: inverse(side(t)) for side in closed(corners)]
    random = np.random.default_rng(13)
    tips = inverse(corners[::2])[random.integers(0, 5, 3000)]
    points = tips + random.uniform(-14, 14, tips.shape) * PIXEL
    points = points[field.jet(points, 0).value > 0]
    true = nearest(pieces, points, 65)
    points, true = points[true < 11 * PIXEL], true[true < 11 * PIXEL]
    error = np.abs(measured(field, points, 11 * PIXEL)[:, 0] - true) / PIXEL
    before = np.abs(first_order(field, points) - true) / PIXEL
    print(f"{name}: {before.mean():.3f} px off before, {error.mean():.3f} px after")
    assert error.max() < 0.3
    assert error.mean() < 0.1 * before.mean()


def test_no_step_goes_farther_than_the_stroke_reaches():
    bowl = shape(lambda p: p.x * p.x + p.y * p.y - 0.01)()  # a circle, flat in the middle
    points = spread(14, 2000, 0.19)
    true = np.linalg.norm(points, axis=1) - 0.1
    points, true = points[np.abs(true) < 0.099], true[np.abs(true) < 0.099]
    assert np.abs(measured(bowl, points, 0.1)[:, 0] - true).max() < 1e-6
    assert np.abs(first_order(bowl, points) - true).max() > 0.5


# --- lines without an inside, jumps, and fields without a zero -----------------------------------
def test_beyond_the_center_of_a_bend_the_line_is_not_taken_for_a_circle():
    """There the other side of that circle is nearer, where the line is not."""

    @shape
    def valley(p):
        return p.y - 4 * p.x * p.x

    y = np.linspace(0.13, 0.3, 60)  # the center of the bend in (0, 0) is at 1/8
    points = np.stack([np.full(60, 1e-3), y], axis=1)
    foot = np.linspace(-0.5, 0.5, 20001)
    true = np.hypot(points[:, :1] - foot, points[:, 1:] - 4 * foot**2).min(axis=1)
    found = measured(valley(), points, 0.31)[:, 0]
    assert np.abs(found / true - 1).max() < 0.25


def test_a_line_without_an_inside_has_the_distance_that_it_says():
    field = segment((-0.5, -0.3), (0.6, 0.4))
    points = np.concatenate([spread(7, 3000, 0.8), [[0.05, 0.05], [0.6, 0.4], [-0.5, -0.3]]])
    found = measured(field, points, 2.0)
    assert np.abs(found[:, 0] - field.jet(points, 0).value).max() < 1e-12


def test_level_lines_are_measured_from_either_side():
    @shape
    def bowl(p):
        return p.x * p.x + 2.0 * p.y * p.y

    value = bowl().jet(points := spread(8, 4000, 0.9), 1)
    near = np.abs(value.value - 0.5) < 0.05
    alone = measured(shape(lambda p: p.x * p.x + 2.0 * p.y * p.y - 0.5)(), points, 0.1)
    found = measured(isolines(bowl(), 0.5), points, 0.1)
    assert np.abs(found[near, 0] - np.abs(alone[near, 0])).max() < 2e-4
    slopes = isolines(bowl(), 0.5).jet(points[near], 1).gradient
    for orders in ((1, 1), (1, 1, 2)):  # a step may end behind the line
        ahead = measured(isolines(bowl(), 0.5), points, 0.1, orders)[near]
        apart = ahead[:, 0] > 0.001
        assert (np.einsum("nj,nj->n", ahead[:, 1:3], slopes)[apart] > 0).all()


def test_a_jump_is_no_line():
    @shape
    def cliff(p):
        return where(p.x < 0.3, 1.0 - p.x, -0.4 - p.x)

    points = np.stack([np.linspace(-0.2, 0.8, 2001), np.zeros(2001)], axis=1)
    assert np.abs(first_order(cliff(), points)).min() > 0.5
    assert np.abs(measured(cliff(), points, 0.3)[:, 0]).min() > 0.3

    @shape
    def broken(p):  # falls towards 0 at 0.4, and jumps past it at 0.3
        return where(p.x < 0.3, 0.4 - p.x, 0.2 - p.x)

    assert np.abs(first_order(broken(), points)).min() < 0.11
    drawn = np.abs(measured(broken(), points, 0.12)[:, 0]) < 0.12
    assert drawn.mean() == 0.0


def test_a_field_that_falls_without_end_has_no_line_at_its_pole():
    hyperbola = shape(lambda p: 0.01 / length(p) - 0.01)()  # 0 at a distance of 1
    points = np.stack([np.linspace(0.001, 0.3, 600), np.zeros(600)], axis=1)
    assert np.abs(first_order(hyperbola, points)).min() < 0.002
    assert np.abs(measured(hyperbola, points, 0.05)[:, 0]).min() > 0.05


def test_a_field_that_only_comes_near_0_has_no_line():
    valley = shape(lambda p: p.y * p.y + 0.01)()
    points = np.stack([np.zeros(800), np.linspace(-0.4, 0.4, 800)], axis=1)
    found = np.abs(measured(valley, points, 0.1)[:, 0])
    assert found.min() > 0.05
    assert np.abs(first_order(valley, points)).min() < found.min() * 3


@pytest.mark.parametrize("power", [3, 5])
def test_a_field_that_is_flat_on_its_outline_has_that_outline(power):
    flat = shape(lambda p: (length(p) - 0.6) ** power)()
    points = spread(9, 3000, 1.0)
    away = np.linalg.norm(points, axis=1) - 0.6
    near = (np.abs(away) < 0.1) & (np.abs(away) > 1e-3)
    found = measured(flat, points[near], 0.12)[:, 0]
    assert np.abs(first_order(flat, points[near]) - away[near]).max() > 0.05
    assert np.abs(found - away[near]).max() < 2e-3


# --- Field.project -------------------------------------------------------------------------------
@every_warp
def test_feet_are_the_nearest_points_of_the_outline(name):
    field, piece = warped(name)
    points, true = beside(piece, 20, 300)
    feet = field.project(points)
    assert feet.shape == (300, 2)
    assert np.abs(field.jet(feet, 0).value).max() < 1e-6 * np.abs(field.jet(points, 0).value).max()
    assert np.abs(np.linalg.norm(feet - points, axis=1) - true).max() < 1e-5 * PIXEL


@every_warp
def test_feet_are_found_from_afar_too(name):
    field, piece = warped(name)
    points = spread(11, 400, 0.7)
    halves = [lambda t, k=k: piece((t + k) % 1) for k in (0.0, 0.5)]
    true, found = nearest(halves, points, 2049), field.project(points)
    way = np.linalg.norm(found - points, axis=1)
    missed = (way > true + 1e-6).mean()
    lost = (way == 0).mean()
    print(f"{name}: {missed:.1%} found another part of the outline, {lost:.1%} none")
    assert (way[way > 0] > true[way > 0] - 1e-6).all()
    assert missed < 0.05
    assert lost < 0.1


def test_feet_of_corners_lines_and_middles():
    corner = half_plane((1, 0), 0.2) & half_plane((0, 1), 0.1)
    points = [[0.5, 0.4], [0.5, -0.4], [0.1, 0.7], [0.2, 0.1]]
    assert np.allclose(corner.project(points), [[0.2, 0.1], [0.2, -0.4], [0.1, 0.1], [0.2, 0.1]])
    flat = segment((-0.5, 0.0), (0.5, 0.0))
    assert np.allclose(flat.project([[0.2, 0.3], [0.7, 0.1]]), [[0.2, 0.0], [0.5, 0.0]])
    middle = circle(0.4).project([[0.0, 0.0]])
    assert np.linalg.norm(middle) == pytest.approx(0.4)


def test_where_there_is_no_zero_a_point_stays():
    points = spread(12, 50)
    assert np.array_equal(shape(lambda p: length(p) + 1.0)().project(points), points)
    cliff = shape(lambda p: where(p.x < 0.3, 1.0 - p.x, -0.4 - p.x))()
    assert np.array_equal(cliff.project(points), points)


def test_feet_know_sliders_and_pixels():
    field = circle(slider("r", 1, 0, 2))
    assert np.allclose(field.project([[3, 0]], parameters={"r": 0.5}), [[0.5, 0]])
    assert np.allclose(circle(1).round(px(3)).project([[3, 0]], pixel=0.1), [[1.3, 0]])
    assert field.project(np.empty((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("name", ["box", "swirled star", "segment", "moebius", "nothing"])
def test_no_foot_is_nan(name):
    assert np.isfinite(FIELDS[name].project(grid(HOSTILE))).all()


# --- hostile points, and the GPU -----------------------------------------------------------------
FIELDS = {
    "circle": circle(0.6),
    "box": box(0.8, 0.5, 0.1),
    "swirled star": star(5, 0.8, 0.35).warp(swirl(1.0)),
    "segment": segment((-0.5, -0.3), (0.6, 0.4)),
    "log_polar": circle(0.4).translate(-0.5, 0.6).warp(log_polar()),
    "corner": half_plane((1, 0.2), 0.3) & half_plane((-0.3, 1), 0.2),
    "fisheye": box(0.9, 0.6).warp(fisheye(0.8)),
    "moebius": circle(0.4).warp(mobius(1, 0.4, 0.5, 1)),
    "copies": circle(0.2).translate(0.5, 0.1).warp(kaleidoscope(5)),
    "tiles": circle(0.2).warp(repeat(0.5)),
    "noise": shape(lambda p: fbm(3.0 * p) - 0.1)(),
    "nothing": shape(lambda p: 0.0 * p.x)(),
    "polar wave": shape(lambda p: length(p) - 0.5)().warp(polar()),
}
every_field = pytest.mark.parametrize("name", FIELDS)


@every_field
def test_no_point_and_no_reach_is_hostile(name):
    for reach in (1e-12, 1e-3, 1.0, 1e6, 1e12):
        found = measured(FIELDS[name], grid(HOSTILE), reach)
        assert np.isfinite(found).all()
        assert (np.linalg.norm(found[:, 1:3], axis=1) < 1 + 1e-12).all()


@every_field
def test_glsl_makes_the_same_steps(name):
    needs_gl()
    field, reach = FIELDS[name], 12 * PIXEL
    points = spread(9, 4000, 1.0)
    expected = measured(field, points, reach)
    near = np.abs(expected[:, 0]) < reach
    rows = np.concatenate([points, np.full((len(points), 1), reach)], axis=1)
    found = on_gpu(distance_to(field.function), rows)
    off = np.abs(found[near, 0] - expected[near, 0]) / PIXEL
    assert near.sum() > 20 or name == "nothing"
    assert not near.any() or np.quantile(off, 0.99) < 0.01
    hostile = grid(SINGLES)
    for reach in (1e-6, 1e-2, 1.0, 1e6):
        rows = np.concatenate([hostile, np.full((len(hostile), 1), reach)], axis=1)
        assert np.isfinite(on_gpu(distance_to(field.function), rows)).all()
