"""Color: names and hex, linear light inside, the sRGB curve and straight alpha at the end."""

import numpy as np
import oracles
import pytest
from PIL import ImageColor

from jetfield.render import render
from jetfield.scenes import Scene, SceneError, View, circle, color_picker, half_plane
from jetfield.shaders.color import encode, rgba

DEVICES = ["gl", "numpy"]
EVERYWHERE = circle(100)


@pytest.fixture(scope="module", autouse=True)
def needs_gl():
    oracles.needs_gl()


def to_linear(code: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1, decoding."""
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def to_code(light: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1, encoding."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def opaque(light: np.ndarray) -> np.ndarray:
    """Gray pixels of this light."""
    return np.stack([light, light, light, np.ones_like(light)], axis=-1)


def pixel(scene: Scene, output: str = "srgb8", device: str = "gl") -> list[float]:
    """The middle pixel."""
    return list(map(float, render(scene, (3, 3), output=output, device=device)[1, 1]))


# --- the curve -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("output", "top"), [("srgb8", 255), ("srgb16", 65535)])
def test_every_code_survives_decoding_and_encoding(output, top):
    codes = np.arange(top + 1)
    encoded = encode(opaque(to_linear(codes / top)), output)
    assert np.array_equal(encoded[..., 0], codes)
    assert (encoded[..., 3] == top).all()


@pytest.mark.parametrize(("output", "top"), [("srgb8", 255), ("srgb16", 65535)])
def test_codes_are_rounded_to_the_nearest(output, top):
    halves = np.arange(top) + 0.5
    below = encode(opaque(to_linear((halves - 0.01) / top)), output)[..., 0]
    above = encode(opaque(to_linear((halves + 0.01) / top)), output)[..., 0]
    assert np.array_equal(below, np.arange(top))
    assert np.array_equal(above, np.arange(1, top + 1))


def test_the_curve_is_the_standard():
    light = np.concatenate([np.linspace(0, 0.01, 5001), np.linspace(0, 1, 50001)])
    found = encode(opaque(light), "srgb16")[..., 0]
    assert np.abs(found - 65535 * to_code(light)).max() <= 0.5 + 1e-6


def test_light_beyond_the_range_is_held_within_it():
    assert encode(np.array([[2.0, -1.0, 1.0, 1.0]]), "srgb8").tolist() == [[255, 0, 255, 255]]


@pytest.mark.parametrize("device", DEVICES)
def test_an_opaque_color_comes_out_as_it_was_written(device):
    scene = Scene(background=None)
    scene.fill(EVERYWHERE, color_picker("tint", "red"))
    for code in range(256):
        tint = f"#{code:02x}{255 - code:02x}{code ^ 0x55:02x}"
        drawn = render(scene, (1, 1), parameters={"tint": tint}, device=device)[0, 0].tolist()
        assert drawn == [code, 255 - code, code ^ 0x55, 255]


# --- alpha ---------------------------------------------------------------------------------------
def test_alpha_is_straight():
    straight = np.array([0.2, 0.4, 0.6])
    codes = encode(opaque(straight[0])[None] * 0 + [*straight, 1.0], "srgb16")[0, :3]
    for alpha in (1.0, 0.5, 0.1, 0.01):
        faint = encode(np.array([[*(alpha * straight), alpha]]), "srgb16")[0]
        assert faint[:3].tolist() == codes.tolist()
        assert faint[3] == round(65535 * alpha)


def test_where_there_is_nothing_all_four_are_zero():
    nothing = np.array([[0.0, 0.0, 0.0, 0.0], [0.7, 0.2, 0.1, 0.0]])
    for output in ("srgb8", "srgb16"):
        assert not encode(nothing, output).any()
    for device in DEVICES:
        assert pixel(Scene(background=None), device=device) == [0, 0, 0, 0]


@pytest.mark.parametrize("device", DEVICES)
def test_linear_output_is_premultiplied_light(device):
    scene = Scene(background=None)
    scene.fill(EVERYWHERE, "#ff8000", opacity=0.5)
    orange = float(to_linear(np.array(128 / 255)))
    assert pixel(scene, "linear", device) == pytest.approx([0.5, 0.5 * orange, 0, 0.5], abs=1e-6)
    assert pixel(scene, "srgb8", device) == [255, 128, 0, 128]
    assert pixel(scene, "srgb16", device) == pytest.approx([65535, 32896, 0, 32768], abs=1)


@pytest.mark.parametrize("device", DEVICES)
def test_opacity_mixes_light_not_codes(device):
    scene = Scene(background="black")
    scene.fill(EVERYWHERE, "white", opacity=0.5)
    assert pixel(scene, "linear", device) == pytest.approx([0.5, 0.5, 0.5, 1], abs=1e-6)
    assert pixel(scene, "srgb8", device) == [188, 188, 188, 255]


@pytest.mark.parametrize("device", DEVICES)
def test_the_alpha_of_a_hex_color_is_opacity(device):
    hexed, faded = Scene(background="white"), Scene(background="white")
    hexed.fill(EVERYWHERE, "#20406080")
    faded.fill(EVERYWHERE, "#204060", opacity=128 / 255)
    assert pixel(hexed, device=device) == pixel(faded, device=device)


@pytest.mark.parametrize("device", DEVICES)
def test_layers_lie_on_each_other_in_call_order(device):
    scene = Scene(background="blue")
    scene.fill(EVERYWHERE, "red").fill(EVERYWHERE, "lime")
    assert pixel(scene, device=device) == [0, 255, 0, 255]
    scene.fill(EVERYWHERE, "white", opacity=0)
    assert pixel(scene, device=device) == [0, 255, 0, 255]
    scene.fill(EVERYWHERE, "red", opacity=0.25)
    assert pixel(scene, "linear", device) == pytest.approx([0.25, 0.75, 0, 1], abs=1e-6)


@pytest.mark.parametrize("device", DEVICES)
def test_layers_over_nothing_compose_as_porter_and_duff_have_it(device):
    scene = Scene(background=None)
    scene.fill(EVERYWHERE, "red", opacity=0.5).fill(EVERYWHERE, "blue", opacity=0.25)
    over = [0.5 * 0.75, 0, 0.25, 0.5 * 0.75 + 0.25]
    assert pixel(scene, "linear", device) == pytest.approx(over, abs=1e-6)
    straight = to_code(np.array(over[:3]) / over[3])
    expected = [round(255 * c) for c in (*straight, over[3])]
    assert pixel(scene, "srgb8", device) == expected


def test_a_half_covered_pixel_holds_half_the_light():
    scene = Scene(background="black", view=View(height=3))
    scene.fill(half_plane((1, 0)), "white")  # its edge runs through the middle pixel
    assert pixel(scene, "linear") == pytest.approx([0.5, 0.5, 0.5, 1], abs=1e-5)
    assert pixel(scene) == [188, 188, 188, 255]


def test_a_transparent_picture_keeps_the_color_of_its_edges():
    scene = Scene(background=None)
    scene.fill(circle(0.7).translate(0.03, 0.01), "#3366cc")
    drawn = render(scene, (64, 64))
    some = drawn[..., 3] > 0
    assert (drawn[~some] == 0).all()
    assert np.abs(drawn[some][:, :3].astype(int) - [0x33, 0x66, 0xCC]).max() <= 1


# --- what a color may be called ------------------------------------------------------------------
def test_the_names_are_those_of_css():
    assert len(ImageColor.colormap) == 148
    for name in ImageColor.colormap:
        expected = [float(to_linear(np.array(c / 255))) for c in ImageColor.getrgb(name)]
        assert rgba(name) == pytest.approx([*expected, 1.0], abs=1e-12)
        assert rgba(name.upper()) == rgba(f" {name} ") == rgba(name)


@pytest.mark.parametrize(
    "text", ["#000", "#fff", "#a1c", "#A1C", "#a1c8", "#102030", "#abCDef", "#10203040"]
)
def test_hex_has_three_four_six_or_eight_digits(text):
    red, green, blue, *alpha = ImageColor.getrgb(text)
    expected = [float(to_linear(np.array(c / 255))) for c in (red, green, blue)]
    assert rgba(text) == pytest.approx([*expected, (alpha or [255])[0] / 255], abs=1e-12)


HOSTILE = {
    "empty": "", "blank": " ", "a sign": "#", "one digit": "#1", "two": "#12", "five": "#12345",
    "seven": "#1234567", "nine": "#123456789", "no digits": "#ggg", "a space": "# fff",
    "no sign": "fff", "C hex": "0xffffff", "a semicolon": "#fff;", "rgb()": "rgb(1, 2, 3)",
    "hsl()": "hsl(0, 100%, 50%)", "transparent": "transparent", "none": "none",
    "currentcolor": "currentcolor", "two names": "red blue", "other digits": "#\uff11\uff12\uff13",
    "other letters": "\uff52\uff45\uff44", "a null": "r\x00ed", "long": "red" * 1000, "None": None,
    "a number": 3, "a hex number": 0xFF0000, "a float": 1.0, "true": True, "a tuple": (1, 0, 0),
    "a list": [255, 0, 0], "bytes": b"red", "a set": {"red"}, "an object": object(),
    "nan": float("nan"), "a field": circle(1),
}  # fmt: skip


@pytest.mark.parametrize("paint", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_no_color_is_refused(paint):
    with pytest.raises(SceneError) as caught:
        Scene().fill(circle(1), paint)
    sentence = str(caught.value)
    assert "is no color: give a CSS name, or hex" in sentence
    assert "test_color.py" in sentence
    assert len(sentence) < 400
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("nearly", "name"),
    [
        ("blu", "blue"),
        ("gren", "green"),
        ("rebecapurple", "rebeccapurple"),
        ("Dark Red", "darkred"),
    ],
)
def test_a_name_that_is_nearly_right_gets_a_hint(nearly, name):
    with pytest.raises(SceneError, match=f"did you mean '{name}'"):
        Scene().fill(circle(1), nearly)


def test_a_background_is_opaque_or_nothing():
    with pytest.raises(SceneError, match="Scene: background='#10141880' must be opaque, or None"):
        Scene(background="#10141880")
