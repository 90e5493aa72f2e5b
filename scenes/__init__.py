"""The language that scenes are written in: ``from jetfield.scenes import *``."""

from __future__ import annotations

from inspect import isfunction

if __name__ != "jetfield.scenes":
    raise ImportError("import jetfield.scenes, not scenes: pip install -e . first")

from ..shaders.blame import form
from ..shaders.calculus.evaluate import Jet, jet
from ..shaders.calculus.noise import fbm, noise, value_noise
from ..shaders.calculus.vectors import (
    Vec,
    abs,
    acos,
    asin,
    atan,
    atan2,
    ceil,
    clamp,
    cos,
    cross,
    distance,
    dot,
    exp,
    floor,
    fract,
    length,
    log,
    max,
    min,
    mod,
    normalize,
    pi,
    pow,
    sign,
    sin,
    smoothstep,
    sqrt,
    step,
    tan,
    tau,
    vec2,
    vec3,
    vec4,
    where,
)  # fmt: skip
from ..shaders.errors import DeviceError, JetfieldError, OutputError, SceneError, ShaderError
from .bends import bend, fisheye, perspective, ripple, swirl
from .booleans import difference, intersection, union, xor
from .branches import kaleidoscope, log_polar, polar, polar_repeat, repeat
from .conformal import complex_power, inversion, mobius
from .field import Field
from .functions import shape
from .levels import isolines
from .linear import affine, mirror, shear
from .load import gallery_names, load
from .offsets import mix, morph
from .paint import Paint, fade, grad, paint, rgb
from .ramps import conic_ramp, cosine_palette, linear_ramp, palette, radial_ramp, ramp
from .scene import Scene, View
from .shapes import (
    arc,
    bezier,
    box,
    capsule,
    checker,
    circle,
    ellipse,
    grid,
    half_plane,
    pie,
    polygon,
    regular_polygon,
    ring,
    segment,
    star,
    stripes,
    triangle,
)
from .values import color_picker, mouse, px, resolution, seconds, slider, toggle
from .warps import Warp, warp

__all__ = [
    "Scene", "View", "Field", "Warp", "Paint", "Jet", "jet", "shape", "warp", "paint", "load",
    "gallery_names",
    "box", "capsule", "circle", "half_plane", "polygon", "regular_polygon", "segment",
    "arc", "bezier", "ellipse", "pie", "ring", "star", "triangle",
    "checker", "grid", "stripes",
    "union", "intersection", "difference", "xor", "morph",
    "affine", "log_polar", "mobius", "polar", "polar_repeat", "repeat", "swirl",
    "bend", "complex_power", "fisheye", "inversion", "kaleidoscope", "mirror", "perspective",
    "ripple", "shear",
    "conic_ramp", "cosine_palette", "fade", "isolines", "linear_ramp", "palette",
    "radial_ramp", "ramp", "rgb",
    "color_picker", "mouse", "px", "resolution", "seconds", "slider", "toggle",
    "Vec", "abs", "acos", "asin", "atan", "atan2", "ceil", "clamp", "cos", "cross", "distance",
    "dot", "exp", "floor", "fract", "length", "log", "max", "min", "mix", "mod", "normalize", "pi",
    "pow", "sign", "sin", "smoothstep", "sqrt", "step", "tan", "tau", "vec2", "vec3", "vec4",
    "where", "grad", "fbm", "noise", "value_noise",
    "DeviceError", "JetfieldError", "OutputError", "SceneError", "ShaderError",
]  # fmt: skip

for _name in __all__:  # whoever enters here is told what is wrong with a call
    _public = globals()[_name]
    if isfunction(_public) and not hasattr(_public, "told"):
        globals()[_name] = form()(_public)
        globals()[_name].__module__ = __name__  # by which it is pickled
