"""Errors that name the line of the scene: for every room."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, TypeVar, cast

import numpy as np

from .calculus.expr import Source
from .errors import JetfieldError, SceneError, shown

__all__ = ["GALLERY", "OURS", "fail", "form", "here", "misfit", "said", "theirs", "uncalled"]

Called = TypeVar("Called", bound=Callable[..., Any])
ROOMS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OURS = tuple(os.path.join(ROOMS, room) + os.sep for room in ("scenes", "shaders", "render"))
GALLERY = os.path.join(ROOMS, "scenes", "gallery") + os.sep
NUMPY = os.path.dirname(np.__file__) + os.sep
GENERATED = "<string>"  # the __init__ that a dataclass writes


def here() -> Source | None:
    """The line of the scene that is being run: the nearest caller outside jetfield."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if theirs(file):
            return Source(file, frame.f_lineno)
        frame = frame.f_back
    return None


@functools.lru_cache(maxsize=1024)
def theirs(file: str) -> bool:
    """Whether a file of Python holds a scene, or a user's program: it is no part of jetfield."""
    ours = file.startswith(OURS) and not file.startswith(GALLERY)
    return not ours and file != GENERATED


def fail(message: str, kind: type[SceneError] = SceneError) -> SceneError:
    """The error to raise, with the scene's line."""
    source = here()
    return kind(f"{message} ({source})" if source else message)


def form(example: str = "") -> Callable[[Called], Called]:
    """A function or a class whose wrong calls are told in one sentence, and how a right one looks.

    ``example`` is such a call: ``stroke(field, paint, width=px(2))``; by default the signature.
    Wrong are a call that does not fit it, and values that Python or NumPy could not compute with.
    What a user's own code raises on the way stays as it is.
    """

    def decorate(target: Called) -> Called:
        made = isinstance(target, type)
        run: Any = vars(target)["__init__"] if made else target
        signature = inspect.signature(run)
        right = example or f"{run.__name__}{_bare(signature)}"

        @functools.wraps(run)
        def call(*args: Any, **options: Any) -> Any:
            try:
                return run(*args, **options)
            except JetfieldError:
                raise
            except (TypeError, ValueError, OverflowError, AttributeError) as error:
                if not _of_ours(error):
                    raise
                name = right.partition("(")[0]
                try:
                    signature.bind(*args, **options)
                except TypeError as unfit:
                    wrong = misfit(unfit, signature, options)
                    raise fail(f"{name}: {wrong}; write {right}") from None
                values = [shown(a) for a in args[next(iter(signature.parameters), "") == "self" :]]
                values += [f"{key}={shown(value)}" for key, value in options.items()]
                text = said(error).removeprefix(f"{name}: ")
                raise fail(f"{name}({', '.join(values)}): {text}; write {right}") from error

        call.told = True  # type: ignore[attr-defined]
        if made:
            type.__setattr__(cast(type, target), "__init__", call)
            return target
        return cast(Called, call)

    return decorate


def _bare(signature: inspect.Signature) -> inspect.Signature:
    """A signature without types."""
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return signature.replace(parameters=bare, return_annotation=signature.empty)


def _of_ours(error: Exception) -> bool:
    """Whether an error arose in jetfield, or in what it called, and in no code of a user's."""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if theirs(file) and not file.startswith(NUMPY):
            return False
        trace = trace.tb_next
    return True


def misfit(error: TypeError, signature: inspect.Signature, options: Mapping[str, Any]) -> str:
    """What a call's arguments lack, or have too much, by the error of ``signature.bind``."""
    names = [name for name in signature.parameters if name != "self"]
    strange = next((name for name in options if name not in names), None)
    if not strange:
        return str(error)
    known = f"; its arguments are called {', '.join(names)}" if names else "; it takes none"
    return f"got an unexpected keyword argument {strange!r}{known}"


def uncalled(value: Any) -> str:
    """Advice for a function in a number's place that makes one when it is called: ``seconds``."""
    if not inspect.isfunction(value) or hasattr(value, "makes"):
        return ""
    free = all(p.default is not p.empty for p in inspect.signature(value).parameters.values())
    return f"; call it: {value.__name__}()" if free else ""


def said(error: BaseException) -> str:
    """What an error that a user's function raised says, in our words where it is about numpy."""
    if "__array_ufunc__" in str(error):
        return (
            "numpy's functions take no traced value: use those of jetfield.scenes "
            "(sin, sqrt, where, ...)"
        )
    return str(error)
