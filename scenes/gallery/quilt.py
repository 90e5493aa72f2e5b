"""A poster of thirty-six tiles: quarters, leaves, bows, rings and bars, in four inks on paper.

All tiles that share an ink are one union, so the whole poster is nine layers.
"""

from jetfield.scenes import *

inks = {"p": "#f5ecd8", "n": "#1b2a49", "r": "#e4432f", "g": "#f2ab27", "t": "#2f8f83"}
a = 0.47  # half a tile


def quarter(radius):
    return circle(radius).translate(-a, -a)


motifs = {
    "quarter": quarter(2 * a),
    "leaf": quarter(2 * a) & quarter(2 * a).rotate(pi),
    "half": circle(a) & half_plane((0, 1)),
    "bow": circle(a).translate(-a, 0) | circle(a).translate(a, 0),
    "dot": circle(0.27),
    "ring": circle(0.34).shell(0.15),
    "eye": quarter(2 * a) - quarter(1.24 * a) | quarter(0.6 * a),
    "bars": box(3 * a, 2 * a / 7).warp(repeat(None, 4 * a / 7, count=(None, 4))),
    "diamond": box(a * sqrt(2), a * sqrt(2)).rotate(pi / 4),
}

# ground, ink, motif, quarter turns
quilt = """
n g quarter 0 | r p eye 1     | p n leaf 0    | t n half 2    | g r quarter 2 | n p dot 0
p r ring 0    | t g bow 1     | n p quarter 3 | g n eye 2     | p t leaf 1    | r n half 3
g n half 1    | p n quarter 1 | r g dot 0     | p r bars 0    | n t quarter 0 | g p leaf 0
t p leaf 1    | n r eye 0     | g p bow 0     | n g quarter 1 | r p half 3    | p t quarter 2
r n quarter 2 | g t diamond 0 | p r eye 3     | t p ring 0    | n g leaf 0    | t n bars 1
p n bars 1    | p t quarter 3 | t n half 0    | r g leaf 1    | p n eye 2     | g r bow 1
"""

ground: dict[str, list[Field]] = {}
figure: dict[str, list[Field]] = {}
for j, row in enumerate(quilt.strip().splitlines()):
    for i, tile in enumerate(row.split("|")):
        under, over, motif, turns = tile.split()
        place = i - 2.5, 2.5 - j
        cut = box(2 * a, 2 * a) if over != "p" else box(2 * a + 0.04, 2 * a + 0.04)
        drawn = (motifs[motif] & cut).rotate(int(turns) * pi / 2)
        ground.setdefault(under, []).append(box(2 * a, 2 * a).translate(place))
        figure.setdefault(over, []).append(drawn.translate(place))

scene = Scene(background=inks["p"], view=View(height=6.4))
for layer in (ground, figure):
    for ink, tiles in layer.items():
        if layer is figure or ink != "p":
            scene.fill(union(*tiles), inks[ink])
