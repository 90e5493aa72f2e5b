"""Halftone under two lenses: one magnifies the paper, one pinches it, and no dot blurs.

Every dot is the same circle; `fisheye` says through its Jacobian how large each is drawn.
"""

from jetfield.scenes import *


def seen(dots):
    """Through a lens on the right, and one on the left that shrinks."""
    for x, y, strength, radius in ((0.35, 0.2, 1.35, 0.5), (-0.6, -0.5, -1.0, 0.34)):
        dots = dots.translate(-x, -y).warp(fisheye(strength, radius)).translate(x, y)
    return dots


dots = circle(0.019).warp(repeat(0.05, 0.05)).rotate(pi / 4)
scene = Scene(background="#f6ead2", view=View(height=2))
scene.fill(seen(dots).translate(0.013, -0.013), "#f2a541")
scene.fill(seen(dots), linear_ramp((-0.8, 0.9), (0.8, -0.9), ["#1c2a5b", "#a3174d"], "oklab"))
