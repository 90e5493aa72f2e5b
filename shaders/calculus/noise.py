"""Noise: smooth random functions of the plane and of space, twice continuously differentiable.

The values at whole places come of the integer hash, so that they are the same on every machine and
do not repeat within 2^24 cells. Between them a quintic blends, whose first and second derivatives
vanish at both ends: so no border between cells shows in a value, a gradient or a Hessian.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..blame import fail, here
from ..errors import shown
from .evaluate import call
from .expr import Expr, const
from .function import Function, Input, Type, apply, trace
from .points import finite
from .rules import cell_, hash_, within_
from .vectors import Scalar, Vec, cos, dot, max, mix, sin, sqrt, tau

__all__ = ["fbm", "noise", "value_noise"]

CORNERS = {n: [at[::-1] for at in itertools.product((0.0, 1.0), repeat=n)] for n in (2, 3)}
"""Of a cell, x first."""
OCTAVE_TURN = {
    2: np.array([[0.6, -0.8], [0.8, 0.6]]),
    3: np.array([[2, -1, 2], [2, 2, -1], [-1, 2, 2]]) / 3,
}
"""By which the lattice of an octave lies askew of the one before."""
OCTAVE_SHIFT = (0.37, 0.71, 0.53)
"""Lattices share no point near the origin: gradient noise is 0 at each of its own."""
OCTAVE_SEED = 101.0
"""Seeds of octaves are this far apart, so that two fbm of neighboring seeds differ."""


# --- one lattice ---------------------------------------------------------------------------------
def _direction(place: Vec, seed: Expr) -> Vec:
    """A random unit vector for a whole place."""
    if len(place) == 2:
        angle = tau * hash_(*place, 0.0, seed)
        return Vec((cos(angle), sin(angle)))
    random = hash_(*place, seed)
    height = 2.0 * random - 1.0  # the angle takes the lower 12 bits of the same number
    angle = tau * (4096.0 * random - cell_(4096.0 * random))
    radius = sqrt(1.0 - height * height)
    return Vec((radius * cos(angle), radius * sin(angle), height))


def _value(place: Vec, seed: Expr) -> Scalar:
    """A random number in [-1, 1) for a whole place."""
    z = place.z if len(place) == 3 else 0.0
    return 2.0 * hash_(place.x, place.y, z, seed) - 1.0


def _ease(t: Expr) -> Scalar:
    """From 0 to 1, level and straight at both ends: 6 t^5 - 15 t^4 + 10 t^3."""
    return t * t * t * (t * (6.0 * t - 15.0) + 10.0)


def _noise(p: Vec, seed: Expr) -> Scalar:
    """Gradient noise in [-1, 1]: random unit slopes at whole places, blended between.

    K. Perlin, "Improving Noise" (2002), with directions of any angle.
    """
    cell = Vec(map(cell_, p))
    planes = []
    for at in CORNERS[len(p)]:
        place = cell + at
        slope = Vec(apply(_function(_direction, len(p)), (*place, seed)))
        planes.append(dot(slope, p - place))
    reach = math.sqrt(len(p)) / 2  # of the planes, where they are farthest from their corners
    return within_(_blended(planes, p - cell) / reach, -1.0, 1.0)


def _value_noise(p: Vec, seed: Expr) -> Scalar:
    """Random values in [-1, 1) at whole places, blended between."""
    cell = Vec(map(cell_, p))
    values = [apply(_function(_value, len(p)), (*(cell + at), seed))[0] for at in CORNERS[len(p)]]
    return within_(_blended(values, p - cell), -1.0, 1.0)


def _blended(corners: Sequence[Expr], t: Vec) -> Scalar:
    """Values at the corners of a cell, x first, blended along each axis."""
    ease = _function(_ease, 1, rises=True)
    for c in t:
        weight = apply(ease, (within_(c, 0.0, 1.0),))[0]
        corners = [mix(a, b, weight) for a, b in zip(corners[::2], corners[1::2], strict=True)]
    return corners[0]


# --- many lattices -------------------------------------------------------------------------------
def _fbm(p: Vec, gain: Expr, lacunarity: Expr, seed: Expr, octaves: int) -> Scalar:
    """Fractal noise: a weighted mean of octaves of gradient noise, each finer than the last."""
    octave = _function(_noise, len(p))
    gain = max(gain, 0.0)
    total: Any = 0.0
    weights: Any = 0.0
    weight: Any = 1.0
    scale: Any = 1.0
    turn = np.eye(len(p))
    for k in range(octaves):
        shift = [OCTAVE_SHIFT[c] * k for c in range(len(p))]
        turned = Vec(dot(row, p) for row in turn.tolist()) if k else p
        value = apply(octave, (*(turned * scale + shift), seed + OCTAVE_SEED * k))[0]
        total, weights = total + weight * value, weights + weight
        weight, scale, turn = gain * weight, scale * lacunarity, OCTAVE_TURN[len(p)] @ turn
    return total / weights


# --- what users call -----------------------------------------------------------------------------
def noise(p: Any, seed: Any = 0) -> Any:
    """Gradient (Perlin) noise in [-1, 1] of a vector of 2 or 3; 0 at whole places.

    Its features are about one unit wide; ``noise(8 * p)`` is finer. Different whole seeds give
    different noise; a seed is rounded. A third coordinate may be the time.
    """
    return _at(_noise, p, seed=seed)


def value_noise(p: Any, seed: Any = 0) -> Any:
    """Random values in [-1, 1) at whole places, blended between, of a vector of 2 or 3."""
    return _at(_value_noise, p, seed=seed)


def fbm(p: Any, octaves: Any = 4, gain: Any = 0.5, lacunarity: Any = 2.0, seed: Any = 0) -> Any:
    """Fractal noise in [-1, 1] of a vector of 2 or 3: a mean of ``octaves`` of gradient noise.

    Each octave is ``lacunarity`` times finer and weighs ``gain`` times as much (gain >= 0) as the
    one before; their lattices are turned and shifted, so that no direction stands out.
    """
    if isinstance(octaves, bool) or not isinstance(octaves, (int, np.integer)) or octaves < 1:
        hint = "; a count is structure and takes no slider" if isinstance(octaves, Expr) else ""
        raise fail(f"fbm: octaves={shown(octaves)} must be a whole number of at least 1{hint}")
    if isinstance(gain, (int, float)) and gain < 0:
        raise fail(f"fbm: gain={shown(gain)} must be a number at least 0")
    return _at(_fbm, p, int(octaves), gain=gain, lacunarity=lacunarity, seed=seed)


# --- functions of the calculus -------------------------------------------------------------------
@cache
def _function(
    python: Callable[..., Any], n: int, octaves: int | None = None, *, rises: bool = False
) -> Function:
    """A function above for vectors of n, traced once."""
    point, *numbers = python.__code__.co_varnames[: python.__code__.co_argcount]
    static: dict[str, Any] = {} if octaves is None else {"octaves": octaves}
    inputs = [Input(point, Type(n), "point"), *(Input(k) for k in numbers if k not in static)]
    return trace(python, inputs, name=python.__name__.lstrip("_"), rises=rises, **static)


def _at(python: Callable[..., Any], p: Any, octaves: int | None = None, **numbers: Any) -> Any:
    """A function above at a point: applied to traced values, else computed at once."""
    name = python.__name__.lstrip("_")
    vector = isinstance(p, (tuple, list)) or (isinstance(p, np.ndarray) and p.ndim > 0)
    if not vector or len(p) not in (2, 3):
        raise fail(f"{name}: p={shown(p)} must be a vector of 2 or 3")
    given = {**{f"p[{k}]": c for k, c in enumerate(p)}, **numbers}
    function = _function(python, len(p), octaves)
    if any(isinstance(v, Expr) for v in given.values()):
        return apply(function, [_traced(name, k, v) for k, v in given.items()], here())[0]
    with np.errstate(all="ignore"):
        found = np.asarray(call(function, [finite(name, k, v) for k, v in given.items()])[0])
    return found.item() if found.ndim == 0 else found


def _traced(call: str, name: str, value: Any) -> Expr:
    if isinstance(value, Expr):
        if value.op.result != "float":
            raise fail(f"{call}: {name} must be a number, not a condition; write where(...)")
        return value
    array = finite(call, name, value)
    if array.ndim:
        raise fail(f"{call}: {name}={shown(value)} must be a number")
    return const(array.item())
