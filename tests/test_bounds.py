"""Bounds: intervals hold every sample and say something; a field's box holds its inside."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import HOSTILE, needs_gl, on_gpu, spread
from test_booleans import A, B, C, D, discs, drawn
from test_shapes import CASES

from jetfield.scenes import (
    affine,
    arc,
    atan2,
    bend,
    bezier,
    box,
    checker,
    circle,
    complex_power,
    cos,
    ellipse,
    exp,
    fbm,
    fisheye,
    grid,
    half_plane,
    inversion,
    kaleidoscope,
    length,
    log_polar,
    max,
    min,
    mirror,
    mobius,
    mod,
    noise,
    perspective,
    pie,
    polar,
    polar_repeat,
    polygon,
    pow,
    repeat,
    resolution,
    ring,
    seconds,
    shape,
    shear,
    sin,
    slider,
    sqrt,
    star,
    stripes,
    swirl,
    triangle,
    union,
    vec2,
    warp,
    where,
    xor,
)  # fmt: skip
from jetfield.shaders.calculus.bounds import bounds, range_of
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.expr import const
from jetfield.shaders.calculus.function import Function, Input, Type
from jetfield.shaders.calculus.parameters import parameters
from jetfield.shaders.calculus.roots import root


@shape
def fan(p):
    r, a = length(p), atan2(p.y, p.x)
    return r - 1 + 0.5 * sin(3 * a + 2 * r * r)


@shape
def everything(p):
    """Every kind of op at once."""
    q = vec2(mod(p.x, 0.7), pow(2 + sin(p.y), 1.5))
    far = sqrt(1 + q.x * q.x) / (2 + cos(p.x * p.y)) + exp(-length(q))
    return where(p.x < q.y, max(far, p.y), min(far, p.x)) - 1


@shape(bounds=((-1, -1), (1, 1)))
def steep(p):
    """Ten times as steep as a distance."""
    return 10 * (length(p) - 1)


@warp
def ripple(p, amount=0.05):
    return p + amount * vec2(sin(9 * p.y), sin(9 * p.x))


@shape
def hills(p):
    return p.y - 0.3 * noise(2 * p) + 0.1


@shape
def clouds(p):
    return fbm(2 * p, 3) - 0.1


FIELDS = {
    "union": A | B,
    "difference": A - B,
    "xor": xor(A, B, C),
    "complement": ~A & box(2, 2),
    "smooth": union(A, B, C, smooth=0.4),
    "smoother": union(*(circle(0.1).translate(0.2 * k - 0.5, 0.3) for k in range(6)), smooth=0.5),
    "half a plane": A - D,
    "moved": box(0.6, 0.2).translate(0.5, 0.3).rotate(0.7).scale(1.3).translate(-0.2, 0.4),
    "rounded": box(0.6, 0.2).round(0.2),
    "shrunk": box(0.6, 0.4).round(-0.1),
    "shell": box(0.6, 0.4).shell(0.2),
    "shrunk and steep": steep().round(-0.5),
    "shrunk and flat": circle(0.2).warp(affine(((0.2, 0), (0, 0.2)))).round(-0.1),
    "shell of a warp": box(0.6, 0.4).warp(swirl(1.0)).shell(0.2),
    "no overlap": circle(0.2) & circle(0.2).translate(1, 0),
    "petals": (circle(0.35).translate(0.55, 0) - box(0.2, 0.2).translate(0.55, 0)).warp(polar_repeat(7)).warp(swirl(1.5)),
    "polar": box(0.6, 4).translate(0.9, 2.5).warp(polar()),
    "log polar": box(0.5, 1.0).warp(repeat(None, math.tau / 6, count=6)).warp(log_polar()),
    "moebius": circle(0.5).warp(mobius(1, 0.3, 0.4, 1)),
    "rows": box(0.2, 0.1).warp(repeat(0.5, 0.3, count=(3, 4))),
    "endless": box(0.2, 0.1).warp(repeat(0.5, None)),
    "discs": union(*drawn(*discs(40))),
    "rippled": polygon([(-0.5, -0.5), (0.6, -0.2), (0.1, 0.7)]).warp(ripple()),
    "slider": circle(slider("r", 0.3, 0.1, 0.9)).translate(slider("x", 0, -1, 1), 0).rotate(slider("a", 0, 0, 3)),
    "elongated": box(0.6, 0.4).translate(0.1, 0.3).elongate(0.5, 0.2),
    "morphed": box(1.2, 0.3).morph(circle(0.4), 0.4),
    "star": star(5, 0.9, 0.4).warp(swirl(0.6)),
    "crescent": (ellipse(0.9, 0.5) - ellipse(0.7, 0.5).translate(0.3, 0)).rotate(0.4),
    "slices": (pie(0.9, 1.0) | ring(0.5, 0.1) | arc(1.0, 4.0).round(0.05) | triangle((0, 0), (-1, 0.2), (-0.3, 0.9))),
    "curve": bezier((-0.8, -0.5), (0.2, 1.6), (0.9, -0.4)).shell(0.1),
    "fan": fan(),
    "bent": box(1.4, 0.2).translate(0, 0.1).warp(bend(1.3)),
    "bent by a slider": box(1.4, 0.2).translate(0, 0.1).warp(bend(slider("a", 0, 0, 3))),
    "sheared": box(0.6, 0.4).translate(0.3, 0.2).warp(shear(slider("x", 0, -1, 1), 0.5)),
    "magnified": box(0.6, 0.4).translate(0.7, 0.2).warp(fisheye(1.5, radius=0.5)),
    "pinched": box(0.6, 0.4).translate(0.7, 0.2).warp(fisheye(slider("r", 0.3, 0.1, 0.9) - 1.2)),
    "inverted": box(0.6, 0.4).translate(0.7, 0.2).warp(inversion(0.8)),
    "inside out": circle(0.9).translate(0.2, 0).warp(inversion()),
    "mirrored": box(0.6, 0.4).translate(0.7, 0.2).warp(mirror((1, 1), slider("x", 0, -1, 1))),
    "squared": circle(0.4).translate(0.8, 0.3).warp(complex_power(2)),
    "to the power of -3": circle(0.4).translate(0.8, 0.3).warp(complex_power(-3)),
    "to a power that moves": circle(0.4).translate(0.8, 0.3).warp(complex_power(slider("r", 0.3, 0.1, 0.9))),
    "snowflake": box(0.8, 0.1).rotate(0.3).translate(0.5, 0).warp(kaleidoscope(6)),
    "floor": box(2.0, 1.5).translate(0.5, 3).warp(perspective(0.3, slider("r", 0.3, 0.1, 0.9))),
    "striped": stripes(slider("r", 0.3, 0.1, 0.9), 0.4).rotate(0.4) & circle(0.8),
    "checkered": checker(0.7).warp(log_polar()),
    "lined": grid(0.6, 0.1).warp(perspective(0.3, 0.4)) & box(1.4, 1.2),
    "hills": hills(),
    "clouds": clouds(),
    "everything": everything(),
}  # fmt: skip
every_field = pytest.mark.parametrize("name", FIELDS)


# --- boxes around the inside ---------------------------------------------------------------------
@every_field
def test_outside_its_box_a_field_is_positive(name):
    field = FIELDS[name]
    points = np.concatenate([spread(1, 8000, 1.5), spread(2, 2000, 8.0)])
    left, bottom, right, top = field.bounds
    x, y = points.T
    outside = (x < left) | (x > right) | (y < bottom) | (y > top)
    for values in ({}, {"r": 0.9, "x": 1, "a": 3}, {"r": 0.5, "x": -1, "a": 1.5}):
        field_of = {p.name for p in parameters(field.function.outputs)}
        known = {k: v for k, v in values.items() if k in field_of}
        assert (field.jet(points[outside], 0, parameters=known).value > 0).all()


@pytest.mark.parametrize(
    ("field", "box_"),
    [
        (pie(2, 1).scale(0.1 + 0.1 * resolution().y), (0, -math.inf, math.inf, math.inf)),
        (circle(0.5).translate(1, 2), (0.5, 1.5, 1.5, 2.5)),
        (box(2, 1).rotate(math.pi / 2), (-0.5, -1, 0.5, 1)),
        (circle(1).scale(2), (-2, -2, 2, 2)),
        (circle(1).round(0.5), (-1.5, -1.5, 1.5, 1.5)),
        (circle(1) | circle(1).translate(3, 0), (-1, -1, 4, 1)),
        (circle(1) & circle(1).translate(1, 0), (0, -1, 1, 1)),
        (circle(1) - half_plane((1, 0)), (-1, -1, 1, 1)),
        (
            circle(0.5).translate(1, 0).warp(polar_repeat(5)),
            tuple(math.hypot(1.5, 0.5) * k for k in (-1, -1, 1, 1)),
        ),
        (circle(0.1).warp(repeat(1, 2, count=3)), (-1.1, -2.1, 1.1, 2.1)),
        (circle(1).warp(affine(((2, 0), (0, 1)), (2, 0))), (-1.5, -1, -0.5, 1)),
        (box(0.5, 1).translate(1, 0).warp(polar()), (-1.25, -1.25, 1.25, 1.25)),
    ],
    ids=repr,
)
def test_boxes_are_tight(field, box_):
    assert tuple(field.bounds) == pytest.approx(box_)


def test_a_users_shape_is_unbounded_unless_it_says_so():
    assert not fan().bounds.finite
    assert tuple(steep().bounds) == (-1, -1, 1, 1)

    @shape(bounds=lambda r: ((-r, -r), (r, r)))
    def round_(p, r):
        return length(p) - r

    assert tuple(round_(slider("r", 1, 0, 2)).bounds) == (-2, -2, 2, 2)


# --- intervals -----------------------------------------------------------------------------------
def contained(field, low, high, samples):
    least, most = call(bounds(field.function), [*low.T, *high.T])
    for t in samples:
        x = np.clip(low + t * (high - low), low, high)
        value = field.jet(x, 0).value
        assert (least <= value).all()
        assert (value <= most).all()


@every_field
def test_intervals_hold_their_samples(name):
    rng = np.random.default_rng(3)
    center = rng.uniform(-1.5, 1.5, (1500, 2))
    half = 10.0 ** rng.uniform(-6, 0.5, (1500, 2)) * rng.integers(0, 2, (1500, 2))
    samples = rng.random((12, 1500, 2))
    samples[:4] = np.rint(samples[:4])
    contained(FIELDS[name], center - half, center + half, samples)


coordinate = st.one_of(st.sampled_from([float(h) for h in HOSTILE]), st.floats(-3, 3))


@settings(max_examples=60)
@given(st.sampled_from(sorted(FIELDS)), *[st.tuples(coordinate, coordinate)] * 2)
def test_intervals_hold_on_hostile_boxes(name, x, y):
    low, high = np.array([[min(x), min(y)]]), np.array([[max(x), max(y)]])
    t = np.random.default_rng(4).random((12, 1, 2))
    t[:4] = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])[:, None]
    contained(FIELDS[name], low, high, t)


@every_field
def test_intervals_hold_float32_samples(name):
    needs_gl()
    rng = np.random.default_rng(5)
    low = rng.uniform(-1.5, 1.5, (1000, 2)).astype(np.float32)
    high = low + (10.0 ** rng.uniform(-4, 0, (1000, 1))).astype(np.float32)
    t = rng.random((8, 1000, 2)).astype(np.float32)
    t[:4] = np.rint(t[:4])
    inner = np.clip(low + t * (high - low), low, high)
    f = FIELDS[name].function
    least, most = on_gpu(bounds(f), np.concatenate([low, high], axis=1)).T
    value = on_gpu(f, inner.reshape(-1, 2)).reshape(8, 1000)
    assert (least <= value).all()
    assert (value <= most).all()


LOOSE = {
    "petals": 0.08, "smoother": 0.04, "snowflake": 0.06, "inside out": 0.06,
    "to the power of -3": 0.06, "hills": 0.03, "clouds": 0.7,
}  # fmt: skip
"""Where a turn, the levels of a tree, a pole, or many bends a box widen the intervals."""


@every_field
def test_a_small_box_is_certain_unless_it_meets_an_edge(name):
    """Of boxes whose samples agree about the inside, intervals prove most."""
    field = FIELDS[name]
    center, half = spread(6, 1500, 1.2), 0.01
    least, most = call(bounds(field.function), [*(center - half).T, *(center + half).T])
    certain = (least > 0) | (most < 0)
    t = np.linspace(-half, half, 9)
    square = np.stack(np.meshgrid(t, t), axis=-1).reshape(-1, 1, 2)
    inside = field.jet((center + square).reshape(-1, 2), 0).value.reshape(81, -1) <= 0
    agree = inside.all(axis=0) | ~inside.any(axis=0)
    kept, needed = (~certain).mean(), (~agree).mean()
    print(f"{name}: {kept:.1%} of the boxes kept, {needed:.1%} hold an edge")
    assert kept <= 1.5 * needed + LOOSE.get(name, 0.02)


def test_a_point_is_an_interval_of_almost_no_width():
    for case in CASES.values():
        points = spread(7, 200, 1.5)
        least, most = call(bounds(case.field.function), [*points.T, *points.T])
        assert np.max(most - least) < 1e-11


def test_a_root_is_bounded_by_its_bracket():
    point = Input("p", Type(1), "point")
    solution = root(lambda t, a: t * t - a, const(0), const(3), point.leaves)
    least, most = call(bounds(Function("solution", [point], [solution])), [1.0, 4.0])
    assert (least, most) == (0, 3)


# --- parameters ----------------------------------------------------------------------------------
def test_ranges_of_parameters():
    r = slider("r", 1, 0.5, 2)
    assert range_of(2 * r + 1) == (2, 5)
    assert range_of(1 / r) == pytest.approx((0.5, 2))
    assert range_of(sin(seconds()))[0] == -1
    assert range_of(const(3)) == (3, 3)
    low, high = range_of(seconds())
    assert (low, high) == (-1e30, 1e30)


DISC, TILE = circle(0.25), box(0.3, 0.2).rotate(0.7).translate(0.3, 0)


@pytest.mark.parametrize(
    "field",
    [
        DISC | TILE,
        (DISC - TILE).scale(1.5).translate(0.2, 0.1).round(0.1),
        (DISC ^ TILE).shell(0.3),
        union(DISC, TILE, smooth=0.2).rotate(0.5).round(0.1).shell(0.05),
        union(union(DISC, TILE, smooth=0.2), DISC.translate(0, 1), smooth=0.3),
        (DISC | TILE).round(-0.1).round(0.3),
    ],
    ids=repr,
)
def test_what_is_made_of_distances_keeps_its_distance_from_its_box(field):
    assert field.bounds.finite
    points = np.random.default_rng(4).uniform(-4, 4, (4000, 2))
    left, bottom, right, top = field.bounds
    x, y = points.T
    away = np.hypot(
        np.maximum(np.maximum(left - x, x - right), 0),
        np.maximum(np.maximum(bottom - y, y - top), 0),
    )
    outside = away > 0
    assert (field.jet(points, 0).value[outside] >= away[outside] - 1e-9).all()
