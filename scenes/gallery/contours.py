"""A map: contour lines of noise, one pixel wide wherever the land is steep or flat.

The lines are strokes of `isolines`, measured in the picture by the gradient of the noise.
"""

from jetfield.scenes import *


@shape
def land(p):
    q = 1.5 * p + vec2(3.1, 7.4)
    return 0.75 * fbm(q + 0.35 * vec2(noise(q + 9), noise(q - 9)), octaves=5)


SOIL = [
    (0, "#0e3a53"), (0.38, "#3d8ea3"), (0.4, "#a8d5c8"),
    (0.4, "#e9d9a6"), (0.55, "#b7b86b"), (0.75, "#7d8f4e"), (0.9, "#8d7a5b"), (1, "#f4f1ea"),
]  # fmt: skip

hills = land()
shore = -0.09


@paint
def relief(p):
    height = hills(p)
    slope = grad(height)
    tone = ramp((height + 0.45) / 0.9, SOIL, "oklab")
    light = 0.9 + 0.28 * dot(slope, vec2(-0.7, 0.7)) / sqrt(1 + dot(slope, slope))
    return tone * where(height < shore, 1.0, light)


scene = Scene(background=relief(), view=View(height=2))
scene.stroke(isolines(hills, 0.045), "#2b3b2f", width=px(0.8), opacity=0.55)
scene.stroke(isolines(hills, 0.225), "#20301f", width=px(1.8), opacity=0.7)
