"""Programs: functions of the calculus, gathered with all that they call, as one GLSL text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..calculus.expr import OPS, Expr, const
from ..calculus.folds import Table
from ..calculus.function import CALLS, Function, callees
from ..calculus.jets import jet
from ..calculus.parameters import Parameter
from ..calculus.rewrite import replace_leaves
from ..calculus.roots import in_t
from ..calculus.verify import verify
from ..errors import ShaderError
from .atlas import LISTED_TEXEL, TEXEL, Atlas
from .dialects import DRAWN, Dialect
from .emit import Line, emit, folded
from .layout import Layout, Member, layout
from .loops import (
    COMPLETED,
    UNROLLED,
    Cells,
    Loop,
    array_lines,
    completed_lines,
    every_row,
    fold_lines,
    root_lines,
    row_lines,
    spelled,
)  # fmt: skip
from .names import Names
from .terms import spell

__all__ = ["FLOAT_EPSILON", "Origin", "Program"]

WRITTEN = 64
"""Functions that a fold's rows may call, all together, before the rows become a loop."""
OURS = ("tables", "texel", "Jet1", "Jet2", "Map1", "Map2", "Box")
"""What a listing may declare for itself; nothing else gets these names."""
WORDS = {"min": "least", "max": "greatest", "ranks": "ranks", "at": "one"}
"""What folds of these kinds are called."""
Origin = int | tuple[Table, int, int] | None
"""Where a live number comes from: its place in the scene, or its row and column in a table."""
FLOAT_EPSILON = 1.2e-7
"""The unit of rounding of float32, a little rounded up."""


class Program:
    """GLSL functions in the making: ``add`` some, then take ``text`` (or ``lines``).

    ``numbers`` "baked" writes the scene's numbers as constants, which fold; "live" reads them
    from variables, listed in ``numbers``. Tables lie in a texture (``tables``), or in constant
    arrays as far as the dialect has them: those need no set-up, but compile and draw more slowly.
    Of a table in ``listed`` only the rows that its loop goes through are looked at.
    """

    def __init__(
        self,
        numbers: str = "baked",
        taken: Iterable[str] = (),
        *,
        dialect: Dialect = DRAWN,
        listed: Mapping[Table, Loop] | None = None,
    ) -> None:
        self.names = Names()
        helpers = (re.search(r"float (\w+)\(", op.helper) for op in OPS.values())
        for word in (
            *OURS,
            *(f"Row{k}" for k in range(5, 17)),
            *(found.group(1) for found in helpers if found),
            *(own.text.rstrip("()") for own in dialect.built_in.values() if own.declaration),
            *taken,
        ):
            self.names.take(word)
        self.live = numbers == "live"
        self.numbers: list[float] = []
        self.origins: list[Origin] = []
        self.blocks: list[str] = []  # vec4s that hold the numbers, four each
        self.parameters: list[Parameter] = []
        self.dialect = dialect
        self.atlas = Atlas()
        self._elements = dialect.elements  # that constant arrays may still take
        self._loops: dict[object, int] = {}  # by function, fold or root: what a call of it runs
        self._stored: dict[Table, str] = {}
        self._pairs: dict[Table, str] = {}
        self._leaf: dict[Expr, str] = {}
        self._name: dict[object, str] = {}
        self._baked: dict[Function, Function] = {}
        self._structs: dict[str, Layout] = {}
        self._helpers: dict[str, str] = {}
        self._listed = listed or {}
        self._body: list[Line] = []

    def add(self, function: Function, name: str = "") -> str:
        """Write a function and all that it calls; returns what it is called in the listing.

        ``name`` is one that the caller has taken for it, before what it calls could.
        """
        verify(function)
        ready = replace_leaves(function, self._replace, self._baked, ("ready", self.live))
        for f in (*callees(ready.outputs), ready):
            if f not in self._name:
                self._write(f, name if f is ready else "")
        return self._name[ready]

    @property
    def lines(self) -> list[Line]:
        """Structs, helpers and functions, each before what uses it."""
        return [part for line in self._whole_lines() for part in folded(line)]

    def _whole_lines(self) -> list[Line]:
        head = [Line(s.declaration) for s in self._structs.values()]
        head += [Line("")] if head else []
        if self.atlas.texels:
            head += [*(Line(text) for text in self._sampled()), Line("")]
        for helper in self._helpers.values():
            head += [Line(text) for text in helper.splitlines()]
            head.append(Line(""))
        return head + self._body

    def _sampled(self) -> list[str]:
        """The sampler of the texture of tables, and the function that reads it."""
        height, width = self.atlas.texture.shape[:2]
        about = f"  // {width} x {height} texels, RGBA32F, NEAREST: Listing.tables"
        head = f"{self.dialect.sampler} tables;" + (about if self.dialect.comments else "")
        return [head, *TEXEL.splitlines()]

    @property
    def tables(self) -> dict[str, NDArray[np.float32]]:
        """What the listing samples, by sampler."""
        return self.atlas.sampled

    @property
    def text(self) -> str:
        """The listing."""
        return "\n".join(line.text for line in self.lines)

    def loops(self, function: Function) -> int:
        """How many loops a call of an added function runs, were all calls pasted in."""
        return self._loops[self._baked[function]]

    def uniform(self, parameter: Parameter) -> str:
        """What a parameter is called in the listing."""
        return self._name[parameter]

    def _replace(self, leaf: Expr) -> Expr | None:
        if leaf.op.name == "epsilon":
            return const(FLOAT_EPSILON)
        return const(leaf.data) if leaf.op.name == "literal" and not self.live else None

    def _write(self, f: Function, name: str) -> None:
        for i in f.inputs:
            self._declare(layout(i.type))
        self._declare(layout(f.result))
        for e in f.nodes:
            if e.op.name in ("parameter", "literal"):
                self._variable(e)
            elif e.op.helper:
                self._help(e)
            elif e.op.name == "fold" and e.data not in self._name:
                self._fold(e)
            elif e.op.name == "root" and e.data not in self._name:
                self._root(e)
        calls = (e for e in f.nodes if e.op.name in CALLS)
        self._loops[f] = sum(self._loops[e.data] for e in calls)
        self._name[f] = name or self.names.take(f.name)
        self._append(emit(f, self._name[f], self._call_name, self._leaf, self.names))

    def _append(self, lines: Sequence[Line]) -> None:
        self._body += [*lines, Line("")]

    def _call_name(self, e: Expr) -> str:
        return self._name[e.data]

    def _declare(self, shape: Layout) -> None:
        if shape.is_struct and shape.glsl not in self._structs:
            self._structs[shape.glsl] = shape

    def _help(self, e: Expr) -> None:
        called = re.match(r"([a-z]\w*)\(", spell(e))
        if called and f" {called[1]}(" in e.op.helper and called[1] not in self._helpers:
            self._helpers[called[1]] = e.op.helper
            self.names.take(called[1])

    def _variable(self, e: Expr) -> None:
        if e in self._leaf:
            return
        if e.op.name == "literal":
            self._leaf[e] = self._number(e.data, getattr(e.data, "place", None))
            return
        parameter, component = e.data
        if parameter not in self.parameters:
            self.parameters.append(parameter)
            built_in = self.dialect.built_in.get(parameter.name)
            self._name[parameter] = built_in.text if built_in else self.names.take(parameter.name)
        self._leaf[e] = self._name[parameter] + (
            "" if component is None else f".{'xyz'[component]}"
        )

    def _number(self, value: float, origin: Origin) -> str:
        """How a live number is read."""
        place = len(self.numbers) % 4
        if place == 0:
            self.blocks.append(self.names.take(f"numbers_{len(self.blocks)}"))
        self.numbers.append(float(value))
        self.origins.append(origin)
        return f"{self.blocks[-1]}.{'xyzw'[place]}"

    def _fold(self, e: Expr) -> None:
        if e.data.kind == "gap":
            raise ShaderError(f"{e.data.name}: GLSL has no gap of a fold")
        f, kind = e.data.function, e.data.kind
        merge = kind if isinstance(kind, Function) else None
        word = merge.name if merge else WORDS[kind] if isinstance(kind, str) else "all"
        self._name[e.data] = name = self.names.take(f"{word}_of_{f.name}")
        value = self._value_of(f) if kind in ("min", "max") else f
        row = layout(f.inputs[-1].type)
        self._declare(row)
        table = e.data.table
        calls = sum(1 for _ in callees(f.outputs))
        long = len(table.array) > UNROLLED or len(table.array) * calls > WRITTEN or _loops(f)
        long |= table in self._listed
        source = self._rows(row, table) if long else None
        inner, last = self._loops[value], self._loops[f] if value is not f else 0
        rows = 1 if kind == "at" else len(table.array)
        inner += 1 + self._loops[merge] if merge else 0
        self._loops[e.data] = (1 + inner if long and rows > 1 else rows * inner) + last
        cells: Cells = [()] * len(table.array) if source else spelled(table.array)
        if self.live and not source:
            cells = [
                [self._number(x, (table, i, j)) for j, x in enumerate(row)]
                for i, row in enumerate(table.array)
            ]
        whole = self._name[f]
        loop = self._listed.get(table, every_row(len(table.array)))
        melting = (self._name[merge], self._completed(table)) if merge else ()
        self._append(
            fold_lines(e.data, name, self._name[value], whole, source, cells, loop, *melting)
        )

    def _completed(self, table: Table) -> str:
        """The head of a loop that runs once for every pair that row i completes."""
        if table not in self._listed:
            return COMPLETED
        if table not in self._pairs:
            self._pairs[table] = name = self.names.take("pairs_of_list")
            self._append(completed_lines(name, table))
        return f"for (int pair = {self._pairs[table]}(i); pair > 0; --pair)"

    def _value_of(self, f: Function) -> Function:
        """The function that ranks rows: of the value alone, for one whose result holds more."""
        value = next((old for old, new in self._baked.items() if new is f), f)
        while "value" in value.derived:
            value = value.derived["value"]
        if value.result.size > 1:  # rows with more to tell are ranked by their first number
            value = Function(f"{value.name}_key", value.inputs, value.outputs[:1])
        if value is f:
            return f
        self.add(value)
        return self._baked[value]

    def _rows(self, row: Layout, table: Table) -> Callable[[str], str]:
        """Store a table, once; returns how the row of an index is read."""
        if table not in self._stored:
            elements = len(table.array) * len(row.members)
            if table in self._listed:
                name = self.names.take("row_of_list")
                more = int(self._listed[table].melts)
                self._append(row_lines(name, row, table, 0, LISTED_TEXEL, more))
                self._stored[table] = f"{name}({{}})"
            elif elements <= self._elements:
                self._elements -= elements
                self._stored[table] = self._arrays(row, table)
            elif not self.dialect.sampler:
                raise ShaderError(
                    f"a list of {len(table.array)} takes {elements} constants of up to four "
                    f"numbers, and {self._elements} of the {self.dialect.elements} that "
                    f"{self.dialect.name} has are left: use shorter lists, or another dialect"
                )
            else:
                name = self.names.take("row_of_table")
                self._append(row_lines(name, row, table, self.atlas.start(table)))
                self._stored[table] = f"{name}({{}})"
        return self._stored[table].format

    def _arrays(self, row: Layout, table: Table) -> str:
        """A constant array for each member of a row: one of structs takes Mesa far longer."""
        names, start = [], 0
        for m in row.members:
            names.append(self.names.take(f"rows_{m.name}" if m.name else "rows"))
            part = Layout(m.glsl, (Member("", m.rows),))
            self._append(array_lines(names[-1], part, table.array[:, start : start + m.size]))
            start += m.size
        inside = ", ".join(f"{name}[{{0}}]" for name in names)
        return f"{row.glsl}({inside})" if row.is_struct else inside

    def _root(self, e: Expr) -> None:
        slope = jet(in_t(e.data.function), 1)
        self.add(slope)
        self._name[e.data] = name = self.names.take(f"root_of_{e.data.function.name}")
        value = self._name[e.data.function]
        self._loops[e.data] = 1
        self._append(root_lines(name, e.data.function, value, self._name[self._baked[slope]]))


def _loops(function: Function) -> bool:
    """Whether a function has a loop itself: written out, copies of copies multiply."""
    return any(
        e.op.name in ("fold", "root")
        for f in (*callees(function.outputs), function)
        for e in f.nodes
    )
