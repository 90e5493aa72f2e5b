"""The rooms keep to themselves: who may import whom, what importing costs, what files may hold."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = ["render", "scenes", "shaders"]
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))

# Data flows scenes -> shaders -> render; only the command line knows both ends.
MAY_IMPORT = {
    "shaders": {"shaders"},
    "scenes": {"scenes", "shaders"},
    "render": {"render", "shaders"},
}
ALSO = {"render/cli.py": {"scenes"}}

# What `from jetfield.scenes import *` brings. A change here is a change to every user's scene.
PUBLIC_SCENES = """
    Scene View Field Warp Paint Jet jet shape warp paint load gallery_names
    box capsule circle half_plane polygon regular_polygon segment
    arc bezier ellipse pie ring star triangle
    checker grid stripes
    union intersection difference xor morph
    affine log_polar mobius polar polar_repeat repeat swirl
    bend complex_power fisheye inversion kaleidoscope mirror perspective ripple shear
    conic_ramp cosine_palette fade isolines linear_ramp palette radial_ramp ramp rgb
    color_picker mouse px resolution seconds slider toggle
    Vec abs acos asin atan atan2 ceil clamp cos cross distance dot exp floor fract length log max
    min mix mod normalize pi pow sign sin smoothstep sqrt step tan tau vec2 vec3 vec4 where
    grad fbm noise value_noise
    DeviceError JetfieldError OutputError SceneError ShaderError
"""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


every_source = pytest.mark.parametrize("path", SOURCES, ids=name)


def imports(path: Path) -> Iterator[tuple[list[str], ast.stmt, bool]]:
    """Each thing that a file imports: its dotted path, the statement, whether importing runs it.

    `from ..shaders import emit` in render/frame.py is ["jetfield", "shaders", "emit"].
    """
    package = ["jetfield", *path.relative_to(ROOT).parent.parts]

    def visit(node: ast.AST, runs: bool) -> Iterator[tuple[list[str], ast.stmt, bool]]:
        match node:
            case ast.Import(names=names):
                yield from ((alias.name.split("."), node, runs) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = package[: len(package) + 1 - level] if level else []
                base = base + (module.split(".") if module else [])
                yield from (([*base, alias.name], node, runs) for alias in names)
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        )
        for child in ast.iter_child_nodes(node):
            yield from visit(child, runs and not later)

    return visit(ast.parse(path.read_text()), True)


@every_source
def test_a_room_imports_only_rooms_below_it(path):
    room = path.relative_to(ROOT).parts[0]
    allowed = MAY_IMPORT[room] | ALSO.get(name(path), set())
    for target, statement, _ in imports(path):
        where = f"{name(path)}:{statement.lineno}: {ast.unparse(statement)}"
        assert target[0] not in ROOMS, f"{where}: a room is never imported under its bare name"
        if target[0] == "jetfield":
            assert target[1] in allowed, f"{where}: {room} may import only {sorted(allowed)}"


@every_source
def test_rooms_import_relatively_and_scene_files_as_users_do(path):
    is_scene = path.parent.name == "gallery" and path.stem != "__init__"
    rule = "a gallery scene imports as a user's" if is_scene else "inside the rooms, relatively"
    for target, statement, _ in imports(path):
        if target[0] == "jetfield":
            relative = isinstance(statement, ast.ImportFrom) and statement.level > 0
            where = f"{name(path)}:{statement.lineno}: {ast.unparse(statement)}"
            assert relative != is_scene, f"{where}: {rule}"


def test_dependencies_are_declared_and_each_earns_its_place():
    def normal(requirement: str) -> str:
        match = re.match(r"[\w.-]+", requirement)
        assert match, requirement
        return re.sub(r"[-_.]+", "-", match[0]).lower()

    distributions = importlib.metadata.packages_distributions()
    runtime = {normal(requirement) for requirement in PROJECT["project"]["dependencies"]}
    optional = {
        normal(requirement)
        for extra, requirements in PROJECT["project"]["optional-dependencies"].items()
        for requirement in requirements
        if extra != "dev"
    }
    used = set()
    for path in SOURCES:
        for (module, *_), statement, runs in imports(path):
            if module not in sys.stdlib_module_names and module != "jetfield":
                package = normal(distributions.get(module, [module])[0])
                declared = runtime if runs else runtime | optional
                assert package in declared, f"{name(path)}:{statement.lineno}: {package}"
                used.add(package)
    assert runtime - used == set(), "declared, and imported nowhere"


def test_package_list_is_the_folders_that_hold_python():
    folders = {".".join(path.relative_to(ROOT).parent.parts) for path in SOURCES}
    assert PROJECT["tool"]["setuptools"]["packages"] == sorted(f"jetfield.{f}" for f in folders)


def test_public_names_of_scenes():
    import jetfield.scenes

    assert sorted(jetfield.scenes.__all__) == sorted(PUBLIC_SCENES.split())


def test_public_names_exist_and_are_all_that_a_star_brings():
    import jetfield.scenes

    brought: dict[str, object] = {}
    exec("from jetfield.scenes import *", brought)
    assert set(brought) - {"__builtins__"} == set(jetfield.scenes.__all__)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_refuses_its_bare_name_in_one_sentence(room):
    command = [sys.executable, "-c", f"import {room}"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    sentence = said.stderr.splitlines()[-1]
    assert sentence.startswith("ImportError: ")
    assert f"jetfield.{room}" in sentence
    assert "pip install" in sentence


@pytest.mark.parametrize("room", ["scenes", "shaders"])
def test_describing_a_scene_loads_nothing_that_draws(room):
    command = [sys.executable, "-c", f"import sys, jetfield.{room}; print(*sys.modules)"]
    loaded = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True).stdout
    drawing = {"moderngl", "glcontext", "glfw", "imgui_bundle", "PIL"}
    assert drawing & set(loaded.split()) == set()


def text_files() -> Iterator[Path]:
    yield from (path for path in ROOT.glob("*.*") if path.suffix in {".md", ".toml"})
    for folder in [*ROOMS, "tests", "docs", ".ci"]:
        for path in sorted((ROOT / folder).rglob("*")):
            if (
                path.suffix in {".py", ".glsl", ".md", ".toml", ".json"}
                or path.parent.name == ".ci"
            ):
                yield path


def test_files_are_short():
    made = ROOT / "scenes" / "gallery" / "README.md"  # by `jetfield gallery`
    files = [p for p in text_files() if p.relative_to(ROOT).parts[0] != "tests" and p != made]
    lengths = {name(path): len(path.read_text().splitlines()) for path in files}
    assert {path: lines for path, lines in lengths.items() if lines > 380} == {}, (
        "past about 350 lines a file splits by idea"
    )


def test_files_name_no_path_of_one_machine():
    somebodys = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/|[A-Z]:\\\\?Users")
    found = {name(path): somebodys.findall(path.read_text()) for path in text_files()}
    assert {path: paths for path, paths in found.items() if paths} == {}
