"""Plots, drawn on the server without a script. Each is shown as an image beside its numbers in a table."""

from __future__ import annotations

import pygal
from django.utils.translation import gettext as _
from pygal.style import Style

# The colours of static/css/tokens.css: the plot is a picture of its own and cannot read the sheet.
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#57534e",
    foreground_strong="#1c1917",
    foreground_subtle="#e5ddd0",
    colors=("#cbbfae", "#1f4e8c"),
    guide_stroke_color="#e5ddd0",
    guide_stroke_dasharray="0",
    major_guide_stroke_color="#e5ddd0",
    major_guide_stroke_dasharray="0",
    font_family="'Noto Sans', sans-serif",
    label_font_size=14,
    legend_font_size=15,
    major_label_font_size=14,
    opacity="1",
    opacity_hover="1",
)


def served_chart(hours: list[tuple[int, int, int]]) -> bytes:
    """Numbers drawn and people served in each hour, as SVG."""
    chart = pygal.Bar(
        style=_STYLE,
        js=(),
        width=720,
        height=240,
        margin=4,
        spacing=12,
        legend_at_bottom=True,
        legend_box_size=12,
        show_x_guides=False,
        show_y_guides=True,
        print_values=False,
        range=(0, max([4, *(max(drawn, served) for _hour, drawn, served in hours)])),
        value_formatter=lambda value: f"{value:.0f}",
        no_data_text=_("Nothing yet"),
    )
    chart.x_labels = [f"{hour}:00" for hour, _drawn, _served in hours]
    chart.add(_("Numbers drawn"), [drawn for _hour, drawn, _served in hours])
    chart.add(_("People served"), [served for _hour, _drawn, served in hours])
    return bytes(chart.render())
