"""From receipt to hand-over: whose turn it is, and what may not be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from applications.actions.correct_form import correct_form
from applications.actions.hand_over import hand_over
from applications.actions.handle import proposal_of, propose, send_back, sign, take
from applications.actions.supplement import accept_supplement, ask_supplement
from applications.enums import DeliveryState, EventKind, State, StepKind
from applications.handling import offered
from applications.history_words import told
from applications.models import Application
from centres.enums import Role
from centres.models import Centre, Membership
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.at_desk import As, to
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member, member_of

pytestmark = pytest.mark.django_db


def _step(dossier: Application) -> str:
    return dossier.steps.get(to_at__isnull=True).kind


def test_whoever_takes_a_result_for_another_shows_by_what_paper(centre: Centre, as_: As, monday: None) -> None:
    dossier = a_dossier(state=State.DONE)
    officer = as_(Role.COUNTER_OFFICER)
    act = reverse("applications:dossier_act", args=[dossier.pk, "hand-over"])
    typed = {"hand-over-handed_to": "Trần Văn Cường", "hand-over-on_paper": "on", "hand-over-unpaid_reason": "Nộp sau"}
    refused = officer.post(act, typed)
    assert refused.status_code == 400
    assert 'href="#id_hand-over-authorisation"' in refused.content.decode()
    typed["hand-over-authorisation"] = "Giấy ủy quyền 12, UBND phường Kim Liên"
    assert officer.post(act, typed).status_code == 302
    assert Application.objects.get(pk=dossier.pk).state == State.RETURNED
    page = officer.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert "Giấy ủy quyền 12, UBND phường Kim Liên" in page


def test_the_whole_way_leaves_one_event_a_step() -> None:
    dossier = a_dossier(state=State.RETURNED)
    assert [event.kind for event in dossier.events.all()] == [
        EventKind.RECEIVED,
        EventKind.TAKEN,
        EventKind.PROPOSED,
        EventKind.APPROVED,
        EventKind.HANDED_OVER,
    ]
    assert dossier.delivery_state == DeliveryState.HANDED
    assert dossier.result.handed_to == dossier.applicant.full_name
    assert not dossier.steps.filter(to_at__isnull=True).exists()


def test_a_dossier_is_taken_once(centre: Centre) -> None:
    dossier = a_dossier()
    take(application=dossier, at=MONDAY, acting_user=member_of(Role.SPECIALIST, centre))
    with pytest.raises(RuleBroken) as refusal:
        take(application=dossier, at=MONDAY, acting_user=a_member(Role.SPECIALIST, full_name="Người khác"))
    assert refusal.value.code == "wrong_state"


def test_second_supplement_request_is_refused(centre: Centre) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    specialist = member_of(Role.SPECIALIST, centre)
    later = MONDAY + timedelta(hours=4)
    dossier = accept_supplement(application=dossier, note="đã nộp", at=later, acting_user=specialist)
    with pytest.raises(RuleBroken) as refusal:
        ask_supplement(application=dossier, faults="thêm nữa", at=later, acting_user=specialist)
    assert refusal.value.code == "second_supplement"
    assert refusal.value.field == "faults"


def test_an_empty_supplement_request_names_its_field(centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    with pytest.raises(BadInput) as refusal:
        ask_supplement(application=dossier, faults="  ", at=MONDAY, acting_user=member_of(Role.SPECIALIST, centre))
    assert refusal.value.field == "faults"


def test_a_leader_sends_back_with_a_reason_and_the_specialist_has_it_again(centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    specialist, leader = member_of(Role.SPECIALIST, centre), member_of(Role.LEADER, centre)
    dossier = propose(application=dossier, number="9/KS", document=None, at=MONDAY, acting_user=specialist)
    assert _step(dossier) == StepKind.SIGN

    dossier = send_back(application=dossier, reason="Sai tên mẹ", at=MONDAY, acting_user=leader)

    assert _step(dossier) == StepKind.APPRAISE
    with pytest.raises(RuleBroken):
        sign(application=dossier, at=MONDAY, acting_user=leader)


def test_nobody_signs_what_they_handled_themselves(centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    both = dossier.handler
    Membership.objects.create(user=both, centre=centre, role=Role.LEADER, valid_from=MONDAY.date())
    dossier = propose(application=dossier, number="9/KS", document=None, at=MONDAY, acting_user=both)
    del both._roles
    with pytest.raises(RuleBroken) as refusal:
        sign(application=dossier, at=MONDAY, acting_user=both)
    assert refusal.value.code == "own_work"


def test_nobody_signs_what_they_proposed_before_the_dossier_went_to_a_colleague(centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    both = dossier.handler
    Membership.objects.create(user=both, centre=centre, role=Role.LEADER, valid_from=MONDAY.date())
    dossier = propose(application=dossier, number="9/KS", document=None, at=MONDAY, acting_user=both)
    Application.objects.filter(pk=dossier.pk).update(handler=a_member(Role.SPECIALIST, full_name="Đồng nghiệp"))
    dossier = Application.objects.get(pk=dossier.pk)
    del both._roles
    assert "sign" not in [verb.key for verb in offered(dossier, both)]
    assert "send-back" in [verb.key for verb in offered(dossier, both)]
    with pytest.raises(RuleBroken) as refusal:
        sign(application=dossier, at=MONDAY, acting_user=both)
    assert refusal.value.code == "own_work"


def test_people_of_another_centre_can_do_nothing() -> None:
    other = a_centre("chi-nhanh-4", "H26.30.4")
    dossier = a_dossier()
    with pytest.raises(NotAllowed):
        take(application=dossier, at=MONDAY, acting_user=a_member(Role.SPECIALIST, other))
    done = a_dossier(state=State.DONE)
    with pytest.raises(NotAllowed):
        hand_over(
            application=done,
            handed_to="Ai đó",
            authorisation="UQ 12",
            signature=None,
            at=MONDAY,
            acting_user=a_member(Role.COUNTER_OFFICER, other),
        )


def test_the_result_is_handed_over_once() -> None:
    dossier = a_dossier(state=State.RETURNED)
    with pytest.raises(RuleBroken):
        hand_over(
            application=dossier,
            handed_to="Ai đó",
            authorisation="UQ 12",
            signature=None,
            at=MONDAY,
            acting_user=dossier.received_by,
        )


def test_what_is_signed_is_what_was_shown(centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    specialist, leader = member_of(Role.SPECIALIST, centre), member_of(Role.LEADER, centre)
    dossier = propose(application=dossier, number="30A/KS", document=None, at=MONDAY, acting_user=specialist)
    shown = proposal_of(dossier)
    dossier = send_back(application=dossier, reason="Sai tên mẹ", at=MONDAY, acting_user=leader)
    assert proposal_of(dossier) is None
    dossier = propose(application=dossier, number="30B/KS", document=None, at=MONDAY, acting_user=specialist)
    with pytest.raises(RuleBroken) as refusal:
        sign(application=dossier, proposal=shown, at=MONDAY, acting_user=leader)
    assert refusal.value.code == "proposal_changed"
    assert not Application.objects.get(pk=dossier.pk).result.signed_at
    signed = sign(application=dossier, proposal=proposal_of(dossier), at=MONDAY, acting_user=leader)
    assert signed.result.number == "30B/KS"


def test_a_form_corrected_at_signature_is_looked_at_again(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    dossier = propose(application=dossier, number="30/KS", document=None, at=MONDAY, acting_user=dossier.handler)
    leader, address = as_(Role.LEADER), reverse("applications:dossier_act", args=[dossier.pk, "sign"])
    [shown] = [form for verb, form in leader.get(to("dossier", dossier.pk)).context["steps"] if verb.key == "sign"]
    correct_form(
        application=dossier,
        values={"child_name": "Nguyễn Gia Bách"},
        reason="Gõ nhầm",
        at=MONDAY,
        acting_user=dossier.received_by,
    )
    refused = leader.post(address, {"sign-proposal": shown["proposal"].value()})
    assert refused.status_code in (400, 409)
    assert "Nguyễn Gia Bách" in refused.content.decode()
    assert not Application.objects.get(pk=dossier.pk).result.signed_at
    [again] = [form for verb, form in refused.context["steps"] if verb.key == "sign"]
    assert again.errors
    assert leader.post(address, {"sign-proposal": again["proposal"].value()}).status_code == 302
    assert Application.objects.get(pk=dossier.pk).result.signed_at


def test_a_result_is_handed_over_unpaid_with_a_reason_alone() -> None:
    dossier = a_dossier(procedure="land_change_info", state=State.DONE)
    given = {
        "application": dossier,
        "handed_to": dossier.applicant.full_name,
        "signature": None,
        "acting_user": dossier.received_by,
    }
    with pytest.raises(RuleBroken) as unpaid:
        hand_over(**given, at=MONDAY, unpaid_reason=" ")
    assert (unpaid.value.code, unpaid.value.field) == ("fee_unpaid", "unpaid_reason")
    assert "28.000" in str(unpaid.value)
    done = hand_over(**given, at=MONDAY, unpaid_reason="Chuyển khoản sau")
    last = told(done.events.last())
    assert done.state == State.RETURNED and "28.000" in last.sentence and last.quote == "Chuyển khoản sau"


def test_a_reason_where_nothing_is_to_be_paid_is_not_kept() -> None:
    dossier = a_dossier(state=State.DONE)
    done = hand_over(
        application=dossier, handed_to=dossier.applicant.full_name, signature=None, unpaid_reason="x", at=MONDAY,
        acting_user=dossier.received_by,
    )  # fmt: skip
    assert "unpaid" not in done.events.last().details and told(done.events.last()).quote == ""
