"""Colors at stops, and what is between them, averaged over a pixel.

A ramp is a sum of steps, one between each two stops, and each step is an edge that is as wide as
its stops are apart: so ramps are covered as edges are, and a hard stop is as smooth as an outline.
"""

from __future__ import annotations

import itertools

from .calculus.bounds import range_of
from .calculus.expr import Expr
from .calculus.function import apply
from .calculus.vectors import Vec, clamp
from .color import oklab
from .coverage import soft_step

__all__ = ["Stop", "is_hard", "mixed"]

Stop = tuple[Expr, tuple[Expr, ...]]
"""Where a color stands, and its red, green, blue and alpha."""


def mixed(t: Expr, g: Vec, stops: list[Stop], space: str) -> Vec:
    """The ramp's mean over a pixel, where t changes by g from one pixel to the next."""
    opaque = all(color[3].op.name == "const" and color[3].data == 1.0 for _, color in stops)
    size = 3 if opaque else 4
    still = all(x.op.name == "const" and x.data == 0.0 for x in g)
    mixed = Vec(stops[0][1][:size])
    for (low, a), (high, b) in itertools.pairwise(stops):
        width = high - low
        hard = is_hard(width)
        if still and width.op.name == "const" and not hard:
            s = clamp((t - low) / width, 0.0, 1.0)
        else:
            s = 1.0 - apply(soft_step(), (t - 0.5 * (low + high), *g, width))[0]
        between = [b[k] - a[k] for k in range(size)]
        if space == "oklab" and not hard:
            seen = apply(oklab(), (*a[:3], *b[:3], s))
            mixed += Vec((*(seen[k] - a[k] for k in range(3)), *(d * s for d in between[3:])))
        else:
            mixed += Vec(d * s for d in between)
    return mixed


def is_hard(width: Expr) -> bool:
    """Whether two stops, so far apart, are one in which the color jumps."""
    return range_of(width) == (0.0, 0.0)
