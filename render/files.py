"""Files written whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from types import TracebackType

from ..shaders.errors import OutputError

__all__ = ["Path", "WholeFile"]

Path = str | os.PathLike[str]


class WholeFile:
    """A file that is there in full once a ``with`` block ends well, and else as it was before.

    Until then its bytes are in a file beside it, which is removed if the block ends in an
    exception, an interruption among them.

    Args:
        path: a file that is there is replaced.
        call: whose name errors give.
        suffix: how the name must end, such as ".png"; "" if it may be any.

    Raises:
        OutputError: the path ends in something else, or no file can be written there.
    """

    def __init__(self, path: Path, *, call: str, suffix: str = "") -> None:
        self._path = _checked(path, call, suffix)
        self._call = call
        # A link is followed: what it points to is replaced, as by any program that writes a file.
        self._target = os.path.realpath(self._path)
        # Random, since several machines may write into one folder.
        name = f".jetfield-{os.urandom(6).hex()}.part"
        self._part = os.path.join(os.path.dirname(self._target), name)

    def __enter__(self) -> WholeFile:
        try:
            self._file = open(self._part, "xb")  # closed by __exit__
        except OSError as error:
            raise self._failed(error) from error
        return self

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            OutputError: they cannot be written, for instance because the disk is full.
        """
        try:
            self._file.write(data)
        except OSError as error:
            raise self._failed(error) from error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._discard()
            return
        try:
            try:
                self._file.close()
                os.replace(self._part, self._target)
            except OSError as reason:
                raise self._failed(reason) from reason
        except BaseException:
            self._discard()
            raise

    def _discard(self) -> None:
        with suppress(OSError):  # a full disk refuses the last bytes once more
            self._file.close()
        with suppress(OSError):
            os.unlink(self._part)

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(f"{self._call}: cannot write {self._path}: {error.strerror or error}")


def _checked(path: Path, call: str, suffix: str) -> str:
    """The path, if a file may be written there as far as can be told beforehand."""
    if not isinstance(path, str | os.PathLike):
        raise OutputError(f"{call}: the path must be a string or a Path, got {path!r}")
    name = os.fsdecode(path)
    folder = os.path.dirname(os.path.abspath(name))
    ending = f", ending in {suffix}" if suffix else ""
    if os.path.isdir(name):
        raise OutputError(f"{call}: {name} is a directory; name a file in it{ending}")
    if not name.lower().endswith(suffix) or not name:
        wrong = f"does not end in {suffix}, the one format" if suffix else "names no file"
        raise OutputError(f"{call}: {name or 'an empty path'} {wrong}")
    if not os.path.isdir(folder):
        raise OutputError(f"{call}: there is no directory {folder} to write {name} in")
    try:
        mode = os.stat(name).st_mode
    except FileNotFoundError:
        return name
    except (OSError, ValueError) as error:  # such as a name that is too long, or holds a zero byte
        raise OutputError(f"{call}: cannot write {name!r}: {error}") from error
    if not stat.S_ISREG(mode):  # such as /dev/null, which a rename would replace
        raise OutputError(f"{call}: {name} is there and is not a regular file")
    if not os.access(name, os.W_OK):
        raise OutputError(f"{call}: {name} is there and may not be written")
    return name
