"""Plots, drawn on the server without a script. Each is shown as an image beside its numbers in a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pygal
from django.utils.translation import gettext as _
from pygal.style import Style

from centres.live_day import HourLine

MINUTE = 60
MOST_STEPS = 6
STEPS = [digit * 10**power for power in range(7) for digit in (1, 2, 5)]
# The colours of static/css/tokens.css: the plot is a picture of its own and cannot read the sheet.
LACQUER, BLUE, GOLD, SAND = "#9b1b1e", "#1f4e8c", "#b0832b", "#a89a86"
DASHED: dict[str, Any] = {"stroke_style": {"width": 2, "dasharray": "6, 5"}, "show_dots": False}
SOLID: dict[str, Any] = {"stroke_style": {"width": 3}, "dots_size": 3}


def _style(*colours: str) -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="#57534e",
        foreground_strong="#1c1917",
        foreground_subtle="#e5ddd0",
        colors=colours,
        guide_stroke_color="#e5ddd0",
        guide_stroke_dasharray="0",
        major_guide_stroke_color="#e5ddd0",
        major_guide_stroke_dasharray="0",
        font_family="'Noto Sans', sans-serif",
        label_font_size=14,
        legend_font_size=15,
        major_label_font_size=14,
        no_data_font_size=18,
        opacity="1",
        opacity_hover="1",
        stroke_width=2.5,
        stroke_opacity="1",
    )


def _options(height: int, top: float, colours: Sequence[str]) -> dict[str, Any]:
    return {
        "style": _style(*colours),
        "js": (),
        "width": 720,
        "height": height,
        "margin": 4,
        "margin_right": 24,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": len(colours),
        "legend_box_size": 12,
        "show_x_guides": False,
        "show_y_guides": True,
        "print_values": False,
        "y_labels": _steps(top),
        "value_formatter": lambda value: f"{value:.0f}",
        "no_data_text": _("No full hour yet"),
    }


def _steps(top: float) -> list[float]:
    """From nothing to past ``top`` in at most six round steps."""
    step = next(each for each in STEPS if each * MOST_STEPS >= top)
    return [number * step for number in range(max(2, -int(-top // step)) + 1)]


def hours_chart(lines: Sequence[HourLine], hour: int, before: str) -> bytes:
    """Numbers drawn and called in each hour before ``hour``, and on the day named ``before``, as SVG.

    The present hour is not over: its point would always seem to fall.
    """
    past = [line for line in lines if line.hour < hour]
    top = max([0, *(max(line.tally.drawn, line.tally.called) for line in past),
               *(max(line.before.drawn, line.before.called) for line in lines if line.before)])  # fmt: skip
    chart = pygal.Line(**_options(210, top, (LACQUER, BLUE, "#d9a6a0", "#9db4d3")))
    chart.x_labels = [f"{line.hour}:00" for line in lines]
    chart.add(_("Drawn"), [line.tally.drawn for line in past], **SOLID)
    chart.add(_("Called"), [line.tally.called for line in past], **SOLID)
    if any(line.before for line in lines):
        chart.add(
            _("Drawn, %(day)s") % {"day": before},
            [line.before.drawn if line.before else None for line in lines],
            **DASHED,
        )
        chart.add(
            _("Called, %(day)s") % {"day": before},
            [line.before.called if line.before else None for line in lines],
            **DASHED,
        )
    return bytes(chart.render())


def waits_chart(lines: Sequence[HourLine], hour: int, before: str) -> bytes:
    """The median wait in minutes of those called in each hour, and on the day named ``before``, as SVG."""
    today = [_minutes(line.tally.waiting.median) for line in lines if line.hour < hour]
    former = [_minutes(line.before.waiting.median) if line.before else None for line in lines]
    chart = pygal.Line(**_options(180, max([0, *(value for value in (*today, *former) if value)]), (GOLD, SAND)))
    chart.x_labels = [f"{line.hour}:00" for line in lines]
    chart.add(_("Median wait, minutes"), today, **SOLID)
    if any(line.before for line in lines):
        chart.add(before, former, **DASHED)
    return bytes(chart.render())


def before_after_chart(labels: Sequence[str], before: Sequence[float | None], after: Sequence[float | None]) -> bytes:
    """Waits in minutes at each moment, without and with what is tried, as SVG."""
    top = max([0.0, *(value for value in (*before, *after) if value)])
    chart = pygal.Line(**_options(260, top, (SAND, BLUE)))
    chart.x_labels = list(labels)
    chart.add(_("As it is"), list(before), **SOLID)
    chart.add(_("As you try it"), list(after), **SOLID)
    return bytes(chart.render())


def days_chart(labels: Sequence[str], drawn: Sequence[int], served: Sequence[int]) -> bytes:
    """Numbers drawn and people served on each day, as SVG."""
    chart = pygal.Bar(**_options(240, max([0, *drawn, *served]), ("#cbbfae", BLUE)), spacing=12)
    chart.x_labels = list(labels)
    chart.add(_("Numbers drawn"), list(drawn))
    chart.add(_("People served"), list(served))
    return bytes(chart.render())


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / MINUTE
