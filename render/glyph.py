"""What a probe found, drawn at its point: the gradient, the nearest outline, what the warps do.

It is a small scene of its own, in pixels about the point, whose numbers are parameters: as the
mouse moves nothing is compiled.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import moderngl
import numpy as np

from ..shaders.calculus.expr import Expr, const
from ..shaders.calculus.function import Function
from ..shaders.calculus.parameters import Parameter, leaf
from ..shaders.calculus.vectors import Scalar, Vec, abs, dot, length, max, min
from ..shaders.color import rgba
from ..shaders.glsl import listing
from ..shaders.picture import POINT, Frame, Layer, Picture, View
from .state import aimed, clip, kept

if TYPE_CHECKING:
    from .frame import Painter
    from .probe import LayerProbe, Probe, Warping

__all__ = ["Glyph", "numbers"]

REACH: Final = 150
"""How far from the point it draws; this and all lengths in pixels of a screen of scale 1."""
UNIT: Final = 48.0
"""The length of the arrow where the gradient's is 1; it is drawn from SHORT to LONG."""
SHORT, LONG = 20.0, 130.0
CIRCLE: Final = 28.0
"""The radius of the circle in the space of the shape that the ellipse is in the picture."""
AXES: Final = (16.0, 110.0)
"""How long the ellipse's longer half axis is: if the circle makes another, one that makes this is
meant."""
THINNEST: Final = 30.0
"""How many times longer than the other; space that collapses would make it a line."""
INK, ARROW = "#10131a", "#fffdf5"
TINTS: Final = {"kept": "#2fd0a8", "flipped": "#ff5fb2", "collapsed": "#9aa0aa"}
"""Of the ellipse: whether the warps keep, flip or collapse space."""

_VECTORS: Final = {"arrow": 2, "foot": 2, "across": 2, "up": 2, "tint": 3}
_SWITCHES: Final = ("radius", "has_arrow", "has_foot", "has_ellipse")
_OWN: Final = {
    **{name: Parameter(name, "slider", (0.0,) * n, size=n) for name, n in _VECTORS.items()},
    **{name: Parameter(name, "slider", 0.0) for name in _SWITCHES},
}


class Glyph:
    """Draws probes over pictures, with a painter of the same OpenGL context."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter

    def draw(self, found: Probe, frame: Frame, scale: float = 1.0) -> None:
        """Draw over the framebuffer in use, whose viewport the picture of the frame fills.

        An arrow along the gradient, a ring where the outline should be by the gradient, and the
        ellipse that a small circle of the shape's space becomes, with the circle itself: of the
        layer in the probe's focus. OpenGL's state is afterwards as before.
        """
        if found.focus is None:
            return
        context = self._painter.context
        left, low, *_ = box = context.fbo.viewport
        across, up = frame.pixel_of(found.at)
        x, y = left + across, low + up
        reach = round(REACH * scale)
        corner = round(x) - reach, round(y) - reach
        offset = (corner[0] + reach - x) / scale, (corner[1] + reach - y) / scale
        small = Frame(
            (2 * reach, 2 * reach), View(offset, 2 * reach / scale),
            parameters=numbers(found.layers[found.focus], found.pixel * scale),
        )  # fmt: skip
        with kept(context, units=0), aimed(context.fbo, (*corner, *small.size)):
            clip(context, box)
            context.enable(moderngl.BLEND)
            context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
            text = listing(_picture(), antialias="gradient")
            self._painter.cover(text, small, (-corner[0], -corner[1]))


def numbers(layer: LayerProbe, pixel: float) -> dict[str, Any]:
    """What the glyph of a layer is drawn by, in pixels that are ``pixel`` scene units wide."""
    gradient = np.array(layer.gradient)
    values: dict[str, Any] = {"has_arrow": 0.0, "has_foot": 0.0, **_ellipse(layer.warping)}
    if layer.distance is not None:
        unit = gradient / layer.slope
        values["arrow"] = tuple(unit * np.clip(UNIT * layer.slope, SHORT, LONG))
        values["has_arrow"] = 1.0
        distance = layer.value / layer.slope / pixel
        if -REACH < distance < REACH:
            values["foot"], values["has_foot"] = tuple(-distance * unit), 1.0
    return values


def _ellipse(warping: Warping) -> dict[str, Any]:
    """Of the points that J maps to a circle: the columns of J, the circle's radius, the color."""
    u, stretch, v = np.linalg.svd(np.array(warping.jacobian))
    if not stretch[0] > 0 or not np.isfinite(stretch).all():
        return {"has_ellipse": 0.0}
    stretch = np.array([1.0, np.clip(stretch[1] / stretch[0], 1 / THINNEST, 1.0)]) * stretch[0]
    jacobian = u @ np.diag(stretch) @ v / stretch[1]  # the longer half axis is now the radius
    kind = "kept" if warping.determinant > 0 else "flipped"
    tint = TINTS["collapsed" if warping.size is None else kind]
    return {
        "has_ellipse": 1.0,
        "across": tuple(jacobian[:, 0]), "up": tuple(jacobian[:, 1]),
        "radius": float(np.clip(CIRCLE / stretch[1], *AXES)), "tint": rgba(tint)[:3],
    }  # fmt: skip


def _read(name: str) -> Any:
    own = _OWN[name]
    if own.size == 1:
        return leaf(own)
    return Vec(leaf(own, k) for k in range(own.size))


@cache
def _picture() -> Picture:
    """The scene: everything twice, in ink and, narrower, in its color, to be seen on anything."""
    p = Vec(POINT.leaves)
    ellipse = length(_read("across") * p.x + _read("up") * p.y) - _read("radius")
    circle = length(p) - CIRCLE
    foot = length(p - _read("foot")) - 5.0
    arrow, dot_ = _arrow(p, _read("arrow")), length(p) - 2.5
    tint = tuple(_read("tint"))
    return Picture(
        (
            _layer(circle, INK, 0.25 * _read("has_ellipse"), 2.5),
            _layer(circle, ARROW, 0.6 * _read("has_ellipse"), 1.0),
            _layer(ellipse, INK, 0.8 * _read("has_ellipse"), 5.0),
            _layer(ellipse, tint, _read("has_ellipse"), 2.5),
            _layer(foot, INK, _read("has_foot"), 4.0),
            _layer(foot, ARROW, _read("has_foot"), 2.0),
            _layer(arrow - 1.5, INK, _read("has_arrow")),
            _layer(arrow, ARROW, _read("has_arrow")),
            _layer(dot_ - 1.5, INK, const(1.0)),
            _layer(dot_, ARROW, const(1.0)),
        ),
        None,
    )


def _arrow(p: Vec, to: Vec) -> Scalar:
    """Negative inside an arrow from the origin: a shaft, and a head with its tip at ``to``."""
    size = max(length(to), 1.0)
    x, y = dot(p, to) / size, abs(p.y * to.x - p.x * to.y) / size
    neck = size - 12.0
    shaft = max(max(y - 1.5, -x), x - neck)
    head = max(0.447 * (x - size) + 0.894 * y, neck - x)  # its sides rise by a half
    return min(shaft, head)


def _layer(
    field: Scalar, paint: str | tuple[Expr, ...], opacity: Any, width: float | None = None
) -> Layer:
    r, g, b = (const(x) for x in rgba(paint)[:3]) if isinstance(paint, str) else paint
    return Layer(
        Function("part", [POINT], [field]), (r, g, b, const(1.0)), opacity,
        None if width is None else const(width),
    )  # fmt: skip
