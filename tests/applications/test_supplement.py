"""What is missing is asked for once, completely and on paper; the law ends what nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from applications import tasks
from applications.actions.edit_draft import drop_draft, keep_form
from applications.actions.issue_receipt import issue_receipt
from applications.actions.receive import receive
from applications.actions.supplement import (
    Fault,
    accept_supplement,
    ask_at_intake,
    ask_supplement,
    asked_at_intake,
    end_unanswered,
)
from applications.enums import EventKind, State
from applications.models import AnswerLimit, Application, HandlingRules, IssuedForm, SupplementRequest
from centres.enums import Role
from centres.models import Centre
from notifications.models import Message
from portal import chain, files
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.printed import said_by
from tests.factories.applications import MONDAY, a_dossier, a_draft, a_ticket_at_counter, member_of
from tests.factories.citizens import CitizenFactory
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
BIRTH = "1.001193"
LINES = [
    Fault("Ảnh bị mờ.", "Xin bản rõ hơn ở bệnh viện.", "Giấy chứng sinh"),
    Fault("Thiếu chữ ký.", "Ký lại tại quầy.", "Tờ khai"),
]


def _asked(centre: Centre, **more: Any) -> Application:
    dossier = a_dossier(state=State.PROCESSING)
    return ask_supplement(
        application=dossier, faults=LINES, at=MONDAY + timedelta(hours=2), acting_user=dossier.handler, **more
    )


def _law_ends_after(days: int) -> None:
    AnswerLimit.objects.create(
        procedure_code=BIRTH, valid_from=date(2025, 7, 1), working_days=days, source="Decree 63/2024"
    )


def test_one_request_holds_every_fault_and_is_printed_as_issued(centre: Centre) -> None:
    dossier = _asked(centre, guidance="Không cần nộp lại tờ khai.", until=date(2026, 12, 4))
    request = dossier.supplements.get()
    assert [line["about"] for line in request.lines] == ["Giấy chứng sinh", "Tờ khai"]
    assert request.until == hanoi("2026-12-04 17:00")
    form = IssuedForm.objects.get(application=dossier, number="02")
    document = issue_receipt(form=form, at=MONDAY)
    before = files.read(document.sha256)
    dossier.applicant.full_name = "Tên khác"
    dossier.applicant.save()
    assert files.read(issue_receipt(form=IssuedForm.objects.get(pk=form.pk), at=MONDAY).sha256) == before
    assert document.name == f"{dossier.code}-yeu-cau-bo-sung.pdf"


@pytest.mark.parametrize("until", [date(2062, 12, 4), date(9999, 12, 31)])
def test_the_citizen_is_not_given_a_day_out_of_reach(centre: Centre, until: date) -> None:
    with pytest.raises(BadInput) as far:
        _asked(centre, until=until)
    assert (far.value.code, far.value.field) == ("until_far", "until")


def test_a_supplement_ends_on_a_day_on_which_it_can_be_brought(centre: Centre) -> None:
    with pytest.raises(BadInput) as off:
        _asked(centre, until=date(2026, 12, 6))
    assert (off.value.code, off.value.field) == ("day_off", "until")


def test_form_02_says_every_fault_the_guidance_and_the_day(centre: Centre) -> None:
    dossier = _asked(centre, guidance="Không cần nộp lại tờ khai.", until=date(2026, 12, 4))
    form = IssuedForm.objects.get(application=dossier, number="02")
    words = said_by(form)
    for said in (
        "Ảnh bị mờ.",
        "Xin bản rõ hơn",
        "Thiếu chữ ký.",
        "Không cần nộp lại tờ khai.",
        "17:00 thứ Sáu 04/12/2026",
    ):
        assert said in words, said
    assert dossier.applicant.identity_number not in words


def test_a_second_request_is_a_leaders_with_a_reason_and_marks_the_dossier(centre: Centre) -> None:
    dossier = _asked(centre)
    specialist, leader = dossier.handler, member_of(Role.LEADER, centre)
    later = MONDAY + timedelta(hours=3)
    dossier = accept_supplement(application=dossier, note="", at=later, acting_user=specialist)
    with pytest.raises(RuleBroken) as refusal:
        ask_supplement(application=dossier, faults=LINES, reason="x", at=later, acting_user=specialist)
    assert refusal.value.code == "second_supplement"
    with pytest.raises(BadInput) as nothing:
        ask_supplement(application=dossier, faults=LINES, at=later, acting_user=leader)
    assert nothing.value.code == "reason_empty"
    dossier = ask_supplement(
        application=dossier, faults=LINES, reason="Cơ quan công an trả lời mới.", at=later, acting_user=leader
    )
    assert dossier.asked_again
    assert dossier.supplements.get(sequence=2).counts_as_overdue
    event = dossier.events.last()
    assert event.details["counts_as_overdue"]
    assert event.reason == "Cơ quan công an trả lời mới."
    assert [form.sequence for form in dossier.issued_forms.filter(number="02").order_by("sequence")] == [1, 2]


def test_a_leader_does_not_ask_first(centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    with pytest.raises(NotAllowed):
        ask_supplement(application=dossier, faults=LINES, at=MONDAY, acting_user=member_of(Role.LEADER, centre))


def test_the_database_holds_a_second_request_to_a_reason(centre: Centre) -> None:
    dossier = _asked(centre)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupplementRequest.objects.create(
            application=dossier, sequence=2, faults="x", asked_at=MONDAY, asked_by=dossier.handler, answered_at=MONDAY
        )


def test_without_a_limit_in_law_a_request_is_reminded_of_and_never_ended(centre: Centre, at_hanoi: Any) -> None:
    dossier = _asked(centre, until=date(2026, 12, 4))
    at_hanoi("2026-12-02 08:05")
    tasks.mind_supplements()
    assert Message.objects.filter(reference=dossier.code, dedup_key__contains="supplement_waits").exists()
    at_hanoi("2027-03-01 09:00")
    tasks.mind_supplements()
    assert Application.objects.get(pk=dossier.pk).state == State.SUPPLEMENT


def test_an_unanswered_request_ends_as_the_law_says_after_a_notice(centre: Centre, at_hanoi: Any) -> None:
    _law_ends_after(7)
    dossier = _asked(centre)
    request = dossier.supplements.get()
    # Tuesday the 24th is a day off: seven working days from Wednesday the 25th.
    assert request.ends_at == hanoi("2026-12-03 17:00")
    at_hanoi("2026-12-01 08:10")
    tasks.mind_supplements()
    at_hanoi("2026-12-03 16:59")
    tasks.mind_supplements()
    assert Application.objects.get(pk=dossier.pk).state == State.SUPPLEMENT
    at_hanoi("2026-12-03 17:01")
    tasks.mind_supplements()
    tasks.mind_supplements()
    ended = Application.objects.get(pk=dossier.pk)
    assert ended.state == State.STOPPED
    assert ended.paused_at is None
    assert not ended.pauses.filter(to_at__isnull=True).exists()
    assert not ended.steps.filter(to_at__isnull=True).exists()
    assert [event.kind for event in ended.events.all()][-1] == EventKind.NOT_ANSWERED
    assert ended.issued_forms.filter(number="05").count() == 1
    kinds = [
        key.split(":")[2]
        for key in Message.objects.filter(reference=dossier.code).order_by("id").values_list("dedup_key", flat=True)
    ]
    assert kinds.index("supplement_waits") < kinds.index("stopped")


def test_nothing_ends_without_its_notice(centre: Centre, at_hanoi: Any) -> None:
    """The worker was away over the end: the citizen is told first and has another working day."""
    _law_ends_after(7)
    dossier = _asked(centre)
    at_hanoi("2026-12-04 09:00")
    tasks.mind_supplements()
    assert Application.objects.get(pk=dossier.pk).state == State.SUPPLEMENT
    at_hanoi("2026-12-07 17:30")
    tasks.mind_supplements()
    assert Application.objects.get(pk=dossier.pk).state == State.STOPPED


def test_what_came_in_time_is_not_ended(centre: Centre, at_hanoi: Any) -> None:
    _law_ends_after(7)
    dossier = _asked(centre)
    request = dossier.supplements.get()
    at_hanoi("2026-12-01 08:10")
    tasks.mind_supplements()
    accept_supplement(
        application=dossier, note="", at=hanoi("2026-12-03 16:00"), acting_user=member_of(Role.COUNTER_OFFICER, centre)
    )
    assert not end_unanswered(request=request, at=hanoi("2026-12-04 08:00"))
    assert Application.objects.get(pk=dossier.pk).state == State.PROCESSING


def test_how_long_it_counts_is_a_dated_setting(centre: Centre) -> None:
    draft = a_draft()
    request = ask_at_intake(application=draft, faults=LINES, at=MONDAY, acting_user=draft.opened_by)
    later = MONDAY + timedelta(days=20)
    assert asked_at_intake(draft, later) == request
    HandlingRules.objects.create(valid_from=MONDAY.date(), source="test", intake_days=10)
    assert asked_at_intake(draft, later) is None


def test_at_the_counter_it_is_asked_for_once_for_the_same_matter(centre: Centre) -> None:
    draft = a_draft()
    officer = draft.opened_by
    request = ask_at_intake(application=draft, faults=LINES, at=MONDAY, acting_user=officer)
    assert draft.issued_forms.get().number == "02"
    with pytest.raises(RuleBroken) as refusal:
        ask_at_intake(application=draft, faults=LINES, at=MONDAY, acting_user=officer)
    assert refusal.value.code == "second_supplement"
    # The number is finished, and the next day another draft of the same matter is begun.
    drop_draft(application=draft, at=MONDAY, acting_user=officer)
    assert Application.objects.get(pk=draft.pk).matter is None
    ticket = a_ticket_at_counter(citizen=draft.applicant, at=MONDAY + timedelta(days=1), officer=officer)
    second = a_draft(ticket=ticket, citizen=draft.applicant, at=MONDAY + timedelta(days=1))
    assert asked_at_intake(second, MONDAY + timedelta(days=1)) == request
    receive(application=second, at=MONDAY + timedelta(days=1), acting_user=officer)
    ticket = a_ticket_at_counter(citizen=draft.applicant, at=MONDAY + timedelta(days=2), officer=officer)
    third = a_draft(ticket=ticket, citizen=draft.applicant, at=MONDAY + timedelta(days=2))
    assert asked_at_intake(third, MONDAY + timedelta(days=2)) is None


def test_another_child_is_another_matter_with_a_request_of_its_own(centre: Centre) -> None:
    first = a_draft()
    officer, person = first.opened_by, first.applicant
    asked = ask_at_intake(application=first, faults=LINES, at=MONDAY, acting_user=officer)

    def another(days: int, **form: str) -> Application:
        at = MONDAY + timedelta(days=days)
        ticket = a_ticket_at_counter(citizen=person, at=at, officer=officer)
        draft = a_draft(ticket=ticket, citizen=person, at=at)
        return keep_form(application=draft, values=form, at=at, acting_user=officer)

    twin = another(1, child_name="Nguyễn Gia Hân")
    assert asked_at_intake(twin, MONDAY + timedelta(days=1)) is None
    of_twin = ask_at_intake(application=twin, faults=LINES, at=MONDAY + timedelta(days=1), acting_user=officer)
    assert asked_at_intake(another(2, child_name=""), MONDAY + timedelta(days=2)) == of_twin
    # What is received of the twin does not answer what was asked for of the first.
    receive(application=twin, at=MONDAY + timedelta(days=2), acting_user=officer)
    assert asked_at_intake(another(3), MONDAY + timedelta(days=3)) == asked
    with pytest.raises(RuleBroken) as refusal:
        ask_at_intake(application=another(4), faults=LINES, at=MONDAY + timedelta(days=4), acting_user=officer)
    assert "03" in str(refusal.value)


def test_what_was_asked_for_at_the_counter_is_received_with_its_history(centre: Centre) -> None:
    draft = a_draft()
    ask_at_intake(application=draft, faults=LINES, at=MONDAY, acting_user=draft.opened_by)
    receive(application=draft, at=MONDAY + timedelta(minutes=5), acting_user=draft.opened_by)
    events = list(draft.events.order_by("sequence").prefetch_related("values"))
    assert [event.kind for event in events] == [EventKind.SUPPLEMENT_ASKED, EventKind.RECEIVED]
    assert chain.verify(events) is None


# -- the pages ---------------------------------------------------------------------------------------------------------


def _url(dossier: Application) -> str:
    return reverse("applications:ask_supplement", args=[dossier.pk])


def test_the_page_has_a_line_for_every_paper_and_keeps_what_was_typed(as_: As, monday: None) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    client = as_(Role.SPECIALIST)
    page = client.get(_url(dossier)).content.decode()
    papers = dossier.papers.count()
    assert page.count('name="what-') == papers + 3
    more = client.post(_url(dossier), {"what-0": "Ảnh mờ", "more": "1", "free": "3", "until": "2026-12-04"})
    assert more.content.decode().count('name="what-') == papers + 6
    assert 'value="Ảnh mờ"' in more.content.decode()
    nothing = client.post(_url(dossier), {"until": "2026-12-04", "free": "3"})
    assert nothing.status_code == 400
    half = client.post(_url(dossier), {"todo-0": "Chụp lại", "until": "2026-12-04", "free": "3"})
    assert half.status_code == 400
    assert 'href="#id_what-0"' in half.content.decode()
    bare = client.post(_url(dossier), {"what-0": "Ảnh mờ", "until": "2026-12-04", "free": "3"})
    assert bare.status_code == 400
    assert 'href="#id_todo-0"' in bare.content.decode()
    done = client.post(_url(dossier), {"what-0": "Ảnh mờ", "todo-0": "Chụp lại", "until": "2026-12-04", "free": "3"})
    assert done.status_code == 302
    assert Application.objects.get(pk=dossier.pk).state == State.SUPPLEMENT
    opened = client.get(reverse("applications:dossier", args=[dossier.pk]))
    form = dossier.issued_forms.get(number="02")
    paper = reverse("applications:issued_form", args=[dossier.pk, form.pk])
    assert paper in opened.content.decode()
    assert client.get(paper)["Content-Type"] == "application/pdf"


def test_an_old_page_says_what_happened_and_keeps_what_was_typed(as_: As, at_hanoi: Any) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    client = as_(Role.SPECIALIST)
    at_hanoi("2026-11-23 14:00")
    typed = {"what-0": "Ảnh mờ", "todo-0": "Chụp lại", "until": "2026-12-04", "free": "3"}
    waits = client.post(_url(dossier), typed)
    assert waits.status_code == 409
    accept_supplement(application=dossier, note="", at=MONDAY + timedelta(hours=3), acting_user=dossier.handler)
    again = client.post(_url(dossier), typed)
    assert again.status_code == 409
    for answer in (waits, again):
        page = answer.content.decode()
        assert 'value="Ảnh mờ"' in page
        assert 'value="Chụp lại"' in page
    assert "đã yêu cầu bổ sung" in again.content.decode().lower() or "bổ sung một lần" in again.content.decode()
    assert as_(Role.COUNTER_OFFICER).post(_url(dossier), typed).status_code == 403


def test_a_leader_is_told_first_that_asking_again_counts_as_overdue(as_: As, at_hanoi: Any) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    accept_supplement(application=dossier, note="", at=MONDAY + timedelta(hours=3), acting_user=dossier.handler)
    at_hanoi("2026-11-23 15:00")
    assert as_(Role.SPECIALIST).get(_url(dossier)).status_code == 403
    client = as_(Role.LEADER)
    page = client.get(_url(dossier), headers={"Accept-Language": "en"}).content.decode()
    assert 'class="note act"' in page
    typed = {
        "what-0": "Ảnh mờ",
        "todo-0": "Chụp lại",
        "until": "2026-12-04",
        "free": "3",
        "reason": "Kết quả xác minh mới",
    }
    assert client.post(_url(dossier), typed).status_code == 400
    assert client.post(_url(dossier), {**typed, "understood": "on"}).status_code == 302
    assert Application.objects.get(pk=dossier.pk).asked_again


def test_the_counter_prints_form_02_and_then_shows_what_was_asked(desk: Client, ticket: Any, monday: None) -> None:
    draft = a_draft(ticket=ticket, citizen=CitizenFactory(), complete=False)
    url = reverse("applications:ask_at_counter", args=[draft.pk])
    assert url in desk.get(f"/desk/?matter={draft.pk}").content.decode()
    assert desk.get(url).status_code == 200
    assert (
        desk.post(url, {"what-0": "Chưa mang", "todo-0": "Mang đến", "until": "2026-12-04", "free": "3"}).status_code
        == 302
    )
    page = desk.get(url).content.decode()
    assert 'name="what-0"' not in page
    form = IssuedForm.objects.get(application=draft, number="02")
    answer = desk.get(reverse("applications:form_at_counter", args=[draft.pk, form.pk]))
    assert answer.content.startswith(b"%PDF")
    assert Application.objects.get(pk=draft.pk).state == State.DRAFT


def test_the_citizen_sees_each_fault_and_the_day_and_may_print_the_request(
    client: Client, centre: Centre, monday: None
) -> None:
    dossier = _asked(centre, until=date(2026, 12, 4))
    page = client.get(reverse("applications:ticket", args=[dossier.token])).content.decode()
    assert "Ảnh bị mờ." in page
    assert "04/12/2026" in page
    form = dossier.issued_forms.get(number="02")
    answer = client.get(reverse("applications:public_form", args=[dossier.token, form.pk]))
    assert answer.content.startswith(b"%PDF")
    other = a_dossier()
    assert client.get(reverse("applications:public_form", args=[other.token, form.pk])).status_code == 404
