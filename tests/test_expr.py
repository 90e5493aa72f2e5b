"""Expressions: one object for one structure, however it was made, however deep it is."""

import gc
import inspect
import pickle
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from oracles import spread

from jetfield import scenes
from jetfield.scenes import (
    Vec,
    abs,
    circle,
    cos,
    dot,
    fbm,
    length,
    max,
    mix,
    pow,
    seconds,
    shape,
    sin,
    slider,
    sqrt,
    toggle,
    vec2,
    where,
)
from jetfield.shaders import to_glsl
from jetfield.shaders.calculus import vectors
from jetfield.shaders.calculus.bounds import bounds
from jetfield.shaders.calculus.evaluate import call, evaluate, jet_arrays
from jetfield.shaders.calculus.expr import const, make, node, postorder
from jetfield.shaders.calculus.function import Function, Input, Type, trace
from jetfield.shaders.calculus.packing import flatten, unflatten
from jetfield.shaders.calculus.parameters import parameters

POINT = Input("p", Type(2), "point")
P = Vec(POINT.leaves)
X, Y = P
DEEP = 10_000


# --- identity ------------------------------------------------------------------------------------
def test_equal_structure_is_one_object():
    assert sin(X) + cos(Y) is sin(X) + cos(Y)
    assert sin(X) is not sin(Y)
    assert const(2) is const(2.0)
    assert const(0.0) is const(-0.0)
    assert const(1.0) is not node("const", (), True)


def test_what_commutes_is_one_object():
    first = X * Y
    assert Y * X is first
    total = sin(X) + cos(Y)
    assert cos(Y) + sin(X) is total


def test_equal_functions_are_one_object():
    make_one = lambda: trace(lambda p: length(p) - 1, [POINT], name="f")  # noqa: E731
    assert make_one() is make_one()


def test_unused_nodes_are_freed():
    from jetfield.shaders.calculus.expr import _nodes

    gc.collect()
    before = len(_nodes)
    total = X
    for k in range(1000):
        total = total + sin(total * (k + 0.123))
    assert len(_nodes) > before + 2000
    del total
    gc.collect()
    assert len(_nodes) < before + 100


def test_threads_share_nodes():
    found = []

    def build():
        total = X
        for k in range(300):
            total = sin(total * (1.0 + k)) + Y
        found.append(total)

    threads = [threading.Thread(target=build) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all(f is found[0] for f in found)


# --- simplification ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("made", "plain"),
    [
        (lambda: X + 0, lambda: X),
        (lambda: 1 * X, lambda: X),
        (lambda: X * 0, lambda: const(0)),
        (lambda: X - X, lambda: const(0)),
        (lambda: -(X * -1), lambda: X),
        (lambda: X + -Y, lambda: X - Y),
        (lambda: X * 2 * 3, lambda: 6 * X),
        (lambda: const(2) + 3, lambda: const(5)),
        (lambda: where(const(1) < 2, X, Y), lambda: X),
        (lambda: abs(abs(X)), lambda: abs(X)),
        (lambda: max(length(P), const(0.0)), lambda: length(P)),
        (lambda: mix(X, Y, const(1.0)), lambda: Y),
        (lambda: X**0, lambda: const(1)),
        (lambda: pow(X, 2), lambda: X * X),
    ],
)
def test_rewrites(made, plain):
    assert made() is plain()


def rewritten_pairs():
    """Nodes as written and as simplified, for random arguments of every kind."""
    pool = [X, Y, -X, X * Y, const(0.0), const(1.0), const(-1.0), const(2.0), 2 * X, -3 * Y, length(P),
            abs(X), X / Y, where(X < Y, const(1.0), const(0.0)), where(X < Y, X, Y),
            make("reciprocal", X), X * make("reciprocal", length(P)), make("reciprocal", length(P))]  # fmt: skip
    for name, n in (("add", 2), ("sub", 2), ("mul", 2), ("div", 2), ("neg", 1), ("min", 2), ("max", 2),
                    ("abs", 1), ("mix", 3), ("length", 1)):  # fmt: skip
        rng = np.random.default_rng(len(name))
        combinations = rng.integers(0, len(pool), (200, n)) if n == 3 else None
        if combinations is None:
            combinations = np.stack(np.meshgrid(*[range(len(pool))] * n), -1).reshape(-1, n)
        for row in combinations:
            args = [pool[k] for k in row]
            yield node(name, tuple(args)), make(name, *args)


def test_rewrites_keep_the_value():
    pairs = list(rewritten_pairs())
    points = spread(1, 200, 3.0)
    points[:4] = [[0, 0], [0, 1], [2, 0], [1, 1]]
    raw, simple = (
        evaluate([pair[k] for pair in pairs], {X: points[:, 0], Y: points[:, 1]}) for k in (0, 1)
    )
    for (before, after), a, b in zip(pairs, raw, simple, strict=True):
        assert np.allclose(a, b, rtol=1e-12, atol=1e-12), f"{before} -> {after}"


# --- refusals ------------------------------------------------------------------------------------
def test_a_traced_value_is_no_truth():
    with pytest.raises(TypeError, match="where"):
        bool(X < 1)
    with pytest.raises(TypeError, match="and, or, not"):
        0 < X < 1  # noqa: B015


def test_a_traced_value_is_no_number():
    import math

    with pytest.raises(TypeError, match=r"jetfield\.scenes"):
        math.sin(X)
    with pytest.raises(TypeError, match=r"jetfield\.scenes"):
        int(X)


def test_numpy_hands_back():
    assert np.float64(2.0) * X is 2.0 * X


def test_other_types_do_not_combine():
    with pytest.raises(TypeError):
        X + "a"


# --- depth ---------------------------------------------------------------------------------------
def deep_expression():
    total = X
    for k in range(DEEP):
        total = total + sin(total) if k % 2 else total * Y
    return total


def test_deep_graphs_are_evaluated_and_differentiated():
    f = Function("deep", [POINT], [deep_expression()])
    result = jet_arrays(f, spread(2, 3, 0.5), 1, field=True)
    for array in (result.value, result.gradient):
        assert np.isfinite(array).all()
    again = pickle.loads(pickle.dumps(f))
    assert again is f
    assert len(repr(f.outputs[0])) < 1000


def test_what_overflows_is_held_and_its_neighbors_are_what_they_are_alone():
    x, y = np.array([1e200, 3.0, 1e120]), np.array([-1e200, 1.0, 2.0])
    roots = [X * X - Y * Y, (X * X) * (X * Y), X * X * 1e-100 + Y, scenes.length(scenes.vec2(X, Y))]
    found = np.array(evaluate(roots, {X: x, Y: y}))
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 1e150
    assert found[:, 1].tolist() == [8.0, 27.0, 1.0 + 9e-100, 10**0.5]
    assert found[2, 2] == pytest.approx(1e140)
    assert np.isfinite(evaluate(roots, {X: np.array([np.inf, -np.inf]), Y: np.inf})).all()
    for k in range(3):
        assert [float(v) for v in evaluate(roots, {X: x[k], Y: y[k]})] == found[:, k].tolist()


@pytest.mark.parametrize(
    "sign", [lambda e: abs(X) * e, lambda e: abs(X) + e, lambda e: max(e, abs(X))]
)
def test_signs_of_deep_products_are_found(sign):
    total = abs(Y)
    for _ in range(DEEP):
        total = sign(total)
    sqrt(max(total, const(0.0)))


def test_signs_of_shared_graphs_take_no_time():
    start = time.perf_counter()
    total = length(P)
    for _ in range(22):
        total = total * (total + 1.0)
    max(total, const(0.0))
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("name", ["{r}", "a{}b", "{{}}", "}{"])
def test_a_pickled_field_reads_as_it_was_written(name):
    field = circle(slider(name, 0.5, 0.0, 1.0))
    once = pickle.loads(pickle.dumps(field))
    twice = pickle.loads(pickle.dumps(once))
    assert repr(field) == repr(once) == repr(twice)
    assert repr(name) in repr(field)


def test_what_a_function_declares_is_pickled_too():
    noisy = shape(lambda p: fbm(p, octaves=5))()
    text = repr(noisy.expr)
    found = call(bounds(noisy.function), [0.1, 0.2, 0.3, 0.4])
    code = ("import pickle, sys; from jetfield.shaders.calculus.bounds import bounds; "
            "from jetfield.shaders.calculus.evaluate import call; "
            "f = pickle.load(sys.stdin.buffer); print(repr(f.expr)); "
            "print(*map(float, call(bounds(f.function), [0.1, 0.2, 0.3, 0.4])))")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(noisy), capture_output=True, check=True
    )
    again, numbers = done.stdout.decode().splitlines()
    assert again == text
    assert [float(x) for x in numbers.split()] == list(found)


def test_deep_fields_pickle():
    field = circle(1.0)
    for k in range(3000):
        field = field.round(1e-4) if k % 2 else field.translate(1e-4, 0)
    again = pickle.loads(pickle.dumps(field))
    points = spread(3, 10)
    assert (again.jet(points, 1).gradient == field.jet(points, 1).gradient).all()


# --- walking and pickling ------------------------------------------------------------------------
def test_postorder_meets_each_node_once_arguments_first():
    total = sin(X * Y) + X * Y
    order = list(postorder([total, X]))
    assert len(order) == len(set(order))
    for e in order:
        assert all(order.index(a) < order.index(e) for a in e.args)


def test_flattening_goes_back():
    roots = [sin(X) * Y, where(X < Y, X, seconds())]
    assert all(a is b for a, b in zip(unflatten(flatten(roots)), roots, strict=True))


def test_expressions_pickle_to_themselves():
    e = sin(X) * Y + where(X < 0.5, X, seconds())
    assert pickle.loads(pickle.dumps(e)) is e


def test_functions_pickle_to_themselves_with_their_names():
    def f(p):
        radius = length(p)
        return radius * radius - 1

    traced = trace(f, [POINT])
    again = pickle.loads(pickle.dumps(traced))
    assert again is traced
    assert "radius" in again.names.values()


def test_another_process_reads_the_same():
    e = sin(length(vec2(X, Y))) * 2
    code = (
        "import pickle, sys; e = pickle.load(sys.stdin.buffer);"
        "from jetfield.scenes import *; from jetfield.shaders.calculus.function import Input, Type;"
        "x, y = Input('p', Type(2), 'point').leaves;"
        "assert e is sin(length(vec2(x, y))) * 2; print('same')"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], input=pickle.dumps(e), capture_output=True, check=False
    )
    assert done.stdout.strip() == b"same", done.stderr.decode()


def test_a_function_keeps_how_fast_it_changes():
    traced = circle_of_one()
    assert traced.lipschitz == 1.0
    assert pickle.loads(pickle.dumps(traced)) is traced
    assert traced is not trace(lambda p: length(p) - 1, [POINT], name="disc")


def circle_of_one():
    return trace(lambda p: length(p) - 1, [POINT], name="disc", lipschitz=1.0)


def test_what_changes_no_faster_is_bounded_by_its_middle():
    low = spread(3, 2000) * [1, 1]
    high = low + 0.3 * np.abs(spread(4, 2000))
    least, most = call(bounds(circle_of_one()), [*low.T, *high.T])
    for t in np.random.default_rng(5).random((12, 2000, 2)):
        value = np.linalg.norm(low + t * (high - low), axis=1) - 1
        assert (least <= value).all()
        assert (value <= most).all()
    assert most - least == pytest.approx(np.linalg.norm(high - low, axis=1), abs=1e-12)


# --- vectors -------------------------------------------------------------------------------------
def test_vectors_take_powers_and_whole_quotients():
    v = vec2(3, -5)
    assert v**2 == vec2(9, 25)
    assert 2 ** vec2(1, 3) == vec2(2, 8)
    assert v // 2 == vec2(1, -3)
    assert 7 // vec2(2, -2) == vec2(3, -4)
    assert 7 % vec2(4, 5) == vec2(3, 2)
    assert vec2(4, 9) ** 0.5 == pytest.approx(vec2(2, 3))
    assert vec2(X * X, Y * Y) == P**2
    assert vec2(X // 0.5, Y // 0.5) == P // 0.5
    assert (1 // P).y is 1 // Y
    assert evaluate([1 // Y], {Y: np.array([0.3, -0.3])})[0].tolist() == [3, -4]


def test_vectors_are_read_in_any_order():
    assert P.yx == vec2(Y, X)
    assert P.xxy == (X, X, Y)
    assert Vec((1, 2, 3)).zx == (3, 1)
    assert isinstance(P.xy, Vec)
    for wrong in ("xz", "z", "yellow", "xyxyx", ""):
        with pytest.raises(AttributeError, match="a vector of 2 has no"):
            getattr(P, wrong)
    assert not hasattr(P, "__array_interface__")
    assert pickle.loads(pickle.dumps(P)) == P


def test_a_vector_may_be_longer_than_those_of_glsl():
    five = (X, Y, X + 1, Y + 1, X * Y)
    plain = (3.0, -2.0, 4.0, -1.0, -6.0)
    for traced, number in ((length(five), length(plain)), (dot(five, five), dot(plain, plain))):
        found = evaluate([traced], {X: np.float64(3), Y: np.float64(-2)})[0]
        assert float(found) == pytest.approx(number)
    assert length(plain) == pytest.approx(np.linalg.norm(plain))
    assert "length(p.xyxy)" in to_glsl(shape(lambda p: length((p.x, p.y, p.x, p.y, 1)) - 1)())


# --- reading back --------------------------------------------------------------------------------
def test_conditions_read_as_they_were_written():
    on = toggle("on")
    assert repr(on) == "toggle('on')"
    assert repr(toggle("on", True)) == "toggle('on', True)"
    assert repr(where(on, 1, 2)) == "where(toggle('on'), 1, 2)"
    assert repr(~on) == "~toggle('on')"
    assert repr(seconds() > 2) == "seconds() > 2"
    assert repr(seconds() >= 2) == "seconds() >= 2"
    assert repr(-seconds()) == "-seconds()"
    assert repr(-(seconds() + X)) == "-(seconds() + p.x)"
    assert repr((seconds() < 2) & on) == "(seconds() < 2) & toggle('on')"


FUNCTIONS = [
    n for n in vectors.__all__ if n.islower() and n[:3] != "vec" and n not in ("pi", "tau")
]


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint8, np.int16, np.int64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_whole_numbers_of_few_bits_are_computed_with_as_floats(name, kind):
    """Eight bits wrap, and unsigned ones have no -1: all mean what the same floats mean."""
    function = getattr(vectors, name)
    some = np.array([0, 1, 100, 127, -128, 200, 255])
    row = some[some == some.astype(kind)].astype(kind)
    both = np.stack([row, row[::-1]])
    special = {
        "min": (row, row[::-1]), "max": (row, row[::-1]), "pow": (row, 2), "length": (both,),
        "where": (row > 0, row, row[::-1]), "normalize": (both,), "cross": (both, both[::-1]),
        "dot": (both, both[::-1]), "distance": (both, both[::-1]),
    }  # fmt: skip
    count = len(inspect.signature(function).parameters)
    for given in [
        special.get(name, (row, row[::-1], row)[:count]),
        special.get(name, (row[1],) * count),
    ]:
        same = [x * 1.0 if getattr(x, "dtype", None) == kind and not (name == "where" and x is given[0]) else x
                for x in given]  # fmt: skip
        expected = np.array(function(*same), float)
        assert np.array_equal(np.array(function(*given), float), expected)


def test_plain_numbers_of_python_stay_what_they_are():
    assert [type(x) for x in (abs(-3), pow(2, 3), max(1, 2))] == [int] * 3
    assert vectors.sin(True) == np.sin(1.0)


SPELLED = [
    "(~(circle(1))).round(0.1)", "(~(circle(1))).warp(swirl(1))", "(~(circle(1) | box(1, 1))).translate(1, 2)",
    "circle(length(mouse()) + 0.1)", "circle(2 + noise((seconds(), 1)))", "circle(value_noise(mouse(), 3) + 3)",
    "circle(2 + fbm((seconds(), 1, 2), 5, gain=0.4))", "circle(slider('r', 0.123456789, 0.1, 1))",
    "circle(color_picker('c', 'hotpink').y + 0.1)", "circle(dot(mouse(), (1, 2)) + 9)", "circle(0.1 + 0.2)",
    "circle(2 + normalize(mouse()).x)", "circle(abs(seconds()) + distance(mouse(), (1, 1)))",
    "circle(2 - (seconds() - 1) / (seconds() + 2))", "circle(smoothstep(0, 1, seconds()) + where(toggle('t', True), 1, 2))",
]  # fmt: skip


@pytest.mark.parametrize("code", SPELLED)
def test_what_a_field_reads_as_is_the_field(code):
    """At points, times and places of the mouse, and for the parameters' defaults."""
    field = eval(code, dict(vars(scenes)))
    again = eval(repr(field), dict(vars(scenes)))
    assert parameters(again.function.outputs) == parameters(field.function.outputs)
    for seconds_, mouse_ in ((0.3, (0.2, 0.7)), (1.7, (-1, 2))):
        found, expected = (
            f.jet(spread(7, 50), 1, seconds=seconds_, mouse=mouse_) for f in (again, field)
        )
        assert np.allclose(found.value, expected.value, rtol=1e-12)
        assert np.allclose(found.gradient, expected.gradient, rtol=1e-12)
    assert repr(again) == repr(field)
