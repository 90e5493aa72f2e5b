"""What a stranger gets: the wheel, installed by itself in a fresh environment, far from here."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["render", "scenes", "shaders"]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"

# One worker runs them all, so that the wheel is built and installed once.
pytestmark = pytest.mark.packaging


class Installed(NamedTuple):
    """A wheel, and the scripts folder of the environment it was installed in."""

    wheel: Path
    scripts: Path


def run(*command: str | Path, **options) -> subprocess.CompletedProcess[str]:
    """Run without a display, and with no path back to the checkout."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= options.pop("env", {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    """Build from a copy (setuptools leaves folders beside the source), install with plain pip."""
    folder = tmp_path_factory.mktemp("packaging")
    source, environment = folder / "source", folder / "environment"
    for room in ROOMS:
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)

    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    (wheel,) = folder.glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    scripts = environment / SCRIPTS
    run(*pip, "--python", scripts / "python", "install", wheel)
    return Installed(wheel, scripts)


def test_wheel_holds_every_module_shader_and_type_marker(installed):
    with zipfile.ZipFile(installed.wheel) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
        licenses = [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]
    wanted = {
        f"jetfield/{path.relative_to(ROOT).as_posix()}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".py", ".glsl"} or path.name == "py.typed"
    }
    assert packed == wanted
    assert {f"jetfield/{room}/py.typed" for room in ROOMS} <= packed
    assert "jetfield/scenes/gallery/fan.py" in packed
    assert licenses


def test_version(installed, tmp_path):
    said = run(installed.scripts / "jetfield", "--version", cwd=tmp_path).stdout
    assert importlib.metadata.version("jetfield") in said


def test_plain_install_draws_a_picture_and_loads_no_window_library(installed, tmp_path):
    """The OpenGL driver links X's client libraries by itself; a bare context shows which ones.

    `jetfield render` may load no more than that, and needs no display.
    """
    context = "import moderngl; moderngl.create_context(standalone=True, backend='egl')"
    try:
        from_the_driver = libraries(tmp_path, installed.scripts / "python", "-c", context)
    except AssertionError as error:
        pytest.skip(f"no OpenGL without a display here: {error}")
    command = ("jetfield", "render", "fan", "-o", "fan.png", "--size", "64x64")
    loaded = libraries(tmp_path, installed.scripts / command[0], *command[1:])

    with Image.open(tmp_path / "fan.png") as picture:
        assert picture.size == (64, 64)
        colors = picture.convert("RGBA").getcolors(64 * 64)
    assert colors is not None
    assert len(colors) > 2

    if sys.platform == "linux":
        assert loaded
        windows = re.compile(r"lib(X|xcb|wayland|GLX|glfw|SDL|vulkan|gtk|gdk)|imgui")
        assert {name for name in loaded - from_the_driver if windows.match(name)} == set()


def libraries(folder: Path, *command: str | Path) -> set[str]:
    """Names of the shared libraries that a command loads at any time (by glibc's own account)."""
    log = folder / f"libraries-of-{Path(command[0]).name}"
    run(*command, cwd=folder, env={"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(log)})
    accounts = folder.glob(f"{log.name}.*")
    return {
        Path(path).name
        for account in accounts
        for path in re.findall(r"calling init: (\S+)", account.read_text())
    }
