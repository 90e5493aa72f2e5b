"""Noise: its values, smoothness across cells, statistics, and the same on the GPU."""

import itertools
import math

import numpy as np
import pytest
from oracles import HOSTILE, SINGLES, check_jet, grid, needs_gl, on_gpu, parts, spread
from test_ops import pcg4d

from jetfield.scenes import (
    SceneError,
    fbm,
    jet,
    noise,
    seconds,
    shape,
    slider,
    value_noise,
    vec2,
    vec3,
    warp,
)  # fmt: skip
from jetfield.shaders import to_glsl
from jetfield.shaders.calculus.bounds import bounds
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.function import Input, Type, trace
from jetfield.shaders.calculus.jets import jet as jet_of
from jetfield.shaders.calculus.kinks import kinks

KINDS = {
    "noise 2": (lambda p: noise(p, 3), 2),
    "noise 3": (lambda p: noise(p, 3), 3),
    "value_noise 2": (lambda p: value_noise(p, 3), 2),
    "value_noise 3": (lambda p: value_noise(p, 3), 3),
    "fbm 2": (lambda p: fbm(p, 4, seed=3), 2),
    "fbm 3": (lambda p: fbm(p, 4, seed=3), 3),
}
every_kind = pytest.mark.parametrize("name", KINDS)


def function_of(name):
    python, n = KINDS[name]
    return trace(python, [Input("p", Type(n), "point")], name="f")


def values_of(name, points):
    return KINDS[name][0](points.T)


# --- values --------------------------------------------------------------------------------------
def by_hand(name, point):
    """One value of noise, corner by corner."""
    n = len(point)
    cell = [math.floor(c) for c in point]
    total = 0.0
    for at in itertools.product((0, 1), repeat=n):
        place = [c + k for c, k in zip(cell, at, strict=True)]
        random = pcg4d([*place, *[0] * (3 - n), 3])
        if name.startswith("value"):
            value = 2 * random - 1
        elif n == 2:
            slope = np.array([math.cos(math.tau * random), math.sin(math.tau * random)])
            value = math.sqrt(2) * slope @ (np.array(point) - place)
        else:
            turn, z = math.tau * math.fmod(4096 * random, 1), 2 * random - 1
            r = math.sqrt(1 - z * z)
            slope = np.array([r * math.cos(turn), r * math.sin(turn), z])
            value = 2 / math.sqrt(3) * slope @ (np.array(point) - place)
        for c, low, k in zip(point, cell, at, strict=True):
            t = c - low
            fade = 6 * t**5 - 15 * t**4 + 10 * t**3
            value *= fade if k else 1 - fade
        total += value
    return total


@pytest.mark.parametrize("name", [k for k in KINDS if "fbm" not in k])
def test_values_are_those_of_the_definition(name):
    points = spread(1, 300, 6.0, KINDS[name][1])
    expected = [by_hand(name, point) for point in points.tolist()]
    assert values_of(name, points) == pytest.approx(expected, abs=1e-12)


def test_octaves_add_up():
    p = spread(2, 200, 3.0)
    q = 2 * p @ np.array([[0.6, -0.8], [0.8, 0.6]]).T + [0.37, 0.71]
    expected = (noise(p.T, 5) + 0.25 * noise(q.T, 106)) / 1.25
    assert fbm(p.T, 2, gain=0.25, seed=5) == pytest.approx(expected)
    assert fbm(p.T, 1, seed=5) == pytest.approx(noise(p.T, 5))


@every_kind
def test_plain_numbers_are_computed_at_once(name):
    python, n = KINDS[name]
    points = spread(3, 40, 3.0, n)
    traced = jet(python, points, 0).value[:, 0]
    assert python(points.T) == pytest.approx(traced, abs=1e-15)
    single = python(tuple(points[0].tolist()))
    assert isinstance(single, float)
    assert single == pytest.approx(traced[0], abs=1e-15)
    grid_ = np.meshgrid(*[np.linspace(0, 1, 5)] * n)
    assert python(grid_).shape == (5,) * n


def test_seeds_are_different_noise():
    p = spread(4, 4000, 50.0).T
    for other in (1, -1, 2**20, 7.0):
        assert abs(np.corrcoef(noise(p, 0), noise(p, other))[0, 1]) < 0.08
        assert abs(np.corrcoef(fbm(p, seed=0), fbm(p, seed=other))[0, 1]) < 0.08
    assert (noise(p, 2) == noise(p, 2.2)).all()


# --- smoothness ----------------------------------------------------------------------------------
@every_kind
def test_derivatives_are_differences(name):
    python, n = KINDS[name]
    points = spread(5, 3000, 3.0, n)
    if name in ("noise 2", "noise 3", "value_noise 2", "value_noise 3"):
        points = points[(np.abs(points - np.rint(points)) > 2e-4).all(axis=1)]
    tolerance = 1e-3 if "fbm" in name else 1e-6  # whose cells' borders are not sorted out
    check_jet(lambda x, order: jet(python, x, order), points, tolerance)


@every_kind
def test_derivatives_are_differences_across_borders(name):
    """The third derivative jumps there, so that differences err by the step times that jump."""
    python, n = KINDS[name]
    points = spread(5, 1500, 3.0, n)
    points[:1000, 0] = np.rint(points[:1000, 0])
    points[500:, -1] = np.rint(points[500:, -1])
    check_jet(lambda x, order: jet(python, x, order), points, 5e-3)


@every_kind
def test_borders_between_cells_do_not_show(name):
    python, n = KINDS[name]
    points = spread(6, 2000, 4.0, n)
    points[:, 0] = np.rint(points[:, 0])
    points[:500, -1] = np.rint(points[:500, -1])  # corners
    shift = np.zeros(n)
    shift[0] = 1e-9
    shift[-1] = 1e-9
    before, after = (parts(jet(python, points + s, 2)) for s in (-shift, shift))
    for order, (a, b) in enumerate(zip(before, after, strict=True)):
        gap = np.abs(a - b).max()
        assert gap < 2e-6 * 16**order * 1e-1, (order, gap)


@every_kind
def test_no_kink_is_declared(name):
    points = spread(7, 2000, 4.0, KINDS[name][1])
    points[:500] = np.rint(points[:500])
    assert np.min(call(kinks(function_of(name)), list(points.T))[0]) > 1e-3


@every_kind
def test_no_point_is_hostile(name):
    python, n = KINDS[name]
    for array in parts(jet(python, grid(HOSTILE[:: n - 1], n), 2)):
        assert np.isfinite(array).all()


# --- statistics ----------------------------------------------------------------------------------
@every_kind
def test_values_fill_their_range_and_no_more(name):
    points = spread(8, 200_000, 300.0, KINDS[name][1])
    found = values_of(name, points)
    print(f"{name}: mean {found.mean():.4f}, deviation {found.std():.3f}, "
          f"{found.min():.3f} .. {found.max():.3f}")  # fmt: skip
    assert np.abs(found).max() <= 1
    assert abs(found.mean()) < 0.005
    assert 0.1 < found.std() < 0.5
    assert found.max() > 0.45
    assert found.min() < -0.45


@pytest.mark.parametrize("name", [k for k in KINDS if k.startswith("noise")])
def test_the_steepest_slopes_give_exactly_one(name):
    """All corners' slopes at the middle of the cell, or at any other point, at their best."""
    n = KINDS[name][1]
    t = np.random.default_rng(1).random((50_000, n))
    t[0] = 0.5
    best = np.zeros(len(t))
    for at in itertools.product((0, 1), repeat=n):
        fade = t**3 * (t * (6 * t - 15) + 10)
        best += np.prod(np.where(at, fade, 1 - fade), axis=1) * np.linalg.norm(t - at, axis=1)
    best *= 2 / math.sqrt(n)
    assert best.max() == pytest.approx(1)
    assert best[0] == pytest.approx(1)


@pytest.mark.parametrize("name", ["noise 2", "fbm 2"])
def test_no_axis_stands_out(name):
    """Slopes along the axes are as large as along the diagonals, and each is uncorrelated."""
    gradient = jet(KINDS[name][0], spread(9, 100_000, 300.0), 1).jacobian[:, 0]
    strength = [
        (gradient @ [math.cos(a), math.sin(a)]).std() for a in np.linspace(0, math.pi, 8, False)
    ]
    print(name, np.round(strength, 3))
    assert max(strength) / min(strength) < 1.1
    assert abs(np.corrcoef(gradient.T)[0, 1]) < 0.02


def test_noise_does_not_repeat():
    """Not after any power of two, nor after a few cells, nor across the axes or the signs."""
    p = spread(10, 3000, 40.0)
    here = noise(p.T)
    for shift in [1, 2, 3, 17, 100, *(2**k for k in range(4, 17))]:
        for way in ((shift, 0), (0, shift), (shift, shift), (-shift, shift)):
            assert abs(np.corrcoef(here, noise((p + way).T))[0, 1]) < 0.35 / (1 + (shift > 2) * 2)
    for other in (p[:, ::-1], -p, p * [1, -1]):
        assert abs(np.corrcoef(here, noise(other.T))[0, 1]) < 0.12


# --- intervals -----------------------------------------------------------------------------------
@every_kind
def test_intervals_hold_and_say_something(name):
    f, n = function_of(name), KINDS[name][1]
    rng = np.random.default_rng(11)
    low = rng.uniform(-3, 3, (2000, n))
    size = 10.0 ** rng.uniform(-4, 0.5, (2000, 1))
    least, most = call(bounds(f), [*low.T, *(low + size).T])
    inside = low + size * rng.random((60, 2000, n))
    inside[:8] = low + size * np.rint(rng.random((8, 2000, n)))
    values = values_of(name, inside.reshape(-1, n)).reshape(60, 2000)
    assert (least <= values).all()
    assert (values <= most).all()
    assert np.max(most - least) <= 2 + 1e-9
    small = size[:, 0] < 0.02
    spans = np.ptp(values, axis=0)
    looseness = np.median(((most - least) / spans)[small])
    print(f"{name}: intervals of small boxes are {looseness:.1f} times too wide")
    assert looseness < (12 if "fbm" in name else 4)


# --- GLSL ----------------------------------------------------------------------------------------
@every_kind
def test_glsl_agrees_with_numpy(name):
    needs_gl()
    f, n = function_of(name), KINDS[name][1]
    points = spread(12, 4000, 20.0, n)
    points[:500] = np.rint(points[:500])
    found = on_gpu(jet_of(f, 2), points)
    value, gradient, hessian = parts(jet(KINDS[name][0], points, 2))
    rows, columns = np.triu_indices(n)
    expected = [value, gradient[:, 0], hessian[:, 0][:, rows, columns]]
    ends = [0, 1, 1 + n, 1 + n + len(rows)]
    far = np.abs(points).max(axis=1)  # float32's place: 20 cells out, and 8 times finer in fbm
    errors = []
    for order, e in enumerate(expected):
        size = (1 + np.abs(e).max(axis=1)) * 8.0 ** (order * ("fbm" in name))
        got = found[:, ends[order] : ends[order + 1]]
        errors.append((np.abs(got - e).max(axis=1) / size / (1 + far)).max())
    print(name, " ".join(f"{e:.1e}" for e in errors))
    assert errors[0] < 1e-5
    assert errors[1] < 3e-5
    assert errors[2] < 3e-4
    hostile = on_gpu(jet_of(f, 2), grid(SINGLES[:: 2 * n - 3], n))
    assert np.isfinite(hostile).all()


@every_kind
def test_intervals_hold_in_glsl(name):
    needs_gl()
    f, n = function_of(name), KINDS[name][1]
    rng = np.random.default_rng(13)
    low = rng.uniform(-3, 3, (800, n)).astype(np.float32)
    high = low + (10.0 ** rng.uniform(-4, 0.3, (800, 1))).astype(np.float32)
    least, most = on_gpu(bounds(f), np.concatenate([low, high], axis=1)).T
    inner = np.clip(low + rng.random((6, 800, n), np.float32) * (high - low), low, high)
    value = on_gpu(f, inner.reshape(-1, n)).reshape(6, 800)
    assert (least <= value).all()
    assert (value <= most).all()


# --- in scenes -----------------------------------------------------------------------------------
@shape
def hills(p, height=0.3):
    return p.y - height * fbm(vec2(2 * p.x, seconds()))


@warp
def heat(p, amount=0.1):
    return p + amount * vec2(noise(vec3(4 * p.x, 4 * p.y, seconds())), noise(4 * p, 1))


def test_noise_works_in_shapes_and_warps():
    points = spread(14, 300)
    field = hills(slider("height", 0.3, 0, 1)).warp(heat())
    first, later = (field.jet(points, 2, seconds=t) for t in (0.0, 0.4))
    assert np.abs(first.value - later.value).max() > 0.01
    shaken = points + 0.1 * np.stack(
        [noise([*(4 * points.T), 0.4 + 0 * points[:, 0]]), noise(4 * points.T, 1)], axis=1
    )
    expected = shaken[:, 1] - 0.3 * fbm([2 * shaken[:, 0], 0.4 + 0 * points[:, 0]])
    assert later.value == pytest.approx(expected)
    check_jet(lambda x, order: field.jet(x, order, seconds=0.4), points, 1e-3)


def test_noise_is_a_function_in_the_listing():
    @shape
    def lumps(p):
        return noise(3 * p) + noise(5 * p, 2) - value_noise(p)

    text = to_glsl(lumps())
    assert text.count("float noise(vec2 p, float seed) {") == 1
    assert text.count("float hash(") == 1
    assert "noise(3.0 * p, 0.0) + noise(5.0 * p, 2.0) - value_noise(p, 0.0)" in text
    body = text[text.index("float noise(") :]
    assert len(body[: body.index("\n}")].splitlines()) <= 14


WRONG = [
    (lambda: noise(3.0), r"noise: p=3\.0 must be a vector of 2 or 3"),
    (lambda: noise((1, 2, 3, 4)), r"noise: p=\(1, 2, 3, 4\) must be a vector of 2 or 3"),
    (lambda: noise((0, "a")), r"noise: p\[1\]='a' must be a finite number"),
    (lambda: noise((0, math.nan)), r"noise: p\[1\]=nan must be a finite number"),
    (lambda: noise((seconds(), 0), seed=math.inf), "noise: seed=inf must be a finite number"),
    (lambda: noise((seconds() > 1, 0)), r"noise: p\[0\] must be a number, not a condition"),
    (lambda: value_noise(None), "value_noise: p=None must be a vector of 2 or 3"),
    (lambda: fbm((0, 0), 0), "fbm: octaves=0 must be a whole number of at least 1"),
    (lambda: fbm((0, 0), 2.0), r"fbm: octaves=2\.0 must be a whole number"),
    (lambda: fbm((0, 0), slider("n", 2, 1, 4)), "a count is structure and takes no slider"),
    (lambda: fbm((0, 0), gain=-1), "fbm: gain=-1 must be a number at least 0"),
    (lambda: fbm((0, seconds()), lacunarity="x"), "fbm: lacunarity='x' must be a finite number"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
def test_refusals(wrong, sentence):
    with pytest.raises(SceneError, match=sentence):
        wrong()
