"""Places: where a point lies in the space in which the shape that decides was written."""

import math
import pickle

import numpy as np
import pytest
from oracles import check_jet, spread

from jetfield.scenes import (
    Field,
    affine,
    box,
    circle,
    cos,
    half_plane,
    intersection,
    length,
    log_polar,
    max,
    min,
    mix,
    mobius,
    noise,
    polar,
    polar_repeat,
    polygon,
    repeat,
    shape,
    sin,
    slider,
    swirl,
    union,
    vec2,
    vec3,
    warp,
    where,
    xor,
)  # fmt: skip

POINTS = spread(3, 3000, 1.5)


@warp
def ripple(p, amount=0.05):
    return p + amount * vec2(sin(9 * p.y), cos(9 * p.x))


@shape
def rose(p):
    q = swirl(1.0)(p)  # a map inside a shape is the shape's own affair
    return length(q) - 0.5


BLADE = polygon([(0.2, -0.1), (0.9, 0.05), (0.4, 0.3)])
PLATE = box(0.6, 0.3, 0.1)
ASIDE = PLATE.translate(0.7, 0.1)
# a shape, and that shape drawn through maps that keep its values
DRAWN = {
    "as it is": (BLADE, BLADE),
    "moved": (PLATE, PLATE.translate(0.4, 0.1).rotate(0.7)),
    "swirled": (BLADE, BLADE.rotate(0.3).warp(swirl(1.5)).translate(0.1, 0.2)),
    "rippled": (PLATE, PLATE.warp(ripple())),
    "moebius": (circle(0.5), circle(0.5).warp(mobius(1, 0.3, 0.4j, 1))),
    "mirrored": (BLADE, BLADE.warp(affine(((0, 1), (1, 0)), (0.1, 0.2)))),
    "copies": (BLADE, BLADE.warp(polar_repeat(5))),
    "overlapping copies": (PLATE, ASIDE.warp(polar_repeat(9))),
    "rows": (BLADE, BLADE.warp(repeat(0.5, 0.4, count=(3, 2)))),
    "endless": (BLADE, BLADE.warp(repeat(1.1, None)).warp(swirl(0.7))),
    "polar": (PLATE, ASIDE.warp(polar())),
    "across the cut": (PLATE, PLATE.translate(0.9, 3.0).warp(polar())),
    "log-polar": (BLADE, BLADE.warp(repeat(None, math.tau / 6, count=6)).warp(log_polar())),
    "a user's": (rose(), rose().rotate(0.4).warp(ripple())),
    "a union of itself": (PLATE, union(*(PLATE.translate(0.4 * k, 0.1) for k in range(-9, 9)))),
}  # fmt: skip
every = pytest.mark.parametrize("name", DRAWN)


@every
def test_there_the_written_shape_has_the_fields_value(name):
    """So where there are copies it is the copy that decides."""
    written, drawn = DRAWN[name]
    there = drawn.place.jet(POINTS, 0).value
    expected = drawn.jet(POINTS, 0).value
    assert np.allclose(written.jet(there, 0).value, expected, atol=1e-9)


@every
def test_its_jacobian_is_the_slope_of_the_map(name):
    drawn = DRAWN[name][1]
    steps = 1e-3 * np.array([(0, 0), (1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1)])
    around = [drawn.place.jet(POINTS + step, 1) for step in steps]
    jump = np.ptp([j.value for j in around], axis=0).max(axis=1) > 0.1  # another copy, or a cut
    jump |= np.ptp([j.jacobian for j in around], axis=0).max(axis=(1, 2)) > 0.3
    assert jump.mean() < 0.1
    check_jet(drawn.place.jet, POINTS[~jump & (np.hypot(*POINTS.T) > 0.1)], 1e-6)


def determinants(field, points=POINTS):
    return np.linalg.det(field.place.jet(points, 1).jacobian)


def test_a_shape_drawn_s_times_as_large_has_determinant_one_in_s_squared():
    assert np.allclose(determinants(BLADE.scale(2)), 1 / 4)
    assert np.allclose(
        determinants(circle(1).scale(0.5).translate(1, 2).rotate(0.3).scale(0.2)), 100
    )


def test_a_flip_is_negative():
    assert (determinants(BLADE.warp(affine(((-1, 0), (0, 1))))) == -1).all()
    assert np.allclose(determinants(BLADE.warp(affine(((0, 2), (3, 1))))), -6)
    assert (determinants(circle(0.4).warp(mobius(1, 0.3, 0.4j, 1))) > 0).all(), "analytic"
    away = POINTS[np.hypot(*POINTS.T) > 0.05]
    r = np.hypot(*away.T)
    assert np.allclose(determinants(half_plane((1, 0)).warp(polar()), away), 1 / r)
    assert np.allclose(determinants(ASIDE.warp(log_polar()), away), 1 / r**2)


LEFT = circle(0.4).warp(affine(((2, 0), (0, -3)))).translate(-0.6, 0)
RIGHT = PLATE.scale(0.5).translate(-0.4, 0)


@pytest.mark.parametrize(
    ("combined", "left_decides"),
    [
        (LEFT | RIGHT, lambda a, b: a <= b),
        (union(LEFT, RIGHT, smooth=0.2), lambda a, b: a <= b),
        (LEFT & RIGHT, lambda a, b: a >= b),
        (intersection(LEFT, RIGHT, smooth=0.3), lambda a, b: a >= b),
        (LEFT - RIGHT, lambda a, b: a >= -b),
        (xor(LEFT, RIGHT), lambda a, b: np.abs(a) <= np.abs(b)),
        (~(LEFT | RIGHT), lambda a, b: a <= b),
        ((LEFT | RIGHT).round(0.1).shell(0.05).translate(0, 0), lambda a, b: a <= b),
    ],
    ids=["|", "smooth |", "&", "smooth &", "-", "^", "~", "offset"],
)
def test_the_operand_that_decides(combined, left_decides):
    a, b = (f.jet(POINTS, 0).value for f in (LEFT, RIGHT))
    clear = np.abs(np.abs(a) - np.abs(b)) > 1e-9
    found = determinants(combined)
    expected = np.where(left_decides(a, b), -6.0, 4.0)
    assert np.allclose(found[clear], expected[clear])
    assert {-6.0, 4.0} == set(np.round(found, 9)), "each decides somewhere"


@shape
def nearer(p):
    return min(circle(0.4)(2 * p), 0.5 * PLATE(vec2(0.3 - p.x, 3 * p.y)))


@shape
def blend(p, share=0.3):
    return mix(circle(0.4)(2 * p), PLATE(vec2(0.3 - p.x, 3 * p.y)), share)


@shape
def cut(p):
    return max(circle(0.4)(2 * p), p.x)


def test_a_users_shape_that_only_combines_others_is_a_composition():
    a = circle(0.4).jet(2 * POINTS, 0).value
    b = PLATE.jet(np.stack([0.3 - POINTS[:, 0], 3 * POINTS[:, 1]], axis=1), 0).value
    found = determinants(nearer())
    assert np.allclose(found, np.where(a <= 0.5 * b, 4.0, -3.0))
    assert {-3.0, 4.0} == set(np.round(found, 9))
    assert np.allclose(determinants(blend()), 4.0)
    assert np.allclose(determinants(blend(0.7)), -3.0)


@shape
def cut_off(p):
    return where(p.x < 0.2, circle(0.4)(2 * p), 1.0)


def test_a_condition_on_the_point_only_chooses():
    inside = POINTS[:, 0] < 0.2
    assert np.allclose(determinants(cut_off())[inside], 4.0)


def test_one_that_computes_with_the_point_itself_is_a_shape():
    assert np.array_equal(cut().place.jet(POINTS, 0).value, POINTS)
    assert np.allclose(determinants(cut().scale(2)), 0.25)


def test_at_a_tie_it_is_the_first():
    a, b = circle(0.3).scale(2).translate(1, 0), circle(0.3).scale(2).rotate(1).translate(-1, 0)
    first = [f.place.jet([(0, 0.5)], 0).value for f in (a | b, a)]
    assert np.array_equal(*first)


def test_operands_of_one_place_share_it():
    """No choice is made where there is none to make."""
    field = ((circle(0.5) - box(0.2, 0.2)) | BLADE).warp(swirl(1.0))
    assert np.allclose(
        field.place.jet(POINTS, 1).jacobian, swirl(1.0).jet(POINTS, 1).jacobian, atol=1e-12
    )
    assert "?" not in repr(field.place)


def test_a_thousand_shapes():
    rng = np.random.default_rng(1)
    at, size = rng.uniform(-2, 2, (1000, 2)), rng.uniform(0.5, 2.0, 1000)
    field = union(*(circle(0.01).scale(s).translate(x, y)
                    for (x, y), s in zip(at.tolist(), size.tolist(), strict=True)))  # fmt: skip
    points = POINTS[:200]
    nearest = (np.linalg.norm(points[:, None] - at, axis=2) - 0.01 * size).argmin(axis=1)
    there = field.place.jet(points, 1)
    assert np.allclose(there.value, (points - at[nearest]) / size[nearest, None])
    assert np.allclose(np.linalg.det(there.jacobian), size[nearest] ** -2.0)


def test_a_deep_scene_is_walked_once():
    """Two hundred unions, each of the one before: every level is evaluated once, not once for each
    level above."""
    field = circle(0.3)
    for k in range(200):
        seed = circle(0.01).scale(2).translate(k - 100, 0.5)
        field = field.translate(0.001, 0).round(0.0001) | seed
    j = field.place.jet([(0, 0), (-100, 0.6)], 1)
    assert np.allclose(np.linalg.det(j.jacobian), [1, 0.25])
    assert np.allclose(j.value[0], [-0.2, 0])


def test_it_reads_parameters_and_survives_pickling():
    field = circle(0.5).scale(slider("s", 2.0, 1.0, 4.0))
    for f in (field, pickle.loads(pickle.dumps(field))):
        found = f.place.jet([(1, 0)], 1, parameters={"s": 4})
        assert np.allclose(found.value, [[0.25, 0]])
        assert repr(f.place) == f"({f!r}).place"


def test_a_place_is_a_warp():
    """Another shape, carried along."""
    moved = BLADE.rotate(0.4).warp(swirl(1.0))
    seeds = circle(0.05).translate(0.4, 0.1)
    expected = seeds.rotate(0.4).warp(swirl(1.0)).jet(POINTS, 0).value
    assert np.allclose(seeds.warp(moved.place).jet(POINTS, 0).value, expected)


def test_a_shape_that_compares_two_fields_is_where_the_chosen_one_is():
    @shape
    def either(p, a: Field, b: Field):
        return where(a(p) < 2 * b(p), a(p), b(p))

    field = either(
        circle(0.4).warp(affine(((2, 0), (0, 2)))), circle(0.3).warp(affine(((3, 0), (0, 3))))
    )
    points = np.array([[0.1, 0.05], [0.9, 0.4]])
    determinants = np.linalg.det(field.place.jet(points, 1).jacobian)
    chosen = np.where(
        circle(0.4).jet(2 * points, 0).value < 2 * circle(0.3).jet(3 * points, 0).value, 4.0, 9.0
    )
    assert determinants == pytest.approx(chosen)


def test_a_function_of_a_vector_of_fields_is_where_it_changes_most():
    a = circle(0.4).warp(affine(((2, 0), (0, 2))))
    b = circle(0.3).warp(affine(((3, 0), (0, 3))))

    @shape
    def mixed(p):
        return noise(vec3(a(p), b(p) + 0.2, 0.3))

    points = spread(11, 60, 0.8)
    values = (a.jet(points, 0).value, b.jet(points, 0).value + 0.2)
    step = np.array([1e-6, 0.0])
    by_a, by_b = (
        np.abs(noise((values[0] + h, values[1] + k, 0.3)) - noise((*values, 0.3)))
        for h, k in (step, step[::-1])
    )
    determinants = np.linalg.det(mixed().place.jet(points, 1).jacobian)
    assert determinants == pytest.approx(np.where(by_b > by_a, 9.0, 4.0))
    assert 10 < (by_b > by_a).sum() < 50
