"""A gallery of pictures: each scene drawn, all on one sheet, and a page that shows their code."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..shaders.color import encode, linear_rgb
from ..shaders.errors import OutputError
from .files import WholeFile
from .image import save
from .offscreen import render, render_file

__all__ = ["Drawn", "Entry", "contact_sheet", "draw_picture", "finish", "make_folder", "page"]

CELL: Final = 320
"""The longer side of a picture on the contact sheet."""
MARGIN: Final = 32
GROUND: Final = "#16181d"


class Entry(NamedTuple):
    """A scene of the gallery: its name, its docstring and its code without that."""

    name: str
    idea: str
    code: str

    @classmethod
    def of(cls, name: str, source: str) -> Entry:
        """The entry of a scene file's text."""
        tree = ast.parse(source)
        idea = ast.get_docstring(tree) or ""
        after = tree.body[0].end_lineno if idea else 0
        return cls(name, idea, "\n".join(source.splitlines()[after:]).strip())

    @property
    def title(self) -> str:
        """The name as a heading."""
        return self.name.replace("_", " ").capitalize()

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.idea.partition("\n")[0]


class Drawn(NamedTuple):
    """A picture that was drawn: whose, where, and small, in premultiplied linear light."""

    entry: Entry
    path: str
    small: NDArray[np.float32]


def make_folder(folder: str) -> None:
    """Make the folder that pictures are drawn to, if it is not there.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OutputError(f"gallery: cannot make the folder {folder}: {error.strerror}") from error


def draw_picture(
    scene: Any, folder: str, entry: Entry, size: tuple[int, int], device: str = "auto"
) -> Drawn:
    """Draw a scene to FOLDER/NAME.png, and once more for the contact sheet.

    Raises:
        OutputError: the file cannot be written.
        SceneError, DeviceError, ShaderError: as for ``render``.
    """
    path = os.path.join(folder, f"{entry.name}.png")
    render_file(scene, path, size, device=device)
    shrink = min(1.0, CELL / max(size))
    width, height = (max(1, round(shrink * side)) for side in size)
    # Drawn at twice the size, so that widths in pixels look about as they do in the picture.
    fine = render(scene, (2 * width, 2 * height), output="linear", device=device)
    return Drawn(entry, path, fine.reshape(height, 2, width, 2, 4).mean(axis=(1, 3)))


def finish(folder: str, drawn: Sequence[Drawn]) -> list[str]:
    """Write the contact sheet and the page of drawn pictures; their paths.

    Raises:
        OutputError: a file cannot be written.
    """
    sheet, text = (os.path.join(folder, name) for name in ("contact.png", "README.md"))
    save(contact_sheet([each.small for each in drawn]), sheet)
    with WholeFile(text, call="gallery") as file:
        file.write(page([each.entry for each in drawn]).encode())
    return [sheet, text]


def contact_sheet(pictures: Sequence[NDArray[Any]]) -> NDArray[np.uint8]:
    """Pictures of one size, (h, w, 4) in premultiplied linear light, side by side on a dark ground.

    The result is sRGB, (h, w, 4). The last row is centered if it is short.
    """
    columns = _columns(len(pictures))
    rows = -(-len(pictures) // columns)
    height, width = pictures[0].shape[:2]
    down, right = height + MARGIN, width + MARGIN
    sheet = np.empty((rows * down + MARGIN, columns * right + MARGIN, 4))
    sheet[:] = (*linear_rgb(GROUND), 1.0)
    for k, picture in enumerate(pictures):
        row, column = divmod(k, columns)
        short = columns - min(columns, len(pictures) - row * columns)
        x, y = MARGIN + column * right + short * right // 2, MARGIN + row * down
        under = sheet[y : y + height, x : x + width]
        under[:] = picture + (1 - picture[..., 3:]) * under
    return np.asarray(encode(sheet, "srgb8"), np.uint8)


def _columns(count: int) -> int:
    """Columns for so many pictures: few empty places, and about four columns to three rows."""

    def cost(columns: int) -> float:
        rows = -(-count // columns)
        shape = max(columns / rows, rows / columns) if count > 3 else rows
        return shape + 0.5 * (rows * columns - count)

    return min(range(1, max(count, 1) + 1), key=lambda c: (cost(c), -c))


def page(entries: Sequence[Entry]) -> str:
    """The page, in Markdown: every picture with its idea and its code."""
    parts = [
        "# Gallery",
        "Every picture with all the code that draws it: `jetfield render NAME`. The pictures, the\n"
        "sheet and this page are made by `jetfield gallery -o DIR`.",
        "![all pictures, side by side](contact.png)",
    ]
    for entry in entries:
        parts.append(f"## {entry.title}")
        parts.append(f'<img src="{entry.name}.png" width="480" alt="{entry.title}">')
        parts += [entry.idea] if entry.idea else []
        parts.append(f"```python\n{entry.code}\n```")
    return "\n\n".join(parts) + "\n"
