"""What lies over the picture in a window: messages, help, errors, the probe, the panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..shaders.views import COMPARE, legend
from .frame import Painter
from .glyph import Glyph
from .keys import help_text
from .overlay import Corner, Note, Overlay
from .panel import Panel, how_to_get
from .probe_text import about, of_layer

if TYPE_CHECKING:
    import moderngl

    from .brush import Brush
    from .live import Live
    from .probe import Probe

__all__ = ["Hud"]

MOST = 16
"""Drawings after which the panel has answered all events."""


class Hud:
    """Draws in the window's context, and takes the events that are meant for the panel.

    ``restless`` is true while something in it still moves by itself. ``help``, ``timed``,
    ``probing`` and ``paneled`` say what is shown.
    """

    def __init__(
        self,
        context: moderngl.Context,
        copy: Callable[[str], Any],
        paste: Callable[[], str],
    ) -> None:
        self._context, self._copy, self._paste = context, copy, paste
        self._overlay = Overlay(context)
        self._panel: Panel | None = None
        self._painter: Painter | None = None
        self._frames = 0
        self._mouse = 0.0, 0.0
        self.probed: Probe | None = None
        self.help, self.timed, self.probing, self.paneled = False, True, False, False

    @property
    def restless(self) -> bool:
        """Whether the panel has not settled after the last event."""
        return self._frames > 0

    def draw(
        self,
        live: Live,
        brushes: Sequence[Brush],
        message: str,
        size: tuple[int, int],
        scale: float,
    ) -> dict[str, Any]:
        """Draw over the framebuffer in use; the values that the panel changed."""
        if self.probing and self.probed is not None:
            self._painter = self._painter or Painter(self._context)
            Glyph(self._painter).draw(self.probed, live.frame(), scale)
        self._overlay.draw(size, scale, self._notes(live, brushes, message))
        self._frames = max(self._frames - 1, 0)
        if self._panel is None or not self.paneled or live.version is None:
            return {}
        return self._panel.draw(size, scale, live.version.parameters, live.values)

    def release(self) -> None:
        """Free what was made in the context."""
        self._overlay.release()
        if self._painter is not None:
            self._painter.release()
        if self._panel is not None:
            self._panel.release()

    def status(self) -> dict[str, Any]:
        """What is shown over the picture, for a log."""
        found = self.probed if self.probing else None
        return {
            "help": self.help,
            "timed": self.timed,
            "probed": found and about(found),
            "panel": self.paneled,
        }

    def toggle_panel(self, live: Live) -> str:
        """Show the panel, or hide it; what there is to say about that."""
        if (missing := how_to_get()) is not None:
            return missing
        if self._panel is None:
            self._panel = Panel(self._context, self._copy, self._paste)
        self.paneled = not self.paneled
        self._frames = MOST  # it takes some to find its size
        empty = self.paneled and live.version is not None and not live.version.parameters
        return "the scene has no sliders, toggles or colors" if empty else ""

    # Events: each says whether it was the panel's

    def on_key(self, code: int, down: bool, mods: int) -> bool:
        """A key went down or up."""
        if self._panel is None or not self.paneled:
            return False
        self._panel.key(code, down, mods)
        self._stir()
        return self._panel.wants_keyboard

    def on_text(self, text: str) -> bool:
        """Characters were typed."""
        if self._panel is None or not self.paneled:
            return False
        self._panel.text(text)
        self._stir()
        return True

    def on_move(self, place: tuple[float, float]) -> bool:
        """The mouse is here."""
        self._mouse = place
        if self._panel is None or not self.paneled:
            return False
        self._panel.mouse_position(*place)
        self._stir()
        return True

    def on_button(self, button: int, down: bool) -> bool:
        """A button of the mouse went down or up."""
        if self._panel is None or not self.paneled:
            return False
        self._panel.mouse_button(button, down)
        self._stir()
        return self._panel.wants_mouse or self._panel.covers(*self._mouse)

    def on_wheel(self, dx: float, dy: float) -> bool:
        """The wheel turned."""
        if self._panel is None or not self.paneled or not self._panel.wants_mouse:
            return False
        self._panel.wheel(dx, dy)
        self._stir()
        return True

    def _stir(self) -> None:
        """ImGui takes one event in each drawing, and answers in the next."""
        self._frames = min(self._frames + 2, MOST)

    def _away(self, live: Live) -> Corner:
        """The corner for a long note that leaves free what is about the mouse, and the panel."""
        if live.mouse[0] > live.seen.center[0]:
            return "top left"
        return "bottom right" if self.paneled else "top right"

    def _notes(self, live: Live, brushes: Sequence[Brush], message: str) -> list[Note]:
        notes = []
        if live.trouble is not None:
            notes.append(Note(str(live.trouble), "top left", "error"))
        if self.probing and self.probed is not None:
            found = self.probed
            lines = [] if found.focus is None else of_layer(found, found.focus)
            notes.append(Note("\n".join((about(found), *lines)), self._away(live)))
        if message:
            notes.append(Note(message, "bottom"))
        if self.help:
            notes.append(Note(help_text(), "middle"))
        if live.shown != "picture":
            notes.append(Note(_legend(live), "bottom right", "quiet"))
        if self.timed:
            notes.append(Note(_status(live, brushes), "bottom left", "quiet"))
        return notes


def _legend(live: Live) -> str:
    """What the view shows; one that is still to come does not claim to be there."""
    report = live.report
    if report is None or report.order.view != live.shown:
        return f"{live.shown} is on its way"
    if live.shown == COMPARE and report.quality != COMPARE:
        way = "Space stops the clock" if live.ticking else "it is on its way"
        return f"exact against fwidth is drawn once nothing moves; {way}"
    return legend(live.shown, report.order.frame)


def _status(live: Live, brushes: Sequence[Brush]) -> str:
    """The time of a frame, and of the clock."""
    report = live.report
    words = []
    if report is not None:
        order = report.order
        draft = len(brushes) > 1 and report.quality == brushes[0].quality
        name = "draft" if draft else report.quality
        name = name if order.view in ("picture", COMPARE) else order.view
        ms = 1e3 * report.seconds
        time = f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"
        words.append(f"{name} {time}" if report.done == 1 else f"{name} {report.done:.0%}")
    if compiling := [brush for brush in brushes if brush.compiling]:
        shown = compiling[0].quality if live.shown == "picture" else live.shown
        words.append(f"{shown} is being compiled")
    if live.version is not None and live.version.reads("seconds"):
        words.append(f"{live.seconds:.2f} s" + ("" if live.running else ", stopped"))
    return "   ".join(words) or "loading"
