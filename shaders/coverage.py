"""Coverage: how much of a pixel's square lies inside an edge.

Each function is written once here and becomes both NumPy and GLSL. ``f`` is the field at the
pixel's center and ``g`` its gradient per pixel, so |f| / |g| is the distance to the edge in pixels.
"""

from __future__ import annotations

from functools import cache

from .calculus.expr import Expr, const, make
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.hessians import along
from .calculus.vectors import Scalar, Vec, abs, clamp, dot, length, max, min, normalize, sqrt, where

__all__ = ["ANTIALIAS", "band", "disc", "fade", "fill", "order", "soft_step", "turned"]

ANTIALIAS = ("exact", "gradient", "fwidth", "none")
"""The ways to draw an edge; the first is in ``cells`` and ``exact``, the others are here."""

FLATTEST = 1e-4
"""The least ratio of the gradient's components: the formula is 0/0 for axis-aligned edges, and
this bounds the error of leaning one by so little at a hundred-thousandth."""
NOTHING = 1e-30
"""Less than any number that counts: no slope is taken to be less."""
INSIDE = 0.6 * NOTHING
"""How far within an edge 0 is, so that all of a flat pixel is: more than half of that slope."""
HARDEST = 1e-3
"""The narrowest soft step, in pixels: float32 tells its two ends apart, the eye does not."""
SEGMENT = (0.66651, 0.20564, 0.06323, 0.17618)
"""(asin s - s sqrt(1 - s^2)) / s^3 by powers of s^2, within 2e-4 up to a quarter of a circle."""


def _half_plane(f: Expr, g: Vec) -> Scalar:
    """The part of a pixel where f + g.x <= 0, exactly.

    The pixel is cut by a line at distance |f| / a, in units in which the greater component a of
    the gradient is 1 and the lesser is k: a trapezoid near the center, a triangle at a corner.
    Where f is 0 and flat it is 0 all about, and inside.
    """
    ax, ay = abs(g.x), abs(g.y)
    a = max(ax, ay, NOTHING)
    k = max(min(ax, ay) / a, FLATTEST)
    f = f - INSIDE
    t = abs(f) / a
    corner = max(0.5 * (1.0 + k) - t, 0.0)
    beyond = where(t <= 0.5 * (1.0 - k), 0.5 - t, corner * corner / (2.0 * k))
    return clamp(where(f < 0.0, 1.0 - beyond, beyond), 0.0, 1.0)


def _beyond(u: Expr, k: Expr) -> Scalar:
    """The integral of a half-plane's coverage from u >= 0 outward, as ``_half_plane`` scales it."""
    near, far = 0.5 * (1.0 - k), 0.5 * (1.0 + k)
    corner = max(far - u, 0.0)
    inner = k * k / 6.0 + 0.5 * (near - u) * (1.0 - near - u)
    return where(u <= near, inner, corner * corner * corner / (6.0 * k))


def _soft_step(f: Expr, g: Vec, width: Expr) -> Scalar:
    """The mean over a pixel of a ramp from 1 to 0, ``width`` units of f wide, about f + g.x = 0.

    The ramp is a half-plane's edge smeared over its width, so its mean is that of the half-plane's
    coverage over the same width: the ramp at the center, and the integral's difference at its ends.
    """
    ax, ay = abs(g.x), abs(g.y)
    a = max(ax, ay)
    k = max(min(ax, ay) / a, FLATTEST)
    c = max(width, HARDEST * a, 1e-12)
    tails = [apply(_tail(), (abs(f + side * c) / a, k))[0] for side in (-0.5, 0.5)]
    return clamp(clamp(0.5 - f / c, 0.0, 1.0) + a * (tails[0] - tails[1]) / c, 0.0, 1.0)


def _turned(f: Expr, g: Vec) -> Scalar:
    """The mean over a pixel of what is added to a value beyond the kink at f + g.x = 0.

    The value changes by f + g.x on the side of that line where the pixel's center is not.
    """
    ax, ay = abs(g.x), abs(g.y)
    a = max(ax, ay, 1e-20)
    added = a * apply(_tail(), (abs(f) / a, max(min(ax, ay) / a, FLATTEST)))[0]
    return where(f < 0.0, added, -added)


def _disc(x: Expr, y: Expr, r: Expr) -> Scalar:
    """The part of a pixel within r of a point, by Green's theorem.

    The circle meets the line of each side between two points. Those that the ends of the side leave
    between them bound a polygon of eight corners, four of whose sides are chords of the circle.
    """
    around = (0.5 - x, 0.5 - y, 0.5 + x, 0.5 + y)
    ends = []
    for k, side in enumerate(around):
        away = clamp(side, -r, r)
        half = sqrt((r - away) * (r + away))
        ends.append((away, *(clamp(e, -half, half) for e in (-around[k - 1], around[(k + 1) % 4]))))
    twice, inverse = const(0.0), 1.0 / r
    for k, (away, start, end) in enumerate(ends):
        across, low, _ = ends[(k + 1) % 4]  # the next side, a quarter turn on
        turn = away * across + end * low
        apart = (away + low) * (away + low) + (across - end) * (across - end)
        bent = 0.25 * apart * inverse * inverse
        area = SEGMENT[-1]
        for factor in SEGMENT[-2::-1]:
            area = area * bent + factor
        area = 0.25 * apart * sqrt(apart) * inverse * area
        twice = twice + away * (end - start) + turn + where(turn < 0.0, -area, area)
    return clamp(0.5 * twice, 0.0, 1.0)


def _distance(f: Expr, g: Vec, h: Vec) -> Scalar:
    """Signed distance to {f = 0} along the gradient, to second order; h is (fxx, fxy, fyy).

    The root next to 0 of f - |g| s + n'Hn s^2 / 2 = 0, n = g / |g|, in the form that cancels least.
    """
    slope = dot(g, g)
    bend = along(h, g) / slope
    return 2.0 * f / (length(g) + sqrt(max(slope - 2.0 * f * bend, 0.0)))


def _ramp(f: Expr) -> Scalar:
    """The careful derivative-free form: a linear ramp over the neighbors' differences."""
    slope = max(length(Vec((make("dfdx", f), make("dfdy", f)))), NOTHING)
    return clamp(0.5 - (f - INSIDE) / slope, 0.0, 1.0)


def _step(f: Expr) -> Scalar:
    """No anti-aliasing: all inside or all outside, by the center."""
    return where(f <= 0.0, 1.0, 0.0)


def _half_plane_band(f: Expr, g: Vec, width: Expr) -> Scalar:
    """The part of a pixel within width / 2 pixels of the line f + g.x = 0."""
    reach = 0.5 * width * length(g)
    outer, inner = apply(half_plane(), (f - reach, *g))[0], apply(half_plane(), (f + reach, *g))[0]
    return max(outer - inner, 0.0)


def _ramp_band(f: Expr, width: Expr) -> Scalar:
    """The derivative-free form of a line of this width in pixels."""
    away = abs(f) / length(Vec((make("dfdx", f), make("dfdy", f))))
    return clamp(0.5 * (width + 1.0) - away, 0.0, 1.0)


def _step_band(f: Expr, g: Vec, width: Expr) -> Scalar:
    """A line of this width in pixels without anti-aliasing."""
    return where(abs(f) <= 0.5 * width * length(g), 1.0, 0.0)


F, G, WIDTH = Input("f"), Input("g", Type(2)), Input("width")


@cache
def half_plane() -> Function:
    """Coverage of a half-plane: (f, g) -> 0..1."""
    return trace(_half_plane, [F, G], name="coverage")


@cache
def disc() -> Function:
    """Coverage of a disc: (x, y, r > 0) -> 0..1, its middle from that of the pixel, in pixels."""
    return trace(_disc, [Input("x"), Input("y"), Input("r")], name="disc_coverage")


@cache
def _tail() -> Function:
    return trace(_beyond, [Input("u"), Input("k")], name="beyond")


@cache
def soft_step() -> Function:
    """The mean over a pixel of a ramp down across {f = 0}: (f, g, width in units of f) -> 0..1."""
    return trace(_soft_step, [F, G, WIDTH], name="soft_step")


@cache
def turned() -> Function:
    """What a kink adds to a value, in the mean over a pixel: (f, g) -> a number.

    f is how far the other side's value is above the own one at the center, g its gradient.
    """
    return trace(_turned, [F, G], name="turned")


@cache
def distance() -> Function:
    """Signed distance to second order: (f, g, h) -> the units that g and h are measured by."""
    return trace(_distance, [F, G, Input("h", Type(3))], name="distance_to_edge")


@cache
def _functions() -> dict[tuple[str, str], Function]:
    return {
        ("fill", "gradient"): half_plane(),
        ("fill", "fwidth"): trace(_ramp, [F], name="ramp"),
        ("fill", "none"): trace(_step, [F], name="inside"),
        ("band", "gradient"): trace(_half_plane_band, [F, G, WIDTH], name="band_coverage"),
        ("band", "fwidth"): trace(_ramp_band, [F, WIDTH], name="ramp_band"),
        ("band", "none"): trace(_step_band, [F, G, WIDTH], name="inside_band"),
    }


def order(antialias: str, *, stroke: bool, fade: bool) -> int:
    """How many of the field's derivatives a layer's coverage reads."""
    if antialias == "fwidth":
        return 0
    return 2 if fade else int(stroke or antialias != "none")


def fill(antialias: str, f: Expr, g: tuple[Expr, Expr]) -> Expr:
    """Coverage of {f <= 0}; ``g`` is the gradient of f per pixel."""
    function = _functions()["fill", antialias]
    return apply(function, (f, *g)[: len(function.leaves)])[0]


def band(antialias: str, f: Expr, g: tuple[Expr, Expr], width: Expr) -> Expr:
    """Coverage of the line of ``width`` pixels along {f = 0}; ``g`` is per pixel."""
    function = _functions()["band", antialias]
    return apply(function, (f, width) if len(function.leaves) == 2 else (f, *g, width))[0]


def fade(antialias: str, f: Expr, g: Vec, h: Vec, ramp: Expr, width: Expr | None = None) -> Scalar:
    """Coverage that falls from 1 to 0 over ``ramp`` pixels across {f = 0}; g, h are per pixel.

    With ``width``, that of a line of so many pixels whose two sides fall so.
    """
    if antialias == "fwidth":
        distance_ = f / length(Vec((make("dfdx", f), make("dfdy", f))))
    else:
        distance_ = apply(distance(), (f, *g, *h))[0]

    def falling(d: Expr) -> Scalar:
        if antialias in ("fwidth", "none"):
            return clamp(0.5 - d / max(ramp, 1.0 if antialias == "fwidth" else HARDEST), 0.0, 1.0)
        return apply(soft_step(), (d, *normalize(g), ramp))[0]

    if width is None:
        return falling(distance_)
    return max(falling(distance_ - 0.5 * width) - falling(distance_ + 0.5 * width), 0.0)
