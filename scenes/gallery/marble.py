"""Marbled paper: parallel bands, drawn through a warp of noise that a user wrote in three lines."""

from jetfield.scenes import *


@warp
def marbled(p, reach=0.35, scale=1.3):
    q = scale * p + 4.0
    first = vec2(fbm(q, octaves=3), fbm(q + 5.2, octaves=3))
    return p + reach * vec2(fbm(q + 2.0 * first, octaves=3), fbm(q + 2.0 * first + 3.7, octaves=3))


@shape
def bands(p, width=0.1, shift=0.0):
    return abs(mod(p.y + shift + 0.5 * width, 0.6) - 0.3) - 0.5 * width


flow = marbled(slider("reach", 0.9, 0.0, 1.5))
scene = Scene(background="#f3e7d3", view=View(height=2))
inks = [
    (0.0, 0.2, "#12355b"), (0.2, 0.1, "#c8553d"), (0.33, 0.05, "#e8a33d"), (0.43, 0.07, "#2e7f79"),
    (0.09, 0.02, "#f3e7d3"),
]  # fmt: skip
for shift, width, ink in inks:
    scene.fill(bands(width, shift).warp(flow), ink)
