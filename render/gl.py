"""OpenGL itself: what moderngl does not offer of it, and what several programs here begin with."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

import moderngl

# Switches
BLEND: Final = 0x0BE2
CLIP_DISTANCE0: Final = 0x3000
COLOR_LOGIC_OP: Final = 0x0BF2
CULL_FACE: Final = 0x0B44
DEPTH_TEST: Final = 0x0B71
DITHER: Final = 0x0BD0
FRAMEBUFFER_SRGB: Final = 0x8DB9
PROGRAM_POINT_SIZE: Final = 0x8642
RASTERIZER_DISCARD: Final = 0x8C89
SAMPLE_ALPHA_TO_COVERAGE: Final = 0x809E
SAMPLE_COVERAGE: Final = 0x80A0
SAMPLE_MASK: Final = 0x8E51
SCISSOR_TEST: Final = 0x0C11
STENCIL_TEST: Final = 0x0B90
# What glGet knows
ACTIVE_TEXTURE: Final = 0x84E0
ARRAY_BUFFER_BINDING: Final = 0x8894
BLEND_DST_ALPHA: Final = 0x80CA
BLEND_DST_RGB: Final = 0x80C8
BLEND_EQUATION_ALPHA: Final = 0x883D
BLEND_EQUATION_RGB: Final = 0x8009
BLEND_SRC_ALPHA: Final = 0x80CB
BLEND_SRC_RGB: Final = 0x80C9
COLOR_WRITEMASK: Final = 0x0C23
CURRENT_PROGRAM: Final = 0x8B8D
DEPTH_WRITEMASK: Final = 0x0B72
DRAW_FRAMEBUFFER_BINDING: Final = 0x8CA6
PIXEL_UNPACK_BUFFER_BINDING: Final = 0x88EF
POINT_SIZE_RANGE: Final = 0x0B12
POLYGON_MODE: Final = 0x0B40
READ_FRAMEBUFFER_BINDING: Final = 0x8CAA
SAMPLER_BINDING: Final = 0x8919
SCISSOR_BOX: Final = 0x0C10
SHADING_LANGUAGE_VERSION: Final = 0x8B8C
TEXTURE_BINDING_2D: Final = 0x8069
VERTEX_ARRAY_BINDING: Final = 0x85B5
VIEWPORT: Final = 0x0BA2
# How texture data lies in memory
UNPACK_SWAP_BYTES, UNPACK_LSB_FIRST, UNPACK_ROW_LENGTH = 0x0CF0, 0x0CF1, 0x0CF2
UNPACK_SKIP_ROWS, UNPACK_SKIP_PIXELS, UNPACK_ALIGNMENT = 0x0CF3, 0x0CF4, 0x0CF5
# What functions take
ARRAY_BUFFER: Final = 0x8892
COLOR: Final = 0x1800
DRAW_FRAMEBUFFER: Final = 0x8CA9
FILL: Final = 0x1B02
FRONT_AND_BACK: Final = 0x0408
FUNC_ADD: Final = 0x8006
PIXEL_UNPACK_BUFFER: Final = 0x88EC
READ_FRAMEBUFFER: Final = 0x8CA8
RGBA: Final = 0x1908
RGBA8: Final = 0x8058
TEXTURE0: Final = 0x84C0
TEXTURE_2D: Final = 0x0DE1
UNSIGNED_BYTE: Final = 0x1401

QUAD: Final = """#version 330 core
uniform vec4 place;  // left, bottom, right, top, from -1 to 1 across the framebuffer
out vec2 at;
void main() {
    at = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(mix(place.xy, place.zw, at), 0.0, 1.0);
}
"""
"""A vertex shader: the four corners of a strip, that needs no buffer."""

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
        self.glGetBooleani_v(COLOR_WRITEMASK, buffer, self._masks)
        return self._masks[:]

    def clear(self, color: tuple[float, ...]) -> None:
        """Write a color to the first draw buffer, within the scissor box."""
        self.glClearBufferfv(COLOR, 0, (ctypes.c_float * 4)(*color))

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
