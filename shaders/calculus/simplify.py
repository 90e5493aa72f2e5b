"""Rewrites: one rule a line, applied whenever a node is made.

They keep derivatives sparse (zeros and ones vanish) and the GLSL short; every rule holds for
all finite values. ``x``, ``y``, ``z`` and ``c`` stand for any expression.
"""

from __future__ import annotations

from collections.abc import Callable

from .expr import OPS, REWRITES, Expr, const, make
from .rules import STEEP
from .signs import never_negative, never_positive, never_small

__all__ = ["Pattern"]

RULES = """
x + 0 -> x
0 + x -> x
x + -y -> x - y
-x + y -> y - x
x + x -> 2 * x
x - 0 -> x
0 - x -> -x
x - -y -> x + y
x - x -> 0
x * 0 -> 0
0 * x -> 0
x * 1 -> x
1 * x -> x
x * -1 -> -x
-1 * x -> -x
x * -y -> -(x * y)
-x * y -> -(x * y)
0 / x -> 0
x / 1 -> x
x / -1 -> -x
-x / y -> -(x / y)
--x -> x
sub(-x, y) -> -(x + y)
neg(x - y) -> y - x
where(c, x, x) -> x
seam(c, x, x) -> x
where(True, x, y) -> x
where(False, x, y) -> y
seam(True, x, y) -> x
seam(False, x, y) -> y
not(not(c)) -> c
c & True -> c
True & c -> c
c & False -> False
False & c -> False
c | True -> True
True | c -> True
c | False -> c
False | c -> c
min(x, x) -> x
max(x, x) -> x
abs(abs(x)) -> abs(x)
abs(-x) -> abs(x)
mix(x, y, 0) -> x
mix(x, y, 1) -> y
mix(x, x, z) -> x
reciprocal(x) * reciprocal(x) * x -> reciprocal(x)
where(c, x, y) * where(c, z, w) -> where(c, x * z, y * w)
where(c, 1, 0) * x -> where(c, x, 0)
where(c, 0, 1) * x -> where(c, 0, x)
x * where(c, 1, 0) -> where(c, x, 0)
x * where(c, 0, 1) -> where(c, 0, x)
"""


class Pattern:
    """An expression with holes, read from a rule; bool() of a Pattern never happens."""

    def __init__(self, op: str, args: tuple[Pattern, ...] = (), data: object = None) -> None:
        self.op, self.args, self.data = op, args, data

    def match(self, expr: Expr, found: dict[str, Expr]) -> bool:
        """Whether ``expr`` has this form; fills ``found`` with what the holes hold."""
        if self.op == "hole":
            return found.setdefault(str(self.data), expr) is expr
        if self.op == "const":
            return expr.op.name == "const" and _same(expr.data, self.data)
        return (
            expr.op.name == self.op
            and len(expr.args) == len(self.args)
            and all(p.match(a, found) for p, a in zip(self.args, expr.args, strict=True))
        )

    def build(self, found: dict[str, Expr]) -> Expr:
        """The expression of this form with the holes filled."""
        if self.op == "hole":
            return found[str(self.data)]
        if self.op == "const":
            return make("not", _FALSE) if self.data is True else _constant(self.data)
        return make(self.op, *(a.build(found) for a in self.args))


def _same(a: object, b: object) -> bool:
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def _constant(value: object) -> Expr:
    return _FALSE if value is False else const(float(value))  # type: ignore[arg-type]


_FALSE = make("lt", const(1.0), const(0.0))


def _parse(text: str) -> Pattern:
    import ast

    binary = {
        "Add": "add",
        "Sub": "sub",
        "Mult": "mul",
        "Div": "div",
        "BitAnd": "and",
        "BitOr": "or",
    }

    def walk(tree: ast.expr) -> Pattern:
        if isinstance(tree, ast.BinOp):
            return Pattern(binary[type(tree.op).__name__], (walk(tree.left), walk(tree.right)))
        if isinstance(tree, ast.UnaryOp):
            inner = walk(tree.operand)
            if inner.op == "const":
                return Pattern("const", (), -inner.data)  # type: ignore[operator]
            return Pattern("neg", (inner,))
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            name = tree.func.id.rstrip("_")
            return Pattern(name, tuple(walk(a) for a in tree.args))
        if isinstance(tree, ast.Name):
            return Pattern("hole", (), tree.id)
        assert isinstance(tree, ast.Constant)
        return Pattern("const", (), tree.value)

    text = text.strip().replace("not(", "not_(")
    return walk(ast.parse(text, mode="eval").body)


Heads = tuple[str, ...]
"""The ops of a node's arguments."""
Rewrite = Callable[[tuple[Expr, ...]], Expr | None]


class Rules:
    """The rules of one op, in order. Which may apply depends on its arguments' ops: asked once."""

    def __init__(self) -> None:
        self._rules: list[tuple[Callable[[Heads], bool], Rewrite]] = []
        self._fitting: dict[Heads, list[Rewrite]] = {}

    def add(self, rewrite: Rewrite, fits: Callable[[Heads], bool]) -> None:
        """One more rule, for arguments of such ops."""
        self._rules.append((fits, rewrite))

    def __call__(self, args: tuple[Expr, ...]) -> Expr | None:
        heads = tuple([a.op.name for a in args])
        fitting = self._fitting.get(heads)
        if fitting is None:
            fitting = self._fitting[heads] = [rule for fits, rule in self._rules if fits(heads)]
        for rewrite in fitting:
            simpler = rewrite(args)
            if simpler is not None:
                return simpler
        return None


def _enter(op: str, rewrite: Rewrite, fits: Callable[[Heads], bool] = lambda heads: True) -> None:
    rules = REWRITES.setdefault(op, Rules())
    assert isinstance(rules, Rules)
    rules.add(rewrite, fits)


def _rule(line: str) -> None:
    left, right = (_parse(side) for side in line.split("->"))
    patterns = left.args
    wanted = [(k, p.op) for k, p in enumerate(patterns) if p.op != "hole"]

    def rewrite(args: tuple[Expr, ...]) -> Expr | None:
        found: dict[str, Expr] = {}
        for p, a in zip(patterns, args, strict=False):
            if not p.match(a, found):
                return None
        return right.build(found)

    _enter(left.op, rewrite, lambda heads: all(heads[k] == op for k, op in wanted))


for _line in RULES.strip().splitlines():
    _rule(_line)


# --- rules that need to know a sign --------------------------------------------------------------
def _below_limit(args: tuple[Expr, ...]) -> Expr | None:
    """A comparison with exp's limit that the form of the argument answers."""
    if args[1].data == STEEP and never_positive(args[0]):
        return make("not", _FALSE)
    return None


def _drop_maximum(args: tuple[Expr, ...]) -> Expr | None:
    """max(x, 0) of an x that is never negative."""
    if args[1].data == 0.0 and never_negative(args[0]):
        return args[0]
    return None


def _gather_factors(args: tuple[Expr, ...]) -> Expr | None:
    """Constants come first and meet: x * 2 -> 2 * x, (2 * x) * (3 * y) -> 6 * (x * y)."""
    (a, x), (b, y) = (_factor(e) for e in args)
    if x is None or y is None:
        constant, rest = (a, args[1]) if x is None else (b, args[0])
        inner, core = _factor(rest)
        if core is None or (inner == 1.0 and x is None):
            return None
        return make("mul", const(constant * inner), core)
    return make("mul", const(a * b), make("mul", x, y)) if a * b != 1.0 else None


def _along_radius(args: tuple[Expr, ...]) -> Expr | None:
    """|v| * (v.x / |v|) -> v.x, true at 0 as well."""
    for radius, direction in (args, args[::-1]):
        if radius.op.name == "length" and direction.op.name == "mul":
            x, inverse = direction.args
            if x in radius.args and inverse.op.name == "reciprocal" and inverse.args[0] is radius:
                return x
    return None


def _on_a_line(args: tuple[Expr, ...]) -> Expr | None:
    """The length of a vector of one number."""
    return make("abs", args[0])


def _cancelled(args: tuple[Expr, ...]) -> Expr | None:
    """x * y / y -> x for a y that is never small, such as the width of a pixel."""
    top, bottom = args
    if bottom.op.name != "const" and never_small(bottom):
        for x, y in (top.args, top.args[::-1]):
            if y is bottom:
                return x
    return None


def _factor(e: Expr) -> tuple[float, Expr | None]:
    """A constant factor and what it multiplies (nothing, for a constant)."""
    if e.op.name == "const":
        return float(e.data), None
    if e.op.name == "mul" and e.args[0].op.name == "const":
        return float(e.args[0].data), e.args[1]
    return 1.0, e


_enter("lt", _below_limit, lambda heads: heads[1] == "const")
_enter("max", _drop_maximum, lambda heads: heads[1] == "const")
_enter("div", _cancelled, lambda heads: heads[0] == "mul")
_enter("length", _on_a_line, lambda heads: len(heads) == 1)
_enter("mul", _gather_factors, lambda heads: "const" in heads or "mul" in heads)
_enter("mul", _along_radius, lambda heads: "length" in heads and "mul" in heads)
assert set(REWRITES) <= set(OPS)
