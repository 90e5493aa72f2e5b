"""A thread that probes the point under the mouse: NumPy takes longer for that than a frame."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from .probe import Probe, probe

if TYPE_CHECKING:
    from ..shaders.picture import Frame, Picture

__all__ = ["Prober"]


class Prober:
    """Probes the newest point that was asked for.

    ``deliver`` is called in its thread, with what was found or why nothing was.
    """

    def __init__(self, deliver: Callable[[Probe | str], None]) -> None:
        self._deliver = deliver
        self._wake = threading.Condition()
        self._next: tuple[Picture, Frame] | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._serve, name="jetfield-probe", daemon=True)
        self._thread.start()

    def ask(self, picture: Picture, frame: Frame) -> None:
        """Probe a picture at the frame's mouse."""
        with self._wake:
            self._next = picture, frame
            self._wake.notify()

    def close(self) -> None:
        """End the thread."""
        with self._wake:
            self._ended = True
            self._wake.notify()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._ended or self._next)
                if self._ended or self._next is None:
                    return
                (picture, frame), self._next = self._next, None
            try:
                self._deliver(probe(picture, frame, frame.mouse))
            except Exception as error:  # such as memory that is used up; the next may be better
                self._deliver(f"no probe here: {error}")
