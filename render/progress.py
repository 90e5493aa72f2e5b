"""How far long work has come, on stderr."""

from __future__ import annotations

import sys
import time
from typing import Final

_SILENT: Final = 1.0  # seconds of work that need no report
_STEP_TERMINAL: Final = 0.1  # seconds between two reports
_STEP_FILE: Final = 5.0


class Progress:
    """One line that is rewritten on a terminal; elsewhere a line every five seconds.

    Work of less than a second writes nothing.
    """

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._done = 0
        self._stream = sys.stderr  # None in a program without a console
        self._terminal = self._stream is not None and self._stream.isatty()
        self._step = _STEP_TERMINAL if self._terminal else _STEP_FILE
        self._next = time.monotonic() + _SILENT
        self._written = 0  # characters that stand on the terminal's line

    def advance(self, parts: int) -> None:
        """So many parts of ``total`` are done."""
        self._done += parts
        now = time.monotonic()
        if self._stream is None or now < self._next:
            return
        self._next = now + self._step
        line = f"{self._label}: {100 * self._done // self._total} %"
        if self._terminal:
            self._written = len(line)
            self._write(f"\r{line}")
        else:
            self._write(f"{line}\n")

    def close(self) -> None:
        """Clear the line, so that what comes next starts at the left."""
        if self._written and self._stream is not None:
            self._write(f"\r{' ' * self._written}\r")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._stream = None  # whoever read it is gone; the work goes on
