"""Shapes: functions that give fields."""

from __future__ import annotations

from .boxes import box, half_plane
from .lines import capsule, segment
from .polygons import polygon, regular_polygon
from .rounds import circle

__all__ = ["box", "capsule", "circle", "half_plane", "polygon", "regular_polygon", "segment"]
