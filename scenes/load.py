"""Scenes by name: a file that defines ``scene``, or one of the gallery."""

from __future__ import annotations

import importlib
import linecache
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from ..shaders.calculus.literals import placing
from ..shaders.errors import JetfieldError, SceneError
from .hints import said

if TYPE_CHECKING:
    from .scene import Scene

_GALLERY = f"{__package__}.gallery"


def load(name_or_path: str | os.PathLike[str]) -> Scene:
    """The scene that a Python file defines as ``scene``, or a gallery scene by its name.

    A file that ends in .vm is an expression, one clause a line; its scene is the inside of that. A
    string that ends in neither .py nor .vm, and holds no separator, is a name. While a Python file
    runs, its folder is importable, so it may have helpers beside it; each load runs the file and
    its helpers anew. Not for two threads at once.

    Raises:
        SceneError: there is no such file or name, the file fails, or it defines no scene; the
            message gives the file's own line. An error that jetfield itself raised in the file
            comes through as it is.
    """
    name, spec = _found(name_or_path)
    if spec is None:
        return _defined(name, [])
    with _explained(spec.origin or name):
        return _scene_of(importlib.import_module(spec.name), name)


class SceneFile:
    """A scene's file, to be loaded again whenever it or a module that it imports has changed.

    Its numbers have places, so that editing them leaves the listing of live numbers as it is.

    Args:
        name_or_path: as for ``load``. A gallery scene is its file.

    Raises:
        SceneError: there is no gallery scene of this name.
    """

    def __init__(self, name_or_path: str | os.PathLike[str]) -> None:
        name, spec = _found(name_or_path)
        self.path = name if spec is None or spec.origin is None else spec.origin
        self.files: tuple[str, ...] = (os.path.abspath(self.path),)
        """What the last ``load`` read or began to read, the scene's own file first."""

    def load(self) -> Scene:
        """The scene as its files are now. Not for two threads at once.

        Raises:
            SceneError: as for ``load``, also where the file is gone.
        """
        read: list[str] = []
        try:
            with placing():
                return _defined(self.path, read)
        finally:
            self.files = tuple(dict.fromkeys((self.files[0], *read)))


def _found(name_or_path: str | os.PathLike[str]) -> tuple[str, ModuleSpec | None]:
    """A path and None, or a gallery scene's name and where it is."""
    name = os.fspath(name_or_path) if isinstance(name_or_path, (str, os.PathLike)) else None
    if not isinstance(name, str):
        raise SceneError(f"load: expected a path or a gallery name, got {name_or_path!r}")
    if name is not name_or_path or name.endswith((".py", ".vm")) or "/" in name or os.sep in name:
        return name, None
    public = name.isidentifier() and not name.startswith("_")
    if not public or (spec := find_spec(f"{_GALLERY}.{name}")) is None:
        raise SceneError(_unknown(name))
    return name, spec


def gallery_names() -> list[str]:
    """The names of the scenes that come with jetfield, sorted."""
    import pkgutil

    folder = importlib.import_module(_GALLERY).__path__
    return sorted(m.name for m in pkgutil.iter_modules(folder) if not m.name.startswith("_"))


def gallery_source(name: str) -> str:
    """The text of a gallery scene's file. Its docstring says what the scene is about."""
    from importlib.resources import files

    return files(_GALLERY).joinpath(f"{name}.py").read_text(encoding="utf-8")


def _unknown(name: str) -> str:
    """The sentence for a name that is not in the gallery."""
    import difflib

    names = gallery_names()
    if os.path.isfile(f"{name}.py"):
        hint = f"for the file, say {name}.py"
    elif os.path.exists(name):
        hint = f"{name} exists, but a scene file ends in .py or .vm"
    elif near := difflib.get_close_matches(name.lower(), names, n=1):
        hint = f"did you mean {near[0]}?"
    else:
        hint = f"there are {', '.join(names) or 'none'}, or give a path that ends in .py or .vm"
    return f"there is no gallery scene {name!r}; {hint}"


def _defined(path: str, read: list[str]) -> Scene:
    """The scene of a file; ``read`` gets the helpers that it imports."""
    if path.endswith(".vm"):
        from .vm import scene_of

        return scene_of(_text(path).decode("utf-8", "replace"), path)
    return _scene_of(_run(path, read), path)


def _text(path: str) -> bytes:
    """What a scene file holds."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        hint = _neighbor(path) if isinstance(error, FileNotFoundError) else ""
        raise SceneError(f"cannot read {path}: {error.strerror}{hint}") from error


def _run(path: str, read: list[str]) -> ModuleType:
    """Execute a scene file as a module of its own; ``read`` gets the helpers that it imports."""
    source = _text(path)
    full = os.path.abspath(path)
    linecache.checkcache()  # fields are named by the lines that assign them, as they are now
    module = ModuleType(f"_jetfield_scene_{zlib.crc32(os.fsencode(full)):08x}")
    module.__file__, module.__package__ = full, ""
    with _explained(path, read), _at_home(os.path.dirname(full), module, read):
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    return module


def _neighbor(path: str) -> str:
    """ "; did you mean ...?" if a file of a similar name lies there, else nothing."""
    import difflib

    folder, wanted = os.path.split(path)
    try:
        files = [name for name in os.listdir(folder or ".") if name.endswith((".py", ".vm"))]
    except OSError:
        return ""
    near = difflib.get_close_matches(wanted, files, n=1)
    return f"; did you mean {os.path.join(folder, near[0])}?" if near else ""


@contextmanager
def _at_home(folder: str, module: ModuleType, read: list[str]) -> Iterator[None]:
    """Run a scene file among the modules of its folder, and leave none of those behind.

    A helper that stayed in ``sys.modules`` would be stale on the next load, and would stand for
    another folder's helper of the same name; so would one of a folder that the file put on
    ``sys.path``. The scene's own module stays, under its private name: dataclasses, pickle and type
    hints look it up there.
    """
    path, before = sys.path, {*sys.modules, module.__name__}
    replaced = sys.modules.get(module.__name__)
    sys.path = [folder, *path]  # another list: a thread that imports just now goes on in its own
    sys.modules[module.__name__] = module
    importlib.invalidate_caches()  # a helper written a moment ago is seen
    helpers = _Helpers({*path} - {folder}, read)
    place = _place_of_paths()
    sys.meta_path = [*sys.meta_path[:place], helpers, *sys.meta_path[place:]]
    try:
        yield
    except BaseException:
        if replaced is None:
            del sys.modules[module.__name__]
        else:
            sys.modules[module.__name__] = replaced
        raise
    finally:
        sys.meta_path = [finder for finder in sys.meta_path if finder is not helpers]
        homes = {os.path.abspath(home) for home in {folder, *sys.path} - {*path}}
        sys.path = path
        new = set(sys.modules) - before
        for name in [n for n in new if any(_lies_in(h, n.partition(".")[0]) for h in homes)]:
            del sys.modules[name]


def _place_of_paths() -> int:
    """Where ``sys.meta_path`` turns to files, after what is built in."""
    return sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else 0


class _Helpers(MetaPathFinder):
    """Finds a scene's helpers, notes their files, and has them read from source.

    A compiled file is taken for a source's own if that has the same size and was written in the
    same second: an edited number is both.
    """

    def __init__(self, others: set[str], read: list[str]) -> None:
        self._others, self._read = others, read
        self._packages: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module, if it is a helper; ``path`` is that of the package it is in."""
        package = name.partition(".")[0]
        if path is None:
            path = [home for home in sys.path if home not in self._others]
        elif package not in self._packages:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is None:
            return None
        if isinstance(spec.loader, SourceFileLoader):
            self._read.append(os.path.abspath(spec.loader.path))
            spec.loader = _Source(spec.loader.name, spec.loader.path)
        self._packages.add(package)
        return spec


class _Source(SourceFileLoader):
    """Reads source, and neither reads nor writes a compiled file."""

    def path_stats(self, path: str | bytes) -> NoReturn:
        """Nothing to compare a compiled file with."""
        raise OSError("compiled files are not used")


def _lies_in(folder: str, package: str) -> bool:
    """Whether a top-level module is a file in the folder, or a package in it."""
    module = sys.modules.get(package)
    file = getattr(module, "__file__", None)
    places = [file] if file else list(getattr(module, "__path__", []))
    homes = {os.path.join(folder, package), folder}
    return any(os.path.dirname(place) in homes or place in homes for place in places)


@contextmanager
def _explained(file: str, helpers: Sequence[str] = ()) -> Iterator[None]:
    """Turn what a scene file or a helper raises into one sentence that gives the file's line."""
    try:
        yield
    except JetfieldError:
        raise
    except SyntaxError as error:
        place = f"{error.filename or file}:{error.lineno or 1}"
        text = f": {error.text.strip()}" if error.text else ""
        raise SceneError(f"{place}: {error.msg}{text}") from error
    except SystemExit as error:
        raise SceneError(
            f"{_place(file, helpers, error)}: the scene file called sys.exit({error.code!r}); "
            "it only has to define `scene`"
        ) from error
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        text = f": {' '.join(said(error).split())}" if str(error) else ""
        place = _place(file, helpers, error)
        raise SceneError(f"{place}: {type(error).__name__}{text}") from error


def _place(file: str, helpers: Sequence[str], error: BaseException) -> str:
    """file:line of the innermost call of the traceback that is in the scene file.

    Of a call from there in a helper, where that is, and from which line of the scene.
    """
    place, within, trace = file, "", error.__traceback__
    while trace is not None:
        at = trace.tb_frame.f_code.co_filename
        if at == file:
            place, within = f"{file}:{trace.tb_lineno}", ""
        elif os.path.abspath(at) in helpers:
            near = os.path.relpath(at, os.path.dirname(os.path.abspath(file)))
            within = f"{os.path.join(os.path.dirname(file), near)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{within} (from {place})" if within else place


def _scene_of(module: ModuleType, name: str) -> Scene:
    """The ``scene`` that a module defines."""
    from .scene import Scene

    scene = getattr(module, "scene", None)
    if isinstance(scene, Scene):
        return scene
    others = [key for key, value in vars(module).items() if isinstance(value, Scene)]
    if scene is not None:
        kind = f"`scene` is of type {type(scene).__name__}, not a Scene"
        raise SceneError(f"{name}: {kind}; write scene = Scene() and scene.fill(...)")
    hint = f"; is it `{others[0]}`?" if others else "; write scene = Scene() and scene.fill(...)"
    raise SceneError(f"{name} defines no `scene`{hint}")
