"""The command line's tools, as they are typed: probe, gallery, doctor, completion; wrong words."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jetfield.render import cli, cli_completion
from jetfield.scenes import gallery_names

SCENE = """
from jetfield.scenes import *
scene = Scene(view=View(height=2))
scene.fill(box(slider("side", 1, 0.5, 2), 1).rotate(0.5).scale(2), "red")
scene.stroke(circle(0.5), "white", width=px(4))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test runs in a folder of its own, in which there are some scenes."""
    monkeypatch.chdir(tmp_path)
    Path("scene.py").write_text(SCENE)
    Path("broken.py").write_text("\n1 / 0\n")
    Path("empty.py").write_text("from jetfield.scenes import *\nscene = Scene()\n")
    Path("file").write_text("not a folder")
    return tmp_path


def out(capsys, words):
    assert cli.main(words.split()) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


# --- probe ---------------------------------------------------------------------------------------
def test_the_probe_as_text(capsys):
    said = out(capsys, "probe scene.py --at 0.5,0.1 --size 200x200")
    expected = """\
scene.py at (0.5, 0.1): 2 layers, layer 2 is seen
a pixel is 0.01 scene units wide (200x200)

layer 1, fill   scene.py:4
  | scene.fill(box(slider("side", 1, 0.5, 2), 1).rotate(0.5).scale(2), "red")
  value           -0.5133              inside, painted #ff0000
  distance        -51.33 px            to first order; to second, -51.33 px
  gradient        (0.8776, 0.4794)     length 1
  Jacobian        [  0.4388  0.2397 ]
                  [ -0.2397  0.4388 ]
  determinant     0.25                 space becomes smaller; the drawn shape is 4 times as large
  singular values 0.5, 0.5             stretch, the same every way
  rotation        -28.65°              counter-clockwise
  Hessian         [ 0  0 ]
                  [ 0  0 ]
  eigenvalues     0, 0                 flat
  level set       0                    straight

layer 2, stroke, seen here   scene.py:5
  | scene.stroke(circle(0.5), "white", width=px(4))
  value           0.009902             outside, painted #ffffff
"""
    assert said.startswith(expected)
    assert "  Jacobian        the identity: nothing is warped, turned or scaled here\n" in said
    assert max(map(len, said.splitlines())) <= 100


def test_the_probe_as_json(capsys):
    words = "probe scene.py --at -0.5,0 --size 300x200 --set side=2 --seconds 1 --json"
    data = json.loads(out(capsys, words))
    assert (data["at"], data["pixel"], data["size"], data["seen"]) == (
        [-0.5, 0],
        0.01,
        [300, 200],
        1,
    )
    first, second = data["layers"]
    assert first["warping"]["determinant"] == pytest.approx(0.25)
    assert second["gradient"] == pytest.approx([-1, 0])
    assert second["hessian"][1][1] == pytest.approx(2)
    assert (second["kink"], second["kind"], second["shape"]) == (False, "stroke", "trough")
    assert second["source"].endswith("scene.py:5")
    assert json.loads(out(capsys, "probe scene.py --at 0,0 --json"))["layers"][1]["kink"] is True


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("0,0", "kink: conventional value, the gradient and the Hessian jump here"),
        ("3,3", "the background is seen"),
        ("0.1,0.1", "inside, painted"),
    ],
)
def test_what_the_probe_says_in_words(capsys, at, words):
    assert words in out(capsys, f"probe scene.py --at {at}")


WORDS = """
from jetfield.scenes import *
@shape
def f(p): return {formula}
@warp
def flat(p): return vec2(p.x, 0 * p.y)
scene = Scene()
scene.fill(f(){warp}, "red")
"""


@pytest.mark.parametrize(
    ("formula", "warp", "words"),
    [
        ("p.x*p.x + p.y*p.y - 1", "", "bowl: it bends up every way"),
        ("p.x*p.x + p.y*p.y - 1", "", "the gradient vanishes: a minimum point"),
        ("1 - p.x*p.x - p.y*p.y", "", "dome: it bends down every way"),
        ("1 - p.x*p.x - p.y*p.y", "", "the gradient vanishes: a maximum point"),
        ("p.x*p.y", "", "the gradient vanishes: a saddle point"),
        ("p.x*p.y", "", "saddle: up one way, down across"),
        ("p.x*p.x", "", "trough: up one way, straight along"),
        ("p.x*p.x", "", "the Hessian cannot tell what the point is"),
        ("-p.x*p.x", "", "ridge, a trough upside down"),
        ("p.x + 1", "", "flat"),
        ("p.x", ".warp(affine(((2, 0), (0, 3))))", "space becomes bigger; the drawn shape is 0.1667 times as large"),
        ("p.x", ".warp(affine(((-1, 0), (0, 1))))", "space keeps its size and is flipped; the shape is drawn as large as it is"),
        ("p.x", ".warp(affine(((-1, 0), (0, 1))))", "counter-clockwise after the mirror y -> -y"),
        ("p.x", ".warp(flat())", "space collapses: the shape is drawn larger than any bound, 1 / 0 times as large"),
        ("where(p.x > 0, 1, -1)", "", "kink: conventional value, the value jumps here"),
    ],
)  # fmt: skip
def test_what_it_says_at_the_origin(capsys, formula, warp, words):
    Path("words.py").write_text(WORDS.format(formula=formula, warp=warp))
    assert words in out(capsys, "probe words.py --at 0,0")


def test_a_scene_of_no_layers_is_probed_too(capsys):
    assert out(capsys, "probe empty.py --at 0,0").startswith(
        "empty.py at (0, 0): 0 layers, the background is seen\n"
    )


def test_the_probe_needs_no_opengl():
    code = "import sys; from jetfield.render import cli; cli.main(['probe', 'scene.py', '--at', '0,0']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"moderngl", "glcontext", "jetfield.render.device"} & set(done.stdout.split()) == set()


# --- help and wrong words ------------------------------------------------------------------------
COMMANDS = [command.name for command in cli.COMMANDS]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_states_defaults_and_ends_with_examples(capsys, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    with pytest.raises(SystemExit) as end:
        cli.main([command, "--help"])
    said = capsys.readouterr().out
    assert end.value.code == 0
    told = said.rpartition("examples:\n")[2].splitlines()
    examples = [line.strip() for line in told if line.strip()]
    assert examples
    assert all("jetfield" in example for example in examples)
    options = re.sub(r"\s+", " ", said.partition("options:")[2].partition("examples:")[0])
    if command in ("render", "probe"):
        for text in ("(default: 1024x1024)", "(default: 0)", "(default: 0,0)",
                     "(default: the scene's own view)"):  # fmt: skip
            assert text in options
    if command == "gallery":
        assert "(default: 640x640)" in options


def test_examples_that_draw_or_print_are_right_words():
    """Every example is a command line that the parser takes."""
    parser = cli._parser()
    for command in cli.COMMANDS:
        for line in command.examples.strip().splitlines():
            words = re.split(r"\s{2,}|[<>|]|&&|\)", line.strip().removeprefix("source <("))[
                0
            ].split()
            assert words[0] == "jetfield"
            parser.parse_args(cli._joined(words[1:]))


USAGE = [
    ("probe", "the following arguments are required: SCENE, --at"),
    ("probe scene.py", "the following arguments are required: --at"),
    ("probe scene.py --at", "argument --at: expected one argument"),
    ("probe scene.py --at 1", "argument --at: '1' must be X,Y, finite numbers"),
    ("probe scene.py --at 1,2,3", "argument --at: '1,2,3' must be X,Y, finite numbers"),
    ("probe scene.py --at a,b", "argument --at: 'a,b' must be X,Y, finite numbers"),
    ("probe scene.py --at nan,0", "argument --at: 'nan,0' must be X,Y, finite numbers"),
    ("probe scene.py --at -inf,0", "argument --at: '-inf,0' must be X,Y, finite numbers"),
    ("probe scene.py --at 0,0 --size 0x1", "'0x1' must have sides of 1 to 65536 pixels"),
    ("probe scene.py --at 0,0 --view 1", "argument --view: '1' must be X,Y,H"),
    ("probe scene.py --at 0,0 --set side", "argument --set: 'side' must be NAME=VALUE"),
    ("probe scene.py --at 0,0 -o x.png", "unrecognized arguments: -o x.png"),
    ("probe scene.py --at 0,0 --json=yes", "argument --json: ignored explicit argument 'yes'"),
    ("gallery --size 5", "argument --size: '5' must be WIDTHxHEIGHT"),
    ("gallery -o", "argument -o/--out: expected one argument"),
    ("gallery --device cuda", "argument --device: invalid choice: 'cuda'"),
    ("gallery --sice 1x1", "unrecognized arguments: --sice"),
    ("doctor now", "unrecognized arguments: now"),
    ("doctor --fix", "unrecognized arguments: --fix"),
    ("completion", "the following arguments are required: shell"),
    ("completion powershell", "argument shell: invalid choice: 'powershell'"),
    ("completion bash zsh", "unrecognized arguments: zsh"),
    ("prob scene.py --at 0,0", "there is no command 'prob'; did you mean: jetfield probe scene.py --at 0,0"),
]  # fmt: skip

ERRORS = [
    ("probe nothing.py --at 0,0", "cannot read nothing.py: No such file or directory"),
    ("probe scen --at 0,0", "there is no gallery scene 'scen'"),
    ("probe broken.py --at 0,0", "broken.py:2: ZeroDivisionError: division by zero"),
    ("probe scene.py --at 0,0 --set sid=1", "--set: the scene has no parameter 'sid'; it has 'side'; did you mean 'side'?"),
    ("probe scene.py --at 0,0 --set side=9", "--set side=9.0 must be a number from 0.5 to 2"),
    ("gallery fans", "gallery: there is no scene 'fans'; there are "),
    ("gallery -o pictures fan pedals", "did you mean 'petals'?"),
    ("gallery -o file --device numpy fan", "gallery: cannot make the folder file: "),
    ("gallery -o file/deep --device numpy fan", "gallery: cannot make the folder file/deep: "),
]  # fmt: skip


@pytest.mark.parametrize(("words", "sentence"), USAGE, ids=[words for words, _ in USAGE])
def test_wrong_words_are_explained_and_exit_with_2(capsys, words, sentence):
    with pytest.raises(SystemExit) as end:
        cli.main(words.split())
    said = capsys.readouterr()
    assert (end.value.code, said.out) == (2, "")
    first, hint = said.err.splitlines()
    assert first.startswith("jetfield: ")
    assert sentence in first
    assert re.fullmatch(r"jetfield: see jetfield( \w+)? --help", hint)


@pytest.mark.parametrize(("words", "sentence"), ERRORS, ids=[words for words, _ in ERRORS])
def test_an_error_is_said_and_exits_with_1(capsys, folder, words, sentence):
    before = sorted(folder.iterdir())
    assert cli.main(words.split()) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert all(line.startswith("jetfield: ") for line in said.err.splitlines())
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert [path for path in sorted(folder.iterdir()) if path.name != "__pycache__"] == before


# --- completion ----------------------------------------------------------------------------------
@functools.cache
def bash_script() -> str:
    words = [sys.executable, "-m", "jetfield.render", "completion", "bash"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def complete(*words: str) -> list[str]:
    """What bash offers for the last of these words."""
    script = Path("completion.bash")
    script.write_text(bash_script())
    asked = """
source completion.bash
rm completion.bash
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMPREPLY=()
function=$(complete -p jetfield | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
$function
printf '%s\\n' "${COMPREPLY[@]}"
"""
    command = [BASH, "-c", asked, "bash", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return sorted(filter(None, done.stdout.splitlines()))


BASH = shutil.which("bash") or ""
with_bash = pytest.mark.skipif(not BASH or os.name == "nt", reason="no bash here")


@with_bash
def test_bash_takes_the_script(capsys):
    script = out(capsys, "completion bash")
    done = subprocess.run([BASH, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@with_bash
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("jetfield ?", sorted(COMMANDS)),
        ("jetfield pro", ["probe"]),
        ("jetfield render fa", [n for n in gallery_names() if n.startswith("fa")]),
        ("jetfield render sc", ["scene.py"]),
        ("jetfield render pict", ["pictures"]),
        ("jetfield probe pictures/f", ["pictures/flower.py"]),
        ("jetfield render fan --antialias ?", ["exact", "fwidth", "gradient", "none"]),
        ("jetfield render fan --se", ["--seconds", "--set"]),
        ("jetfield gallery -o pic", ["pictures"]),
        ("jetfield gallery fan pe", [n for n in gallery_names() if n.startswith("pe")]),
        ("jetfield completion ?", sorted(cli_completion.SHELLS)),
    ],
)
def test_bash_completes(words, offered):
    Path("pictures").mkdir()
    Path("pictures/flower.py").write_text("")
    Path("pictures/flower.png").write_text("")
    found = complete(*(word.replace("?", "") for word in words.split()))
    assert found == offered


@with_bash
def test_bash_offers_every_scene_of_the_gallery():
    assert set(gallery_names()) <= set(complete("jetfield", "render", ""))


@pytest.mark.parametrize("shell", cli_completion.SHELLS)
def test_every_shell_has_a_script_that_knows_the_commands(capsys, shell):
    script = out(capsys, f"completion {shell}")
    for word in (*COMMANDS, "--antialias", "--json", *gallery_names()):
        assert word in script


def test_the_shells_are_those_of_the_library():
    import shtab

    assert set(cli_completion.SHELLS) <= set(shtab.SUPPORTED_SHELLS)
