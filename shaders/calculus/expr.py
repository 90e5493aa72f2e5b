"""Expressions: immutable, hash-consed nodes of the graph that everything else walks.

Two expressions of the same structure are the same object, so ``is`` compares structure, shared
subexpressions are shared for free, and a walk visits each only once. A node is an op, its
arguments and its data (a constant's number, an input's name, the function of an application).
A vector is a tuple of scalar nodes; only ``apply`` and ``fold`` nodes stand for several values,
taken out one at a time by ``get``.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from .literals import Placed, in_scene, number

__all__ = [
    "OPS", "REWRITES", "Expr", "Op", "Source", "const", "is_condition", "is_whole", "lift", "make",
    "node", "own", "postorder", "rebuild", "substitute", "written",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A line of a scene file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One kind of node, with everything that any part of jetfield knows about it.

    ``numpy(*arrays)`` evaluates. ``glsl`` is a format string over the printed arguments (``{0}``,
    ``{1}``), or chooses one by the arguments; what it calls is in ``helper`` where GLSL lacks it.
    ``partials(*args)`` are the derivatives by each argument, as expressions. ``interval(*bounds)``
    maps ``(low, high)`` pairs of expressions to one such pair; ``error`` bounds the rounding error
    of one evaluation in units of the last place of the result, or of ``scale(*bounds)``.
    ``kinks(*args)`` are expressions whose zero sets hold the op's kinks, ``jumps(*args)`` those
    that hold its jumps. ``pieces(*args)`` is the same value as comparisons choose it, for an op
    that chooses: its kinks lie where they turn. ``step(*args)`` is a ``Step`` across the nearest of
    several jumps. Where all of ``poles(*args)`` are 0 at once no derivative says what is around.
    """

    name: str
    arity: int | None  # None: any number
    numpy: Callable[..., Any] | None = None
    glsl: str | Callable[..., str] = ""
    partials: Callable[..., Sequence[Any]] | None = None
    interval: Callable[..., tuple[Any, Any]] | None = None
    error: float = 0.0
    scale: Callable[..., Expr] | None = None
    kinks: Callable[..., Sequence[Any]] | None = None
    jumps: Callable[..., Sequence[Any]] | None = None
    pieces: Callable[..., Any] | None = None
    step: Callable[..., Any] | None = None
    poles: Callable[..., Sequence[Any]] | None = None
    commutes: bool = False
    helper: str = ""
    result: str = "float"  # or "bool", "tuple"
    takes: tuple[str, ...] = ()  # argument types where they are not all float


OPS: dict[str, Op] = {}
"""The table, filled by ``ops``."""

REWRITES: dict[str, Callable[[tuple[Expr, ...]], Expr | None]] = {}
"""What simplifies a node, by its op, filled by ``simplify``."""

_Key = tuple[Any, ...]
_nodes: dict[_Key, weakref.KeyedRef[_Key, Expr]] = {}
"""As a WeakValueDictionary is, without its calls: each number of a scene asks for some nodes."""
_lock = threading.Lock()


def _forget(ref: weakref.KeyedRef[_Key, Expr]) -> None:
    if _nodes.get(ref.key) is ref:  # else there is a new node of this key already
        del _nodes[ref.key]


class Expr:
    """A node: a traced number. Arithmetic builds larger nodes; ``if`` on one is refused.

    ``source`` (the scene's line, kept for applications) is outside the identity, and so is the
    ``weight`` that scenes give it.
    """

    __slots__ = ("__weakref__", "args", "data", "op", "source", "weight")
    op: Op
    args: tuple[Expr, ...]
    data: Any
    source: Source | None
    weight: int | None

    def __add__(self, other: Any) -> Expr:
        return _binary("add", self, other)

    def __radd__(self, other: Any) -> Expr:
        return _binary("add", other, self)

    def __sub__(self, other: Any) -> Expr:
        return _binary("sub", self, other)

    def __rsub__(self, other: Any) -> Expr:
        return _binary("sub", other, self)

    def __mul__(self, other: Any) -> Expr:
        return _binary("mul", self, other)

    def __rmul__(self, other: Any) -> Expr:
        return _binary("mul", other, self)

    def __truediv__(self, other: Any) -> Expr:
        return _binary("div", self, other)

    def __rtruediv__(self, other: Any) -> Expr:
        return _binary("div", other, self)

    def __mod__(self, other: Any) -> Expr:
        return _binary("mod", self, other)

    def __rmod__(self, other: Any) -> Expr:
        return _binary("mod", other, self)

    def __floordiv__(self, other: Any) -> Expr:
        quotient = self.__truediv__(other)
        return quotient if quotient is NotImplemented else make("floor", quotient)

    def __rfloordiv__(self, other: Any) -> Expr:
        quotient = self.__rtruediv__(other)
        return quotient if quotient is NotImplemented else make("floor", quotient)

    def __pow__(self, other: Any) -> Expr:
        if not is_whole(other):
            return _binary("pow", self, other)
        if other < 0:
            return const(1.0) / self ** -int(other)
        if other > 8:  # GLSL's pow() has no value for negative bases
            power = make("pow", abs(self), const(other))
            return power * make("sign", self) if other % 2 else power
        power = const(1.0)
        for _ in range(int(other)):
            power = power * self
        return power

    def __rpow__(self, other: Any) -> Expr:
        return _binary("pow", other, self)

    def __neg__(self) -> Expr:
        return make("neg", self)

    def __pos__(self) -> Expr:
        return self

    def __abs__(self) -> Expr:
        return make("abs", self)

    def __lt__(self, other: Any) -> Expr:
        return _binary("lt", self, other)

    def __le__(self, other: Any) -> Expr:
        return _binary("le", self, other)

    def __gt__(self, other: Any) -> Expr:
        return _binary("lt", other, self)

    def __ge__(self, other: Any) -> Expr:
        return _binary("le", other, self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (int, float)):
            raise _refusal(
                "a traced value equals no number while the scene is built: "
                "write where(abs(x - a) < 1e-6, ...) instead of x == a"
            )
        return self is other  # one structure is one object

    __hash__ = object.__hash__

    def __and__(self, other: Any) -> Expr:
        return _binary("and", self, other)

    def __or__(self, other: Any) -> Expr:
        return _binary("or", self, other)

    def __invert__(self) -> Expr:
        return make("not", self)

    def __bool__(self) -> NoReturn:
        raise _refusal(
            "a traced value has no truth value while the scene is built: "
            "write where(condition, a, b) instead of if, opacity=where(condition, 1, 0) to drop a "
            "layer, and & | ~ instead of and, or, not"
        )

    def __float__(self) -> NoReturn:
        raise _refusal(
            "a traced value is not a number yet: use the functions of jetfield.scenes "
            "(sin, sqrt, where, ...) instead of those of math or numpy, and floor(x) for int(x)"
        )

    __int__ = __float__

    def __index__(self) -> NoReturn:
        raise _refusal(
            "a traced value is no count: annotate the argument, such as n: int, to have it known "
            "while the scene is built"
        )

    __array_ufunc__ = None  # numpy hands arithmetic with a node back to the node

    def __repr__(self) -> str:
        from .spelled import describe  # which knows expressions

        return describe(self)

    def __reduce__(self) -> tuple[Any, ...]:
        from .packing import pack, unpack_one  # which knows functions, and those know expressions

        return unpack_one, (pack([self]),)


def is_whole(exponent: Any) -> bool:
    """Whether an exponent is a plain whole number, which has a value for negative bases too."""
    plain = isinstance(exponent, (int, float)) and not isinstance(exponent, bool)
    return plain and abs(exponent) < 1e6 and exponent == int(exponent)


def _refusal(message: str) -> Exception:
    from ..blame import fail  # which knows lines, and those are defined here
    from ..errors import TracedError

    return fail(message, TracedError)


def _binary(name: str, a: Any, b: Any) -> Expr:
    if name in ("add", "sub", "mul", "div"):
        a, b = own(a, 3), own(b, 3)
    left, right = lift(a), lift(b)
    if left is None or right is None:
        return NotImplemented  # type: ignore[no-any-return]
    logic = "bool" in OPS[name].takes
    if is_condition(left) != logic or is_condition(right) != logic:
        need = "conditions" if logic else "numbers, not conditions"
        raise _refusal(f"{name} takes {need}; write where(condition, 1, 0) for a number")
    return make(name, left, right)


def is_condition(e: Expr) -> bool:
    """Whether a node is true or false, not a number."""
    return e.op.result == "bool" or isinstance(e.data, bool)


def lift(value: Any) -> Expr | None:
    """A node, or a plain number or truth value as one; None for anything else."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool) or type(value).__name__ == "bool":  # NumPy's too
        return node("const", (), bool(value))
    if isinstance(value, (int, float)) or (
        hasattr(value, "__float__") and getattr(value, "shape", None) == ()
    ):
        return const(float(value))
    return None


def const(value: float) -> Expr:
    """A constant."""
    return node("const", (), float(value) + 0.0)  # -0.0 + 0.0 is 0.0: one zero


def written(value: float) -> Expr:
    """A number that stands in a scene."""
    return node("literal", (), number(value))


def own(value: Any, depth: int) -> Any:
    """A plain number as one that stands in a scene, if there it is to have a place."""
    return value if isinstance(value, Expr) or not in_scene(value, depth) else written(value)


def node(name: str, args: tuple[Expr, ...] = (), data: Any = None) -> Expr:
    """The one node of this op, these arguments and this data; nothing is simplified."""
    key = (name, args, data, data.place if type(data) is Placed else type(data))
    with _lock:
        ref = _nodes.get(key)
        found = None if ref is None else ref()
        if found is None:
            found = Expr()
            found.op, found.args, found.data, found.source = OPS[name], args, data, None
            found.weight = None
            _nodes[key] = weakref.KeyedRef(found, _forget, key)
        return found


_NOTHING = type(None)


def make(name: str, *args: Expr) -> Expr:
    """The simplified node of an op: constants fold, the rewrite rules apply."""
    op = OPS[name]
    if op.numpy is not None and args and all(a.op.name == "const" for a in args):
        folded = op.numpy(*(a.data for a in args))
        return node("const", (), bool(folded)) if op.result == "bool" else const(float(folded))
    if (rewrite := REWRITES.get(name)) and (simpler := rewrite(args)) is not None:
        return simpler
    if op.commutes and (name, args[::-1], None, _NOTHING) in _nodes:
        args = args[::-1]  # a * b and b * a share the spelling that came first
    return node(name, args)


def postorder(
    roots: Iterable[Expr], into: Callable[[Expr], Iterable[Expr]] | None = None
) -> Iterator[Expr]:
    """Every node below ``roots`` once, arguments first; ``into`` overrides which to follow."""
    done: set[Expr] = set()
    for root in roots:
        stack = [] if root in done else [(root, iter(root.args if into is None else into(root)))]
        while stack:
            current, rest = stack[-1]
            for a in rest:
                if a in done:
                    continue
                follow = a.args if into is None else into(a)
                if follow:
                    stack.append((a, iter(follow)))
                    break
                done.add(a)
                yield a
            else:
                stack.pop()
                if current not in done:
                    done.add(current)
                    yield current


def substitute(roots: Sequence[Expr], mapping: dict[Expr, Expr]) -> list[Expr]:
    """``roots`` with nodes replaced, rebuilt through ``make`` so that constants fold again."""
    new = dict(mapping)
    for old in postorder(roots):
        if old not in new:
            args = tuple(new[a] for a in old.args)
            new[old] = old if args == old.args else rebuild(old, args)
    return [new[root] for root in roots]


def rebuild(old: Expr, args: tuple[Expr, ...]) -> Expr:
    """The node ``old`` with other arguments."""
    if old.data is None and old.op.numpy is not None:
        return make(old.op.name, *args)
    fresh = node(old.op.name, args, old.data)
    fresh.source = fresh.source or old.source
    return fresh
