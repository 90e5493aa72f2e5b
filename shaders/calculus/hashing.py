"""The hash that noise is made of: whole numbers to [0, 1), the same bits in NumPy and in GLSL.

It is pcg4d of M. Jarzynski and M. Olano, "Hash Functions for GPU Rendering", JCGT 9 (2020), on
unsigned integers of 32 bits. Arguments are rounded to the nearest even whole number and held within
2^30 each way; float32 tells whole numbers apart up to 2^24.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .expr import Expr, const, make
from .rules import Pair, floor_, where_

__all__ = ["HASH", "hashed", "lattice_value"]

REACH = 2.0**30
FACTOR, STEP, HALF = np.uint32(1664525), np.uint32(1013904223), np.uint32(16)

HASH = """float hash(float x, float y, float z, float seed) {
    vec4 place = clamp(roundEven(vec4(x, y, z, seed)), -1073741824.0, 1073741824.0);
    highp uvec4 v = uvec4(ivec4(place)) * 1664525u + 1013904223u;
    v.x += v.y * v.w; v.y += v.z * v.x; v.z += v.x * v.y; v.w += v.y * v.z;
    v ^= v >> 16u;
    v.x += v.y * v.w; v.y += v.z * v.x; v.z += v.x * v.y; v.w += v.y * v.z;
    return float(v.x >> 8u) * 5.9604644775390625e-8;
}"""


def hashed(*place: Any) -> Any:
    """The hash of four arrays of whole numbers: a multiple of 2^-24 in [0, 1)."""
    with np.errstate(over="ignore"):  # unsigned integers are meant to wrap
        v = [_unsigned(c) * FACTOR + STEP for c in place]
        _mix(v)
        v = [c ^ (c >> HALF) for c in v]
        _mix(v)
    return (v[0] >> np.uint32(8)) * 2.0**-24


def _unsigned(c: Any) -> Any:
    return np.clip(np.rint(c), -REACH, REACH).astype(np.int64).astype(np.uint32)


def _mix(v: list[Any]) -> None:
    for k, (i, j) in enumerate(((1, 3), (2, 0), (0, 1), (1, 2))):
        v[k] = v[k] + v[i] * v[j]


def lattice_value(*place: Pair) -> Pair:
    """The one value of a box in which all round to the same place, else [0, 1]."""
    value = make("hash", *(low if isinstance(low, Expr) else const(low) for low, _ in place))
    single = const(0.0) <= const(0.0)
    for low, high in place:  # no place between two whole numbers lies in it
        single = single & (floor_(high - 0.5) < -floor_(0.5 - low))
    return where_(single, value, 0.0), where_(single, value, 1.0)
