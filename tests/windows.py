"""A display without a screen, and the window's command on it, driven by real events."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageGrab

PATIENCE = 60.0
"""Seconds within which what a test waits for has to happen, on a machine with much else to do."""

Status = dict[str, Any]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server of this module's own."""
    if missing := [tool for tool in ("Xvfb", "xdotool") if shutil.which(tool) is None]:
        pytest.skip(f"no {' and no '.join(missing)}: apt install xvfb xdotool")
    with server() as name:
        yield name


@contextmanager
def server() -> Iterator[str]:
    """An X server without a screen, on a display that is free: its name."""
    read, write = os.pipe()
    options = ["-displayfd", str(write), "-screen", "0", "1280x1024x24", "+extension", "GLX"]
    process = subprocess.Popen(
        ["Xvfb", *options, "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        process.terminate()
        process.wait()


def driven(window: Any, drive: Callable[[], None]) -> None:
    """Run a window in this thread while another one drives it, whose error is raised here."""
    failed: list[BaseException] = []

    def steps() -> None:
        try:
            drive()
        except BaseException as error:
            failed.append(error)
        finally:
            window.quit()

    thread = threading.Thread(target=steps)
    with window:
        thread.start()
        window.run()
        thread.join()
    if failed:
        raise failed[0]


def environment(display: str) -> dict[str, str]:
    """This process's environment, with that display and no other."""
    kept = {k: v for k, v in os.environ.items() if k != "WAYLAND_DISPLAY"}
    return {**kept, "DISPLAY": display, "XDG_SESSION_TYPE": "x11"}


class Screen:
    """A display's mouse, keyboard and picture."""

    def __init__(self, display: str) -> None:
        self.display = display

    def do(self, *words: object) -> None:
        """Run xdotool."""
        subprocess.run(
            ["xdotool", *map(str, words)], check=True, capture_output=True,
            env=environment(self.display),
        )  # fmt: skip

    def key(self, *names: str) -> None:
        """Press keys, one after another."""
        self.do("key", "--clearmodifiers", *names)

    def move(self, x: float, y: float) -> None:
        """Move the mouse."""
        self.do("mousemove", round(x), round(y))

    def drag(
        self, start: tuple[float, float], end: tuple[float, float], pause: float = 0.0
    ) -> None:
        """Drag with the left button, as fast as can be, or with pauses as hands make them."""
        self.move(*start)
        for step in (("mousedown", 1), ("mousemove", *map(round, end)), ("mouseup", 1)):
            time.sleep(pause)
            self.do(*step)

    def wheel(self, notches: int) -> None:
        """Turn the wheel, away if positive."""
        self.do("click", "--repeat", abs(notches), "--delay", 5, 4 if notches > 0 else 5)

    def grab(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """The upper left corner of what is on the screen, (h, w, 3)."""
        image = ImageGrab.grab(bbox=(0, 0, *size), xdisplay=self.display)
        return np.asarray(image.convert("RGB"))


class App(Screen):
    """``jetfield view`` in a process of its own; ``status`` is what it shows."""

    def __init__(self, display: str, folder: Path, *words: object) -> None:
        super().__init__(display)
        self.folder = folder
        command = [sys.executable, "-m", "jetfield.render", "view", *map(str, words), "--log"]
        self.process = subprocess.Popen(
            command, cwd=folder, stderr=subprocess.PIPE, text=True,
            env=environment(display),
        )  # fmt: skip
        self.shown: list[Status] = []
        self.said: list[str] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.startswith("{"):
                self.shown.append(json.loads(line))
            else:
                self.said.append(line)

    @property
    def status(self) -> Status:
        """What was shown last."""
        return self.shown[-1] if self.shown else {}

    def until(self, wanted: Callable[[Status], Any]) -> Status:
        """Wait until what is shown is as wanted."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.status
            if found and wanted(found):
                return found
            assert self.process.poll() is None, f"it ended: {''.join(self.said)}"
            time.sleep(0.01)
        raise AssertionError(f"never came; last: {self.status}")

    def windows(self) -> list[str]:
        """The windows that are seen, as xdotool calls them."""
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "jetfield"], check=True,
            capture_output=True, text=True, env=environment(self.display),
        )  # fmt: skip
        return found.stdout.split()

    def drawn(self) -> Status:
        """Wait until the newest picture is there, as fine as it gets, and the last of it."""
        return self.until(lambda s: s["whole"] and not s["trouble"])

    def end(self) -> None:
        """Close it, whatever state it is in."""
        self.process.kill()
        self.process.wait()
        self._thread.join()
        assert self.process.stderr is not None
        self.process.stderr.close()
