"""GLSL for other places: every dialect compiles, draws what render() draws, and says what it needs.

Compiled by the reference compiler; drawn by OpenGL, the Shadertoy listing within the site's own
text; and drawn by WebGL 2 in a real browser.
"""

import os
import random
import re
import subprocess
import sys
from functools import cache
from keyword import iskeyword
from pathlib import Path

import numpy as np
import pytest
from oracles import glslang, needs_gl
from targets import VERTEX_330, Job, chromium, in_browser, on_desktop, on_site, site_uniforms
from test_bounds import FIELDS
from test_glsl import HOSTILE, SCENES, crowd, named
from test_random_scenes import program as random_program
from test_random_scenes import run

from jetfield.render import cli, cli_glsl, render
from jetfield.scenes import (
    Scene,
    SceneError,
    ShaderError,
    Vec,
    View,
    box,
    circle,
    color_picker,
    gallery_names,
    length,
    load,
    mouse,
    noise,
    polygon,
    px,
    resolution,
    seconds,
    segment,
    shape,
    sin,
    slider,
    swirl,
    toggle,
    union,
    where,
)  # fmt: skip
from jetfield.shaders import to_glsl
from jetfield.shaders.calculus.expr import const
from jetfield.shaders.calculus.parameters import parameters
from jetfield.shaders.calculus.roots import root
from jetfield.shaders.glsl import DIALECTS, library, listing
from jetfield.shaders.glsl.dialects import SITE_ELEMENTS, TEXT_ELEMENTS
from jetfield.shaders.glsl.names import RESERVED, clean
from jetfield.shaders.picture import Frame

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


# --- scenes --------------------------------------------------------------------------------------
def moving():
    """All that a scene can read, at once."""
    scene = Scene(color_picker("sky", "#203040"), View((0.1, -0.2), 2.4))
    spot = circle(slider("size", 0.4, 0.1, 1.0)).translate(mouse()).warp(swirl(sin(seconds())))
    scene.fill(spot, color_picker("paint", "gold"), opacity=slider("strength", 0.8, 0, 1))
    scene.stroke(box(0.9, 0.6, 0.1).rotate(0.3 * seconds()), "white", width=px(3))
    scene.fill(circle(where(toggle("big", False), 0.3, 0.1)).translate(-0.6, 0.4), "teal")
    scene.fill(circle(0.2 * resolution().y / resolution().x).translate(0.7, -0.5), "#ff5c8a")
    return scene


def transparent(background=None):
    scene = Scene(background).fill(circle(0.6), "#ff5c8a", opacity=0.5)
    return scene.fill(box(0.5, 2), "teal")


@shape
def rough(p):
    """Its hash is of whole numbers."""
    return length(p) - 0.6 + 0.3 * noise(3 * p, 2)


@shape
def cubic(p):
    """Its square root is \\"""
    t = root(lambda t, a, b: t * t * t + t - a * b, const(-4), const(4), (p.x, p.y), "cubic")
    return t * t + 0.1 * p.x - 0.2


@shape
def größe(p, größe=0.5):
    """Ein Kreis größer als null."""
    return length(p) - größe


def outline(corners, turn=0.0):
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + turn
    radius = 0.7 + 0.15 * np.sin(5 * angle)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return polygon(points.tolist())


def called(name):
    """A shape of this name, whose argument and variable have it too."""
    space = {"shape": shape}
    exec(
        f"@shape\ndef {name}(point, {name}=0.5):\n"
        f"    {name} = point.x * point.x + {name} * point.y * point.y\n"
        f"    return {name} * {name} - 0.3 * {name}\n",
        space,
    )
    return space[name]()


def strange_names():
    scene = Scene("#101418")
    for k, name in enumerate(["iTime", "mainImage", "texture", "sample", "flat", "half", "st"]):
        scene.fill(named(name).translate(0.2 * k - 0.8, 0.0), "gold", opacity=0.5)
    for k, name in enumerate(["mouse", "view_height", "fragColor", "pixel", "mouse_2", "seconds"]):
        scene.fill(called(name).scale(0.3).translate(0.3 * k - 0.6, 0.5), "teal")
    size = slider("a size, of sorts\n", 0.4, 0.1, 1.0)
    scene.fill(größe(size).translate(mouse()), "white", opacity=0.5)
    return scene.stroke(cubic(), "red", width=px(2))


WITHIN = {
    **{name: lambda name=name: load(name) for name in gallery_names()},
    "moving": moving,
    "transparent": transparent,
    "noise": lambda: Scene().fill(rough(), "navy").stroke(rough(), "gold", width=px(2)),
    "strange names": strange_names,
    "a polygon of 300 corners": lambda: Scene().fill(outline(300), "navy"),
    "three polygons": lambda: Scene().fill(union(*(outline(99, k) for k in (1, 2, 3))), "navy"),
    "many strokes": lambda: Scene().stroke(
        union(*(segment((-1, 0.1 * k - 1), (1, 0.07 * k - 0.5)) for k in range(20))).round(0.01),
        "black",
        width=px(1.5),
    ),
    **{name: make for name, make in SCENES.items() if name not in ("shapes", "fields")},
}
"""What every dialect draws."""
ALL = {**WITHIN, "shapes": SCENES["shapes"], "fields": SCENES["fields"]}
every_scene = pytest.mark.parametrize("name", ALL)


@cache
def scene_of(name):
    """A scene by its name here; none of these is changed."""
    return ALL[name]()


def refused(text, dialect):
    """What the reference compiler has against a scene's text, where the dialect puts it."""
    return glslang(on_site(text) if dialect == "shadertoy" else text)


# --- compiled ------------------------------------------------------------------------------------
@every_dialect
@every_scene
def test_the_reference_compiler_takes_every_scene(name, dialect):
    for antialias in ("exact", "fwidth", "none"):
        assert not refused(to_glsl(scene_of(name), dialect, antialias=antialias), dialect)


@pytest.mark.parametrize("dialect", ["330", "300es"])
@every_scene
def test_the_reference_compiler_takes_live_numbers_and_the_vertex_shader(name, dialect):
    text = listing(scene_of(name).lower(), dialect=DIALECTS[dialect], numbers="live")
    assert not glslang(text.fragment)
    assert not glslang(text.vertex, "vert")
    assert "flat in" not in text.fragment, "a reader of the text sets uniforms, and nothing else"


MAIN = {
    "330": "#version 330 core\n{0}\nout vec4 c;\nvoid main() {{ c = vec4({1}(gl_FragCoord.xy)); }}\n",
    "300es": "#version 300 es\n{0}\nout vec4 c;\nvoid main() {{ c = vec4({1}(gl_FragCoord.xy)); }}\n",
    "shadertoy": "{0}\nvoid mainImage(out vec4 c, in vec2 x) {{ c = vec4({1}(x)); }}\n",
}
READS = {
    "px": lambda: circle(px(3)), "mouse": lambda: circle(0.3).translate(mouse()),
    "seconds": lambda: circle(0.3).rotate(seconds()), "resolution": lambda: circle(1 / resolution().x),
    "slider": lambda: circle(slider("r", 0.3, 0.1, 1)), "toggle": lambda: circle(where(toggle("r"), 1, 2)),
    "a long list": lambda: crowd(2000), "a list": lambda: crowd(200), "root": cubic, "letters": größe,
}  # fmt: skip


@every_dialect
@pytest.mark.parametrize("name", [*sorted(FIELDS), *READS])
def test_a_library_can_be_pasted(name, dialect):
    text = to_glsl(READS[name]() if name in READS else FIELDS[name], dialect)
    assert "#version" not in text
    function = re.findall(r"^float (\w+)\(vec2 p\) \{", text, re.MULTILINE)[-1]
    assert re.search(rf"^Jet2 {function}_jet2\(vec2 p\)", text, re.MULTILINE)
    assert not refused(MAIN[dialect].format(text, function), dialect)


@pytest.mark.parametrize("start", range(0, 36, 12))
def test_the_reference_compiler_takes_random_scenes(start):
    for number in range(start, start + 12):
        source = random_program(random.Random(number))
        scene = Scene().fill(run(source), "red")
        for dialect in DIALECTS:
            assert not refused(to_glsl(scene, dialect), dialect), source


@every_dialect
def test_no_word_of_any_target_is_a_name(dialect):
    words = [w for w in sorted({*RESERVED, *HOSTILE}) if w.isidentifier() and not iskeyword(w)]
    words += [
        "isampler2DMS",
        "uimageBuffer",
        "texture2DLodEXT",
        "textureProjGradOffset",
        "iChannelTime",
    ]
    words += [
        "mainSound",
        "HW_PERFORMANCE",
        "lessThanEqual",
        "packHalf2x16",
        "matrixCompMult",
        "buffer",
    ]
    words += ["common", "resource", "hvec2", "inversesqrt", "fragCoord", "defined", "sampler2DRect"]
    words += ["texelFetch", "webgl_x", "GL_ES", "st_assert", "iCh0", "shadow2DProj", "iGlobalTime"]
    scene = Scene()
    for k, word in enumerate(words):
        scene.fill(called(word).translate(0.1 * k, 0), "red")
    assert not refused(to_glsl(scene, dialect), dialect)


def test_names_that_are_words_nowhere_stay():
    for name in ("star", "shadow", "texel", "image", "textured", "stone", "idate", "size", "tint"):
        assert clean(name) == name


# --- drawn ---------------------------------------------------------------------------------------
SIZE = (96, 64)


def times(name):
    """Two times of a scene that moves, one of another."""
    moves = any(
        p.name == "seconds" for p in parameters(scene_of(name).lower().composed("none").outputs)
    )
    return (0.0, 1.7) if moves else (0.0,)


def values_of(name):
    """The mouse in scene units, and where the site has it in pixels."""
    view = scene_of(name).view
    at = np.array((61.0, 40.0))
    place = np.asarray(view.center) + view.height / SIZE[1] * (at - np.array(SIZE) / 2)
    return tuple(place.tolist()), (*at.tolist(), *at.tolist())


OVER_BLACK = {"transparent": lambda: transparent("black"), "nothing": lambda: Scene("black")}
"""What has no background, as the site shows it."""


def expected(name, seconds_, over_black=False, antialias="gradient"):
    return rendered(name, seconds_, over_black and name in OVER_BLACK, antialias)


@cache
def rendered(name, seconds_, over_black, antialias):
    """What each text is held against, drawn once."""
    scene = OVER_BLACK[name]() if over_black else scene_of(name)
    return render(scene, SIZE, seconds=seconds_, mouse=values_of(name)[0], antialias=antialias)


def shadertoy_job(name, seconds_, desktop=False, antialias="gradient"):
    text = on_site(to_glsl(scene_of(name), "shadertoy", antialias=antialias), desktop)
    uniforms = site_uniforms(SIZE, seconds_, values_of(name)[1])
    return Job(text, SIZE, uniforms, vertex=VERTEX_330) if desktop else Job(text, SIZE, uniforms)


def listed_job(name, dialect, seconds_, numbers="baked", antialias="gradient"):
    scene = scene_of(name)
    text = listing(scene.lower(), antialias=antialias, dialect=DIALECTS[dialect], numbers=numbers)
    defaults = {p.name: p.default for p in text.parameters.values()}
    return Job.of(text, Frame(SIZE, scene.view, seconds_, defaults, values_of(name)[0]))


def compared(what, drawn, wanted, exceptions=0.0):
    """At most a level apart; the share of ``exceptions`` may be more."""
    assert not isinstance(drawn, str), f"{what}: {drawn}"
    off = np.abs(drawn.astype(int) - wanted)
    print(f"{what}: {off.max()} levels at worst, {(off > 1).mean():.1e} of the values above one")
    assert (off > 1).mean() <= exceptions


@pytest.mark.parametrize("name", WITHIN)
def test_opengl_draws_each_text_as_render_does(name):
    """One text of a scene, in turn, is exact, the others go by the gradient: they compile at once."""
    needs_gl()
    turn = list(WITHIN).index(name) % 3
    first, second, third = ("exact" if k == turn else "gradient" for k in range(3))
    for at in times(name):
        compared(
            f"{name} at {at}, shadertoy, {first}",
            on_desktop(shadertoy_job(name, at, True, first)),
            expected(name, at, True, first),
        )
        compared(
            f"{name} at {at}, 330, {second}",
            on_desktop(listed_job(name, "330", at, antialias=second)),
            expected(name, at, antialias=second),
        )
        compared(
            f"{name} at {at}, live, {third}",
            on_desktop(listed_job(name, "330", at, "live", third)),
            expected(name, at, antialias=third),
            1e-3,
        )


@pytest.mark.parametrize("kind", ["300es", "live", "shadertoy"])
def test_a_browser_draws_every_text_as_render_does(kind):
    """By the gradient: a browser's software rasteriser takes minutes for exact texts."""
    needs_gl()
    chromium()
    numbers = "live" if kind == "live" else "baked"
    drawings = [(name, at) for name in WITHIN for at in times(name)]
    found = in_browser(
        [
            shadertoy_job(name, at)
            if kind == "shadertoy"
            else listed_job(name, "300es", at, numbers)
            for name, at in drawings
        ]
    )
    for (name, at), drawn in zip(drawings, found, strict=True):
        wanted = expected(name, at, kind == "shadertoy")
        fine = kind == "live" and name == "lens"  # its dots are finer than these pixels
        compared(f"{name} at {at}, {kind}", drawn, wanted, 2e-3 if fine else 1e-3)


def test_the_mouse_is_at_the_origin_until_it_is_pressed():
    needs_gl()
    job = Job(
        on_site(to_glsl(moving(), "shadertoy"), True), SIZE, site_uniforms(SIZE), vertex=VERTEX_330
    )
    compared("no mouse", on_desktop(job), render(moving(), SIZE))


def test_a_constant_of_the_listing_can_be_edited():
    needs_gl()
    text = to_glsl(moving(), "shadertoy")
    changes = [
        ("float size = 0.4;  // 0.1 to 1.0, 0.4 as written", "float size = 0.7;"),
        ("float big = 0.0;  // 1.0 is on, 0.0 is off; off as written", "float big = 1.0;"),
        (r"vec3 paint = [^;]*;  // a color in linear light, #ffd700 as written", "vec3 paint = vec3(1.0, 0.0, 0.0);"),
        ("float view_height = 2.4;  // scene units, from bottom to top", "float view_height = 3.0;"),
        (r"view_center = vec2\(0.1, -0.2\);  // scene units", "view_center = vec2(0.3, 0.0);"),
    ]  # fmt: skip
    for old, new in changes:
        text, count = re.subn(
            f"const {old}" if "view_center" not in old else old,
            f"const {new}" if "view_center" not in old else new,
            text,
        )
        assert count == 1, old
    drawn = on_desktop(Job(on_site(text, True), SIZE, site_uniforms(SIZE), vertex=VERTEX_330))
    values = {"size": 0.7, "big": True, "paint": "#ff0000"}
    wanted = render(moving(), SIZE, parameters=values, view=View((0.3, 0.0), 3.0))
    compared("edited", drawn, wanted)


# --- what the text says --------------------------------------------------------------------------
def test_the_site_gets_what_it_can_take():
    text = to_glsl(moving(), "shadertoy")
    for word in ("#version", "uniform", "gl_FragCoord", "precision", "sampler", "void main("):
        assert word not in text
    for word in (
        "iTime",
        "iResolution.x",
        "iMouse",
        "void mainImage(out vec4 fragColor, in vec2 fragCoord)",
    ):
        assert word in text


def test_a_library_holds_what_it_reads_and_no_more():
    assert "view_height" not in to_glsl(circle(1).rotate(seconds()), "shadertoy")
    assert "view_height = 2.0;" in to_glsl(circle(px(2)), "shadertoy")
    assert "vec2 mouse()" in to_glsl(circle(1).translate(mouse()), "shadertoy")
    assert "vec2 mouse()" not in to_glsl(circle(px(2)), "shadertoy")
    assert "uniform float pixel;" in to_glsl(circle(px(2)), "300es")
    assert to_glsl(circle(1), "300es").startswith("precision highp float;\n")


def test_equal_scenes_seen_otherwise_say_so():
    near, far = (Scene("white", View((x, 0), 2 + x)).fill(circle(1), "red") for x in (0, 1))
    assert near.lower() == far.lower()
    assert "view_center = vec2(0.0, 0.0)" in to_glsl(near, "shadertoy")
    assert "view_center = vec2(1.0, 0.0)" in to_glsl(far, "shadertoy")
    assert "pixel 3.0 / h" in to_glsl(far, "300es")
    assert listing(near.lower()) is listing(far.lower()), "what is drawn compiles once"


def test_parameters_say_what_they_are():
    text = to_glsl(moving(), "300es")
    assert "uniform float size;  // 0.1 to 1.0, 0.4 as written\n" in text
    assert "uniform float seconds;  // the clock\n" in text
    assert "uniform vec2 mouse;  // scene units\n" in text
    odd = slider("so\\\nlarge", 0.5, 0, 1)
    assert r"uniform float so_large;  // 'so\\\nlarge': 0.0 to 1.0" in to_glsl(circle(odd))


@pytest.mark.parametrize("dialect", ["330", "300es"])
def test_short_lists_are_in_the_text_and_long_ones_in_a_texture(dialect):
    scene = Scene().fill(crowd(TEXT_ELEMENTS), "red")
    assert not listing(scene.lower(), dialect=DIALECTS[dialect]).tables
    scene.fill(crowd(200), "blue").fill(crowd(2500), "teal")
    text = listing(scene.lower(), dialect=DIALECTS[dialect])
    rows, width, _ = text.tables["tables"].shape
    assert f"sampler2D tables;  // {width} x {rows} texels, RGBA32F, NEAREST" in text.fragment
    assert dialect == "330" or "uniform highp sampler2D" in text.fragment, "by itself it is lowp"
    held = text.tables["tables"].reshape(-1, 4)
    assert (held[:, :3] != 0).all(axis=1).sum() == 2700
    assert library(crowd(2500).function, dialect=DIALECTS[dialect]).tables


def test_a_list_too_long_for_the_site_is_refused_in_a_sentence():
    full = Scene().fill(crowd(SITE_ELEMENTS), "red")
    assert not refused(to_glsl(full, "shadertoy"), "shadertoy")
    with pytest.raises(
        ShaderError, match=r"a list of 20 takes 20 constants.*0 of the 4096 that shadertoy has"
    ):
        to_glsl(full.fill(crowd(20), "red"), "shadertoy")
    with pytest.raises(ShaderError, match=r"a list of 5000 takes 5000 constants.*another dialect"):
        to_glsl(crowd(5000), "shadertoy")


def test_live_numbers_need_uniforms():
    for what in (moving(), circle(1)):
        with pytest.raises(
            SceneError, match='numbers="live" needs uniforms, and shadertoy has none'
        ):
            to_glsl(what, "shadertoy", numbers="live")


def test_a_comment_ends_where_its_line_does():
    for dialect in DIALECTS:
        text = to_glsl(cubic(), dialect)
        assert "// Its square root is\n" in text
    assert not any(line.endswith("\\") for line in to_glsl(strange_names()).splitlines())


def test_colors_are_vectors_of_three():
    scene = Scene().fill(circle(1), Vec(color_picker("tint", "teal")))
    assert "uniform vec3 tint;  // a color in linear light, #008080 as written" in to_glsl(
        scene, "300es"
    )


# --- the command ---------------------------------------------------------------------------------
def jetfield(*words, **options):
    command = [sys.executable, "-m", "jetfield.render", *words]
    options = {"capture_output": True, "timeout": 100, **options}
    return subprocess.run(command, check=False, **options)


@every_dialect
def test_the_command_prints_the_listing(dialect, capfdbinary):
    assert cli.main(["glsl", "petals", "--dialect", dialect, "--antialias", "none"]) == 0
    out, err = capfdbinary.readouterr()
    assert out.decode() == to_glsl(load("petals"), dialect, antialias="none")
    assert err == b""


def test_the_command_writes_a_whole_file(tmp_path, capsys):
    path = tmp_path / "petals.frag"
    path.write_text("older")
    assert cli.main(["glsl", "petals", "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert path.read_text() == to_glsl(load("petals"))
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_file_as_it_was(tmp_path, capsys):
    scene, out = tmp_path / "big.py", tmp_path / "out.frag"
    scene.write_text(
        "from jetfield.scenes import *\nscene = Scene()\n"
        "scene.fill(union(*(circle(0.1 + k / 9e3).translate(k, 0) for k in range(5000))), 'red')\n"
    )
    out.write_text("older")
    assert cli.main(["glsl", str(scene), "--dialect", "shadertoy", "-o", str(out)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("jetfield: a list of 5000 takes 5000 constants")
    assert said.err.count("\n") == 1
    assert out.read_text() == "older"
    assert sorted(p.name for p in tmp_path.iterdir() if p.suffix) == ["big.py", "out.frag"]


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("missing/a.frag", "there is no directory"),
        (".", ". is a directory; name a file in it"),
        ("", "an empty path names no file"),
        (os.devnull, "is there and is not a regular file"),
    ],
)
def test_a_place_where_no_file_can_be_is_named(out, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["glsl", "fan", "-o", out]) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_dialect_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["glsl", "fan", "--dialect", "450"])
    assert end.value.code == 2
    assert "argument --dialect: invalid choice: '450'" in capsys.readouterr().err


def test_whoever_reads_the_listing_may_go():
    ours, theirs = os.pipe()
    os.close(ours)
    run_ = jetfield("glsl", "fan", capture_output=False, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    assert (run_.returncode, run_.stderr) == (0, b"")


def test_the_listing_is_utf_8_whatever_the_locale_is(tmp_path):
    path = Path(tmp_path, "größe.py")
    path.write_text(
        "from jetfield.scenes import *\n@shape\ndef f(p):\n    'Größe.'\n    return length(p) - 1\n"
        "scene = Scene().fill(f(), 'red')\n",
        encoding="utf-8",
    )
    ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    found = jetfield("glsl", str(path), env=ascii_only)
    assert (found.returncode, found.stderr) == (0, b"")
    assert "// Größe." in found.stdout.decode()


def test_words_that_stand_twice_agree():
    assert tuple(DIALECTS) == cli_glsl.DIALECTS
