"""The doctor: what it finds here, and that it finds what is wrong."""

import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest
from oracles import needs_gl

from jetfield.render import cli, doctor, measure
from jetfield.shaders.calculus.expr import OPS

MISSING = {"GLCONTEXT_LINUX_LIBEGL": "libEGL-nowhere.so"}
on_linux = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="others have no EGL")


def run(**environment):
    return subprocess.run(
        [sys.executable, "-m", "jetfield.render", "doctor"],
        capture_output=True, text=True, check=False, timeout=100,
        env={**os.environ, **environment},
    )  # fmt: skip


def test_all_is_well_here():
    needs_gl()
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    *facts, verdict = done.stdout.splitlines()
    assert verdict == "verdict: pictures can be drawn, all is well"
    assert not [fact for fact in facts if fact.startswith("BAD")]
    text = "\n".join(facts)
    for what in ("jetfield", "Python", "numpy", "moderngl", "isal", "webcolors", "shtab", "OpenGL",
                 "GLSL", "renderer", "vendor", "texture size", "window", "picture"):  # fmt: skip
        assert what in text
    for op in ("sin", "cos", "exp", "log", "atan", "atan2", "sqrt", "pow", "div", "length"):
        assert f" {op} " in text


@on_linux
def test_without_a_driver_it_says_what_to_install_and_exits_with_1():
    done = run(**MISSING)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[-1] == "verdict: OpenGL draws no picture here; --device numpy does, slowly"
    bad = [line.split()[1] for line in lines if line.startswith("BAD")]
    assert bad == ["OpenGL", "picture"]
    assert "libEGL-nowhere.so" in done.stdout
    assert f"to do        {doctor.advice()}" in done.stdout


@pytest.mark.parametrize(
    ("release", "advice"),
    [
        ({"ID": "debian"}, "apt install libegl1 libgl1-mesa-dri"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "apt install libegl1 libgl1-mesa-dri"),
        ({"ID": "fedora"}, "dnf install mesa-libEGL mesa-dri-drivers"),
        (
            {"ID": "rocky", "ID_LIKE": "rhel centos fedora"},
            "dnf install mesa-libEGL mesa-dri-drivers",
        ),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "pacman -S mesa"),
        (
            {"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"},
            "zypper install Mesa-libEGL1 Mesa-dri",
        ),
    ],
)
def test_the_advice_is_for_this_system(monkeypatch, release, advice):
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setattr(doctor.platform, "freedesktop_os_release", lambda: release)
    assert doctor.advice() == advice


def test_the_advice_where_the_system_is_unknown(monkeypatch):
    def nothing():
        raise OSError

    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setattr(doctor.platform, "freedesktop_os_release", nothing)
    for command in ("apt install", "dnf install", "pacman -S"):
        assert command in doctor.advice()
    for platform in ("darwin", "win32"):
        monkeypatch.setattr(doctor.sys, "platform", platform)
        assert "apt" not in doctor.advice()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "none possible: neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": ":7"}, "possible on DISPLAY=:7"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ""}, "possible on WAYLAND_DISPLAY=wayland-0"),
    ],
)
def test_whether_a_window_would_be_possible(monkeypatch, environment, said):
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (fact,) = doctor._window()
    assert said in fact.text


def test_a_missing_package_is_named(monkeypatch):
    wanted = ["numpy>=2.0", "nowhere-to-be-found>=1.2", 'pytest>=8; extra == "dev"']
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: wanted)
    good, bad = doctor._packages()
    assert (good.good, good.about) == (True, "numpy")
    assert bad == (
        False,
        "nowhere-to-be-found",
        "is missing: pip install 'nowhere-to-be-found>=1.2'",
    )


def test_a_driver_that_draws_something_else_is_caught(monkeypatch, capsys):
    needs_gl()
    from jetfield.render import offscreen

    draw = offscreen.render

    def off(scene, size, device="auto", **rest):
        return draw(scene, size, device=device, **rest) // (2 if device == "gl" else 1)

    monkeypatch.setattr(offscreen, "render", off)
    with pytest.raises(SystemExit) as end:
        cli.main(["doctor"])
    assert end.value.code == 1
    assert "BAD picture" in capsys.readouterr().out


def test_whatever_goes_wrong_there_is_no_traceback(monkeypatch, capsys):
    def broken():
        raise RuntimeError("odd\nthing")

    monkeypatch.setattr(doctor, "_opengl", broken)
    with pytest.raises(SystemExit) as end:
        cli.main(["doctor"])
    assert end.value.code == 1
    assert "BAD OpenGL       odd thing" in capsys.readouterr().out


def test_a_function_that_is_off_is_caught(monkeypatch):
    """Bounds a thousand times as tight: sin, exp and the like cannot keep them, a square root can."""
    needs_gl()
    for name in ("sin", "exp", "atan"):
        monkeypatch.setitem(OPS, name, dataclasses.replace(OPS[name], error=OPS[name].error / 1000))
    found = {m.name: m for m in measure.measured()}
    assert all(found[name].share > 1 for name in ("sin", "exp", "atan"))
    assert all(m.share <= 1 for name, m in found.items() if name not in ("sin", "exp", "atan"))
    assert "times of its bound" in found["sin"].said


def test_every_op_with_derivatives_is_measured_over_wide_ranges():
    needs_gl()
    found = {m.name for m in measure.measured()}
    assert found == {n for n, op in OPS.items() if op.glsl and op.partials and not op.takes}
    assert {"sin", "cos", "exp", "log", "atan", "atan2", "sqrt", "pow", "abs", "floor"} <= found
    samples = np.abs(measure._samples())
    assert samples.min() < 2e-6
    assert samples.max() > 5e5
    assert np.isfinite(samples).all()
