"""Shapes: functions that give fields."""

from __future__ import annotations

from .boxes import box, half_plane
from .curves import bezier
from .lines import capsule, segment
from .polygons import polygon, regular_polygon, star, triangle
from .rounds import circle, ellipse, ring
from .sectors import arc, pie

__all__ = [
    "arc", "bezier", "box", "capsule", "circle", "ellipse", "half_plane", "pie", "polygon",
    "regular_polygon", "ring", "segment", "star", "triangle",
]  # fmt: skip
