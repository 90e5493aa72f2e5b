"""Patterns that repeat: the mean over a pixel's footprint in closed form, however many repeats.

Where a pixel holds many edges, one evaluation at its center says nothing. But to first order the
pattern's coordinates are linear over the pixel: its square becomes a parallelogram, of sides ``dx``
and ``dy`` (what the coordinates change by per pixel along picture x and y), over which the mean of
a periodic function is known. That is exact for stripes, and for both other patterns where the
footprint's shorter extent is at most STRIPS repeats; beyond, the root mean square error over
footprints of one size is at most 1e-3.

Everything is made from the wave that is 1 - duty where u lies within duty / 2 of a whole number,
else -duty: its mean is 0, and so are those of its antiderivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

from .calculus.expr import Expr, const
from .calculus.function import Input, Mean, Type, apply, flat, trace
from .calculus.vectors import Scalar, Vec, abs, clamp, cos, floor, length, max, min, pi, sin, where
from .coverage import half_plane

__all__ = ["checker_mean", "grid_mean", "stripes_mean"]

NARROW = 0.002
"""The least ratio of the footprint's extents along one axis, for float32: the mean of more is 0/0
at 0, and this smears an edge by at most so much of the footprint."""
THIN = (1e-3, 4e-3, 1e-4)
"""What a footprint measures at least, in periods: a side along the first axis, the slice along it,
a side along the second. The strips divide by these."""
STRIPS = 6.0
"""The longest side, in periods along the shorter axis, that the strips reach over."""
STRONGEST = {
    1: ((1, 6), (2, 4), (3, 4), (4, 2), (5, 2)),
    2: ((1, 6), (3, 4), (5, 2), (7, 2)),
}
"""Past STRIPS: for each order m of one wave, how many orders n of the other count. Waves that are
half and half (2) have odd orders alone."""
FAR = 1e3
"""Periods beyond which a footprint is shrunk, its directions kept: float32 knows no phase there."""

U, V, DUTY = Input("u"), Input("v"), Input("duty")
A, B, C = Input("a", Type(2)), Input("b", Type(2)), Input("c", Type(2))
FOOTPRINT = [Input("p", Type(2)), Input("dx", Type(2)), Input("dy", Type(2))]


def _function(*inputs: Input, **static: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What is so decorated is one function of the calculus, which every call applies."""

    def decorate(python: Callable[..., Any]) -> Callable[..., Any]:
        traced = cache(lambda: trace(python, inputs, name=python.__name__.lstrip("_"), **static))
        return lambda *args: apply(traced(), flat(args))[0]

    return decorate


def _nearest(x: Scalar) -> Scalar:
    return floor(x + 0.5)


def _away(x: Scalar) -> Scalar:
    """1 or -1, with the sign of x."""
    return where(x < 0.0, -1.0, 1.0)


@_function(U, DUTY)
def _wave_integral(u: Expr, duty: Expr) -> Scalar:
    """The second antiderivative of the wave."""
    off = abs(u - _nearest(u))
    past = max(off - 0.5 * duty, 0.0)
    return 0.5 * ((1.0 - duty) * off * off - past * past)


@_function(U, Input("a"), Input("b"))
def _mean_floor(u: Expr, a: Expr, b: Expr) -> Scalar:
    """The mean of floor over u +- a / 2 +- b / 2, while that spans at most one step."""
    near = _nearest(u)
    return near - apply(half_plane(), (u - near, a, b))[0]


@_function(U, Input("a"), Input("b"), DUTY)
def _mean_bands(u: Expr, a: Expr, b: Expr, duty: Expr) -> Scalar:
    """The part of a pixel within duty / 2 of whole numbers, for a phase u that changes by (a, b).

    A pixel that spans less than a period sees at most one edge of each side of the band. Else it
    is the wave's mean over two intervals, one after the other (a box filter of width a, one of b):
    differences of the second antiderivative.
    """
    a, b = max(abs(a), abs(b)), min(abs(a), abs(b))
    u = u - _nearest(u)
    few = _mean_floor(u + 0.5 * duty, a, b) - _mean_floor(u - 0.5 * duty, a, b)
    long, short = max(a, 0.25), max(b, NARROW * a, 0.25 * NARROW)
    far, near = 0.5 * (long + short), 0.5 * (long - short)
    signs = ((far, 1.0), (near, -1.0), (-near, -1.0), (-far, 1.0))
    many = sum(s * _wave_integral(u + at, duty) for at, s in signs)
    return clamp(where(a + b < 1.0, few, duty + many / (long * short)), 0.0, 1.0)


@_function(U, V, Input("du"), Input("dv"), DUTY)
def _along_side(u: Expr, v: Expr, du: Expr, dv: Expr, duty: Expr) -> Scalar:
    """Along a side about (u, v): the wave of v times the antiderivative of that of u, over v.

    Each edge of the wave of v cuts the side; in between it is constant.
    """
    v = v - _nearest(v)
    reach = int(STRIPS / 2.0)
    ends = _wave_integral(u - 0.5 * du, duty) - _wave_integral(u + 0.5 * du, duty)
    total = duty * ends
    for k, edge in product(range(-reach, reach + 1), (0.5, -0.5)):
        t = clamp((k + edge * duty - v) / dv, -0.5, 0.5)
        total = total + 2.0 * edge * _wave_integral(u + t * du, duty)
    return total * dv / du


def _thick(a: Vec, b: Vec) -> tuple[Vec, Vec]:
    """A footprint whose sides divide: never a line, and never along an axis."""
    side, slice_, height = THIN
    b = Vec((_away(b.x) * max(abs(b.x), side), max(b.y, height)))
    slope = a.y / b.y * b.x
    off = a.x - slope
    x = slope + _away(off) * max(abs(off), slice_)
    return Vec((_away(x) * max(abs(x), side), a.y)), b


@_function(C, A, B, DUTY)
def _by_strips(c: Vec, a: Vec, b: Vec, duty: Expr) -> Scalar:
    """The mean of both waves' product over c +- a / 2 +- b / 2, as an integral around it.

    By Green's theorem: the integral of W'(u) h(v) over an area is that of W(u) h(v) dv around it.
    """
    a, b = _thick(a, b)
    across, along = (
        _along_side(*(c + 0.5 * to), *side, duty) - _along_side(*(c - 0.5 * to), *side, duty)
        for to, side in ((a, b), (b, a))
    )
    return (across - along) / (a.x * b.y - a.y * b.x)


def _spread(x: Scalar) -> Scalar:
    """The mean of a cosine over x of its periods, for a cosine that is 1 in the middle."""
    angle = pi * max(abs(x), 1e-3)
    return sin(angle) / angle


@_function(Input("m"), Input("n"), C, A, B, DUTY)
def _harmonic(m: Expr, n: Expr, c: Vec, a: Vec, b: Vec, duty: Expr) -> Scalar:
    """The mean of the m-th harmonic of one wave times the n-th of the other, as far as it lasts.

    Of the two cosines that the product is, that of m u - n v.
    """
    size = where(abs(n) > 0.5, sin(pi * duty * n) / n, 0.0) * sin(pi * duty * m) / m
    last = _spread(m * a.x - n * a.y) * _spread(m * b.x - n * b.y)
    return 2.0 / (pi * pi) * size * last * cos(2.0 * pi * (m * c.x - n * c.y))


def harmonics(c: Vec, a: Vec, b: Vec, duty: Expr, step: int) -> Scalar:
    """The same mean over a footprint that is long along both axes, by its strongest harmonics.

    Those last that hardly change along the longer side: for m of one wave the n next to m r, if
    that side goes r times as far in u as in v. ``step`` 2 leaves out the even ones.
    """
    side = where(a.x * a.x + a.y * a.y > b.x * b.x + b.y * b.y, a, b)
    flip = Vec((1.0, _away(side.x) * _away(side.y)))
    c, a, b, side = c * flip, a * flip, b * flip, abs(side)
    ratio = min(side.x / max(side.y, 1e-6), FAR)

    total, odd = 0.0, step - 1.0
    for m, count in STRONGEST[step]:
        below = step * floor((m * ratio - odd) / step) + odd
        for k in range(1 - count // 2, 1 + count // 2):
            total = total + _harmonic(m, below + step * k, c, a, b, duty)
    return total


_harmonics = {step: _function(C, A, B, DUTY, step=step)(harmonics) for step in STRONGEST}


def _correlation(p: Vec, dx: Vec, dy: Vec, duty: Expr, step: int) -> Scalar:
    """The mean of both waves' product: of p.x and of p.y, over a footprint of sides dx and dy."""
    across, up = (max(abs(dx[k]), abs(dy[k])) for k in (0, 1))
    p, swap = p - _nearest(p), across < up
    shrink = FAR / max(across, up, FAR)
    c, a, b = (where(swap, v.yx, v) for v in (p, dx, dy))
    turn = abs(a.y) > abs(b.y)
    a, b = (shrink * _away(w.y) * w for w in (where(turn, b, a), where(turn, a, b)))
    few, many = _by_strips(c, a, b, duty), _harmonics[step](c, a, b, duty)
    return where(b.y <= STRIPS, few, many)


def _stripes_mean(p: Vec, dx: Vec, dy: Vec, period: Expr, duty: Expr) -> Scalar:
    return _mean_bands(p.x / period, dx.x / period, dy.x / period, min(duty, 1.0))


def _checker_mean(p: Vec, dx: Vec, dy: Vec, size: Expr) -> Scalar:
    period = 2.0 * size
    together = _correlation(p / period - 0.25, dx / period, dy / period, const(0.5), 2)
    return clamp(0.5 + 2.0 * together, 0.0, 1.0)


def _grid_mean(p: Vec, dx: Vec, dy: Vec, size: Expr, width: Expr) -> Scalar:
    """The lines of both families, less what lies on both."""
    duty = min(width / size, 1.0)
    p, dx, dy = p / size, dx / size, dy / size
    x, y = (_mean_bands(p[k], dx[k], dy[k], duty) for k in (0, 1))
    both = _correlation(p, dx, dy, duty, 1) + duty * (x + y - duty)
    return clamp(x + y - both, max(x, y), min(x + y, 1.0))


def _stripes_reach(p: Vec, dx: Vec, dy: Vec, period: Expr, duty: Expr) -> Scalar:
    return 2.0 * max(abs(dx.x), abs(dy.x)) / period


def _checker_reach(p: Vec, dx: Vec, dy: Vec, size: Expr) -> Scalar:
    return max(length(dx), length(dy)) / size


def _grid_reach(p: Vec, dx: Vec, dy: Vec, size: Expr, width: Expr) -> Scalar:
    return 2.0 * max(length(dx), length(dy)) / size


def _mean(coverage: Callable[..., Any], reach: Callable[..., Any], *own: Input) -> Mean:
    inputs = [*FOOTPRINT, *own]
    return Mean(*(trace(f, inputs, name=f.__name__.lstrip("_")) for f in (coverage, reach)))


@cache
def stripes_mean() -> Mean:
    """Of (p, dx, dy, period, duty): the part of a pixel inside of stripes."""
    return _mean(_stripes_mean, _stripes_reach, Input("period"), DUTY)


@cache
def checker_mean() -> Mean:
    """Of (p, dx, dy, size): the part of a pixel inside of a checker."""
    return _mean(_checker_mean, _checker_reach, Input("size"))


@cache
def grid_mean() -> Mean:
    """Of (p, dx, dy, size, width): the part of a pixel on the lines of a grid."""
    return _mean(_grid_mean, _grid_reach, Input("size"), Input("width"))
