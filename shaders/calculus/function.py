"""Functions: named maps R^n -> R^m, traced once from Python, and their application to other nodes.

A ``Function`` is what a primitive, a warp, a boolean and a user's own definition all become. Its
body is a graph over its inputs; other graphs apply it through ``apply`` nodes, so a scene is a
graph of applications. Functions are interned like expressions: equal content is one object.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from types import FrameType
from typing import Any, Literal, NamedTuple

from .expr import Expr, Source, node, postorder, substitute
from .vectors import Vec

__all__ = ["Function", "Input", "Mean", "Type", "apply", "callees", "called", "derive", "flat",
           "trace", "widened"]  # fmt: skip


class Type(NamedTuple):
    """What a group of scalars is.

    ``jet`` of order k: m values, then (k >= 1) the Jacobian column by column, m numbers for each of
    n variables, then (k >= 2) for each value the upper triangle of its symmetric Hessian, row by
    row. Order 0 is a plain number or vector. ``interval``: m lower ends, then m upper ends.
    ``edge``: a jet; that on the other side of the nearest decision; how near that is; how near the
    next one is; how far each value may move (see ``edges``). ``spot``: without the other side.
    """

    m: int = 1
    order: int = 0
    n: int = 0
    kind: Literal["jet", "interval", "edge", "spot"] = "jet"

    @property
    def size(self) -> int:
        """How many scalars."""
        if self.kind == "interval":
            return 2 * self.m
        first = self.m * self.n if self.order >= 1 else 0
        jet = self.m + first + (self.m * self.triangle if self.order >= 2 else 0)
        more = {"edge": jet + 1 + 1 + self.m, "spot": 1 + self.m}
        return jet + more.get(self.kind, 0)

    @property
    def triangle(self) -> int:
        """Entries of a symmetric n x n matrix."""
        return self.n * (self.n + 1) // 2

    def first(self, value: int, variable: int) -> int:
        """The index of d value / d variable."""
        return self.m + variable * self.m + value

    def second(self, value: int, i: int, j: int) -> int:
        """The index of d2 value / (d i d j)."""
        i, j = min(i, j), max(i, j)
        offset = i * self.n - i * (i - 1) // 2 + (j - i)
        return self.m + self.m * self.n + value * self.triangle + offset


Role = Literal["point", "field", "parameter"]


class Input(NamedTuple):
    """A formal input.

    The role says how derivatives meet it: a ``point`` is what a function is differentiated by, a
    ``field`` carries its own jet in, a ``parameter`` is held constant.
    """

    name: str
    type: Type = Type()
    role: Role = "parameter"

    @property
    def leaves(self) -> tuple[Expr, ...]:
        """The input's scalars, as leaves of the body."""
        if self.type.size == 1:
            return (node("input", (), (self.name, None)),)
        return tuple(node("input", (), (self.name, i)) for i in range(self.type.size))


class Mean(NamedTuple):
    """How to draw a pattern {f <= 0} whose edges lie closer than pixels.

    Both are functions of the point p, of what it changes by per pixel along picture x and y (``dx``
    and ``dy``, vectors like p), and of the pattern's own parameters, in this order.
    """

    coverage: Function
    """The part of the pixel inside, 0..1, for a p that is linear over it."""
    reach: Function
    """At least 1 where that is to be used: where the pixel spans about half a repeat or more."""


CALLS = ("apply", "fold", "root")
"""Ops that apply functions."""
OURS = "notes the local names of a function that is traced"
_functions: weakref.WeakValueDictionary[tuple[Any, ...], Function] = weakref.WeakValueDictionary()
_lock = threading.RLock()


class Function:
    """A named function: typed inputs, a result type, and a body that gives ``result.size`` scalars.

    ``inline`` functions are pasted into their callers. ``names`` (the author's names of local
    values, for readable GLSL), ``static`` (the values that shaped it, by which a call is spelled),
    ``doc`` and ``source`` are outside the identity. ``lipschitz`` says how fast its one output
    changes with its points at most, if that is known: 1 for a distance; ``rises``, that one of a
    number rises with it. ``mean`` tells a pattern's mean over a pixel. A function of two fields
    that melts them together has a ``reach``, by its other inputs: it rises with both, is never
    above the lesser, and is that where the other is at least so far above it.
    """

    __slots__ = (
        "__weakref__", "derived", "doc", "inline", "inputs", "leaves", "lipschitz", "mean", "name",
        "names", "outputs", "reach", "result", "rises", "source", "static",
    )  # fmt: skip
    name: str
    inputs: tuple[Input, ...]
    leaves: tuple[Expr, ...]  # all input scalars, in order
    outputs: tuple[Expr, ...]
    result: Type
    inline: bool
    lipschitz: float | None
    rises: bool
    mean: Mean | None
    reach: Expr | None
    names: dict[Expr, str]
    static: dict[str, Any]
    doc: str
    source: Source | None
    derived: dict[Any, Any]

    def __new__(
        cls,
        name: str,
        inputs: Sequence[Input],
        outputs: Sequence[Expr],
        result: Type | None = None,
        *,
        inline: bool = False,
        lipschitz: float | None = None,
        rises: bool = False,
        mean: Mean | None = None,
        reach: Expr | None = None,
        names: dict[Expr, str] | None = None,
        static: dict[str, Any] | None = None,
        doc: str = "",
        source: Source | None = None,
    ) -> Function:
        inputs, outputs = tuple(inputs), tuple(outputs)
        result = result or Type(len(outputs))
        if len(outputs) != result.size:
            raise TypeError(f"{name}: {len(outputs)} outputs for a result of {result.size} numbers")
        key = (name, inputs, outputs, result, inline, lipschitz, rises, mean, reach)
        with _lock:
            found = _functions.get(key)
            if found is None:
                found = _functions[key] = object.__new__(cls)
                found.name, found.inputs, found.outputs = name, inputs, outputs
                found.leaves = tuple(leaf for i in inputs for leaf in i.leaves)
                found.result, found.inline, found.names = result, inline, dict(names or {})
                found.doc, found.source, found.derived = doc, source, {}
                found.lipschitz, found.rises = lipschitz, rises
                found.mean, found.reach, found.static = mean, reach, dict(static or {})
            else:  # the newest author's words: a scene file may have been edited
                found.names.update(names or {})
                found.static.update(static or {})
                found.doc, found.source = doc or found.doc, source or found.source
            return found

    @property
    def nodes(self) -> tuple[Expr, ...]:
        """Every node of the body once, arguments first."""
        found: tuple[Expr, ...] | None = self.derived.get("nodes")
        if found is None:
            found = self.derived["nodes"] = tuple(postorder(self.outputs))
        return found

    @property
    def words(self) -> tuple[object, ...]:
        """What is outside the identity, as it is now: it changes as a scene file is edited."""
        return dict(self.names), self.doc, self.source, [e.source for e in self.nodes]

    @property
    def calls(self) -> tuple[Function, ...]:
        """The functions that the body applies itself, each once."""
        found: tuple[Function, ...] | None = self.derived.get("calls")
        if found is None:
            found = self.derived["calls"] = _directly(self.nodes)
        return found

    @property
    def n(self) -> int:
        """How many variables the function is differentiated by: the size of its point inputs."""
        return sum(i.type.size for i in self.inputs if i.role == "point")

    def __repr__(self) -> str:
        return f"<Function {self.name}({', '.join(i.name for i in self.inputs)})>"

    def __reduce__(self) -> tuple[Any, ...]:
        from .packing import pack_function, unpack_function  # which knows functions

        return unpack_function, pack_function(self)


def apply(
    function: Function, args: Sequence[Expr], source: Source | None = None
) -> tuple[Expr, ...]:
    """The function's outputs at ``args`` (one scalar for each of its leaves)."""
    leaves = function.leaves
    if len(args) != len(leaves):
        raise TypeError(f"{function.name}: {len(args)} numbers given for {len(leaves)}")
    if function.inline:
        return tuple(substitute(function.outputs, dict(zip(leaves, args, strict=True))))
    call = node("apply", tuple(args), function)
    call.source = source or call.source
    return tuple(node("get", (call,), i) for i in range(function.result.size))


def widened(function: Function, varies: Sequence[bool]) -> Function:
    """The function with those parameters as points of which an argument varies where it is called.

    ``varies`` says so of each of its leaves.
    """
    inputs, at = [], 0
    for i in function.inputs:
        moved = i.role == "parameter" and any(varies[at : at + i.type.size])
        inputs.append(Input(i.name, i.type, "point") if moved else i)
        at += i.type.size
    if tuple(inputs) == function.inputs:
        return function
    return Function(function.name, inputs, function.outputs, function.result,
                    names=function.names, doc=function.doc, source=function.source)  # fmt: skip


def called(expr: Expr) -> tuple[Function, ...]:
    """The functions that a single node applies."""
    if expr.op.name == "apply":
        return (expr.data,)
    if expr.op.name == "fold":
        return tuple(expr.data.functions)
    return (expr.data.function,) if expr.op.name == "root" else ()


def callees(roots: Iterable[Expr]) -> Iterator[Function]:
    """Every function below a graph, each after those that it calls itself.

    Transformations walk this order, so that none of them recurses however deep functions nest.
    """
    done: set[Function] = set()
    stack = [(f, False) for f in reversed(_directly(postorder(roots)))]
    while stack:
        function, ready = stack.pop()
        if function in done:
            continue
        if ready:
            done.add(function)
            yield function
        else:
            stack.append((function, True))
            stack.extend((f, False) for f in reversed(function.calls))


def derive(
    function: Function,
    key: Hashable,
    make: Callable[[Function], Function],
    fits: Callable[[Function], bool] = lambda f: True,
) -> Function:
    """What is made of a function, under a key, once; first of all that it calls, where that fits.

    So ``make`` finds what it asks of those, and nothing recurses.
    """
    for f in (*callees(function.outputs), function) if key not in function.derived else ():
        if key not in f.derived and fits(f):
            f.derived[key] = make(f)
    found: Function = function.derived[key]
    return found


def _directly(nodes: Iterable[Expr]) -> tuple[Function, ...]:
    return tuple(dict.fromkeys(f for e in nodes if e.op.name in CALLS for f in called(e)))


def flat(value: Any) -> list[Expr]:
    """The scalars of what a traced function returned: a number, a vector or a tuple of them."""
    if isinstance(value, Expr):
        return [value]
    if isinstance(value, (tuple, list)):
        return [scalar for part in value for scalar in flat(part)]
    lifted = Expr.__add__(node("const", (), 0.0), value) if not isinstance(value, str) else None
    if not isinstance(lifted, Expr):
        from ..errors import shown  # at the top it would tie two threads that import into a knot

        raise TypeError(f"{shown(value)} is neither a number nor a vector")
    return [lifted]


def trace(
    python: Callable[..., Any],
    inputs: Sequence[Input],
    *,
    name: str = "",
    result: Type | None = None,
    source: Source | None = None,
    lipschitz: float | None = None,
    rises: bool = False,
    mean: Mean | None = None,
    reach: Expr | None = None,
    **static: Any,
) -> Function:
    """Run a Python function once on its inputs' leaves and keep what it computed.

    It is called with a scalar or a vector for each input. The names of its local variables become
    names in the GLSL.
    """
    arguments = [i.leaves[0] if i.type.size == 1 else Vec(i.leaves) for i in inputs]
    seen: dict[str, Any] = {}
    code = getattr(python, "__code__", None)

    def watch(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is code:
            seen.update(frame.f_locals)

    before = sys.getprofile()
    watch.__doc__ = OURS
    ours = before is None or getattr(before, "__doc__", None) is OURS
    if ours:  # if somebody else is watching, let them: names are a luxury
        sys.setprofile(watch)
    try:
        value = python(*arguments, **static)
    finally:
        if ours:
            sys.setprofile(before)
    formals = {leaf for i in inputs for leaf in i.leaves}
    names: dict[Expr, str] = {}
    for label, local in seen.items():
        if isinstance(local, Expr) and local not in formals:
            names.setdefault(local, label)
        elif isinstance(local, tuple) and all(isinstance(e, Expr) for e in local):
            for component, e in zip("xyzw", local, strict=False):
                if e not in formals:
                    names.setdefault(e, f"{label}.{component}")
    outputs = flat(value)
    return Function(
        name or python.__name__, inputs, outputs, result,
        lipschitz=lipschitz, rises=rises, mean=mean, reach=reach, names=names, static=static,
        doc=python.__doc__ or "", source=source,
    )  # fmt: skip
