"""Discs on a double spiral: one endless board, wound up by log_polar, unrolled by a Moebius map.

All three maps are conformal, so every disc stays round; the Jacobian tells how small it has
become, down to the two points into which the spiral winds.
"""

from jetfield.scenes import *

poles = mobius(1, 0.62 + 0.3j, -1, 0.62 + 0.3j)  # sends its two poles to 0 and infinity
n, m = 9, 4  # once around a pole is n steps along the board and m across it
wind = affine(((m / tau, n / tau), (-n / tau, m / tau))) @ log_polar() @ poles


def discs(row, radius):
    return circle(radius).translate(row, 0).warp(repeat(3, 1) @ wind)


scene = Scene(background="#10222b", view=View(height=2.6))
for row, (color, core) in enumerate(
    [("#e4572e", "#ffc145"), ("#f2e8cf", "#10222b"), ("#2a9d8f", "#bfe3d0")]
):
    scene.fill(discs(row, 0.44), color)
    scene.fill(discs(row, 0.20), core)
