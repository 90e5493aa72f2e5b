"""Shapes: functions that give fields."""

from __future__ import annotations

from .boxes import box, half_plane
from .curves import bezier
from .lines import capsule, segment
from .patterns import checker, grid, stripes
from .polygons import polygon, regular_polygon, star, triangle
from .rounds import circle, ellipse, ring
from .sectors import arc, pie

__all__ = [
    "arc", "bezier", "box", "capsule", "checker", "circle", "ellipse", "grid", "half_plane", "pie",
    "polygon", "regular_polygon", "ring", "segment", "star", "stripes", "triangle",
]  # fmt: skip
