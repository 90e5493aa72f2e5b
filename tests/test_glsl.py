"""The GLSL: it compiles everywhere, says what Python says, and reads as if a person wrote it."""

import re
import time
from pathlib import Path

import numpy as np
import pytest
from oracles import (
    SINGLES,
    VERTEX,
    compiled,
    glslang,
    grid,
    near_kinks,
    needs_gl,
    on_gpu,
    spread,
)
from test_bounds import FIELDS
from test_shapes import CASES

from jetfield.render import render
from jetfield.scenes import (
    Scene,
    SceneError,
    Vec,
    View,
    affine,
    atan2,
    box,
    capsule,
    circle,
    clamp,
    color_picker,
    half_plane,
    length,
    max,
    min,
    mix,
    mod,
    mouse,
    polar,
    polar_repeat,
    polygon,
    pow,
    regular_polygon,
    repeat,
    resolution,
    seconds,
    segment,
    shape,
    sin,
    slider,
    step,
    swirl,
    toggle,
    union,
    vec2,
    warp,
    where,
)  # fmt: skip
from jetfield.shaders import to_glsl
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.expr import Source, const
from jetfield.shaders.calculus.function import Function, Input, Type, trace
from jetfield.shaders.calculus.jets import jet as jet_of
from jetfield.shaders.calculus.roots import root
from jetfield.shaders.glsl import DIALECTS, listing

POINT = Input("p", Type(2), "point")


@shape
def fan(p, petals=3.0):
    r = length(p)
    a = atan2(p.y, p.x)
    return r - 1 + 0.5 * sin(petals * a + 2 * r * r)


@warp
def ripple(p, amount=0.05, waves=9.0):
    return p + amount * vec2(sin(waves * p.y), sin(waves * p.x))


def scene_of(*fields, **options):
    scene = Scene(background="#101418", **options)
    for k, field in enumerate(fields):
        scene.fill(field, ["#ff5c8a", "white", "teal"][k % 3], opacity=0.8)
    return scene


def flower():
    petal = circle(0.35).translate(0.55, 0) - box(0.2, 0.2).translate(0.55, 0)
    scene = Scene(background="#101418", view=View(center=(0, 0), height=2.5))
    turned = petal.warp(polar_repeat(7)).warp(swirl(1.5, radius=1.0))
    scene.fill(turned.warp(ripple(amount=slider("amount", 0.05, 0.0, 0.2))), "#ff5c8a")
    scene.stroke(fan(), "white", width=0.02)
    return scene


def controls():
    scene = Scene(background=color_picker("sky", "#203040"))
    lit = where(toggle("lit", True), 0.5, 0.2)
    scene.fill(circle(lit).translate(mouse()), color_picker("paint", "gold"))
    scene.fill(box(0.2, 0.2 + 0.1 * sin(seconds())), "white", opacity=slider("alpha", 1, 0, 1))
    scene.fill(half_plane((0, 1), -resolution().y / 1000), "black")
    return scene


def crowd(count):
    rng = np.random.default_rng(1)
    return union(
        *(circle(r).translate(x, y) for x, y, r in rng.uniform(0.02, 0.9, (count, 3)).tolist())
    )


SCENES = {
    "flower": flower,
    "controls": controls,
    "nothing": lambda: Scene(background=None),
    "shapes": lambda: scene_of(*(case.field for case in CASES.values())),
    "fields": lambda: scene_of(*(field for name, field in FIELDS.items() if name != "slider")),
    "a table in the text": lambda: scene_of(crowd(50)),
    "a table in a texture": lambda: scene_of(crowd(2000)),
    "forty layers": lambda: scene_of(*(circle(0.1).translate(0.01 * k, 0.5) for k in range(40))),
}
every_scene = pytest.mark.parametrize("name", SCENES)


# --- compilers -----------------------------------------------------------------------------------
@every_scene
@pytest.mark.parametrize("antialias", ["exact", "gradient", "fwidth", "none"])
def test_the_reference_compiler_takes_a_scene(name, antialias):
    text = listing(SCENES[name]().lower(), antialias=antialias)
    assert not glslang(text.fragment)
    assert not glslang(text.vertex, "vert")


@every_scene
def test_the_reference_compiler_takes_live_numbers(name):
    text = listing(SCENES[name]().lower(), numbers="live")
    assert not glslang(text.fragment)
    assert not glslang(text.vertex, "vert")


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_the_reference_compiler_takes_a_library(name):
    text = to_glsl(FIELDS[name])
    functions = re.findall(r"^(?:float|Jet[12]) (\w+)\(vec2 p\) \{", text, re.MULTILINE)[-1:]
    assert functions
    main = "out vec4 fragment;\nvoid main() { fragment = vec4(0.0); }\n"
    assert not glslang(f"#version 330 core\n{text}\n{main}")


def test_our_own_vertex_shader_is_sound():
    assert not glslang(VERTEX, "vert")


# --- agreement -----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(FIELDS))
def test_fields_agree_with_numpy(name):
    needs_gl()
    field = FIELDS[name]
    points = spread(1, 3000, 1.5)
    functions = [jet_of(field.function, k) for k in (0, 1, 2)]
    found = on_gpu(functions, np.concatenate([points, grid(SINGLES)]))
    assert all(np.isfinite(f).all() for f in found)
    zeroth, first, second = (f[: len(points)] for f in found)
    result = field.jet(points, 2)
    near = near_kinks(field.function, points, 3e-5) | (np.hypot(*points.T) < 0.01)
    triangle = result.hessian[:, [0, 0, 1], [0, 1, 1]]
    far = np.hypot(*points.T)
    steep, bend = np.linalg.norm(result.gradient, axis=1), np.abs(triangle).max(axis=1)
    errors = [
        np.abs(zeroth[:, 0] - result.value) / (1 + np.abs(result.value) + steep * far),
        np.abs(first[:, 0] - result.value) / (1 + np.abs(result.value) + steep * far),
        np.abs(first[:, 1:] - result.gradient).max(axis=1) / (1 + steep + bend * far),
        np.abs(second[:, 3:] - triangle).max(axis=1) / (1 + steep + bend * (1 + far)),
    ]
    worst = [e[~near].max() for e in errors]
    print(f"{name}: {near.mean():.2%} excluded, errors " + " ".join(f"{e:.1e}" for e in worst))
    assert near.mean() <= 0.01
    assert max(worst[:2]) < 1e-5
    assert worst[2] < 1e-4
    assert (errors[3][~near] > 1e-3).mean() < 1e-3  # an edge or its end: equal, but for their bend


def test_parameters_reach_the_gpu():
    needs_gl()
    field = circle(slider("r", 0.5, 0.1, 2)).translate(mouse()).rotate(seconds())
    field = field | box(0.3, where(toggle("tall", False), 1.0, 0.2))
    points = spread(2, 500)
    values = {"r": 1.2, "mouse": (0.3, -0.4), "seconds": 2.0, "tall": 1.0}
    expected = field.jet(
        points, 0, seconds=2.0, mouse=(0.3, -0.4), parameters={"r": 1.2, "tall": True}
    ).value
    assert on_gpu(field.function, points, values)[:, 0] == pytest.approx(expected, abs=1e-6)


VECTORS = {
    "clamp between numbers": lambda p: clamp(p, 0.0, 0.5),
    "clamp between a number and a vector": lambda p: clamp(p, 0.0, vec2(1, 0.2)),
    "clamp a number": lambda p: clamp(p.x, vec2(0, 0.5), vec2(1, 2)),
    "least of a number and a vector": lambda p: min(p.x, 2 * p),
    "least of a vector and a number": lambda p: min(2 * p, p.x),
    "greatest of equal numbers and a vector": lambda p: max(vec2(0.5, 0.5), p),
    "number mod vector": lambda p: mod(p.x, vec2(1.3, 2)),
    "vector mod number": lambda p: mod(p, 0.7),
    "mix by a vector": lambda p: mix(p.x, p.y, p),
    "mix of a vector and a number": lambda p: mix(p, p.x, p.y),
    "powers": lambda p: pow(2 + p, vec2(1.5, 2.5)),
    "a choice": lambda p: where(p.x < 0, p, vec2(p.x, p.x)),
    "a step": lambda p: step(p, 0.5),
    "angles": lambda p: atan2(p, p.x),
    "a quotient": lambda p: 1 / (3 + p),
    "a difference": lambda p: p.x - p,
    "constants": lambda p: vec2(1, 2),
    "one twice": lambda p: vec2(p.y, p.y),
    "backwards": lambda p: vec2(p.y, p.x),
    "one shifted": lambda p: vec2(p.x - 0.5, p.y),
    "a product with itself": lambda p: vec2(p.x * p.y, p.y * p.x),
    "signs": lambda p: vec2(-p.x, p.y),
    "four": lambda p: (p.x, p.y, p.x + p.y, p.x - p.y),
    "three": lambda p: Vec((p.x, p.y, 1.0)) * 2,
}


@pytest.mark.parametrize("name", VECTORS)
def test_vectors_are_written_as_vectors(name):
    needs_gl()
    f = trace(VECTORS[name], [POINT], name="f")
    points = spread(3, 500)
    for order in (0, 1, 2):
        g = jet_of(f, order)
        expected = np.stack([np.broadcast_to(c, 500) for c in call(g, list(points.T))], axis=1)
        assert np.abs(on_gpu(g, points) - expected).max() < 1e-4


@pytest.mark.parametrize("n", [1, 3, 4])
def test_any_number_of_dimensions(n):
    needs_gl()
    point = Input("p", Type(n), "point")
    f = trace(lambda p: (length(p) if n > 1 else p) * 2 - 1, [point], name="f")
    points = spread(4, 200, n=n)
    for order in (0, 1, 2):
        g = jet_of(f, order)
        expected = np.stack([np.broadcast_to(c, 200) for c in call(g, list(points.T))], axis=1)
        assert np.abs(on_gpu(g, points) - expected).max() < 1e-3


def test_a_root_agrees_with_numpy():
    needs_gl()
    point = Input("p", Type(2), "point")
    x, y = point.leaves
    solution = root(lambda t, a, b: t * t * t + t - a * b, const(-4), const(4), (x, y), "cubic")
    f = Function("solved", [point], [solution])
    points = spread(5, 1000)
    for order in (0, 1, 2):
        g = jet_of(f, order)
        expected = np.stack([np.broadcast_to(c, 1000) for c in call(g, list(points.T))], axis=1)
        assert np.abs(on_gpu(g, points) - expected).max() < 1e-4


# --- live numbers --------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(FIELDS))
def test_live_numbers_give_the_same_jet(name):
    needs_gl()
    f = jet_of(FIELDS[name].function, 1)
    points = spread(6, 500, 1.5)
    points = points[np.hypot(*points.T) > 0.05]
    points = points[~near_kinks(FIELDS[name].function, points, 1e-4)]
    baked, live = on_gpu(f, points), on_gpu(f, points, numbers="live")
    size = 1 + np.abs(baked).max(axis=1, keepdims=True)
    assert (np.abs(baked - live) / size).max() < 1e-4


def test_live_numbers_are_no_part_of_the_text():
    def text(r):
        return to_glsl(scene_of(box(r, 0.5).translate(r + 1, 0).warp(swirl(r))), numbers="live")

    assert text(0.3) == text(0.4)
    assert "0.3" not in text(0.3)
    assert "0.3" in to_glsl(scene_of(circle(0.3)))


def test_counts_are_part_of_the_text():
    def text(n):
        return to_glsl(
            scene_of(circle(0.1).translate(0.5, 0).warp(polar_repeat(n))), numbers="live"
        )

    assert text(3) != text(4)


# --- names ---------------------------------------------------------------------------------------
def test_names_are_those_of_python():
    text = to_glsl(flower(), antialias="gradient")
    for name in ("circle", "box", "difference", "petal", "swirl_jet1", "ripple_jet1", "fan_jet1"):
        assert re.search(rf"\b{name}\(", text), name
    edges = to_glsl(flower())
    for name in (
        "circle_spot2",
        "box_edge2",
        "petal_edge2",
        "swirl_jet2",
        "ripple_jet2",
        "fan_edge2",
        "fill_edge",
    ):
        assert re.search(rf"\b{name}\(", edges), name
    for local in ("r", "angle"):
        assert re.search(rf"\bfloat {local} = ", text), local
    assert "uniform float amount;" in text


HOSTILE = [
    "main", "sample", "input", "output", "texture", "mix", "float", "vec2", "active", "gl_Position",
    "iTime", "a__b", "_", "__init__", "total", "next", "best", "row", "winner", "p", "value",
    "gradient", "hessian", "jacobian", "Jet1", "Map2", "pixel", "origin", "fragment", "view_center",
    "numbers_0", "live_0", "divide", "reciprocal", "power", "remainder", "picture", "layers", "encode",
    "over", "circle", "union", "edge", "crossing", "pullback", "field", "t", "v", "scale", "x", "f",
    "größe", "ø", "λ", "名前",
]  # fmt: skip


def named(name):
    """A shape of this name, whose argument, variables and slider have it too."""
    space = {"shape": shape, "length": length, "pow": pow, "slider": slider}
    code = (
        f"def {name}(point, {name}=0.5):\n"
        f"    {name} = length(point) * {name} / (length(point) + 1)\n"
        f"    both = pow({name} + 1, 1.5) / ({name} + 0.1 * point.x) + {name}\n"
        f"    return both - {name}\n"
    )
    exec(code, space)
    return shape(space[name])(slider(name if name not in ("pixel",) else "pix", 0.5, 0, 1))


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_will_do(name):
    needs_gl()
    field = named(name)
    more = union(*(field.translate(0.1 * k, 0) for k in range(9))) | circle(0.3) - polygon(
        [(0, 0), (1, 0), (0, 1)]
    )
    points = spread(7, 200)
    points = points[~near_kinks(more.function, points, 1e-3)]
    expected = more.jet(points, 1)
    for numbers in ("baked", "live"):
        found = on_gpu(jet_of(more.function, 1), points, numbers=numbers)
        size = 1 + np.abs(expected.value)
        assert (np.abs(found[:, 0] - expected.value) / size).max() < 1e-4
    text = listing(scene_of(more).lower(), numbers="live")
    assert not glslang(text.fragment)
    assert not glslang(text.vertex, "vert")


def test_two_functions_of_one_name_are_two():
    needs_gl()

    def twin(by):
        @shape
        def bump(p):
            return length(p) - by

        return bump()

    field = twin(0.1) | twin(0.2).translate(1, 0) | twin(0.3).translate(0, 1)
    text = to_glsl(field)
    assert "bump_2" in text
    assert "bump_3" in text
    points = spread(8, 100)
    assert on_gpu(field.function, points)[:, 0] == pytest.approx(
        field.jet(points, 0).value, abs=1e-6
    )


# --- provenance ----------------------------------------------------------------------------------
def test_lines_know_where_they_come_from():
    scene = Scene()
    disc = circle(0.4)
    warped = disc.warp(swirl(2.0))  # marked
    scene.fill(warped, "red")
    text = listing(scene.lower(), antialias="gradient")
    lines = text.fragment.splitlines()
    mine = Path(__file__).read_text().splitlines()
    marked = next(k for k, line in enumerate(mine, start=1) if line.endswith("# marked"))
    at = next(k for k, line in enumerate(lines, start=1) if "= swirl_jet1(p" in line)
    assert text.source_of(at) == Source(__file__, marked)
    assert text.source_of(1) is None
    edges = listing(scene.lower())
    lines = edges.fragment.splitlines()
    at = next(k for k, line in enumerate(lines, start=1) if "(swirl_jet2(p, " in line)
    assert edges.source_of(at) == Source(__file__, marked - 1)  # the outermost call is the disc's


def test_the_comment_of_a_line_names_the_scene():
    scene = scene_of(fan())
    for antialias, called in (("gradient", r"fan_jet1\(vec2 p"), ("exact", r"fan_edge2\(Map2 p")):
        text = to_glsl(scene, antialias=antialias)
        assert re.search(called + r".*// test_glsl\.py:\d+", text)


def test_a_users_docstring_is_its_comment():
    @shape
    def egg(p):
        """An egg, more or less."""
        return length(vec2(p.x, p.y * 1.3)) - 0.5

    assert "// An egg, more or less." in to_glsl(egg())


# --- form ----------------------------------------------------------------------------------------
def test_what_is_kept_of_a_function_has_its_newest_words():
    found = []
    for says, color in (("First.", "red"), ("Second.", "blue")):

        def blob(p):
            return length(p) - 0.7

        blob.__doc__ = says
        field = shape(blob)()
        found.append(to_glsl(Scene().fill(field, color), antialias="none"))
        assert f"// {says}\n" in found[-1]
    assert "// First." not in found[1]


def jet1_of(text, name):
    return text[text.index(f"Jet1 {name}_jet1(") :].partition("\n}\n")[0]


def test_the_fan_fits_on_a_page():
    @shape
    def quilez(p):
        r = length(p)
        a = atan2(p.y, p.x)
        return r - 1 + 0.5 * sin(3 * a + 2 * r * r)

    text = to_glsl(quilez())
    body = jet1_of(text, "quilez")
    assert len(body.splitlines()) <= 12
    helpers = text[: text.index("float quilez(")]
    assert len((helpers + body).splitlines()) <= 25
    assert len(re.findall(r"\blength\(", body)) == 1
    assert len(re.findall(r"\bsin\(", body)) == 1
    assert len(re.findall(r"\batan2?\(", body)) == 1


def test_nothing_is_computed_in_vain():
    """Every variable is read, and none is read only once by the next line's copy."""
    for make in SCENES.values():
        text = to_glsl(make())
        for body in re.findall(r"\{\n(.*?)\n\}", text, re.DOTALL):
            for kind, name in re.findall(r"^    (\w+) (\w+) = ", body, re.MULTILINE):
                if kind == "return":
                    continue
                assert len(re.findall(rf"\b{name}\b", body)) > 1, (name, body)


def test_lines_are_of_a_length_that_can_be_read():
    for make in SCENES.values():
        assert max(len(line.partition("  //")[0]) for line in to_glsl(make()).splitlines()) <= 125


def test_lengths_and_products_stay_recognizable():
    @shape
    def f(p, a=(1.0, 2.0)):
        return length(p - a) * clamp(p.x, 0.0, 1.0) + mix(p.x, p.y, 0.3)

    text = to_glsl(f())
    assert "length(p - " in text
    assert "clamp(p.x, 0.0, 1.0)" in text
    assert re.search(r"mix\(p\.x, p\.y, ", text)


def test_the_same_scene_gives_the_same_text():
    assert to_glsl(flower()) == to_glsl(flower())


def mixed(count):
    """A union of unlike shapes, none of which folds with its neighbors."""
    rng = np.random.default_rng(9)
    kinds = [
        lambda r: circle(r.uniform(0.02, 0.1)),
        lambda r: box(r.uniform(0.02, 0.1), 0.05),
        lambda r: capsule((0, 0), (r.uniform(0.01, 0.1), 0.05), 0.02),
        lambda r: regular_polygon(int(r.integers(3, 9)), 0.05),
        lambda r: segment((0, 0), (0.1, r.uniform(0, 0.1))).round(0.01),
        lambda r: box(0.05, 0.1) - circle(r.uniform(0.01, 0.03)),
    ]
    return [
        kinds[k % 6](rng).rotate(float(k)).translate(*rng.uniform(-1, 1, 2).tolist())
        for k in range(count)
    ]


def test_two_thousand_nodes_are_written_in_seconds():
    fields = mixed(400)  # five nodes each: shapes, moves, booleans
    start = time.perf_counter()
    text = to_glsl(scene_of(union(*fields)))
    seconds_ = time.perf_counter() - start
    print(f"2,000 nodes: {seconds_:.2f} s, {len(text.splitlines())} lines")
    assert seconds_ < 6.0
    assert not glslang(text)


@pytest.mark.parametrize("count", [16, 17, 40, 140, 150])
def test_a_polygon_of_many_corners_compiles_at_once(count):
    needs_gl()
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = 0.8 + 0.1 * np.sin(5 * angle + count)
    field = polygon(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).tolist())
    points = spread(10, 100)
    start = time.perf_counter()
    found = on_gpu(field.function, points)[:, 0]
    assert time.perf_counter() - start < 3.0
    assert found == pytest.approx(field.jet(points, 0).value, abs=1e-6)


def test_copies_of_copies_compile_at_once():
    """3 x 4 x 6 x 6 x 5 copies, seen one turn before and after: 6,480 if they were written out."""
    needs_gl()
    field = (
        box(0.3, 0.1).translate(0.2, 0.1).round(0.01).warp(polar_repeat(3)).warp(polar_repeat(4))
    )
    field = field.warp(repeat(0.7, 0.2, count=(2, 3))).warp(repeat(0.7, 0.4, count=(2, 3)))
    field = field.warp(polar_repeat(5)).warp(polar())
    points = spread(13, 200)
    start = time.perf_counter()
    found = on_gpu(jet_of(field.function, 1), points)[:, 0]
    assert time.perf_counter() - start < 8.0
    assert found == pytest.approx(field.jet(points, 0).value, abs=1e-5)


@pytest.mark.parametrize("count", [40, 140])
def test_a_library_of_a_polygon_compiles_at_once(count):
    needs_gl()
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    field = polygon(np.stack([np.cos(angle), np.sin(2 * angle)], axis=1).tolist())
    text = to_glsl(field)
    name = re.findall(r"^float (\w+)\(vec2 p\) \{", text, re.MULTILINE)[-1]
    fresh = f"{time.time_ns()}.0"  # Mesa keeps what it compiled, from one run to the next
    main = f"out vec4 c; void main() {{ c = vec4({name}(gl_FragCoord.xy + {fresh})); }}"
    start = time.perf_counter()
    compiled(f"#version 330 core\n{text}\n{main}")
    assert time.perf_counter() - start < 3.0


def test_a_function_is_written_once():
    scene = scene_of(circle(0.1), circle(0.2).translate(1, 0), circle(0.3).rotate(1))
    for antialias, head in (("gradient", "Jet1 circle_jet1"), ("exact", "Spot2 circle_spot2")):
        text = to_glsl(scene, antialias=antialias)
        assert len(re.findall(rf"^{head}\(", text, re.MULTILINE)) == 1


# --- refusals and pictures -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call_", "said"),
    [
        (lambda: to_glsl(3), "Scene or a Field"),
        (lambda: to_glsl(circle(1), "glsl5"), "330"),
        (lambda: to_glsl(circle(1), numbers="fast"), "numbers='fast'"),
        (lambda: to_glsl(Scene(), antialias="best"), "antialias='best'"),
    ],
)
def test_refusals(call_, said):
    with pytest.raises(SceneError, match=said):
        call_()


@pytest.mark.parametrize("name", ["flower", "controls", "fields", "a table in a texture"])
def test_a_picture_is_that_of_numpy(name):
    needs_gl()
    drawn, expected = (
        render(SCENES[name](), (48, 32), device=device, output="linear").astype(float)
        for device in ("auto", "numpy")
    )
    off = np.abs(drawn - expected).max(axis=2)
    assert (off > 4e-3).mean() < 0.005
    assert off.mean() < 1e-3


def test_repeat_of_unequal_counts_is_drawn():
    needs_gl()
    field = box(0.2, 0.1).warp(repeat(0.5, 0.3, count=(3, 4)))
    points = spread(11, 500)
    assert on_gpu(field.function, points)[:, 0] == pytest.approx(
        field.jet(points, 0).value, abs=1e-6
    )
    assert not glslang(to_glsl(scene_of(circle(0.2).warp(affine(((1, 2), (0, 1)))))))


def test_a_picture_of_many_loops_is_drawn():
    """Every polygon of 40 corners is two loops; LLVM doubles its time for each beyond a few."""

    scene = Scene("white")
    for k in range(9):
        turns = np.linspace(0, 2 * np.pi, 41)[:-1]
        radii = 0.3 + 0.02 * np.cos(9 * turns + k)
        place = 0.6 * np.array([np.cos(k), np.sin(k)])
        corners = place + radii[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=-1)
        scene.fill(polygon(corners.tolist()), "#123456", opacity=0.1 * (k + 1))
    wrapped = "again = pixel < 0.0"
    first = {"antialias": "gradient"}
    assert wrapped in listing(scene.lower(), **first).fragment
    for antialias in ("exact", "fwidth"):  # in a loop already; and differences need none
        assert wrapped not in listing(scene.lower(), antialias=antialias).fragment
    assert wrapped not in listing(scene.lower(), dialect=DIALECTS["300es"], **first).fragment
    for antialias in ("gradient", "exact"):
        gl, numpy = (
            render(scene, (48, 32), device=device, antialias=antialias).astype(int)
            for device in ("gl", "numpy")
        )
        assert np.abs(gl - numpy).max() <= 1


def test_a_picture_of_many_turns_is_cut_less():
    """A rasteriser that leaves loops after 65,535 turns must not be led there."""
    needs_gl()
    deep, shallow, flat = (scene_of(crowd(n)).lower() for n in (100, 1500, 9000))
    cut = [(p.cells.parts, p.cells.depth) for p in (deep, shallow, flat)]
    assert cut == [(4, 2), (4, 1), (4, 0)]
    assert "level < 1" in listing(shallow).fragment
