"""load(): scene files and gallery names, and what is said when they are wrong."""

import importlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from jetfield.render import SceneError, render
from jetfield.scenes import Scene, gallery_names, load

DOT = """
from jetfield.scenes import *
scene = Scene(background=None)
scene.fill(circle(0.5), "white")
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test runs in a folder of its own, and must leave the import system as it was."""
    monkeypatch.chdir(tmp_path)
    path = sys.path[:]
    yield tmp_path
    assert sys.path == path
    files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
    stayed = [name for name, file in files.items() if file.startswith(str(tmp_path))]
    assert all(name.startswith(("_jetfield_scene_", "jetfield.")) for name in stayed), stayed


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def alpha(scene: Scene) -> int:
    return int(render(scene, (8, 8), device="numpy")[..., 3].sum())


def said(name: Any) -> str:
    """The one sentence with which a scene is refused."""
    with pytest.raises(SceneError) as caught:
        load(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_that_defines_scene():
    write("dot.py", DOT)
    write("deep/er/dot.py", DOT)
    for path in (
        "dot.py",
        "./dot.py",
        Path("dot.py"),
        Path("deep") / "er" / "dot.py",
        "deep/er/dot.py",
    ):
        assert isinstance(load(path), Scene)


def test_helpers_beside_the_file_are_its_own():
    for place, radius in (("a", 0.2), ("b", 0.9)):
        write(f"{place}/helper.py", f"from lib.sizes import one\nradius = {radius} * one\n")
        write(f"{place}/lib/__init__.py", "")
        write(f"{place}/lib/sizes.py", "one = 1.0\n")
        write(f"{place}/dot.py", "from helper import radius\n" + DOT.replace("0.5", "radius"))
    small, large = load("a/dot.py"), load("b/dot.py")
    assert 0 < alpha(small) < alpha(large)


def test_loading_again_runs_the_file_and_its_helpers_anew():
    write("size.py", "radius = 0.2\n")
    write("dot.py", "from size import radius\n" + DOT.replace("0.5", "radius"))
    before = alpha(load("dot.py"))
    write("size.py", "radius = 0.95  # longer\n")
    assert alpha(load("dot.py")) > before
    write("dot.py", DOT.replace("0.5", "0.1"))
    assert alpha(load("dot.py")) < before


def test_a_file_may_do_what_modules_do():
    write(
        "dot.py",
        "from __future__ import annotations\n"
        "import dataclasses, inspect, pickle, sys, typing\n"
        "@dataclasses.dataclass\nclass Size:\n    radius: float = 0.5\n"
        "assert pickle.loads(pickle.dumps(Size())) == Size()\n"
        "assert typing.get_type_hints(Size) == {'radius': float}\n"
        "assert 'radius' in inspect.getsource(Size)\n"
        "assert __name__ != '__main__' and __file__.endswith('dot.py')\n" + DOT,
    )
    assert isinstance(load("dot.py"), Scene)


def test_a_file_named_like_a_module_hides_nothing():
    write("json.py", DOT)
    assert isinstance(load("json.py"), Scene)
    import json

    assert json.loads("1") == 1


def test_other_encodings_and_no_trailing_newline():
    Path("latin.py").write_bytes(f"# -*- coding: latin-1 -*-\n# \xe9\n{DOT}#".encode("latin-1"))
    assert isinstance(load("latin.py"), Scene)


def test_a_gallery_scene_by_its_name(folder, monkeypatch):
    gallery = importlib.import_module("jetfield.scenes.gallery")
    monkeypatch.setattr(gallery, "__path__", [*gallery.__path__, str(folder / "more")])
    write("more/a_test_dot.py", DOT)
    write("more/a_broken_dot.py", f"{DOT}\n1 / 0\n")
    importlib.invalidate_caches()
    assert "a_test_dot" in gallery_names()
    assert isinstance(load("a_test_dot"), Scene)
    assert said("a_broken_dot").endswith("a_broken_dot.py:6: ZeroDivisionError: division by zero")
    assert "did you mean a_test_dot?" in said("a_tset_dot")


def test_the_gallery_loads():
    for name in gallery_names():
        assert isinstance(load(name), Scene), name


def test_unknown_names():
    assert said("no_such_scene").startswith("there is no gallery scene 'no_such_scene'; there are ")
    write("mine.py", DOT)
    assert said("mine") == "there is no gallery scene 'mine'; for the file, say mine.py"
    write("scene.txt", DOT)
    assert "a scene file ends in .py" in said("scene.txt")
    for odd in ("", "..", "a b", "os", "load.x", "__init__", "\0"):
        assert said(odd).startswith(f"there is no gallery scene {odd!r}; ")


def test_unreadable_paths():
    write("flower.py", DOT)
    assert said("flwoer.py") == (
        "cannot read flwoer.py: No such file or directory; did you mean flower.py?"
    )
    assert said("nowhere/flower.py") == "cannot read nowhere/flower.py: No such file or directory"
    assert said(Path("flower")) == (
        "cannot read flower: No such file or directory; did you mean flower.py?"
    )
    Path("folder.py").mkdir()
    assert said("folder.py") == "cannot read folder.py: Is a directory"
    assert said("./").startswith("cannot read ./: Is a directory")
    assert said(b"flower.py").startswith("load: expected a path or a gallery name, got b'")


BROKEN = [
    ("x = 1\n", "broken.py defines no `scene`; write scene = Scene() and scene.fill(...)"),
    ("from jetfield.scenes import *\npicture = Scene()\n", "broken.py defines no `scene`; "
     "is it `picture`?"),
    ("from jetfield.scenes import *\nscene = circle(1)\n", "`scene` is of type Field, not a Scene"),
    ("from jetfield.scenes import *\nscene = Scene\n", "`scene` is of type type, not a Scene"),
    ("def scene(): pass\n", "`scene` is of type function, not a Scene"),
    ("scene = None\n", "broken.py defines no `scene`"),
    ("a = 1\nif a = 2:\n    pass\n", "broken.py:2: invalid syntax. Maybe you meant '==' or ':=' "
     "instead of '='?: if a = 2:"),
    ("a = '''\n", "broken.py:1: unterminated triple-quoted string literal"),
    ("\0", "broken.py"),
    ("\x80\n".encode("latin-1"), "broken.py"),
    ("def f(n):\n    return 1 / n\n\nf(0)\n", "broken.py:2: ZeroDivisionError: division by zero"),
    ("\nimport no_such_module\n", "broken.py:2: ModuleNotFoundError: No module named "),
    ("import json\njson.loads('{')\n", "broken.py:2: JSONDecodeError: Expecting property name"),
    ("raise ValueError\n", "broken.py:1: ValueError"),
    ("raise ValueError('two\\nlines')\n", "broken.py:1: ValueError: two lines"),
    ("\nraise BaseException('x')\n", "broken.py:2: BaseException: x"),
    ("\nimport sys\nsys.exit(3)\n", "broken.py:3: the scene file called sys.exit(3); "),
    ("def f(): f()\nf()\n", "broken.py:1: RecursionError: maximum recursion depth exceeded"),
    ("from .other import x\n", "broken.py:1: ImportError: attempted relative import"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), BROKEN, ids=lambda value: str(value)[:30])
def test_a_broken_file_is_explained_by_its_own_line(text, sentence):
    data = text if isinstance(text, bytes) else text.encode()
    Path("broken.py").write_bytes(data)
    assert sentence in said("broken.py")


def test_the_cause_is_chained():
    write("broken.py", "1 / 0\n")
    with pytest.raises(SceneError) as caught:
        load("broken.py")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_error_in_a_helper_names_its_line_and_the_one_that_needed_it():
    write("helper.py", "\n1 / 0\n")
    write("broken.py", "\n\nimport helper\n")
    expected = "helper.py:2 (from broken.py:3): ZeroDivisionError: division by zero"
    assert said("broken.py") == expected
    assert said(os.path.abspath("broken.py")) == expected.replace(
        "helper", os.path.abspath("helper")
    ).replace("broken", os.path.abspath("broken"))
    write("helper.py", "import deeper\ndef f(n): return deeper.f(n)\ndef g(call): return call()\n")
    write("deeper.py", "import json\ndef f(text): return json.loads(text)\n")
    write("broken.py", "import helper\nhelper.f('{')\n")
    assert said("broken.py").startswith("deeper.py:2 (from broken.py:2): JSONDecodeError: ")
    write("broken.py", "import helper\nhelper.g(\n    lambda: 1 / 0)\n")
    assert said("broken.py") == "broken.py:3: ZeroDivisionError: division by zero"
    write("helper.py", "def f(:\n")
    assert "helper.py:1: " in said("broken.py")


def test_a_scene_error_of_the_file_comes_through_with_its_line():
    write("broken.py", "from jetfield.scenes import *\nscene = Scene()\n\ncircle(-1)\n")
    message = said("broken.py")
    assert message.startswith("circle: ")
    assert "broken.py:4" in message


def test_ctrl_c_while_a_file_runs_is_no_error_of_the_file():
    write("slow.py", "import helper\nraise KeyboardInterrupt\n")
    write("helper.py", "")
    with pytest.raises(KeyboardInterrupt):
        load("slow.py")
    assert not any(name.startswith("_jetfield_scene_") and "slow" in str(module)
                   for name, module in sys.modules.items())  # fmt: skip


def test_another_thread_imports_meanwhile():
    """What it looks for is found while finders and folders of a scene come and go."""
    write("dot.py", DOT)
    interval, ended = sys.getswitchinterval(), threading.Event()
    failed: list[BaseException] = []

    def others() -> None:
        while not ended.is_set():
            sys.modules.pop("colorsys", None)
            try:
                importlib.import_module("colorsys")
            except ImportError as error:
                failed.append(error)

    thread = threading.Thread(target=others)
    sys.setswitchinterval(1e-5)
    try:
        thread.start()
        end = time.monotonic() + 1
        while time.monotonic() < end and not failed:
            load("dot.py")
    finally:
        ended.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert failed == []
