"""``to_glsl``: scenes and fields as text."""

from __future__ import annotations

from typing import Any

from .blame import fail
from .coverage import ANTIALIAS
from .errors import shown
from .given import picture_of

__all__ = ["to_glsl"]

NUMBERS = ("baked", "live")


def to_glsl(
    scene: Any, dialect: str = "330", *, antialias: str = "exact", numbers: str = "baked"
) -> str:
    """A scene as a complete fragment shader, or a field as a library of functions to paste.

    A field ``f`` gives ``f(vec2 p)``, ``f_jet1(vec2 p)`` (with its gradient) and ``f_jet2(vec2 p)``
    (with its Hessian too).

    Args:
        dialect: "330" is GLSL 330 core; "300es" is GLSL ES 3.00, for WebGL 2; "shadertoy" is a
            listing to paste into that site: one pass, opaque (over black where the scene has no
            background), with the view and every slider, toggle and color as a constant on top.
        antialias: as for ``render``; a field has no edges to draw.
        numbers: "baked" writes the scene's numbers as constants. "live" reads them from uniforms
            vec4, which Shadertoy has none of, so that the text is the same for all numbers.

    Parameters are uniforms in "330" and "300es", named as in Python; ``seconds()`` is ``seconds``,
    in seconds, ``mouse()`` is ``mouse``, in scene units, ``resolution()`` is ``resolution``, in
    pixels, and the width of a pixel in scene units is ``pixel``. On Shadertoy the site gives those
    four; a field, which has no view of its own, then takes ``View()`` for pixels and the mouse: two
    constants on top, to edit.

    ``jetfield.shaders.glsl.listing(scene.lower(), dialect=DIALECTS[dialect])`` gives the same text
    with its vertex shader, the values of its uniforms, and the data of its tables: lists too long
    for constant arrays lie in a texture, whose size the text gives.

    Raises:
        SceneError: it is neither scene nor field, or an argument is none of these words.
        ShaderError: a list is too long for Shadertoy, which has room for 4096 constants.
    """
    from .glsl import DIALECTS, library, listing

    for name, value, allowed in (
        ("dialect", dialect, tuple(DIALECTS)),
        ("antialias", antialias, ANTIALIAS),
        ("numbers", numbers, NUMBERS),
    ):
        if not isinstance(value, str) or value not in allowed:
            known = ", ".join(f'"{word}"' for word in allowed)
            raise fail(f"to_glsl: {name}={shown(value)} must be one of {known}")
    target = DIALECTS[dialect]
    if numbers == "live" and not target.block:
        raise fail(f'to_glsl: numbers="live" needs uniforms, and {dialect} has none: say "baked"')
    if (picture := picture_of(scene)) is not None:
        found = listing(picture, antialias=antialias, numbers=numbers, dialect=target)
        return found.fragment
    if hasattr(scene, "function") and not isinstance(scene, type):
        return library(scene.function, numbers=numbers, dialect=target).fragment
    raise fail(f"to_glsl: expected a Scene or a Field, got {shown(scene)}")
