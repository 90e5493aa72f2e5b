"""Cells against clipping and samples: straight and bent edges, and what two of them have in common."""

import numpy as np
import pytest
from oracles import needs_gl, on_gpu
from truth import spread

from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.function import Function
from jetfield.shaders.cells import BENT
from jetfield.shaders.chords import FLATTEST, PARALLEL, arched, common, straight, wedge
from jetfield.shaders.coverage import disc

SAMPLES = spread(17711) - 0.5
"""Points of the cell."""


def columns(function: Function, rows) -> np.ndarray:
    """The outputs of a function at rows of arguments, (N, size)."""
    found = call(function, list(np.asarray(rows, float).T))
    return np.stack([np.broadcast_to(c, len(rows)) for c in found], axis=1)


def cut(rows) -> np.ndarray:
    """(f, gx, gy, hxx, hxy, hyy) -> part, d, x, y, middle, half, leaves, near."""
    return columns(straight(), rows)


def parabolas(rows, points=SAMPLES):
    """Whether points lie in {f + g.p + p.Hp / 2 <= 0}: (N, k)."""
    f, gx, gy, a, b, c = (np.asarray(r)[:, None] for r in np.asarray(rows, float).T)
    x, y = points.T
    return f + gx * x + gy * y + 0.5 * (a * x * x + 2.0 * b * x * y + c * y * y) <= 0


def area(*planes) -> float:
    """The part of the cell within half-planes (f, gx, gy, ...), by clipping its outline at each."""
    kept = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    for f, gx, gy, *_ in planes:
        whole, kept = kept, []
        for (x, y), (u, v) in zip(whole, whole[1:] + whole[:1], strict=True):
            here, there = f + gx * x + gy * y, f + gx * u + gy * v
            if here <= 0:
                kept.append((x, y))
            if (here < 0 < there) or (there < 0 < here):
                t = here / (here - there)
                kept.append((x + t * (u - x), y + t * (v - y)))
    ends = kept[1:] + kept[:1]
    return 0.5 * sum(x * v - u * y for (x, y), (u, v) in zip(kept, ends, strict=True))


def areas(*rows) -> np.ndarray:
    """The areas of many cells."""
    return np.array([area(*planes) for planes in zip(*(r.tolist() for r in rows), strict=True)])


def lines(count: int, seed: int, far: float = 0.8) -> np.ndarray:
    """Half-planes at random: a third axis-aligned or diagonal, a third nearly so."""
    rng = np.random.default_rng(seed)
    angle, kind = rng.uniform(-np.pi, np.pi, count), np.arange(count) % 3
    angle = np.where(kind > 0, np.round(angle / (np.pi / 4)) * (np.pi / 4), angle)
    angle += np.where(kind == 2, 10.0 ** rng.uniform(-9, -1, count), 0.0)
    n = np.round(np.stack([np.cos(angle), np.sin(angle)], axis=1), 15)
    d = rng.uniform(-far, far, count)
    d[::7] = rng.choice([0.0, 0.5, -0.5, 0.25], len(d[::7]))  # through the center, along borders
    return np.concatenate([d[:, None], n, np.zeros((count, 3))], axis=1)


def scaled(rows, scale):
    return rows * np.broadcast_to(scale, len(rows))[:, None]


# --- one edge ------------------------------------------------------------------------------------
def test_a_straight_edge_leaves_the_part_that_clipping_does():
    rows = lines(1200, 1)
    found = cut(rows)
    assert np.abs(found[:, 0] - areas(rows)).max() < 3e-5
    assert np.sqrt(np.mean((found[:, 0] - parabolas(rows).mean(axis=1)) ** 2)) < 1e-3
    assert (found[:, 6] == 0).all()


def test_its_chord_is_where_it_crosses_the_border():
    rows = lines(1500, 2)
    _, d, x, y, middle, half, _, near = cut(rows).T
    foot = np.stack([-d * x, -d * y], axis=1)
    along = np.stack([-y, x], axis=1)
    for end in (middle - half, middle + half):
        p = (foot + end[:, None] * along)[half > 0]
        f = rows[half > 0]
        assert np.abs(f[:, 0] + (f[:, 1:3] * p).sum(axis=1)).max() < 1e-12
        assert np.abs(np.abs(p).max(axis=1) - 0.5).max() < 1e-6  # an end lies on the border
    crosses = (parabolas(rows).mean(axis=1) * 2 - 1) ** 2 < 0.99
    assert (half[crosses] > 0).all()
    assert (near[half > 0] == 1).all()


def test_the_part_does_not_depend_on_the_scale_of_the_field():
    rows = lines(300, 3)
    rows[:, 3:] = np.random.default_rng(3).uniform(-0.05, 0.05, (300, 3))
    once = cut(rows)
    for scale in 10.0 ** np.arange(-15, 16, 3):
        off = np.abs(cut(scaled(rows, scale)) - once)
        assert off[:, 0].max() < 1e-9
        assert (off.max(axis=1) < 1e-9).mean() > 0.97  # a border may or may not be in the cell


def bent(count: int, seed: int, most: float) -> np.ndarray:
    """Edges that cross the cell and leave their tangent by at most so much."""
    rows = lines(count, seed, 0.6)
    h = np.random.default_rng(seed).uniform(-1, 1, (count, 3))
    bend = 0.125 * (np.abs(h) @ [1, 2, 1])
    rows[:, 3:] = h * (most / bend)[:, None]
    return rows


def test_a_bent_edge_leaves_the_part_that_samples_find():
    rows = bent(1200, 4, 0.025)
    truth = parabolas(rows).mean(axis=1)
    error = np.abs(cut(rows)[:, 0] - truth)
    flat = np.abs(cut(rows * [1, 1, 1, 0, 0, 0])[:, 0] - truth)
    print(f"rmse {np.sqrt((error**2).mean()):.1e}, as a line {np.sqrt((flat**2).mean()):.1e}")
    assert np.sqrt((error**2).mean()) < 1e-3
    assert error.max() < 0.02
    assert np.sqrt((error**2).mean()) < 0.15 * np.sqrt((flat**2).mean())


def test_a_wave_is_cut_where_its_slope_has_changed_before_its_edge():
    """A sine's second derivative is 0 on its edge: beside it, that tells of the third alone."""
    rng = np.random.default_rng(8)
    k, angle = rng.uniform(0.2, 0.5, 3000), rng.integers(0, 4, 3000) * np.pi / 2
    n = np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.uniform(-0.05, 0.05, (3000, 2))
    u = k * rng.uniform(-0.55, 0.55, 3000)
    g, h = (
        (k * np.cos(u))[:, None] * n,
        -(k * k * np.sin(u))[:, None] * (n[:, [0, 0, 1]] * n[:, [0, 1, 1]]),
    )
    found = cut(np.concatenate([np.sin(u)[:, None], g, h], axis=1))
    error = np.abs(found[:, 0] - areas(np.concatenate([u[:, None], k[:, None] * n], axis=1)))
    whole = found[:, 6] <= BENT
    print(f"{whole.mean():.0%} whole, rmse {np.sqrt((error[whole] ** 2).mean()):.1e}")
    assert whole.mean() > 0.7
    assert np.sqrt((error[whole] ** 2).mean()) < 8e-4
    assert np.quantile(error[whole], 0.99) < 2.5e-3


def test_how_far_an_edge_leaves_its_chord_is_never_too_little():
    rows = bent(600, 5, 0.1)
    found, (x, y) = cut(rows), SAMPLES.T
    f, gx, gy, *_ = (r[:, None] for r in rows.T)
    line = f + gx * x + gy * y <= 0
    strip = np.abs(f + gx * x + gy * y)  # |g| is 1
    differs = line != parabolas(rows)
    assert np.where(differs, strip, 0.0).max(axis=1).max() > 0.05
    assert (np.where(differs, strip, 0.0).max(axis=1) <= found[:, 6] + 1e-9).all()
    assert (found[differs.any(axis=1), 7] == 1).all()


def test_without_a_slope_the_sign_decides_and_nothing_is_nan():
    rows = np.zeros((3, 6))
    rows[:, 0] = -0.1, 0.0, 0.1
    assert cut(rows)[:, 0].tolist() == [1.0, 1.0, 0.0]  # 0 is inside
    sizes = [0.0, 1e-30, 1e-12, 1e-3, 1.0, 1e6, 1e12, 1e30]
    values = np.array([sign * s for s in sizes for sign in (1, -1)])
    rows = np.random.default_rng(6).choice(values, (20000, 6))
    found = cut(rows)
    assert np.isfinite(found).all()
    assert (found[:, 0] >= 0).all()
    assert (found[:, 0] <= 1).all()


# --- two edges -----------------------------------------------------------------------------------
def pairs(count: int = 400, seed: int = 7) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Pairs of half-planes, by how they lie."""
    rng = np.random.default_rng(seed)
    a, b = lines(count, seed), lines(count, seed + 1)
    by = rng.uniform(0.01, 0.4, count)
    shifted = a.copy()
    shifted[:, 0] += by
    turned = a.copy()
    angle = rng.uniform(-0.3, 0.3, count)
    c, s = np.cos(angle), np.sin(angle)
    turned[:, 1], turned[:, 2] = c * a[:, 1] - s * a[:, 2], s * a[:, 1] + c * a[:, 2]
    turned[:, 0] += rng.uniform(-0.4, 0.4, count)
    near = a.copy()
    tiny = rng.uniform(-1, 1, (2, count)) * 0.4 * PARALLEL
    near[:, 1:3] += tiny[0][:, None] * np.stack([-a[:, 2], a[:, 1]], axis=1)
    near[:, 0] += tiny[1]
    flip = [-1, -1, -1, 1, 1, 1]
    return {
        "any": (a, b), "nested": (a, shifted), "disjoint": (a * flip, shifted),
        "a strip": (a, shifted * flip), "coincident": (a, a * 3.0), "opposed": (a, a * -2.0),
        "nearly parallel": (a, turned), "nearly one": (a, near), "nearly opposed": (a, near * flip),
    }  # fmt: skip


PAIRS = pairs()
every_pair = pytest.mark.parametrize("name", PAIRS)


def shared(a, b) -> np.ndarray:
    """(within, crosses) of two rows of edges."""
    return columns(common(), np.concatenate([cut(a)[:, :6], cut(b)[:, :6]], axis=1))[:, :2]


def crossing(a, b) -> np.ndarray:
    """How deep inside the cell two lines cross: > 0 within it; by solving for the point."""
    det = a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]
    safe = np.where(np.abs(det) < 1e-12, 1.0, det)
    x = (a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]) / safe
    y = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / safe
    return np.where(np.abs(det) < 1e-12, -np.inf, 0.5 - np.maximum(np.abs(x), np.abs(y)))


@every_pair
def test_the_part_within_both_is_what_clipping_leaves(name):
    a, b = PAIRS[name]
    within, crosses = shared(a, b).T
    truth = areas(a, b)
    alone = crosses == 0
    error = np.abs(within - truth)[alone]
    print(f"{name}: {alone.mean():.0%} without a crossing, {error.max():.1e}")
    one = PARALLEL if "nearly" in name else 0.0  # lines so near count as one, even if they cross
    assert error.max() < 1e-4 + one
    assert np.abs(truth - (parabolas(a) & parabolas(b)).mean(axis=1)).max() < 0.01
    assert alone.mean() > 0.3
    assert (within >= 0).all()
    assert (within <= np.minimum(cut(a)[:, 0], cut(b)[:, 0]) + 1e-12).all()


@every_pair
def test_chords_cross_where_their_lines_meet_in_the_cell(name):
    a, b = PAIRS[name]
    crosses = shared(a, b)[:, 1] > 0
    depth = crossing(a, b)
    lean = np.abs(a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]) / np.hypot(b[:, 1], b[:, 2])
    sure = (np.abs(depth) > 1e-6) & ((lean > 4 * PARALLEL) | (lean < 1e-12))
    assert sure.mean() > 0.5 or name in ("nearly one", "nearly opposed")
    assert np.array_equal(crosses[sure], depth[sure] > 0)
    if name in ("any", "nearly parallel"):
        assert 0.1 < crosses.mean() < 0.9
    assert crosses[depth == -np.inf].sum() == 0


@every_pair
def test_the_order_of_two_edges_does_not_matter(name):
    a, b = PAIRS[name]
    assert np.abs(shared(a, b) - shared(b, a)).max() < 1e-12


def test_the_four_parts_of_two_edges_fill_the_cell():
    a, b = PAIRS["any"]
    flip = np.array([-1.0, -1, -1, 1, 1, 1])
    four = [shared(p, q) for p in (a, a * flip) for q in (b, b * flip)]
    alone = four[0][:, 1] == 0
    assert np.abs(sum(each[:, 0] for each in four) - 1)[alone].max() < 6e-5


# --- arcs ----------------------------------------------------------------------------------------
def discs(radii, seed: int, far: float = 0.9) -> np.ndarray:
    """Middles and radii of discs whose edge is near the cell: (N, 3)."""
    rng, radii = np.random.default_rng(seed), np.asarray(radii, float)
    angle = rng.uniform(-np.pi, np.pi, len(radii))
    angle[::3] = np.round(angle[::3] / (np.pi / 4)) * (np.pi / 4)
    away = np.maximum(radii + rng.uniform(-far, far, len(radii)), 1e-3)
    return np.stack([away * np.cos(angle), away * np.sin(angle), radii], axis=1)


def inside(rows) -> np.ndarray:
    """The part of the cell in each disc, by samples."""
    x, y, r = (column[:, None] for column in rows.T)
    return (np.hypot(SAMPLES[:, 0] - x, SAMPLES[:, 1] - y) <= r).mean(axis=1)


def distances(rows, scale: float = 1.0) -> np.ndarray:
    """The jets of distances to discs: (N, 6)."""
    x, y, r = rows.T
    away = np.hypot(x, y)
    n = -np.stack([x, y], axis=1) / away[:, None]
    h = np.stack([n[:, 1] ** 2, -n[:, 0] * n[:, 1], n[:, 0] ** 2], axis=1) / away[:, None]
    return scale * np.concatenate([(away - r)[:, None], n, h], axis=1)


RADII = np.repeat([0.05, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 4.0, 10.0, 30.0, 60.0], 60)


def test_a_disc_covers_what_samples_find():
    rows = discs(RADII, 31)
    assert np.abs(columns(disc(), rows)[:, 0] - inside(rows)).max() < 2e-3
    within = np.stack([np.zeros(9), np.zeros(9), np.linspace(0.01, 0.5, 9)], axis=1)
    assert columns(disc(), within)[:, 0] == pytest.approx(np.pi * within[:, 2] ** 2, abs=2e-4)
    needs_gl()
    found = on_gpu(disc(), rows.astype(np.float32))
    assert np.abs(found[:, 0] - columns(disc(), rows.astype(np.float32))[:, 0]).max() < 5e-4


@pytest.mark.parametrize("scale", [1.0, -1.0, 1e-9, -1e9])
def test_an_arc_is_that_of_a_disc_from_without_and_within(scale):
    """However small the disc, by the distance to it alone; and where that bends less and less."""
    rows = discs([*RADII[240:], *np.repeat([FLATTEST + 1, 100.0, 1e3, 1e6], 40)], 32)
    found, truth = columns(arched(), distances(rows, scale)), inside(rows)
    error = found[:, 0] - (truth if scale > 0 else 1 - truth)
    print(f"rmse {np.sqrt(np.mean(error**2)):.1e}, worst {np.abs(error).max():.1e}")
    assert np.sqrt(np.mean(error**2)) < 4e-4
    assert np.abs(error).max() < 3e-3
    assert (found[:, 6] < 1)[rows[:, 2] > 1.6].all()


def test_the_line_of_an_arc_cuts_off_as_much():
    rows = distances(discs(np.repeat([4.0, 8.0, 20.0], 100), 33, 0.6))
    found = columns(arched(), rows)
    lines_ = np.concatenate([found[:, 8:], np.zeros((len(rows), 3))], axis=1)
    off = areas(lines_) - found[:, 0]
    assert np.sqrt(np.mean(off**2)) < 2e-3
    assert np.abs(off).max() < 0.03


def test_what_bends_otherwise_is_no_arc():
    """Where an edge is taken for an arc, it is near to one, whatever else bends there."""
    rows = bent(4000, 34, 0.06)
    found = columns(arched(), rows)
    taken = found[:, 6] < 0.25
    assert 0.05 < taken.mean() < 0.5
    error = np.abs(found[taken, 0] - parabolas(rows[taken]).mean(axis=1))
    print(f"rmse {np.sqrt(np.mean(error**2)):.1e}, worst {error.max():.1e}")
    assert np.sqrt(np.mean(error**2)) < 4e-3
    assert error.max() < 0.03
    far = distances(discs([0.2] * 50, 35, 0.0))
    far[:, 0] = 0.3  # a bend that ends before the edge
    assert (columns(arched(), far)[:, 6] >= 1).all()


def test_two_lines_that_cross_leave_what_clipping_does():
    a, b = lines(3000, 36, 0.6), lines(3000, 37, 0.6)
    both = np.concatenate([cut(a)[:, :6], cut(b)[:, :6]], axis=1)
    crosses = columns(common(), both)[:, 1] > 0
    assert crosses.mean() > 0.2
    a, b = a[crosses], b[crosses]
    pairs = np.concatenate([a[:, :3], b[:, :3] * 3.0], axis=1)
    assert np.abs(columns(wedge(), pairs)[:, 0] - areas(a, b)).max() < 1e-6
    needs_gl()
    off = np.abs(on_gpu(wedge(), pairs.astype(np.float32))[:, 0] - areas(a, b))
    assert (off < 1e-4).mean() > 0.99
    assert off.max() < 5e-3, "nearly one line"


# --- float32 -------------------------------------------------------------------------------------
def test_the_glsl_cuts_as_numpy_does():
    needs_gl()
    rows = np.concatenate([lines(3000, 8), bent(3000, 9, 0.02)]).astype(np.float32)
    rows = np.concatenate([rows, scaled(rows, 1e-6), scaled(rows, 1e6)]).astype(np.float32)
    expected, found = cut(rows), on_gpu(straight(), rows)
    assert np.abs(found[:, 0] - expected[:, 0]).max() < 1e-5
    assert np.abs(found[:, 1:4] - expected[:, 1:4]).max() < 1e-5
    assert np.abs(found[:400, 0] - areas(rows[:400])).max() < 4e-5


def test_chords_that_are_one_say_which_way_they_face():
    rng = np.random.default_rng(21)
    turn, d, size = (
        rng.uniform(0, 2 * np.pi, 200),
        rng.uniform(-0.4, 0.4, 200),
        rng.uniform(0.1, 3, 200),
    )
    line = np.stack([d, np.cos(turn), np.sin(turn)], axis=1) * size[:, None]
    edge = np.concatenate([line, np.zeros((200, 3))], axis=1)
    for sign in (1.0, -1.0):
        rows = np.concatenate([cut(edge)[:, :6], cut(sign * 2.0 * edge)[:, :6]], axis=1)
        assert (columns(common(), rows)[:, 2] == sign).all()
    apart = edge + [0.02, 0, 0, 0, 0, 0] * size[:, None]
    rows = np.concatenate([cut(edge)[:, :6], cut(apart)[:, :6]], axis=1)
    assert (columns(common(), rows)[:, 2] == 0).all()


def test_the_glsl_finds_the_same_in_common():
    needs_gl()
    for name, (a, b) in PAIRS.items():
        cuts = np.concatenate([cut(a)[:, :6], cut(b)[:, :6]], axis=1).astype(np.float32)
        found, expected = on_gpu(common(), cuts), columns(common(), cuts.astype(float))
        same = found[:, 1] == expected[:, 1]
        assert same.mean() > 0.99, name
        assert (np.abs(found[:, 0] - expected[:, 0]) < 1e-5)[same].mean() > 0.99, name
        alone = found[:, 1] == 0
        assert np.abs(found[:, 0] - areas(a, b))[alone].max() < PARALLEL, name


def test_the_glsl_is_never_nan():
    needs_gl()
    sizes = [0.0, 1e-30, 1e-18, 1e-6, 1.0, 1e6, 1e12]
    values = np.array([sign * s for s in sizes for sign in (1, -1)])
    rows = np.random.default_rng(6).choice(values, (20000, 6))
    for function in (straight(), arched()):
        found = on_gpu(function, rows)
        assert np.isfinite(found[:, :8]).all()
        assert ((found[:, 0] >= 0) & (found[:, 0] <= 1)).all()
