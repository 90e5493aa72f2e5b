"""Packing: a graph and all functions below it as plain tuples, for pickle.

Functions are written once each, callees first, and called by number, so that nothing recurses
however deeply they nest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from .expr import Expr, node, postorder
from .function import Function, Mean, callees

__all__ = [
    "flatten",
    "pack",
    "pack_function",
    "unflatten",
    "unpack",
    "unpack_function",
    "unpack_one",
]

Packed = tuple[tuple[tuple[Any, ...], ...], Any]


class Number(NamedTuple):
    """The place of a function in the list."""

    place: int


def pack(roots: Sequence[Expr], instead: Callable[[Any], Any] | None = None) -> Packed:
    """A graph and the functions below it, ``instead`` of the nodes' data something else."""
    functions = _below(callees(roots))
    number = _encoder({f: Number(i) for i, f in enumerate(functions)})

    def encode(data: Any) -> Any:
        return number(data) if instead is None else instead(number(data))

    return tuple(_written(f, encode) for f in functions), flatten(roots, encode)


def unpack(packed: Packed) -> list[Expr]:
    """The graph that ``pack`` wrote down: the same nodes, if they still exist."""
    functions: list[Function] = []
    for written in packed[0]:
        functions.append(_read(written, functions))
    return unflatten(packed[1], lambda data: _decoded(data, functions))


def unpack_one(packed: Packed) -> Expr:
    """The one expression that was packed."""
    return unpack(packed)[0]


def pack_function(function: Function) -> tuple[Packed, tuple[Any, ...]]:
    """A function and those below it."""
    functions = _below([*callees(function.outputs), function])[:-1]
    encode = _encoder({f: Number(i) for i, f in enumerate(functions)})
    return (tuple(_written(f, encode) for f in functions), None), _written(function, encode)


def unpack_function(packed: Packed, written: tuple[Any, ...]) -> Function:
    """The function that ``pack_function`` wrote down."""
    functions: list[Function] = []
    for each in packed[0]:
        functions.append(_read(each, functions))
    return _read(written, functions)


def _below(functions: Iterable[Function]) -> list[Function]:
    """Functions with all that must be read before each: those that its mean calls, and its mean."""
    found: dict[Function, None] = {}
    for f in functions:
        for part in f.mean or ():
            found |= dict.fromkeys((*callees(part.outputs), part))
        found[f] = None
    return list(found)


def _encoder(numbers: dict[Function, Number]) -> Callable[[Any], Any]:
    def encode(data: Any) -> Any:
        if isinstance(data, Function):
            return numbers[data]
        if isinstance(getattr(data, "function", None), Function):  # of a fold or a root
            return _changed(data, numbers.__getitem__, Function)
        return data

    return encode


def _decoded(data: Any, functions: list[Function]) -> Any:
    if isinstance(data, Number):
        return functions[data.place]
    if isinstance(getattr(data, "function", None), Number):
        return _changed(data, lambda number: functions[number.place], Number)
    return data


def _changed(data: Any, change: Callable[[Any], Any], kind: type) -> Any:
    """What a fold or a root calls changed."""
    own = {"function": data.function, "kind": getattr(data, "kind", None)}
    return dataclasses.replace(
        data, **{k: change(v) for k, v in own.items() if isinstance(v, kind)}
    )


def _written(f: Function, encode: Callable[[Any], Any]) -> tuple[Any, ...]:
    graph = flatten((*f.outputs, *f.names), encode)
    labels = tuple(f.names.values())
    mean = f.mean and tuple(map(encode, f.mean))
    more = f.inline, f.lipschitz, f.rises, mean, f.reach, tuple(f.static.items())
    return f.name, f.inputs, f.result, graph, more, labels, f.doc, f.source


def _read(written: tuple[Any, ...], functions: list[Function]) -> Function:
    name, inputs, result, graph, more, labels, doc, source = written
    inline, lipschitz, rises, mean, reach, static = more
    roots = unflatten(graph, lambda data: _decoded(data, functions))
    names = dict(zip(roots[result.size :], labels, strict=True))
    outputs = roots[: result.size]
    return Function(
        name, inputs, outputs, result,
        inline=inline, lipschitz=lipschitz, rises=rises, reach=reach, names=names,
        static=dict(static), doc=doc, source=source,
        mean=mean and Mean(*(_decoded(f, functions) for f in mean)),
    )  # fmt: skip


Flat = tuple[tuple[tuple[str, tuple[int, ...], Any], ...], tuple[int, ...]]


def _same(data: Any) -> Any:
    return data


def flatten(roots: Sequence[Expr], encode: Callable[[Any], Any] = _same) -> Flat:
    """A graph as plain tuples (op, argument indices, data), and the indices of its roots."""
    order = list(postorder(roots))
    index = {e: i for i, e in enumerate(order)}
    rows = tuple((e.op.name, tuple(index[a] for a in e.args), encode(e.data)) for e in order)
    return rows, tuple(index[root] for root in roots)


def unflatten(flat: Flat, decode: Callable[[Any], Any] = _same) -> list[Expr]:
    """The graph that ``flatten`` wrote down."""
    built: list[Expr] = []
    for name, args, data in flat[0]:
        built.append(node(name, tuple(built[i] for i in args), decode(data)))
    return [built[i] for i in flat[1]]
