"""The ``jetfield`` command: its commands, and how it ends.

It imports nothing heavy before a command runs: help, the version and a mistyped option answer at
once. Exit status: 0 done, 1 an error in one line on stderr, 2 a wrong command line, 130 Ctrl-C.
"""

from __future__ import annotations

import _thread
import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, NoReturn

from . import cli_completion, cli_doctor, cli_gallery, cli_glsl, cli_probe, cli_render, cli_view


class Command(NamedTuple):
    """One command: what the help says, its arguments, and what it does with them.

    ``run`` is given the parsed options and a function that loads a scene by path or name.
    ``examples`` end the help.
    """

    name: str
    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Callable[[str], Any]], None]
    examples: str = ""


def load_scene(name: str) -> Any:
    """The scene of a file or of the gallery, for commands: only this module knows that room."""
    from ..scenes.load import load

    return load(name)


def _view(options: argparse.Namespace, load: Callable[[str], Any]) -> None:
    from ..scenes.load import SceneFile

    cli_view.run(options, SceneFile(options.scene))


def _gallery(options: argparse.Namespace, load: Callable[[str], Any]) -> None:
    from ..scenes.load import gallery_names, gallery_source

    cli_gallery.run(options, load, {name: gallery_source(name) for name in gallery_names()})


def _completion(options: argparse.Namespace, load: Callable[[str], Any]) -> None:
    from ..scenes.load import gallery_names

    cli_completion.run(options, _parser(), gallery_names())


COMMANDS: Final = (
    Command(
        "render", "draw a scene to a PNG file",
        cli_render.add_arguments, cli_render.run, cli_render.EXAMPLES,
    ),
    Command(
        "view", "show a scene in a window, as it is edited",
        cli_view.add_arguments, _view, cli_view.EXAMPLES,
    ),
    Command(
        "glsl", "print a scene as a shader",
        cli_glsl.add_arguments, cli_glsl.run, cli_glsl.EXAMPLES,
    ),
    Command(
        "probe", "say all that is known of one point of a scene",
        cli_probe.add_arguments, cli_probe.run, cli_probe.EXAMPLES,
    ),
    Command(
        "gallery", "list the scenes that come with jetfield, or draw them all",
        cli_gallery.add_arguments, _gallery, cli_gallery.EXAMPLES,
    ),
    Command(
        "doctor", "say what can be drawn here, and what is missing",
        cli_doctor.add_arguments, cli_doctor.run, cli_doctor.EXAMPLES,
    ),
    Command(
        "completion", "print a script that completes this command in a shell",
        cli_completion.add_arguments, _completion, cli_completion.EXAMPLES,
    ),
)  # fmt: skip

_NEGATIVE: Final = re.compile(r"-(\d|\.\d|inf|nan)", re.IGNORECASE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, by default the process's own; the exit status.

    Raises:
        SystemExit: after help, the version, or a usage error.
    """
    options = _parsed(_joined(sys.argv[1:] if arguments is None else arguments))
    if arguments is None:
        signal.signal(signal.SIGTERM, _terminated)
        sys.unraisablehook = _again
    try:
        if options.version:
            _print_version()
        else:
            options.run(options, load_scene)
    except KeyboardInterrupt as stop:
        return 128 + (signal.SIGTERM if isinstance(stop, _Terminated) else signal.SIGINT)
    except Exception as error:
        if options.traceback:
            raise
        return _report(error, options)
    return 0


def _parsed(words: list[str]) -> argparse.Namespace:
    """The command line as options; where it is wrong, what was meant."""
    parser = _parser()
    if words and not words[0].startswith("-") and words[0] not in (c.name for c in COMMANDS):
        parser.error(f"there is no command {words[0]!r}; {_meant(words)}")
    options, rest = parser.parse_known_args(words)
    if rest:
        loose = next((word for word in rest if "=" in word and word[0] != "-"), None)
        hint = (
            f"; every setting has its own --set: --set {loose}"
            if loose and "set" in options
            else ""
        )
        options.parser.error(f"unrecognized arguments: {' '.join(rest)}{hint}")
    return options


def _meant(words: list[str]) -> str:
    """What a command line that begins with no command may have been meant for."""
    import difflib
    import shlex

    from ..scenes.load import gallery_names

    names = [command.name for command in COMMANDS]
    if near := difflib.get_close_matches(words[0], names, n=1):
        return f"did you mean: jetfield {shlex.join([*near, *words[1:]])}"
    if words[0].endswith((".py", ".vm")) or words[0] in gallery_names():
        return f"did you mean: jetfield render {shlex.join(words)}"
    return f"there are {', '.join(names)}"


class _Terminated(KeyboardInterrupt):
    """SIGTERM came: all that Ctrl-C undoes is undone, so that no half-written file stays."""


def _terminated(number: int, frame: object) -> NoReturn:
    raise _Terminated


def _again(lost: sys.UnraisableHookArgs) -> None:
    """What stops the work comes again if it met the freeing of something: Python drops it there."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        number = signal.SIGTERM if issubclass(lost.exc_type, _Terminated) else signal.SIGINT
        threading.Timer(0.01, _thread.interrupt_main, (number,)).start()  # not in here, too
    else:
        sys.__unraisablehook__(lost)


class _Parser(argparse.ArgumentParser):
    """argparse, with errors in the form that all errors here have."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"jetfield: {message}\njetfield: see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="jetfield",
        description="Signed distance fields whose derivatives are known.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.set_defaults(
        traceback=False, parser=parser, run=lambda *_: parser.error("a command is missing")
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        sub = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=f"examples:\n{command.examples.strip(chr(10))}" if command.examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.add_arguments(sub)
        sub.add_argument("--traceback", action="store_true", help="show where an error came from")
        sub.set_defaults(run=command.run, parser=sub)
    return parser


def _joined(words: Sequence[str]) -> list[str]:
    """``--view -0.5,0,2`` as ``--view=-0.5,0,2``: argparse takes the value for an option."""
    joined: list[str] = []
    for word in words:
        last = joined[-1] if joined else ""
        if _NEGATIVE.match(word) and last.startswith("--") and "=" not in last and last != "--":
            joined[-1] = f"{last}={word}"
        else:
            joined.append(word)
    return joined


def _print_version() -> None:
    from importlib.metadata import version

    print(f"jetfield {version('jetfield')}")


def _report(error: Exception, options: argparse.Namespace) -> int:
    """Print an error in one line, and what helps with it in another."""
    from ..shaders.errors import DeviceError, JetfieldError, ShaderError

    message = " ".join(str(error).split())
    if isinstance(error, BrokenPipeError):
        # Whoever read our output is gone, which is no error; nor may the flush at exit be one.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, JetfieldError):
        lines = [message]
        if isinstance(error, ShaderError) and error.listing:
            lines.append(f"the refused listing is in {_keep(error.listing)}")
        if isinstance(error, DeviceError) and "device" in options:
            lines.append("--device numpy draws without OpenGL, slowly")
    elif isinstance(error, MemoryError):
        lines = [f"memory is used up: {message or 'a smaller --size takes less'}"]
    else:
        lines = [f"{type(error).__name__}: {message}", "--traceback shows where it came from"]
    for line in lines:
        print(f"jetfield: {line}", file=sys.stderr)
    return 1


def _keep(listing: str) -> str:
    """Write a listing where it can be looked at: the path."""
    import tempfile

    with tempfile.NamedTemporaryFile(
        "w", prefix="jetfield-", suffix=".glsl", encoding="utf-8", delete=False
    ) as file:
        file.write(listing)
    return file.name
