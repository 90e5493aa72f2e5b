"""The GLSL that a picture or a field becomes."""

from __future__ import annotations

from .listing import Listing, library, listing

__all__ = ["Listing", "library", "listing"]
