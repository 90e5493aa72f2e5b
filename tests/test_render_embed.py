"""Renderer: a scene inside somebody else's moderngl program, which must not notice."""

import ctypes
import ctypes.util
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import moderngl
import numpy as np
import pytest

from jetfield.render import DeviceError, Renderer, SceneError, frame, render
from jetfield.scenes import Scene, View, circle, slider, union

Own = Callable[[Callable[[moderngl.Context], Any]], Any]


def new_context() -> Any:
    """A context made as other programs make theirs."""
    settings: Any = {"backend": "egl"}
    return moderngl.create_context(standalone=True, **settings)


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    """Runs a function with a moderngl context of its own, in the thread where it is current."""
    with ThreadPoolExecutor(1) as thread:
        try:
            context = thread.submit(new_context).result()
        except Exception as error:  # moderngl's are plain
            pytest.skip(f"no OpenGL: {error}")
        yield lambda work: thread.submit(work, context).result()
        thread.submit(context.release).result()


@pytest.fixture(autouse=True, params=["whole", "by tiles"])
def way(request, monkeypatch):
    """Each test draws both ways; pictures as small as these are drawn whole."""
    if request.param == "by tiles":
        monkeypatch.setattr(frame, "LEAST", 0)
    return request.param


def a_scene(radius=0.6) -> Scene:
    scene = Scene(background="#102030", view=View(center=(0.2, 0), height=2))
    scene.fill(circle(radius), "red")
    scene.fill(circle(0.3).translate(0.4, 0.2), "white", opacity=0.5)
    return scene


def blank(context, size, **options) -> Any:
    return context.framebuffer([context.texture(size, 4, **options)])


def read(framebuffer):
    """A framebuffer's pixels, top row first."""
    width, height = framebuffer.size
    data = framebuffer.read((0, 0, width, height), components=4)
    return np.frombuffer(data, np.uint8).reshape(height, width, 4)[::-1]


def test_the_picture_is_that_of_render(own):
    def work(context):
        framebuffer = blank(context, (80, 60))
        with Renderer(context) as renderer:
            renderer.draw(a_scene(), framebuffer)
            first = read(framebuffer)
            renderer.draw(
                a_scene(slider("size", 0.5, 0, 1)),
                framebuffer,
                parameters={"size": 0.9},
                antialias="none",
                view=View(height=3),
            )
            return first, read(framebuffer), context.error

    first, second, error = own(work)
    assert error == "GL_NO_ERROR"
    assert np.array_equal(first, render(a_scene(), (80, 60)))
    expected = render(a_scene(0.9), (80, 60), antialias="none", view=View(height=3))
    assert np.array_equal(second, expected)


def test_the_current_context_is_the_default(own):
    def work(context):
        framebuffer = blank(context, (8, 8))
        with Renderer() as renderer:
            renderer.draw(a_scene(), framebuffer)
        return read(framebuffer)

    assert np.array_equal(own(work), render(a_scene(), (8, 8)))


def test_the_viewport_is_the_picture_and_the_rest_is_left(own):
    def work(context):
        framebuffer = blank(context, (100, 80))
        framebuffer.clear(0, 0, 1, 1)
        framebuffer.viewport = 10, 20, 60, 40
        with Renderer(context) as renderer:
            renderer.draw(a_scene(), framebuffer)
            assert framebuffer.viewport == (10, 20, 60, 40)
            framebuffer.viewport = 5, 5, 0, 40  # a minimized window
            renderer.draw(a_scene(), framebuffer)
        return read(framebuffer)

    picture = own(work)
    inside = picture[80 - 60 : 80 - 20, 10:70]
    assert np.array_equal(inside, render(a_scene(), (60, 40)))
    picture = picture.copy()
    picture[80 - 60 : 80 - 20, 10:70] = (0, 0, 255, 255)
    assert (picture == (0, 0, 255, 255)).all()


def test_scissor_and_color_mask_hold(own):
    def work(context):
        framebuffer = blank(context, (40, 40))
        framebuffer.clear(0, 0, 1, 1)
        framebuffer.scissor = 0, 0, 20, 40
        framebuffer.color_mask = True, False, True, True
        with Renderer(context) as renderer:
            renderer.draw(a_scene(), framebuffer)
        framebuffer.scissor = None
        framebuffer.color_mask = True, True, True, True
        return read(framebuffer)

    expected = render(a_scene(), (40, 40))
    expected[..., 1] = 0
    expected[:, 20:] = (0, 0, 255, 255)
    assert np.array_equal(own(work), expected)


# What OpenGL can be asked for, by name, and how many numbers it answers.
INTEGERS = {
    "DRAW_FRAMEBUFFER_BINDING": (0x8CA6, 1), "READ_FRAMEBUFFER_BINDING": (0x8CAA, 1),
    "VIEWPORT": (0x0BA2, 4), "SCISSOR_BOX": (0x0C10, 4), "CURRENT_PROGRAM": (0x8B8D, 1),
    "VERTEX_ARRAY_BINDING": (0x85B5, 1), "ARRAY_BUFFER_BINDING": (0x8894, 1),
    "ELEMENT_ARRAY_BUFFER_BINDING": (0x8895, 1), "PIXEL_PACK_BUFFER_BINDING": (0x88ED, 1),
    "PIXEL_UNPACK_BUFFER_BINDING": (0x88EF, 1), "UNIFORM_BUFFER_BINDING": (0x8A28, 1),
    "RENDERBUFFER_BINDING": (0x8CA7, 1), "ACTIVE_TEXTURE": (0x84E0, 1),
    "COLOR_WRITEMASK": (0x0C23, 4), "DEPTH_WRITEMASK": (0x0B72, 1),
    "COLOR_CLEAR_VALUE": (0x0C22, 4), "DEPTH_FUNC": (0x0B74, 1), "CULL_FACE_MODE": (0x0B45, 1),
    "FRONT_FACE": (0x0B46, 1), "POLYGON_MODE": (0x0B40, 1), "BLEND_SRC_RGB": (0x80C9, 1),
    "BLEND_DST_RGB": (0x80C8, 1), "BLEND_EQUATION_RGB": (0x8009, 1), "LOGIC_OP_MODE": (0x0BF0, 1),
    "STENCIL_FUNC": (0x0B92, 1), "STENCIL_WRITEMASK": (0x0B98, 1),
    "PROVOKING_VERTEX": (0x8E4F, 1),
    "PACK_ALIGNMENT": (0x0D05, 1), "UNPACK_ALIGNMENT": (0x0CF5, 1),
    "UNPACK_ROW_LENGTH": (0x0CF2, 1), "UNPACK_SKIP_ROWS": (0x0CF3, 1),
    "UNPACK_SKIP_PIXELS": (0x0CF4, 1), "UNPACK_SWAP": (0x0CF0, 1),
}  # fmt: skip
SWITCHES = {
    "BLEND": 0x0BE2, "COLOR_LOGIC_OP": 0x0BF2, "CULL_FACE": 0x0B44, "DEPTH_CLAMP": 0x864F,
    "DEPTH_TEST": 0x0B71, "DITHER": 0x0BD0, "FRAMEBUFFER_SRGB": 0x8DB9, "LINE_SMOOTH": 0x0B20,
    "MULTISAMPLE": 0x809D, "POLYGON_OFFSET_FILL": 0x8037, "PRIMITIVE_RESTART": 0x8F9D,
    "PROGRAM_POINT_SIZE": 0x8642, "RASTERIZER_DISCARD": 0x8C89,
    "SAMPLE_ALPHA_TO_COVERAGE": 0x809E, "SAMPLE_COVERAGE": 0x80A0, "SAMPLE_MASK": 0x8E51,
    "SCISSOR_TEST": 0x0C11, "STENCIL_TEST": 0x0B90, "CLIP_DISTANCE0": 0x3000,
    "CLIP_DISTANCE5": 0x3005,
}  # fmt: skip
UNITS = 0x84C0, (0, 1, 2, 3, 15)


class Gl:
    """OpenGL itself, reached past moderngl and past the code under test."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(ctypes.util.find_library("GL"))

    def __call__(self, name: str, *arguments: int) -> Any:
        return getattr(self._library, name)(*map(ctypes.c_uint, arguments))

    def integers(self, code: int, count: int) -> list[int]:
        values = (ctypes.c_int * 16)()
        self._library.glGetIntegerv(ctypes.c_uint(code), values)
        return list(values[:count])

    def snapshot(self) -> dict[str, object]:
        """All of the state above, and what is bound to some texture units."""
        state: dict[str, object] = {k: self.integers(*v) for k, v in INTEGERS.items()}
        state |= {k: bool(self("glIsEnabled", v) & 0xFF) for k, v in SWITCHES.items()}
        active = self.integers(0x84E0, 1)[0]
        for unit in UNITS[1]:
            self("glActiveTexture", UNITS[0] + unit)
            state[f"unit {unit}"] = self.integers(0x8069, 1), self.integers(0x8919, 1)
        self("glActiveTexture", active)
        return state

    def make_wild(self, context: moderngl.Context) -> None:
        """Set about everything to what would spoil a full-screen triangle."""
        textures = [context.texture((2, 2), 4) for _ in UNITS[1]]
        for code in SWITCHES.values():
            self("glEnable", code)
        self("glPolygonMode", 0x0408, 0x1B01)  # lines
        self("glStencilFunc", 0x0200, 1, 0xFF)  # never
        self("glDepthFunc", 0x0200)
        self("glLogicOp", 0x150A)  # inverted
        self("glBlendFunc", 0, 0)
        self("glDepthMask", 0)
        self("glColorMask", 1, 0, 0, 1)
        self("glViewport", 3, 4, 5, 6)
        self("glScissor", 1, 2, 3, 4)
        for code, value in ((0x0CF5, 8), (0x0CF2, 77), (0x0CF3, 3), (0x0CF4, 2), (0x0CF0, 1)):
            self("glPixelStorei", code, value)
        self("glBindBuffer", 0x88EC, context.buffer(reserve=64).glo)
        self("glBindBuffer", 0x8892, context.buffer(reserve=64).glo)
        sampler = context.sampler()
        for unit, texture in zip(UNITS[1], textures, strict=True):
            self("glActiveTexture", UNITS[0] + unit)
            self("glBindTexture", 0x0DE1, texture.glo)
            sampler.use(unit)
        self("glActiveTexture", UNITS[0] + 2)

    def make_tame(self) -> None:
        for code in SWITCHES.values():
            self("glDisable", code)
        self("glPolygonMode", 0x0408, 0x1B02)
        self("glColorMask", 1, 1, 1, 1)
        self("glDepthMask", 1)
        self("glBindBuffer", 0x88EC, 0)
        for code, value in ((0x0CF5, 4), (0x0CF2, 0), (0x0CF3, 0), (0x0CF4, 0), (0x0CF0, 0)):
            self("glPixelStorei", code, value)
        for unit in UNITS[1]:
            self("glBindSampler", unit, 0)


@pytest.mark.parametrize("many", [False, True], ids=["no table", "with a table"])
def test_the_callers_state_is_kept_whatever_it_is(own, many):
    scene = a_scene()
    if many:
        places = np.random.default_rng(3).uniform(-0.9, 0.9, (400, 2))
        dots = [circle(0.02).translate(float(x), float(y)) for x, y in places]
        scene.fill(union(*dots), "lime")

    def work(context):
        gl = Gl()
        vertex = "#version 330\nvoid main() { gl_Position = vec4(0); }"
        program = context.program(vertex, "#version 330\nout vec4 c; void main() { c = vec4(1); }")
        theirs = blank(context, (16, 16))
        target = blank(context, (64, 64))
        context.vertex_array(program, []).render(vertices=3)
        theirs.use()
        gl.make_wild(context)
        before = gl.snapshot()
        assert before["BLEND"], "the state is really set"
        assert gl("glGetError") == 0
        with Renderer(context) as renderer:
            for _ in range(2):
                renderer.draw(scene, target)
                assert gl.snapshot() == before
                assert context.fbo is theirs
                assert gl("glGetError") == 0
            with pytest.raises(SceneError):
                renderer.draw(scene, target, seconds=float("nan"))
            assert gl.snapshot() == before
        gl.make_tame()
        return read(target)

    assert np.array_equal(own(work), render(scene, (64, 64)))


def test_an_srgb_texture_is_not_encoded_twice(own):
    def work(context):
        srgb8_alpha8 = 0x8C43
        framebuffer = blank(context, (16, 16), internal_format=srgb8_alpha8)
        context.enable_direct(0x8DB9)  # FRAMEBUFFER_SRGB
        with Renderer(context) as renderer:
            renderer.draw(a_scene(), framebuffer)
        context.disable_direct(0x8DB9)
        return read(framebuffer)

    assert np.array_equal(own(work), render(a_scene(), (16, 16)))


def test_drawing_again_compiles_nothing_and_release_frees_the_programs(own, way):
    def work(context):
        gl = Gl()
        made = lambda: [i for i in range(1, 500) if gl("glIsProgram", i) & 0xFF]  # noqa: E731
        before = made()
        framebuffer = blank(context, (8, 8))
        renderer = Renderer(context)
        renderer.draw(a_scene(), framebuffer)
        during = made()
        renderer.draw(a_scene(), framebuffer, seconds=1, view=View(height=1))
        assert made() == during
        renderer.release()
        renderer.release()
        with pytest.raises(DeviceError, match=r"Renderer\.draw: the renderer was released"):
            renderer.draw(a_scene(), framebuffer)
        return before, during, made(), context.error

    before, during, after, error = own(work)
    assert len(during) == len(before) + (1 if way == "whole" else 3)
    assert after == before
    assert error == "GL_NO_ERROR"


def test_wrong_arguments(own):
    def work(context):
        framebuffer = blank(context, (8, 8))
        with Renderer(context) as renderer:
            draw: Any = renderer.draw
            make: Any = Renderer
            for wrong, sentence in [
                (lambda: draw(3, framebuffer), r"Renderer\.draw: expected a Scene, got 3"),
                (lambda: draw(a_scene(), None), "must be a moderngl.Framebuffer"),
                (lambda: draw(a_scene(), framebuffer, mouse=0), "mouse=0 must be two"),
                (lambda: draw(a_scene(), framebuffer, antialias=""), "must be one of"),
                (lambda: draw(a_scene(), framebuffer, view=2), "must be a View"),
                (lambda: make("context"), "must be a moderngl.Context"),
            ]:
                with pytest.raises(SceneError, match=sentence):
                    wrong()

    own(work)


def test_a_framebuffer_of_another_context_is_refused(own):
    def other(context):
        return blank(context, (8, 8))

    foreign = own(other)
    with ThreadPoolExecutor(1) as thread:

        def work():
            context = new_context()
            with Renderer(context) as renderer, pytest.raises(SceneError, match="another context"):
                renderer.draw(a_scene(), foreign)
            context.release()

        thread.submit(work).result()


def test_without_a_context_one_sentence_says_so():
    with ThreadPoolExecutor(1) as thread:  # in which none is current

        def work():
            store = moderngl._store  # type: ignore[attr-defined]
            store.default_context = None
            with pytest.raises(DeviceError, match="Renderer: no OpenGL context is current"):
                Renderer()

        thread.submit(work).result()
