"""Random scenes: they compile, GLSL agrees with NumPy, and nothing is ever NaN.

A scene is drawn as program text, so that what fails can be pasted and run, and names are counted by
reading. NumPy checks each as it is drawn; the GPU checks all of them, several in one program.
"""

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import HOSTILE, grid, near_kinks, needs_gl, on_gpu, parts, spread

import jetfield.scenes as language
from jetfield.shaders.calculus.jets import jet as jet_of

OTHERS = {
    "Scene", "View", "Field", "Warp", "Vec", "Jet", "jet", "load", "gallery_names", "color_picker",
    "DeviceError", "JetfieldError", "OutputError", "SceneError", "ShaderError",
    "Paint", "paint", "conic_ramp", "cosine_palette", "fade", "linear_ramp", "palette", "radial_ramp", "ramp",
    "rgb", "vec4",
}  # fmt: skip
"""Public names that are no part of a field; test_random_pictures paints."""
METHODS = {"translate", "rotate", "scale", "round", "shell", "elongate"}
OPERATORS = {" | ", " & ", " - ", " ^ ", "~("}
TIMES = 20

EVERY = spread(1, 400, 1.5)
CORNERS = grid(np.concatenate([HOSTILE[::2], [0.5, -0.25]]))
VALUES = {"seconds": 1.3, "mouse": (0.2, -0.3), "pixel": 0.01, "resolution": (1.0, 1.0)}
GIVEN = {"seconds": 1.3, "mouse": (0.2, -0.3)}

# --- a grammar of scenes -------------------------------------------------------------------------
# A rule is a template: {n} a number, {l} a length, {a} an angle, {o} an opening, {k} a small count,
# {w} a warp, {f} a small field; and in the bodies of functions {s} a number that varies, {v} a vector.
SHAPES = [
    "circle({l})", "box({l}, {l})", "box({l}, {l}, 0.1)", "capsule(({n}, {n}), ({n}, {n}), {l})",
    "half_plane(({n}, 1), {n})", "polygon([(-0.5, -0.4), (0.6, -0.3), ({n}, 0.5), (-0.4, 0.3)])",
    "regular_polygon(5, {l})", "segment(({n}, {n}), ({n}, {n})).round(0.1)",
    "box(0.2, 0.3).warp(repeat(0.6, 0.4))", "polygon([(0, 0), (0.5, 0), (0, 0.5)])",
    "regular_polygon(3, {l})", "half_plane((1, {n}), {n})", "segment((0, {n}), (0.5, {n})).shell(0.1)",
    "ellipse({l}, {l})", "ring({l}, 0.2)", "pie({l}, {o})", "arc({l}, {o}).round(0.1)", "star(5, {l}, {l})",
    "triangle(({n}, {n}), (0.7, {n}), (-0.3, 0.5))", "bezier(({n}, {n}), ({n}, {n}), (0.5, {n})).shell(0.1)",
    "stripes({l}, 0.3)", "checker({l})", "grid({l}, 0.1)",
]  # fmt: skip
WARPS = [
    "swirl({n}, radius={l})", "affine(((1.1, {n}), (-0.2, 0.9)), ({n}, {n}))", "mobius(1, {n}, 0.2j, 1.5)",
    "polar()", "polar()", "log_polar()", "polar_repeat({k})", "affine(((0.9, 0.3), ({n}, 1.2)))", "repeat({l}, None, count={k})", "repeat(0.7, {l}, count=(2, 1))",
    "bend({n})", "complex_power({k})", "complex_power({l} - 1.05)", "fisheye({n}, radius={l})",
    "inversion({l})", "kaleidoscope({k})", "mirror(({n}, 1), {n})", "perspective({n}, {l})", "ripple(0.1 * {l}, 3)", "shear({n})",
]  # fmt: skip
STEPS = [
    "{0}.translate({n}, {n})", "{0}.rotate({a})", "{0}.scale({l})", "{0}.round(0.05)", "{0}.shell({l})",
    "({0} | {f})", "({0} & {f})", "({0} - {f})", "({0} ^ {f})", "(~{0} & {f})", "~({0})",
    "union({0}, {f}, {f})", "union({0}, {f}, smooth={l})", "intersection({0}, {f})",
    "intersection({f}, {0}, smooth={l})", "difference({0}, {f}, {f})", "difference({f}, {0}, smooth=0.2)",
    "xor({0}, {f})", "xor({f}, {0}, {f})", "{0}.elongate({l})", "{0}.elongate(0.1, {l})",
    "{0}.morph({f}, {l})", "morph({f}, {0}, 0.4)", "mix({0}, {f}, {l})",
    "isolines({0}, {l}).round(0.05)",
    *["{0}.warp({w})"] * 8,
]  # fmt: skip
CHAINS = ["{0}.warp({w} @ {w})", "{0}.warp({w}).warp({w})", "{0}.warp({w} @ {w} @ {w})"]
NUMBERS = [
    "slider('size', 0.4, 0.2, 0.8)", "(0.3 + 0.1 * sin(seconds()))", "max(0.2, 0.4 + mouse().x)",
    "where(toggle('on', True), 0.3, 0.6)", "(0.2 + 0.1 * resolution().y)",
]  # fmt: skip
# The argument of asin and acos stays inside theirs: acos at its end is pi, a sine of that is 0 but for
# rounding, and float32 and float64 then fall to different sides of a floor over whole regions.
SCALARS = [
    "sin({s})", "cos({s})", "exp(-abs({s}))", "log(1.5 + sin({s}))", "sqrt(1.2 + sin({s}))", "atan(2 * {s})",
    "asin(0.6 * sin({s}))", "acos(0.6 * sin({s}))", "tan(0.5 * {s})", "pow(1.5 + sin({s}), {n})", "abs({s})", "sign({s})",
    "floor(2 * {s})", "ceil(2 * {s})", "fract(2 * {s})", "mod({s}, 0.7)", "min({s}, {s})", "max({s}, {s})",
    "mix({s}, {s}, {s})", "clamp({s}, -0.4, 0.5)", "step(0.1, {s})", "smoothstep(-0.5, 0.5, {s})",
    "where({s} < {s}, {s}, {s})", "length({v})", "dot({v}, {v})", "cross({v}, {v})", "distance({v}, {v})",
    "normalize({v}).x", "atan2({s}, 1.5 + {s})", "sin(pi * {s})", "cos(tau * {s} / 3)",
    "length(vec3({s}, {s}, 1))", "noise({v})", "noise(vec3({s}, {s}, 0.3))", "value_noise(2 * {v})", "fbm({v}, 2)",
    "length(grad({s}))",
]  # fmt: skip
VECTORS = [
    "vec2({s}, {s})",
    "p",
    "0.5 * p",
    "min({v}, 0.5)",
    "abs({v})",
    "mix(p, {v}, 0.3)",
    "p + {v}",
]
LEAVES = ["p.x", "p.y", "length(p)", "0.3", "p.x * p.y"]

holes = re.compile(r"\{(\w)\}")
used: Counter[str] = Counter()


def pick(random, rules):
    """One of three rules at random: that which was used least so far, so that all are met often."""
    rule = min(random.sample(rules, 3), key=lambda rule: used[rule] / rules.count(rule))
    used[rule] += 1
    return rule


def program(random):
    """The text of a scene that assigns ``field``, at least six steps above its innermost shape."""
    defined: list[str] = []
    own_shapes, own_warps = [], []
    tame = lambda text: f"0.5 * sin({text})"  # noqa: E731

    def filled(template, depth=0, **named):
        text = template.replace("{0}", named["inner"]) if "inner" in named else template
        return holes.sub(lambda m: hole(m.group(1), depth), text)

    def hole(kind, depth):
        if kind == "n":
            return repr(random.randint(-8, 8) / 10)
        if kind == "l":
            few = random.randint(0, 5) == 0
            return random.choice(NUMBERS) if few else repr(random.randint(2, 9) / 10)
        if kind == "a":
            return repr(random.randint(-30, 30) / 10)
        if kind == "o":
            return random.choice(["1.2", "3.1", "5.5", "slider('open', 2, 0.5, 6)"])
        if kind == "k":
            return str(random.randint(1, 4))
        if kind == "w":
            return filled(pick(random, WARPS + 2 * own_warps))
        if kind == "f":
            shape = filled(pick(random, SHAPES + 3 * own_shapes))
            return f"{shape}.translate({hole('n', 0)}, {hole('n', 0)})"
        if depth > 2:
            return random.choice(LEAVES) if kind == "s" else "p"
        rules = SCALARS if kind == "s" else VECTORS
        text = filled(pick(random, rules), depth + 1)
        return tame(text) if kind == "s" else text

    if random.randint(0, 9) < 4:
        for k in range(2):
            body = " + ".join(filled("{s}", 0) for _ in range(3))
            defined.append(
                f"@shape\ndef shape_{k}(p, size=0.5):\n    t = {body}\n    return length(p) - size + 0.2 * t\n"
            )
            own_shapes.append(f"shape_{k}({{l}})")
        moved = filled("vec2({s}, {s})", 1)
        defined.append(f"@warp\ndef warp_0(p, amount=0.1):\n    return p + amount * {moved}\n")
        own_warps.append("warp_0({l} / 4)")

    field = filled(pick(random, SHAPES + 4 * own_shapes))
    chained = random.randint(0, 9) < 5
    count = 6
    at = random.randint(0, count - 1) if chained else -1
    for k in range(count):
        steps = CHAINS if k == at else STEPS
        field = filled(pick(random, steps), inner=field)
    if random.randint(0, 5) == 0:
        field = f"{field}.round(px(2))"
    return "".join(defined) + f"field = {field}\n"


def run(text):
    space = {name: getattr(language, name) for name in language.__all__}
    exec(text, space)
    return space["field"]


def evaluated(text):
    """The field of a program, and its jet at ordinary points; finite there and at hostile ones."""
    field = run(text)
    options = {**GIVEN, "pixel": 0.01}
    for points in (EVERY, CORNERS):
        found = parts(field.jet(points, 2, **options))
        for array in found:
            assert np.isfinite(array).all(), text
    return field


# --- the run -------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def drawn():
    """Every program that hypothesis draws, with its field."""
    used.clear()
    kept = {}

    @given(st.randoms(use_true_random=True))
    def draw(random):
        text = program(random)
        kept[text] = evaluated(text)

    draw()
    return kept


def test_nothing_is_nan(drawn):
    assert len(drawn) >= 150


def test_no_place_is_nan(drawn):
    for text, field in drawn.items():
        for array in parts(field.place.jet(EVERY, 1, **GIVEN, pixel=0.01)):
            assert np.isfinite(array).all(), text


def test_every_public_name_is_met_often(drawn):
    words = Counter(word for text in drawn for word in re.findall(r"\w+", text))
    words.update({sign: sum(text.count(sign) for text in drawn) for sign in OPERATORS})
    wanted = (set(language.__all__) - OTHERS) | METHODS | OPERATORS
    rare = {name: words[name] for name in wanted if words[name] < TIMES}
    assert not rare


def test_enough_scenes_are_of_the_hard_kinds(drawn):
    own = np.mean(["def " in text for text in drawn])
    chained = np.mean([bool(re.search(r" @ |\)\.warp\([^ ]*\)\.warp\(", text)) for text in drawn])
    print(
        f"{len(drawn)} scenes, {own:.0%} with functions of their own, {chained:.0%} with chained warps"
    )
    assert own >= 0.25
    assert chained >= 1 / 3


def test_glsl_agrees_with_numpy(drawn):
    needs_gl()
    excluded, off, count, worst = 0, Counter(), 0, []
    for number, (text, field) in enumerate(drawn.items()):
        order = 2 if number % 4 == 0 else 1
        try:
            found = on_gpu(jet_of(field.function, order), EVERY, VALUES)
        except Exception as error:
            raise AssertionError(f"{error}\n{text}") from error
        result = field.jet(EVERY, 2, **GIVEN, pixel=0.01)
        near = near_kinks(field.function, EVERY, 3e-5, VALUES)
        far = np.hypot(*EVERY.T)
        triangle = result.hessian[:, [0, 0, 1], [0, 1, 1]]
        known = np.column_stack([result.value, result.gradient, triangle])[:, : found.shape[1]]
        assert (np.isfinite(found) | (np.abs(known) > 1e36)).all(), text  # float32 ends at 3e38
        steep, bend = np.linalg.norm(result.gradient, axis=1), np.abs(triangle).max(axis=1)
        differences = {
            "value": (
                np.abs(found[:, 0] - result.value),
                1 + np.abs(result.value) + steep * far,
                1e-5,
            ),
            "gradient": (
                np.abs(found[:, 1:3] - result.gradient).max(axis=1),
                1 + steep + bend * far,
                1e-4,
            ),
        }
        if order == 2:
            bent = np.abs(found[:, 3:] - triangle).max(axis=1)
            differences["hessian"] = bent, 1 + steep + bend * (1 + far), 1e-3
        excluded, count = excluded + near.sum(), count + len(near)
        for name, (error, size, tolerance) in differences.items():
            beyond = (error / size > tolerance) & ~near
            off[name] += int(beyond.sum())
            if beyond.any():
                worst.append((int(beyond.sum()), name, float((error / size)[~near].max()), text))
    worst.sort(key=lambda w: -w[0])
    shares = ", ".join(f"{name} {off[name] / count:.3%}" for name in off)
    print(
        f"{excluded / count:.2%} of {count} points are near a kink; beyond the tolerance: {shares}"
    )
    for line in worst[:5]:
        print(*line)
    assert excluded / count < 0.01
    assert off["value"] / count < 1e-4, worst[:3]
    assert off["gradient"] / count < 5e-4, worst[:3]
    assert off["hessian"] / count < 5e-4, worst[:3]
