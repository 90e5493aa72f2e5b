"""Folds that rank their rows, and that take one: NumPy against sorting, GLSL against NumPy."""

import numpy as np
import pytest
from oracles import needs_gl, on_gpu, spread

from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.folds import Table, fold
from jetfield.shaders.calculus.function import Function, Input, Type, trace
from jetfield.shaders.calculus.vectors import length

ROWS = [2, 3, 16, 17, 200]
every_count = pytest.mark.parametrize("count", ROWS)


def distances(p, row):
    return length(p - row.xy) - row.z


ITEM = trace(distances, [Input("p", Type(2), "point"), Input("row", Type(3))], name="disc")
BOTH = trace(lambda p, row: (row.x * p.x, row.y - p.y, row.z),
             [Input("p", Type(2), "point"), Input("row", Type(3))], name="all", result=Type(3))  # fmt: skip


def table(count: int) -> Table:
    """Discs; every fifth is there twice, so that there are ties."""
    rows = np.random.default_rng(count).uniform(-1, 1, (count, 3)).astype(np.float32)
    rows[4::5] = rows[3::5][: len(rows[4::5])]
    if count == 2:
        rows[1] = rows[0] * [1, -1, 1]  # they tie on the axis
    return Table(rows)


def ranks(count: int) -> Function:
    point = Input("p", Type(2), "point")
    return Function("ranked", [point], fold("ranks", ITEM, table(count), point.leaves), Type(3))


POINTS = np.concatenate([spread(1, 2000, 1.2), np.stack([np.linspace(-1, 1, 64), np.zeros(64)], 1)])


def sorted_values(count: int):
    rows = table(count).array
    values = np.linalg.norm(POINTS[:, None] - rows[None, :, :2], axis=2) - rows[:, 2]
    order = np.argsort(values, axis=1, kind="stable")
    return values, order


@every_count
def test_ranks_are_those_of_a_stable_sort(count):
    first, second, third = call(ranks(count), list(POINTS.T))
    values, order = sorted_values(count)
    assert np.array_equal(first, order[:, 0])
    assert np.array_equal(second, order[:, 1])
    if count > 2:
        expected = np.take_along_axis(values, order[:, 2:3], axis=1)[:, 0]
        assert np.abs(third - expected).max() < 1e-12
        if count > 3:
            assert (np.diff(np.sort(values, axis=1)[:, :2])[:, 0] == 0).any()


@every_count
def test_glsl_ranks_alike(count):
    needs_gl()
    found = on_gpu(ranks(count), POINTS).astype(float)
    values, order = sorted_values(count)
    close = np.sort(values, axis=1)
    apart = np.abs(np.diff(close[:, :3], axis=1)).min(axis=1) > 1e-5
    assert np.array_equal(found[apart, :2], order[apart, :2])
    for k in range(2):  # whichever of two that tie, its value is the least
        own = np.take_along_axis(values, found[:, k : k + 1].astype(int), axis=1)[:, 0]
        assert np.abs(own - close[:, k]).max() < 1e-5
    assert (found[:, 0] != found[:, 1]).all()
    if count > 2:
        assert np.abs(found[:, 2] - close[:, 2]).max() < 1e-5


@every_count
def test_one_row_is_taken_by_its_number(count):
    needs_gl()
    inputs = [Input("p", Type(2), "point"), Input("number")]
    args = (*inputs[0].leaves, *inputs[1].leaves)
    taken = Function("taken", inputs, fold("at", BOTH, table(count), args), Type(3))
    numbers = np.arange(len(POINTS)) % count
    rows = table(count).array[numbers]
    expected = np.stack([rows[:, 0] * POINTS[:, 0], rows[:, 1] - POINTS[:, 1], rows[:, 2]], axis=1)
    found = np.stack(call(taken, [*POINTS.T, numbers.astype(float)]), axis=1)
    assert np.abs(found - expected).max() < 1e-15
    drawn = on_gpu(taken, np.concatenate([POINTS, numbers[:, None]], axis=1))
    assert np.abs(drawn - expected).max() < 1e-6
