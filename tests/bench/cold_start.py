"""The whole time of `jetfield render`, from the shell to the file, and where it goes.

    python tests/bench/cold_start.py             eleven paired runs
    python tests/bench/cold_start.py --smoke     two

It is compared with a minimal script, moderngl and zlib alone, that draws a disc at the same size,
and with the same script where it imports NumPy, as jetfield does. They run in turn, so that what
else the machine does meets all; a ratio is the median of those of the rounds.

Exit status: 1 if the ratio to the minimal script is above 2, but for --smoke, which only shows that
all of it runs.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

MOST = 2.0

MINIMAL = """
import struct, sys, zlib
import moderngl

context = moderngl.create_context(standalone=True, backend="egl")
program = context.program(
    vertex_shader='''#version 330 core
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(4.0 * corner - 1.0, 0.0, 1.0);
}''',
    fragment_shader='''#version 330 core
out vec4 fragment;
void main() {
    float f = length(gl_FragCoord.xy - 256.0) - 150.0;
    fragment = vec4(vec3(clamp(0.5 - f, 0.0, 1.0)), 1.0);
}''',
)
target = context.framebuffer([context.renderbuffer((512, 512))])
target.use()
context.vertex_array(program, []).render(vertices=3)
rows = target.read(components=4)
raw = b"".join(b"\\0" + rows[y * 2048 : (y + 1) * 2048] for y in range(511, -1, -1))


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


with open(sys.argv[1], "wb") as file:
    header = struct.pack(">2I5B", 512, 512, 8, 6, 0, 0, 0)
    file.write(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", header))
    file.write(chunk(b"IDAT", zlib.compress(raw, 1)) + chunk(b"IEND", b""))
"""

STEPS = """
import sys, time
start = last = time.perf_counter()
def step(name):
    global last
    now = time.perf_counter()
    print(f"{name}\\t{1e3 * (now - last):.1f}")
    last = now
import numpy
step("import numpy")
import jetfield.render.offscreen, jetfield.render.image, jetfield.shaders.glsl
step("import jetfield's shaders and render")
import jetfield.scenes
step("import jetfield.scenes")
scene = jetfield.scenes.load(sys.argv[1])
step("the scene file")
picture = scene.lower()
picture.cell
step("derivatives and composition")
text = jetfield.shaders.glsl.listing(picture)
step("GLSL")
import moderngl
step("import moderngl")
from jetfield.render.device import offscreen
device = offscreen()
device.run(lambda painter: None)
step("context")
device.run(lambda painter: painter.programs.get(text))
step("compile")
pixels = jetfield.render.render(scene, (512, 512))
step("first drawing")
jetfield.render.render(scene, (512, 512))
step("second drawing (not part of it)")
jetfield.render.save(pixels, sys.argv[2])
step("write the file")
"""


def environment(folder: str) -> dict[str, str]:
    """This one, with compiled modules kept in the folder, as an installed package's are."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(Path(folder, "compiled"))}


def timed(command: list[str], env: dict[str, str]) -> float:
    """Seconds of a whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env)
    return time.perf_counter() - start


def said(command: list[str], env: dict[str, str]) -> tuple[str, str]:
    """What a process prints, and what it reports."""
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    return run.stdout, run.stderr


def imports(command: list[str], env: dict[str, str]) -> list[tuple[float, str]]:
    """Milliseconds that each top-level package's own modules take to import, most first."""
    _, report = said([command[0], "-X", "importtime", *command[1:]], env)
    total: dict[str, float] = defaultdict(float)
    for own, name in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)", report):
        parts = name.split(".")
        total[".".join(parts[:2]) if parts[0] == "jetfield" else parts[0]] += float(own) / 1e3
    return sorted(((ms, name) for name, ms in total.items()), reverse=True)


def main() -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description="The cold start of `jetfield render`.")
    parser.add_argument("--smoke", action="store_true", help="two runs")
    parser.add_argument("--scene", default="fan", help="a gallery scene; fan")
    options = parser.parse_args()
    pairs = 2 if options.smoke else 11

    with tempfile.TemporaryDirectory() as folder:
        env, out = environment(folder), str(Path(folder, "out.png"))
        scripts = [Path(folder, "minimal.py"), Path(folder, "with_numpy.py")]
        for script, text in zip(scripts, (MINIMAL, f"import numpy\n{MINIMAL}"), strict=True):
            script.write_text(text, encoding="utf-8")
        ours = [sys.executable, "-m", "jetfield.render", "render", options.scene]
        ours += ["-o", out, "--size", "512x512"]
        commands = [ours, *([sys.executable, str(script), out] for script in scripts)]
        commands.append([sys.executable, "-c", "pass"])
        for command in commands:  # fill the caches of the disk, of Python and of the driver
            timed(command, env)
        times = [[timed(command, env) for command in commands] for _ in range(pairs)]
        ratio, with_numpy = (statistics.median(row[0] / row[k] for row in times) for k in (1, 2))
        medians = [1e3 * statistics.median(column) for column in zip(*times, strict=True)]
        print(
            f"jetfield render {options.scene}, 512 x 512, {pairs} rounds, whole processes, medians"
        )
        names = ("jetfield", "minimal moderngl script", "the same, with NumPy", "bare Python")
        for ms, name in zip(medians, names, strict=True):
            print(f"  {ms:8.1f} ms  {name}")
        print(
            f"  ratio {ratio:.2f}, {MOST:g} or less is wanted; {with_numpy:.2f} to that with NumPy"
        )

        print("steps, one after the other (the command overlaps the context with imports), ms")
        for line in said([sys.executable, "-c", STEPS, options.scene, out], env)[0].splitlines():
            name, ms = line.split("\t")
            print(f"  {float(ms):8.1f}  {name}")

        print("imports of the command by package, ms under -X importtime (which slows them)")
        for ms, name in imports(ours, env)[:14]:
            print(f"  {ms:8.1f}  {name}")
    return 0 if ratio <= MOST or options.smoke else 1


if __name__ == "__main__":
    sys.exit(main())
