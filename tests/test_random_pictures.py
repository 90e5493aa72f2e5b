"""Random pictures: paints, ramps, fades, blends and groups agree between GLSL and NumPy.

The grammar of test_random_scenes makes fields; here they are painted. Pictures are compared away
from where a paint or a field jumps, which float32 may put on the other side of a pixel's center.
"""

import random
import re
from collections import Counter

import numpy as np
import pytest
from oracles import glslang, needs_gl
from targets import on_site

import jetfield.scenes as language
from jetfield.render import render
from jetfield.shaders import to_glsl

COUNT = 60
SIZE = (40, 30)
TIMES = 20
NAMES = {
    "Scene", "View", "paint", "linear_ramp", "radial_ramp", "conic_ramp", "ramp", "palette",
    "cosine_palette", "rgb", "fade", "isolines", "grad", "vec3", "vec4", "color_picker", "group", "fill", "stroke",
}  # fmt: skip

# {n} a number, {l} a length, {c} a color, {s} a list of stops, {f} a field, {p} a paint, {o} an opacity
FIELDS = [
    "circle({l}).translate({n}, {n})", "box({l}, {l}, 0.1).rotate({n})", "ellipse({l}, 0.4).warp(swirl({n}))",
    "star(5, {l}, 0.2).translate({n}, 0)", "(circle({l}) - box({l}, 0.2)).warp(mobius(1, {n}, 0.2j, 1.5))",
    "ring({l}, 0.2).warp(ripple(0.05, 6))", "union(circle({l}), box({l}, 0.2), smooth=0.2).warp(kaleidoscope(3))",
    "box(0.4, 0.5).translate(0.6, {n}).warp(polar())", "half_plane(({n}, 1), {n}).warp(fisheye({n}))",
]  # fmt: skip
COLORS = ["'#f4a26180'", "'gold'", "rgb('teal')", *["color_picker('ink', '#123456')"] * 3]
STOPS = ["['navy', 'gold', 'tomato']", "[(0, 'red'), (0.4, 'blue'), (0.4, 'white'), (1, 'black')]", "palette('viridis')",
         "['#ff000040', '#00ff00']", "[(slider('at', 0.2, 0, 0.4), rgb('tomato')), (0.7, rgb('teal'))]"]  # fmt: skip
PAINTS = [
    "linear_ramp(({n}, -0.5), ({n}, 0.6), {s})", "linear_ramp((-0.7, {n}), (0.6, {n}), {s}, 'oklab')",
    "radial_ramp(({n}, {n}), {l}, {s})", "radial_ramp((0, 0), {l}, {s}, 'oklab')", "conic_ramp(({n}, {n}), {s})",
    "conic_ramp((0, 0), {s}, angle={n})", "lit({l})", "lit()", "veiled({f})", "waves({l})", "waves({l})", "steep()", "steep()", "veiled({f})", "{c}", "{c}", "{c}",
]  # fmt: skip
OPACITIES = ["1", "{l}", "fade(px=3)", "0.7 * fade({l})", "slider('strength', 0.6, 0, 1)"]
BLENDS = ["'normal'", "'normal'", "'add'"]

HEAD = """
@paint
def lit(p, value, gradient, depth=0.3):
    return mix(rgb('#102030'), ramp(-value / depth, palette('dawn')), 0.5 + 0.5 * sin(gradient.x))

@paint
def veiled(p, other: Field):
    return vec4(0.9, 0.5 + 0.4 * sin(3 * p.x), 0.2, exp(-4 * abs(other(p))))

@paint
def waves(p, size):
    t = noise(3 * p) + p.x / size
    return clamp(cosine_palette(t, (0.5, 0.5, 0.5), (0.4, 0.4, 0.4), (1, 1, 0.5), (0, 0.1, 0.2)), 0.0, 1.0)

@paint
def steep(p, jet):
    slope = grad(jet.value * p.x)
    return vec3(0.5 + 0.5 * sin(slope.x), 0.5 + 0.5 * sin(slope.y), 0.3)
"""
holes = re.compile(r"\{(\w)\}")


def program(seed: int) -> str:
    """The text of a scene of three to six layers."""
    draw = random.Random(seed)
    rules = {"f": FIELDS, "c": COLORS, "s": STOPS, "p": PAINTS, "o": OPACITIES, "b": BLENDS}

    def hole(match):
        kind = match.group(1)
        if kind == "n":
            return repr(draw.randint(-8, 8) / 10)
        if kind == "l":
            return repr(draw.randint(2, 9) / 10)
        return filled(draw.choice(rules[kind]))

    def filled(template):
        return holes.sub(hole, template)

    grounds = ["None", "'#202830'", "linear_ramp((0, -1), (0, 1), ['navy', 'gold'])",
               "radial_ramp((0, {n}), 1.5, palette('ember'), 'oklab')"]  # fmt: skip
    lines = [
        HEAD,
        f"scene = Scene(background={filled(draw.choice(grounds))}, view=View(height=2.2))",
    ]
    layers = ["fill({f}, {p}, opacity={o}, blend={b})", "stroke({f}, {p}, width=0.0{k}, opacity={o}, blend={b})",
              "stroke(isolines({f}, {l}), {p}, width=px(2), opacity={o})"]  # fmt: skip
    target = "scene"
    for k in range(draw.randint(3, 6)):
        if k == 1:
            lines.append(filled("g = scene.group(opacity={l}, blend={b})"))
        target = draw.choice(["scene", "g", "scene"]) if k else "scene"
        text = draw.choice(layers).replace("{k}", str(draw.randint(2, 9)))
        lines.append(f"{target}.{filled(text)}")
    return "\n".join(lines)


def run(text):
    space = {name: getattr(language, name) for name in language.__all__}
    exec(text, space)
    return space["scene"]


def test_names_are_met_often():
    defined = {d.split("(")[0]: d for d in re.findall(r"def (\w+.*?)(?:\n\n|$)", HEAD, re.S)}
    words = Counter()
    for seed in range(COUNT):
        own = re.findall(r"\w+", program(seed).removeprefix(HEAD))
        words.update(own)
        for name in own:  # what a paint of the head reads, each time that it is used
            words.update(re.findall(r"\w+", defined.get(name, "")))
    words["paint"] = sum(words[name] for name in defined)
    assert {name: words[name] for name in NAMES if words[name] < TIMES} == {}


@pytest.mark.parametrize(
    ("antialias", "seeds"),
    [
        ("gradient", range(COUNT)),
        ("exact", range(0, COUNT, 3)),
        *(pytest.param("exact", range(k, COUNT, 3), marks=pytest.mark.slow) for k in (1, 2)),
    ],
)
def test_pictures_agree(antialias, seeds):
    """Exact pictures take five seconds each, so the default run draws a third of them."""
    needs_gl()
    for seed in seeds:
        text = program(seed)
        scene = run(text)
        options = {"seconds": 0.7, "output": "linear", "antialias": antialias}
        gl, numpy = (render(scene, SIZE, device=d, **options) for d in ("gl", "numpy"))
        assert np.isfinite(gl).all(), text
        assert np.isfinite(numpy).all(), text
        beyond = np.abs(gl - numpy).max(axis=-1) > 2e-3
        assert beyond.mean() <= 0.005, f"{beyond.sum()} pixels differ\n{text}"


@pytest.mark.parametrize("dialect", ["330", "300es", "shadertoy"])
def test_the_reference_compiler_takes_them(dialect):
    for seed in range(0, COUNT, 6):
        text = to_glsl(run(program(seed)), dialect)
        assert not glslang(on_site(text) if dialect == "shadertoy" else text), program(seed)
