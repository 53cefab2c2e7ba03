"""Roads that end before a result: withdrawn, asked to be withdrawn, stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.ending import ask_to_withdraw, decline_withdrawal, stop, withdraw
from applications.actions.handle import propose, sign
from applications.enums import IN_HAND, EventKind, State
from applications.models import Application, WithdrawalRequest
from centres.enums import Role
from centres.models import Centre
from notifications.models import Message
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.printed import said_by
from tests.factories.applications import LAST4, MONDAY, a_dossier, member_of

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LATER = MONDAY + timedelta(hours=3)


def _is_over(dossier: Application) -> bool:
    return (
        dossier.ended_at == LATER
        and dossier.paused_at is None
        and not dossier.pauses.filter(to_at=None).exists()
        and not dossier.steps.filter(to_at=None).exists()
    )


@pytest.mark.parametrize("state", [State.ACCEPTED, State.PROCESSING, State.SUPPLEMENT])
def test_a_citizen_withdraws_at_the_counter(centre: Centre, state: State) -> None:
    dossier = a_dossier(state=state)
    officer = member_of(Role.COUNTER_OFFICER, centre)
    ended = withdraw(
        application=dossier, reason="Sẽ nộp lại", given_back="Giấy chứng sinh", at=LATER, acting_user=officer
    )
    assert ended.state == State.WITHDRAWN
    assert _is_over(ended)
    event = ended.events.last()
    assert event.kind == EventKind.WITHDRAWN
    assert {value.name: value.value for value in event.values.all()} == {
        "reason": "Sẽ nộp lại",
        "given_back": "Giấy chứng sinh",
    }
    words = said_by(ended.issued_forms.get(number="05"))
    assert "Theo đề nghị của người nộp hồ sơ" in words
    assert "Giấy chứng sinh" in words
    assert Message.objects.filter(reference=dossier.code, dedup_key__contains=":withdrawn:").exists()


@pytest.mark.parametrize("state", IN_HAND[:3])
def test_a_leader_stops_it_with_a_reason(centre: Centre, state: State) -> None:
    dossier = a_dossier(state=state)
    leader = member_of(Role.LEADER, centre)
    with pytest.raises(BadInput):
        stop(application=dossier, reason=" ", at=LATER, acting_user=leader)
    with pytest.raises(NotAllowed):
        stop(application=dossier, reason="Trùng", at=LATER, acting_user=member_of(Role.SPECIALIST, centre))
    ended = stop(application=dossier, reason="Trùng hồ sơ", at=LATER, acting_user=leader)
    assert ended.state == State.STOPPED
    assert _is_over(ended)
    assert "Trùng hồ sơ" in said_by(ended.issued_forms.get(number="05"))


@pytest.mark.parametrize("state", [State.DONE, State.RETURNED])
def test_what_is_decided_is_neither_withdrawn_nor_stopped(centre: Centre, state: State) -> None:
    dossier = a_dossier(state=state)
    with pytest.raises(RuleBroken):
        withdraw(application=dossier, reason="x", at=LATER, acting_user=member_of(Role.COUNTER_OFFICER, centre))
    with pytest.raises(RuleBroken):
        stop(application=dossier, reason="x", at=LATER, acting_user=member_of(Role.LEADER, centre))


def test_a_citizen_asks_on_the_phone_with_the_digits_and_an_officer_does_it(
    client: Client, as_: As, monday: None
) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    page = reverse("applications:ticket", args=[dossier.token])
    url = reverse("applications:withdraw", args=[dossier.token])
    assert url in client.get(page).content.decode()
    assert client.get(url).status_code == 200
    typed = {"reason": "Không cần nữa", "phone_last4": "0000", "sure": "on"}
    assert client.post(url, typed).status_code == 404
    assert client.post(url, {**typed, "phone_last4": LAST4, "sure": ""}).status_code == 400
    assert not WithdrawalRequest.objects.exists()
    assert client.post(url, {**typed, "phone_last4": LAST4}).status_code == 302
    assert Application.objects.get(pk=dossier.pk).state == State.PROCESSING, "an officer settles it"
    shown = client.get(page).content.decode()
    assert url not in shown

    officer = as_(Role.COUNTER_OFFICER)
    listed = officer.get("/dossiers/", {"list": "to-withdraw"})
    assert [row.application.pk for row in listed.context["rows"]] == [dossier.pk]
    opened = officer.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert "Không cần nữa</textarea>" in opened
    act = reverse("applications:dossier_act", args=[dossier.pk, "withdraw"])
    assert officer.post(act, {"withdraw-reason": "Không cần nữa"}).status_code == 302
    assert Application.objects.get(pk=dossier.pk).state == State.WITHDRAWN
    assert WithdrawalRequest.objects.get().settled_at is not None
    assert client.get(url).status_code == 404


def test_a_wish_that_cannot_be_met_is_answered_and_may_be_made_again(client: Client, centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    ask_to_withdraw(application=dossier, reason="Không cần nữa", at=LATER)
    with pytest.raises(RuleBroken) as twice:
        ask_to_withdraw(application=dossier, reason="Không cần nữa", at=LATER)
    assert twice.value.code == "asked_already"
    decline_withdrawal(
        application=dossier,
        answer="Kết quả đã trình ký sáng nay.",
        at=LATER,
        acting_user=member_of(Role.COUNTER_OFFICER, centre),
    )
    page = client.get(reverse("applications:ticket", args=[dossier.token])).content.decode()
    assert "Kết quả đã trình ký sáng nay." in page
    assert reverse("applications:withdraw", args=[dossier.token]) in page
    assert Message.objects.filter(dedup_key__contains=":not_withdrawn:").exists()


def test_a_result_signed_first_answers_the_wish(client: Client, centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    dossier = propose(application=dossier, number="1/TP", document=None, at=LATER, acting_user=dossier.handler)
    ask_to_withdraw(application=dossier, reason="Không cần nữa", at=LATER)
    leader = member_of(Role.LEADER, centre)
    client.force_login(leader)
    listed = client.get("/dossiers/", {"list": "to-sign"}).content.decode()
    assert "Công dân đã xin rút hồ sơ." in listed
    client.logout()
    sign(application=dossier, at=LATER, acting_user=leader)
    assert WithdrawalRequest.objects.get().answer
    page = client.get(reverse("applications:ticket", args=[dossier.token])).content.decode()
    assert WithdrawalRequest.objects.get().answer in page
    assert Message.objects.filter(dedup_key__contains=":not_withdrawn:").exists()


def test_whoever_has_no_phone_in_the_dossier_comes_to_the_counter(client: Client, centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING, phone="")
    Application.objects.filter(pk=dossier.pk).update(contact_phone="")
    page = client.get(reverse("applications:withdraw", args=[dossier.token])).content.decode()
    assert '<form method="post" class="form card"' not in page
