"""Replacing leaves throughout a graph and all functions below it, folding constants again."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from .expr import Expr, make, node
from .folds import Fold
from .function import Function, called, callees
from .roots import Root

__all__ = ["replace_leaves"]


def replace_leaves(
    function: Function,
    replace: Callable[[Expr], Expr | None],
    known: dict[Function, Function],
    key: Hashable,
) -> Function:
    """``function`` with the leaves for which ``replace`` gives a node replaced by it.

    ``known`` remembers the functions done so far, old to new; share it between related calls. Under
    ``key`` functions keep what came of them: it tells one ``replace`` from others.
    """
    for f in (*callees(function.outputs), function):
        if f not in known:
            words, kept = f.words, f.derived.get(key)
            if kept is None or kept[0] != words:
                kept = f.derived[key] = words, _rebuilt(f, replace, known)
            known[f] = kept[1]
    return known[function]


def _rebuilt(
    f: Function, replace: Callable[[Expr], Expr | None], known: dict[Function, Function]
) -> Function:
    new: dict[Expr, Expr] = {}
    for e in f.nodes:
        args = tuple(new[a] for a in e.args)
        if not e.args:
            found = replace(e)
            new[e] = e if found is None else found
        elif e.op.name in ("apply", "fold", "root") and (args != e.args or _changes(e, known)):
            new[e] = node(e.op.name, args, _called_anew(e, known))
            new[e].source = e.source or new[e].source
        elif args == e.args:
            new[e] = e
        elif e.op.name == "get":
            new[e] = node("get", args, e.data)
        else:
            new[e] = make(e.op.name, *args)
    names = {new[e]: label for e, label in f.names.items() if e in new and new[e].args}
    return Function(f.name, f.inputs, [new[e] for e in f.outputs], f.result,
                    inline=f.inline, names=names, doc=f.doc, source=f.source)  # fmt: skip


def _changes(e: Expr, known: dict[Function, Function]) -> bool:
    return any(known[f] is not f for f in called(e))


def _called_anew(e: Expr, known: dict[Function, Function]) -> object:
    if e.op.name == "apply":
        return known[e.data]
    if e.op.name == "root":
        return Root(known[e.data.function])
    kind = e.data.kind
    merge = known[kind] if isinstance(kind, Function) else kind
    return Fold(merge, known[e.data.function], e.data.table)
