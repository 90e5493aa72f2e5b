"""Coverage against areas found in other ways, in NumPy and GLSL, and pictures against truth."""

import itertools

import numpy as np
import oracles
import pytest
from cases import OWN
from methods import drawn, smoothstep
from truth import geometric_mean, ideal, score, spread

from jetfield.render.device import offscreen
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.function import Function, Input, Type, trace
from jetfield.shaders.coverage import band, fill
from jetfield.shaders.glsl.program import Program

F, G, WIDTH = Input("f"), Input("g", Type(2)), Input("width")
FILL = trace(lambda f, g: fill("gradient", f, tuple(g)), [F, G], name="probe")
BAND = trace(lambda f, g, width: band("gradient", f, tuple(g), width), [F, G, WIDTH], name="probe")


def covered(f, gx, gy) -> np.ndarray:
    """The part of a pixel where f + g.x <= 0, as jetfield has it."""
    f, gx, gy = (np.asarray(v, dtype=float) for v in (f, gx, gy))
    return np.broadcast_to(call(FILL, [f, gx, gy])[0], np.broadcast_shapes(f.shape, gx.shape))


def banded(f, gx, gy, width) -> np.ndarray:
    """The part of a pixel within width / 2 of f + g.x = 0, as jetfield has it."""
    return np.asarray(call(BAND, [np.asarray(v, float) for v in (f, gx, gy, width)])[0])


def area(f: float, gx: float, gy: float) -> float:
    """The part of a pixel where f + g.x <= 0, by clipping the square's outline at the line."""
    corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    kept = []
    for (x, y), (u, v) in itertools.pairwise([*corners, corners[0]]):
        here, there = f + gx * x + gy * y, f + gx * u + gy * v
        if here <= 0:
            kept.append((x, y))
        if (here < 0 < there) or (there < 0 < here):
            t = here / (here - there)
            kept.append((x + t * (u - x), y + t * (v - y)))
    ends = kept[1:] + kept[:1]
    return 0.5 * sum(x * v - u * y for (x, y), (u, v) in zip(kept, ends, strict=True))


def lines(count: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lines across or beside the pixel: at random, level or upright, nearly so; a third each."""
    random = np.random.default_rng(seed)
    angle = random.uniform(-np.pi, np.pi, count)
    kind = np.arange(count) % 3
    angle = np.where(kind > 0, np.round(angle / (np.pi / 2)) * (np.pi / 2), angle)
    angle += np.where(kind == 2, 10.0 ** random.uniform(-9, -1, count), 0.0)
    gx, gy = np.cos(angle), np.sin(angle)
    gx, gy = (np.where(np.abs(g) < 1e-15, 0.0, g) for g in (gx, gy))
    return random.uniform(-0.8, 0.8, count), gx, gy


def test_a_half_plane_covers_the_area_that_clipping_leaves():
    f, gx, gy = lines(6000)
    found = [area(*line) for line in zip(f, gx, gy, strict=True)]
    assert np.abs(covered(f, gx, gy) - found).max() < 3e-5


def test_a_half_plane_covers_the_points_that_lie_in_it():
    f, gx, gy = lines(1500)
    x, y = (spread(17711) - 0.5).T
    inside = [(a + b * x + c * y <= 0).mean() for a, b, c in zip(f, gx, gy, strict=True)]
    assert np.sqrt(np.mean((covered(f, gx, gy) - inside) ** 2)) < 2e-4


def test_the_scale_of_the_field_does_not_matter():
    f, gx, gy = lines(300)
    once = covered(f, gx, gy)
    for scale in 10.0 ** np.arange(-18, 19, 3):
        assert np.abs(covered(scale * f, scale * gx, scale * gy) - once).max() < 1e-12


def test_an_edge_through_the_center_halves_the_pixel():
    _, gx, gy = lines(300)
    assert np.abs(covered(np.zeros(300), gx, gy) - 0.5).max() == 0


@pytest.mark.parametrize(("f", "expected"), [(-1, 1), (-1e-9, 1), (0, 1), (1e-9, 0), (1, 0)])
def test_without_a_gradient_the_sign_decides(f, expected):
    assert covered(f, 0, 0) == expected


def test_an_upright_or_level_edge_is_a_ramp():
    f = np.linspace(-1, 1, 201)
    for gx, gy in ((1, 0), (0, 1), (-1, 0), (0, -1)):
        ramp = np.clip(0.5 - f, 0, 1)
        assert np.abs(covered(f, np.full(201, gx), np.full(201, gy)) - ramp).max() < 3e-5


def test_coverage_falls_as_the_field_rises():
    _, gx, gy = lines(300)
    f = np.linspace(-0.8, 0.8, 401)[:, None]
    assert (np.diff(covered(f, gx[None], gy[None]), axis=0) <= 1e-12).all()


def test_coverage_has_the_symmetries_of_a_square():
    f, gx, gy = lines(900)
    once = covered(f, gx, gy)
    assert np.abs(covered(-f, gx, gy) - (1 - once)).max() < 1e-15
    for turned in ((-gx, gy), (gx, -gy), (gy, gx), (-gy, gx)):
        assert np.array_equal(covered(f, *turned), once)


@pytest.mark.parametrize("width", [0.05, 0.3, 1.0, 2.5])
def test_a_band_covers_what_lies_between_its_two_edges(width):
    f, gx, gy = lines(1500)
    scale = 7.0  # the width is in pixels, whatever the field's units
    found = [
        area(a - 0.5 * width, b, c) - area(a + 0.5 * width, b, c)
        for a, b, c in zip(f, gx, gy, strict=True)
    ]
    drawn_band = banded(scale * f, scale * gx, scale * gy, np.full(1500, width))
    assert np.abs(drawn_band - found).max() < 6e-5


def test_coverage_is_never_nan_and_never_outside_0_to_1():
    sizes = [0.0, 1e-300, 1e-38, 1e-30, 1e-12, 1e-6, 1.0, 1e6, 1e12, 1e30, 1e38]
    values = np.array([sign * size for size in sizes for sign in (1, -1)])
    f, gx, gy = (v.ravel() for v in np.meshgrid(values, values, values))
    results = [covered(f, gx, gy)]
    results += [banded(f, gx, gy, np.full(f.shape, width)) for width in (0.0, 1e-9, 1.0, 1e9)]
    for result in results:
        assert np.isfinite(result).all()
        assert (result >= 0).all()
        assert (result <= 1).all()


# --- on the GPU ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def gl():
    oracles.needs_gl()
    return offscreen()


def on_gpu(gl, function: Function, columns: list[np.ndarray]) -> np.ndarray:
    """The emitted function at arrays of scalars, through a vertex shader."""
    program = Program(taken=("result", "row"))
    name = program.add(function)
    inputs = "".join(
        f"in {'vec2' if i.type.size == 2 else 'float'} in_{i.name};\n" for i in function.inputs
    )
    given = ", ".join(f"in_{i.name}" for i in function.inputs)
    text = (
        f"#version 330 core\n{inputs}out float result;\n{program.text}\n"
        f"void main() {{ result = {name}({given}); }}\n"
    )
    rows = np.stack(columns, axis=-1).astype(np.float32)

    def work(painter) -> np.ndarray:
        context = painter.context
        shader = context.program(vertex_shader=text, varyings=["result"])
        source, out = context.buffer(rows.tobytes()), context.buffer(reserve=4 * len(rows))
        layout = " ".join(f"{i.type.size}f" for i in function.inputs)
        names = [f"in_{i.name}" for i in function.inputs]
        array = context.vertex_array(shader, [(source, layout, *names)])
        target = context.simple_framebuffer((1, 1))
        target.use()  # drawing wants one, even where nothing is rasterised
        array.transform(out, mode=context.POINTS, vertices=len(rows))
        result = np.frombuffer(out.read(), np.float32)
        context.detect_framebuffer(0).use()  # moderngl binds again what was in use
        for thing in (array, source, out, shader, target):
            thing.release()
        return result

    return np.asarray(gl.run(work))


def test_the_glsl_computes_what_numpy_does(gl):
    f, gx, gy = (v.astype(np.float32).astype(float) for v in lines(3000))
    assert np.abs(on_gpu(gl, FILL, [f, gx, gy]) - covered(f, gx, gy)).max() < 2e-6
    width = np.linspace(0.05, 3, 3000).astype(np.float32).astype(float)
    assert np.abs(on_gpu(gl, BAND, [f, gx, gy, width]) - banded(f, gx, gy, width)).max() < 4e-6


def test_the_glsl_is_never_nan_either(gl):
    sizes = [0.0, 1e-38, 1e-30, 1e-20, 1e-6, 1.0, 1e6, 1e20, 1e30]
    values = np.array([sign * size for size in sizes for sign in (1, -1)])
    f, gx, gy = (v.ravel() for v in np.meshgrid(values, values, values))
    result = on_gpu(gl, FILL, [f, gx, gy])
    assert np.isfinite(result).all()
    assert (result >= 0).all()
    assert (result <= 1).all()


def test_gradients_are_four_times_nearer_to_the_truth_than_smoothstep(gl):
    errors: dict[str, list[float]] = {"gradient": [], "smoothstep": []}
    for name in ("circle and box", "rippled", "swirled csg", "moebius circles"):
        scene = OWN[name].make()
        truth = ideal(scene, (96, 96), limit=150)
        assert truth.error <= 0.2e-3
        errors["gradient"].append(score(drawn("gradient")(scene, (96, 96)), truth).rmse)
        errors["smoothstep"].append(score(smoothstep(scene, (96, 96)), truth).rmse)
    means = {method: geometric_mean(found) for method, found in errors.items()}
    assert 4 * means["gradient"] <= means["smoothstep"]
