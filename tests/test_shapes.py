"""Every shape against its outline: brute force distances, normals, derivatives, GLSL."""

import itertools
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from oracles import (
    HOSTILE,
    SINGLES,
    Piece,
    arc,
    away,
    check_jet,
    closed,
    grid,
    inside,
    line,
    near_kinks,
    nearest,
    needs_gl,
    on_gpu,
    parts,
    spread,
)

from jetfield.scenes import (
    Field,
    SceneError,
    bezier,
    box,
    capsule,
    checker,
    circle,
    ellipse,
    half_plane,
    pie,
    polygon,
    regular_polygon,
    ring,
    segment,
    shapes,
    slider,
    star,
    stripes,
    triangle,
)  # fmt: skip
from jetfield.scenes import arc as arc_shape
from jetfield.scenes import grid as grid_shape
from jetfield.scenes.shapes import outlines
from jetfield.scenes.shapes.outlines import edges_left
from jetfield.shaders.calculus.bounds import bounds
from jetfield.shaders.calculus.jets import jet as jet_of


@dataclass
class Case:
    """A shape, and its outline written again by other means."""

    field: Field
    outline: list[Piece]
    encloses: Callable | None = None
    """Which points are inside; by default those that the outline turns around an odd number of times."""

    def inside(self, points):
        return (self.encloses or (lambda p: inside(self.outline, p)))(points)

    def distance(self, points):
        return np.where(self.inside(points), -1.0, 1.0) * nearest(self.outline, points)


def rounded_box(w, h, r):
    x, y = 0.5 * w - r, 0.5 * h - r
    turn = math.pi / 2
    corners = [(x, y), (-x, y), (-x, -y), (x, -y)]
    pieces = []
    for k, (center, to) in enumerate(zip(corners, corners[1:] + corners[:1], strict=True)):
        pieces.append(arc(center, r, k * turn, (k + 1) * turn))
        away = r * np.array([math.cos((k + 1) * turn), math.sin((k + 1) * turn)])
        pieces.append(line(tuple(center + away), tuple(to + away)))
    return pieces


def rounded_line(a, b, r):
    a, b = np.array(a, float), np.array(b, float)
    angle = math.atan2(*(b - a)[::-1])
    side = r * np.array([-math.sin(angle), math.cos(angle)])
    half = math.pi / 2
    return [
        line(tuple(a - side), tuple(b - side)), arc(tuple(b), r, angle - half, angle + half),
        line(tuple(b + side), tuple(a + side)), arc(tuple(a), r, angle + half, angle + 3 * half),
    ]  # fmt: skip


def corners(n, radius):
    turns = 0.5 * math.pi + 2 * math.pi * np.arange(n) / n
    return [(radius * math.cos(t), radius * math.sin(t)) for t in turns]


def around(radius):
    """A whole circle."""
    return [arc((0, 0), radius, 0, math.pi), arc((0, 0), radius, math.pi, 2 * math.pi)]


def oval(rx, ry):
    """An ellipse, in quarters: over each, the distance of a point of it falls, then rises."""

    def quarter(k):
        c, s = (1, 0, -1, 0, 1)[k : k + 2], (0, 1, 0, -1, 0)[k : k + 2]

        def piece(t):
            u, v = np.cos(0.5 * math.pi * t), np.sin(0.5 * math.pi * t)
            return np.stack([rx * (c[0] * u + c[1] * v), ry * (s[0] * u + s[1] * v)], axis=1)

        return piece

    return [quarter(k) for k in range(4)]


def slice_(radius, opening):
    h = 0.5 * opening
    ends = [
        (radius * math.cos(h), -radius * math.sin(h)),
        (radius * math.cos(h), radius * math.sin(h)),
    ]
    return [line((0, 0), ends[0]), arc((0, 0), radius, -h, 0), arc((0, 0), radius, 0, h), line(ends[1], (0, 0))]  # fmt: skip


def starred(n, outer, inner):
    tips, between = corners(n, outer), corners(2 * n, inner)[1::2]
    return closed([p for pair in zip(tips, between, strict=True) for p in pair])


def pulled(a, b, c, cuts=(0, 1)):
    """A quadratic Bezier curve by de Casteljau's construction."""
    a, b, c = (np.array(v, float) for v in (a, b, c))

    def part(low, high):
        def piece(t):
            t = (low + t * (high - low))[:, None]
            return (1 - t) * ((1 - t) * a + t * b) + t * ((1 - t) * b + t * c)

        return piece

    return [part(low, high) for low, high in itertools.pairwise(cuts)]


def bent(a, b, c, parts=8):
    return Case(bezier(a, b, c), pulled(a, b, c, np.linspace(0, 1, parts + 1)), nowhere)


def outlined(points):
    return Case(polygon(points), closed(points))


def upright(period, width):
    """The sides of bands that repeat, far enough around the middle."""
    middles = period * np.arange(-np.ceil(3 / period), np.ceil(3 / period) + 1)
    sides = np.concatenate([middles - 0.5 * width, middles + 0.5 * width])
    return [line((x, -3.0), (x, 3.0)) for x in sides.tolist()]


def squares(size, width=0.0):
    """The outlines of squares between lines that repeat, one for each line and square."""
    corners = size * np.arange(-np.ceil(2.4 / size), np.ceil(2.4 / size))
    side = size - width
    for x, y in grid(corners + 0.5 * width).tolist():
        yield from closed([(x, y), (x + side, y), (x + side, y + side), (x, y + side)])


def from_line(x, period):
    return np.abs(x - period * np.round(x / period))


def striped(period, duty):
    inside = lambda p: from_line(p[:, 0], period) < 0.5 * duty * period  # noqa: E731
    return Case(stripes(period, duty), upright(period, duty * period), inside)


def checkered(size):
    return Case(
        checker(size), list(squares(size)), lambda p: np.floor(p / size).sum(axis=1) % 2 == 0
    )


def lined(size, width):
    inside = lambda p: from_line(p, size).min(axis=1) < 0.5 * width  # noqa: E731
    return Case(grid_shape(size, width), list(squares(size, width)), inside)


STAR = [(1.0, 0.0), (-0.8, 0.6), (0.3, -0.95), (0.3, 0.95), (-0.8, -0.6)]  # overlaps itself
BAY = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (0.0, -0.5), (-1.0, 1.0)]  # concave
KEYHOLE = [(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8), (-0.8, -0.8),
           (-0.4, -0.4), (-0.4, 0.4), (0.4, 0.4), (0.4, -0.4), (-0.4, -0.4)]  # fmt: skip
TAIL = [(0.7 * x - 0.6 * y, 0.6 * x + 0.7 * y) for x, y in (
    (0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.0, 0.5), (0.0, 0.0), (-0.3, -0.3), (-0.9, -0.9), (-0.1, -0.1),
)]  # fmt: skip
MANY = [(math.cos(t) * (1 + 0.2 * math.sin(5 * t)), math.sin(t)) for t in np.linspace(0, 6.2, 40)]
SQUARE = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]

TIP = 0.5 * math.sin(math.radians(2.5)) / math.sin(math.radians(33.5))  # makes tips of 5 degrees
nowhere = lambda p: np.zeros(len(p), bool)  # noqa: E731
CASES = {
    "circle": Case(circle(0.8), around(0.8)),
    "ellipse": Case(ellipse(1.1, 0.6), oval(1.1, 0.6)),
    "tall ellipse": Case(ellipse(0.4, 0.9), oval(0.4, 0.9)),
    "round ellipse": Case(ellipse(0.7, 0.7), oval(0.7, 0.7)),
    "ring": Case(ring(0.7, 0.3), around(0.55) + around(0.85)),
    "filled ring": Case(ring(0.3, 0.8), around(0.7)),
    "arc": Case(arc_shape(0.8, 2.0), [arc((0, 0), 0.8, -1, 0), arc((0, 0), 0.8, 0, 1)], nowhere),
    "long arc": Case(arc_shape(0.8, 5.0), [arc((0, 0), 0.8, -2.5, 0), arc((0, 0), 0.8, 0, 2.5)], nowhere),
    "whole arc": Case(arc_shape(0.8, math.tau), around(0.8), nowhere),
    "pie": Case(pie(1.0, 1.2), slice_(1.0, 1.2)),
    "half a pie": Case(pie(1.0, math.pi), slice_(1.0, math.pi)),
    "most of a pie": Case(pie(1.0, 5.3), slice_(1.0, 5.3)),
    "whole pie": Case(pie(0.9, math.tau), around(0.9)),
    "star": Case(star(5, 1.0, 0.4), starred(5, 1.0, 0.4)),
    "star of two": Case(star(2, 0.9, 0.25), starred(2, 0.9, 0.25)),
    "star of needles": Case(star(5, 1.0, 2 * TIP), starred(5, 1.0, 2 * TIP)),
    "star inside out": Case(star(3, 0.4, 0.9), starred(3, 0.4, 0.9)),
    "three corners": Case(triangle((-1.0, -0.5), (1.0, -0.5), (0.2, 0.9)), closed([(-1.0, -0.5), (1.0, -0.5), (0.2, 0.9)])),
    "three corners clockwise": Case(triangle((-1.0, -0.5), (0.2, 0.9), (1.0, -0.5)), closed([(-1.0, -0.5), (0.2, 0.9), (1.0, -0.5)])),
    "needle": Case(triangle((-1.0, 0.3), (0.9, 0.4), (0.8, 0.45)), closed([(-1.0, 0.3), (0.9, 0.4), (0.8, 0.45)])),
    "flat triangle": Case(triangle((-0.6, -0.2), (0.9, 0.3), (0.3, 0.1)), [line((-0.6, -0.2), (0.9, 0.3))], nowhere),
    "bezier": bent((-0.9, -0.4), (0.1, 1.5), (0.8, -0.2)),
    "sharp bezier": bent((-0.5, -0.7), (1.4, 0.9), (-0.6, 0.5)),
    "straight bezier": bent((-0.8, -0.3), (0.0, 0.1), (0.8, 0.5)),
    "folded bezier": bent((-0.5, -0.25), (1.1, 0.55), (-0.1, -0.05), 16),
    "closed bezier": bent((0.3, -0.6), (-0.5, 0.9), (0.3, -0.6), 16),
    "box": Case(box(1.6, 1.0), closed([(-0.8, -0.5), (0.8, -0.5), (0.8, 0.5), (-0.8, 0.5)])),
    "rounded box": Case(box(1.6, 1.0, 0.2), rounded_box(1.6, 1.0, 0.2)),
    "box of half a radius": Case(box(1.6, 1.0, 0.5), rounded_box(1.6, 1.0, 0.5)),
    "box of too much radius": Case(box(1.6, 1.0, 9.0), rounded_box(1.6, 1.0, 0.5)),
    "thin box": Case(box(1e-3, 2.0), closed([(-5e-4, -1.0), (5e-4, -1.0), (5e-4, 1.0), (-5e-4, 1.0)])),
    "half plane": Case(
        half_plane((3, 4), 2.5),
        [line((0.3 - 80, 0.4 + 60), (0.3 + 80, 0.4 - 60))],
        lambda p: 0.6 * p[:, 0] + 0.8 * p[:, 1] < 0.5,
    ),
    "segment": Case(segment((-0.7, -0.3), (0.9, 0.4)), [line((-0.7, -0.3), (0.9, 0.4))], nowhere),
    "point": Case(segment((0.3, 0.2), (0.3, 0.2)), [line((0.3, 0.2), (0.3, 0.2))], nowhere),
    "capsule": Case(capsule((-0.7, -0.3), (0.9, 0.4), 0.25), rounded_line((-0.7, -0.3), (0.9, 0.4), 0.25)),
    "upright capsule": Case(capsule((0, -0.5), (0, 0.5), 0.5), rounded_line((0, -0.5), (0, 0.5), 0.5)),
    "stripes": striped(0.7, 0.5),
    "narrow stripes": striped(1.1, 0.06),
    "wide stripes": striped(0.6, 0.9),
    "checker": checkered(0.7),
    "grid": lined(0.9, 0.2),
    "grid of wide lines": lined(0.8, 0.6),
    "triangle": outlined([(-1.0, -0.5), (1.0, -0.5), (0.2, 0.9)]),
    "clockwise": outlined([(-1.0, -0.5), (0.2, 0.9), (1.0, -0.5)]),
    "bay": outlined(BAY),
    "overlap": outlined(STAR),
    "three times around": Case(polygon(SQUARE * 3), closed(SQUARE)),
    "repeated corners": Case(polygon([p for p in BAY for _ in range(3)]), closed(BAY)),
    "spike": Case(polygon([*SQUARE[:2], (1.5, -0.5), *SQUARE[1:]]), closed(SQUARE)),
    "keyhole": Case(polygon(KEYHOLE), closed(KEYHOLE[:4]) + closed(KEYHOLE[5:9])),
    "tail": Case(polygon(TAIL), closed(TAIL[:4])),
    "many corners": outlined(MANY),
    **{
        f"regular polygon of {n}": Case(regular_polygon(n, 0.9), closed(corners(n, 0.9)))
        for n in (3, 4, 5, 6, 17)
    },
}  # fmt: skip
every_shape = pytest.mark.parametrize("name", CASES)
FOLDED = {"folded bezier", "closed bezier"}
UNSIGNED = {name for name, case in CASES.items() if case.encloses is nowhere}
ENDLESS = {name for name, case in CASES.items() if not case.field.bounds.finite}
SIGNED = [name for name in CASES if name not in UNSIGNED]


def test_every_public_shape_is_here():
    made = {str(case.field).partition("(")[0] for case in CASES.values()}
    assert made == set(shapes.__all__)


# --- distance ------------------------------------------------------------------------------------
@every_shape
def test_distance(name):
    case = CASES[name]
    points = spread(1, 1500, 1.6)
    expected, found = case.distance(points), case.field.jet(points, 0).value
    assert case.field.grade == "exact"
    assert np.abs(found - expected).max() < 1e-6


@every_shape
def test_gradients_are_units(name):
    case = CASES[name]
    gradient = case.field.jet(spread(2, 4000), 1).gradient
    assert np.abs(np.linalg.norm(gradient, axis=1) - 1).max() < 1e-11


@every_shape
def test_derivatives_are_differences(name):
    field = CASES[name].field
    points = spread(3, 4000)
    check_jet(lambda x, order: field.jet(x, order), away(field.function, points), 1e-5)


@pytest.mark.parametrize("name", [name for name in CASES if name not in ENDLESS])
def test_bounds_hold_the_outline_tightly(name):
    case = CASES[name]
    t = np.linspace(0, 1, 501)
    outline = np.concatenate([piece(t) for piece in case.outline])
    left, bottom, right, top = case.field.bounds
    room = np.concatenate(
        [outline.min(axis=0) - (left, bottom), (right, top) - outline.max(axis=0)]
    )
    assert room.min() > -1e-9
    assert room.max() < 1e-3


# --- the outline ---------------------------------------------------------------------------------
def normals(piece, t):
    """Unit normals of a piece, to the right of its direction."""
    d = piece(t + 1e-6) - piece(t - 1e-6)
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    return np.stack([d[:, 1], -d[:, 0]], axis=1)


@pytest.mark.parametrize("name", SIGNED)
def test_the_gradient_on_the_outline_is_the_outward_normal(name):
    case = CASES[name]
    t = np.linspace(0.02, 0.98, 97)
    for piece in case.outline:
        on = piece(t)
        if np.ptp(on, axis=0).max() < 1e-9:
            continue  # no length
        value, gradient = parts(case.field.jet(on, 1))
        assert np.abs(value).max() < 1e-12 if name != "half plane" else 1e-9
        normal = normals(piece, t)
        outward = np.where(case.inside(on + 1e-4 * normal), -1.0, 1.0)[:, None] * normal
        assert np.abs(gradient - outward).max() < 1e-6


@pytest.mark.parametrize("name", SIGNED)
def test_at_a_corner_the_gradient_is_a_unit(name):
    case = CASES[name]
    for piece in case.outline:
        value, gradient = parts(case.field.jet(piece(np.array([0.0])), 1))
        assert abs(value[0]) < 1e-12 or name == "half plane"
        assert np.linalg.norm(gradient[0]) == pytest.approx(1.0)


@pytest.mark.parametrize("x", [-0.5, 0.5])
@pytest.mark.parametrize("y", [-0.5, 0.5])
def test_at_a_corner_of_a_box_the_gradient_points_out(x, y):
    gradient = box(1, 1).jet([[x, y]], 1).gradient[0]
    assert gradient[0] * x >= 0
    assert gradient[1] * y >= 0


def test_the_gradient_of_a_square_is_exact_on_its_sides():
    t = np.arange(-3, 4) / 8
    sides = {(1, 0): (0.5, t), (-1, 0): (-0.5, t), (0, 1): (t, 0.5), (0, -1): (t, -0.5)}
    for square in (box(1, 1), polygon(SQUARE), polygon(SQUARE[::-1])):
        for normal, (x, y) in sides.items():
            value, gradient = parts(square.jet(np.stack(np.broadcast_arrays(x, y), axis=1), 1))
            assert (value == 0).all()
            assert (gradient == normal).all(), square


# --- ellipses, thin and round ---------------------------------------------------------------------
OVALS = [(1, 0.5), (0.5, 1), (1, 1), (1, 0.999999), (1, 0.01), (0.01, 1), (100, 1), (1e-3, 2e-3)]


def around_an_oval(rx, ry):
    """Points all about, inside, on both axes, at and beside the middle, on the medial segment, far."""
    rng, size = np.random.default_rng(8), max(rx, ry)
    x, y = (rx * rx - ry * ry) / rx, (ry * ry - rx * rx) / ry
    medial = rng.uniform(-1, 1, (300, 1)) * [max(x, 0.0), max(y, 0.0)]
    return np.concatenate([
        rng.uniform(-1.5, 1.5, (2000, 2)) * size, rng.uniform(-1.2, 1.2, (2000, 2)) * [rx, ry],
        rng.uniform(-2, 2, (300, 1)) * [rx, 0], rng.uniform(-2, 2, (300, 1)) * [0, ry], medial, [[0, 0]],
        medial + 1e-9 * size, rng.normal(size=(200, 2)) * 1e3 * size, rng.normal(size=(200, 2)) * 1e-9 * size,
    ])  # fmt: skip


@pytest.mark.parametrize(("rx", "ry"), OVALS)
def test_an_ellipse_is_exact_everywhere(rx, ry):
    points = around_an_oval(rx, ry)
    within = (points[:, 0] / rx) ** 2 + (points[:, 1] / ry) ** 2 < 1
    expected = np.where(within, -1, 1) * nearest(oval(rx, ry), points)
    value, gradient, hessian = parts(ellipse(rx, ry).jet(points, 2))
    error = np.abs(value - expected) / np.maximum(np.abs(expected), 1e-9 * max(rx, ry))
    print(f"ellipse({rx}, {ry}): relative error {error.max():.1e}")
    assert error.max() < 1e-6
    assert np.abs(np.linalg.norm(gradient, axis=1) - 1).max() < 1e-9
    assert np.isfinite(hessian).all()


@pytest.mark.parametrize(("rx", "ry"), OVALS)
def test_the_normal_of_an_ellipse_is_exact_on_its_outline(rx, ry):
    t = np.random.default_rng(3).uniform(0, math.tau, 2000)
    value, gradient = parts(ellipse(rx, ry).jet(np.stack([rx * np.cos(t), ry * np.sin(t)], 1), 1))
    normal = np.stack([np.cos(t) / rx, np.sin(t) / ry], axis=1)
    assert np.abs(value).max() < 1e-15 * max(rx, ry)
    assert gradient == pytest.approx(normal / np.linalg.norm(normal, axis=1)[:, None], abs=1e-11)


@pytest.mark.parametrize(("rx", "ry"), OVALS)
def test_an_ellipse_is_exact_in_glsl(rx, ry):
    needs_gl()
    size = max(rx, ry)
    points = np.float32(around_an_oval(rx, ry)[:4600])
    field = ellipse(rx, ry)
    value = field.jet(points.astype(float), 0).value
    found = on_gpu(jet_of(field.function, 1), points)
    reach = size + np.abs(value) + np.linalg.norm(points, axis=1)
    error = np.abs(found[:, 0] - value) / reach
    print(f"ellipse({rx}, {ry}): float32 error {error.max():.1e}")
    assert error.max() < 1e-6
    assert np.linalg.norm(found[:, 1:], axis=1) == pytest.approx(np.ones(len(points)), abs=2e-4)


def test_an_ellipse_that_is_a_circle_is_that_circle():
    points = np.concatenate([spread(12, 2000), grid(HOSTILE)])
    round_, circular = (f.jet(points, 2) for f in (ellipse(0.7, 0.7), circle(0.7)))
    assert round_.value == pytest.approx(circular.value, rel=1e-12, abs=1e-12)
    apart = np.linalg.norm(points, axis=1) > 1e-3
    assert round_.gradient[apart] == pytest.approx(circular.gradient[apart], abs=1e-9)
    assert round_.hessian[apart] == pytest.approx(circular.hessian[apart], rel=1e-6, abs=1e-6)


# --- curves and degenerate cases ------------------------------------------------------------------
BENT = [
    ((0, 0), (0.5, 0.5), (1, 1)),  # evenly along a line
    ((0, 0), (0.1, 0.1), (1, 1)),  # unevenly
    ((0, 0), (1 / 3, 1 / 7), (2 / 3, 2 / 7)),  # evenly, but for rounding
    ((0, 0), (2, 2), (0.3, 0.3)),  # out and back
    ((0, 0), (2, 2 + 1e-9), (0.3, 0.3)),  # nearly so
    ((-0.5, 0.1), (0.5, 0.1 + 1e-7), (1.4, 0.1)),  # hardly bent
    ((0.2, 0.1), (0.2, 0.1), (0.2, 0.1)),  # a point
    ((0.2, 0.1), (0.2, 0.1), (0.9, 0.4)),  # pulled from an end
    ((0.2, 0.1), (0.9, 0.4), (0.9, 0.4)),  # to the other
    ((0.2, 0.1), (0.9, 0.4), (0.2, 0.1)),  # back to where it came from
    ((-1, 0), (0, 1e3), (1, 0)),  # a spike
    ((-1, 0), (0, 2), (1, 0)),  # symmetric
]


@pytest.mark.parametrize(("a", "b", "c"), BENT)
def test_any_bezier_curve_is_exact(a, b, c):
    curve = bezier(a, b, c)
    size = np.ptp([a, b, c], axis=0).max() + 1
    at = pulled(a, b, c)[0](np.random.default_rng(2).random(200))
    points = np.concatenate([spread(13, 1000, 1.6), spread(14, 500, 1.5 * size), at, [a, b, c]])
    cuts = 0.5 - 0.5 * np.cos(np.linspace(0, math.pi, 65))
    expected = nearest(pulled(a, b, c, cuts), points)
    value, gradient, hessian = parts(curve.jet(points, 2))
    assert np.abs(value - expected).max() < 1e-7 * size
    assert np.isfinite(gradient).all()
    assert np.isfinite(hessian).all()
    assert np.abs(np.linalg.norm(gradient[:1500], axis=1) - 1).max() < 1e-6


def test_the_gradient_of_a_bezier_curve_is_a_unit_on_the_curve():
    t = np.linspace(0.01, 0.99, 99)
    gradient = (
        bezier((-0.9, -0.4), (0.1, 1.5), (0.8, -0.2))
        .jet(pulled((-0.9, -0.4), (0.1, 1.5), (0.8, -0.2))[0](t), 1)
        .gradient
    )
    assert np.linalg.norm(gradient, axis=1) == pytest.approx(np.ones(99))


def test_a_bezier_curve_in_the_middle_of_two_legs_is_a_kink():
    """Between the legs of a symmetric curve the gradient turns at the axis, and is that of the first there."""
    curve = bezier((-1, 0), (0, 2), (1, 0))
    left, on, right = curve.jet([(-1e-6, 0.0), (0.0, 0.0), (1e-6, 0.0)], 1).gradient
    assert left[0] == pytest.approx(-right[0], abs=1e-5)
    assert on == pytest.approx(left, abs=1e-5)


FLAT = [
    ((0, 0), (0, 0), (0, 0)), ((0, 0), (0, 0), (1, 0.5)), ((0, 0), (1, 0.5), (0, 0)), ((0, 0), (1, 1 / 3), (2, 2 / 3)),
    ((0.1, 0.7), (-0.3, 0.7), (1.2, 0.7)),
]  # fmt: skip


@pytest.mark.parametrize("corners_", FLAT)
def test_a_flat_triangle_is_the_segment_that_is_left(corners_):
    ends = np.array(corners_, float)
    spans = np.array([np.hypot(*(ends[i] - ends[j])) for i, j in ((0, 1), (1, 2), (2, 0))])
    k = int(spans.argmax())
    longest = segment(tuple(ends[k]), tuple(ends[(k + 1) % 3]))
    along = np.linspace(-3, 4, 141)[:, None]
    points = np.concatenate(
        [spread(15, 2000), ends[k] + along * (ends[(k + 1) % 3] - ends[k] + 1e-300), grid(HOSTILE)]
    )
    flat = triangle(*corners_).jet(points, 2)
    assert flat.value == pytest.approx(longest.jet(points, 0).value, rel=1e-9, abs=1e-12)
    assert np.isfinite(flat.gradient).all()
    assert np.isfinite(flat.hessian).all()


@pytest.mark.parametrize(
    "opening", [1e-3, 0.5, math.pi / 2, 3.0, math.pi, 4.0, 6.0, 6.283, math.tau]
)
def test_arcs_and_pies_of_any_opening_are_exact(opening):
    points = np.concatenate([spread(16, 1500, 1.6), np.linspace(-1.5, 1.5, 61)[:, None] * [1, 0]])
    radius, angle = np.hypot(*points.T), np.abs(np.arctan2(points[:, 1], points[:, 0]))
    whole = opening == math.tau
    bow = [arc((0, 0), 0.8, -0.5 * opening, 0), arc((0, 0), 0.8, 0, 0.5 * opening)]
    assert arc_shape(0.8, opening).jet(points, 0).value == pytest.approx(
        nearest(bow, points), abs=1e-7
    )
    edge = around(0.8) if whole else slice_(0.8, opening)
    inside_ = (radius < 0.8) & ((angle < 0.5 * opening) | whole)
    expected = np.where(inside_, -1, 1) * nearest(edge, points)
    assert pie(0.8, opening).jet(points, 0).value == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("opening", [math.tau, math.tau - 1e-6, 6.283, math.pi])
def test_arcs_and_pies_are_whole_on_their_axis_in_glsl(opening):
    """Where float32 cannot tell the two ends of a whole turn apart."""
    needs_gl()
    points = np.linspace(-1.5, 1.5, 61)[:, None] * [[1, 0]] + np.array(
        [[[0, 0]], [[0, 1e-8]], [[0, -1e-6]]]
    )
    points = np.float32(points.reshape(-1, 2))
    for field in (arc_shape(0.8, opening), pie(0.8, opening)):
        expected = field.jet(points.astype(float), 0).value
        assert on_gpu(field.function, points)[:, 0] == pytest.approx(expected, abs=3e-6)


def test_a_star_has_its_tips_and_corners_where_it_says():
    assert values(star(5, 1.0, 0.4), (0, 1.0), (0, 1.1), (0, 0)) == pytest.approx(
        [0, 0.1, -0.4], abs=1e-12
    )
    turn = math.pi / 5
    assert values(star(5, 1.0, 0.4), (0.4 * math.sin(turn), 0.4 * math.cos(turn)))[
        0
    ] == pytest.approx(0, abs=1e-12)


def test_a_ring_is_measured_about_its_middle():
    assert values(ring(0.5, 0.2), (0.5, 0), (0.6, 0), (0, 0.4), (0, 0)) == pytest.approx(
        [-0.1, 0, 0, 0.4]
    )
    assert values(ring(0.3, 0.8), (0, 0), (0.7, 0)) == pytest.approx([-0.7, 0])


@pytest.mark.parametrize(
    "field", [arc_shape(0.5, 2.0), bezier((-0.5, 0), (0.3, 0.4), (0.5, -0.1))], ids=repr
)
def test_a_curve_is_nowhere_negative(field):
    assert (
        field.jet(np.concatenate([spread(17, 4000), grid(np.linspace(-1, 1, 41))]), 0).value >= 0
    ).all()


def test_sliders_move_the_new_shapes_within_their_bounds():
    s = slider("s", 0.5, 0.2, 0.9)
    fields = [
        ellipse(s, 0.4), ring(s, 0.2), arc_shape(s, 4 * s), pie(0.8, 6 * s), star(4, s, 0.3),
        triangle((s, 0), (0, s), (-0.3, -0.2)), bezier((-0.5, 0), (s, 4 * s), (0.6, -s)),
    ]  # fmt: skip
    points = spread(18, 2000, 1.5)
    for field in fields:
        left, bottom, right, top = field.bounds
        assert field.bounds.finite
        x, y = points.T
        outside = (x < left) | (x > right) | (y < bottom) | (y > top)
        for value in (0.2, 0.5, 0.9):
            made = eval(repr(field).replace(repr(s), repr(value)), {**vars(shapes), "abs": abs})
            found = field.jet(points, 0, parameters={"s": value}).value
            assert found == pytest.approx(made.jet(points, 0).value, abs=1e-12)
            assert (found[outside] > 0).all()


# --- patterns -------------------------------------------------------------------------------------
def test_stripes_lie_about_whole_multiples_of_their_period():
    field = stripes(0.5, 0.2)
    assert values(field, (0, 3), (0.5, -9), (-1, 0)) == pytest.approx([-0.05] * 3)
    assert values(field, (0.05, 0), (0.45, 2)) == pytest.approx([0, 0], abs=1e-12)
    assert values(field, (0.25, 0), (-0.75, 1)) == pytest.approx([0.2, 0.2])


def test_a_checker_holds_the_square_at_the_origin():
    inside_, outside = [(0.2, 0.1), (-0.2, -0.1), (0.4, 0.4)], [(-0.2, 0.1), (0.4, 0.1)]
    assert max(values(checker(0.3), *inside_)) < 0 < min(values(checker(0.3), *outside))
    assert values(checker(0.3), (0.15, 0.15), (0.1, 0.05)) == pytest.approx([-0.15, -0.05])


def test_a_grid_has_lines_of_full_width():
    field = grid_shape(0.5, 0.1)
    assert values(field, (0.55, 0.2), (0.3, 0.95), (0.5, 0.75)) == pytest.approx([0, 0, -0.05])
    assert values(field, (0.25, 0.25), (0, 1)) == pytest.approx([0.2, -0.05 * 2**0.5])


@pytest.mark.parametrize("full", [stripes(0.3, 1), grid_shape(0.3, 0.3), grid_shape(0.3, 9)])
def test_a_pattern_without_gaps_is_full(full):
    assert (full.jet(spread(19, 4000), 0).value <= 0).all()


def test_a_duty_past_its_end_counts_as_whole():
    field = stripes(0.3, slider("duty", 0.5, 0, 2))
    points = spread(20, 500)
    past = field.jet(points, 0, parameters={"duty": 1.7}).value
    assert (past == stripes(0.3, 1).jet(points, 0).value).all()


@pytest.mark.parametrize("size", [1e-12, 1e-6, 1e6, 1e12])
def test_patterns_of_any_size_have_derivatives(size):
    points = grid(HOSTILE)
    for field in (stripes(size, 1e-6), checker(size), grid_shape(size, 0.1 * size)):
        for array in parts(field.jet(points, 2)):
            assert np.isfinite(array).all()


# --- hostile points ------------------------------------------------------------------------------
def special(case):
    """Corners, middles, centers and other points where something ties."""
    ends = np.concatenate([piece(np.array([0.0, 0.5, 1.0])) for piece in case.outline])
    near = ends[:, None] + grid([0.0, 1e-12, -1e-12, 1e-7])[None]
    lines = np.array([[x, y] for x in (-1, -0.5, 0, 0.25, 1) for y in (-1, -0.5, 0, 0.25, 1)])
    return np.concatenate([ends, near.reshape(-1, 2), lines, grid(HOSTILE)])


@every_shape
def test_no_point_is_hostile(name):
    case = CASES[name]
    points = special(case)
    for array in parts(case.field.jet(points, 2)):
        bad = ~np.isfinite(array).reshape(len(points), -1).all(axis=1)
        assert not bad.any(), points[bad][:3]


def test_shapes_without_bounds_have_no_end():
    assert {name.split()[-1] for name in ENDLESS} == {
        "plane",
        "stripes",
        "checker",
        "grid",
        "lines",
    }


@pytest.mark.parametrize("name", [name for name in CASES if name not in ENDLESS])
def test_far_away_the_gradient_points_away(name):
    case = CASES[name]
    angle = np.linspace(0.1, 6.2, 30)
    far = 1e9 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    value, gradient = parts(case.field.jet(far, 1))
    assert value == pytest.approx(np.full(30, 1e9), rel=1e-6)
    assert gradient == pytest.approx(far / 1e9, abs=1e-6)


# --- conventions ---------------------------------------------------------------------------------
def values(field, *points):
    return field.jet(points, 0).value.tolist()


def test_lengths_are_full():
    assert values(box(2, 1), (1, 0), (0, 0.5), (0, 0)) == [0, 0, -0.5]
    assert values(circle(2), (2, 0), (0, 0)) == [0, -2]
    assert values(box(2, 1, 0.25), (1, 0), (0, 0.5)) == [0, 0]


@pytest.mark.parametrize("n", [3, 4, 5, 8])
def test_a_regular_polygon_has_a_corner_at_the_top(n):
    shape = regular_polygon(n, 0.75)
    assert values(shape, (0, 0.75))[0] == pytest.approx(0, abs=1e-12)
    assert values(shape, (0, 0.76))[0] == pytest.approx(0.01)
    assert values(shape, (0, 0))[0] == pytest.approx(-0.75 * math.cos(math.pi / n))


def test_shapes_of_very_many_corners_take_no_longer():
    assert regular_polygon(2**40, 1).bounds == pytest.approx((-1, -1, 1, 1))
    assert star(2**40, 1, 0.5).bounds == pytest.approx((-1, -1, 1, 1))


def test_a_half_plane_is_below_its_normal():
    assert values(half_plane((0, 2), 1.0), (0, 0), (9, 0.5), (0, 1)) == [-0.5, 0, 0.5]


def test_edges_that_lie_on_one_another_cancel_by_the_even_odd_rule():
    """On a lattice corners lie on edges, and edges on parts of others, in every way there is."""
    rng = np.random.default_rng(5)
    turn = np.array([[0.8, -0.6], [0.6, 0.8]]) * math.sqrt(0.1)
    cancelled = 0
    for _ in range(24):
        corners = rng.integers(0, 4, (int(rng.integers(6, 14)), 2))
        pieces = Counter()  # between neighbors among the lattice's points on an edge
        for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            parts = math.gcd(*map(int, b - a))
            on = (
                [tuple((a + k * (b - a) // parts).tolist()) for k in range(parts + 1)]
                if parts
                else []
            )
            pieces.update(map(frozenset, itertools.pairwise(on)))
        outline = [line(*(turn @ end for end in piece)) for piece, n in pieces.items() if n % 2]
        written = (corners @ turn.T).tolist()
        if not outline:
            with pytest.raises(SceneError, match="must enclose an area"):
                polygon(written)
            continue
        cancelled += len(outline) < len(pieces)
        points = rng.uniform(-0.5, 3.5, (60, 2)) @ turn.T
        points = points[nearest(closed(written), points) > 1e-3]
        value = polygon(written).jet(points, 0).value
        assert ((value < 0) == inside(closed(written), points)).all()
        assert np.abs(np.abs(value) - nearest(outline, points)).max() < 1e-7
        ends = np.concatenate([piece(np.array([0.0, 1.0])) for piece in outline])
        box = polygon(written).bounds
        assert np.allclose(
            ((box.left, box.bottom), (box.right, box.top)), (ends.min(axis=0), ends.max(axis=0))
        )
    assert cancelled > 12


def test_a_polygon_of_many_corners_is_looked_through_in_parts(monkeypatch):
    rng = np.random.default_rng(3)
    corners = rng.integers(0, 9, (80, 2)).tolist()
    whole = edges_left(np.array(corners, float))
    monkeypatch.setattr(outlines, "AT_ONCE", 50)
    for found, again in zip(whole, edges_left(np.array(corners, float)), strict=True):
        assert np.array_equal(found, again)


def test_a_segment_is_nowhere_negative():
    field = segment((-0.5, 0), (0.5, 0))
    assert (
        field.jet(np.concatenate([grid(np.linspace(-1, 1, 41)), [[0.1, 0]]]), 0).value >= 0
    ).all()


def test_sliders_take_the_place_of_numbers():
    field = box(slider("w", 1, 0.5, 3), 1, slider("r", 0.1, 0, 0.4))
    point = [[1.0, 0.2]]
    assert field.jet(point, 0).value == box(1, 1, 0.1).jet(point, 0).value
    found = field.jet(point, 0, parameters={"w": 3, "r": 0.4}).value
    assert found == box(3, 1, 0.4).jet(point, 0).value
    assert field.bounds.right == 1.5


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: circle(-1), r"circle: radius=-1 must be a positive number"),
        (lambda: circle(math.nan), "radius=nan"),
        (lambda: circle("big"), "radius='big'"),
        (lambda: box(1, 1, -0.1), "radius=-0.1"),
        (lambda: box(0, 1), "width=0"),
        (lambda: box(1), "height"),
        (lambda: polygon([(0, 0), (1, 1)]), "three"),
        (lambda: polygon([(0, 0), (0, 0), (1, 1), (1, 1)]), "three"),
        (lambda: polygon([(0, 0), (1, math.inf), (1, 1)]), "finite"),
        (lambda: regular_polygon(2, 1), "n=2"),
        (lambda: regular_polygon(5.0, 1), r"n=5\.0"),
        (lambda: regular_polygon(slider("n", 5, 3, 9), 1), "slider"),
        (lambda: half_plane((0, 0)), "normal"),
        (lambda: capsule((0, 0), (1, 0), 0), "radius=0"),
        (lambda: segment((0, 0, 0), (1, 1)), "a="),
        (lambda: ellipse(1, 0), "ry=0"),
        (lambda: arc_shape(1, 7), "opening=7 must be an angle of at most 2 pi"),
        (lambda: star(1, 1, 0.5), "n=1"),
        (lambda: stripes(1, 1.5), "duty=1.5 must be a number above 0 and at most 1"),
    ],
)
def test_refusals_name_the_call_the_value_and_the_line(call, said):
    with pytest.raises(SceneError, match=said) as caught:
        call()
    assert "test_shapes.py" in str(caught.value)


# --- GLSL ----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def drawn():
    """Values, gradients and Hessians of all shapes on the GPU, also at hostile points."""
    needs_gl()
    points = np.concatenate([spread(4, 4000), spread(5, 1000, 40.0)])
    rows = np.concatenate([points, grid(SINGLES)])
    return points, {
        name: on_gpu([jet_of(case.field.function, order) for order in (0, 1, 2)], rows)
        for name, case in CASES.items()
    }


@every_shape
def test_glsl_agrees_with_numpy(drawn, name):
    points, found = drawn
    field = CASES[name].field
    assert all(np.isfinite(f).all() for f in found[name])
    zeroth, first, second = (f[: len(points)] for f in found[name])
    near = near_kinks(field.function, points, 1e-4)
    assert near.mean() <= 0.01
    value, gradient, hessian = parts(field.jet(points, 2))
    reach = 1 + np.abs(value) + np.linalg.norm(gradient, axis=1) * np.linalg.norm(points, axis=1)
    triangle = hessian[:, [0, 0, 1], [0, 1, 1]]
    errors = [
        (np.abs(zeroth[:, 0] - value) / reach).max(),
        (np.abs(first[:, 0] - value) / reach).max(),
        (np.abs(first[:, 1:] - gradient).max(axis=1) / reach)[~near].max(),
        (np.abs(second[:, 3:] - triangle).max(axis=1) / (1 + np.abs(triangle).max(axis=1)))[~near],
    ]
    print(
        f"{name}: {near.mean():.2%} excluded, errors "
        + " ".join(f"{np.max(e):.1e}" for e in errors)
    )
    assert errors[0] < 1e-5
    assert errors[1] < 1e-5
    assert errors[2] < 1e-4
    # an edge or its end, or the two legs of a fold: equal, but for their bend
    assert (errors[3] > 1e-3).mean() < (4e-3 if name in FOLDED else 1e-3)


@pytest.fixture(scope="module")
def boxed():
    """For random boxes: bounds from the GPU, and the values of samples in each, on the GPU too."""
    needs_gl()
    rng = np.random.default_rng(9)
    count, samples = 1500, 12
    low = rng.uniform(-1.6, 1.6, (count, 2)).astype(np.float32)
    high = low + (10.0 ** rng.uniform(-4, 0.3, (count, 1))).astype(np.float32)
    t = rng.random((samples, count, 2)).astype(np.float32)
    t[:4] = np.rint(t[:4])
    inner = np.clip(low + t * (high - low), low, high)
    functions = {name: case.field.function for name, case in CASES.items()}
    sides = np.concatenate([low, high], axis=1)
    ends = {name: on_gpu(bounds(f), sides) for name, f in functions.items()}
    at = {name: on_gpu(f, inner.reshape(-1, 2)) for name, f in functions.items()}
    return ends, {name: a.reshape(samples, count) for name, a in at.items()}


@every_shape
def test_bounds_hold_in_glsl(boxed, name):
    ends, at = boxed
    least, most = ends[name].T
    assert (least <= at[name]).all()
    assert (at[name] <= most).all()


@every_shape
def test_bounds_of_a_shape_are_useful(name):
    """Over a small box they say little more than the box's size and the distance inside."""
    from jetfield.shaders.calculus.evaluate import call

    field = CASES[name].field
    points = spread(11, 2000, 1.5)
    half = 0.01
    least, most = call(bounds(field.function), [*(points - half).T, *(points + half).T])
    value = field.jet(points, 0).value
    certain = np.broadcast_to((least > 0) | (most < 0), value.shape)
    clear = np.abs(value) > 4 * half
    if clear.any():
        assert certain[clear].mean() > (0.85 if name == "many corners" else 0.97)
