"""Functions become citizens: how a Python function turns into a shape, a warp or a paint.

Built-in ones, and those that users write with ``@shape``, ``@warp`` and ``@paint``, are made here
by the same steps: arguments are bound and checked by their annotations, the function is traced
once for each set of static arguments, and the result is applied like any other function.

Arguments annotated ``int``, ``bool``, ``str``, a sequence or ``Field`` are static: they shape the
function and are part of its identity. All others are traced numbers or vectors.
"""

from __future__ import annotations

import functools
import inspect
import math
import weakref
from collections.abc import Callable
from types import NoneType
from typing import (
    Annotated,
    Any,
    Concatenate,
    Literal,
    NamedTuple,
    ParamSpec,
    get_args,
    get_type_hints,
    overload,
)

from ..shaders.calculus.bounds import range_of
from ..shaders.calculus.expr import Expr, Source, postorder
from ..shaders.calculus.function import Function, Input, Mean, Type, apply, trace
from ..shaders.calculus.literals import are_placed
from ..shaders.calculus.vectors import Vec
from ..shaders.errors import JetfieldError, TracedError
from ..shaders.picture import GRADIENT, POINT, VALUE
from .box import EVERYWHERE, Bounds, bounds_of
from .checks import GALLERY, OURS, fail, here, misfit, number, pair, shown
from .field import GRADES, Field, Grade, Recipe
from .hints import said
from .statics import Mark, Number, annotation, bare, identity, marks_of, static_kind, static_value

__all__ = ["Definition", "Direction", "NotNegative", "Number", "Opening", "Part", "Point",
           "Positive", "shape"]  # fmt: skip

P = ParamSpec("P")
Positive = Annotated[Number, Mark.POSITIVE]
NotNegative = Annotated[Number, Mark.NOT_NEGATIVE]
Point = Annotated[Any, Mark.POINT]
"""Two numbers, each plain or traced."""
Direction = Annotated[Any, Mark.POINT, Mark.DIRECTION]
"""Two numbers that are not both 0."""
Part = Annotated[Number, Mark.POSITIVE, Mark.PART]
"""A part of a whole, above 0 and at most 1."""
Opening = Annotated[Number, Mark.POSITIVE, Mark.OPENING]
"""An angle of at most a whole turn, 2 pi."""
Box = tuple[tuple[float, float], tuple[float, float]]


RETURNS = {
    "shape": ((1,), "one number"),
    "warp": ((2,), "a vector of two numbers"),
    "paint": ((3, 4), "a color: red, green, blue in linear light, and perhaps alpha"),
}
"""How many numbers each kind of function returns."""
FILLED_IN = {"value": (VALUE, GRADIENT), "gradient": (GRADIENT,), "jet": (VALUE, GRADIENT)}
"""What a paint reads of the field that it is used on, by the names of its arguments. The value
brings its gradient, which ``grad`` takes for its slope."""


class FieldJet(NamedTuple):
    """A field's value and gradient where it is painted."""

    value: Expr
    gradient: Vec


class Definition:
    """A Python function of a point and arguments, ready to be called without the point.

    Arguments of a paint that are called ``value``, ``gradient`` or ``jet``, and have no default,
    are filled in by the layer that it is used on.
    """

    def __init__(
        self,
        python: Callable[..., Any],
        kind: Literal["shape", "warp", "paint"],
        lipschitz: float | None = None,
        mean: Callable[[], Mean] | None = None,
    ) -> None:
        self.python, self.kind, self.lipschitz, self.mean = python, kind, lipschitz, mean
        try:
            self.name = python.__name__.lstrip("_") or python.__name__
            self.signature = inspect.signature(python)
        except (AttributeError, TypeError, ValueError):  # such as a built-in one
            raise fail(f"@{kind}: {shown(python)} is not a function by def or lambda") from None
        self.traced: weakref.WeakValueDictionary[Any, Function] = weakref.WeakValueDictionary()
        self.last: Function | None = None  # kept, so that a loop over one shape traces once
        parameters = list(self.signature.parameters.values())
        if not parameters or parameters[0].kind not in (
            inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD,
        ):  # fmt: skip
            raise fail(f"@{kind} {self.name}: its first argument must be the point p")
        for p in parameters[1:]:
            if p.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
                raise fail(
                    f"@{kind} {self.name}: *{p.name} cannot be traced; take a sequence instead"
                )
        self.filled_in = [
            p.name
            for p in parameters[1:]
            if kind == "paint" and p.name in FILLED_IN and p.default is p.empty
        ]
        self.arguments = [p for p in parameters[1:] if p.name not in self.filled_in]
        read = {i for name in self.filled_in for i in FILLED_IN[name]}
        self.inputs = [POINT, *(i for i in (VALUE, GRADIENT) if i in read)]
        try:
            hints = get_type_hints(python, include_extras=True)
            self.hints = {name: bare(hint) for name, hint in hints.items()}
        except (NameError, TypeError):
            self.hints = dict(python.__annotations__)
        self.call_signature = self.signature.replace(parameters=self.arguments)

    def bind(self, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name, defaults filled in, or a SceneError that names the call."""
        try:
            bound = self.call_signature.bind(*args, **options)
        except TypeError as error:
            wrong = misfit(error, self.call_signature, options)
            if self.kind == "shape" and wrong.startswith("too many"):
                wrong += "; .translate(x, y) moves a shape"
            if list(self.signature.parameters)[:2] == ["x", "y"]:
                wrong += f"; the function gets one point: write def {self.name}(p), and p.x and p.y"
            wanted = ", ".join(p.name for p in self.arguments)
            raise fail(f"{self.name}({wanted}): {wrong}") from None
        bound.apply_defaults()
        return {name: self._check(name, value) for name, value in bound.arguments.items()}

    def _check(self, name: str, value: Any) -> Any:
        kind = static_kind(self.hints.get(name))
        if kind is not None:
            return static_value(
                self.name, name, value, kind, NoneType in get_args(self.hints[name])
            )
        if name not in self.hints and (word := annotation(value)):
            hint = f"to take it as it is write `{name}: {word}` in the def"
            raise fail(f"{self.name}: {name}={shown(value)} must be a number or a vector; {hint}")
        marks = marks_of(self.hints.get(name))
        if Mark.POINT in marks:
            v = pair(self.name, name, value)
            if Mark.DIRECTION in marks and all(c.op.name == "literal" and c.data == 0 for c in v):
                raise fail(f"{self.name}: {name}={shown(value)} must not be (0, 0)")
            return v
        if isinstance(value, (tuple, list)) or (
            hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1
        ):
            if self.hints.get(name) in (Number, float) or marks:
                raise fail(f"{self.name}: {name}={shown(value)} must be a number")
            size = len(value)
            if size not in (2, 3):
                raise fail(
                    f"{self.name}: {name}={shown(value)} must be a number or a vector of 2 or 3"
                )
            return Vec(number(self.name, f"{name}[{k}]", v) for k, v in enumerate(value))
        least = 0 if marks else None
        found = number(self.name, name, value, least, above=Mark.POSITIVE in marks)
        if Mark.PART in marks and range_of(found)[0] > 1:
            raise fail(f"{self.name}: {name}={shown(value)} must be a number above 0 and at most 1")
        if Mark.OPENING in marks and range_of(found)[0] > math.tau + 1e-6:
            raise fail(f"{self.name}: {name}={shown(value)} must be an angle of at most 2 pi")
        return found

    def function(self, arguments: dict[str, Any]) -> Function:
        """The traced function for these arguments' static values and vector sizes."""
        static = {k: v for k, v in arguments.items() if static_kind(self.hints.get(k)) is not None}
        sizes = {
            k: len(v) if isinstance(v, tuple) else 1
            for k, v in arguments.items()
            if k not in static
        }
        given = tuple((k, identity(v)) for k, v in static.items())
        key = (given, tuple(sizes.items()), are_placed())
        found = self.traced.get(key)
        if found is None:
            inputs = [*self.inputs, *(Input(_unlike(k), Type(size)) for k, size in sizes.items())]
            found = self.traced[key] = self._trace(inputs, list(sizes), static)
        self.last = found
        return found

    def _trace(self, inputs: list[Input], names: list[str], static: dict[str, Any]) -> Function:
        value, gradient = VALUE.leaves[0], Vec(GRADIENT.leaves)
        jet = {"value": value, "gradient": gradient, "jet": FieldJet(value, gradient)}
        ready = {name: jet[name] for name in self.filled_in}

        def run(*values: Any) -> Any:
            own = dict(zip(names, values[len(self.inputs) :], strict=True))
            return self._returned(self.python(values[0], **own, **ready, **static))

        try:
            traced = trace(
                _Watched(self.python, run), inputs,
                name=self.name, source=_home(self.python), lipschitz=self.lipschitz,
                mean=self.mean and self.mean(),
            )  # fmt: skip
        except TracedError as error:
            raise TracedError(f"{self.name}: {error}") from error
        except JetfieldError:
            raise
        except RecursionError:
            raise fail(f"{self.name}: the function calls itself without end") from None
        except Exception as error:
            raise fail(f"{self.name}: {said(error)}{_line(error, self.python)}") from error
        sizes, wanted = RETURNS[self.kind]
        if traced.result.size not in sizes:
            raise fail(f"{self.name}: a @{self.kind} returns {wanted}, not {traced.result.size}")
        if any(e.op.result == "bool" or isinstance(e.data, bool) for e in traced.outputs):
            raise fail(
                f"{self.name}: a @{self.kind} returns numbers, not a condition; "
                "write where(condition, a, b)"
            )
        for e in postorder(traced.outputs):
            if e.op.name == "const" and not math.isfinite(e.data):
                raise fail(f"{self.name}: computes with the constant {e.data}, which is not finite")
        return traced

    def _returned(self, value: Any) -> Any:
        """What the function returned, unless it is plain that it should return something else."""
        hint = ""
        if value is None:
            hint = "; is there a `return` missing?"
        elif isinstance(value, Field):
            hint = "; a field's number at the point is field(p)"
        elif isinstance(value, str) and self.kind == "paint":
            hint = f"; write rgb({value!r}) for the color of a name"
        if hint:
            raise fail(f"{self.name}: returns {shown(value)}, not {RETURNS[self.kind][1]}{hint}")
        return value

    def __call__(self, arguments: dict[str, Any]) -> tuple[Expr, ...]:
        """The function's outputs at the point, for these arguments."""
        function = self.function(arguments)
        flat = [e for k, v in arguments.items() if static_kind(self.hints.get(k)) is None
                for e in (v if isinstance(v, tuple) else (v,))]  # fmt: skip
        at = function.leaves[: len(function.leaves) - len(flat)]
        return apply(function, (*at, *flat), here())

    def recipe(self, args: tuple[Any, ...], options: dict[str, Any]) -> Recipe:
        """The call as it was written."""
        holes = ["{}"] * len(args) + [f"{k}={{}}" for k in options]
        return Recipe(f"{self.name}({', '.join(holes)})", *args, *options.values())


class _Watched:
    """A callable that the tracer watches as if it were the function that it runs."""

    def __init__(self, python: Callable[..., Any], run: Callable[..., Any]) -> None:
        self.__code__ = getattr(python, "__code__", None)
        self.__name__, self.__doc__ = python.__name__, python.__doc__
        self._run = run

    def __call__(self, *args: Any) -> Any:
        return self._run(*args)


def _home(python: Callable[..., Any]) -> Source | None:
    code = getattr(python, "__code__", None)
    if code is None or (
        code.co_filename.startswith(OURS) and not code.co_filename.startswith(GALLERY)
    ):
        return None
    return Source(code.co_filename, code.co_firstlineno)


def _line(error: Exception, python: Callable[..., Any]) -> str:
    """Where in the function's file an error arose."""
    file, line = getattr(getattr(python, "__code__", None), "co_filename", None), 0
    trace_back = error.__traceback__
    while trace_back is not None:
        if trace_back.tb_frame.f_code.co_filename == file:
            line = trace_back.tb_lineno
        trace_back = trace_back.tb_next
    return f", at {file}:{line}" if line else ""


def _unlike(name: str) -> str:
    """A name that no input has which stands for the point or the field."""
    return f"{name}_" if name in (POINT.name, VALUE.name, GRADIENT.name) else name


def primitive(
    grade: Grade,
    bounds: Callable[..., tuple[Any, Any, Any, Any]] | Bounds | None = None,
    lipschitz: float | None = None,
    mean: Callable[[], Mean] | None = None,
) -> Callable[[Callable[Concatenate[Vec, P], Any]], Callable[P, Field]]:
    """A function of a point and arguments becomes a function of the arguments that gives a field.

    ``bounds(*arguments)`` are the sides (left, bottom, right, top) of a box around the inside.
    ``lipschitz`` bounds the length of the gradient everywhere, where rules for each op bound less.
    ``mean()`` tells a pattern's mean over a pixel.
    """

    def decorate(python: Callable[Concatenate[Vec, P], Any]) -> Callable[P, Field]:
        definition = Definition(python, "shape", lipschitz, mean)

        @functools.wraps(python)
        def build(*args: P.args, **options: P.kwargs) -> Field:
            arguments = definition.bind(args, options)
            value = definition(arguments)[0]
            box = bounds if isinstance(bounds, Bounds) else EVERYWHERE
            if callable(bounds) and not isinstance(bounds, Bounds):
                box = bounds_of(*bounds(*map(_plain, arguments.values())))
            return Field(value, box, grade, definition.recipe(args, options))

        signature = definition.call_signature.replace(return_annotation="Field")
        build.__signature__ = signature  # type: ignore[attr-defined]
        build.makes = "shape"  # type: ignore[attr-defined]
        return build

    return decorate


def _plain(value: Any) -> Any:
    """A number written in the scene as a float; anything else as it is."""
    if isinstance(value, Expr):
        return value.data if value.op.name == "literal" else value
    return Vec(map(_plain, value)) if isinstance(value, Vec) else value


@overload
def shape(function: Callable[Concatenate[Any, P], Any], /) -> Callable[P, Field]: ...
@overload
def shape(
    *, bounds: Box | Callable[..., Box] | None = None, grade: Grade = "implicit"
) -> Callable[[Callable[Concatenate[Any, P], Any]], Callable[P, Field]]: ...
def shape(function: Any = None, /, *, bounds: Any = None, grade: Grade = "implicit") -> Any:
    """Make a shape of a function of the point: ``@shape`` or ``@shape(bounds=..., grade=...)``.

    The function gets the point ``p`` and its own arguments, and returns a number that is negative
    inside. ``bounds`` ((left, bottom), (right, top)), or a function of the arguments that returns
    that, is a box outside of which it is positive. ``grade`` is "exact" if it is a true distance,
    "bound" if it never overestimates one.
    """
    if not isinstance(grade, str) or grade not in GRADES:
        raise fail(f"@shape: grade={shown(grade)} must be one of {', '.join(GRADES)}")
    sides: Any = None
    if callable(bounds):

        def sides(*args: Any) -> tuple[Any, Any, Any, Any]:
            try:
                (left, bottom), (right, top) = found = bounds(*args)
            except Exception as error:
                expected = "((left, bottom), (right, top))"
                raise fail(f"@shape: bounds gave {error}, not {expected}") from error
            for side in (left, bottom, right, top):
                number("@shape", f"bounds={shown(found)}: a side", side)
            return left, bottom, right, top

    elif bounds is not None:
        try:
            (left, bottom), (right, top) = bounds
            sides = Bounds(float(left), float(bottom), float(right), float(top))
            if any(map(math.isnan, sides)):
                raise ValueError
        except (TypeError, ValueError):
            raise fail(
                f"@shape: bounds={shown(bounds)} must be ((left, bottom), (right, top))"
            ) from None
        if sides.empty:
            raise fail(
                f"@shape: bounds={shown(bounds)} are empty; give the lower left corner first"
            )
    decorate = primitive(grade, sides)
    return decorate if function is None else decorate(function)
