"""The GLSL that a picture or a field becomes."""

from __future__ import annotations

from .dialects import DIALECTS, Dialect
from .editions import Edition, Editions
from .listing import COVER, Listing, library, listing

__all__ = [
    "COVER", "DIALECTS", "Dialect", "Edition", "Editions", "Listing", "library", "listing",
]  # fmt: skip
