"""elongate, morph and mix; shapes of one's own in every combination; a field asked for a number."""

import math
import pickle

import numpy as np
import pytest
from oracles import (
    HOSTILE,
    away,
    check_jet,
    grid,
    near_kinks,
    needs_gl,
    on_gpu,
    parts,
    spread,
)

from jetfield.scenes import (
    SceneError,
    atan2,
    bezier,
    box,
    circle,
    ellipse,
    half_plane,
    length,
    log_polar,
    mix,
    morph,
    mouse,
    polar,
    polar_repeat,
    repeat,
    seconds,
    segment,
    shape,
    sin,
    slider,
    star,
    swirl,
    triangle,
    union,
    vec2,
)
from jetfield.shaders.calculus.jets import jet as jet_of

A, B = star(5, 0.8, 0.35), box(0.9, 0.5, 0.1).translate(0.2, 0.1)
FIELDS = {
    "elongated": A.elongate(0.6, 0.3),
    "elongated to the side": A.elongate(0.5),
    "elongated upward": A.elongate(0, 0.5),
    "elongated off its axes": circle(0.3).translate(0.5, 0.4).elongate(0.4, 0.2),
    "morphed": A.morph(B, 0.3),
    "morphed far": A.morph(circle(0.3).translate(2, 1), 0.5),
    "both": mix(A, B, 0.5).elongate(0.4).rotate(0.3).warp(swirl(0.8)),
}
every_field = pytest.mark.parametrize("name", FIELDS)


@every_field
def test_derivatives_are_differences(name):
    field = FIELDS[name]
    check_jet(field.jet, away(field.function, spread(1, 4000)), 1e-5)


@every_field
def test_no_point_is_hostile(name):
    points = np.concatenate([grid(HOSTILE), grid([-0.3, -0.25, -0.15, 0.0, 0.15, 0.25, 0.3])])
    for array in parts(FIELDS[name].jet(points, 2)):
        assert np.isfinite(array).all()


@every_field
def test_glsl_agrees_with_numpy(name):
    needs_gl()
    field, points = FIELDS[name], spread(2, 3000)
    value, gradient = parts(field.jet(points, 1))
    found = on_gpu(jet_of(field.function, 1), points)
    far = near_kinks(field.function, points, 1e-4)
    reach = 1 + np.abs(value) + np.linalg.norm(gradient, axis=1) * np.linalg.norm(points, axis=1)
    assert (np.abs(found[:, 0] - value) / reach).max() < 1e-5
    assert (np.abs(found[:, 1:] - gradient).max(axis=1) / reach)[~far].max() < 1e-4


# --- elongate ------------------------------------------------------------------------------------
def test_an_elongated_circle_is_a_capsule():
    points = spread(3, 3000)
    stadium = segment((-0.4, 0), (0.4, 0)).round(0.3)
    found = circle(0.3).elongate(0.8).jet(points, 1)
    assert found.value == pytest.approx(stadium.jet(points, 0).value)
    assert np.linalg.norm(found.gradient, axis=1).max() <= 1 + 1e-12


def test_an_elongated_box_is_a_longer_box():
    points = spread(4, 3000)
    outside = box(1.0, 0.9).jet(points, 0).value
    found = box(0.4, 0.5).elongate(0.6, 0.4).jet(points, 0).value
    assert found[outside > 0] == pytest.approx(outside[outside > 0])
    assert (found[outside <= 0] <= 0).all()


def test_what_lies_beside_the_axes_moves_apart_whole():
    right = circle(0.3).translate(0.5, 0.4)
    points = spread(5, 2000, 1.5)
    kept = (np.abs(points[:, 0]) > 0.2) & (np.abs(points[:, 1]) > 0.1)
    moved = points - 0.5 * np.sign(points) * [0.4, 0.2]
    found = right.elongate(0.4, 0.2).jet(points[kept], 2)
    for a, b in zip(parts(found), parts(right.jet(moved[kept], 2)), strict=True):
        assert a == pytest.approx(b)


def test_elongating_by_nothing_changes_nothing_not_even_on_the_axes():
    points = np.concatenate([spread(6, 500), grid([-1.0, 0.0, 0.3])])
    for stretched in (A.elongate(0), A.elongate(slider("x", 0, 0, 1), 0)):
        for a, b in zip(parts(stretched.jet(points, 2)), parts(A.jet(points, 2)), strict=True):
            assert a == pytest.approx(b, abs=1e-12)


@pytest.mark.parametrize(
    ("field", "sides"),
    [
        (circle(0.5).elongate(1, 0.5), (-1, -0.75, 1, 0.75)),
        (circle(0.2).translate(1, 0).elongate(1), (1.3, -0.2, 1.7, 0.2)),
        (circle(0.2).translate(-1, -1).elongate(1, 2), (-1.7, -2.2, -1.3, -1.8)),
        (circle(0.5).elongate(slider("w", 0.5, 0.2, 2)), (-1.5, -0.5, 1.5, 0.5)),
        (circle(0.2).translate(1, 0).elongate(slider("w", 0.5, 0.2, 2)), (0.9, -0.2, 2.2, 0.2)),
        (circle(1).morph(box(4, 1), 0.5), (-2, -1, 2, 1)),
        (circle(1).morph(circle(0.1).translate(0, 3), 0.1), (-1, -1, 1, 3.1)),
    ],
    ids=repr,
)
def test_bounds_are_tight(field, sides):
    assert tuple(field.bounds) == pytest.approx(sides)


def test_grades():
    assert A.elongate(0.1).grade == "bound"
    assert A.morph(B, 0.5).grade == "bound"
    assert A.warp(swirl(1)).morph(B, 0.5).grade == "implicit"
    assert half_plane((1, 0)).morph(B, 0.5).bounds.finite is False


@every_field
def test_a_bound_never_overestimates(name):
    field = FIELDS[name]
    if field.grade == "bound":
        assert np.linalg.norm(field.jet(spread(7, 4000), 1).gradient, axis=1).max() <= 1 + 1e-9


# --- morph and mix -------------------------------------------------------------------------------
def test_a_morph_is_the_mix_of_both_values():
    points = spread(8, 1000)
    for t in (0, 0.25, 1):
        first, second = parts(A.jet(points, 2)), parts(B.jet(points, 2))
        for spelled in (A.morph(B, t), morph(A, B, t), mix(A, B, t)):
            for a, b, found in zip(first, second, parts(spelled.jet(points, 2)), strict=True):
                assert found == pytest.approx((1 - t) * a + t * b, abs=1e-12)


def test_a_morph_that_moves_is_held_between_its_ends():
    points = spread(9, 200)
    field = A.morph(B, 2 * slider("t", 0.5, -1, 1))
    for t, end in ((-1, A), (1, B)):
        assert field.jet(points, 0, parameters={"t": t}).value == pytest.approx(
            end.jet(points, 0).value, abs=1e-12
        )


def test_mix_still_mixes_numbers_vectors_and_arrays():
    assert mix(1, 3, 0.25) == 1.5
    assert mix(vec2(0, 1), vec2(2, 3), 0.5) == vec2(1, 2)
    assert mix(np.array([0.0, 2.0]), 4.0, 0.5) == pytest.approx([2, 3])
    assert repr(mix(seconds(), 1, 0)) == "seconds()"


def test_they_read_as_code_and_pickle():
    for field in (A.morph(B, 0.5), mix(A, B, slider("t", 0, 0, 1)), A.elongate(1, 0.5)):
        again = pickle.loads(pickle.dumps(field))
        assert repr(again) == repr(field)
        assert again.function is field.function
        assert again.bounds == field.bounds
    assert repr(mix(circle(1), circle(2), 0.5)) == "morph(circle(1), circle(2), 0.5)"
    assert repr(circle(1).elongate(1, 2)) == "circle(1).elongate(1, 2)"


# --- shapes of one's own, with bounds ------------------------------------------------------------
@shape(bounds=((-0.5, -0.35), (0.6, 0.4)))
def blob(p):
    """Steep and flat by turns, and lopsided: only its zero set is that of a distance."""
    q = vec2(p.x / 0.55, (p.y - 0.1 * sin(4 * p.x)) / 0.3)
    return (q.x * q.x * q.x * q.x + q.y * q.y - 0.5) * (2 + sin(9 * p.x))


@shape(bounds=lambda r: ((-r, -r), (r, r)))
def flat(p, r):
    """A hundredth as steep as a distance."""
    return 0.01 * (length(p) - r)


BLOB = blob().rotate(0.2).translate(0.1, 0.05)


def at(field, points):
    return field.jet(points, 0).value


def test_their_bounds_hold():
    points = spread(10, 6000, 1.5)
    for field in (
        blob(),
        BLOB,
        flat(0.4),
        BLOB.scale(1.4),
        BLOB.elongate(0.3),
        BLOB.morph(flat(0.4), 0.4),
    ):
        left, bottom, right, top = field.bounds
        x, y = points.T
        outside = (x < left) | (x > right) | (y < bottom) | (y > top)
        assert field.grade == "implicit"
        assert field.bounds.finite
        assert (at(field, points[outside]) > 0).all()


@pytest.mark.parametrize("step", [(0.5, 0.3), (1.5, 1.2), (0.7, None)])
def test_repeated_they_are_whole_copies(step):
    """Endless copies, overlapping or apart: inside where any copy is."""
    points = spread(11, 4000, 2.0)
    copies = []
    for i in range(-9, 10):
        for j in range(-9, 10) if step[1] else [0]:
            copies.append(at(BLOB, points - [i * step[0], j * (step[1] or 0)]))
    inside = np.min(copies, axis=0) <= 0
    found = BLOB.warp(repeat(*step))
    assert ((at(found, points) <= 0) == inside).all()


def test_repeated_by_a_count_they_are_the_least_of_all_copies():
    points = spread(12, 3000, 2.0)
    copies = [
        at(BLOB, points - [(i - 1) * 0.4, (j - 0.5) * 0.9]) for i in range(3) for j in range(2)
    ]
    found = BLOB.warp(repeat(0.4, 0.9, count=(3, 2)))
    assert at(found, points) == pytest.approx(np.min(copies, axis=0))


@pytest.mark.parametrize("n", [2, 5, 12])
def test_turned_they_are_the_least_of_all_copies(n):
    points, petal = spread(13, 3000, 1.5), BLOB.translate(0.5, 0.1)
    angles = math.tau * np.arange(n) / n
    copies = [at(petal.rotate(float(a)), points) for a in angles]
    assert at(petal.warp(polar_repeat(n)), points) == pytest.approx(np.min(copies, axis=0))


@pytest.mark.parametrize("warp", [polar, log_polar])
def test_across_the_polar_seam_they_are_whole(warp):
    """A shape at theta = pi is seen from both sides of the cut."""
    field = blob().translate(0.6, math.pi)
    points = spread(14, 4000, 4.0)
    radius, theta = np.hypot(*points.T), np.arctan2(points[:, 1], points[:, 0])
    across = np.log(radius) if warp is log_polar else radius
    turns = [
        at(field, np.stack([across, theta + turn], axis=1)) for turn in (0, math.tau, -math.tau)
    ]
    assert at(field.warp(warp()), points) == pytest.approx(np.min(turns, axis=0))
    above, below = at(field.warp(warp()), np.array([[-1.5, 1e-9], [-1.5, -1e-9]]))
    assert above == pytest.approx(below, abs=1e-6)


def test_many_in_a_union_are_the_least_of_all():
    rng = np.random.default_rng(15)
    points = spread(15, 1500, 2.0)
    moves = rng.uniform(-2, 2, (80, 2))
    field = union(*(flat(0.2 + 0.002 * k).translate(*map(float, m)) for k, m in enumerate(moves)))
    values = [at(flat(0.2 + 0.002 * k), points - m) for k, m in enumerate(moves)]
    assert at(field, points) == pytest.approx(np.min(values, axis=0))
    mixed = union(
        *(
            f
            for k, m in enumerate(moves)
            for f in (blob().translate(*map(float, m)), circle(0.1).rotate(k))
        )
    )
    values = [at(blob(), points - m) for m in moves] + [at(circle(0.1), points)]
    assert at(mixed, points) == pytest.approx(np.min(values, axis=0))
    assert mixed.bounds.finite


def test_unbounded_they_are_refused_where_bounds_are_needed():
    grown = BLOB.round(0.1)  # may be small far away
    assert not grown.bounds.finite
    with pytest.raises(SceneError, match="bounds="):
        grown.warp(repeat(1, 1))
    assert BLOB.round(-0.1).bounds == BLOB.bounds
    clipped = grown & box(2, 2)
    assert clipped.warp(repeat(3, 3)).bounds.finite is False
    assert clipped.bounds.finite


def test_smooth_unions_and_offsets_of_them_hold_their_bounds():
    points = spread(16, 6000, 2.0)
    for field in (
        union(BLOB, flat(0.3).translate(0.8, 0), smooth=0.3),
        BLOB.shell(0.1) & box(1, 1),
        BLOB - flat(0.2),
        ~BLOB & box(1.5, 1),
    ):
        left, bottom, right, top = field.bounds
        x, y = points.T
        outside = (x < left) | (x > right) | (y < bottom) | (y > top)
        assert (at(field, points[outside]) > 0).all()


# --- numbers -------------------------------------------------------------------------------------
def test_a_field_at_numbers_is_a_number():
    assert circle(1)((0.6, 0.8)) == 0
    assert type(circle(1)([3, 4])) is float
    assert circle(1)(np.array([3.0, 4.0])) == 4
    assert circle(1)(vec2(3, np.float32(4))) == 4


def test_a_field_at_arrays_is_an_array():
    x, y = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-1, 1, 4))
    found = star(5, 1, 0.4)((x, y))
    assert found.shape == (4, 5)
    assert found.ravel() == pytest.approx(at(star(5, 1, 0.4), np.stack([x.ravel(), y.ravel()], 1)))
    assert circle(1)((np.array([3.0, 0.0]), 0.0)) == pytest.approx([2, -1])
    with pytest.raises(SceneError, match="arrays of one shape"):
        circle(1)((np.zeros(3), np.zeros(4)))


def test_in_a_shape_it_is_traced():
    @shape
    def ripples(p):
        return circle(0.5)(p) + 0.1 * sin(9 * atan2(p.y, p.x)) + circle(1)((0.6, 0.8))

    @shape
    def moving(p):
        return p.x - circle(slider("r", 1, 0.5, 2))((0, 0))

    assert at(ripples(), np.array([[1.0, 0.0]])) == pytest.approx([0.5])
    for r in (0.5, 2):  # not frozen at its default
        assert moving().jet([(0, 0)], 0, parameters={"r": r}).value == [r]
    assert "mouse().x" in repr(circle(1)(mouse()))


def test_new_shapes_combine():
    made = union(
        ellipse(0.5, 0.3),
        triangle((0, 0), (1, 0), (0, 1)),
        bezier((0, 0), (1, 1), (1, 0)).round(0.05),
        smooth=0.1,
    )
    points = spread(17, 500)
    for array in parts(made.warp(polar_repeat(3) @ swirl(1)).jet(points, 2)):
        assert np.isfinite(array).all()
