"""Loops in GLSL: folds over tables and the solution of implicit equations.

A fold that wants the jet of the least row first finds that row by value alone, then takes one jet:
carrying every row's derivatives along costs twice as much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..calculus.folds import Fold, Table, texels
from ..calculus.function import Function
from ..calculus.roots import STEPS
from .atlas import LISTED_TEXEL
from .emit import Line
from .layout import Layout, layout
from .names import Names
from .scope import access, literal

__all__ = [
    "COMPLETED", "UNROLLED", "Loop", "array_lines", "completed_lines", "every_row", "fold_lines",
    "listed_rows", "root_lines", "row_lines", "spelled",
]  # fmt: skip

UNROLLED = 16
"""Folds over at most this many rows are written out: constants fold, and loops cost."""
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
    melts: bool = False
    """Whether behind a row's numbers stands how many pairs it completes, of a list that melts."""
    runs: bool = False
    """Whether it is always one."""


def every_row(count: int) -> Loop:
    """All of them."""
    return Loop("0", f"for (int i = 1; i < {count}; ++i) {{")


def listed_rows(begin: str, end: str, melts: bool = False) -> Loop:
    """Those of a list, whose rows lie one after another in a texture."""
    return Loop(f"int({begin})", f"for (int i = int({begin}) + 1; i < int({end}); ++i) {{", melts)


COMPLETED: Final = "for (int pair = i; (pair & 1) == 1; pair >>= 1)"
"""Once for every pair that row i completes, of all rows."""


def fold_lines(
    f: Fold,
    name: str,
    value: str,
    whole: str,
    rows: Callable[[str], str] | None,
    table: Cells,
    loop: Loop,
    merge: str = "",
    completed: str = COMPLETED,
) -> list[Line]:
    """A fold as a function: ``value`` compares rows, ``whole`` gives the result of the winner.

    ``table`` has the numbers of each row as they are spelled, or none where ``rows`` reads them:
    then they are gone through by the loop, else written out. ``merge`` makes one of two, once for
    every pair that a row has ``completed``.
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
    elif isinstance(f.kind, Function):
        merged = f"{merge}({{}}, {{}})"
        body = _melted(
            result, len(table), lambda index: call(whole, index), merged,
            loop if rows else None, completed,
        )  # fmt: skip
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


def _melted(
    result: Layout, count: int, call: Callable[[int | str], str], merge: str, loop: Loop | None,
    completed: str,
) -> list[str]:  # fmt: skip
    """Neighbors melt in pairs, and pairs in pairs: what waits for its partner lies on a stack."""
    if loop is None:
        lines, declared, waiting = list[str](), set[int](), 0
        for i in range(count):
            word = f"{result.glsl} " if waiting not in declared else ""
            declared.add(waiting)
            lines.append(f"{word}part_{waiting} = {call(i)};")
            waiting += 1
            pairs = waiting - 1 if i == count - 1 else (i ^ (i + 1)).bit_length() - 1
            for _ in range(pairs):
                waiting -= 1
                names = f"part_{waiting - 1}", f"part_{waiting}"
                lines.append(f"{names[0]} = {merge.format(*names)};")
        return [*lines, "return part_0;"]
    if loop.runs:
        first = f"{result.glsl} whole = {call(loop.first)};"
        return [first, loop.others, f"    whole = {merge.format('whole', call('i'))};", "}",
                "return whole;"]  # fmt: skip
    last = [] if loop.melts else [
        "for (; top > 0; --top) waiting[top - 1] = "
        f"{merge.format('waiting[top - 1]', 'waiting[top]')};",
    ]  # fmt: skip
    return [
        f"{result.glsl} waiting[{(count - 1).bit_length() + 1}];",
        f"waiting[0] = {call(loop.first)};",
        "int top = 0;",
        loop.others,
        f"    {result.glsl} next = {call('i')};",
        f"    {completed} next = {merge.format('waiting[top--]', 'next')};",
        "    waiting[++top] = next;",
        "}",
        *last,
        "return waiting[0];",
    ]


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


def row_lines(
    name: str, row: Layout, table: Table, start: int, texel: str = "texel", more: int = 0
) -> list[Line]:
    """The function that reads row i of a table, which begins at a texel.

    There may be so many ``more`` numbers behind those of each row.
    """
    columns = table.array.shape[1]
    each = texels(columns + more)
    parts = []
    for k in range(texels(columns)):
        size = min(4, columns - 4 * k)
        at = f"{start + k} + {each} * i" if each > 1 else f"{start} + i"
        parts.append(f"{texel}({at})" + ("" if size == 4 else "." + "xyzw"[:size]))
    value = f"{row.glsl}({', '.join(parts)})" if row.is_struct else parts[0]
    return [Line(f"{row.glsl} {name}(int i) {{"), Line(f"    return {value};"), Line("}")]


def completed_lines(name: str, table: Table) -> list[Line]:
    """The function that reads what stands behind the numbers of row i of a list."""
    columns = table.array.shape[1]
    at = f"{texels(columns + 1)} * i + {columns // 4}" if columns > 3 else "i"
    value = f"int({LISTED_TEXEL}({at}).{'xyzw'[columns % 4]})"
    return [Line(f"int {name}(int i) {{"), Line(f"    return {value};"), Line("}")]


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
