"""Tables: of many like shapes one function over a table of their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ..shaders.calculus.expr import Expr, node, postorder, substitute
from ..shaders.calculus.folds import Table, fold
from ..shaders.calculus.function import Function, Input, Type, apply
from ..shaders.calculus.literals import Placed
from ..shaders.picture import POINT
from .sizes import weight

__all__ = ["folded", "gathered", "skeleton"]

CROWD = 8
"""A run of at least this many like shapes in a union becomes a table."""
LARGEST_ROW = 16
GREAT = 64
"""In a union of this many shapes all like ones become one table, wherever they stand. Where two
shapes of different tables are equally near, the table whose first shape came first has the tie."""


def gathered(values: Sequence[Expr]) -> list[Expr]:
    """Values in order, with each long run of the same skeleton replaced by a fold.

    In a great union a run need not be unbroken: like shapes stand where the first of them stands.
    """
    if len(values) < CROWD:
        return list(values)
    groups: list[tuple[Expr | None, list[tuple[Expr, tuple[float, ...]]]]] = []
    place: dict[Expr, int] = {}
    for value in values:
        form, numbers = skeleton(value) or (None, ())
        last = groups[-1][0] if groups else None
        if form is not None and form is last:
            at = len(groups) - 1
        elif form is not None and len(values) >= GREAT and form in place:
            at = place[form]
        else:
            at = len(groups)
            groups.append((form, []))
            if form is not None:
                place.setdefault(form, at)
        groups[at][1].append((value, numbers))
    result: list[Expr] = []
    for form, members in groups:
        if form is not None and len(members) >= CROWD:
            result.append(folded(form, [numbers for _, numbers in members]))
        else:
            result += [value for value, _ in members]
    return result


def skeleton(value: Expr) -> tuple[Expr, tuple[float, ...]] | None:
    """The expression with every number in a scene replaced by a numbered hole, and the numbers.

    Each place counts, not each value: shapes whose numbers happen to be equal stay alike.
    """
    order = list(postorder([value]))
    while (paste := next((e for e in order if _is_wrapped(e)), None)) is not None:
        f: Function = paste.args[0].data
        pasted = Function(f.name, f.inputs, f.outputs, inline=True)
        (value,) = substitute([value], {paste: apply(pasted, paste.args[0].args)[0]})
        order = list(postorder([value]))
    numbers: list[float] = []
    memo: dict[Expr, Expr] = {}
    for e in order:
        if not e.args:
            memo[e] = e
            continue
        args = []
        for a in e.args:
            if a.op.name == "literal":
                args.append(_hole(len(numbers)))
                numbers.append(a.data)
            else:
                args.append(memo[a])
        memo[e] = node(e.op.name, tuple(args), e.data)
    if len(numbers) > LARGEST_ROW or not numbers or value.op.name == "literal":
        return None
    return memo[value], tuple(numbers)


@cache
def _hole(k: int) -> Expr:
    """Where the k-th number of a row stands."""
    return node("input", (), ("row", k))


def _is_wrapped(e: Expr) -> bool:
    """Whether a small function of the point alone is called, which holds numbers."""
    if e.op.name != "get" or e.args[0].op.name != "apply":
        return False
    f: Function = e.args[0].data
    return f.inputs == (POINT,) and f.result.size == 1 and weight(f.outputs[0]) <= LARGEST_ROW


def folded(
    skeleton: Expr,
    rows: list[tuple[float, ...]],
    melts: Function | None = None,
) -> Expr:
    """The least over a table of the skeleton's numbers; a column that never changes is a number.

    But for numbers that have places: which of them are equal may change. With a function that
    ``melts`` two, the tree of these.
    """
    table = Table(rows)
    placed = any(isinstance(x, Placed) for row in rows for x in row)
    columns, filled = list[int](), dict[Expr, Expr]()
    for k in range(table.array.shape[1]):
        column = table.array[:, k]
        same = next((j for j in columns if (table.array[:, j] == column).all()), None)
        hole = _hole(k)
        if not placed and (column == column[0]).all():
            filled[hole] = node("literal", (), float(column[0]))
        elif not placed and same is not None:
            filled[hole] = _hole(columns.index(same))
        else:
            filled[hole] = _hole(len(columns))
            columns.append(k)
    if not columns and melts is None:  # all alike: one stands for all
        return substitute([skeleton], filled)[0]
    if not columns:  # where they melt, each counts
        columns.append(0)
        filled[_hole(0)] = _hole(0)
    if len(columns) == 1:
        only = node("input", (), ("row", None))
        filled = {h: only if v.op.name == "input" else v for h, v in filled.items()}
    body = substitute([skeleton], filled)
    name = next((e.data.name for e in postorder(body) if e.op.name == "apply"), "shape")
    row = Input("row", Type(len(columns)))
    table = Table(table.array[:, columns])
    item = Function(f"one_{name}", [POINT, row], body)
    return fold(melts or "min", item, table, POINT.leaves)[0]
