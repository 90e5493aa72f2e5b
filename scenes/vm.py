"""Expressions in single assignment, one clause a line: `.vm` files, as scenes.

The format is that of M. Keeter's Prospero challenge and of his kernel fidget: `name op args`, where
the arguments are names of earlier lines, or the number of a ``const``. The last line is the field:
negative inside, over x to the right and y up. Lines that begin with # are comments.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from typing import Any, Final

from ..shaders.calculus import vectors
from ..shaders.calculus.expr import Expr, Source, const, make
from ..shaders.calculus.function import Function, apply
from ..shaders.errors import SceneError
from ..shaders.picture import POINT
from .box import EVERYWHERE
from .field import Field, Recipe
from .scene import Scene

__all__ = ["scene_of"]


def _op(name: str) -> Callable[..., Expr]:
    return lambda *args: make(name, *args)


OPS: Final[dict[str, tuple[int, Callable[..., Any]]]] = {
    **{name: (2, _op(name)) for name in ("add", "sub", "mul", "div", "min", "max", "atan2")},
    **{name: (1, _op(name)) for name in ("neg", "abs", "sqrt", "sin", "cos", "atan", "exp",
                                         "floor")},
    **{name: (1, getattr(vectors, name)) for name in ("tan", "asin", "acos", "ceil")},
    "square": (1, lambda a: a * a),
    "recip": (1, lambda a: const(1.0) / a),
    "ln": (1, vectors.log),
    "mod": (2, lambda a, b: a % abs(b)),
}  # fmt: skip
"""What a clause may compute: how many arguments it takes, and what of."""
LEAVES: Final = {"var-x": POINT.leaves[0], "var-y": POINT.leaves[1]}


def scene_of(text: str, path: str) -> Scene:
    """The inside of a file's expression, black on white, in the view of height 2 about the origin.

    ``path`` is what errors call the file, and the field is named after it.

    Raises:
        SceneError: the text is no such expression; the message gives the line.
    """
    known: dict[str, Expr] = {}
    last: Expr | None = None
    line = 0
    for number, clause in enumerate(text.splitlines(), start=1):
        words = clause.split()
        if not words or words[0].startswith("#"):
            continue
        line = number
        try:
            name, op, *args = words
        except ValueError:
            raise _wrong(path, line, f"{clause.strip()!r} is no clause `name op args`") from None
        if name in known:
            raise _wrong(path, line, f"{name} is there already")
        try:
            last = known[name] = _value(op, args, known)
        except SceneError as error:
            raise _wrong(path, line, str(error)) from None
    if last is None:
        raise _wrong(path, max(line, 1), "there is no clause `name op args` in the file")
    stem = re.sub(r"\W|^(?=\d)", "_", os.path.splitext(os.path.basename(path))[0])
    source = Source(path, line)
    body = Function(stem, [POINT], [last], source=source)
    field = Field(apply(body, POINT.leaves, source)[0], EVERYWHERE, "implicit", Recipe(stem))
    return Scene().fill(field, "black")


def _value(op: str, args: list[str], known: dict[str, Expr]) -> Expr:
    """What a clause computes."""
    if op == "const":
        if len(args) != 1 or not math.isfinite(value := _number(args[0])):
            raise SceneError(f"const takes one finite number, not {' '.join(args) or 'nothing'}")
        return const(value)
    if op not in OPS and op not in LEAVES:
        raise SceneError(f"there is no op {op!r}; there are {', '.join([*LEAVES, 'const', *OPS])}")
    count = OPS[op][0] if op in OPS else 0
    if len(args) != count:
        raise SceneError(f"{op} takes {count} argument{'s' * (count != 1)}, not {len(args)}")
    for arg in args:
        if arg not in known:
            raise SceneError(f"{arg} is not defined above")
    if op in LEAVES:
        return LEAVES[op]
    found: Expr = OPS[op][1](*(known[arg] for arg in args))
    return found


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return math.nan


def _wrong(path: str, line: int, what: str) -> SceneError:
    return SceneError(f"{path}:{line}: {what}")
