"""The GLSL that a picture or a field becomes."""

from __future__ import annotations

from .dialects import DIALECTS, Dialect
from .listing import Listing, library, listing

__all__ = ["DIALECTS", "Dialect", "Listing", "library", "listing"]
