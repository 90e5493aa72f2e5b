"""What a window shows, without a window: versions, views, clock, values, orders."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetfield.render import ShaderError
from jetfield.render.brush import Report
from jetfield.render.canvas import placed
from jetfield.render.live import SETTLED, Live
from jetfield.render.reload import Trouble, Version
from jetfield.scenes import Scene, View, circle, color_picker, mouse, seconds, slider, toggle, where
from jetfield.shaders.glsl import Editions
from jetfield.shaders.picture import Frame

SIZE = 400, 300


def version(number: int, scene: Scene | None = None) -> Version:
    made = scene or Scene(view=View(height=2)).fill(circle(0.5), "red")
    return Version(number, made.lower(), {})


def live(scene: Scene | None = None, **options: Any) -> Live:
    """A window's state once its first picture is there."""
    found = Live(SIZE, **options)
    found.receive(version(1, scene))
    drawn(found, found.order(0.0))
    return found


def drawn(found: Live, order: Any, **options: Any) -> None:
    found.drawn(Report(order, "gradient", **options), ["scene.py"])


def moving() -> Scene:
    scene = Scene(view=View(center=(1, 2), height=4))
    scene.fill(circle(slider("size", 0.5, 0.1, 2)).translate(seconds(), mouse().x), "red")
    return scene


def test_nothing_is_ordered_before_there_is_a_scene():
    found = Live(SIZE)
    assert found.order(0.0) is None
    assert not found.ticking
    assert found.at((200, 150)) == (0, 0)
    assert found.status()["version"] == 0


def test_an_order_comes_once_and_then_only_after_a_change():
    found = live()
    assert found.order(10.0) is None
    found.pan(10, 0)
    first = found.order(10.0)
    assert first is not None
    assert not first.still
    assert found.order(10.0 + SETTLED / 2) is None
    assert found.settles() == pytest.approx(10 + SETTLED)
    second = found.order(10.0 + SETTLED)
    assert second is not None
    assert second.still
    assert second.serial == first.serial, "it is the same picture, to be drawn more finely"
    assert found.settles() is None
    assert found.order(99.0) is None


def test_what_the_scene_does_not_read_orders_nothing():
    found = live()
    found.point((13, 17))
    found.step(3.0)
    found.split = 0.9
    assert found.order(1.0) is None
    found = live(moving())
    found.running = False
    found.order(0.5)
    for change in (lambda: found.point((13, 17)), lambda: found.step(3.0)):
        change()
        assert found.order(1.0) is not None


def test_the_clock_runs_only_where_it_is_read():
    still, clock = live(), live(moving())
    for found in (still, clock):
        found.advance(10.0)
        found.advance(12.5)
    assert (still.seconds, clock.seconds) == (0, 2.5)
    clock.pause()
    clock.advance(20.0)
    clock.pause()
    clock.advance(20.5)
    assert clock.seconds == 3.0, "the time it stood does not count"
    clock.step(-1)
    assert (clock.seconds, clock.running) == (2.0, False)
    clock.restart()
    assert clock.seconds == 0


def test_the_clock_begins_where_it_is_told_to():
    found = live(moving(), seconds=7.0)
    found.step(1)
    found.restart()
    assert found.seconds == 7.0


def test_a_moving_picture_is_never_still():
    found = live(moving())
    found.advance(0.0)
    found.advance(1.0)
    assert not found.order(1.0).still
    assert found.settles() is None
    found.pause()
    assert found.order(1.0 + 2 * SETTLED).still


points = st.tuples(st.floats(0, SIZE[0]), st.floats(0, SIZE[1]))
views = st.builds(View, st.tuples(st.floats(-9, 9), st.floats(-9, 9)), st.floats(0.1, 50))


@given(views, points, st.floats(-8, 8))
def test_zooming_keeps_what_is_under_the_mouse(view, place, steps):
    found = live(view=view)
    before = found.at(place)
    found.zoom(steps, place)
    assert np.allclose(found.at(place), before, atol=1e-9 * (1 + view.height))
    assert found.seen.height == pytest.approx(view.height / 1.15**steps)


@given(views, points, points)
def test_panning_moves_what_is_held_with_the_mouse(view, start, end):
    found = live(view=view)
    before = found.at(start)
    found.pan(end[0] - start[0], end[1] - start[1])
    assert np.allclose(found.at(end), before, atol=1e-9 * (1 + view.height))
    found.home()
    assert found.seen == View(height=2)


def test_zooming_ends_somewhere():
    found = live()
    for _ in range(20):
        found.zoom(1000, (3, 3))
    assert found.seen.height == 1e-6
    for _ in range(20):
        found.zoom(-1000, (3, 3))
    assert found.seen.height == 1e9


@given(views, views)
def test_a_picture_is_placed_where_it_lies_in_another_view(held, seen):
    old, new = (Frame(SIZE, view) for view in (held, seen))
    left, bottom, right, top = placed(old, new)
    for x, y, across, up in ((left, bottom, -0.5, -0.5), (right, top, 0.5, 0.5)):
        point = [
            held.center[k] + (across, up)[k] * held.height * (SIZE[0] / SIZE[1], 1)[k]
            for k in (0, 1)
        ]
        there = [
            (point[k] - seen.center[k]) / (0.5 * seen.height * (SIZE[0] / SIZE[1], 1)[k])
            for k in (0, 1)
        ]
        assert np.allclose((x, y), there, rtol=1e-9, atol=1e-9)
    assert placed(old, old) == (-1, -1, 1, 1)


def test_the_scenes_own_view_is_followed_until_it_is_left():
    found = live(moving())
    assert found.seen == View(center=(1, 2), height=4)
    found.receive(version(2))
    assert found.seen == View(height=2)
    found.pan(30, 0)
    moved = found.seen
    found.receive(version(3, moving()))
    assert found.seen == moved


def test_a_version_is_good_once_it_is_drawn():
    found = live()
    found.receive(version(2))
    order = found.order(1.0)
    assert order.version.number == 2
    assert found.good.number == 1, "the last good one stays until then"
    drawn(found, order)
    assert found.good.number == 2
    assert found.tried is None


def test_a_version_that_the_driver_refuses_is_left():
    found = live()
    found.receive(version(2))
    order = found.order(1.0)
    drawn(found, order, error=ShaderError("scene.py:3: refused"))
    assert "refused" in found.trouble.message
    assert found.order(1.1).version.number == 1, "the picture goes on"
    drawn(found, order, error=ShaderError("refused by another brush"))
    assert "another" not in found.trouble.message
    found.receive(version(3))
    drawn(found, found.order(2.0))
    assert found.trouble is None
    assert found.good.number == 3


def test_trouble_stays_until_a_good_version_is_drawn():
    found = live()
    found.receive(Trouble("broken"))
    assert found.order(1.0) is None
    found.pan(3, 3)
    drawn(found, found.order(2.0))
    assert found.trouble is not None, "an old picture drawn again heals nothing"
    found.receive(version(2))
    assert found.trouble is not None
    drawn(found, found.order(3.0))
    assert found.trouble is None


def test_more_drawings_of_a_version_are_ordered():
    found = live()
    more = replace(found.good, drawings={"exact": Editions().edition(found.good.picture, "exact")})
    found.receive(more)
    order = found.order(1.0)
    assert order.version is more
    assert order.serial == 1, "the picture is the same"


def test_values_survive_what_the_scene_makes_of_them():
    scene = Scene()
    scene.fill(
        circle(slider("size", 0.5, 0.1, 2)),
        color_picker("ink", "red"),
        opacity=where(toggle("on", True), 1, 0),
    )
    found = live(scene)
    found.values |= {"size": 1.5, "ink": "#00ff00", "on": False, "gone": 3}
    assert found.frame().parameters == {"size": 1.5, "ink": (0, 1, 0), "on": 0.0}
    narrow = Scene().fill(circle(slider("size", 0.5, 0.1, 1)), "red")
    found.receive(version(2, narrow))
    assert found.frame().parameters == {"size": 1.0}, "as far as it still goes"
    other = Scene().fill(circle(0.5), color_picker("size", "blue"))
    found.receive(version(3, other))
    assert found.frame().parameters == {"size": (0, 0, 1)}, "the name stands for something else"
    found.receive(version(4, scene))
    assert found.frame().parameters == {"size": 1.5, "ink": (0, 1, 0), "on": 0.0}


def test_the_resolution_reaches_the_scene():
    found = live()
    found.size = 800, 600
    order = found.order(1.0)
    assert order.frame.size == (800, 600)
    found.size = 0, 0
    assert found.order(2.0) is None, "a window that is minimized"
