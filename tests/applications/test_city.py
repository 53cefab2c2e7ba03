"""The city's first page and the list of staff: who sees what, and how many statements it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.actions.leave_service import leave
from applications.city import needs
from applications.enums import State
from applications.leaving import plan_of
from applications.models import Application
from centres.enums import Role
from centres.models import Centre, Membership
from citizens.models import User
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member, member_of
from tests.factories.centres import DeviceFactory
from tests.factories.registers import a_line
from tests.factories.signing import a_key

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]


@pytest.fixture
def city(centre: Centre) -> User:
    return a_member(Role.CITY_ADMIN, None)


def _statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_needs_say_what_to_do_and_where(centre: Centre, city: User) -> None:
    at = MONDAY
    assert needs([centre], at, whole_city=False) == []
    DeviceFactory(centre=centre, last_seen_at=at - timedelta(minutes=10))
    DeviceFactory(centre=centre, last_seen_at=at - timedelta(days=20))
    DeviceFactory(centre=centre, last_seen_at=at - timedelta(seconds=30))
    dossier = a_dossier(state=State.PROCESSING)
    Membership.objects.filter(user=dossier.handler).update(valid_to=date(2026, 11, 1))
    keeper = a_member(Role.COUNTER_OFFICER, centre, full_name="Đã Đi")
    register = a_line(centre, signer=keeper).register
    Membership.objects.filter(user=keeper).update(valid_to=date(2026, 11, 1))
    a_key(member_of(Role.LEADER, centre), valid_to=at + timedelta(days=5))
    found = needs([centre], at, whole_city=False)
    assert [severity for severity, _words, _url in found] == ["act", "act", "warn", "warn"]
    urls = [url for _severity, _words, url in found]
    assert urls[0].startswith(reverse("centres:day_devices")) and found[0][1].startswith("1 ")
    assert urls[1].startswith(reverse("applications:people"))
    assert reverse("applications:register", args=[register.pk]) in urls
    assert needs([a_centre("chi-nhanh-4", "H26.30.4")], at, whole_city=False) == []


def test_the_page_costs_as_much_for_thirty_centres_as_for_one(centre: Centre, city: User, as_: As) -> None:
    client = as_(city)
    few = _statements(client, reverse("applications:city"))
    for number in range(10, 40):
        other = Centre.objects.create(
            code=f"cn-{number}",
            agency_code=f"H26.{number}",
            name={"vi": f"CN {number}"},
            short_name={"vi": f"CN {number}"},
        )
        DeviceFactory(centre=other, last_seen_at=MONDAY - timedelta(minutes=10))
        other.counters.create(number=1)
    assert _statements(client, reverse("applications:city")) == few


def test_the_list_of_staff_costs_as_much_for_thirty_people_as_for_one(centre: Centre, city: User, as_: As) -> None:
    client = as_(city)
    few = _statements(client, reverse("applications:staff"))
    for number in range(30):
        a_member(Role.SPECIALIST, centre, full_name=f"Người Thứ {number}")
    assert _statements(client, reverse("applications:staff")) == few


def test_a_manager_sees_the_own_centre_and_changes_nothing(centre: Centre, city: User, as_: As) -> None:
    there = a_centre("chi-nhanh-4", "H26.30.4")
    other = a_member(Role.SPECIALIST, there, full_name="Người Nơi Khác")
    mine = a_member(Role.SPECIALIST, centre, full_name="Người Nơi Này")
    client = as_(member_of(Role.MANAGER, centre))
    page = client.get(reverse("applications:city")).content.decode()
    assert str(centre) in page and str(there) not in page
    listed = client.get(reverse("applications:staff")).content.decode()
    assert str(mine) in listed and str(other) not in listed
    assert client.get(reverse("applications:staff_person", args=[mine.pk])).status_code == 200
    assert client.get(reverse("applications:staff_person", args=[other.pk])).status_code == 404
    for name, args in (("staff_join", []), ("staff_leave", [mine.pk]), ("staff_move", [mine.pk, centre.code])):
        assert client.get(reverse(f"applications:{name}", args=args)).status_code == 403
    assert client.post(reverse("applications:staff_link", args=[mine.pk])).status_code == 403


def test_names_are_found_without_marks_and_by_syllables(centre: Centre, city: User, as_: As) -> None:
    a_member(Role.SPECIALIST, centre, full_name="Đỗ Thị Thu Hà")
    a_member(Role.SPECIALIST, centre, full_name="Trần Hải")
    client = as_(city)

    def found(words: str) -> list[str]:
        rows = client.get(reverse("applications:staff"), {"q": words}).context["rows"]
        return [str(person) for person, _roles in rows]

    assert found("do ha") == ["Đỗ Thị Thu Hà"]
    assert found("ha") == ["Đỗ Thị Thu Hà", "Trần Hải", str(city)]
    assert found("xyz") == []


def test_a_colleague_joins_by_a_slip_and_leaves_over_the_page(
    centre: Centre, city: User, as_: As, at_hanoi: Any
) -> None:
    at_hanoi("2026-11-23 10:26")
    dossier, client = a_dossier(state=State.PROCESSING), as_(city)
    given = {"full_name": "Người Mới", "username": "nguoi.moi", "role": Role.SPECIALIST, "centre": centre.pk,
             "first_day": MONDAY.date()}  # fmt: skip
    slip = client.post(reverse("applications:staff_join"), given)
    assert "/first-sign-in/" in slip.content.decode()
    again = client.post(reverse("applications:staff_join"), given)
    assert again.status_code == 400
    person, new = dossier.handler, User.objects.get(username="nguoi.moi")
    assert person is not None
    address = reverse("applications:staff_leave", args=[person.pk])
    page = client.get(address)
    assert dossier.code in page.content.decode()
    seen = page.context["form"]["seen"].value()
    empty = client.post(address, {"seen": seen, "reason": "Nghỉ"})
    assert empty.status_code == 400
    done = client.post(address, {"seen": seen, "reason": "Nghỉ", f"dossiers-{centre.pk}": new.pk})
    assert done.status_code == 302
    assert Application.objects.get(pk=dossier.pk).handler == new
    gone = client.get(reverse("applications:staff"), {"gone": "1"}).content.decode()
    assert str(person) in gone
    assert client.get(address).status_code == 404
    assert client.get(reverse("applications:staff_person", args=[person.pk])).status_code == 200


def test_what_changed_since_the_page_was_shown_is_not_done(centre: Centre, city: User, as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:26")
    officer = a_member(Role.SPECIALIST, centre, full_name="Có Hồ Sơ")
    a_member(Role.SPECIALIST, centre, full_name="Người Nhận")
    client, address = as_(city), reverse("applications:staff_leave", args=[officer.pk])
    seen = plan_of(officer, None, MONDAY).seen
    a_key(officer)
    refused = client.post(address, {"seen": seen, "reason": "Nghỉ"})
    assert refused.status_code == 400 and User.objects.get(pk=officer.pk).is_active
    # The page shown in its place is of now.
    assert f'value="{plan_of(officer, None, MONDAY).seen}"' in refused.content.decode()
    again = plan_of(officer, None, MONDAY).seen
    leave(person=officer, to={}, reason="Nghỉ", seen=again, at=MONDAY, acting_user=city)
    assert not User.objects.get(pk=officer.pk).is_active
