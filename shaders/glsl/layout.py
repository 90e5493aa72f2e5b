"""Layouts: how a calculus type lies in GLSL, member by member.

A field's jet in the plane is ``Jet1 {value, gradient}`` or ``Jet2 {value, gradient, hessian}``; a
map's is ``Map1 {value, jacobian}`` or ``Map2 {..., hessian_x, hessian_y}``. A symmetric Hessian is
its upper triangle, row by row: (xx, xy, yy) in the plane. A jacobian's columns are the derivatives
by x and by y, so that ``gradient * jacobian`` pulls a gradient back.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ..calculus.function import Type
from ..errors import ShaderError

__all__ = ["Layout", "Member", "layout", "vector"]

AXES = "xyzw"


class Member(NamedTuple):
    """A group of scalars: a number or vector (rows, 1), or a matrix of ``columns`` columns."""

    name: str  # "" for a type that is this one member
    rows: int
    columns: int = 1

    @property
    def size(self) -> int:
        """How many scalars."""
        return self.rows * self.columns

    @property
    def glsl(self) -> str:
        """The GLSL type."""
        if self.columns == 1:
            return vector(self.rows)
        return f"mat{self.rows}" if self.rows == self.columns else f"mat{self.columns}x{self.rows}"


class Layout(NamedTuple):
    """A GLSL type: a plain one of a single member, or a struct."""

    glsl: str
    members: tuple[Member, ...]

    @property
    def is_struct(self) -> bool:
        """Whether it needs a declaration."""
        return bool(self.members[0].name)

    @property
    def declaration(self) -> str:
        """The struct's text."""
        inside = " ".join(f"{m.glsl} {m.name};" for m in self.members)
        return f"struct {self.glsl} {{ {inside} }};"

    def locate(self, index: int) -> tuple[Member, int]:
        """The member that holds a scalar, and the index of that member's first scalar."""
        start = 0
        for member in self.members:
            if index < start + member.size:
                return member, start
            start += member.size
        raise IndexError(index)


def vector(size: int) -> str:
    """float, vec2, vec3 or vec4."""
    if size > 4:
        raise ShaderError(f"GLSL has no vectors of {size} numbers")
    return "float" if size == 1 else f"vec{size}"


def _first(t: Type) -> list[Member]:
    """The value and first derivatives: as one matrix, or column by column if it is too large."""
    if t.m == 1 and t.n <= 4:
        return [Member("value", 1), Member("gradient", t.n)]
    if max(t.m, t.n) <= 4:
        return [Member("value", t.m), Member("jacobian", t.m, t.n)]
    columns = (_pieces(f"column{j}", t.m) for j in range(t.n))
    return [*_pieces("value", t.m), *(piece for column in columns for piece in column)]


def _pieces(name: str, size: int) -> list[Member]:
    """``size`` numbers as vectors of at most four."""
    if size <= 4:
        return [Member(name, size)]
    return [Member(f"{name}_{k}", min(4, size - 4 * k)) for k in range((size + 3) // 4)]


@cache
def layout(t: Type) -> Layout:
    """The GLSL layout of a type."""
    if t.kind == "interval":
        if t.m == 1:
            return Layout("vec2", (Member("", 2),))
        low, high = _pieces("low", t.m), _pieces("high", t.m)
        return Layout("Box" if t.m == 2 else f"Box{t.m}", (*low, *high))
    if t.order == 0:
        if t.m <= 4:
            return Layout(vector(t.m), (Member("", t.m),))
        rows = zip("abcdefgh", _pieces("", t.m), strict=False)
        return Layout(f"Row{t.m}", tuple(Member(label, piece.rows) for label, piece in rows))
    plane = t.n == 2 and t.m in (1, 2)
    name = f"{'Jet' if t.m == 1 else 'Map'}{t.order}" + ("" if plane else f"_{t.m}x{t.n}")
    members = _first(t)
    if t.order == 2:
        for i in range(t.m):
            own = "hessian" if t.m == 1 else f"hessian_{AXES[i] if t.m <= 4 else i}"
            members += _pieces(own, t.triangle)
    if t.kind == "edge":
        members += [Member(f"other_{m.name}", m.rows, m.columns) for m in members]
        members.append(Member("near", 1))
    if t.kind in ("edge", "spot"):
        name = f"{t.kind.capitalize()}{t.order}" + ("" if t.m == 1 else f"_{t.m}")
        members += [Member("next", 1), *_pieces("reach", t.m)]
    return Layout(name, tuple(members))
