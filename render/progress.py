"""How far long work has come, on stderr."""

from __future__ import annotations

import sys
import threading
import time
from typing import Final

_SILENT: Final = 1.0  # seconds of work that need no report
_STEP_TERMINAL: Final = 0.25  # seconds between two reports
_STEP_FILE: Final = 5.0


class Progress:
    """One line that is rewritten on a terminal; elsewhere a line every five seconds.

    Work of less than a second writes nothing. A thread of its own writes, so that the line goes on
    while one part takes long.
    """

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __init__(self, label: str, total: int = 0) -> None:
        self.total = total
        self.doing = ""
        """What is done before the first part."""
        self._label = label
        self._done = 0
        self._stream = sys.stderr  # None in a program without a console
        self._terminal = self._stream is not None and self._stream.isatty()
        self._step = _STEP_TERMINAL if self._terminal else _STEP_FILE
        self._begun = time.monotonic()
        self._written = 0  # characters that stand on the terminal's line
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jetfield-progress", daemon=True)
        if self._stream is not None:
            self._thread.start()

    def advance(self, parts: int) -> None:
        """So many parts of ``total`` are done."""
        self._done += parts

    def _run(self) -> None:
        wait = _SILENT
        while not self._end.wait(wait):
            with self._lock:
                if not self._end.is_set():
                    self._report()
            wait = self._step

    def _report(self) -> None:
        line = f"{self._label}: {100 * self._done // max(self.total, 1)} %"
        if not self._done:
            line = f"{self._label}: {self.doing or '0 %'}, {time.monotonic() - self._begun:.0f} s"
        if self._terminal:
            self._write(f"\r{line}{' ' * (self._written - len(line))}")
            self._written = max(len(line), self._written)
        else:
            self._write(f"{line}\n")

    def close(self) -> None:
        """Clear the line, and write no more."""
        self._end.set()
        self.clear()

    def clear(self) -> None:
        """Clear the line, so that what comes next starts at the left."""
        with self._lock:
            if self._written and self._stream is not None:
                self._write(f"\r{' ' * self._written}\r")
                self._written = 0

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._stream = None  # whoever read it is gone; the work goes on
