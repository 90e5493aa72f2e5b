"""Terms: scalar expressions grouped the way a person writes GLSL.

The calculus knows scalars. Here the two components of ``p * (1.0 / r)`` become one vector
expression again, a field's value and gradient become the one call that returns both, and
``dot(g, column)`` for both columns of a Jacobian becomes ``g * jacobian``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ..calculus.expr import Expr, const
from .layout import AXES, Layout, Member, layout, vector
from .scope import Scope, access, callee, literal, returned

__all__ = ["Form", "Term", "expand", "spell"]

ZERO = const(0.0)
DECLARES = ("mended", "within")
"""Ops that tell something of their argument, and do nothing."""
NOT_COMPONENTWISE = {"length", "dot", "lt", "le", "and", "or", "not"}
ALONGSIDE = {"min": (1,), "max": (1,), "mod": (1,), "clamp": (1, 2), "mix": (2,)}
"""Which arguments of a GLSL function may be numbers where the others are vectors."""
BINARY = {"+": 70, "-": 70, "*": 80, "/": 80, "<": 60, "<=": 60, "&&": 40, "||": 20, "?": 10}


class Term(NamedTuple):
    """What is printed as one unit: a number, a vector, a struct (``layout``), or a whole call."""

    exprs: tuple[Expr, ...]
    layout: Layout | None = None

    @property
    def glsl(self) -> str:
        """The GLSL type."""
        if self.layout:
            return self.layout.glsl
        head = self.exprs[0]
        if head.op.name in ("apply", "fold"):
            return layout(returned(head)).glsl
        if len(self.exprs) == 1:
            return "bool" if head.op.result == "bool" else "float"
        return vector(len(self.exprs))


class Form(NamedTuple):
    """How a term is printed: a format over its children's texts.

    ``trivial`` forms (names, members, constants) never deserve a variable of their own; a
    ``composed`` one is a constructor that only lists its parts; of a ``call`` the format is the
    argument list, for the emitter knows what the function is called.
    """

    format: str
    children: tuple[Term, ...] = ()
    precedence: int = 100
    trivial: bool = False
    composed: bool = False
    call: Expr | None = None


@cache
def precedence_of(spelling: str) -> int:
    """How tightly a spelling binds, by GLSL's grammar; 100 for a call."""
    if spelling.startswith(("-{", "!{")):
        return 90
    operator = re.match(r"(?:\{0\}|[\d.]+) (\S+) \{", spelling)
    return BINARY[operator.group(1)] if operator else 100


def expand(term: Term, scope: Scope) -> Form:
    """How a term is printed, by the first reading that fits."""
    if any(e.op.name in DECLARES for e in term.exprs):
        bare = tuple(e.args[0] if e.op.name in DECLARES else e for e in term.exprs)
        return expand(Term(bare, term.layout), scope)
    if term.layout:
        return _struct(term, scope)
    if len(term.exprs) == 1:
        return _scalar(term.exprs[0], scope)
    form = (
        _named(term, scope)
        or _constants(term)
        or _of_call(term)
        or _product(term, scope)
        or _componentwise(term)
    )
    return form or _constructor(term, scope)


def _struct(term: Term, scope: Scope) -> Form:
    """A struct or a matrix: a variable, a whole call or a member of one, or a constructor."""
    shape, exprs = term.layout, term.exprs
    assert shape is not None
    found = _stored(exprs, scope)
    if found:
        return found
    if shape.is_struct:
        children, start = [], 0
        for m in shape.members:
            own = exprs[start : start + m.size]
            children.append(Term(own) if m.columns == 1 else Term(own, _matrix(m)))
            start += m.size
    else:
        rows = shape.members[0].rows
        children = [Term(exprs[k : k + rows]) for k in range(0, len(exprs), rows)]
    return Form(f"{shape.glsl}({_holes(len(children))})", tuple(children), composed=True)


def _stored(exprs: tuple[Expr, ...], scope: Scope) -> Form | None:
    """A struct or matrix that has a name, or is what a call returns, or a member of that."""
    if exprs in scope.groups:
        return Form(scope.groups[exprs], trivial=True)
    head = exprs[0]
    if head.op.name != "get" or not _run(exprs, head.args[0], head.data):
        return None
    result = returned(head.args[0])
    if result.size == len(exprs):
        return Form("{0}", (Term(head.args),), trivial=True)
    member, start = layout(result).locate(head.data)
    if start == head.data and member.size == len(exprs) and member.columns > 1:
        return Form(f"{{0}}.{member.name}", (Term(head.args),), trivial=True)
    return None


def _matrix(m: Member) -> Layout:
    return Layout(m.glsl, (Member("", m.rows, m.columns),))


def _holes(count: int) -> str:
    return ", ".join(f"{{{k}}}" for k in range(count))


def _run(exprs: Sequence[Expr], call: Expr, start: int) -> bool:
    """Whether these are consecutive outputs of a call, from ``start``."""
    return all(
        e.op.name == "get" and e.args[0] is call and e.data == start + k
        for k, e in enumerate(exprs)
    )


def _scalar(e: Expr, scope: Scope) -> Form:
    name = e.op.name
    if e in scope.leaf:
        return Form(scope.leaf[e], trivial=True)
    if name == "const":
        text = literal(e.data)
        return Form(text, precedence=90 if text.startswith("-") else 100, trivial=True)
    if name == "get":
        return Form(
            "{0}" + access(layout(returned(e.args[0])), e.data), (Term(e.args),), trivial=True
        )
    if name in ("apply", "fold", "root"):
        return _call(e)
    spelling = spell(e)
    children = tuple(Term((a,)) for a in e.args)
    if name == "length":
        children = (Term(e.args),)
    elif name == "dot":
        half = len(e.args) // 2
        children = (Term(e.args[:half]), Term(e.args[half:]))
    return Form(spelling, children, precedence_of(spelling))


def spell(e: Expr) -> str:
    """The op's GLSL format for its arguments."""
    return e.op.glsl if isinstance(e.op.glsl, str) else e.op.glsl(*e.args)


def _call(e: Expr) -> Form:
    """A call: each input gets the term of its own type."""
    if e.op.name == "root":
        children = [Term((a,)) for a in e.args]
    else:
        children, at = [], 0
        for i in callee(e).inputs:
            if e.op.name == "fold" and i.name == "row":
                break
            own = e.args[at : at + i.type.size]
            at += i.type.size
            shape = layout(i.type)
            children.append(Term(own, shape) if shape.is_struct else Term(own))
        children += [Term((a,)) for a in e.args[at:]]  # the number of a row
    return Form(f"({_holes(len(children))})", tuple(children), call=e)


def _named(term: Term, scope: Scope) -> Form | None:
    """A vector that has a name, or its components in another order: ``p``, ``p.yx``."""
    if term.exprs in scope.groups:
        return Form(scope.groups[term.exprs], trivial=True)
    for leaves, name in scope.vectors.items():
        if all(e in leaves for e in term.exprs):
            return Form(
                name + "." + "".join(AXES[leaves.index(e)] for e in term.exprs), trivial=True
            )
    return None


def _constants(term: Term) -> Form | None:
    if all(e.op.name == "const" for e in term.exprs):
        values = [literal(e.data) for e in term.exprs]
        inside = values[0] if len(set(values)) == 1 else ", ".join(values)
        return Form(f"{vector(len(values))}({inside})", trivial=True)
    if all(e is term.exprs[0] for e in term.exprs):
        return Form(f"{vector(len(term.exprs))}({{0}})", (Term(term.exprs[:1]),))
    return None


def _of_call(term: Term) -> Form | None:
    """A member of what a call returns: ``circle.gradient``."""
    head = term.exprs[0]
    if head.op.name != "get":
        return None
    call, result = head.args[0], layout(returned(head.args[0]))
    if any(e.op.name != "get" or e.args[0] is not call for e in term.exprs):
        return None
    places = [result.locate(e.data) for e in term.exprs]
    member, start = places[0]
    if any(place != places[0] for place in places) or member.size == 1:
        return None
    text = "{0}" + (f".{member.name}" if member.name else "")
    offsets = [e.data - start for e in term.exprs]
    if member.columns > 1:
        if offsets[0] % member.rows or offsets != list(range(offsets[0], offsets[0] + member.rows)):
            return None
        text += f"[{offsets[0] // member.rows}]"
    elif offsets != list(range(member.rows)):
        text += "." + "".join(AXES[k] for k in offsets)
    return Form(text, (Term((call,)),), trivial=True)


def _product(term: Term, scope: Scope) -> Form | None:
    """dot(g, column of M) for each column of a matrix M is ``g * M``; likewise rows, ``M * v``."""
    if any(e.op.name != "dot" for e in term.exprs):
        return None
    half = len(term.exprs[0].args) // 2
    if any(len(e.args) != 2 * half for e in term.exprs):
        return None
    for first in (True, False):
        shared = [e.args[:half] if first else e.args[half:] for e in term.exprs]
        others = [e.args[half:] if first else e.args[:half] for e in term.exprs]
        if any(s != shared[0] for s in shared):
            continue
        by_columns = tuple(x for other in others for x in other)
        by_rows = tuple(other[k] for k in range(half) for other in others)
        for entries, form in ((by_columns, "{0} * {1}"), (by_rows, "{1} * {0}")):
            if _stored(entries, scope):
                matrix = Term(
                    entries,
                    _matrix(Member("", len(term.exprs) if by_rows is entries else half, half)),
                )
                return Form(form, (Term(shared[0]), matrix), 80)
    return None


def _componentwise(term: Term) -> Form | None:
    """One op applied to vectors: every component is the same op on the same pattern."""
    rows = _aligned(term.exprs)
    if rows is None:
        return None
    head = term.exprs[0] if term.exprs[0].args else term.exprs[1]
    name = rows[0][0]
    spellings = {spell(e) for e in term.exprs if e.op.name == name}
    op = next(e.op for e in term.exprs if e.op.name == name)
    if (
        len(spellings) != 1
        or name in NOT_COMPONENTWISE
        or head.op.name in ("apply", "fold", "root", "get")
    ):
        return None
    spelling = spellings.pop()
    if op.helper and spelling.split("(")[0] in op.helper:
        return None
    columns = [tuple(row[1][k] for row in rows) for k in range(len(rows[0][1]))]
    single = [all(e is column[0] for e in column) for column in columns]
    if name in ("where", "seam"):
        if not single[0]:
            return None
        single = [True, False, False]
    elif not _mixes(name, single):
        single = [False] * len(columns)
    if all(single):
        return None
    children = (Term(c[:1] if one else c) for c, one in zip(columns, single, strict=True))
    return Form(spelling, tuple(children), precedence_of(spelling))


def _mixes(name: str, single: list[bool]) -> bool:
    """Whether GLSL takes numbers in these places and vectors in the others."""
    if name not in ALONGSIDE:
        return True
    places = {k for k, one in enumerate(single) if one}
    return places <= set(ALONGSIDE[name]) and (name != "clamp" or len(places) != 1)


Row = tuple[str, tuple[Expr, ...]]


def _aligned(exprs: tuple[Expr, ...]) -> list[Row] | None:
    """(op, arguments) for each component, with the same op in all, arguments in matching places.

    ``(p.x - 0.5, p.y)`` reads as a subtraction of (0.5, 0.0).
    """
    names = {e.op.name for e in exprs}
    if len(names) > 1:
        for name in ("add", "sub"):
            rows = [e.args if e.op.name == name else (e, ZERO) for e in exprs]
            plain = [e for e in exprs if e.op.name != name]
            shift = [row[1] for row in rows]
            leafy = all(p.op.name in ("input", "get") for p in plain)
            if (
                name in names
                and leafy
                and all(s.op.name in ("const", "literal", "input") for s in shift)
            ):
                return [(name, row) for row in rows]
        return None
    name = exprs[0].op.name
    if not exprs[0].args or name in ("get", "root") or exprs[0].op.result != "float":
        return None
    if len({len(e.args) for e in exprs}) > 1:
        return None
    rows = [e.args for e in exprs]
    if exprs[0].op.commutes:  # (a * s, s * b): put what is shared on one side
        shared = set(rows[0]).intersection(*map(set, rows[1:]))
        if shared and len({row.index(next(iter(shared))) for row in rows}) > 1:
            common = next(iter(shared))
            rows = [row if row[0] is common else row[::-1] for row in rows]
    return [(name, row) for row in rows]


def _constructor(term: Term, scope: Scope) -> Form:
    """``vec3(a, b, c)``, with the longest leading part that is a vector by itself."""
    exprs = term.exprs
    for cut in range(len(exprs) - 1, 1, -1):
        head = Term(exprs[:cut])
        if not expand(head, scope).composed:
            rest = tuple(Term((e,)) for e in exprs[cut:])
            return Form(
                f"{vector(len(exprs))}({_holes(1 + len(rest))})", (head, *rest), composed=True
            )
    scalars = tuple(Term((e,)) for e in exprs)
    return Form(f"{vector(len(exprs))}({_holes(len(exprs))})", scalars, composed=True)
