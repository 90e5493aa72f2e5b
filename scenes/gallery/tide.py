"""A moving piece: drops that flow together, lit by their own gradient; one of them is the mouse.

The smooth union's exact gradient is the slope of a liquid surface, so a paint can light it.
"""

from jetfield.scenes import *

time = 0.6 * seconds()
drops = [
    circle(0.15 + 0.025 * (k % 4)).translate(
        0.74 * cos(1.3 * k + time), 0.7 * sin(2.1 * k + 0.8 * time)
    )
    for k in range(9)
]
drops.append(circle(0.22).translate(mouse().x, mouse().y))
liquid = union(*drops, smooth=slider("melt", 0.34, 0.05, 0.6))


@paint
def gleam(p, value, gradient):
    depth = clamp(-value / 0.24, 0.0, 1.0)
    round_ = sqrt(1.0 - (1.0 - depth) * (1.0 - depth))  # the height of a rounded rim
    normal = normalize(vec3(gradient.x * (1.0 - depth), gradient.y * (1.0 - depth), 0.35 + round_))
    light = dot(normal, normalize(vec3(-0.5, 0.75, 0.9)))
    body = ramp(
        0.15 + 0.75 * depth + 0.12 * sin(3 * p.x + 2 * p.y + time),
        ["#2b0a5e", "#b0206f", "#ff5a4d", "#ffc15a"],
        "oklab",
    )
    shine = rgb("#fff6e6") * exp(60.0 * (light - 1.0))
    return body * (0.35 + 0.75 * max(light, 0.0)) + 0.8 * shine


scene = Scene(background=radial_ramp((0, 0.2), 1.7, ["#2a3350", "#10131f"], "oklab"))
scene.fill(liquid.translate(0.03, -0.05), "black", opacity=0.5 * fade(0.16))
scene.stroke(isolines(liquid, 0.09), "#9fb6ff", width=px(1), opacity=0.16)
scene.fill(liquid, gleam())
