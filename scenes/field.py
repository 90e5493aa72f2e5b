"""Fields: the value a user holds. A field is a function of position; negative is inside."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..shaders.calculus.evaluate import Jet
from ..shaders.calculus.expr import Expr, Source, substitute
from ..shaders.calculus.function import Function, apply
from ..shaders.calculus.parameters import reads
from ..shaders.calculus.places import place as place_of
from ..shaders.errors import SceneError
from ..shaders.picture import POINT
from .box import Bounds
from .checks import fail, form, here, made, pair, place, shown, to_field
from .evaluation import at_numbers, evaluated, projected
from .sizes import CALLS, is_small, weight

if TYPE_CHECKING:
    from .warps import Warp

__all__ = ["GRADES", "Field", "Grade", "Recipe", "evaluated", "weakest"]

Grade = Literal["exact", "bound", "implicit"]
GRADES: tuple[Grade, ...] = ("exact", "bound", "implicit")


_HERE = POINT.leaves


def weakest(*grades: Grade) -> Grade:
    """The grade of what is made from fields of these grades."""
    return max(grades, key=GRADES.index)


class Recipe:
    """How a value was written, to be read back as code; joined only when somebody asks."""

    __slots__ = ("call", "parts")

    def __init__(self, call: str, *parts: Any) -> None:
        self.call, self.parts = call, parts

    def __str__(self) -> str:
        pieces, stack = [], [self]
        while stack:  # deep scenes nest deeper than Python recurses
            item: Any = stack.pop()
            if isinstance(item, Recipe):
                texts = re.split(r"\{\}", item.call)
                mixed: list[Any] = [texts[0]]
                for part, text in zip(item.parts, texts[1:], strict=True):
                    mixed += [repr(part) if isinstance(part, str) else part, text]
                stack.extend(reversed(mixed))
            else:
                pieces.append(item if isinstance(item, str) else repr(item))
        return "".join(pieces)

    @property
    def owner(self) -> Recipe:
        """The same, to be followed by a method: ~ binds less than that."""
        return Recipe("({})", self) if self.call.startswith("~") else self

    def __reduce__(self) -> tuple[Any, ...]:
        text = str(self)
        return Recipe, (text.replace("{}", "{}}"), *[Recipe("{")] * text.count("{}"))


class Field:
    """A function of position whose zero set is an outline: f <= 0 is inside.

    Fields are immutable; methods return new ones. ``bounds`` is a box outside of which the field
    is positive. ``grade`` is "exact" (the true distance), "bound" (never more than it) or
    "implicit" (only the zero set is right).
    """

    __slots__ = ("_expr", "_make", "bounds", "grade", "grows", "parts", "recipe", "source")
    no_number = "; a field is a number only at a point: write field(p) in a @shape"

    def __init__(
        self,
        make: Expr | Callable[[], Expr],
        bounds: Bounds,
        grade: Grade,
        recipe: Recipe,
        parts: tuple[Field, ...] = (),
        *,
        grows: bool | None = None,
    ) -> None:
        self._expr = make if isinstance(make, Expr) else None
        self._make = None if isinstance(make, Expr) else make
        self.bounds, self.grade, self.recipe = bounds, grade, recipe
        # whether the field is nowhere less than the distance to its bounds: a true distance is not,
        # and neither are unions, differences, moves and offsets of such fields
        self.grows = grade == "exact" if grows is None else grows
        self.parts = parts  # of a hard union, so that chains of | stay flat
        self.source: Source | None = here()

    # --- what the rest of jetfield reads ---------------------------------------------------------
    @property
    def expr(self) -> Expr:
        """The field's value as an expression of the point ``p``."""
        if self._expr is None:
            assert self._make is not None
            self._expr, self._make = self._make(), None
        return self._expr

    @property
    def function(self) -> Function:
        """The field as a function of the point, under the name it has in the scene."""
        e = self.expr
        if e.op.name == "get" and e.args[0].op.name == "apply" and e.args[0].args == POINT.leaves:
            whole: Function = e.args[0].data
            if whole.result.size == 1:
                return whole
        return Function(self._name(), [POINT], [e], source=self.source)

    def at(self, p: tuple[Expr, ...], source: Source | None = None) -> Expr:
        """The field's value at another point: pasted in if it is small, else called."""
        if is_small(self.expr):
            return substitute([self.expr], dict(zip(_HERE, p, strict=True)))[0]
        return apply(self.function, p, source or self.source)[0]

    def compact(self) -> Expr:
        """The field's expression, as one call if it has grown long."""
        if weight(self.expr) > CALLS:
            return apply(self.function, POINT.leaves, self.source)[0]
        return self.expr

    def _name(self) -> str:
        """The variable that the scene assigns the field to, or what it is made of."""
        if self.source:
            line = linecache.getline(self.source.file, self.source.line)
            assigned = re.match(r"\s*([^\W\d]\w*)\s*(?::[^=]+)?=[^=]", line)
            if assigned:
                return assigned.group(1)
        return "field"

    # --- combining -------------------------------------------------------------------------------
    def __or__(self, other: Any) -> Field:
        return self._with("|", "union", other)

    def __and__(self, other: Any) -> Field:
        return self._with("&", "intersection", other)

    def __sub__(self, other: Any) -> Field:
        return self._with("-", "difference", other)

    def __xor__(self, other: Any) -> Field:
        return self._with("^", "xor", other)

    def __invert__(self) -> Field:
        from .booleans import complement

        return complement(self)

    def __add__(self, other: Any) -> Field:
        hint = "to grow a shape by r write field.round(r)"
        if isinstance(other, Field):
            hint = "a | b joins two shapes"
        raise fail(f"field + {shown(other)}: {hint}")

    def __radd__(self, other: Any) -> Field:
        if other == 0:  # what sum() begins with
            raise fail("0 + field: sum(fields) adds numbers; union(*fields) joins shapes")
        return self.__add__(other)

    def __rsub__(self, other: Any) -> Field:
        raise self._left("-", other, to_field(other) or "; ~field is the outside")

    def __ror__(self, other: Any) -> Field:
        raise self._left("|", other, to_field(other))

    def __rand__(self, other: Any) -> Field:
        raise self._left("&", other, to_field(other))

    def _left(self, sign: str, other: Any, hint: str) -> SceneError:
        return fail(f"{shown(other)} {sign} field: the left side must be a field too{hint}")

    def __mul__(self, other: Any) -> Field:
        hint = "to grow a shape by a factor s write field.scale(s)"
        if isinstance(other, Field):
            hint = "a & b is what two shapes share"
        raise fail(f"field * {shown(other)}: {hint}")

    __rmul__ = __truediv__ = __mul__

    def __neg__(self) -> Field:
        raise fail("-field: the outside of a shape is ~field")

    def __lt__(self, other: Any) -> Field:
        raise fail("fields have no order: combine two with a | b (in either) or a & b (in both)")

    __gt__ = __le__ = __ge__ = __lt__

    def __bool__(self) -> bool:
        raise fail(
            "a field is neither true nor false: combine two with &, | and ~ instead of and, or, not"
        )

    def __matmul__(self, other: Any) -> Field:
        raise fail(f"field @ {shown(other)}: a warp acts on a field by field.warp(...)")

    def _with(self, sign: str, name: str, other: Any) -> Field:
        from . import booleans

        if isinstance(other, (int, float, Expr)):
            hint = (
                "to shrink a shape by r write field.round(-r)"
                if sign == "-"
                else "combine two fields"
            )
            raise fail(f"field {sign} {shown(other)}: {hint}")
        if not isinstance(other, Field):
            hint = to_field(other)
            raise fail(f"field {sign} {shown(other)}: the right side must be a field too{hint}")
        combined: Field = getattr(booleans, name)(self, other)
        return combined

    # --- moving and offsetting -------------------------------------------------------------------
    @form("translate(x, y)")
    def translate(self, x: Any, y: Any = None) -> Field:
        """The shape moved by (x, y) scene units; one pair will do."""
        from .offsets import translate

        if y is None:
            x, y = pair("translate", "(x, y)", x)
        return translate(self, x, y)

    @form("rotate(pi / 4)")
    def rotate(self, angle: Any) -> Field:
        """The shape turned counter-clockwise about the origin by an angle in radians."""
        from .offsets import rotate

        return rotate(self, angle)

    @form("scale(2)")
    def scale(self, factor: Any) -> Field:
        """The shape grown by a factor > 0 about the origin; distances grow with it."""
        from .offsets import scale

        return scale(self, factor)

    @form("round(0.1)")
    def round(self, radius: Any) -> Field:
        """f - radius: grown by radius, with rounded corners (shrunk, if radius < 0)."""
        from .offsets import round

        return round(self, radius)

    @form("shell(0.1)")
    def shell(self, thickness: Any) -> Field:
        """|f| - thickness / 2: the outline as a band of this thickness in the field's own units."""
        from .offsets import shell

        return shell(self, thickness)

    @form("elongate(x, y)")
    def elongate(self, x: Any, y: Any = 0) -> Field:
        """The shape cut along its axes and drawn apart by x and y scene units in all.

        f at the point moved towards each axis by half as much, up to the axis: I. Quilez,
        "distance functions" (elongation).
        """
        from .offsets import elongate

        return elongate(self, x, y)

    @form("morph(other, 0.5)")
    def morph(self, other: Any, t: Any) -> Field:
        """Between this field, t = 0, and another, t = 1: the mix of their values."""
        from .offsets import morph

        return morph(self, other, t)

    @form("warp(swirl(1))")
    def warp(self, warp: Any) -> Field:
        """The field pulled back through a warp: f o w, the least over the warp's branches."""
        from .warps import Warp

        if not isinstance(warp, Warp):
            raise fail(f"warp: {shown(warp)} is not a Warp{made('warp', warp)}")
        if reads([self.expr], "pixel"):
            raise fail(
                "warp: a field that contains px() cannot be warped; draw it with "
                "stroke(field, paint, width=px(n)), which measures after all warps"
            )
        return warp.pull(self)

    # --- asking ----------------------------------------------------------------------------------
    @form("field(p), where p is one point (x, y)")
    def __call__(self, p: Any) -> Any:
        """The field's value at a traced point, for use inside a @shape; at plain numbers, a float.

        Two arrays give an array. A field that reads a slider or the clock stays traced.
        """
        value = at_numbers(self.function, p)
        return self.at(place("field(p)", "p", p)) if value is None else value

    @form("jet(points, order=2)")
    def jet(
        self,
        points: ArrayLike,
        order: int = 2,
        *,
        seconds: float = 0.0,
        parameters: Mapping[str, Any] | None = None,
        mouse: tuple[float, float] = (0.0, 0.0),
        pixel: float | None = None,
    ) -> Jet:
        """Value (N,), gradient (N, 2) and Hessian (N, 2, 2) at (N, 2) points, in float64.

        ``pixel`` is the width of a pixel in scene units, for fields that contain px(). Raises
        SceneError for points or parameters that are not what they should be.
        """
        return evaluated(
            "jet", self.function, points, order, seconds, parameters, mouse, pixel, field=True
        )

    @form("project(points)")
    def project(
        self,
        points: ArrayLike,
        *,
        seconds: float = 0.0,
        parameters: Mapping[str, Any] | None = None,
        mouse: tuple[float, float] = (0.0, 0.0),
        pixel: float | None = None,
    ) -> NDArray[np.float64]:
        """The nearest points of the outline, where the field is 0, to (N, 2) points: (N, 2).

        All is measured in the plane of the points, in scene units, in float64. Each point goes by
        steps to the outline that its own value and slope lead to; where two parts of an outline
        are about as near it may be the other one. A point from which no step finds the outline
        (there is none, or a jump cuts it off) comes back as it is. ``pixel`` and the errors are
        those of ``jet``.
        """
        return projected(self.function, points, seconds, parameters, mouse, pixel)

    @property
    def place(self) -> Warp:
        """The map from the picture to the space in which the shape that decides here was written.

        The identity for a primitive, and what moves and warps make of it; of several shapes, or
        copies of one, that whose value the field has at the point. Its jet has the Jacobian: the
        drawn shape is 1 / |det| as large as the written one.
        """
        from .warps import Warp, map_of

        return Warp((map_of(place_of(self.function)),), Recipe("({}).place", self.recipe))

    def __repr__(self) -> str:
        return str(self.recipe)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("a field is not a sequence")

    def __reduce__(self) -> tuple[Any, ...]:
        state = (self.expr, self.bounds, self.grade, self.recipe, self.source, self.grows)
        return _restored, state


def _restored(
    expr: Expr, bounds: Bounds, grade: Grade, recipe: Recipe, source: Source | None, grows: bool
) -> Field:
    field = Field(expr, bounds, grade, recipe, grows=grows)
    field.source = source
    return field
