"""Tapes: graphs as they are needed in each of many boxes of the plane, ready for NumPy.

A tape has rows, each one node in one box, sorted so that rows of one op lie together and are worked
out by one call of NumPy; a row has a column for each of the parts that its box is cut into. The
tape of a whole graph is in one box; ``narrow`` cuts it to what smaller ones need.

Chains of ``min`` or of ``max`` are one node with many operands, an extreme.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .costs import size
from .evaluate import evaluate
from .expr import Expr, postorder, substitute
from .forms import Form, form_of, operands, pasted
from .function import Function
from .parameters import Values

__all__ = ["NOWHERE", "Array", "Batch", "Graph", "Ints", "Tape", "inlined"]

Ints = NDArray[np.intp]
Array = NDArray[Any]
Kind = Form | str
"""What a row computes: a form, or "min" or "max" of its operands."""
SMALL = 24
"""Ops of a function that is narrowed as one; a larger one is pasted in, and narrowed inside."""
NOWHERE = -1
"""The row of a root in a box in which it was not wanted."""


@dataclass(slots=True)
class Batch:
    """Rows ``start`` to ``stop``, which compute one kind of op.

    ``rows`` are those of the operands: (rows, arity) for a form. For an extreme they are all
    operands of its first row, then those of the second, and so on, from ``starts`` on.
    """

    kind: Kind
    start: int
    stop: int
    rows: Ints
    starts: Ints = field(default_factory=lambda: np.empty(0, np.intp))

    @property
    def owner(self) -> Ints:
        """Of an extreme, which of its rows each operand belongs to, counted from its first."""
        return np.repeat(np.arange(len(self.starts)), np.diff(self.starts, append=len(self.rows)))

    @property
    def sign(self) -> float:
        """1 for a least, -1 for a greatest."""
        return 1.0 if self.kind == "min" else -1.0


class Tape:
    """A graph as it is needed in each of some boxes.

    Its first rows are the point's two coordinates in each box, and then the numbers. ``roots`` are
    the rows of each root, by box, or NOWHERE.
    """

    def __init__(
        self, boxes: int, numbers: NDArray[np.float64], batches: list[Batch], roots: list[Ints]
    ) -> None:
        self.boxes, self.numbers, self.batches, self.roots = boxes, numbers, batches, roots
        self.count = batches[-1].stop if batches else self.leaves

    @property
    def leaves(self) -> int:
        """How many rows compute nothing."""
        return 2 * self.boxes + len(self.numbers)

    def jets(self, x: Array, y: Array, order: int, *, sides: bool = False) -> list[list[Array]]:
        """Of each root, the jet at points (boxes, parts): value, then gradient, then xx, xy, yy.

        Between operands of what is still open, the values at the point decide. With ``sides`` the
        jet of the runner-up follows, which the root has where the nearest such decision turns, and
        how many decisions there are, 2 for more. A root has no meaning where it was not wanted.
        """
        count = (1, 3, 6)[order]
        mine = [np.zeros((self.count, x.shape[1])) for _ in range(count)]
        n = self.boxes
        mine[0][:n], mine[0][n : 2 * n] = x, y
        mine[0][2 * n : self.leaves] = self.numbers[:, None]
        if order:
            mine[1][:n] = mine[2][n : 2 * n] = 1.0
        other = [np.zeros_like(s) for s in mine] if sides else []
        turns = np.zeros(mine[0].shape, np.int8)
        columns = np.arange(x.shape[1])
        with np.errstate(all="ignore"):
            for b in self.batches:
                own = slice(b.start, b.stop)
                if isinstance(b.kind, Form):
                    operands = [b.rows[:, i] for i in range(b.rows.shape[1])]
                    args = [s[rows] for rows in operands for s in mine]
                    for s, v in zip(mine, b.kind.jet(order)(args), strict=True):
                        s[own] = v
                    if sides and operands:
                        turns[own] = np.minimum(sum(turns[rows] for rows in operands), 2)
                        r, k = np.nonzero(turns[own])
                        args = [np.where(turns[rows[r], k] > 0, o[rows[r], k], s[rows[r], k])
                                for rows in operands
                                for s, o in zip(mine, other, strict=True)]  # fmt: skip
                        for s, v in zip(other, b.kind.jet(order)(args), strict=True):
                            s[r + b.start, k] = v
                    continue
                keys = b.sign * mine[0][b.rows]
                winner, place = _least(keys, b)
                for s in mine:
                    s[own] = s[b.rows[winner], columns]
                if sides:
                    second, _ = _least(np.where(place == winner[b.owner], np.inf, keys), b)
                    for s, o in zip(mine, other, strict=True):
                        o[own] = s[b.rows[second], columns]
                    below = np.add.reduceat(turns[b.rows], b.starts, axis=0, dtype=np.intp)
                    size = np.diff(b.starts, append=len(b.rows))[:, None]
                    turns[own] = np.minimum(below + size - 1, 2)
        found: list[Array] = [*mine, *other, *([turns] if sides else [])]
        return [[s[rows] for s in found] for rows in self.roots]


def _least(keys: Array, b: Batch) -> tuple[Ints, Ints]:
    """For each row of an extreme the place of its first least operand, and all places."""
    best = np.minimum.reduceat(keys, b.starts, axis=0)
    place = np.arange(len(keys))[:, None]
    wins = np.where(keys <= best[b.owner], place, len(keys) - 1)
    return np.minimum.reduceat(wins, b.starts, axis=0), place


class Graph:
    """Numbers that depend on a point: which nodes there are, and what each computes of which.

    What does not depend on the point is a number, by the parameters' values.
    """

    def __init__(self, roots: Sequence[Expr], point: Sequence[Expr]) -> None:
        varies: dict[Expr, bool] = {}
        users: Counter[Expr] = Counter(roots)
        for e in postorder(roots):
            varies[e] = e in point or any(varies[a] for a in e.args)
            users.update(e.args)
        below: dict[Expr, tuple[Expr, ...]] = {}

        def into(e: Expr) -> tuple[Expr, ...]:
            if e not in below:
                below[e] = _below(e, users) if varies[e] and e.args else ()
            return below[e]

        depth: dict[Expr, int] = {}
        groups: dict[tuple[int, Kind], list[Expr]] = defaultdict(list)
        for e in postorder(roots, into):
            depth[e] = 1 + max((depth[o] for o in below[e]), default=-1)
            if below[e]:
                kind = e.op.name if e.op.name in ("min", "max") else form_of(e, below[e])
                groups[depth[e], kind].append(e)
        self._numbers = [e for e in depth if not varies[e]]
        row = {e: k for k, e in enumerate((*point, *self._numbers))}
        self._batches: list[Batch] = []
        for (_, kind), nodes in sorted(groups.items(), key=_depth):
            start = len(row)
            row |= {e: start + k for k, e in enumerate(nodes)}
            rows = [[row[o] for o in below[e]] for e in nodes]
            counts = np.array([len(own) for own in rows])
            if isinstance(kind, str):
                flat = np.array([r for own in rows for r in own])
                batch = Batch(kind, start, len(row), flat, np.cumsum(counts) - counts)
            else:
                batch = Batch(kind, start, len(row), np.array(rows, np.intp))
            self._batches.append(batch)
        self.count = len(row)
        self._roots = [np.array([row[e]]) for e in roots]

    def tape(self, values: Values) -> Tape:
        """All of the graph in one box, at these values of the parameters."""
        numbers = np.array([float(v) for v in evaluate(self._numbers, {}, values)])
        return Tape(1, numbers, self._batches, self._roots)


def _depth(group: tuple[tuple[int, Kind], list[Expr]]) -> int:
    return group[0][0]


def _below(e: Expr, users: Counter[Expr]) -> tuple[Expr, ...]:
    """The operands of a node; those of a chain of minima or maxima, in order, each once."""
    if e.op.name not in ("min", "max"):
        return operands(e)
    found, stack = dict[Expr, None](), [*reversed(e.args)]
    while stack:
        n = stack.pop()
        if n.op is e.op and users[n] == 1:
            stack += reversed(n.args)
        else:
            found[n] = None
    return tuple(found)


def inlined(function: Function, point: Sequence[Expr]) -> list[Expr]:
    """The function's outputs at a point, with what combines fields, and large functions, pasted in.

    What says how fast it changes, or what its mean is, stays a call.
    """

    def opened(f: Function) -> bool:
        combines = any(i.role == "field" for i in f.inputs)
        return combines or (f.lipschitz is None and f.mean is None and size(f) > SMALL)

    roots = substitute(function.outputs, dict(zip(function.leaves, point, strict=True)))
    return pasted(roots, opened)
