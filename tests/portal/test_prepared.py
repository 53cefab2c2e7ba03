from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection
from django.db.models import BigAutoField, CharField, DateField, Exists, OuterRef

from centres.enums import Role
from centres.models import CalendarDay, Membership, Service
from portal.prepared import Given, Prepared
from tests.factories.centres import CentreFactory, MembershipFactory, ServiceFactory


def by_letter() -> Prepared[Service]:
    return Prepared(
        lambda: Service.objects.select_related("centre").filter(letter=Given("letter", CharField())).order_by("id")[:1]
    )


def test_each_run_has_its_own_values(db):
    ServiceFactory(letter="A")
    ServiceFactory(letter="B")
    prepared = by_letter()
    found = [prepared.first(letter=letter) for letter in "ABCA"]
    assert [service and service.letter for service in found] == ["A", "B", None, "A"]


def test_rows_come_back_as_the_queryset_gives_them(db, django_assert_num_queries):
    service = ServiceFactory(letter="A", hint={"vi": "Gợi ý"})
    with django_assert_num_queries(1):
        found = by_letter().first(letter="A")
        assert found == service
        assert (found.centre.name, found.hint) == (service.centre.name, {"vi": "Gợi ý"})


def test_rows_are_fresh_each_time(db):
    prepared = by_letter()
    ServiceFactory(letter="A")
    prepared.first(letter="A").title["vi"] = "changed here only"
    Service.objects.update(is_open=False)
    again = prepared.first(letter="A")
    assert (again.title["vi"], again.is_open) == ("Dịch vụ A", False)


def test_values_annotations_and_subqueries_are_prepared_too(db):
    membership = MembershipFactory(role=Role.MANAGER)
    CentreFactory()
    holds = Membership.objects.filter(centre=OuterRef("pk"), user=Given("user", BigAutoField()))
    prepared = Prepared(
        lambda: type(membership.centre).objects.annotate(held=Exists(holds)).order_by("id").values_list("code", "held")
    )
    assert dict(prepared.all(user=membership.user_id))[membership.centre.code] is True
    assert not any(dict(prepared.all(user=0)).values())


def test_values_are_sent_as_this_database_takes_them(db):
    centre = CentreFactory()
    CalendarDay.objects.create(centre=centre, day=date(2026, 11, 24), reason="trực")
    prepared = Prepared(lambda: CalendarDay.objects.filter(day__gte=Given("first", DateField())))
    assert len(prepared.all(first=date(2026, 11, 24))) == 1
    assert prepared.all(first=date(2026, 11, 25)) == []


def test_a_value_with_a_percent_sign_or_a_quote_is_only_a_value(db):
    centre = CentreFactory(code="a", address="100% 'Đống Đa'")
    prepared = Prepared(lambda: type(centre).objects.filter(address=Given("address", CharField())))
    assert prepared.first(address="100% 'Đống Đa'") == centre
    assert prepared.first(address="' OR 1=1 --") is None


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_that_no_column_can_hold_is_found_nowhere(db, number):
    prepared = Prepared(lambda: Service.objects.filter(pk=Given("service", BigAutoField())))
    assert prepared.first(service=number) is None


def test_a_missing_value_is_an_error(db):
    with pytest.raises(KeyError, match="letter"):
        by_letter().first()


def test_the_sql_is_made_once(db, monkeypatch):
    built = []
    prepared = Prepared(lambda: built.append(1) or Service.objects.filter(letter=Given("letter", CharField())))
    for letter in "AB":
        prepared.all(letter=letter)
    assert built == [1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_threads_run_it_on_their_own_connections():
    ServiceFactory(letter="A")
    prepared, found = by_letter(), []

    def run() -> None:
        try:
            found.append((prepared.first(letter="A").letter, id(connection.connection)))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [letter for letter, _connection in found] == ["A"] * 4
    assert id(connection.connection) not in {used for _letter, used in found}
