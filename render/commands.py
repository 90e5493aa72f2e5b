"""What the keys of the window do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import glfw

from ..shaders.glsl import listing
from . import glfw_window
from .saving import free_name, saved

if TYPE_CHECKING:
    from .brush import Brush
    from .frame import Painter
    from .hud import Hud
    from .live import Live

__all__ = ["Commands", "Copied"]

FRAME: Final = 1 / 30
"""Seconds of one step of the clock."""
LARGE: Final = 4
"""How many times as large as the window the large saved picture is."""


class Copied(NamedTuple):
    """A text for the clipboard, which only the main thread may write."""

    text: str


class Commands:
    """The keys' actions on one window.

    Args:
        window: GLFW's.
        fine: the brush that has time for what takes long.
        name: of the scene, for files.
        tell: brings a message, or what is to be copied, to the window, from any thread.
    """

    def __init__(
        self,
        window: Any,
        live: Live,
        hud: Hud,
        fine: Brush,
        name: str,
        antialias: str,
        tell: Callable[[str | Copied], None],
    ) -> None:
        self._window, self._live, self._hud, self._fine = window, live, hud, fine
        self._name, self._antialias, self._tell = name, antialias, tell
        self._before: tuple[int, int, int, int] | None = None  # the screen was filled

    def pause(self) -> None:
        """Stop the clock, or let it run."""
        self._live.pause()

    def step(self, seconds: float) -> None:
        """The clock on, or back."""
        self._live.step(seconds)

    def restart(self) -> None:
        """The clock to its beginning."""
        self._live.restart()

    def home(self) -> None:
        """The scene's own view."""
        self._live.home()

    def view(self, name: str) -> None:
        """One of VIEWS."""
        self._live.shown = name

    def probe(self) -> None:
        """The probe, or none."""
        self._hud.probing = not self._hud.probing

    def panel(self) -> None:
        """The panel, or none."""
        self._tell(self._hud.toggle_panel(self._live))

    def status(self) -> None:
        """The time of a frame, or nothing of it."""
        self._hud.timed = not self._hud.timed

    def help(self) -> None:
        """The keys, or none of them."""
        self._hud.help = not self._hud.help

    def quit(self) -> None:
        """The end."""
        glfw.set_window_should_close(self._window, True)

    def copy(self) -> None:
        """The scene's GLSL into the clipboard."""
        if (version := self._live.good) is None:
            return

        def job(painter: Painter) -> None:
            text = listing(version.picture, antialias=self._antialias).fragment
            self._tell(Copied(text))
            self._tell("the GLSL is in the clipboard")

        self._fine.run(job)

    def save(self, times: int = 1) -> None:
        """Draw what is seen again, so many times as large, by baked numbers, and write it."""
        live = self._live
        if (version := live.good) is None:
            return
        name = free_name(self._name)
        job = saved(
            version.picture, live.frame(), name, times,
            view=live.shown, split=live.split, antialias=self._antialias, say=self._tell,
        )  # fmt: skip
        self._tell(f"saving {name} ...")
        self._fine.run(job)

    def fullscreen(self) -> None:
        """The whole screen, or the place and size from before."""
        window = self._window
        place = (*glfw.get_window_pos(window), *glfw.get_window_size(window))
        if not glfw_window.fill_screen(window, self._before):
            self._tell("there is no screen to fill")
            return
        self._before = place if self._before is None else None
