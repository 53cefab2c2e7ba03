"""The signer's queue: its order, looking, ticking, signing with the second factor, sending back, refusing; and the desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.actions.approve_certification import approve_certification, scans_hash
from applications.actions.refuse_certification import refuse_certification
from applications.actions.send_back_certification import send_back_certification
from applications.actions.submit_certification import submit_certification
from applications.actions.wait_for_copy import wait_for_copy
from applications.desk import work_on
from applications.enums import EventKind, PaperState, State
from applications.models import Application, CertificationItem, Event, Register, RegisterEntry
from applications.notarisation.describe import copy_text
from applications.notarisation.enums import JobState
from applications.signing_queue import forget_delegates, lines_of, waiting
from centres.enums import Role, TicketState
from centres.models import Ticket
from citizens.models import Look
from portal import chain, clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.at_desk import words
from tests.applications.notarisation.test_second_factor import code_at
from tests.factories.applications import MONDAY, a_centre, a_draft, a_member, a_ticket_at_counter, member_of
from tests.factories.certifications import (
    a_missing_paper,
    a_picture,
    a_submitted_item,
    an_item,
    checked,
    signer_for,
)
from tests.factories.registers import faults
from tests.factories.signing import a_delegation, a_factor, open_signing_of

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
HTMX = {"HX-Request": "true"}
QUEUE = "/signing/"


def to(name: str, *arguments: Any) -> str:
    return reverse(f"applications:signing_{name}", args=arguments)


def again(item: CertificationItem) -> CertificationItem:
    return CertificationItem.objects.get(pk=item.pk)


def twin(item: CertificationItem, title: str = "", **scan: Any) -> CertificationItem:
    """Another document of the same request, before the signer as well."""
    other = an_item(scan=a_picture(size=(600, 800)), title=title or item.title, **scan)
    left = other.certification
    CertificationItem.objects.filter(pk=other.pk).update(certification=item.certification)
    left.delete()
    return submit_certification(item=checked(again(other)), at=MONDAY, acting_user=item.certification.requested_by)


@pytest.fixture(autouse=True)
def _now(at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:30")


@pytest.fixture
def item() -> CertificationItem:
    return a_submitted_item()


@pytest.fixture
def signer(as_: As, item: CertificationItem) -> Client:
    """The leader, with signing open."""
    leader = signer_for(item)
    client = as_(leader)
    open_signing_of(client, leader)
    return client


# -- one number for documents of a type in a request --------------------------------------------------------------------


def test_documents_of_one_type_in_one_request_share_a_line_and_sum_up(item: CertificationItem) -> None:
    other = twin(item, title=item.title.upper(), pages=2, copies=1)
    entry = approve_certification(item=item, others=[other], at=MONDAY, acting_user=signer_for(item))
    first, second = again(item), again(other)
    assert first.entry == second.entry == entry
    assert (entry.sequence, entry.pages, entry.copies, entry.fee) == (1, 5, 3, item.fee + other.fee)
    assert entry.scan_sha256 == scans_hash([item.scan.sha256, other.scan.sha256])
    assert entry.scan_sha256 == scans_hash([other.scan.sha256, item.scan.sha256]) != item.scan.sha256
    assert first.check_code != second.check_code
    assert (copy_text(first).pages, copy_text(second).pages) == (3, 2), "each paper says its own"
    assert chain.verify(entry.register.entries.order_by("sequence").prefetch_related("values")) is None


def test_one_scan_is_written_down_by_its_own_hash(item: CertificationItem) -> None:
    entry = approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
    assert entry.scan_sha256 == item.scan.sha256


def test_a_type_that_has_its_number_is_not_joined_afterwards(item: CertificationItem) -> None:
    approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
    other = twin(item)
    assert approve_certification(item=other, at=MONDAY, acting_user=signer_for(item)).sequence == 2
    assert RegisterEntry.objects.get(sequence=1).pages == item.pages


def test_of_documents_approved_together_all_get_their_number_or_none(item: CertificationItem) -> None:
    other, stranger = twin(item), a_submitted_item(title=item.title)
    send_back_certification(item=other, reason="mờ", at=MONDAY, acting_user=signer_for(item))
    with pytest.raises(RuleBroken):
        approve_certification(item=item, others=[other], at=MONDAY, acting_user=signer_for(item))
    with pytest.raises(RuleBroken) as refused:
        approve_certification(item=item, others=[stranger], at=MONDAY, acting_user=signer_for(item))
    assert refused.value.code == "other_line"
    assert {again(one).state for one in (item, stranger)} == {JobState.SUBMITTED}
    assert not RegisterEntry.objects.exists()


def test_a_break_in_the_middle_leaves_nothing_half_done(item: CertificationItem) -> None:
    other = twin(item)
    with (
        patch("applications.actions.approve_certification._write_down", side_effect=OSError),
        pytest.raises(OSError),
    ):
        approve_certification(item=item, others=[other], at=MONDAY, acting_user=signer_for(item))
    assert not RegisterEntry.objects.exists() and not Register.objects.filter(last_number__gt=0).exists()
    assert {again(one).state for one in (item, other)} == {JobState.SUBMITTED}


# -- sending back and refusing -----------------------------------------------------------------------------------------


@pytest.fixture
def sitting() -> Ticket:
    """Somebody sits in the hall until their copy is made."""
    ticket = a_ticket_at_counter()
    a_submitted_item(a_missing_paper(a_draft(procedure="marriage", ticket=ticket)), title="Sổ hộ khẩu")
    assert ticket.counter is not None and ticket.counter.officer is not None
    return wait_for_copy(ticket=ticket, reason="chờ", at=MONDAY, acting_user=ticket.counter.officer)


def of(ticket: Ticket) -> CertificationItem:
    return CertificationItem.objects.get(certification__application__for_application__matter__ticket=ticket)


def test_sent_back_the_line_goes_on_and_the_person_comes_back_to_the_counter(sitting: Ticket) -> None:
    item = of(sitting)
    send_back_certification(item=item, reason=" trang 2\n mờ ", at=MONDAY, acting_user=signer_for(item))
    back = again(item)
    assert (back.state, back.reason) == (JobState.WAITING, "trang 2 mờ")
    assert back.for_paper is not None and back.for_paper.state == PaperState.CERTIFYING
    assert Ticket.objects.get(pk=sitting.pk).state == TicketState.WAITING
    event = Event.objects.filter(application=item.certification.application).latest("sequence")
    assert (event.kind, event.reason) == (EventKind.RETURNED_FOR_REWORK, "")
    assert event.values.get().value == "trang 2 mờ"
    officer = back.certification.requested_by
    assert submit_certification(item=back, at=MONDAY, acting_user=officer).reason == ""


def test_refused_the_paper_is_missing_again_the_request_ends_and_nobody_pays_for_it(sitting: Ticket) -> None:
    item = of(sitting)
    done = refuse_certification(
        item=item, ground="altered", reason="tẩy xóa ngày sinh", at=MONDAY, acting_user=signer_for(item)
    )
    assert (done.state, done.ground, done.refused_by) == (JobState.REFUSED, "altered", signer_for(item))
    copy = Application.objects.get(pk=item.certification.application_id)
    assert (copy.state, copy.ended_at) == (State.STOPPED, MONDAY)
    assert chain.verify(copy.events.order_by("sequence")) is None
    assert done.for_paper is not None and done.for_paper.state == PaperState.MISSING
    assert Ticket.objects.get(pk=sitting.pk).state == TicketState.WAITING
    assert not RegisterEntry.objects.exists()
    assert copy.for_application is not None and work_on(copy.for_application, MONDAY).copies_made == []
    assert an_item(done.for_paper).state == JobState.WAITING, "another original can be brought"


def test_of_several_documents_the_others_go_on(item: CertificationItem) -> None:
    other = twin(item, title="Bằng tốt nghiệp")
    refuse_certification(item=item, ground="secret", reason="mật", at=MONDAY, acting_user=signer_for(item))
    assert Application.objects.get(pk=item.certification.application_id).state == State.ACCEPTED
    approve_certification(item=again(other), at=MONDAY, acting_user=signer_for(item))


@pytest.mark.parametrize(("ground", "reason"), [("nothing", "vì"), ("altered", " "), ("altered", "x" * 501)])
def test_a_refusal_has_a_rule_and_words(item: CertificationItem, ground: str, reason: str) -> None:
    with pytest.raises(BadInput):
        refuse_certification(item=item, ground=ground, reason=reason, at=MONDAY, acting_user=signer_for(item))
    assert again(item).state == JobState.SUBMITTED


def test_only_signers_send_back_and_refuse_and_not_what_has_its_number(item: CertificationItem) -> None:
    officer = item.certification.requested_by
    with pytest.raises(NotAllowed):
        send_back_certification(item=item, reason="vì", at=MONDAY, acting_user=officer)
    with pytest.raises(NotAllowed):
        refuse_certification(item=item, ground="altered", reason="vì", at=MONDAY, acting_user=officer)
    approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
    for act in (
        lambda: send_back_certification(item=item, reason="vì", at=MONDAY, acting_user=signer_for(item)),
        lambda: refuse_certification(item=item, ground="altered", reason="v", at=MONDAY, acting_user=signer_for(item)),
    ):
        with pytest.raises(RuleBroken):
            act()


# -- the pages -----------------------------------------------------------------------------------------------------------


def test_whose_person_sits_in_the_hall_comes_first_and_then_who_waits_longest(item: CertificationItem) -> None:
    later = a_submitted_item()
    CertificationItem.objects.filter(pk=later.pk).update(submitted_at=MONDAY + timedelta(minutes=1))
    ticket = a_ticket_at_counter()
    last = a_submitted_item(a_missing_paper(a_draft(procedure="marriage", ticket=ticket)))
    CertificationItem.objects.filter(pk=last.pk).update(submitted_at=MONDAY + timedelta(minutes=2))
    assert ticket.counter is not None and ticket.counter.officer is not None
    wait_for_copy(ticket=ticket, reason="chờ", at=MONDAY, acting_user=ticket.counter.officer)
    order = waiting({a_centre().pk: frozenset({"SCT/BS"})}).values_list("pk", flat=True)
    assert list(order) == [last.pk, item.pk, later.pk]


def test_the_queue_shows_the_document_its_pages_and_what_will_be_written(
    signer: Client, item: CertificationItem
) -> None:
    looks = Look.objects.count()
    said = signer.get(QUEUE).content.decode()
    assert item.title in said and item.certification.application.applicant.full_name in said
    assert to("page", item.pk, 1) in said and "01/2026 - SCT/BS" in said and str(signer_for(item)) in said
    assert reverse("applications:document", args=[item.scan_id]) not in said, "the file itself is not handed out"
    assert Look.objects.count() == looks + 2, "the list, and the document that is open"


def test_a_page_of_the_scan_is_a_picture_for_its_signers_only(signer: Client, as_: As, item: CertificationItem) -> None:
    answer = signer.get(to("page", item.pk, 1))
    assert answer["Content-Type"] == "image/jpeg" and answer.content.startswith(b"\xff\xd8")
    assert signer.get(to("page", item.pk, 2)).status_code == 404, "the scan has one page"
    assert as_(Role.COUNTER_OFFICER).get(to("page", item.pk, 1)).status_code == 403
    other = as_(a_member(Role.LEADER, a_centre("chi-nhanh-4", "H26.30.4")))
    for address in (to("page", item.pk, 1), to("document", item.pk)):
        assert other.get(address).status_code in (302, 404)
        assert item.title not in other.get(address, follow=True).content.decode(errors="replace")


def test_nobody_else_gets_in(as_: As, item: CertificationItem) -> None:
    for role in (Role.COUNTER_OFFICER, Role.SPECIALIST, Role.MANAGER, Role.CITY_ADMIN):
        assert as_(role).get(QUEUE).status_code == 403
    assert item.title not in words(as_(a_member(Role.LEADER, a_centre("chi-nhanh-4", "H26.30.4"))).get(QUEUE))


def test_thirty_rows_cost_as_many_statements_as_one(signer: Client, item: CertificationItem) -> None:
    signer.get(QUEUE)
    with CaptureQueriesContext(
        connection,
    ) as few:
        signer.get(QUEUE)
    for number in range(29):
        a_submitted_item(title=f"Giấy {number}")
    with CaptureQueriesContext(connection) as many:
        answer = signer.get(QUEUE)
    assert answer.content.decode().count('class="tick"') == 30
    assert len(many) == len(few), [query["sql"][:150] for query in many]
    assert len(few) <= 28


def test_the_list_says_nothing_new_while_nothing_changes(signer: Client, item: CertificationItem, as_: As) -> None:
    first = signer.get(to("list"))
    same = signer.get(to("list"), headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, same.status_code) == (200, 304)
    with patch("portal.live.transaction.on_commit", side_effect=lambda change, *_a, **_k: change()):
        send_back_certification(item=item, reason="vì", at=MONDAY, acting_user=signer_for(item))
    assert signer.get(to("list"), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_ticks_stay_while_the_list_comes_anew(signer: Client, item: CertificationItem) -> None:
    assert "checked" not in signer.get(to("list")).content.decode()
    assert "checked" in signer.post(to("tick", item.pk), headers=HTMX).content.decode()
    assert "checked" in signer.get(to("list")).content.decode()
    assert item.title in words(signer.get(to("confirm")))
    assert "checked" not in signer.post(to("tick", item.pk), headers=HTMX).content.decode()


def test_one_or_many_are_signed_after_one_confirmation(signer: Client, item: CertificationItem) -> None:
    other = a_submitted_item(title="Bằng tốt nghiệp")
    shown = words(signer.get(to("confirm"), {"item": [item.pk, other.pk]}))
    assert item.title in shown and other.title in shown and "20.000" in shown
    done = signer.post(to("sign"), {"item": [item.pk, other.pk]}, follow=True)
    assert {again(one).state for one in (item, other)} == {JobState.APPROVED}
    assert "0001, 0002" in words(done)


def test_one_that_fails_says_why_and_stops_no_other(signer: Client, item: CertificationItem) -> None:
    other = a_submitted_item(title="Bằng tốt nghiệp")
    Application.objects.filter(pk=other.certification.application_id).update(state=State.WITHDRAWN, ended_at=MONDAY)
    done = words(signer.post(to("sign"), {"item": [other.pk, item.pk]}, follow=True))
    assert again(item).state == JobState.APPROVED and again(other).state == JobState.SUBMITTED
    assert "0001" in done and "Bằng tốt nghiệp:" in done


def test_documents_of_one_type_that_are_ticked_together_get_one_number(signer: Client, item: CertificationItem) -> None:
    other = twin(item)
    signer.post(to("sign"), {"item": [item.pk, other.pk]})
    assert RegisterEntry.objects.count() == 1


def test_signing_one_names_those_of_its_type_in_the_request_and_takes_them_along(
    signer: Client, item: CertificationItem
) -> None:
    other, different = twin(item, title=item.title.upper()), twin(item, title="Bằng tốt nghiệp")
    opened = signer.get(QUEUE, {"item": item.pk}).content.decode()
    assert other.title in opened.partition('class="signing-document"')[2]
    shown = signer.get(to("confirm"), {"item": item.pk})
    assert [one.pk for one in shown.context["items"]] == [item.pk, other.pk]
    sent = re.findall(r'name="item" value="(\d+)"', shown.content.decode())
    signer.post(to("sign"), {"item": sent})
    assert again(item).entry == again(other).entry != None  # noqa: E711
    assert again(different).state == JobState.SUBMITTED


def test_what_comes_after_the_confirmation_is_named_before_it_is_signed(
    signer: Client, item: CertificationItem
) -> None:
    other = twin(item)
    said = words(signer.post(to("sign"), {"item": [item.pk]}, follow=True))
    assert other.title in said and not RegisterEntry.objects.exists()


def test_without_a_code_nothing_is_signed(as_: As, item: CertificationItem) -> None:
    leader = signer_for(item)
    client = as_(leader)
    assert to("factor") in client.get(to("confirm"), {"item": item.pk}).content.decode(), "it is to be set up first"
    a_factor(leader)
    for sent in ({}, {"otp": "000000"}):
        refused = client.post(to("sign"), {"item": item.pk, **sent})
        assert refused.status_code == 400 and 'name="otp"' in refused.content.decode()
        assert 'value="000000"' not in refused.content.decode(), "no page shows a code again"
    assert again(item).state == JobState.SUBMITTED
    client.post(to("sign"), {"item": item.pk, "otp": code_at(clock.now())})
    assert again(item).state == JobState.APPROVED


def test_what_one_session_opened_is_shut_in_another(as_: As, signer: Client, item: CertificationItem) -> None:
    other = as_(signer_for(item))
    assert other.post(to("sign"), {"item": item.pk}).status_code == 400
    assert again(item).state == JobState.SUBMITTED


def test_ten_minutes_later_it_is_asked_for_anew(signer: Client, item: CertificationItem, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:41")
    assert signer.post(to("sign"), {"item": item.pk}).status_code == 400


def test_sending_back_and_refusing_open_the_next_document(signer: Client, item: CertificationItem) -> None:
    other = a_submitted_item(title="Bằng tốt nghiệp")
    gone = signer.post(to("send_back", item.pk), {"reason": "mờ"})
    assert gone["Location"] == f"{QUEUE}?item={other.pk}"
    wrong = signer.post(to("refuse", other.pk), {"ground": "", "reason": ""})
    assert wrong.status_code == 400 and again(other).state == JobState.SUBMITTED
    signer.post(to("refuse", other.pk), {"ground": "not_legalised", "reason": "chưa hợp pháp hóa"})
    assert again(other).state == JobState.REFUSED
    assert words(signer.get(QUEUE))


def test_whoever_is_delegated_has_the_queue_in_the_menu_with_its_number(as_: As, item: CertificationItem) -> None:
    officer = member_of(Role.SPECIALIST, a_centre())
    assert f'href="{QUEUE}"' not in as_(officer).get("/dossiers/").content.decode()
    a_delegation(officer)
    forget_delegates()  # as entering one does
    shown = as_(officer).get("/dossiers/").content.decode()
    assert f'href="{QUEUE}"' in shown and "(1)" in shown
    assert as_(officer).get(QUEUE).status_code == 200


# -- the desk ------------------------------------------------------------------------------------------------------------


def dialog(client: Client, item: CertificationItem) -> str:
    return client.get(reverse("applications:certification", args=[item.pk]), headers=HTMX).content.decode()


def test_the_desk_sends_it_waits_and_hears_the_answer(as_: As) -> None:
    item = checked(an_item())
    desk = as_(item.certification.requested_by)
    sent = desk.post(reverse("applications:submit_certification", args=[item.pk]), headers=HTMX).content.decode()
    assert "data-poll" in sent and again(item).state == JobState.SUBMITTED
    assert reverse("applications:approve_certification", args=[item.pk]) not in sent
    send_back_certification(item=again(item), reason="trang 2 mờ", at=MONDAY, acting_user=signer_for(item))
    assert "trang 2 mờ" in dialog(desk, item)
    submit_certification(item=again(item), at=MONDAY, acting_user=item.certification.requested_by)
    refuse_certification(item=again(item), ground="private", reason="giấy tay", at=MONDAY, acting_user=signer_for(item))
    said = dialog(desk, item)
    assert "giấy tay" in said and "khoản 6" in said and "data-poll" not in said


def test_an_officer_who_may_certify_signs_at_the_desk_once_signing_is_open(as_: As, item: CertificationItem) -> None:
    officer = item.certification.requested_by
    desk, address = as_(officer), reverse("applications:approve_certification", args=[item.pk])
    assert desk.post(address, headers=HTMX).status_code == 403
    a_delegation(officer)
    assert address not in dialog(desk, item) and f"{QUEUE}?item={item.pk}" in dialog(desk, item)
    assert desk.post(address, headers=HTMX).status_code == 403
    assert again(item).state == JobState.SUBMITTED
    open_signing_of(desk, officer)
    assert address in dialog(desk, item)
    desk.post(address, headers=HTMX)
    assert again(item).state == JobState.APPROVED


def test_the_desk_names_and_signs_along_what_has_one_number_with_it(as_: As, item: CertificationItem) -> None:
    other, officer = twin(item), item.certification.requested_by
    a_delegation(officer)
    desk = as_(officer)
    open_signing_of(desk, officer)
    assert re.findall(r'name="along" value="(\d+)"', dialog(desk, item)) == [str(other.pk)]
    address = reverse("applications:approve_certification", args=[item.pk])
    assert desk.post(address, headers=HTMX).status_code == 409, "a page that named nothing signs nothing along"
    desk.post(address, {"along": other.pk}, headers=HTMX)
    assert RegisterEntry.objects.count() == 1
    assert {again(one).state for one in (item, other)} == {JobState.APPROVED}


def test_what_the_signer_sent_back_stands_in_a_list_of_the_counter_until_something_is_done(
    as_: As, item: CertificationItem
) -> None:
    desk, address = as_(item.certification.requested_by), "/dossiers/?list=sent-back"
    assert "list=sent-back" not in desk.get("/desk/").content.decode()
    send_back_certification(item=item, reason="trang 2 mờ", at=MONDAY, acting_user=signer_for(item))
    shown = words(desk.get(address))
    assert "trang 2 mờ" in shown and item.title in shown and str(item.submitted_by) in shown
    assert reverse("applications:certification", args=[item.pk]) in desk.get(address).content.decode()
    assert "list=sent-back" in desk.get("/desk/").content.decode()
    elsewhere = as_(member_of(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4")))
    assert "trang 2 mờ" not in words(elsewhere.get(address))
    submit_certification(item=again(item), at=MONDAY, acting_user=item.certification.requested_by)
    assert desk.get(address).context["rows"] == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_signers_who_sign_the_same_documents_at_once_give_each_line_one_number() -> None:
    items = [a_submitted_item(title=f"Giấy {number}") for number in range(4)]
    items += [twin(items[0]), twin(items[1])]
    signers = [signer_for(items[0]), a_member(Role.LEADER)]

    def sign(place: int) -> None:
        lines = lines_of(CertificationItem.objects.filter(pk__in=[item.pk for item in items]))
        try:
            for first, *others in lines if place % 2 else reversed(lines):
                with suppress(RuleBroken):
                    approve_certification(item=first, others=others, at=MONDAY, acting_user=signers[place % 2])
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(sign, range(6)))
    assert list(RegisterEntry.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4]
    assert {again(item).state for item in items} == {JobState.APPROVED}
    assert again(items[0]).entry == again(items[4]).entry and again(items[1]).entry == again(items[5]).entry
    assert Register.objects.count() == 1 and not faults()


def test_what_somebody_else_signed_meanwhile_is_said_before_a_code_is_asked_for(as_: As) -> None:
    item, left = a_submitted_item(), a_submitted_item()
    leader = signer_for(item)
    page = as_(leader)
    approve_certification(item=item, at=MONDAY, acting_user=leader)
    answer = page.post(to("sign"), {"item": [item.pk]}, follow=True)
    assert answer.redirect_chain == [(QUEUE, 302)], "not the page that asks for the code"
    assert "Không giấy tờ nào được ký" in answer.content.decode()
    open_signing_of(page, leader)
    said = page.post(to("sign"), {"item": [item.pk, left.pk]}, follow=True).content.decode()
    assert "Chưa ký" in said and item.title in said
    assert again(left).state == JobState.APPROVED
