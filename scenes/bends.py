"""Smooth deformations: swirls, bends, ripples, lenses, and the view of a plane to its horizon."""

from __future__ import annotations

import itertools
import math
from typing import Any

from ..shaders.calculus.bounds import range_of
from ..shaders.calculus.expr import Expr, substitute
from ..shaders.calculus.rules import mended_
from ..shaders.calculus.vectors import (
    Vec,
    abs,
    atan2,
    cos,
    dot,
    exp,
    length,
    max,
    seam,
    sin,
    sqrt,
    vec2,
    where,
)
from ..shaders.picture import POINT
from .box import EVERYWHERE, Bounds, around
from .field import Field, weakest
from .functions import Number, Positive
from .warps import Stage, mapping

__all__ = ["bend", "disc", "fisheye", "perspective", "ripple", "swirl"]


def disc(box: Bounds, *_: Any) -> Bounds:
    """Distances to the origin stay as they are."""
    return Bounds(0, 0, 0, 0).grown(box.radius) if box.finite else EVERYWHERE


@mapping(disc)
def swirl(p: Vec, strength: Number, radius: Positive = 1.0) -> Vec:
    """A turn by -strength exp(-(|p| / radius)^2): strongest at the origin, gone far away."""
    angle = -strength * exp(-dot(p, p) / (radius * radius))
    c, s = cos(angle), sin(angle)
    return Vec((c * p.x - s * p.y, s * p.x + c * p.y))


def _swayed(box: Bounds, amount: Expr, _: Expr) -> Bounds:
    return box.grown(range_of(abs(amount))[1])


@mapping(_swayed)
def ripple(p: Vec, amount: Number = 0.05, waves: Number = 9.0) -> Vec:
    """p + amount (sin(waves y), sin(waves x)): each axis sways along the other.

    The plane folds over itself once amount * waves reaches 1.
    """
    moved: Vec = p + amount * vec2(sin(waves * p.y), sin(waves * p.x))
    return moved


# --- bending -------------------------------------------------------------------------------------
def _arched(box: Bounds, curvature: Expr) -> Bounds:
    if not box.finite:
        return EVERYWHERE
    k = curvature.data if curvature.op.name == "literal" else None
    if k is None or 0.0 < math.fabs(k) < 1e-9:  # along the arc, then off it
        return Bounds(0, 0, 0, 0).grown(max([math.fabs(s) + math.fabs(t) for s, t in box.corners]))
    if k == 0.0:
        return box
    ends = sorted((k * box.left, k * box.right))
    turns = range(math.ceil(ends[0] / QUARTER), math.floor(ends[1] / QUARTER) + 1)[:4]
    angles = [*ends, *(QUARTER * turn for turn in turns)]
    return around(_arc(k, angle, t) for angle in angles for t in (box.bottom, box.top))


QUARTER = math.pi / 2


def _arc(curvature: float, angle: float, t: float) -> tuple[float, float]:
    """Where the point at this angle along the arc, and t off it, is drawn."""
    x = math.sin(angle) * (1 / curvature - t)
    return x, 2 * math.sin(0.5 * angle) ** 2 / curvature + t * math.cos(angle)


@mapping(_arched)
def bend(p: Vec, curvature: Number) -> Vec:
    """Bends the x axis into an arc of this curvature k, to the left for k > 0; 0 leaves all alone.

    The point (s, t) is drawn at the arc's point at length s, t to its left: at
    (sin(k s) (1 / k - t), 1 / k - cos(k s) (1 / k - t)). Only |s| <= pi / |k| is drawn, once
    around the center of curvature (0, 1 / k), and of t what lies on the near side of the center;
    there is a real edge beyond the center, where the ends of the axis meet.
    """
    u, v = curvature * p.x, 1.0 - curvature * p.y  # of the angle, from the center of curvature
    slope = u / v
    near = abs(u) < 0.125 * v  # atan's series, which knows no curvature in a denominator
    q = slope * slope
    series = 1.0 - q * (1 / 3 - q * (1 / 5 - q * (1 / 7 - q * (1 / 9 - q / 11))))
    s = seam(near, p.x / v * series, atan2(u, v) / curvature)
    return Vec((s, (2.0 * p.y - curvature * dot(p, p)) / (1.0 + length(Vec((u, v))))))


# --- lenses --------------------------------------------------------------------------------------
def _magnified(box: Bounds, strength: Expr, radius: Expr) -> Bounds:
    """Points move along their rays, by a factor that is nearest 1 far away."""
    if not box.finite:
        return EVERYWHERE
    near = max(box.left, -box.right, 0.0) ** 2 + max(box.bottom, -box.top, 0.0) ** 2
    choices = itertools.product(range_of(strength), range_of(radius * radius))
    ends = [_enlarged(near, s, middle) for s, middle in choices]
    factors = (min(1.0, *ends), max(1.0, *ends))
    return around((k * x, k * y) for k in factors for x, y in box.corners)


def _enlarged(q: float, strength: float, middle: float) -> float:
    """How many times farther from the origin a point at the distance sqrt(q) is drawn.

    Its square u, as it is drawn, solves u (u + a m) / (u + b m) = q, for the square m of the radius
    and the two weights a and b of the lens.
    """
    t = math.tanh(strength)
    a, b = (1.0 - t) * middle, (1.0 + t) * middle
    if q == 0.0 or middle <= 0.0:
        return math.exp(strength) if middle > 0.0 else 1.0
    return math.sqrt(0.5 * (q - a + math.hypot(q - a, 2.0 * math.sqrt(q * b))) / q)


@mapping(_magnified)
def fisheye(p: Vec, strength: Number, radius: Positive = 1.0) -> Vec:
    """A lens about the origin: strength s > 0 magnifies its middle e^s times, s < 0 pinches it.

    w(p) = p sqrt((|p|^2 + (1 - tanh s) r^2) / (|p|^2 + (1 + tanh s) r^2)). |w| grows with |p| for
    every strength, so nothing folds; far away it is the identity, to tanh(s) r^2 / |p|.
    """
    size, middle = dot(p, p), radius * radius
    less, more = 2.0 / (1.0 + exp(2.0 * strength)), 2.0 / (1.0 + exp(-2.0 * strength))
    lens: Vec = p * sqrt((size + less * middle) / (size + more * middle))
    return lens


# --- perspective ---------------------------------------------------------------------------------
UNSEEN = 1e6
"""The value above a horizon: far from every edge."""


class _Ground(Stage):
    """A plane that ends at its horizon: nothing is drawn above it."""

    __slots__ = ("horizon",)

    def __init__(self, place: tuple[Expr, Expr], outline: Any, horizon: Expr, _: Expr) -> None:
        super().__init__(place, outline)
        self.horizon = horizon

    def single(self, field: Field) -> Field:
        y = POINT.leaves[1]
        below = y < self.horizon
        # hidden above it; but a pixel across it, its center above, looks for the plane from there
        mirrored = mended_(self.horizon - abs(self.horizon - y))
        place = substitute(self.place, {y: mirrored})
        value = where(below, field.at((place[0], place[1]), self.source), UNSEEN)  # no edge: a jump
        grade = weakest("implicit", field.grade)
        return Field(value, self.drawn(field), grade, field.recipe)


def _receding(box: Bounds, horizon: Expr, height: Expr) -> Bounds:
    tall = range_of(height)
    low, high = range_of(horizon)
    if tall[0] <= 0:
        return Bounds(-math.inf, -math.inf, math.inf, high)
    if box.top <= 0:  # all of it lies behind the eye
        return Bounds(0, 0, -1, -1)
    top = high - tall[0] / box.top
    if box.bottom <= 0:
        return Bounds(-math.inf, -math.inf, math.inf, top)
    across = [x / box.bottom for x in (box.left, box.right)]
    across += [x / box.top if box.top < math.inf else 0.0 for x in (box.left, box.right)]
    return Bounds(min(across), low - tall[1] / box.bottom, max(across), top)


@mapping(_receding, _Ground)
def perspective(p: Vec, horizon: Number = 0.0, height: Positive = 1.0) -> Vec:
    """A plane seen from above, up to its horizon: (X, Y) = (x, 1) height / (horizon - y).

    What a pinhole camera sees that looks level over a floor, its eye ``height`` above it and its
    picture one unit away: X is to the side, Y straight ahead, both in units of the floor. At
    y = horizon - height a unit of the floor is a unit of the picture. Nothing is drawn above the
    horizon, or nearer to it than 1e-6 height, where the map stands still.
    """
    scale = height / mended_(max(horizon - p.y, 1e-6 * height))  # by the jump at the horizon
    return Vec((p.x * scale, scale))
