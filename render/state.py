"""What a drawing changes in somebody else's OpenGL context, put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import moderngl

from . import gl

# Switches that change what a full-screen triangle writes; FRAMEBUFFER_SRGB would encode once more.
_SWITCHES: Final = (
    gl.BLEND, gl.COLOR_LOGIC_OP, gl.CULL_FACE, gl.DEPTH_TEST, gl.DITHER, gl.FRAMEBUFFER_SRGB,
    gl.PROGRAM_POINT_SIZE, gl.RASTERIZER_DISCARD, gl.SAMPLE_ALPHA_TO_COVERAGE, gl.SAMPLE_COVERAGE,
    gl.SAMPLE_MASK, gl.SCISSOR_TEST, gl.STENCIL_TEST,
    *range(gl.CLIP_DISTANCE0, gl.CLIP_DISTANCE0 + 8),
)  # fmt: skip
# How glBind* names a target, and what glGet calls the object that is bound to it.
_FRAMEBUFFERS: Final = (
    (gl.DRAW_FRAMEBUFFER, gl.DRAW_FRAMEBUFFER_BINDING),
    (gl.READ_FRAMEBUFFER, gl.READ_FRAMEBUFFER_BINDING),
)
_BUFFERS: Final = (  # where texture data is taken from, and vertices are written to
    (gl.PIXEL_UNPACK_BUFFER, gl.PIXEL_UNPACK_BUFFER_BINDING),
    (gl.ARRAY_BUFFER, gl.ARRAY_BUFFER_BINDING),
)
_DRAW_BUFFERS: Final = 8  # as many as OpenGL 3.3 promises
_EQUATIONS: Final = gl.BLEND_EQUATION_RGB, gl.BLEND_EQUATION_ALPHA
_FACTORS: Final = gl.BLEND_SRC_RGB, gl.BLEND_DST_RGB, gl.BLEND_SRC_ALPHA, gl.BLEND_DST_ALPHA
_UNPACK: Final = {  # as moderngl expects it
    gl.UNPACK_SWAP_BYTES: 0, gl.UNPACK_LSB_FIRST: 0, gl.UNPACK_ROW_LENGTH: 0,
    gl.UNPACK_SKIP_ROWS: 0, gl.UNPACK_SKIP_PIXELS: 0, gl.UNPACK_ALIGNMENT: 4,
}  # fmt: skip

Box = tuple[int, int, int, int]
"""Left, bottom, width, height, in pixels."""


@contextmanager
def kept(context: moderngl.Context, units: int) -> Iterator[None]:
    """Neutral OpenGL state within, the caller's again after.

    Covers what drawing a full-screen triangle with ``units`` textures depends on or changes, also
    where the caller set it without moderngl. The context must be current.
    """
    call = gl.calls(context)
    get, whether = call.integer, call.glIsEnabled
    numbers = [*range(units), context.default_texture_unit]  # moderngl makes textures on the last
    framebuffer = context.fbo
    on = [code for code in _SWITCHES if whether(code)]
    framebuffers = [(target, get(query)) for target, query in _FRAMEBUFFERS]
    buffers = [(target, get(query)) for target, query in _BUFFERS]
    program, array = get(gl.CURRENT_PROGRAM), get(gl.VERTEX_ARRAY_BINDING)
    viewport, scissor = call.integers(gl.VIEWPORT), call.integers(gl.SCISSOR_BOX)
    masks = [(buffer, *call.color_mask(buffer)) for buffer in range(_DRAW_BUFFERS)]
    depth_mask = get(gl.DEPTH_WRITEMASK)
    polygons = get(gl.POLYGON_MODE)
    equations, factors = ([get(query) for query in part] for part in (_EQUATIONS, _FACTORS))
    unpack = [(name, value, get(name)) for name, value in _UNPACK.items()]
    active = get(gl.ACTIVE_TEXTURE)
    textures = []
    for unit in numbers:
        call.glActiveTexture(gl.TEXTURE0 + unit)
        textures.append((unit, get(gl.TEXTURE_BINDING_2D), get(gl.SAMPLER_BINDING)))
        call.glBindSampler(unit, 0)

    for code in on:
        call.glDisable(code)
    call.glPolygonMode(gl.FRONT_AND_BACK, gl.FILL)
    call.glBlendEquationSeparate(gl.FUNC_ADD, gl.FUNC_ADD)
    for name, neutral, _ in unpack:
        call.glPixelStorei(name, neutral)
    for target, _ in buffers:
        call.glBindBuffer(target, 0)
    try:
        yield
    finally:
        for target, bound in framebuffers:
            call.glBindFramebuffer(target, bound)
        for target, bound in buffers:
            call.glBindBuffer(target, bound)
        call.glUseProgram(program)
        call.glBindVertexArray(array)
        call.glViewport(*viewport)
        call.glScissor(*scissor)
        for mask in masks:
            call.glColorMaski(*mask)
        call.glDepthMask(depth_mask)
        call.glPolygonMode(gl.FRONT_AND_BACK, polygons)
        call.glBlendEquationSeparate(*equations)
        call.glBlendFuncSeparate(*factors)
        for name, _, value in unpack:
            call.glPixelStorei(name, value)
        for unit, bound, sampler in textures:
            call.glActiveTexture(gl.TEXTURE0 + unit)
            call.glBindTexture(gl.TEXTURE_2D, bound)
            call.glBindSampler(unit, sampler)
        call.glActiveTexture(active)
        for code in _SWITCHES:
            call.glDisable(code)
        for code in on:
            call.glEnable(code)
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
    call = gl.calls(context)
    call.glEnable(gl.SCISSOR_TEST)
    call.glScissor(*box)
