"""Receiving: everything or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from applications.actions.receive import NotComplete, receive
from applications.enums import EventKind, PaymentState, State, StepKind
from applications.models import Application
from centres.enums import Role, TicketState
from centres.models import CalendarDay, Centre
from notifications.models import Message
from portal.errors import NotAllowed, RuleBroken
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_draft, a_member, a_ticket_at_counter, member_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db


def test_a_whole_draft_becomes_a_dossier_with_code_clock_history_and_receipt() -> None:
    draft = a_draft(procedure="land_change_info")

    dossier = receive(application=draft, at=MONDAY, acting_user=draft.opened_by)

    assert dossier.state == State.ACCEPTED
    assert dossier.code == "H26.30.3-261123-0001"
    assert dossier.due_at == hanoi("2026-11-30 17:00")  # 24/11 is a holiday: four working days from Wednesday
    assert "24/11" in dossier.due_explanation["vi"]
    assert dossier.payment_state == PaymentState.DUE
    assert [line.amount for line in dossier.fee_lines.all()] == [28000]
    assert [step.kind for step in dossier.steps.all()] == [StepKind.APPRAISE]
    assert [event.kind for event in dossier.events.all()] == [EventKind.RECEIVED, EventKind.ORIGINAL]
    assert dossier.issued_forms.get().number == "01"


def test_the_ticket_is_done_with_its_last_matter() -> None:
    ticket = a_ticket_at_counter()
    first, second = a_draft(ticket=ticket), a_draft(ticket=ticket, procedure="marriage")

    receive(application=first, at=MONDAY, acting_user=first.opened_by)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.SERVING

    receive(application=second, at=MONDAY, acting_user=second.opened_by)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.DONE


def test_the_first_matter_inherits_the_tickets_token_and_the_second_has_its_own() -> None:
    ticket = a_ticket_at_counter()
    first, second = a_draft(ticket=ticket), a_draft(ticket=ticket)
    assert first.token == ticket.token
    assert second.token not in ("", ticket.token)


def test_everything_that_is_missing_is_said_at_once_and_nothing_changes() -> None:
    draft = a_draft(complete=False)

    with pytest.raises(NotComplete) as refusal:
        receive(application=draft, at=MONDAY, acting_user=draft.opened_by)

    missing = refusal.value.details["missing"]
    assert len(missing) > 3
    assert any("Giấy chứng sinh" in sentence for sentence in missing)
    draft = Application.objects.get(pk=draft.pk)
    assert draft.state == State.DRAFT
    assert draft.code is None
    assert not Message.objects.exists()


def test_a_matter_is_received_once() -> None:
    dossier = a_dossier()
    with pytest.raises(RuleBroken) as refusal:
        receive(application=dossier, at=MONDAY, acting_user=dossier.received_by)
    assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.LEADER, Role.MANAGER])
def test_only_a_counter_officer_receives(role: str, centre: Centre) -> None:
    draft = a_draft()
    with pytest.raises(NotAllowed):
        receive(application=draft, at=MONDAY, acting_user=member_of(role, centre))


def test_an_officer_of_another_centre_may_not_receive() -> None:
    draft = a_draft()
    stranger = a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4"))
    with pytest.raises(NotAllowed):
        receive(application=draft, at=MONDAY, acting_user=stranger)


def test_the_citizen_is_told_by_mail_and_sms() -> None:
    dossier = a_dossier()
    assert set(Message.objects.values_list("channel", flat=True)) == {"email", "sms"}
    assert all(dossier.code in message.body for message in Message.objects.all())
    assert not any(dossier.applicant.identity_number in message.body for message in Message.objects.all())


def test_at_a_centre_with_a_monday_morning_only_an_afternoons_dossier_is_due_the_next_working_day(
    at_hanoi: Any,
) -> None:
    centre = a_centre()
    centre.weekly_hours = {"1": [["08:00", "11:30"]]}
    centre.save()
    CalendarDay.objects.create(
        centre=centre, day=date(2026, 11, 25), hours=[["08:00", "10:00"]], reason="Họp toàn cơ quan"
    )
    at = at_hanoi("2026-11-23 14:00")  # the 24th is off
    dossier = a_dossier(procedure="certified_copy", at=at)
    assert dossier.due_at == hanoi("2026-11-25 10:00")
