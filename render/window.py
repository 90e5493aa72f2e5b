"""The live window: a scene that is drawn as it is edited.

This thread handles events and shows what the others made: a loader reads the scene's files, and
brushes draw. It sleeps until one of them, or the user, has something new.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

import glfw

from ..shaders.views import COMPARE
from . import glfw_window
from .brush import Brush, Report
from .canvas import Canvas
from .commands import Commands, Copied
from .contexts import adopted
from .hud import Hud
from .keys import KEYS
from .live import Live
from .probe import Probe
from .prober import Prober
from .reload import Delivered, Loader, Source, Version

if TYPE_CHECKING:
    from ..shaders.picture import Frame

__all__ = ["Window"]

News = Delivered | Report | Probe | Copied | str | None

DRAFT: Final = "gradient"
"""How a picture is drawn at first, and while something moves: it compiles ten times faster."""
RATE: Final = 60.0
"""Pictures a second of a running clock, at most."""
REST: Final = 0.5
"""Seconds after which this thread looks up though nothing happened: signals, such as that of
Ctrl-C, do not end GLFW's waiting."""
SAID: Final = 3.0
"""Seconds that a message stays."""


class Window:
    """A window that shows a scene, in the main thread.

        with Window(source, live) as window:
            window.run()

    Args:
        source: of the scene, loaded again when its files change.
        live: what is shown at first; its size is the window's, in screen units.
        antialias: as for ``render``; "exact" draws by "gradient" first.
        log: called with what is seen whenever something new is.

    Raises:
        DeviceError: there is no display, or no OpenGL 3.3 on it.
    """

    def __init__(
        self,
        source: Source,
        live: Live,
        *,
        antialias: str = "exact",
        log: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self.live, self._source, self._antialias, self._log = live, source, antialias, log
        self._name = os.path.splitext(os.path.basename(source.path))[0]
        self._news: SimpleQueue[News] = SimpleQueue()
        glfw_window.begin()
        try:
            self._open()
        except BaseException:
            glfw_window.end()
            raise

    def _open(self) -> None:
        window = glfw_window.visible(self.live.size, f"{self._name} - jetfield")
        self._window = window
        glfw.make_context_current(window)
        glfw.swap_interval(1)
        self._context = adopted()
        self._canvas = Canvas(self._context)
        self._hud = Hud(self._context, self._copied, self._pasted)
        self._fit()
        words = (DRAFT, self._antialias) if self._antialias == "exact" else (self._antialias,)
        self._hidden = [glfw_window.hidden(window) for _ in words]
        glfw.make_context_current(window)
        self.brushes = [
            Brush(
                hidden,
                self._canvas,
                word,
                self._tell,
                drafts=word == words[0],
                fine=word == words[-1],
            )
            for hidden, word in zip(self._hidden, words, strict=True)
        ]
        self._prober = Prober(self._tell)
        self.loader = Loader(self._source, words, self._tell)
        self._dirty = True
        self._mouse = self._place(*glfw.get_cursor_pos(window))
        self._drag: tuple[float, float] | None = None
        self._splitting = False
        self._message, self._until = "", 0.0
        self._asked: tuple[int, Frame] | None = None
        self._tick = 0.0
        self._commands = Commands(
            window, self.live, self._hud, self.brushes[-1], self._name, self._antialias, self._tell
        )
        self._listen()
        self.loader.start()

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads, free all that was made, close the window."""
        glfw.hide_window(self._window)  # what follows may take as long as a shader compiles
        self.loader.close()
        self._prober.close()
        for brush in self.brushes:
            brush.close()
        self._hud.release()
        self._canvas.release()
        glfw_window.end()

    def run(self) -> None:
        """Show the scene until the window is closed."""
        while not glfw.window_should_close(self._window):
            self._wait()
            now = time.monotonic()
            while not self._news.empty():
                self._hear(self._news.get())
            self._command(now)
            if self.loader.hurry():
                self._say("the scene's file is still running")
            if self._until and now >= self._until:
                self._message, self._until, self._dirty = "", 0.0, True
            if self._dirty or self._hud.restless:
                self._show()

    def quit(self) -> None:
        """End ``run``; from any thread."""
        glfw.set_window_should_close(self._window, True)
        glfw.post_empty_event()

    # Waiting and hearing

    def _tell(self, news: News) -> None:
        """In any thread: something is there for this one."""
        self._news.put(news)
        glfw.post_empty_event()

    def _wait(self) -> None:
        """Sleep until there is an event, or something is due."""
        due = [t for t in (self.live.settles(), self._until or None, self._next_tick()) if t]
        if self._dirty or self._hud.restless:
            glfw.poll_events()
        elif due:
            left = min(due) - time.monotonic()
            if left > 0:
                glfw.wait_events_timeout(left)
            else:
                glfw.poll_events()
        else:
            glfw.wait_events_timeout(REST)

    def _next_tick(self) -> float | None:
        """When the clock shows its next picture: not before the last one is there."""
        order = self.live.ordered
        if not self.live.ticking or order is None or not self._canvas.holds(order):
            return None
        return self._tick + 1 / RATE

    def _hear(self, news: News) -> None:
        self._dirty = self._dirty or not isinstance(news, Version)  # which is seen when it is drawn
        if isinstance(news, str):
            self._say(news)
        elif isinstance(news, Copied):
            self._copied(news.text)
        elif isinstance(news, Probe):
            self._hud.probed = news
        elif isinstance(news, Report):
            self.live.drawn(news, self._source.files)
        elif news is not None:
            self.live.receive(news)

    def _command(self, now: float) -> None:
        """Have drawn what is wanted now, if that is something new."""
        live, next_tick = self.live, self._next_tick()
        if not live.ticking or (next_tick is not None and now >= next_tick):
            live.advance(now)
            self._tick = now
        self._probe()
        order = live.order(now, moving=self._drag is not None)
        if order is None:
            return
        draft, *fine = self.brushes
        for brush in fine:
            brush.draw(order)
        if not any(brush.quick(order) for brush in fine):
            draft.draw(order)

    def _probe(self) -> None:
        """Have the point under the mouse probed, if that is wanted and not the last one."""
        if not self._hud.probing or self.live.good is None:
            self._asked = None
            return
        asked = self.live.good.number, self.live.frame()
        if asked != self._asked:
            self._asked = asked
            self._prober.ask(self.live.good.picture, asked[1])

    # Showing

    def _show(self) -> None:
        self._dirty = False
        frame = self.live.frame()
        if min(frame.size) < 1:
            return
        self._canvas.show(frame, self._scale)
        changed = self._hud.draw(self.live, self.brushes, self._message, frame.size, self._scale)
        if changed:
            self.live.values |= changed
            self._dirty = True
        glfw.swap_buffers(self._window)
        self._canvas.presented()
        if self._log is not None:
            self._log(self.status())

    def status(self) -> dict[str, Any]:
        """What is seen, for a log: plain values."""
        report, order = self.live.report, self.live.ordered
        wanted = {"picture": self.brushes[-1].quality, COMPARE: COMPARE}.get(self.live.shown)
        fine = wanted is None or (report is not None and report.quality == wanted)
        now = report is not None and order is not None and report.order.serial == order.serial
        return {
            **self.live.status(),
            **self._hud.status(),
            "message": self._message,
            "compiled": [brush.compiled for brush in self.brushes],
            "whole": now and fine and self.live.status()["done"] == 1 and not self.live.tried,
        }

    def _say(self, message: str) -> None:
        self._message, self._until = message, time.monotonic() + SAID
        self._dirty = True

    # Events

    def _listen(self) -> None:
        window = self._window
        glfw.set_framebuffer_size_callback(window, lambda *_: self._fit())
        glfw.set_window_content_scale_callback(window, lambda *_: self._fit())
        glfw.set_window_refresh_callback(window, lambda *_: self._soil())
        glfw.set_key_callback(window, lambda _, *event: self._on_key(*event))
        glfw.set_char_callback(window, lambda _, code: self._on_text(chr(code)))
        glfw.set_cursor_pos_callback(window, lambda _, x, y: self._on_move(self._place(x, y)))
        glfw.set_mouse_button_callback(window, lambda _, *event: self._on_button(*event))
        glfw.set_scroll_callback(window, lambda _, dx, dy: self._on_wheel(dx, dy))

    def _fit(self) -> None:
        """The window's framebuffer has another size, or its screen another density."""
        self.live.size = glfw.get_framebuffer_size(self._window)
        self._scale = max(glfw.get_window_content_scale(self._window)[0], 0.5)
        self._soil()

    def _soil(self) -> None:
        self._dirty = True

    def _place(self, x: float, y: float) -> tuple[float, float]:
        """A place in screen units, in pixels."""
        wide, high = glfw.get_window_size(self._window)
        width, height = self.live.size
        return x * width / max(wide, 1), y * height / max(high, 1)

    def _on_key(self, code: int, scancode: int, action: int, mods: int) -> None:
        self._soil()
        if self._hud.on_key(code, action != glfw.RELEASE, mods) or action == glfw.RELEASE:
            return
        for key in KEYS:
            shifted = key.shift is None or key.shift == bool(mods & glfw.MOD_SHIFT)
            if key.code == code and shifted and (key.repeats or action == glfw.PRESS):
                key.act(self._commands)
                return

    def _on_text(self, text: str) -> None:
        if self._hud.on_text(text):
            self._soil()

    def _on_move(self, place: tuple[float, float]) -> None:
        self._mouse = place  # as events go: GLFW's own answer is where it is by now
        if self._hud.on_move(place):
            self._soil()
        if self._splitting:
            self.live.split = min(max(place[0] / max(self.live.size[0], 1), 0.0), 1.0)
        elif self._drag is not None:
            self.live.pan(place[0] - self._drag[0], place[1] - self._drag[1])
            self._drag = place
            self._soil()
        self.live.point(place)

    def _on_button(self, button: int, action: int, mods: int) -> None:
        self._soil()
        down = action == glfw.PRESS
        if self._hud.on_button(button, down) or not down:
            self._drag, self._splitting = None, False
            return
        place = self._mouse
        near = abs(place[0] - self.live.split * self.live.size[0]) < 12 * self._scale
        if self.live.shown == COMPARE and near:
            self._splitting = True
        else:
            self._drag = place

    def _on_wheel(self, dx: float, dy: float) -> None:
        self._soil()
        if not self._hud.on_wheel(dx, dy):
            self.live.zoom(dy, self._mouse)

    def _copied(self, text: str) -> None:
        glfw.set_clipboard_string(self._window, text)

    def _pasted(self) -> str:
        text: Any = glfw.get_clipboard_string(self._window)
        return text.decode(errors="replace") if text else ""
