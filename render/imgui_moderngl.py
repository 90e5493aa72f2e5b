"""What Dear ImGui has laid out, drawn with moderngl alone."""

from __future__ import annotations

import ctypes
from typing import Any, Final

import moderngl
import numpy as np

from .state import aimed, clip, kept

__all__ = ["ImGuiRenderer"]

VERTEX: Final = """#version 330 core
uniform vec2 size;
in vec2 point, place;
in vec4 tint;
out vec2 at;
out vec4 shade;
void main() {
    at = place;
    shade = tint;
    gl_Position = vec4(2.0 * point.x / size.x - 1.0, 1.0 - 2.0 * point.y / size.y, 0.0, 1.0);
}
"""
FRAGMENT: Final = """#version 330 core
uniform sampler2D image;
in vec2 at;
in vec4 shade;
out vec4 color;
void main() { color = shade * texture(image, at); }
"""
LEAST: Final = 1 << 16
"""Bytes that a buffer has from the start; it doubles when it has to grow."""


class ImGuiRenderer:
    """Draws the ImGui context that is current, and keeps the textures that it asks for.

    ``imgui`` is the module of imgui-bundle. Only for the thread in which the OpenGL context is
    current.
    """

    def __init__(self, context: moderngl.Context, imgui: Any) -> None:
        self._imgui = imgui
        imgui.get_io().backend_flags |= imgui.BackendFlags_.renderer_has_textures
        self._context = context
        self._program = context.program(VERTEX, FRAGMENT)
        self._textures: dict[int, moderngl.Texture] = {}
        self._reserve(LEAST, LEAST)

    def draw(self, data: Any) -> None:
        """Draw ``imgui.get_draw_data()`` over the framebuffer in use, as large as its display.

        OpenGL's state is afterwards as before.
        """
        width, height = (round(x) for x in data.display_size)
        with kept(self._context, units=1):
            for texture in self._imgui.get_platform_io().textures:
                self._update(texture)
            with aimed(self._context.fbo, (0, 0, width, height)):
                self._context.enable(moderngl.BLEND)
                self._context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
                self._program["size"] = width, height
                self._program["image"] = 0
                for commands in data.cmd_lists:
                    self._write(
                        _bytes(commands.vtx_buffer, self._imgui.VERTEX_SIZE),
                        _bytes(commands.idx_buffer, self._imgui.INDEX_SIZE),
                    )
                    for command in commands.cmd_buffer:
                        left, top, right, bottom = (round(x) for x in command.clip_rect)
                        if right <= left or bottom <= top:
                            continue
                        clip(self._context, (left, height - bottom, right - left, bottom - top))
                        self._textures[command.tex_ref.get_tex_id()].use(0)
                        self._array.render(vertices=command.elem_count, first=command.idx_offset)

    def release(self) -> None:
        """Free what was made in the OpenGL context, which must be current."""
        for texture in self._imgui.get_platform_io().textures:
            if texture.get_tex_id() in self._textures:
                texture.set_tex_id(0)
                texture.set_status(self._imgui.ImTextureStatus.destroyed)
        for held in self._textures.values():
            held.release()
        self._textures.clear()
        self._free()
        self._program.release()

    def _update(self, texture: Any) -> None:
        """Do what ImGui asks for one of its textures: make it, write parts of it, or drop it."""
        status = self._imgui.ImTextureStatus
        size = texture.width, texture.height
        if texture.status == status.want_destroy:
            self._textures.pop(texture.get_tex_id()).release()
            texture.set_tex_id(0)
            texture.set_status(status.destroyed)
        elif texture.status in (status.want_create, status.want_updates):
            pixels = np.asarray(texture.get_pixels_array()).reshape(*size[::-1], -1)
            if texture.status == status.want_create:
                made = self._context.texture(size, pixels.shape[-1], pixels.tobytes())
                self._textures[made.glo] = made
                texture.set_tex_id(made.glo)
            for part in texture.updates if texture.status == status.want_updates else ():
                rows = pixels[part.y : part.y + part.h, part.x : part.x + part.w]
                held = self._textures[texture.get_tex_id()]
                held.write(rows.tobytes(), (part.x, part.y, part.w, part.h), alignment=1)
            texture.set_status(status.ok)

    def _write(self, vertices: bytes, indices: bytes) -> None:
        """Fill the buffers; they grow if they must."""
        contents = vertices, indices
        if any(b.size < len(c) for b, c in zip(self._buffers, contents, strict=True)):
            self._free()
            self._reserve(*(2 * max(LEAST, len(c)) for c in contents))
        for buffer, content in zip(self._buffers, contents, strict=True):
            buffer.orphan()
            buffer.write(content)

    def _reserve(self, *sizes: int) -> None:
        self._buffers = [self._context.buffer(reserve=n, dynamic=True) for n in sizes]
        vertices, indices = self._buffers
        self._array = self._context.vertex_array(
            self._program, [(vertices, "2f 2f 4f1", "point", "place", "tint")],
            index_buffer=indices, index_element_size=self._imgui.INDEX_SIZE,
        )  # fmt: skip

    def _free(self) -> None:
        self._array.release()
        for buffer in self._buffers:
            buffer.release()


def _bytes(buffer: Any, size: int) -> bytes:
    """A buffer of ImGui's, each of whose items has this size."""
    return ctypes.string_at(buffer.data_address(), buffer.size() * size) if buffer.size() else b""
