from __future__ import annotations

import json
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.clock import HANOI
from procedures.calendars import WorkCalendar
from procedures.limits import Due, due

FOUR_DAYS = {"kind": "working_days", "days": 4}
SAME_DAY = {"kind": "same_day", "cutoff": "15:00"}


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=HANOI)


def test_the_couple_of_23_november_gets_it_on_monday_the_30th(calendar: WorkCalendar) -> None:
    promised = due(FOUR_DAYS, at("23/11/2026 10:26"), calendar)
    assert promised.at == at("30/11/2026 17:00")
    assert promised.explanation == {
        "vi": "4 ngày làm việc, tính từ thứ Tư 25/11; 24/11, thứ Bảy và Chủ nhật không tính.",
        "en": "4 working days, counted from Wednesday 25/11; 24/11, Saturday and Sunday are not counted.",
        "ko": "근무일 4일, 11월 25일 수요일부터 계산; 11월 24일, 토요일, 일요일 제외.",
    }


@pytest.mark.parametrize(
    ("limit", "received", "promised"),
    [
        # the cut-off of the same day, by the minute
        (SAME_DAY, "23/11/2026 14:59", "23/11/2026 17:00"),
        (SAME_DAY, "23/11/2026 15:00", "23/11/2026 17:00"),
        (SAME_DAY, "23/11/2026 15:01", "25/11/2026 17:00"),  # 24/11 is off
        (SAME_DAY, "27/11/2026 17:30", "30/11/2026 17:00"),  # Friday evening
        (SAME_DAY, "28/11/2026 09:00", "30/11/2026 17:00"),  # Saturday opening
        (SAME_DAY, "10/01/2026 09:00", "10/01/2026 17:00"),  # Saturday worked instead
        (SAME_DAY, "13/02/2026 16:00", "23/02/2026 17:00"),  # over Tết
        # working days
        ({"kind": "working_days", "days": 1}, "23/11/2026 08:00", "25/11/2026 17:00"),
        ({"kind": "working_days", "days": 1}, "31/12/2025 08:00", "05/01/2026 17:00"),  # 1/1, 2/1 swapped off, weekend
        ({"kind": "working_days", "days": 2}, "08/01/2026 08:00", "10/01/2026 17:00"),  # ends on the worked Saturday
        (FOUR_DAYS, "13/02/2026 09:00", "26/02/2026 17:00"),
        (FOUR_DAYS, "28/11/2026 09:00", "03/12/2026 17:00"),  # received on a Saturday
        (FOUR_DAYS, "27/11/2026 20:00", "03/12/2026 17:00"),
        # the others
        ({"kind": "half_day"}, "23/11/2026 11:59", "23/11/2026 17:00"),
        ({"kind": "half_day"}, "23/11/2026 12:00", "25/11/2026 12:00"),
        ({"kind": "half_day"}, "28/11/2026 09:00", "30/11/2026 12:00"),
        ({"kind": "hours", "hours": 24}, "25/11/2026 09:10", "26/11/2026 09:10"),
        ({"kind": "hours", "hours": 24}, "27/11/2026 09:10", "30/11/2026 17:00"),
        # ... that end while nobody is there: when the office opens next
        ({"kind": "hours", "hours": 8}, "25/11/2026 12:33", "26/11/2026 08:00"),
        ({"kind": "hours", "hours": 12}, "25/11/2026 16:00", "26/11/2026 08:00"),
        ({"kind": "hours", "hours": 4}, "27/11/2026 16:00", "30/11/2026 08:00"),
        ({"kind": "hours", "hours": 1}, "25/11/2026 16:00", "25/11/2026 17:00"),
        ({"kind": "calendar_days", "days": 10}, "20/11/2026 09:10", "30/11/2026 17:00"),
        ({"kind": "calendar_days", "days": 10}, "18/11/2026 09:10", "30/11/2026 17:00"),  # 28/11 is a Saturday
    ],
)
def test_due_moment(calendar: WorkCalendar, limit: dict[str, object], received: str, promised: str) -> None:
    assert due(limit, at(received), calendar).at == at(promised)


def test_seconds_past_the_cutoff_minute_do_not_count_as_late(calendar: WorkCalendar) -> None:
    assert due(SAME_DAY, at("23/11/2026 15:00").replace(second=59), calendar).at == at("23/11/2026 17:00")


def test_moment_in_utc_is_read_on_hanois_clock(calendar: WorkCalendar) -> None:
    received = datetime.fromisoformat("2026-11-22T18:00:00+00:00")  # 01:00 on the 23rd in Hanoi
    assert due(FOUR_DAYS, received, calendar).at == at("30/11/2026 17:00")


def test_centre_that_closes_earlier_promises_earlier(calendar: WorkCalendar) -> None:
    assert due(FOUR_DAYS, at("23/11/2026 10:26"), calendar, time(16, 30)).at == at("30/11/2026 16:30")


def _monday_mornings(day: date) -> time | None:
    return time(11, 30) if day.weekday() == 0 else time(16, 0) if day.weekday() == 4 else None


@pytest.mark.parametrize(
    ("limit", "received", "promised"),
    [
        (SAME_DAY, "30/11/2026 10:00", "30/11/2026 11:30"),
        (SAME_DAY, "30/11/2026 11:30", "01/12/2026 17:00"),  # the doors close: no result of this day any more
        (SAME_DAY, "30/11/2026 14:00", "01/12/2026 17:00"),
        ({"kind": "half_day"}, "30/11/2026 11:45", "01/12/2026 12:00"),
        ({"kind": "half_day"}, "27/11/2026 15:00", "30/11/2026 11:30"),
        ({"kind": "working_days", "days": 1}, "26/11/2026 09:00", "27/11/2026 16:00"),
        ({"kind": "working_days", "days": 2}, "26/11/2026 09:00", "30/11/2026 11:30"),
    ],
)
def test_the_hour_is_that_of_the_due_day(
    calendar: WorkCalendar, limit: dict[str, object], received: str, promised: str
) -> None:
    assert due(limit, at(received), calendar, _monday_mornings).at == at(promised)


def test_who_came_after_closing_is_told_the_hour_of_closing(calendar: WorkCalendar) -> None:
    said = due(SAME_DAY, at("30/11/2026 14:00"), calendar, _monday_mornings).explanation
    assert said["en"].startswith("Received after 11:30")


def test_first_alternative_whose_facts_hold_takes_the_place_of_the_limit(calendar: WorkCalendar) -> None:
    limit = {
        **SAME_DAY,
        "alternatives": [
            {"when": "verification", "kind": "working_days", "days": 5},
            {"when": "landslide", **FOUR_DAYS},
        ],
    }
    both = {"verification": True, "landslide": True}
    assert due(limit, at("25/11/2026 09:00"), calendar, facts=both).at == at("02/12/2026 17:00")
    assert due(limit, at("25/11/2026 09:00"), calendar, facts={"verification": False}).at == at("25/11/2026 17:00")


@pytest.mark.parametrize(
    ("limit", "received", "sentence"),
    [
        (FOUR_DAYS, "13/02/2026 09:00", "từ 16/02 đến 20/02, thứ Bảy và Chủ nhật không tính."),
        ({"kind": "working_days", "days": 1}, "25/11/2026 09:00", "1 ngày làm việc, tính từ thứ Năm 26/11."),
        ({"kind": "working_days", "days": 3}, "08/01/2026 09:00", "thứ Bảy 10/01 làm bù nên có tính."),
        ({"kind": "working_days", "days": 8}, "08/01/2026 09:00", "; thứ Bảy 17/01 và Chủ nhật không tính;"),
        (SAME_DAY, "23/11/2026 15:20", "ngày làm việc tiếp theo, thứ Tư 25/11; 24/11 không tính."),
        (SAME_DAY, "23/11/2026 09:00", "Trả trong ngày"),
    ],
)
def test_explanation_names_the_days_that_were_passed_over(
    calendar: WorkCalendar, limit: dict[str, object], received: str, sentence: str
) -> None:
    assert sentence in due(limit, at(received), calendar).explanation["vi"]


def test_the_explanation_says_when_an_office_elsewhere_has_it(calendar: WorkCalendar) -> None:
    elsewhere = {"other_territory": True}
    in_time = due(FOUR_DAYS, at("25/11/2026 10:00"), calendar, facts=elsewhere).explanation
    assert in_time["vi"] == (
        "Chuyển đến cơ quan có thẩm quyền vào thứ Tư 25/11, thời hạn tính từ khi nơi đó nhận. "
        "4 ngày làm việc, tính từ thứ Năm 26/11; thứ Bảy và Chủ nhật không tính."
    )
    late = due(SAME_DAY, at("25/11/2026 15:20"), calendar, facts=elsewhere).explanation
    assert late["en"] == (
        "Received after 15:00, so handed to the competent office on Thursday 26/11; the time counts from when it has it "
        "there. Returned on Thursday 26/11."
    )
    saturday = due(SAME_DAY, at("28/11/2026 09:00"), calendar, facts=elsewhere).explanation
    assert saturday["vi"].startswith("Chuyển đến cơ quan có thẩm quyền vào thứ Hai 30/11"), "no hour made it late"


def test_working_days_with_an_hour_count_a_day_later_after_it(calendar: WorkCalendar) -> None:
    limit = {"kind": "working_days", "days": 3, "cutoff": "15:00"}
    assert due(limit, at("25/11/2026 15:00"), calendar).at == at("30/11/2026 17:00")
    late = due(limit, at("25/11/2026 15:01"), calendar)
    assert late.at == at("01/12/2026 17:00")
    assert late.explanation["vi"].startswith("3 ngày làm việc, tính từ thứ Sáu 27/11 vì nhận sau 15:00;")
    on_saturday = due(limit, at("28/11/2026 16:00"), calendar)
    assert on_saturday.at == at("02/12/2026 17:00"), "a day off is not late: counting starts on Monday anyway"


@pytest.mark.parametrize(
    ("limit", "received"),
    [
        (FOUR_DAYS, "03/02/2027 09:00"),
        (SAME_DAY, "03/02/2027 16:00"),
        ({"kind": "half_day"}, "03/02/2027 14:00"),
        ({"kind": "hours", "hours": 24}, "03/02/2027 09:00"),
        ({"kind": "calendar_days", "days": 5}, "03/02/2027 09:00"),
    ],
)
def test_a_date_that_rests_on_an_assumed_tet_says_so(
    calendar: WorkCalendar, limit: dict[str, object], received: str
) -> None:
    said = due(limit, at(received), calendar).explanation
    assert "là dự kiến, ngày hẹn có thể đổi" in said["vi"]
    assert "expected, not announced yet" in said["en"]
    assert "예정" in said["ko"]
    before = due(FOUR_DAYS, at("13/02/2026 09:00"), calendar).explanation
    assert "dự kiến" not in before["vi"], "that Tết is past and was announced"


def test_hours_that_end_at_night_say_that_the_office_opens_first(calendar: WorkCalendar) -> None:
    said = due({"kind": "hours", "hours": 8}, at("25/11/2026 12:33"), calendar).explanation
    assert said["vi"].endswith("hết hạn ngoài giờ làm việc nên trả lúc mở cửa, 08:00 thứ Năm 26/11.")


RECEIVED = st.builds(
    lambda day, hour: datetime.combine(day, hour, tzinfo=HANOI),
    st.dates(date(2024, 1, 2), date(2027, 6, 1)),
    st.times(),
)


@given(RECEIVED, st.integers(1, 15))
@settings(max_examples=150, deadline=None)
def test_due_day_is_worked_later_than_receipt_and_survives_json(
    calendar: WorkCalendar, received: datetime, days: int
) -> None:
    promised = due({"kind": "working_days", "days": days}, received, calendar)
    assert calendar.is_working_day(promised.at.date())
    assert promised.at > received
    assert set(promised.explanation) == {"vi", "en", "ko"}
    assert Due.from_json(json.loads(json.dumps(promised.as_json()))) == promised


MINUTES = st.builds(lambda minute: time(minute // 60, minute % 60), st.integers(1, 24 * 60 - 1))
LIMITS = st.one_of(
    st.builds(lambda days: {"kind": "working_days", "days": days}, st.integers(1, 15)),
    st.builds(lambda days: {"kind": "calendar_days", "days": days}, st.integers(1, 30)),
    st.builds(lambda hours: {"kind": "hours", "hours": hours}, st.integers(1, 72)),
    st.builds(lambda cutoff: {"kind": "same_day", "cutoff": f"{cutoff:%H:%M}"}, MINUTES),
    st.just({"kind": "half_day"}),
)


@given(LIMITS, RECEIVED, st.lists(st.one_of(st.none(), MINUTES), min_size=7, max_size=7))
@settings(max_examples=300, deadline=None)
def test_whatever_the_hours_the_result_is_due_after_its_receipt(
    calendar: WorkCalendar, limit: dict[str, object], received: datetime, closes: list[time | None]
) -> None:
    promised = due(limit, received, calendar, lambda day: closes[day.weekday()])
    assert promised.at > received
    if limit["kind"] != "hours":
        assert promised.at.time() <= (closes[promised.at.weekday()] or time(17, 0))


def test_public_holiday_on_a_weekend_is_not_named_twice() -> None:
    calendar = WorkCalendar(frozenset({date(2026, 11, 28)}))
    sentence = due({"kind": "working_days", "days": 1}, at("27/11/2026 09:00"), calendar).explanation["vi"]
    assert sentence == "1 ngày làm việc, tính từ thứ Hai 30/11; thứ Bảy và Chủ nhật không tính."
