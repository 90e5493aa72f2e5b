"""Seven petals, turned by a polar repeat and stirred by a swirl.

The copies cross the seam of the angle at the left, where atan2 jumps from pi to -pi; nothing of it
is to be seen.
"""

from jetfield.scenes import *

leaf = circle(0.42).translate(0.5, 0.24) & circle(0.42).translate(0.5, -0.24)
vein = capsule((0.22, 0), (0.72, 0), 0.008)
petal = leaf.translate(0.12, 0) - vein.translate(0.1, 0)
stir = swirl(1.9, radius=0.85)

outer = petal.warp(polar_repeat(7)).scale(1.25).rotate(0.45).warp(swirl(1.4, radius=1.1))
inner = petal.warp(polar_repeat(7)).warp(stir)
heart = circle(0.13)
seeds = circle(0.017).translate(0.085, 0).warp(polar_repeat(9)) | circle(0.02)

scene = Scene(background="#f6efe3", view=View(height=2.5))
scene.fill(outer, "#2f5d62")
scene.fill(inner.round(0.03), "#f6efe3")
scene.fill(inner, "#d8483e")
scene.fill(heart.round(0.03), "#f6efe3")
scene.fill(heart, "#f0a830")
scene.fill(seeds, "#7a3b12")
