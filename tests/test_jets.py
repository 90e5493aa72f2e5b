"""Jets of any function R^n -> R^m, against JAX, differences and closed forms."""

import math
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from oracles import HOSTILE, check_jet, grid, parts, spread

from jetfield.scenes import (
    SceneError,
    Vec,
    abs,
    acos,
    asin,
    atan,
    atan2,
    ceil,
    clamp,
    cos,
    cross,
    distance,
    dot,
    exp,
    floor,
    fract,
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
    sin,
    smoothstep,
    sqrt,
    step,
    tan,
    vec2,
    vec3,
    where,
)  # fmt: skip
from jetfield.shaders.calculus.evaluate import jet_arrays
from jetfield.shaders.calculus.expr import const, node
from jetfield.shaders.calculus.function import Function, Input, Type, apply, trace
from jetfield.shaders.calculus.jets import jet as jet_of
from jetfield.shaders.calculus.roots import root

jax.config.update("jax_enable_x64", True)


def fan(p):
    r, a = length(p), atan2(p.y, p.x)
    return r - 1 + 0.5 * sin(3 * a + 2 * r * r)


def jax_fan(p):
    r, a = jnp.sqrt(p @ p), jnp.arctan2(p[1], p[0])
    return r - 1 + 0.5 * jnp.sin(3 * a + 2 * r * r)


def swirl(p):
    angle = 1.3 * exp(-dot(p, p) / 0.7)
    return vec2(
        cos(angle) * p.x - sin(angle) * p.y,
        sin(angle) * p.x + cos(angle) * p.y,
    )


def jax_swirl(p):
    z = (p[0] + 1j * p[1]) * jnp.exp(1j * 1.3 * jnp.exp(-(p @ p) / 0.7))
    return jnp.stack([z.real, z.imag])


def mobius(p):
    top, bottom = vec2(p.x + 0.5, p.y - 0.2), vec2(0.3 * p.x - p.y + 2, p.x + 0.3 * p.y)
    return vec2(dot(top, bottom), -cross(top, bottom)) / dot(bottom, bottom)


def jax_mobius(p):
    z = p[0] + 1j * p[1]
    w = (z + 0.5 - 0.2j) / ((0.3 + 1j) * z + 2)
    return jnp.stack([w.real, w.imag])


CASES = {
    "fan": (2, fan, jax_fan),
    "swirl": (2, swirl, jax_swirl),
    "mobius": (2, mobius, jax_mobius),
    "log polar": (
        2,
        lambda p: vec2(log(length(p)), atan2(p.y, p.x)),
        lambda p: jnp.stack([0.5 * jnp.log(p @ p), jnp.arctan2(p[1], p[0])]),
    ),
    "R3 to R2": (
        3,
        lambda p: vec2(p.x * sin(p.y) / (1 + p.z * p.z), exp(p.x * p.z) - sqrt(1 + dot(p, p))),
        lambda p: jnp.stack([
            p[0] * jnp.sin(p[1]) / (1 + p[2] ** 2),
            jnp.exp(p[0] * p[2]) - jnp.sqrt(1 + jnp.sum(p**2)),
        ]),
    ),
    "R1 to R3": (
        1,
        lambda t: vec3(cos(t), sin(2 * t), atan(t) * tan(0.5 * t)),
        lambda t: jnp.stack(
            [jnp.cos(t[0]), jnp.sin(2 * t[0]), jnp.arctan(t[0]) * jnp.tan(t[0] / 2)]
        ),
    ),
    "R4 to R1": (
        4,
        lambda a, b, c, d: pow(1.5 + sin(a), b) * mix(c, d, a * d) + (a * b - c) ** 3,
        lambda p: (
            (1.5 + jnp.sin(p[0])) ** p[1] * (p[2] + (p[3] - p[2]) * p[0] * p[3])
            + (p[0] * p[1] - p[2]) ** 3
        ),
    ),
    "pieces": (
        2,
        lambda p: (
            max(min(p.x, p.y * p.y), -1.0) + abs(p.x * p.y) * clamp(p.x, -0.5, 0.5)
            + where(p.x < p.y, p.x * p.x, p.y) + step(0.1, p.x) * p.y
        ),
        lambda p: (
            jnp.maximum(jnp.minimum(p[0], p[1] ** 2), -1.0)
            + jnp.abs(p[0] * p[1]) * jnp.clip(p[0], -0.5, 0.5)
            + jnp.where(p[0] < p[1], p[0] ** 2, p[1]) + jnp.where(p[0] < 0.1, 0.0, 1.0) * p[1]
        ),
    ),
    "steps": (
        2,
        lambda p: floor(3 * p.x) * p.y + fract(2 * p.y) + ceil(p.x) * p.x + sign(p.y) * p.x + mod(p.x, 0.7),
        lambda p: (
            jnp.floor(3 * p[0]) * p[1] + 2 * p[1] - jnp.floor(2 * p[1]) + jnp.ceil(p[0]) * p[0]
            + jnp.sign(p[1]) * p[0] + p[0] - 0.7 * jnp.floor(p[0] / 0.7)
        ),
    ),
    "arcs": (
        2,
        lambda p: asin(0.4 * p.x) + acos(0.3 * p.y * p.x) + smoothstep(-3.0, 3.0, p.x + p.y),
        lambda p: (
            jnp.arcsin(0.4 * p[0]) + jnp.arccos(0.3 * p[1] * p[0])
            + (lambda t: t * t * (3 - 2 * t))((p[0] + p[1] + 3) / 6)
        ),
    ),
    "vectors": (
        2,
        lambda p: normalize(p + vec2(5, 1)) * distance(p, vec2(0.3, 4)),
        lambda p: (
            (p + jnp.array([5.0, 1])) / jnp.linalg.norm(p + jnp.array([5.0, 1]))
            * jnp.linalg.norm(p - jnp.array([0.3, 4]))
        ),
    ),
    "constant": (2, lambda p: 3.0, lambda p: jnp.float64(3.0)),
    "a coordinate": (2, lambda p: p.y, lambda p: p[1]),
    "itself": (3, lambda p: p, lambda p: p),
}  # fmt: skip
every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_as_jax_has_it(case):
    n, ours, theirs = CASES[case]
    points = spread(1, 300, 1.4, n)
    found = jet(ours, points, 2)
    first = jax.jacfwd(theirs)
    both = jax.jit(jax.vmap(lambda p: (theirs(p), first(p), jax.jacfwd(first)(p))))
    for array, expected in zip(parts(found), both(points), strict=True):
        expected = np.asarray(expected).reshape(array.shape)
        size = 1 + np.abs(expected)
        assert (np.abs(array - expected) / size).max() < 1e-10, case


@every_case
def test_as_differences_have_it(case):
    n, ours, _ = CASES[case]
    points = spread(2, 500, 1.4, n)
    if case in ("pieces", "steps"):
        x, y = points.T
        jumps = [x - y, x - y * y, x - 0.1, y * y + 1, np.abs(x) - 0.5, x, y]
        jumps += [np.sin(np.pi * 3 * x), np.sin(np.pi * 2 * y), np.sin(np.pi * x / 0.7), x + 1]
        points = points[np.min(np.abs(jumps), axis=0) > 0.005]
    check_jet(lambda x, order: jet(ours, x, order), points, 1e-6)


def test_shapes_of_a_jet():
    result = jet(lambda p: vec2(p.x, p.z), np.zeros((7, 3)), 2)
    assert (result.value.shape, result.jacobian.shape, result.hessian.shape) == (
        (7, 2), (7, 2, 3), (7, 2, 3, 3),
    )  # fmt: skip
    with pytest.raises(AttributeError, match="ask for order=1"):
        jet(length, [[3.0, 4.0]], 0).jacobian  # noqa: B018
    with pytest.raises(AttributeError, match="ask for order=2"):
        jet(length, [[3.0, 4.0]], 1).hessian  # noqa: B018
    assert jet(length, [[3.0, 4.0]]).value.tolist() == [[5.0]]
    assert jet(length, np.zeros((0, 2))).hessian.shape == (0, 1, 2, 2)


def test_a_jacobian_has_a_row_for_each_value():
    jacobian = jet(lambda p: vec2(2 * p.x + 3 * p.y, 5 * p.x + 7 * p.y), [[0.0, 0.0]], 1).jacobian
    assert jacobian[0].tolist() == [[2, 3], [5, 7]]


def test_hessians_are_symmetric():
    hessian = jet(swirl, spread(4, 100), 2).hessian
    assert (hessian == hessian.swapaxes(-1, -2)).all()


@pytest.mark.parametrize(
    "case", ["fan", "swirl", "log polar", "pieces", "steps", "arcs", "vectors"]
)
def test_hostile_points(case):
    n, ours, _ = CASES[case]
    for array in parts(jet(ours, grid(HOSTILE, n), 2)):
        assert np.isfinite(array).all()


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_any_number_of_dimensions(n):
    points = spread(3, 40, n=n)
    f = (lambda x: x * x) if n == 1 else lambda p: length(p) ** 2
    value, first, second = parts(jet(f, points, 2))
    assert value[:, 0] == pytest.approx((points**2).sum(axis=1))
    assert first[:, 0] == pytest.approx(2 * points)
    assert second[:, 0] == pytest.approx(np.broadcast_to(2 * np.eye(n), (40, n, n)), abs=1e-12)


# --- composition ---------------------------------------------------------------------------------
POINT = Input("p", Type(2), "point")


def as_function(python, name: str) -> Function:
    return trace(python, [POINT], name=name)


def test_the_chain_rule_is_that_of_one_body():
    inner, outer = as_function(swirl, "swirl"), as_function(fan, "fan")
    called = Function("called", [POINT], apply(outer, apply(inner, POINT.leaves)))
    points = spread(6, 300)
    expected = jet(lambda p: fan(swirl(p)), points, 2)
    found = jet_arrays(called, points, 2, field=True)
    assert found.value == pytest.approx(expected.value[:, 0], rel=1e-12)
    assert found.gradient == pytest.approx(expected.jacobian[:, 0], rel=1e-9, abs=1e-9)
    assert found.hessian == pytest.approx(expected.hessian[:, 0], rel=1e-8, abs=1e-8)


def test_a_parameter_that_varies_is_differentiated_too():
    ring = Function(
        "ring",
        [POINT, Input("r")],
        [node("sub", (node("length", POINT.leaves), Input("r").leaves[0]))],
    )
    called = Function("called", [POINT], apply(ring, (*POINT.leaves, POINT.leaves[0])))
    assert jet_arrays(called, np.array([[3.0, 4.0]]), 1, field=True).gradient[0] == pytest.approx(
        [-0.4, 0.8]
    )


def test_a_jet_has_a_jet():
    f = as_function(lambda p: p.x**3 * p.y, "f")
    third = jet_arrays(jet_of(f, 1), np.array([[2.0, 5.0]]), 2, field=False)
    value, dx, dy = third.hessian[0]
    assert value.tolist() == [[60, 12], [12, 0]]
    assert dx.tolist() == [[30, 12], [12, 0]]
    assert dy.tolist() == [[12, 0], [0, 0]]


def test_many_calls_one_inside_another():
    f = as_function(lambda p: vec2(p.x * 0.99 + 0.01 * sin(p.y), p.y * 0.99 + 0.01), "f")
    values = POINT.leaves
    for _ in range(300):
        values = apply(f, values)
    deep = jet_arrays(Function("deep", [POINT], values), spread(7, 5), 2, field=False)
    assert np.isfinite(deep.hessian).all()


def test_functions_nest_without_end():
    f = as_function(lambda p: p.x * 0.999 + p.y, "f")
    for k in range(400):
        body = apply(f, POINT.leaves)[0] * const(0.999) + POINT.leaves[1]
        f = Function(f"f{k}", [POINT], [body])
    deep = jet_arrays(f, np.array([[1.0, 0.0]]), 2, field=True)
    assert deep.gradient[0, 0] == pytest.approx(0.999**401)
    again = pickle.loads(pickle.dumps(f))
    assert again is f


# --- roots ---------------------------------------------------------------------------------------
def with_root(equation, low, high, n):
    point = Input("p", Type(n), "point")
    solution = root(equation, const(low), const(high), point.leaves, "solved")
    return Function("solution", [point], [solution])


def test_a_root_of_a_square():
    f = with_root(lambda t, a: t * t - a, 0.0, 4.0, 1)
    a = np.linspace(0.1, 10, 50)
    value, first, second = parts(jet_arrays(f, a[:, None], 2, field=True))
    assert value == pytest.approx(np.sqrt(a), rel=1e-12)
    assert first[:, 0] == pytest.approx(0.5 / np.sqrt(a), rel=1e-11)
    assert second[:, 0, 0] == pytest.approx(-0.25 * a**-1.5, rel=1e-10)


def test_a_falling_root_of_two_numbers():
    f = with_root(lambda t, a, b: a * exp(-t) - b, -5.0, 20.0, 2)  # t = ln(a / b)
    x = np.abs(spread(9, 200)) + 0.2
    a, b = x.T
    value, first, second = parts(jet_arrays(f, x, 2, field=True))
    assert value == pytest.approx(np.log(a / b), abs=1e-12)
    assert first == pytest.approx(np.stack([1 / a, -1 / b], axis=1), rel=1e-10)
    expected = np.zeros((200, 2, 2))
    expected[:, 0, 0], expected[:, 1, 1] = -1 / a**2, 1 / b**2
    assert second == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_keplers_equation_against_differences():
    f = with_root(lambda t, mean, e: t - 0.8 * sin(t) * e - mean, -6.0, 6.0, 2)
    points = spread(10, 300, 1.0)
    check_jet(lambda x, order: jet_arrays(f, x, order, field=True), points, 1e-7)


def test_a_root_at_the_end_of_its_bracket():
    f = with_root(lambda t, a: t - a, 0.0, 1.0, 1)
    assert jet_arrays(f, np.array([[0.0], [1.0]]), 0, field=True).value == pytest.approx(
        [0, 1], abs=1e-9
    )


def test_a_root_that_is_flat_has_a_finite_derivative():
    f = with_root(lambda t, a: t * t * t - a, -2.0, 2.0, 1)
    for array in parts(jet_arrays(f, HOSTILE[:, None], 2, field=True)):
        assert np.isfinite(array).all()


# --- refusals ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("points", "order", "said"),
    [
        ([1.0, 2.0], 2, r"\(N, n\)"),
        ([[math.nan, 0.0]], 2, "NaN"),
        ([[0.0, 0.0]], 3, "order=3"),
        ([[0.0, 0.0]], True, "order=True"),
        ([["a", "b"]], 1, "numbers"),
    ],
)
def test_what_a_jet_refuses(points, order, said):
    with pytest.raises(SceneError, match=said):
        jet(length, points, order)


def test_an_if_on_a_traced_value_names_where():
    with pytest.raises(SceneError, match="where"):
        jet(lambda p: p.x if p.x > 0 else p.y, [[0.0, 0.0]])


def test_numbers_and_arrays_work_too():
    p = Vec(spread(11, 50).T)
    assert fan(p) == pytest.approx(jet(fan, np.stack(p, axis=1), 0).value[:, 0])
