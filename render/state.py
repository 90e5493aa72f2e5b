"""What a drawing changes in somebody else's OpenGL context, put back."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

import moderngl

# Switches that change what a full-screen triangle writes; FRAMEBUFFER_SRGB would encode once more.
_SWITCHES: Final = {
    "BLEND": 0x0BE2,
    "COLOR_LOGIC_OP": 0x0BF2,
    "CULL_FACE": 0x0B44,
    "DEPTH_TEST": 0x0B71,
    "DITHER": 0x0BD0,
    "FRAMEBUFFER_SRGB": 0x8DB9,
    "PROGRAM_POINT_SIZE": 0x8642,
    "RASTERIZER_DISCARD": 0x8C89,
    "SAMPLE_ALPHA_TO_COVERAGE": 0x809E,
    "SAMPLE_COVERAGE": 0x80A0,
    "SAMPLE_MASK": 0x8E51,
    "SCISSOR_TEST": 0x0C11,
    "STENCIL_TEST": 0x0B90,
    **{f"CLIP_DISTANCE{i}": 0x3000 + i for i in range(8)},
}
# How glBind* names a target, and what glGet calls the object that is bound to it.
_FRAMEBUFFERS: Final = ((0x8CA9, 0x8CA6), (0x8CA8, 0x8CAA))  # to draw in, to read from
# PIXEL_UNPACK, where texture data is taken from, and ARRAY, where vertices are written to
_BUFFERS: Final = ((0x88EC, 0x88EF), (0x8892, 0x8894))
_TEXTURE_2D: Final = 0x0DE1
_TEXTURE_BINDING: Final = 0x8069
_SAMPLER_BINDING: Final = 0x8919
_ACTIVE_TEXTURE: Final = 0x84E0
_TEXTURE0: Final = 0x84C0
_PROGRAM: Final = 0x8B8D
_VERTEX_ARRAY: Final = 0x85B5
_VIEWPORT: Final = 0x0BA2
_SCISSOR_BOX: Final = 0x0C10
_COLOR_MASK: Final = 0x0C23
_COLOR: Final = 0x1800
_DEPTH_MASK: Final = 0x0B72
_DRAW_BUFFERS: Final = 8  # as many as OpenGL 3.3 promises
_POLYGON_MODE: Final = 0x0B40
_FRONT_AND_BACK: Final = 0x0408
_FILL: Final = 0x1B02
_ADD: Final = 0x8006
_BLENDING: Final = (0x8009, 0x883D), (0x80C9, 0x80C8, 0x80CB, 0x80CA)  # how light is mixed
# How texture data lies in memory: byte order, lengths, skips, alignment; as moderngl expects it.
_UNPACK: Final = {0x0CF0: 0, 0x0CF1: 0, 0x0CF2: 0, 0x0CF3: 0, 0x0CF4: 0, 0x0CF5: 4}

Box = tuple[int, int, int, int]
"""Left, bottom, width, height, in pixels."""

_INT, _UINT, _POINTER = ctypes.c_int, ctypes.c_uint, ctypes.c_void_p
_NUMBERS: Final = {
    "glActiveTexture": 1, "glBindBuffer": 2, "glBindFramebuffer": 2, "glBindSampler": 2,
    "glBindTexture": 2, "glBindVertexArray": 1, "glBlendEquationSeparate": 2,
    "glBlendFuncSeparate": 4, "glColorMaski": 5, "glCopyTexSubImage2D": 8, "glDepthMask": 1,
    "glDisable": 1, "glEnable": 1, "glFinish": 0, "glPixelStorei": 2, "glPolygonMode": 2,
    "glScissor": 4, "glUseProgram": 1, "glViewport": 4,
}  # fmt: skip
"""Functions that take so many whole numbers, and give nothing."""
_FUNCTIONS: Final[dict[str, tuple[Any, ...]]] = {
    **{name: (None, *[_UINT] * count) for name, count in _NUMBERS.items()},
    "glClearBufferfv": (None, _UINT, _INT, _POINTER),
    "glGetBooleani_v": (None, _UINT, _UINT, _POINTER),
    "glGetIntegerv": (None, _UINT, _POINTER),
    "glGetString": (ctypes.c_char_p, _UINT),
    "glIsEnabled": (ctypes.c_ubyte, _UINT),
    "glTexImage2D": (None, *[_UINT] * 8, _POINTER),
}
"""What each gives, then what it takes."""


@contextmanager
def kept(context: moderngl.Context, units: int) -> Iterator[None]:
    """Neutral OpenGL state within, the caller's again after.

    Covers what drawing a full-screen triangle with ``units`` textures depends on or changes, also
    where the caller set it without moderngl. The context must be current.
    """
    gl = calls(context)
    get, whether = gl.integer, gl.glIsEnabled
    numbers = [*range(units), context.default_texture_unit]  # moderngl makes textures on the last
    framebuffer = context.fbo
    on = [code for code in _SWITCHES.values() if whether(code)]
    framebuffers = [(target, get(query)) for target, query in _FRAMEBUFFERS]
    buffers = [(target, get(query)) for target, query in _BUFFERS]
    program, array = get(_PROGRAM), get(_VERTEX_ARRAY)
    viewport, scissor = gl.integers(_VIEWPORT), gl.integers(_SCISSOR_BOX)
    masks = [(buffer, *gl.color_mask(buffer)) for buffer in range(_DRAW_BUFFERS)]
    depth_mask = get(_DEPTH_MASK)
    polygons = get(_POLYGON_MODE)
    equations, factors = ([get(query) for query in part] for part in _BLENDING)
    unpack = [(name, value, get(name)) for name, value in _UNPACK.items()]
    active = get(_ACTIVE_TEXTURE)
    textures = []
    for unit in numbers:
        gl.glActiveTexture(_TEXTURE0 + unit)
        textures.append((unit, get(_TEXTURE_BINDING), get(_SAMPLER_BINDING)))
        gl.glBindSampler(unit, 0)

    for code in on:
        gl.glDisable(code)
    gl.glPolygonMode(_FRONT_AND_BACK, _FILL)
    gl.glBlendEquationSeparate(_ADD, _ADD)
    for name, neutral, _ in unpack:
        gl.glPixelStorei(name, neutral)
    for target, _ in buffers:
        gl.glBindBuffer(target, 0)
    try:
        yield
    finally:
        for target, bound in framebuffers:
            gl.glBindFramebuffer(target, bound)
        for target, bound in buffers:
            gl.glBindBuffer(target, bound)
        gl.glUseProgram(program)
        gl.glBindVertexArray(array)
        gl.glViewport(*viewport)
        gl.glScissor(*scissor)
        for mask in masks:
            gl.glColorMaski(*mask)
        gl.glDepthMask(depth_mask)
        gl.glPolygonMode(_FRONT_AND_BACK, polygons)
        gl.glBlendEquationSeparate(*equations)
        gl.glBlendFuncSeparate(*factors)
        for name, _, value in unpack:
            gl.glPixelStorei(name, value)
        for unit, bound, sampler in textures:
            gl.glActiveTexture(_TEXTURE0 + unit)
            gl.glBindTexture(_TEXTURE_2D, bound)
            gl.glBindSampler(unit, sampler)
        gl.glActiveTexture(active)
        for code in _SWITCHES.values():
            gl.glDisable(code)
        for code in on:
            gl.glEnable(code)
        if framebuffer is not None:  # what moderngl believes to be bound
            context.fbo = framebuffer
            context.mglo.fbo = framebuffer.mglo


@contextmanager
def aimed(framebuffer: moderngl.Framebuffer, viewport: Box) -> Iterator[None]:
    """The framebuffer in use with another viewport within, its own again after."""
    before = framebuffer.viewport
    framebuffer.viewport = viewport
    try:
        yield
    finally:
        framebuffer.viewport = before


def clip(context: moderngl.Context, box: Box) -> None:
    """From now on, write only within a box of the framebuffer in use, until ``kept`` ends."""
    gl = calls(context)
    gl.glEnable(_SWITCHES["SCISSOR_TEST"])
    gl.glScissor(*box)


class Calls:
    """OpenGL functions by name, found where moderngl itself finds them.

    A frame takes a hundred calls: each is an attribute from the first on, without a wrapper.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self._find: Callable[[str], int] = context.mglo._context.load_opengl_function
        self._four = (_INT * 4)()
        self._masks = (ctypes.c_ubyte * 4)()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in _FUNCTIONS:
            raise AttributeError(name)
        found: Callable[..., Any] = ctypes.CFUNCTYPE(*_FUNCTIONS[name])(self._find(name))
        setattr(self, name, found)
        return found

    def integer(self, code: int) -> int:
        """A number of the state."""
        self.glGetIntegerv(code, self._four)
        return self._four[0]

    def integers(self, code: int) -> list[int]:
        """The four numbers of a piece of state; those past its own mean nothing."""
        self.glGetIntegerv(code, self._four)
        return self._four[:]

    def color_mask(self, buffer: int) -> list[int]:
        """Which of red, green, blue, alpha are written to a draw buffer."""
        self.glGetBooleani_v(_COLOR_MASK, buffer, self._masks)
        return self._masks[:]

    def clear(self, color: tuple[float, ...]) -> None:
        """Write a color to the first draw buffer, within the scissor box."""
        self.glClearBufferfv(_COLOR, 0, (ctypes.c_float * 4)(*color))

    def text(self, code: int) -> str:
        """What the driver says of itself."""
        found = self.glGetString(code)
        return found.decode(errors="replace") if found else ""


_calls: WeakKeyDictionary[moderngl.Context, Calls] = WeakKeyDictionary()


def calls(context: moderngl.Context) -> Calls:
    """The functions of a context, found once."""
    if context not in _calls:
        _calls[context] = Calls(context)
    return _calls[context]
