"""The live window: the time to the first picture, and from saving a file to what is then seen.

    python tests/bench/live.py              gallery scenes at 960 x 720, medians of seven edits
    python tests/bench/live.py --smoke      one small scene, two edits

In a window on an X server without a screen, by the software rasteriser, with Mesa's disk cache off:
every program is compiled anew. Two kinds of edits: a number, after which nothing may be compiled,
and one more shape, which is structure. The parts of the latter are measured one by one, outside the
window; "wait" is how long the files are not looked at, on average.

Exit status: 1 if an edited number made something compile.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["MESA_SHADER_CACHE_DISABLE"] = "true"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from windows import driven, server

from jetfield.render.live import Live
from jetfield.render.reload import PERIOD
from jetfield.render.window import Window
from jetfield.scenes.load import SceneFile, gallery_source
from jetfield.shaders.glsl import listing
from jetfield.shaders.picture import Frame

EDITED = "\nscene.fill(circle({radius}).translate(0.3, {place}), 'gold')\n"
MORE = "scene.fill(regular_polygon({n}, 0.1), 'tomato')\n"
MS = 1e3


class Run:
    """A window, what it has shown and when, and edits of its file."""

    def __init__(self, path: Path, size: tuple[int, int], edits: int) -> None:
        self.path, self.edits = path, edits
        self.text = path.read_text()
        self.shown: list[tuple[float, dict[str, Any]]] = []
        self.found: dict[str, list[float]] = {}
        self.compiled_by_numbers = 0
        path.write_text(self.text + EDITED.format(radius=0.1, place=0.1))
        self.start = time.perf_counter()
        driven(Window(SceneFile(path), Live(size, running=False), log=self.note), self.drive)

    def note(self, status: dict[str, Any]) -> None:
        self.shown.append((time.perf_counter(), status))

    def until(self, wanted: Callable[[dict[str, Any]], Any]) -> tuple[float, dict[str, Any]]:
        """When it first showed what is wanted."""
        end, looked = time.monotonic() + 300, 0
        while time.monotonic() < end:
            while looked < len(self.shown):
                if wanted(self.shown[looked][1]):
                    return self.shown[looked]
                looked += 1
            time.sleep(0.001)
        raise AssertionError(f"never came; last: {self.shown[-1]}")

    def add(self, name: str, seconds: float) -> None:
        self.found.setdefault(name, []).append(MS * seconds)

    def drive(self) -> None:
        self.add("first draft", self.until(lambda s: s["version"] == 1)[0] - self.start)
        self.add("first exact", self.until(lambda s: s["whole"])[0] - self.start)
        for kind in ("number", "structure"):
            for k in range(self.edits):
                self.edit(kind, k)

    def edit(self, kind: str, k: int) -> None:
        time.sleep(0.2)
        before = self.shown[-1][1]
        more = MORE.format(n=5 + k) if kind == "structure" else ""
        start = time.perf_counter()
        self.path.write_text(self.text + EDITED.format(radius=0.11 + k / 99, place=0.1) + more)
        new = before["version"] + 1
        self.add(f"{kind}: draft", self.until(lambda s: s["version"] == new)[0] - start)
        at, after = self.until(lambda s: s["version"] == new and s["whole"])
        self.add(f"{kind}: exact", at - start)
        if kind == "number":
            self.compiled_by_numbers += after["compiled"] != before["compiled"]


def parts(path: Path, size: tuple[int, int]) -> dict[str, float]:
    """Milliseconds of each part of a structural edit, one after the other."""
    import glfw

    from jetfield.render import glfw_window
    from jetfield.render.contexts import adopted
    from jetfield.render.frame import Painter

    found, last = {"wait": MS * PERIOD / 2}, time.perf_counter()

    def step(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        found[name] = MS * (now - last)
        last = now

    path.write_text(path.read_text() + MORE.format(n=31))
    source = SceneFile(path)
    scene = source.load()
    step("load")
    picture = scene.lower()
    glfw_window.begin()
    glfw.make_context_current(glfw_window.hidden(None))
    context = adopted()
    painter, target = Painter(context), context.framebuffer([context.renderbuffer(size)])
    for mode, name in (("gradient", "draft"), ("exact", "exact")):
        last = time.perf_counter()
        text = listing(picture, antialias=mode, numbers="live")
        step(f"{name}: listing")
        painter.programs.get(text)
        step(f"{name}: compile")
        for when in ("first frame", "a frame"):
            target.use()
            painter.cover(text, Frame(size, picture.view), (0, 0))
            context.finish()
            step(f"{name}: {when}")
    painter.release()
    glfw_window.end()
    return found


def main() -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description="The live window's latencies.")
    parser.add_argument("--smoke", action="store_true", help="one small scene, two edits")
    parser.add_argument("--scenes", nargs="+", default=["fan", "petals", "whirl"], help="by name")
    options = parser.parse_args()
    names = ["fan"] if options.smoke else options.scenes
    size, edits = ((160, 120), 2) if options.smoke else ((960, 720), 7)

    compiled = 0
    with server() as display, tempfile.TemporaryDirectory() as folder:
        os.environ["DISPLAY"] = display
        for name in names:
            path = Path(folder, f"{name}.py")
            path.write_text(gallery_source(name))
            run = Run(path, size, edits)
            compiled += run.compiled_by_numbers
            print(f"{name}, {size[0]} x {size[1]}: from the window or the save to the picture, ms")
            for label, times in run.found.items():
                print(f"  {statistics.median(times):8.1f}  {label}")
            print("parts of a structural edit, ms; then a frame alone")
            for label, ms in parts(path, size).items():
                print(f"  {ms:8.1f}  {label}")
    print(f"{compiled} edited numbers made something compile; 0 is wanted")
    return 1 if compiled else 0


if __name__ == "__main__":
    sys.exit(main())
