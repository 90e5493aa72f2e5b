"""Listings compiled for one OpenGL context, and kept."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from ..shaders.errors import DeviceError, ShaderError

if TYPE_CHECKING:
    from ..shaders.glsl import Listing

Table = NDArray[np.float32]
Value = float | tuple[float, ...]

# How drivers write "line 12": Mesa 0:12(5), NVIDIA 0(12), Apple and Intel ERROR: 0:12.
_LINE: Final = re.compile(r"\b\d+(?::(\d+)|\((\d+)\))")


class Program:
    """One listing, compiled: what draws it over the whole viewport.

    Raises:
        ShaderError: the driver refuses the listing.
    """

    def __init__(self, context: moderngl.Context, listing: Listing) -> None:
        self._context = context
        try:
            self._program = context.program(listing.vertex, listing.fragment)
        except moderngl.Error as error:
            discard = getattr(context.mglo._context, "discard", None)
            if discard is not None:
                discard()
            raise _refused(listing, str(error)) from error
        self._array = context.vertex_array(self._program, [])
        self._tables: dict[str, tuple[Table, moderngl.Texture]] = {}
        self._values: dict[str, Value] = {}

    def draw(
        self, uniforms: Mapping[str, Value], tables: Mapping[str, Table], points: int = 0
    ) -> None:
        """Draw over the viewport of the framebuffer in use, or so many points.

        Args:
            uniforms: a value for each uniform. One that the driver found unused is skipped.
            tables: (rows, width, 4) float32 for each table, which the shader reads as a texture.
        """
        for name, value in uniforms.items():
            self._set(name, value)
        for unit, (name, table) in enumerate(tables.items()):
            if self._uniform(name) is not None:
                self._texture(name, table).use(unit)
                self._set(name, unit)
        if points:
            self._array.render(moderngl.POINTS, points)
        else:
            self._array.render(moderngl.TRIANGLES, 3)  # one, that covers it; corners by their ids

    def release(self) -> None:
        """Free the program and its tables."""
        for _, texture in self._tables.values():
            texture.release()
        self._tables.clear()
        self._array.release()
        self._program.release()

    def _set(self, name: str, value: Value) -> None:
        """Give a uniform its value, unless it has it: writing many takes as long as a pass."""
        if self._values.get(name) != value:
            self._values[name] = value
            if (uniform := self._uniform(name)) is not None:
                uniform.value = value

    def _uniform(self, name: str) -> Any:
        return self._program.get(name, None)

    def _texture(self, name: str, table: Table) -> moderngl.Texture:
        """The texture that holds this table; the last one is kept, and rewritten if it fits."""
        if name in self._tables:
            held, texture = self._tables[name]
            if held is table or np.array_equal(held, table):
                return texture
            if held.shape == table.shape:
                texture.write(np.ascontiguousarray(table))
                self._tables[name] = table, texture
                return texture
            texture.release()
            del self._tables[name]
        rows, width, _ = table.shape
        limit = self._context.info["GL_MAX_TEXTURE_SIZE"]
        if max(rows, width) > limit:
            raise DeviceError(
                f"a table of the scene is {width} x {rows} and this driver's textures end at "
                f'{limit} x {limit}: use fewer shapes in one list, or device="numpy"'
            )
        texture = self._context.texture((width, rows), 4, np.ascontiguousarray(table), dtype="f4")
        texture.filter = moderngl.NEAREST, moderngl.NEAREST
        texture.repeat_x = texture.repeat_y = False
        self._tables[name] = table, texture
        return texture


class Programs:
    """The programs of one context, by the text of their listings.

    The ``capacity`` programs used last are kept; the others are freed. For the context's thread.
    """

    def __init__(self, context: moderngl.Context, capacity: int = 64) -> None:
        self._context = context
        self._capacity = capacity
        self._kept: OrderedDict[tuple[str, str], Program] = OrderedDict()
        self.compiled = 0
        """How many listings were compiled so far: a second drawing of a scene adds none."""

    def get(self, listing: Listing) -> Program:
        """The program of a listing, compiled unless it is kept.

        Raises:
            ShaderError: the driver refuses the listing.
        """
        key = listing.vertex, listing.fragment
        if key not in self._kept:
            self._kept[key] = Program(self._context, listing)
            self.compiled += 1
            if len(self._kept) > self._capacity:
                _, oldest = self._kept.popitem(last=False)
                oldest.release()
        self._kept.move_to_end(key)
        return self._kept[key]

    def release(self) -> None:
        """Free every program."""
        for program in self._kept.values():
            program.release()
        self._kept.clear()


def _refused(listing: Listing, log: str) -> ShaderError:
    """The error for a listing that the driver refused: its first complaint and the scene's line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    complaint = next((line for line in lines if _LINE.search(line) or "error:" in line), lines[-1])
    found = _LINE.search(complaint)
    in_fragment = "vertex_shader" not in lines
    source = listing.source_of(int(found[1] or found[2])) if found and in_fragment else None
    where = f"{source}: " if source else ""
    text = f"{listing.vertex}\n{listing.fragment}"
    return ShaderError(f"{where}the driver refused the scene's GLSL: {complaint}", listing=text)


def free(target: moderngl.Framebuffer) -> None:
    """Free a framebuffer and what it draws into."""
    attachments = target.color_attachments
    target.release()
    for attachment in attachments:
        attachment.release()
