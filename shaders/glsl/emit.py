"""Emission: one function of the calculus becomes one function of GLSL that reads as if written.

What is used once is nested where it is used; what is used twice, or grows too long for a line, is
a variable with the name its author gave it. Statements keep the scene's line as a comment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..calculus.expr import Expr, Source
from ..calculus.function import CALLS, Function
from .layout import AXES, layout
from .names import Names, comment
from .scope import Scope, callee
from .terms import Form, Term, expand

__all__ = ["Line", "emit", "folded"]

WIDE = 92
"""Statements longer than this many characters are cut in two."""
NESTED = 4
"""How deep in a statement the scene's line that it comes from is looked for."""
FOLDED = 110
"""Lines longer than this, of calls with many arguments, are folded."""
LONG = 24
"""An operand longer than this, within a statement that is too long, becomes a variable."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a listing, and the scene's line that it comes from."""

    text: str
    source: Source | None = None


def folded(line: Line) -> list[Line]:
    """A line that is too long as several, cut after commas and before operators."""
    parts, text = [], line.text
    inside = text[: len(text) - len(text.lstrip())] + "        "
    while len(text) > FOLDED:
        places = [
            text.rfind(mark, len(inside), FOLDED) for mark in (", ", "; ", " && ", " ? ", " || ")
        ]
        at = max(places)
        if at < 0 or text.lstrip().startswith("//"):
            break
        at += 1 if text[at] in ",;" else 0
        parts.append(Line(text[:at], line.source))
        text = inside + text[at:].lstrip()
    return [*parts, Line(text, line.source)]


def emit(
    function: Function,
    name: str,
    call_name: Callable[[Expr], str],
    leaf: Mapping[Expr, str],
    outer: Names,
) -> list[Line]:
    """The lines of ``function`` as a GLSL function called ``name``.

    ``call_name`` tells what the function of a call is called, ``leaf`` what parameters and live
    numbers are called. The lines are kept with the function, for the next program that calls all
    things by these names.
    """
    nodes = function.nodes
    given = (
        name, function.words, [call_name(e) for e in nodes if e.op.name in CALLS],
        [leaf[e] for e in nodes if e in leaf],
    )  # fmt: skip
    kept: _Kept | None = function.derived.get("lines")
    if kept is None or kept.given != given or kept.asked != {n: n in outer for n in kept.asked}:
        writer = _Writer(function, call_name, leaf, outer)
        lines = writer.write(name)
        kept = function.derived["lines"] = _Kept(given, writer.names.asked, lines)
    return kept.lines


class _Kept(NamedTuple):
    """The lines of a function, and all that they depend on."""

    given: tuple[object, ...]
    asked: dict[str, bool]
    lines: list[Line]


class _Writer:
    def __init__(
        self,
        function: Function,
        call_name: Callable[[Expr], str],
        leaf: Mapping[Expr, str],
        outer: Names,
    ) -> None:
        self.function, self.call_name = function, call_name
        self.names = Names(outer)
        self.inputs = {i.name: self.names.take(i.name) for i in function.inputs}
        self.scope = Scope(function.inputs, self.inputs, dict(leaf))
        self.forms: dict[Term, Form] = {}
        self.uses: dict[Term, int] = {}
        self.text: dict[Term, tuple[str, int]] = {}
        self.lines: list[Line] = []
        self.formal: dict[Term, str] = {}  # what the function that a term is passed to calls it
        self.sourced = any(e.source for e in function.nodes)

    def write(self, name: str) -> list[Line]:
        f, shape = self.function, layout(self.function.result)
        root = Term(f.outputs, shape if shape.is_struct else None)
        order = self.plan(root)
        for term in order[:-1]:
            self.settle(term)
        result, _ = self.compose(root)
        arguments = ", ".join(f"{layout(i.type).glsl} {self.inputs[i.name]}" for i in f.inputs)
        title = next(iter(f.doc.strip().splitlines()), "")
        head = [Line(comment(title))] if title else []
        head.append(Line(f"{shape.glsl} {name}({arguments}) {{", f.source))
        self.statement(f"return {result};", root)
        return [*head, *self.lines, Line("}")]

    def plan(self, root: Term) -> list[Term]:
        """All terms below the root in order; how each is printed; how often each is used."""
        order = self.walk(root)
        homes: dict[Expr, Term] = {}
        for term in order:  # a scalar that a vector computes anyway is that vector's component
            if len(term.exprs) > 1 and not (term.layout or self.forms[term].composed):
                for e in term.exprs:
                    homes.setdefault(e, term)
        changed = False
        for term in order:
            home = homes.get(term.exprs[0]) if len(term.exprs) == 1 else None
            if home is None or self.forms[term].trivial or self.forms[home].trivial:
                continue
            if not self.needs(home, set(home.exprs)):
                axis = AXES[home.exprs.index(term.exprs[0])]
                self.forms[term] = Form(f"{{0}}.{axis}", (home,), trivial=True)
                changed = True
        order = self.walk(root) if changed else order
        for term in order:
            form = self.forms[term]
            for child in form.children:
                self.uses[child] = self.uses.get(child, 0) + 1
            if form.call is not None and form.call.op.name == "apply":
                for child, i in zip(form.children, form.call.data.inputs, strict=True):
                    self.formal.setdefault(child, i.name)
                    self.formal.setdefault(self.holder(child), i.name)
        return order

    def walk(self, root: Term) -> list[Term]:
        order: list[Term] = []
        done: set[Term] = set()
        stack = [(root, False)]
        while stack:
            term, ready = stack.pop()
            if ready:
                order.append(term)
            elif term not in done:
                done.add(term)
                form = self.forms.get(term)
                if form is None:
                    form = self.forms[term] = expand(term, self.scope)
                stack.append((term, True))
                stack.extend((child, False) for child in reversed(form.children))
        return order

    def needs(self, home: Term, components: set[Expr]) -> bool:
        """Whether computing a vector needs one of its own components as a number."""
        stack, seen = list(self.forms[home].children), set[Term]()
        while stack:
            term = stack.pop()
            if term in seen:
                continue
            seen.add(term)
            if not components.isdisjoint(term.exprs):
                return True
            stack.extend(self.forms[term].children)
        return False

    def settle(self, term: Term) -> None:
        """Print a term: as a text to nest, or as a variable if it is used more than once."""
        form = self.forms[term]
        text, precedence = self.compose(term)
        often = self.uses.get(term, 0) > 1
        if often and form.trivial and self.uses.get(self.holder(term), 0) == 1:
            self.spill(term)  # the one number that a call returns, read more than once
            return
        if often and not form.trivial and not (form.composed and len(text) < 12):
            text, precedence = self.variable(term, text), 100
        self.text[term] = text, precedence

    def compose(self, term: Term) -> tuple[str, int]:
        form = self.forms[term]
        parts = [self.text[child] for child in form.children]
        total = sum(len(text) for text, _ in parts)
        while total > WIDE - 16 and not form.trivial:
            heavy = [
                k for k, child in enumerate(form.children) if self.deserves(child, parts[k][0])
            ]
            if not heavy:
                break
            k = max(heavy, key=lambda i: len(parts[i][0]))
            total -= len(parts[k][0])
            parts[k] = self.spill(form.children[k])
        return self.fill(form, parts), form.precedence

    def deserves(self, term: Term, text: str) -> bool:
        """Whether a part of a statement that is too long should be a variable."""
        return len(text) >= LONG and " " in text and not self.forms[self.holder(term)].trivial

    def holder(self, term: Term) -> Term:
        """The call that a term is a member of, or the term itself."""
        while self.forms[term].trivial and self.forms[term].children:
            term = self.forms[term].children[0]
        return term

    def spill(self, term: Term) -> tuple[str, int]:
        """Give a term (or the call that it is a member of) a variable; returns its new text."""
        holder = self.holder(term)
        self.text[holder] = self.variable(holder, self.text[holder][0]), 100
        chain = [term]
        while chain[-1] != holder:
            chain.append(self.forms[chain[-1]].children[0])
        for outer in reversed(chain[:-1]):
            form = self.forms[outer]
            self.text[outer] = (
                self.fill(form, [self.text[c] for c in form.children]),
                form.precedence,
            )
        return self.text[term]

    def fill(self, form: Form, parts: list[tuple[str, int]]) -> str:
        if form.call is not None:
            return self.call_name(form.call) + form.format.format(*(text for text, _ in parts))
        operator = form.precedence < 100
        texts = []
        for k, (text, precedence) in enumerate(parts):
            # + and * chain without parentheses; the right side of - and / keeps them
            tight = form.precedence + (k > 0 and form.format not in ("{0} + {1}", "{0} * {1}"))
            bare = (
                not operator
                and not form.format.startswith("{0}.")
                and not form.format.startswith("{0}[")
            )
            bare = bare or form.format == "{0}"
            texts.append(text if bare or precedence >= tight else f"({text})")
        return form.format.format(*texts)

    def variable(self, term: Term, text: str) -> str:
        name = self.names.take(self.wanted(term))
        self.statement(f"{term.glsl} {name} = {text};", term)
        return name

    def wanted(self, term: Term) -> str:
        """The author's name for a value, or one that says what it is."""
        labels = [self.function.names.get(e) for e in term.exprs]
        head = term.exprs[0]
        if labels[0] and len(labels) == 1:
            return labels[0].replace(".", "_")
        if all(labels):
            bases = {str(label).rpartition(".")[0] for label in labels}
            if len(bases) == 1 and "" not in bases:
                return bases.pop()
        if head.op.name in ("apply", "fold"):
            name = callee(head).name.partition("_jet")[0]
            return name if name not in self.names else self.formal.get(term, name)
        if len(labels) == 1 and head.op.name == "reciprocal":
            inner = self.function.names.get(head.args[0])
            return f"inverse_{inner.replace('.', '_')}" if inner else "scale"
        return self.formal.get(term) or ("v" if len(term.exprs) > 1 else "t")

    def statement(self, text: str, term: Term) -> None:
        near: list[Expr] = list(term.exprs)
        source = None
        for _ in range(NESTED if self.sourced else 0):
            source = next((e.source for e in near if e.source), None)
            if source:
                break
            near = list(dict.fromkeys(a for e in near for a in e.args))
        self.lines.append(Line(f"    {text}", source))
