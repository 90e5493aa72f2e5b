"""OpenGL for tests: contexts of their own, framebuffers, and all the state that there is."""

import ctypes
import ctypes.util
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import moderngl
import numpy as np
import pytest

Own = Callable[[Callable[[moderngl.Context], Any]], Any]


def new_context() -> Any:
    """A context made as other programs make theirs."""
    settings: Any = {"backend": "egl"}
    return moderngl.create_context(standalone=True, **settings)


def threads() -> Iterator[Own]:
    """Runs a function with a moderngl context of its own, in the thread where it is current."""
    with ThreadPoolExecutor(1) as thread:
        try:
            context = thread.submit(new_context).result()
        except Exception as error:  # moderngl's are plain
            pytest.skip(f"no OpenGL: {error}")
        yield lambda work: thread.submit(work, context).result()
        thread.submit(context.release).result()


def blank(context, size, **options) -> Any:
    return context.framebuffer([context.texture(size, 4, **options)])


def read(framebuffer: Any) -> Any:
    """A framebuffer's pixels, top row first."""
    width, height = framebuffer.size
    data = framebuffer.read((0, 0, width, height), components=4)
    return np.frombuffer(data, np.uint8).reshape(height, width, 4)[::-1]


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
    "BLEND_DST_RGB": (0x80C8, 1), "BLEND_EQUATION_RGB": (0x8009, 1),
    "BLEND_SRC_ALPHA": (0x80CB, 1), "BLEND_DST_ALPHA": (0x80CA, 1),
    "BLEND_EQUATION_ALPHA": (0x883D, 1), "LOGIC_OP_MODE": (0x0BF0, 1),
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


def check_that_it_keeps(context: Any, draw: Callable[[], Any]) -> None:
    """Draw over a framebuffer in use, in a wild state, and find all as it was."""
    gl = Gl()
    vertex = "#version 330\nvoid main() { gl_Position = vec4(0); }"
    program = context.program(vertex, "#version 330\nout vec4 c; void main() { c = vec4(1); }")
    target = blank(context, (300, 200))
    target.use()
    context.vertex_array(program, []).render(vertices=3)
    gl.make_wild(context)
    before = gl.snapshot()
    assert gl("glGetError") == 0
    try:
        for _ in range(2):
            draw()
            after = gl.snapshot()
            changed = {k: (before[k], v) for k, v in after.items() if v != before[k]}
            assert changed == {}, changed
            assert context.fbo is target
            assert target.viewport == (0, 0, 300, 200)
            assert gl("glGetError") == 0
    finally:
        gl.make_tame()
