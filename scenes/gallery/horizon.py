"""A floor to the horizon: tiles recede until a pixel holds hundreds of them, and a setting sun.

`perspective` maps the picture onto the plane that it looks at; nothing is drawn above the horizon.
"""

from jetfield.scenes import *

line = 0.06  # of the horizon
dusk, glow = "#241a4a", "#ff9e6b"
plane = perspective(horizon=line, height=0.5)
tiles = box(0.29, 0.29).rotate(pi / 4).warp(repeat(0.42, 0.42)).translate(0, -0.2 * seconds())

sun = circle(0.5).translate(0, line + 0.16)
slits = [box(2, 0.012 + 0.009 * k).translate(0, line + 0.47 - 0.1 * k) for k in range(6)]


def fading(top, *colors):
    """From the horizon to a height or a depth."""
    return linear_ramp((0, line), (0, top), [*colors], "oklab")


scene = Scene(background=fading(1, glow, "#e0557f", "#7b3a86", dusk))
scene.fill(sun - union(*slits), fading(line + 0.66, "#ff4f7a", "#ffd75e"))
scene.fill(half_plane((0, 1), line), fading(-1, glow, "#5b2b6b", "#150d2e"))
scene.fill(tiles.warp(plane), fading(-1, glow, "#c65f9b", "#35d0d8"))
