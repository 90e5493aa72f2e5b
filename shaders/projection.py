"""Projection: the distance to a field's zero set as it is seen in the picture, by a few steps.

A stroke of even width needs the distance to the curve {f = 0}, and |f| / |grad f| is that only to
first order. Here the point p is projected onto the curve: each step evaluates the field's jet near
the curve, and moves to the foot of p on what the jet says of it, a tangent line or a circle of
its curvature. The foot q solves f(q) = 0 and (p - q) x grad f(q) = 0, so that p - q is a normal;
E. Hartmann, "On the curvature of curves and surfaces defined by normalforms" (1999), has the
same two corrections, towards the curve and along it. Where no second derivatives are read, the
curvature is that between two feet: by how much the normal has turned on the way from one to the
other (a secant step). Beyond a corner the steps see two lines by turns, and the corner is where
those meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from .calculus.expr import Expr, const
from .calculus.function import Function, Input, Type, apply, trace
from .calculus.hessians import across, along, times
from .calculus.jets import jet
from .calculus.vectors import (
    Scalar,
    Vec,
    abs,
    clamp,
    cross,
    dot,
    length,
    max,
    min,
    normalize,
    sqrt,
    where,
)

__all__ = ["ORDERS", "SHORT", "nearest"]

ORDERS = (2, 1, 2)
"""The derivatives that are read at the point and at each foot: enough for strokes of 20 pixels."""
SHORT = 1.0 / 32.0
"""The part of the way to the curve that a step leaves: on it, |x| and its like have no normal."""
NEAR = 0.25
"""A foot has arrived if this part of the step to it, at most, is left."""
BLUNT = 0.06
"""The sine squared of the angle at which two lines make a corner, and not a bend (14 degrees)."""
FAR, TIGHT = 1e6, 1e4
"""Distances end at FAR reaches and curvatures at TIGHT per reach, so that float32 holds them."""
CONIC = 3
"""Steps to the foot on the conic that the field's jet describes, which cost no evaluation."""
MET = 0.1
"""The foot on a conic is one if this part of the way to it, at most, is left."""
MOST = 0.85
"""What f f'' / f'^2 is where a field has six zeros in one, more than are seen."""
MOVED = 1e-3
"""The least way along the curve, in reaches, that tells a curvature."""
EASED, BEYOND = 1.25, 0.25
"""The least part of the radius that p is taken to be from the center of curvature at a foot: with a
secant's, and with a Hessian's. A step is shorter by it than that along the tangent. Where a curve
turns as fast as the steps go, longer ones miss it: on noise, whose level lines have bends as narrow
as a stroke, they err by half as much again."""

P, REACH = Input("p", Type(2), "point"), Input("reach")
JET = Input("jet", Type(1, 2, 2))
F, G, H = Input("f"), Input("g", Type(2)), Input("h", Type(3))
V, N, R, BEND = Input("v", Type(2)), Input("n", Type(2)), Input("r"), Input("bend")
V0, N0, BEND0 = Input("v0", Type(2)), Input("n0", Type(2)), Input("bend0")


class Line(NamedTuple):
    """What a jet says of the curve: its unit normal, and how far p and the foot are from it."""

    normal: Vec
    distance: Expr
    """Signed, of the point p from the tangent line."""
    way: Expr
    """The shortest known from p to the curve; no less than the distance."""


def _line(f: Expr, g: Vec, reach: Expr) -> tuple[Vec, Scalar, Scalar]:
    """The unit normal, the slope along it, and the signed distance |f| / |grad f|."""
    most = max(abs(g.x), abs(g.y))
    scaled = g / max(most, 1e-30)  # whose square float32 holds
    slope = length(scaled) * most
    return normalize(scaled), slope, clamp(f / slope, -FAR * reach, FAR * reach)


def _arc(f: Expr, g: Vec, h: Vec, reach: Expr) -> tuple[Vec, Scalar, Scalar, Scalar]:
    """The unit normal, the signed distance to first and second order, the level set's curvature.

    h is (fxx, fxy, fyy). The distance is the root next to 0 of r - k r^2 / 2 = f / |grad f|, for
    the second derivative k |grad f| along the normal, in the form that cancels least; where that
    is far off a first-order one it is not trusted.
    """
    n, slope, r = _line(f, g, reach)
    bend, falls = across(h, n) / slope, along(h, n) / slope
    bend = clamp(bend, -TIGHT / reach, TIGHT / reach)
    once = 2.0 / (1.0 + sqrt(1.0 - clamp(2.0 * r * falls, -0.5, 0.5)))
    return n, r, r * where(r * falls > 0.5, _several(r / slope, h, n), once), bend


def _around(v: Vec, n: Vec, r: Expr, bend: Expr, eased: Expr) -> tuple[Scalar, Vec, Scalar]:
    """The signed distance of p from a circle, its gradient there, and its curvature.

    v leads from the foot to p; the circle has the normal n at the foot and the curvature ``eased``
    (that of the curve is ``bend``), and the curve lies r before it. A straight line is the circle
    of curvature 0.
    """
    a, b = dot(v, n), cross(n, v)
    radial = Vec((1.0 + eased * a, eased * b))  # from the center to p, in radii
    far = length(radial)
    toward = Vec((radial.x * n.x - radial.y * n.y, radial.x * n.y + radial.y * n.x))
    d = (2.0 * a + eased * dot(v, v)) / (1.0 + far) + r
    return d, normalize(toward), bend / max(length(Vec((1.0 + bend * a, bend * b))), 1.0 / TIGHT)


def _on_conic(q: Vec, f: Expr, g: Vec, h: Vec, reach: Expr, slid: Expr) -> tuple[Vec, Scalar]:
    """A step of q to the foot of p = 0 on {f + g.x + x'Hx / 2 = 0}, and how far off q was.

    Along the conic it goes ``slid`` of the way, 1 or 0.
    """
    bent = times(h, q)
    n, _, off = _line(f + dot(g, q) + 0.5 * dot(q, bent), g + bent, reach)
    move = slid * (n * dot(q, n) - q) - n * off
    return q + move * min(1.0, reach / max(length(move), 1e-30)), off


def _several(r: Expr, h: Vec, n: Vec) -> Scalar:
    """How many zeros of the field lie together, by r n'Hn = f f'' / f'^2, or 1.

    Of f = x^m, for which that is 1 - 1/m, Newton's step leads 1/m of the way to 0; E. Schroeder,
    "Ueber unendlich viele Algorithmen zur Aufloesung der Gleichungen" (1870). The
    parabola then has none, and the gradient does not turn along the normal, as it may at a tip.
    """
    turned = times(h, n)
    falls = dot(n, turned)
    curved = r * falls
    zeros = (curved > 0.5) & (curved < MOST) & (abs(cross(n, turned)) < 0.5 * abs(falls))
    return where(zeros, 1.0 / (1.0 - curved), 1.0)


def _first(f: Expr, g: Vec, h: Vec, reach: Expr) -> tuple[Scalar, Vec, Scalar]:
    """What the jet at p says of the curve: how far p is from its conic, the normal and curvature.

    All at the foot on the conic; on the tangent line, where the conic is not met within reach.
    """
    n, steep, r = _line(f, g, reach)
    q, off = n * clamp(-r, -reach, reach), r
    for step in range(CONIC + 1):
        slid = const(1.0 if step < CONIC else 0.0)
        *moved, off = apply(_step(), (*q, f, *g, *h, reach, slid))
        q = Vec(moved)
    far, side = length(q), where(f < 0.0, -1.0, 1.0)
    met = (abs(off) < MET * far + 0.01 * reach) & (far < reach)
    normal = Vec(where(met, -side * c / max(far, 1e-30), u) for c, u in zip(q, n, strict=True))
    slope = length(g + times(h, q))
    bend = across(h, normal) / slope
    unmet = r * _several(r / steep, h, n)
    return where(met, side * far, unmet), normal, clamp(bend, -TIGHT / reach, TIGHT / reach)


def _secant(v0: Vec, n0: Vec, bend0: Expr, v: Vec, n: Vec, reach: Expr) -> tuple[Scalar, Scalar]:
    """The curvature of the curve between two feet, p - v0 and p - v, by the normals there.

    And what it is taken to be for a step.
    """
    same = where(dot(n0, n) < 0.0, -1.0, 1.0)  # |x| has another normal behind the curve
    moved = cross(n, v0 - v)
    known = abs(moved) > MOVED * reach
    bend = same * where(known, cross(n0, n) / where(known, moved, 1.0), bend0)
    bend = clamp(bend, -TIGHT / reach, TIGHT / reach)
    a, ahead = dot(v, n), abs(dot(v, n)) > abs(cross(n, v))  # else the foot is past a corner
    return bend, where(ahead, _eased(bend, a, EASED), 0.0)


def _eased(bend: Expr, a: Expr, least: float) -> Scalar:
    """A curvature whose center is no nearer to p, that is a along the normal from the foot."""
    held = (1.0 + bend * a < least) & (abs(a) > 0.0)
    return where(held, (least - 1.0) / where(held, a, 1.0), bend)


def _way(v: Vec, n: Vec, r: Expr, reach: Expr) -> tuple[Scalar, Scalar]:
    """How long a way there is from p to the curve, and how much is left of it, beyond what may be.

    It ends where the foot sees the curve, if that is near. Else nobody knows where the curve is, or
    whether there is one: the field may jump before it, or only come near 0.
    """
    gone, left = length(v), abs(r)
    rest = left - NEAR * gone - 0.01 * reach
    return where(rest > 0.0, FAR * reach, length(v + n * r)), rest


def _settled(
    f: Expr, reach: Expr, lines: Vec, rest: Expr, d: Expr, m: Vec, bend: Expr
) -> tuple[Scalar, ...]:
    """The distance's jet: that from the last foot, or to a corner, or a safe one; signed as f is.

    ``lines`` are the last two: normal, distance and way of each. ``rest`` is what the last step
    left to go, less what it may leave.
    """
    n1, d1, way1, n2, d2, way2 = lines[:2], lines[2], lines[3], lines[4:6], lines[6], lines[7]
    side = where(f < 0.0, -1.0, 1.0)
    across = cross(n1, n2)
    blunt = across * across
    cosine = dot(n1, n2)
    s, t = side * (d1 - cosine * d2), side * (d2 - cosine * d1)
    corner = (blunt > BLUNT) & (s > 0.0) & (t > 0.0)  # p is beyond the end of either line
    away = (Vec(n1) * s + Vec(n2) * t) / max(blunt, BLUNT)
    way = min(way1, way2)
    lost = rest > 0.0
    size = where(corner, length(away), where(lost, way, abs(d)))
    turned = where(side * d < -0.004 * reach, -1.0, 1.0)  # |x| has another normal behind the curve
    unit = normalize(away)
    nx, ny = (where(corner, u, turned * c) for u, c in zip(unit, m, strict=True))
    k = where(corner, side / max(size, reach / TIGHT), turned * bend)
    return side * size, nx, ny, k * ny * ny, -k * nx * ny, k * nx * nx


@cache
def _step() -> Function:
    return trace(_on_conic, [Input("q", Type(2)), F, G, H, REACH, Input("slid")], name="on_conic")


@cache
def _functions() -> dict[str, Function]:
    settled = [F, REACH, Input("lines", Type(8)), Input("rest"), Input("d"), Input("m", Type(2))]
    return {
        "line": trace(_line, [F, G, REACH], name="tangent_line"),
        "arc": trace(_arc, [F, G, H, REACH], name="tangent_circle"),
        "first": trace(_first, [F, G, H, REACH], name="foot_on_conic"),
        "way": trace(_way, [V, N, R, REACH], name="way_to_curve"),
        "secant": trace(_secant, [V0, N0, BEND0, V, N, REACH], name="curvature_between"),
        "around": trace(_around, [V, N, R, BEND, Input("eased")], name="distance_to_circle"),
        "settled": trace(_settled, [*settled, BEND], name="settled", result=Type(1, 2, 2)),
    }


def _steps(
    field: Function, at_p: tuple[Expr, ...], orders: Sequence[int], short: float
) -> tuple[Expr, ...]:
    """The jet of the distance of P, within about REACH of the curve, by that of the field there.

    ``orders`` are those of the feet.
    """
    p, (reach,), functions = Vec(P.leaves), REACH.leaves, _functions()
    value = at_p[0]
    d, mx, my, bend = apply(functions["first"], (*at_p, reach))
    m, rest = Vec((mx, my)), const(0.0)
    lines, last = [Line(m, d, FAR * reach)], (*(m * d), *m, bend)
    for order in orders:
        v = m * ((1.0 - short) * clamp(d, -reach, reach))
        f, *derivatives = apply(jet(field, order), p - v)
        if order == 2:
            *n, r, nearer, bend = apply(functions["arc"], (f, *derivatives, reach))
            eased = _eased(bend, dot(v, Vec(n)), BEYOND)
        else:
            *n, _, r = apply(functions["line"], (f, *derivatives, reach))
            nearer, (bend, eased) = r, apply(functions["secant"], (*last, *v, *n, reach))
        last = (*v, *n, bend)
        normal, (way, rest) = Vec(n), apply(functions["way"], (*v, *n, r, reach))
        lines.append(Line(normal, dot(v, normal) + r, min(lines[-1].way, way)))
        d, mx, my, bend = apply(functions["around"], (*v, *n, nearer, bend, eased))
        m = Vec((mx, my))
    numbers = [e for n, *scalars in (lines[0], *lines)[-2:] for e in (*n, *scalars)]
    return apply(functions["settled"], (value, reach, *numbers, rest, d, *m, bend))


def nearest(
    field: Function,
    orders: Sequence[int] = ORDERS,
    *,
    short: float = SHORT,
    known: bool = False,
) -> Function:
    """The signed distance to {field = 0} with its derivatives, (p, reach) -> Type(1, 2, 2).

    ``field`` has one input, a point of the plane, and one output. The distance is in the units of
    p, and has the field's sign. It is meant for points within ``reach`` > 0 of the curve, such as
    half a stroke's width and a pixel: no step goes farther. Beyond, it is some finite number that
    is as large; where the steps find no zero, because the field jumps or only comes near 0, it is
    a million reaches.

    The gradient is the unit normal, 0 where the field has none. The Hessian is k t t' for the unit
    tangent t; the curve's curvature at the nearest point is k / (1 - k d), which between feet of
    order 1 is that of a secant.

    ``orders`` are the orders of the field's jet at p and at each foot in turn. With ``known`` the
    jet at p, of order 2, is a third input. ``short`` is the part of the way to the curve that a
    step leaves.
    """
    at_p = JET.leaves if known else (*apply(jet(field, orders[0]), P.leaves), *(const(0.0),) * 3)
    return Function(
        f"{field.name}_nearest", [P, REACH, *([JET] if known else [])],
        _steps(field, at_p[: JET.type.size], orders[1:], short), Type(1, 2, 2),
        doc="The signed distance to the zero set in the picture, with its derivatives.",
    )  # fmt: skip
