import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from centres.actions.summarise import summarise
from centres.enums import PriorityGround, TicketState
from centres.forms_day import period_of
from centres.models import Estimate
from centres.reports import report_on, report_on_city
from centres.summaries.reading import read_period, same_weekday_before
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING

DAY = clock.local_day(MORNING)


def served(service, counter, number, *, at=MORNING, wait=10, took=5, **more):
    called = at + timedelta(minutes=wait)
    return make.TicketFactory(
        service=service, number=number, issued_at=at, called_at=called, arrived_at=called + timedelta(minutes=1),
        finished_at=called + timedelta(minutes=1 + took), state=TicketState.DONE, counter=counter,
        waited_s=wait * 60, walked_s=60, served_s=took * 60, **more,
    )  # fmt: skip


@pytest.fixture
def kept(centre, service, other_service, counter):
    """Two days and a week before: three served, one left, one did not come."""
    served(service, counter, 1, wait=10, took=5)
    served(other_service, counter, 1, wait=30, took=9, priority_ground=PriorityGround.AGE_60)
    served(service, counter, 1, at=MORNING - timedelta(days=7))
    make.TicketFactory(service=service, number=2, state=TicketState.LEFT, finished_at=MORNING + timedelta(hours=3))
    make.TicketFactory(service=service, number=3, state=TicketState.NO_SHOW, counter=counter, calls=2,
                       called_at=MORNING + timedelta(minutes=2), waited_s=120, finished_at=MORNING + timedelta(minutes=9))  # fmt: skip
    for ticket in centre.tickets.all():
        ticket.events.create(kind="issued", at=ticket.issued_at)
        if ticket.called_at:
            ticket.events.create(kind="called", at=ticket.called_at, counter=ticket.counter)
        if ticket.arrived_at:
            ticket.events.create(kind="arrived", at=ticket.arrived_at)
        if ticket.finished_at:
            ticket.events.create(kind=ticket.state, at=ticket.finished_at)
    summarise(at=MORNING + timedelta(hours=4))
    return centre


@pytest.fixture
def client(client, manager):
    client.force_login(manager)
    with clock.fixed(MORNING + timedelta(hours=4)):
        yield client


@pytest.mark.parametrize(
    ("span", "day", "period"),
    [
        ("day", date(2026, 11, 23), (date(2026, 11, 23), date(2026, 11, 23))),
        ("week", date(2026, 11, 29), (date(2026, 11, 23), date(2026, 11, 29))),
        ("month", date(2026, 2, 10), (date(2026, 2, 1), date(2026, 2, 28))),
        ("month", date(2026, 12, 31), (date(2026, 12, 1), date(2026, 12, 31))),
    ],
)
def test_a_period_has_whole_days(span, day, period):
    assert period_of(span, day) == period


def test_a_day_is_told_by_field_counter_and_hour(kept, service, other_service, counter):
    period = read_period(kept.pk, DAY, DAY)
    assert (period.whole.drawn, period.whole.served, period.whole.left, period.whole.no_show) == (4, 2, 1, 1)
    assert period.by_service[service.pk].served == 1 and period.by_service[other_service.pk].served == 1
    assert period.by_counter[counter.pk].called == 3
    assert {hour: tally.served for hour, tally in period.by_hour.items()} == {10: 2, 13: 0}
    assert period.whole.waiting.total == (10 + 30 + 2) * 60
    assert period.whole.walking.total == 120 and period.whole.service.total == 14 * 60


def test_a_longer_period_adds_its_days_up(kept):
    month = read_period(kept.pk, DAY - timedelta(days=10), DAY)
    assert month.whole.served == 3 and list(month.by_day) == [DAY - timedelta(days=7), DAY]
    assert read_period(kept.pk, DAY + timedelta(days=1), DAY + timedelta(days=9)).whole.drawn == 0


def test_the_same_weekday_before_is_the_latest_with_anybody(kept):
    found = same_weekday_before(kept.pk, DAY + timedelta(days=14))
    assert found is not None and found[0] == DAY
    assert same_weekday_before(kept.pk, DAY + timedelta(days=1)) is None


def test_every_table_has_as_many_values_as_columns(kept):
    for report in (report_on(kept, DAY, DAY), report_on(kept, DAY - timedelta(days=9), DAY), report_on_city(DAY, DAY)):
        for table in report.tables:
            assert all(len(row) == len(table.columns) for row in table.rows), table.key


def test_priority_shares_add_up(kept):
    table = next(table for table in report_on(kept, DAY, DAY).tables if table.key == "priorities")
    people = list(table.rows[:-1])
    assert sum(row[1] for row in people) == 4 and sum(row[2] for row in people) == pytest.approx(1)


class TestPages:
    @pytest.mark.parametrize("span", ["day", "week", "month", "nonsense"])
    def test_the_page_shows_the_period(self, client, kept, span):
        page = client.get(reverse("centres:day_report"), {"span": span, "day": DAY.isoformat()})
        assert page.status_code == 200

    @pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
    @pytest.mark.parametrize("span", ["day", "week", "month"])
    def test_a_day_that_no_report_can_have_is_refused_with_a_sentence(self, client, kept, span, day):
        client.force_login(make.city_admin())
        client.cookies["django_language"] = "en"
        for name in ("day_report", "day_city"):
            page = client.get(reverse(f"centres:{name}"), {"span": span, "day": day})
            assert page.status_code == 400
            assert "Choose a day between " in page.content.decode()
            for kind in ("xlsx", "pdf"):
                answer = client.get(reverse(f"centres:{name}_{kind}"), {"span": span, "day": day})
                assert answer.status_code == 400 and "Choose a day between " in answer.content.decode()

    def test_the_workbook_holds_numbers_and_durations_under_a_header_that_stays(self, client, kept):
        answer = client.get(reverse("centres:day_report_xlsx"), {"span": "month", "day": DAY.isoformat()})
        assert "bao-cao-" in answer.headers["Content-Disposition"]
        book = load_workbook(io.BytesIO(answer.content))
        with translation.override("vi"):
            titles = [table.title[:31] for table in report_on(kept, DAY.replace(day=1), DAY).tables]
        assert book.sheetnames == titles
        sheet = book[titles[1]]
        assert sheet.freeze_panes == "B5"
        row = list(sheet[5])
        assert row[1].value == 4 and row[1].data_type == "n"
        assert isinstance(row[6].value, timedelta) and row[6].number_format == "[h]:mm:ss"

    @pytest.mark.parametrize("name", ["day_report", "day_city"])
    def test_page_and_workbook_of_a_running_day_say_when_it_was_counted(self, client, kept, name):
        client.force_login(make.city_admin())
        asked = {"span": "day", "day": DAY.isoformat()}
        counted = "tính đến 14:00 thứ Hai 23/11/2026"
        assert counted in client.get(reverse(f"centres:{name}"), asked).content.decode()
        answer = client.get(reverse(f"centres:{name}_xlsx"), asked)
        for sheet in load_workbook(io.BytesIO(answer.content)):
            assert sheet["A2"].value.endswith(f" · 23/11/2026 · {counted}")

    def test_the_paper_is_a_pdf(self, client, kept):
        answer = client.get(reverse("centres:day_report_pdf"), {"span": "day", "day": DAY.isoformat()})
        assert answer.content.startswith(b"%PDF") and answer.headers["Content-Type"] == "application/pdf"

    @pytest.mark.parametrize("name", ["day_report", "day_city"])
    def test_a_day_that_no_report_can_have_is_refused_at_its_field(self, client, kept, name):
        client.force_login(make.city_admin())
        asked = {"span": "week", "day": "2030-01-01"}
        answer = client.get(reverse(f"centres:{name}"), asked)
        page = answer.content.decode()
        assert answer.status_code == 400
        assert answer.context["form"].errors["day"][0] in page
        assert 'value="2030-01-01"' in page and "id_day" in page
        assert f"day={DAY.isoformat()}" in page, "the files are those of the report that is shown"
        assert client.get(reverse(f"centres:{name}_xlsx"), asked).status_code == 400

    @pytest.mark.parametrize("name", ["day_city", "day_city_xlsx", "day_city_pdf"])
    def test_centres_beside_each_other_are_for_the_city(self, client, kept, name):
        url = reverse(f"centres:{name}")
        assert client.get(url).status_code == 403
        client.force_login(make.city_admin())
        assert client.get(url, {"span": "week", "day": DAY.isoformat()}).status_code == 200

    def test_a_manager_gets_no_report_of_another_centre(self, client, kept):
        other = make.CentreFactory()
        for name in ("day_report", "day_report_xlsx", "day_report_pdf"):
            assert client.get(reverse(f"centres:{name}"), {"centre": other.pk}).status_code == 404

    @pytest.mark.parametrize("name", ["day_report", "day_city"])
    def test_thirty_rows_cost_no_more_statements_than_one(self, client, centre, service, name):
        def statements():
            with CaptureQueriesContext(connection) as made:
                answer = client.get(reverse(f"centres:{name}"), {"span": "month", "day": DAY.isoformat()})
                assert answer.status_code == 200
            return len(made)

        def fill(number):
            place = centre if name == "day_report" else make.CentreFactory()
            what = make.ServiceFactory(centre=place, letter=chr(65 + number % 26)) if place != centre else service
            desk = make.CounterFactory(centre=place, number=number, services=[what])
            ticket = served(what, desk, number, at=MORNING - timedelta(days=number % 20))
            ticket.events.create(kind="done", at=MORNING)

        if name == "day_city":
            client.force_login(make.city_admin())
        fill(1)
        summarise(at=MORNING)
        statements()
        one = statements()
        for number in range(2, 32):
            fill(number)
        summarise(at=MORNING)
        assert statements() == one


def test_what_people_were_told_and_what_came_stands_in_the_report_and_its_workbook(
    kept, client, service, other_service
):
    for each, count in ((service, 20), (other_service, 19)):
        for number in range(count):
            ticket = make.TicketFactory(service=each, number=100 + number, issued_at=MORNING)
            Estimate.objects.create(
                ticket=ticket, centre=kept, day=DAY, at=MORNING, is_first=True, ahead=1, low_s=600, high_s=1200,
                played_low_s=600, played_middle_s=900, played_high_s=1200, came_s=1500 if number < 5 else 900,
                is_inside=number >= 5,
            )  # fmt: skip
    table = next(table for table in report_on(kept, DAY, DAY).tables if table.key == "estimates")
    assert [row[1:] for row in table.rows] == [[20, 0.75, 150.0], [19, None, None]], "19 are too few"
    page = client.get(reverse("centres:day_report"), {"span": "day", "day": DAY.isoformat()}).content.decode()
    assert "75\xa0%" in page or "75 %" in page
    answer = client.get(reverse("centres:day_report_xlsx"), {"span": "day", "day": DAY.isoformat()})
    sheet = load_workbook(io.BytesIO(answer.content))["Đã báo chờ và thực tế"]
    rows = list(sheet.iter_rows(min_row=5, max_row=6, min_col=2, values_only=True))
    assert rows == [(20, 0.75, timedelta(seconds=150)), (19, None, None)]
