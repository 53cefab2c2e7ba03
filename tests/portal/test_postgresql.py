"""INSERTs that are written once: any row must be stored as Django itself would store it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat, Upper

from centres.models import CalendarDay, Device, Service, Ticket
from procedures.models import NationalDay
from tests.factories.centres import CentreFactory, DeviceFactory, ServiceFactory, TicketFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def day_off(number: int, **values: object) -> NationalDay:
    return NationalDay(
        date=date(2026, 1, number), day="off", kind="statutory", confidence="S", **{"name": "x", **values}
    )


def test_the_same_columns_take_each_rows_own_values():
    for number, name in ((1, "Tết Dương lịch"), (2, "100%"), (3, "nghỉ %s bù")):
        day_off(number, name=name).save()
    assert list(NationalDay.objects.values_list("date__day", "name")) == [
        (1, "Tết Dương lịch"),
        (2, "100%"),
        (3, "nghỉ %s bù"),
    ]


def test_each_row_learns_its_number():
    saved = [TicketFactory() for _ in range(3)]
    assert len({ticket.pk for ticket in saved}) == 3
    assert set(Ticket.objects.values_list("pk", flat=True)) == {ticket.pk for ticket in saved}


def test_rows_with_and_without_a_number_of_their_own_do_not_take_each_others_statement():
    centre = CentreFactory()
    first = Service.objects.get(pk=ServiceFactory(centre=centre, letter="A").pk)
    ServiceFactory(centre=centre, letter="B", pk=first.pk + 1000)
    ServiceFactory(centre=centre, letter="C", pk=first.pk + 2000)
    assert [row.pk - first.pk for row in Service.objects.order_by("letter")] == [0, 1000, 2000]


@pytest.mark.parametrize("many", [1, 2, 7])
def test_rows_at_once_are_as_many_as_were_given_each_time(many):
    for month in (0, 10):
        days = NationalDay.objects.bulk_create(
            [day_off(month + number, name=f"ngày {number}") for number in range(1, many + 1)]
        )
        assert len({day.pk for day in days}) == many
    assert sorted(NationalDay.objects.values_list("date__day", flat=True)) == [
        *range(1, many + 1),
        *range(11, 11 + many),
    ]


def test_json_and_nothing_come_back_as_they_were():
    centre = CentreFactory()
    hours = [["08:00", "11:30"]]
    for number, stored in ((1, hours), (2, []), (3, hours)):
        CalendarDay.objects.create(centre=centre, day=date(2026, 1, number), hours=stored, reason="trực")
    assert list(CalendarDay.objects.order_by("day").values_list("hours", flat=True)) == [hours, [], hours]
    devices = [DeviceFactory(revoked_at=None) for _ in range(2)]
    assert not Device.objects.filter(pk__in=[d.pk for d in devices], revoked_at__isnull=False).exists()


def test_an_expression_goes_through_django_before_and_after_plain_rows():
    day_off(1, name=Upper(Value("tết"))).save()
    day_off(2).save()
    day_off(3, name=Concat(Value("a"), Value("b"))).save()
    assert list(NationalDay.objects.values_list("name", flat=True)) == ["TẾT", "x", "ab"]


def test_conflicts_are_still_settled_as_asked():
    day_off(1, name="cũ").save()
    NationalDay.objects.bulk_create([day_off(1, name="mới")], ignore_conflicts=True)
    assert NationalDay.objects.get().name == "cũ"
    NationalDay.objects.bulk_create(
        [day_off(1, name="mới")], update_conflicts=True, update_fields=["name"], unique_fields=["date"]
    )
    assert NationalDay.objects.get().name == "mới"
    with pytest.raises(IntegrityError), transaction.atomic():
        day_off(1).save()


def test_is_the_engine_that_runs():
    assert (connection.vendor, connection.ops.compiler_module) == ("postgresql", "portal.postgresql.compiler")
