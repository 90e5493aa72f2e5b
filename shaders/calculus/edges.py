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
from dataclasses import replace
from functools import reduce

from .expr import Expr, make, node, postorder, substitute
from .folds import Fold
from .function import Function, Input, Type, apply, derive
from .rules import abs_, max_, recip_, total, where_
from .side_walk import SideWalk
from .sides import (
    ALIKE,
    FAR,
    HALFWAY,
    NO_SIDE,
    ZERO,
    Side,
    dropped,
    least,
    merged,
    spot,
)
from .wanted import EVERYWHERE

__all__ = ["EdgeWalk", "edge"]

BENT_PHASE = 0.1
"""How much the phase of a fine pattern may bend, times its span in half repeats."""
MANY = 64.0
"""Half repeats in a cell over which the mean is that of any more."""


def edge(function: Function, order: int, bends: bool = True) -> Function:
    """The function of its points' jets by the cell, and of the other inputs as they are.

    The result's type is an ``edge`` of the given order, or a ``spot`` if nothing is decided, or a
    jet if there is no pole either.
    """
    return derive(
        function,
        ("edge", order, bends),
        lambda f: _derived(f, order, bends),
        lambda f: all(i.role != "field" for i in f.inputs),
    )


def _derived(function: Function, order: int, bends: bool) -> Function:
    walk = EdgeWalk(order, bends)
    inputs = []
    for i in function.inputs:
        if i.role == "point":
            inputs.append(Input(i.name, Type(i.type.size, order, 2)))
            walk.carry(i.leaves, inputs[-1])
        else:
            inputs.append(i)
            for leaf in i.leaves:
                walk.seed(leaf, None)
    return walk.finish(function, inputs)


class EdgeWalk(SideWalk):
    """The walk through calls: of functions with edges of their own, of folds, of patterns."""

    def know_cell(self, leaves: Sequence[Expr], point: Input, size: Input) -> None:
        """Two inputs are the cell's own coordinates, in scene units."""
        scale = size.leaves[0]
        for leaf, new, slope in zip(
            leaves, point.leaves, [(scale, ZERO), (ZERO, scale)], strict=True
        ):
            self.know(leaf, new, slope, (ZERO,) * 3)

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
        wide = self.widen(function, tuple(values))
        made = edge(wide, self.order, self.bends)
        ranked = e.op.name == "fold" and e.data.kind in ("min", "max")
        ranked = ranked and (self.bends or made.derived["jumps"])
        inside: list[Side]
        if not any(self.first[v] != self.none for v in values):
            outputs, inside = super().call(e), [NO_SIDE] * function.result.size
        elif ranked:
            outputs, inside = self.ranked(e, wide, made, values)
        elif e.op.name == "fold" and isinstance(e.data.kind, Function):
            outputs, inside = self.melted(e, wide, made, values)
        elif made.result.kind == "jet" or e.op.name == "fold":
            outputs, inside = super().call(e), [NO_SIDE] * function.result.size
        else:
            told = list(apply(made, self.bundled(wide, values), e.source))
            plain = Type(made.result.m, made.result.order, 2).size
            if made.result.kind == "edge":  # of an output that does not turn with the others
                for k in range(made.result.m):
                    if made.outputs[k] is made.outputs[plain + k]:
                        told[plain + k] = told[k]
            outputs, inside = self.taken(told, *_told(made))
        outer = merged(args)
        if e.op.name == "apply" and function.mean is not None:
            outputs, inside, level = self.averaged(function, values, outputs[0], inside[0])
            if outer.next is not None:
                outer = replace(outer, next=where_(level, FAR, outer.next))
        if outer == NO_SIDE:
            self.sides[e] = inside
            return outputs
        self.sides[e] = self.joined(e, wide, outputs, inside, outer)
        return outputs

    def averaged(
        self, pattern: Function, values: Sequence[Expr], fine: Expr, side: Side
    ) -> tuple[list[Expr], list[Side], Expr]:
        """A pattern's value; where its repeats are too fine, one line that covers as much.

        So it is where two edges of larger repeats meet, which no other formula knows. The phase is
        taken to be linear; where it bends much within the cell, or edges meet, that is rough. Last,
        whether the cell holds so many repeats that a pole of the phase only makes them more.
        """
        assert pattern.mean is not None
        count = sum(i.type.size for i in pattern.inputs if i.role == "point")
        p, rest = values[:count], values[count:]
        steps = [self.gradient(v)[j] for j in range(2) for v in p]
        coverage = apply(pattern.mean.coverage, (*p, *steps, *rest))[0]
        span = apply(pattern.mean.reach, (*p, *steps, *rest))[0]
        scale = total([self.half(v) for v in p])
        far = fine_repeats = span >= 1.0
        if side.near is not None and side.next is not None:
            far = far | ((side.near < 1.0) & (side.next < 1.0))
        value = where_(far, scale * (0.5 - coverage), fine)
        zero = (ZERO, ZERO, ZERO)
        slopes_ = [scale, ZERO]
        self.first[value] = tuple(
            where_(far, s, g) for s, g in zip(slopes_, self.gradient(fine), strict=True)
        )
        bent = FAR
        if self.order == 2:
            self.second[value] = tuple(where_(far, ZERO, h) for h in self.hessian(fine))
            bend = total([abs_(h) for v in p for h in self.hessian(v)])
            rough = (bend * span > BENT_PHASE * scale) | ~fine_repeats
            bent = where_(rough, HALFWAY, FAR)
        # a decision that changes nothing: with one that does, such as another edge, it is rough
        other = value
        if side.other is not None:
            other = where_(far, value, side.other)
            own = zip((scale, ZERO), self.gradient(side.other), strict=True)
            self.first[other] = tuple(where_(far, s, g) for s, g in own)
            if self.order == 2:
                self.second[other] = tuple(
                    where_(far, z, h) for z, h in zip(zero, self.hessian(side.other), strict=True)
                )
        near = where_(far, ZERO, FAR if side.near is None else side.near)
        after = where_(far, bent, FAR if side.next is None else side.next)
        reach = self.half(fine) if side.reach is None else side.reach
        reach = where_(fine_repeats, scale, reach + abs_(value - fine))
        return [value], [Side(other, near, after, reach, side.jumps, True)], span >= MANY

    def bundled(self, function: Function, values: Sequence[Expr]) -> list[Expr]:
        """The arguments of a function's edge: its points with their jets."""
        bundle: list[Expr] = []
        at = 0
        for i in function.inputs:
            own = values[at : at + i.type.size]
            at += i.type.size
            bundle += self.jets(own) if i.role == "point" else own
        return bundle

    def taken(self, found: Sequence[Expr], t: Type, jumps: bool) -> tuple[list[Expr], list[Side]]:
        """The outputs and the sides that an edge tells, by its type and whether it may jump."""
        plain = Type(t.m, t.order, 2)
        outputs = self.register(list(found[: plain.size]), plain)
        rest = list(found[plain.size :])
        if t.kind == "jet":
            return outputs, [NO_SIDE] * t.m
        if t.kind == "spot":
            return outputs, [Side(next=rest[0], reach=r) for r in rest[1:]]
        others = self.register(rest[: plain.size], plain)
        near, after, *reach = rest[plain.size :]
        return outputs, [Side(o, near, after, r, jumps and o is not value)
                         for value, o, r in zip(outputs, others, reach, strict=True)]  # fmt: skip

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
        if len(f.table.array) == 1:
            return self.taken(_folded(e, "at", made, [*bundle, ZERO]), *_told(made))
        first, second, third = _folded(e, "ranks", key, values)
        outputs, sides = self.taken(_folded(e, "at", made, [*bundle, first]), *_told(made))
        others, hidden = self.taken(_folded(e, "at", made, [*bundle, second]), *_told(made))
        best, runner = sign * outputs[0], sign * others[0]
        tie = self.turning(runner, best)
        assert tie is not None
        unseen = least([hidden[0].near, hidden[0].next])
        leaps = hidden[0].jumps and unseen is not None  # then the runner-up may win at once
        rest = [unseen if leaps or unseen is None else make("max", unseen, tie)]
        close = tie < 1.0
        if leaps:
            assert hidden[0].near is not None
            close = close | (hidden[0].near < 1.0)
        spread = [self.half(v) for v in (best, runner)]
        # the runner-up may be a distance that has lost its sign, if the winner shows none: where it
        # is 0 it turns; one that never ties, such as the winner itself where a list has no other,
        # does not matter
        aside = (tie < 1.0) | (tie >= FAR)
        aside = aside | (best < 0.0) if sign > 0 else aside
        rest.append(where_(aside, FAR, abs_(runner) * recip_(spread[1])))
        if len(f.table.array) > 2:
            beyond = (third - best) * recip_(spread[0] + max_(*spread))
            most = self.asked.get(node("get", (e,), 0), EVERYWHERE).high if sign > 0 else None
            if most is not None:  # what is above that all over the cell may win or not
                beyond = max_(beyond, (third - most) * recip_(max_(*spread)))
            rest.append(beyond)
        whole = merged([*sides[:1], Side(near=tie, next=least(rest))])
        assert whole.near is not None
        result = []
        for output, other, side, under in zip(outputs, others, sides, hidden, strict=True):
            turned = output if side.other is None else side.other
            turned = where_(tie <= whole.near, other, turned)
            reach = self.half(output) if side.reach is None else side.reach
            moved = under.reach if leaps and under.reach is not None else self.half(other)
            far = max_(reach, abs_(output - other) + moved)
            result.append(Side(turned, whole.near, whole.next,
                               where_(close, far, reach), whole.jumps))  # fmt: skip
        return outputs, result

    def melted(
        self, e: Expr, item: Function, made: Function, values: Sequence[Expr]
    ) -> tuple[list[Expr], list[Side]]:
        """A fold that merges its rows: by spots, as the other sides of them all are many."""
        f: Fold = e.data
        bundle = self.bundled(item, values)
        if len(f.table.array) == 1:
            return self.taken(_folded(e, "at", made, [*bundle, ZERO]), *_told(made))
        assert isinstance(f.kind, Function)
        merge = _merging(f.kind, made.result, self.bends)
        if merge.result != made.result:
            made = spot(made)
            merge = _merging(f.kind, made.result, self.bends)
        return self.taken(_folded(e, merge, made, bundle), made.result, jumps=False)

    def joined(
        self, e: Expr, function: Function, outputs: list[Expr], inside: list[Side], outer: Side
    ) -> list[Side]:
        """The sides of a call whose arguments have sides: theirs, or those that it makes itself."""
        near = least([outer.near, outer.next])
        assert near is not None
        widest = [where_(near < 1.0, FAR, self.half(o)) for o in outputs]
        reaches = [w if s.reach is None else max_(w, s.reach)
                   for w, s in zip(widest, inside, strict=True)]  # fmt: skip
        if outer.near is None:
            return [Side(s.other, s.near, least([s.next, outer.next]), r, s.jumps)
                    for s, r in zip(inside, reaches, strict=True)]  # fmt: skip
        turned = self.others(e.args, outer)
        beyond = self.composed(e, function, turned)
        if outer.jumps:  # as an angle does, of which only the sine is drawn
            changes = [self.changed(b, o) for b, o in zip(beyond, outputs, strict=True)]
            outer = dropped(outer, reduce(lambda a, b: make("or", a, b), changes))
            assert outer.near is not None
        sides = []
        for i, (own, reach) in enumerate(zip(inside, reaches, strict=True)):
            whole = merged([own, outer])
            assert whole.near is not None
            mine = outputs[i] if own.other is None else own.other
            other = where_(outer.near <= whole.near, beyond[i], mine)
            sides.append(Side(other, whole.near, whole.next, reach, whole.jumps))
        return sides

    def changed(self, a: Expr, b: Expr) -> Expr:
        """Whether two values differ, or their slopes."""
        pairs = zip((a, *self.gradient(a)), (b, *self.gradient(b)), strict=True)
        return total(abs_(x - y) for x, y in pairs) > ALIKE * (abs_(b) + self.half(b))


def _told(made: Function) -> tuple[Type, bool]:
    """The type of an edge, and whether it may jump where it turns."""
    return made.result, bool(made.derived["jumps"])


def _folded(e: Expr, kind: str | Function, function: Function, args: Sequence[Expr]) -> list[Expr]:
    """The outputs of another fold over the rows of one."""
    fold = Fold(kind, function, e.data.table)
    call = node("fold", tuple(args), fold)
    call.source = call.source or e.source
    return [node("get", (call,), k) for k in range(fold.result.size)]


def _merging(merge: Function, t: Type, bends: bool) -> Function:
    """A merge of two fields as one of their jets or spots; it is a spot's if anything turns."""
    key = ("merging", t, bends)
    if key not in merge.derived:
        walk = EdgeWalk(t.order, bends)
        inputs = [Input(i.name, t, i.role) for i in merge.inputs]
        for old, new in zip(merge.leaves, inputs, strict=True):
            (walk.value[old],), (side,) = walk.taken(new.leaves, t, jumps=False)
            if side != NO_SIDE:
                walk.side[old] = side
        made = walk.finish(merge, inputs)
        merge.derived[key] = made if made.result == t else spot(made)
    found: Function = merge.derived[key]
    return found
