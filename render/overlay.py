"""Text over a picture: errors, help, a probe's numbers, the time of a frame.

Pillow draws each block once, into a texture of its own; after that it is one blended quad until
its text changes. It needs no window library, and works in any moderngl context.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal

import moderngl

from ..shaders.errors import DeviceError
from .arguments import choice
from .gl import QUAD
from .state import aimed, kept

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

__all__ = ["CORNERS", "TONES", "Note", "Overlay", "Spot", "arranged", "block"]

Corner = Literal["top left", "top right", "bottom left", "bottom right", "top", "bottom", "middle"]
CORNERS: Final = ("top left", "top right", "bottom left", "bottom right", "top", "bottom", "middle")
TONES: Final = {
    "plain": ("#f4f5f7", "#12151cd2"),
    "quiet": ("#dde1e9", "#12151cbe"),
    "error": ("#fff1ee", "#5c1219ee"),
}
"""The colors of the text and of the plate under it, which holds it apart from any picture."""
TEXT: Final = 15
"""The height of the letters; this and all lengths below in pixels of a screen of scale 1."""
LINE: Final = 20
PAD: Final = 10
MARGIN: Final = 10
GAP: Final = 16
"""Between the columns of a table."""
WIDEST: Final = 760
"""A longer line is broken."""
ROUND: Final = 6

FRAGMENT: Final = """#version 330 core
uniform sampler2D image;  // premultiplied, top row first
in vec2 at;
out vec4 color;
void main() { color = texture(image, vec2(at.x, 1.0 - at.y)); }
"""


@dataclass(frozen=True, slots=True)
class Note:
    """One block of text. Lines end in newlines; tabs part the columns of a table.

    Notes of one corner stand below each other in the order given.
    """

    text: str
    corner: Corner = "top left"
    tone: Literal["plain", "quiet", "error"] = "plain"

    def __post_init__(self) -> None:
        choice("Note", "corner", self.corner, CORNERS)
        choice("Note", "tone", self.tone, tuple(TONES))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a block lies: pixels of its left and lower edge, from the lower left, and its size."""

    left: int
    bottom: int
    width: int
    height: int


class Overlay:
    """Draws notes in one OpenGL context, over what is there.

    Only for the thread in which the context is current.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program: moderngl.Program | None = context.program(QUAD, FRAGMENT)
        self._array = context.vertex_array(self._program, [], mode=moderngl.TRIANGLE_STRIP)
        self._textures: dict[tuple[Note, float, tuple[int, int]], moderngl.Texture] = {}
        self.drawn = 0
        """How many blocks were set in type so far: drawing the same notes again adds none."""

    def draw(self, size: tuple[int, int], scale: float, notes: Iterable[Note]) -> None:
        """Draw notes over the framebuffer in use, of this ``size`` in pixels.

        ``scale`` is the pixels that are one on an ordinary screen, 2 on most high-density ones.
        Blocks that were not drawn this time are freed. OpenGL's state is afterwards as before.

        Raises:
            DeviceError: the overlay was released.
        """
        if self._program is None:
            raise DeviceError("Overlay.draw: the overlay was released")
        notes = [note for note in notes if note.text.strip()]
        width, height = size
        if min(size) < 4 * MARGIN * scale:
            return  # a window that is minimized, or holds no letter
        with kept(self._context, units=1):
            textures = {(n, scale, size): self._texture(n, scale, size) for n in notes}
            self._forget(keep=textures.keys())
            blocks = [t.size for t in textures.values()]
            with aimed(self._context.fbo, (0, 0, width, height)):
                self._context.enable(moderngl.BLEND)
                self._context.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
                corners = [note.corner for note, _, _ in textures]
                for texture, spot in zip(
                    textures.values(), arranged(corners, blocks, size, scale), strict=True
                ):
                    texture.use(0)
                    self._program["image"] = 0
                    self._program["place"] = _placed(spot, size)
                    self._array.render(vertices=4)

    def release(self) -> None:
        """Free what was made in the context, which must be current. More than once is harmless."""
        if self._program is not None:
            self._forget(keep=())
            self._array.release()
            self._program.release()
            self._program = None

    def _texture(self, note: Note, scale: float, size: tuple[int, int]) -> moderngl.Texture:
        key = note, scale, size
        if key not in self._textures:
            image = block(note, scale, size)
            texture = self._context.texture(image.size, 4, image.tobytes())
            texture.filter = moderngl.NEAREST, moderngl.NEAREST
            self._textures[key] = texture
            self.drawn += 1
        return self._textures[key]

    def _forget(self, keep: Iterable[Any]) -> None:
        for key in self._textures.keys() - set(keep):
            self._textures.pop(key).release()


def _placed(spot: Spot, size: tuple[int, int]) -> tuple[float, ...]:
    """The sides of a block, as QUAD takes them."""
    sides = spot.left, spot.bottom, spot.left + spot.width, spot.bottom + spot.height
    return tuple(2 * side / extent - 1 for side, extent in zip(sides, 2 * size, strict=True))


def arranged(
    corners: Sequence[str],
    blocks: Sequence[tuple[int, int]],
    size: tuple[int, int],
    scale: float,
) -> Iterator[Spot]:
    """Where blocks of these sizes lie in a picture, those of one corner below each other.

    Where those of two corners would meet, one moves away from its edge, as far as there is room.
    """
    margin = round(MARGIN * scale)
    gap = margin // 2
    stacks: dict[str, tuple[int, int]] = {}
    for corner, (width, height) in zip(corners, blocks, strict=True):
        wide, high = stacks.get(corner, (0, -gap))
        stacks[corner] = max(wide, width), high + height + gap
    tops: dict[str, int] = {}
    reach: dict[str, int] = {}  # how far from its edge a stack ends
    for corner in sorted(stacks, key=list(CORNERS).index):
        width, height = stacks[corner]
        edge, left = corner.partition(" ")[0], _left(corner, width, size[0], margin)
        start = margin
        for other, end in reach.items():
            over = _left(other, stacks[other][0], size[0], margin)
            if edge in other and left < over + stacks[other][0] and over < left + width:
                start = max(start, end + gap)
        start = max(min(start, size[1] - margin - height), margin)
        reach[corner] = start + height
        tops[corner] = start if edge == "top" else size[1] - start - height
        if edge == "middle":
            tops[corner] = (size[1] - height) // 2
    for corner, (width, height) in zip(corners, blocks, strict=True):
        left = _left(corner, width, size[0], margin)
        yield Spot(left, size[1] - tops[corner] - height, width, height)
        tops[corner] += height + gap


def _left(corner: str, width: int, whole: int, margin: int) -> int:
    """Where a block of a corner begins."""
    if "left" in corner:
        return margin
    return whole - margin - width if "right" in corner else (whole - width) // 2


def block(note: Note, scale: float, size: tuple[int, int]) -> Image:
    """A note set in type, on its plate: premultiplied RGBA, no larger than the picture."""
    from PIL import Image, ImageColor, ImageDraw, ImageFont

    font: Any = ImageFont.load_default(TEXT * scale)  # of Pillow's own letters
    pad, line, gap = (round(x * scale) for x in (PAD, LINE, GAP))
    margins = 2 * (pad + round(MARGIN * scale))
    room = min(size[0] - margins, round(WIDEST * scale))
    cells = list(_cells(note.text, font, room, gap))
    rows = 1 + max(row for row, _, _ in cells)
    shown = max(1, min(rows, (size[1] - margins) // line))
    if shown < rows:  # what does not fit is known to be missing
        cells = [c for c in cells if c[0] < shown - 1] + [(shown - 1, 0, "…")]
    wide = max(x + font.getlength(text) for _, x, text in cells)
    width, height = int(min(wide, room)) + 2 * pad, shown * line + 2 * pad
    letters, plate = (ImageColor.getcolor(c, "RGBA") for c in TONES[note.tone])
    fine = Image.new("L", (4 * width, 4 * height))  # to be reduced: Pillow's corners are jagged
    ImageDraw.Draw(fine).rounded_rectangle(
        (0, 0, 4 * width - 1, 4 * height - 1), radius=4 * ROUND * scale, fill=255
    )
    image = Image.composite(
        Image.new("RGBA", (width, height), plate), Image.new("RGBA", (width, height)),
        fine.reduce(4),
    )  # fmt: skip
    pen = ImageDraw.Draw(image)
    for row, x, text in cells:
        baseline = pad + row * line + round(0.76 * line)
        pen.text((pad + x, baseline), text, letters, font=font, anchor="ls")
    return image.convert("RGBa")


def _cells(text: str, font: FreeTypeFont, room: int, gap: int) -> Iterator[tuple[int, int, str]]:
    """Every piece of a text: its row, how far to the right it begins, and what it says."""
    row = 0
    for is_table, lines in groupby(text.rstrip().split("\n"), key=lambda line: "\t" in line):
        table = [line.split("\t") for line in lines]
        columns = max(map(len, table))
        wide = [
            max((font.getlength(cells[k]) for cells in table if k < len(cells) - 1), default=0)
            for k in range(columns)
        ]
        starts = [round(sum(wide[:k])) + gap * k if is_table else 0 for k in range(columns)]
        for cells in table:
            for start, cell in zip(starts, cells[:-1], strict=False):
                yield row, start, cell
            start = starts[len(cells) - 1]
            for part in _broken(cells[-1], font, max(room - start, room // 3)):
                yield row, start, part
                row += 1


def _broken(text: str, font: FreeTypeFont, room: int) -> Iterator[str]:
    """A line in pieces that fit, at its spaces if it has any in time."""
    while text and font.getlength(text) > room:
        counts = range(1, len(text))
        fits = max(1, bisect_right(counts, float(room), key=lambda n: font.getlength(text[:n])))
        space = text.rfind(" ", 0, fits + 1)
        end = space if text[:space].strip() else fits
        yield text[:end]
        text = "  " + text[end:].lstrip()
    yield text
