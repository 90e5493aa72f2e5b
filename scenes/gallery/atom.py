"""Light adds: six ellipses glow, each as far as its own exact distance says.

A paint may ask any field for its value; the halo is exp(-8 |f|), and |f| is the true distance.
"""

from jetfield.scenes import *

tints = ["#ff2d55", "#ff7a1a", "#ffc61a", "#1fd6a0", "#2f8cff", "#8f4dff"]
turn = 0.1 * seconds()
orbits = [ellipse(1.0, 0.36).rotate(k * pi / 6 + turn) for k in range(6)]


@paint
def glow(p):
    light = rgb("#070914") + rgb("#ffe2c0") * exp(-9 * length(p))
    for orbit, tint in zip(orbits, tints, strict=True):
        light += rgb(tint) * (0.55 * exp(-11 * abs(orbit(p))))
    return light


scene = Scene(background=glow(), view=View(height=2.4))
for orbit, tint in zip(orbits, tints, strict=True):
    scene.stroke(orbit, tint, width=0.022, blend="add")
    scene.stroke(orbit, "white", width=px(1.5), opacity=0.8, blend="add")
scene.fill(circle(0.06), "white", opacity=fade(px=4), blend="add")
