"""A small plot of a few curves over the last seconds, with a title and the newest value above it."""

from typing import Any, Final

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.state.looks import Color
from nodegraph.editor.views.buttons import Tag
from nodegraph.editor.views.look import Look

Lines = dict[str, NDArray[np.float32]]
_COLORS: Final = ("image", "detections", "text", "segmentation", "number", "keypoints", "boolean", "flow")
"""Type colours differ enough for curves, too."""


class Curves:
    """One plot. least: the axis goes at least up to this."""

    def __init__(self, look: Look, parent: Tag, title: str, least: float) -> None:
        self._look, self._least = look, least
        self._series: dict[str, Tag] = {}
        self._numbers: dict[str, int] = {}
        self._themes: dict[tuple[int, str], Tag] = {}
        self._theme = look.theme
        self._buttons: dict[tuple[int, str], Tag] = {}
        with dpg.group(parent=parent):
            with dpg.group(horizontal=True):
                self._title = dpg.add_text(title, color=look.color("dim"))
                self._value = dpg.add_text("")
                for item in (self._title, self._value):
                    dpg.bind_item_font(item, look.font("small"))
            with dpg.plot(no_title=True, no_menus=True, no_box_select=True, no_mouse_pos=True, no_inputs=True) as item:
                self._plot = item
                self._x = dpg.add_plot_axis(dpg.mvXAxis, no_tick_labels=True, no_tick_marks=True)
                self._y = dpg.add_plot_axis(dpg.mvYAxis)
            dpg.bind_item_font(self._plot, look.font("small"))

    def resize(self, width: int, height: int) -> None:
        """Pixels of the plot."""
        dpg.configure_item(self._plot, width=width, height=height)

    def draw(self, x: NDArray[np.float64], lines: Lines, span: float, value: str) -> None:
        """Show these curves by name: seconds before now, and figures, NaN where there is none.

        span: seconds on the axis. value: the newest figure, in words.
        """
        self._follow_theme()
        for name in [name for name in self._series if name not in lines]:
            dpg.delete_item(self._series.pop(name))
            self._numbers.pop(name)
        highest = self._least
        for name, y in lines.items():
            known = ~np.isnan(y)
            if name not in self._series:
                self._add(name)
            dpg.set_value(self._series[name], [x[known].tolist(), y[known].tolist()])
            if known.any():
                highest = max(highest, float(y[known].max()) * 1.15)
        dpg.set_axis_limits(self._x, -span, 0.0)
        dpg.set_axis_limits(self._y, 0.0, highest)
        dpg.set_value(self._value, value)

    def button_theme(self, name: str) -> Tag:
        """A theme for a button that names a curve, in its colour."""
        key = (self._numbers.get(name, 0), self._look.theme)
        if key not in self._buttons:
            with dpg.theme() as theme, dpg.theme_component(dpg.mvButton):
                dpg.add_theme_color(dpg.mvThemeCol_Text, self._color(key[0]))
                dpg.add_theme_color(dpg.mvThemeCol_Button, (0, 0, 0, 0))
                dpg.add_theme_color(dpg.mvThemeCol_ButtonHovered, self._look.color("button"))
            self._buttons[key] = theme
        return self._buttons[key]

    def _add(self, name: str) -> None:
        number = next(at for at in range(len(_COLORS) + 1) if at not in self._numbers.values()) % len(_COLORS)
        self._numbers[name] = number
        self._series[name] = dpg.add_line_series([], [], parent=self._y)
        dpg.bind_item_theme(self._series[name], self._line_theme(number))

    def _line_theme(self, number: int) -> Tag:
        key = (number, self._look.theme)
        if key not in self._themes:
            with dpg.theme() as theme, dpg.theme_component(dpg.mvLineSeries):
                color: Any = self._color(number)
                dpg.add_theme_color(dpg.mvPlotCol_Line, color, category=dpg.mvThemeCat_Plots)
                width = max(1.0, 1.5 * self._look.scale)
                dpg.add_theme_style(dpg.mvPlotStyleVar_LineWeight, width, category=dpg.mvThemeCat_Plots)
            self._themes[key] = theme
        return self._themes[key]

    def _follow_theme(self) -> None:
        if self._theme != self._look.theme:
            self._theme = self._look.theme
            dpg.configure_item(self._title, color=self._look.color("dim"))
            for name, item in self._series.items():
                dpg.bind_item_theme(item, self._line_theme(self._numbers[name]))

    def _color(self, number: int) -> Color:
        return self._look.type_color(_COLORS[number])
