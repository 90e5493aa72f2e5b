"""``jetfield completion``: what makes a shell complete the command's words."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final

EXAMPLES: Final = """
  source <(jetfield completion bash)                    for this shell; put it into ~/.bashrc
  jetfield completion zsh > ~/.zfunc/_jetfield          with ~/.zfunc in fpath
"""

SHELLS: Final = ("bash", "zsh")

# How each shell completes SCENE: a gallery name, a Python or .vm file, or a folder on the way.
_PREAMBLE: Final = {
    "bash": """_jetfield_scene() {{
  compgen -W "{names}" -- "$1"
  compgen -f -X '!*.py' -- "$1"
  compgen -f -X '!*.vm' -- "$1"
  compgen -d -- "$1"
}}""",
    "zsh": """_jetfield_scene() {{
  _alternative 'scenes:gallery scene:({names})' 'files:scene file:_files -g "*.(py|vm)"'
}}""",
}
# So that bash goes on within a folder instead of taking it for the whole word.
_LAST: Final = {"bash": "complete -o bashdefault -o filenames -F _shtab_jetfield jetfield\n"}
_SCENE: Final = {"bash": "_jetfield_scene", "zsh": "_jetfield_scene"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("shell", choices=SHELLS, help="the shell to write the script for")


def run(options: argparse.Namespace, parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """Print the script for a parser and the names of the gallery."""
    import shtab

    for command in _commands(parser):
        for action in command._actions:
            if action.dest == "scene":
                action.complete = _SCENE  # type: ignore[attr-defined]
            elif action.dest == "names":
                action.choices = list(names)
            elif action.dest == "out":
                directory = action.metavar == "DIR"
                action.complete = (  # type: ignore[attr-defined]
                    shtab.DIRECTORY if directory else shtab.FILE
                )
    preamble = _PREAMBLE[options.shell].format(names=" ".join(names))
    script = shtab.complete(parser, options.shell, preamble=preamble)
    print(script.rstrip("\n") + "\n" + _LAST.get(options.shell, ""), end="")


def _commands(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The parsers of all commands."""
    return [
        command
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for command in action.choices.values()
    ]
