"""Edges against samples: in small cells laid over every bend and jump that a search finds.

The search knows values and gradients alone: it halves segments, and keeps the half across which they
do not agree. So nothing here asks the calculus where something turns.
"""

import random
import re

import numpy as np
import pytest
from test_random_scenes import EVERY, SCALARS, SHAPES, VALUES, program, run, used

from jetfield.scenes import circle, union
from jetfield.shaders.calculus.evaluate import call, jet_arrays
from jetfield.shaders.calculus.expr import const
from jetfield.shaders.calculus.function import Function, Input, Type
from jetfield.shaders.calculus.in_cell import Edges
from jetfield.shaders.calculus.wanted import Span

POINT, SIZE = Input("p", Type(2), "point"), Input("size")
FAR = 1e14
CELL = 2e-3
"""Small enough for what is smooth to be a parabola."""
ALONG = np.array([-0.499, -0.25, 0.0, 0.25, 0.499])
INSIDE = np.concatenate([
    np.stack(np.meshgrid(ALONG, ALONG), axis=-1).reshape(-1, 2),
    np.random.default_rng(0).uniform(-0.5, 0.5, (15, 2)),
])  # fmt: skip
"""Samples of a cell, by its own coordinates."""


class Found:
    """The edge of a field in cells, as arrays: jets (N, 6), nearness and reach (N,)."""

    def __init__(self, field, centers, size: float = CELL) -> None:
        outputs, t, self.jumps = Edges(2, POINT, SIZE).of(field.function)
        probe = Function("probe", [POINT, SIZE], outputs, t)
        self.kind, count = t.kind, len(centers)
        found = call(probe, [*centers.T, np.full(count, size)], VALUES)
        rows = np.stack([np.broadcast_to(np.asarray(c, float), (count,)) for c in found], axis=1)
        assert np.isfinite(rows).all()
        self.active = self.other = rows[:, :6]
        self.near = self.next = np.full(count, FAR)
        self.reach = np.full(count, np.inf)
        if self.kind == "edge":
            self.other, self.near = rows[:, 6:12], rows[:, 12]
        if self.kind != "jet":
            self.next, self.reach = rows[:, -2], rows[:, -1]


def predicted(jet, at):
    """The parabola of a jet (N, 6) at points (k, 2) of the cell: (N, k)."""
    x, y = at.T
    f, gx, gy, a, b, c = (column[:, None] for column in jet.T)
    return f + gx * x + gy * y + 0.5 * (a * x * x + 2.0 * b * x * y + c * y * y)


def first(field, points):
    """Values and gradients."""
    found = jet_arrays(field.function, points, 1, VALUES, field=True)
    return found.value, found.gradient


def over_turns(field, seed: int, count: int = 1500, steps: int = 14):
    """Centers of cells that hold a bend or a jump, each somewhere in its cell."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(-np.pi, np.pi, count)
    a = rng.uniform(-1.5, 1.5, (count, 2))
    b = a + 0.05 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    ends = [(p, *first(field, p)) for p in (a, b)]
    for _ in range(steps):
        middle = 0.5 * (ends[0][0] + ends[1][0])
        found = middle, *first(field, middle)
        left = disagreement(ends[0], found) >= disagreement(found, ends[1])
        ends = [
            tuple(np.where(left if x.ndim == 1 else left[:, None], x, y)
                  for x, y in zip(*pair, strict=True))
            for pair in ((ends[0], found), (found, ends[1]))
        ]  # fmt: skip
    (a, f, g), (b, k, h) = ends
    scale = 1.0 + np.linalg.norm(g, axis=1)
    turned = np.linalg.norm(g - h, axis=1) / scale > 0.03
    jumped = np.abs(f - k) > 3e-6 * scale
    centers = 0.5 * (a + b)[turned | jumped]
    return centers + rng.uniform(-0.5, 0.5, centers.shape) * CELL


def disagreement(a, b):
    """How far two values are from what the gradients between them say."""
    return np.abs(b[1] - a[1] - 0.5 * ((a[2] + b[2]) * (b[0] - a[0])).sum(axis=1))


def judged(field, centers, size: float = CELL):
    """Which cells are not what their edges say: (calm, one turn, reach), and how many are of each."""
    found = Found(field, centers, size)
    at = (centers[:, None] + size * INSIDE).reshape(-1, 2)
    values, gradients = first(field, at)
    values = values.reshape(len(centers), -1)
    steep = np.linalg.norm(gradients, axis=1).reshape(values.shape).max(axis=1)
    bend = np.abs(found.active[:, 3:]).sum(axis=1)
    bends = bend + np.abs(found.other[:, 3:]).sum(axis=1)
    slack = 0.02 * size * (1.0 + steep)
    own = np.abs(values - predicted(found.active, INSIDE))
    either = np.minimum(own, np.abs(values - predicted(found.other, INSIDE)))
    calm, one = (found.near >= 1) & (found.next >= 1), (found.near < 1) & (found.next >= 1)
    moved = np.abs(values - found.active[:, :1]).max(axis=1)
    wrong = {
        "calm": calm & (own.max(axis=1) > slack + bend),
        "one turn": one & (either.max(axis=1) > slack + bends),
        "reach": (found.next < 1) & (moved > 1.05 * found.reach + bends + 1e-12),
    }
    return wrong, {"calm": calm, "one turn": one, "reach": found.next < 1}


# --- one at a time -------------------------------------------------------------------------------
HOLES = {"s": ["p.x * p.y + 0.1", "1.3 * p.x - p.y"], "v": ["p", "vec2(p.x * p.y, p.y + 0.2)"],
         "n": ["0.3"], "l": ["0.4"], "o": ["1.2"]}  # fmt: skip


def filled(rule: str) -> str:
    """A rule of the grammar of random scenes, with something plain in its holes."""
    met = dict.fromkeys(HOLES, -1)

    def hole(match):
        kind = match.group(1)
        met[kind] += 1
        return f"({HOLES[kind][met[kind] % len(HOLES[kind])]})"

    return re.sub(r"\{(\w)\}", hole, rule)


WARPS = [
    "ripple(0.06, 3)", "mobius(1, 0.3, 0.2j, 1.5)", "polar()", "log_polar()", "polar_repeat(4)",
    "repeat(0.7, 0.5)", "repeat(0.7, None, count=2)", "complex_power(3)", "complex_power(-0.25)",
    "inversion(0.7)", "kaleidoscope(4)", "mirror((0.3, 1), 0.2)", "fisheye(0.5, radius=0.7)",
    "perspective(0.3, 0.5)", "bend(0.5)", "swirl(1, radius=0.8)", "polar_repeat(3) @ inversion(0.6)",
]  # fmt: skip
UNIONS = [
    "{f} | {g} | {h}", "union({f}, {g}, {h}, smooth=0.3)", "({f} & {g}) - {h}", "{f} ^ {g} ^ {h}", "{f}.morph({g}, 0.4)",
    "isolines({f} - {g}, 0.3)", "isolines(checker(0.7), 0.5)", "({f} - {g}).shell(0.1)", "mix({f} & {g}, checker(0.7), 0.9)",
]  # fmt: skip
SOLIDS = {"f": "box(0.5, 0.7)", "g": "circle(0.4).translate(0.3, 0.2)", "h": "star(5, 0.6, 0.3)"}
OPERANDS = [
    *[filled(s) for s in SHAPES],
    *[f"{SOLIDS['g']}.warp({w})" for w in WARPS],
    *[re.sub(r"\{(\w)\}", lambda m: SOLIDS[m.group(1)], u) for u in UNIONS],
]
TURNING = [filled(s) for s in SCALARS]
OWN = [
    *[f"shape(lambda p: length(p) - 0.5 + {s})()" for s in TURNING],
    *[f"shape(lambda p: length(p) - 0.5 + 0.5 * sin(3 * {s}))()" for s in TURNING],
    "shape(lambda p: length(p) - 0.5 + floor(3 * fract(2 * noise(3 * p))))()",
    "shape(lambda p: where((p.x > 0.1) & (p.y > fract(3 * p.x)), p.x, p.y))()",
    "shape(lambda p: where(~(floor(3 * p.x) < 2 * p.y) | (p.y < -0.5), 0.3, length(p)))()",
    "shape(lambda p: atan2(fract(2 * p.x) - 0.5, mod(p.y, 0.8) - 0.4))()",
    "shape(lambda p: abs(min(abs(p.x), sin(5 * p.y))) - 0.3)().warp(polar())",
]


def language(text: str):
    return run(f"field = {text}")


@pytest.mark.parametrize("group", ["operands", "own"])
def test_every_bend_and_jump_is_known(group):
    total = dict.fromkeys(("calm", "one turn", "reach"), 0)
    off, worst = dict(total), []
    for text in {"operands": OPERANDS, "own": OWN}[group]:
        field = language(text)
        centers = over_turns(field, 3, 1500)
        if not len(centers):
            continue
        wrong, of = judged(field, centers)
        for name in total:
            total[name] += int(of[name].sum())
            off[name] += int(wrong[name].sum())
            worst += [(int(wrong[name].sum()), name, text)] * bool(wrong[name].any())
    print(f"cells {total}, off {off}", *sorted(worst)[::-1][:8], sep="\n")
    assert total["one turn"] > 1500
    assert total["calm"] < 0.005 * total["one turn"]  # the search is right: all cells hold a turn
    assert sum(off.values()) < 0.002 * total["one turn"]


def test_a_runner_up_that_jumps_is_watched_from_afar():
    """Of a union over rows: a copy that is not the nearest may become it at once."""
    copies = language("shape(lambda p: length(p) - 0.5 + 0.2 * floor(3 * sin(4 * p.x) * p.y))()"
                      ".warp(repeat(1.5, 2, count=2))")  # fmt: skip
    wrong, of = judged(copies, over_turns(copies, 3))
    assert of["one turn"].sum() > 100
    assert not wrong["calm"].any()
    assert not wrong["reach"].any()


def test_jumps_of_copies_are_known_where_bends_are_not():
    """As in a picture too large for all of its decisions."""
    half = language("shape(lambda p: where(p.x < 0.1, -1.0, 1.0))().warp(repeat(1.5, 2, count=2))")
    outputs, t, jumps = Edges(1, POINT, SIZE, bends=False).of(half.function)
    assert jumps
    probe = Function("probe", [POINT, SIZE], outputs, t)
    f, _, _, other, _, _, near, *_ = call(probe, [np.array([0.849, 0.84]), 1.0, 0.01], VALUES)
    assert f.tolist() == [-1, -1]
    assert other.tolist() == [1, 1]
    assert near == pytest.approx([0.2, 2.0])


def test_where_many_rows_tie_no_two_are_the_whole():
    copies = language("circle(0.3).warp(repeat(1.5, 2, count=2))")  # four are as near to 0
    at = np.random.default_rng(4).uniform(-0.49, 0.49, (200, 2)) * CELL
    found = Found(copies, at)
    assert (found.next < 1).all()
    assert not any(each.any() for each in judged(copies, at)[0].values())


def test_a_third_row_counts_where_it_may_be_seen():
    """Three discs: a fill asks where it is 0 alone, so one that stays above does not matter."""
    places = [(-0.45, -0.27), (0.45, -0.27), (0.01, 0.53)]
    some = union(*(circle(0.5).translate(*at) for at in (*places, *((9, k) for k in range(20)))))
    size, nothing = Input("size"), const(0.0)
    at = np.array([[0.0, 0.0, 0.02], [0.0, 0.0, 0.06]])  # some 0.03 from all three
    near = []
    for span in (Span(nothing, nothing), Span(None, None)):
        outputs, t, _ = Edges(2, POINT, size).of(some.function, span)
        found = call(Function("probe", [POINT, size], outputs, t), list(at.T), VALUES)
        near.append(np.broadcast_to(found[-2], len(at)))
    assert near[0][0] > 1, "the cell is far from all edges"
    assert near[0][1] < 1, "all three may be in it"
    assert near[1].max() < 0.2, "where all values are asked for they tie"


# --- random scenes -------------------------------------------------------------------------------
def test_the_edges_of_random_scenes_miss_little():
    drawn = random.Random(1)
    used.clear()  # so that the scenes are the same whatever ran before
    total = dict.fromkeys(("calm", "one turn", "reach"), 0)
    off, anywhere, cells = dict(total), 0, 0
    for seed in range(24):
        field = run(program(drawn))
        centers = over_turns(field, seed, 500)
        if len(centers):
            wrong, of = judged(field, centers)
            for name in total:
                total[name] += int(of[name].sum())
                off[name] += int(wrong[name].sum())
        wrong, _ = judged(field, EVERY)
        anywhere += int(np.any(list(wrong.values()), axis=0).sum())
        cells += len(EVERY)
    print(f"over turns {total}, off {off}; anywhere {anywhere} of {cells}")
    assert total["one turn"] > 500
    assert total["calm"] < 0.01 * total["one turn"]
    assert off["calm"] + off["one turn"] < 0.005 * total["one turn"]
    assert off["reach"] < 0.1 * total["reach"]  # of jumps within sines and powers it is rough
    assert anywhere < 1e-3 * cells
