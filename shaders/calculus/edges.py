"""Edges: what a value does within a cell of the picture, by the same composition law as jets.

``edge(function, k)`` carries the jet of the cell down to the function's result: its derivatives are
by the cell's own coordinates, in which the cell is the square of side 1 about its center. Where
the table's choices turn (a comparison, a step of ``floor``, the cut of ``atan2``) the value has
another side. An edge says:

- the jet to order k of the side that holds the center;
- the **other** side: its jet to order k, with the nearest *decision* taken the other way;
- how **near** that decision is: it crosses the cell if this is < 1;
- how near the **next** one is, or a pole;
- how far the value may move within the cell, whatever turns there: its **reach**.

A decision that changes nothing is dropped on the way: one of the argument that ``min`` hides, say.
What a user's own function decides is known as well as what ours do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from .expr import Expr, const, make, node, postorder, rebuild, substitute
from .folds import Fold
from .function import Function, Input, Type, apply, callees, trace
from .jets import Walk, jet
from .rules import Step, abs_, length_, max_, min_, recip_, where_
from .roots import slopes

__all__ = ["FAR", "Edges", "edge"]

ZERO = const(0.0)
FAR = const(1e15)
"""The distance of a decision that there is not; its square is within float32."""
BENT_PHASE = 0.1
"""How much the phase of a fine pattern may bend, times its span in half repeats."""
CONDITIONS = ("lt", "le", "and", "or", "not")


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of a value beyond its jet; None where it has no such thing.

    Of a condition ``other`` is its negation, which is not kept.
    """

    other: Expr | None = None
    near: Expr | None = None
    next: Expr | None = None
    reach: Expr | None = None
    jumps: bool = False  # whether the value may jump where it turns; else it bends


NO_SIDE = Side()


def edge(function: Function, order: int) -> Function:
    """The function of its points' jets by the cell, and of the other inputs as they are.

    The result's type is an ``edge`` of the given order, or a ``spot`` if nothing is decided, or a
    jet if there is no pole either.
    """
    key = ("edge", order)
    if key not in function.derived:
        for f in (*callees(function.outputs), function):
            if key not in f.derived and all(i.role != "field" for i in f.inputs):
                f.derived[key] = _derived(f, order)
    found: Function = function.derived[key]
    return found


class Edges:
    """The edges of functions of one point, in the cell of a size about it; what they share is one.

    ``of(function)`` gives the scalars of its edge, their type, and whether it may jump where it turns.
    """

    def __init__(self, order: int, point: Input, size: Input) -> None:
        self.point = point
        self._walk = _Walk(order)
        x, y = point.leaves
        scale = size.leaves[0]
        self._walk.know(x, x, (scale, ZERO), (ZERO,) * 3)
        self._walk.know(y, y, (ZERO, scale), (ZERO,) * 3)

    def of(self, function: Function) -> tuple[tuple[Expr, ...], Type, bool]:
        """The edge of a function of the point, as scalars."""
        outputs, t, jumps = self._walk.edge_of(function.outputs)
        return tuple(outputs), t, jumps


def _derived(function: Function, order: int) -> Function:
    walk = _Walk(order)
    inputs = []
    for i in function.inputs:
        if i.role == "point":
            inputs.append(Input(i.name, Type(i.type.size, order, 2)))
            walk.carry_all(i.leaves, inputs[-1])
        else:
            inputs.append(i)
            for leaf in i.leaves:
                walk.seed(leaf, None)
    return walk.finish(function, inputs)


@cache
def _nearness() -> Function:
    """How near a number is to its zero: 1 where that begins to cross the cell, by its jet."""

    def nearness(t: Expr, x: Expr, y: Expr) -> Expr:
        half = 0.5 * (abs_(x) + abs_(y))
        return where_(half <= 0.0, FAR, abs_(t) * recip_(half))

    return trace(nearness, [Input("t"), Input("x"), Input("y")], name="nearness")


class _Walk(Walk):
    """One pass over a body: jets by the cell's two coordinates, and what turns."""

    def __init__(self, order: int) -> None:
        super().__init__(order, 2)
        self.side: dict[Expr, Side] = {}  # of old nodes
        self.sides: dict[Expr, list[Side]] = {}  # of old calls, for each output

    # --- in and out ------------------------------------------------------------------------------
    def carry_all(self, leaves: Sequence[Expr], jets: Input) -> None:
        """Inputs that come with their jets, all in one."""
        t, new = jets.type, jets.leaves
        for i, leaf in enumerate(leaves):
            second = tuple(new[t.second(i, a, b)] for a, b in self.pairs) if self.order > 1 else ()
            first = tuple(new[t.first(i, j)] for j in range(2))
            self.know(leaf, new[i], first, second)
            for (a, b), h in zip(self.pairs, second, strict=False):
                for j, k in {(a, b), (b, a)}:
                    row = list(self.first.get(first[j], self.none))
                    row[k] = h
                    self.first[first[j]] = tuple(row)

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
        merged = self.merged(sides)
        kind: Literal["jet", "edge", "spot"] = "jet"
        if merged.near is not None:
            kind = "edge"
            outputs += self.jets(self.others(old, merged))
            outputs.append(merged.near)
        if merged.next is not None or kind == "edge":
            kind = "spot" if kind == "jet" else kind
            outputs.append(FAR if merged.next is None else merged.next)
            outputs += [self.reach(e) for e in old]
        return outputs, Type(len(old), self.order, 2, kind), any(s.jumps for s in sides)

    def jets(self, values: Sequence[Expr]) -> list[Expr]:
        """New nodes with their derivatives, as a jet has them."""
        found = [*values, *(self.gradient(v)[j] for j in range(2) for v in values)]
        return found + [h for v in values for h in self.hessian(v)] if self.order == 2 else found

    def others(self, nodes: Sequence[Expr], merged: Side) -> list[Expr]:
        """The values of nodes with one decision taken the other way."""
        assert merged.near is not None
        found = []
        for e in nodes:
            side, value = self.side.get(e, NO_SIDE), self.value[e]
            if side.other is None or side.near is None:
                found.append(value)
            else:
                found.append(_at(side, merged, value))
        return found

    def reach(self, e: Expr) -> Expr:
        """How far a value may move within the cell."""
        found = self.side.get(e, NO_SIDE).reach
        if found is not None:
            return found
        x, y = self.first[self.value[e]]
        return 0.5 * (make("abs", x) + make("abs", y))

    # --- decisions -------------------------------------------------------------------------------
    def turning(self, t: Expr) -> Expr | None:
        """How near the decision is that a new node makes by its sign, None if it does not vary."""
        x, y = self.gradient(t)
        return None if x is ZERO and y is ZERO else apply(_nearness(), (t, x, y))[0]

    def merged(self, sides: Sequence[Side]) -> Side:
        """The nearest decision of several, and what is next after it."""
        turns = list(dict.fromkeys(s.near for s in sides if s.near is not None))
        nexts = list(dict.fromkeys(s.next for s in sides if s.next is not None))
        if not turns:
            return Side(next=_least(nexts))
        nearest = turns[0]
        for near in turns[1:]:
            nexts.append(make("max", nearest, near))
            nearest = make("min", nearest, near)
        return Side(near=nearest, next=_least(nexts), jumps=any(s.jumps for s in sides))

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
                return _dropped(only, held if e.op.name == "and" else make("not", held))
            lets = [v if e.op.name == "and" else make("not", v) for v in reversed(values)]
            found = self.merged([_dropped(s, let) for s, let in zip(args, lets, strict=True)])
            beyond = make("max", args[0].near, args[1].near)
            return Side(near=found.near, next=_least([beyond, found.next]),
                        jumps=found.jumps)  # fmt: skip
        own = self.turning(values[0] - values[1])
        sides = [] if own is None else [Side(near=own)]
        for k, side in enumerate(args):
            if side.other is not None and side.jumps:
                turned = list(values)
                turned[k] = side.other
                changes = _differ(rebuild(e, tuple(turned)), self.value[e])
                sides.append(_dropped(Side(near=side.near, jumps=True), changes))
        return self.merged(sides)

    def choice(self, e: Expr, continuous: bool = False) -> Side:
        """where(c, a, b): c turns, or the side that is taken does."""
        condition, a, b = e.args
        c = self.value[condition]
        turn = self.side.get(condition, NO_SIDE)
        left, right = self.side.get(a, NO_SIDE), self.side.get(b, NO_SIDE)
        va, vb = self.value[a], self.value[b]
        if turn.near is None and left == right == NO_SIDE:
            return NO_SIDE
        picked = Side(
            near=_pick(c, left.near, right.near),
            next=_pick(c, left.next, right.next),
            jumps=left.jumps or right.jumps,
        )
        turns = turn.near is not None and e.op.name == "where"  # a seam turns nothing
        if turns and not (continuous or turn.jumps):
            turn = replace(turn, jumps=True)
        found = self.merged([turn, picked] if turns else [picked])
        nexts = [found.next]
        reach = _if(c, self.reach(a), self.reach(b))
        if turn.near is not None:  # what is not taken here may be, beyond the turn
            near = turn.near
            hidden = [_least([s.near, s.next])
                      for s in (right, left)]  # fmt: skip
            unseen = _pick(c, *hidden)
            if unseen is not None:
                nexts.append(make("max", unseen, near))
            beyond = max_(reach, abs_(va - vb) + _if(c, self.reach(b), self.reach(a)))
            reach = _if(near < 1.0, beyond, reach)
        if found.near is None:
            return Side(next=_least(nexts), reach=reach)
        others = [v if s.other is None else s.other for s, v in ((left, va), (right, vb))]
        other = _if(c, *others)
        if turns:  # what is not taken turns with the condition if one step turns both
            assert turn.near is not None
            beyond = [_at(s, turn, v) if turn.jumps and s.other is not None else v
                      for s, v in ((right, vb), (left, va))]  # fmt: skip
            mine = node("const", (), True)
            if picked.near is not None:
                mine = turn.near <= picked.near
            other = _if(mine, _if(c, *beyond), other)
        return Side(other, found.near, _least(nexts), reach, found.jumps)

    def through(self, e: Expr) -> Side:
        """An op that chooses nothing, of values that may have other sides; its own step and pole."""
        args = [self.side.get(a, NO_SIDE) for a in e.args]
        value, values = self.value[e], [self.value[a] for a in e.args]
        if value.op.name == "const" or e.op.result == "bool":
            return NO_SIDE
        sides = list(args)
        step: Step | None = None
        own: Expr | None = None
        if e.op.step and any(self.first[v] != self.none for v in values):
            step = e.op.step(*values)
            own = self.turning(step.s)
        if own is not None:
            assert step is not None
            further = None if step.beyond is None else self.scaled(step.s, step.beyond)
            sides.append(Side(step.other, own, further, jumps=True))
        pole = self.pole(e, values)
        found = self.merged([*sides, Side(next=pole)])
        if found == NO_SIDE:
            return NO_SIDE
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
            other = _if(own <= found.near, step.other, other)
        return Side(other, found.near, found.next, reach, found.jumps)

    def scaled(self, t: Expr, distance: Expr) -> Expr:
        """A distance in the measure of t, in that of decisions."""
        x, y = self.gradient(t)
        return distance * recip_(0.5 * (abs_(x) + abs_(y)))

    def pole(self, e: Expr, values: Sequence[Expr]) -> Expr | None:
        """How near the place is where the op's derivatives say nothing."""
        if not e.op.poles:
            return None
        found = [(v, old) for v, old in zip(values, e.args, strict=True)
                 if any(v is p for p in e.op.poles(*values))]  # fmt: skip
        if all(self.first[v] == self.none for v, _ in found):
            return None
        reaches = [self.reach(old) for _, old in found]
        return length_(*(v for v, _ in found)) * recip_(_total(reaches))

    def spread(self, e: Expr, pole: Expr | None, own: Expr | None) -> Expr:
        """How far an op's value may move, by how far its arguments do."""
        reaches = [self.reach(a) for a in e.args]
        if e.op.name == "length":
            return _total(reaches)
        if own is not None and e.op.name == "floor":
            return _if(own < 1.0, 1.0 + reaches[0], ZERO)
        if e.op.name == "root":
            partials = [ZERO, ZERO, *slopes(self.value[e], jet(e.data.function, 1))]
        else:
            assert e.op.partials is not None
            values = [self.value[a] for a in e.args]
            partials = [p if isinstance(p, Expr) else const(p) for p in e.op.partials(*values)]
        moved = _total(abs_(p) * r for p, r in zip(partials, reaches, strict=True))
        near = _least([pole, own])
        return moved if near is None else _if(near < 1.0, FAR, moved)

    # --- calls -----------------------------------------------------------------------------------
    def call(self, e: Expr) -> list[Expr]:
        function: Function = e.data if e.op.name == "apply" else e.data.function
        if any(i.role == "field" for i in function.inputs):
            body = substitute(function.outputs, dict(zip(function.leaves, e.args, strict=True)))
            for each in postorder(body):
                self.visit(each)
            self.sides[e] = [self.side.get(o, NO_SIDE) for o in body]
            return [self.value[o] for o in body]
        args = [self.side.get(a, NO_SIDE) for a in e.args]
        values = [self.value[a] for a in e.args]
        ranked = e.op.name == "fold" and e.data.kind in ("min", "max")
        wide = self.widen(function, tuple(values))
        made = edge(wide, self.order)
        inside: list[Side]
        if not any(self.first[v] != self.none for v in values):
            outputs, inside = super().call(e), [NO_SIDE] * function.result.size
        elif ranked:
            outputs, inside = self.ranked(e, wide, made, values)
        elif made.result.kind == "jet" or e.op.name == "fold":
            outputs, inside = super().call(e), [NO_SIDE] * function.result.size
        else:
            found = apply(made, self.bundled(wide, values), e.source)
            outputs, inside = self.taken(found, made)
        if e.op.name == "apply" and function.mean is not None:
            outputs, inside = self.averaged(function, values, outputs[0], inside[0])
        outer = self.merged(args)
        if outer == NO_SIDE:
            self.sides[e] = inside
            return outputs
        self.sides[e] = self.joined(e, wide, outputs, inside, outer)
        return outputs

    def averaged(
        self, pattern: Function, values: Sequence[Expr], fine: Expr, side: Side
    ) -> tuple[list[Expr], list[Side]]:
        """A pattern's value; where its repeats are too fine, one line that covers as much.

        The phase is taken to be linear; where it bends much within the cell, that is rough.
        """
        assert pattern.mean is not None
        count = sum(i.type.size for i in pattern.inputs if i.role == "point")
        p, rest = values[:count], values[count:]
        steps = [self.gradient(v)[j] for j in range(2) for v in p]
        coverage = apply(pattern.mean.coverage, (*p, *steps, *rest))[0]
        span = apply(pattern.mean.reach, (*p, *steps, *rest))[0]
        scale = _total([self.half(v) for v in p])
        far = span >= 1.0
        value = _if(far, scale * (0.5 - coverage), fine)
        zero = (ZERO, ZERO, ZERO)
        slopes_ = [scale, ZERO]
        self.first[value] = tuple(
            _if(far, s, g) for s, g in zip(slopes_, self.gradient(fine), strict=True)
        )
        bent = FAR
        if self.order == 2:
            self.second[value] = tuple(_if(far, ZERO, h) for h in self.hessian(fine))
            bend = _total([abs_(h) for v in p for h in self.hessian(v)])
            bent = _if(bend * span > BENT_PHASE * scale, ZERO, FAR)
        # a decision that changes nothing: with one that does, such as another edge, it is rough
        other = value
        if side.other is not None:
            other = _if(far, value, side.other)
            own = zip((scale, ZERO), self.gradient(side.other), strict=True)
            self.first[other] = tuple(_if(far, s, g) for s, g in own)
            if self.order == 2:
                self.second[other] = tuple(
                    _if(far, z, h) for z, h in zip(zero, self.hessian(side.other), strict=True)
                )
        near = _if(far, ZERO, FAR if side.near is None else side.near)
        after = _if(far, bent, FAR if side.next is None else side.next)
        reach = self.half(fine) if side.reach is None else side.reach
        return [value], [Side(other, near, after, _if(far, FAR, reach), side.jumps)]

    def bundled(self, function: Function, values: Sequence[Expr]) -> list[Expr]:
        """The arguments of a function's edge: its points with their jets."""
        bundle: list[Expr] = []
        at = 0
        for i in function.inputs:
            own = values[at : at + i.type.size]
            at += i.type.size
            bundle += self.jets(own) if i.role == "point" else own
        return bundle

    def taken(self, found: Sequence[Expr], made: Function) -> tuple[list[Expr], list[Side]]:
        """The outputs and the sides that a call of an edge gives."""
        t, jumps = made.result, bool(made.derived["jumps"])
        plain = Type(t.m, t.order, 2)
        outputs = self.register(list(found[: plain.size]), plain)
        rest = list(found[plain.size :])
        if t.kind == "jet":
            return outputs, [NO_SIDE] * t.m
        if t.kind == "spot":
            return outputs, [Side(next=rest[0], reach=r) for r in rest[1:]]
        others = self.register(rest[: plain.size], plain)
        near, after, *reach = rest[plain.size :]
        return outputs, [Side(o, near, after, r, jumps)
                         for o, r in zip(others, reach, strict=True)]  # fmt: skip

    def ranked(
        self, e: Expr, item: Function, made: Function, values: Sequence[Expr]
    ) -> tuple[list[Expr], list[Side]]:
        """The winner of a fold by its edge; its runner-up is the other side."""
        f: Fold = e.data
        sign = 1.0 if f.kind == "min" else -1.0
        key = Function(f"{item.name}_key", item.inputs, [sign * item.outputs[0]])
        if sign > 0 and len(item.outputs) == 1:
            key = item
        bundle = self.bundled(item, values)

        def folded(kind: str, function: Function, args: Sequence[Expr]) -> list[Expr]:
            fold_ = Fold(kind, function, f.table)
            call = node("fold", tuple(args), fold_)
            call.source = call.source or e.source
            return [node("get", (call,), k) for k in range(fold_.result.size)]

        first, second, third = folded("ranks", key, values)
        outputs, sides = self.taken(folded("at", made, [*bundle, first]), made)
        others, hidden = self.taken(folded("at", made, [*bundle, second]), made)
        best, runner = sign * outputs[0], sign * others[0]
        tie = self.turning(runner - best)
        assert tie is not None
        unseen = _least([hidden[0].near, hidden[0].next])
        rest = [None if unseen is None else make("max", unseen, tie)]
        spread = [self.half(v) for v in (best, runner)]
        # the runner-up may be a distance that has lost its sign: where it is 0 it turns
        rest.append(_if(tie < 1.0, FAR, abs_(runner) * recip_(spread[1])))
        if len(f.table.array) > 2:
            rest.append((third - best) * recip_(spread[0] + max_(*spread)))
        merged = self.merged([*sides[:1], Side(near=tie, next=_least(rest))])
        assert merged.near is not None
        result = []
        for output, other, side in zip(outputs, others, sides, strict=True):
            turned = output if side.other is None else side.other
            turned = _if(tie <= merged.near, other, turned)
            reach = self.half(output) if side.reach is None else side.reach
            far = max_(reach, abs_(output - other) + self.half(other))
            result.append(Side(turned, merged.near, merged.next,
                               _if(tie < 1.0, far, reach), merged.jumps))  # fmt: skip
        return outputs, result

    def half(self, value: Expr) -> Expr:
        """How far a new node's own gradient takes it within the cell."""
        x, y = self.gradient(value)
        return 0.5 * (abs_(x) + abs_(y))

    def joined(
        self, e: Expr, function: Function, outputs: list[Expr], inside: list[Side], outer: Side
    ) -> list[Side]:
        """The sides of a call whose arguments have sides: theirs, or those that it makes itself."""
        near = _least([outer.near, outer.next])
        assert near is not None
        widest = [_if(near < 1.0, FAR, self.half(o)) for o in outputs]
        reaches = [w if s.reach is None else max_(w, s.reach)
                   for w, s in zip(widest, inside, strict=True)]  # fmt: skip
        if outer.near is None:
            return [Side(s.other, s.near, _least([s.next, outer.next]), r, s.jumps)
                    for s, r in zip(inside, reaches, strict=True)]  # fmt: skip
        turned = self.others(e.args, outer)
        beyond = self.composed(e, function, turned)
        sides = []
        for i, (own, reach) in enumerate(zip(inside, reaches, strict=True)):
            merged = self.merged([own, outer])
            assert merged.near is not None
            mine = outputs[i] if own.other is None else own.other
            other = _if(outer.near <= merged.near, beyond[i], mine)
            sides.append(Side(other, merged.near, merged.next, reach, merged.jumps))
        return sides


def _if(condition: Expr, a: Expr, b: Expr) -> Expr:
    return make("where", condition, a, b)


def _total(terms: Sequence[Expr] | object) -> Expr:
    total = ZERO
    for term in terms:  # type: ignore[attr-defined]
        total = total + term
    return total


def _least(distances: Sequence[Expr | None]) -> Expr | None:
    found = list(dict.fromkeys(d for d in distances if d is not None and d is not FAR))
    total = found[0] if found else None
    for d in found[1:]:
        total = min_(total, d)
    return total


def _at(side: Side, whole: Side, value: Expr) -> Expr:
    """A value with the nearest decision of a whole taken the other way, where it is the side's."""
    assert side.other is not None
    assert side.near is not None
    assert whole.near is not None
    return side.other if side.near is whole.near else _if(side.near <= whole.near, side.other, value)


def _dropped(side: Side, changes: Expr) -> Side:
    """A side whose decision is far away unless it changes something."""
    return side if side.near is None else replace(side, near=_if(changes, side.near, FAR))


def _pick(c: Expr, a: Expr | None, b: Expr | None) -> Expr | None:
    if a is None and b is None:
        return None
    return _if(c, FAR if a is None else a, FAR if b is None else b)


def _differ(a: Expr, b: Expr) -> Expr:
    """Whether two conditions differ."""
    return make("or", make("and", a, make("not", b)), make("and", b, make("not", a)))
