"""Asking other offices, handing on, standing in, leaving: work never lies with nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import tasks
from applications.actions.consult import consult, note_answer
from applications.actions.handle import propose, sign
from applications.actions.people import end_absence, hand_on, hand_on_all, note_absence
from applications.enums import EventKind, State
from applications.models import Absence, Application, Consultation
from centres.enums import Role
from centres.models import Centre, Membership
from citizens.models import User
from notifications.models import Message
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member, member_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LATER = MONDAY + timedelta(hours=3)


@pytest.fixture
def colleague(centre: Centre) -> User:
    member_of(Role.SPECIALIST, centre)
    return a_member(Role.SPECIALIST, centre, full_name="Nguyễn Thu Hà")


def _ask(dossier: Application, **more: Any) -> Application:
    given = {"office": "Công an phường Kim Liên", "email": "ca@example.vn", "question": "Nơi cư trú?"}
    given |= {"until": date(2026, 11, 27), **more}
    return consult(application=dossier, at=LATER, acting_user=dossier.handler, **given)


def test_another_office_has_a_limit_of_its_own_and_the_dossiers_clock_runs_on(centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    asked = _ask(dossier)
    assert (asked.state, asked.due_at, asked.paused_at) == (State.PROCESSING, dossier.due_at, None)
    question = asked.consultations.get()
    assert (question.due_at, question.remind_at) == (hanoi("2026-11-27 17:00"), hanoi("2026-11-26 08:00"))
    with pytest.raises(RuleBroken) as twice:
        _ask(dossier)
    assert twice.value.code == "asked_already"
    with pytest.raises(BadInput):
        _ask(dossier, office="Khác", question=" ")


@pytest.mark.parametrize("until", [date(2062, 11, 27), date(9999, 12, 31)])
def test_an_answer_is_not_asked_for_by_a_day_out_of_reach(centre: Centre, until: date) -> None:
    with pytest.raises(BadInput) as far:
        _ask(a_dossier(state=State.PROCESSING), until=until)
    assert (far.value.code, far.value.field) == ("until_far", "until")


def test_an_answer_is_not_asked_for_by_a_day_on_which_nobody_works(centre: Centre) -> None:
    with pytest.raises(BadInput) as off:
        _ask(a_dossier(state=State.PROCESSING), until=date(2026, 11, 29))
    assert (off.value.code, off.value.field) == ("day_off", "until")


def test_the_office_is_reminded_once_and_its_answer_is_kept(centre: Centre, at_hanoi: Any) -> None:
    dossier = _ask(a_dossier(state=State.PROCESSING))
    at_hanoi("2026-11-25 17:00")
    tasks.remind_offices()
    assert not Message.objects.filter(dedup_key__contains="answer_waited").exists()
    at_hanoi("2026-11-26 08:01")
    tasks.remind_offices()
    tasks.remind_offices()
    message = Message.objects.get(dedup_key__contains="answer_waited")
    assert dossier.applicant.full_name not in message.body
    question = dossier.consultations.get()
    done = note_answer(
        application=dossier,
        consultation=question.pk,
        answer="Đúng nơi cư trú",
        document=None,
        at=hanoi("2026-11-26 10:00"),
        acting_user=dossier.handler,
    )
    assert [event.kind for event in done.events.all()][-2:] == [EventKind.CONSULTED, EventKind.ANSWERED]
    with pytest.raises(RuleBroken):
        note_answer(
            application=dossier,
            consultation=question.pk,
            answer="x",
            document=None,
            at=LATER,
            acting_user=dossier.handler,
        )


def test_a_dossier_is_handed_to_a_colleague_who_then_has_it(centre: Centre, colleague: User) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    before = dossier.handler
    gone = hand_on(application=dossier, to=colleague, reason="Nghỉ ốm", at=LATER, acting_user=before)
    assert gone.handler == colleague
    assert gone.steps.get(to_at=None).holder == colleague
    event = gone.events.last()
    assert (event.kind, event.reason, event.details["to"]) == (EventKind.HANDED_ON, "Nghỉ ốm", str(colleague))
    with pytest.raises(RuleBroken) as has_it:
        hand_on(application=gone, to=colleague, reason="x", at=LATER, acting_user=colleague)
    assert has_it.value.code == "has_it"
    with pytest.raises(BadInput) as elsewhere:
        stranger = a_member(Role.SPECIALIST, a_centre("chi-nhanh-4", "H26.30.4"))
        hand_on(application=gone, to=stranger, reason="x", at=LATER, acting_user=colleague)
    assert elsewhere.value.code == "not_here"
    with pytest.raises(NotAllowed):
        hand_on(application=gone, to=before, reason="x", at=LATER, acting_user=member_of(Role.COUNTER_OFFICER, centre))


def test_who_proposed_it_still_does_not_sign_it_after_handing_it_on(centre: Centre, colleague: User) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    both = dossier.handler
    Membership.objects.create(user=both, centre=centre, role=Role.LEADER, valid_from=date(2025, 7, 1))
    proposed = propose(application=dossier, number="9/KS", document=None, at=LATER, acting_user=both)
    gone = hand_on(application=proposed, to=colleague, reason="Nghỉ", at=LATER, acting_user=both)
    del both._roles
    with pytest.raises(RuleBroken) as own:
        sign(application=gone, at=LATER, acting_user=both)
    assert own.value.code == "own_work"


def test_everything_of_somebody_who_leaves_goes_at_once_also_what_waits(centre: Centre, colleague: User) -> None:
    rows = [a_dossier(state=State.PROCESSING), a_dossier(state=State.SUPPLEMENT), a_dossier(state=State.DONE)]
    leaver = rows[0].handler
    leader = member_of(Role.LEADER, centre)
    went = hand_on_all(
        centre=centre, person=leaver, to=colleague, reason="Chuyển công tác", at=LATER, acting_user=leader
    )
    assert went == 2
    assert set(Application.objects.filter(handler=colleague).values_list("pk", flat=True)) == {rows[0].pk, rows[1].pk}
    assert not hand_on_all(centre=centre, person=leaver, to=colleague, reason="x", at=LATER, acting_user=leader)
    with pytest.raises(NotAllowed):
        hand_on_all(centre=centre, person=colleague, to=leaver, reason="x", at=LATER, acting_user=colleague)


def _away(centre: Centre, person: User, substitute: User, first: str, last: str) -> Absence:
    return note_absence(
        centre=centre,
        person=person,
        substitute=substitute,
        from_day=date.fromisoformat(first),
        to_day=date.fromisoformat(last),
        at=MONDAY,
        acting_user=member_of(Role.LEADER, centre),
    )


def test_a_substitute_finds_the_dossiers_of_whoever_is_away_on_those_days(
    centre: Centre, colleague: User, as_: As, at_hanoi: Any
) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    absence = _away(centre, dossier.handler, colleague, "2026-11-25", "2026-11-26")

    def mine(at: str) -> list[int]:
        at_hanoi(at)
        return [row.application.pk for row in as_(colleague).get("/dossiers/", {"list": "mine"}).context["rows"]]

    assert mine("2026-11-23 14:00") == []
    assert mine("2026-11-25 08:00") == [dossier.pk]
    assert mine("2026-11-26 16:00") == [dossier.pk]
    assert mine("2026-11-27 08:00") == []
    end_absence(absence=absence, at=hanoi("2026-11-25 12:00"), acting_user=member_of(Role.LEADER, centre))
    assert mine("2026-11-26 08:00") == []


def test_nobody_stands_in_who_is_away_too(centre: Centre, colleague: User) -> None:
    third = a_member(Role.SPECIALIST, centre, full_name="Người thứ ba")
    first = member_of(Role.SPECIALIST, centre)
    _away(centre, first, colleague, "2026-11-25", "2026-11-26")
    for person, substitute, code in (
        (first, third, "absence_twice"),
        (third, first, "substitute_away"),
        (colleague, third, "stands_in"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            _away(centre, person, substitute, "2026-11-26", "2026-11-30")
        assert refusal.value.code == code
    with pytest.raises(BadInput):
        _away(centre, third, third, "2026-11-26", "2026-11-30")


def test_a_substitute_works_there_until_the_absence_ends(centre: Centre, colleague: User) -> None:
    person = member_of(Role.SPECIALIST, centre)
    role = Membership.objects.filter(user=colleague, centre=centre)
    role.update(valid_to=date(2026, 11, 25))
    with pytest.raises(BadInput) as refusal:
        _away(centre, person, colleague, "2026-11-24", "2026-11-26")
    assert (refusal.value.code, refusal.value.field) == ("not_here", "substitute")
    Membership.objects.create(
        user=colleague, centre=centre, role=Role.SPECIALIST, valid_from=date(2026, 11, 27), valid_to=date(2026, 11, 30)
    )
    with pytest.raises(BadInput):
        _away(centre, person, colleague, "2026-11-24", "2026-11-27")
    role.filter(valid_to=date(2026, 11, 25)).update(valid_to=date(2026, 11, 26))
    assert _away(centre, person, colleague, "2026-11-24", "2026-11-30").substitute == colleague


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_people_costs_the_same_for_one_and_thirty(
    centre: Centre, as_: As, monday: None, count: int
) -> None:
    a_dossier(state=State.PROCESSING)
    for number in range(count):
        a_member(Role.SPECIALIST, centre, full_name=f"Người {number}")
    client = as_(Role.LEADER)
    client.get("/dossiers/people/")
    with CaptureQueriesContext(connection) as statements:
        answer = client.get("/dossiers/people/")
    assert len(answer.context["rows"]) == count + 1
    assert next(row.in_hand for row in answer.context["rows"]) == 1
    assert len(statements) <= 11


def test_the_page_of_people_hands_on_and_notes_absences(centre: Centre, colleague: User, as_: As, monday: None) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    leader = as_(Role.LEADER)
    assert "/dossiers/people/" in leader.get("/dossiers/").content.decode()
    url = "/dossiers/people/"
    assert leader.post(url, {"do": "hand-on", "hand-person": dossier.handler.pk, "hand-to": ""}).status_code == 400
    typed = {"do": "hand-on", "hand-person": dossier.handler_id, "hand-to": colleague.pk, "hand-reason": "Nghỉ việc"}
    assert leader.post(url, typed).status_code == 302
    assert Application.objects.get(pk=dossier.pk).handler == colleague
    away = {
        "do": "absence", "away-person": colleague.pk, "away-substitute": dossier.handler_id,
        "away-from_day": "2026-11-25", "away-to_day": "2026-11-26", "away-reason": "Tập huấn",
    }  # fmt: skip
    assert leader.post(url, away).status_code == 302
    assert leader.post(url, away).status_code == 409
    absence = Absence.objects.get()
    assert leader.post(reverse("applications:back_again_at_work", args=[absence.pk])).status_code == 302
    absence.refresh_from_db()
    assert absence.ended_at is not None
    assert as_(Role.SPECIALIST).get(url).status_code == 403


def test_the_dossiers_page_asks_notes_and_shows_what_is_late(
    centre: Centre, colleague: User, as_: As, at_hanoi: Any
) -> None:
    at_hanoi("2026-11-23 14:00")
    dossier = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    client = as_(Role.SPECIALIST)
    act = reverse("applications:dossier_act", args=[dossier.pk, "consult"])
    typed = {"consult-office": "Chi cục thuế", "consult-question": "Đã nộp chưa?", "consult-until": "2026-11-26"}
    assert client.post(act, typed).status_code == 302
    listed = client.get("/dossiers/", {"list": "asked-elsewhere"})
    assert [row.application.pk for row in listed.context["rows"]] == [dossier.pk]
    at_hanoi("2026-11-27 08:00")
    url = reverse("applications:dossier", args=[dossier.pk])
    assert "chưa trả lời đúng hạn" in client.get(url).content.decode()
    question = Consultation.objects.get()
    act = reverse("applications:dossier_act", args=[dossier.pk, "note-answer"])
    typed = {"note-answer-consultation": question.pk, "note-answer-answer": "Đã nộp đủ"}
    assert client.post(act, typed).status_code == 302
    assert "Đã nộp đủ" in client.get(url).content.decode()
    act = reverse("applications:dossier_act", args=[dossier.pk, "hand-on"])
    assert client.post(act, {"hand-on-to": colleague.pk, "hand-on-reason": "Nghỉ phép"}).status_code == 302
    assert Application.objects.get(pk=dossier.pk).handler == colleague
