"""One suite that every entry of the table of ops goes through, and the table's conventions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import (
    HOSTILE,
    SINGLES,
    check_jet,
    function_jet,
    grid,
    near_kinks,
    needs_gl,
    on_gpu,
    parts,
    spread,
)

from jetfield.scenes import (
    atan2,
    clamp,
    exp,
    jet,
    length,
    log,
    max,
    min,
    mix,
    mod,
    normalize,
    pow,
    sign,
    sqrt,
    where,
)  # fmt: skip
from jetfield.shaders.calculus import ops
from jetfield.shaders.calculus.bounds import bounds
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.expr import OPS, node
from jetfield.shaders.calculus.function import Function, Input, Type, trace
from jetfield.shaders.calculus.jets import jet as jet_of
from jetfield.shaders.calculus.vectors import seam

ARITIES = {"length": (1, 2, 3), "dot": (2, 4), "within": (1,)}
CHOICES = {"where", "seam"}  # of a condition: here, that of a < b
STRUCTURE = {
    "const", "literal", "input", "parameter", "epsilon", "apply", "fold", "root", "get",
    "dfdx", "dfdy",
}  # fmt: skip
TRUTHS = {name for name, op in OPS.items() if op.result == "bool"}
ENTRIES = [
    (name, n)
    for name, op in OPS.items()
    if name not in STRUCTURE | TRUTHS
    for n in ARITIES.get(name, (4 if name in CHOICES else op.arity,))
]
POSITIVE = {"sqrt", "log"}  # of arguments below 0 they have no slope


def entry(name: str, n: int) -> Function:
    """The function that is this one op of n numbers, unsimplified."""
    point = Input("p", Type(n), "point")
    args = point.leaves
    if name in CHOICES:
        args = (node("lt", args[:2]), *args[2:])
    if name == "within":  # what it declares must be true
        args = (node("sin", args), _const(-1.0), _const(1.0))
    return Function(f"just_{name}", [point], [node(name, args)])


every_op = pytest.mark.parametrize(("name", "n"), ENTRIES, ids=[f"{a}{b}" for a, b in ENTRIES])


def test_no_op_is_left_out():
    assert {name for name, _ in ENTRIES} | STRUCTURE | TRUTHS == set(OPS)
    for name, _ in ENTRIES:
        op = OPS[name]
        assert op.numpy
        assert op.glsl
        assert op.partials
        assert op.interval


@every_op
def test_derivatives_are_differences(name, n):
    f = entry(name, n)
    points = spread(3, 2000, 3.0, n)
    if name in POSITIVE or name == "pow":
        points[:, 0] = np.abs(points[:, 0]) + 0.05
    away = points[~near_kinks(f, points, 1e-3)]
    assert len(away) > 0.9 * len(points)
    if name == "cell":  # it declares no steps: its user mends them
        away = away[np.abs(away[:, 0] - np.rint(away[:, 0])) > 1e-3]
    if name == "hash":  # steps along axes that the search for kinks does not try
        away = away[(np.abs(away - np.floor(away) - 0.5) > 1e-3).all(axis=1)]
    if name in ("div", "reciprocal", "mod"):  # steep beside their poles
        away = away[np.abs(away[:, -1]) > 0.3]
    check_jet(function_jet(f), away, 1e-6)


@every_op
def test_no_derivative_is_nan_or_infinite(name, n):
    points = grid(HOSTILE[::2] if n > 3 else HOSTILE, n)
    result = function_jet(entry(name, n))(points, 2)
    for order, array in enumerate(parts(result)):
        bad = ~np.isfinite(array).reshape(len(points), -1).all(axis=1)
        assert not bad.any(), (order, points[bad][:3])


# --- intervals -----------------------------------------------------------------------------------
def contained(f: Function, low, high, between) -> None:
    """Every sample low + t (high - low), t in ``between``, gives a value within the bounds."""
    least, most = call(bounds(f), [*low.T, *high.T])
    assert np.isfinite(least).all()
    assert np.isfinite(most).all()
    for t in between:
        x = np.clip(low + t * (high - low), low, high)
        value = call(f, list(x.T))[0]
        bad = ~((least <= value) & (value <= most))
        if bad.any():
            k = int(np.argmax(bad))
            found = [np.broadcast_to(a, bad.shape)[k] for a in (least, value, most)]
            raise AssertionError(f"{f.name} on {low[k]} .. {high[k]}, at {x[k]}: {found}")


numbers = st.one_of(
    st.sampled_from([float(h) for h in HOSTILE]),
    st.floats(-10, 10),
    st.floats(-1e12, 1e12),
)


@every_op
def test_bounds_hold_on_random_boxes(name, n):
    rng = np.random.default_rng(8)
    center = rng.uniform(-6, 6, (3000, n))
    size = 10.0 ** rng.uniform(-6, 1, (3000, n)) * rng.integers(0, 2, (3000, n))
    between = rng.random((20, 3000, n))
    between[:2] = [[[0.0]], [[1.0]]]
    between[2:8] = np.rint(between[2:8])  # corners
    contained(entry(name, n), center - size, center + size, between)


@every_op
@settings(max_examples=40)
@given(st.data())
def test_bounds_hold_on_hostile_boxes(name, n, data):
    ends = np.array(data.draw(st.lists(st.tuples(numbers, numbers), min_size=n, max_size=n)))
    low, high = ends.min(axis=1)[None], ends.max(axis=1)[None]
    rng = np.random.default_rng(2)
    between = [
        np.zeros((1, n)),
        np.ones((1, n)),
        *rng.random((12, 1, n)),
        *rng.integers(0, 2, (8, 1, n)),
    ]
    contained(entry(name, n), low, high, between)


@pytest.mark.parametrize("name", ["mul", "dot"])
def test_a_square_is_never_negative(name):
    x = Input("p", Type(2), "point").leaves[0]
    point = Input("p", Type(2), "point")
    least, _ = call(
        bounds(Function("square", [point], [node(name, (x, x))])), [-1.0, 0.0, 2.0, 0.0]
    )
    assert least == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", sorted(TRUTHS))
def test_truth_is_certain_or_possible(name):
    arity = OPS[name].arity or 2
    point = Input("p", Type(4), "point")
    args = point.leaves[:2]
    if OPS[name].takes:
        args = tuple(node("lt", pair) for pair in (point.leaves[:2], point.leaves[2:]))[:arity]
    truth = node(name, args)
    f = Function("truth", [point], [node("where", (truth, *map(_const, (1.0, 0.0))))])
    rng = np.random.default_rng(4)
    low = rng.integers(-2, 3, (500, 4)).astype(float)
    contained(f, low, low + rng.integers(0, 2, (500, 4)), rng.integers(0, 2, (16, 500, 4)))


def _const(value: float):
    return node("const", (), value)


# --- GLSL ----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def spelled():
    """Every op of the table, with its first derivatives, at random and at hostile points."""
    needs_gl()
    rng = np.random.default_rng(6)
    rows = np.concatenate([
        rng.uniform(-4, 4, (2000, 4)),
        rng.uniform(-1, 1, (2000, 4)) * 10.0 ** rng.uniform(-6, 6, (2000, 4)),
        rng.choice(SINGLES, (4000, 4)),
        np.repeat(SINGLES, 4).reshape(-1, 4),
    ]).astype(np.float32)  # fmt: skip
    functions = [jet_of(entry(name, n), order) for name, n in ENTRIES for order in (0, 1)]
    return rows, on_gpu(functions, rows)


@every_op
def test_glsl_agrees_with_numpy(spelled, name, n):
    rows, found = spelled
    k = 2 * ENTRIES.index((name, n))
    value, first = found[k].astype(float)[:, 0], found[k + 1].astype(float)
    points = rows[:, :n].astype(np.float64)
    with np.errstate(all="ignore"):
        expected = function_jet(entry(name, n))(points, 2)
    assert np.isfinite(value).all()
    assert np.isfinite(first).all()
    fits = fits_float32(expected)
    jumps = near_jump(name, n, points)
    reach = np.abs(expected.gradient * points).sum(axis=1)
    bend = np.abs(np.einsum("nij,nj->ni", expected.hessian, points)).max(axis=1)
    slack = {"sin": 1e-5, "cos": 1e-5}.get(name, 0.0) * np.abs(points).max(axis=1)
    held = fits & ~jumps
    assert held.mean() > 0.5
    error = np.abs(value - expected.value) / (1 + np.abs(expected.value) + reach)
    assert error[held].max() < 1e-5, where_worst(error, held, points, value, expected.value)
    size = 1 + np.abs(expected.gradient).max(axis=1) + bend + slack
    error = np.abs(first[:, 1:] - expected.gradient).max(axis=1) / size
    assert error[held].max() < 1e-4, where_worst(error, held, points, first, expected.gradient)
    assert (first[:, 0] == value).mean() > 0.99


def where_worst(error, held, points, found, expected):
    k = int(np.argmax(np.where(held, error, 0.0)))
    return f"{error[k]:.2g} at {points[k]}: {found[k]}, not {expected[k]}"


def fits_float32(expected):
    """Where neither the value, nor a derivative, nor a step of either leaves float32's range."""
    sizes = [np.abs(a).reshape(len(expected.value), -1).max(axis=1) for a in parts(expected)]
    return np.max(sizes, axis=0) < 1e15


def near_jump(name, n, points):
    """Where float32 may well be on the other side of a jump."""
    op = OPS["floor" if name == "cell" else name]
    if op.jumps is None or name in CHOICES:
        return np.zeros(len(points), bool)
    leaves = Input("p", Type(n), "point").leaves
    declared = list(op.jumps(*leaves))
    f = Function("jumps", [Input("p", Type(n), "point")], declared)
    near = [np.abs(d) < 1e-5 * (1 + np.abs(points).max(axis=1)) for d in call(f, list(points.T))]
    exact = np.isin(points, [0.0]).any(axis=1) & (name in ("sign", "floor", "cell"))
    return np.any(near, axis=0) & ~exact


def test_the_cut_of_atan2_is_on_one_side():
    needs_gl()
    rows = [[0.0, -1.0], [-0.0, -1.0], [0.0, 0.0], [-0.0, -0.0], [0.0, 2.0], [-0.0, 2.0]]
    expected = [math.pi, math.pi, 0, 0, 0, 0]
    assert atan2(*np.array(rows).T) == pytest.approx(expected)
    assert on_gpu(entry("atan2", 2), rows)[:, 0] == pytest.approx(expected, abs=1e-6)


# --- conventions ---------------------------------------------------------------------------------
def slope_at(f, *x):
    return jet(f, [x], 1).jacobian[0, 0]


def test_length_is_flat_at_its_tip():
    assert slope_at(length, 0.0, 0.0).tolist() == [0, 0]
    assert slope_at(lambda p: normalize(p).x, 0.0, 0.0).tolist() == [0, 0]


def test_abs_rises_at_zero():
    assert slope_at(abs, 0.0) == 1
    assert slope_at(abs, -1e-300) == -1


@pytest.mark.parametrize("pick", [min, max])
def test_a_tie_takes_the_first(pick):
    assert slope_at(lambda x, y: pick(2 * x, 3 * y), 0.0, 0.0).tolist() == [2, 0]
    assert slope_at(lambda x, y: pick(3 * y, 2 * x), 0.0, 0.0).tolist() == [0, 3]
    assert slope_at(lambda x, y: pick(x, y, x + y), 0.0, 0.0).tolist() == [1, 0]


@pytest.mark.parametrize("flat", [sign, np.floor, lambda x: where(x < 0.0, 1.0, 2.0)])
def test_what_jumps_is_flat(flat):
    if flat is np.floor:
        from jetfield.scenes import floor as flat
    assert slope_at(flat, 0.0) == 0
    assert slope_at(flat, 1.0) == 0


SATURATED = [
    (exp, 81.0, math.exp(80)),
    (exp, 1e12, math.exp(80)),
    (log, 0.0, math.log(1e-30)),
    (log, -3.0, math.log(1e-30)),
    (sqrt, -2.0, 0.0),
    (lambda x: 1.0 / x, 0.0, 1e30),
    (lambda x: -3.0 / x, 0.0, -1e30),
    (lambda x: pow(x, 0.5), -4.0, 1e-15),
    (lambda x: pow(x, 30.0), 1e6, math.exp(80)),
    (lambda x: clamp(x, 0.0, 1.0), 5.0, 1.0),
]
saturated = pytest.mark.parametrize(("f", "x", "value"), SATURATED)


@saturated
def test_a_saturated_op_stands_still(f, x, value):
    result = jet(f, [[x]], 2)
    assert result.value[0, 0] == pytest.approx(value, rel=1e-12)
    assert result.jacobian[0, 0, 0] == 0
    assert result.hessian[0, 0, 0, 0] == 0


@saturated
def test_glsl_saturates_alike(f, x, value):
    needs_gl()
    traced = trace(f, [Input("x", Type(1), "point")], name="f")
    found = on_gpu(jet_of(traced, 1), [[x]])[0]
    assert found == pytest.approx([value, 0.0], rel=1e-4)


@pytest.mark.parametrize("x", [70.0, 79.5])
def test_exp_goes_as_far_as_float32(x):
    needs_gl()
    assert on_gpu(entry("exp", 1), [[x]])[0, 0] == pytest.approx(math.exp(x), rel=1e-4)


def test_clamp_passes_its_limits():
    f = lambda x, low, high: clamp(x, low, high)  # noqa: E731
    assert slope_at(f, 0.5, 0.0, 1.0).tolist() == [1, 0, 0]
    assert slope_at(f, -1.0, 0.0, 1.0).tolist() == [0, 1, 0]
    assert slope_at(f, 2.0, 0.0, 1.0).tolist() == [0, 0, 1]


def test_a_seam_is_a_choice():
    f = lambda x: seam(x < 1.0, x * x, 2.0 * x - 1.0)  # noqa: E731
    assert jet(f, [[0.5], [1.0], [3.0]], 1).value[:, 0].tolist() == [0.25, 1.0, 5.0]


def test_mod_is_never_negative():
    assert mod(-0.25, 1.0) == 0.75
    assert mod(np.array([-3.0, 5.5]), 2.0).tolist() == [1.0, 1.5]


def test_mod_of_nothing_is_the_same_everywhere():
    needs_gl()
    rows = np.array([[3.5, 0.0], [-2.0, 0.0], [0.0, 0.0]], np.float32)
    assert (
        on_gpu(entry("mod", 2), rows)[:, 0].tolist()
        == call(entry("mod", 2), list(rows.T))[0].tolist()
    )


def test_mix_goes_from_one_to_the_other():
    assert mix(2.0, 6.0, 0.0) == 2.0
    assert mix(2.0, 6.0, 1.0) == 6.0


def test_sums_stay_finite():
    huge = np.array([1e308, -1e308])
    for name in ("add", "sub", "mul", "length", "dot"):
        assert np.isfinite(call(entry(name, 2), [huge, huge[::-1]])[0]).all()
    assert pytest.approx(1.0) == ops.HUGE * ops.TINY


@pytest.mark.parametrize("pick", [min, max])
def test_plain_values_meet_pythons_own(pick):
    import builtins

    own = getattr(builtins, pick.__name__)
    assert pick([3, 1, 2]) == own([3, 1, 2])
    assert pick(x * x for x in range(4)) == own(x * x for x in range(4))
    assert pick("pear", "fig", key=len) == own("pear", "fig", key=len)
    assert pick([], default=7) == 7


# --- the hash ------------------------------------------------------------------------------------
def pcg4d(place):
    """The first number of pcg4d, in Python's own whole numbers."""
    mask = 2**32 - 1
    v = [(int(c) * 1664525 + 1013904223) & mask for c in place]
    for last in (False, True):
        for k, (i, j) in enumerate(((1, 3), (2, 0), (0, 1), (1, 2))):
            v[k] = (v[k] + v[i] * v[j]) & mask
        if not last:
            v = [c ^ (c >> 16) for c in v]
    return (v[0] >> 8) / 2**24


WHOLE = np.array([0, 1, -1, 2, -7, 255, 65536, -65537, 2**23, -(2**23), 2**23 + 1, 2**24], float)


def test_the_hash_is_that_of_the_paper():
    rng = np.random.default_rng(9)
    rows = np.concatenate([rng.choice(WHOLE, (500, 4)), rng.integers(-9, 9, (500, 4))])
    found = call(entry("hash", 4), list(rows.T))[0]
    assert found.tolist() == [pcg4d(row) for row in rows]


def test_the_hash_has_the_same_bits_on_the_gpu():
    needs_gl()
    rng = np.random.default_rng(10)
    rows = np.concatenate([
        rng.choice(WHOLE, (4000, 4)),
        rng.integers(-40, 40, (4000, 4)),
        rng.integers(-(2**23), 2**23, (4000, 4)),
    ]).astype(np.float32)  # fmt: skip
    expected = call(entry("hash", 4), list(rows.T.astype(np.float64)))[0]
    assert on_gpu(entry("hash", 4), rows)[:, 0].tolist() == expected.tolist()


def test_the_hash_holds_what_is_beyond_its_reach():
    f = entry("hash", 4)
    ends = call(f, [np.array([2.0**30, 1e12, 1e300]), 3.0, 4.0, 5.0])[0]
    assert (ends == ends[0]).all()
    assert call(f, [0.4, -0.4, 0.0, 1.2]) == call(f, [0.0, 0.0, 0.0, 1.0])  # the nearest place


def test_the_hash_is_even_and_each_bit_of_a_place_matters():
    x, y = (a.ravel() for a in np.meshgrid(np.arange(512.0), np.arange(512.0)))
    values = call(entry("hash", 4), [x, y, 0.0, 0.0])[0]
    counts = np.bincount((values * 256).astype(int), minlength=256)
    expected = len(x) / 256
    chi = ((counts - expected) ** 2 / expected).sum()
    assert abs(chi - 255) < 5 * np.sqrt(2 * 255)
    square = values.reshape(512, 512)
    for a, b in ((square[1:], square[:-1]), (square[:, 1:], square[:, :-1])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 5 / 512


def test_a_cell_shows_no_kink_and_a_floor_does():
    from jetfield.shaders.calculus.kinks import kinks

    at = [np.array([2.0, 2.5])]
    assert call(kinks(entry("floor", 1)), at)[0][0] == 0
    assert np.min(call(kinks(entry("cell", 1)), at)[0]) > 1e20


def test_within_does_nothing_but_tell_intervals():
    f = entry("within", 1)
    assert call(f, [np.array([0.3])])[0] == pytest.approx(math.sin(0.3))
    point = Input("p", Type(1), "point")
    wide = Function("wide", [point], [node("within", (*point.leaves, _const(0.0), _const(1.0)))])
    least, most = call(bounds(wide), [np.array([-7.0]), np.array([9.0])])
    assert (least, most) == pytest.approx((0, 1), abs=1e-12)


# --- what turns ----------------------------------------------------------------------------------
def written(name: str, n: int, field: str) -> Function:
    """An op's other spelling, as a function of its arguments."""
    point = Input("p", Type(n), "point")
    return Function(f"{field}_of_{name}", [point], [getattr(OPS[name], field)(*point.leaves)])


CHOOSING = [(name, n) for name, n in ENTRIES if OPS[name].pieces]


@pytest.mark.parametrize(("name", "n"), CHOOSING)
def test_pieces_are_the_op_everywhere(name, n):
    points = np.concatenate([grid(HOSTILE, n), spread(11, 3000, 4.0, n)])
    if name == "clamp":
        points = np.concatenate([points, grid([-1.0, 0.0, 0.5, 1.0], 3)])
    if name == "mod":  # a remainder by nothing is not what a quotient by it leaves
        points = points[points[:, 1] != 0]
    value = call(entry(name, n), list(points.T))[0]
    pieces = call(written(name, n, "pieces"), list(points.T))[0]
    off = np.abs(value - pieces) / (1.0 + np.abs(points).max(axis=1))
    assert off.max() < 1e-12
    if name != "mod":  # a choice rounds nothing
        assert off.max() == 0
    assert {"abs", "min", "max", "clamp", "mod"} <= {each for each, _ in CHOOSING}


def test_a_step_of_floor_is_the_value_across_the_nearest_whole_number():
    x = np.concatenate(
        [spread(12, 3000, 5.0, 1)[:, 0], np.array([-1e-9, 1e-9, 2.999999, 3.000001])]
    )
    leaf = Input("p", Type(1), "point").leaves[0]
    step = OPS["floor"].step(leaf)
    found = Function("step", [Input("p", Type(1), "point")], [step.s, step.other, step.beyond])
    s, other, beyond = call(found, [x])
    assert np.array_equal(other, np.floor(x - 2 * s))  # as far on the other side
    assert np.array_equal(np.abs(s) < 1e-12, np.abs(x - np.rint(x)) < 1e-12)
    back, forth = np.floor(x) - x, np.floor(x) + 1 - x  # where floor jumps
    distances = np.sort(np.abs([back, forth]), axis=0)
    assert np.abs(np.abs(s) - distances[0]).max() < 1e-12
    assert np.abs(beyond - distances[1]).max() < 1e-12


def test_a_step_of_sign_is_the_other_sign():
    x = spread(14, 500, 2.0, 1)[:, 0]
    leaf = Input("p", Type(1), "point").leaves[0]
    step = OPS["sign"].step(leaf)
    s, other = call(Function("step", [Input("p", Type(1), "point")], [step.s, step.other]), [x])
    assert np.array_equal(s, x)
    assert np.array_equal(other, -np.sign(x))


def test_a_step_of_atan2_goes_on_around_the_origin():
    rng = np.random.default_rng(13)
    x, y = -rng.uniform(0.1, 3, 2000), rng.uniform(-1e-6, 1e-6, 2000)
    point = Input("p", Type(2), "point")
    step = OPS["atan2"].step(*point.leaves)
    s, other = call(Function("step", [point], [step.s, step.other]), [y, x])
    assert np.array_equal(s, y)
    assert np.abs(other - np.arctan2(-y, x)).max() < 1e-4  # just across the cut
    away = call(Function("step", [point], [step.s]), [y, -x])[0]
    assert np.abs(away - np.hypot(x, y)).max() < 1e-12  # no cut there: no nearer than the origin


def test_what_grows_without_end_has_a_pole():
    growing = set()
    for name, n in ENTRIES:
        if name in ("pow", "exp", "hash", "cell", "within"):
            continue
        ways = np.abs(directions_of(n, 14)) + 0.1
        for mask in grid([0.0, 1.0], n)[1:] if n < 4 else np.ones((1, n)):
            near, far = (1.0 - mask + mask * ways * r for r in (1e-7, 1e-3))
            sizes = [np.abs(function_jet(entry(name, n))(p, 2).hessian).max() for p in (near, far)]
            if sizes[0] > 100 * (1 + sizes[1]):
                growing.add(name)
    poles = {name for name, _ in ENTRIES if OPS[name].poles}
    assert growing
    assert growing <= poles, growing - poles
    assert {"div", "reciprocal", "length", "atan2", "sqrt", "log"} <= growing


def directions_of(n: int, seed: int):
    v = np.random.default_rng(seed).normal(size=(40, n))
    return v / np.linalg.norm(v, axis=1, keepdims=True)
