"""Narrowing: what a graph comes to in many boxes at once, where intervals decide its choices.

In a box where ``a`` is surely less than ``b``, ``min(a, b)`` is ``a``, and nothing below ``b`` is
needed there. ``Bounded`` holds the intervals of a tape in parts of its boxes, by which it is cut:
the parts that are wanted become boxes of a new tape, from which decided choices are gone. So of a
graph of thousands a pixel meets a few nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .forms import OPEN, Form
from .tapes import NOWHERE, Array, Batch, Ints, Tape

__all__ = ["PARTS", "Bounded"]

PARTS = 64
"""Into so many parts a box is cut at most: a bit each."""


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
