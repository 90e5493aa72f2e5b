"""Narrowing: what a graph comes to in many boxes at once, where intervals decide its choices.

In a box where ``a`` is surely less than ``b``, ``min(a, b)`` is ``a``, and nothing below ``b`` is
needed there. A ``Tape`` is a graph as it is needed in each of many boxes: rows, each one node in
one box, sorted so that rows of one op lie together and are worked out by one call of NumPy. A row
has a column for each of the parts that its box is cut into. ``Bounded`` holds the intervals of a
tape, by which it is cut: the parts that are wanted become boxes of a new tape, in which decided
choices are gone. So of a graph of thousands a pixel meets a few nodes.

Chains of ``min`` or of ``max`` are one node with many operands, an extreme.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .evaluate import evaluate
from .expr import Expr, postorder, substitute
from .forms import OPEN, Form, form_of, operands, pasted
from .function import Function, size
from .parameters import Values

__all__ = ["PARTS", "Bounded", "Graph", "Tape", "inlined"]

Ints = NDArray[np.intp]
Array = NDArray[Any]
Kind = Form | str
"""What a row computes: a form, or "min" or "max" of its operands."""
PARTS = 64
"""Into so many parts a box is cut at most: a bit each."""
SMALL = 24
"""Ops of a function that is narrowed as one; a larger one is pasted in, and narrowed inside."""
NOWHERE = -1


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

        self.roots, self.point = list(roots), list(point)
        self.numbers: list[Expr] = []
        depth: dict[Expr, int] = {}
        groups: dict[tuple[int, Kind], list[Expr]] = defaultdict(list)
        for e in postorder(roots, into):
            if not varies[e]:
                self.numbers.append(e)
            depth[e] = 1 + max((depth[o] for o in below[e]), default=-1)
            if below[e]:
                kind = e.op.name if e.op.name in ("min", "max") else form_of(e, below[e])
                groups[depth[e], kind].append(e)
        order = sorted(groups.items(), key=lambda item: item[0][0])
        self.groups = [(kind, nodes) for (_, kind), nodes in order]
        self.below = below

    @property
    def choices(self) -> int:
        """How many operands there are to choose from, in all."""
        return sum(
            sum(len(self.below[e]) for e in nodes)
            for kind, nodes in self.groups
            if isinstance(kind, str) or kind.pieces
        )


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

    @classmethod
    def whole(cls, graph: Graph, values: Values, boxes: int) -> Tape:
        """All of a graph in each box, at these values of the parameters."""
        every = np.arange(boxes)
        first = {leaf: axis * boxes for axis, leaf in enumerate(graph.point)}
        fixed = {e: 2 * boxes + k for k, e in enumerate(graph.numbers)}
        found = evaluate(graph.numbers, {}, values)
        start, batches = 2 * boxes + len(fixed), list[Batch]()

        def rows(e: Expr) -> Ints:
            return np.full(boxes, fixed[e]) if e in fixed else first[e] + every

        for kind, nodes in graph.groups:
            below = [np.stack([rows(o) for o in graph.below[e]], axis=1) for e in nodes]
            stop = start + boxes * len(nodes)
            if isinstance(kind, str):
                counts = np.repeat([b.shape[1] for b in below], boxes)
                starts = np.cumsum(counts) - counts
                flat = np.concatenate([b.ravel() for b in below])
                batches.append(Batch(kind, start, stop, flat, starts))
            else:
                batches.append(Batch(kind, start, stop, np.concatenate(below)))
            first |= {e: start + k * boxes for k, e in enumerate(nodes)}
            start = stop
        numbers = np.array([float(v) for v in found])
        return cls(boxes, numbers, batches, [rows(e) for e in graph.roots])

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
                    below = np.add.reduceat(turns[b.rows], b.starts, axis=0)
                    size = np.diff(b.starts, append=len(b.rows))[:, None]
                    turns[own] = np.minimum(below + size - 1, 2)
        more = [turns] if sides else []
        return [[s[rows] for s in (*mine, *other, *more)] for rows in self.roots]


def _least(keys: Array, b: Batch) -> tuple[Ints, Ints]:
    """For each row of an extreme the place of its first least operand, and all places."""
    best = np.minimum.reduceat(keys, b.starts, axis=0)
    place = np.arange(len(keys))[:, None]
    wins = np.where(keys <= best[b.owner], place, len(keys) - 1)
    return np.minimum.reduceat(wins, b.starts, axis=0), place


class Bounded:
    """The intervals of a tape in parts of its boxes, and what they decide.

    Args:
        x: the lower and the upper ends of the parts, each (boxes, parts); at most PARTS parts.
        y: likewise.
        fast: bound how fast each number changes, too.
        turns: find out, too, where it may turn in other ways than from one operand of an extreme
            to the next, so that jets do not tell what it is in all the part.
    """

    def __init__(
        self, tape: Tape, x: tuple[Array, Array], y: tuple[Array, Array], *,
        fast: bool = False, turns: bool = False,
    ) -> None:  # fmt: skip
        self._tape, self._parts = tape, x[0].shape[1]
        shape = tape.count, self._parts
        self.low, self.high = np.empty(shape), np.empty(shape)
        self.speed = np.zeros(shape) if fast else None
        self.turns = np.zeros(shape, np.bool_) if turns else None
        self._decided: list[Any] = []  # of each batch: codes, or which operands stay
        n = tape.boxes
        for k, store in enumerate((self.low, self.high)):
            store[:n], store[n : 2 * n] = x[k], y[k]
            store[2 * n : tape.leaves] = tape.numbers[:, None]
        if self.speed is not None:
            self.speed[: 2 * n] = 1.0
        with np.errstate(all="ignore"):
            for batch in tape.batches:
                form = self._form if isinstance(batch.kind, Form) else self._extreme
                self._decided.append(form(batch))

    def root(self, k: int) -> list[Array]:
        """Low, high, and the speed and the turns if they are asked for, each (boxes, parts).

        They have no meaning in boxes where the root was not wanted.
        """
        kept = (s for s in (self.low, self.high, self.speed, self.turns) if s is not None)
        return [s[self._tape.roots[k]] for s in kept]

    def _form(self, b: Batch) -> Any:
        form, own = b.kind, slice(b.start, b.stop)
        assert isinstance(form, Form)
        columns = [b.rows[:, i] for i in range(b.rows.shape[1])]
        ends = [s[rows] for rows in columns for s in (self.low, self.high)]
        found = form.bounds(ends)
        half = len(found) // 2
        self.low[own], self.high[own] = found[0], found[half]
        codes = None
        if form.pieces:
            truths = (*found[1:half], *found[half + 1 :])
            codes = np.broadcast_to(form.decided(truths), (b.stop - b.start, self._parts))
        if self.speed is not None:
            self.speed[own] = form.speed([*ends, *(self.speed[rows] for rows in columns)])[0]
        if self.turns is not None:
            turned = np.zeros((b.stop - b.start, self._parts), np.bool_)
            if codes is not None:
                turned |= codes == OPEN
            if form.turn is not None:
                turned |= form.turn(ends)[0] <= 0.0
            for rows in columns:
                turned |= self.turns[rows]
            self.turns[own] = turned
        return codes

    def _extreme(self, b: Batch) -> Any:
        own, owner = slice(b.start, b.stop), b.owner
        least = b.kind == "min"
        near, far = (self.low, self.high) if least else (self.high, self.low)
        reduce = np.minimum if least else np.maximum
        a = near[b.rows]
        near[own] = reduce.reduceat(a, b.starts, axis=0)
        far[own] = reduce.reduceat(far[b.rows], b.starts, axis=0)
        limit = far[own][owner]
        stays = ~(a > limit) if least else ~(a < limit)  # what is not known stays
        if self.speed is not None:
            speeds = np.where(stays, self.speed[b.rows], 0.0)
            self.speed[own] = np.maximum.reduceat(speeds, b.starts, axis=0)
        if self.turns is not None:
            turned = self.turns[b.rows] & stays
            self.turns[own] = np.logical_or.reduceat(turned, b.starts, axis=0)
        return stays

    # --- cutting ---------------------------------------------------------------------------------
    def cut(self, wanted: Sequence[NDArray[np.bool_]]) -> tuple[Tape, Ints]:
        """The tape of the parts that any root is wanted in, which become its boxes.

        ``wanted`` says of each root in which, (boxes, parts). Also returns the parts, in order, as
        indices into the flat array of all.
        """
        tape, parts = self._tape, self._parts
        alive = np.flatnonzero(np.logical_or.reduce(wanted))
        need = self._needed(wanted)
        # the row that each old row becomes in each part
        new = np.full((tape.count, parts), NOWHERE)
        flat = np.full(tape.boxes * parts, NOWHERE)
        flat[alive] = np.arange(len(alive))
        new[: tape.boxes] = flat.reshape(-1, parts)
        new[tape.boxes : 2 * tape.boxes] = new[: tape.boxes] + len(alive)
        start = 2 * len(alive) + len(tape.numbers)
        new[2 * tape.boxes : tape.leaves] = np.arange(2 * len(alive), start)[:, None]
        batches: list[Batch] = []
        for b, decided in zip(tape.batches, self._decided, strict=True):
            here = _unpacked(need[b.start : b.stop], parts)
            made = self._cut_form if isinstance(b.kind, Form) else self._cut_extreme
            for batch in made(b, here, decided, new, start):
                batches.append(batch)
                start = batch.stop
        roots = []
        for rows, mask in zip(tape.roots, wanted, strict=True):
            found = np.where(mask, new[rows], NOWHERE)
            roots.append(found.ravel()[alive])
        return Tape(len(alive), tape.numbers, batches, roots), alive

    def _cut_form(
        self, b: Batch, here: NDArray[np.bool_], codes: Any, new: Ints, start: int
    ) -> list[Batch]:
        form, batches = b.kind, list[Batch]()
        assert isinstance(form, Form)
        own = new[b.start : b.stop]
        for code in range(len(form.pieces) + 1):
            mask = here if codes is None else here & (codes == code)
            r, k = np.nonzero(mask)
            if not len(r):
                continue
            kind, used = (form, range(b.rows.shape[1])) if code == OPEN else form.piece(code)
            rows = np.stack([new[b.rows[r, i], k] for i in used], axis=1) if used else None
            if kind is None:
                assert rows is not None
                own[r, k] = rows[:, 0]
                continue
            rows = np.empty((len(r), 0), np.intp) if rows is None else rows
            own[r, k] = np.arange(start, start + len(r))
            batches.append(Batch(kind, start, start + len(r), rows))
            start += len(r)
        return batches

    def _cut_extreme(
        self, b: Batch, here: NDArray[np.bool_], stays: NDArray[np.bool_], new: Ints, start: int
    ) -> list[Batch]:
        own, owner = new[b.start : b.stop], b.owner
        count = _counts(stays, b.starts)
        rows = new[b.rows]
        alone = here & (count == 1)
        if alone.any():
            only = np.add.reduceat(np.where(stays, rows, 0), b.starts, axis=0)
            own[alone] = only[alone]
        several = here & (count > 1)
        r, k = np.nonzero(several)
        if not len(r):
            return []
        own[r, k] = np.arange(start, start + len(r))
        operand, part = np.nonzero(stays & several[owner])
        mine = own[owner[operand], part]
        order = np.argsort(mine, kind="stable")
        counts = np.bincount(mine - start, minlength=len(r))
        found = rows[operand, part][order]
        return [Batch(b.kind, start, start + len(r), found, np.cumsum(counts) - counts)]

    def _needed(self, wanted: Sequence[NDArray[np.bool_]]) -> NDArray[np.uint64]:
        """For each row the parts that need it, a bit each."""
        tape = self._tape
        need = np.zeros(tape.count + 1, np.uint64)  # the last is NOWHERE
        for rows, mask in zip(tape.roots, wanted, strict=True):
            np.bitwise_or.at(need, rows, _packed(mask))
        for b, decided in zip(reversed(tape.batches), reversed(self._decided), strict=True):
            mine = need[b.start : b.stop]
            if isinstance(b.kind, str):
                np.bitwise_or.at(need, b.rows, mine[b.owner] & _packed(decided))
                continue
            for i in range(b.rows.shape[1]):
                bits = mine
                if decided is not None:
                    reads = [i in b.kind.piece(code)[1] for code in range(1, decided.max() + 1)]
                    bits = mine & _packed(np.array([True, *reads])[decided])
                np.bitwise_or.at(need, b.rows[:, i], bits)
        return need


def _counts(stays: NDArray[np.bool_], starts: Ints) -> Array:
    """How many operands of each extreme stay."""
    counts: Array = np.add.reduceat(stays, starts, axis=0, dtype=np.int32)
    return counts


def _packed(mask: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Rows of at most 64 truths as the bits of a number."""
    octets = np.zeros((len(mask), 8), np.uint8)
    packed = np.packbits(mask, axis=1, bitorder="little")
    octets[:, : packed.shape[1]] = packed
    return octets.view("<u8").ravel().astype(np.uint64)


def _unpacked(bits: NDArray[np.uint64], count: int) -> NDArray[np.bool_]:
    """The first truths of what ``_packed`` made."""
    octets = bits.astype("<u8").view(np.uint8).reshape(-1, 8)
    found: Array = np.unpackbits(octets, axis=1, count=count, bitorder="little")
    return found.astype(np.bool_)


def inlined(function: Function, point: Sequence[Expr]) -> list[Expr]:
    """The function's outputs at a point, with the large functions that it calls pasted in.

    What says how fast it changes, or what its mean is, stays a call.
    """
    roots = substitute(function.outputs, dict(zip(function.leaves, point, strict=True)))
    return pasted(roots, lambda f: f.lipschitz is None and f.mean is None and size(f) > SMALL)
