"""Originals in custody: each is in one place, every move is kept, and a list that is short says so until it is settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import custody_day
from applications.actions.ending import stop, withdraw
from applications.actions.hand_over import hand_over
from applications.actions.mark_paper import mark_paper
from applications.actions.originals import give_back, keep_original, move_within, note_kept
from applications.actions.receive import receive
from applications.actions.transfer_originals import confirm, declare_lost, found_at_sender, send
from applications.documents import receipt_context
from applications.enums import EventKind, State
from applications.enums_originals import Direction, ItemState, Moved, Place
from applications.history_words import told
from applications.models import Application, Event, HandlingRules, Original, OriginalMove, TransferItem, TransferList
from centres.enums import Role
from centres.models import Centre
from citizens.models import Look, User
from portal import chain
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.at_desk import to, words
from tests.applications.printed import words_of
from tests.applications.test_at_once import together
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_draft, a_member, member_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LATER = MONDAY + timedelta(hours=3)
LAND = "land_change_info"


def a_kept(**more: Any) -> Original:
    """The certificate of a land dossier, in custody at the counter."""
    return a_dossier(procedure=LAND, **more).originals.get()


def officer_of(original: Original) -> User:
    return member_of(Role.COUNTER_OFFICER, original.branch)


def holder_of(original: Original) -> User:
    return member_of(Role.SPECIALIST, original.branch)


def sent(*originals: Original, direction: str = Direction.TO_OFFICE, at: Any = LATER) -> TransferList:
    by = officer_of(originals[0]) if direction == Direction.TO_OFFICE else holder_of(originals[0])
    (transfer,) = send(originals=[row.pk for row in originals], direction=direction, at=at, acting_user=by)
    return transfer


def confirmed(transfer: TransferList, *missing: TransferItem, at: Any = LATER) -> TransferList:
    by = member_of(Role.SPECIALIST if transfer.is_out else Role.COUNTER_OFFICER, transfer.branch)
    if by == transfer.sent_by:
        by = a_member(Role.SPECIALIST, transfer.branch)
    gone = {item.pk for item in missing}
    return confirm(
        transfer=transfer,
        received={item.pk for item in transfer.items.all()} - gone,
        missing=dict.fromkeys(gone, "không có trong phong bì"),
        at=at,
        acting_user=by,
    )


def test_the_receipt_takes_the_certificate_into_custody_and_says_so(centre: Centre) -> None:
    draft = a_draft(procedure=LAND)
    line = draft.papers.get(kind__key="land_certificate")
    officer = draft.opened_by
    rows = [{"number": "AB 123456", "pages": 4}, {"number": "AB 123457", "pages": 2}]
    note_kept(paper=line, rows=rows, at=MONDAY, acting_user=officer)
    with pytest.raises(BadInput) as twice:
        note_kept(paper=line, rows=[rows[0], rows[0]], at=MONDAY, acting_user=officer)
    assert twice.value.code == "number_twice"
    with pytest.raises(BadInput) as shown_only:
        note_kept(paper=draft.papers.get(kind__key="land_change_form"), rows=rows, at=MONDAY, acting_user=officer)
    assert shown_only.value.code == "not_kept"
    dossier = receive(application=draft, at=MONDAY, acting_user=officer)
    first, second = dossier.originals.all()
    assert (first.number, first.pages, first.place, first.counter) == (
        "AB 123456", 4, Place.COUNTER, dossier.matter.ticket.counter,
    )  # fmt: skip
    assert (second.taken_by, second.branch, second.moves.get().from_place) == (officer, centre, "")
    events = list(dossier.events.order_by("sequence").prefetch_related("values"))
    assert [event.kind for event in events] == [EventKind.RECEIVED, EventKind.ORIGINAL, EventKind.ORIGINAL]
    assert chain.verify(events) is None
    assert "AB 123456" in told(events[1]).sentence
    paper = next(row for row in receipt_context(dossier)["papers"] if "AB 123456" in row["note"])
    assert "giữ lại AB 123456, 04 trang; giữ lại AB 123457, 02 trang" in paper["note"]


def test_without_a_note_the_certificate_is_kept_under_the_forms_serial_and_other_papers_are_not(centre: Centre) -> None:
    original = a_kept()
    assert (original.number, original.pages) == ("AB 123456", 1)
    assert not a_dossier().originals.exists()


def test_an_original_that_comes_later_is_taken_in_then(centre: Centre) -> None:
    dossier = a_dossier(procedure=LAND, state=State.PROCESSING)
    line = dossier.papers.get(kind__key="land_certificate")
    officer = dossier.received_by
    keep_original(application=dossier, paper=line.pk, number="TB 9", pages=2, at=LATER, acting_user=officer)
    assert [row.number for row in dossier.originals.all()] == ["AB 123456", "TB 9"]
    assert "TB 9" not in str(receipt_context(dossier)["papers"]), "the receipt of then does not change"
    assert "TB 9" in str(receipt_context(dossier, None, LATER)["papers"])
    with pytest.raises(NotAllowed):
        keep_original(application=dossier, paper=line.pk, number="", pages=1, at=LATER, acting_user=dossier.handler)
    with pytest.raises(BadInput):
        keep_original(application=dossier, paper=0, number="", pages=1, at=LATER, acting_user=officer)


def test_from_the_counter_to_the_office_and_back_to_its_owner_every_move_is_kept(centre: Centre) -> None:
    original = a_kept(state=State.DONE, at=MONDAY)
    officer, holder = officer_of(original), holder_of(original)
    assert move_within(originals=[original.pk], to=Place.SAFE, at=LATER, acting_user=officer) == 1
    assert not move_within(originals=[original.pk], to=Place.SAFE, at=LATER, acting_user=officer)
    out = sent(original)
    assert out.office == "Chi nhánh Văn phòng đăng ký đất đai"
    with pytest.raises(RuleBroken) as away:
        _handed(original.application)
    assert away.value.code == "original_away"
    assert not confirmed(out).is_open
    with pytest.raises(RuleBroken):
        _handed(original.application)
    back = sent(original, direction=Direction.TO_BRANCH)
    assert (out.number, back.number) == (1, 2)
    confirmed(back)
    dossier = _handed(original.application)
    original.refresh_from_db()
    assert (dossier.state, original.place, original.office) == (State.RETURNED, Place.GIVEN_BACK, "")
    moves = list(original.moves.all())
    assert [(move.from_place, move.to_place) for move in moves] == [
        ("", Place.COUNTER), (Place.COUNTER, Place.SAFE), (Place.SAFE, Place.TO_OFFICE),
        (Place.TO_OFFICE, Place.AT_OFFICE), (Place.AT_OFFICE, Place.TO_BRANCH), (Place.TO_BRANCH, Place.COUNTER),
        (Place.COUNTER, Place.GIVEN_BACK),
    ]  # fmt: skip
    assert (moves[3].given_by, moves[3].received_by, moves[3].transfer) == (officer, holder, out)
    assert moves[6].person == dossier.applicant.full_name
    events = list(dossier.events.order_by("sequence").prefetch_related("values"))
    assert chain.verify(events) is None
    moved = [event.details["moved"] for event in events if event.kind == EventKind.ORIGINAL]
    assert moved == [
        Moved.KEPT, Moved.INTO_SAFE, Moved.SENT, Moved.ARRIVED, Moved.SENT_BACK, Moved.CAME_BACK, Moved.GIVEN_BACK,
    ]  # fmt: skip
    assert all("AB 123456" in told(event).sentence for event in events if event.kind == EventKind.ORIGINAL)


def _handed(dossier: Application, **more: Any) -> Application:
    given = {"handed_to": dossier.applicant.full_name, "authorisation": "", "unpaid_reason": "Nộp sau", **more}
    return hand_over(application=dossier, signature=None, at=LATER, acting_user=dossier.received_by, **given)


def test_a_proxy_shows_an_authorisation_before_an_original_leaves(centre: Centre) -> None:
    dossier = a_dossier(procedure=LAND, state=State.DONE)
    with pytest.raises(BadInput) as refusal:
        _handed(dossier, handed_to="Trần Văn Hộ")
    assert refusal.value.field == "authorisation"
    assert dossier.originals.get().place == Place.COUNTER
    _handed(dossier, handed_to="Trần Văn Hộ", authorisation="Giấy ủy quyền 12, UBND phường Kim Liên")
    move = OriginalMove.objects.get(to_place=Place.GIVEN_BACK)
    assert (move.person, move.authorisation) == ("Trần Văn Hộ", "Giấy ủy quyền 12, UBND phường Kim Liên")
    OriginalMove.objects.filter(pk=move.pk).update(person=None, authorisation=None)  # what the law may have erased


@pytest.mark.parametrize("ending", ["withdrawn", "stopped"])
def test_what_ends_without_a_result_gives_its_originals_back(centre: Centre, ending: str) -> None:
    dossier = a_dossier(procedure=LAND, state=State.PROCESSING)
    name = dossier.applicant.full_name
    end, by = (withdraw, dossier.received_by) if ending == "withdrawn" else (stop, member_of(Role.LEADER, centre))
    end(application=dossier, reason="Không cần nữa", at=LATER, acting_user=by)
    given = {"application": dossier, "at": LATER, "acting_user": dossier.received_by, "authorisation": ""}
    with pytest.raises(BadInput):
        give_back(given_to=name, reason=" ", **given)
    give_back(given_to=name, reason="Dừng giải quyết", **given)
    assert dossier.originals.get().place == Place.GIVEN_BACK
    with pytest.raises(RuleBroken) as gone:
        give_back(given_to=name, reason="Lần nữa", **given)
    assert gone.value.code == "no_original_here"


def test_a_missing_original_keeps_its_list_open_and_the_manager_is_told_its_name(centre: Centre) -> None:
    originals = [a_kept(), a_kept(at=MONDAY + timedelta(minutes=10))]
    transfer = sent(*originals)
    _first, second = transfer.items.all()
    short = confirmed(transfer, second)
    assert short.is_open
    assert [item.state for item in transfer.items.all()] == [ItemState.RECEIVED, ItemState.MISSING]
    (need,) = custody_day.needs_attention(centre, LATER)
    assert need[0] == "act"
    assert originals[1].application.code in need[1]
    assert need[2] == reverse("applications:transfer_list", args=[transfer.pk])
    found = found_at_sender(item=second, at=LATER, acting_user=officer_of(originals[1]))
    assert not found.is_open
    originals[1].refresh_from_db()
    assert originals[1].place == Place.COUNTER
    assert not custody_day.needs_attention(centre, LATER)
    again = sent(originals[1])
    assert not confirmed(again).is_open


def test_one_that_is_found_with_the_receiver_after_all_is_received(centre: Centre) -> None:
    transfer = sent(a_kept())
    (item,) = transfer.items.all()
    confirmed(transfer, item)
    assert not confirmed(transfer).is_open
    assert Original.objects.get().place == Place.AT_OFFICE
    confirmed(transfer)
    assert OriginalMove.objects.count() == 3, "said again, nothing moves"


def test_only_a_manager_answers_for_a_lost_original_and_then_the_result_can_go_out(centre: Centre) -> None:
    original = a_kept(state=State.DONE)
    transfer = sent(original)
    (item,) = transfer.items.all()
    manager = member_of(Role.MANAGER, centre)
    with pytest.raises(RuleBroken) as not_missing:
        declare_lost(item=item, reason="x", at=LATER, acting_user=manager)
    assert not_missing.value.code == "not_missing"
    confirmed(transfer, item)
    with pytest.raises(NotAllowed):
        declare_lost(item=item, reason="x", at=LATER, acting_user=officer_of(original))
    with pytest.raises(BadInput):
        declare_lost(item=item, reason=" ", at=LATER, acting_user=manager)
    lost = declare_lost(item=item, reason="Đã tìm hai nơi; cấp lại không thu phí", at=LATER, acting_user=manager)
    assert not lost.is_open
    assert "cấp lại" in told(Event.objects.filter(kind=EventKind.ORIGINAL).last()).quote
    assert _handed(original.application).state == State.RETURNED


def test_nobody_confirms_their_own_list_nor_one_of_another_office(centre: Centre) -> None:
    transfer = sent(a_kept())
    for person in (transfer.sent_by, a_member(Role.SPECIALIST, a_centre("chi-nhanh-4", "H26.30.4"))):
        with pytest.raises(NotAllowed):
            confirm(transfer=transfer, received={1}, missing={}, at=LATER, acting_user=person)
    back = sent(*_arrived(transfer), direction=Direction.TO_BRANCH)
    both = back.sent_by
    member = both.memberships.first()
    member.pk, member.role = None, Role.COUNTER_OFFICER
    member.save()
    both = User.objects.get(pk=both.pk)
    with pytest.raises(RuleBroken) as own:
        confirm(transfer=back, received={back.items.get().pk}, missing={}, at=LATER, acting_user=both)
    assert own.value.code == "own_list"


def _arrived(transfer: TransferList) -> list[Original]:
    confirmed(transfer)
    return [item.original for item in transfer.items.all()]


def test_the_database_keeps_an_original_on_one_open_list_and_in_one_place(centre: Centre) -> None:
    original = a_kept()
    transfer = sent(original)
    other = TransferList.objects.create(
        origin=centre, year=2026, number=9, direction=Direction.TO_OFFICE, branch=centre, competent=centre,
        office="Khác", sent_at=LATER, sent_by=transfer.sent_by,
    )  # fmt: skip
    wrong: list[Callable[[], Any]] = [
        lambda: TransferItem.objects.create(transfer=other, original=original, position=1),
        lambda: Original.objects.filter(pk=original.pk).update(office=""),
        lambda: Original.objects.filter(pk=original.pk).update(place="elsewhere"),
        lambda: Original.objects.filter(pk=original.pk).update(place=Place.SAFE),
        lambda: TransferItem.objects.update(state=ItemState.RECEIVED),
        lambda: TransferItem.objects.update(settled_at=LATER),
        lambda: OriginalMove.objects.create(original=original, sequence=2, at=LATER, from_place="a", to_place="safe"),
        lambda: OriginalMove.objects.create(original=original, sequence=9, at=LATER, from_place="", to_place="safe"),
        lambda: OriginalMove.objects.create(
            original=original, sequence=9, at=LATER, from_place="safe", to_place="safe"
        ),
        lambda: TransferList.objects.filter(pk=other.pk).update(number=transfer.number),
    ]
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(RuleBroken) as gone:
        sent(original)
    assert gone.value.code == "not_here"


def test_originals_for_two_offices_go_on_two_lists(centre: Centre) -> None:
    here = a_kept()
    other = a_centre("chi-nhanh-4", "H26.30.4")
    elsewhere = a_kept()
    Application.objects.filter(pk=elsewhere.application_id).update(competent=other)
    made = send(originals=[here.pk, elsewhere.pk], direction="out", at=LATER, acting_user=officer_of(here))
    assert [(row.competent, row.number) for row in made] == [(centre, 1), (other, 2)]


def test_what_is_too_long_on_the_way_is_told_by_the_rule_of_the_day(centre: Centre) -> None:
    sent(a_kept(), at=hanoi("2026-11-23 15:00"))  # Monday; the day after is a holiday, two working days: until Thursday
    assert not custody_day.needs_attention(centre, hanoi("2026-11-26 16:00"))
    with CaptureQueriesContext(connection) as statements:
        (need,) = custody_day.needs_attention(centre, hanoi("2026-11-27 08:00"))
    assert len(statements) <= 3
    assert need[0] == "act"
    assert "list=late" in need[2]
    HandlingRules.objects.create(valid_from=hanoi("2026-11-27 00:00").date(), source="thử", way_days=5)
    assert not custody_day.needs_attention(centre, hanoi("2026-11-27 08:00"))


def test_the_road_of_a_list_on_the_pages(centre: Centre, as_: As, monday: None) -> None:
    original = a_kept()
    dossier = original.application
    desk, office, url = as_(Role.COUNTER_OFFICER), as_(Role.SPECIALIST), reverse("applications:originals")
    page = desk.get(url, {"list": "here"})
    assert [row.original.pk for row in page.context["rows"]] == [original.pk]
    assert Look.objects.filter(user=officer_of(original), reason__contains="bản chính").exists()
    assert desk.post(url, {"do": "scan", "code": "không phải mã"}).status_code == 400
    token = f"http://localhost/t/{dossier.token}/"
    for code in (dossier.code.lower(), token):
        assert desk.post(url, {"do": "scan", "code": code}).context["ticked"] == {original.pk}
    assert desk.post(url, {"do": "send"}).status_code == 400
    answer = desk.post(url, {"do": "send", "original": [original.pk]})
    transfer = TransferList.objects.get()
    assert answer["Location"] == reverse("applications:transfer_list", args=[transfer.pk])
    address = f"http://localhost{answer['Location']}"
    assert office.post(url, {"do": "scan", "code": address})["Location"] == answer["Location"]
    printed = b"".join(desk.get(reverse("applications:transfer_list_print", args=[transfer.pk])))
    text = words_of(printed)
    assert all(word in text for word in ("01/PBG", dossier.code, "AB 123456", dossier.applicant.full_name, "Bên nhận"))
    assert b"".join(desk.get(reverse("applications:transfer_list_print", args=[transfer.pk]))) == printed
    assert "đang trên đường" in words(desk.get(reverse("applications:dossier", args=[dossier.pk])))
    item = transfer.items.get()
    assert desk.post(answer["Location"], {f"item-{item.pk}": "here"}).status_code == 403
    assert office.post(answer["Location"], {f"item-{item.pk}": "missing", f"note-{item.pk}": "?"}).status_code == 302
    manager = as_(Role.MANAGER)
    assert transfer.items.get().state == ItemState.MISSING
    assert manager.post(answer["Location"], {"do": "lost", "item": item.pk, "reason": ""}).status_code == 400
    assert office.post(answer["Location"], {f"item-{item.pk}": "here"}).status_code == 302
    assert [row.original.pk for row in office.get(url, {"list": "office"}).context["rows"]] == [original.pk]
    # The filter stays.
    assert office.get(url).context["chosen"].key == "office"
    assert office.post(url, {"do": "send", "original": [original.pk]}).status_code == 302
    back = TransferList.objects.get(number=2)
    assert [row.number for row in desk.get(reverse("applications:transfer_lists")).context["rows"]] == [2, 1]
    page = reverse("applications:transfer_list", args=[back.pk])
    assert desk.post(page, {f"item-{back.items.get().pk}": "here"}).status_code == 302
    original.refresh_from_db()
    assert original.place == Place.COUNTER
    desk.get(url, {"list": "here"})
    assert desk.post(url, {"do": "safe", "original": [original.pk]}).status_code == 302
    public = words(
        Client().get(reverse("applications:ticket", args=[dossier.token]), headers={"accept-language": "en"})
    )
    assert "Your original is kept at" in public or "Bản chính" in public
    assert "AB 123456" not in public


def test_the_counter_notes_serials_and_strikes_them_out(centre: Centre, as_: As, monday: None) -> None:
    draft = a_draft(procedure=LAND)
    line = draft.papers.get(kind__key="land_certificate")
    desk = as_(Role.COUNTER_OFFICER)
    shown = desk.get(f"/desk/?matter={draft.pk}").content.decode()
    assert "data-kept" in shown
    assert "AB 123456" in shown
    address = to("keep_original", line.pk)
    assert desk.post(address, {"number": "CT 1", "pages": "3"}).status_code == 302
    assert desk.post(address, {"number": "CT 2", "pages": "0"}).status_code == 400
    assert desk.post(address, {"number": "CT 2", "pages": "2"}).status_code == 302
    assert desk.post(address, {"strike": "0"}).status_code == 302
    line.refresh_from_db()
    assert line.kept == [{"number": "CT 2", "pages": 2}]
    mark_paper(paper=line, there=False, at=MONDAY, acting_user=draft.opened_by)
    assert "data-kept" not in desk.get(f"/desk/?matter={draft.pk}").content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_pages_cost_the_same_for_one_and_thirty(centre: Centre, as_: As, monday: None, count: int) -> None:
    original = a_kept()
    for number in range(count - 1):
        keep_original(
            application=original.application, paper=original.paper_id, number=f"AB {number}", pages=1, at=MONDAY,
            acting_user=officer_of(original),
        )  # fmt: skip
    client = as_(Role.COUNTER_OFFICER)
    url = reverse("applications:originals")
    client.get(url)
    with CaptureQueriesContext(connection) as statements:
        answer = client.get(url)
    assert len(answer.context["rows"]) == count
    assert len(statements) <= 12, [row["sql"][:120] for row in statements]
    transfer = sent(*Original.objects.all())
    one_list = reverse("applications:transfer_list", args=[transfer.pk])
    for address in (f"{url}?list=way", reverse("applications:transfer_lists"), one_list):
        client.get(address)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(address).status_code == 200
        assert len(statements) <= 13, [row["sql"][:120] for row in statements]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_send_one_original_at_once_make_one_list(centre: Centre) -> None:
    originals = [a_kept(), a_kept(at=MONDAY + timedelta(minutes=10))]
    officer = officer_of(originals[0])
    keys = [row.pk for row in originals]

    def work(number: int) -> str:
        """The same two originals, each time in another order."""
        try:
            return str(
                send(originals=keys[:: 1 if number % 2 else -1], direction="out", at=LATER, acting_user=officer)[0]
            )
        except RuleBroken as refusal:
            return refusal.code

    found = together(4, work)
    assert sorted(found) == ["01/2026", "not_here", "not_here", "not_here"]
    assert TransferItem.objects.count() == 2
    assert OriginalMove.objects.filter(to_place=Place.TO_OFFICE).count() == 2
    transfer = TransferList.objects.get()
    receivers = [holder_of(originals[0]), a_member(Role.SPECIALIST, centre)]

    def count(number: int) -> bool:
        items = set(transfer.items.values_list("pk", flat=True))
        return confirm(transfer=transfer, received=items, missing={}, at=LATER, acting_user=receivers[number]).is_open

    assert together(2, count) == [False, False]
    assert OriginalMove.objects.filter(to_place=Place.AT_OFFICE).count() == 2
    for original in originals:
        assert chain.verify(list(original.application.events.order_by("sequence").prefetch_related("values"))) is None
