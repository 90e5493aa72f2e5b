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
_BINDINGS: Final = {
    "glBindFramebuffer": [(0x8CA9, 0x8CA6), (0x8CA8, 0x8CAA)],  # to draw in, to read from
    # PIXEL_UNPACK, where texture data is taken from, and ARRAY, where vertices are written to
    "glBindBuffer": [(0x88EC, 0x88EF), (0x8892, 0x8894)],
}
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


@contextmanager
def kept(context: moderngl.Context, units: int) -> Iterator[None]:
    """Neutral OpenGL state within, the caller's again after.

    Covers what drawing a full-screen triangle with ``units`` textures depends on or changes, also
    where the caller set it without moderngl. The context must be current.
    """
    call = calls(context)
    numbers = [*range(units), context.default_texture_unit]  # moderngl makes textures on the last
    framebuffer = context.fbo
    switches = [(code, call.enabled(code)) for code in _SWITCHES.values()]
    bindings = [
        (bind, target, call.integers(query)[0])
        for bind, pairs in _BINDINGS.items()
        for target, query in pairs
    ]
    program, array = call.integers(_PROGRAM)[0], call.integers(_VERTEX_ARRAY)[0]
    viewport, scissor = call.integers(_VIEWPORT), call.integers(_SCISSOR_BOX)
    masks = [call.color_mask(buffer) for buffer in range(_DRAW_BUFFERS)]
    depth_mask = call.integers(_DEPTH_MASK)[0]
    polygons = call.integers(_POLYGON_MODE)[0]
    equations, factors = ([call.integers(query)[0] for query in part] for part in _BLENDING)
    unpack = [(name, call.integers(name)[0]) for name in _UNPACK]
    active = call.integers(_ACTIVE_TEXTURE)[0]
    textures = []
    for unit in numbers:
        call("glActiveTexture", _TEXTURE0 + unit)
        bound, sampler = call.integers(_TEXTURE_BINDING)[0], call.integers(_SAMPLER_BINDING)[0]
        textures.append((unit, bound, sampler))
        call("glBindSampler", unit, 0)

    for code in _SWITCHES.values():
        call("glDisable", code)
    call("glPolygonMode", _FRONT_AND_BACK, _FILL)
    call("glBlendEquationSeparate", _ADD, _ADD)
    for name, value in _UNPACK.items():
        call("glPixelStorei", name, value)
    for target, _ in _BINDINGS["glBindBuffer"]:
        call("glBindBuffer", target, 0)
    try:
        yield
    finally:
        for bind, target, bound in bindings:
            call(bind, target, bound)
        call("glUseProgram", program)
        call("glBindVertexArray", array)
        call("glViewport", *viewport)
        call("glScissor", *scissor)
        for buffer, mask in enumerate(masks):
            call("glColorMaski", buffer, *mask)
        call("glDepthMask", depth_mask)
        call("glPolygonMode", _FRONT_AND_BACK, polygons)
        call("glBlendEquationSeparate", *equations)
        call("glBlendFuncSeparate", *factors)
        for name, value in unpack:
            call("glPixelStorei", name, value)
        for unit, bound, sampler in textures:
            call("glActiveTexture", _TEXTURE0 + unit)
            call("glBindTexture", _TEXTURE_2D, bound)
            call("glBindSampler", unit, sampler)
        call("glActiveTexture", active)
        for code, enabled in switches:
            call("glEnable" if enabled else "glDisable", code)
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
    call = calls(context)
    call("glEnable", _SWITCHES["SCISSOR_TEST"])
    call("glScissor", *box)


class Calls:
    """OpenGL functions by name, found where moderngl itself finds them.

    Each name is called with so many arguments of one kind, always.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self._find: Callable[[str], int] = context.mglo._context.load_opengl_function
        self._found: dict[str, Callable[..., Any]] = {}

    def __call__(self, name: str, *arguments: int | None) -> None:
        found = self._found.get(name)
        if found is None:
            kinds = [_POINTER if argument is None else _UINT for argument in arguments]
            found = self._function(name, None, kinds)
        found(*arguments)

    def enabled(self, code: int) -> bool:
        """Whether a switch is on."""
        return bool(self._function("glIsEnabled", ctypes.c_ubyte, [_UINT])(code))

    def integers(self, code: int) -> list[int]:
        """The four numbers of a piece of state; those past its own are 0."""
        values = (_INT * 4)()
        self._function("glGetIntegerv", None, [_UINT, _POINTER])(code, values)
        return list(values)

    def color_mask(self, buffer: int) -> list[int]:
        """Which of red, green, blue, alpha are written to a draw buffer."""
        values = (ctypes.c_ubyte * 4)()
        arguments = _COLOR_MASK, buffer, values
        self._function("glGetBooleani_v", None, [_UINT, _UINT, _POINTER])(*arguments)
        return list(values)

    def clear(self, color: tuple[float, ...]) -> None:
        """Write a color to the first draw buffer, within the scissor box."""
        values = (ctypes.c_float * 4)(*color)
        self._function("glClearBufferfv", None, [_UINT, _INT, _POINTER])(_COLOR, 0, values)

    def text(self, code: int) -> str:
        """What the driver says of itself."""
        found = self._function("glGetString", ctypes.c_char_p, [_UINT])(code)
        return found.decode(errors="replace") if found else ""

    def _function(self, name: str, result: Any, arguments: list[Any]) -> Callable[..., Any]:
        if name not in self._found:
            self._found[name] = ctypes.CFUNCTYPE(result, *arguments)(self._find(name))
        return self._found[name]


_calls: WeakKeyDictionary[moderngl.Context, Calls] = WeakKeyDictionary()


def calls(context: moderngl.Context) -> Calls:
    """The functions of a context, found once."""
    if context not in _calls:
        _calls[context] = Calls(context)
    return _calls[context]
