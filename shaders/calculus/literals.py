"""Numbers that stand in a scene, and where: what tells an edited number from its equals.

Otherwise equal numbers are one node. In a window, where numbers are edited, each is one of its own;
then the text of a listing with ``numbers="live"`` stays the same whichever of them is edited.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Placed", "are_placed", "in_scene", "number", "placing"]


class Placed(float):
    """A number that is told from others of the same value by its place."""

    __slots__ = ("place",)
    place: int

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return float, (float(self),)


class _State(threading.local):
    on = False


_state = _State()
_next_place = itertools.count().__next__


@contextmanager
def placing() -> Iterator[None]:
    """Within, in this thread, every number of a scene has a place.

    So have those that a user's function adds, subtracts, multiplies with, or divides by: outside
    they are constants.
    """
    before, _state.on = _state.on, True
    try:
        yield
    finally:
        _state.on = before


def are_placed() -> bool:
    """Whether numbers have places now, in this thread: what is traced then is told apart."""
    return _state.on


def number(value: float) -> float:
    """A number of a scene, with a place if it is to have one."""
    value = float(value) + 0.0  # one zero
    if _state.on:
        value = Placed(value)
        value.place = _next_place()
    return value


def in_scene(value: Any, depth: int) -> bool:
    """Whether this is a number that has to have a place, written in a scene.

    It is if the function so many calls below the caller of this one is no room's. Not 0: what
    vanishes with it is structure.
    """
    if not _state.on or not isinstance(value, (int, float)) or isinstance(value, bool) or not value:
        return False
    from ..blame import theirs  # which knows lines, and those are defined with expressions

    return theirs(sys._getframe(depth + 1).f_code.co_filename)
