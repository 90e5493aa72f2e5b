"""A shell in log-polar coordinates: one arch, repeated along a line, is every chamber of it.

ln r and theta turn growth into translation: a step along the spiral is a step of a plain repeat.
"""

from jetfield.scenes import *

arms = 5
chambers = 34  # of all arms, once around
# (ln r, theta), turned and scaled: a whole turn is `chambers` steps along and `arms` across
a, b = chambers / tau, arms / tau
wind = affine(((b, a), (-a, b))) @ log_polar()

cell = box(0.86, 0.86, 0.2).warp(repeat(1, 1) @ wind)
pearl = circle(0.21).warp(repeat(1, 1) @ wind)
core = circle(0.10).warp(repeat(1, 1) @ wind)


@paint
def nacre(p, shift=0.0):
    u = wind(p)
    return ramp(fract(floor(u.y + 0.5) / arms + u.x / chambers + shift), SEA, "oklab")


SEA = ["#0b3c5d", "#1d7a8c", "#7cc6b8", "#f7efd9", "#f3a65a", "#d9483b", "#0b3c5d"]

scene = Scene(background="#081a24", view=View(height=2.2))
scene.fill(cell, nacre())
scene.fill(pearl, "#081a24")
scene.fill(core, nacre(0.5))
