import pytest
from hypothesis import given
from hypothesis import strategies as st

from centres.charts import _steps, before_after_chart, hours_chart, waits_chart
from centres.live_day import HourLine
from centres.summaries.tally import Tally


@given(st.floats(0, 1_000_000))
def test_an_axis_has_few_round_steps_and_holds_everything(top):
    steps = _steps(top)
    assert 3 <= len(steps) <= 8 and steps[0] == 0 and steps[-1] >= top


@pytest.mark.parametrize("lines", [[], [HourLine(8, Tally(), None)], [HourLine(8, Tally(drawn=3), Tally(drawn=5))]])
def test_an_empty_plot_is_a_picture_too(lines):
    for chart in (hours_chart, waits_chart):
        assert b"<svg" in chart(lines, 9, "16/11")
    assert b"<svg" in before_after_chart([], [], [])
