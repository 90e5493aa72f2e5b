"""render(): what the pixels are, however they were drawn."""

import numpy as np
import pytest

from jetfield.render import DeviceError, SceneError, offscreen, render, tiles
from jetfield.render.device import offscreen as device
from jetfield.scenes import (
    Scene,
    View,
    circle,
    color_picker,
    fade,
    px,
    seconds,
    shape,
    slider,
    toggle,
    where,
)

MODES = ["exact", "gradient", "fwidth", "none"]
OUTPUTS = {"srgb8": np.uint8, "srgb16": np.uint16, "linear": np.float32}


@pytest.fixture(scope="module", autouse=True)
def needs_gl():
    try:
        device().run(lambda painter: None)
    except DeviceError as error:
        pytest.skip(str(error))


def two_discs() -> Scene:
    scene = Scene(background="#101418", view=View(center=(0.1, -0.2), height=2.5))
    scene.fill(circle(0.7).translate(-0.3, 0.2), "red")
    scene.fill(circle(0.5).translate(0.4, -0.3), "white", opacity=0.5)
    return scene


def a_dot(radius: float = 0.5) -> Scene:
    scene = Scene(background=None)
    scene.fill(circle(radius), "white")
    return scene


def levels(picture):
    return picture.astype(np.int64)


@pytest.mark.parametrize("output", OUTPUTS)
def test_shape_and_type(output):
    picture = render(a_dot(), (31, 17), output=output)
    assert picture.shape == (17, 31, 4)
    assert picture.dtype == OUTPUTS[output]
    assert picture.flags["C_CONTIGUOUS"]


def test_the_first_row_is_the_top():
    scene = Scene(background=None)
    scene.fill(circle(0.2).translate(0.5, 0.6), "white")  # up and to the right
    alpha = render(scene, (101, 101))[..., 3]
    rows, columns = np.nonzero(alpha)
    assert rows.max() < 50
    assert columns.min() > 50


def test_nothing_is_transparent_black_and_paint_is_opaque():
    picture = render(a_dot(), (64, 64))
    assert picture[32, 32].tolist() == [255, 255, 255, 255]
    assert picture[0, 0].tolist() == [0, 0, 0, 0]


def test_the_view_spans_the_height():
    for height, view in ((2, None), (4, View(height=4))):
        alpha = render(a_dot(), (400, 200), view=view, output="linear")[..., 3]
        area = alpha.sum() * (height / 200) ** 2
        assert area == pytest.approx(np.pi * 0.25, rel=2e-4)


def test_a_smaller_view_elsewhere_shows_that_part():
    whole = render(two_discs(), (128, 128), view=View(center=(0, 0), height=2))
    corner = render(two_discs(), (64, 64), view=View(center=(0.5, 0.5), height=1))
    assert np.abs(levels(whole[:64, 64:]) - corner).max() <= 1


def test_outputs_are_one_picture_encoded():
    linear = render(two_discs(), (90, 61), output="linear").astype(float)
    straight = np.clip(linear[..., :3] / linear[..., 3:], 0, 1)
    encoded = np.where(
        straight <= 0.0031308, straight * 12.92, 1.055 * straight ** (1 / 2.4) - 0.055
    )
    for output, top in (("srgb8", 255), ("srgb16", 65535)):
        picture = render(two_discs(), (90, 61), output=output)
        # Float32 on the GPU: one level at 8 bits, and as little at 16.
        assert np.abs(picture[..., :3] - encoded * top).max() <= 0.5 + top * 4e-6
        assert (picture[..., 3] == top).all()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(64, 48), (63, 47), (1, 1), (5, 2)])
def test_the_reference_renderer_draws_the_same(mode, size):
    gpu = render(two_discs(), size, antialias=mode)
    reference = render(two_discs(), size, antialias=mode, device="numpy")
    different = np.abs(levels(gpu) - reference).max(axis=-1)
    assert (different > 1).mean() <= (0.01 if mode in ("none", "fwidth") else 0)


@shape
def level(p, height=-1.0):
    return p.x * 0 + height


@pytest.mark.parametrize("height", [-1, seconds() - 1, slider("height", -1, -2, 2)])
def test_the_reference_renderer_draws_a_field_that_is_the_same_everywhere(height):
    scene = Scene()
    scene.stroke(level(height), "red", width=px(2))
    scene.fill(level(height), "teal", opacity=fade(px=8))
    scene.fill(level(height).translate(0.2, 0), "gold", opacity=0.5)
    for mode in ("fwidth", "gradient", "none"):
        drawn = [render(scene, (5, 4), antialias=mode, device=d) for d in ("gl", "numpy")]
        assert np.abs(levels(drawn[0]) - drawn[1]).max() <= 1
        assert (drawn[1] == drawn[1][0, 0]).all()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("where", ["gl", "numpy"])
def test_tiles_are_the_picture_drawn_at_once(monkeypatch, mode, where):
    size = (151, 99)
    whole = render(two_discs(), size, antialias=mode, device=where)
    monkeypatch.setattr(offscreen, "TILE", 32)
    assert np.array_equal(render(two_discs(), size, antialias=mode, device=where), whole)


def test_wider_than_the_largest_texture():
    limit = device().run(lambda painter: painter.context.info["GL_MAX_TEXTURE_SIZE"])
    if limit > 32768:
        pytest.skip(f"textures of {limit} pixels are as large as a picture gets")
    width = limit + 1001
    scene = Scene(background=None)
    scene.fill(circle(0.9).translate(2 * width / 8 - 1, 0), "white")  # at the right end
    picture = render(scene, (width, 8))
    assert picture[:, : width - 10].max() == 0
    assert np.array_equal(picture, render(scene, (width, 8), device="numpy"))


def test_tiles_cover_every_pixel_once_from_the_top():
    for size in ((1, 1), (31, 32), (33, 65), (100, 7)):
        seen = np.zeros(size[::-1], int)
        lowest = size[1]
        for x, y, width, height in tiles.tiles(size, 32):
            seen[y : y + height, x : x + width] += 1
            assert x % 2 == y % 2 == 0
            assert y <= lowest
            lowest = y
        assert (seen == 1).all()


def test_parts_cover_every_pixel_once_and_fit():
    for size in ((1, 1), (31, 32), (33, 65), (200, 70)):
        seen, asked = np.zeros(size[::-1], int), []

        def fits(part, asked=asked):
            asked.append(part)
            return part.width * part.height <= 2000 * (1 + part.x // 100)

        for part in tiles.parts(size, fits, 16):
            x, y, width, height = part
            seen[y : y + height, x : x + width] += 1
            assert x % 16 == y % 16 == 0
            assert max(width, height) <= 16 or (asked[-1] == part and fits(part))
        assert (seen == 1).all()


def test_parameters_and_their_defaults():
    scene = Scene(background=None)
    scene.fill(circle(slider("size", 0.5, 0.1, 1.0)), "white")
    drawn = {
        value: render(scene, (64, 64), parameters={"size": value} if value else None)
        for value in (None, 0.5, 0.25, np.float32(0.75), 1)
    }
    assert np.array_equal(drawn[None], drawn[0.5])
    areas = [drawn[value][..., 3].sum() for value in (0.25, 0.5, np.float32(0.75), 1)]
    assert areas == sorted(set(areas))


def test_drawing_again_compiles_nothing():
    def compiled() -> int:
        return device().run(lambda painter: painter.programs.compiled)

    first = render(two_discs(), (32, 32))
    before = compiled()
    again = render(two_discs(), (32, 32))  # another scene object of the same content
    render(two_discs(), (50, 20), seconds=3, mouse=(1, 2), view=View(height=1))
    assert compiled() == before
    assert np.array_equal(first, again)


def test_scenes_drawn_in_turn_keep_apart():
    scenes = [a_dot(radius) for radius in (0.2, 0.4, 0.6)]
    alone = [render(scene, (40, 40)) for scene in scenes]
    in_turn = [render(scene, (40, 40)) for scene in scenes * 2]
    assert all(np.array_equal(a, b) for a, b in zip(alone * 2, in_turn, strict=True))


def test_no_gl_error_is_left():
    render(two_discs(), (300, 20), output="srgb16")
    assert device().run(lambda painter: painter.context.error) == "GL_NO_ERROR"


SLIDER = Scene(background=None)
SLIDER.fill(circle(slider("size", 0.5, 0.1, 1.0)), color_picker("tint", "red"))
SLIDER.fill(circle(0.1), "white", opacity=where(toggle("shown", True), 1, 0))

WRONG = [
    ({"size": (0, 512)}, "render: size=(0, 512) must be two positive whole numbers "
     "(width, height)"),
    ({"size": (True, 5)}, "render: size=(True, 5) must be two positive whole numbers"),
    ({"size": (1.5, 5)}, "render: size=(1.5, 5) must be two positive whole numbers"),
    ({"size": 512}, "render: size=512 must be two positive whole numbers"),
    ({"size": "99"}, "render: size='99' must be two positive whole numbers"),
    ({"size": None}, "render: size=None must be two positive whole numbers"),
    ({"size": (1, 2, 3)}, "render: size=(1, 2, 3) must be two positive whole numbers"),
    ({"size": (1, 65537)}, "render: size=(1, 65537) is more than 65536 pixels on a side"),
    ({"antialias": "exakt"}, "render: antialias='exakt' must be one of \"exact\", \"gradient\", "
     "\"fwidth\", \"none\"; did you mean 'exact'?"),
    ({"antialias": None}, "render: antialias=None must be one of"),
    ({"output": "srgb"}, "render: output='srgb' must be one of \"srgb8\", \"srgb16\", \"linear\"; "
     "did you mean"),
    ({"device": "cuda"}, "render: device='cuda' must be one of \"auto\", \"gl\", \"numpy\""),
    ({"seconds": float("nan")}, "render: seconds=nan must be a finite number"),
    ({"seconds": "1"}, "render: seconds='1' must be a finite number"),
    ({"seconds": True}, "render: seconds=True must be a finite number"),
    ({"mouse": 1}, "render: mouse=1 must be two finite numbers (x, y)"),
    ({"mouse": (1, float("inf"))}, "render: mouse=(1, inf) must be two finite numbers (x, y)"),
    ({"view": (0, 0, 2)}, "render: view=(0, 0, 2) must be a View(center=(x, y), height=h)"),
    ({"parameters": [1]}, "render: parameters=[1] must map names to values"),
    ({"parameters": {"sise": 1}}, "render: the scene has no parameter 'sise'; it has 'shown', "
     "'size', 'tint'; did you mean 'size'?"),
    ({"parameters": {1: 1}}, "render: the scene has no parameter 1; it has 'shown', "),
    ({"parameters": {"size": 1.5}}, "parameters['size']=1.5 must be a number from 0.1 to 1"),
    ({"parameters": {"size": "1"}}, "parameters['size']='1' must be a number from 0.1 to 1"),
    ({"parameters": {"size": float("nan")}}, "must be a number from 0.1 to 1"),
    ({"parameters": {"shown": "no"}}, "render: parameters['shown']='no' must be True or False"),
    ({"parameters": {"tint": "reddish"}}, "render: parameters['tint']: 'reddish' is no color"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=lambda value: str(value)[:50])
def test_wrong_arguments_say_what_is_expected(wrong, sentence):
    with pytest.raises(SceneError) as caught:
        render(SLIDER, **{"size": (4, 4), **wrong})
    assert sentence in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "what",
    [circle(1), None, "flower.py", Scene, 3, object()],
    ids=lambda value: type(value).__name__,
)
def test_only_scenes_are_drawn(what):
    with pytest.raises(SceneError, match="render: expected a Scene, got "):
        render(what, (4, 4))
