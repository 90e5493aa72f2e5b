"""Warps: maps from picture space to shape space, and what they do to a field.

A warp is a chain of stages, each a map of the plane. Most stages are one map. A stage with several
*branches* (copies of a repeat, turns of a polar angle) gives the least of the field over them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec

from numpy.typing import ArrayLike

from ..shaders.calculus.evaluate import Jet
from ..shaders.calculus.expr import Expr, Source
from ..shaders.calculus.function import Function, apply
from ..shaders.calculus.parameters import reads
from ..shaders.calculus.vectors import Vec
from ..shaders.picture import POINT
from .box import EVERYWHERE, Bounds
from .checks import fail, form, here, place, shown
from .field import Field, Recipe, evaluated, weakest
from .functions import Definition

__all__ = ["Stage", "Warp", "mapping", "warp"]

P = ParamSpec("P")


class Stage:
    """One map of the plane: where the picture's point p lies in shape space."""

    __slots__ = ("outline", "place", "source")

    def __init__(
        self, place: tuple[Expr, Expr], outline: Callable[[Bounds], Bounds] | None = None
    ) -> None:
        self.place = place  # of the branch whose cell holds p
        self.outline = outline  # a box around what is drawn of a shape within a box
        self.source: Source | None = here()

    def pull(self, field: Field) -> Field:
        """The field at the mapped point, the least over all branches."""
        return self.single(field)

    def drawn(self, field: Field) -> Bounds:
        """A box around what is drawn of the field."""
        return self.outline(field.bounds) if self.outline else EVERYWHERE

    def single(self, field: Field) -> Field:
        """The field on the one branch of the cell."""
        box = self.drawn(field)
        grade = weakest("implicit", field.grade)
        return Field(field.at(self.place, self.source), box, grade, field.recipe)


def map_of(function: Function) -> Stage:
    """A function of the point, vec2 -> vec2, as a stage."""
    x, y = apply(function, POINT.leaves, function.source)
    return Stage((x, y))


class Warp:
    """A map from picture space to shape space; ``field.warp(w)`` is the field after the map.

    ``(u @ v)(p)`` is u(v(p)). Warps are immutable.
    """

    __slots__ = ("recipe", "source", "stages")
    no_field = "; a warp acts on one: field.warp(...)"

    def __init__(self, stages: tuple[Stage, ...], recipe: Recipe) -> None:
        self.stages, self.recipe = stages, recipe
        self.source: Source | None = here()

    def pull(self, field: Field) -> Field:
        """The field pulled back through every stage, the innermost map of the field first."""
        pulled = field
        for stage in self.stages:
            pulled = stage.pull(pulled)
        pulled.recipe = Recipe("{}.warp({})", field.recipe.owner, self.recipe)
        return pulled

    def __matmul__(self, other: Any) -> Warp:
        if not isinstance(other, Warp):
            raise fail(f"warp @ {shown(other)}: the right side must be a warp too")
        return Warp(self.stages + other.stages, Recipe("{} @ {}", self.recipe, other.recipe))

    @property
    def function(self) -> Function:
        """The map on the branch whose cell holds the point, vec2 -> vec2."""
        p: tuple[Expr, ...] = POINT.leaves
        for stage in reversed(self.stages):
            inner = Function("stage", [POINT], stage.place, inline=True)
            p = apply(inner, p)
        return Function("warp", [POINT], p, source=self.source)

    @form("warp(p), where p is one point (x, y)")
    def __call__(self, p: Any) -> Vec:
        """Where a traced point goes, for use inside a @shape or a @warp."""
        return Vec(apply(self.function, place("warp(p)", "p", p), here()))

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
        """Value (N, 2), Jacobian (N, 2, 2) and Hessian (N, 2, 2, 2) at (N, 2) points, in float64.

        jacobian[:, i, j] = d w_i / d x_j, of the branch whose cell holds each point.
        """
        return evaluated(
            "jet", self.function, points, order, seconds, parameters, mouse, pixel, field=False
        )

    def __repr__(self) -> str:
        return str(self.recipe)


def mapping(
    outline: Callable[..., Bounds] | None = None, stage: Callable[..., Stage] | None = None
) -> Callable[[Callable[Concatenate[Vec, P], Any]], Callable[P, Warp]]:
    """A function of a point and arguments becomes a function of the arguments that gives a warp.

    ``outline(box, *arguments)`` is a box around what is drawn of a shape within ``box``; ``stage``
    makes the stage, where it is more than the map.
    """

    def decorate(python: Callable[Concatenate[Vec, P], Any]) -> Callable[P, Warp]:
        definition = Definition(python, "warp")

        @functools.wraps(python)
        def build(*args: P.args, **options: P.kwargs) -> Warp:
            arguments = definition.bind(args, options)
            x, y = definition(arguments)
            if reads([x, y], "pixel"):
                raise fail(
                    f"{definition.name}: a warp cannot contain px(), a length in the picture"
                )
            values = tuple(arguments.values())
            boxed = functools.partial(_outlined, outline, values) if outline else None
            made = stage((x, y), boxed, *values) if stage else Stage((x, y), boxed)
            return Warp((made,), definition.recipe(args, options))

        signature = definition.call_signature.replace(return_annotation="Warp")
        build.__signature__ = signature  # type: ignore[attr-defined]
        build.makes = "warp"  # type: ignore[attr-defined]
        return build

    return decorate


def _outlined(outline: Callable[..., Bounds], values: tuple[Any, ...], box: Bounds) -> Bounds:
    return outline(box, *values)


def warp(function: Callable[Concatenate[Any, P], Any], /) -> Callable[P, Warp]:
    """Make a warp of a function of the point: ``@warp``.

    The function gets the picture's point ``p`` and its own arguments, and returns the point of
    shape space, ``vec2(x, y)``.
    """
    return mapping()(function)
