"""Expressions, their derivatives and their bounds: everything that is true of a function.

Importing any part of it fills the table of ops and the rewrite rules first.
"""

from . import ops, simplify

__all__ = ["ops", "simplify"]
