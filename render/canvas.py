"""The picture that a window shows: a texture that brushes lay pixels into and the window reads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import moderngl

from ..shaders.color import on_gray
from ..shaders.glsl.program import Program
from . import gl

if TYPE_CHECKING:
    from ..shaders.picture import Frame
    from .brush import Order

__all__ = ["Canvas", "placed"]

Box = tuple[int, int, int, int]
"""Left, bottom, width, height, in pixels."""

FRAGMENT: Final = """#version 330 core
uniform sampler2D picture;  // encoded, with straight alpha
uniform float checker;      // a square's side, in pixels
in vec2 at;
out vec4 fragment;
{functions}
void main() {{
    vec4 color = texture(picture, at);
    ivec2 square = ivec2(gl_FragCoord.xy / checker);
    float gray = ((square.x + square.y) & 1) == 0 ? 0.55 : 0.45;
    fragment = vec4(color.a == 1.0 ? color.rgb : {on_gray}(color, gray), 1.0);
}}
"""
SQUARE: Final = 8
"""The side of a square of the board under what is transparent, on a screen of scale 1."""


class Canvas:
    """Holds the picture of one order, at first none.

    Made and shown in the window's own thread and context; ``lay`` is for brushes, in contexts that
    share its textures.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._texture = context.texture((1, 1), 4)  # brushes give it the size of what they lay
        self._size = 1, 1
        program = Program(taken=("picture", "checker", "at", "fragment"))
        name = program.add(on_gray())
        fragment = FRAGMENT.format(functions=program.text, on_gray=name)
        self._program = context.program(gl.QUAD, fragment)
        self._array = context.vertex_array(self._program, [], mode=moderngl.TRIANGLE_STRIP)
        self._lock = threading.Lock()
        self._on_screen = threading.Condition()
        self._showing = self._seen = 0
        self.order: Order | None = None
        """What it holds, perhaps not yet all as fine as it will be."""

    def holds(self, order: Order) -> bool:
        """Whether it holds the picture of this order, or of a later one."""
        return self.order is not None and self.order.serial >= order.serial

    def lay(self, context: moderngl.Context, order: Order, box: Box) -> bool:
        """Copy a box from the framebuffer in use, in the brush's context.

        A box that is not the whole goes over a picture of the same order. False if the canvas
        holds another one that it may not be laid on.
        """
        call = gl.calls(context)
        size = order.frame.size
        whole = box == (0, 0, *size)
        with self._lock:
            held = -1 if self.order is None else self.order.serial
            if order.serial < held or (not whole and order.serial != held):
                return False
            call.glActiveTexture(gl.TEXTURE0 + context.default_texture_unit)
            call.glBindTexture(gl.TEXTURE_2D, self._texture.glo)
            if self._size != size:
                kind = gl.RGBA, gl.UNSIGNED_BYTE
                call.glTexImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, *size, 0, *kind, None)
                self._size = size
            left, bottom, width, height = box
            call.glCopyTexSubImage2D(gl.TEXTURE_2D, 0, left, bottom, left, bottom, width, height)
            call.glFinish()  # it is there before the lock goes
            self.order = order
        return True

    def show(self, frame: Frame, scale: float) -> None:
        """Draw what it holds over the whole window, moved to where it lies in this frame.

        A view that has changed is followed at once, before anything is drawn anew.
        """
        self._context.screen.use()
        self._context.screen.viewport = 0, 0, *frame.size
        self._context.disable(moderngl.BLEND)
        self._context.clear(0.1, 0.1, 0.11, 1.0)
        with self._lock:
            if self.order is None:
                return
            self._showing = self.order.serial
            place = placed(self.order.frame, frame)
            exact = place == (-1.0, -1.0, 1.0, 1.0) and self._size == frame.size
            kind = moderngl.NEAREST if exact else moderngl.LINEAR
            self._texture.filter = kind, kind
            self._texture.repeat_x = self._texture.repeat_y = False
            self._texture.use(0)
            self._program["picture"] = 0
            self._program["place"] = place
            self._program["checker"] = SQUARE * scale
            self._array.render(vertices=4)
            self._context.finish()

    def presented(self) -> None:
        """What was shown last is on the screen."""
        with self._on_screen:
            self._seen = self._showing
            self._on_screen.notify_all()

    def await_draft(self, order: Order, seconds: float) -> None:
        """Wait until some picture of an order is on the screen, at most so long.

        Software rasterizers draw one thing after another: what is to be seen soon has to come
        before what takes long.
        """
        with self._on_screen:
            self._on_screen.wait_for(lambda: self._seen >= order.serial, seconds)

    def release(self) -> None:
        """Free what was made in the window's context."""
        for thing in (self._array, self._program, self._texture):
            thing.release()


def placed(held: Frame, frame: Frame) -> tuple[float, float, float, float]:
    """Where a picture lies in another frame: left, bottom, right, top, the frame from -1 to 1."""
    if held.view == frame.view and held.size == frame.size:
        return -1.0, -1.0, 1.0, 1.0
    sides = (*frame.pixel_of(held.at(0, 0)), *frame.pixel_of(held.at(*held.size)))
    left, bottom, right, top = (
        2 * side / extent - 1 for side, extent in zip(sides, 2 * frame.size, strict=True)
    )
    return left, bottom, right, top
