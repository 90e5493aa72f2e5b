"""The thread that owns the process's offscreen OpenGL context.

An EGL context that is current on the main thread kills a window that opens there later, and takes
the place of whatever context the caller had. So offscreen work is sent to a thread of its own:
nothing that a caller can see changes, and any thread may ask.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import moderngl

    from ..shaders.errors import DeviceError
    from .frame import Painter

T = TypeVar("T")

_PATIENCE = 2.0  # seconds that the end of the process waits for work under way


class Job(Generic[T]):
    """Work that was sent to the device's thread."""

    def __init__(self, work: Callable[[Painter], T]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: list[T] = []
        self._error: BaseException | None = None

    def result(self) -> T:
        """Wait for the work: what it returned, or the exception that it raised."""
        self._done.wait()
        if self._error is not None:
            raise self._error
        return self._result[0]

    def do(self, painter: Painter) -> None:
        """In the device's thread: do the work and keep what came of it."""
        try:
            self._result.append(self._work(painter))
        except BaseException as error:
            self.fail(error)
        else:
            self._done.set()

    def fail(self, error: BaseException) -> None:
        """Let ``result`` raise this."""
        self._error = error
        self._done.set()


class Device:
    """A thread, the OpenGL context that is current in it, and the work that waits for it.

    The context is made at once, in the thread; if that failed, ``result`` says so. Thread-safe.
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._end: BaseException | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="jetfield-gl", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Painter], T]) -> Job[T]:
        """Queue work for the thread, which calls it with the painter of the context."""
        job = Job(work)
        with self._lock:
            if self._end is None:
                self._jobs.put(job)
            else:
                job.fail(self._end)
        return job

    def run(self, work: Callable[[Painter], T]) -> T:
        """Do work in the thread and wait for it.

        Raises:
            DeviceError: there is no OpenGL. An exception of the work comes through as it is.
        """
        return self.submit(work).result()

    @property
    def ended(self) -> bool:
        """Whether the thread takes no more work: closed, or there is no OpenGL."""
        return self._end is not None

    def close(self) -> None:
        """Free the context, after the work that is queued, and end the thread."""
        self._jobs.put(None)
        self._thread.join(_PATIENCE)

    def _serve(self) -> None:
        opened = _open()
        # Only now that there is work does this thread import modules of ours: whoever sent it has
        # imported them, and two threads that import one package from its two ends lock each other.
        job = self._jobs.get()
        try:
            if isinstance(opened, Exception):
                raise _no_opengl(opened) from opened
            from .frame import Painter

            painter = Painter(opened)
        except BaseException as error:
            if job is not None:
                job.fail(error)
            self._refuse(error)
            return
        while job is not None:
            job.do(painter)
            del job  # it holds the caller's arrays, and the next one may be long in coming
            job = self._jobs.get()
        painter.release()
        painter.context.release()
        self._refuse(_error("the offscreen device was closed"))

    def _refuse(self, error: BaseException) -> None:
        """Take no more work, and fail what is queued."""
        with self._lock:
            self._end = error
            while not self._jobs.empty():
                if (job := self._jobs.get()) is not None:
                    job.fail(error)


_device: Device | None = None
_lock = threading.Lock()
_of_parent: list[Device] = []


def offscreen() -> Device:
    """The process's device, made when it is first asked for. Thread-safe."""
    global _device
    with _lock:
        if _device is None or _device.ended:
            _device = Device()
        return _device


def _close() -> None:
    if _device is not None and not _device.ended:
        _device.close()


def _after_fork() -> None:
    """In a forked child, which has none of its parent's threads: start over."""
    global _device, _lock
    _lock = threading.Lock()
    if _device is not None:
        _of_parent.append(_device)  # never freed: its objects live in a context of no thread
        _device = None


atexit.register(_close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _open() -> moderngl.Context | Exception:
    """Make a context, current in this thread; or what came instead of one."""
    try:
        import moderngl

        settings: Any = {}
        if sys.platform not in ("win32", "darwin"):  # whose own ways need no display
            from . import egl

            settings["context"] = egl.create()
        # moderngl takes the newest context for the default one; the caller's must stay that.
        defaults: Any = getattr(moderngl, "_store", None)
        default = getattr(defaults, "default_context", None)
        try:
            return moderngl.create_context(standalone=True, **settings)
        finally:
            if defaults is not None:
                defaults.default_context = default
    except Exception as error:  # moderngl and glcontext raise plain Exception
        return error


def _no_opengl(reason: Exception) -> DeviceError:
    return _error(
        f"no OpenGL 3.3 for drawing offscreen ({reason}): install a driver "
        "(Debian, Ubuntu: apt install libegl1 libgl1-mesa-dri) "
        'or draw without one, device="numpy"'
    )


def _error(message: str) -> DeviceError:
    """A DeviceError, imported here: with it comes NumPy, beside which the driver is to load."""
    from ..shaders.errors import DeviceError

    return DeviceError(message)
