"""The panel, by hand: a mouse drags, clicks and double clicks, keys type, and values change."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from gl import blank, check_that_it_keeps, read

from jetfield.render import DeviceError, panel, render
from jetfield.render.arguments import framed, lowered
from jetfield.render.panel import Panel, as_python, how_to_get
from jetfield.scenes import Scene, circle, color_picker, slider, toggle, where
from jetfield.shaders.picture import Parameter

pytest.importorskip("imgui_bundle")

SIZE = 640, 400
ENTER, ESCAPE = 257, 256


def a_scene():
    scene = Scene(background="#102030")
    radius = slider("radius", 0.5, 0, 1.5) + slider("more", 20, 0, 2000) / 10000
    scene.fill(circle(radius), color_picker("tint", "#ff5c8a"))
    scene.fill(circle(0.2), "white", opacity=where(toggle("lit", True), 1, 0))
    return scene


PARAMETERS = {p.name: p for p in a_scene().lower().parameters}


class Hand:
    """Drives a panel as a window would, and collects what it changes."""

    def __init__(self, context, scale=1.0, parameters=PARAMETERS, **clipboard):
        self.parameters, self.scale = parameters, scale
        self.framebuffer = blank(context, SIZE)
        self.panel = Panel(context, **clipboard)
        self.values = {}
        self.pixels = None
        self.frames(4)

    def frames(self, count=3):
        for _ in range(count):
            self.framebuffer.use()
            self.framebuffer.clear(1, 1, 1, 1)
            self.values |= self.panel.draw(
                SIZE, self.scale, [*self.parameters.values()], self.values
            )
        self.pixels = read(self.framebuffer)[..., :3].astype(int)

    @property
    def box(self):
        """The panel: left, top, right, bottom."""
        y, x = np.nonzero((self.pixels != 255).any(axis=-1))
        return x.min(), y.min(), x.max() + 1, y.max() + 1

    def place(self, name, along=0.5):
        """A point of a widget, by ImGui's style: rows of 25 pixels below the title, and margins."""
        left, top, _, _ = self.box
        names = [*self.parameters, name]
        row = names.index(name) if isinstance(name, str) else name
        grab = 8  # what a slider's ends are short of, half its grab
        across = 8 + grab + along * (panel.WIDTH - 2 * grab)
        return left + across * self.scale, top + (21 + 8 + 25 * row + 10) * self.scale

    def move(self, x, y):
        self.panel.mouse_position(x, y)
        self.frames()

    def press(self, down, button=0):
        self.panel.mouse_button(button, down)
        self.frames(1)

    def drag(self, name, start, end):
        self.move(*self.place(name, start))
        self.press(True)
        self.move(*self.place(name, end))
        self.press(False)
        self.frames()

    def click(self, x, y, times=1):
        self.move(x, y)
        for _ in range(times):
            self.press(True)
            self.press(False)
        self.frames()

    def type(self, text, key=ENTER):
        self.panel.text(text)
        self.frames(len(text) + 2)
        self.panel.key(key, True)
        self.frames(2)
        self.panel.key(key, False)
        self.frames(2)


@pytest.fixture
def hand(own):
    """Runs a function with a hand over a panel."""

    def run(work, **options):
        def within(context):
            made = Hand(context, **options)
            try:
                return work(made)
            finally:
                made.panel.release()
                assert context.error == "GL_NO_ERROR"

        return own(within)

    return run


def test_dragging_a_slider_changes_its_value(hand):
    def work(hand):
        found = []
        for start, end in ((0.33, 1.05), (1.0, -0.05), (0.0, 0.6)):
            hand.drag("radius", start, end)
            found.append(hand.values["radius"])
        return found, hand.values

    (high, low, between), values = hand(work)
    assert (high, low) == (1.5, 0)
    assert between == pytest.approx(0.9, abs=0.03)
    assert len(repr(between)) <= 6, "a short decimal number, not a float32 of one"
    assert list(values) == ["radius"], "the others stayed"


def test_at_twice_the_scale_it_is_twice_as_large_and_works(hand):
    def work(hand):
        hand.drag("more", 0.01, 1.05)
        return hand.box, hand.values

    (left, top, right, bottom), values = hand(work)
    (left2, top2, right2, bottom2), values2 = hand(work, scale=2.0)
    assert values == values2 == {"more": 2000}
    assert right2 - left2 == pytest.approx(2 * (right - left), rel=0.03)
    assert bottom2 - top2 == pytest.approx(2 * (bottom - top), rel=0.03)
    assert (right2, right) == (SIZE[0] - 20, SIZE[0] - 10)


def test_a_double_click_types_a_number(hand):
    def work(hand):
        hand.click(*hand.place("radius", 0.9), times=2)
        before, typing = dict(hand.values), hand.panel.wants_keyboard
        hand.type("0.725")
        return before, typing, hand.values, hand.panel.wants_keyboard

    before, typing, values, after = hand(work)
    assert before.get("radius", 0.5) == 0.5, "the clicks themselves change nothing"
    assert typing
    assert not after
    assert values == {"radius": 0.725}


@pytest.mark.parametrize(("typed", "value"), [("7", 1.5), ("-3", 0.0), ("nonsense", 0.5)])
def test_what_is_typed_stays_within_the_slider(hand, typed, value):
    def work(hand):
        hand.click(*hand.place("radius"), times=2)
        hand.type(typed)
        return panel.shown(PARAMETERS["radius"], hand.values)

    assert hand(work) == value


def test_escape_leaves_the_number_as_it_was(hand):
    def work(hand):
        hand.drag("radius", 0.33, 0.6)
        before = hand.values["radius"]
        hand.click(*hand.place("radius", 0.2), times=2)
        hand.type("1.25", key=ESCAPE)
        return before, hand.values["radius"], hand.panel.wants_keyboard

    before, after, typing = hand(work)
    assert after == before
    assert not typing


def test_a_toggle_turns_and_a_color_is_typed(hand):
    def work(hand):
        hand.click(*hand.place("lit", 0.0))
        off = hand.values["lit"]
        hand.click(*hand.place("lit", 0.0))
        hand.click(*hand.place("tint", 0.2), times=2)
        hand.type("#00C0ff")
        return off, hand.values

    off, values = hand(work)
    assert off is False
    assert values == {"lit": True, "tint": "#00c0ff"}


def test_reset_gives_the_defaults_back(hand):
    def work(hand):
        hand.drag("radius", 0.33, 1.0)
        hand.click(*hand.place("lit", 0.0))
        hand.click(*hand.place("reset", 0.05))
        return hand.values

    assert hand(work) == {"radius": 0.5, "lit": True}


def test_copy_as_python_gives_the_values_back(hand):
    clipboard = []

    def work(hand):
        hand.drag("radius", 0.33, 0.47)
        hand.click(*hand.place("lit", 0.0))
        hand.click(*hand.place("copy", 0.6))
        return hand.values

    values = hand(work, copy=clipboard.append, paste=lambda: "")
    (code,) = clipboard
    found = {}
    exec(code, found)
    assert found["parameters"] == {
        "radius": values["radius"],
        "more": 20,
        "tint": "#ff5c8a",
        "lit": False,
    }
    scene = a_scene()
    picture = render(scene, (32, 32), parameters=found["parameters"], antialias="none")
    assert np.array_equal(picture, render(scene, (32, 32), parameters=values, antialias="none"))
    assert not np.array_equal(picture, render(scene, (32, 32), antialias="none"))


def test_values_may_be_those_of_a_frame():
    """As the calculus reads them: colors in linear light, switches as numbers."""
    picture = lowered("test", a_scene())
    given = {"radius": 0.3, "lit": False, "tint": "#336699"}
    frame = framed("test", picture, (8, 8), seconds=0, parameters=given, mouse=(0, 0), view=None)
    found = {}
    exec(as_python(picture.parameters, frame.parameters), found)
    assert found["parameters"] == {**given, "more": 20}


def test_it_wants_only_what_is_meant_for_it(hand):
    def work(hand):
        wanted = []
        for x, y in [(5, 390), hand.place("radius"), (5, 5)]:
            hand.move(x, y)
            wanted.append(hand.panel.wants_mouse)
        hand.panel.key(65, True, 2)
        hand.panel.key(0x7FFF, True)
        hand.frames()
        return wanted, hand.panel.wants_keyboard

    assert hand(work) == ([False, True, False], False)


def test_without_parameters_there_is_no_panel(hand):
    assert (hand(lambda hand: hand.pixels, parameters={}) == 255).all()


def test_a_panel_of_many_parameters_stays_within_the_window(hand):
    many = {f"s{k}": Parameter(f"s{k}", "slider", 0.5, 0.0, 1.0) for k in range(40)}

    def work(hand):
        hand.move(*hand.place("s3"))
        hand.panel.wheel(0, -100)
        hand.frames(4)
        scrolled = hand.box
        for row in (8, 8.2, 8.4, 8.6):  # rows lie somewhere else now
            hand.drag(row, 0.5, 1.05)
        return scrolled, hand.values

    (_, top, _, bottom), values = hand(work, parameters=many)
    assert (top, bottom) == (10, SIZE[1] - 10)
    assert 1.0 in values.values()
    assert values.keys() <= {f"s{k}" for k in range(25, 40)}


def test_two_panels_are_two(own):
    def work(context):
        one, two = Hand(context), Hand(context)
        one.drag("radius", 0.33, 1.05)
        two.drag("more", 0.01, 1.05)
        one.panel.release()
        two.drag("radius", 0.33, -0.05)
        two.panel.release()
        return one.values, two.values

    assert own(work) == ({"radius": 1.5}, {"more": 2000, "radius": 0.0})


def test_the_callers_state_is_kept(own):
    def work(context):
        made = Panel(context)
        parameters = [*PARAMETERS.values()]
        check_that_it_keeps(context, lambda: made.draw((280, 190), 1.0, parameters, {}))
        made.release()

    own(work)


def test_a_released_panel_says_so(own):
    def work(context):
        made = Panel(context)
        made.release()
        made.release()
        with pytest.raises(DeviceError, match=r"Panel\.draw: the panel was released"):
            made.draw(SIZE, 1.0, [], {})

    own(work)


def test_without_the_extra_it_is_said_how_to_get_it(own, monkeypatch):
    assert how_to_get() is None
    monkeypatch.setitem(sys.modules, "imgui_bundle", None)
    assert importlib.util.find_spec("imgui_bundle") is None
    said = how_to_get()
    assert said is not None
    assert 'pip install "jetfield[panel]"' in said

    def work(context):
        with pytest.raises(DeviceError, match="jetfield\\[panel\\]"):
            Panel(context)

    own(work)


def test_imgui_is_loaded_with_the_first_panel():
    code = "import sys, jetfield.render.panel; print('imgui_bundle' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
