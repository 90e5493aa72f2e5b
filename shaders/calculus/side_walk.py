"""The walk of edges through one body: jets by the cell's coordinates, and what turns within it.

What an op decides is in its record: the pieces that it chooses from, its step, its poles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Literal

from .expr import Expr, const, make, node, postorder, rebuild
from .function import Function, Input, Type, apply
from .jets import Walk, jet
from .roots import slopes
from .rules import Step, abs_, max_, recip_, total, where_
from .sides import (
    FAR,
    HALFWAY,
    NO_SIDE,
    ZERO,
    Side,
    at,
    differ,
    dropped,
    least,
    merged,
    nearness,
    outdone,
    pick,
)  # fmt: skip
from .wanted import Span

__all__ = ["SideWalk"]

ALIKE = 1e-5
"""Values whose slopes differ by less, of their size, are one but for rounding."""
ROUNDED = 0.16
"""How much a bend beyond a seam may turn an edge, of how far its value moves: it leaves its line
by an eighth of that."""
CONDITIONS = ("lt", "le", "and", "or", "not")


class SideWalk(Walk):
    """One pass over a body: jets by the cell's two coordinates, and what turns."""

    def __init__(self, order: int, bends: bool) -> None:
        super().__init__(order, 2)
        self.bends = bends
        self.asked: dict[Expr, Span] = {}  # between which values old nodes are asked for
        self.side: dict[Expr, Side] = {}  # of old nodes
        self.sides: dict[Expr, list[Side]] = {}  # of old calls, for each output

    # --- in and out ------------------------------------------------------------------------------
    def finish(self, function: Function, inputs: Sequence[Input]) -> Function:
        """The function that gives the edge of all outputs."""
        outputs, t, jumps = self.edge_of(function.outputs)
        made = Function(
            f"{function.name}_{t.kind}{self.order}", inputs, outputs, t,
            names=self.names(function), doc=function.doc, source=function.source,
        )  # fmt: skip
        made.derived["jumps"] = jumps
        return made

    def edge_of(self, old: Sequence[Expr]) -> tuple[list[Expr], Type, bool]:
        """The edge of nodes, its type, and whether they may jump where they turn."""
        for e in postorder(old):
            self.visit(e)
        outputs = self.jets([self.value[e] for e in old])
        sides = [self.side.get(e, NO_SIDE) for e in old]
        whole = merged(sides)
        kind: Literal["jet", "edge", "spot"] = "jet"
        if whole.near is not None:
            kind = "edge"
            outputs += self.jets(self.others(old, whole))
            outputs.append(whole.near)
        if whole.next is not None or kind == "edge":
            kind = "spot" if kind == "jet" else kind
            outputs.append(FAR if whole.next is None else whole.next)
            outputs += [self.reach(e) for e in old]
        return outputs, Type(len(old), self.order, 2, kind), any(s.jumps for s in sides)

    def find(self, e: Expr) -> Side:
        """What is known of a node beyond its jet."""
        for each in postorder([e]):
            self.visit(each)
        return self.side.get(e, NO_SIDE)

    def others(self, nodes: Sequence[Expr], whole: Side) -> list[Expr]:
        """The values of nodes with one decision taken the other way."""
        assert whole.near is not None
        found = []
        for e in nodes:
            side, value = self.side.get(e, NO_SIDE), self.value[e]
            if side.other is None or side.near is None:
                found.append(value)
            else:
                found.append(at(side, whole, value))
        return found

    def reach(self, e: Expr) -> Expr:
        """How far a value may move within the cell."""
        found = self.side.get(e, NO_SIDE).reach
        if found is not None:
            return found
        return self.half(self.value[e])

    def half(self, value: Expr) -> Expr:
        """How far a new node's own gradient takes it within the cell."""
        x, y = self.gradient(value)
        return 0.5 * (abs_(x) + abs_(y))

    def reaches(self, *nodes: Expr) -> list[Expr]:
        """How far each of several values may move."""
        return [self.reach(e) for e in nodes]

    # --- decisions -------------------------------------------------------------------------------
    def turning(self, a: Expr, b: Expr = ZERO) -> Expr | None:
        """How near the decision is that new nodes make where they are equal; None if none varies.

        Two that are one but for rounding, such as copies of a shape that coincide, decide nothing.
        """
        t = a - b
        x, y = self.gradient(t)
        if x is ZERO and y is ZERO:
            return None
        sizes = [self.half(v) for v in (a, b) if self.gradient(v) != self.none]
        least_ = ALIKE * total(sizes) if len(sizes) == 2 else ZERO
        return apply(nearness(), (t, x, y, least_))[0]

    # --- the walk --------------------------------------------------------------------------------
    def visit(self, e: Expr) -> None:
        if e in self.value or e in self.calls:
            return
        name = e.op.name
        super().visit(e)
        if name == "get":
            side = self.sides[e.args[0]][e.data]
        elif name in ("apply", "fold"):
            return
        elif name in CONDITIONS:
            side = self.condition(e)
        elif name in ("where", "seam"):
            side = self.choice(e)
        elif e.op.pieces:
            side = self.chosen(e)
        elif e.args:
            side = self.through(e)
        else:
            return
        if side != NO_SIDE:
            self.side[e] = side
            if side.other is not None:  # now, so that no chain of them is followed later
                self.jets([side.other])

    def chosen(self, e: Expr) -> Side:
        """The side of an op that chooses: that of its pieces."""
        assert e.op.pieces is not None
        pieces = e.op.pieces(*e.args)
        continuous = e.op.jumps is None
        for each in postorder([pieces]):
            if each in self.value:
                continue
            if continuous and each.op.name == "where":
                Walk.visit(self, each)
                self.side[each] = self.choice(each, continuous)
            else:
                self.visit(each)
        return self.side.get(pieces, NO_SIDE)

    def condition(self, e: Expr) -> Side:
        """A condition turns where its difference does, or where an argument's decision turns it."""
        args = [self.side.get(a, NO_SIDE) for a in e.args]
        if e.op.name == "not":
            return args[0]
        values = [self.value[a] for a in e.args]
        if e.op.name in ("and", "or"):  # one turns the whole only if the other lets it
            if args[0].near is None or args[1].near is None:
                held = values[0] if args[0].near is None else values[1]
                only = args[1] if args[0].near is None else args[0]
                return dropped(only, held if e.op.name == "and" else make("not", held))
            lets = [v if e.op.name == "and" else make("not", v) for v in reversed(values)]
            found = merged([dropped(s, let) for s, let in zip(args, lets, strict=True)])
            beyond = make("max", args[0].near, args[1].near)
            return Side(near=found.near, next=least([beyond, found.next]),
                        jumps=found.jumps)  # fmt: skip
        return self.compared(e)

    def compared(self, e: Expr, own: bool = True) -> Side:
        """A comparison turns where its own difference does, or with an argument that jumps."""
        args = [self.side.get(a, NO_SIDE) for a in e.args]
        values = [self.value[a] for a in e.args]
        near = self.turning(*values) if own else None
        sides = [] if near is None else [Side(near=near)]
        for k, side in enumerate(args):
            if side.other is not None and side.jumps:
                turned = list(values)
                turned[k] = side.other
                changes = differ(rebuild(e, tuple(turned)), self.value[e])
                sides.append(dropped(Side(near=side.near, next=side.next, jumps=True), changes))
        return merged(sides)

    def choice(self, e: Expr, continuous: bool = False) -> Side:
        """where(c, a, b): c turns, or the side that is taken does."""
        condition, a, b = e.args
        c = self.value[condition]
        if continuous and not self.bends:
            turn = self.compared(condition, own=False)
        else:
            turn = self.side.get(condition, NO_SIDE)
        left, right = self.side.get(a, NO_SIDE), self.side.get(b, NO_SIDE)
        va, vb = self.value[a], self.value[b]
        if turn.near is None and left == right == NO_SIDE:
            return NO_SIDE
        apart = abs_(va - vb)
        vague = left.vague or right.vague
        if vague and turn.near is not None:
            met = apart * recip_(total(self.reaches(a, b)))
            turn = replace(turn, near=make("min", turn.near, met))
        turns = turn.near is not None and e.op.name == "where"  # a seam turns nothing
        leaps = turns and not continuous
        if leaps:
            assert turn.near is not None
            left, right = outdone(left, turn.near), outdone(right, turn.near)
            turn = replace(turn, jumps=True)
        picked = Side(
            near=pick(c, left.near, right.near),
            next=pick(c, left.next, right.next),
            jumps=left.jumps or right.jumps,
        )
        found = merged([turn, picked] if turns else [picked])
        nexts = [found.next]
        reach = where_(c, self.reach(a), self.reach(b))
        inner = least([left.near, right.near])
        if continuous and turn.near is not None and inner is not None:
            # where both are one all about, what turns one of them may part them
            size = total([self.half(va), self.half(vb)])
            one = (turn.near >= FAR) & (apart <= ALIKE * size)
            nexts.append(where_(one, inner, FAR))
            reach = where_(one, max_(*self.reaches(a, b)), reach)
        if turn.near is not None:  # what is not taken here may be, beyond the turn
            near, other_reach = turn.near, where_(c, *self.reaches(b, a))
            hidden = [least([s.near, s.next]) for s in (right, left)]
            unseen = pick(c, *hidden)
            if unseen is not None:
                met = make("max", unseen, near)
                nexts.append(where_(unseen <= 0.0, ZERO, met) if leaps else met)
            turns_at = least([near, turn.next])
            assert turns_at is not None
            reach = where_(turns_at < 1.0, max_(reach, apart + other_reach), reach)
        if found.near is None:
            return Side(next=least(nexts), reach=reach)
        others = [v if s.other is None else s.other for s, v in ((left, va), (right, vb))]
        other = where_(c, *others)
        if turns:  # what is not taken turns with the condition if one step turns both
            assert turn.near is not None
            beyond = [at(s, turn, v) if turn.jumps and s.other is not None else v
                      for s, v in ((right, vb), (left, va))]  # fmt: skip
            mine = node("const", (), True)
            if picked.near is not None:
                mine = turn.near <= picked.near
            other = where_(mine, where_(c, *beyond), other)
        return Side(other, found.near, least(nexts), reach, found.jumps, vague)

    def through(self, e: Expr) -> Side:
        """An op that chooses nothing, of values that may have sides, with its step and pole."""
        args = [self.side.get(a, NO_SIDE) for a in e.args]
        value, values = self.value[e], [self.value[a] for a in e.args]
        if value.op.name == "const" or e.op.result == "bool" or e.op.name == "mended":
            return NO_SIDE
        sides = list(args)
        step: Step | None = None
        own: Expr | None = None
        if e.op.step and any(self.first[v] != self.none for v in values):
            step = e.op.step(*values)
            own = self.turning(step.s)
            if step.own is not None:
                value = self.value[e] = step.own
                self.jets([value])
        if own is not None:
            assert step is not None
            further = None if step.beyond is None else self.scaled(step.s, step.beyond)
            sides.append(Side(step.other, own, further, jumps=True))
        pole = self.pole(e, values)
        found = merged([*sides, Side(next=pole), Side(next=self.rounding(e))])
        if found == NO_SIDE:
            return NO_SIDE
        if found.vague and not self.scales(e):
            assert found.near is not None
            mean = where_(found.near <= 0.0, HALFWAY, FAR)
            found = replace(found, next=least([found.next, mean]))
        reach = self.spread(e, pole, own)
        if found.near is None:
            return Side(next=found.next, reach=reach)
        turned = self.others(e.args, found)
        if e.op.name == "root":  # its equation is not solved again
            first = jet(e.data.function, 1)
            partials = slopes(value, first)
            other = value
            for p, t, v in zip(partials, turned[2:], values[2:], strict=True):
                other = other + p * (t - v)
        else:
            other = rebuild(e, tuple(turned)) if turned != values else value
        if own is not None:
            assert step is not None
            assert found.near is not None
            other = where_(own <= found.near, step.other, other)
        return Side(other, found.near, found.next, reach, found.jumps, found.vague)

    def scales(self, e: Expr) -> bool:
        """Whether an op leaves the zeros of what varies where they are: the mean of a pattern, of
        which nothing else is right, remains one."""
        varies = [self.first[self.value[a]] != self.none for a in e.args]
        return e.op.name == "neg" or (e.op.name in ("mul", "div") and sum(varies) == 1)

    def rounding(self, e: Expr) -> Expr | None:
        """How near a bend of an offset seam is that the derivatives on this side do not tell.

        The level lines of a seam bend anew beyond it, as around a corner: by its trace, since its
        second derivatives differ across it alone. They leave their tangents by k s^2 / 2, for what
        the curvature changes by, k, and what is left of the cell beyond it, s.
        """
        if e.op.name != "sub" or e.args[0].op.name != "seam" or self.order < 2 or not self.bends:
            return None
        condition, *sides = e.args[0].args
        turn = self.side.get(condition, NO_SIDE)
        if turn.near is None or self.gradient(self.value[e.args[1]]) != self.none:
            return None
        (xx, _, yy), (xx2, _, yy2) = (self.hessian(self.value[s]) for s in sides)
        left = max_(1.0 - turn.near, 0.0)
        bend = abs_((xx + yy) - (xx2 + yy2)) * left * left
        return where_(bend > ROUNDED * self.reach(e.args[0]), HALFWAY, FAR)

    def scaled(self, t: Expr, distance: Expr) -> Expr:
        """A distance in the measure of t, in that of decisions."""
        return distance * recip_(self.half(t))

    def pole(self, e: Expr, values: Sequence[Expr]) -> Expr | None:
        """How near the place is where the op's derivatives say nothing."""
        if not (e.op.poles and self.bends):
            return None
        found = [(v, old) for v, old in zip(values, e.args, strict=True)
                 if any(v is p for p in e.op.poles(*values))]  # fmt: skip
        if all(self.first[v] == self.none for v, _ in found):
            return None
        away, reach = [abs_(v) for v, _ in found], [self.reach(old) for _, old in found]
        return reduce(max_, away) * recip_(reduce(max_, reach))  # all are 0 at once

    def spread(self, e: Expr, pole: Expr | None, own: Expr | None) -> Expr:
        """How far an op's value may move, by how far its arguments do."""
        reaches = [self.reach(a) for a in e.args]
        if e.op.name == "length":
            return total(reaches)
        if own is not None and e.op.name == "floor":
            return where_(own < 1.0, 1.0 + reaches[0], ZERO)
        if e.op.name == "root":
            partials = [ZERO, ZERO, *slopes(self.value[e], jet(e.data.function, 1))]
        else:
            assert e.op.partials is not None
            values = [self.value[a] for a in e.args]
            partials = [p if isinstance(p, Expr) else const(p) for p in e.op.partials(*values)]
        moved = total(abs_(p) * r for p, r in zip(partials, reaches, strict=True))
        if e.op.name == "mul":
            moved = moved + reaches[0] * reaches[1]
        near = least([pole, own])
        return moved if near is None else where_(near < 1.0, FAR, moved)
