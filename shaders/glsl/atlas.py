"""Atlas: tables of numbers, and lists of their rows, as textures of four floats a texel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..calculus.folds import Table

__all__ = ["LISTED", "LISTED_TEXEL", "TEXEL", "WIDTH", "Atlas", "woven"]

WIDTH = 1024
"""Texels that lie side by side in the texture of tables."""


class Atlas:
    """All tables of a program in one texture of four floats a texel, one row after another."""

    def __init__(self) -> None:
        self.texels = 0
        self._parts: list[NDArray[np.float32]] = []
        self._starts: dict[Table, int] = {}

    def start(self, table: Table) -> int:
        """The first texel of a table, which is stored once."""
        if table not in self._starts:
            packed = table.texels().reshape(-1, 4)
            self._starts[table] = self.texels
            self._parts.append(packed)
            self.texels += len(packed)
        return self._starts[table]

    @property
    def held(self) -> tuple[Table, ...]:
        """The tables, in order."""
        return tuple(self._starts)

    @property
    def sampled(self) -> dict[str, NDArray[np.float32]]:
        """What a listing samples, by sampler: one texture, or nothing."""
        return {"tables": self.texture} if self.texels else {}

    @property
    def texture(self) -> NDArray[np.float32]:
        """The texels (height, WIDTH, 4)."""
        return woven(np.concatenate(self._parts))


def woven(texels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Texels (n, 4) as a texture (height, WIDTH, 4)."""
    height = -(-len(texels) // WIDTH)
    whole = np.zeros((height * WIDTH, 4), dtype=np.float32)
    whole[: len(texels)] = texels
    return whole.reshape(height, WIDTH, 4)


def _texel(name: str, sampler: str) -> str:
    return f"""vec4 {name}(int i) {{
    return texelFetch({sampler}, ivec2(i % {WIDTH}, i / {WIDTH}), 0);
}}"""


TEXEL = _texel("texel", "tables")
"""How a texel of the atlas is read."""
LISTED_TEXEL = "listed_texel"
LISTED = _texel(LISTED_TEXEL, "tile_rows")
"""How a texel of lists is read."""
