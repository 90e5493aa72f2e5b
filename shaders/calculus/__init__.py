"""Expressions, their derivatives and their bounds: everything that is true of a function."""

from . import simplify as _rewrites  # fills the rewrite rules before the first node is made
