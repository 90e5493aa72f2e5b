"""Jets: value, Jacobian and Hessian of any graph, by the one chain rule.

``jet(function, k)`` is the function that returns the value and all derivatives to order k. It is
again a function of the same graph, so NumPy and GLSL evaluate it like any other, and its own
derivative can be asked for. A function of points is differentiated by its points. A function of
fields (a boolean) takes the fields' jets in and gives a jet out.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

from .expr import Expr, const, make, node, postorder, rebuild
from .folds import Fold
from .function import Function, Input, Type, apply, callees, widened
from .roots import slopes
from .rules import Select, total

__all__ = ["Row", "Walk", "chain_rule", "derivatives", "jet", "points_of", "pullback", "recall"]

ZERO, ONE = const(0.0), const(1.0)
Row = tuple[Expr, ...]


def jet(function: Function, order: int, n: int | None = None) -> Function:
    """The function's value with its derivatives up to ``order`` (0, 1 or 2).

    ``n`` is the number of variables for a function of fields; one of points knows its own. The
    result's type is ``Type(m, order, n)``.
    """
    if order == 0:
        return function
    n = function.n or n or 0
    found: Function | None = function.derived.get(("jet", order, n))
    if found is not None:
        return found
    for f in (*callees(function.outputs), function):
        _derive(f, order, f.n or n)
    derived: Function = function.derived["jet", order, n]
    return derived


def _derive(function: Function, order: int, n: int) -> None:
    key = ("jet", order, n)
    if key in function.derived:
        return
    inputs = [
        Input(i.name, Type(i.type.size, order, n), i.role) if i.role == "field" else i
        for i in function.inputs
    ]
    walk = Walk(order, n)
    variable = 0
    for old, new in zip(function.inputs, inputs, strict=True):
        if old.role == "field":
            walk.carry(old.leaves, new)
            continue
        for leaf in old.leaves:
            seed = old.role == "point"
            walk.seed(leaf, variable if seed else None)
            variable += seed
    for e in function.nodes:
        walk.visit(e)
    values = [walk.value[e] for e in function.outputs]
    outputs = list(values)
    outputs += [walk.first[v][j] for j in range(n) for v in values]
    if order == 2:
        outputs += [h for v in values for h in walk.second[v]]
    function.derived[key] = Function(
        f"{function.name}_jet{order}", inputs, outputs, Type(len(values), order, n),
        names=walk.names(function), doc=function.doc, source=function.source,
    )  # fmt: skip
    function.derived[key].derived["value"] = function


def derivatives(e: Expr, variables: Sequence[Expr], known: dict[Expr, Row]) -> Row:
    """First derivatives of an expression by the leaves ``variables``.

    ``known`` has those of other leaves; all that are in neither are held constant.
    """
    walk = Walk(1, len(variables))
    for k, leaf in enumerate(variables):
        walk.seed(leaf, k)
    for leaf, row in known.items():
        walk.know(leaf, leaf, row)
    for each in postorder([e]):
        walk.visit(each)
    return walk.first[walk.value[e]]


class Walk:
    """One pass over a body: for each node its new value, gradient and Hessian."""

    def __init__(self, order: int, n: int) -> None:
        self.order, self.n = order, n
        self.pairs = list(combinations_with_replacement(range(n), 2))
        self.value: dict[Expr, Expr] = {}  # old node -> new node
        self.first: dict[Expr, Row] = {}  # new node -> its n first derivatives
        self.second: dict[Expr, Row] = {}  # new node -> its n(n+1)/2 second derivatives
        self.calls: dict[Expr, list[Expr]] = {}  # old call -> new value of each output
        self.none = (ZERO,) * n
        self.flat = (ZERO,) * len(self.pairs)

    def know(self, old: Expr, new: Expr, first: Row, second: Row | None = None) -> None:
        self.value[old] = new
        self.first.setdefault(new, first)
        if self.order == 2 and new not in self.second:
            self.second[new] = second or tuple(self.gradient(first[i])[j] for i, j in self.pairs)

    def seed(self, leaf: Expr, variable: int | None) -> None:
        unit = tuple(ONE if i == variable else ZERO for i in range(self.n))
        self.know(leaf, leaf, unit, self.flat)

    def carry(self, leaves: Sequence[Expr], jets: Input) -> None:
        """Inputs that come with their jets, all in one."""
        t, new = jets.type, jets.leaves
        for i, leaf in enumerate(leaves):
            second = tuple(new[t.second(i, a, b)] for a, b in self.pairs) if self.order > 1 else ()
            first = tuple(new[t.first(i, j)] for j in range(self.n))
            self.know(leaf, new[i], first, second)
            for (a, b), h in zip(self.pairs, second, strict=False):
                for j, k in {(a, b), (b, a)}:
                    row = list(self.first.get(first[j], self.none))
                    row[k] = h
                    self.first[first[j]] = tuple(row)

    def jets(self, values: Sequence[Expr]) -> list[Expr]:
        """New nodes with their derivatives, as a jet has them."""
        found = [*values, *(self.gradient(v)[j] for j in range(self.n) for v in values)]
        return found + [h for v in values for h in self.hessian(v)] if self.order == 2 else found

    def visit(self, e: Expr) -> None:
        name = e.op.name
        if e in self.value or e in self.calls:
            return
        if name == "get":
            self.value[e] = self.calls[e.args[0]][e.data]
        elif name in ("apply", "fold"):
            self.calls[e] = self.call(e)
        else:
            new = rebuild(e, tuple(self.value[a] for a in e.args)) if e.args else e
            self.know(e, new, self.gradient(new))

    def gradient(self, e: Expr) -> Row:
        """First derivatives of a node made from nodes whose derivatives are known."""
        if e not in self.first:
            if not e.args or e.op.result == "bool":
                self.first[e] = self.none
            elif e.op.name == "get":
                self.first.update(zip(_gets(e.args[0]), self.rows(e.args[0]), strict=True))
            else:
                self.first[e] = self.rule(e)
        return self.first[e]

    def hessian(self, e: Expr) -> Row:
        """Second derivatives of a node whose first are known, or can be."""
        if e not in self.second:
            first = self.gradient(e)
            self.second[e] = tuple(self.gradient(first[i])[j] for i, j in self.pairs)
        return self.second[e]

    def rule(self, e: Expr) -> Row:
        """The chain rule through one op."""
        if e.op.name == "root":
            args, partials = e.args[2:], slopes(e, jet(e.data.function, 1))
        else:
            assert e.op.partials is not None, e.op.name
            args, found = e.args, e.op.partials(*e.args)
            if isinstance(found, Select):
                a, b = self.gradient(args[found.first]), self.gradient(args[found.second])
                return tuple(
                    make("where", found.condition, x, y) for x, y in zip(a, b, strict=True)
                )
            partials = [p if isinstance(p, Expr) else const(p) for p in found]
        inner = [self.gradient(a) for a in args]
        return tuple(
            total(p * row[j] for p, row in zip(partials, inner, strict=True)) for j in range(self.n)
        )

    def rows(self, call: Expr) -> list[Row]:
        """First derivatives of all outputs of a call whose arguments are new nodes already."""
        function, args = _callee(call), call.args
        points = points_of(function)
        local = recall(call, jet(function, 1, self.n), args)
        t = Type(function.result.size, 1, len(points))
        inner = [self.gradient(args[k]) for k in points]
        return [
            tuple(
                total(local[t.first(i, k)] * row[j] for k, row in enumerate(inner))
                for j in range(self.n)
            )
            for i in range(t.m)
        ]

    def call(self, e: Expr) -> list[Expr]:
        """The chain rule through an application or a fold: its new outputs, derivatives known."""
        args = tuple(self.value[a] for a in e.args)
        function = _callee(e)
        if any(i.role == "field" for i in function.inputs):
            return self.lift(e, function, args)
        return self.composed(e, self.widen(function, args), args)

    def composed(self, e: Expr, function: Function, args: Sequence[Expr]) -> list[Expr]:
        """As ``call``, of this function of points, at new nodes."""
        points = points_of(function)
        inner = [args[k] for k in points]
        local_type = Type(function.result.size, self.order, len(inner))
        still = all(d is ZERO for a in inner for d in self.gradient(a))
        if still or all(d is ZERO for d in jet(function, 1).outputs[local_type.m :]):
            local = recall(e, function, args)
            for output in local:
                self.first[output], self.second[output] = self.none, self.flat
            return local
        local = recall(e, jet(function, self.order), args)
        if self.order == 2:  # the callee's own slopes, so that none is derived a third time
            for i in range(local_type.m):
                for k in range(len(inner)):
                    bent = [local[local_type.second(i, k, q)] for q in range(len(inner))]
                    self.first.setdefault(
                        local[local_type.first(i, k)],
                        tuple(
                            total(b * self.gradient(a)[j] for b, a in zip(bent, inner, strict=True))
                            for j in range(self.n)
                        ),
                    )
        inner_type = Type(len(inner), self.order, self.n)
        bundle = list(inner) + [self.gradient(a)[j] for j in range(self.n) for a in inner]
        if self.order == 2:
            bundle += [h for a in inner for h in self.hessian(a)]
        if all(d.op.name == "const" for d in bundle[len(inner) :]):
            outputs = chain_rule(local_type, local, inner_type, bundle)
        else:
            rule = pullback(local_type, inner_type)
            outputs = list(apply(rule, (*local, *bundle)))
        return self.register(outputs, Type(local_type.m, self.order, self.n))

    def lift(self, e: Expr, function: Function, args: tuple[Expr, ...]) -> list[Expr]:
        """An application to fields: their jets go in, a jet comes out."""
        lifted: list[Expr] = []
        rest = list(args)
        for i in function.inputs:
            taken, rest = rest[: i.type.size], rest[i.type.size :]
            lifted += self.jets(taken) if i.role == "field" else taken
        outputs = apply(jet(function, self.order, self.n), lifted, e.source)
        return self.register(list(outputs), Type(function.result.size, self.order, self.n))

    def widen(self, function: Function, args: tuple[Expr, ...]) -> Function:
        """The function with those parameters as points that vary here too."""
        return widened(function, [any(d is not ZERO for d in self.first[a]) for a in args])

    def register(self, outputs: list[Expr], t: Type) -> list[Expr]:
        for i in range(t.m):
            value, row = outputs[i], tuple(outputs[t.first(i, j)] for j in range(t.n))
            self.first.setdefault(value, row)
            if self.order == 2:
                self.second.setdefault(
                    value, tuple(outputs[t.second(i, a, b)] for a, b in self.pairs)
                )
                for a in range(t.n):
                    slope = tuple(outputs[t.second(i, a, b)] for b in range(t.n))
                    if row[a].op.name != "const":
                        self.first.setdefault(row[a], slope)
        return outputs[: t.m]

    def names(self, function: Function) -> dict[Expr, str]:
        """The author's names, for the derived body: those of ``r``, and ``dr`` for its gradient."""
        hints: dict[Expr, str] = {}
        for old, label in function.names.items():
            new = self.value.get(old)
            if new is None:
                continue
            hints.setdefault(new, label)
            for axis, slope in zip("xyzw", self.first[new], strict=False):
                if slope.args:
                    hints.setdefault(slope, f"d{label.replace('.', '')}.{axis}")
        values = [self.value[e] for e in function.outputs]
        for i, value in enumerate(values):
            own = "" if len(values) == 1 else f"_{'xyzw'[i]}" if i < 4 else f"_{i}"
            for k, bend in enumerate(self.second.get(value, ())[:4]):
                hints.setdefault(bend, f"hessian{own}.{'xyzw'[k]}")
            for j, slope in enumerate(self.first[value][:4]):
                axis = "xyzw"[j]
                label = f"gradient.{axis}" if len(values) == 1 else f"d{axis}.{'xyzw'[min(i, 3)]}"
                hints.setdefault(slope, label)
        return {e: label for e, label in hints.items() if e.args}


def chain_rule(outer: Type, f: Sequence[Expr], inner: Type, g: Sequence[Expr]) -> list[Expr]:
    """The jet of f o g from the jet of f at g and the jet of g.

    J(f o g) = J_f J_g;  H(f o g)_i = J_g' H_f,i J_g + sum_k (J_f)_ik H_g,k.
    """
    inside, n = range(inner.m), inner.n
    out = [f[i] for i in range(outer.m)]
    for j in range(n):
        column = [g[inner.first(k, j)] for k in inside]
        for i in range(outer.m):
            out.append(_inner([f[outer.first(i, k)] for k in inside], column))
    if outer.order < 2:
        return out
    for i in range(outer.m):
        for a, b in combinations_with_replacement(range(n), 2):
            bent = [
                _inner(
                    [f[outer.second(i, k, q)] for q in inside],
                    [g[inner.first(q, b)] for q in inside],
                )
                for k in inside
            ]
            out.append(
                _inner([g[inner.first(k, a)] for k in inside], bent)
                + _inner(
                    [f[outer.first(i, k)] for k in inside],
                    [g[inner.second(k, a, b)] for k in inside],
                )
            )
    return out


def pullback(outer: Type, inner: Type) -> Function:
    """The chain rule as a function of two jets, for the shapes of ``outer`` and ``inner``."""
    f, g = Input("f", outer), Input("g", inner)
    return Function(
        "pullback" if outer.m == 1 else "compose", (f, g),
        chain_rule(outer, f.leaves, inner, g.leaves), Type(outer.m, outer.order, inner.n),
        doc="The jet of f o g, from the jet of f at g and the jet of g.",
    )  # fmt: skip


def _inner(a: Sequence[Expr], b: Sequence[Expr]) -> Expr:
    """An inner product: as one dot of GLSL's, unless zeros or ones make the sum shorter."""
    if not 1 < len(a) <= 4 or any(x.op.name == "const" for x in (*a, *b)):
        return total(x * y for x, y in zip(a, b, strict=True))
    return make("dot", *a, *b)


def _callee(call: Expr) -> Function:
    function: Function = call.data if call.op.name == "apply" else call.data.function
    return function


def recall(call: Expr, function: Function, args: Sequence[Expr]) -> list[Expr]:
    """The same call (an application, or a fold over the same table) of another function."""
    data: object = function
    if call.op.name == "fold":
        kind = call.data.kind
        if isinstance(kind, tuple):  # of sums: those of the derivatives are sums too
            if set(kind) != {"add"}:
                raise TypeError(f"a fold of kinds {kind} has no derivative")
            kind = ("add",) * function.result.size
        elif isinstance(kind, Function) and function.result != call.data.function.result:
            kind = jet(kind, function.result.order, function.result.n)
        data = Fold(kind, function, call.data.table)
    fresh = node(call.op.name, tuple(args), data)
    fresh.source = call.source or fresh.source
    return [node("get", (fresh,), i) for i in range(function.result.size)]


def _gets(call: Expr) -> list[Expr]:
    return [node("get", (call,), i) for i in range(_callee(call).result.size)]


def points_of(function: Function) -> list[int]:
    """The positions, among all input scalars, of those that are differentiated by."""
    roles = [i.role for i in function.inputs for _ in i.leaves]
    return [k for k, role in enumerate(roles) if role == "point"]
