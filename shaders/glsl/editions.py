"""Drawings of a scene that is being edited: where numbers alone have changed, nothing is derived.

A picture is written down as plain tuples with a hole for every number that has a place, and for
every table. Two pictures with the same tuples have the same listing, but for what is in the holes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from itertools import count
from typing import Any, NamedTuple

from ..calculus.expr import Expr, node
from ..calculus.folds import Fold, Table
from ..calculus.literals import Placed
from ..calculus.packing import pack
from ..picture import POINT, Group, Layer, Picture
from .atlas import Atlas
from .listing import Listing
from .passes import Drawing, Tiled, drawing
from .program import Origin

__all__ = ["Edition", "Editions"]


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


class Edition:
    """The drawing of a picture, by the numbers of another of the same shape.

    ``tiled`` is what draws it by tiles, None if that is not worth it; for one that is to be seen
    ``soon`` it is only where tiles have lists, as it takes longer to compile. ``shape`` is the same
    for all that the same programs draw, ``parameters`` is what it reads, by uniform.
    """

    def __init__(
        self, picture: Picture, shape: int, made: Drawing, fill: Callable[[Listing], Listing],
        soon: bool,
    ) -> None:  # fmt: skip
        self.shape, self._made, self._fill = shape, made, fill
        self.tiled: Tiled | None = None
        if (made.listed or not soon) and made.tiled:
            ground = made.tiled.ground and replace(made, picture=picture).ground
            self.tiled = replace(made.tiled, picture=picture, ground=ground).mapped(fill)
        self.parameters = (self.tiled.edges if self.tiled else self.whole).parameters

    @cached_property
    def whole(self) -> Listing:
        """What draws every pixel alike."""
        return self._fill(self._made.whole)


class Editions:
    """Drawings by live numbers, of pictures and of those that are seen next, as they are edited.

    Not for two threads at once.
    """

    _next_shape = count().__next__

    def __init__(self, capacity: int = 16) -> None:
        self._capacity = capacity
        self._known: OrderedDict[Any, tuple[int, Drawing, Outline]] = OrderedDict()
        self._last: tuple[Picture, Outline, dict[Any, Edition]] | None = None
        self.derived = 0
        """How many drawings were derived from scratch."""

    def edition(self, picture: Picture, antialias: str, *, soon: bool = False) -> Edition:
        """What ``drawing(picture, antialias, "srgb8", "live")`` gives."""
        new, held = self._asked(picture)
        if (antialias, soon) in held:
            return held[antialias, soon]
        key = antialias, new.shape
        if key not in self._known:
            made = drawing(picture, antialias, "srgb8", "live")
            self._known[key] = self._next_shape(), made, new
            self.derived += 1
            if len(self._known) > self._capacity:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        shape, made, old = self._known[key]
        fill = partial(_filled, old, new)
        found = held[antialias, soon] = Edition(picture, shape, made, fill, soon)
        return found

    def know(self, picture: Picture, antialias: str) -> bool:
        """Whether a drawing of the picture's shape was derived, and is kept."""
        return (antialias, self._asked(picture)[0].shape) in self._known

    def _asked(self, picture: Picture) -> tuple[Outline, dict[Any, Edition]]:
        """The outline of a picture, which is asked for by each antialias, and what it was given."""
        if self._last is None or self._last[0] is not picture:
            self._last = picture, outlined(picture), {}
        return self._last[1:]


def _filled(old: Outline, new: Outline, made: Listing) -> Listing:
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
