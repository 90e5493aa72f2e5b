"""The notebook hook, in a real IPython: scenes and fields become pictures, errors become text."""

import io
import subprocess
import sys

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from oracles import needs_gl
from PIL import Image

from jetfield.render import notebook
from jetfield.scenes import Scene, box, circle, half_plane, px
from jetfield.shaders.errors import DeviceError

RED = np.array([255, 0, 0, 255])


@pytest.fixture
def shell():
    needs_gl()
    shell = InteractiveShell()
    shell.run_cell("%load_ext jetfield.render").raise_error()
    yield shell
    shell.run_cell("%unload_ext jetfield.render").raise_error()
    shell.history_manager.end_session()


def shown(shell, value):
    """What a notebook would be sent, by MIME type."""
    return shell.display_formatter.format(value)[0]


def picture(png):
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGBA")).astype(int)


def test_a_scene_is_shown_as_its_picture(shell):
    data = shown(shell, Scene(background="white").fill(circle(0.5), "red"))
    drawn = picture(data["image/png"])
    assert drawn.shape == (480, 480, 4)
    assert (drawn[240, 240] == RED).all()
    assert (drawn[5, 5] == 255).all()
    assert data["text/plain"].startswith("<Scene of 1 layer")


def test_a_cell_runs_as_in_a_notebook(shell):
    cell = "from jetfield.scenes import *\ncircle(0.5) - box(0.3, 0.3)"
    result = shell.run_cell(cell)
    result.raise_error()
    assert "image/png" in shown(shell, result.result)


def test_a_field_is_shown_by_its_inside_isolines_and_outline(shell):
    """circle(1) in a view 3 high: 160 pixels a unit, isolines every 0.15."""
    drawn = picture(shown(shell, circle(1))["image/png"])
    row = drawn[240, :, 2]
    paper, inside = row[240 + 160 + 12], row[240 + 160 - 12]
    assert paper > 200 > inside
    assert row[240 + 159 : 240 + 162].min() < 40, "the outline"
    lines = 160 * (1 + 0.15 * np.arange(-6, 3))
    for at in np.rint(240 + lines[np.abs(lines - 160) > 5]).astype(int):
        base = paper if at > 400 else inside
        assert row[at - 1 : at + 2].min() < base - 8, at
        assert abs(row[at + 12] - base) < 8


@pytest.mark.parametrize("field", [half_plane((0, 1)), circle(0.1).translate(5, 5), ~box(1, 1),
                                   circle(0.5).round(px(3)), circle(1) & circle(1).translate(3, 0)],
                         ids=repr)  # fmt: skip
def test_every_field_has_a_picture(shell, field):
    assert len(np.unique(picture(shown(shell, field)["image/png"]))) > 3


def test_another_circle_is_no_field(shell):
    assert set(shown(shell, object())) == {"text/plain"}


def test_unloading_gives_the_text_back(shell):
    shell.run_cell("%unload_ext jetfield.render").raise_error()
    assert set(shown(shell, circle(1))) == {"text/plain"}
    shell.run_cell("%load_ext jetfield.render").raise_error()
    assert "image/png" in shown(shell, circle(1))


def test_an_error_is_a_line_beside_the_text(shell, monkeypatch, capsys):
    def refuse(*arguments, **options):
        raise DeviceError("no OpenGL\nhere")

    monkeypatch.setattr(notebook, "render_file", refuse)
    data = shown(shell, circle(1))
    assert set(data) == {"text/plain"}
    assert data["text/plain"] == "circle(1)"
    assert capsys.readouterr().err == "jetfield: no OpenGL here\n"


def test_a_scene_that_fails_while_it_is_built_is_a_traceback_of_the_cell(shell):
    result = shell.run_cell("from jetfield.scenes import *\ncircle(-1)", silent=True)
    assert "radius=-1 must be a positive number" in str(result.error_in_exec)


def test_loading_it_imports_nothing_of_the_language():
    code = """
import sys
from jetfield import render
class Formatter(dict):
    def for_type_by_name(self, module, name, draw): self[module, name] = draw
class Shell: pass
shell = Shell(); shell.display_formatter = Shell()
shell.display_formatter.formatters = {"image/png": Formatter()}
render.load_ipython_extension(shell)
print(sorted(m for m in sys.modules if m.startswith(("jetfield.scenes", "moderngl", "IPython"))))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
