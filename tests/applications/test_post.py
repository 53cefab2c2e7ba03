"""A result goes out by post, comes back or is delivered; and whoever collects none is reminded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from applications import tasks
from applications.actions.correct import propose_correction, sign_correction
from applications.actions.hand_over import hand_over
from applications.actions.linked import finish_part
from applications.actions.post_result import note_delivered, note_returned, post_result
from applications.enums import DeliveryState, DispatchEnd, EventKind, PaymentState, State
from applications.models import Application, Dispatch, FeeLine, HandlingRules, Step, SyncRules
from applications.national.build import AtEvent
from applications.tracking import find_visit
from applications.tracking_book import lines_of, received_on
from centres.enums import Role
from centres.models import Centre
from notifications.models import Message
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories.applications import MONDAY, a_dossier, a_linked_dossier, member_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
TUESDAY = hanoi("2026-11-24 09:00")
LETTER = {
    "recipient": "Nguyễn Thị Ánh",
    "address": "12 ngõ 5, phường Kim Liên, Hà Nội",
    "carrier": "VNPost",
    "tracking_number": "EA123456789VN",
}


def _posted(dossier: Application | None = None, **said: Any) -> Application:
    dossier = dossier or a_dossier(state=State.DONE)
    officer = member_of(Role.COUNTER_OFFICER, dossier.received_at_centre)
    return post_result(
        application=dossier, at=TUESDAY, acting_user=officer, **{**LETTER, "unpaid_reason": "Nộp sau", **said}
    )


def _told(dossier: Application, kind: str) -> int:
    return Message.objects.filter(dedup_key__startswith=f"dossier:{dossier.pk}:{kind}:", channel="sms").count()


def _seen(dossier: Application) -> Any:
    visit = find_visit(dossier.token, clock.now())
    assert visit is not None
    return visit.dossiers[0]


@pytest.mark.parametrize("number", ["😀 <b>", "-12", "EA 1;", "số 5"])
def test_a_tracking_number_has_only_what_such_numbers_have(centre: Centre, number: str) -> None:
    with pytest.raises(BadInput) as refusal:
        _posted(tracking_number=number)
    assert (refusal.value.code, refusal.value.field) == ("tracking_number", "tracking_number")
    assert not Dispatch.objects.exists()


def test_a_letter_is_kept_with_its_number_and_the_citizen_can_follow_it(centre: Centre, at_hanoi: Any) -> None:
    at_hanoi("2026-11-24 10:00")
    dossier = _posted(tracking_number=" EA123456789VN ")
    letter = dossier.dispatches.get()
    assert (letter.number, letter.tracking_number) == ("123/TP-KS", "EA123456789VN")
    assert (dossier.state, dossier.delivery_state) == (State.DONE, DeliveryState.ON_WAY)
    assert dossier.events.last().kind == EventKind.POSTED
    assert "Kim Liên" not in str(dossier.events.last().details)
    assert _told(dossier, "posted") == 1
    assert "EA123456789VN" in Message.objects.get(dedup_key__contains=":posted:", channel="sms").body
    shown = _seen(dossier)
    assert "EA123456789VN" in shown.todo.text
    assert any("EA123456789VN" in line.note for line in shown.timeline)


@pytest.mark.parametrize("empty", list(LETTER))
def test_a_letter_that_nobody_could_follow_is_not_sent(centre: Centre, empty: str) -> None:
    with pytest.raises(BadInput) as refused:
        _posted(**{empty: "  "})
    assert refused.value.field == empty
    assert not Dispatch.objects.exists()


def test_delivered_it_is_handed_over_and_the_book_says_how(centre: Centre, at_hanoi: Any) -> None:
    at_hanoi("2026-11-26 08:00")
    dossier = _posted()
    officer = member_of(Role.COUNTER_OFFICER, centre)
    for day in (date(2026, 11, 23), date(2026, 11, 27)):
        with pytest.raises(BadInput):
            note_delivered(application=dossier, taken_by="Ánh", delivered_on=day, at=clock.now(), acting_user=officer)
    dossier = note_delivered(
        application=dossier, taken_by="Ánh", delivered_on=date(2026, 11, 25), at=clock.now(), acting_user=officer
    )
    assert (dossier.state, dossier.delivery_state) == (State.RETURNED, DeliveryState.HANDED)
    assert dossier.result.handed_to == "Ánh"
    assert not dossier.steps.filter(to_at=None).exists()
    assert dossier.dispatches.get().end == DispatchEnd.DELIVERED
    line = lines_of(list(received_on(centre, clock.local_day(MONDAY))), 1)[0]
    assert (line["how"], line["to"]) == ("Qua bưu chính", "Ánh")
    said = [AtEvent(dossier, event, SyncRules())._by_post for event in dossier.events.order_by("sequence")]
    assert said == [False] * (len(said) - 2) + [True, True]
    assert _seen(dossier).timeline[-1].text == "Bưu chính đã phát kết quả"


def test_brought_back_it_waits_at_the_counter_and_goes_out_once_more(centre: Centre, at_hanoi: Any) -> None:
    at_hanoi("2026-11-26 08:00")
    dossier, officer = _posted(), member_of(Role.COUNTER_OFFICER, centre)
    with pytest.raises(RuleBroken):
        _posted(dossier)
    with pytest.raises(RuleBroken):
        hand_over(
            application=dossier,
            handed_to="Ánh",
            authorisation="UQ 12",
            signature=None,
            unpaid_reason="x",
            at=TUESDAY,
            acting_user=officer,
        )
    dossier = note_returned(application=dossier, reason="Không có người nhận", at=clock.now(), acting_user=officer)
    assert dossier.delivery_state == DeliveryState.AT_COUNTER
    assert dossier.steps.get(to_at=None).from_at == clock.now()
    assert _told(dossier, "came_back") == 1
    assert _seen(dossier).todo.kind == "act"
    again = post_result(
        application=dossier, unpaid_reason="Nộp sau", at=clock.now(), acting_user=officer,
        **{**LETTER, "tracking_number": "EA2"},
    )  # fmt: skip
    assert _told(dossier, "posted") == 2
    assert [row.end for row in again.dispatches.all()] == [DispatchEnd.RETURNED, ""]


def test_the_reason_of_a_returned_letter_is_kept_whole(centre: Centre) -> None:
    dossier = _posted()
    reason = "Vắng nhà. " * 49 + "Hết"
    note_returned(application=dossier, reason=reason, at=TUESDAY, acting_user=member_of(Role.COUNTER_OFFICER, centre))
    assert dossier.dispatches.get().reason == reason


def test_a_new_decision_overtakes_the_letter(centre: Centre) -> None:
    dossier, specialist = _posted(), member_of(Role.SPECIALIST, centre)
    propose_correction(
        application=dossier, number="9/SUA", reason="Sai tên", document=None, at=TUESDAY, acting_user=specialist
    )
    dossier = sign_correction(application=dossier, at=TUESDAY, acting_user=member_of(Role.LEADER, centre))
    assert dossier.delivery_state == DeliveryState.AT_COUNTER
    assert dossier.dispatches.get().end == DispatchEnd.OVERTAKEN
    officer = member_of(Role.COUNTER_OFFICER, centre)
    with pytest.raises(RuleBroken):
        note_returned(application=dossier, reason="x", at=TUESDAY, acting_user=officer)
    handed = hand_over(
        application=dossier,
        handed_to="Ánh",
        authorisation="UQ 12",
        signature=None,
        unpaid_reason="x",
        at=TUESDAY,
        acting_user=officer,
    )
    assert handed.state == State.RETURNED


def test_results_of_linked_services_go_in_one_letter(centre: Centre, at_hanoi: Any) -> None:
    at_hanoi("2026-11-25 08:00")
    dossier = a_linked_dossier("birth_linked")
    specialist, officer = member_of(Role.SPECIALIST, centre), member_of(Role.COUNTER_OFFICER, centre)
    for key in ("birth", "residence", "health_card"):
        finish_part(
            application=dossier, part=key, number=f"{key[0]}/1", document=None, at=TUESDAY, acting_user=specialist
        )
    dossier = _posted(Application.objects.get(pk=dossier.pk))
    assert dossier.dispatches.get().number == "b/1, r/1, h/1"
    dossier = note_delivered(
        application=dossier, taken_by="Ánh", delivered_on=clock.today(), at=clock.now(), acting_user=officer
    )
    assert dossier.state == State.RETURNED
    assert {part.handed_to for part in dossier.parts.all()} == {"Ánh"}


def test_an_original_does_not_go_by_post(centre: Centre) -> None:
    dossier = a_dossier(state=State.DONE, procedure="land_change_info")  # its certificate is kept at the receipt
    assert dossier.originals.exists()
    with pytest.raises(RuleBroken) as refused:
        _posted(dossier)
    assert refused.value.code == "original_here"


def test_only_the_counter_sends_and_what_is_owed_is_asked_for(centre: Centre) -> None:
    dossier = a_dossier(state=State.DONE)
    with pytest.raises(NotAllowed):
        post_result(application=dossier, at=TUESDAY, acting_user=member_of(Role.SPECIALIST, centre), **LETTER)
    with pytest.raises(RuleBroken):
        _posted(a_dossier())
    FeeLine.objects.create(application=dossier, name={"vi": "Lệ phí"}, amount=8000)
    Application.objects.filter(pk=dossier.pk).update(payment_state=PaymentState.DUE)
    with pytest.raises(RuleBroken) as refused:
        _posted(dossier, unpaid_reason="")
    assert refused.value.code == "fee_unpaid"


def test_the_database_knows_one_letter_at_a_time_and_one_end(centre: Centre) -> None:
    dossier = _posted()
    officer = member_of(Role.COUNTER_OFFICER, centre)
    letter = dossier.dispatches.get()
    for wrong in (
        {"ended_at": None, "end": DispatchEnd.RETURNED, "reason": "x"},
        {"ended_at": TUESDAY, "end": DispatchEnd.DELIVERED},
        {"ended_at": TUESDAY, "end": DispatchEnd.RETURNED, "reason": ""},
        {"tracking_number": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Dispatch.objects.filter(pk=letter.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispatch.objects.create(application=dossier, number="1", sent_at=TUESDAY, sent_by=officer, **LETTER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=a_dossier().pk).update(delivery_state=DeliveryState.ON_WAY)


def test_a_result_that_nobody_collects_is_reminded_of_once(centre: Centre, as_: As, at_hanoi: Any) -> None:
    dossier = a_dossier(state=State.DONE)  # ready on Monday the 23rd
    for moment, told in (
        ("2026-11-27 16:59", 0),
        ("2026-11-29 12:00", 0),
        ("2026-11-30 16:00", 0),  # the 24th was a day off
        ("2026-12-01 07:00", 0),
        ("2026-12-01 08:30", 1),
        ("2026-12-07 08:30", 1),
    ):
        at_hanoi(moment)
        tasks.remind_uncollected()
        assert _told(dossier, "not_collected") == told, moment
    counter = as_(Role.COUNTER_OFFICER)
    rows = counter.get("/dossiers/?list=uncollected").content.decode()
    assert dossier.code in rows
    page = counter.get(f"/dossiers/{dossier.pk}/").content.decode()
    assert "Chưa có ai nhận kết quả" in page


def test_what_the_post_has_is_not_reminded_of_and_stands_in_a_list_of_its_own(
    centre: Centre, as_: As, at_hanoi: Any
) -> None:
    dossier = _posted()
    at_hanoi("2026-12-07 09:00")
    tasks.remind_uncollected()
    assert _told(dossier, "not_collected") == 0
    counter = as_(Role.COUNTER_OFFICER)
    assert dossier.code in counter.get("/dossiers/?list=by-post").content.decode()
    assert dossier.code not in counter.get("/dossiers/?list=to-hand-over").content.decode()
    page = counter.get(f"/dossiers/{dossier.pk}/").content.decode()
    assert "EA123456789VN" in page
    note_returned(application=dossier, reason="Vắng nhà", at=clock.now(), acting_user=dossier.received_by)
    at_hanoi("2026-12-14 09:00")
    tasks.remind_uncollected()
    assert _told(dossier, "not_collected") == 1


def test_the_days_are_the_ones_in_force(centre: Centre, at_hanoi: Any) -> None:
    HandlingRules.objects.create(valid_from=date(2026, 1, 1), source="thử", collect_days=2)
    dossier = a_dossier(state=State.DONE)
    at_hanoi("2026-11-26 09:00")
    tasks.remind_uncollected()
    assert _told(dossier, "not_collected") == 1
    assert Step.objects.get(application=dossier, to_at=None).reminded_at == clock.now()


def test_the_officer_sends_it_and_notes_its_end_on_the_page(centre: Centre, as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-24 09:00")
    dossier = a_dossier(state=State.DONE)
    counter, path = as_(Role.COUNTER_OFFICER), f"/dossiers/{dossier.pk}/"
    shown = counter.get(path).content.decode()
    assert 'name="post-tracking_number"' in shown
    assert "12 ngõ 5 phố Chùa Bộc" in shown
    sent = {f"post-{name}": typed for name, typed in LETTER.items()} | {"post-unpaid_reason": "Nộp sau"}
    assert counter.post(f"{path}post/", sent).status_code == 302
    shown = counter.get(path).content.decode()
    assert 'name="hand-over-handed_to"' not in shown
    at_hanoi("2026-11-26 09:00")
    said = {"post-delivered-handed_to": "Ánh", "post-delivered-delivered_on": "2026-11-25"}
    assert counter.post(f"{path}post-delivered/", said).status_code == 302
    assert Application.objects.get(pk=dossier.pk).state == State.RETURNED
    history = counter.get(path).content.decode()
    assert "Ánh đã ký nhận" in history
