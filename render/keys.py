"""The keys of the window: one table, by which they act and which the help shows."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..shaders.views import VIEWS

__all__ = ["KEYS", "Key", "help_text"]

SHIFT: Final = 1
"""GLFW's bit for it."""


LOOKS: Final = {
    "picture": "the picture",
    "field": "the field's level sets",
    "gradient": "the length of its gradient",
    "determinant": "what the warps do to space",
    "curvature": "the curvature of the level sets",
    "coverage": "how much of each cell is inside",
    "tiles": "which tiles are searched for edges",
    "compare": "exact against fwidth; drag the line",
}


class Key(NamedTuple):
    """GLFW's code of a key, what it is called, the method of the window, and what it does."""

    code: int
    name: str
    action: str
    does: str
    shift: bool | None = None  # held, not held, or either
    repeats: bool = False


KEYS: Final = (
    Key(32, "Space", "pause", "stop the clock, or let it run"),
    Key(262, "Right", "forward", "the clock a frame on; with Shift a second", repeats=True),
    Key(263, "Left", "back", "the clock a frame back; with Shift a second", repeats=True),
    Key(82, "R", "restart", "the clock to its beginning"),
    Key(268, "Home", "home", "the view that the scene has by itself"),
    Key(83, "S", "save", "save what is seen as PNG", shift=False),
    Key(83, "Shift+S", "save", "save it four times as large", shift=True),
    Key(71, "G", "copy", "copy the scene's GLSL"),
    *(Key(49 + k, f"{k + 1}", f"view {name}", LOOKS[name]) for k, name in enumerate(VIEWS)),
    Key(80, "P", "probe", "all that is known of the point under the mouse"),
    Key(258, "Tab", "panel", "sliders, toggles and colors"),
    Key(84, "T", "status", "show the time of a frame, or hide it"),
    Key(70, "F", "fullscreen", "the whole screen, and back"),
    Key(72, "H", "help", "show these keys, or hide them"),
    Key(81, "Q, Esc", "quit", "close the window"),
    Key(256, "", "quit", ""),
)
MOUSE: Final = (("drag", "move the picture"), ("wheel", "zoom to the mouse"))


def help_text() -> str:
    """The table as text, a tab between the columns."""
    rows = [*MOUSE, *((key.name, key.does) for key in KEYS if key.name)]
    return "\n".join(f"{name}\t{does}" for name, does in rows)
