"""``jetfield view``: every key, the mouse, the saved picture, under a display without a screen."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import glfw
import numpy as np
import pytest
from expressions import random_text
from PIL import Image
from windows import App, display, environment  # noqa: F401

from jetfield.render import render
from jetfield.render.keys import KEYS
from jetfield.render.reload import Version
from jetfield.scenes import Scene, View, circle, load
from jetfield.shaders.picture import Frame

SIZE = 320, 240
MOVING = """
from jetfield.scenes import *
scene = Scene(background="#203040", view=View(height=2))
scene.fill(circle(slider("size", 0.4, 0.1, 0.9)).translate(0.2 * sin(seconds()), 0), "gold")
scene.fill(circle(0.1).translate(mouse().x, mouse().y), "tomato")
scene.fill(circle(0.2).translate(0.95, 0.3), "lime")
"""
STILL = """
from jetfield.scenes import *
scene = Scene(background="#203040", view=View(height=2))
scene.fill(star(5, 0.8, 0.35).rotate(0.1), "gold")
"""


@pytest.fixture(scope="module")
def app(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:  # noqa: F811
    """One window for most tests; the clock stands, at 0, and each test puts back what it moved."""
    folder = tmp_path_factory.mktemp("window")
    (folder / "moving.py").write_text(MOVING)
    found = App(display, folder, "moving.py", "--size", "320x240", "--antialias", "gradient")
    try:
        found.until(lambda s: s["version"] == 1)
        found.move(160, 120)
        found.key("space")
        found.until(lambda s: not s["running"])
        yield found
    finally:
        found.end()


@pytest.fixture(autouse=True)
def _at_rest(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        app = request.getfixturevalue("app")
        app.move(160, 120)
        app.key("Home", "r", "1")
        app.until(
            lambda s: (
                s["view"] == [0, 0, 2]
                and s["seconds"] == 0
                and s["mouse"] == [0, 0]
                and s["drawn"] == "picture"
            )
        )


def opened(display: str, folder: Path, text: str, *words: object) -> App:  # noqa: F811
    """A window of a scene, of SIZE at the upper left corner."""
    (folder / "scene.py").write_text(text)
    return App(display, folder, "scene.py", "--size", "x".join(map(str, SIZE)), *words)


def near(x: float, y: float, within: float = 1e-9) -> bool:
    return abs(x - y) <= within


def test_the_clock_runs_and_stops(app):
    app.key("space")
    first = app.until(lambda s: s["running"] and s["seconds"] > 0.05)
    app.until(lambda s: s["seconds"] > first["seconds"] + 0.2)
    app.key("space")
    stopped = app.until(lambda s: not s["running"])
    app.key("h", "h")
    time.sleep(0.3)
    assert app.status["seconds"] == stopped["seconds"]


def test_the_clock_runs_as_fast_as_time(app):
    app.key("space")
    first, start = app.until(lambda s: s["seconds"] > 0.1), time.monotonic()
    last = app.until(lambda s: s["seconds"] > first["seconds"] + 1)
    passed = time.monotonic() - start
    app.key("space")
    app.until(lambda s: not s["running"])
    assert near(last["seconds"] - first["seconds"], passed, 0.3)


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        (["Right"], 1 / 30),
        (["Right", "Right", "Right"], 3 / 30),
        (["shift+Right", "Left"], 1 - 1 / 30),
        (["shift+Left"], -1),
    ],
)
def test_arrows_step_the_clock_and_r_resets_it(app, keys, seconds):
    app.key(*keys)
    app.until(lambda s: near(s["seconds"], seconds, 1e-6) and s["whole"])
    app.key("r")
    app.until(lambda s: s["seconds"] == 0 and s["whole"])


def test_dragging_moves_the_picture_by_as_many_pixels(app):
    app.drag((100, 100), (148, 76))
    status = app.until(lambda s: s["view"] != [0, 0, 2] and near(s["view"][0], -48 * 2 / 240, 1e-6))
    assert near(status["view"][1], -24 * 2 / 240, 1e-6)
    assert status["view"][2] == 2
    app.key("Home")
    app.until(lambda s: s["view"] == [0, 0, 2] and s["whole"])


def test_the_wheel_zooms_to_the_mouse(app):
    app.move(240, 60)
    before = app.until(lambda s: near(s["mouse"][0], 80 * 2 / 240, 1e-6))["mouse"]
    app.wheel(3)
    x, y, height = app.until(lambda s: near(s["view"][2], 2 / 1.15**3, 1e-6))["view"]
    pixel = height / 240
    assert near(x + pixel * 80, before[0], 1e-6), "what is under the mouse stays there"
    assert near(y + pixel * 60, before[1], 1e-6)
    app.wheel(-3)
    back = app.until(lambda s: near(s["view"][2], 2, 1e-6))["view"]
    assert np.allclose(back, [0, 0, 2], atol=1e-6)


def test_the_mouse_reaches_the_scene(app):
    app.move(200, 180)
    status = app.until(lambda s: near(s["mouse"][0], 40 / 120, 1e-6) and s["whole"])
    assert near(status["mouse"][1], -60 / 120, 1e-6)
    app.key("t")
    app.until(lambda s: not s["timed"])
    seen = app.grab(SIZE)
    app.key("t")
    expected = render(
        load(app.folder / "moving.py"), SIZE, mouse=status["mouse"], antialias="gradient"
    )
    assert np.abs(seen.astype(int) - expected[..., :3]).max() <= 1
    assert (seen[180, 200] == (255, 99, 71)).all()


def test_number_keys_show_the_views(app):
    pictures = {}
    for key, name in [("2", "field"), ("3", "gradient"), ("6", "coverage"), ("1", "picture")]:
        app.key(key)
        app.until(lambda s, name=name: s["drawn"] == name and s["whole"])
        pictures[name] = app.grab(SIZE)
    names = list(pictures)
    for k, name in enumerate(names):
        for other in names[:k]:
            assert (pictures[name] != pictures[other]).any(axis=-1).mean() > 0.05, (name, other)


def test_the_line_of_the_comparison_is_dragged(app):
    app.key("8")
    app.until(lambda s: s["drawn"] == "compare" and s["whole"])
    app.drag((160, 60), (240, 90))  # the line stands in the middle at first
    app.until(lambda s: near(s["split"], 0.75, 0.01) and s["whole"])
    app.move(160, 120)
    app.key("t")
    app.until(lambda s: s["whole"] and not s["timed"] and s["mouse"] == [0, 0])
    seen = app.grab(SIZE).astype(int)
    app.key("t")
    scene = load(app.folder / "moving.py")
    for mode, columns in (("exact", slice(0, 230)), ("fwidth", slice(250, 320))):
        expected = render(scene, SIZE, antialias=mode)[..., :3].astype(int)
        off = np.abs(seen - expected)[:180, columns]  # above the legend
        assert off.max() <= 1, mode
    assert app.status["view"] == [0, 0, 2], "dragging the line moves nothing else"


def test_help_lists_every_key(app):
    plain = app.grab(SIZE)
    app.key("h")
    app.until(lambda s: s["help"])
    assert (app.grab(SIZE) != plain).any(axis=-1).mean() > 0.2
    app.key("h")
    app.until(lambda s: not s["help"])
    assert (app.grab(SIZE) == plain).all()


def test_no_two_keys_of_the_table_are_one():
    assert len({(key.code, key.shift) for key in KEYS}) == len(KEYS)


def test_the_probe_follows_the_mouse(app):
    app.key("p")
    first = app.until(lambda s: s["probed"])["probed"]
    app.move(163, 120)
    second = app.until(lambda s: s["probed"] and s["probed"] != first)["probed"]
    assert first.startswith("(0, 0): 3 layers, layer 2 is seen")
    assert second.startswith("(0.025, 0): 3 layers")
    app.key("p")
    app.until(lambda s: s["probed"] is None)


def test_the_panel_sets_values(app):
    pytest.importorskip("imgui_bundle")
    app.key("Tab")
    app.until(lambda s: s["panel"])
    time.sleep(0.3)
    row = 45  # of the slider, below the panel's title
    app.drag((150, row), (260, row), pause=0.1)
    values = app.until(lambda s: s["values"])["values"]
    assert 0.4 < values["size"] <= 0.9
    app.until(lambda s: s["whole"])
    assert app.status["view"] == [0, 0, 2], "what is the panel's does not move the picture"
    app.key("Tab")
    app.until(lambda s: not s["panel"])


def test_glsl_is_copied(app):
    app.key("g")
    app.until(lambda s: "clipboard" in s["message"])
    script = (
        "import glfw; glfw.init(); glfw.window_hint(glfw.VISIBLE, False);"
        "w = glfw.create_window(8, 8, '', None, None); print(glfw.get_clipboard_string(w).decode())"
    )
    copied = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(app.display),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert copied.startswith("#version 330 core")
    assert "uniform float size;" in copied


def test_the_window_is_resized(app):
    window = app.windows()[0]
    app.do("windowsize", "--sync", window, 400, 300)
    app.until(lambda s: s["size"] == [400, 300] and s["whole"])
    app.do("windowsize", "--sync", window, *SIZE)
    app.until(lambda s: s["size"] == [*SIZE] and s["whole"])


def test_the_whole_screen_and_back(app):
    app.key("f")
    app.until(lambda s: s["size"] == [1280, 1024] and s["whole"])
    app.key("f")
    app.until(lambda s: s["size"] == [*SIZE] and s["whole"])


def test_saved_is_what_is_shown_and_what_render_draws(display, tmp_path):  # noqa: F811
    app = opened(
        display, tmp_path, MOVING, "--set", "size=0.55", "--seconds", "0.7", "--mouse", "0.1,-0.2"
    )
    try:
        app.until(lambda s: s["version"] == 1)
        app.key("space", "r")
        app.move(200, 100)
        app.wheel(2)
        app.drag((60, 60), (90, 80))
        app.key("t")
        status = app.until(
            lambda s: s["whole"] and not s["running"] and not s["timed"] and near(s["view"][2], 2 / 1.15**2, 1e-6)
            and near(s["seconds"], 0.7, 1e-6) and s["mouse"] == app.status["mouse"]
        )  # fmt: skip
        time.sleep(0.5)
        status = app.until(lambda s: s["whole"])
        seen = app.grab(SIZE)
        app.key("s")
        app.until(lambda s: s["message"].startswith("saved scene-1.png"))
        app.key("shift+s")
        app.until(lambda s: s["message"].startswith("saved scene-2.png"))
    finally:
        app.end()
    x, y, height = status["view"]
    expected = render(
        load(tmp_path / "scene.py"), SIZE, seconds=status["seconds"], parameters={"size": 0.55},
        mouse=status["mouse"], view=View((x, y), height),
    )  # fmt: skip
    saved = np.asarray(Image.open(tmp_path / "scene-1.png"))
    assert saved.shape == expected.shape
    assert np.abs(saved.astype(int) - expected).max() <= 1
    assert np.abs(seen.astype(int) - expected[..., :3]).max() <= 1
    large = render(
        load(tmp_path / "scene.py"), (1280, 960), seconds=status["seconds"], parameters={"size": 0.55},
        mouse=status["mouse"], view=View((x, y), height),
    )  # fmt: skip
    assert np.abs(np.asarray(Image.open(tmp_path / "scene-2.png")).astype(int) - large).max() <= 1


def test_a_deep_graph_is_seen_without_a_shader(display, tmp_path):  # noqa: F811
    """Drawn and saved as ``render`` draws it."""
    (tmp_path / "deep.vm").write_text(random_text(1500, 1))
    app = App(display, tmp_path, "deep.vm", "--size", "320x240")
    try:
        app.drawn()
        app.key("t")
        status = app.until(lambda s: not s["timed"])
        assert status["compiled"] == [0, 0]
        seen = app.grab(SIZE).astype(int)
        app.key("s")
        app.until(lambda s: "saved" in s["message"])
        assert app.status["compiled"] == [0, 0]
    finally:
        app.end()
    expected = render(load(tmp_path / "deep.vm"), SIZE).astype(int)
    assert np.abs(seen - expected[..., :3]).max() <= 1
    assert np.array_equal(np.asarray(Image.open(tmp_path / "deep-1.png")), expected)


def test_a_still_scene_costs_nothing(display, tmp_path):  # noqa: F811
    app = opened(display, tmp_path, STILL, "--antialias", "gradient")
    try:
        app.drawn()
        time.sleep(0.5)
        count, spent = len(app.shown), cpu(app.process.pid)
        time.sleep(2)
        assert len(app.shown) == count, "nothing is drawn"
        assert cpu(app.process.pid) - spent < 0.06
        app.key("q")
        assert app.process.wait(20) == 0
    finally:
        app.end()


def test_input_does_not_wait_for_a_shader(display, tmp_path, monkeypatch):  # noqa: F811
    """While the exact picture of a new structure compiles, for seconds, keys act at once."""
    monkeypatch.setenv("MESA_SHADER_CACHE_DISABLE", "true")
    app = opened(display, tmp_path, STILL)
    try:
        app.drawn()
        more = "\n".join(
            f"scene.fill(star({n}, 0.3, 0.1).warp(swirl({n})), 'red')" for n in range(3, 9)
        )
        (tmp_path / "scene.py").write_text(STILL + more)
        app.until(lambda s: s["version"] == 2)
        waits, compiled = [], time.monotonic()
        while not app.status["whole"]:
            shown = app.status["help"]
            start = time.monotonic()
            app.key("h")
            app.until(lambda s, shown=shown: s["help"] != shown)
            waits.append(time.monotonic() - start)
        assert len(waits) > 3, "it did compile meanwhile"
        compiled = time.monotonic() - compiled
        assert np.median(waits) < 0.3, waits
        assert max(waits) < compiled / 2, (waits, compiled)
    finally:
        app.end()


def test_an_interruption_ends_it(display, tmp_path):  # noqa: F811
    app = opened(display, tmp_path, STILL, "--antialias", "gradient")
    try:
        app.drawn()
        app.process.send_signal(signal.SIGINT)
        assert app.process.wait(20) == 130
        assert app.said == []
    finally:
        app.end()


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_an_older_picture_is_moved_to_where_it_belongs(display, monkeypatch):  # noqa: F811
    """Until a changed view is drawn, what there is follows: here by whole pixels, then doubled."""
    from jetfield.render import glfw_window
    from jetfield.render.brush import Order
    from jetfield.render.canvas import Canvas
    from jetfield.render.contexts import adopted
    from jetfield.render.frame import Painter
    from jetfield.shaders.glsl import listing

    for name, value in environment(display).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    picture = Scene(background="#203040").fill(circle(0.5).translate(0.3, 0.2), "gold").lower()
    text, frame = listing(picture, antialias="gradient"), Frame(SIZE, View(height=2))
    pixel = frame.pixel

    def shown(view):
        canvas.show(Frame(SIZE, view), 1.0)
        assert context.error == "GL_NO_ERROR"
        pixels = np.empty((SIZE[1], SIZE[0], 4), np.uint8)
        context.screen.read_into(pixels, components=4)
        assert context.error  # moderngl names a buffer that a window has not; it reads nonetheless
        return pixels[::-1, :, :3].astype(int)

    glfw_window.begin()
    try:
        glfw.make_context_current(glfw_window.visible(SIZE, "a canvas"))
        context = adopted()
        canvas, painter = Canvas(context), Painter(context)
        target = context.framebuffer([context.renderbuffer(SIZE)])
        target.use()
        painter.cover(text, frame, (0, 0))
        first = Order(1, Version(1, picture, {}), frame)
        assert not canvas.lay(context, first, (0, 0, 8, 8)), "a part goes over a whole"
        assert canvas.lay(context, first, (0, 0, *SIZE))
        plain = shown(frame.view)
        moved = shown(View((10 * pixel, -20 * pixel), 2))
        doubled = shown(View(height=1))
        target.use()
        assert canvas.lay(context, replace(first, serial=3), (0, 0, *SIZE))
        assert not canvas.lay(context, replace(first, serial=2), (0, 0, *SIZE)), "it is too late"
        assert context.error == "GL_NO_ERROR"
    finally:
        glfw_window.end()
    expected = render(
        Scene(background="#203040").fill(circle(0.5).translate(0.3, 0.2), "gold"),
        SIZE,
        antialias="gradient",
        view=frame.view,
    )
    assert np.abs(plain - expected[..., :3]).max() <= 1
    assert np.abs(moved[:-20, :-10] - plain[20:, 10:]).max() <= 2
    assert (moved[-20:] == moved[-1, 0]).all(), "what is not known yet is dark"
    middle = plain[60:180, 80:240].repeat(2, axis=0).repeat(2, axis=1)
    assert np.abs(doubled - middle).mean() < 2


def test_what_is_transparent_shows_a_board_and_escape_ends(display, tmp_path):  # noqa: F811
    text = STILL.replace('"#203040"', "None").replace('"gold"', '"gold", opacity=0.5')
    app = opened(display, tmp_path, text, "--antialias", "gradient")
    try:
        app.drawn()
        app.key("t")
        app.until(lambda s: not s["timed"])
        seen = app.grab(SIZE)
        assert {tuple(c) for c in seen[4:40, 4:40].reshape(-1, 3)} == {
            (140, 140, 140),
            (115, 115, 115),
        }
        inside = np.unique(seen[112:128, 152:168].reshape(-1, 3), axis=0)
        codes = np.array([[115], [140], [255], [215], [0]]) / 255  # the board, and gold's three
        light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
        mean = 0.5 * (light[:2] + light[2:].T)
        expected = 255 * np.where(
            mean <= 0.0031308, 12.92 * mean, 1.055 * mean ** (1 / 2.4) - 0.055
        )
        assert inside.shape == (2, 3), "the board is seen through what is half transparent"
        assert np.abs(inside - expected).max() <= 1.5
        app.key("Escape")
        assert app.process.wait(20) == 0
    finally:
        app.end()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["fan"],
            r"no window can be opened here \(.*\): draw to a file instead, with jetfield render",
        ),
        (["gone.py"], r"cannot read gone.py: No such file or directory"),
        (["fna"], r"there is no gallery scene 'fna'.*did you mean fan\?"),
        (["fan", "--set", "x=1"], r"the scene has no parameter 'x'"),
    ],
)
def test_what_cannot_be_shown_ends_in_one_sentence(tmp_path, words, sentence):
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    said = subprocess.run(
        [sys.executable, "-m", "jetfield.render", "view", *words],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert said.stdout == ""
    assert len(said.stderr.splitlines()) == 1, said.stderr
    assert re.search(sentence, said.stderr)


def test_rendering_loads_no_window_library(tmp_path):
    script = (
        "import sys; from jetfield.render.cli import main; main(['render', 'fan', '--size', '16x16']);"
        "print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert {"glfw", "imgui_bundle", "PIL"} & set(loaded.split()) == set()
