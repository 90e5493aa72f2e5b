"""The command line: what it draws, what it says, and how it ends."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import oracles
import pytest
from PIL import Image

from jetfield.render import cli, cli_options, offscreen, progress, render
from jetfield.render.arguments import DEVICES, LARGEST
from jetfield.scenes import View, load
from jetfield.shaders.coverage import ANTIALIAS
from jetfield.shaders.views import COMPARE, VIEWS

SCENE = """
from jetfield.scenes import *
scene = Scene(background="#101418")
scene.fill(circle(slider("size", 0.5, 0.1, 1.0)), color_picker("tint", "red"))
scene.fill(circle(0.2), "white", opacity=where(toggle("shown", True), 1, 0))
"""


@pytest.fixture(scope="module")
def gl():
    oracles.needs_gl()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test runs in a folder of its own, in which there are some scenes."""
    monkeypatch.chdir(tmp_path)
    Path("scene.py").write_text(SCENE)
    Path("broken.py").write_text("\n1 / 0\n")
    Path("field.py").write_text("from jetfield.scenes import *\nscene = circle(1)\n")
    return tmp_path


def jetfield(*words: str, **options) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "jetfield.render", *words]
    options = {"capture_output": True, "timeout": 100, **options}
    return subprocess.run(command, text=True, check=False, **options)


def pixels(path):
    with Image.open(path) as image:
        image.load()
        return np.asarray(image)


EVERY_OPTION = """
    render scene.py -o out.png --size 40x30 --seconds 1.5 --mouse -1,.5 --view -0.5,0,3
    --set size=0.9 --set tint=#00ff00 --set shown=off --antialias none --device numpy
"""


@pytest.mark.usefixtures("gl")
def test_it_writes_the_picture_and_says_where():
    run = jetfield("render", "scene.py", "-o", "out.png", "--size", "90x60")
    assert (run.stdout, run.stderr, run.returncode) == ("out.png\n", "", 0)
    assert np.array_equal(pixels("out.png"), render(load("scene.py"), (90, 60)))


def test_every_option_reaches_the_picture(capsys):
    assert cli.main(EVERY_OPTION.split()) == 0
    assert capsys.readouterr().out == "out.png\n"
    expected = render(
        load("scene.py"),
        (40, 30),
        seconds=1.5,
        mouse=(-1, 0.5),
        view=View(center=(-0.5, 0), height=3),
        parameters={"size": 0.9, "tint": "#00ff00", "shown": False},
        antialias="none",
        device="numpy",
    )
    assert np.array_equal(pixels("out.png"), expected)


def test_sixteen_bits(capsys):
    words = ["--output", "srgb16", "--size", "8x8", "--device", "numpy"]
    assert cli.main(["render", "scene.py", *words]) == 0
    assert Path("scene.png").read_bytes()[24] == 16
    assert capsys.readouterr().out == "scene.png\n", "named after the scene, in this folder"


def test_the_default_name_and_place(capsys):
    Path("deep").mkdir()
    Path("deep/other.scene.py").write_text(SCENE)
    assert cli.main(["render", "deep/other.scene.py", "--size", "4x4", "--device", "numpy"]) == 0
    assert Path("other.scene.png").exists()


def test_version_and_help():
    run = jetfield("--version")
    assert run.returncode == 0
    assert run.stdout.startswith("jetfield ")
    for words in (["--help"], ["render", "--help"]):
        run = jetfield(*words)
        assert run.returncode == 0
        assert run.stdout.startswith("usage: jetfield")
        assert run.stderr == ""


def test_help_loads_nothing_heavy():
    code = "import sys\nfrom jetfield.render import cli\nprint(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "moderngl", "PIL", "ctypes", "jetfield.scenes", "jetfield.shaders"}
    assert heavy & set(said.stdout.split()) == set()


USAGE = [
    ("", "a command is missing"),
    ("draw scene.py", "there is no command 'draw'; there are render, view, glsl, probe, gallery, doctor, completion"),
    ("koi.py --size 5x5", "there is no command 'koi.py'; did you mean: jetfield render koi.py --size 5x5"),
    ("fan", "there is no command 'fan'; did you mean: jetfield render fan"),
    ("rendr koi.py", "there is no command 'rendr'; did you mean: jetfield render koi.py"),
    ("render", "the following arguments are required: SCENE"),
    ("render scene.py --size 0x5", "argument --size: '0x5' must have sides of 1 to 65536 pixels"),
    ("render scene.py --size 9x70000", "'9x70000' must have sides of 1 to 65536 pixels"),
    ("render scene.py --size 9x99999999999999999999", "must have sides of 1 to 65536 pixels"),
    ("render scene.py --size 512", "'512' must be WIDTHxHEIGHT, such as 1920x1080"),
    ("render scene.py --size 1x2x3", "'1x2x3' must be WIDTHxHEIGHT"),
    ("render scene.py --size -5x5", "'-5x5' must be WIDTHxHEIGHT"),
    ("render scene.py --size 1.5x5", "'1.5x5' must be WIDTHxHEIGHT"),
    ("render scene.py --size ²x5", "'²x5' must be WIDTHxHEIGHT"),
    ("render scene.py --seconds nan", "argument --seconds: 'nan' must be a finite number"),
    ("render scene.py --seconds -inf", "argument --seconds: '-inf' must be a finite number"),
    ("render scene.py --seconds soon", "argument --seconds: 'soon' must be a finite number"),
    ("render scene.py --mouse 1", "argument --mouse: '1' must be X,Y, finite numbers"),
    ("render scene.py --mouse 1,nan", "argument --mouse: '1,nan' must be X,Y, finite numbers"),
    ("render scene.py --view 0,0", "argument --view: '0,0' must be X,Y,H, finite numbers"),
    ("render scene.py --view 0,0,0", "'0,0,0' must have a positive height, as in 0,0,2"),
    ("render scene.py --view 0,0,-2", "'0,0,-2' must have a positive height"),
    ("render scene.py --set size", "argument --set: 'size' must be NAME=VALUE"),
    ("render scene.py --set a=1 b=2", "unrecognized arguments: b=2; every setting has its own --set: --set b=2"),
    ("glsl scene.py --set a=1", "unrecognized arguments: --set a=1"),
    ("render scene.py --output out.png", "argument --output: 'out.png' must be srgb8 or srgb16; the file is -o out.png"),
    ("render scene.py --set =1", "argument --set: '=1' must be NAME=VALUE"),
    ("render scene.py --antialias exakt", "argument --antialias: invalid choice: 'exakt'"),
    ("render scene.py --show tiles --antialias exact", "argument --antialias: --show tiles is drawn by gradient, not by exact"),
    ("render scene.py --output linear", "argument --output: invalid choice: 'linear'"),
    ("render scene.py --device cuda", "argument --device: invalid choice: 'cuda'"),
    ("render scene.py --sise 5x5", "unrecognized arguments: --sise 5x5"),
    ("render scene.py --anti none", "unrecognized arguments: --anti none"),
    ("render scene.py more.py", "unrecognized arguments: more.py"),
    ("render scene.py -o", "argument -o/--out: expected one argument"),
]  # fmt: skip

ERRORS = [
    ("nothing.py", "cannot read nothing.py: No such file or directory"),
    ("scen.py", "cannot read scen.py: No such file or directory; did you mean scene.py?"),
    ("nothing", "there is no gallery scene 'nothing'; "),
    ("scene", "there is no gallery scene 'scene'; for the file, say scene.py"),
    ("broken.py", "broken.py:2: ZeroDivisionError: division by zero"),
    ("field.py", "field.py: `scene` is of type Field, not a Scene"),
    ("scene.py --set sise=1", "jetfield: --set: the scene has no parameter 'sise'; it has 'shown', 'size', 'tint'; "
     "did you mean 'size'?"),
    ("scene.py --set size=2", "jetfield: --set size=2.0 must be a number from 0.1 to 1"),
    ("scene.py --set size=nan", "jetfield: --set size=nan must be a number from 0.1 to 1"),
    ("scene.py --set size=big", "jetfield: --set size='big' must be a number from 0.1 to 1"),
    ("scene.py --set tint=reddish", "jetfield: --set tint: 'reddish' is no color"),
    ("scene.py --set shown=2", "jetfield: --set shown=2.0 must be True or False"),
    ("scene.py -o out.jpg", "out.jpg does not end in .png"),
    ("scene.py -o missing/out.png", "there is no directory"),
    ("scene.py -o .", ". is a directory; name a file in it"),
    ("scene.py --out=", "an empty path does not end in .png"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "sentence"), USAGE, ids=[words for words, _ in USAGE])
def test_a_wrong_command_line_is_explained_and_exits_with_2(capsys, words, sentence):
    with pytest.raises(SystemExit) as end:
        cli.main(words.split())
    out, err = capsys.readouterr()
    assert end.value.code == 2
    assert out == ""
    first, hint = err.splitlines()
    assert first.startswith("jetfield: ")
    assert sentence in first
    assert hint.startswith("jetfield: see jetfield ")
    assert hint.endswith("--help")
    if "unrecognized" in first:
        assert hint == f"jetfield: see jetfield {words.split()[0]} --help"


@pytest.mark.parametrize(("words", "sentence"), ERRORS, ids=[words for words, _ in ERRORS])
def test_an_error_is_one_line_and_exits_with_1(capsys, folder, words, sentence):
    before = sorted(folder.iterdir())
    status = cli.main(["render", *words.split(), "--size", "8x8", "--device", "numpy"])
    out, err = capsys.readouterr()
    assert status == 1
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("jetfield: ")
    assert sentence in line
    assert [path for path in sorted(folder.iterdir()) if path.suffix != ""] == before


def test_errors_as_a_process():
    """The same two, with the exit status that a shell sees and nothing else on stderr."""
    usage = jetfield("render", "scene.py", "--size", "0x5")
    assert (usage.returncode, usage.stdout, usage.stderr.count("\n")) == (2, "", 2)
    error = jetfield("render", "broken.py")
    assert (error.returncode, error.stdout) == (1, "")
    assert error.stderr == "jetfield: broken.py:2: ZeroDivisionError: division by zero\n"


def test_traceback_shows_where_an_error_came_from():
    run = jetfield("render", "broken.py", "--traceback")
    assert run.returncode == 1
    assert run.stderr.startswith("Traceback (most recent call last):")
    assert "SceneError: broken.py:2: ZeroDivisionError" in run.stderr
    assert "1 / 0" in run.stderr, "the cause is shown as well"


def test_without_opengl_it_says_what_to_install_and_numpy_still_draws():
    nowhere = {**os.environ, "GLCONTEXT_LINUX_LIBEGL": "libEGL-nowhere.so"}
    refused = jetfield("render", "scene.py", "--size", "8x8", env=nowhere)
    assert (refused.returncode, refused.stdout) == (1, "")
    line, hint = refused.stderr.splitlines()
    assert line.startswith("jetfield: no OpenGL 3.3 for drawing offscreen (")
    assert "apt install" in line
    assert hint == "jetfield: --device numpy draws without OpenGL, slowly"
    assert not Path("scene.png").exists()
    drawn = jetfield("render", "scene.py", "--size", "8x8", "--device", "numpy", env=nowhere)
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert Path("scene.png").exists()


def test_a_listing_that_the_driver_refuses_is_kept(monkeypatch, capsys, tmp_path):
    from jetfield.shaders.errors import ShaderError

    def refuse(*arguments, **options):
        raise ShaderError("scene.py:3: the driver refused", listing="#version 330\nvoid main() {}")

    monkeypatch.setattr(offscreen, "render_file", refuse)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert cli.main(["render", "scene.py", "--device", "numpy"]) == 1
    line, hint = capsys.readouterr().err.splitlines()
    assert line == "jetfield: scene.py:3: the driver refused"
    path = Path(hint.removeprefix("jetfield: the refused listing is in "))
    assert path.read_text() == "#version 330\nvoid main() {}"


def test_a_bug_of_ours_is_still_one_line_with_a_hint(monkeypatch, capsys):
    def fail(*arguments, **options):
        raise RuntimeError("odd\nthing")

    monkeypatch.setattr(offscreen, "render_file", fail)
    assert cli.main(["render", "scene.py", "--device", "numpy"]) == 1
    line, hint = capsys.readouterr().err.splitlines()
    assert line == "jetfield: RuntimeError: odd thing"
    assert hint == "jetfield: --traceback shows where it came from"


@contextlib.contextmanager
def under_way(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A long drawing, stopped by nobody yet, that has begun to write its file."""
    Path("out.png").write_bytes(b"an older picture")
    with subprocess.Popen(
        [sys.executable, "-m", "jetfield.render", "render", "scene.py", "-o", "out.png",
         "--size", "16384x60000", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while not list(Path().glob("*.part")) and not list(Path().glob(".*.part")):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
@pytest.mark.parametrize("where", ["gl", "numpy"])
@pytest.mark.usefixtures("gl")
def test_a_stopped_drawing_ends_quietly_and_leaves_nothing(folder, number, where):
    with under_way("--device", where) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert out == ""
    assert "Traceback" not in err
    assert Path("out.png").read_bytes() == b"an older picture"
    assert [path.name for path in folder.iterdir() if path.name.endswith(".part")] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
def test_a_stop_while_something_is_freed_is_not_lost(number):
    """Python drops what is raised there."""
    Path("late.py").write_text(
        f"""import os
class Freed:
    def __del__(self):
        os.kill(os.getpid(), {int(number)})
        list(range(10))
Freed()
{SCENE}"""
    )
    words = ["render", "late.py", "-o", "out.png", "--size", "4096x60000", "--device", "numpy"]
    found = jetfield(*words)
    assert (found.returncode, found.stdout, found.stderr) == (128 + number, "", "")
    assert not Path("out.png").exists()


def test_long_work_reports_on_stderr_and_short_work_does_not(monkeypatch, capsys):
    words = ["render", "scene.py", "--size", "8x2000", "--device", "numpy"]
    assert cli.main(words) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "_SILENT", 0.001)
    monkeypatch.setattr(progress, "_STEP_FILE", 0.001)
    words[3] = "64x4000"
    assert cli.main(words) == 0
    lines = [x.removeprefix("drawing scene.png: ") for x in capsys.readouterr().err.splitlines()]
    shares = [int(line.removesuffix(" %")) for line in lines if line.endswith(" %")]
    assert lines[0] in ("deriving what to draw, 0 s", "0 %, 0 s")
    assert len(set(shares)) > 3
    assert shares == sorted(shares)
    time.sleep(0.05)
    assert capsys.readouterr().err == "", "it has ended"


def test_progress_goes_on_while_the_driver_compiles(gl, monkeypatch, capsys):
    """A shader that no cache of a driver knows, and a picture of one part."""
    monkeypatch.setattr(progress, "_SILENT", 0.01)
    monkeypatch.setattr(progress, "_STEP_FILE", 0.01)
    text = Path("scene.py").read_text()
    numbers = np.random.default_rng().uniform(-1, 1, (16, 2)).tolist()
    text += (
        f"\nfor x, y in {numbers}: scene.fill(circle(0.1 + 0.1 * abs(y)).translate(x, y), 'red')\n"
    )
    Path("many.py").write_text(text)
    assert cli.main(["render", "many.py", "--size", "32x24"]) == 0
    lines = capsys.readouterr().err.splitlines()
    compiling = [
        x for x in lines if x.startswith("drawing many.png: compiling a shader, and the f")
    ]
    assert len(compiling) > 5, "a second of compiling, in steps of a hundredth"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_on_a_terminal_progress_is_one_line_that_is_cleared():
    import pty

    ours, theirs = pty.openpty()
    run = jetfield(
        "render", "scene.py", "--size", "1200x6000", "--device", "numpy",
        capture_output=False, stdout=subprocess.PIPE, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    said = ""
    with contextlib.suppress(OSError):  # at its end, which is not an empty read everywhere
        while part := os.read(ours, 100_000):
            said += part.decode()
    os.close(ours)
    assert run.stdout == "scene.png\n"
    assert said.startswith("\rdrawing scene.png: ")
    assert "\n" not in said
    assert said.split("\r")[-2].strip() == "", "cleared at the end"


def test_whoever_reads_stdout_may_go():
    ours, theirs = os.pipe()
    os.close(ours)
    run = jetfield(
        "render", "scene.py", "--size", "8x8", "--device", "numpy",
        capture_output=False, stdout=theirs, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    assert (run.returncode, run.stderr) == (0, "")
    assert Path("scene.png").exists()


def test_words_that_stand_twice_agree():
    """The command line names choices without importing the modules that define them."""
    assert cli_options.ANTIALIAS == ANTIALIAS
    assert cli_options.DEVICES == DEVICES
    assert (*cli_options.VIEWS, COMPARE) == tuple(VIEWS)
    assert cli_options.LARGEST == LARGEST
    assert cli_options.OUTPUTS == offscreen.FILES
