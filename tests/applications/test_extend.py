"""An apology before a date is missed: drafted in time, signed once, and red where nobody did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import tasks
from applications.actions.extend import prepare_extension, sign_extension
from applications.actions.handle import propose, sign
from applications.actions.supplement import accept_supplement, ask_supplement
from applications.day import needs_attention, numbers
from applications.enums import EventKind, State
from applications.models import Application, Extension
from applications.moved_days import moving
from centres.enums import Role
from centres.models import Centre
from notifications.models import Message
from portal.errors import BadInput, RuleBroken
from procedures.catalogue_cache import load_calendar
from tests.applications.printed import said_by
from tests.factories.applications import MONDAY, a_dossier, member_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LATE = "Chưa nhận được kết quả xác minh của cơ quan công an."
# A land dossier received on Monday 23/11 is due on Monday 30/11 at 17:00 (the 24th is a day off).
DUE = hanoi("2026-11-30 17:00")


@pytest.fixture
def dossier(centre: Centre) -> Application:
    return a_dossier(procedure="land_change_info", state=State.PROCESSING)


def _drafts() -> list[int]:
    tasks.foresee_lateness()
    return list(Extension.objects.filter(dropped_at=None).values_list("application", flat=True))


def _sign(dossier: Application, at: str = "2026-11-30 09:00", until: str = "2026-12-03") -> Application:
    return sign_extension(
        application=dossier,
        reason=LATE,
        until=date.fromisoformat(until),
        at=hanoi(at),
        acting_user=member_of(Role.LEADER, dossier.competent),
    )


def test_a_draft_is_made_before_the_date_and_not_sooner(dossier: Application, at_hanoi: Any) -> None:
    at_hanoi("2026-11-26 16:00")
    assert _drafts() == []
    at_hanoi("2026-11-27 08:00")
    assert _drafts() == [dossier.pk]
    assert _drafts() == [dossier.pk], "once"
    draft = Extension.objects.get()
    assert (draft.due_before, draft.due_after) == (DUE, hanoi("2026-12-03 17:00"))


def test_a_limit_in_hours_is_foreseen_by_hours(centre: Centre, at_hanoi: Any) -> None:
    birth = a_dossier(state=State.PROCESSING)
    assert birth.due_at == hanoi("2026-11-23 17:00")
    at_hanoi("2026-11-23 12:30")
    assert _drafts() == []
    at_hanoi("2026-11-23 13:30")
    assert _drafts() == [birth.pk]


def test_what_lies_with_the_leader_needs_none_and_what_is_signed_drops_its_draft(
    dossier: Application, at_hanoi: Any
) -> None:
    at_hanoi("2026-11-27 08:00")
    _drafts()
    proposed = propose(
        application=dossier, number="1/TP", document=None, at=hanoi("2026-11-27 09:00"), acting_user=dossier.handler
    )
    sign(application=proposed, at=hanoi("2026-11-27 10:00"), acting_user=member_of(Role.LEADER, dossier.competent))
    assert Extension.objects.get().dropped_at == hanoi("2026-11-27 10:00")
    other = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    propose(application=other, number="2/TP", document=None, at=hanoi("2026-11-27 09:00"), acting_user=other.handler)
    assert _drafts() == []


def test_signing_moves_the_date_tells_the_citizen_and_keeps_form_04(dossier: Application) -> None:
    signed = _sign(dossier)
    assert signed.due_at == hanoi("2026-12-03 17:00")
    assert "03/12/2026" in signed.due_explanation["vi"]
    event = signed.events.last()
    assert event.kind == EventKind.EXTENDED
    assert Message.objects.filter(reference=dossier.code, dedup_key__contains=":extended:").exists()
    words = said_by(signed.issued_forms.get(number="04"))
    for said in (LATE, "17:00 thứ Hai 30/11/2026", "17:00 thứ Năm 03/12/2026", "Phạm Quốc Dũng"):
        assert said in words, said


def test_it_is_signed_once_and_not_after_the_date(dossier: Application) -> None:
    with pytest.raises(RuleBroken) as late:
        _sign(dossier, at="2026-11-30 17:01")
    assert late.value.code == "date_passed"
    _sign(dossier)
    with pytest.raises(RuleBroken) as again:
        _sign(dossier, at="2026-12-01 09:00", until="2026-12-09")
    assert again.value.code == "extended_already"
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.create(
            application=dossier, due_before=DUE, due_after=DUE + timedelta(days=1), drafted_at=MONDAY
        )


@pytest.mark.parametrize(
    ("until", "code"),
    [("2026-11-30", "until_past"), ("2026-12-05", "day_off"), ("2062-12-04", "until_far"), ("9999-12-31", "until_far")],
)
def test_the_new_date_is_a_working_day_after_the_promised_one(dossier: Application, until: str, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        _sign(dossier, until=until)
    assert (refusal.value.code, refusal.value.field) == (code, "until")


def test_the_specialist_prepares_it_and_the_leader_finds_it(dossier: Application, as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-27 10:00")
    prepare_extension(
        application=dossier,
        reason=LATE,
        until=date(2026, 12, 4),
        at=hanoi("2026-11-27 09:00"),
        acting_user=dossier.handler,
    )
    leader = as_(Role.LEADER)
    listed = leader.get("/dossiers/", {"list": "apologies"})
    assert [row.application.pk for row in listed.context["rows"]] == [dossier.pk]
    url = reverse("applications:dossier", args=[dossier.pk])
    page = leader.get(url).content.decode()
    assert LATE in page
    assert 'value="2026-12-04"' in page
    typed = {"sign-apology-reason": LATE, "sign-apology-until": "2026-12-04"}
    done = leader.post(reverse("applications:dossier_act", args=[dossier.pk, "sign-apology"]), typed)
    assert done.status_code == 302
    assert Application.objects.get(pk=dossier.pk).due_at == hanoi("2026-12-04 17:00")
    assert leader.get("/dossiers/", {"list": "apologies"}).context["rows"] == []


def test_a_day_off_announced_later_moves_the_new_date_too(dossier: Application) -> None:
    from dataclasses import replace  # noqa: PLC0415

    signed = _sign(dossier)
    calendar = load_calendar()
    assert list(moving([signed], hanoi("2026-12-01 09:00"), lambda _one: calendar)) == []
    off = replace(calendar, days_off=calendar.days_off | {date(2026, 12, 3)})
    (moved,) = moving([signed], hanoi("2026-12-01 09:00"), lambda _one: off)
    assert moved.due.at == hanoi("2026-12-04 17:00")


def test_waiting_after_the_new_date_was_named_is_still_the_citizens(dossier: Application) -> None:
    signed = _sign(dossier)
    asked = ask_supplement(
        application=signed, faults="Ảnh mờ", at=hanoi("2026-12-01 09:00"), acting_user=signed.handler
    )
    back = accept_supplement(application=asked, note="", at=hanoi("2026-12-03 09:00"), acting_user=signed.handler)
    assert back.due_at == hanoi("2026-12-07 17:00")
    calendar = load_calendar()
    assert list(moving([back], hanoi("2026-12-03 09:00"), lambda _one: calendar)) == []


def test_overdue_without_an_apology_is_red_and_counted_apart(
    dossier: Application, as_: As, at_hanoi: Any, in_english: None
) -> None:
    excused = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    _sign(excused)
    at_hanoi("2026-12-04 09:00")
    at = hanoi("2026-12-04 09:00")
    figures = numbers(dossier.competent, at)
    assert (figures.overdue, figures.unexcused) == (2, 1)
    assert any("apology" in sentence for _kind, sentence, _url in needs_attention(dossier.competent, at))
    manager = as_(Role.MANAGER)
    listed = manager.get("/dossiers/", {"list": "unexcused"})
    assert [row.application.pk for row in listed.context["rows"]] == [dossier.pk]
    assert "chưa xin lỗi" in manager.get("/dossiers/", {"list": "overdue"}).content.decode()
    assert [row.is_unexcused for row in manager.get("/dossiers/", {"list": "overdue"}).context["rows"]] == [True, False]


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_apologies_costs_the_same_for_one_and_thirty(
    centre: Centre, as_: As, at_hanoi: Any, count: int
) -> None:
    at_hanoi("2026-11-27 10:00")
    first = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    for number in range(count):
        row = Application.objects.get(pk=first.pk)
        if number:
            row.pk, row.matter, row.code, row.token = None, None, f"H26.30.3-261124-{number:04}", f"token-{number}"
            row.save(force_insert=True)
        Extension.objects.create(application=row, due_before=DUE, due_after=DUE + timedelta(days=1), drafted_at=MONDAY)
    client = as_(Role.LEADER)
    client.get("/dossiers/", {"list": "apologies"})
    with CaptureQueriesContext(connection) as statements:
        answer = client.get("/dossiers/", {"list": "apologies"})
    assert len(answer.context["rows"]) == count
    assert (
        len(statements) <= 10
    )  # three of them for the menu, what waits for this leader's signature; one for who wrote
