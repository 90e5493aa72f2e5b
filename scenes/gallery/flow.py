"""A conformal grid: the flow around a cylinder is a plain grid, seen through z + 1/z.

Streamlines and potential lines are the two families of a square grid; the map is conformal, so they
cross at right angles everywhere but at the two points where its Jacobian vanishes.
"""

from jetfield.scenes import *


@warp
def joukowski(p, circulation=0.0):
    r2 = dot(p, p)
    log_r = 0.5 * log(r2)
    angle = atan2(p.y, p.x)
    return vec2(p.x + p.x / r2 + circulation * angle, p.y - p.y / r2 - circulation * log_r)


@shape
def across(p):
    return p.x


@shape
def along(p):
    return p.y


flow = joukowski(0.0)
streams = isolines(along().warp(flow), 0.2)
fronts = isolines(across().warp(flow), 0.2)
disc = circle(1)


@paint
def speed(p):
    w = flow(p)
    return ramp(
        length(grad(w.y)) / 2.0, ["#0b1030", "#1c3a70", "#2f86a6", "#a8dccf", "#fff3c4"], "oklab"
    )


scene = Scene(background=speed(), view=View(center=(0, 0), height=5))
scene.stroke(fronts, "#ffffff50", width=px(1))
scene.stroke(streams, "#ffffffd0", width=px(1.6))
scene.fill(disc, "#0b1030")
scene.stroke(disc, "#fff3c4", width=px(3))
