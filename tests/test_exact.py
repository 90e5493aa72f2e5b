"""Exact pictures: what meets leaves no gap, what is thin keeps its weight, and GLSL draws the same."""

import math

import numpy as np
import pytest
from cases import OWN
from oracles import needs_gl
from truth import geometric_mean, ideal, score, spread

from jetfield.render import render
from jetfield.scenes import (
    Field,
    Scene,
    View,
    affine,
    box,
    capsule,
    circle,
    clamp,
    fbm,
    floor,
    fract,
    grid,
    half_plane,
    isolines,
    length,
    log_polar,
    max,
    mod,
    perspective,
    pi,
    polar,
    polygon,
    px,
    repeat,
    shape,
    sign,
    sin,
    smoothstep,
    star,
    step,
    stripes,
    union,
    where,
)  # fmt: skip

SIZE = (48, 48)
"""A pixel is 1/24 wide, in the view of 2."""
PIXEL = 2 / 48


def light(scene, device="numpy", size=SIZE, **options):
    """Linear light, (h, w, 4)."""
    found = render(scene, size=size, output="linear", device=device, **options)
    return np.asarray(found, dtype=np.float64)


def white(*fields, **options):
    scene = Scene(background="black", **options)
    for field in fields:
        scene.fill(field, "white")
    return scene


def covered(scene, **options) -> float:
    """The area that is white, in pixels."""
    return float(light(scene, **options)[..., 0].sum())


# --- areas ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("angle", [0.0, 0.3, pi / 4, 1.2, pi / 2, 2.9])
def test_a_half_plane_covers_what_it_covers(angle):
    n = np.array([math.cos(angle), math.sin(angle)])
    for offset in (0.0, 0.013, 0.3, -0.41):
        scene = white(half_plane(tuple(n), offset))
        found = light(scene)[..., 0]
        y, x = np.mgrid[0:48, 0:48]
        f = ((x - 23.5) * n[0] + (23.5 - y) * n[1]) * PIXEL - offset  # at pixel centers
        corners = [f + PIXEL * 0.5 * (i * n[0] + j * n[1]) for i in (-1, 1) for j in (-1, 1)]
        assert np.abs(found[np.max(corners, axis=0) <= -1e-12] - 1).max() == 0
        assert np.abs(found[np.min(corners, axis=0) > 1e-12]).max(initial=0.0) == 0
        wide = np.abs(f) <= 0.5 * abs(abs(n[0]) - abs(n[1])) * PIXEL  # crosses two facing sides
        ramp = 0.5 - f / (PIXEL * np.abs(n).max())
        assert np.abs(found - ramp)[wide].max(initial=0.0) < 5e-5
        whole = white(half_plane(tuple(n), offset), half_plane(tuple(-n), -offset))
        assert np.abs(light(whole)[..., 0] - 1).max() < 1e-9


def test_the_areas_of_plain_shapes_are_theirs():
    for field, area in [
        (circle(0.7).translate(0.011, 0.007), pi * 0.49),
        (box(0.9, 0.5).rotate(0.4).translate(0.02, 0.03), 0.45),
        (box(0.75, 0.5).translate(1 / 48, 0), 0.375),
        (polygon([(-0.7, -0.6), (0.8, -0.2), (0.1, 0.75)]), 0.5 * (1.5 * 1.35 - 0.8 * 0.4)),
    ]:
        assert covered(white(field)) * PIXEL**2 == pytest.approx(area, rel=1e-3)


@pytest.mark.parametrize("width", [0.1, 0.3])
def test_thin_rings_keep_their_weight(width):
    for radius in (0.31, 0.71):
        ring = circle(radius).translate(0.013, 0.007).shell(px(width))
        assert covered(white(ring)) == pytest.approx(2 * pi * radius / PIXEL * width, rel=0.01)
        line = Scene(background="black")
        line.stroke(circle(radius).translate(0.013, 0.007), "white", width=px(width))
        assert covered(line) == pytest.approx(2 * pi * radius / PIXEL * width, rel=0.01)


def test_small_discs_keep_their_weight():
    places = np.random.default_rng(5).uniform(-0.9, 0.9, (40, 2))
    discs = [circle(px(0.3)).translate(float(x), float(y)) for x, y in places]
    areas = [covered(white(disc)) for disc in discs]
    print(f"mean {np.mean(areas):.4f}, worst {np.abs(np.array(areas) - 0.09 * pi).max():.4f}")
    assert np.mean(areas) == pytest.approx(0.09 * pi, rel=0.01)
    assert np.abs(np.array(areas) - 0.09 * pi).max() < 0.05 * 0.09 * pi


def test_corners_have_their_area():
    for angle in np.linspace(0, pi / 2, 7):
        field = box(px(0.9), px(0.6)).rotate(float(angle)).translate(0.004 + angle / 40, 0.003)
        assert covered(white(field)) == pytest.approx(0.54, rel=0.01)
    wedge = polygon([(-0.9, -0.02), (0.9, 0.01), (-0.9, 0.03)])
    assert covered(white(wedge)) * PIXEL**2 == pytest.approx(0.5 * 1.8 * 0.05, rel=0.01)


def test_round_corners_of_a_few_pixels_have_their_area():
    """A side knows nothing of the bend that begins beyond its end."""
    off = []
    for angle in np.linspace(0, pi / 2, 9):
        for radius in (1.2, 1.7, 3.1):
            place = 0.004 + angle / 40, 0.003 - angle / 30
            board = box(px(9), px(8), px(radius)).rotate(float(angle)).translate(*place)
            off.append(covered(white(board)) - (72 - (4 - pi) * radius**2))
            end = (px(7 * math.cos(angle)), px(7 * math.sin(angle)))
            rod = capsule((0, 0), end, px(radius)).translate(*place)
            off.append(covered(white(rod)) - (14 * radius + pi * radius**2))
    print(f"off by {np.abs(off).mean():.1e} pixels, {np.abs(off).max():.1e} at most")
    assert np.abs(off).max() < 0.01


# --- what meets ----------------------------------------------------------------------------------
def halves(device, angle, offset):
    n = np.array([math.cos(angle), math.sin(angle)])
    scene = Scene(background="black")
    for side, color in ((1, "#ff0000"), (-1, "#0000ff")):
        half = half_plane(tuple(side * n), side * offset)
        scene.fill(circle(0.8) & half, color)
    return light(scene, device)


def test_halves_that_meet_show_nothing_between_them():
    inside = light(white(circle(0.8)))[..., 0]
    for angle, offset in ((0.35, 0.0), (pi / 2, 0.013), (pi / 4, 0.0), (1.1, -0.21)):
        found = halves("numpy", angle, offset)
        full = inside > 1 - 1e-9
        assert np.abs(found[..., 0] + found[..., 2] - 1)[full].max() < 1e-3
        assert np.abs(found[..., 0] + found[..., 2] - inside).max() < 0.02
        assert ((found[..., 0] > 0.01) & (found[..., 2] > 0.01)).sum() > 20


def test_edges_side_by_side_in_a_pixel_leave_what_is_between_them():
    for gap in (0.3, -0.3):  # of a pixel: a strip of the background, or one that both cover
        scene = Scene(background="black")
        scene.fill(half_plane((1, 0), 0.5 * PIXEL), "red")  # half of the pixel that begins at x = 0
        scene.fill(half_plane((-1, 0), -(0.5 + gap) * PIXEL), "blue")
        red, _, blue, _ = light(scene)[20, 24]
        assert red == pytest.approx(0.5 + min(gap, 0.0), abs=1e-4)
        assert blue == pytest.approx(0.5 - gap, abs=1e-4)


def test_a_layer_laid_down_twice_is_as_if_once():
    for field in (circle(0.6), box(0.8, 0.5).rotate(0.3), star(5, 0.8, 0.35)):
        once, thrice = light(white(field)), light(white(field, field, field))
        off = np.abs(once - thrice)[..., 0]
        assert off.max() < 5e-3
        assert np.sqrt(np.mean(off[(once[..., 0] > 0) & (once[..., 0] < 1)] ** 2)) < 1e-3
        hidden = Scene(background="black").fill(field, "red").fill(field, "white")
        found = light(hidden)
        assert np.abs(found[..., 0] - found[..., 1]).max() < 5e-3  # no red at the edge


def test_a_group_of_one_is_the_layer_and_opacities_multiply():
    field = box(0.8, 0.5).rotate(0.3) - circle(0.3)
    alone = light(Scene(background="black").fill(field, "white", opacity=0.4))
    grouped = Scene(background="black")
    with grouped.group(opacity=0.4) as group:
        group.fill(field, "white")
    assert np.abs(light(grouped) - alone).max() < 1e-9
    stack = Scene(background="black")
    with stack.group(opacity=0.5) as group:
        for color in ("red", "white"):
            group.fill(field, color)
    found = light(stack)
    assert np.abs(found[..., 0] - 0.5 * light(white(field))[..., 0]).max() < 5e-3
    assert np.abs(found[..., 1] - found[..., 0]).max() < 5e-3


def test_a_jump_is_an_edge_like_any_other():
    cliff = shape(lambda p: where(p.x + 0.3 * p.y < 0.117, -0.5, 0.5))()
    plane = half_plane((1, 0.3), 0.117)
    assert np.abs(light(white(cliff)) - light(white(plane))).max() < 0.02
    assert covered(white(cliff)) == pytest.approx(covered(white(plane)), rel=1e-3)
    comb = shape(lambda p: fract(2 * p.x + 0.13) - 0.5)()
    assert covered(white(comb)) == pytest.approx(0.5 * 48 * 48, rel=2e-3)
    seam = shape(lambda p: 0.5 - p.y)().warp(polar())  # theta > 0.5: it ends where theta jumps
    rays = half_plane((0, -1), 0) & half_plane((math.sin(0.5), -math.cos(0.5)), 0)
    assert np.abs(light(white(seam)) - light(white(rays)))[:, :20].max() < 0.01


@pytest.mark.parametrize("horizon", [0.05, 0.3, -0.35])
def test_floors_are_drawn_up_to_their_horizon(horizon):
    """A pixel that holds it shows the patterns' mean below it, however many repeats that is."""
    size, pixel = (9, 7), 2 / 7
    warp = perspective(horizon * pixel, 0.5)
    everywhere = ~circle(1e-3).translate(50, -50)
    floors = (stripes(0.002).rotate(0.9), 0.5), (grid(0.002, 0.0002), 0.19), (everywhere, 1.0)
    for ground, share in floors:
        found = light(white(ground.warp(warp)), size=size)[..., 0]
        assert found[:3].max() == 0.0
        assert np.abs(found[3] - share * (0.5 + horizon)).max() < 2e-3
    tiles = box(0.3, 0.3).warp(repeat(0.4, 0.4)).warp(warp)  # hidden, on a floor as light
    hidden = white(half_plane((0, 1), horizon * pixel), tiles)
    assert np.abs(light(hidden, size=size)[3, :, 0] - 0.5 - horizon).max() < 0.02


def test_a_cut_along_the_middle_of_a_pixel_is_a_cut():
    """At the tie of its two edges their values are one, which does not tell inside from outside."""
    for field, rest in ((~box(2.5, px(0.3)), 0.7), (box(2.5, px(0.3)), 0.3)):
        found = light(white(field), size=(5, 5))[2, :, 0]
        assert found == pytest.approx(np.full(5, rest), abs=1e-6)


def test_a_line_around_a_sheared_corner_is_that_around_the_same_polygon():
    """Within the corner the edge that is nearer for the field is not the one that is nearer here."""
    points = [(x - 0.8 * y, y) for x, y in ((-0.5, -0.3), (0.5, -0.3), (0.5, 0.3), (-0.5, 0.3))]
    drawn = []
    for field in (box(1, 0.6).warp(affine(((1, 0.8), (0, 1)))), polygon(points)):
        scene = Scene(background="black")
        scene.stroke(field.translate(0.007, 0.011), "white", width=px(3))
        drawn.append(light(scene, size=(32, 32))[..., 0])
    assert np.abs(drawn[0] - drawn[1]).max() < 0.02


def test_a_cut_of_the_angle_hides_no_tie():
    """A pixel of many sectors, through which the angle jumps without a change of the field."""
    pixel = 2 / 512
    at = (-4.163 * pixel, -0.646 * pixel)
    sectors = shape(lambda p: max(sin(24 * p.y + 1), p.x - 0.45))().warp(polar())
    found = light(white(sectors, view=View(center=at, height=pixel)), size=(1, 1))[0, 0, 0]
    samples = np.array(at) + pixel * (spread(4181) - 0.5)
    assert found == pytest.approx((sectors.jet(samples, 0).value <= 0).mean(), abs=0.01)


def test_a_picture_turned_by_a_right_angle_is_the_picture():
    flower = union(star(5, 0.8, 0.35), box(0.5, 0.2).translate(0.5, 0.4), circle(0.2))
    scene = lambda f: Scene(background="black").fill(f, "white").stroke(f, "red", width=px(2))  # noqa: E731
    once = light(scene(flower))
    for k in (1, 2, 3):
        turned = light(scene(flower.rotate(k * pi / 2)))
        off = np.abs(turned - np.rot90(once, k)).max()
        assert off < 5e-3, (k, off)


def test_a_picture_moved_by_whole_pixels_is_the_picture():
    field = star(5, 0.6, 0.25).translate(0.01, 0.02) - circle(0.1)
    once = light(white(field))
    moved = light(white(field.translate(3 * PIXEL, -2 * PIXEL)))
    assert np.abs(moved[2:, 3:] - once[:-2, :-3]).max() < 1e-6


# --- areas where a field is 0, jumps, poles ------------------------------------------------------
ODD = {
    "a step": lambda p: step(0.5, length(p)),
    "a distance without an inside": lambda p: max(length(p) - 0.5, 0.0),
    "a soft step": lambda p: smoothstep(0.4, 0.6, length(p)),
    "nothing": lambda p: 0.0 * p.x,
    "a sign": lambda p: sign(p.x) - 0.1,
    "signs that meet": lambda p: sign(p.x) * sign(p.y + 0.1 * p.x),
    "a pole": lambda p: 1 / p.x,
    "a ratio": lambda p: p.y / p.x,
    "a checker": lambda p: where(mod(floor(5 * p.x) + floor(5 * p.y), 2.0) > 0.5, -1.0, 1.0),
}
"""Fields, some of which turn right through the middle of pixels, where the picture is of odd size."""


@pytest.mark.parametrize("antialias", ["exact", "gradient", "none"])
def test_a_field_that_is_0_all_over_an_area_is_inside_there(antialias):
    for name in ("a step", "a distance without an inside", "a soft step", "nothing"):
        found = light(white(shape(ODD[name])()), size=(33, 25), antialias=antialias)[..., 0]
        assert found[12, 12:21].min() == 1.0


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("size", [(33, 25), (32, 24)])
def test_what_turns_through_the_middle_of_pixels_covers_half_of_them(name, size):
    scene, fine = white(shape(ODD[name])()), 16
    inside = light(scene, size=(fine * size[0], fine * size[1]), antialias="none")[..., 0]
    truth = inside.reshape(size[1], fine, size[0], fine).mean(axis=(1, 3))
    assert np.abs(light(scene, size=size)[..., 0] - truth).max() < 0.07


def one_outline_twice() -> dict[str, Field]:
    """Fields of which an edge is written twice, or not at all where both parts are flat."""
    whole, half = box(1.4, 0.9), box(0.7, 0.9).translate(-0.35, 0)
    part = box(0.7, 0.5).translate(-0.35, 0.2)

    @shape
    def ramps(p):
        return max(clamp(300 * (p.x - 0.1), 0, 1), clamp(300 * (p.y - 0.2), 0, 1)) - 0.3

    @shape
    def hollows(p):
        return max(max(0.0, p.x - 0.1), max(0.0, p.y - 0.2)) - 0.003

    return {
        "put back": (whole - half) | half,
        "put back, turned": ((whole - half) | half).rotate(0.3),
        "either, and put back": (whole ^ half) | half,
        "either, twice": whole ^ (whole - part),
        "outside in": ~(~whole | part) | part,
        "ramps": ramps(),
        "hollows": hollows(),
    }


@pytest.mark.parametrize("name", one_outline_twice())
def test_an_edge_that_both_parts_of_a_shape_have_is_one(name):
    scene, size, fine = white(one_outline_twice()[name]), (49, 37), 16
    inside = light(scene, size=(fine * size[0], fine * size[1]), antialias="none")[..., 0]
    truth = inside.reshape(size[1], fine, size[0], fine).mean(axis=(1, 3))
    assert np.abs(light(scene, size=size)[..., 0] - truth).max() < 0.05


# --- the truth, and GLSL -------------------------------------------------------------------------
SMALL = [
    "circle and box", "collinear boxes", "small triangles", "crossing bars", "rippled", "stripes",
    "thin ring", "halves", "moebius circles", "sharp star", "abutting", "on the grid",
]  # fmt: skip


def test_small_pictures_are_near_the_truth():
    found = {}
    for name in SMALL:
        case, size = OWN[name], (32, 32)
        scene = case.make()
        view = case.view(scene, size, 1)
        truth = ideal(scene, size, limit=50, view=view)
        found[name] = score(light(scene, size=size, view=view), truth)
        print(f"{name:20} {found[name].rmse:.1e} worst {found[name].worst:.1e}, {truth.error:.0e}")
    means = geometric_mean([each.rmse for each in found.values()])
    print(f"geometric mean {means:.1e}")
    assert means <= 5e-4
    assert max(each.rmse for each in found.values()) <= 1.1e-3


def test_lines_along_curves_with_bends_as_narrow_as_they_are():
    """The truth goes to each curve from many starts."""
    hill = shape(lambda p: fbm(3.0 * p + (5.0, 2.0), octaves=4))()
    scene = Scene(background="black")
    scene.stroke(isolines(hill, 0.2), "white", width=px(1.5))
    size, view = (32, 32), View(center=(-0.7, -0.7), height=0.25)
    truth = ideal(scene, size, limit=60, view=view, strokes="distance")
    found = score(light(scene, size=size, view=view), truth)
    print(f"{found.rmse:.1e} worst {found.worst:.1e}, {truth.error:.0e}")
    assert found.rmse <= 2e-3
    assert found.worst <= 0.02


def test_a_stroke_leaves_a_pole_far_from_it_alone():
    """There the seam's two sides meet, and the jet of either puts the outline near."""
    scene = Scene(background="black")
    scene.stroke(circle(0.3).translate(-0.4, 0).warp(log_polar()), "white", width=px(3))
    picture = light(scene, size=(33, 33))[..., 0]
    assert picture.max() > 0.9
    assert picture[13:20, 13:20].max() == 0


def mixed() -> Scene:
    """Edges that meet, corners, a stroke, a group, and a jump."""
    scene = Scene(background="#101418", view=View(height=2.2))
    disc = circle(0.8).translate(0.013, 0.007)
    scene.fill(disc & half_plane((0.34, 0.94), 0), "#ff8040")
    scene.fill(disc & half_plane((-0.34, -0.94), 0), "#3080ff")
    with scene.group(opacity=0.5) as group:
        group.fill(star(5, 0.6, 0.3), "white")
        group.fill(shape(lambda p: where(p.x + 0.3 * p.y < 0.117, length(p) - 0.4, 0.5))(), "red")
    scene.stroke(circle(0.9), "white", width=px(0.3))
    return scene


PICTURES = {
    "mixed": mixed, "abutting": OWN["abutting"].make, "crossing bars": OWN["crossing bars"].make,
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_glsl_draws_the_same(name):
    needs_gl()
    scene = PICTURES[name]()
    off = np.abs(light(scene) - light(scene, "auto")).max(axis=-1)
    print(f"{name}: {off.max():.1e}, {(off > 1e-3).sum()} pixels beyond a thousandth")
    assert np.quantile(off, 0.998) < 1e-3
    assert off.max() < 0.02
