"""Drawing a scene inside somebody else's moderngl program."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

import moderngl

from ..shaders.coverage import ANTIALIAS
from ..shaders.errors import DeviceError, SceneError
from ..shaders.glsl.passes import drawing
from . import arguments
from .frame import MOST_TEXTURES, Painter
from .offscreen import as_it_opens
from .state import kept

if TYPE_CHECKING:
    from ..shaders.picture import View


class Renderer:
    """Draws scenes into the framebuffers of a moderngl context.

        with Renderer() as renderer:
            renderer.draw(scene, context.screen, seconds=clock)

    Programs are kept from one drawing to the next; ``release`` frees them. Only for the thread in
    which the context is current.

    Args:
        context: the one to draw in; by default that which is current.

    Raises:
        DeviceError: none is current.
        SceneError: ``context`` is not a moderngl context.
    """

    def __init__(self, context: moderngl.Context | None = None) -> None:
        if context is None:
            try:
                context = moderngl.get_context()
            except Exception as error:  # moderngl raises plain ones here
                raise DeviceError(
                    f"Renderer: no OpenGL context is current ({error}); make one first, or pass it"
                ) from error
        if not isinstance(context, moderngl.Context):
            raise SceneError(f"Renderer: context={context!r} must be a moderngl.Context")
        self._painter: Painter | None = Painter(context)

    def draw(
        self,
        scene: Any,
        framebuffer: moderngl.Framebuffer,
        *,
        seconds: float = 0,
        parameters: Mapping[str, Any] | None = None,
        mouse: tuple[float, float] = (0, 0),
        antialias: str = "exact",
        view: View | None = None,
    ) -> None:
        """Draw a scene over a framebuffer's viewport, whose height is the view's.

        What is written is sRGB-encoded, with straight alpha, and replaces what was there. All
        state of the context that drawing touches is afterwards as it was before.

        Args:
            framebuffer: of this context. Its viewport, scissor and masks hold.
            seconds, parameters, mouse, antialias, view: as for ``render``.

        Raises:
            SceneError: an argument is wrong.
            ShaderError: the driver refuses the scene's GLSL.
            DeviceError: the renderer was released.
        """
        if self._painter is None:
            raise DeviceError("Renderer.draw: the renderer was released")
        if not isinstance(framebuffer, moderngl.Framebuffer):
            raise SceneError(
                f"Renderer.draw: framebuffer={framebuffer!r} must be a moderngl.Framebuffer"
            )
        if framebuffer.ctx is not self._painter.context:
            raise SceneError("Renderer.draw: the framebuffer belongs to another context")
        call = "Renderer.draw"
        picture = arguments.lowered(call, scene)
        arguments.choice(call, "antialias", antialias, ANTIALIAS)
        left, low, width, height = framebuffer.viewport
        if not width or not height:
            return  # a window that is minimized
        frame = arguments.framed(
            call,
            picture,
            (width, height),
            seconds=seconds,
            parameters=parameters,
            mouse=mouse,
            view=view,
        )
        plan = as_it_opens(picture, antialias)
        with kept(self._painter.context, units=MOST_TEXTURES):
            framebuffer.use()
            if plan:
                self._painter.paste(plan, frame, (-left, -low))
            else:
                self._painter.draw(drawing(picture, antialias, "srgb8"), frame, (-left, -low))

    def release(self) -> None:
        """Free what was made in the context, which must be current. More than once is harmless."""
        if self._painter is not None:
            self._painter.release()
            self._painter = None

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
