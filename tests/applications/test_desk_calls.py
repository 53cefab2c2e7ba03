"""The desk of a centre that calls by itself, and of a number that was drawn for one procedure."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.desk import procedures_for
from applications.models import Application
from centres.actions.call_by_itself import call_by_itself
from centres.actions.call_number import call_number
from centres.actions.counters import close_counter, pause_counter, set_services
from centres.actions.hold import hold
from centres.actions.park import park
from centres.enums import Role, ServiceKind
from centres.models import Counter, QueuePolicy, Ticket
from citizens.models import Citizen
from procedures import revisions
from procedures.models import Procedure
from tests.applications.at_desk import CARD, NUMBER, As
from tests.factories.applications import MONDAY, a_counter, member_of
from tests.factories.centres import ServiceFactory, TicketFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
MORNING_BREAK = MONDAY + timedelta(minutes=5)


@pytest.fixture
def counter(centre: Any) -> Counter:
    return a_counter(centre, member_of(Role.COUNTER_OFFICER, centre))


def waiting_part(client: Client, shows: object = "") -> str:
    return client.get(reverse("applications:desk_queue"), {"shows": shows}).content.decode()


def test_whoever_was_called_by_itself_brings_the_officers_page(as_: As, centre: Any, counter: Counter) -> None:
    QueuePolicy.objects.create(
        centre=centre, valid_from=MONDAY.date(), cap=3, recalls=2, grace_minutes=15, hold_minutes=60,
        closing_minutes=10, calls_itself=True, source="test", confidence="U",
    )  # fmt: skip
    client = as_(counter.officer)
    assert "hx-trigger" not in waiting_part(client)
    waits = TicketFactory(service=counter.services.order_by("order")[0], number=47, issued_at=MONDAY)
    [called] = call_by_itself(centre_id=centre.pk, at=MORNING_BREAK)
    assert called == waits
    part = waiting_part(client)
    assert 'hx-trigger="load"' in part and waits.label in part
    assert waits.label in client.get(reverse("applications:desk")).content.decode()
    assert waits.label not in waiting_part(client, waits.pk), "the page that shows the person is left alone"


def test_a_held_place_says_until_when_it_is_kept(as_: As, counter: Counter) -> None:
    service = counter.services.order_by("order")[0]
    away, there = (TicketFactory(service=service, number=number, issued_at=MONDAY) for number in (47, 48))
    hold(ticket=away, back_by=MONDAY + timedelta(minutes=40), reason="đón con", at=MONDAY, acting_user=counter.officer)
    call_number(ticket=there, reason="sốt", at=MONDAY, acting_user=counter.officer)
    there.refresh_from_db()
    park(ticket=there, reason="lấy giấy", at=MONDAY, acting_user=counter.officer)
    client = as_(counter.officer)
    client.cookies["django_language"] = "en"
    rows = re.findall(r"<li.*?</li>", waiting_part(client).partition("Set aside")[2], re.DOTALL)
    read = sorted(" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows)
    assert read == ["A047 đón con · back by 11:06 Back to the queue", "A048 lấy giấy Back to the queue"]


def test_the_procedure_that_a_number_was_drawn_for_comes_first(centre: Any, counter: Counter) -> None:
    for procedure in Procedure.objects.filter(pk__in=[row.procedure_id for row in listed(centre)][-2:]):
        service = ServiceFactory(
            centre=centre, letter="Z", kind=ServiceKind.PROCEDURE, field=None, procedure=procedure, title=procedure.name
        )
        rows = procedures_for(TicketFactory(service=service, number=1), MONDAY)
        assert rows[0].procedure == procedure
        in_field = [row.procedure.field_id == procedure.field_id for row in rows]
        assert in_field == sorted(in_field, reverse=True)
        service.tickets.all().delete()
        service.delete()


def test_a_procedure_keeps_its_key_whatever_else_is_published(as_: As, centre: Any, counter: Counter) -> None:
    def keys() -> dict[str, str]:
        page = client.get(reverse("applications:desk")).content.decode()
        return dict(
            re.findall(r'name="procedure" value="([^"]+)">\s*<input[^>]*>\s*<button[^>]*data-key="(Alt.\d)"', page)
        )

    ticket = TicketFactory(service=counter.services.order_by("order")[0], number=47, issued_at=MONDAY)
    ticket.call(counter, MORNING_BREAK)
    ticket.save()
    client = as_(counter.officer)
    before = keys()
    assert sorted(before.values()) == [f"Alt+{number}" for number in range(1, 10)]
    # Another one is taken in from now on, before all the others.
    added = Procedure.objects.get(key="residence_confirm")
    Procedure.objects.filter(pk=added.pk).update(
        is_listed_only=False, field=Procedure.objects.get(key="land_change_info").field, order=0
    )
    revisions.changed(revisions.CATALOGUE)
    after = keys()
    assert after == before
    assert added.code in client.get(reverse("applications:desk")).content.decode()


def listed(centre: Any) -> list[Any]:
    service = ServiceFactory(centre=centre, letter="Y")
    return procedures_for(TicketFactory(service=service, number=2), MONDAY)


@pytest.fixture
def there(counter: Counter) -> Ticket:
    """Whoever stands at the counter now: 47."""
    ticket = TicketFactory(service=counter.services.order_by("order")[0], number=47, issued_at=MONDAY)
    ticket.call(counter, MORNING_BREAK)
    ticket.save()
    return ticket


KEYS = ["call_again", "set_aside", "not_here", "pass_on", "hold_place", "end_visit", "scan", "add_person", "choose"]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_meant_for_the_person_before_acts_on_nobody(as_: As, counter: Counter, there: Ticket, key: str) -> None:
    """The page shows 46; the portal has called 47 since, and the officer has not looked up."""
    was = Ticket.objects.filter(pk=there.pk).values().get()
    typed = {
        "ticket": there.pk - 1,
        "payload": CARD,
        "identity_number": NUMBER,
        "full_name": "Nguyễn Thị Hoà",
        "birth_text": "1990",
        "reason": "lấy giấy",
        "minutes": "15",
        "service": counter.services.order_by("order")[1].pk,
        "procedure": "1.001193",
    }
    client = as_(counter.officer)
    client.cookies["django_language"] = "en"

    refused = client.post(reverse(f"applications:{key}"), typed, headers={"HX-Request": "true"})

    assert (refused.status_code, refused["X-Problem"]) == (409, "other_ticket")
    assert f"Number {there.label} is at your counter now" in refused.content.decode()
    assert Ticket.objects.filter(pk=there.pk).values().get() == was
    assert not Citizen.objects.exists() and not Application.objects.exists()


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("scan", {"payload": NUMBER}),
        ("scan", {"payload": "không đọc được"}),
        ("add_person", {"identity_number": NUMBER}),
    ],
)
def test_nor_is_the_number_of_one_put_into_the_form_of_the_next(
    as_: As, counter: Counter, there: Ticket, key: str, typed: dict[str, str]
) -> None:
    shown = {"ticket": there.pk - 1, **typed}
    refused = as_(counter.officer).post(reverse(f"applications:{key}"), shown, headers={"HX-Request": "true"})
    assert (refused.status_code, refused["X-Problem"]) == (409, "other_ticket")
    assert NUMBER not in refused.content.decode()


def test_every_form_about_the_person_there_says_whose_it_is(as_: As, counter: Counter, there: Ticket) -> None:
    page = as_(counter.officer).get(reverse("applications:desk")).content.decode()
    forms = re.findall(r'<form method="post" action="([^"]+)"(.*?)</form>', page, re.DOTALL)
    named = {address for address, inside in forms if f'name="ticket" value="{there.pk}"' in inside}
    assert {reverse(f"applications:{key}") for key in KEYS if key not in ("add_person", "hold_place")} <= named


@pytest.mark.parametrize("typed", [{"counter": "abc"}, {"service": "abc"}, {"counter": "9" * 30}, {}])
def test_a_counter_that_is_none_is_not_found(as_: As, counter: Counter, there: Ticket, typed: dict[str, str]) -> None:
    assert as_(counter.officer).post(reverse("applications:pass_on"), typed).status_code == 404


def polled(client: Client, page: str) -> str:
    """The pane as that page asks for it."""
    [address] = re.findall(r'data-poll="([^"]*/queue/[^"]*)"', page)
    return client.get(html.unescape(address)).content.decode()


def test_a_page_is_told_that_its_counter_was_changed_or_closed_and_leads_to_the_desk_as_it_is(
    as_: As, centre: Any, counter: Counter
) -> None:
    client, boss = as_(counter.officer), member_of(Role.MANAGER, centre)
    page = client.get(reverse("applications:desk")).content.decode()
    by: dict[str, Any] = {"at": MONDAY, "acting_user": boss}
    anew = f'<a href="{reverse("applications:desk")}">'
    assert anew not in polled(client, page)

    set_services(counter=counter, services=list(counter.services.all())[:1], reason="đông", **by)
    assert f"{counter} vừa được giao việc khác" in polled(client, page) and anew in polled(client, page)
    pause_counter(counter=counter, reason="họp", **by)
    assert f"{counter} vừa được tạm dừng" in polled(client, page)
    close_counter(counter=counter, reason="mất điện", **by)
    assert f"{counter} vừa được đóng: mất điện" in polled(client, page) and anew in polled(client, page)
    assert "mất điện" not in polled(as_(Role.SPECIALIST), page)

    other = a_counter(centre, counter.officer)
    assert f"đang ngồi ở {other}" in polled(client, page)
    assert anew not in polled(client, client.get(reverse("applications:desk")).content.decode())


def test_a_paused_counter_says_how_it_is_opened(as_: As, counter: Counter) -> None:
    client = as_(counter.officer)
    begin = "Mời người kế tiếp để bắt đầu."
    assert begin in client.get(reverse("applications:desk")).content.decode()
    pause_counter(counter=counter, reason="ăn trưa", at=MONDAY, acting_user=counter.officer)
    page = client.get(reverse("applications:desk")).content.decode()
    assert begin not in page and "Quầy đang tạm dừng. Bấm F12 để mở lại." in page
