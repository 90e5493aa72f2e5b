"""Hot reload: a scene's files are watched, and loaded again when they change.

By asking the file system 40 times a second for the few files that the scene read: that takes a
thousandth of one core, works on every file system, and sees editors that write in place, that
rename another file over this one, and that delete it first.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from ..shaders.calculus.parameters import BUILT_IN
from ..shaders.errors import JetfieldError
from ..shaders.glsl import Edition, Editions
from .arguments import lowered
from .offscreen import as_it_opens

if TYPE_CHECKING:
    from ..shaders.picture import Parameter, Picture
    from .plan import Plan

__all__ = ["Loader", "Source", "Trouble", "Version", "trouble"]

PERIOD: Final = 0.025
"""Seconds between two looks at the files."""
PATIENCE: Final = 0.25
"""Seconds that an error waits for the rest of the file: many editors write in two steps."""
YOUNG: Final = 50_000_000
"""Nanoseconds in which a file may change again without a new time: it is read to be sure."""
LONG: Final = 1.0
"""Seconds that a scene's file may run before the window says so."""
AROUND: Final = 2
"""Lines of the scene that are shown before and after the one in error."""


class Source(Protocol):
    """What a scene is loaded from, again and again."""

    path: str
    files: tuple[str, ...]
    """What the last ``load`` read or began to read, the scene's own file first."""

    def load(self) -> Any:
        """The scene as its files are now."""


@dataclass(frozen=True, slots=True)
class Version:
    """The scene as its files were at one moment. ``drawings`` are by the word for antialias."""

    number: int
    picture: Picture
    drawings: dict[str, Edition | Plan]

    @property
    def _read(self) -> tuple[Parameter, ...]:
        """What it reads; asked of a drawing that is there, a picture needs not be composed."""
        for known in self.drawings.values():
            if isinstance(known, Edition):
                return tuple(known.parameters.values())
        return (
            *self.picture.parameters,
            *(p for p in BUILT_IN.values() if self.picture.reads(p.name)),
        )

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its sliders, toggles and color pickers."""
        return tuple(p for p in self._read if p.kind != "built-in")

    def reads(self, name: str) -> bool:
        """Whether it changes with a built-in value: "seconds", "mouse", "resolution"."""
        return BUILT_IN[name] in self._read


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no new picture, and the lines of the scene that it is about."""

    message: str
    file: str = ""
    line: int = 0
    text: str = ""

    def __str__(self) -> str:
        return f"{self.message}\n\n{self.text}" if self.text else self.message


def trouble(error: BaseException, files: Iterable[str]) -> Trouble:
    """An error as it is shown: its sentence, and the lines around the first that it names."""
    message = " ".join(str(error).split())
    if not isinstance(error, JetfieldError):
        message = f"{type(error).__name__}: {message}"
    named = []
    for file in files:
        # By its whole path or as the user gave it: whichever the message has ends in its name.
        found = re.search(rf"\b{re.escape(os.path.basename(file))}:(\d+)", message)
        if found:
            named.append((found.start(), file, int(found[1])))
    if named:
        _, file, line = min(named)
        return Trouble(message, file, line, _around(file, line))
    return Trouble(message)


def _around(file: str, line: int) -> str:
    """The lines about one, that one marked."""
    try:
        with open(file, encoding="utf-8", errors="replace") as lines:
            text = lines.read().splitlines()
    except OSError:
        return ""
    first, last = max(1, line - AROUND), min(len(text), line + AROUND)
    marked = ((">" if n == line else " ", n, text[n - 1]) for n in range(first, last + 1))
    return "\n".join(f"{mark}\t{n}\t{code}" for mark, n, code in marked)


class _Mark(NamedTuple):
    """What tells one state of a file from another; ``content`` only of a file just written."""

    inode: int
    size: int
    written: int
    content: int | None


def _mark(path: str, read: bool = False) -> _Mark | None:
    """The state of a file, None if there is none; its content too if it is young, or asked for."""
    try:
        found = os.stat(path)
        content = None
        if read or time.time_ns() - found.st_mtime_ns < YOUNG:
            with open(path, "rb") as file:
                content = zlib.crc32(file.read())
    except IsADirectoryError:
        content = None
    except OSError:
        return None
    return _Mark(found.st_ino, found.st_size, found.st_mtime_ns, content)


class _Watched:
    """Files, and whether they are still as they were when ``take`` was called."""

    def __init__(self) -> None:
        self._marks: dict[str, _Mark | None] = {}

    def take(self, paths: Iterable[str]) -> None:
        """Remember how these files are now, and forget others."""
        self._marks = {path: _mark(path) for path in paths}

    def add(self, paths: Iterable[str]) -> None:
        """Remember how these files are now, besides the others."""
        self._marks |= {path: _mark(path) for path in paths if path not in self._marks}

    def changed(self) -> bool:
        """Whether a file is not as it was."""
        for path, old in self._marks.items():
            was_young = old is not None and old.content is not None
            if _mark(path, was_young) != old:
                return True
            if old is not None and time.time_ns() - old.written >= YOUNG:
                self._marks[path] = old._replace(content=None)
        return False


def _stamp(path: str) -> tuple[int, int]:
    """When a file was written, and how large it is."""
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


class _OutOfDateError(BaseException):
    """Raised in a scene's file that still runs, though there is a newer one."""


Delivered = Version | Trouble


class Loader:
    """A thread that loads a scene, lowers it, and does so again whenever its files change.

    ``deliver`` is called in that thread: with a ``Version`` that has a drawing by the first of
    ``qualities``, then with the same one that has more; or with a ``Trouble`` that has lasted.
    """

    def __init__(
        self, source: Source, qualities: tuple[str, ...], deliver: Callable[[Delivered], None]
    ) -> None:
        self._source, self._qualities, self._deliver = source, qualities, deliver
        self._watched = _Watched()
        self._editions = Editions()
        self._end = threading.Event()
        self._number = 0
        self._since: float | None = None  # a scene's file has been running
        self._started: dict[str, tuple[int, int]] = {}  # the files, and their stamps then
        self._thread = threading.Thread(target=self._serve, name="jetfield-loader", daemon=True)

    def start(self) -> None:
        """Load for the first time, and go on."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; one that is in a scene's own endless loop is left behind."""
        self._end.set()
        self._thread.join(1.0)

    def hurry(self) -> bool:
        """Whether a scene's file has been running for long; called now and then, by any thread.

        If it was saved anew since, what runs is out of date, perhaps without end, and is ended.
        """
        since, thread = self._since, self._thread.ident
        if since is None or thread is None or time.monotonic() - since < LONG:
            return False
        frame = sys._current_frames().get(thread)
        at_home = frame is not None and os.path.abspath(frame.f_code.co_filename) in self._started
        if at_home and self._started != {path: _stamp(path) for path in self._started}:
            # Only there: within jetfield or Python's own modules it might leave things half done.
            raised = ctypes.py_object(_OutOfDateError)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
        return True

    def _serve(self) -> None:
        failed: Trouble | None = None
        since = 0.0
        self._watched.take(self._source.files)
        while True:
            failed, since = self._load(), time.monotonic()
            while not self._end.wait(PERIOD):
                if self._watched.changed():
                    break
                if failed is not None and time.monotonic() - since >= PATIENCE:
                    self._deliver(failed)
                    failed = None
            if self._end.is_set():
                return

    def _load(self) -> Trouble | None:
        """Load once, and deliver what came of it, but for an error, which may pass."""
        source = self._source
        self._watched.take(source.files)  # as they are before they are read
        self._started = {path: _stamp(path) for path in source.files}
        self._since = time.monotonic()
        try:
            try:
                picture = lowered("view", source.load())
            finally:
                self._since = None
                self._watched.add(source.files)
            self._number += 1
            version = Version(self._number, picture, {})
            for quality in self._qualities:
                draft = quality != self._qualities[-1]
                known = self._editions.know(picture, quality)
                plan = None if known else as_it_opens(picture, quality)
                found = plan or self._editions.edition(picture, quality, soon=draft)
                version = Version(self._number, picture, {**version.drawings, quality: found})
                self._deliver(version)
                if self._watched.changed() or self._end.is_set():
                    break  # the rest would be out of date before it is there
        except BaseException as error:  # whatever a user's file raises is shown, not lost
            folder = os.path.dirname(source.files[0])
            self._watched.add([folder])  # a module that was missing may be written
            return trouble(error, source.files)
        return None
