"""One handful of shapes, seen in a kaleidoscope of eight mirrored pairs."""

from jetfield.scenes import *

glass = kaleidoscope(8)
night, plum, rose, gold, cream, teal = (
    "#170f2b",
    "#53245c",
    "#d1495b",
    "#f5b841",
    "#fff1d6",
    "#0fa3a3",
)

petal = ellipse(0.30, 0.085).rotate(0.42).translate(0.50, 0.09)
sliver = ellipse(0.22, 0.03).rotate(0.42).translate(0.50, 0.09)
thorn = triangle((0.16, 0.0), (0.36, 0.02), (0.25, 0.11))
bead = circle(0.05).translate(0.86, 0.165)
hoop = ring(0.085, 0.018).translate(0.86, 0.165)
vine = bezier((0.72, 0.0), (0.98, 0.06), (0.93, 0.30))
gem = star(6, 0.08, 0.036).translate(1.0, 0.0)
drop = pie(0.11, 1.2).rotate(pi).translate(0.70, 0.0)
lace = [((1.09, 0.11), 0.02), ((1.075, 0.17), 0.013), ((1.1, 0.055), 0.013)]
dots = union(*(circle(radius).translate(place) for place, radius in lace))

scene = Scene(background=night, view=View(height=2.44))
scene.fill(circle(1.16), radial_ramp((0, 0), 1.16, [cream, gold, rose, plum, night], "oklab"))
scene.stroke(vine.warp(glass), gold, width=0.02)
parts = [(petal, teal), (sliver, cream), (thorn, plum), (drop, gold), (bead, rose), (hoop, cream)]
for part, ink in [*parts, (gem, cream), (dots, gold)]:
    scene.fill(part.warp(glass), ink)
scene.fill(circle(0.115), night)
scene.fill(star(16, 0.115, 0.055), gold)
scene.stroke(circle(1.16), gold, width=0.012)
