"""What a wrong call says: one sentence with the call, the value, what was expected, and the line.

``python tests/test_errors.py`` prints the table of calls and sentences.
"""

import contextlib
import inspect
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from jetfield import scenes
from jetfield.scenes import Field, JetfieldError, Scene, SceneError, View, load, polygon

HEAD = "import math\nfrom functools import partial\nfrom typing import *\nimport numpy as np\nfrom jetfield.render import render\nfrom jetfield.shaders import to_glsl\n"
HEAD += "from jetfield.scenes import *\nnan, inf = float('nan'), float('inf')\n"

CALLS = [
    # numbers
    ("circle(-1)", "circle: radius=-1 must be a positive number"),
    ("circle(0)", "circle: radius=0 must be a positive number"),
    ("circle('1')", "circle: radius='1' must be a positive number"),
    ("circle(nan)", "circle: radius=nan must be a positive number"),
    ("circle(inf)", "circle: radius=inf must be a positive number"),
    ("circle(True)", "circle: radius=True must be a positive number"),
    ("circle(None)", "circle: radius=None must be a positive number"),
    ("circle(1 + 2j)", "circle: radius=(1+2j) must be a positive number"),
    ("circle([1, 2])", "circle: radius=[1, 2] must be a number"),
    ("circle(np.array([1.0, 2.0]))", "circle: radius=array([1., 2.]) must be a number"),
    ("circle(circle(1))", "circle: radius=circle(1) must be a positive number"),
    ("circle(mouse())", "circle: radius=vec2(mouse().x, mouse().y) must be a number"),
    ("circle(seconds() > 1)", "circle: radius must be a positive number, not a condition; write where(condition, a, b)"),
    ("circle(slider('r', -1.5, -2, -1))", "circle: radius is never above -1, and must be a positive number"),
    ("box(1, -2)", "box: height=-2 must be a positive number"),
    ("box(1, 2, -0.1)", "box: radius=-0.1 must be a number at least 0"),
    ("circle(1).rotate('90')", "rotate: angle='90' must be a finite number"),
    ("circle(1).scale(0)", "scale: factor=0 must be a positive number"),
    ("circle(1).scale((1, 2))", "scale: factor=(1, 2) must be a positive number"),
    ("circle(1).shell(-1)", "shell: thickness=-1 must be a positive number"),
    ("circle(1).translate(1, nan)", "translate: y=nan must be a finite number"),
    ("px('a')", "px: n='a' must be a finite number"),
    # arguments
    ("circle()", "circle(radius): missing a required argument: 'radius'"),
    ("circle(1, 2)", "circle(radius): too many positional arguments"),
    ("circle(radius=1, x=2)", "circle(radius): got an unexpected keyword argument 'x'"),
    ("swirl()", "swirl(strength, radius): missing a required argument: 'strength'"),
    ("polar(1)", "polar(): too many positional arguments"),
    ("circle(r=1)", "circle(radius): got an unexpected keyword argument 'r'; its arguments are called radius"),
    ("box(w=1, h=2)", "box(width, height, radius): got an unexpected keyword argument 'w'; its arguments are called width, height, radius"),
    ("polar(n=3)", "polar(): got an unexpected keyword argument 'n'; it takes none"),
    # shapes
    ("ellipse(1, 0)", "ellipse: ry=0 must be a positive number"),
    ("ellipse(-1, 1)", "ellipse: rx=-1 must be a positive number"),
    ("ellipse(1)", "ellipse(rx, ry): missing a required argument: 'ry'"),
    ("ellipse((1, 2), 1)", "ellipse: rx=(1, 2) must be a number"),
    ("ring(0, 1)", "ring: radius=0 must be a positive number"),
    ("ring(1, nan)", "ring: thickness=nan must be a positive number"),
    ("arc(1, 0)", "arc: opening=0 must be a positive number"),
    ("arc(1, 7)", "arc: opening=7 must be an angle of at most 2 pi"),
    ("pie(1, 360)", "pie: opening=360 must be an angle of at most 2 pi"),
    ("pie(1, slider('o', 8, 7, 9))", "pie: opening=slider('o', 8, 7, 9) must be an angle of at most 2 pi"),
    ("pie(1, -pi)", "pie: opening=-3.141592653589793 must be a positive number"),
    ("triangle((0, 0), (1, 0))", "triangle(a, b, c): missing a required argument: 'c'"),
    ("triangle((0, 0), (1, 0), 1)", "triangle: c=1 must be two numbers (x, y)"),
    ("triangle((0, 0), (1, inf), (1, 1))", "triangle: b[1]=inf must be a finite number"),
    ("star(1, 1, 0.5)", "star: n=1 must be a whole number of at least 2"),
    ("star(5.5, 1, 0.5)", "star: n=5.5 must be a whole number of at least 2"),
    ("star(slider('n', 5, 2, 9), 1, 0.5)", "a count is structure and takes no slider"),
    ("star(5, 1, 0)", "star: inner=0 must be a positive number"),
    ("bezier((0, 0), (1, 1), (2, 0, 0))", "bezier: c=(2, 0, 0) must be two numbers (x, y)"),
    ("bezier(0, 1, 2)", "bezier: a=0 must be two numbers (x, y)"),
    ("stripes()", "stripes(period, duty): missing a required argument: 'period'"),
    ("stripes(0)", "stripes: period=0 must be a positive number"),
    ("stripes(1, -0.5)", "stripes: duty=-0.5 must be a positive number"),
    ("stripes(1, 50)", "stripes: duty=50 must be a number above 0 and at most 1"),
    ("stripes(1, slider('d', 3, 2, 4))", "stripes: duty=slider('d', 3, 2, 4) must be a number above 0 and at most 1"),
    ("stripes((1, 2))", "stripes: period=(1, 2) must be a number"),
    ("checker(-1)", "checker: size=-1 must be a positive number"),
    ("checker(1, 1)", "checker(size): too many positional arguments"),
    ("grid(1)", "grid(size, width): missing a required argument: 'width'"),
    ("grid(1, 0)", "grid: width=0 must be a positive number"),
    ("grid(inf, 1)", "grid: size=inf must be a positive number"),
    ("checker(1).warp(repeat(4, 4))", "repeat: endless copies of checker(1) need a bounded field"),
    # offsets and morphs
    ("circle(1).elongate(-1)", "elongate: x=-1 must be a number at least 0"),
    ("circle(1).elongate(1, 'a')", "elongate: y='a' must be a number at least 0"),
    (
        "circle(1).elongate(slider('x', 0, -1, 1))",
        "elongate: x=slider('x', 0, -1, 1) must never be negative; give its slider a low of at least 0",
    ),
    ("circle(1).morph(2, 0.5)", "morph: 2 is not a field"),
    ("circle(1).morph(circle, 0.5)", "morph: the function circle is not a field; call it first"),
    ("morph(circle(1), circle(2), 1.5)", "morph: t=1.5 must be a number from 0 to 1"),
    ("morph(circle(1), circle(2), 'half')", "morph: t='half' must be a finite number"),
    ("mix(circle(1), 2, 0.5)", "morph: 2 is not a field"),
    ("mix(0.5, circle(1), 0.5)", "morph: 0.5 is not a field"),
    # fields that are taken for numbers, and warps for operators
    ("circle(1) @ swirl(1)", "field @ swirl(1): a warp acts on a field by field.warp(...)"),
    ("sin(circle(1))", "sin: circle(1) is neither a number nor a vector; a field is a number only at a point: write field(p) in a @shape"),
    ("where(seconds() > 1, circle(1), circle(2))", "where: circle(1) is neither a number nor a vector; a field is a number only at a point"),
    ("where(True, circle(1), circle(2))", "where: circle(1) is neither a number nor a vector"),
    ("max(seconds(), circle(1))", "max: circle(1) is neither a number nor a vector; a field is a number only at a point"),
    ("length(circle(1))", "length: circle(1) is not a vector; a field is a number only at a point"),
    ("smoothstep(0, 1, circle(1))", "sub: circle(1) is neither a number nor a vector"),
    ("pow(circle(1), 2)", "pow: circle(1) is neither a number nor a vector"),
    ("sin('a')", "sin: 'a' is neither a number nor a vector"),
    ("length((1, 'a'))", "length: 'a' is neither a number nor a vector"),
    ("circle(1)((nan, 0))", "field(p): p=nan must be a finite number"),
    (
        "circle(slider('r', 0.5, 0.1, 1))((np.array([0.1, 0.2]), 0))",
        "field(p): p=(array([0.1, 0.2]), 0) holds arrays, and the field reads slider('r', 0.5, 0.1, 1), which has no "
        "value yet; field.jet(points, 0, parameters=..., seconds=...) gives values for some",
    ),
    ("circle(seconds() + 2)(np.zeros((2, 3)))", "holds arrays, and the field reads seconds(), which has no value yet"),
    ("circle(1)((np.zeros(2), seconds()))", "field(p): p=(array([0., 0.]), seconds()) holds an array, and seconds() is none"),
    ("circle(1)((np.zeros(2), 'a'))", "field(p): p=(array([0., 0.]), 'a') holds an array, and 'a' is none"),
    ("circle(1)(('a', 0))", "field(p): p='a' must be a finite number"),
    # points and counts
    ("capsule(0, 1, 0.1)", "capsule: a=0 must be two numbers (x, y)"),
    ("capsule((0, nan), (1, 1), 0.1)", "capsule: a[1]=nan must be a finite number"),
    ("segment((0, 0), 'ab')", "segment: b='ab' must be two numbers (x, y)"),
    ("polygon([(0, 0), (1, 0)])", "polygon: points=[(0, 0), (1, 0)] must hold at least three different points"),
    ("polygon([(0, 0), (1, 0), (1, nan)])", "must be a sequence of finite (x, y) numbers"),
    (
        "polygon([(-1, -1), (0, 0), (1, 1)])",
        "polygon: points=[(-1, -1), (0, 0), (1, 1)] must enclose an area: all edges lie on one another, "
        "and cancel by the even-odd rule; segment(a, b) is a line",
    ),
    ("polygon([(0, 0), (1, 0), (1, 1)] * 2)", "must enclose an area"),
    ("polygon(5)", "polygon: points=5 must be a sequence of (x, y) numbers"),
    ("regular_polygon(2, 1)", "regular_polygon: n=2 must be a whole number of at least 3"),
    ("regular_polygon(True, 1)", "regular_polygon: n=True must be a whole number of at least 3"),
    (
        "regular_polygon(slider('n', 5, 3, 8), 1)",
        "regular_polygon: n=slider('n', 5, 3, 8) must be a whole number of at least 3; "
        "a count is structure and takes no slider",
    ),
    ("polar_repeat(2.5)", "polar_repeat: n=2.5 must be a whole number of at least 1"),
    ("polar_repeat(slider('n', 5, 1, 8))", "a count is structure and takes no slider"),
    ("repeat(None, None)", "repeat: x and y are both None; give a distance for at least one axis"),
    ("repeat(1, count=0)", "repeat: count=0 must be a whole number of at least 1"),
    # combining
    ("circle(1) + 1", "field + 1: to grow a shape by r write field.round(r)"),
    ("circle(1) - 0.1", "field - 0.1: to shrink a shape by r write field.round(-r)"),
    ("circle(1) | 1", "field | 1: combine two fields"),
    ("circle(1) & seconds()", "field & seconds(): combine two fields"),
    ("union()", "union: needs at least one field"),
    ("union([circle(1), circle(2)])", "union: [circle(1), circle(2)] is not a field; spread a list with union(*fields)"),
    ("union(circle(1), None)", "union: None is not a field"),
    ("union(circle(1), circle(2), smooth=-0.1)", "union: smooth=-0.1 must be a number at least 0"),
    ("xor(circle(1), circle(2), smooth=0.1)", "xor: smooth=0.1 has no meaning"),
    # warps
    ("circle(1).warp(polar)", "is not a Warp; call it first"),
    ("circle(1).warp([polar()])", "warp: [polar()] is not a Warp"),
    ("polar() @ circle(1)", "warp @ circle(1): the right side must be a warp too"),
    ("swirl(1, radius=-1)", "swirl: radius=-1 must be a positive number"),
    ("mobius(1, 2, 2, 4)", "mobius: a d - b c is 0 for (1, 2, 2, 4), which maps all to one point"),
    ("mobius(complex('nan'))", "mobius: a=(nan+0j) must be finite"),
    ("affine(((1, 2), (2, 4)))", "affine: matrix=((1, 2), (2, 4)) has determinant 0, which flattens the plane"),
    ("affine(3)", "affine: matrix=3 must be two rows of two numbers, ((a, b), (c, d))"),
    (
        "half_plane((0, 1)).warp(repeat(1, 1))",
        "repeat: endless copies of half_plane((0, 1)) need a bounded field; clip it with & box(...), "
        "give @shape(bounds=...), or repeat a count",
    ),
    (
        "circle(1).shell(px(2)).warp(polar())",
        "warp: a field that contains px() cannot be warped; draw it with stroke(field, paint, width=px(n)), "
        "which measures after all warps",
    ),
    ("circle(1).shell(px(2)).scale(2)", "scale: a field that contains px() cannot be scaled"),
    ("kaleidoscope(0)", "kaleidoscope: n=0 must be a whole number of at least 1"),
    ("kaleidoscope(2.5)", "kaleidoscope: n=2.5 must be a whole number of at least 1"),
    ("kaleidoscope(slider('n', 5, 1, 8))", "a count is structure and takes no slider"),
    (
        "circle(1).warp(repeat(1e-9, None))",
        "repeat: at each point 2e+09 copies of circle(1) would count, and must be at most 65536: take fewer, or",
    ),
    ("circle(1).warp(repeat(1e-300, 1))", "repeat: at each point 2"),
    ("circle(1).warp(repeat(0.001, 0.001))", "repeat: at each point 4"),
    ("half_plane((0, 1)).warp(repeat(1, count=10**6))", "repeat: at each point 1e+06 copies of half_plane((0, 1)) would"),
    ("half_plane((0, 1)).warp(polar_repeat(10**9))", "polar_repeat: at each point 1e+09 copies of half_plane((0, 1)) would"),
    ("half_plane((0, 1)).warp(kaleidoscope(10**6))", "kaleidoscope: at each point 1e+06 copies of half_plane"),
    ("mirror((0, 0))", "mirror: normal=(0, 0) must not be (0, 0)"),
    ("mirror(1)", "mirror: normal=1 must be two numbers (x, y)"),
    ("mirror((1, nan))", "mirror: normal[1]=nan must be a finite number"),
    ("mirror((1, 0), 'a')", "mirror: offset='a' must be a finite number"),
    ("bend()", "bend(curvature): missing a required argument: 'curvature'"),
    ("bend(inf)", "bend: curvature=inf must be a finite number"),
    ("bend(circle)", "bend: curvature=the function circle must be a finite number"),
    ("ripple('big')", "ripple: amount='big' must be a finite number"),
    ("ripple(0.1, waves=None)", "ripple: waves=None must be a finite number"),
    ("ripple(px(3))", "ripple: a warp cannot contain px(), a length in the picture"),
    ("shear(2, 0.5)", "shear: x=2, y=0.5 has determinant 0, which flattens the plane"),
    ("shear('1')", "shear: x='1' must be a finite number"),
    ("shear((1, 2))", "shear: x=(1, 2) must be a finite number"),
    ("fisheye(1, radius=0)", "fisheye: radius=0 must be a positive number"),
    ("fisheye(True)", "fisheye: strength=True must be a finite number"),
    ("fisheye(1, 2, 3)", "fisheye(strength, radius): too many positional arguments"),
    ("inversion(-1)", "inversion: radius=-1 must be a positive number"),
    ("complex_power(0)", "complex_power: n=0 maps all to one point"),
    ("complex_power(1j)", "complex_power: n=1j must be a finite number"),
    ("complex_power(nan)", "complex_power: n=nan must be a finite number"),
    ("perspective(height=0)", "perspective: height=0 must be a positive number"),
    ("perspective((0, 1))", "perspective: horizon=(0, 1) must be a number"),
    ("perspective(fov=1)", "perspective(horizon, height): got an unexpected keyword argument 'fov'"),
    # noise
    ("noise(0.5)", "noise: p=0.5 must be a vector of 2 or 3"),
    ("noise((1, 2, 3, 4))", "noise: p=(1, 2, 3, 4) must be a vector of 2 or 3"),
    ("noise((1, 'a'))", "noise: p[1]='a' must be a finite number"),
    ("noise((seconds(), 0), seed=nan)", "noise: seed=nan must be a finite number"),
    ("noise(mouse(), seed=(1, 2))", "noise: seed=(1, 2) must be a number"),
    ("value_noise((seconds() > 1, 0))", "value_noise: p[0] must be a number, not a condition"),
    ("fbm((0, 0), 0)", "fbm: octaves=0 must be a whole number of at least 1"),
    ("fbm(mouse(), slider('n', 2, 1, 4))", "fbm: octaves=slider('n', 2, 1, 4) must be a whole number of at least 1; a count is"),
    ("fbm((0, 0), gain=-0.5)", "fbm: gain=-0.5 must be a number at least 0"),
    # scenes, layers, colors
    ("Scene(background='#10141')", "Scene: background: '#10141' is no color: give a CSS name, or hex such as"),
    ("Scene(background='dark')", "'dark' is no color: give a CSS name, or hex such as \"#ff5c8a\"; did you mean 'darkred'?"),
    ("Scene(background='#10141880')", "Scene: background='#10141880' must be opaque, or None for a transparent picture"),
    ("Scene(view=2)", "Scene: view=2 must be a View(center=(x, y), height=h)"),
    ("Scene().fill(circle(1), 'rad')", "fill: 'rad' is no color: give a CSS name, or hex such as \"#ff5c8a\"; did you mean 'red'?"),
    ("Scene().fill(circle(1), (1, 0, 0))", "fill: (1, 0, 0) is no color"),
    ("Scene().fill(circle, 'red')", "is not a field; call it first"),
    ("Scene().fill('red', circle(1))", "fill: 'red' is not a field"),
    ("Scene().fill(circle(1), 'red', opacity=2)", "fill: opacity=2 must be"),
    ("Scene().fill(circle(1), 'red', opacity=-0.5)", "fill: opacity=-0.5 must be"),
    ("Scene().stroke(circle(1), 'red', width=0)", "stroke: width=0 must be a positive number"),
    # fields that are not there yet, and the wrong way round
    ("def f(p): return p.x\nScene().fill(f, 'red')", "fill: the function f is not a field; put @shape above it, and call it"),
    ("Scene().fill(polygon, 'red')", "fill: the function polygon is not a field; call it first"),
    ("union(circle(1), lambda p: p.x)", "union: the function <lambda> is not a field; put @shape above it, and call it"),
    ("circle(1) | (lambda p: p.x)", "the right side must be a field too; put @shape above it, and call it"),
    ("isolines(polar(), 1)", "isolines: polar() is not a field; a warp acts on one: field.warp(...)"),
    ("Scene().fill('red', circle(1))", "fill: 'red' is not a field; the field comes first, then the paint"),
    ("union(circle(1), circle(2), 0.1)", "union: 0.1 is not a field; a width to round over has a name: union(a, b, smooth=0.1)"),
    ("circle(1) + box(1, 1)", "field + box(1, 1): a | b joins two shapes"),
    ("sum([circle(1), circle(2)])", "0 + field: sum(fields) adds numbers; union(*fields) joins shapes"),
    ("0.1 + circle(1)", "field + 0.1: to grow a shape by r write field.round(r)"),
    ("circle(1) * box(1, 1)", "field * box(1, 1): a & b is what two shapes share"),
    ("Scene().fill(circle(1), palette('viridis'))", "is no color; a list of colors belongs in a ramp, such as linear_ramp("),
    ("linear_ramp((0, 0), (1, 0), 'red', 'blue')", "linear_ramp: stops='red' must be a sequence, such as ['red', ...]"),
    ("circle(1).rotate(seconds)", "rotate: angle=the function seconds must be a finite number; call it: seconds()"),
    ("circle | box(1, 1)", "the function circle | field: the left side must be a field too; call it first"),
    ("swirl(1) & box(1, 1)", "swirl(1) & field: the left side must be a field too; a warp acts on one: field.warp(...)"),
    ("0.1 | box(1, 1)", "0.1 | field: the left side must be a field too"),
    ("Scene().fill([circle(1), box(1, 1)], 'red')", "[circle(1), box(1, 1)] is not a field; union(*fields) joins a list"),
    ("circle(1).warp(lambda p: p)", "warp: the function <lambda> is not a Warp; put @warp above it, and call it"),
    ("Scene().fill(circle(1), lambda p: p)", "; put @paint above it, and call it"),
    ("sin(seconds)", "sin: the function seconds is neither a number nor a vector; call it: seconds()"),
    ("circle((0, 0), 1)", "circle(radius): too many positional arguments; .translate(x, y) moves a shape"),
    # calls of a form that there is not
    ("Scene().fill(circle(1))", "fill: missing a required argument: 'paint'; write fill(field, \"red\", opacity=1"),
    ("Scene().fill(circle(1), 'red', color='blue')", "fill: got an unexpected keyword argument 'color'; its arguments are called field, paint, opacity, blend; write"),
    ("Scene().stroke(circle(1), 'red')", "stroke: missing a required argument: 'width'; write stroke(field, \"red\", width=px(2))"),
    ("Scene().stroke(circle(1), 'red', 0.1)", "stroke: too many positional arguments; write stroke("),
    ("Scene().group('a')", "group: too many positional arguments; write group(opacity=1"),
    ("Scene(backgroud='white')", "Scene: got an unexpected keyword argument 'backgroud'; its arguments are called background, view"),
    ("View(1, 2, 3)", "View: too many positional arguments; write View(center=(0, 0), height=2)"),
    ("slider('r', 0.5)", "slider: missing a required argument: 'low'; write slider("),
    ("polygon((0, 0), (1, 0), (0, 1))", "polygon: too many positional arguments; write polygon([(0, 0), (1, 0), (0, 1)])"),
    ("circle(1).scale(2, 1)", "scale: too many positional arguments; write scale(2)"),
    ("circle(1).round()", "round: missing a required argument: 'radius'; write round(0.1)"),
    ("union(circle(1), k=0.1)", "union: got an unexpected keyword argument 'k'; its arguments are called fields, smooth; write"),
    ("difference()", "difference: missing a required argument: 'first'; write difference(a, b, smooth=0.1)"),
    ("circle(1)(0.1, 0.2)", "field: too many positional arguments; write field(p), where p is one point (x, y)"),
    ("@shape\ndef f(x, y): return x\nf()", "f(y): missing a required argument: 'y'; the function gets one point: write def f(p), and p.x and p.y"),
    ("vec2((1, 2))", "vec2: missing a required argument: 'y'; write vec2(x, y)"),
    ("star(5, 0.5)", "star: missing a required argument: 'inner'; write star(n, outer, inner)"),
    ("regular_polygon(5)", "regular_polygon: missing a required argument: 'radius'; write regular_polygon(n, radius)"),
    ("mouse(1)", "mouse: too many positional arguments; write mouse()"),
    ("repeat(step=2)", "repeat: got an unexpected keyword argument 'step'; its arguments are called x, y, count; write repeat(x, y=None, *, count=None)"),
    ("swirl(1).jet()", "jet: missing a required argument: 'points'; write jet(points, order=2)"),
    # values that nothing can be computed with
    ("cross((1, 2, 3), (3, 4, 5))", "cross((1, 2, 3), (3, 4, 5)): takes two vectors of 2, not of 3 and 3; write cross(a, b)"),
    ("dot((1, 2), (3, 4, 5))", "dot((1, 2), (3, 4, 5)): vectors of 2 and 3 do not combine; write dot(a, b)"),
    ("acos(None)", "acos(None): unsupported operand"),
    ("min(2, None)", "min(2, None): "),
    ("shape(circle(1))", "@shape: circle(1) is not a function by def or lambda"),
    ("kaleidoscope(10 ** 400)", "int too large to convert to float; write kaleidoscope(n)"),
    ("circle(1).jet([[0, 0]], np.array([1, 2]))", "jet: order=array([1, 2]) must be 0, 1 or 2"),
    # colors
    ("palette([])", "palette: there is no []; there are: dawn, ember"),
    ("linear_ramp((0, 0), (1, 0), {'red': 0, 'blue': 1})", "linear_ramp: stops={'red': 0, 'blue': 1} must be a sequence"),
    ("conic_ramp((0, 0), circle(1))", "conic_ramp: stops=circle(1) must be a sequence"),
    ("linear_ramp((1, 0), (1, 0), ['red', 'blue'])", "linear_ramp: start=(1, 0) and end=(1, 0) must differ"),
    ("ramp(0.5, {'red': 0})", "ramp: stops={'red': 0} must be a list of colors"),
    ("ramp(0.5, ['red', 'blue'], [1])", "ramp: space=[1] must be \"linear\" or \"oklab\""),
    ("ramp('a', ['red', 'blue'])", "ramp: t='a' must be a finite number"),
    ("ramp(nan, ['red', 'blue'])", "ramp: t=nan must be a finite number"),
    ("cosine_palette(0.5, (1, 2), (1, 2, 3), (1, 2, 3), (1, 2, 3))", "cosine_palette: a=(1, 2) must be a vector of three"),
    ("cosine_palette(nan, *[(1, 2, 3)] * 4)", "cosine_palette: t=nan must be a finite number"),
    # parameters
    ("slider('r', 3, 0, 1)", "slider('r'): default=3 must be from 0 to 1"),
    ("slider('r', 0.5, 1, 0)", "slider('r'): low=1 must be less than high=0"),
    ("slider('r', nan, 0, 1)", "slider('r'): default=nan must be a finite number"),
    ("slider('seconds', 0, 0, 1)", "slider: the name 'seconds' is taken by seconds()"),
    ("slider('a=b', 0, 0, 1)", "slider: the name 'a=b' must be without =, which ends it in --set NAME=VALUE"),
    ("toggle('=')", "toggle: the name '=' must be without ="),
    ("color_picker('a=', 'red')", "color_picker: the name 'a=' must be without ="),
    ("slider('', 0, 0, 1)", "slider: name='' must be a word"),
    ("toggle('t', 1)", "toggle('t'): default=1 must be True or False"),
    ("color_picker('c', 'redd')", "color_picker('c'): 'redd' is no color"),
    ("color_picker('c', '#ff000080')", "color_picker('c'): the color '#ff000080' must be opaque"),
    (
        "Scene().fill(circle(slider('a', 1, 0, 2)) | circle(slider('a', 1, 0, 3)), 'red')",
        "fill: two parameters are called 'a' but differ:",
    ),
    # jets
    ("circle(1).jet([[0, 0]], parameters={'x': 1})", "jet: there is no parameter 'x'; there are: none"),
    ("circle(slider('r', 1, 0, 2)).jet([[0, 0]], parameters={'r': nan})", "jet: parameters['r']=nan must be a"),
    ("circle(1).shell(px(1)).jet([[0, 0]])", "jet: the field contains px(); say how wide a pixel is with pixel="),
    ("circle(1).shell(px(1)).jet([[0, 0]], pixel=0)", "jet: pixel=0 must be a positive number"),
    ("circle(1).jet([[0, 0]], seconds='a')", "jet: seconds='a' must be a finite number"),
    ("circle(1)(3)", "field(p): p=3 must be two numbers (x, y)"),
    ("circle(1).project([0, 0])", "project: points must have shape (N, 2), got (2,)"),
    ("circle(1).project([[0, nan]])", "project: points hold NaN or infinity"),
    ("circle(1).project([[0, 0]], parameters={'x': 1})", "project: there is no parameter 'x'; there are: none"),
    ("circle(1).shell(px(1)).project([[0, 0]])", "project: the field contains px(); say how wide a pixel is with pixel="),
    ("circle(1).project([[0, 0]], mouse=3)", "project: mouse=3 must be two numbers (x, y)"),
    # decorators
    ("shape(3)", "@shape: 3 is not a function"),
    ("shape(bounds=3)", "@shape: bounds=3 must be ((left, bottom), (right, top))"),
    ("shape(bounds=((1, 1), (0, 0)))", "bounds=((1, 1), (0, 0)) are empty; give the lower left corner first"),
    ("shape(grade='good')", "@shape: grade='good' must be one of exact, bound, implicit"),
    ("shape(lambda: 0)", "@shape <lambda>: its first argument must be the point p"),
    ("shape(math.hypot)", "@shape: the function hypot is not a function by def or lambda"),
    ("warp(type)", "@warp: the class type is not a function by def or lambda"),
    ("paint(partial(print, 1))", "@paint: functools.partial(<built-in function print>, 1) is not a function"),
    ("warp(3)", "@warp: 3 is not a function"),
    ("circle(10 ** 400)", "must be a positive number"),
    ("regular_polygon(5, -1)", "regular_polygon: radius=-1 must be a positive number"),
    ("1 - circle(1)", "1 - field: the left side must be a field too; ~field is the outside"),
    ("circle(1) | None", "field | None: the right side must be a field too"),
    ("circle(1) | [circle(2)]", "field | [circle(2)]: the right side must be a field too"),
    ("circle(1) & circle", "field & the function circle: the right side must be a field too; call it first"),
    ("2 * circle(1)", "field * 2: to grow a shape by a factor s write field.scale(s)"),
    ("-circle(1)", "-field: the outside of a shape is ~field"),
    ("circle(1) and circle(2)", "a field is neither true nor false: combine two with &, | and ~"),
    ("min(circle(1), circle(2))", "fields have no order: combine two with a | b (in either) or a & b (in both)"),
    ("union(circle, circle(1))", "union: the function circle is not a field"),
    ("circle(1).translate(1)", "translate: (x, y)=1 must be two numbers (x, y)"),
    ("circle(1).warp(polar) ", "warp: the function polar is not a Warp; call it first"),
    ("mobius((1, 2), (1, 2), (1, 2), (1, 2))", "mobius: a d - b c is 0 for ((1, 2), (1, 2), (1, 2), (1, 2))"),
    ("View(height='2')", "View: height='2' must be a positive number"),
    ("View(height=True)", "View: height=True must be a positive number"),
    ("View(center=(0, 0, 0))", "View: center=(0, 0, 0) must be two finite numbers (x, y)"),
    ("Scene().fill(polar(), 'red')", "fill: polar() is not a field; a warp acts on one: field.warp(...)"),
    ("Scene().fill(circle(1), 'red', opacity='half')", "fill: opacity='half' must be a number from 0 to 1"),
    (
        "Scene(background=color_picker('c', 'red')).fill(circle(slider('c', 1, 0, 2)), 'red')",
        "fill: two parameters are called 'c' but differ: color_picker('c', '#ff0000') and slider('c', 1, 0, 2)",
    ),
    ("slider('pixel', 0, 0, 1)", "slider: the name 'pixel' is taken by px(1)"),
    ("circle(slider('r', 1, 0, 2)).jet([[0, 0]], parameters={'r': '1'})", "jet: parameters['r']='1' must be a number from 0 to 2"),
    ("circle(slider('r', 1, 0, 2)).jet([[0, 0]], parameters={'r': 5})", "jet: parameters['r']=5 must be a number from 0 to 2"),
    ("circle(1).jet([[0, 0]], parameters=[1])", "jet: parameters=[1] must map names to values"),
    ("circle(1).jet([0, 0])", "jet: points must have shape (N, 2), got (2,)"),
    ("jet(lambda p: 1 / 0, [[0.0]])", "jet: <lambda> of a vector of 1 failed: division by zero"),
    ("jet(np.sin, [[0.0]])", "numpy's functions take no traced value: use those of jetfield.scenes"),
    ("math.sin(seconds())", "use the functions of jetfield.scenes (sin, sqrt, where, ...) instead of those of math"),
    ("1 if seconds() > 2 else 3", "write where(condition, a, b) instead of if"),
    ("seconds() == 2", "a traced value equals no number while the scene is built: write where("),
    ("to_glsl('a')", "to_glsl: expected a Scene or a Field, got 'a'"),
    ("to_glsl(Scene)", "to_glsl: expected a Scene or a Field, got the class Scene"),
    ("shape(bounds=((0, 0), (1, nan)))", "@shape: bounds=((0, 0), (1, nan)) must be ((left, bottom), (right, top))"),
    ("shape(bounds=lambda r: 3)(lambda p, r: p.x)(3)", "not ((left, bottom), (right, top))"),
    ("Scene().fill(circle(1), 'red' * 99)", "redr... is no color: give a CSS name, or hex"),
]  # fmt: skip
"""(call, sentence): the scene's file and line follow in parentheses."""

FUNCTIONS = [
    ("@shape", "return p", "f: a @shape returns one number, not 2"),
    ("@shape", "pass", "f: returns None, not one number; is there a `return` missing?"),
    (
        "@warp",
        "p * 2",
        "f: returns None, not a vector of two numbers; is there a `return` missing?",
    ),
    (
        "@paint",
        "return 'red'",
        "f: returns 'red', not a color: red, green, blue in linear light, and perhaps alpha; write rgb('red')",
    ),
    (
        "@shape",
        "p.x += 1",
        "f: a vector never changes: write p = vec2(p.x + 1, p.y) instead of p.x =",
    ),
    ("@shape", "p.yx = 1", "f: a vector never changes: write p = "),
    ("@shape", "p.z = 1", "f: a vector of 2 has no .z"),
    ("@shape", "return int(p.x)", "and floor(x) for int(x)"),
    ("@shape", "return float(p.x)", "and floor(x) for int(x)"),
    ("@shape", "return 1 if toggle('a') else 2", "opacity=where(condition, 1, 0) to drop a layer"),
    (
        "@shape",
        "return translate(circle(1), 1, 0)(p)",
        "f: name 'translate' is not defined; it is a method: write field.translate(...)",
    ),
    ("@shape", "return 'a'", "f: 'a' is neither a number nor a vector"),
    (
        "@shape",
        "return circle(1)",
        "f: returns circle(1), not one number; a field's number at the point is field(p)",
    ),
    ("@paint", "return rgb", "f: the function rgb is neither a number nor a vector"),
    ("@shape", "return p.x + 1 / 0", "f: division by zero"),
    ("@shape", "return lengthh(p)", "f: name 'lengthh' is not defined; did you mean length?"),
    (
        "@shape",
        "return p.z",
        "f: a vector of 2 has no .z: it has .x, .y and orders of them, such as .yx",
    ),
    (
        "@shape",
        "return length(p.xz)",
        "f: a vector of 2 has no .xz: it has .x, .y and orders of them",
    ),
    ("@shape", "return p.length", "f: a vector of 2 has no .length"),
    ("@shape", "return p ** (1, 2, 3)", "f: vectors of 2 and 3 do not combine"),
    ("@shape", "return p.x if p.x > 0 else p.y", "write where(condition, a, b) instead of if"),
    ("@shape", "return where(p.x > 0 and p.y > 0, 1, 2)", "and & | ~ instead of and, or, not"),
    ("@shape", "return where(0 < p.x < 1, 1, 2)", "and & | ~ instead of and, or, not"),
    (
        "@shape",
        "return math.sin(p.x)",
        "use the functions of jetfield.scenes (sin, sqrt, where, ...)",
    ),
    ("@shape", "return circle(1) | p.x", "field | p.x: combine two fields"),
    ("@shape", "return f()(p)", "f: the function calls itself without end"),
    ("@warp", "return p.x", "f: a @warp returns a vector of two numbers, not 1"),
    ("@warp", "return vec3(p.x, p.y, 0)", "f: a @warp returns a vector of two numbers, not 3"),
    ("@warp", "return p + px(3)", "f: a warp cannot contain px()"),
    (
        "@shape",
        "return p.x > 0",
        "f: a @shape returns numbers, not a condition; write where(condition, a, b)",
    ),
    ("@shape", "return noise(p.x)", "noise: p=p.x must be a vector of 2 or 3"),
    ("@shape", "return p.x + nan", "f: computes with the constant nan, which is not finite"),
    (
        "@shape",
        "return np.sin(p.x)",
        "f: numpy's functions take no traced value: use those of jetfield.scenes",
    ),
    (
        "@shape",
        "return [1, 2] // p.x",
        "unsupported operand type(s) for //: 'list' and a traced value",
    ),
    (
        "@shape",
        "return 1.0 if p.x == 0 else p.y",
        "f: a traced value equals no number while the scene is built",
    ),
    (
        "@shape",
        "return 1.0 if p.x in (0, 1) else p.y",
        "f: a traced value equals no number while the scene is built",
    ),
]
"""(decorator, body, sentence) of a function f(p) that is called in the scene."""

ANNOTATED = [
    ("n: int", "f(2.5)", "f: n=2.5 must be a whole number"),
    ("n: int", "f(slider('n', 2, 1, 3))", "f: n=slider('n', 2, 1, 3) must be a whole number; a count is structure"),
    ("on: bool", "f(1)", "f: on=1 must be True or False"),
    ("name: str", "f(1)", "f: name=1 must be a string"),
    ("inner: Field", "f(circle)", "f: inner="),
    ("points: list", "f(1)", "f: points=1 must be a sequence"),
    ("radius", "f((1, 2, 3, 4))", "f: radius=(1, 2, 3, 4) must be a number or a vector; to take it as it is write `radius: list` in the def"),
    ("mode", "f(mode='b')", "f: mode='b' must be a number or a vector; to take it as it is write `mode: str` in the def"),
    ("on", "f(True)", "to take it as it is write `on: bool` in the def"),
    ("other", "f(circle(.3))", "to take it as it is write `other: Field` in the def"),
    ("points", "f([(0, 0), (1, 1)])", "to take it as it is write `points: list` in the def"),
    ("points", "f(np.zeros((4, 2)))", "to take it as it is write `points: list` in the def"),
    ("points: list", "f('red', 1)", "f(points): too many positional arguments"),
    ("points: list", "f('red')", "f: points='red' must be a sequence, such as ['red', ...]"),
    ("n: Annotated[int, 1]", "f(2.5)", "f: n=2.5 must be a whole number"),
    ("mode: Literal['a', 'b']", "f(1)", "f: mode=1 must be a string"),
    ("radius", "f()", "f(radius): missing a required argument: 'radius'"),
]  # fmt: skip
"""(argument, call, sentence) of a @shape f(p, argument)."""

ELSEWHERE = [
    ("render(circle(1), (4, 4))", "render: expected a Scene, got circle(1)"),
    ("render(Scene(), (0, 5))", "render: size=(0, 5) must be two positive whole numbers (width, height)"),
    ("render(Scene(), (4, 4), antialias='exakt')", "did you mean 'exact'?"),
    ("render(Scene(), (4, 4), view=2)", "render: view=2 must be a View(center=(x, y), height=h)"),
    ("to_glsl(b'x')", "to_glsl: expected a Scene or a Field, got b'x'"),
    ("to_glsl(Scene(), np.zeros(2))", "to_glsl: dialect=array([0., 0.]) must be one of"),
    ("to_glsl(3)", "to_glsl: expected a Scene or a Field, got 3"),
    ("to_glsl(Scene(), 'web')", "to_glsl: dialect='web' must be one of"),
    ("to_glsl(circle(1), 'shadertoy', numbers='live')", 'to_glsl: numbers="live" needs uniforms, and shadertoy has none: say "baked"'),
    ("to_glsl(Scene(), numbers='a')", "to_glsl: numbers='a' must be one of \"baked\", \"live\""),
    ("circle(1).jet([0, 0])", "jet: points must have shape (N, 2), got (2,)"),
    ("circle(1).jet([[0, nan]])", "jet: points hold NaN or infinity"),
    ("circle(1).jet([['a', 0]])", "jet: points must be numbers of shape (N, 2), got [['a', 0]]"),
    ("circle(1).jet([[0, 0]], order=3)", "jet: order=3 must be 0, 1 or 2"),
    ("circle(1).jet([[0, 0]], order=True)", "jet: order=True must be 0, 1 or 2"),
    ("polar().jet([[0, 0, 0]])", "jet: points must have shape (N, 2), got (1, 3)"),
    ("jet(3, [[0.0]])", "jet: 3 is not a function"),
    ("jet(lambda p: 'a', [[0.0]])", "'a' is neither a number nor a vector"),
    ("jet(lambda p: p if p > 0 else -p, [[0.0]])", "write where(condition, a, b) instead of if"),
    ("jet(math.sin, [[0.0]])", "use the functions of jetfield.scenes"),
    ("View(height=0)", "View: height=0 must be"),
    ("View(height=nan)", "height=nan must be"),
    ("View(center=0)", "View: center=0 must be two"),
    ("View(center=(0, inf))", "View: center=(0, inf)"),
    ("load(3)", "load: expected a path or a gallery name, got 3"),
    ("load('fam')", "there is no gallery scene 'fam'; did you mean fan?"),
]  # fmt: skip
"""(call, part of the sentence) of calls that are often made outside a scene."""

PYTHON = [
    ("circl(1)", "NameError: name 'circl' is not defined; did you mean circle?"),
    (
        "translate(circle(.5), 1, 0)",
        "name 'translate' is not defined; it is a method: write field.translate(...)",
    ),
    ("rotat(circle(.5), 1)", "name 'rotat' is not defined; did you mean rotate?"),
    ("del circle; circle(1)", "name 'circle' is not defined; from jetfield.scenes import circle"),
    (
        "swirl(1).warp(circle(.5))",
        "'Warp' object has no attribute 'warp'; a warp acts on a field: field.warp(w)",
    ),
    ("def star(a): return a\nstar()", "star() missing 1 required positional argument: 'a'"),
    (
        "circle(1).repeat(2, 2)",
        "'Field' object has no attribute 'repeat'; write field.warp(repeat(...))",
    ),
    ("circle(1).union(circle(2))", "'Field' object has no attribute 'union'; write union(...)"),
    ("circle(1).move(1, 0)", "did you mean translate?"),
    ("circle(1).stroke('red')", "; write scene.stroke(field, ...)"),
    (
        "Scene().save('a.png')",
        "; scene.fill and scene.stroke lay layers, and render_file(scene, path) of jetfield.render draws",
    ),
    ("rectangle(1, 2)", "did you mean box?"),
    ("from jetfield import circle", "; from jetfield.scenes import circle"),
    ("from jetfield.scenes import Circle", "; did you mean circle?"),
    ("swirl(1).translate(1, 0)", "a warp acts on a field: field.warp(w)"),
    (
        "circle.translate(1, 0)",
        "the function circle is not called yet: write circle(...).translate",
    ),
    (
        "circle(1).tranlate(1, 0)",
        "'Field' object has no attribute 'tranlate'; did you mean translate?",
    ),
    ("Scene().fil(circle(1), 'red')", "'Scene' object has no attribute 'fil'; did you mean fill?"),
    ("vec2(1, 2) + vec3(1, 2, 3)", "vectors of 2 and 3 do not combine"),
    ("length(3)", "length: 3 is not a vector"),
    ("np.sin(seconds())", "numpy's functions take no traced value"),
    ("circle(10) ** 2", "unsupported operand"),
]
"""(call, part of the sentence): errors that Python itself raises; a scene file's get its line."""


def write(folder: Path, *lines: str) -> tuple[Path, int]:
    """A scene file that ends in these lines; the number of the last."""
    file = folder / "scene.py"
    text = HEAD + "\n".join(lines) + "\n"
    file.write_text(text, encoding="utf-8")
    return file, text.count("\n")


def sentence_of(file: Path) -> str:
    """What running a scene file says."""
    with pytest.raises(JetfieldError) as caught:
        load(file)
    assert isinstance(caught.value, SceneError)
    assert isinstance(caught.value, ValueError)
    sentence = str(caught.value)
    assert sentence == sentence.strip()
    assert len(sentence.splitlines()) == 1
    assert len(sentence) < 600
    assert not re.search(r"Traceback|<class|object at|Expr\b|<lambda>.*<lambda>", sentence)
    return sentence


@pytest.mark.parametrize(("call", "expected"), CALLS, ids=[call for call, _ in CALLS])
def test_a_wrong_call_names_itself_the_value_and_the_line(call, expected, tmp_path):
    file, line = write(tmp_path, call)
    sentence = sentence_of(file)
    assert expected in sentence
    assert sentence.endswith(f"({file}:{line})")


@pytest.mark.parametrize(
    ("decorator", "body", "expected"), FUNCTIONS, ids=[f"{row[0]} {row[1]}" for row in FUNCTIONS]
)
def test_a_wrong_function_names_itself_and_a_line(decorator, body, expected, tmp_path):
    file, line = write(tmp_path, decorator, "def f(p):", f"    {body}", "f()")
    sentence = sentence_of(file)
    assert expected in sentence
    assert f"{file}:{line}" in sentence or f"{file}:{line - 1}" in sentence


@pytest.mark.parametrize(
    ("argument", "call", "expected"), ANNOTATED, ids=[f"{row[0]}, {row[1]}" for row in ANNOTATED]
)
def test_a_static_argument_is_what_its_annotation_says(argument, call, expected, tmp_path):
    file, line = write(tmp_path, "@shape", f"def f(p, {argument}):", "    return p.x", call)
    sentence = sentence_of(file)
    assert expected in sentence
    assert sentence.endswith(f"({file}:{line})")


@pytest.mark.parametrize("hint", ["Annotated[float, 'in metres']", "Annotated[Any, 'positive']"])
def test_what_others_annotate_is_theirs(hint, tmp_path):
    file, _ = write(tmp_path, "@shape", f"def f(p, x: {hint} = 1.0):", "    return p.x - x",
                    "scene = Scene().fill(f(-1.0), 'red')")  # fmt: skip
    load(file)


@pytest.mark.parametrize(("call", "expected"), ELSEWHERE, ids=[call for call, _ in ELSEWHERE])
def test_a_wrong_call_outside_a_scene_is_a_scene_error_too(call, expected, tmp_path):
    file, _ = write(tmp_path, call)
    assert expected in sentence_of(file)


@pytest.mark.parametrize(("call", "expected"), PYTHON, ids=[call for call, _ in PYTHON])
def test_an_error_of_pythons_own_gets_the_line_of_the_scene(call, expected, tmp_path):
    file, line = write(tmp_path, call)
    with pytest.raises(SceneError) as caught:
        load(file)
    assert expected in str(caught.value)
    assert f"{file}:{line}" in str(caught.value)


def test_the_line_is_that_of_the_call_in_a_helper_or_a_loop(tmp_path):
    file, line = write(tmp_path, "def dots(r):", "    return circle(r)", "", "dots(-1)")
    assert sentence_of(file).endswith(f"({file}:{line - 2})")
    file, line = write(tmp_path, "for r in (1, 0):", "    circle(r)")
    assert sentence_of(file).endswith(f"({file}:{line})")


def test_a_scene_in_a_program_gets_the_programs_line():
    with pytest.raises(SceneError, match=rf"radius=-1 must be .* \({re.escape(__file__)}:\d+\)$"):
        exec(compile("from jetfield.scenes import circle; circle(-1)", __file__, "exec"), {})


def test_calls_that_are_told_their_form_keep_their_signature_and_text():
    signature = inspect.signature(Scene.fill)
    assert str(signature).startswith("(self, field: 'Field', paint: 'Any', *, opacity: 'Any' = 1")
    assert inspect.getdoc(Scene.fill).startswith("Paint the inside of a field")
    assert Scene.fill.__qualname__ == "_Stack.fill"
    assert list(inspect.signature(Scene).parameters) == ["background", "view"]
    assert list(inspect.signature(View).parameters) == ["center", "height"]
    assert list(inspect.signature(polygon).parameters) == ["points"]
    assert [*inspect.signature(Field.elongate).parameters] == ["self", "x", "y"]


@pytest.mark.parametrize(
    "name", sorted(n for n in scenes.__all__ if inspect.isfunction(getattr(scenes, n)))
)
def test_no_wrong_call_of_a_public_function_is_an_error_of_pythons_own(name):
    """Each argument of calls of every length, in turn, is one of these."""
    function = getattr(scenes, name)
    odd = [None, "red", float("nan"), float("inf"), {}, {"red": 0}, [], (1, 2), (1, 2, 3), ["red", "blue"], scenes.circle(1),
           scenes.seconds(), object(), 1 + 2j, scenes.circle, np.array("a"), np.zeros((3, 2))]  # fmt: skip
    odd += [10**400] if name != "fbm" else []  # it would take as many octaves
    usual = [(), (1,), (0.5, 1), ((0, 0), (1, 1)), (1, 2, 3), (0.5, *[(1, 2, 3)] * 4), (1,) * 9]
    calls = [*usual, *((value,) * n for value in odd for n in (1, 2, 3))]
    calls += [
        (*call[:k], value, *call[k + 1 :])
        for call in usual[:-1]
        for k in range(len(call))
        for value in odd
    ]
    for call in calls:
        with contextlib.suppress(SceneError):
            function(*call)
    with pytest.raises(SceneError, match=name):
        function(*usual[-1], zzz=1)


def test_public_functions_pickle_by_their_public_name():
    for name in ("star", "circle", "sin", "polygon", "linear_ramp"):
        function = getattr(scenes, name)
        assert pickle.loads(pickle.dumps(function)) is function


def test_an_error_within_a_call_is_not_taken_for_one_of_its_form(tmp_path):
    odd = ("class Odd:", "    def __repr__(self): raise TypeError('odd')")
    file, _ = write(tmp_path, *odd, "Scene().fill(Odd(), 'red')")
    assert sentence_of(file).endswith("TypeError: odd")


def main() -> None:
    """Print every wrong call and its sentence."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        scenes = [[call] for call, _ in CALLS]
        scenes += [[d, "def f(p):", f"    {body}", "f()"] for d, body, _ in FUNCTIONS]
        scenes += [
            ["@shape", f"def f(p, {a}):", "    return p.x", call] for a, call, _ in ANNOTATED
        ]
        scenes += [[call] for call, _ in (*ELSEWHERE, *PYTHON)]
        for lines in scenes:
            file, _ = write(Path(folder), *lines)
            try:
                load(file)
            except JetfieldError as error:
                print(f"{'; '.join(map(str.strip, lines))}\n    {error}".replace(f"{folder}/", ""))


if __name__ == "__main__":
    main()
