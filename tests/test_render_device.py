"""The offscreen context: on a thread of its own, shared by all, and in nobody's way."""

import os
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import moderngl
import numpy as np
import oracles
import pytest

from jetfield.render import DeviceError, ShaderError, render
from jetfield.render.device import Device, offscreen
from jetfield.render.program import Programs
from jetfield.scenes import Scene, circle


@pytest.fixture(scope="module", autouse=True)
def needs_gl():
    oracles.needs_gl()


def a_dot(radius: float = 0.5) -> Scene:
    scene = Scene(background=None)
    scene.fill(circle(radius), "white")
    return scene


PREAMBLE = """
import os, sys
import numpy as np
from jetfield.render import DeviceError, render
from jetfield.scenes import Scene, circle

scene = Scene(background=None)
scene.fill(circle(0.5), "white")
"""


def python(script: str, **environment: str) -> str:
    """What a script prints that is run in a process of its own, which must end well."""
    run = subprocess.run(
        [sys.executable, "-c", PREAMBLE + textwrap.dedent(script)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_drawing_does_not_touch_the_callers_context():
    said = python("""
        import moderngl

        own = moderngl.create_context(standalone=True, backend="egl")
        target = own.framebuffer([own.renderbuffer((8, 8))])
        target.use()
        target.clear(0.0, 1.0, 0.0, 1.0)
        before = render(scene, (8, 8))
        assert moderngl.get_context() is own, "the default context is still the caller's"
        assert own.fbo is target
        assert own.detect_framebuffer().glo == target.glo, "and still current"
        assert own.error == "GL_NO_ERROR"
        assert target.read(components=4)[:4] == bytes([0, 255, 0, 255])
        own.release()  # ends the caller's context, not ours
        assert np.array_equal(render(scene, (8, 8)), before)
        print("done")
    """)
    assert said == "done\n"


def test_no_context_is_ever_current_on_the_calling_thread():
    said = python("""
        import moderngl

        render(scene, (8, 8))
        try:
            moderngl.get_context()
        except Exception as error:
            print("none:", type(error).__name__)
    """)
    assert said.startswith("none:")


def test_a_forked_child_makes_its_own_context():
    said = python("""
        import signal, warnings

        warnings.simplefilter("ignore", DeprecationWarning)  # of fork beside threads
        expected = render(scene, (64, 64))

        def fork(work):
            child = os.fork()
            if child == 0:
                signal.alarm(20)  # a driver whose threads are gone waits forever
                os._exit(work())
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

        def draw():
            return 0 if np.array_equal(render(scene, (64, 64)), expected) else 1

        def grandchild():
            # However deep, it draws or says why not.
            try:
                return fork(draw) or draw()
            except DeviceError:
                return 0

        assert fork(draw) == 0
        assert fork(draw) == 0, "a second child is like the first"
        assert draw() == 0, "the parent goes on"
        print("done", fork(grandchild) in (0, 1))
    """)
    assert said == "done True\n"


def test_importing_loads_neither_gl_nor_numpy_nor_a_window():
    said = subprocess.run(
        [sys.executable, "-c", "import jetfield.render, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {"moderngl", "glcontext", "glfw", "PIL", "numpy", "png"} & set(said) == set()


def test_drawing_loads_no_window_and_no_image_library():
    said = python("render(scene, (8, 8)); print(*sys.modules)").split()
    assert "moderngl" in said
    assert {"glfw", "PIL", "png", "argparse", "asyncio", "logging"} & set(said) == set()


@pytest.mark.parametrize(
    "environment",
    [
        {"GLCONTEXT_LINUX_LIBEGL": "libEGL-nowhere.so"},
        {"__EGL_VENDOR_LIBRARY_FILENAMES": "/dev/null"},
        {"MESA_GL_VERSION_OVERRIDE": "2.1"},
    ],
    ids=["no library", "no driver", "an old driver"],
)
def test_without_opengl_one_sentence_says_what_to_do(environment):
    said = python(
        """
        for attempt in range(2):
            try:
                render(scene, (8, 8))
            except DeviceError as error:
                print(error)
        assert render(scene, (8, 8), device="numpy")[4, 4, 3] == 255
        """,
        **environment,
    )
    first, second = said.splitlines()
    assert first == second
    assert first.startswith("no OpenGL 3.3 for drawing offscreen (")
    assert "apt install libegl1 libgl1-mesa-dri" in first
    assert 'device="numpy"' in first


def test_many_threads_draw_at_once():
    radii = np.linspace(0.2, 0.8, 8)
    alone = [render(a_dot(radius), (50, 50)) for radius in radii]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda radius: render(a_dot(radius), (50, 50)), list(radii) * 4))
    assert all(np.array_equal(a, b) for a, b in zip(alone * 4, together, strict=True))


def test_work_runs_in_one_thread_that_is_not_the_callers():
    idents = {offscreen().run(lambda painter: threading.get_ident()) for _ in range(3)}
    assert len(idents) == 1
    assert threading.get_ident() not in idents


def test_an_exception_of_the_work_comes_back_and_the_device_goes_on():
    class Odd(BaseException):
        pass

    def fail(painter):
        raise Odd("this one")

    with pytest.raises(Odd, match="this one"):
        offscreen().run(fail)
    assert offscreen().run(lambda painter: 7) == 7


def test_a_closed_device_refuses_and_another_takes_its_place():
    own = Device()
    assert own.run(lambda painter: painter.context.version_code) >= 330
    own.close()
    assert own.ended
    with pytest.raises(DeviceError, match="closed"):
        own.run(lambda painter: None)
    assert not offscreen().ended


def test_devices_come_and_go():
    for _ in range(5):
        own = Device()
        assert own.run(lambda painter: painter.context.error) == "GL_NO_ERROR"
        own.close()
    assert render(a_dot(), (4, 4)).shape == (4, 4, 4)


class Text:
    """A listing by hand."""

    vertex = """#version 330 core
        void main() { gl_Position = vec4(gl_VertexID % 2 * 4 - 1, gl_VertexID / 2 * 4 - 1, 0, 1); }
    """

    def __init__(self, color: str, table: np.ndarray | None = None):
        self.fragment = f"""#version 330 core
            uniform sampler2D table;
            uniform float unused;
            out vec4 pixel;
            void main() {{ pixel = {color}; }}
        """
        self.tables = {} if table is None else {"table": table.astype(np.float32)}

    def uniforms(self, frame, origin=(0, 0)):
        return {"unused": 1.0, "nowhere": (1.0, 2.0)}  # both are gone from the compiled program

    def source_of(self, line):
        return f"flower.py:{line * 10}"


def drawn(painter, listing):
    """The one color that a listing gives everywhere."""
    target = painter.context.framebuffer([painter.context.renderbuffer((4, 4))])
    target.use()
    painter.cover(listing, None, (0, 0))
    pixels = np.frombuffer(target.read(components=4), np.uint8).reshape(-1, 4)
    assert (pixels == pixels[0]).all()
    assert painter.context.error == "GL_NO_ERROR"
    return pixels[0].tolist()


def test_tables_are_textures_and_follow_the_scene():
    def work(painter):
        fetch = "texelFetch(table, ivec2(1, 2), 0)"
        small, large = np.zeros((3, 2, 4)), np.zeros((5, 3, 4))
        small[2, 1], large[2, 1] = (1, 0, 1, 1), (0, 1, 0, 1)
        before = painter.programs.compiled
        first = [drawn(painter, Text(fetch, table)) for table in (small, 1 - small, large, small)]
        assert painter.programs.compiled == before + 1, "one text, whatever is in its tables"
        return first

    assert offscreen().run(work) == [
        [255, 0, 255, 255],
        [0, 255, 0, 0],
        [0, 255, 0, 255],
        [255, 0, 255, 255],
    ]


def test_a_table_past_the_largest_texture_is_an_error_that_says_so():
    def work(painter):
        limit = painter.context.info["GL_MAX_TEXTURE_SIZE"]
        return drawn(painter, Text("texelFetch(table, ivec2(0), 0)", np.zeros((limit + 1, 1, 4))))

    with pytest.raises(DeviceError, match=r"a table of the scene is 1 x \d+ .* end at"):
        offscreen().run(work)


def test_programs_past_the_capacity_are_freed():
    def work(painter):
        programs = Programs(painter.context, capacity=2)
        texts: Any = [Text(f"vec4({i})") for i in range(3)]
        a, b, c = texts
        first = programs.get(a)
        assert programs.get(a) is first
        programs.get(b)
        programs.get(a)  # so b is the oldest
        second = programs.get(b)
        programs.get(a)
        programs.get(c)
        assert programs.get(a) is first
        assert programs.compiled == 3
        assert programs.get(b) is not second
        assert programs.compiled == 4
        programs.release()
        return isinstance(first._program.mglo, moderngl.InvalidObject)

    assert offscreen().run(work)


@pytest.mark.parametrize(
    ("color", "complaint"),
    [("nothing(1)", "nothing"), ("missing(1.0)", "missing"), ("vec4(", "syntax")],
    ids=["compile", "link", "syntax"],
)
def test_a_refused_listing_names_the_scenes_line_and_is_kept(color, complaint):
    listing = Text(color)
    listing.fragment = listing.fragment.replace("void main", "vec4 missing(float);\nvoid main")
    with pytest.raises(ShaderError) as caught:
        offscreen().run(lambda painter: drawn(painter, listing))
    message = str(caught.value)
    assert "the driver refused the scene's GLSL: " in message
    assert complaint in message
    assert "\n" not in message
    if complaint != "missing":  # a linker knows no line
        line = next(i for i, text in enumerate(listing.fragment.split("\n"), 1) if color in text)
        assert message.startswith(f"flower.py:{line * 10}: ")
    assert listing.fragment in caught.value.listing
    assert offscreen().run(lambda painter: drawn(painter, Text("vec4(1)"))) == [255] * 4
