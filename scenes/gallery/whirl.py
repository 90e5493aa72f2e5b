"""Sharp constructive solid geometry, stirred: corners stay corners however space is wrung.

A field is pulled back through the warp with its gradient, so both sides of an edge stay exact.
"""

from jetfield.scenes import *

tiling = repeat(0.62, 0.62)
tile = (box(0.5, 0.5) - box(0.36, 0.36)) | (box(0.25, 0.25) - circle(0.07)).rotate(pi / 4)
bars = box(0.09, 0.7) | box(0.7, 0.09)
weave = tile.warp(tiling) ^ bars.warp(tiling)
stir = swirl(3.4, radius=0.62)
plate = circle(1.05)

scene = Scene(background="#f4ead8", view=View(height=2.3))
scene.fill(plate, radial_ramp((0, 0), 1.05, ["#fbd087", "#e8604c", "#7d1d3f"], "oklab"))
scene.fill(weave.rotate(pi / 8).warp(stir) & plate, "#1b1b3a")
scene.stroke(plate, "#1b1b3a", width=0.03)
