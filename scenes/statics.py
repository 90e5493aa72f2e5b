"""Static arguments: those that shape a function, and are part of its identity.

They are annotated ``int``, ``bool``, ``str``, a sequence or ``Field``; all other arguments of a
``@shape``, ``@warp`` or ``@paint`` are traced numbers or vectors.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

import numpy as np

from ..shaders.calculus.expr import Expr
from .checks import fail, listed, shown
from .field import Field

__all__ = [
    "Mark",
    "Number",
    "annotation",
    "bare",
    "identity",
    "marks_of",
    "static_kind",
    "static_value",
]

Number = float | Expr
"""A number, or a traced value such as a slider."""


class Mark(Enum):
    """What an argument of ours must be besides a number: jetfield's own hints say so."""

    POSITIVE = "a number above 0"
    NOT_NEGATIVE = "a number at least 0"
    POINT = "two numbers"
    DIRECTION = "two numbers that are not both 0"
    PART = "at most 1"
    OPENING = "at most 2 pi"


def marks_of(hint: Any) -> set[Mark]:
    """The marks of a hint; what others annotate is theirs."""
    return {m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Mark)}


STATIC_WORDS = (
    "List",
    "Tuple",
    "int",
    "bool",
    "str",
    "list",
    "tuple",
    "Sequence",
    "Field",
    "Iterable",
)


def bare(hint: Any) -> Any:
    """A hint without what others annotate."""
    theirs = get_origin(hint) is Annotated and not marks_of(hint)
    return get_args(hint)[0] if theirs else hint


def static_kind(hint: Any) -> str | None:
    """The word for what a static argument must be, or None for a traced one."""
    if hint is None or hint == Number or marks_of(hint):
        return None
    if get_origin(hint) is Literal:
        (kind, *others) = {type(option).__name__ for option in get_args(hint)}
        return kind if kind in STATIC_WORDS and not others else None
    text = hint if isinstance(hint, str) else getattr(hint, "__name__", str(hint))
    text = text.partition("[")[0].rpartition(".")[2]
    if text in STATIC_WORDS:
        return text
    options = [static_kind(a) for a in get_args(hint) if a is not type(None)]
    return next((o for o in options if o), None) if type(None) in get_args(hint) else None


def annotation(value: Any) -> str:
    """The word that makes an argument static for this value, if it is neither number nor vector."""
    if isinstance(value, (str, bool)):
        return type(value).__name__
    if isinstance(value, Field):
        return "Field"
    if isinstance(value, (list, tuple)):
        nested = any(isinstance(v, (str, list, tuple, Field)) for v in value)
        return "list" if nested or len(value) not in (2, 3) else ""
    return "list" if isinstance(value, np.ndarray) and value.ndim == 2 else ""


def static_value(call: str, name: str, value: Any, kind: str, optional: bool) -> Any:
    if value is None and optional:
        return None
    if kind == "int" and (isinstance(value, bool) or not isinstance(value, (int, np.integer))):
        hint = "; a count is structure and takes no slider" if isinstance(value, Expr) else ""
        raise fail(f"{call}: {name}={shown(value)} must be a whole number{hint}")
    if kind == "bool" and not isinstance(value, bool):
        raise fail(f"{call}: {name}={shown(value)} must be True or False")
    if kind == "str" and not isinstance(value, str):
        raise fail(f"{call}: {name}={shown(value)} must be a string")
    if kind == "Field" and not isinstance(value, Field):
        raise fail(f"{call}: {name}={shown(value)} must be a field")
    if kind in ("List", "Tuple", "list", "tuple", "Sequence", "Iterable"):
        if (items := listed(value)) is None:
            hint = f", such as [{value!r}, ...]" if isinstance(value, str) else ""
            raise fail(f"{call}: {name}={shown(value)} must be a sequence{hint}")
        return _frozen(items)
    return value


def _frozen(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple, range)) else value


def identity(value: Any) -> Any:
    if isinstance(value, Field):
        return value.expr
    if isinstance(value, tuple):
        return tuple(identity(v) for v in value)
    return (type(value), value)
