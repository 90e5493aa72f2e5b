"""Listings of a scene that is being edited: where numbers alone have changed, nothing is derived.

A picture is written down as plain tuples with a hole for every number that has a place, and for
every table. Two pictures with the same tuples have the same listing, but for what is in the holes.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Any, NamedTuple

from ..calculus.expr import Expr, node
from ..calculus.folds import Fold, Table
from ..calculus.literals import Placed
from ..calculus.packing import pack
from ..picture import POINT, Group, Layer, Picture
from .listing import Listing, listing
from .loops import Atlas
from .program import Origin

__all__ = ["Editions"]


class Hole(NamedTuple):
    """Where a number was, or a table of this shape."""

    number: int
    size: tuple[int, ...] = ()


class Outline(NamedTuple):
    """What a picture is made of, and what is in its holes."""

    shape: tuple[Any, ...]
    numbers: dict[int, float]  # by place, in the order of the holes
    tables: dict[Table, None]


def outlined(picture: Picture) -> Outline:
    """A picture as plain tuples, and its numbers."""
    numbers: dict[int, float] = {}
    places: dict[int, Hole] = {}
    tables: dict[Table, Hole] = {}

    def hole(data: Any) -> Any:
        if type(data) is Placed:
            numbers.setdefault(data.place, float(data))
            return places.setdefault(data.place, Hole(len(places)))
        if isinstance(data, Fold):
            size = data.table.array.shape
            return data.kind, data.function, tables.setdefault(data.table, Hole(len(tables), size))
        return data

    roots = list[Expr](picture.background or ())
    tree = tuple(_structure(item, roots) for item in picture.layers)
    shape = picture.background is None, tree, pack(roots, hole)
    return Outline(shape, numbers, dict.fromkeys(tables))


def _structure(item: Layer | Group, roots: list[Expr]) -> tuple[Any, ...]:
    """What a layer is besides its expressions, which join the others."""
    if isinstance(item, Group):
        roots.append(item.opacity)
        return item.blend, *(_structure(x, roots) for x in item.layers)
    lengths = item.width, item.fade
    roots += (*item.color, item.opacity, *(e for e in lengths if e is not None))
    roots.append(node("apply", POINT.leaves, item.field))
    return item.blend, item.measured, *(e is None for e in lengths)


class Editions:
    """Listings by live numbers, of pictures and of those that are seen next, as they are edited.

    Not for two threads at once.
    """

    def __init__(self, capacity: int = 16) -> None:
        self._capacity = capacity
        self._known: OrderedDict[Any, tuple[Listing, Outline]] = OrderedDict()
        self.derived = 0
        """How many listings were derived from scratch."""

    def listing(self, picture: Picture, antialias: str) -> Listing:
        """The listing of a picture, as ``listing(picture, numbers="live")`` gives it."""
        new = outlined(picture)
        key = antialias, new.shape
        if key not in self._known:
            self._known[key] = listing(picture, antialias=antialias, numbers="live"), new
            self.derived += 1
            if len(self._known) > self._capacity:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return _filled(*self._known[key], new)


def _filled(made: Listing, old: Outline, new: Outline) -> Listing:
    """A listing with the numbers and the tables of another picture of the same shape."""
    numbers = dict(zip(old.numbers, new.numbers.values(), strict=True))
    tables = dict(zip(old.tables, new.tables, strict=True))

    def value(origin: Origin, before: float) -> float:
        if isinstance(origin, int):
            return numbers[origin]
        return before if origin is None else float(tables[origin[0]].array[origin[1:]])

    atlas = Atlas()
    for table in made.atlas:
        atlas.start(tables[table])
    pairs = zip(made.origins, made.numbers, strict=True)
    return replace(
        made,
        numbers=tuple(value(origin, before) for origin, before in pairs),
        tables=atlas.sampled,
    )
