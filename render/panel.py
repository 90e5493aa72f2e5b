"""The panel: a scene's sliders, toggles and colors, by Dear ImGui, in any moderngl context.

It needs the package imgui-bundle, which is loaded with the first panel; ``how_to_get`` tells how to
install it where it is missing.
"""

from __future__ import annotations

import importlib.util
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import glfw

from ..shaders.color import hex_of, hex_of_codes, linear_rgb
from ..shaders.errors import DeviceError
from ..shaders.picture import Parameter

if TYPE_CHECKING:
    import moderngl

__all__ = ["Panel", "as_python", "how_to_get", "shown"]

WIDTH: Final = 180
MARGIN: Final = 10
TEXT: Final = 15
"""The width of a slider, the space around the panel, and the height of its letters, in pixels of a
screen of scale 1."""
STEPS: Final = 1000
"""A slider goes from end to end in at least so many steps, each a short decimal number."""
SETTLING: Final = 3
"""Drawings until ImGui knows how large the panel is."""
LONGEST: Final = 0.1
"""Seconds that one frame counts as at most."""

# GLFW's keys that a panel knows, as ImGui calls them; and its bits of what is held.
_KEYS: Final = {
    glfw.KEY_SPACE: "space", glfw.KEY_ESCAPE: "escape", glfw.KEY_ENTER: "enter",
    glfw.KEY_TAB: "tab", glfw.KEY_BACKSPACE: "backspace", glfw.KEY_INSERT: "insert",
    glfw.KEY_DELETE: "delete", glfw.KEY_RIGHT: "right_arrow", glfw.KEY_LEFT: "left_arrow",
    glfw.KEY_DOWN: "down_arrow", glfw.KEY_UP: "up_arrow", glfw.KEY_PAGE_UP: "page_up",
    glfw.KEY_PAGE_DOWN: "page_down", glfw.KEY_HOME: "home", glfw.KEY_END: "end",
    glfw.KEY_KP_ENTER: "keypad_enter",
    **{code: chr(code).lower() for code in range(glfw.KEY_A, glfw.KEY_Z + 1)},
}  # fmt: skip
_HELD: Final = {
    glfw.MOD_SHIFT: "mod_shift", glfw.MOD_CONTROL: "mod_ctrl", glfw.MOD_ALT: "mod_alt",
    glfw.MOD_SUPER: "mod_super",
}  # fmt: skip


def how_to_get() -> str | None:
    """What to do for a panel; None if there is one already."""
    if importlib.util.find_spec("imgui_bundle"):
        return None
    return 'sliders are in the extra "panel": pip install "jetfield[panel]"'


def shown(parameter: Parameter, values: Mapping[str, Any]) -> Any:
    """A parameter's value as ``render(parameters=...)`` takes it: a number, a truth value, or hex.

    ``values`` may hold it in this form or as the calculus reads it; else it is the default.
    """
    value = values.get(parameter.name, parameter.default)
    if parameter.kind == "slider":
        return float(value)
    if parameter.kind == "toggle":
        return bool(value)
    light = linear_rgb(value) if isinstance(value, str) else value
    return hex_of(light)


def as_python(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> str:
    """Code that gives the values back, for ``render(scene, parameters=parameters)``."""
    lines = "".join(f"    {p.name!r}: {shown(p, values)!r},\n" for p in parameters)
    return f"parameters = {{\n{lines}}}\n"


class Panel:
    """The panel in one OpenGL context, which must be current wherever it is used.

    Positions are in pixels of the framebuffer, from its upper left corner.

    Args:
        copy, paste: write and read the clipboard; without them the panel has one of its own.

    Raises:
        DeviceError: imgui-bundle is missing, or cannot be loaded.
    """

    def __init__(
        self,
        context: moderngl.Context,
        copy: Callable[[str], Any] | None = None,
        paste: Callable[[], str] | None = None,
    ) -> None:
        try:
            from imgui_bundle import imgui

            from .imgui_moderngl import ImGuiRenderer
        except ImportError as error:
            raise DeviceError(how_to_get() or f"imgui-bundle cannot be loaded: {error}") from error
        self._imgui = imgui
        self._own = imgui.create_context()
        self._enter()
        self._renderer: ImGuiRenderer | None = ImGuiRenderer(context, imgui)
        imgui.get_io().set_ini_filename("")
        imgui.get_io().set_log_filename("")
        imgui.get_io().fonts.add_font_default_vector()
        style = imgui.get_style()
        style.font_size_base = TEXT
        style.window_rounding, style.frame_rounding, style.grab_rounding = 6, 4, 4
        style.window_border_size = 0
        self.copied = ""
        self._copy, self._paste = copy, paste
        platform = imgui.get_platform_io()
        platform.platform_set_clipboard_text_fn = lambda _, text: self._to_clipboard(text)
        platform.platform_get_clipboard_text_fn = lambda _: self._clipboard()
        self._scale = 1.0
        self._settling = 0
        self._box = 0.0, 0.0, 0.0, 0.0  # left, top, width, height
        self._placed: tuple[tuple[int, int], float] | None = None
        self._last = time.perf_counter()
        self._typing: str | None = None
        self._fresh = False
        self._before = 0.0

    # --- what happens to it ----------------------------------------------------------------------
    def mouse_position(self, x: float, y: float) -> None:
        """The mouse moved."""
        self._enter().add_mouse_pos_event(x, y)

    def mouse_button(self, button: int, down: bool) -> None:
        """A mouse button went down or up: 0 is the left one, 1 the right, 2 the middle."""
        if 0 <= button < 5:
            self._enter().add_mouse_button_event(button, down)

    def wheel(self, dx: float, dy: float) -> None:
        """The wheel turned by so many notches."""
        self._enter().add_mouse_wheel_event(dx, dy)

    def key(self, key: int, down: bool, mods: int = 0) -> None:
        """A key went down or up; ``key`` and ``mods`` are GLFW's codes; others are ignored."""
        io, keys = self._enter(), self._imgui.Key
        for bit, name in _HELD.items():
            io.add_key_event(getattr(keys, name), bool(mods & bit))
        if key in _KEYS:
            io.add_key_event(getattr(keys, _KEYS[key]), down)

    def text(self, char: str) -> None:
        """Characters were typed."""
        self._enter().add_input_characters_utf8(char)

    @property
    def wants_mouse(self) -> bool:
        """Whether the mouse is over the panel, or holds something of it."""
        return bool(self._enter().want_capture_mouse)

    def covers(self, x: float, y: float) -> bool:
        """Whether the panel, as it was drawn last, lies over this place."""
        left, top, width, height = self._box
        return left <= x < left + width and top <= y < top + height

    @property
    def wants_keyboard(self) -> bool:
        """Whether keys are typed into the panel."""
        return bool(self._enter().want_text_input)

    # --- what it shows ---------------------------------------------------------------------------
    def draw(
        self,
        size: tuple[int, int],
        scale: float,
        parameters: Sequence[Parameter],
        values: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Draw the panel over the framebuffer in use, of this ``size``, and return what changed.

        Without parameters there is no panel. ``scale`` is the pixels that are one on an ordinary
        screen. OpenGL's state is afterwards as before.

        Args:
            values: by name, of those that differ from their defaults, as ``shown`` reads them.

        Returns:
            The new value of each parameter that the user changed since the last drawing, as
            ``render(parameters=...)`` takes it.

        Raises:
            DeviceError: the panel was released.
        """
        if self._renderer is None:
            raise DeviceError("Panel.draw: the panel was released")
        io, imgui = self._enter(), self._imgui
        now = time.perf_counter()
        io.delta_time = min(max(now - self._last, 1e-4), LONGEST)
        self._last = now
        io.display_size = size
        self._resize(scale)
        imgui.new_frame()
        changed = self._laid(size, scale, parameters, values) if parameters else {}
        imgui.render()
        self._renderer.draw(imgui.get_draw_data())
        return changed

    def release(self) -> None:
        """Free what was made in the context, which must be current. More than once is harmless."""
        if self._renderer is not None:
            self._enter()
            self._renderer.release()
            self._renderer = None
            self._imgui.destroy_context(self._own)

    def _enter(self) -> Any:
        """Make this panel's ImGui the current one; returns what goes into it."""
        self._imgui.set_current_context(self._own)
        return self._imgui.get_io()

    def _resize(self, scale: float) -> None:
        if scale != self._scale:
            style = self._imgui.get_style()
            style.font_scale_dpi = scale
            style.scale_all_sizes(scale / self._scale)
            self._scale = scale

    def _to_clipboard(self, text: str) -> None:
        self.copied = text
        if self._copy is not None:
            self._copy(text)

    def _clipboard(self) -> str:
        return self.copied if self._paste is None else self._paste()

    def _laid(
        self,
        size: tuple[int, int],
        scale: float,
        parameters: Sequence[Parameter],
        values: Mapping[str, Any],
    ) -> dict[str, Any]:
        imgui, changed = self._imgui, dict[str, Any]()
        margin = MARGIN * scale
        if self._placed != (size, scale):
            self._placed, self._settling = (size, scale), SETTLING
        if self._settling:  # in its corner, until it is moved
            self._settling -= 1
            imgui.set_next_window_pos((size[0] - margin, margin), pivot=(1.0, 0.0))
        largest = size[0] - 2 * margin, size[1] - 2 * margin
        imgui.set_next_window_size_constraints((0, 0), largest)
        imgui.set_next_window_bg_alpha(0.9)
        imgui.begin("parameters", None, imgui.WindowFlags_.always_auto_resize)
        place, extent = imgui.get_window_pos(), imgui.get_window_size()
        self._box = place.x, place.y, extent.x, extent.y
        imgui.push_item_width(WIDTH * scale)
        for parameter in parameters:
            value = shown(parameter, values)
            new = self._row(parameter, value)
            if new != value:
                changed[parameter.name] = new
        imgui.pop_item_width()
        defaults = {p.name: shown(p, {}) for p in parameters}
        if imgui.button("reset"):
            now = {p.name: shown(p, values) for p in parameters}
            changed = {name: value for name, value in defaults.items() if value != now[name]}
        imgui.same_line()
        if imgui.button("copy as Python"):
            self._to_clipboard(as_python(parameters, {**values, **changed}))
        imgui.end()
        return changed

    def _row(self, parameter: Parameter, value: Any) -> Any:
        """One parameter's row; returns its value now."""
        imgui, name = self._imgui, parameter.name
        if parameter.kind == "toggle":
            return imgui.checkbox(name, value)[1]
        if parameter.kind == "color":
            light = [int(value[k : k + 2], 16) / 255 for k in (1, 3, 5)]
            changed, light = imgui.color_edit3(name, light, imgui.ColorEditFlags_.display_hex)
            return hex_of_codes(light) if changed else value
        return self._number(parameter, value)

    def _number(self, parameter: Parameter, value: float) -> float:
        """A slider; a double click makes it a line to type into, until that is left."""
        imgui, name = self._imgui, parameter.name
        low, high = parameter.low, parameter.high
        assert low is not None and high is not None  # noqa: PT018
        digits = _digits(low, high)
        if self._typing != name:
            moved, new = imgui.slider_float(name, value, low, high, f"%.{digits}f")
            twice = imgui.is_mouse_double_clicked(0)
            if imgui.is_item_hovered() and twice:
                self._typing, self._fresh = name, True
                return self._before
            if imgui.is_item_activated():
                self._before = value  # the first click of two moves the slider
        else:
            if self._fresh:
                imgui.set_keyboard_focus_here()
            moved, new = imgui.input_double(
                name, value, 0, 0, f"%.{digits}f", imgui.InputTextFlags_.auto_select_all
            )
            if not self._fresh and not imgui.is_item_active():
                self._typing = None
            self._fresh = False
        return min(max(round(new, digits), low), high) if moved else value


def _digits(low: float, high: float) -> int:
    """How many decimals tell a slider's steps apart."""
    return max(0, math.ceil(math.log10(STEPS / (high - low)))) if high > low else 3
