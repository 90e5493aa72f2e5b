"""The GLSL that a picture or a field becomes."""

from __future__ import annotations

from .dialects import DIALECTS, Dialect
from .editions import Edition, Editions
from .listing import Listing, library, listing

__all__ = ["DIALECTS", "Dialect", "Edition", "Editions", "Listing", "library", "listing"]
