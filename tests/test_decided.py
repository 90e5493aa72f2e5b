"""Decided: where a box is called one smooth piece, gradients turn nowhere within it."""

import random

import numpy as np
import pytest
import test_random_scenes as fields
from test_tiles import frame_of, tile_centers

from jetfield.scenes import Scene, box, checker, circle, polar_repeat, star, swirl, union
from jetfield.shaders.calculus.decided import decided
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.jets import jet

TILE, PIXELS = 16, 256
SOME = 40
"""Smooth tiles of a field that are looked at."""


def lowered(field):
    picture = Scene().fill(field, "white").lower()
    return picture.layers[0].field, frame_of(picture, PIXELS)


def smooth(function, frame):
    """The middles of tiles, half their side, and which are called smooth."""
    x, y = tile_centers(frame, TILE)
    half = 0.5 * frame.pixel * (TILE + 1)
    box_ = [x - half, y - half, x + half, y + half]
    return (
        x,
        y,
        half,
        np.broadcast_to(call(decided(function), box_, frame.values)[2], x.shape) > 0.5,
    )


def turns(function, frame, x, y, half, rng):
    """Whether the gradient turns at one point of a segment across each box: however finely that is
    sampled, it changes as much from one sample to the next."""
    ends = rng.uniform(-half, half, (4, x.size))
    first = jet(function, 1)
    left, before = np.arange(x.size), np.full(x.size, np.nan)
    for count in (17, 129, 1025, 8193):
        t = np.linspace(0.0, 1.0, count)
        at = [c[left][:, None] + np.outer(ends[k][left], 1 - t) + np.outer(ends[k + 2][left], t)
              for k, c in enumerate((x, y))]  # fmt: skip
        slopes = [np.broadcast_to(v, at[0].shape) for v in call(first, at, frame.values)][1:]
        steps = np.max([np.abs(np.diff(g)).max(-1) for g in slopes], axis=0)
        size = np.max([np.abs(g).max(-1) for g in slopes], axis=0)
        calm = (steps <= 0.35 * before[left]) | (steps <= 1e-9 * (1 + size))
        before[left] = steps
        left = left[~calm]
        if not left.size:
            break
    return left


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 1500), marks=pytest.mark.slow)],
                         ids=["some", "many"])  # fmt: skip
def test_no_random_field_turns_where_it_is_called_smooth(seeds):
    fields.used.clear()
    called = 0
    for seed in seeds:
        text = fields.program(random.Random(seed))
        function, frame = lowered(fields.run(text))
        x, y, half, flags = smooth(function, frame)
        called += flags.sum()
        rng = np.random.default_rng(seed)
        some = rng.permutation(np.flatnonzero(flags))[:SOME]
        turned = turns(function, frame, x.ravel()[some], y.ravel()[some], half, rng)
        assert not turned.size, text
    print(f"{called} of {256 * len(seeds)} tiles are smooth")
    assert called > 20 * len(seeds)


def test_what_turns_is_not_smooth():
    """Every tile with a corner or a bend is found; the rest of a plain shape is smooth."""
    function, frame = lowered(box(1.0, 1.0))
    x, y, half, flags = smooth(function, frame)
    corner = (np.abs(np.abs(x) - 0.5) < half) & (np.abs(np.abs(y) - 0.5) < half)
    assert not flags[corner].any()
    side = (np.abs(x - 0.5) < half) & (np.abs(y) < 0.3) & (np.abs(y) > half)
    assert flags[side].all()


@pytest.mark.parametrize(
    ("field", "least"),
    [
        (circle(0.5), 0.9),
        (star(5, 0.8, 0.4), 0.4),
        ((circle(0.7) - box(0.5, 0.5)).warp(swirl(1.0)), 0.3),
        (circle(0.2).translate(0.5, 0).warp(polar_repeat(6)), 0.2),
        (union(*(circle(0.1).translate(k % 3 - 1, k // 3 - 1) for k in range(9))), 0.5),
    ],
    ids=["circle", "star", "stirred", "copies", "fold"],
)
def test_much_of_a_plain_field_is_smooth(field, least):
    function, frame = lowered(field)
    flags = smooth(function, frame)[-1]
    assert least <= flags.mean() < 1.0


def test_patterns_finer_than_pixels_are_not_called_smooth():
    """Their coverage is a mean, which their jet does not tell."""
    function, frame = lowered(checker(0.3))
    assert not smooth(function, frame)[-1].any()
