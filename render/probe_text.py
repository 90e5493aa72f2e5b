"""What a probe found, in words: for the command line and for the window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ..shaders.color import hex_of_codes

if TYPE_CHECKING:
    from .probe import LayerProbe, Matrix, Probe, Warping

__all__ = ["about", "of_layer"]


def about(found: Probe) -> str:
    """Where the point is, and what is seen there."""
    count, (x, y) = len(found.layers), found.at
    layers = f"{count} layer{'s' * (count != 1)}"
    seen = "the background is seen" if found.seen is None else f"layer {found.seen + 1} is seen"
    return f"({_n(x)}, {_n(y)}): {layers}, {seen}"


def of_layer(found: Probe, index: int) -> Iterator[str]:
    """All that is known of one layer, line by line; tabs part what, how much, and what it means."""
    layer, seen = found.layers[index], index == found.seen
    drawn = f"{layer.kind} in a group" if layer.depth else layer.kind
    drawn += ", seen here" if seen else ""
    yield f"layer {index + 1}, {drawn}   {_where(layer)}".rstrip()
    if line := _code(layer):
        yield f"  | {line}"
    side = "inside" if layer.inside else "outside"
    yield _row("value", _n(layer.value), f"{side}, {_paint(layer)}" if layer.covers else side)
    if layer.kink:
        yield f"  kink: conventional value, {_listed(layer.breaks)} here"
    elif layer.breaks:
        yield "  the Hessian jumps here, and is that of one side"
    if layer.distance is None:
        yield _row("distance", "", "the gradient vanishes, so it tells none")
    else:
        second = "none" if layer.distance2 is None else f"{_n(layer.distance2)} px"
        yield _row("distance", f"{_n(layer.distance)} px", f"to first order; to second, {second}")
    yield _row("gradient", f"({', '.join(_cells(*layer.gradient))})",
               f"length {_n(layer.slope)}")  # fmt: skip
    yield from _warping(layer.warping)
    yield from _matrix("Hessian", layer.hessian)
    yield _row("eigenvalues", ", ".join(_cells(*layer.eigenvalues)), _SHAPES[layer.shape])
    if layer.curvature is not None:
        yield _row("level set", _n(layer.curvature), _bend(layer.curvature))
    if layer.critical == "degenerate":
        yield _row("point", "", "the gradient vanishes; the Hessian cannot tell what the point is")
    elif layer.critical:
        yield _row("point", "", f"the gradient vanishes: a {layer.critical} point")


def _warping(w: Warping) -> Iterator[str]:
    if w.jacobian == ((1.0, 0.0), (0.0, 1.0)):
        yield _row("Jacobian", "", "the identity: nothing is warped, turned or scaled here")
        return
    yield from _matrix("Jacobian", w.jacobian)
    yield _row("determinant", _cells(w.determinant, w.singular_values[0] ** 2)[0], _size(w))
    most, least = w.singular_values
    even = "the same every way" if math.isclose(most, least, rel_tol=1e-9) else "most and least"
    yield _row("singular values", ", ".join(_cells(most, least)), f"stretch, {even}")
    if w.size is not None:
        mirrored = " after the mirror y -> -y" if w.flipped else ""
        turn = _cells(math.degrees(w.rotation), 180.0)[0]
        yield _row("rotation", f"{turn}°", f"counter-clockwise{mirrored}")


def _size(w: Warping) -> str:
    if w.size is None:
        return "space collapses: the shape is drawn larger than any bound, 1 / 0 times as large"
    flipped = " and is flipped" if w.flipped else ""
    if math.isclose(w.size, 1, rel_tol=1e-9):
        return f"space keeps its size{flipped}; the shape is drawn as large as it is"
    how = "bigger" if w.size < 1 else "smaller"
    return f"space becomes {how}{flipped}; the drawn shape is {_n(w.size)} times as large"


_SHAPES: Final = {
    "bowl": "bowl: it bends up every way",
    "dome": "dome: it bends down every way",
    "saddle": "saddle: up one way, down across",
    "trough": "trough: up one way, straight along",
    "ridge": "ridge, a trough upside down: down one way, straight along",
    "flat": "flat",
}


def _bend(curvature: float) -> str:
    if abs(curvature) < 1e-12:
        return "straight"
    side = "around the inside" if curvature > 0 else "around the outside"
    return f"curvature, {side}: a circle of radius {_n(1 / abs(curvature))}"


def _listed(parts: tuple[str, ...]) -> str:
    names = [f"the {part}" for part in parts]
    if len(names) == 1:
        return f"{names[0]} jumps"
    return f"{', '.join(names[:-1])} and {names[-1]} jump"


def _matrix(name: str, m: Matrix) -> Iterator[str]:
    cells = _cells(*m[0], *m[1])
    widths = [max(map(len, cells[k::2])) for k in (0, 1)]
    for label, row in ((name, cells[:2]), ("", cells[2:])):
        inside = "  ".join(n.rjust(width) for n, width in zip(row, widths, strict=True))
        yield _row(label, f"[ {inside} ]", "")


def _row(label: str, number: str, words: str) -> str:
    return f"{label}\t{number}\t{words}"


def _paint(layer: LayerProbe) -> str:
    """The color that the layer paints the point."""
    *color, alpha = layer.paints
    return f"painted {hex_of_codes(color)}" + (f" at {_n(100 * alpha)} %" if alpha < 1 else "")


def _where(layer: LayerProbe) -> str:
    """The file and line that drew the layer."""
    import os.path

    source = layer.source
    return f"{os.path.basename(source.file)}:{source.line}" if source else ""


def _code(layer: LayerProbe) -> str:
    """That line itself."""
    import linecache

    return linecache.getline(layer.source.file, layer.source.line).strip() if layer.source else ""


def _cells(*numbers: float) -> list[str]:
    """Numbers of one vector or matrix: what is only rounding beside the greatest is 0."""
    least = 1e-12 * max(map(abs, numbers))
    return [_n(v if abs(v) > least else 0.0) for v in numbers]


def _n(value: float) -> str:
    """A number in a few digits."""
    return f"{value + 0.0:.4g}"
