"""The calculus, and the GLSL it becomes.

``jet`` differentiates any plain Python function; ``to_glsl`` writes a scene or a field as GLSL.
"""

from __future__ import annotations

if __name__ != "jetfield.shaders":
    raise ImportError("import jetfield.shaders, not shaders: pip install -e . first")

from .calculus.evaluate import Jet, jet
from .errors import DeviceError, JetfieldError, OutputError, SceneError, ShaderError
from .text import to_glsl

__all__ = [
    "DeviceError", "Jet", "JetfieldError", "OutputError", "SceneError", "ShaderError", "jet",
    "to_glsl",
]  # fmt: skip
