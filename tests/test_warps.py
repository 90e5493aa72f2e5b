"""Every warp: its jet, what it does to a field, and copies against brute force."""

import cmath
import math
import pickle

import numpy as np
import pytest
from oracles import (
    HOSTILE,
    SINGLES,
    away,
    check_jet,
    grid,
    near_kinks,
    needs_gl,
    on_gpu,
    parts,
    slope,
    spread,
    widest,
)  # fmt: skip

import jetfield.scenes as language
from jetfield.render import render
from jetfield.scenes import (
    Field,
    Scene,
    SceneError,
    Vec,
    affine,
    atan2,
    bend,
    box,
    circle,
    complex_power,
    cos,
    exp,
    fade,
    fisheye,
    half_plane,
    inversion,
    kaleidoscope,
    length,
    log_polar,
    mirror,
    mobius,
    perspective,
    polar,
    polar_repeat,
    polygon,
    px,
    repeat,
    ripple,
    seconds,
    segment,
    shape,
    shear,
    sin,
    slider,
    swirl,
    vec2,
    warp,
)  # fmt: skip
from jetfield.shaders.calculus.bounds import bounds
from jetfield.shaders.calculus.expr import postorder
from jetfield.shaders.calculus.jets import jet as jet_of


@warp
def wobble(p, amount=0.05, waves=9.0):
    """A map of a user's own."""
    return p + amount * vec2(sin(waves * p.y), cos(waves * p.x))


WARPS = {
    "affine": affine(((1.2, -0.4), (0.3, 0.8)), (0.1, -0.2)),
    "log_polar": log_polar(),
    "mobius": mobius(1, 0.5 - 0.2j, 0.3j, 2),
    "polar": polar(),
    "polar_repeat": polar_repeat(5),
    "repeat": repeat(0.7, 0.9),
    "repeat a count": repeat(0.7, None, count=3),
    "swirl": swirl(1.5, radius=0.8),
    "bend": bend(1.2),
    "bend the other way": bend(-0.7),
    "bend by nothing": bend(0),
    "complex_power": complex_power(3),
    "complex_power of a half": complex_power(1.5),
    "complex_power below zero": complex_power(-2),
    "complex_power that is steep": complex_power(7),
    "complex_power with a steep pole": complex_power(-5),
    "fisheye": fisheye(1.2, radius=0.8),
    "fisheye that pinches": fisheye(-1.5),
    "inversion": inversion(0.7),
    "kaleidoscope": kaleidoscope(3),
    "mirror": mirror((1, 0.5), 0.3),
    "perspective": perspective(horizon=0.4, height=0.8),
    "ripple": ripple(),
    "shear": shear(0.4, -0.3),
    "wobble": wobble(),
    "chain": swirl(0.8) @ polar_repeat(3) @ affine(((0, 1), (1, 0))),
}
POLES = {
    "bend": lambda p: np.hypot(p[:, 0], p[:, 1] - 1 / 1.2),
    "bend the other way": lambda p: np.hypot(p[:, 0], p[:, 1] + 1 / 0.7),
    "perspective": lambda p: np.abs(p[:, 1] - 0.4),
}
"""How far points are from where a warp is singular: from the origin, if not told."""
every_warp = pytest.mark.parametrize("name", WARPS)


def test_every_public_warp_is_here():
    rooms = (language.bends, language.branches, language.conformal, language.linear)
    public = {name for room in rooms for name in room.__all__ if name in language.__all__}
    assert {str(w).partition("(")[0] for w in WARPS.values()} - {"wobble"} == public


# --- the map itself ------------------------------------------------------------------------------
def complex_points(z):
    return np.stack([z.real, z.imag], axis=1)


def bent(z, k):
    """Where on the bent axis, and how far off it, the points are: from the center's side."""
    ray = (z - 1j / k) * (1j if k > 0 else -1j)
    return np.angle(ray) / k + 1j * (1 / k - np.sign(k) * np.abs(ray))


def lens(z, strength, radius):
    near, far = (radius**2 * (1 + side * math.tanh(strength)) for side in (-1, 1))
    return z * np.sqrt((np.abs(z) ** 2 + near) / (np.abs(z) ** 2 + far))


def by_hand(name, p):
    """The warps again, in complex numbers."""
    z = p[:, 0] + 1j * p[:, 1]
    turn = lambda z, angle: z * np.exp(1j * angle)  # noqa: E731
    sector = 2 * np.pi / 5
    step = lambda x, s: x - s * np.floor(x / s + 0.5)  # noqa: E731
    return complex_points({
        "affine": lambda: (1.2 * z.real - 0.4 * z.imag + 0.1) + 1j * (0.3 * z.real + 0.8 * z.imag - 0.2),
        "log_polar": lambda: np.log(z),
        "mobius": lambda: (z + 0.5 - 0.2j) / (0.3j * z + 2),
        "polar": lambda: np.abs(z) + 1j * np.angle(z),
        "polar_repeat": lambda: turn(z, -sector * np.floor(np.angle(z) / sector + 0.5)),
        "repeat": lambda: step(z.real, 0.7) + 1j * step(z.imag, 0.9),
        "repeat a count": lambda: z - 0.7 * np.clip(np.floor(z.real / 0.7 + 0.5), -1, 1),
        "swirl": lambda: turn(z, -1.5 * np.exp(-((np.abs(z) / 0.8) ** 2))),
        "bend": lambda: bent(z, 1.2),
        "bend the other way": lambda: bent(z, -0.7),
        "bend by nothing": lambda: z,
        "complex_power": lambda: z**3,
        "complex_power of a half": lambda: z**1.5,
        "complex_power below zero": lambda: z**-2,
        "complex_power that is steep": lambda: z**7,
        "complex_power with a steep pole": lambda: z**-5,
        "fisheye": lambda: lens(z, 1.2, 0.8),
        "fisheye that pinches": lambda: lens(z, -1.5, 1.0),
        "inversion": lambda: 0.49 / z.conj(),
        "kaleidoscope": lambda: (lambda w: w.real + 1j * np.abs(w.imag))(
            turn(z, -2 * np.pi / 3 * np.floor(np.angle(z) / (2 * np.pi / 3) + 0.5))
        ),
        "mirror": lambda: -(1 + 0.5j) ** 2 / 1.25 * z.conj() + 0.6 * (1 + 0.5j) / 1.25,
        "perspective": lambda: (z.real + 1j) * 0.8 / np.maximum(0.4 - z.imag, 0.8e-6),
        "ripple": lambda: z + 0.05 * (np.sin(9 * z.imag) + 1j * np.sin(9 * z.real)),
        "shear": lambda: (z.real - 0.4 * z.imag + 1j * (z.imag + 0.3 * z.real)) / 1.12,
        "wobble": lambda: z + 0.05 * (np.sin(9 * z.imag) + 1j * np.cos(9 * z.real)),
        "chain": lambda: (lambda w: turn(w, -0.8 * np.exp(-np.abs(w) ** 2)))(
            (lambda u: turn(u, -2 * np.pi / 3 * np.floor(np.angle(u) / (2 * np.pi / 3) + 0.5)))(
                z.imag + 1j * z.real
            )
        ),
    }[name]())  # fmt: skip


@every_warp
def test_where_points_go(name):
    points = spread(1, 2000)
    expected = by_hand(name, points)
    error = np.abs(WARPS[name].jet(points, 0).value - expected)
    assert (error / (1 + np.abs(expected))).max() < 1e-12


@every_warp
def test_derivatives_are_differences(name):
    w = WARPS[name]
    points = spread(2, 2000, 1.6)
    points = points[np.hypot(*points.T) > 0.05]
    points = points[POLES.get(name, lambda p: p[:, 0] + 9)(points) > 0.05]
    check_jet(w.jet, away(w.function, points), 1e-6)


@every_warp
def test_jacobians_have_a_row_for_each_value(name):
    points = spread(3, 50)
    jacobian = WARPS[name].jet(points, 1).jacobian
    for j in range(2):
        v = np.zeros((50, 2))
        v[:, j] = 1
        column = slope(lambda x: by_hand(name, x), points, v)
        smooth = ~near_kinks(WARPS[name].function, points, 1e-3)
        size = 1 + np.abs(jacobian).max(axis=(1, 2))[:, None]
        assert (np.abs(jacobian[:, :, j] - column) / size)[smooth].max() < 1e-6


@every_warp
def test_no_point_is_hostile(name):
    points = np.concatenate([grid(HOSTILE), [[-1.0, 1e-300], [-1.0, -1e-300], [0.35, 0.45]]])
    for array in parts(WARPS[name].jet(points, 2)):
        assert np.isfinite(array).all()


# --- what one sees -------------------------------------------------------------------------------
def polar_form(z, stretch=1.0, turn=0.0):
    return z * stretch * np.exp(1j * turn)


def enlarged(r, strength):
    """The radius that a lens maps to r, by bisection."""
    low, high = np.zeros_like(r), 100 + r
    for _ in range(100):
        middle = 0.5 * (low + high)
        below = lens(middle, strength, 1.0) < r
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low


SEEN = {
    "affine": (affine(((2, 0), (0, 4)), (1, 0)), lambda z: (z.real - 1) / 2 + 0.25j * z.imag),
    "swirl": (swirl(1.5), lambda z: z * np.exp(1.5j * np.exp(-np.abs(z) ** 2))),
    "mobius": (mobius(1, 0, 0.3, 1), lambda z: z / (1 - 0.3 * z)),
    "inversion": (inversion(0.7), lambda z: 0.49 / z.conj()),
    "complex_power": (complex_power(3), lambda z: polar_form(np.abs(z) ** (1 / 3), 1, np.angle(z) / 3)),
    "complex_power of less": (complex_power(0.6), lambda z: z ** (1 / 0.6)),
    "mirror": (mirror((0, 2), 1.0), lambda z: z.conj() + 1j),
    "shear": (shear(0.4, 0.2), lambda z: z.real + 0.4 * z.imag + 1j * (z.imag + 0.2 * z.real)),
    "bend": (bend(0.8), lambda z: 1.25j - 1j * np.exp(0.8j * z.real) * (1.25 - z.imag)),
    "bend down": (bend(-0.8), lambda z: -1.25j + 1j * np.exp(-0.8j * z.real) * (1.25 + z.imag)),
    "bend a little": (bend(1e-9), lambda z: z + 0.5e-9j * z.real**2 - 1e-9 * z.real * z.imag),
    "fisheye": (fisheye(1.0), lambda z: z / np.abs(z) * enlarged(np.abs(z), 1.0)),
    "fisheye that pinches": (fisheye(-1.0), lambda z: z / np.abs(z) * enlarged(np.abs(z), -1.0)),
    "perspective": (perspective(0.3, 0.5), lambda z: (z.real + 1j * (0.3 * (z.imag + 2) - 0.5)) / (z.imag + 2)),
}  # fmt: skip
"""A warp, and where what it draws of a point z is seen (of z + 2i, in perspective)."""


@pytest.mark.parametrize("name", SEEN)
def test_a_warp_is_the_inverse_of_what_one_sees(name):
    w, seen = SEEN[name]
    points = spread(31, 500, 1.2)
    z = points[:, 0] + 1j * points[:, 1]
    if name == "complex_power of less":  # only what the principal branch shows
        z = z[np.abs(np.angle(z)) < 0.59 * np.pi]
    found = w.jet(complex_points(seen(z)), 0).value
    shift = 2j if name == "perspective" else 0
    assert np.abs(found - complex_points(z + shift)).max() < 1e-9


@pytest.mark.parametrize("order", [1, 2])
def test_a_bend_passes_through_straight(order):
    w = bend(slider("k", 0, -1, 1))
    points = spread(32, 200)
    straight = w.jet(points, order, parameters={"k": 0.0})
    assert np.abs(straight.value - points).max() == 0
    for k in (1e-12, -1e-12, 1e-7, -1e-7):
        near = w.jet(points, order, parameters={"k": k})
        for a, b in zip(parts(near), parts(straight), strict=True):
            assert np.abs(a - b).max() < 20 * abs(k) + 1e-15


def test_a_bend_joins_its_two_formulas_smoothly():
    """On both sides of the slope where atan's series takes over."""
    x = 0.125 / 0.5
    points = np.array([[x * (1 - 1e-9), 0.0], [x * (1 + 1e-9), 0.0]])
    for a in parts(bend(0.5).jet(points)):
        assert np.abs(a[0] - a[1]).max() < 1e-6 * (1 + np.abs(a).max())


def test_a_bend_keeps_lengths_along_the_axis():
    t = np.linspace(-1, 1, 41)
    arc = 2j - 2j * np.exp(0.5j * t)
    points = complex_points(arc)
    result = bend(0.5).jet(points, 1)
    assert result.value == pytest.approx(np.stack([t, 0 * t], axis=1))
    assert np.linalg.det(result.jacobian) == pytest.approx(np.ones(41))


@pytest.mark.parametrize("strength", [-9.0, -2.0, -0.3, 0.0, 0.3, 2.0, 9.0])
def test_a_fisheye_never_folds(strength):
    r = np.concatenate([[0.0], np.geomspace(1e-6, 1e4, 4000)])
    result = fisheye(strength, radius=0.7).jet(np.stack([r, 0 * r], axis=1), 1)
    assert (result.jacobian[:, 0, 0] > 0).all()
    assert result.jacobian[0] == pytest.approx(np.exp(-strength) * np.eye(2))
    assert abs(result.value[-1, 0] - r[-1]) < 0.5 / r[-1]


def test_a_whole_power_has_no_cut():
    points = np.array([[-0.8, 1e-12], [-0.8, -1e-12]])
    for n in (2, 3, 7, -2):
        w = complex_power(n)
        for above, below in (array for array in parts(w.jet(points))):
            assert np.abs(above - below).max() < 1e-8 * (1 + np.abs(above).max())
        assert "atan2" not in str(w.function.outputs)


@pytest.mark.parametrize("n", [2, 3, 5, -1, -3])
def test_a_slider_of_a_power_meets_the_whole_numbers(n):
    points = spread(33, 300)
    w = complex_power(slider("n", 1, -6, 6))
    found, expected = w.jet(points, 2, parameters={"n": n}), complex_power(n).jet(points)
    for a, b in zip(parts(found), parts(expected), strict=True):
        assert (np.abs(a - b) <= 1e-9 * (1 + np.abs(b))).all()


@pytest.mark.parametrize("w", [inversion(2.0), complex_power(-1), complex_power(-3)])
def test_the_pole_lies_far_away(w):
    away_, beside = w.jet([[0.0, 0.0], [1e-9, 0.0]], 0).value
    assert np.hypot(*away_) > 1e10
    assert np.hypot(*away_) > 0.999 * np.hypot(*beside)
    assert circle(0.5).warp(w).jet([[0.0, 0.0]], 0).value > 1e10


def test_a_mirror_keeps_distances():
    field, points = box(0.7, 0.4).translate(0.5, 0.2), spread(34, 500)
    seen = field.warp(mirror((1, 2), 0.5))
    normal = np.array([1, 2]) / np.sqrt(5)
    image = points - 2 * ((points @ normal) - 0.5 / np.sqrt(5))[:, None] * normal
    assert seen.grade == "exact"
    assert seen.jet(points, 0).value == pytest.approx(field.jet(image, 0).value)
    assert np.linalg.det(mirror((1, 2), 0.5).jet(points, 1).jacobian) == pytest.approx(
        -np.ones(500)
    )
    assert seen.warp(mirror((1, 2), 0.5)).jet(points, 0).value == pytest.approx(
        field.jet(points, 0).value
    )


# --- perspective ---------------------------------------------------------------------------------
FLOOR = {
    "squares": box(0.5, 0.5).warp(repeat(1, 1)),
    "everything": ~circle(1e-3).translate(50, -50),
    "half a plane": half_plane((1, 0)),
    "nothing": circle(0.2).translate(0, -3),
}


@pytest.mark.parametrize("name", FLOOR)
def test_nothing_is_drawn_above_the_horizon(name):
    field = FLOOR[name].warp(perspective(horizon=0.25, height=0.5))
    points = spread(35, 4000)
    points[:500, 1] = 0.25
    points[500:1000, 1] = 0.25 + 10.0 ** np.linspace(-12, 0, 500)
    result = field.jet(points, 2)
    assert (result.value[points[:, 1] > 0.25] > 0).all()
    assert all(np.isfinite(a).all() for a in parts(result))
    above = points[:, 1] > 0.25
    assert (result.value[above] > 1e3).all()  # far from any edge, and level
    assert (result.gradient[above] == 0).all()
    below = points[:, 1] < 0.2
    plane = perspective(0.25, 0.5).jet(points[below], 0).value
    inside = FLOOR[name].jet(plane, 0).value <= 0
    assert ((result.value[below] <= 0) == inside).all()
    assert field.bounds.empty or field.bounds.top <= 0.25


@pytest.mark.parametrize("name", FLOOR)
def test_a_horizon_is_no_line(name):
    """Nothing above it, whatever lies on the floor; and an endless floor reaches it in full."""
    needs_gl()
    field = FLOOR[name].warp(perspective(horizon=0.013, height=1))
    pictures = [
        Scene(background=None).fill(field, "white"),
        Scene(background=None).stroke(field, "white", width=px(4)),
        Scene(background=None).fill(field, "white", opacity=fade(px=8)),
    ]
    for scene in pictures:
        alpha = render(scene, (40, 40), output="linear")[..., 3]
        assert alpha[:19].max() == 0.0
        if name == "nothing" and scene is pictures[0]:
            assert alpha.max() == 0.0
    if name == "everything":
        filled = render(pictures[0], (40, 40), output="linear")[..., 3]
        assert filled[20:].min() == 1.0


def test_the_floor_recedes_in_its_own_units():
    w = perspective(horizon=0.5, height=1.5)
    assert w.jet([[0.3, -1.0]], 0).value[0] == pytest.approx([0.3, 1.0])  # y = horizon - height
    rows = 0.5 - 1.5 / np.arange(1, 6)  # the rows 1, 2, ... of a floor of unit squares
    found = w.jet(np.stack([0 * rows, rows], axis=1), 0).value
    assert found[:, 1] == pytest.approx(np.arange(1, 6))


def test_swirl_turns_against_its_strength():
    assert swirl(math.pi / 2, radius=1e6).jet([[1.0, 0.0]], 0).value[0] == pytest.approx(
        [0, -1], abs=1e-9
    )


def test_the_cut_of_polar_belongs_to_plus_pi():
    assert polar().jet([[-2.0, 0.0], [-2.0, -0.0]], 0).value.tolist() == [[2, math.pi]] * 2


def test_determinants_say_how_much_space_grows():
    p = spread(4, 100)
    det = np.linalg.det(polar().jet(p, 1).jacobian)
    assert det == pytest.approx(1 / np.hypot(*p.T))
    assert np.linalg.det(swirl(1.2).jet(p, 1).jacobian) == pytest.approx(np.ones(100))


# --- composition ---------------------------------------------------------------------------------
PAIRS = [("swirl", "affine"), ("mobius", "ripple"), ("polar", "swirl"), ("affine", "log_polar")]


@pytest.mark.parametrize(("u", "v"), PAIRS)
def test_a_product_maps_by_its_right_side_first(u, v):
    u, v = WARPS[u], WARPS[v]
    points = spread(5, 300)
    first = v.jet(points)
    second = u.jet(first.value)
    both = (u @ v).jet(points)
    assert both.value == pytest.approx(second.value)
    assert both.jacobian == pytest.approx(second.jacobian @ first.jacobian, rel=1e-9, abs=1e-9)
    pulled = np.einsum("nai,nkab,nbj->nkij", first.jacobian, second.hessian, first.jacobian)
    pushed = np.einsum("nka,naij->nkij", second.jacobian, first.hessian)
    assert both.hessian == pytest.approx(pulled + pushed, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(("u", "v"), PAIRS)
def test_warping_twice_is_warping_by_the_product(u, v):
    u, v = WARPS[u], WARPS[v]
    points = spread(6, 300)
    field = box(0.8, 0.5).translate(0.2, 0.1)
    twice, once = field.warp(u).warp(v).jet(points), field.warp(u @ v).jet(points)
    for a, b in zip(parts(twice), parts(once), strict=True):
        assert a == pytest.approx(b, rel=1e-9, abs=1e-9)


def test_products_associate():
    u, v, w = WARPS["swirl"], WARPS["polar_repeat"], WARPS["affine"]
    points = spread(7, 300)
    field = circle(0.2).translate(0.6, 0.1)
    left, right = field.warp((u @ v) @ w), field.warp(u @ (v @ w))
    assert left.jet(points, 0).value == pytest.approx(right.jet(points, 0).value)


def test_a_warped_field_is_the_field_after_the_map():
    points = spread(8, 500)
    for name in ("affine", "mobius", "swirl", "ripple"):
        w, field = WARPS[name], box(1.1, 0.7, 0.1)
        at = w.jet(points, 1)
        inner = field.jet(at.value, 1)
        found = field.warp(w).jet(points, 1)
        assert found.value == pytest.approx(inner.value)
        assert found.gradient == pytest.approx(np.einsum("ni,nij->nj", inner.gradient, at.jacobian))


def test_a_warp_can_be_called_in_a_warp():
    @warp
    def half_way(p):
        return 0.5 * (p + swirl(1.0)(p))

    points = spread(9, 100)
    expected = 0.5 * (points + swirl(1.0).jet(points, 0).value)
    assert half_way().jet(points, 0).value == pytest.approx(expected)


# --- copies --------------------------------------------------------------------------------------
@shape
def blob(p, x=0.5, y=0.2):
    """Implicit: only its zero set is right, and unbounded."""
    q = p - vec2(x, y)
    return (q.x * q.x + 2 * q.y * q.y - 0.06) * exp(q.x)


def turned(points, angle):
    c, s = math.cos(angle), math.sin(angle)
    return points @ np.array([[c, s], [-s, c]]).T


CROWD = {
    "a disc": circle(0.2).translate(0.6, 0.1),
    "a disc that overlaps its copies": circle(0.5).translate(0.4, 0.1),
    "a disc about the origin": circle(0.3),
    "a disc beyond the origin": circle(0.5).translate(-0.2, 0.1),
    "a wide box": box(1.5, 0.2).translate(0.3, 0.2),
    "a wedge on the cut": polygon([(-0.2, -0.05), (-0.9, 0.3), (-0.8, -0.4)]),
    "a line": segment((0.2, 0.1), (0.7, -0.4)),
    "bound": (circle(0.3) | box(0.3, 0.9)).translate(0.5, -0.2),
    "implicit": blob(),
    "half a plane": half_plane((1, 0.3), 0.4),
    "shrunk": box(0.4, 0.3).translate(0.6, 0).round(-0.1),
}
every_crowd = pytest.mark.parametrize("name", CROWD)


@every_crowd
@pytest.mark.parametrize("n", [1, 2, 3, 7, 24])
def test_polar_repeat_is_the_least_of_n_whole_copies(name, n):
    field = CROWD[name]
    points = spread(10, 3000, 1.4)
    copies = [field.jet(turned(points, -2 * math.pi * k / n), 0).value for k in range(n)]
    found = field.warp(polar_repeat(n)).jet(points, 1)
    assert np.abs(found.value - np.min(copies, axis=0)).max() < 1e-12
    winner = np.argmin(copies, axis=0)
    ranked = np.sort(copies, axis=0)
    clear = (ranked[1] - ranked[0] > 1e-9) if n > 1 else np.ones(len(points), bool)
    for k in range(n):
        mine = clear & (winner == k)
        own = field.jet(turned(points[mine], -2 * math.pi * k / n), 1).gradient
        assert np.abs(turned(own, 2 * math.pi * k / n) - found.gradient[mine]).max(initial=0) < 1e-9


@every_crowd
@pytest.mark.parametrize("n", [1, 2, 3, 7, 24])
def test_a_kaleidoscope_is_the_least_of_n_copies_and_their_reflections(name, n):
    field = CROWD[name]
    points = spread(17, 3000, 1.4)
    copies = []
    for flip in (1, -1):  # reflected in the x axis, then turned: backwards, turned then reflected
        for k in range(n):
            turn = 2 * math.pi * k / n
            copies.append((turn, np.array([1, flip]), turned(points, -turn) * [1, flip]))
    values = [field.jet(at, 0).value for _, _, at in copies]
    found = field.warp(kaleidoscope(n)).jet(points, 1)
    assert np.abs(found.value - np.min(values, axis=0)).max() < 1e-12
    winner, ranked = np.argmin(values, axis=0), np.sort(values, axis=0)
    clear = ranked[1] - ranked[0] > 1e-9
    for k, (turn, flip, at) in enumerate(copies):
        mine = clear & (winner == k)
        own = field.jet(at[mine], 1).gradient * flip
        assert np.abs(turned(own, turn) - found.gradient[mine]).max(initial=0) < 1e-9


def test_a_kaleidoscope_of_a_true_distance_looks_at_few_copies():
    shown = circle(0.05).translate(0.6, 0.1).warp(kaleidoscope(50)).function
    folds = [e.data for e in postorder(shown.outputs) if e.op.name == "fold"]
    assert [len(f.table.array) for f in folds] == [3, 3]


@pytest.mark.parametrize("name", [n for n in CROWD if CROWD[n].bounds.finite])
@pytest.mark.parametrize("steps", [(0.5, 0.4), (1.3, None), (None, 0.3), (2.5, 2.0)])
def test_an_endless_repeat_is_the_least_of_all_copies(name, steps):
    field = CROWD[name]
    points = spread(11, 2000, 1.5)
    x, y = steps
    shifts = [
        (i * (x or 0), j * (y or 0))
        for i in (range(-12, 13) if x else [0])
        for j in (range(-12, 13) if y else [0])
    ]
    brute = np.min([field.jet(points - s, 0).value for s in shifts], axis=0)
    found = field.warp(repeat(x, y)).jet(points, 0).value
    if field.grade == "exact":
        assert np.abs(found - brute).max() < 1e-12
    assert ((found <= 0) == (brute <= 0)).all()


@every_crowd
@pytest.mark.parametrize("count", [1, 2, 5, (4, 3), (60, 1)])
def test_a_counted_repeat_is_the_least_of_its_copies(name, count):
    field = CROWD[name]
    points = spread(12, 1000, 3.0)
    nx, ny = count if isinstance(count, tuple) else (count, count)
    shifts = [
        (0.8 * (i - 0.5 * (nx - 1)), 0.6 * (j - 0.5 * (ny - 1)))
        for i in range(nx)
        for j in range(ny)
    ]
    brute = np.min([field.jet(points - s, 0).value for s in shifts], axis=0)
    found = field.warp(repeat(0.8, 0.6, count=count)).jet(points, 0).value
    assert np.abs(found - brute).max() < 1e-12


STRIPES = [box(0.6, 0.5).translate(0.9, side * (math.pi - 0.1)) for side in (1, -1)]
"""In (r, theta), across the seam from either side."""


@pytest.mark.parametrize("stripe", STRIPES)
@pytest.mark.parametrize("w", [polar, log_polar])
def test_a_field_bounded_in_theta_is_seen_one_turn_before_and_after(w, stripe):
    points = spread(13, 3000)
    r, angle = np.hypot(*points.T), np.arctan2(points[:, 1], points[:, 0])
    first = r if w is polar else np.log(r)
    brute = np.min(
        [
            stripe.jet(np.stack([first, angle + turn], axis=1), 0).value
            for turn in (0, 2 * np.pi, -2 * np.pi)
        ],
        axis=0,
    )
    assert stripe.warp(w()).jet(points, 0).value == pytest.approx(brute, abs=1e-12)


@pytest.mark.parametrize("stripe", STRIPES)
def test_a_seam_does_not_show(stripe):
    above, below = stripe.warp(polar()).jet([[-0.9, 1e-9], [-0.9, -1e-9]], 1).value
    assert above == pytest.approx(below, abs=1e-8)


def test_an_unbounded_field_has_a_real_edge_at_the_seam():
    above, below = half_plane((0, 1)).warp(polar()).jet([[-1.0, 1e-9], [-1.0, -1e-9]], 0).value
    assert above == pytest.approx(math.pi)
    assert below == pytest.approx(-math.pi)


def test_copies_under_a_warp_stay_whole():
    points = spread(14, 2000)
    petals = circle(0.5).translate(0.4, 0.1).warp(polar_repeat(5)).warp(swirl(1.0))
    at = swirl(1.0).jet(points, 0).value
    copies = [
        circle(0.5).translate(0.4, 0.1).jet(turned(at, -2 * np.pi * k / 5), 0).value
        for k in range(5)
    ]
    assert petals.jet(points, 0).value == pytest.approx(np.min(copies, axis=0), abs=1e-12)


def test_the_jet_of_a_warp_is_that_of_the_cell_that_holds_the_point():
    w = repeat(1.0, 1.0)
    assert w.jet([[2.2, -0.7]], 1).value[0] == pytest.approx([0.2, 0.3])
    assert w.jet([[2.2, -0.7]], 1).jacobian[0].tolist() == [[1, 0], [0, 1]]
    w = polar_repeat(4)
    assert w.jet([[0.1, 2.0]], 0).value[0] == pytest.approx([2.0, -0.1])
    w = kaleidoscope(4)
    assert w.jet([[0.1, 2.0]], 0).value[0] == pytest.approx([2.0, 0.1])
    assert w.jet([[2.0, 0.1]], 1).jacobian[0].tolist() == [[1, 0], [0, 1]]
    assert w.jet([[2.0, -0.1]], 1).jacobian[0].tolist() == [[1, 0], [0, -1]]


def test_the_seam_of_a_repeat_belongs_to_someone():
    points = grid(np.arange(-8, 9) * 0.25)
    found = circle(0.3).warp(repeat(0.5, 0.5)).jet(points, 1)
    assert np.isfinite(found.gradient).all()
    assert (np.abs(found.value) <= 0.3).all()


# --- sliders, refusals, pickles ------------------------------------------------------------------
def test_sliders_take_the_place_of_numbers():
    w = swirl(slider("turn", 1, 0, 3), radius=slider("reach", 1, 0.5, 2))
    points = spread(15, 20)
    found = w.jet(points, 1, parameters={"turn": 2, "reach": 0.7}).value
    assert found == pytest.approx(swirl(2, radius=0.7).jet(points, 1).value)
    field = circle(0.2).warp(repeat(slider("step", 1, 0.5, 2), None))
    for step in (0.5, 1.7):
        brute = np.min(
            [circle(0.2).jet(points - (step * k, 0), 0).value for k in range(-9, 10)], axis=0
        )
        assert field.jet(points, 0, parameters={"step": step}).value == pytest.approx(brute)


def test_the_clock_moves_a_warp():
    w = affine(((1, 0), (0, 1)), (seconds(), 0))
    assert w.jet([[0.0, 0.0]], 0, seconds=2.5).value.tolist() == [[2.5, 0]]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: polar_repeat(0), "n=0"),
        (lambda: polar_repeat(3.0), r"n=3\.0"),
        (lambda: polar_repeat(slider("n", 3, 1, 5)), "slider"),
        (lambda: repeat(None), "both None"),
        (lambda: repeat(0, 1), "x=0"),
        (lambda: repeat(1, 1, count=0), "count=0"),
        (lambda: blob().warp(repeat(1, 1)), "bounds"),
        (lambda: half_plane((1, 0)).warp(repeat(1, 1)), "bounded"),
        (lambda: circle(1).warp(polar), "the function polar is not a Warp; call it first"),
        (lambda: circle(px(3)).warp(polar()), "stroke"),
        (lambda: mobius(1, 2, 2, 4), "one point"),
        (lambda: affine(((1, 2), (2, 4))), "determinant"),
        (lambda: affine(3), "rows"),
        (lambda: swirl(math.nan), "strength=nan"),
        (lambda: swirl(1, radius=0), "radius=0"),
        (lambda: polar() @ circle(1), "warp"),
        (lambda: kaleidoscope(0), "n=0"),
        (lambda: shear(2, 0.5), "determinant 0"),
        (lambda: complex_power(0), "one point"),
        (lambda: mirror((0, 0)), r"normal=\(0, 0\)"),
        (lambda: perspective(height=0), "height=0"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(SceneError, match=said):
        call()


def test_a_warp_must_return_two_numbers():
    @warp
    def flat(p):
        return p.x

    with pytest.raises(SceneError, match="two numbers"):
        flat()


@every_warp
def test_warps_pickle(name):
    w = pickle.loads(pickle.dumps(WARPS[name]))
    points = spread(16, 50)
    assert (w.jet(points, 1).jacobian == WARPS[name].jet(points, 1).jacobian).all()
    field = CROWD["a disc that overlaps its copies"]
    before, after = field.warp(WARPS[name]), field.warp(w)
    assert (before.jet(points, 0).value == after.jet(points, 0).value).all()
    assert before.bounds == after.bounds


def test_reprs_read_as_code():
    for w in (*WARPS.values(), polar() @ swirl(2.0)):
        again = eval(repr(w), {**vars(language), "wobble": wobble})
        assert repr(again) == repr(w)


# --- bounds --------------------------------------------------------------------------------------
@every_warp
@pytest.mark.parametrize("crowd", [n for n in CROWD if CROWD[n].bounds.finite])
def test_outside_its_bounds_a_warped_field_is_positive(name, crowd):
    field = CROWD[crowd].warp(WARPS[name])
    positive_outside(field)


def positive_outside(field: Field, seed: int = 20) -> None:
    points = np.concatenate([spread(seed, 4000, 1.5), spread(seed + 1, 1000, 6.0)])
    left, bottom, right, top = field.bounds
    x, y = points.T
    outside = (x < left) | (x > right) | (y < bottom) | (y > top)
    assert (field.jet(points[outside], 0).value > -1e-12).all()


# --- GLSL ----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def drawn():
    needs_gl()
    points = spread(21, 3000, 1.5)
    rows = np.concatenate([points, grid(SINGLES)])
    return points, {
        name: on_gpu([jet_of(w.function, order) for order in (0, 1, 2)], rows)
        for name, w in WARPS.items()
    }


@every_warp
def test_glsl_agrees_with_numpy(drawn, name):
    points, found = drawn
    assert all(np.isfinite(f).all() for f in found[name])
    zeroth, first, second = (f[: len(points)] for f in found[name])
    w = WARPS[name]
    near = near_kinks(w.function, points, 1e-4) | (np.hypot(*points.T) < 0.02)
    assert near.mean() < 0.01
    value, jacobian, hessian = parts(w.jet(points, 2))
    reach = 1 + widest(value) + np.linalg.norm(jacobian, axis=(1, 2)) * np.hypot(*points.T)
    columns = np.concatenate([jacobian[:, :, 0], jacobian[:, :, 1]], axis=1)
    triangles = np.concatenate([hessian[:, k][:, [0, 0, 1], [0, 1, 1]] for k in (0, 1)], axis=1)
    bend = 1 + widest(triangles) + np.abs(columns).max(axis=1)
    errors = [
        (widest(zeroth - value) / reach)[~near].max(),
        (widest(first[:, :2] - value) / reach)[~near].max(),
        (widest(first[:, 2:] - columns) / bend)[~near].max(),
        (widest(second[:, 6:] - triangles) / bend)[~near].max(),
    ]
    print(f"{name}: {near.mean():.2%} excluded, errors " + " ".join(f"{e:.1e}" for e in errors))
    assert max(errors[:2]) < 1e-5
    assert errors[2] < 1e-4
    assert errors[3] < 1e-3


@every_warp
def test_bounds_hold_in_glsl(name):
    needs_gl()
    rng = np.random.default_rng(22)
    low = rng.uniform(-1.5, 1.5, (1500, 2)).astype(np.float32)
    high = low + (10.0 ** rng.uniform(-4, 0, (1500, 1))).astype(np.float32)
    f = WARPS[name].function
    ends = on_gpu(bounds(f), np.concatenate([low, high], axis=1))
    t = rng.random((8, 1500, 2)).astype(np.float32)
    t[:4] = np.rint(t[:4])
    inner = np.clip(low + t * (high - low), low, high)
    at = on_gpu(f, inner.reshape(-1, 2)).reshape(8, 1500, 2)
    assert (ends[:, :2] <= at).all()
    assert (at <= ends[:, 2:]).all()


def test_vectors_take_part():
    @warp
    def shift(p, by=(0.1, 0.2)):
        return p + by

    assert shift((1, 2)).jet([[0.0, 0.0]], 0).value.tolist() == [[1, 2]]
    assert isinstance(Vec((1, 2)) + 1, Vec)
    assert cmath.phase(complex(-1, 0)) == pytest.approx(atan2(0.0, -1.0))
    assert cos(0) == length((1.0, 0.0)) == 1
