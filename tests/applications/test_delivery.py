"""How the citizen wants the result: said at the counter, on the receipt and on their page, and known at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from applications import tasks
from applications.actions.correct import correct_receipt
from applications.actions.edit_draft import change_applicant, set_delivery
from applications.actions.file_online import open_filing, take_in_filing
from applications.actions.hand_over import give_as_file
from applications.actions.linked import finish_part
from applications.actions.post_result import note_returned, post_result
from applications.actions.receive import NotComplete, receive
from applications.documents import masked, receipt_context
from applications.enums import Delivery, EventKind, State
from applications.erasing import anonymise
from applications.history_words import told
from applications.messages import PartReady, ResultReady
from applications.models import Application, Document, Result, SyncRules
from applications.national.build import AtEvent
from applications.second_screen import lines_of as screen_lines
from applications.tracking import find_visit
from applications.tracking_book import lines_of, received_on
from centres.enums import Role
from centres.models import Centre, Ticket
from notifications.models import Message
from portal import clock
from portal.errors import BadInput, RuleBroken
from tests.applications.at_desk import to
from tests.factories.applications import (
    LAST4,
    MONDAY,
    a_dossier,
    a_draft,
    a_linked_dossier,
    member_of,
)
from tests.factories.citizens import CitizenFactory
from tests.factories.national import a_filing

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
ELSEWHERE = "7 phố Huế, phường Hai Bà Trưng, Hà Nội"
AT_HOME = "12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội"
KEPT_BY_ITSELF = {"HX-Request": "true"}
LETTER = {"recipient": "Nguyễn Thị Ánh", "address": ELSEWHERE, "carrier": "VNPost", "tracking_number": "EA1VN"}


def _wanted(draft: Application, delivery: str = Delivery.POST, address: str = ELSEWHERE) -> Application:
    officer = member_of(Role.COUNTER_OFFICER, draft.helped_at)
    return set_delivery(application=draft, delivery=delivery, address=address, at=MONDAY, acting_user=officer)


def _received(draft: Application) -> Application:
    return receive(application=draft, at=MONDAY, acting_user=member_of(Role.COUNTER_OFFICER, draft.helped_at))


def _done(dossier: Application, *, delivery: str = Delivery.POST, address: str = ELSEWHERE) -> Application:
    """As if it had been wanted so when it was received."""
    Application.objects.filter(pk=dossier.pk).update(delivery=delivery, delivery_address=address)
    return Application.objects.get(pk=dossier.pk)


def _seen(dossier: Application) -> Any:
    visit = find_visit(dossier.token, clock.now())
    assert visit is not None
    return visit.dossiers[0]


def _told(dossier: Application, kind: str) -> int:
    return Message.objects.filter(dedup_key__startswith=f"dossier:{dossier.pk}:{kind}:", channel="sms").count()


@pytest.mark.usefixtures("monday")
def test_at_the_desk_the_post_is_chosen_and_the_address_is_the_persons(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket)
    page = desk.get(to("desk"), {"matter": draft.pk}).content.decode()
    assert 'name="delivery"' in page and 'name="delivery_address"' not in page and 'value="file"' not in page
    typed = {"phone": "0912 345 678", "email": "", "stay": "1", "delivery": "post"}
    part = desk.post(to("contact", draft.pk), typed, headers=KEPT_BY_ITSELF).content.decode()
    assert AT_HOME in part
    draft.refresh_from_db()
    assert (draft.delivery, draft.delivery_address) == (Delivery.POST, AT_HOME)

    part = desk.post(to("contact", draft.pk), {**typed, "delivery_address": ""}, headers=KEPT_BY_ITSELF)
    said = part.content.decode()
    assert (part.status_code == 200 and "errors-delivery_address" in said) or "invalid" in said
    refused = desk.post(to("receive", draft.pk), headers=KEPT_BY_ITSELF).content.decode()
    assert "#id_delivery_address" in refused
    draft.refresh_from_db()
    assert (draft.state, draft.delivery, draft.delivery_address) == (State.DRAFT, Delivery.POST, "")

    desk.post(to("contact", draft.pk), {"phone": "0912 345 678", "email": ""})  # a page of before says nothing of it
    draft.refresh_from_db()
    assert draft.delivery == Delivery.POST
    desk.post(to("contact", draft.pk), {**typed, "delivery_address": ELSEWHERE}, headers=KEPT_BY_ITSELF)
    desk.post(to("receive", draft.pk))
    draft.refresh_from_db()
    assert (draft.state, draft.delivery_address) == (State.ACCEPTED, ELSEWHERE)


def test_the_citizen_checks_the_address_on_their_screen(centre: Centre) -> None:
    draft = a_draft()
    assert "person:delivery" not in [line.key for line in screen_lines(draft, MONDAY)]
    assert ELSEWHERE in [line.value for line in screen_lines(_wanted(draft), MONDAY)]


@pytest.mark.usefixtures("monday")
def test_a_wrong_phone_loses_no_address(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket)
    typed = {"phone": "12", "email": "", "stay": "1", "delivery": "post", "delivery_address": ELSEWHERE}
    part = desk.post(to("contact", draft.pk), typed, headers=KEPT_BY_ITSELF)
    assert part.status_code == 422
    assert ELSEWHERE in part.content.decode()


def test_another_applicants_address_goes_with_them(centre: Centre) -> None:
    draft = _wanted(a_draft())
    other = CitizenFactory(address="3 ngõ 9, phường Láng, Hà Nội")
    changed = change_applicant(
        application=draft, citizen=other, at=MONDAY, acting_user=member_of(Role.COUNTER_OFFICER, centre)
    )
    assert (changed.delivery, changed.delivery_address) == (Delivery.POST, "3 ngõ 9, phường Láng, Hà Nội")


def test_the_receipt_says_it_and_a_copy_for_everybody_hides_the_address(centre: Centre) -> None:
    dossier = _received(_wanted(a_draft()))
    context = receipt_context(dossier, dossier.issued_forms.get().frozen)
    assert context["result_where"] == f"Qua bưu chính, đến {ELSEWHERE}"
    assert ELSEWHERE not in masked(context)["result_where"]
    assert "delivery_address" not in dossier.events.first().details
    assert ELSEWHERE in told(dossier.events.get(kind=EventKind.RECEIVED)).sentence
    plain = _received(a_draft(citizen=CitizenFactory(address=AT_HOME)))
    assert receipt_context(plain)["result_where"].startswith("Tại Chi nhánh số 3")


def test_an_address_nobody_needs_is_not_kept(centre: Centre) -> None:
    draft = _wanted(_wanted(a_draft()), Delivery.COUNTER)
    assert draft.delivery_address == ELSEWHERE
    assert _received(draft).delivery_address == ""


def test_an_original_that_stays_forbids_the_post(centre: Centre) -> None:
    with pytest.raises(NotComplete) as refused:
        _received(_wanted(a_draft(procedure="land_change_info")))
    [missing] = refused.value.details["missing"]
    assert missing.href.endswith("#id_delivery")


def test_certified_copies_are_given_out_as_they_were(centre: Centre) -> None:
    draft = a_draft(procedure="certified_copy")
    with pytest.raises(BadInput):
        _wanted(draft)
    with pytest.raises(BadInput):
        _wanted(a_draft(citizen=CitizenFactory(address=AT_HOME)), Delivery.FILE)


def test_the_database_wants_an_address_for_the_post(centre: Centre) -> None:
    dossier = a_dossier()
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=dossier.pk).update(delivery=Delivery.POST)


def test_erased_it_says_no_address(centre: Centre) -> None:
    dossier = _received(_wanted(a_draft()))
    anonymise(dossier, MONDAY)
    dossier.refresh_from_db()
    assert (dossier.delivery, dossier.delivery_address) == (Delivery.POST, "—")


def test_the_citizen_reads_that_it_comes_by_post_and_is_not_told_to_collect_it(
    centre: Centre, as_: As, at_hanoi: Any
) -> None:
    at_hanoi("2026-11-23 15:00")
    dossier = _done(a_dossier(state=State.PROCESSING))
    assert "bưu chính" in _seen(dossier).timeline[-1].text
    assert ELSEWHERE not in str([line.text for line in _seen(dossier).timeline])
    dossier = _done(a_dossier(state=State.DONE, citizen=CitizenFactory(address=AT_HOME)))
    shown = _seen(dossier)
    assert shown.todo.kind == "ok" and "bưu chính" in shown.todo.text
    assert "bưu chính" in shown.timeline[-1].text
    counter = as_(Role.COUNTER_OFFICER)
    assert "muốn nhận qua bưu chính" in counter.get("/dossiers/?list=to-hand-over").content.decode()
    page = counter.get(f"/dossiers/{dossier.pk}/").content.decode()
    assert ELSEWHERE in page.split('name="post-address"')[1].split("</textarea>")[0]
    assert "data-delivery" in page


def test_who_waits_for_the_post_is_not_reminded_until_it_came_back(centre: Centre, at_hanoi: Any) -> None:
    dossier = _done(a_dossier(state=State.DONE))
    at_hanoi("2026-12-07 09:00")
    tasks.remind_uncollected()
    assert _told(dossier, "not_collected") == 0
    officer = member_of(Role.COUNTER_OFFICER, centre)
    by: dict[str, Any] = {"at": clock.now(), "acting_user": officer}
    dossier = post_result(application=dossier, unpaid_reason="Nộp sau", **LETTER, **by)
    dossier = note_returned(application=dossier, reason="Vắng nhà", **by)
    at_hanoi("2026-12-21 09:00")
    tasks.remind_uncollected()
    assert _told(dossier, "not_collected") == 1


def test_the_message_that_it_is_ready_sends_nobody_to_the_counter(centre: Centre) -> None:
    dossier = _done(a_dossier(state=State.DONE))
    words = ResultReady(application=dossier, reference=dossier.code).sentence()
    assert "Chi nhánh" not in words and "bưu chính" in words
    linked = _done(a_linked_dossier("birth_linked"))
    assert "Bưu chính" in PartReady(application=linked, reference=linked.code, part="birth").sentence()


def test_the_result_of_a_part_that_nobody_collects_is_reminded_of_once(centre: Centre, at_hanoi: Any) -> None:
    dossier = a_linked_dossier("birth_linked")
    specialist = member_of(Role.SPECIALIST, centre)
    at = MONDAY + timedelta(hours=2)
    finish_part(application=dossier, part="birth", number="1/KS", document=None, at=at, acting_user=specialist)
    for moment, times in (("2026-11-27 09:00", 0), ("2026-12-01 08:30", 1), ("2026-12-14 09:00", 1)):
        at_hanoi(moment)
        tasks.remind_uncollected()
        assert _told(dossier, "part_not_collected") == times, moment


def test_part_results_that_go_by_post_are_not_reminded_of(centre: Centre, at_hanoi: Any) -> None:
    dossier = _done(a_linked_dossier("birth_linked"))
    specialist = member_of(Role.SPECIALIST, centre)
    at = MONDAY + timedelta(hours=2)
    finish_part(application=dossier, part="birth", number="1/KS", document=None, at=at, acting_user=specialist)
    at_hanoi("2026-12-14 09:00")
    tasks.remind_uncollected()
    assert _told(dossier, "part_not_collected") == 0
    assert _seen(dossier).todo.kind == "ok"


def test_it_is_changed_in_the_open_with_a_new_receipt(centre: Centre, as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 15:00")
    dossier = a_dossier()
    officer, path = as_(Role.COUNTER_OFFICER), f"/dossiers/{dossier.pk}/new-receipt/"
    said = {"new-receipt-reason": "Công dân đổi cách nhận", "new-receipt-delivery": "post"}
    refused = officer.post(path, {**said, "new-receipt-delivery_address": ""})
    assert refused.status_code == 400 and "Công dân đổi cách nhận" in refused.content.decode()
    assert officer.post(path, {**said, "new-receipt-delivery_address": ELSEWHERE}).status_code == 302
    dossier.refresh_from_db()
    assert (dossier.delivery, dossier.delivery_address) == (Delivery.POST, ELSEWHERE)
    form = dossier.issued_forms.get(sequence=2)
    assert receipt_context(dossier, form.frozen)["result_where"].endswith(ELSEWHERE)
    first = dossier.issued_forms.get(sequence=1)
    assert receipt_context(dossier, first.frozen)["result_where"].startswith("Tại")
    event = dossier.events.last()
    assert event.details["delivery"] == "post" and ELSEWHERE not in str(event.details)
    assert event.values.get(name="delivery_address").value == ELSEWHERE
    assert ELSEWHERE in told(event).sentence
    ways = [AtEvent(dossier, one, SyncRules())._by_post for one in dossier.events.order_by("sequence")]
    assert ways == [False, True]


def test_a_receipt_corrected_otherwise_leaves_it_alone(centre: Centre) -> None:
    dossier = _received(_wanted(a_draft()))
    officer = member_of(Role.COUNTER_OFFICER, centre)
    by: dict[str, Any] = {"at": MONDAY, "acting_user": officer}
    dossier = correct_receipt(application=dossier, reason="Sai", phone=f"+8498765{LAST4}", email="", **by)
    assert (dossier.delivery, dossier.delivery_address) == (Delivery.POST, ELSEWHERE)
    assert "delivery" not in dossier.events.last().details
    kept = a_dossier(procedure="land_change_info", citizen=CitizenFactory(address=AT_HOME))
    with pytest.raises(BadInput):
        correct_receipt(
            application=kept, reason="x", phone="", email="", delivery="post", delivery_address=ELSEWHERE, **by
        )


def test_the_national_portal_reads_how_it_is_wanted_before_it_goes_out(centre: Centre) -> None:
    dossier = _received(_wanted(a_draft()))
    [event] = dossier.events.all()
    assert AtEvent(dossier, event, SyncRules())._by_post
    assert AtEvent(dossier, event, SyncRules()).hoso()["HinhThuc"] == "1"
    other = _done(a_dossier(state=State.RETURNED, citizen=CitizenFactory(address=AT_HOME)))
    assert not AtEvent(other, other.events.last(), SyncRules())._by_post, "it was handed over at the counter"


def test_what_was_filed_online_for_the_post_asks_for_the_address(centre: Centre) -> None:
    arrival, _new = take_in_filing(hoso=a_filing(HinhThuc="1"), at=MONDAY)
    officer = member_of(Role.COUNTER_OFFICER, centre)
    draft, _said = open_filing(arrival=arrival, ticket=None, at=MONDAY, acting_user=officer)
    assert draft.delivery == Delivery.POST
    with pytest.raises(NotComplete) as refused:
        _received(draft)
    assert any(getattr(one, "href", "").endswith("#id_delivery_address") for one in refused.value.details["missing"])


def test_who_filed_online_may_have_the_file_alone(centre: Centre, as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 15:00")
    dossier = a_dossier(state=State.DONE)
    with pytest.raises(RuleBroken):
        give_as_file(application=dossier, unpaid_reason="x", at=clock.now(), acting_user=dossier.received_by)
    Application.objects.filter(pk=dossier.pk).update(channel="2")
    dossier = _done(dossier, delivery=Delivery.FILE, address="")
    path, counter = f"/dossiers/{dossier.pk}/", as_(Role.COUNTER_OFFICER)
    assert "give-file" not in counter.get(path).content.decode(), "there is no file"
    assert _seen(dossier).todo.kind == "warn"
    file = Document.objects.create(
        application=dossier, sha256="a" * 64, name="kq.pdf", size=1, source="result", media_type="application/pdf",
        created_at=MONDAY, created_by=dossier.received_by,
    )  # fmt: skip
    Result.objects.filter(application=dossier).update(document=file)
    assert "Cổng Dịch vụ công" in _seen(dossier).todo.text
    at_hanoi("2026-12-14 09:00")
    tasks.remind_uncollected()
    assert _told(dossier, "not_collected") == 0
    assert "give-file" in counter.get(path).content.decode()
    assert counter.post(f"{path}give-file/", {"give-file-unpaid_reason": "Nộp sau"}).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.RETURNED
    line = lines_of(list(received_on(centre, clock.local_day(MONDAY))), 1)[0]
    assert line["how"] == "Bản điện tử"
    assert "bản điện tử" in _seen(dossier).timeline[-1].text.lower()


def test_the_receipt_of_linked_services_says_it_too(centre: Centre) -> None:
    dossier = _done(a_linked_dossier("birth_linked"))
    assert receipt_context(dossier)["result_where"].endswith(ELSEWHERE)
