"""Folds: one function over the rows of a table, reduced to one result.

Ten thousand circles are one function and one table, never ten thousand statements. The rows are
the function's last input, ``row``; its other inputs are shared by all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .expr import Expr, node
from .function import Function, Type

__all__ = ["Fold", "Table", "fold", "texels"]


def texels(columns: int) -> int:
    """How many fours hold so many numbers."""
    return -(-columns // 4)


class Table:
    """Numbers, (rows, columns), float64, equal by content."""

    __slots__ = ("_hash", "array")
    array: NDArray[np.float64]

    def __init__(self, rows: ArrayLike) -> None:
        self.array = np.array(rows, dtype=np.float64, ndmin=2)
        self.array.setflags(write=False)
        self._hash = hash((self.array.shape, self.array.tobytes()))

    def texels(
        self, rows: NDArray[np.intp] | slice = slice(None), more: NDArray[np.intp] | None = None
    ) -> NDArray[np.float32]:
        """Rows, (rows, texels, 4): each as so many fours of numbers, with one ``more`` behind."""
        count, columns = self.array.shape
        padded = np.zeros((count, 4 * texels(columns + (more is not None))), np.float32)
        padded[:, :columns] = self.array
        padded = padded[rows]
        if more is not None:
            padded[:, columns] = more
        return padded.reshape(len(padded), -1, 4)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and np.array_equal(self.array, other.array)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return "<Table {}x{}>".format(*self.array.shape)

    def __reduce__(self) -> tuple[Any, ...]:
        return Table, (np.array(self.array),)


@dataclass(frozen=True, slots=True)
class Fold:
    """How rows become one result.

    ``kind`` "min" or "max" keeps all outputs of the row whose first output is least or greatest,
    the first such row at a tie; a tuple names a reduction for each output ("min", "max", "add");
    "gap" is the distance from the least first output to the least of those rows whose other outputs
    (its slopes) are not those of the winner: how near a bend is. "ranks" gives, for a function of
    one output, the numbers of the rows where it is least and second to that, and its third value;
    "at" the outputs of the one row whose number is a further argument, after the shared ones.

    A function of two fields as a kind merges neighbors in pairs, pairs in pairs, and so on: a
    balanced tree over the rows' order, in which what has no partner waits for the next level.
    """

    kind: str | tuple[str, ...] | Function
    function: Function
    table: Table

    @property
    def functions(self) -> tuple[Function, ...]:
        """What it calls, that of the rows first."""
        return (self.function, self.kind) if isinstance(self.kind, Function) else (self.function,)

    @property
    def result(self) -> Type:
        """What it gives."""
        return {"gap": Type(), "ranks": Type(3)}.get(str(self.kind), self.function.result)

    @property
    def name(self) -> str:
        """How a fold reads in a listing."""
        kind = self.kind.name if isinstance(self.kind, Function) else self.kind
        return f"{kind} of {self.function.name}"


def fold(
    kind: str | tuple[str, ...] | Function, function: Function, table: Table, args: Sequence[Expr]
) -> tuple[Expr, ...]:
    """The reduced outputs of ``function`` at the shared ``args`` over all rows."""
    made = Fold(kind, function, table)
    columns = function.inputs[-1].type.size
    if function.inputs[-1].name != "row" or columns != table.array.shape[1]:
        raise TypeError(
            f"fold of {function.name}: its last input must be a row of {columns} numbers"
        )
    call = node("fold", tuple(args), made)
    return tuple(node("get", (call,), i) for i in range(made.result.size))
