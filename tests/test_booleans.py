"""Booleans and offsets: their formulas, their ties, and long unions as tables."""

import time
from functools import reduce
from operator import and_, or_, sub, xor

import numpy as np
import pytest
from oracles import away, check_jet, glslang, near_kinks, needs_gl, on_gpu, parts, spread

from jetfield.scenes import (
    SceneError,
    box,
    capsule,
    circle,
    difference,
    half_plane,
    intersection,
    length,
    min,
    polar_repeat,
    polygon,
    segment,
    shape,
    slider,
    swirl,
    union,
)  # fmt: skip
from jetfield.scenes import xor as exclusive
from jetfield.shaders import to_glsl
from jetfield.shaders.calculus.expr import postorder
from jetfield.shaders.calculus.function import callees
from jetfield.shaders.calculus.jets import jet as jet_of

A = circle(0.6).translate(-0.2, 0.1)
B = box(0.9, 0.5).translate(0.3, 0)
C = capsule((-0.5, -0.6), (0.6, 0.7), 0.15)
D = half_plane((1, 2), 0.1)
POINTS = spread(1, 3000, 1.5)
a, b, c, d = (f.jet(POINTS, 0).value for f in (A, B, C, D))


def values(field, points=POINTS):
    return field.jet(points, 0).value


def smooth_min(x, y, k):
    h = np.maximum(k - np.abs(x - y), 0) / k
    return np.minimum(x, y) - h * h * k / 4


def either(x, y):
    return np.maximum(np.minimum(x, y), -np.maximum(x, y))


def folds(field):
    functions = [*callees(field.function.outputs), field.function]
    return sum(e.op.name == "fold" for f in functions for e in postorder(f.outputs))


# --- formulas ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (A | B, np.minimum(a, b)),
        (A & B, np.maximum(a, b)),
        (A - B, np.maximum(a, -b)),
        (A ^ B, either(a, b)),
        (~A, -a),
        (union(A, B, C, D), np.min([a, b, c, d], axis=0)),
        (intersection(A, B, C), np.max([a, b, c], axis=0)),
        (difference(A, B, C), np.maximum(a, -np.minimum(b, c))),
        (exclusive(A, B, C), either(either(a, b), c)),
        (union(A), a),
        (difference(A), a),
        (A.round(0.1), a - 0.1),
        (A.shell(0.1), np.abs(a) - 0.05),
        # Python's precedence: - before & before ^ before |
        (A | B & C, np.minimum(a, np.maximum(b, c))),
        (A & B - C, np.maximum(a, np.maximum(b, -c))),
        (A | B ^ C, np.minimum(a, either(b, c))),
        (A ^ B & C, either(a, np.maximum(b, c))),
        (~A & B, np.maximum(-a, b)),
        # smooth
        (union(A, B, smooth=0.3), smooth_min(a, b, 0.3)),
        (intersection(A, B, smooth=0.3), -smooth_min(-a, -b, 0.3)),
        (difference(A, B, smooth=0.3), -smooth_min(-a, b, 0.3)),
        (
            union(A, B, C, D, smooth=0.2),
            smooth_min(smooth_min(a, b, 0.2), smooth_min(c, d, 0.2), 0.2),
        ),
        (union(A, B, C, smooth=0.2), smooth_min(smooth_min(a, b, 0.2), c, 0.2)),
        (difference(A, B, C, smooth=0.2), -smooth_min(-a, smooth_min(b, c, 0.2), 0.2)),
    ],
    ids=repr,
)
def test_formula(field, expected):
    assert values(field) == pytest.approx(expected, abs=1e-14)


def test_difference_subtracts_the_union_of_the_rest():
    assert (values(difference(A, B, C)) == values(A - (B | C))).all()


def test_xor_is_in_an_odd_number():
    inside = sum((x <= 0).astype(int) for x in (a, b, c)) % 2 == 1
    assert ((values(exclusive(A, B, C)) <= 0) == inside).all()


@pytest.mark.parametrize(
    "field",
    [A | B, A - B, A ^ C, union(A, B, C, smooth=0.3), intersection(A, C, smooth=0.5),
     difference(B, C, smooth=0.2), (A | B).shell(0.1).round(0.05), ~A & D],
    ids=repr,
)  # fmt: skip
def test_derivatives_are_differences(field):
    check_jet(lambda x, order: field.jet(x, order), away(field.function, POINTS), 1e-5)


def test_smooth_width_can_be_a_slider():
    field = union(A, B, smooth=slider("k", 0.1, 0.05, 1))
    assert field.jet(POINTS, 0, parameters={"k": 0.4}).value == pytest.approx(smooth_min(a, b, 0.4))


# --- ties ----------------------------------------------------------------------------------------
LEFT, RIGHT = half_plane((-1, 0)), half_plane((1, 0))  # -x and x: equal on the y axis


@pytest.mark.parametrize(
    ("field", "slope"),
    [
        (LEFT | RIGHT, -1), (RIGHT | LEFT, 1), (LEFT & RIGHT, -1), (RIGHT & LEFT, 1),
        (union(RIGHT, LEFT, LEFT), 1), (LEFT - LEFT, -1),
        (intersection(LEFT, RIGHT - half_plane((0, 1)), RIGHT), -1),
        (intersection(RIGHT, box(9, 9), LEFT), 1), (union(LEFT, RIGHT, RIGHT, RIGHT), -1),
    ],
    ids=repr,
)  # fmt: skip
def test_a_tie_takes_the_first_operand(field, slope):
    assert field.jet([[0.0, 0.7]], 1).gradient[0].tolist() == [slope, 0]
    needs_gl()
    assert on_gpu(jet_of(field.function, 1), [[0.0, 0.7]])[0, 1:].tolist() == [slope, 0]


@pytest.mark.parametrize("first", [0, 1])
def test_a_tie_within_a_table_takes_the_first_row(first):
    """Ten discs whose first two are equally near; a table keeps their order."""
    near = [circle(0.25).translate(-0.5, 0), circle(0.25).translate(0.5, 0)]
    far = [circle(0.25).translate(9, k) for k in range(9)]
    field = union(near[first], near[1 - first], *far)
    assert folds(field) == 1
    slope = -1 if first else 1
    assert field.jet([[0.0, 0.0]], 1).gradient[0].tolist() == [slope, 0]
    needs_gl()
    assert on_gpu(jet_of(field.function, 1), [[0.0, 0.0]])[0, 1:].tolist() == [slope, 0]


def test_ties_keep_the_order_around_a_table():
    row = [circle(0.25).translate(0.5 + k, 0) for k in range(9)]
    other = box(0.5, 0.5).translate(-0.5, 0)
    assert union(other, *row).jet([[0.0, 0.0]], 1).gradient[0].tolist() == [1, 0]
    assert union(*row, other).jet([[0.0, 0.0]], 1).gradient[0].tolist() == [-1, 0]


# --- tables --------------------------------------------------------------------------------------
def discs(count, seed=2):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1.4, 1.4, (count, 2)), rng.uniform(0.02, 0.1, count)


def drawn(centers, radii):
    return [
        circle(float(r)).translate(float(x), float(y))
        for (x, y), r in zip(centers, radii, strict=True)
    ]


def least(centers, radii, points=POINTS):
    away = np.linalg.norm(points[:, None] - centers, axis=2) - radii
    k = away.argmin(axis=1)
    n = np.arange(len(points))
    gradient = (points - centers[k]) / np.linalg.norm(points - centers[k], axis=1)[:, None]
    return away[n, k], gradient


@pytest.mark.parametrize("count", [2, 7, 8, 9, 16, 17, 60, 400])
def test_a_union_of_discs(count):
    centers, radii = discs(count)
    field = union(*drawn(centers, radii))
    value, gradient = least(centers, radii)
    assert folds(field) == (count >= 8)
    found = field.jet(POINTS, 1)
    assert found.value == pytest.approx(value, abs=1e-13)
    assert found.gradient == pytest.approx(gradient, abs=1e-9)
    assert (values(reduce(or_, drawn(centers, radii))) == found.value).all()


SHAPES = {
    "boxes": lambda r, k: box(r.uniform(0.1, 0.4), r.uniform(0.1, 0.4), 0.02).translate(*r.uniform(-1, 1, 2)),
    "turned boxes": lambda r, k: box(0.3, 0.1).rotate(r.uniform(0, 3)).translate(*r.uniform(-1, 1, 2)),
    "capsules": lambda r, k: capsule(tuple(r.uniform(-1, 1, 2)), tuple(r.uniform(-1, 1, 2)), 0.03),
    "equal numbers by chance": lambda r, k: box(0.2 + 0.1 * (k % 2), 0.2).translate(0.2, 0.1 * k - 0.5),
    "equal but one": lambda r, k: circle(0.1).translate(0.1 * k - 0.5, 0.1),
    "all alike": lambda r, k: circle(0.3).translate(0.1, 0.2),
    "negative and zero": lambda r, k: circle(0.1).translate(0.1 * (k - 5), 0.0),
    "with sliders": lambda r, k: circle(slider("r", 0.2, 0.1, 0.4)).translate(*r.uniform(-1, 1, 2)),
    "scaled, rounded": lambda r, k: box(0.2, 0.1).round(r.uniform(0, 0.1)).scale(r.uniform(0.5, 2)),
    "shells": lambda r, k: circle(r.uniform(0.2, 1.0)).shell(0.05),
    "polygons": lambda r, k: polygon(r.uniform(-1, 1, (3, 2)).tolist()),
    "warped": lambda r, k: circle(0.1).translate(*r.uniform(0.2, 1, 2)).warp(polar_repeat(3)),
    "swirled": lambda r, k: circle(0.1).translate(*r.uniform(0.2, 1, 2)).warp(swirl(r.uniform(0, 1))),
    "differences": lambda r, k: circle(0.2).translate(*r.uniform(-1, 1, 2)) - box(0.1, 0.1 + 0.1 * k),
    "segments": lambda r, k: segment(tuple(r.uniform(-1, 1, 2)), tuple(r.uniform(-1, 1, 2))),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("count", [8, 20])
def test_a_table_is_the_least_of_its_shapes(name, count):
    rng = np.random.default_rng(3)
    fields = [SHAPES[name](rng, k) for k in range(count)]
    expected = [f.jet(POINTS, 1) for f in fields]
    each = np.array([e.value for e in expected])
    found = union(*fields).jet(POINTS, 1)
    assert found.value == pytest.approx(each.min(axis=0), abs=1e-13)
    clear = np.diff(np.sort(each, axis=0)[:2], axis=0)[0] > 1e-9
    winner = np.array([e.gradient for e in expected])[each.argmin(axis=0), np.arange(len(POINTS))]
    assert found.gradient[clear] == pytest.approx(winner[clear], abs=1e-8)


def test_sliders_inside_a_table_move_it():
    rng = np.random.default_rng(3)
    fields = [SHAPES["with sliders"](rng, k) for k in range(12)]
    field = union(*fields)
    assert folds(field) == 1
    expected = np.min([f.jet(POINTS, 0, parameters={"r": 0.4}).value for f in fields], axis=0)
    assert field.jet(POINTS, 0, parameters={"r": 0.4}).value == pytest.approx(expected)


def test_mixed_runs_are_tables_in_order():
    centers, radii = discs(30)
    round_ = drawn(centers, radii)
    square = [box(0.1, 0.1 + 0.01 * k).translate(0.1 * k - 1, 0.5) for k in range(10)]
    fields = [*round_[:12], A, *square, B, C, *round_[12:20], *round_[20:25], D, *round_[25:]]
    field = union(*fields)
    assert folds(field) == 3
    assert values(field) == pytest.approx(np.min([values(f) for f in fields], axis=0), abs=1e-13)


def test_tables_in_glsl():
    needs_gl()
    rng = np.random.default_rng(3)
    for name, make in SHAPES.items():
        field = union(*(make(rng, k) for k in range(20)))
        for order in (0, 1):
            found = on_gpu(jet_of(field.function, order), POINTS)
            expected = field.jet(POINTS, 1)
            assert np.abs(found[:, 0] - expected.value).max() < 3e-6, name
        near = near_kinks(field.function, POINTS, 1e-4)
        assert near.mean() < 0.01, name
        size = 1 + np.linalg.norm(expected.gradient, axis=1)
        error = np.abs(found[:, 1:] - expected.gradient).max(axis=1) / size
        assert error[~near].max() < 1e-4, name


def test_ten_thousand_discs():
    centers, radii = discs(10_000)
    field = union(*drawn(centers, radii))
    points = POINTS[:400]
    value, gradient = least(centers, radii, points)
    found = field.jet(points, 1)
    assert found.value == pytest.approx(value, abs=1e-13)
    assert found.gradient == pytest.approx(gradient, abs=1e-8)
    start = time.perf_counter()
    text = to_glsl(field)
    assert time.perf_counter() - start < 2.0
    assert len(text.splitlines()) < 120
    assert not glslang("#version 330 core\n" + text + "out vec4 c; void main() { c = vec4(0.0); }")
    needs_gl()
    on = on_gpu(jet_of(field.function, 1), points)
    assert np.abs(on[:, 0] - value).max() < 1e-6


@pytest.mark.parametrize("op", [or_, and_, sub, xor])
def test_long_chains(op):
    centers, _radii = discs(300)
    fields = [box(0.3, 0.2).translate(float(x), float(y)) for x, y in centers]
    field = reduce(op, fields)
    by_hand = {or_: np.minimum, and_: np.maximum, sub: lambda x, y: np.maximum(x, -y), xor: either}[
        op
    ]
    points = POINTS[:200]
    expected = reduce(by_hand, [values(f, points) for f in fields])
    assert values(field, points) == pytest.approx(expected, abs=1e-13)


# --- refusals ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: A + 1, r"round\(r\)"),
        (lambda: 1 + A, r"round\(r\)"),
        (lambda: A - 1, r"round"),
        (lambda: A | 1, "combine two fields"),
        (lambda: union(), "at least one"),
        (lambda: union([A, B]), r"union\(\*fields\)"),
        (lambda: union(A, 3), "3 is not a field"),
        (lambda: union(A, B, smooth=-1), "smooth=-1"),
        (lambda: exclusive(A, B, smooth=0.1), "xor"),
        (lambda: A.scale(0), "factor=0"),
        (lambda: A.scale(-1), "factor=-1"),
        (lambda: A.shell(0), "thickness=0"),
        (lambda: A.translate("x", 0), "x='x'"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(SceneError, match=said):
        call()


# --- moves ---------------------------------------------------------------------------------------
def test_moves_apply_left_to_right():
    field = box(1, 0.5)
    x, y = POINTS.T
    moved = field.translate(0.5, 0).rotate(np.pi / 2)
    assert values(moved) == pytest.approx(values(field, np.stack([y - 0.5, -x], axis=1)))
    assert values(field.translate(0.5, 0.2).scale(2)) == pytest.approx(
        2 * values(field, POINTS / 2 - (0.5, 0.2))
    )
    assert values(field.translate((0.5, 0.2))) == pytest.approx(values(field, POINTS - (0.5, 0.2)))


def test_a_field_can_be_called_in_a_shape():
    @shape
    def melted(p, k=0.1):
        return min(A(p), B(2 * p)) - k * length(p)

    expected = np.minimum(a, values(B, 2 * POINTS)) - 0.1 * np.hypot(*POINTS.T)
    assert values(melted()) == pytest.approx(expected)
    assert len(parts(melted().jet(POINTS, 2))) == 3


# --- exactly on the tie --------------------------------------------------------------------------
@pytest.mark.parametrize("combine", [union, intersection, difference])
def test_a_smooth_boolean_is_smooth_on_its_tie(combine):
    """On the axis of two mirrored discs the derivatives are those just beside it."""
    second = circle(0.3).translate(0.2, 0)
    second = ~second if combine is difference else second
    f = combine(circle(0.3).translate(-0.2, 0), second, smooth=0.3)
    on, beside = f.jet([(0.0, 0.3)]), f.jet([(1e-9, 0.3)])
    assert np.allclose(on.gradient, beside.gradient, atol=1e-7)
    assert np.allclose(on.hessian, beside.hessian, atol=1e-6)
