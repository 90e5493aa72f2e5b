"""The probe: numbers against other ways to them, kinks where there are some and nowhere else."""

import math

import numpy as np
import pytest
from oracles import check_jet, function_jet, spread

from jetfield.render.arguments import framed
from jetfield.render.probe import probe
from jetfield.scenes import (
    Scene,
    SceneError,
    View,
    affine,
    atan2,
    box,
    capsule,
    circle,
    fade,
    half_plane,
    length,
    mobius,
    polar,
    polar_repeat,
    polygon,
    px,
    regular_polygon,
    segment,
    shape,
    sin,
    slider,
    swirl,
    union,
)  # fmt: skip
from jetfield.shaders.calculus.evaluate import call
from jetfield.shaders.calculus.kinks import kinks

ARROW = polygon([(0, 0), (1, 0), (1, 1), (0.5, 0.4), (0, 1)])
TRIANGLE = polygon([(-1, -1), (1, -1), (0, 1)])


def at(field, x, y, view=None, size=(200, 100), width=None, **options):
    """What the probe says of a scene of one layer."""
    return whole(field, x, y, view, size, width, **options).layers[0]


def whole(field, x, y, view=None, size=(200, 100), width=None, **options):
    scene = Scene(view=view or View(height=2))
    if width is None:
        scene.fill(field, "red")
    else:
        scene.stroke(field, "red", width=width)
    given = {"seconds": 0, "parameters": None, "mouse": (0, 0), "view": None, **options}
    picture = scene.lower()
    return probe(picture, framed("test", picture, size, **given), (x, y))


@shape
def hill(p):
    return 1 - p.x * p.x - 3 * p.y * p.y


@shape
def bowl(p):
    return p.x * p.x + 3 * p.y * p.y - 1


@shape
def horse(p):
    return p.x * p.x - 3 * p.y * p.y


@shape
def gutter(p):
    return p.x * p.x - 1


@shape
def turn(p):
    return atan2(p.y, p.x) - 0.1


@shape
def even(p):
    return 0 * p.x + 0.3


# --- numbers -------------------------------------------------------------------------------------
def test_a_circle():
    found = at(circle(0.5), 0.6, 0.8)
    assert (found.kind, found.inside, found.covers) == ("fill", False, False)
    assert found.value == pytest.approx(0.5)
    assert found.gradient == pytest.approx((0.6, 0.8))
    assert found.slope == pytest.approx(1)
    assert found.distance == pytest.approx(25), "a pixel is 0.02 wide"
    assert found.distance2 == pytest.approx(25)
    assert found.eigenvalues == pytest.approx((0, 1), abs=1e-12)
    assert (found.shape, found.critical) == ("trough", None)
    assert found.curvature == pytest.approx(1), "of the circle of radius 1 through the point"
    assert found.breaks == ()
    assert found.warping.jacobian == ((1, 0), (0, 1))
    assert at(circle(0.5), 0.1, 0).distance == pytest.approx(-20)


def test_the_second_order_is_exact_for_a_parabola():
    """x^2 - 1 at 1.5: the outline is 0.5 away; by the gradient, 1.25 / 3."""
    found = at(gutter(), 1.5, 0.3)
    assert found.distance == pytest.approx(1.25 / 3 / 0.02)
    assert found.distance2 == pytest.approx(0.5 / 0.02)
    assert at(hill(), 0.1, 0.05).distance2 is not None
    inside = at(bowl(), 0.05, 0.4)
    assert inside.distance2 < 0
    assert at(~bowl().warp(affine(((0, 0.1), (0.1, 0)))), 3, 0.1).distance2 is not None


def test_no_outline_to_second_order():
    """x^2 + 1 has none: the parabola has no zero, though the tangent has."""
    found = at(gutter().round(-2), 0.5, 0)
    assert found.distance is not None
    assert found.distance2 is None


def test_pixels_follow_the_size_and_the_view():
    for size, height, pixels in (((100, 100), 2, 25), ((300, 400), 2, 100), ((9, 50), 4, 6.25)):
        found = whole(circle(0.5), 1, 0, View(height=height), size)
        assert found.layers[0].distance == pytest.approx(pixels)
        assert found.pixel == height / size[1]
    closer = whole(circle(0.5), 1, 0, view=View(height=0.1), size=(100, 100))
    assert closer.layers[0].distance == pytest.approx(500)


def test_curvature_of_the_level_set_against_three_points_of_it():
    @shape
    def fan(p):
        r = length(p)
        return r - 1 + 0.5 * sin(3 * atan2(p.y, p.x) + 2 * r * r)

    for point in spread(4, 20, 1.2):
        found = at(fan(), *point)
        gradient = np.array(found.gradient)
        tangent = np.array([-gradient[1], gradient[0]]) / found.slope
        normal = gradient / found.slope

        def on_level(t, point=point, tangent=tangent, normal=normal, value=found.value):
            q = point + t * tangent
            for _ in range(20):
                j = fan().jet([q], 1)
                q = q - (j.value[0] - value) / (j.gradient[0] @ normal) * normal
            return (q - point) @ normal

        h = 1e-3
        sagitta = (on_level(h) + on_level(-h)) / h**2
        assert found.curvature == pytest.approx(-sagitta, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    ("field", "name", "critical"),
    [(hill(), "dome", "maximum"), (bowl(), "bowl", "minimum"), (horse(), "saddle", "saddle"),
     (gutter(), "trough", "degenerate"), (~gutter(), "ridge", "degenerate"),
     (even(), "flat", "degenerate")],
)  # fmt: skip
def test_forms_and_points(field, name, critical):
    level = at(field, 0, 0)
    assert (level.shape, level.critical) == (name, critical)
    assert (level.distance, level.distance2, level.curvature) == (None, None, None)
    assert not level.breaks
    steep = at(field, 0.3, 0.2)
    assert steep.shape == name
    assert steep.critical == (critical if name == "flat" else None)


def test_a_point_is_critical_up_to_rounding_only():
    assert at(bowl().translate(0.1, 0.2), 0.1, 0.2).critical == "minimum"
    assert at(bowl().translate(0.1, 0.2), 0.1 + 1e-15, 0.2).critical == "minimum"
    assert at(bowl().translate(0.1, 0.2), 0.1 + 1e-6, 0.2).critical is None


def test_the_warps():
    turned = at(circle(0.1).rotate(0.5).scale(2), 0.3, 0.2).warping
    assert turned.determinant == pytest.approx(0.25)
    assert turned.size == pytest.approx(4)
    assert turned.rotation == pytest.approx(-0.5), "w turns back what is drawn turned"
    assert turned.singular_values == pytest.approx((0.5, 0.5))
    assert not turned.flipped
    flipped = at(circle(0.1).warp(affine(((0, 2), (3, 0)))), 0.3, 0.2).warping
    assert flipped.flipped
    assert (flipped.determinant, flipped.size) == pytest.approx((-6, 1 / 6))
    assert flipped.singular_values == pytest.approx((3, 2))
    assert abs(flipped.rotation) == pytest.approx(math.pi / 2)
    collapsed = at(box(1, 1).warp(polar()), 0, 0).warping
    assert (collapsed.size, collapsed.flipped) == (None, False)


def test_jacobian_and_point_are_those_of_the_warp():
    w = mobius(1, 0.3, 0.4j, 1) @ swirl(1.3)
    for point in spread(5, 10, 1.0):
        found = at(circle(0.5).warp(w), *point).warping
        expected = w.jet([point], 1)
        assert np.allclose(found.jacobian, expected.jacobian[0])
        assert np.allclose(found.point, expected.value[0])
        assert found.determinant == pytest.approx(np.linalg.det(found.jacobian))
        assert math.prod(found.singular_values) == pytest.approx(abs(found.determinant))
        c, s = math.cos(found.rotation), math.sin(found.rotation)
        mirror = np.diag([1, -1]) if found.flipped else np.eye(2)
        stretch = mirror @ np.array([[c, s], [-s, c]]) @ np.array(found.jacobian)
        assert np.allclose(stretch, stretch.T, atol=1e-9), "J = R S, S symmetric"


def test_which_layer_is_seen():
    scene = Scene()
    scene.fill(circle(0.8), "red")
    scene.stroke(circle(0.5), "white", width=0.1)
    scene.fill(circle(0.2), "blue", opacity=slider("shown", 1, 0, 1))
    picture = scene.lower()

    def seen(x, **parameters):
        frame = framed("test", picture, (90, 90), seconds=0, parameters=parameters, mouse=(0, 0),
                       view=None)  # fmt: skip
        return probe(picture, frame, (x, 0)).seen

    assert [seen(x) for x in (0, 0.3, 0.46, 0.54, 0.56, 0.9)] == [2, 0, 1, 1, 0, None]
    assert seen(0, shown=0) == 0, "what is fully transparent is not seen"


def test_layers_of_groups_and_what_each_paints():
    scene = Scene(background="black")
    scene.fill(circle(0.5), "#3366cc", opacity=0.5)
    group = scene.group(opacity=slider("strength", 0.25, 0, 1))
    group.fill(circle(0.4).scale(2), "red")
    group.group(opacity=0.5).stroke(circle(0.5), "white", width=0.2, blend="add")
    scene.fill(circle(0.1), "lime", opacity=fade(0.1))
    picture = scene.lower()

    def found(x, **parameters):
        frame = framed("test", picture, (50, 50), seconds=0, parameters=parameters, mouse=(0, 0),
                       view=None)  # fmt: skip
        return probe(picture, frame, (x, 0))

    layers = found(0.42).layers
    assert [layer.depth for layer in layers] == [0, 1, 2, 0]
    assert layers[0].paints == pytest.approx((0.2, 0.4, 0.8, 0.5), abs=1e-4)
    assert layers[1].paints == pytest.approx((1, 0, 0, 0.25), abs=1e-4)
    assert layers[1].warping.determinant == pytest.approx(0.25)
    assert layers[2].covers
    assert layers[2].kind == "stroke"
    assert layers[3].paints == (0, 0, 0, 0)
    assert found(0.42).seen == 2
    assert found(0.42, strength=0).seen == 0
    soft = [found(x).layers[3].paints[3] for x in (0, 0.08, 0.1, 0.12, 0.2)]
    assert soft == pytest.approx([1, 0.7, 0.5, 0.3, 0], abs=1e-3)


def test_parameters_the_clock_and_pixels_count():
    field = circle(slider("r", 0.5, 0.1, 1)).round(px(10))
    assert at(field, 1, 0).value == pytest.approx(0.3)
    assert at(field, 1, 0, parameters={"r": 0.2}).value == pytest.approx(0.6)


@pytest.mark.parametrize("point", [(math.nan, 0), (math.inf, 0), ("1", 0)])
def test_a_point_that_is_none(point):
    with pytest.raises(SceneError, match=r"probe: at=.* must be"):
        whole(circle(1), *point)


# --- kinks ---------------------------------------------------------------------------------------
KINKS = [
    ("centre of a circle", circle(0.5), (0, 0)),
    ("middle of a box", box(1, 1), (0, 0)),
    ("diagonal of a box", box(1, 1), (0.2, 0.2)),
    ("medial line of a box", box(2, 1), (0.3, 0)),
    ("medial line of a rounded box", box(2, 1, 0.2), (0.3, 0)),
    ("diagonal of a moved box", box(1, 1).translate(0.1, 0.3), (0.3, 0.5)),
    ("turned", box(1, 1).rotate(0.7), (0.2 * math.cos(0.7) - 0.2 * math.sin(0.7), 0.2 * math.cos(0.7) + 0.2 * math.sin(0.7))),
    ("medial axis of a polygon", TRIANGLE, (0, -0.1)),
    ("beyond a reflex corner", ARROW, (0.5, 0.6)),
    ("outside, between two corners", ARROW, (0.5, 1.5)),
    ("medial axis of a regular polygon", regular_polygon(5, 0.5), (0, 0.2)),
    ("tie of a union", circle(0.3).translate(-0.4, 0) | circle(0.3).translate(0.4, 0), (0, 0.2)),
    ("tie of a hundred", union(*(circle(0.02).translate(0.1 * k, 0) for k in range(100))), (0.55, 0.3)),
    ("crease of an intersection", half_plane((1, 0)) & half_plane((0, 1)), (-0.3, -0.3)),
    ("between copies", circle(0.1).translate(0.5, 0).warp(polar_repeat(4)), (0.3, 0.3)),
    ("on a segment", segment((-1, 0), (1, 0)), (0.3, 0)),
    ("end of a segment", segment((-0.5, 0), (0.5, 0)), (0.5, 0)),
    ("axis of a capsule", capsule((-0.5, 0), (0.5, 0), 0.2), (0.3, 0)),
    ("cut of an unbounded field", half_plane((0, 1), 0.5).warp(polar()), (-0.6, 0)),
    ("the angle's jump", turn(), (-0.6, 0)),
    ("the pole", turn(), (0, 0)),
    ("far away", box(2e6, 2e6), (5e5, 5e5)),
    ("very small", box(2e-6, 2e-6), (5e-7, 5e-7)),
]  # fmt: skip
SMOOTH = [
    ("side of a box", box(1, 1), (0.5, 0.1)),
    ("middle of its side", box(1, 1), (0.5, 0)),
    ("side of a rounded box", box(2, 1, 0.2), (0.1, 0.5)),
    ("middle of a rounded box's side", box(2, 1, 0.2), (0, 0.5)),
    ("a box rounded by half its height", box(2, 1, 0.5), (0.3, 0.45)),
    ("beyond a box's corner", box(1, 1), (0.7, 0.7)),
    ("beyond a convex corner", ARROW, (1.2, -0.1)),
    ("beyond one on its bisector", TRIANGLE, (0, 1.5)),
    ("beside a polygon's edge", ARROW, (0.3, -0.2)),
    ("beyond a segment's end", segment((-0.5, 0), (0.5, 0)), (0.7, 0)),
    ("beside a segment's end", segment((-0.5, 0), (0.5, 0)), (0.5, 0.2)),
    ("beside a segment's middle", segment((-0.5, 0), (0.5, 0)), (0, 0.2)),
    ("end of a capsule", capsule((-0.5, 0), (0.5, 0), 0.2), (0.5, 0.2)),
    ("side of a circle", circle(0.5), (0.5, 0)),
    ("tie of a smooth union", union(circle(0.3).translate(-0.3, 0), circle(0.3).translate(0.3, 0), smooth=0.4), (0, 0.2)),
    ("cut of a field of the radius", half_plane((1, 0), 0.5).warp(polar()), (-0.6, 0)),
    ("a bounded shape across the cut", circle(0.2).translate(0.6, 3).warp(polar()), (-0.6, 0)),
    ("the angle elsewhere", turn(), (0.6, 0)),
    ("a copy's middle", circle(0.1).translate(0.5, 0).warp(polar_repeat(4)), (0.45, 0.01)),
    ("two that coincide", circle(0.3) | circle(0.3), (0.2, 0.1)),
]  # fmt: skip


@pytest.mark.parametrize(("field", "point"), [k[1:] for k in KINKS], ids=[k[0] for k in KINKS])
def test_a_kink_is_one(field, point):
    found = at(field, *point, view=View(height=2 * max(map(abs, point)) or 1))
    assert found.kink
    assert found.critical is None
    numbers = [
        found.value,
        *found.gradient,
        *np.ravel(found.hessian),
        *np.ravel(found.warping.jacobian),
    ]
    assert np.isfinite(numbers).all()


@pytest.mark.parametrize(("field", "point"), [k[1:] for k in SMOOTH], ids=[k[0] for k in SMOOTH])
def test_a_smooth_point_is_none(field, point):
    assert not at(field, *point).kink


def test_what_jumps():
    assert at(box(1, 1), 0.2, 0.2).breaks == ("gradient",)
    assert at(circle(0.5), 0, 0).breaks == ("gradient", "Hessian")
    assert at(turn(), -0.6, 0).breaks == ("value",)
    assert at(segment((-0.5, 0), (0.5, 0)), 0.5, 0.2).breaks == ("Hessian",)


def declared(field, point):
    return float(np.min(call(kinks(field.function), point)[0]))


def test_what_does_not_vary_is_no_kink():
    """box(2, 1, 0.5): the radius is half the height, everywhere."""
    assert declared(box(2, 1, 0.5), (0.3, 0.45)) > 0.01
    assert declared(box(2, 1, 0.5), (0.3, 0.0)) < 1e-15


def test_runners_up_that_go_the_same_way_are_no_tie():
    """Two edges of a polygon are equally near wherever their corner is nearest."""
    assert declared(ARROW, (1.2, -0.1)) > 0.01
    assert declared(ARROW, (0.5, 0.6)) < 1e-15
    assert declared(ARROW, (0.3, -0.1)) > 0.01
    turned = ARROW.warp(polar_repeat(3))
    assert declared(turned, (1.2, -0.1)) > 0.01


def test_away_from_what_is_declared_a_jet_predicts_its_differences():
    @shape
    def lens(p):
        return box(1, 1, 0.3)(p) - 0.1 * abs(p.x - 0.25)

    assert declared(lens(), (0.25, 0.6)) < 1e-15
    smooth = spread(2, 400, 0.4)
    smooth = smooth[[declared(lens(), q) > 0.01 for q in smooth]]
    assert len(smooth) > 50
    check_jet(function_jet(lens().function), smooth, 1e-6)
