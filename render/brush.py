"""The threads that draw what a window shows, each in an OpenGL context of its own.

Two brushes work on a picture: one draws a draft of every change at once, the other draws it
exactly, in tiles, where there is time for that. The window itself draws no scene, so it never
waits: not for a shader that compiles for seconds, nor for a frame that takes as long.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import glfw
import moderngl

from ..shaders.errors import DeviceError, JetfieldError
from ..shaders.glsl import Edition, Editions
from ..shaders.tiles import GROUP
from ..shaders.views import COMPARE, viewed
from . import glfw_window
from .compare import compare
from .contexts import adopted
from .frame import Painter
from .gl import DITHER
from .program import free
from .regions import TOP
from .tiles import Tile, parts

if TYPE_CHECKING:
    from ..shaders.picture import Frame
    from .canvas import Canvas
    from .plan import Plan
    from .reload import Version

__all__ = ["Brush", "Order", "Report"]

KEPT: Final = 32
"""Programs that a brush keeps: an edit and its undoing compile nothing."""
QUICK: Final = 1 / 25
"""Seconds in which a brush is thought to draw a whole picture that needs no draft before it."""
SHARE: Final = 0.04
"""Seconds that one tile is to take: so soon is a change of mind heard."""
LOOK: Final = 0.15
"""Seconds between two looks at a picture in the making, each of which the window has to draw."""
DRAFT: Final = 0.25
"""Seconds that a brush lets a draft go first."""
REST: Final = 0.5
"""Seconds in which nothing is wanted, after which there is time for what may pay later."""
PICTURES: Final = 64
"""Pictures of which a brush knows how fast they are drawn."""
TRIAL: Final = 64
"""The side of the tile by which a brush learns how long the others take."""
TELLING: Final = 0.01
"""Seconds that such a tile has to take: of less, little is the drawing itself."""


@dataclass(frozen=True, eq=False, slots=True)
class Order:
    """What the window is to show; ``serial`` grows with every change of what is seen."""

    serial: int
    version: Version
    frame: Frame
    view: str = "picture"
    """One of VIEWS."""
    split: float = 0.5
    """Where the line of "compare" stands."""
    still: bool = True
    """Nothing is moving, so that there is time for more than a draft."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an order: a picture is on the canvas, or an error."""

    order: Order
    quality: str
    """The word for antialias; or COMPARE."""
    seconds: float = 0.0
    """What the picture took so far."""
    done: float = 1.0
    """The share of it that is there."""
    error: JetfieldError | None = None


class Brush:
    """A thread that draws the newest order by one kind of antialiasing onto a canvas.

    Args:
        window: hidden, for its context, which shares the canvas's textures. Made, and destroyed
            after ``close``, by the main thread.
        quality: the word for antialias, and the drawing of a version, that it draws by.
        report: called in the brush's thread; with None when ``compiling`` has changed.
        drafts: it draws whole pictures at once; else in tiles, if they take long and nothing moves.
        fine: it draws what needs patience; a window's only brush does both.
    """

    def __init__(
        self,
        window: Any,
        canvas: Canvas,
        quality: str,
        report: Callable[[Report | None], None],
        *,
        drafts: bool,
        fine: bool,
    ) -> None:
        self.quality, self._drafts, self._fine = quality, drafts, fine
        self.compiling = False
        self._window, self._canvas, self._report = window, canvas, report
        self._order: Order | None = None
        self._jobs: deque[Callable[[Painter], None]] = deque()
        self._wake = threading.Condition()
        self._ended = False
        self._rate: dict[int, float] = {}  # pixels a second, by the shape of an edition
        self._drawn: set[int] = set()  # shapes of which a whole picture was drawn
        self._classed: set[int] = set()  # and those of which the classes of tiles are compiled
        self._later: tuple[Order, Iterator[None]] | None = None  # what there may be time for
        self._views = Editions()
        self._painter: Painter | None = None
        self._thread = threading.Thread(target=self._serve, name=f"jetfield-{quality}", daemon=True)
        self._thread.start()

    @property
    def compiled(self) -> int:
        """How many listings were compiled so far."""
        return self._painter.programs.compiled if self._painter else 0

    def draw(self, order: Order) -> None:
        """Draw this instead of anything that was ordered before."""
        with self._wake:
            self._order = order
            self._wake.notify()

    def run(self, job: Callable[[Painter], None]) -> None:
        """Do something else in this thread and context, before the next picture."""
        with self._wake:
            self._jobs.append(job)
            self._wake.notify()

    def quick(self, order: Order) -> bool:
        """Whether it is known to draw this picture, whole, in no time."""
        found = order.version.drawings.get(self.quality) if order.view == "picture" else None
        rate = self._rate.get(found.shape, 0.0) if isinstance(found, Edition) else 0.0
        return order.frame.size[0] * order.frame.size[1] < QUICK * rate

    def close(self) -> None:
        """Free what was made in the context, and end the thread, as soon as it comes to it."""
        with self._wake:
            self._ended, self._order = True, None
            self._wake.notify()
        self._thread.join()

    def _serve(self) -> None:
        glfw.make_context_current(self._window)
        context = adopted()
        context.disable_direct(DITHER)
        self._painter = painter = Painter(context, KEPT)
        self._target = context.framebuffer([context.renderbuffer((1, 1))])
        while (task := self._next()) is not None:
            task(painter)
        painter.release()
        free(self._target)
        context.release()
        glfw_window.no_context()

    def _next(self) -> Callable[[Painter], None] | None:
        """Wait for something to do; None at the end."""
        with self._wake:
            rest = REST if self._later else None
            self._wake.wait_for(lambda: self._ended or self._jobs or self._order, rest)
            if self._ended:
                return None
            if self._jobs:
                return self._jobs.popleft()
            order, self._order = self._order, None
            return lambda painter: self._attempt(painter, order) if order else self._go_on()

    def _late(self) -> bool:
        """Whether what is being drawn is no longer what is wanted."""
        return self._ended or self._order is not None

    def _attempt(self, painter: Painter, order: Order) -> None:
        with self._reporting(order):
            if order.view == COMPARE and self._fine and order.still:
                self._compare(painter, order)
            elif not (self._drafts and self._canvas.holds(order)):
                found = self._drawing(order)
                if found is not None:
                    self._paint(painter, order, found)
        self._say_compiling(False)

    @contextmanager
    def _reporting(self, order: Order) -> Iterator[None]:
        """Report what goes wrong within."""
        try:
            yield
        except JetfieldError as error:
            self._report(Report(order, self.quality, error=error))
        except Exception as error:  # the window goes on, and says it
            failed = DeviceError(f"it could not be drawn: {type(error).__name__}: {error}")
            self._report(Report(order, self.quality, error=failed))

    def _say_compiling(self, compiling: bool) -> None:
        if compiling != self.compiling:
            self.compiling = compiling
            self._report(None)

    def _drawing(self, order: Order) -> Edition | Plan | None:
        """What this brush draws of an order; None if that is not known yet, or nothing."""
        if order.view == "picture" or (order.view == COMPARE and self._drafts):
            return order.version.drawings.get(self.quality)
        if not self._drafts:
            return None  # other views have but one quality
        picture = viewed(order.version.picture, order.view)
        return self._views.edition(picture, "gradient", soon=True)

    def _compare(self, painter: Painter, order: Order) -> None:
        """Exact and fwidth, side by side."""
        self._fit(painter.context, order.frame.size)
        start = time.perf_counter()
        self._target.use()
        self._target.viewport = 0, 0, *order.frame.size
        compare(painter, order.version.picture, order.frame, order.split, numbers="live")
        painter.context.finish()
        if self._canvas.lay(painter.context, order, (0, 0, *order.frame.size)):
            self._report(Report(order, COMPARE, time.perf_counter() - start))

    def _paint(self, painter: Painter, order: Order, found: Edition | Plan) -> None:
        width, height = order.frame.size
        self._fit(painter.context, order.frame.size)
        least, rate = 2 * TOP, 0.0  # by a plan, parts are so large, for several processors
        if isinstance(found, Edition):
            least, rate = GROUP, self._known(painter, order, found)
        at_once = self._drafts or self.quick(order)
        if not at_once:
            if not order.still:
                return
            self._canvas.await_draft(order, DRAFT)

        def fits(tile: Tile) -> bool:
            return at_once or tile.width * tile.height <= SHARE * rate

        drawn, waiting, seconds, looked = 0, list[Tile](), 0.0, time.perf_counter()
        for tile in parts(order.frame.size, fits, least):
            if self._late() and not self._drafts:
                return
            area = tile.width * tile.height
            spent = self._cover(painter, order, found, tile)
            rate = min(2 * rate, area / max(spent, 1e-6))  # it falls at once and rises slowly
            seconds += spent
            drawn += area
            done = drawn / (width * height)
            waiting = [Tile(0, 0, width, height)] if done == 1 else [*waiting, tile]
            if done < 1 and time.perf_counter() < looked + LOOK:
                continue
            if all(self._canvas.lay(painter.context, order, box) for box in waiting):
                waiting, looked = [], time.perf_counter()
                self._report(Report(order, self.quality, seconds, done))
        if isinstance(found, Edition):
            self._rate[found.shape] = drawn / max(seconds, 1e-6)
            slow = seconds > (DRAFT if self._drafts else QUICK)
            again = found.shape in self._drawn - self._classed
            if self._fine and order.still and slow and again and found.tiled:
                self._later = order, self._class(painter, order, found)
            self._drawn.add(found.shape)

    def _known(self, painter: Painter, order: Order, found: Edition) -> float:
        """How many pixels a second an edition draws; at first that is tried."""
        if found.shape not in self._rate:
            if len(self._rate) >= PICTURES:
                self._rate.clear()
            self._say_compiling(True)
            self._rate[found.shape] = self._tried(painter, order, found)
            self._say_compiling(False)
        return self._rate[found.shape]

    def _class(self, painter: Painter, order: Order, found: Edition) -> Iterator[None]:
        """Compile, step by step, what draws pictures of this shape by classes of tiles.

        Only once a second of them was drawn: it takes time, and an edit may change the shape.
        """
        assert found.tiled is not None
        self._target.use()
        for _ in painter.passes.compiled(found.tiled, order.frame):
            yield
            self._target.use()
        self._classed.add(found.shape)

    def _go_on(self) -> None:
        """Take a step of what there is time for."""
        assert self._later is not None
        order, steps = self._later
        self._later = None
        with self._reporting(order):
            for _ in steps:
                self._later = order, steps
                return

    def _tried(self, painter: Painter, order: Order, found: Edition) -> float:
        """How many pixels a second an edition draws, by tiles in the middle."""
        width, height = order.frame.size
        self._cover(painter, order, found, Tile(0, 0, 1, 1))  # drivers may compile at the first
        side = TRIAL
        while True:
            wide, high = min(side, width), min(side, height)
            tile = Tile((width - wide) // 2, (height - high) // 2, wide, high)
            seconds = self._cover(painter, order, found, tile)
            if seconds >= TELLING or (wide, high) == (width, height):
                return wide * high / max(seconds, 1e-6)
            side *= 2

    def _cover(self, painter: Painter, order: Order, found: Edition | Plan, tile: Tile) -> float:
        """Draw one tile into the framebuffer of this thread: the seconds that it takes."""
        start = time.perf_counter()
        self._target.use()
        self._target.viewport = tile
        if not isinstance(found, Edition):
            painter.paste(found, order.frame, (0, 0))
        elif found.tiled and painter.passes.possible(tile.width, tile.height):
            classed = found.shape in self._classed
            painter.passes.draw(found.tiled, order.frame, (0, 0), classed=classed)
        else:
            painter.cover(found.whole, order.frame, (0, 0))
        painter.context.finish()
        return time.perf_counter() - start

    def _fit(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        """Make the framebuffer as large as this."""
        if self._target.size != size:
            free(self._target)
            self._target = context.framebuffer([context.renderbuffer(size)])
