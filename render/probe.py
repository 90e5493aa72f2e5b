"""What the calculus knows of one point of a picture: every layer's jet, and what it means.

By NumPy, in float64, without OpenGL. The numbers are plain floats and tuples, for a text, a window
or a machine to show; what could not be said is None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..shaders.calculus.evaluate import call, jet_arrays
from ..shaders.calculus.function import Function
from ..shaders.calculus.kinks import kinks
from ..shaders.calculus.places import place
from ..shaders.color import encode
from ..shaders.layers import Group, Layer, walk
from ..shaders.picture import Frame, Picture, Source
from .arguments import pair

__all__ = ["LayerProbe", "Probe", "Warping", "probe"]

Vector = tuple[float, float]
Matrix = tuple[Vector, Vector]
Array = NDArray[np.float64]

SMALL: Final = 1e-9
"""What is smaller than this, beside the numbers that it is held against, counts as 0."""
ON: Final = 1e-12
"""How near to a declared kink a point is on it, times 1 + |p|: a few thousand roundings."""
NEAR: Final = (1e-4, 1e-6)
"""How far around a point its two sides are compared, times the view's height."""
PARTS: Final = ("value", "gradient", "Hessian")


@dataclass(frozen=True, slots=True)
class Warping:
    """What the warps do around a point: they map the picture to the space of the shape."""

    point: Vector
    """Where the point lies in that space."""
    jacobian: Matrix
    """[i][j] = d w_i / d x_j."""
    determinant: float
    singular_values: Vector
    """The greatest and the least stretch."""
    rotation: float
    """Radians, counter-clockwise, after the mirror y -> -y if the determinant is negative."""
    size: float | None
    """How many times as large as written the shape is drawn, in area: 1 / |det|; None, for what
    has no bound, if space is collapsed."""

    @property
    def flipped(self) -> bool:
        """Whether the map turns space over."""
        return self.size is not None and self.determinant < 0


@dataclass(frozen=True, slots=True)
class LayerProbe:
    """One layer at the point."""

    kind: str
    """"fill" or "stroke"."""
    source: Source | None
    depth: int
    """How many groups it is in."""
    paints: tuple[float, float, float, float]
    """What the layer paints the point, by itself: sRGB and straight alpha, 0 to 1; clear outside
    its shape or stroke."""
    value: float
    inside: bool
    gradient: Vector
    slope: float
    """The length of the gradient."""
    distance: float | None
    """Pixels to the outline by the gradient, negative inside; None where the gradient vanishes."""
    distance2: float | None
    """The same along the gradient by the Hessian too; None where that parabola has no zero."""
    warping: Warping
    hessian: Matrix
    eigenvalues: Vector
    """Of the Hessian, the least first."""
    shape: str
    """Of the graph of the field, by the Hessian: bowl, dome, saddle, trough, ridge or flat."""
    critical: str | None
    """minimum, maximum or saddle where the gradient vanishes; "degenerate" if the Hessian cannot
    tell; else None."""
    curvature: float | None
    """Of the level set, in 1 / scene units, positive around an inside; None at a critical point."""
    breaks: tuple[str, ...]
    """Which of value, gradient and Hessian jump at the point: there they are conventions."""

    @property
    def covers(self) -> bool:
        """Whether the layer paints the point at all."""
        return self.paints[3] > 0

    @property
    def kink(self) -> bool:
        """Whether the value or the gradient jumps."""
        return "value" in self.breaks or "gradient" in self.breaks


@dataclass(frozen=True, slots=True)
class Probe:
    """All layers of a picture at one point, bottom to top."""

    at: Vector
    pixel: float
    """The width of a pixel in scene units."""
    size: tuple[int, int]
    layers: tuple[LayerProbe, ...]
    seen: int | None
    """The index of the topmost layer that covers the point; None if none does."""

    @property
    def focus(self) -> int | None:
        """The layer that is seen, else the one whose outline is nearest; None without layers."""
        if self.seen is not None or not self.layers:
            return self.seen
        far = [math.inf if x.distance is None else abs(x.distance) for x in self.layers]
        return far.index(min(far))


def probe(picture: Picture, frame: Frame, at: Vector) -> Probe:
    """Everything about a point of a picture, in scene units.

    Raises:
        SceneError: the point is not two finite numbers.
    """
    at = pair("probe: at", at)
    layers = tuple(
        _layer(layer, len(groups), _painted(layer, groups, frame, at), frame, at)
        for layer, groups in walk(picture.layers)
    )
    seen = [k for k, layer in enumerate(layers) if layer.covers]
    return Probe(at, frame.pixel, frame.size, layers, seen[-1] if seen else None)


def _painted(
    layer: Layer, groups: Sequence[Group], frame: Frame, at: Vector
) -> tuple[float, float, float, float]:
    """What a layer alone makes of the point, as the picture does, without anti-aliasing."""
    alone: Layer | Group = layer
    for group in reversed(groups):
        alone = replace(group, layers=(alone,))
    light = call(Picture((alone,), None).composed("none"), at, frame.values)
    r, g, b, alpha = encode(np.array([light], np.float64), "srgb16")[0] / 65535
    return float(r), float(g), float(b), float(alpha)


def _layer(
    layer: Layer, depth: int, paints: tuple[float, float, float, float], frame: Frame, at: Vector
) -> LayerProbe:
    point = np.array([at])
    jet = jet_arrays(layer.field, point, 2, frame.values, field=True)
    value, gradient, hessian = float(jet.value[0]), jet.gradient[0], jet.hessian[0]
    slope = float(np.hypot(*gradient))
    least, most = (float(v) for v in np.linalg.eigvalsh(hessian))
    bend = max(abs(least), abs(most)) * frame.view.height  # as steep as it makes the whole view
    level = slope <= SMALL * bend or slope == 0
    bends = bend > SMALL * max(slope, abs(value) / frame.view.height)
    shape = _shape(least, most) if bends else "flat"
    breaks = _breaks(layer.field, at, frame)
    along = 0.0 if level else float(gradient @ hessian @ gradient) / slope**2
    across = float(np.trace(hessian)) - along
    smooth = not {"value", "gradient"} & set(breaks)
    return LayerProbe(
        kind="fill" if layer.width is None else "stroke",
        source=layer.source,
        depth=depth,
        paints=paints,
        value=value,
        inside=value <= 0,
        gradient=_pair(gradient),
        slope=slope,
        distance=None if level else value / slope / frame.pixel,
        distance2=None if level else _to_parabola(value, slope, along, frame.pixel),
        warping=_warping(layer.field, point, frame.values),
        hessian=_matrix(hessian),
        eigenvalues=(least, most),
        shape=shape,
        critical=_CRITICAL.get(shape, "degenerate") if level and smooth else None,
        curvature=None if level else across / slope,
        breaks=breaks,
    )


_CRITICAL: Final = {"bowl": "minimum", "dome": "maximum", "saddle": "saddle"}


def _shape(least: float, most: float) -> str:
    """The form of a graph with these two curvatures, not both 0."""
    none = SMALL * max(abs(least), abs(most))
    if least > none:
        return "bowl"
    if most < -none:
        return "dome"
    if most > none:
        return "saddle" if least < -none else "trough"
    return "ridge"


def _to_parabola(value: float, slope: float, bend: float, pixel: float) -> float | None:
    """The nearer t with value - slope t + bend t^2 / 2 = 0, in pixels."""
    inner = slope * slope - 2 * value * bend
    return 2 * value / (slope + math.sqrt(inner)) / pixel if inner >= 0 else None


def _warping(field: Function, point: Array, values: Mapping[str, Any]) -> Warping:
    jet = jet_arrays(place(field), point, 1, values, field=False)
    j = jet.jacobian[0]
    u, (most, least), v = np.linalg.svd(j)
    turn = u @ v  # the rotation, or reflection, that is nearest to J
    determinant = float(np.linalg.det(j))
    collapsed = least <= ON * most or most == 0
    return Warping(
        point=_pair(jet.value[0]),
        jacobian=_matrix(j),
        determinant=determinant,
        singular_values=(float(most), float(least)),
        rotation=math.atan2(turn[1, 0], turn[0, 0]),
        size=None if collapsed else 1 / (float(most) * float(least)),
    )


def _breaks(field: Function, at: Vector, frame: Frame) -> tuple[str, ...]:
    """What jumps at a point.

    Kinks are declared by ops, also where a choice hides them or another one mends them; so the
    jets on all sides are compared, at two distances: differences that do not shrink with the
    distance are jumps.
    """
    reach = max(map(abs, at))
    declared = call(kinks(field), at, frame.values)[0]
    if not float(declared) <= ON * (1 + reach):
        return ()
    angles = np.arange(16) * np.pi / 8 + 0.1  # no direction along an axis or a diagonal
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    unit = max(frame.view.height, 1e-3 * reach)
    rings = [np.array(at) + np.vstack([[0.0, 0.0], h * unit * ways]) for h in NEAR]
    jet = jet_arrays(field, np.vstack(rings), 2, frame.values, field=True)
    found = []
    for name, values in zip(PARTS, (jet.value, jet.gradient, jet.hessian), strict=True):
        far, near = (np.ptp(ring, axis=0).max() for ring in np.split(values, 2))
        if near > 0.3 * far and near > 1e-6 * (1 + np.abs(values).max()):
            found.append(name)
    return tuple(found)


def _pair(v: Array) -> Vector:
    return float(v[0]), float(v[1])


def _matrix(m: Array) -> Matrix:
    return _pair(m[0]), _pair(m[1])
