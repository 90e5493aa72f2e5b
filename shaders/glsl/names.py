"""Names in GLSL: those of Python wherever GLSL allows them.

A name that is a word of GLSL (or one of its functions) gets a trailing ``_``; letters outside ASCII
become ``_``; a name that is taken gets ``_2``, ``_3``, ...
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["RESERVED", "Names", "clean", "comment"]

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
    dmat2 dmat3 dmat4 dmat2x2 dmat2x3 dmat2x4 dmat3x2 dmat3x3 dmat3x4 dmat4x2 dmat4x3 dmat4x4
    radians degrees sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh pow exp log exp2
    log2 sqrt inversesqrt abs sign floor trunc round roundEven ceil fract mod modf min max clamp
    mix step smoothstep isnan isinf length distance dot cross normalize faceforward reflect refract
    matrixCompMult outerProduct transpose determinant inverse lessThan lessThanEqual greaterThan
    greaterThanEqual equal notEqual any all not ftransform EmitVertex EndPrimitive
    dFdx dFdy fwidth fma noise1 noise2 noise3 noise4 packUnorm2x16 unpackUnorm2x16 packSnorm2x16
    unpackSnorm2x16 packHalf2x16 unpackHalf2x16 floatBitsToInt floatBitsToUint intBitsToFloat
    uintBitsToFloat ldexp frexp bitCount emit defined
    mainImage mainSound mainVR mainCubemap fragColor fragCoord HW_PERFORMANCE st
    """.split()  # noqa: SIM905  (a list of two hundred words reads as prose)
)
"""Words that no generated name may be: of GLSL 330, of GLSL ES 3.00, and of Shadertoy."""

FAMILIES = re.compile(
    r"[iu]?(sampler|image)(1D|2D|3D|Cube|Buffer)\w*|texture([A-Z1-3]\w*)?|texelFetch\w*"
    r"|i(Resolution|(Global)?Time\w*|Frame(Rate)?|Mouse|Date|SampleRate|Ch(annel)?\w*)"
    r"|shadow[123]D\w*|shadertoy_\w*|st_\w*"
)
"""The same, by how they begin: texture, texelFetch, isampler2DArray, iChannelTime, ..."""
PREFIXES = ("gl_", "GL_", "webgl_")


@lru_cache(maxsize=4096)
def clean(name: str) -> str:
    """The nearest GLSL identifier to a Python name."""
    ascii_name = re.sub(r"[^A-Za-z0-9_]", "_", name)
    ascii_name = re.sub(r"__+", "_", ascii_name).strip("_") or "f"
    if ascii_name[0].isdigit() or ascii_name.startswith(PREFIXES):
        ascii_name = f"f_{ascii_name}"
    reserved = ascii_name in RESERVED or FAMILIES.fullmatch(ascii_name)
    return f"{ascii_name}_" if reserved else ascii_name


def comment(text: str) -> str:
    """A text as the rest of a line: one with no backslash at its end, which would join the next."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return f"// {printable}".rstrip("\\ ")


class Names:
    """The names in use in one scope; ``outer`` holds those of the scope around it."""

    def __init__(self, outer: Names | None = None) -> None:
        self._outer, self._taken = outer, set[str]()
        self._count: dict[str, int] = {}  # the last number that was put to a name
        self.asked: dict[str, bool] = {}
        """Of which names it mattered whether the scope around has them, and whether it had."""

    def __contains__(self, name: str) -> bool:
        if name in self._taken or self._outer is None:
            return name in self._taken
        found = self.asked[name] = name in self._outer
        return found

    def take(self, wanted: str) -> str:
        """A free identifier as near to ``wanted`` as can be."""
        name = clean(wanted)
        if name in self:
            base = name.rstrip("_")
            count = self._count.get(base, 1) + 1
            while (name := f"{base}_{count}") in self:
                count += 1
            self._count[base] = count
        self._taken.add(name)
        return name
