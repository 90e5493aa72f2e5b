"""The gallery: every scene draws, agrees with the reference renderer, and looks as it did."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jetfield.render import render
from jetfield.scenes import gallery_names, load

PICTURES = Path(__file__).resolve().parent.parent / "scenes" / "gallery"
every_scene = pytest.mark.parametrize("name", gallery_names())


def difference(a, b):
    return np.abs(a.astype(int) - b.astype(int))


@every_scene
def test_a_scene_agrees_with_the_reference_renderer(name):
    scene = load(name)
    drawn = render(scene, size=(121, 96))
    reference = render(scene, size=(121, 96), device="numpy")
    off = difference(drawn, reference)
    assert (off > 1).mean() < 1e-3, f"{name}: {(off > 1).sum()} values off, by {off.max()}"


@every_scene
def test_a_scene_looks_as_its_picture_does(name):
    """The picture in the README is this scene: jetfield render NAME -o NAME.png --size 640x640."""
    with Image.open(PICTURES / f"{name}.png") as image:
        kept = np.array(image.convert("RGBA"))
    off = difference(render(load(name), size=(640, 640)), kept)
    assert (off > 1).mean() < 1e-5, f"{name}: {(off > 1).sum()} values off, by {off.max()}"


@every_scene
def test_a_scene_moves_without_a_hole(name):
    """Whatever the clock says, every pixel is a color."""
    for seconds in (0.0, 1.7, 1e4):
        linear = render(load(name), size=(64, 64), seconds=seconds, output="linear")
        assert np.isfinite(linear).all()
        assert (linear[..., 3] == 1).all()
