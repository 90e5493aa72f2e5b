"""The mean of a pattern over a pixel's footprint, against areas found by sampling and by cutting."""

import pickle
from typing import Any

import numpy as np
import pytest
from oracles import needs_gl, on_gpu
from truth import GOLDEN

from jetfield.scenes import (
    Field,
    Scene,
    View,
    Warp,
    checker,
    circle,
    difference,
    grid,
    log_polar,
    perspective,
    stripes,
)
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.expr import postorder
from jetfield.shaders.calculus.function import Function, Mean, called, callees
from jetfield.shaders.patterns import checker_mean, grid_mean, stripes_mean
from jetfield.shaders.picture import Frame

Array = np.ndarray[Any, Any]

MEANS: dict[str, Mean] = {
    "stripes": stripes_mean(),
    "checker": checker_mean(),
    "grid": grid_mean(),
}
KINDS = ["square", "any", "sliver", "horizon"]
"""Footprints: turned squares, as behind a conformal map; any two sides; nearly parallel ones; one
side short and level, the other long, as on a floor that meets its horizon."""
SIZES = [0.5, 0.7, 1.0, 1.7, 3.0, 5.0, 8.0, 13.0, 30.0, 100.0]
"""The longest side, in repeats."""
every_pattern = pytest.mark.parametrize("name", MEANS)


def footprints(name: str, kind: str, size: float, count: int, seed: int = 1) -> Array:
    """Rows (p, dx, dy, parameters), exact in float32, whose longest side is ``size`` repeats."""
    rng = np.random.default_rng([seed, KINDS.index(kind), int(1000 * size)])
    angle, other = rng.uniform(0, 2 * np.pi, (2, count))
    short = np.ones(count)
    if kind == "square":
        other = angle + np.pi / 2
    elif kind == "any":
        short = rng.random(count)
    elif kind == "sliver":
        other, short = angle + rng.uniform(-0.1, 0.1, count), 10 ** rng.uniform(-2, 0, count)
    else:
        angle, other, short = (
            np.arctan(rng.uniform(-2, 2, count)) + np.pi / 2,
            0 * other,
            0.06 * size**-0.5,
        )
    sides = [np.cos(angle), np.sin(angle), short * np.cos(other), short * np.sin(other)]
    if kind != "horizon" and count % 2:
        sides = sides[2:] + sides[:2]
    period = rng.uniform(0.3, 3.0, count)
    own = {
        "stripes": [period, rng.uniform(0.03, 0.97, count)],
        "checker": [0.5 * period],
        "grid": [period, period * rng.uniform(0.03, 0.6, count)],
    }[name]
    place = [rng.uniform(-3, 3, count) for _ in range(2)]
    rows = np.stack([*place, *(size * period * s for s in sides), *own], axis=1)
    return rows.astype(np.float32).astype(float)


# --- areas, found by other means -----------------------------------------------------------------
def inside(name: str, x: Array, y: Array, own: Array) -> Array:
    """Which points are inside, by the words of each shape's docstring."""
    if name == "checker":
        return (np.floor(x / own[0]) + np.floor(y / own[0])) % 2 == 0
    half = 0.5 * own[1] * (own[0] if name == "stripes" else 1.0)
    across, up = (np.abs(c - own[0] * np.round(c / own[0])) <= half for c in (x, y))
    return across if name == "stripes" else across | up


def sampled(name: str, rows: Array, samples: int, seed: int = 2) -> Array:
    """The share of samples inside, from a low-discrepancy sequence shifted at random."""
    k, shifts = np.arange(samples), np.random.default_rng(seed).random((len(rows), 2))
    sequence = np.stack([(k + 0.5) / samples, k * GOLDEN % 1], axis=1)
    found = []
    for row, shift in zip(rows, shifts, strict=True):
        s, t = ((sequence + shift) % 1 - 0.5).T
        x, y = (row[i] + s * row[2 + i] + t * row[4 + i] for i in (0, 1))
        found.append(inside(name, x, y, row[6:]).mean())
    return np.array(found)


def cut(name: str, rows: Array, lines: int = 700, seed: int = 3) -> Array:
    """The mean over lines along the longer side, each cut at every edge of the pattern."""
    rng = np.random.default_rng(seed)
    found = []
    for row in rows:
        short, long = sorted((row[2:4], row[4:6]), key=lambda v: float(np.hypot(*v)))
        s = (np.arange(lines) + rng.random(lines)) / lines - 0.5
        start = row[:2] + s[:, None] * short - 0.5 * long
        cuts = [np.zeros((lines, 1)), np.ones((lines, 1))]
        period, own = row[6], row[6:]
        offsets = [0.0] if name == "checker" else [-0.5 * own[1], 0.5 * own[1]]
        if name == "stripes":
            offsets = [o * period for o in offsets]
        for axis in (0,) if name == "stripes" else (0, 1):
            if abs(long[axis]) > 1e-9:
                low = np.floor(np.minimum(start, start + long)[:, axis].min() / period) - 1
                high = np.ceil(np.maximum(start, start + long)[:, axis].max() / period) + 1
                edges = np.add.outer(period * np.arange(low, high + 1), offsets).ravel()
                cuts.append(np.clip((edges - start[:, axis, None]) / long[axis], 0, 1))
        t = np.sort(np.concatenate(cuts, axis=1), axis=1)
        middle = 0.5 * (t[:, 1:] + t[:, :-1])
        x, y = (start[:, i, None] + middle * long[i] for i in (0, 1))
        found.append((inside(name, x, y, own) * np.diff(t, axis=1)).sum(axis=1).mean())
    return np.array(found)


def mean(name: str, rows: Array) -> Array:
    return np.asarray(call(MEANS[name].coverage, list(rows.T))[0])


def rms(error: Array) -> float:
    return float(np.sqrt(np.mean(error**2)))


# --- accuracy ------------------------------------------------------------------------------------
@every_pattern
@pytest.mark.parametrize("kind", KINDS)
def test_means_are_the_share_of_samples_inside(name, kind):
    rows = np.concatenate([footprints(name, kind, size, 25) for size in (0.5, 1.0, 2.0, 4.0)])
    truth, again = (sampled(name, rows, 46368, seed) for seed in (2, 4))
    off = rms(truth - again) / 2**0.5
    error = mean(name, rows) - truth
    print(f"{name}, {kind}: {rms(error):.1e} rms, {abs(error).max():.1e} at most; truth {off:.1e}")
    assert off < 0.5e-3
    assert rms(error) < 0.6e-3


@every_pattern
@pytest.mark.parametrize("kind", KINDS)
def test_means_are_right_for_footprints_of_any_size(name, kind):
    """In NumPy and in GLSL, whose float32 is to add nothing."""
    needs_gl()
    rows = [footprints(name, kind, size, 40) for size in SIZES]
    drawn = np.split(on_gpu(MEANS[name].coverage, np.concatenate(rows))[:, 0], len(SIZES))
    for size, some, on_screen in zip(SIZES, rows, drawn, strict=True):
        error = mean(name, some) - cut(name, some)
        print(f"{name}, {kind}, {size} repeats: {rms(error):.1e} rms, {abs(error).max():.1e}")
        assert rms(error) < (0.4e-3 if name == "stripes" else 1e-3)
        assert np.abs(error).max() < 6e-3
        assert np.abs(on_screen - mean(name, some)).max() < 2e-4


@every_pattern
@pytest.mark.parametrize("kind", KINDS)
def test_means_hold_for_smaller_footprints(name, kind):
    rows = np.concatenate([footprints(name, kind, size, 60) for size in (0.05, 0.1, 0.25)])
    error = mean(name, rows) - cut(name, rows)
    print(f"{name}, {kind}: {rms(error):.1e} rms, {abs(error).max():.1e} at most")
    assert rms(error) < 1.5e-3


WARPED: dict[str, tuple[Warp, float, float]] = {
    "floor": (perspective(0.4, 0.5), 0.05, 0.001),
    "log-polar": (log_polar(), 0.005, 0.002),
}


@every_pattern
@pytest.mark.parametrize("where", WARPED)
def test_means_are_right_behind_a_warp(name, where):
    """Pixels of a picture: the warp's Jacobian makes their footprints, moved to where a pixel is in
    the mean (to second order); what is bent besides is left out of account."""
    warp, period, pixel = WARPED[where]
    rng = np.random.default_rng(5)
    centers = rng.uniform(-1, 1, (4000, 2))
    if where == "floor":
        centers[:, 1] = 0.4 - rng.uniform(0.04, 0.2, 4000)
    jet = warp.jet(centers, 2)
    own = {"stripes": [period, 0.3], "checker": [0.5 * period], "grid": [period, 0.2 * period]}
    dx, dy = (pixel * jet.jacobian[:, :, i] for i in (0, 1))
    middle = jet.value + pixel**2 / 24 * (jet.hessian[:, :, 0, 0] + jet.hessian[:, :, 1, 1])
    rows = np.hstack([middle, dx, dy, np.tile(own[name], (len(centers), 1))])
    reach = call(MEANS[name].reach, list(rows.T))[0]
    bend = 0.125 * pixel**2 * np.abs(jet.hessian).sum(axis=(1, 2, 3)) / period
    used = np.flatnonzero((reach >= 1) & (bend < 0.02))[:150]
    assert len(used) >= 60, len(used)
    k = np.arange(17711)
    t = np.stack([(k + 0.5) / len(k), k * GOLDEN % 1], axis=1) - 0.5
    truth = [
        inside(name, *warp.jet(centers[i] + pixel * t, 0).value.T, rows[i, 6:]).mean() for i in used
    ]
    error = mean(name, rows[used]) - np.array(truth)
    print(f"{name}, {where}: {rms(error):.1e} rms, {abs(error).max():.1e} at most, {len(used)}")
    assert rms(error) < 2e-3


# --- limits --------------------------------------------------------------------------------------
def level(name: str) -> tuple[list[float], float]:
    """A pattern's parameters, and the part of the plane that is inside."""
    return {
        "stripes": ([0.7, 0.3], 0.3), "checker": ([0.7], 0.5), "grid": ([0.7, 0.14], 1 - 0.8**2),
    }[name]  # fmt: skip


@every_pattern
@pytest.mark.parametrize("far", [1e3, 1e6, 1e12, 1e20])
def test_far_past_a_pixel_only_the_mean_is_left(name, far):
    own, share = level(name)
    rng = np.random.default_rng(6)
    sides = far * rng.normal(size=(300, 4))
    rows = np.hstack([rng.uniform(-1, 1, (300, 2)), sides, np.tile(own, (300, 1))])
    assert mean(name, rows) == pytest.approx(np.full(300, share), abs=2e-3)


@every_pattern
def test_over_whole_repeats_only_the_mean_is_left(name):
    own, share = level(name)
    period = own[0] * (2 if name == "checker" else 1)
    rng = np.random.default_rng(7)
    place = rng.uniform(-2, 2, (200, 2))
    for sides in ([1, 0, 0, 1], [2, 0, 0, 3], [3, 1, -2, 0], [0, 5, 5, 0], [9, 0, 0, 8]):
        rows = np.hstack([place, np.tile([period * k for k in sides] + own, (200, 1))])
        assert mean(name, rows) == pytest.approx(np.full(200, share), abs=2e-3), sides


@every_pattern
def test_in_a_point_it_is_the_pattern(name):
    own, _ = level(name)
    place = np.random.default_rng(8).uniform(-2, 2, (4000, 2))
    for size in (0.0, 1e-9, 1e-4):
        rows = np.hstack([place, np.full((4000, 4), size) * [1, 0, 0, 1], np.tile(own, (4000, 1))])
        field: Field = {"stripes": stripes, "checker": checker, "grid": grid}[name](*own)
        value = field.jet(place, 0).value
        clear = np.abs(value) > 0.005
        assert mean(name, rows)[clear] == pytest.approx((value < 0)[clear].astype(float), abs=1e-6)


@every_pattern
def test_a_mean_lies_between_0_and_1_whatever_the_footprint(name):
    needs_gl()
    rng = np.random.default_rng(9)
    sides = rng.choice([0.0, 1e-12, 1e-6, -1e-3, 0.25, -0.5, 1.0, 7.0, -1e3, 1e6, 1e12], (6000, 4))
    place = rng.choice([0.0, 1e-9, -0.25, 0.5, 1.0, -3.0, 1e3, -1e6, 1e12], (6000, 2))
    size = rng.choice([1e-6, 0.5, 1.0, 1e6], (6000, 1))
    share = rng.choice([1e-6, 0.25, 0.5, 1.0, 2.0], (6000, 1))
    own = {"stripes": [size, share], "checker": [size], "grid": [size, share * size]}[name]
    rows = np.hstack([place, sides, *own])
    for found in (mean(name, rows), on_gpu(MEANS[name].coverage, rows)[:, 0]):
        assert np.isfinite(found).all()
        assert found.min() >= 0
        assert found.max() <= 1


# --- symmetry ------------------------------------------------------------------------------------
@every_pattern
def test_a_footprint_has_no_first_side_and_no_direction(name):
    rows = np.concatenate(
        [footprints(name, kind, size, 30) for kind in KINDS for size in (0.6, 3, 20)]
    )
    found = mean(name, rows)
    order = [0, 1, 4, 5, 2, 3, *range(6, rows.shape[1])]
    assert mean(name, rows[:, order]) == pytest.approx(found, abs=1e-4)
    for signs in ([1, 1, -1, -1, 1, 1], [1, 1, 1, 1, -1, -1], [-1, -1, 1, 1, 1, 1]):
        turned = rows * [*signs, *(1 for _ in range(rows.shape[1] - 6))]
        assert mean(name, turned) == pytest.approx(found, abs=1e-4), signs
    if name != "stripes":
        swapped = rows[:, [1, 0, 3, 2, 5, 4, *range(6, rows.shape[1])]]
        assert mean(name, swapped) == pytest.approx(found, abs=1e-4)


def test_a_checker_moved_by_a_square_is_its_complement():
    rows = np.concatenate([footprints("checker", kind, 1.3, 40) for kind in KINDS])
    moved = rows + rows[:, 6:] * [1, 0, 0, 0, 0, 0, 0]
    assert mean("checker", moved) == pytest.approx(1 - mean("checker", rows), abs=1e-4)


# --- how a pattern says so -----------------------------------------------------------------------
@pytest.mark.parametrize("field", [stripes(0.7, 0.3), checker(0.7), grid(0.7, 0.14)], ids=repr)
def test_a_pattern_knows_its_mean(field):
    made = next(f for e in postorder([field.expr]) for f in called(e))
    assert made.mean == MEANS[made.name]
    names = [i.name for i in made.inputs]
    assert [i.name for i in made.mean.coverage.inputs] == [names[0], "dx", "dy", *names[1:]]
    assert made.mean.reach.inputs == made.mean.coverage.inputs
    assert pickle.loads(pickle.dumps(made)) is made
    assert pickle.loads(pickle.dumps(field)).function is field.function
    twin = Function(made.name, made.inputs, made.outputs, lipschitz=1.0)
    assert twin is not made
    assert twin.mean is None


@every_pattern
def test_the_mean_is_for_footprints_of_half_a_repeat_and_more(name):
    for kind in KINDS:
        for size, high in ((0.2, 1.0), (0.49, 1.0), (2.0, 4.01)):
            rows = footprints(name, kind, size, 50)
            reach = call(MEANS[name].reach, list(rows.T))[0]
            assert (reach < high).all()
            if name != "stripes":  # across stripes a footprint may be short however long it is
                assert reach == pytest.approx(np.full(50, 2 * size), rel=1e-5)


def test_no_function_of_a_mean_is_long():
    for mean_ in MEANS.values():
        for f in (*callees(mean_.coverage.outputs), mean_.coverage):
            assert sum(bool(e.args) for e in postorder(f.outputs)) < 150, f.name


@pytest.mark.parametrize("name", ["rounded", "smooth", "between", "drawn alone"])
def test_fine_patterns_are_right_in_whatever_they_are_mixed(name):
    """The mean of a pattern tells nothing of what is added to it."""
    fine = stripes(0.02)
    field = {
        "rounded": fine.round(0.002),
        "smooth": difference(circle(0.3), fine, smooth=0.1),
        "between": circle(0.3).morph(fine, 0.5),
        "drawn alone": fine,
    }[name]
    frame = Frame((8, 6), View(height=0.6))
    x, y = (c.ravel() for c in np.meshgrid(np.arange(8), np.arange(6)))
    drawn = Scene(background="black").fill(field, "white").lower().pixels(frame, x, y, "exact")
    random = np.random.default_rng(4).uniform(-0.5, 0.5, (2000, 2))
    middle = np.stack([x - 3.5, y - 2.5], axis=1)[:, None]
    points = frame.pixel * (middle + random).reshape(-1, 2)
    inside = (field.jet(points, 0).value <= 0).reshape(len(x), -1).mean(axis=1)
    assert np.abs(drawn[:, 0] - inside).max() < 0.04
