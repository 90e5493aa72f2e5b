"""Names in GLSL: those of Python wherever GLSL allows them.

A name that is a word of GLSL (or one of its functions) gets a trailing ``_``; letters outside ASCII
become ``_``; a name that is taken gets ``_2``, ``_3``, ...
"""

from __future__ import annotations

import re

__all__ = ["RESERVED", "Names", "clean"]

RESERVED = frozenset(
    """
    attribute const uniform varying buffer shared coherent volatile restrict readonly writeonly
    layout centroid flat smooth noperspective patch sample break continue do for while switch case
    default if else subroutine in out inout int void bool true false invariant precise discard
    return lowp mediump highp precision struct common partition active asm class union enum typedef
    template this resource goto inline noinline public static extern external interface long short
    half fixed unsigned superp input output hvec2 hvec3 hvec4 fvec2 fvec3 fvec4 filter sizeof cast
    namespace using row_major column_major packed float double uint atomic_uint null self main
    vec2 vec3 vec4 dvec2 dvec3 dvec4 bvec2 bvec3 bvec4 ivec2 ivec3 ivec4 uvec2 uvec3 uvec4
    mat2 mat3 mat4 mat2x2 mat2x3 mat2x4 mat3x2 mat3x3 mat3x4 mat4x2 mat4x3 mat4x4
    sampler1D sampler2D sampler3D samplerCube sampler2DArray sampler2DShadow isampler2D usampler2D
    image2D texture texelFetch textureSize textureLod textureGrad
    radians degrees sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh pow exp log exp2
    log2 sqrt inversesqrt abs sign floor trunc round roundEven ceil fract mod modf min max clamp
    mix step smoothstep isnan isinf length distance dot cross normalize faceforward reflect refract
    outerProduct transpose determinant inverse lessThan greaterThan equal notEqual any all not
    dFdx dFdy fwidth fma noise1 noise2 noise3 noise4 packUnorm2x16 unpackUnorm2x16
    floatBitsToInt intBitsToFloat ldexp frexp bitCount emit
    iResolution iTime iTimeDelta iFrame iMouse iDate iChannel0 iChannel1 iChannel2 iChannel3
    mainImage fragColor fragCoord
    """.split()  # noqa: SIM905  (a list of two hundred words reads as prose)
)
"""Words that no generated name may be: of GLSL 330, of GLSL ES 300, and of Shadertoy."""


def clean(name: str) -> str:
    """The nearest GLSL identifier to a Python name."""
    ascii_name = re.sub(r"[^A-Za-z0-9_]", "_", name)
    ascii_name = re.sub(r"__+", "_", ascii_name).strip("_") or "f"
    if ascii_name[0].isdigit() or ascii_name.startswith("gl_"):
        ascii_name = f"f_{ascii_name}"
    return f"{ascii_name}_" if ascii_name in RESERVED else ascii_name


class Names:
    """The names in use in one scope; ``outer`` holds those of the scope around it."""

    def __init__(self, outer: Names | None = None) -> None:
        self._outer, self._taken = outer, set[str]()

    def __contains__(self, name: str) -> bool:
        return name in self._taken or (self._outer is not None and name in self._outer)

    def take(self, wanted: str) -> str:
        """A free identifier as near to ``wanted`` as can be."""
        base = name = clean(wanted)
        count = 2
        while name in self:
            name = f"{base.rstrip('_')}_{count}"
            count += 1
        self._taken.add(name)
        return name
