"""Files of expressions in single assignment: what they say, and what is wrong with them."""

import numpy as np
import pytest
from expressions import MEANING, random_text, valued
from PIL import Image

from jetfield.render.cli import main
from jetfield.scenes import SceneError, load
from jetfield.scenes.vm import OPS, scene_of

DISC = """# a disc in the upper right
x var-x
y var-y
cx const 0.5
cy const 0.25
r const 0.2

u sub x cx
v sub y cy
uu square u
vv square v
dd add uu vv
d sqrt dd
f sub d r
"""
SAFE = {"asin": (-0.9, 0.9), "acos": (-0.9, 0.9), "ln": (0.1, 2), "sqrt": (0.1, 2)}


def field(text):
    (layer,) = scene_of(text, "some.vm").lower().layers
    return layer.field


def values(text, x, y):
    from jetfield.shaders.calculus.evaluate import call

    return np.broadcast_to(call(field(text), [x, y])[0], x.shape)


def test_every_op_is_tested():
    assert set(OPS) == set(MEANING)


@pytest.mark.parametrize("op", sorted(MEANING))
def test_an_op_means_what_numpy_says(op):
    rng = np.random.default_rng(3)
    x, y = rng.uniform(*SAFE.get(op, (-2, 2)), (2, 500))
    text = f"a var-x\nb var-y\nf {op} " + ("a b" if OPS[op][0] == 2 else "a")
    np.testing.assert_allclose(values(text, x, y), valued(text, x, y), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_a_large_expression_has_its_value(seed):
    text = random_text(600, seed)
    x, y = np.random.default_rng(seed).uniform(-1, 1, (2, 400))
    np.testing.assert_allclose(values(text, x, y), valued(text, x, y), atol=1e-12)


def test_a_file_is_a_scene_of_its_inside(tmp_path):
    (tmp_path / "disc.vm").write_text(DISC)
    picture = load(tmp_path / "disc.vm").lower()
    assert load(str(tmp_path / "disc.vm")).lower() == picture
    assert picture.view.height == 2
    assert picture.view.center == (0, 0)
    assert picture.fields[0].name == "disc"


def test_the_command_line_draws_it_as_any_scene(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "disc.vm").write_text(DISC)
    assert main(["render", "disc.vm", "--size", "80x40", "--device", "numpy"]) == 0
    pixels = np.asarray(Image.open("disc.png"))
    assert tuple(pixels[15, 50]) == (0, 0, 0, 255)  # y is up
    assert tuple(pixels[25, 50]) == (255, 255, 255, 255)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "there is no clause `name op args` in the file"),
        ("# nothing\n\n# at all", 1, "there is no clause"),
        ("x var-x\nf", 2, "'f' is no clause `name op args`"),
        ("x var-x\n\nf sinus x", 3, "there is no op 'sinus'; there are var-x"),
        ("x var-x\nf add x", 2, "add takes 2 arguments, not 1"),
        ("x var-x\nf neg x x", 2, "neg takes 1 argument, not 2"),
        ("x var-x y", 1, "var-x takes 0 arguments, not 1"),
        ("f neg x\nx var-x", 1, "x is not defined above"),
        ("x var-x\nx var-y", 2, "x is there already"),
        ("c const", 1, "const takes one finite number, not nothing"),
        ("c const one", 1, "const takes one finite number, not one"),
        ("c const inf", 1, "const takes one finite number, not inf"),
        ("c const 1 2", 1, "const takes one finite number, not 1 2"),
        ("z var-z", 1, "there is no op 'var-z'"),
        ("\x89PNG\r\n\x1a\n\x00", 1, "is no clause"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, line, said):
    path = tmp_path / "wrong.vm"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SceneError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "disc.vm").write_text(DISC)
    assert main(["render", "disk.vm"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert "cannot read disk.vm: No such file or directory; did you mean disc.vm?" in said[0]
