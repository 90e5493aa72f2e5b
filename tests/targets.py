"""Where listings go: WebGL 2 in a real browser, and the page that Shadertoy puts around a pass.

A browser starts once for a list of jobs: it draws each into a framebuffer of its own, and its page
holds the pixels as text, which comes back on stdout.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jetfield.render.device import offscreen
from jetfield.shaders.glsl import Listing

Array = NDArray[Any]

VERTEX_ES = """#version 300 es
void main() {
    gl_Position = vec4(4.0 * vec2(gl_VertexID & 1, gl_VertexID >> 1) - 1.0, 0.0, 1.0);
}
"""
VERTEX_330 = VERTEX_ES.replace("300 es", "330 core")
_BEFORE = """
#define HW_PERFORMANCE 1
uniform vec3 iResolution;
uniform float iTime;
uniform float iTimeDelta;
uniform float iFrameRate;
uniform int iFrame;
uniform float iSampleRate;
uniform float iChannelTime[4];
uniform vec3 iChannelResolution[4];
uniform vec4 iMouse;
uniform vec4 iDate;
uniform sampler2D iChannel0;
uniform sampler2D iChannel1;
uniform sampler2D iChannel2;
uniform sampler2D iChannel3;
void mainImage(out vec4 c, in vec2 f);
"""
_AFTER = """
out vec4 shadertoy_out_color;
void main() {
    vec4 color = vec4(1e20);
    mainImage(color, gl_FragCoord.xy);
    shadertoy_out_color = color;
}
"""


def on_site(text: str, desktop: bool = False) -> str:
    """A Shadertoy listing within the site's own text, in GLSL ES 3.00, or in 330 for a test."""
    es = "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision mediump sampler2D;"
    return ("#version 330 core" if desktop else es) + _BEFORE + text + _AFTER


def site_uniforms(
    size: tuple[int, int], seconds: float = 0.0, mouse: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
) -> dict[str, float | tuple[float, ...]]:
    """What the site would set; the mouse is in pixels."""
    return {"iResolution": (*map(float, size), 1.0), "iTime": seconds, "iMouse": mouse}


@dataclass(frozen=True)
class Job:
    """One drawing: a fragment shader, floats and vectors for its uniforms, and its tables."""

    fragment: str
    size: tuple[int, int]
    uniforms: Mapping[str, float | tuple[float, ...]]
    tables: Mapping[str, Array] = field(default_factory=dict)
    vertex: str = VERTEX_ES

    @classmethod
    def of(cls, listing: Listing, frame: Any) -> Job:
        """The drawing of a listing in one frame."""
        return cls(
            listing.fragment, frame.size, listing.uniforms(frame), listing.tables, listing.vertex
        )


def on_desktop(job: Job) -> Array:
    """What OpenGL makes of a job: (h, w, 4) uint8, top row first."""

    def work(painter: Any) -> Array:
        context = painter.context
        target = context.framebuffer([context.renderbuffer(job.size, 4)])
        program = context.program(job.vertex, job.fragment)
        for name, value in job.uniforms.items():
            if name in program:
                program[name].value = value
        for unit, (name, table) in enumerate(job.tables.items()):
            rows, width, _ = table.shape
            context.texture((width, rows), 4, np.ascontiguousarray(table), dtype="f4").use(unit)
            program[name].value = unit
        target.use()
        context.vertex_array(program, []).render(vertices=3)
        pixels = np.frombuffer(target.read(components=4), np.uint8)
        return pixels.reshape(job.size[1], job.size[0], 4)[::-1]

    found: Array = offscreen().run(work)
    return found


def chromium() -> str:
    """The browser's path; a test that needs it is skipped where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium: apt install chromium")


def in_browser(jobs: Sequence[Job]) -> list[Array | str]:
    """What WebGL 2 makes of each job: (h, w, 4) uint8, top row first, or what it complains of."""
    command = [
        chromium(), "--headless", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader", "--disable-gpu-watchdog", "--disable-dev-shm-usage",
    ]  # fmt: skip
    packed = [
        {
            "vertex": job.vertex,
            "fragment": job.fragment,
            "size": job.size,
            "uniforms": {k: v if isinstance(v, tuple) else [v] for k, v in job.uniforms.items()},
            "tables": {
                name: [*table.shape[:2], base64.b64encode(table.astype("<f4").tobytes()).decode()]
                for name, table in job.tables.items()
            },
        }
        for job in jobs
    ]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder, "page.html")
        text = json.dumps(packed).replace("<", "\\u003c")
        page.write_text(_PAGE.replace("JOBS", text), encoding="utf-8")
        done = subprocess.run(
            [*command, f"--user-data-dir={folder}/profile", "--dump-dom", page.as_uri()],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    found = done.stdout.partition("<pre>")[2].partition("</pre>")[0]
    assert found, f"the browser gave nothing back: {done.stdout[-500:]}{done.stderr[-2000:]}"
    results: list[Array | str] = []
    for job, each in zip(jobs, json.loads(found), strict=True):
        if "pixels" in each:
            pixels = np.frombuffer(base64.b64decode(each["pixels"]), np.uint8)
            results.append(pixels.reshape(job.size[1], job.size[0], 4)[::-1])
        else:
            results.append(each["error"])
    return results


_PAGE = """<!doctype html><meta charset="utf-8"><body><pre></pre><script>
const gl = document.createElement("canvas").getContext("webgl2");

function shader(kind, text) {
    const made = gl.createShader(kind);
    gl.shaderSource(made, text);
    gl.compileShader(made);
    if (!gl.getShaderParameter(made, gl.COMPILE_STATUS)) throw Error(gl.getShaderInfoLog(made));
    return made;
}

function texture(kind, width, height, type, data) {
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, kind, width, height, 0, gl.RGBA, type, data);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
}

function bytes(text) { return Uint8Array.from(atob(text), c => c.charCodeAt(0)); }

const programs = new Map();

function linked(vertex, fragment) {
    const key = vertex + fragment;
    if (programs.has(key)) return programs.get(key);
    const program = gl.createProgram();
    gl.attachShader(program, shader(gl.VERTEX_SHADER, vertex));
    gl.attachShader(program, shader(gl.FRAGMENT_SHADER, fragment));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw Error(gl.getProgramInfoLog(program));
    programs.set(key, program);
    return program;
}

function draw(job) {
    const [width, height] = job.size, program = linked(job.vertex, job.fragment);
    gl.useProgram(program);
    for (const [name, value] of Object.entries(job.uniforms))
        gl[`uniform${value.length}fv`](gl.getUniformLocation(program, name), value);
    gl.activeTexture(gl.TEXTURE0);
    for (const [name, [rows, columns, data]] of Object.entries(job.tables)) {
        texture(gl.RGBA32F, columns, rows, gl.FLOAT, new Float32Array(bytes(data).buffer));
        gl.uniform1i(gl.getUniformLocation(program, name), 0);
    }
    gl.activeTexture(gl.TEXTURE1);
    texture(gl.RGBA8, width, height, gl.UNSIGNED_BYTE, null);
    const target = gl.createFramebuffer(), drawn = gl.getParameter(gl.TEXTURE_BINDING_2D);
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, drawn, 0);
    gl.viewport(0, 0, width, height);
    gl.disable(gl.DITHER);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    const pixels = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    const code = gl.getError();
    if (code) throw Error(`WebGL error ${code}`);
    let text = "";
    for (const byte of pixels) text += String.fromCharCode(byte);
    return btoa(text);
}

document.querySelector("pre").textContent = JSON.stringify(JOBS.map(job => {
    try { return {pixels: draw(job)}; } catch (error) { return {error: String(error)}; }
}));
</script>
"""
