"""The gallery: every scene draws, agrees with the reference renderer, and looks as it did."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jetfield.render import cli, gallery, render
from jetfield.scenes import SceneError, gallery_names, load
from jetfield.scenes.load import gallery_source

PICTURES = Path(__file__).resolve().parent.parent / "scenes" / "gallery"
SIZE = 640
every_scene = pytest.mark.parametrize("name", gallery_names(), scope="module")
"""The tests of a scene follow each other: what it was compiled to is still there."""


def difference(a, b):
    return np.abs(a.astype(int) - b.astype(int))


def encoded(linear):
    """The sRGB levels of an opaque picture (IEC 61966-2-1)."""
    assert (linear[..., 3] == 1).all()
    low = 12.92 * linear
    high = 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055
    return np.rint(255 * np.clip(np.where(linear <= 0.0031308, low, high), 0.0, 1.0))


def pixels(path):
    with Image.open(path) as image:
        return np.array(image.convert("RGBA"))


@every_scene
@pytest.mark.parametrize(
    ("antialias", "size", "output"),
    [("gradient", (121, 96), "srgb8"), ("exact", (31, 24), "linear")],
)
def test_a_scene_agrees_with_the_reference_renderer(name, antialias, size, output):
    """Exact pictures are small here: the reference takes many looks at each pixel with an edge.

    They are encoded here, for the next test draws them by the same shader, in linear light.
    """
    scene, options = load(name), {"size": size, "antialias": antialias, "output": output}
    drawn, reference = render(scene, **options), render(scene, **options, device="numpy")
    if output == "linear":
        drawn, reference = encoded(drawn), encoded(reference)
    off = difference(drawn, reference)
    assert (off > 1).mean() < 1e-3, f"{name}: {(off > 1).sum()} values off, by {off.max()}"


@every_scene
def test_a_scene_moves_without_a_hole(name):
    """Whatever the clock says, every pixel is a color."""
    for seconds in (0.0, 1.7, 1e4):
        linear = render(load(name), size=(64, 64), seconds=seconds, output="linear")
        assert np.isfinite(linear).all()
        assert (linear[..., 3] == 1).all()


@every_scene
def test_a_scene_says_what_it_is_about(name):
    entry = gallery.Entry.of(name, gallery_source(name))
    assert 10 < len(entry.summary) <= 100
    ast.parse(entry.code)
    assert '"""' not in entry.code.partition("\n")[0]


# --- scenes/gallery is what `jetfield gallery -o scenes/gallery` makes ----------------------------
REMEDY = "run: jetfield gallery -o scenes/gallery"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The whole folder, made anew, as anybody's shaders are compiled: these pictures are large."""
    folder = tmp_path_factory.mktemp("gallery")
    settings = {name: value for name, value in os.environ.items() if name != "GALLIVM_PERF"}
    command = [sys.executable, "-m", "jetfield.render", "gallery", "-o", str(folder)]
    subprocess.run(command, env=settings, check=True, capture_output=True)
    return folder


def test_nothing_is_missing_and_nothing_left_over(made):
    kept = {path.name for path in PICTURES.iterdir() if path.suffix in {".png", ".md"}}
    assert kept == {path.name for path in made.iterdir()}, REMEDY
    assert kept == {*(f"{name}.png" for name in gallery_names()), "contact.png", "README.md"}


@pytest.mark.parametrize("name", [*gallery_names(), "contact"])
def test_a_picture_is_not_stale(made, name):
    kept, drawn = (pixels(folder / f"{name}.png") for folder in (PICTURES, made))
    assert kept.shape == drawn.shape
    assert name == "contact" or kept.shape == (SIZE, SIZE, 4)
    off = difference(drawn, kept)
    assert (off > 1).mean() < 1e-5, (
        f"{name}: {(off > 1).sum()} values off, by {off.max()}; {REMEDY}"
    )


def test_the_page_is_not_stale(made):
    text = (made / "README.md").read_text()
    assert (PICTURES / "README.md").read_text() == text, REMEDY
    for name in gallery_names():
        assert f'src="{name}.png"' in text
        assert (PICTURES / f"{name}.py").read_text().partition('"""\n\n')[2].strip() in text


# --- the command ---------------------------------------------------------------------------------
def test_the_list(capsys):
    assert cli.main(["gallery"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == gallery_names()
    for name, line in zip(gallery_names(), lines, strict=True):
        assert line.partition("  ")[2].strip() == load_doc(name).partition("\n")[0]


def load_doc(name):
    return ast.get_docstring(ast.parse(gallery_source(name)))


def test_some_scenes_of_another_size(tmp_path, capsys):
    out = tmp_path / "a" / "b"
    words = ["gallery", "-o", str(out), "petals", "fan", "petals", "--size", "60x40"]
    assert cli.main([*words, "--device", "numpy"]) == 0
    said = capsys.readouterr().out.splitlines()
    names = ["petals.png", "fan.png", "contact.png", "README.md"]
    assert said == [str(out / name) for name in names]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert pixels(out / "fan.png").shape == (40, 60, 4)
    assert np.array_equal(pixels(out / "fan.png"), render(load("fan"), (60, 40), device="numpy"))
    text = (out / "README.md").read_text()
    assert text.index("## Petals") < text.index("## Fan")
    assert "mobius" not in text


def test_an_error_in_one_scene_names_it_and_the_others_are_drawn(tmp_path, capsys, monkeypatch):
    def load_or_fail(name):
        if name == "mobius":
            raise SceneError("mobius.py:3: odd\nthing")
        return load(name)

    monkeypatch.setattr(cli, "load_scene", load_or_fail)
    words = ["gallery", "-o", str(tmp_path), "--size", "8x8", "--device", "numpy"]
    assert cli.main([*words, "fan", "mobius", "petals"]) == 1
    said = capsys.readouterr().err.splitlines()  # with its progress, where that is slow
    first, last = (line for line in said if line.startswith("jetfield: "))
    assert first == "jetfield: mobius: mobius.py:3: odd thing"
    assert last.startswith("jetfield: gallery: not drawn: mobius")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fan.png", "petals.png"]


def test_a_folder_that_cannot_be_is_said_once(tmp_path, capsys):
    (tmp_path / "file").write_text("kept")
    for out in ("file", "file/pictures"):
        words = ["gallery", "-o", str(tmp_path / out), "--size", "8x8", "--device", "numpy"]
        assert cli.main(words) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"jetfield: gallery: cannot make the folder {tmp_path / out}: ")
    assert (tmp_path / "file").read_text() == "kept"
    (tmp_path / "fan.png").mkdir()
    words[2:3] = [str(tmp_path), "fan", "petals"]
    assert cli.main(words) == 1
    assert len([x for x in capsys.readouterr().err.splitlines() if x.startswith("jetfield: ")]) == 1


def test_a_failure_that_jetfield_did_not_foresee_is_named_too(tmp_path, capsys, monkeypatch):
    def broken(name):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(cli, "load_scene", broken)
    words = ["gallery", "-o", str(tmp_path), "--size", "8x8", "--device", "numpy", "fan"]
    assert cli.main(words) == 1
    assert "fan: ZeroDivisionError: division by zero" in capsys.readouterr().err


# --- the sheet -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (3, 3), (4, 2), (6, 3), (12, 4)])
def test_the_grid_has_few_empty_places(count, columns):
    assert gallery._columns(count) == columns


@pytest.mark.parametrize("count", range(1, 40))
def test_no_grid_is_a_ribbon_or_half_empty(count):
    columns = gallery._columns(count)
    rows = -(-count // columns)
    assert rows * columns - count < columns
    assert count <= 3 or max(columns / rows, rows / columns) <= 4


def test_margins_are_even_and_a_short_row_is_centered():
    colors = np.linspace(0.2, 1.0, 5)
    pictures = [np.full((30, 40, 4), (c, 0, 0, 1.0)) for c in colors]
    sheet = gallery.contact_sheet(pictures)
    ground = sheet[0, 0]
    columns = gallery._columns(5)
    rows = -(-5 // columns)
    m = gallery.MARGIN
    assert sheet.shape == (rows * (30 + m) + m, columns * (40 + m) + m, 4)
    covered = (sheet != ground).any(axis=2)
    assert covered.sum() == 5 * 30 * 40
    assert covered[m : m + 30, m : m + 40].all()
    last = np.flatnonzero(covered[-m - 1])
    assert abs(last[0] - (sheet.shape[1] - 1 - last[-1])) <= 1
    reds = [sheet[y, x, 0] for y in range(m, sheet.shape[0], 30 + m)
            for x in np.flatnonzero(covered[y])]  # fmt: skip
    assert reds == sorted(reds), "in order"


def test_a_transparent_picture_lies_on_the_ground():
    sheet = gallery.contact_sheet([np.zeros((10, 10, 4))])
    assert (sheet == sheet[0, 0]).all()
