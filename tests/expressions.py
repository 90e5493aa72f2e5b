"""Expressions in single assignment for tests: random ones as `.vm` text, and what they are worth."""

import math
import random

import numpy as np

MEANING = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "min": np.minimum,
    "max": np.maximum,
    "mod": lambda a, b: np.fmod(np.fmod(a, np.abs(b)) + np.abs(b), np.abs(b)),
    "atan2": np.arctan2,
    "neg": np.negative,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "square": np.square,
    "recip": np.reciprocal,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "exp": np.exp,
    "ln": np.log,
    "floor": np.floor,
    "ceil": np.ceil,
}
"""Each op by NumPy, apart from the table."""


def valued(text, x, y):
    """What the last clause of a text is at points."""
    known, last = {}, None
    for line in text.splitlines():
        name, op, *args = line.split()
        if op == "const":
            last = np.full(np.shape(x), float(args[0]))
        elif op in ("var-x", "var-y"):
            last = x if op == "var-x" else y
        else:
            last = MEANING[op](*(known[a] for a in args))
        known[name] = last
    return last


def random_text(clauses, seed, size=1.0):
    """Discs and turned boxes of about ``size`` tenths, joined and cut out, in so many clauses."""
    rng = random.Random(seed)
    lines = ["x var-x", "y var-y"]

    def clause(op, *args):
        lines.append(f"_{len(lines):x} {op} {' '.join(map(str, args))}")
        return f"_{len(lines) - 1:x}"

    def const(low, high):
        return clause("const", round(rng.uniform(low, high), 3))

    def shape():
        x = clause("sub", "x", const(-1, 1))
        y = clause("add", const(-1, 1), "y")
        if rng.random() < 0.4:
            far = clause("sqrt", clause("add", clause("square", x), clause("square", y)))
            return clause("sub", far, const(0.04 * size, 0.12 * size))
        c, s = (clause("const", f(rng.uniform(0, 3))) for f in (math.cos, math.sin))
        u = clause("add", clause("mul", x, c), clause("mul", y, s))
        v = clause("sub", clause("mul", y, c), clause("mul", s, x))
        sides = [clause("sub", clause("abs", w), const(0.03 * size, 0.15 * size)) for w in (u, v)]
        return clause("max", *sides)

    field = shape()
    while len(lines) < clauses:
        if rng.random() < 0.7:
            field = clause("min", field, shape())
        else:
            field = clause("max", clause("neg", shape()), field)
    return "\n".join(lines)
