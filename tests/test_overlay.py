"""Text over a picture: where it lies, that it can be read, what it costs, what it leaves behind."""

import subprocess
import sys
from itertools import combinations, pairwise, product

import numpy as np
import pytest
from gl import blank, check_that_it_keeps, read
from PIL import ImageColor

from jetfield.render import DeviceError, SceneError
from jetfield.render.overlay import CORNERS, TONES, Note, Overlay, arranged, block

SIZE = 300, 200
NOTES = [
    Note(f"{corner}\nx y", corner, tone)
    for corner, tone in zip(CORNERS, 3 * [*TONES], strict=False)
]


def drawn(context, notes, size=SIZE, scale=1.0, ground=(0.2, 0.4, 0.6, 1.0)):
    framebuffer = blank(context, size)
    framebuffer.use()
    framebuffer.clear(*ground)
    before = read(framebuffer)
    overlay = Overlay(context)
    overlay.draw(size, scale, notes)
    after = read(framebuffer)
    overlay.release()
    assert context.error == "GL_NO_ERROR"
    return before, after


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_blocks_lie_in_their_corners_and_nothing_else_changes(own, scale):
    size = round(400 * scale), round(200 * scale)
    before, after = own(lambda context: drawn(context, NOTES, size, scale))
    blocks = [block(note, scale, size).size for note in NOTES]
    untouched = np.ones(size[::-1], bool)
    for note, spot in zip(
        NOTES, arranged([n.corner for n in NOTES], blocks, size, scale), strict=True
    ):
        top = size[1] - spot.bottom - spot.height
        part = slice(top, top + spot.height), slice(spot.left, spot.left + spot.width)
        assert (after[part] != before[part]).any(axis=-1).mean() > 0.95
        untouched[part] = False
        middle = spot.left + spot.width / 2, top + spot.height / 2
        for axis, (low, high) in enumerate([("left", "right"), ("top", "bottom")]):
            third = 1 + (high in note.corner) - (low in note.corner)
            assert third * size[axis] / 3 <= middle[axis] <= (third + 1) * size[axis] / 3, note
    assert np.array_equal(after[untouched], before[untouched])


def test_notes_of_one_corner_do_not_overlap():
    sizes = [(80, 30), (120, 50), (20, 20)]
    for corner in CORNERS:
        spots = list(arranged([corner] * 3, sizes, SIZE, 1.0))
        assert [(s.width, s.height) for s in spots] == sizes
        for above, below in pairwise(spots):
            assert below.bottom + below.height < above.bottom
        assert all(s.left >= 0 and s.left + s.width <= 300 for s in spots)
        assert all(s.bottom >= 0 and s.bottom + s.height <= 200 for s in spots)


@pytest.mark.parametrize("edge", ["top", "bottom"])
def test_notes_of_one_edge_do_not_overlap(edge):
    """A message in the middle, beside long notes of both corners."""
    corners = [edge, f"{edge} right", f"{edge} left", edge]
    sizes = [(90, 20), (190, 60), (110, 30), (80, 20)]
    spots = list(arranged(corners, sizes, SIZE, 1.0))
    for a, b in combinations(spots, 2):
        apart = a.left + a.width <= b.left or b.left + b.width <= a.left
        assert apart or a.bottom + a.height < b.bottom or b.bottom + b.height < a.bottom
    assert all(s.bottom >= 0 and s.bottom + s.height <= SIZE[1] for s in spots)
    alone = next(arranged([edge], [(90, 20)], SIZE, 1.0))
    beside = next(arranged([edge, f"{edge} left"], [(90, 20), (60, 30)], SIZE, 1.0))
    assert alone == beside, "where there is room beside it, it stays"
    tall = [*arranged([f"{edge} right", edge], [(250, 180), (90, 20)], SIZE, 1.0)][1]
    assert 0 <= tall.bottom <= SIZE[1] - tall.height, "where there is none at all, it is seen"


def contrast(a, b):
    """That of WCAG 2.2: 4.5 is what text needs, at least."""

    def light(code):
        c = np.asarray(code[:3]) / 255
        return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ (
            0.2126,
            0.7152,
            0.0722,
        )

    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("tone", "ground"), list(product(TONES, [0.0, 0.5, 1.0])))
def test_text_can_be_read_on_any_ground(own, tone, ground):
    """Also on white, where the plate is palest: by the colors that are really there."""
    note = Note("H H H\nH H H", "middle", tone)
    _, after = own(lambda context: drawn(context, [note], ground=(ground, ground, ground, 1.0)))
    letters = ImageColor.getrgb(TONES[tone][0])
    pixels = after[80:120, 130:170, :3].reshape(-1, 3).astype(int)
    apart = np.abs(pixels - letters).sum(axis=1)
    assert apart.min() < 12, "letters are drawn in their own color"
    assert contrast(pixels[apart.argmin()], pixels[apart.argmax()]) > 4.5


def test_the_same_notes_are_set_in_type_once(own):
    def work(context):
        framebuffer = blank(context, SIZE)
        framebuffer.use()
        overlay = Overlay(context)
        counts = []
        for notes in (NOTES, NOTES, [*NOTES[1:], Note("other")], [], NOTES[:1]):
            overlay.draw(SIZE, 1.0, notes)
            counts.append(overlay.drawn)
        overlay.draw(SIZE, 2.0, NOTES[:1])
        overlay.draw(SIZE, 2.0, [Note(""), Note(" \n")])
        return counts, overlay.drawn

    n = len(NOTES)
    assert own(work) == ([n, n, n + 1, n + 1, n + 2], n + 3)


def ink(image):
    """Where the letters are: all that is lighter than the plate."""
    return np.asarray(image)[..., :3].max(axis=-1) > 100


def test_a_larger_scale_is_the_same_block_larger():
    one, two = (block(Note("some words\nand more"), scale, (900, 600)) for scale in (1.0, 2.0))
    assert np.allclose(two.size, 2 * np.array(one.size), atol=3)
    assert np.isclose(ink(two).sum(), 4 * ink(one).sum(), rtol=0.25)


def test_long_lines_are_broken_and_long_texts_cut():
    words = block(Note("word " * 60), 1.0, SIZE)
    one = block(Note("x" * 400), 1.0, SIZE)
    tall = block(Note("\n".join(f"line {k}" for k in range(99))), 1.0, SIZE)
    for image in (words, one, tall):
        assert image.width <= 280
        assert image.height <= 180
    assert words.height > 60
    rows = ink(tall)[10:-10].reshape(-1, 20, tall.width).any(axis=(1, 2))
    assert rows.all(), "every row is used"
    assert ink(tall)[-30:].sum() < 20, "the last row is three dots"


def test_columns_are_aligned():
    image = ink(block(Note("a\tXY\nmuch longer\tXY"), 1.0, SIZE))
    first, second = image[10:30], image[30:50]
    start = max(np.flatnonzero(second.any(axis=0))[-1] - 24, 0)
    assert first[:, start:].any()
    assert np.array_equal(first[:, start:], second[:, start:])


def test_the_callers_state_is_kept(own):
    def work(context):
        overlay = Overlay(context)
        check_that_it_keeps(context, lambda: overlay.draw((280, 190), 1.0, NOTES))
        overlay.release()

    own(work)


def test_a_released_overlay_says_so(own):
    def work(context):
        blank(context, SIZE).use()
        overlay = Overlay(context)
        overlay.draw(SIZE, 1.0, NOTES)
        overlay.release()
        overlay.release()
        with pytest.raises(DeviceError, match=r"Overlay\.draw: the overlay was released"):
            overlay.draw(SIZE, 1.0, NOTES)
        return context.error

    assert own(work) == "GL_NO_ERROR"


def test_a_minimized_window_draws_nothing(own):
    def work(context):
        blank(context, (20, 20)).use()
        Overlay(context).draw((0, 0), 1.0, NOTES)
        Overlay(context).draw((20, 20), 1.0, NOTES)
        return context.error

    assert own(work) == "GL_NO_ERROR"


def test_wrong_words_are_refused():
    with pytest.raises(SceneError, match="Note: corner='up' must be one of \"top left\""):
        Note("x", "up")  # type: ignore[arg-type]
    with pytest.raises(SceneError, match="Note: tone='loud' must be one of"):
        Note("x", tone="loud")  # type: ignore[arg-type]


def test_pillow_is_loaded_with_the_first_text():
    code = "import sys, jetfield.render.overlay; print('PIL' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
