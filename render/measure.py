"""How exactly this driver computes: every op on the GPU, held against float64 NumPy.

The table of ops states an error bound for each, by which intervals are widened; drivers differ in
their sin, exp and atan, so it is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..shaders.calculus.evaluate import call
from ..shaders.calculus.expr import OPS, Op, make, node
from ..shaders.calculus.function import Function, Input
from ..shaders.calculus.kinks import kinks
from ..shaders.calculus.rules import TINY
from ..shaders.glsl import COVER
from ..shaders.glsl.program import FLOAT_EPSILON, Program
from .device import offscreen

__all__ = ["Measured", "measured"]

SIDE: Final = 96
"""Rows and columns of the samples of one op."""
_ANY: Final = {"length": 2, "dot": 4}  # arguments of ops that take any number of them
_WIDE: Final = 6  # decimal orders of magnitude, each way


@dataclass(frozen=True, slots=True)
class Measured:
    """One op: its worst error as a share of the bound that the table states."""

    name: str
    bound: float
    """In units of rounding, of the result or of the op's scale; 0 means exact."""
    share: float
    at: tuple[float, ...]
    """The arguments of the worst error."""

    @property
    def said(self) -> str:
        """As a line of a report."""
        at = ", ".join(f"{a:.6g}" for a in self.at)
        part = f"{100 * self.share:.2g} %" if self.share <= 1 else f"{self.share:.3g} times"
        return f"{self.name:<10} {part} of its bound at worst, at ({at})"


def measured() -> list[Measured]:
    """Every op of the table that GLSL computes, in the table's order.

    Raises:
        DeviceError: there is no OpenGL.
    """
    samples = _samples()
    names = [name for name, op in OPS.items() if op.glsl and op.partials and not op.takes]
    functions = [_alone(OPS[name]) for name in names]
    found = _drawn(functions, samples)
    return [
        _held(OPS[n], f, samples, got) for n, f, got in zip(names, functions, found, strict=True)
    ]


def _alone(op: Op) -> Function:
    """The op as a function of numbers, unsimplified."""
    inputs = [Input(f"a{k}", role="point") for k in range(op.arity or _ANY[op.name])]
    return Function(f"just_{op.name}", inputs, [node(op.name, tuple(i.leaves[0] for i in inputs))])


def _samples() -> NDArray[np.float32]:
    """Arguments, (SIDE, SIDE, 4): half of them within -4 .. 4, half of all magnitudes."""
    rng = np.random.default_rng(1)
    some = rng.uniform(-4, 4, (SIDE, SIDE, 4))
    magnitudes = 10.0 ** rng.uniform(-_WIDE, _WIDE, some.shape)
    some[::2] = (np.sign(some) * magnitudes)[::2]
    return some.astype(np.float32)


def _held(
    op: Op, f: Function, samples: NDArray[np.float32], found: NDArray[np.float32]
) -> Measured:
    """What the GPU found, against NumPy."""
    args = [samples[..., k].astype(np.float64) for k in range(len(f.inputs))]
    (exact,) = (np.broadcast_to(e, found.shape) for e in call(f, args))
    size = np.abs(exact)
    if op.scale:
        scale = op.scale(*((a, a) for a in f.leaves))
        (size,) = call(Function(f"scale_of_{op.name}", f.inputs, [make("abs", scale)]), args)
    error = np.abs(found - exact)
    if op.jumps:  # beside one, an argument's own rounding chooses the side
        reach = 8 * FLOAT_EPSILON * sum(np.abs(a) for a in args)
        error = np.where(call(kinks(f), args)[0] <= reach, 0.0, error)
    allowed = op.error * FLOAT_EPSILON * size + TINY
    share = np.where(np.isnan(error), np.inf, error / allowed)
    worst = np.unravel_index(np.argmax(share), share.shape)
    at = tuple(float(a[worst]) for a in args)
    return Measured(op.name, op.error, float(share[worst]), at)


def _drawn(functions: list[Function], samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """What GLSL makes of each function, (SIDE, SIDE)."""
    program = Program(taken=("samples", "which", "result", "a"))
    names = [program.add(f) for f in functions]
    cases = []
    for k, (f, name) in enumerate(zip(functions, names, strict=True)):
        given = ", ".join(f"a.{c}" for c in "xyzw"[: len(f.inputs)])
        cases.append(f"    if (which == {k}) result = {name}({given});")
    text = "\n".join([
        "#version 330 core",
        "uniform sampler2D samples;", "uniform int which;", "out float result;",
        program.text,
        "void main() {",
        "    vec4 a = texelFetch(samples, ivec2(gl_FragCoord.xy), 0);",
        *cases,
        "}", "",
    ])  # fmt: skip
    return offscreen().run(lambda painter: _run(painter.context, text, len(functions), samples))


def _run(
    context: Any, text: str, count: int, samples: NDArray[np.float32]
) -> list[NDArray[np.float32]]:
    """Draw each case of a shader: in the thread of the context."""
    program = context.program(COVER, text)
    array = context.vertex_array(program, [])
    texture = context.texture((SIDE, SIDE), 4, samples, dtype="f4")
    buffer = context.renderbuffer((SIDE, SIDE), 1, dtype="f4")
    target = context.framebuffer([buffer])
    target.use()
    texture.use(0)
    program["samples"] = 0
    found = []
    for case in range(count):
        program["which"] = case
        array.render(vertices=3)
        found.append(
            np.frombuffer(target.read(components=1, dtype="f4"), np.float32).reshape(SIDE, SIDE)
        )
    return found
