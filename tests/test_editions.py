"""Edited numbers in drawings by tiles: every pass has them, and shows what a fresh picture does."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ImageGrab
from windows import display, driven  # noqa: F401

from jetfield.render import brush, render
from jetfield.render.live import Live
from jetfield.scenes import load
from jetfield.scenes.load import SceneFile
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.glsl import Editions, Listing
from jetfield.shaders.glsl.passes import Tiled, drawing

SIZE = 320, 240
SCENE = """from jetfield.scenes import *

dots = [circle(0.02).translate(0.05 * (k % 12) - 0.3, 0.05 * (k // 12) - 0.9) for k in range(72)]
scene = Scene(background="#203040", view=View(height=2))
scene.fill(star(5, 0.5, 0.2), "tomato")
scene.fill(box(1.6, 1.2, 0.1), "#ffd700", opacity=1.0)
scene.fill(circle(0.3).translate(0.5, 0.2), "teal")
scene.stroke(circle(0.9), "white", width=0.04)
scene.fill(union(*dots), "plum")
"""
EDITS = {
    "a color": ("teal", "crimson"),
    "the background, of which tiles are cleared": ("#203040", "#604020"),
    "an opaque layer that becomes thin": ("opacity=1.0", "opacity=0.5"),
    "a length": ("box(1.6,", "box(0.9,"),
    "a list, in another order": ("0.05 * (k % 12) - 0.3", "0.3 - 0.05 * (k % 12)"),
}
STRUCTURE = "#ffd700", "#ffd70080"
"""A color that was opaque for good."""


def picture_of(folder: Path, text: str) -> Any:
    (folder / "scene.py").write_text(text)
    return SceneFile(folder / "scene.py").load().lower()


def passes(tiled: Tiled) -> list[Listing]:
    """Every listing of a drawing by tiles."""
    found: list[Listing] = []
    tiled.mapped(lambda each: found.append(each) or each)
    return found


@pytest.mark.parametrize("edit", EDITS)
def test_every_pass_of_an_edition_has_the_edited_numbers(tmp_path, edit):
    editions = Editions()
    first = editions.edition(picture_of(tmp_path, SCENE), "gradient")
    assert first.tiled is not None
    assert first.tiled.listed
    old, new = EDITS[edit]
    assert SCENE.count(old) == 1
    after = picture_of(tmp_path, SCENE.replace(old, new))
    found = editions.edition(after, "gradient")
    wanted = drawing(after, "gradient", "srgb8", "live").tiled
    assert editions.derived == 1, "nothing is derived for it"
    assert found.shape == first.shape
    assert found.tiled is not None
    assert wanted is not None
    assert found.tiled.picture is after, "of which lists are made"
    assert len(passes(found.tiled)) == 1 + len(wanted.kinds)
    for listing, other in zip(passes(found.tiled), passes(wanted), strict=True):
        assert (listing.vertex, listing.fragment) == (other.vertex, other.fragment)
        assert listing.numbers == other.numbers
        assert listing.parameters == other.parameters
        for sampler, table in other.tables.items():
            assert np.array_equal(listing.tables[sampler], table)
    assert found.tiled.ground is not None
    assert wanted.ground is not None
    assert call(found.tiled.ground, [], {}) == call(wanted.ground, [], {})


def test_what_is_soon_seen_is_drawn_by_tiles_for_their_lists_alone(tmp_path):
    few = SCENE.replace("range(72)", "range(9)")
    for text, listed in ((SCENE, True), (few, False)):
        picture = picture_of(tmp_path, text)
        assert (Editions().edition(picture, "gradient", soon=True).tiled is not None) is listed
        assert Editions().edition(picture, "gradient").tiled is not None


@pytest.mark.parametrize(
    ("antialias", "device", "edits", "others"),
    [
        ("gradient", "numpy", [*EDITS.values()], [STRUCTURE]),  # NumPy knows no tiles
        ("exact", "gl", [EDITS["an opaque layer that becomes thin"]], []),
    ],
    ids=["gradient", "exact"],
)
def test_the_window_shows_what_is_rendered(
    display,  # noqa: F811
    tmp_path,
    monkeypatch,
    antialias,
    device,
    edits,
    others,
):
    """After each edit, by tiles, in slices: the picture of the file as it is then."""
    from jetfield.render.window import Window

    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(brush, "QUICK", 0.0)  # no picture is thought to take no time
    monkeypatch.setattr(brush, "DRAFT", 0.0)
    path = tmp_path / "scene.py"
    path.write_text(SCENE)
    seen: list[dict[str, Any]] = []
    window = Window(SceneFile(path), Live(SIZE), antialias=antialias, log=seen.append)
    window._hud.timed = False
    fine = window.brushes[-1]

    def until(wanted: Callable[[], Any]) -> None:
        end = time.monotonic() + 60
        while not wanted():
            assert time.monotonic() < end, f"never came; last: {seen[-1:]}"
            time.sleep(0.005)

    def compare(version: int) -> None:
        until(lambda: seen and seen[-1]["version"] == version and seen[-1]["whole"])
        grabbed = ImageGrab.grab(bbox=(0, 0, *SIZE), xdisplay=display).convert("RGB")
        expected = render(load(path), SIZE, antialias=antialias, device=device)[..., :3]
        assert np.abs(np.asarray(grabbed).astype(int) - expected).max() <= 1

    def drive() -> None:
        compare(1)
        path.write_text(f"{SCENE}# twice\n")
        compare(2)
        until(lambda: fine._classed and not fine.compiling)
        compiled = [each.compiled for each in window.brushes]
        for k, edit in enumerate([*edits, *others], start=3):
            path.write_text(SCENE.replace(*edit))
            compare(k)
            anew = [each.compiled for each in window.brushes] != compiled
            assert anew == (edit in others), "a number compiles nothing"

    driven(window, drive)
