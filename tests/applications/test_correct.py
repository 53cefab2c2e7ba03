"""Mistakes are put right in the open: the old paper and the old decision stay as they were."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from applications.actions.control_slip import issue_control_slip
from applications.actions.correct import correct_receipt, drop_correction, propose_correction, sign_correction
from applications.actions.hand_over import hand_over
from applications.actions.issue_receipt import issue_receipt
from applications.actions.print_book import print_book
from applications.actions.supplement import accept_supplement
from applications.enums import EventKind, State
from applications.handling import receipt_is_outdated
from applications.models import Application, BookPrint, ResultCorrection
from applications.receipts import receipt_response
from centres.enums import Role
from centres.models import Centre, Membership
from citizens.models import Look
from notifications.models import Message
from portal import files
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.printed import said_by, words_of
from tests.factories.applications import MONDAY, a_dossier, member_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LATER = MONDAY + timedelta(hours=5)


def test_a_wrong_receipt_is_issued_again_with_the_reason_and_the_old_one_stays(centre: Centre) -> None:
    dossier = a_dossier()
    first = dossier.issued_forms.get(number="01")
    kept = files.read(issue_receipt(form=first, at=MONDAY).sha256)
    officer = member_of(Role.COUNTER_OFFICER, centre)
    with pytest.raises(BadInput):
        correct_receipt(application=dossier, reason=" ", phone="", email="", at=LATER, acting_user=officer)
    corrected = correct_receipt(
        application=dossier, reason="Sai số điện thoại", phone="+84987654321", email="", at=LATER, acting_user=officer
    )
    second = corrected.issued_forms.get(number="01", sequence=2)
    words = said_by(second)
    assert "098 765 4321" in words or "0987 654 321" in words
    assert "Sai số điện thoại" in words
    assert files.read(issue_receipt(form=first, at=LATER).sha256) == kept
    assert "091 234 5678" in said_by(first) or "0912 345 678" in said_by(first)
    assert receipt_response(corrected)["Content-Disposition"].endswith('giay-hen-2.pdf"')
    event = corrected.events.last()
    assert event.kind == EventKind.REISSUED
    assert {value.name: value.value for value in event.values.all()}["phone_before"] == "+84912345678"


def test_a_receipt_whose_date_moved_is_offered_anew(centre: Centre, as_: As, at_hanoi: Any) -> None:
    dossier = a_dossier(procedure="land_change_info", state=State.SUPPLEMENT)
    assert not receipt_is_outdated(dossier)
    accept_supplement(application=dossier, note="", at=hanoi("2026-11-26 09:00"), acting_user=dossier.handler)
    at_hanoi("2026-11-26 10:00")
    officer = as_(Role.COUNTER_OFFICER)
    url = reverse("applications:dossier", args=[dossier.pk])
    assert "hãy in bản mới" in officer.get(url).content.decode()
    act = reverse("applications:dossier_act", args=[dossier.pk, "new-receipt"])
    typed = {"new-receipt-reason": "Ngày hẹn thay đổi", "new-receipt-phone": "0912345678"}
    assert officer.post(act, typed).status_code == 302
    assert "hãy in bản mới" not in officer.get(url).content.decode()
    forms = dossier.issued_forms.filter(number="01").order_by("sequence")
    assert ["30/11/2026" in said_by(form) for form in forms] == [True, False]
    assert "02/12/2026" in said_by(forms[1])


def _correction(dossier: Application) -> Application:
    return propose_correction(
        application=dossier,
        number="124/TP-KS",
        reason="Sai ngày sinh của mẹ",
        document=None,
        at=LATER,
        acting_user=member_of(Role.SPECIALIST, dossier.competent),
    )


@pytest.mark.parametrize("state", [State.DONE, State.RETURNED])
def test_a_wrong_result_is_replaced_by_a_new_decision_and_kept(centre: Centre, state: int) -> None:
    dossier = a_dossier(state=state)
    old = dossier.result
    number, handed_to, signed_at = old.number, old.handed_to, old.signed_at
    proposed = _correction(dossier)
    assert (proposed.state, proposed.result.number) == (state, number), "the old one counts until another is signed"
    signed = sign_correction(application=proposed, at=LATER, acting_user=member_of(Role.LEADER, centre))
    assert (signed.state, signed.result.number) == (State.DONE, "124/TP-KS")
    kept = ResultCorrection.objects.get()
    assert (kept.old_number, kept.old_handed_to, kept.old_signed_at) == (number, handed_to, signed_at)
    assert signed.steps.filter(to_at=None).count() == 1
    assert Message.objects.filter(dedup_key__contains=":result_replaced:").exists()
    again = hand_over(
        application=signed,
        handed_to="Ánh",
        authorisation="UQ 12",
        signature=None,
        at=LATER,
        acting_user=member_of(Role.COUNTER_OFFICER, centre),
    )
    assert again.state == State.RETURNED


def _shown(client: Client, address: str) -> str:
    """The correction that the page would have signed."""
    return re.search(r'name="sign-correction-proposal" value="(\d+)"', client.get(address).content.decode())[1]


def test_a_page_of_before_does_not_sign_the_correction_that_came_after(centre: Centre, as_: As) -> None:
    dossier = _correction(a_dossier(state=State.DONE))
    leader = as_(Role.LEADER)
    address = reverse("applications:dossier", args=[dossier.pk])
    read = _shown(leader, address)
    drop_correction(application=dossier, reason="Sai số", at=LATER, acting_user=member_of(Role.LEADER, centre))
    other = propose_correction(
        application=dossier, number="125/TP-KS", reason="Sai tên", document=None, at=LATER,
        acting_user=member_of(Role.SPECIALIST, centre),
    )  # fmt: skip
    act = reverse("applications:dossier_act", args=[dossier.pk, "sign-correction"])
    answer = leader.post(act, {"sign-correction-proposal": read})
    assert answer.status_code == 409 and other.corrections.filter(signed_at__isnull=False).count() == 0
    assert leader.post(act, {"sign-correction-proposal": _shown(leader, address)}).status_code == 302
    assert other.corrections.get(signed_at__isnull=False).number == "125/TP-KS"


def test_another_person_signs_the_new_decision_and_it_has_a_number_of_its_own(centre: Centre) -> None:
    dossier = a_dossier(state=State.DONE)
    both = member_of(Role.SPECIALIST, centre)
    Membership.objects.create(user=both, centre=centre, role=Role.LEADER, valid_from=MONDAY.date())
    both.__dict__.pop("_roles", None)
    with pytest.raises(BadInput) as same:
        propose_correction(
            application=dossier, number="123/TP-KS", reason="Sai", document=None, at=LATER, acting_user=both
        )
    assert same.value.code == "number_same"
    proposed = _correction(dossier)
    with pytest.raises(RuleBroken) as own:
        sign_correction(application=proposed, at=LATER, acting_user=both)
    assert own.value.code == "own_work"
    with pytest.raises(NotAllowed):
        sign_correction(application=proposed, at=LATER, acting_user=member_of(Role.COUNTER_OFFICER, centre))
    with pytest.raises(IntegrityError), transaction.atomic():
        ResultCorrection.objects.update(signed_at=LATER, signed_by=both, old_number="x")


def test_a_leader_may_leave_the_result_as_it_is(centre: Centre) -> None:
    dossier = _correction(a_dossier(state=State.DONE))
    left = drop_correction(
        application=dossier, reason="Kết quả đúng", at=LATER, acting_user=member_of(Role.LEADER, centre)
    )
    assert left.result.number == "123/TP-KS"
    assert left.events.last().kind == EventKind.NOT_REPLACED
    assert _correction(left).corrections.count() == 2


def test_the_pages_correct_a_result(centre: Centre, as_: As, monday: None) -> None:
    dossier = a_dossier(state=State.RETURNED)
    specialist, leader = as_(Role.SPECIALIST), as_(Role.LEADER)
    act = {
        key: reverse("applications:dossier_act", args=[dossier.pk, key])
        for key in ("correct-result", "sign-correction")
    }
    typed = {"correct-result-reason": "Sai ngày sinh", "correct-result-number": "124/TP-KS"}
    assert specialist.post(act["correct-result"], typed).status_code == 302
    listed = leader.get("/dossiers/", {"list": "corrections"}).context
    assert [row.application.pk for row in listed["rows"]] == [dossier.pk]
    assert {tab.key: count for tab, count in listed["tabs"]}["corrections"] == 1
    url = reverse("applications:dossier", args=[dossier.pk])
    assert "124/TP-KS" in leader.get(url).content.decode()
    assert leader.post(act["sign-correction"], {"sign-correction-proposal": _shown(leader, url)}).status_code == 302
    tabs = leader.get("/dossiers/").context["tabs"]
    assert "corrections" not in {tab.key for tab, _count in tabs}
    page = leader.get(url).content.decode()
    assert '<s class="figure">123/TP-KS</s>' in page
    assert Application.objects.get(pk=dossier.pk).state == State.DONE


# -- forms 06 and 07 ---------------------------------------------------------------------------------------------------


def test_the_control_slip_says_every_move_and_is_printed_again_as_issued(centre: Centre, as_: As) -> None:
    dossier = a_dossier(state=State.DONE)
    leader = member_of(Role.LEADER, centre)
    form = issue_control_slip(application=dossier, at=LATER, acting_user=leader)
    assert issue_control_slip(application=dossier, at=LATER, acting_user=leader) == form
    words = said_by(form)
    for said in ("Tiếp nhận hồ sơ", "Thụ lý", "Trình ký", "Ký kết quả", "Đúng hạn", "Trần Văn Bình", "Phạm Quốc Dũng"):
        assert all(part in words for part in said.split()), said  # a name may go on in a second line of its column
    hand_over(
        application=dossier,
        handed_to="Ánh",
        authorisation="UQ 12",
        signature=None,
        at=LATER,
        acting_user=member_of(Role.COUNTER_OFFICER, centre),
    )
    later = issue_control_slip(application=dossier, at=LATER, acting_user=leader)
    assert later.sequence == 2
    assert "Trả kết quả" in said_by(later)
    client = as_(Role.SPECIALIST)
    answer = client.post(reverse("applications:control_slip", args=[dossier.pk]))
    assert answer["Location"] == reverse("applications:issued_form", args=[dossier.pk, later.pk])
    public = reverse("applications:public_form", args=[dossier.token, later.pk])
    assert Client().get(public).status_code == 404, "not for the citizen"


def test_a_days_page_of_the_book_is_kept_and_made_anew_only_when_it_says_more(centre: Centre) -> None:
    first, second = a_dossier(state=State.RETURNED), a_dossier()
    leader = member_of(Role.LEADER, centre)
    (made,) = print_book(centre=centre, day=MONDAY.date(), at=LATER, acting_user=leader)
    assert made.rows == 2
    words = words_of(files.read(made.sha256))
    for said in (first.code[:12], "Tại quầy", "Trang 1/1"):
        assert said in words, said
    assert first.applicant.identity_number not in words
    assert print_book(centre=centre, day=MONDAY.date(), at=LATER, acting_user=leader) == [made]
    a_dossier()
    (again,) = print_book(centre=centre, day=MONDAY.date(), at=LATER, acting_user=leader)
    assert (again.sequence, again.rows) == (2, 3)
    assert BookPrint.objects.count() == 2
    assert print_book(centre=centre, day=hanoi("2026-11-22 00:00").date(), at=LATER, acting_user=leader) == []
    with pytest.raises(NotAllowed):
        print_book(centre=centre, day=MONDAY.date(), at=LATER, acting_user=member_of(Role.SPECIALIST, centre))
    assert second.code


def test_the_books_page_prints_and_notes_who_looked(centre: Centre, as_: As, monday: None) -> None:
    dossier = a_dossier()
    officer = as_(Role.COUNTER_OFFICER)
    url = "/dossiers/book/?day=2026-11-23"
    assert officer.get(url).status_code == 200
    assert officer.post(url).status_code == 302
    printed = BookPrint.objects.get()
    looks = Look.objects.count()
    answer = officer.get(reverse("applications:book_print", args=[printed.pk]))
    assert b"".join(answer).startswith(b"%PDF")
    assert Look.objects.count() == looks + 1
    assert Look.objects.latest("pk").subjects == [dossier.applicant_id]
    assert as_(Role.SPECIALIST).get(url).status_code == 403
    assert officer.get("/dossiers/book/?day=khong-phai-ngay").status_code == 200
