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
from jetfield.shaders import tiles
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
    "few lines": lambda: discs(60).warp(swirl(1.0)),
}


def picture_of(field, **options):
    return Scene("black", view=View(center=(0.1, -0.05), height=2.2)).fill(
        field, "white", **options
    )


def found(picture, frame, grid):
    corner = tuple(
        c - 0.5 * frame.pixel * s for c, s in zip(frame.view.center, frame.size, strict=True)
    )
    return corner, lists(picture, frame, corner, grid, SIDE, tiles.rim("exact"))


@paint
def glow(p, value):
    return vec3(1, 1, 1) * value


SPANS = {  # where a picture asks for a table, but for 0
    "rounded": (0.01, 0.01),
    "shell": (-0.01, 0.01),
    "scaled": (0.0, 0.0),
    "colored": (-np.inf, 0.0),
    "smooth": (0.0, 0.1),  # what it melts with counts as far up as it reaches
    "lines": (-np.inf, np.inf),
}
MORE = {
    "shell": lambda: discs().shell(0.02),
    "scaled": lambda: discs().scale(0.5),
    "colored": lambda: discs() | circle(0.2),
    "smooth": lambda: union(discs(), circle(0.2), smooth=0.1),
    "lines": lambda: discs().warp(swirl(1.0)),
}


def sides(values, low, high):
    """Values that are asked for, and on which side the others are."""
    return np.where(values < low, -np.inf, np.where(values > high, np.inf, values))


@pytest.mark.parametrize("name", [*FIELDS, *MORE])
def test_the_listed_rows_decide(name):
    scene = picture_of((FIELDS | MORE)[name]())
    if name == "colored":
        scene = Scene(view=scene.view).fill(MORE[name](), glow())
    if name == "lines":
        scene = Scene(view=scene.view).stroke(MORE[name](), "white", width=0.4)
    picture, span = scene.lower(), SPANS.get(name, (0.0, 0.0))
    frame = Frame((200, 160), picture.view, 0.7)
    grid = 25, 20
    (left, low), made = found(picture, frame, grid)
    assert sieves(picture), "the table is listed"
    points = spread(5, 400, 1.0)
    x = left + frame.pixel * 200 * (0.5 + 0.499 * points[:, 0])
    y = low + frame.pixel * 160 * (0.5 + 0.499 * points[:, 1])
    across = ((x - left) / (SIDE * frame.pixel)).astype(int)
    up = ((y - low) / (SIDE * frame.pixel)).astype(int)
    if name == "lines":  # a line looks for its middle
        x, y = x + 0.2 * np.cos(9 * points[:, 0]), y + 0.2 * np.sin(9 * points[:, 0])
    for slot, own in enumerate(sieves(picture)):
        table = own[0].table.array
        texels = -(-table.shape[1] // 4)
        first = int(made.ranges[..., 2 * slot].min())
        for place in own:
            for k in range(len(x)):
                begin, end = made.ranges[up[k], across[k], 2 * slot :][:2].astype(int)
                rows = made.rows[slot][begin - first : end - first]
                stored = made.texels[begin * texels : end * texels].reshape(len(rows), -1)
                assert np.array_equal(stored[:, : table.shape[1]], table[rows].astype(np.float32))
                assert (np.diff(rows) > 0).all()
                every, some = (
                    np.asarray(call(place.row, [x[k], y[k], *table[at].T], frame.values)[0])
                    for at in (slice(None), rows)
                )
                assert sides(some.min(), *span) == sides(every.min(), *span)
                if span[0] <= every.min() <= span[1]:
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
    [*(("gradient", name) for name in FIELDS), *(("exact", name) for name in FEW)],
)
def test_a_picture_with_lists_is_the_picture(monkeypatch, antialias, name):
    needs_gl()
    scene, drawn = picture_of((FIELDS | FEW)[name]()), []
    if name == "few lines":
        scene = Scene("black", view=scene.view).stroke(FEW[name](), "white", width=px(3))
    for least in (0, math.inf):
        monkeypatch.setattr(frames, "LEAST", least)
        options = {"seconds": 0.7, "antialias": antialias, "output": "linear"}
        drawn.append(255 * render(scene, (200, 160), **options))
    off = np.abs(drawn[0] - drawn[1]).max(axis=-1)
    # with all rows in sight, exact pixels of fills are cut for the sake of neighbors that do not
    # matter, and those of lines less than they should be, as loops have so many turns
    share, most = (6e-3, 32) if "lines" in name else (2e-3, 8)
    if antialias == "gradient":
        share, most = 0, 1
    assert (off > 1).mean() <= share
    assert off.max() <= most


@pytest.mark.parametrize(
    ("count", "size", "rmse", "most"), [(300, 0.02, 1.1e-3, 0.02), (3000, 0.004, 6e-3, 0.06)]
)
def test_exact_pictures_with_lists_are_the_truth(monkeypatch, count, size, rmse, most):
    """Edge pixels of discs of some 1 to 3 and of 0.2 to 0.7 pixels, against samples."""
    needs_gl()
    monkeypatch.setattr(frames, "LEAST", 0)
    rows = np.array(places(count, 11))
    rows[:, 2] = size * (0.3 + np.abs(rows[:, 2]))
    field = union(*(circle(r).translate(x, y) for x, y, r in rows.tolist()))
    width, pixel = 200, 2 / 200
    scene = Scene("black").fill(field, "white")
    drawn = render(scene, (width, width), output="linear")[::-1, :, 0]
    plastic = np.array([0.7548776662466927, 0.5698402909980532])  # a lattice of low discrepancy
    samples = pixel * ((np.arange(4096)[:, None] * plastic) % 1 - 0.5)
    worst, off = 0.0, []
    for j, i in np.random.default_rng(2).integers(0, width, (5000, 2)):
        middle = pixel * (np.array([i, j]) + 0.5) - 1
        near = rows[np.hypot(*(rows[:, :2] - middle).T) < rows[:, 2] + pixel]
        if not len(near) or len(off) == 400:
            worst = max(worst, drawn[j, i] * (not len(near)))
            continue
        apart = np.hypot(*np.moveaxis(middle + samples - near[:, None, :2], -1, 0))
        part = (apart <= near[:, 2:]).any(axis=0).mean()
        if 0 < part < 1:
            off.append(drawn[j, i] - part)
        else:
            worst = max(worst, abs(drawn[j, i] - part))
    assert len(off) > 200
    assert np.sqrt(np.mean(np.square(off))) <= rmse
    assert np.abs(off).max() <= most
    assert worst <= 0.5 * most, "what no edge crosses is empty or full"


def test_a_crowd_has_tiny_tiles(monkeypatch):
    needs_gl()
    monkeypatch.setattr(frames, "LEAST", 0)
    monkeypatch.setattr(tiles, "CROWDED", 100)
    drawn = []
    for count, side in ((99, 8), (100, 4)):  # the last is out of sight
        some = [circle(0.1).translate(x, y) for x, y, _ in [*places(99), (9.0, 9.0, 0.0)][:count]]
        scene = picture_of(union(*some))
        assert tiles.side(scene.lower(), "exact") == side
        drawn.append(255 * render(scene, (100, 80), output="linear"))
    assert 20 < drawn[0][..., 0].mean() < 235
    assert np.abs(drawn[0] - drawn[1]).max() < 1


def test_what_colors_read_has_no_lists():
    some = discs()
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
