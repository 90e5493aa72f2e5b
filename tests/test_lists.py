"""Lists: in every tile the listed rows decide as all rows do, and pictures are the same with them."""

import math

import numpy as np
import pytest
from oracles import needs_gl, spread

from jetfield.render import frame as frames
from jetfield.render import passes, render
from jetfield.scenes import (
    Scene,
    View,
    box,
    circle,
    paint,
    polar_repeat,
    px,
    seconds,
    swirl,
    union,
    vec2,
    vec3,
    warp,
)
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.lists import LISTED, lists, read, sieves
from jetfield.shaders.picture import Frame

COUNT = 300
SIDE = 8


def places(count, seed=3):
    return np.random.default_rng(seed).uniform(-1, 1, (count, 3)).tolist()


def discs(count=COUNT, seed=3):
    return union(*(circle(0.01 + 0.02 * abs(r)).translate(x, y) for x, y, r in places(count, seed)))


def tiles_():
    return union(
        *(box(0.05, 0.03, 0.01).rotate(3 * r).translate(x, y) for x, y, r in places(COUNT))
    )


@warp
def drift(p):
    return p + 0.2 * vec2(0, 1) * seconds()


FIELDS = {
    "discs": discs,
    "boxes": tiles_,
    "swirled": lambda: discs().warp(swirl(2.0)),
    "cut out": lambda: box(1.5, 1.5) - discs(),
    "rounded": lambda: discs().round(0.01) & circle(0.8),
    "two tables": lambda: discs() ^ tiles_(),
    "moving": lambda: discs().warp(drift()),
}


FEW = {  # so few that pixels are cut as deep without lists
    "few": lambda: box(1.5, 1.5) - discs(70),
    "few stirred": lambda: discs(80).warp(swirl(1.0)),
}


def picture_of(field, **options):
    return Scene("black", view=View(center=(0.1, -0.05), height=2.2)).fill(
        field, "white", **options
    )


def found(picture, frame, grid):
    corner = tuple(
        c - 0.5 * frame.pixel * s for c, s in zip(frame.view.center, frame.size, strict=True)
    )
    return corner, lists(picture, frame, corner, grid, SIDE)


@pytest.mark.parametrize("name", FIELDS)
def test_the_listed_rows_decide(name):
    picture = picture_of(FIELDS[name]()).lower()
    frame = Frame((200, 160), picture.view, 0.7)
    grid = 25, 20
    (left, low), made = found(picture, frame, grid)
    assert sieves(picture), "the table is listed"
    points = spread(5, 400, 1.0)
    x = left + frame.pixel * 200 * (0.5 + 0.499 * points[:, 0])
    y = low + frame.pixel * 160 * (0.5 + 0.499 * points[:, 1])
    across = ((x - left) / (SIDE * frame.pixel)).astype(int)
    up = ((y - low) / (SIDE * frame.pixel)).astype(int)
    for slot, own in enumerate(sieves(picture)):
        table = own[0].table.array
        for place in own:
            for k in range(len(x)):
                begin, end = made.ranges[up[k], across[k], 2 * slot :][:2].astype(int)
                rows = made.rows[begin:end].astype(int)
                assert (np.diff(rows) > 0).all()
                every, some = (
                    np.asarray(call(place.row, [x[k], y[k], *table[at].T], frame.values)[0])
                    for at in (slice(None), rows)
                )
                assert some.min() == every.min()
                assert rows[some.argmin()] == every.argmin(), "the first of equals"


def test_lists_are_short():
    picture = picture_of(discs(3000, 5)).lower()
    frame = Frame((512, 512), picture.view)
    _, made = found(picture, frame, (64, 64))
    lengths = made.ranges[..., 1] - made.ranges[..., 0]
    assert lengths.min() >= 1
    assert lengths.mean() < 12


@pytest.mark.parametrize(
    ("antialias", "name"),
    [*(("gradient", name) for name in FIELDS), ("exact", "few"), ("exact", "few stirred")],
)
def test_a_picture_with_lists_is_the_picture(monkeypatch, antialias, name):
    needs_gl()
    scene, drawn = picture_of((FIELDS | FEW)[name]()), []
    for least in (0, math.inf):
        monkeypatch.setattr(frames, "LEAST", least)
        drawn.append(render(scene, (200, 160), seconds=0.7, antialias=antialias).astype(float))
    off = np.abs(drawn[0] - drawn[1]).max(axis=-1)
    # with all rows in sight, exact pixels are cut for the sake of neighbors that do not matter
    assert (off > 1).mean() <= (0 if antialias == "gradient" else 2e-3)
    assert off.max() <= (1 if antialias == "gradient" else 8)


def test_what_is_read_beside_the_point_has_no_lists():
    some = discs()
    assert not sieves(Scene().stroke(some.warp(swirl(1.0)), "red", width=px(3)).lower())
    assert not sieves(picture_of(discs(LISTED - 1)).lower())
    beside = some.translate(0.1, 0.1)

    @paint
    def shade(p):
        return vec3(1, 1, 1) * beside(p)

    assert not sieves(picture_of(some).fill(circle(0.5), shade()).lower())
    copies = discs(100).scale(0.3).translate(0.5, 0).warp(polar_repeat(5))
    assert not sieves(picture_of(copies).lower()), "a table within a table"
    assert sieves(picture_of(some).lower())


def test_lists_are_made_again_only_when_they_change(monkeypatch):
    needs_gl()
    made = []
    monkeypatch.setattr(frames, "LEAST", 0)
    monkeypatch.setattr(passes, "lists", lambda *given: made.append(given) or lists(*given))
    still, moving = picture_of(discs(200, 8)), picture_of(discs(200, 8).warp(drift()))
    assert read(still.lower()) == set()
    assert read(moving.lower()) == {"seconds"}
    for clock in (0.0, 1.0, 2.0):
        render(still, (64, 64), seconds=clock, antialias="gradient")
    assert len(made) == 1
    for clock in (0.0, 1.0, 1.0):
        render(moving, (64, 64), seconds=clock, antialias="gradient")
    assert len(made) == 3
