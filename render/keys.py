"""The keys of the window: one table, by which they act and which the help shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

import glfw

from ..shaders.views import VIEWS
from .commands import FRAME, LARGE, Commands

__all__ = ["KEYS", "Key", "help_text"]


class Key(NamedTuple):
    """GLFW's code of a key, what it is called, what it does; the help lists those with a name."""

    code: int
    name: str
    act: Callable[[Commands], None]
    does: str = ""
    shift: bool | None = None  # held, not held, or either
    repeats: bool = False


def _steps(code: int, name: str, way: int, word: str) -> tuple[Key, Key]:
    """The keys that step the clock, without and with Shift."""
    does = f"the clock a frame {word}; with Shift a second"
    step = partial(Commands.step, seconds=way * FRAME), partial(Commands.step, seconds=way)
    return Key(code, name, step[0], does, False, True), Key(code, "", step[1], "", True, True)


KEYS: Final = (
    Key(glfw.KEY_SPACE, "Space", Commands.pause, "stop the clock, or let it run"),
    *_steps(glfw.KEY_RIGHT, "Right", 1, "on"),
    *_steps(glfw.KEY_LEFT, "Left", -1, "back"),
    Key(glfw.KEY_R, "R", Commands.restart, "the clock to its beginning"),
    Key(glfw.KEY_HOME, "Home", Commands.home, "the view that the scene has by itself"),
    Key(glfw.KEY_S, "S", Commands.save, "save what is seen as PNG", shift=False),
    Key(glfw.KEY_S, "Shift+S", partial(Commands.save, times=LARGE),
        "save it four times as large", shift=True),
    Key(glfw.KEY_G, "G", Commands.copy, "copy the scene's GLSL"),
    *(Key(glfw.KEY_1 + k, f"{k + 1}", partial(Commands.view, name=name), text.brief)
      for k, (name, text) in enumerate(VIEWS.items())),
    Key(glfw.KEY_P, "P", Commands.probe, "all that is known of the point under the mouse"),
    Key(glfw.KEY_TAB, "Tab", Commands.panel, "sliders, toggles and colors"),
    Key(glfw.KEY_T, "T", Commands.status, "show the time of a frame, or hide it"),
    Key(glfw.KEY_F, "F", Commands.fullscreen, "the whole screen, and back"),
    Key(glfw.KEY_H, "H", Commands.help, "show these keys, or hide them"),
    Key(glfw.KEY_Q, "Q, Esc", Commands.quit, "close the window"),
    Key(glfw.KEY_ESCAPE, "", Commands.quit),
)  # fmt: skip
MOUSE: Final = (("drag", "move the picture"), ("wheel", "zoom to the mouse"))


def help_text() -> str:
    """The table as text, a tab between the columns."""
    rows = [*MOUSE, *((key.name, key.does) for key in KEYS if key.name)]
    return "\n".join(f"{name}\t{does}" for name, does in rows)
