"""Hessians of the plane, (fxx, fxy, fyy): what they make of a vector, along it and across it."""

from __future__ import annotations

from .vectors import Scalar, Vec

__all__ = ["across", "along", "times"]


def times(h: Vec, v: Vec) -> Vec:
    """H v."""
    return Vec((h[0] * v.x + h[1] * v.y, h[1] * v.x + h[2] * v.y))


def along(h: Vec, v: Vec) -> Scalar:
    """v'Hv."""
    return h[0] * v.x * v.x + 2.0 * h[1] * v.x * v.y + h[2] * v.y * v.y


def across(h: Vec, v: Vec) -> Scalar:
    """t'Ht, for v turned by a quarter, t = (-v.y, v.x).

    Of a unit gradient direction, over |grad f|, that is the curvature of the level set.
    """
    return h[0] * v.y * v.y - 2.0 * h[1] * v.x * v.y + h[2] * v.x * v.x
