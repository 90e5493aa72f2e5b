"""A fan in polar coordinates, r - 1 + sin(3a + 2r^2) / 2, with outlines of one even width.

Nobody has to know over how many units of f to fade: the gradient tells, wherever the arms stretch
or crowd the field.
"""

from jetfield.scenes import *


@shape(bounds=((-1.5, -1.5), (1.5, 1.5)))
def fan(p, turn=0.0):
    r = length(p)
    a = atan2(p.y, p.x)
    return r - 1 + 0.5 * sin(3 * a + 2 * r * r + turn)


blades = fan(seconds())
waves = ["#15183d", "#1d1f52", "#292768", "#3a2f7d", "#523890", "#71429d", "#944da1"]
flame = ["#c9588f", "#e66d75", "#f58a5c", "#fbab4f", "#fdcd60", "#fee993"]

scene = Scene(background="#0e1130", view=View(height=3.7))
for k, color in enumerate(waves):
    scene.fill(blades.round(0.77 - 0.11 * k), color)
for k, color in enumerate(flame):
    scene.fill(blades.round(-0.1 * k), color)
scene.stroke(blades, "#fff6e0", width=px(3.0))
scene.fill(circle(0.04), "#fff6e0")
