"""Renderer: a scene inside somebody else's moderngl program, which must not notice."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import moderngl
import numpy as np
import pytest
from expressions import random_text
from gl import Gl, blank, check_that_it_keeps, new_context, read

from jetfield.render import DeviceError, Renderer, SceneError, frame, regions, render
from jetfield.scenes import Scene, View, circle, slider, union
from jetfield.scenes.vm import scene_of


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


def test_a_deep_graph_is_drawn_without_a_shader(own, monkeypatch):
    """As ``render`` draws it; and it is worked out again only where something has changed."""
    scene, drawn = scene_of(random_text(1500, 1), "deep.vm"), []
    draw = regions.draw
    monkeypatch.setattr(regions, "draw", lambda *args: drawn.append(args) or draw(*args))

    def work(context):
        framebuffer = blank(context, (120, 90))
        framebuffer.viewport = 20, 10, 80, 60
        pictures = []
        with Renderer(context) as renderer:
            for view in (None, None, View(height=1)):
                renderer.draw(scene, framebuffer, antialias="none", view=view)
                pictures.append(read(framebuffer))
            assert renderer._painter.programs.compiled == 0
            check_that_it_keeps(context, lambda: renderer.draw(scene, framebuffer))
        return pictures, context.error

    (first, again, near), error = own(work)
    assert error == "GL_NO_ERROR"
    assert len(drawn) == 3
    assert np.array_equal(first, again)
    for found, view in ((first, None), (near, View(height=1))):
        expected = render(scene, (80, 60), antialias="none", view=view, device="numpy")
        assert np.array_equal(found[20:80, 20:100], expected)


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
