"""Loops in GLSL: folds over tables and the solution of implicit equations.

A fold that wants the jet of the least row first finds that row by value alone, then takes one jet:
carrying every row's derivatives along costs twice as much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..calculus.folds import Fold, Table
from ..calculus.function import Function
from ..calculus.roots import STEPS
from .emit import Line
from .layout import Layout, layout
from .names import Names
from .scope import access, literal

__all__ = [
    "LISTED", "LISTED_TEXEL", "TEXEL", "UNROLLED", "WIDTH", "Atlas", "array_lines", "every_row",
    "fold_lines", "listed_rows", "root_lines", "row_lines", "spelled", "woven",
]  # fmt: skip

UNROLLED = 16
"""Folds over at most this many rows are written out: constants fold, and loops cost."""
WIDTH = 1024
"""Texels that lie side by side in the texture of tables."""


Cells = Sequence[Sequence[str]]
"""A table's numbers, row by row, as GLSL."""


def spelled(table: NDArray[np.float64]) -> Cells:
    """The numbers of a table as constants."""
    return [[literal(float(x)) for x in row] for row in table]


def row_text(row: Layout, numbers: Sequence[str]) -> str:
    """A row as a constructor: ``vec3(0.1, 0.2, 0.3)``."""
    parts, start = [], 0
    for m in row.members:
        inside = numbers[start : start + m.size]
        parts.append(inside[0] if m.size == 1 else f"{m.glsl}({', '.join(inside)})")
        start += m.size
    return f"{row.glsl}({', '.join(parts)})" if row.is_struct else parts[0]


class Loop(NamedTuple):
    """How the rows of a table are gone through: the first, and the head of the loop over others."""

    first: str
    others: str


def every_row(count: int) -> Loop:
    """All of them."""
    return Loop("0", f"for (int i = 1; i < {count}; ++i) {{")


def listed_rows(begin: str, end: str) -> Loop:
    """Those of a list, whose rows lie one after another in a texture."""
    return Loop(f"int({begin})", f"for (int i = int({begin}) + 1; i < int({end}); ++i) {{")


def fold_lines(
    f: Fold,
    name: str,
    value: str,
    whole: str,
    rows: Callable[[str], str] | None,
    table: Cells,
    loop: Loop,
) -> list[Line]:
    """A fold as a function: ``value`` compares rows, ``whole`` gives the result of the winner.

    ``table`` has the numbers of each row as they are spelled, or none where ``rows`` reads them:
    then they are gone through by the loop, else written out.
    """
    function = f.function
    result, row = layout(f.result), layout(function.inputs[-1].type)
    scope = Names()
    shared = [(layout(i.type).glsl, scope.take(i.name)) for i in function.inputs[:-1]]
    passed = "".join(f"{label}, " for _, label in shared)
    if f.kind == "at":
        shared.append(("float", scope.take("number")))
    head = Line(
        f"{result.glsl} {name}({', '.join(f'{t} {label}' for t, label in shared)}) {{",
        function.source,
    )

    def call(of: str, index: int | str) -> str:
        text = rows(str(index)) if rows else row_text(row, table[int(index)])
        return f"{of}({passed}{text})"

    if rows and len(table) == 1:  # the one of a list
        body = [f"return {call(whole, loop.first)};"]
    elif f.kind == "at":
        body = _picked(row, table, whole, passed, shared[-1][1], rows)
    elif f.kind == "ranks":
        body = _ranked(len(table), lambda index: call(whole, index), loop if rows else None)
    elif isinstance(f.kind, tuple) or function.result.size == 1:
        kinds = f.kind if isinstance(f.kind, tuple) else (f.kind,)
        body = _reduced(
            kinds, result, len(table), lambda index: call(whole, index), loop if rows else None
        )
    else:
        sign = "<" if f.kind == "min" else ">"
        body = _selected(sign, row, table, call, value, whole, passed, loop if rows else None)
    texts = [line for text in body for line in text.split("\n")]
    return [head, *(Line(f"    {text}") for text in texts), Line("}")]


def _reduced(
    kinds: tuple[str, ...],
    result: Layout,
    count: int,
    call: Callable[[int | str], str],
    loop: Loop | None,
) -> list[str]:
    """Every output is reduced by its own kind."""
    merge = []
    for k, kind in enumerate(kinds):
        at = access(result, k)
        merge.append(
            f"total{at} += next{at};"
            if kind == "add"
            else f"total{at} = {kind}(total{at}, next{at});"
        )
    first = f"{result.glsl} total = {call(loop.first if loop else 0)};"
    if loop:
        inner = [f"    {result.glsl} next = {call('i')};", *(f"    {m}" for m in merge)]
        return [first, loop.others, *inner, "}", "return total;"]
    if len(kinds) == 1:
        short = "total += {};" if kinds[0] == "add" else f"total = {kinds[0]}(total, {{}});"
        return [first, *(short.format(call(i)) for i in range(1, count)), "return total;"]
    lines = [first, f"{result.glsl} next;"]
    for i in range(1, count):
        lines += [f"next = {call(i)};", *merge]
    return [*lines, "return total;"]


def _selected(
    sign: str, row: Layout, table: Cells, call: Callable[[str, int | str], str],
    value: str, whole: str, passed: str, loop: Loop | None,
) -> list[str]:  # fmt: skip
    """The winning row, found by value, then its whole result."""
    word = "min" if sign == "<" else "max"
    if loop:
        return [
            f"int winner = {loop.first};",
            f"float best = {call(value, 'winner')};",
            loop.others,
            f"    float next = {call(value, 'i')};",
            f"    winner = next {sign} best ? i : winner;",
            f"    best = {word}(next, best);",
            "}",
            f"return {call(whole, 'winner')};",
        ]
    lines = [
        f"{row.glsl} row = {row_text(row, table[0])};",
        f"float best = {call(value, 0)};",
        "float next;",
    ]
    for i in range(1, len(table)):
        lines.append(f"next = {call(value, i)};")
        lines.append(f"if (next {sign} best) {{ best = next; row = {row_text(row, table[i])}; }}")
    return [*lines, f"return {whole}({passed}row);"]


def _ranked(count: int, call: Callable[[int | str], str], loop: Loop | None) -> list[str]:
    """The numbers of the two least rows, and the third least value."""
    start = loop.first if loop else "0"
    first = [f"float best = {call(start)};", "float second = 1e30, third = 1e30, next;",
             f"vec2 winner = vec2({start});"]  # fmt: skip

    def merge(index: int | str) -> list[str]:
        number = f"float({index})" if loop else f"{index}.0"
        return [
            f"next = {call(index)};",
            "third = min(third, max(second, next));",
            f"winner.y = next < best ? winner.x : next < second ? {number} : winner.y;",
            f"winner.x = next < best ? {number} : winner.x;",
            "second = max(best, min(second, next));",
            "best = min(best, next);",
        ]

    if loop:
        inner = [f"    {text}" for text in merge("i")]
        body = [loop.others, *inner, "}"]
    else:
        body = [text for i in range(1, count) for text in merge(i)]
    return [*first, *body, "return vec3(winner, third);"]


def _picked(
    row: Layout, table: Cells, whole: str, passed: str, number: str,
    rows: Callable[[str], str] | None,
) -> list[str]:  # fmt: skip
    """The result for one row, whose number is a float."""
    if rows:
        return [f"return {whole}({passed}{rows(f'int({number})')});"]
    lines = [f"{row.glsl} row = {row_text(row, table[0])};"]
    for i in range(1, len(table)):
        lines.append(f"if ({number} == {i}.0) row = {row_text(row, table[i])};")
    return [*lines, f"return {whole}({passed}row);"]


def array_lines(name: str, row: Layout, table: NDArray[np.float64]) -> list[Line]:
    """A table as a constant array, several rows a line."""
    texts = [row_text(row, cells) for cells in spelled(table)]
    lines, current = [], ""
    for k, text in enumerate(texts):
        piece = text + ("," if k < len(texts) - 1 else "")
        if current and len(current) + len(piece) > 92:
            lines.append(current)
            current = ""
        current += (" " if current else "    ") + piece
    kind = f"{row.glsl}[{len(table)}]"
    head = f"const {row.glsl} {name}[{len(table)}] = {kind}("
    return [Line(head), *(Line(text) for text in (*lines, current)), Line(");")]


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


def row_lines(name: str, row: Layout, table: Table, start: int, texel: str = "texel") -> list[Line]:
    """The function that reads row i of a table, which begins at a texel."""
    columns = table.array.shape[1]
    texels = (columns + 3) // 4
    parts = []
    for k in range(texels):
        size = min(4, columns - 4 * k)
        at = f"{start + k} + {texels} * i" if texels > 1 else f"{start} + i"
        parts.append(f"{texel}({at})" + ("" if size == 4 else "." + "xyzw"[:size]))
    value = f"{row.glsl}({', '.join(parts)})" if row.is_struct else parts[0]
    return [Line(f"{row.glsl} {name}(int i) {{"), Line(f"    return {value};"), Line("}")]


def root_lines(name: str, function: Function, value: str, slope: str) -> list[Line]:
    """Bracketed Newton: the same steps as in NumPy, until one is of rounding."""
    scope = Names()
    for word in ("low", "high", "rising", "newton", "inside", "arrived"):
        scope.take(word)
    rest = [scope.take(i.name) for i in function.inputs[1:]]
    passed = "".join(f", {label}" for label in rest)
    arguments = "".join(f", float {label}" for label in rest)
    return [
        Line(f"float {name}(float low, float high{arguments}) {{"),
        Line(f"    bool rising = {value}(high{passed}) >= 0.0;"),
        Line("    float t = 0.5 * (low + high);"),
        Line(f"    for (int i = 0; i < {STEPS} && low < high; ++i) {{"),
        Line(f"        Jet1_1x1 f = {slope}(t{passed});"),
        Line("        if ((f.value > 0.0) == rising) high = t;"),
        Line("        else low = t;"),
        Line("        float newton = t - f.value / (f.gradient == 0.0 ? 1.0 : f.gradient);"),
        Line("        bool arrived = abs(newton - t) <= 1e-6 * abs(t);"),
        Line("        bool inside = (newton > low && newton < high) || arrived;"),
        Line("        t = inside && f.gradient != 0.0 ? newton : 0.5 * (low + high);"),
        Line("        if (arrived) break;"),
        Line("    }"),
        Line("    return t;"),
        Line("}"),
    ]
