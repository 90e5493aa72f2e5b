"""Hot reload: what editors do to files, and what the window then shows; 200 times in a row."""

import ctypes
import ctypes.util
import gc
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import numpy as np
import pytest
from windows import App, display, driven  # noqa: F401

from jetfield.render.live import Live
from jetfield.render.reload import Delivered, Loader, Trouble, Version, trouble
from jetfield.scenes import SceneError, load
from jetfield.scenes.load import SceneFile
from jetfield.shaders.calculus.expr import OPS
from jetfield.shaders.glsl import Editions, listing
from jetfield.shaders.glsl.passes import drawing
from jetfield.shaders.picture import Frame

DOT = """from jetfield.scenes import *
radius = 0.5
scene = Scene(background="#203040")
scene.fill(circle(radius).translate(0.1, 0), "gold")
scene.stroke(circle(radius), "white", width=px(3))
"""
GLSL = """
from jetfield.shaders.calculus.expr import OPS, Op, node
import numpy as np
OPS["broken"] = Op(
    "broken", 1, numpy=np.sin, glsl="no_such_function({0})", partials=lambda x: (x,),
    interval=lambda x: x,
)
@shape
def strange(p):
    return node("broken", (p.x,)) + 0.5
scene.fill(strange(), "red")
"""


@pytest.fixture(autouse=True)
def table_of_ops():
    """As it was before a scene added to it."""
    known = set(OPS)
    yield
    for name in set(OPS) - known:
        del OPS[name]


class Follower:
    """A loader, and what it delivers."""

    def __init__(self, path: Path) -> None:
        self.news: Queue[Delivered] = Queue()
        self.source = SceneFile(path)
        self.loader = Loader(self.source, ("gradient",), self.news.put)
        self.loader.start()

    def next(self, kind: type = Version, timeout: float = 20) -> Any:
        """The next that is delivered, which has to be of this kind."""
        found = self.news.get(timeout=timeout)
        assert isinstance(found, kind), found
        return found

    def nothing(self, seconds: float = 0.6) -> None:
        """Nothing is delivered for so long."""
        with pytest.raises(Empty):
            self.news.get(timeout=seconds)


@pytest.fixture
def follow(tmp_path) -> Iterator[Callable[[Path], Follower]]:
    followers = []

    def start(path: Path) -> Follower:
        followers.append(Follower(path))
        return followers[-1]

    yield start
    for follower in followers:
        follower.loader.close()


@pytest.fixture
def dot(tmp_path) -> Path:
    path = tmp_path / "dot.py"
    path.write_text(DOT)
    return path


def radius_of(version: Version) -> float:
    return max(version.drawings["gradient"].whole.numbers)


# --- which edits change the listing --------------------------------------------------------------


FLOWER = """from jetfield.scenes import *

petal = circle(0.35).translate(0.55, 0) - box(0.2, 0.2).translate(0.55, 0)
flower = petal.warp(polar_repeat(7)).warp(swirl(1.5, radius=1.0))

@warp
def flutter(p, amount=0.05):
    q = 0.5 * p
    return p + amount * vec2(sin(9 * q.y), sin(7 * p.x))

dots = [circle(0.1).translate(0.3, 0.1), circle(0.1).translate(0.3, 0.2), circle(0.1).translate(0.5, 0.2)]
dots += [circle(0.1).translate(0.6, 0.1), circle(0.1).translate(0.7, 0.2)]
scene = Scene(background="#101418", view=View(height=2.5))
scene.fill(flower.warp(flutter(amount=slider("amount", 0.02, 0.0, 0.2))), "#ff5c8a")
scene.fill(union(*dots), linear_ramp((0, 0), (1, 0), ["red", "blue"]))
scene.stroke(circle(1.1), "white", width=px(2))
"""


def picture_of(folder: Path, text: str) -> Any:
    (folder / "scene.py").write_text(text)
    return SceneFile(folder / "scene.py").load().lower()


def live_text(folder: Path, text: str, antialias: str) -> Any:
    return listing(picture_of(folder, text), antialias=antialias, numbers="live")


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("before")
    return {mode: live_text(folder, FLOWER, mode) for mode in ("gradient", "exact")}


EDITS = pytest.mark.parametrize(
    ("old", "new"),
    [
        ("circle(0.35)", "circle(0.55)"),  # becomes equal to another number
        ("box(0.2, 0.2)", "box(0.2, 0.3)"),  # was equal to one
        ("translate(0.55, 0) -", "translate(0.5, 0.1) -"),  # 0 is a number as well
        ("swirl(1.5", "swirl(-2"),
        ("9 * q.y", "11.5 * q.y"),  # in a function of the user's
        ("0.5 * p", "0.75 * p"),
        ("amount=0.05", "amount=0.5"),
        ("circle(0.1).translate(0.3, 0.2)", "circle(0.2).translate(0.3, 0.25)"),  # in a list
        ("#ff5c8a", "#101418"),
        ('"white"', '"gold"'),
        ('"red"', '"lime"'),
        ("px(2)", "px(3.5)"),
        ("height=2.5", "height=3"),
        ('"amount", 0.02', '"amount", 0.1'),
    ],
)


@EDITS
@pytest.mark.parametrize("antialias", ["gradient", "exact"])
def test_an_edited_number_leaves_the_text(before, tmp_path, old, new, antialias):
    assert FLOWER.count(old) >= 1
    after = live_text(tmp_path, FLOWER.replace(old, new, 1), antialias)
    assert after.fragment == before[antialias].fragment
    assert after.vertex == before[antialias].vertex


@EDITS
def test_an_edition_is_the_listing(tmp_path, old, new):
    editions = Editions()
    editions.edition(picture_of(tmp_path, FLOWER), "gradient")
    after = picture_of(tmp_path, FLOWER.replace(old, new, 1))
    found, wanted = (
        editions.edition(after, "gradient").whole,
        listing(after, antialias="gradient", numbers="live"),
    )
    assert found.fragment == wanted.fragment
    assert found.numbers == wanted.numbers
    assert found.parameters == wanted.parameters
    assert found.tables.keys() == wanted.tables.keys()
    for name, table in wanted.tables.items():
        assert np.array_equal(found.tables[name], table)
    assert editions.derived == 1 + old.startswith('"amount"'), (
        "but for a slider, nothing is derived"
    )


def test_an_edition_of_a_long_list(tmp_path):
    dots = (
        DOT
        + "dots = [circle(0.01).translate({}, 0.02 * k) for k in range(40)]\nscene.fill(union(*dots), 'red')\n"
    )
    editions = Editions()
    for x in (0.1, 0.2, 0.1, 0.3):
        picture = picture_of(tmp_path, dots.format(x))
        found, wanted = (
            editions.edition(picture, "gradient").whole,
            listing(picture, antialias="gradient", numbers="live"),
        )
        assert found.numbers == wanted.numbers
        assert np.array_equal(found.tables["tables"], wanted.tables["tables"])
    assert editions.derived == 1


def test_what_was_traced_without_places_is_not_taken(tmp_path):
    text = FLOWER.replace('"red", "blue"', '"teal", "plum"')
    (tmp_path / "other.py").write_text(text)
    kept = load(tmp_path / "other.py")  # its ramp lives on, by numbers that have no places
    first, second = (
        live_text(tmp_path, text.replace('"teal"', name), "gradient")
        for name in ('"teal"', '"lime"')
    )
    assert first.fragment == second.fragment
    assert kept.lower()


def test_another_structure_is_derived(tmp_path):
    editions = Editions()
    edits = [("white", "white"), ("repeat(7)", "repeat(8)"), ("- box", "| box"), ("px(2)", "px(2), blend='add'"),
             ("polar_repeat(7)", "polar()"), ("px(2)", "2")]  # fmt: skip
    texts = [FLOWER.replace(old, new) for old, new in edits]
    for count, text in enumerate(texts, start=1):
        picture = picture_of(tmp_path, text)
        assert (
            editions.edition(picture, "gradient").whole.fragment
            == listing(picture, antialias="gradient", numbers="live").fragment
        )
        assert editions.derived == count


def test_an_edited_count_changes_the_text(before, tmp_path):
    after = live_text(tmp_path, FLOWER.replace("repeat(7)", "repeat(8)"), "gradient")
    assert after.fragment != before["gradient"].fragment


def test_a_line_more_leaves_the_text(before, tmp_path):
    after = live_text(tmp_path, f"# a word about it\n\n{FLOWER}", "gradient")
    assert after.fragment == before["gradient"].fragment


LONG = (
    DOT
    + "dots = [circle(0.03).translate(0.1 * (k % 9) - 0.4, 0.2 * (k // 9) - 0.5) for k in range(45)]\n"
)
MANY = "from jetfield.scenes import *\nscene = Scene()\n" + "".join(
    f"scene.fill(circle({0.02 + 0.001 * k}).translate({0.2 * (k % 7) - 0.6}, {0.2 * (k // 7) - 0.5}), 'navy')\n"
    for k in range(40)
)


@pytest.mark.parametrize(
    "text",
    [FLOWER, LONG + "scene.fill(union(*dots), 'red')\n", MANY],
    ids=["flower", "long", "many"],
)
def test_numbers_with_places_draw_the_same_picture(tmp_path, text):
    from jetfield.render import render
    from jetfield.render.device import offscreen
    from jetfield.render.tiles import Tile

    path, size = tmp_path / "scene.py", (96, 96)
    path.write_text(text)
    plain = render(load(path), size, antialias="gradient").astype(int)
    picture = SceneFile(path).load().lower()
    live, baked = (drawing(picture, "gradient", "srgb8", numbers) for numbers in ("live", "baked"))
    assert text != MANY or len(live.whole.blocks) > 14, "more than the flat varyings hold"
    for found in (live, baked):
        pixels = np.empty((96, 96, 4), np.uint8)
        frame = Frame(size, picture.view, parameters={"amount": 0.02} if "amount" in text else {})
        offscreen().run(lambda p: p.tile(found, frame, "srgb8", Tile(0, 0, *size), pixels))  # noqa: B023
        assert abs(pixels - plain).max() <= 1


# --- what editors do -----------------------------------------------------------------------------


def test_saving_in_place(dot, follow):
    follower = follow(dot)
    assert radius_of(follower.next()) == 3.0
    dot.write_text(DOT.replace("px(3)", "px(7)"))
    assert radius_of(follower.next()) == 7.0
    follower.nothing()


def test_the_same_size_at_once(dot, follow):
    """An edit that leaves size and second as they were, again and again."""
    follower = follow(dot)
    follower.next()
    for k in range(1, 10):
        dot.write_text(DOT.replace("px(3)", f"px({k})"))
        while radius_of(follower.next()) != max(k, 0.5):
            pass


def test_renaming_another_file_over_it(dot, follow):
    follower = follow(dot)
    follower.next()
    for k in (4, 5, 6):
        other = dot.with_suffix(".tmp")
        other.write_text(DOT.replace("px(3)", f"px({k})"))
        os.replace(other, dot)
        assert radius_of(follower.next()) == k
    follower.nothing()


def test_a_file_that_is_empty_for_a_moment_is_no_error(dot, follow):
    follower = follow(dot)
    follower.next()
    for k in (4, 5, 6):
        with dot.open("w") as file:
            file.flush()
            time.sleep(0.1)
            file.write(DOT.replace("px(3)", f"px({k})")[:60])
            file.flush()
            time.sleep(0.1)
            file.write(DOT.replace("px(3)", f"px({k})")[60:])
        assert radius_of(follower.next()) == k
    follower.nothing()


def test_deleting_it_and_writing_it_anew(dot, follow):
    follower = follow(dot)
    follower.next()
    dot.unlink()
    time.sleep(0.1)
    dot.write_text(DOT.replace("px(3)", "px(4)"))
    assert radius_of(follower.next()) == 4.0
    dot.unlink()
    gone = follower.next(Trouble)
    assert "cannot read" in gone.message
    assert "No such file" in gone.message
    follower.nothing()
    dot.write_text(DOT.replace("px(3)", "px(5)"))
    assert radius_of(follower.next()) == 5.0


@pytest.mark.parametrize("helper", ["sizes.py", "lib/__init__.py", "lib/deep.py"])
def test_a_module_that_the_scene_imports(tmp_path, follow, helper, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "lib").mkdir()
    (tmp_path / "sizes.py").write_text("one = 1.0\n")
    (tmp_path / "lib" / "__init__.py").write_text("two = 1.0\n")
    (tmp_path / "lib" / "deep.py").write_text("three = 1.0\n")
    dot = tmp_path / "dot.py"
    head = "from sizes import one\nfrom lib import two\nfrom lib.deep import three\n"
    dot.write_text(head + DOT.replace("px(3)", "px(3 * one * two * three)"))
    follower = follow(dot)
    assert radius_of(follower.next()) == 3.0
    path = tmp_path / helper
    text = path.read_text()
    for k in (4, 5, 6):  # of the same size, within a second: compiled files are no help
        path.write_text(text.replace("1.0", f"{k}.0"))
        assert radius_of(follower.next()) == 3.0 * k
    path.write_text(text + "(")
    found = follower.next(Trouble)
    assert found.file == str(path)
    assert found.line == 2
    path.write_text(text + "1 / 0")
    found = follower.next(Trouble)
    assert (found.file, found.line) == (str(path), 2)
    assert ">\t2\t1 / 0" in found.text
    path.write_text(text)
    assert radius_of(follower.next()) == 3.0
    assert not list(tmp_path.rglob("*.pyc"))


def test_a_module_that_is_written_later(dot, follow):
    follower = follow(dot)
    follower.next()
    dot.write_text("from sizes import one\n" + DOT)
    assert "No module named 'sizes'" in follower.next(Trouble).message
    (dot.parent / "sizes.py").write_text("one = 1.0\n")
    follower.next()


def test_a_module_of_a_folder_that_the_scene_adds(tmp_path, follow):
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    own.mkdir()
    (shared / "common_sizes.py").write_text("one = 1.0\n")
    dot = own / "dot.py"
    head = f"import sys\nsys.path.append({str(shared)!r})\nfrom common_sizes import one\n"
    dot.write_text(head + DOT.replace("px(3)", "px(3 * one)"))
    follower = follow(dot)
    assert radius_of(follower.next()) == 3.0
    (shared / "common_sizes.py").write_text("one = 2.0\n")
    assert radius_of(follower.next()) == 6.0


def test_an_error_names_file_line_and_text_and_the_next_good_save_clears_it(dot, follow):
    follower = follow(dot)
    follower.next()
    for broken, line, words in [
        (DOT.replace("circle(radius).", "circel(radius)."), 4, "did you mean"),
        (DOT.replace("radius = 0.5", "radius = 0.5)"), 2, "unmatched ')'"),
        (DOT.replace("radius = 0.5", "radius = -1"), 4, "radius=-1 must be a positive number"),
        (DOT.replace("radius = 0.5", "raise SystemExit"), 2, "sys.exit"),
        (DOT.replace("radius = 0.5", "raise KeyboardInterrupt"), 0, "KeyboardInterrupt"),
    ]:
        dot.write_text(broken)
        found = follower.next(Trouble)
        assert words in found.message
        assert found.line == line
        if line:
            assert f">\t{line}\t{broken.splitlines()[line - 1]}" in found.text
        follower.nothing(0.4)
        dot.write_text(DOT)
        follower.next()


def test_a_scene_that_is_broken_from_the_start(dot, follow):
    dot.write_text("nonsense")
    follower = follow(dot)
    assert "NameError" in follower.next(Trouble).message
    dot.write_text(DOT)
    follower.next()


def test_a_file_that_never_ends_gives_way_to_the_next(dot, follow):
    follower = follow(dot)
    follower.next()
    dot.write_text(DOT + "while True:\n    radius += 1\n")
    end = time.monotonic() + 20
    while not follower.loader.hurry() and time.monotonic() < end:
        time.sleep(0.05)
    assert follower.loader.hurry()
    assert follower.news.empty()
    dot.write_text(DOT.replace("px(3)", "px(5)"))
    while follower.loader.hurry() and time.monotonic() < end:
        time.sleep(0.05)
    assert radius_of(follower.next()) == 5.0


def test_trouble_is_about_the_line_of_the_file_that_the_message_names(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("one\ntwo\nthree\nfour\n")
    found = trouble(SceneError("circle: radius=-1 must be positive (a.py:3)"), [str(path)])
    assert (found.file, found.line) == (str(path), 3)
    assert found.text == " \t1\tone\n \t2\ttwo\n>\t3\tthree\n \t4\tfour"
    assert trouble(SceneError("no line"), [str(path)]).text == ""
    assert str(trouble(ZeroDivisionError("division"), [])) == "ZeroDivisionError: division"


# --- in the window -------------------------------------------------------------------------------


def test_a_reload_keeps_what_the_user_has_set(display, tmp_path):  # noqa: F811
    text = DOT.replace("radius = 0.5", 'radius = slider("radius", 0.5, 0, 1) + 0 * seconds()')
    (tmp_path / "dot.py").write_text(text)
    app = App(
        display,
        tmp_path,
        "dot.py",
        "--size",
        "200x150",
        "--antialias",
        "gradient",
        "--set",
        "radius=0.25",
    )
    try:
        app.drawn()
        app.key("space", "shift+Right")
        app.move(100, 75)
        app.wheel(2)
        before = app.until(lambda s: s["whole"] and not s["running"] and s["view"][2] < 1.6)
        kept = ("view", "seconds", "values", "running", "mouse")
        compiled = before["compiled"]
        (tmp_path / "dot.py").write_text(text.replace("gold", "tomato"))
        after = app.until(lambda s: s["version"] == 2 and s["whole"])
        assert {k: after[k] for k in kept} == {k: before[k] for k in kept}
        assert after["compiled"] == compiled, "an edited color compiles nothing"
        (tmp_path / "dot.py").write_text(text + "scene.fill(star(5, 0.3, 0.1), 'lime')\n")
        after = app.until(lambda s: s["version"] == 3 and s["whole"])
        assert {k: after[k] for k in kept} == {k: before[k] for k in kept}
        assert after["compiled"] == [compiled[0] + 1]
    finally:
        app.end()


def test_errors_appear_in_the_window_and_the_picture_stays(display, tmp_path):  # noqa: F811
    path = tmp_path / "dot.py"
    path.write_text(DOT)
    size = 640, 480
    app = App(display, tmp_path, "dot.py", "--size", "640x480", "--antialias", "gradient")
    try:
        app.drawn()
        app.key("t")
        app.until(lambda s: not s["timed"])
        plain = app.grab(size)
        for broken, words in [
            (DOT.replace("radius)", "radiu)"), "dot.py:4: NameError: name 'radiu' is not defined"),
            (DOT + GLSL, "the driver refused the scene's GLSL"),
        ]:
            path.write_text(broken)
            status = app.until(lambda s: s["trouble"])
            assert words in status["trouble"]
            assert ">\t" in status["trouble"], "the scene's line is shown"
            seen = app.grab(size)
            assert (seen[300:] == plain[300:]).all(), "the last good picture stays"
            assert (seen[:150] != plain[:150]).any(axis=-1).mean() > 0.1, "with the error over it"
            app.drag((200, 350), (220, 350))  # and moves
            app.until(lambda s: s["view"][0] != 0 and s["done"] == 1)
            app.key("Home")
            app.until(lambda s: s["view"][0] == 0)
            path.write_text(DOT)
            app.until(lambda s: not s["trouble"] and s["whole"])
            assert (app.grab(size) == plain).all()
    finally:
        app.end()


OBJECTS = {"Program": 1, "Shader": 1, "Texture": 1, "Buffer": 1, "Framebuffer": 1,
           "Renderbuffer": 1, "VertexArray": 1}  # fmt: skip
NAMES = 4000


def objects(painter: Any) -> int:
    """How many OpenGL objects there are, those of a brush's own context and those it shares."""
    gl = ctypes.CDLL(ctypes.util.find_library("GL"))
    return sum(
        bool(getattr(gl, f"glIs{kind}")(name) & 0xFF)
        for kind in OBJECTS
        for name in range(1, NAMES)
    )


def memory() -> int:
    """Bytes of this process that are in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_two_hundred_reloads(display, tmp_path, monkeypatch):  # noqa: F811
    """Good, broken in Python, broken in GLSL, deleted: nothing is lost, nothing leaks."""
    from jetfield.render.window import Window

    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "dot.py"
    path.write_text(DOT)
    seen: list[dict[str, Any]] = []
    counts: list[int] = []
    sizes: list[int] = []
    window = Window(SceneFile(path), Live((160, 120)), antialias="gradient", log=seen.append)

    def until(wanted: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if seen and wanted(seen[-1]):
                return seen[-1]
            time.sleep(0.002)
        raise AssertionError(f"never came; last: {seen[-1]}")

    def count() -> None:
        done = threading.Event()

        def job(painter: Any) -> None:
            counts.append(objects(painter))
            done.set()

        window.brushes[0].run(job)
        assert done.wait(30)
        sizes.append(memory())

    def edits() -> None:
        chance = random.Random(7)
        until(lambda s: s["whole"])
        for k in range(200):
            good = DOT.replace("radius = 0.5", f"radius = {0.2 + 0.003 * k}")
            kind = ("number", "structure", "python", "glsl", "gone")[k % 5]
            version = seen[-1]["version"]
            if kind == "structure":
                good += f"scene.fill(regular_polygon({3 + k % 40}, 0.1), 'red')\n"
            if kind == "gone":
                path.unlink()
                time.sleep(chance.choice((0.0, 0.05)))
            if kind == "python":
                path.write_text(good + "nonsense\n")
                until(lambda s: "NameError: name 'nonsense'" in s["trouble"])
            if kind == "glsl":
                path.write_text(good + GLSL)
                until(lambda s: "refused the scene's GLSL" in s["trouble"])
            if chance.random() < 0.5:
                path.write_text(good)
            else:
                (tmp_path / "other").write_text(good)
                os.replace(tmp_path / "other", path)
            until(
                lambda s, version=version: (
                    s["version"] > version and s["whole"] and not s["trouble"]
                )
            )
            if k in (99, 199):
                count()

    driven(window, edits)
    assert seen[-1]["version"] >= 200
    assert counts[1] <= counts[0], "no OpenGL object is left behind"
    print(f"{counts[1]} OpenGL objects; memory grew by {(sizes[1] - sizes[0]) / 1e6:.1f} MB")
    assert sizes[1] - sizes[0] < 24e6, f"memory grew by {(sizes[1] - sizes[0]) / 1e6:.0f} MB"
