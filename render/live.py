"""What a window shows and why: the scene's versions, the view, the clock, the values, the errors.

No window and no OpenGL: times are passed in, positions are pixels from the upper left corner, and
what is to be drawn comes out as orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ..shaders.errors import SceneError
from ..shaders.given import given, is_number
from ..shaders.picture import Frame, Parameter, View
from ..shaders.views import COMPARE
from .brush import Order, Report
from .reload import Delivered, Trouble, Version, trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Live"]

Point = tuple[float, float]

SETTLED: Final = 0.12
"""Seconds without a change after which nothing moves."""
WHEEL: Final = 1.15
"""How many times as large one step of the wheel makes things."""
LEAST, MOST = 1e-6, 1e9
"""Heights of a view, in scene units, between which one zooms."""


@dataclass
class Live:
    """The state of a window. All of it survives a reload.

    Args:
        size: of the framebuffer, in pixels.
        view: instead of the scene's own, which is followed while this is None.
        values: of sliders, toggles and color pickers that were set, as ``render`` takes them.
        seconds: where the clock begins.
    """

    size: tuple[int, int]
    view: View | None = None
    values: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    mouse: Point = (0.0, 0.0)
    running: bool = True
    shown: str = "picture"
    """One of VIEWS."""
    split: float = 0.5
    """Where the line of "compare" stands, from 0 at the left to 1."""
    trouble: Trouble | None = None
    """Why the newest version of the scene is not what is shown."""
    good: Version | None = None
    """The last version of the scene that was drawn."""
    tried: Version | None = None
    """A later one that is being drawn for the first time."""
    report: Report | None = None
    """The last picture that came."""

    def __post_init__(self) -> None:
        self._began = self.seconds
        self._then: float | None = None
        self._changed = 0.0
        self._order: Order | None = None

    # What is shown

    @property
    def version(self) -> Version | None:
        """What is shown, or about to be."""
        return self.tried or self.good

    @property
    def ordered(self) -> Order | None:
        """What was ordered last."""
        return self._order

    @property
    def ticking(self) -> bool:
        """Whether the clock runs: only for a scene that reads it."""
        return self.running and self.version is not None and self.version.reads("seconds")

    @property
    def seen(self) -> View:
        """The part of the plane that is shown."""
        return self.view or (self.version.picture.view if self.version else View())

    def frame(self) -> Frame:
        """The picture's frame as it is now."""
        named = known(self.version.parameters, self.values) if self.version else {}
        return Frame(self.size, self.seen, self.seconds, named, self.mouse)

    def at(self, place: Point) -> Point:
        """The point of the scene at a place in the window."""
        x, y = place
        return Frame(self.size, self.seen).at(x, self.size[1] - y)

    def status(self) -> dict[str, Any]:
        """What is seen, for a log: plain values."""
        report = self.report
        return {
            "version": self.good.number if self.good else 0,
            "serial": report.order.serial if report else 0,
            "quality": report.quality if report else "",
            "done": report.done if report else 0.0,
            "drawn": report.order.view if report else "",
            "shown": self.shown,
            "split": self.split,
            "seconds": self.seconds,
            "running": self.running,
            "view": (*self.seen.center, self.seen.height),
            "mouse": self.mouse,
            "size": self.size,
            "values": dict(self.values),
            "trouble": str(self.trouble or ""),
        }

    # What happens

    def receive(self, delivered: Delivered) -> None:
        """A version of the scene was loaded, or none could be."""
        if isinstance(delivered, Trouble):
            self.trouble, self.tried = delivered, None
            return
        for kept in ("good", "tried"):
            held = getattr(self, kept)
            if held is not None and held.number == delivered.number:
                setattr(self, kept, delivered)  # the same, with more drawings
                return
        self.tried = delivered

    def drawn(self, report: Report, files: Iterable[str]) -> None:
        """A picture came, or an error in its place."""
        number = report.order.version.number
        tried = self.tried is not None and self.tried.number == number
        if report.error is not None:
            if tried or (self.good is not None and self.good.number == number):
                self.trouble = trouble(report.error, files)
            self.tried = None if tried else self.tried
            return
        self.report = report
        if tried:
            self.good, self.tried, self.trouble = self.tried, None, None

    def order(self, now: float, *, moving: bool = False) -> Order | None:
        """What is to be drawn, if it is not what was ordered last; ``now`` in seconds."""
        version = self.version
        if version is None or min(self.size) < 1:
            return None
        frame, last = self.frame(), self._order
        drawn = replace(
            frame,
            seconds=frame.seconds if version.reads("seconds") else 0.0,
            mouse=frame.mouse if version.reads("mouse") else (0.0, 0.0),
        )
        split = self.split if self.shown == COMPARE else 0.5
        key = version.number, drawn, self.shown, split
        fresh = last is None or key != (last.version.number, last.frame, last.view, last.split)
        if fresh:
            self._changed = now
        still = not moving and not self.ticking and now >= self._changed + SETTLED
        if last is None or version.number != last.version.number:
            still = not moving and not self.ticking
        serial = last.serial + fresh if last else 1
        if not fresh and last is not None and (last.version is version and last.still >= still):
            return None
        self._order = Order(serial, version, drawn, self.shown, split, still)
        return self._order

    def settles(self) -> float | None:
        """When, if nothing more happens, there will be something to order; None if never."""
        if self._order is None or self._order.still or self.ticking:
            return None
        return self._changed + SETTLED

    # The clock

    def advance(self, now: float) -> None:
        """Let the clock run until ``now``, if it runs."""
        if self.ticking and self._then is not None:
            self.seconds += now - self._then
        self._then = now

    def pause(self) -> None:
        """Stop the clock, or let it run again."""
        self.running = not self.running

    def step(self, seconds: float) -> None:
        """Stop the clock, and set it forward or back."""
        self.running = False
        self.seconds = self.seconds + seconds

    def restart(self) -> None:
        """Set the clock to where it began."""
        self.seconds = self._began

    # The view

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by so many pixels to the right and down."""
        pixel = self.seen.height / self.size[1]
        x, y = self.seen.center
        self.view = View((x - pixel * dx, y + pixel * dy), self.seen.height)

    def zoom(self, steps: float, place: Point) -> None:
        """Make things larger by steps of the wheel; what is at the place stays there."""
        x, y = self.at(place)
        height = min(max(self.seen.height / WHEEL**steps, LEAST), MOST)
        scale = height / self.seen.height
        center = self.seen.center
        self.view = View((x + scale * (center[0] - x), y + scale * (center[1] - y)), height)

    def home(self) -> None:
        """Show what the scene itself says again."""
        self.view = None

    def point(self, place: Point) -> None:
        """The mouse is at this place in the window."""
        self.mouse = self.at(place)


def known(parameters: tuple[Parameter, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """A value for each parameter, as the calculus reads it: what was set, as far as it still fits.

    A slider's value outside a range that has changed goes to its nearer end.
    """
    found = {}
    for p in parameters:
        value = values.get(p.name, p.default)
        if p.kind == "slider" and is_number(value):
            assert p.low is not None
            assert p.high is not None
            value = min(max(float(value), p.low), p.high)
        try:
            found[p.name] = given(p.name, p, value) if p.name in values else p.default
        except SceneError:  # set when the name stood for something else
            found[p.name] = p.default
    return found
