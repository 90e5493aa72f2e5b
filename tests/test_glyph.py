"""The glyph of a probe: what it shows is what was found, where it was found."""

import numpy as np
import pytest
from gl import blank, check_that_it_keeps, read
from PIL import ImageColor

from jetfield.render.frame import Painter
from jetfield.render.glyph import CIRCLE, REACH, TINTS, UNIT, Glyph, numbers
from jetfield.render.probe import probe
from jetfield.scenes import Scene, View, affine, circle, half_plane, mirror, shape, vec2, warp
from jetfield.shaders.picture import Frame

SIZE = 400, 320
VIEW = View(center=(0.1, -0.2), height=2)
FRAME = Frame(SIZE, VIEW)
GROUND = (40, 80, 120)


def drawn(context, field, at, scale=1.0, frame=FRAME, viewport=None):
    """The glyph of one fill on a plain ground: (rows, columns, 3), top row first."""
    framebuffer = blank(context, frame.size if viewport is None else (600, 500))
    framebuffer.use()
    framebuffer.clear(*(c / 255 for c in GROUND), 1.0)
    if viewport is not None:
        framebuffer.viewport = viewport
    painter = Painter(context)
    Glyph(painter).draw(probe(Scene().fill(field, "red").lower(), frame, at), frame, scale)
    found = read(framebuffer)[..., :3].astype(int)
    painter.release()
    assert context.error == "GL_NO_ERROR"
    return found


def offsets(mask, at, frame=FRAME):
    """Where pixels are, from the point, in pixels to the right and up: (N, 2)."""
    row, column = np.nonzero(mask)
    x = (at[0] - frame.view.center[0]) / frame.pixel + frame.size[0] / 2
    y = (at[1] - frame.view.center[1]) / frame.pixel + frame.size[1] / 2
    return np.stack([column + 0.5 - x, frame.size[1] - row - 0.5 - y], axis=1)


def like(pixels, color):
    return np.abs(pixels - ImageColor.getrgb(color)[:3]).sum(axis=-1) < 20


@shape
def slope(p, steep=1.0):
    return steep * (0.6 * p.x + 0.8 * p.y) - 0.05


@warp
def flat(p):
    return vec2(0.7 * p.x, 0.0)


@pytest.mark.parametrize(("steep", "length"), [(1.0, UNIT), (2.0, 2 * UNIT), (0.01, 20.0)])
def test_the_arrow_points_up_the_gradient(own, steep, length):
    at = (0.3, 0.1)
    found = own(lambda context: drawn(context, slope(steep), at))
    tip = offsets(like(found, "#fffdf5"), at) @ (0.6, 0.8)
    across = offsets(like(found, "#fffdf5"), at) @ (-0.8, 0.6)
    ahead = tip > 9  # past the dot, and the ring
    assert tip.max() == pytest.approx(length, abs=3)
    assert np.abs(across[ahead & (tip < length - 14)]).max(initial=0) < 3
    assert np.mean(across[ahead]) == pytest.approx(0, abs=0.5)


def test_the_ring_lies_on_the_outline(own):
    at = (0.3, 0.1)
    pixels = (0.6 * at[0] + 0.8 * at[1] - 0.05) / FRAME.pixel
    found = own(lambda context: drawn(context, half_plane((0.6, 0.8), 0.05), at))
    ring = offsets(like(found, "#fffdf5"), at) + pixels * np.array([0.6, 0.8])
    near = np.linalg.norm(ring, axis=1) < 9
    assert near.sum() > 20
    assert np.linalg.norm(ring[near], axis=1).mean() == pytest.approx(5, abs=0.5)
    assert ring[near].mean(axis=0) == pytest.approx(0, abs=0.6)


@pytest.mark.parametrize(
    ("matrix", "kind"),
    [
        (((0.5, 0.0), (0.0, 0.5)), "kept"),  # drawn twice as large
        (((1.0, 0.0), (0.0, 2.0)), "kept"),
        (((0.6, 0.5), (-0.1, 0.9)), "kept"),
        (((0.6, 0.5), (0.9, -0.1)), "flipped"),
    ],
)
def test_the_ellipse_is_what_a_circle_becomes(own, matrix, kind):
    """Each of its pixels is mapped to a circle by the matrix itself."""
    at = (0.2, 0.0)
    field = circle(0.01).translate(9, 0).warp(affine(matrix))
    found = own(lambda context: drawn(context, field, at))
    line = offsets(like(found, TINTS[kind]), at)
    assert len(line) > 60
    away = np.linalg.norm(line @ np.array(matrix).T, axis=1)
    width = 1.5 * np.linalg.svd(matrix)[1][0]
    assert np.abs(away - CIRCLE).max() < width
    angles = np.degrees(np.arctan2(*line.T))
    assert len(np.unique(angles // 30)) >= 11, "it goes all around"
    for other in {"kept", "flipped"} - {kind}:
        assert not like(found, TINTS[other]).any()


def test_collapsed_space_is_a_gray_line(own):
    at = (0.1, -0.1)
    field = circle(0.3).translate(0.2, 9).warp(flat())
    found = own(lambda context: drawn(context, field, at))
    line = offsets(like(found, TINTS["collapsed"]), at)
    assert len(line) > 60
    line = line[np.abs(line[:, 1]) > CIRCLE + 4]
    assert np.ptp(line[:, 1]) > 150, "along what is lost"
    assert np.ptp(line[:, 0]) < 12


def test_where_the_gradient_vanishes_there_is_no_arrow(own):
    layer = probe(Scene().fill(circle(0.5), "red").lower(), FRAME, (0, 0)).layers[0]
    values = numbers(layer, FRAME.pixel)
    assert (values["has_arrow"], values["has_foot"], values["has_ellipse"]) == (0, 0, 1)
    found = own(lambda context: drawn(context, circle(0.5), (0, 0)))
    light = offsets(like(found, "#fffdf5"), (0, 0))
    assert np.linalg.norm(light, axis=1).max() < 5, "the dot alone"


def test_it_stays_near_the_point_and_within_the_viewport(own):
    at = VIEW.center[0] + 190 * FRAME.pixel, VIEW.center[1] + 150 * FRAME.pixel
    found = own(lambda context: drawn(context, slope(2.0), at, viewport=(50, 60, *SIZE)))
    changed = (found != GROUND).any(axis=-1)
    assert changed.any()
    window = np.zeros_like(changed)
    window[500 - 60 - SIZE[1] : 500 - 60, 50 : 50 + SIZE[0]] = True
    assert not (changed & ~window).any()
    _, column = np.nonzero(changed)
    assert (column >= 50 + SIZE[0] - 10 - REACH).all()


def test_twice_the_scale_is_twice_as_large(own):
    at = (0.1, -0.2)
    one, two = (
        offsets(
            (own(lambda context, s=s: drawn(context, slope(), at, s)) != GROUND).any(axis=-1), at
        )
        for s in (1.0, 2.0)
    )
    assert np.ptp(two, axis=0) == pytest.approx(2 * np.ptp(one, axis=0), abs=3)


def test_moving_compiles_nothing(own):
    def work(context):
        blank(context, SIZE).use()
        painter = Painter(context)
        glyph = Glyph(painter)
        counts = []
        for x in (-0.5, 0.0, 0.7):
            for field in (slope(), circle(0.3).warp(mirror((1, 0), 0))):
                picture = Scene().fill(field, "red").lower()
                glyph.draw(probe(picture, FRAME, (x, 0.1)), FRAME)
                counts.append(painter.programs.compiled)
        glyph.draw(probe(Scene().lower(), FRAME, (0, 0)), FRAME)  # no layer, nothing to draw
        painter.release()
        return counts

    assert own(work) == [1] * 6


def test_it_is_of_the_layer_seen_or_else_the_nearest():
    scene = Scene().fill(circle(0.3), "red").fill(circle(0.1), "blue")
    scene.fill(circle(0.2).translate(1, 0), "green")
    picture = scene.lower()
    for at, focus in [((0, 0.05), 1), ((0, 0.2), 0), ((0.7, 0), 2), ((0, 0.5), 0)]:
        assert probe(picture, FRAME, at).focus == focus
    assert probe(Scene().lower(), FRAME, (0, 0)).focus is None


def test_the_callers_state_is_kept(own):
    frame = Frame((300, 200), VIEW)
    found = probe(Scene().fill(circle(0.3), "red").lower(), frame, (0, 0.1))

    def work(context):
        painter = Painter(context)
        check_that_it_keeps(context, lambda: Glyph(painter).draw(found, frame))
        painter.release()

    own(work)
