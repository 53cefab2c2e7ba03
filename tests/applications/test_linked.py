"""Linked services: one request, several offices, each part with its own clock, result and end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from applications import tasks
from applications.actions.control_slip import moves_of
from applications.actions.ending import stop, withdraw
from applications.actions.fees import lower_fee
from applications.actions.handle import propose
from applications.actions.linked import finish_part, hand_over_parts, refuse_part
from applications.actions.originals import give_back, keep_original
from applications.actions.pay import ask_payment
from applications.actions.stop_for_outages import stop_for_outages
from applications.actions.supplement import accept_supplement, ask_supplement
from applications.day import needs_attention, numbers
from applications.documents import receipt_context
from applications.enums import EventKind, PartState, PauseWhy, PaymentState, State
from applications.handling import offered
from applications.history_words import told
from applications.models import AnswerLimit, Application, FeeLine, IssuedForm, Part, PartPause, SyncRules
from applications.national.build import AtEvent
from applications.pauses import Stop, joined
from centres.enums import Role
from centres.models import Centre, Outage
from notifications.models import Message
from portal import chain, clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.printed import said_by
from tests.factories.applications import MONDAY, a_dossier, a_linked_dossier, member_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _law_ends(db: None) -> None:
    """As the migrations have it."""
    for code in ("2.002621", "2.002622"):
        AnswerLimit.objects.get_or_create(
            procedure_code=code, defaults={"valid_from": date(2025, 7, 1), "working_days": 7, "source": "NĐ 301/2026"}
        )


def _states(dossier: Application) -> dict[str, str]:
    return dict(Part.objects.filter(application=dossier).values_list("key", "state"))


def _due(dossier: Application, key: str) -> str:
    return f"{clock.local(Part.objects.get(application=dossier, key=key).due_at):%d/%m %H:%M}"


def _specialist(dossier: Application) -> Any:
    return member_of(Role.SPECIALIST, dossier.competent)


def _done(dossier: Application, key: str, at: Any = MONDAY + 2 * HOUR) -> Application:
    return finish_part(
        application=dossier,
        part=key,
        number=f"1/{key.upper().replace('_', '-')}",
        document=None,
        at=at,
        acting_user=_specialist(dossier),
    )


def _ask(dossier: Application, key: str, at: Any, **more: Any) -> Application:
    return ask_supplement(
        application=dossier, faults="Ảnh mờ", part=key, at=at, acting_user=more.pop("by", _specialist(dossier)), **more
    )


def _answer(dossier: Application, key: str, at: Any) -> Application:
    return accept_supplement(application=dossier, note="", part=key, at=at, acting_user=_specialist(dossier))


def _fresh(dossier: Application) -> Application:
    return Application.objects.get(pk=dossier.pk)


# -- the parts ------------------------------------------------------------------------------------------------------------


def test_parts_are_made_at_receipt_and_wait_for_the_first() -> None:
    dossier = a_linked_dossier("birth_linked")
    assert _states(dossier) == {"birth": "office", "residence": "waiting", "health_card": "waiting"}
    # Tuesday 24/11 is off: 24 hours end with the next working day.
    assert (_due(dossier, "birth"), _due(dossier, "residence")) == ("25/11 17:00", "27/11 17:00")
    assert dossier.due_at == hanoi("2026-11-27 17:00")
    assert not a_dossier().parts.exists()


def test_the_facts_say_which_parts_there_are() -> None:
    dossier = a_linked_dossier("death_linked", "social_insured")
    assert list(_states(dossier)) == ["death", "residence", "social_insurance"]
    assert clock.local(dossier.due_at).strftime("%d/%m") == "07/12"
    assert dossier.due_explanation["en"].startswith("Funeral allowance")


def test_a_result_begins_what_waited_for_it_with_a_time_of_its_own() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth")
    assert _states(dossier) == {"birth": "done", "residence": "office", "health_card": "office"}
    # From the result of Monday on, not from the Wednesday by which it was promised.
    assert _due(dossier, "residence") == "26/11 17:00"
    assert _fresh(dossier).due_at == hanoi("2026-11-27 17:00"), "what was promised to the citizen stays"


def test_an_office_that_gets_it_late_has_its_time_and_the_whole_is_late() -> None:
    dossier = a_linked_dossier("birth_linked")
    late = hanoi("2026-11-30 09:00")
    assert Part.objects.get(application=dossier, key="birth").is_overdue(late)
    _done(dossier, "birth", late)
    assert _due(dossier, "residence") == "02/12 17:00"
    assert _fresh(dossier).is_overdue(late)


def test_the_dossier_ends_when_every_part_has_ended() -> None:
    dossier = a_linked_dossier("birth_linked")
    for key in ("birth", "health_card"):
        dossier = _done(dossier, key)
    assert dossier.state == State.PROCESSING
    dossier = _done(dossier, "residence", MONDAY + 4 * HOUR)
    assert (dossier.state, dossier.released_at) == (State.DONE, MONDAY + 4 * HOUR)
    kinds = [event.kind for event in dossier.events.order_by("sequence")]
    assert kinds[-2:] == [EventKind.PART_DONE, EventKind.PARTS_OVER]


def test_a_refused_part_does_not_stop_the_others() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth")
    dossier = refuse_part(
        application=dossier, part="residence", ground="Điều 20", at=MONDAY + 3 * HOUR, acting_user=_specialist(dossier)
    )
    assert _states(dossier) == {"birth": "done", "residence": "refused", "health_card": "office"}
    dossier = _done(dossier, "health_card", MONDAY + 4 * HOUR)
    assert dossier.state == State.DONE


def test_what_depends_on_a_refused_part_ends_and_without_a_result_the_dossier_stops() -> None:
    dossier = a_linked_dossier("birth_linked")
    dossier = refuse_part(
        application=dossier, part="birth", ground="Điều 13", at=MONDAY + 2 * HOUR, acting_user=_specialist(dossier)
    )
    assert _states(dossier) == {"birth": "refused", "residence": "ended", "health_card": "ended"}
    assert dossier.state == State.STOPPED
    assert IssuedForm.objects.filter(application=dossier, number="05").exists()
    assert "Điều 13" not in str(list(dossier.events.values_list("details", "reason")))


@pytest.mark.parametrize("ending", [withdraw, stop])
def test_parts_end_with_a_dossier_that_is_withdrawn_or_stopped(ending: Any) -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth")
    _ask(dossier, "residence", MONDAY + 3 * HOUR)
    leader = member_of(Role.LEADER, dossier.competent)
    ending(application=dossier, reason="Không cần", at=MONDAY + 4 * HOUR, acting_user=leader)
    assert _states(dossier) == {"birth": "done", "residence": "ended", "health_card": "ended"}
    assert not PartPause.objects.filter(to_at=None).exists()


def test_only_the_specialist_tells_and_nothing_is_told_twice() -> None:
    dossier = a_linked_dossier("birth_linked")
    with pytest.raises(NotAllowed):
        finish_part(
            application=dossier, part="birth", number="1", document=None, at=MONDAY, acting_user=dossier.received_by
        )
    with pytest.raises(BadInput):
        refuse_part(application=dossier, part="birth", ground=" ", at=MONDAY, acting_user=_specialist(dossier))
    with pytest.raises(RuleBroken):
        _done(dossier, "residence")
    _done(dossier, "birth")
    with pytest.raises(RuleBroken):
        _done(dossier, "birth")
    with pytest.raises(RuleBroken):
        propose(application=dossier, number="1", document=None, at=MONDAY, acting_user=_specialist(dossier))


@pytest.mark.parametrize(
    "wrong",
    [{"state": "done"}, {"state": "refused"}, {"begun_at": None}, {"ended_at": MONDAY}, {"handed_at": MONDAY}],
)
def test_the_database_holds_the_line(wrong: dict[str, Any]) -> None:
    dossier = a_linked_dossier("birth_linked")
    with pytest.raises(IntegrityError), transaction.atomic():
        Part.objects.filter(application=dossier, key="birth").update(**wrong)


# -- supplements ------------------------------------------------------------------------------------------------------------


def test_a_supplement_stops_one_part_and_the_others_go_on() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth", MONDAY + HOUR)
    dossier = _ask(dossier, "residence", MONDAY + 2 * HOUR)
    assert dossier.state == State.PROCESSING
    assert _states(dossier)["residence"] == "supplement"
    request = dossier.supplements.get()
    # Seven working days, as the law says; the 24th is off.
    assert request.ends_at == request.until == hanoi("2026-12-03 17:00")
    health = _due(dossier, "health_card")
    dossier = _answer(dossier, "residence", hanoi("2026-11-27 10:00"))
    assert _due(dossier, "health_card") == health
    # Three working days more, of the citizen: 26/11 becomes 1/12, and what was promised of the whole, 27/11, becomes 2/12.
    assert _due(dossier, "residence") == "01/12 17:00"
    assert dossier.due_at == hanoi("2026-12-02 17:00")


def test_the_dossier_waits_as_a_whole_once_no_office_has_anything_of_it() -> None:
    dossier = a_linked_dossier("birth_linked")
    dossier = _ask(dossier, "birth", MONDAY + 2 * HOUR)
    assert dossier.state == State.SUPPLEMENT
    dossier = _answer(dossier, "birth", hanoi("2026-11-26 10:00"))
    assert dossier.state == State.PROCESSING
    # Two working days (25 and 26) of the citizen, given once though both the part and the dossier stood still.
    assert (_due(dossier, "birth"), _due(dossier, "residence")) == ("27/11 17:00", "01/12 17:00")
    assert dossier.due_at == hanoi("2026-12-01 17:00")


def test_the_last_office_that_is_done_leaves_the_dossier_waiting() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth", MONDAY + HOUR)
    _ask(dossier, "residence", MONDAY + 2 * HOUR)
    dossier = _done(dossier, "health_card", MONDAY + 3 * HOUR)
    assert dossier.state == State.SUPPLEMENT
    assert dossier.events.last().kind == EventKind.PARTS_WAIT
    assert not dossier.is_overdue(hanoi("2026-12-02 10:00")), "nothing is overdue for time the citizen takes"


def test_what_nobody_answers_ends_the_part_as_the_law_says() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth", MONDAY + HOUR)
    _ask(dossier, "residence", MONDAY + 2 * HOUR)
    for moment in ("2026-12-02 09:00", "2026-12-04 09:00"):
        with clock.fixed(hanoi(moment)):
            tasks.mind_supplements()
    dossier = _fresh(dossier)
    assert _states(dossier) == {"birth": "done", "residence": "ended", "health_card": "office"}
    assert dossier.state == State.PROCESSING
    assert _done(dossier, "health_card", hanoi("2026-12-04 10:00")).state == State.DONE


def test_the_only_part_that_nobody_answers_ends_the_dossier() -> None:
    dossier = a_linked_dossier("birth_linked")
    _ask(dossier, "birth", MONDAY + 2 * HOUR)
    for moment in ("2026-12-02 09:00", "2026-12-04 09:00"):
        with clock.fixed(hanoi(moment)):
            tasks.mind_supplements()
    dossier = _fresh(dossier)
    assert (dossier.state, set(_states(dossier).values())) == (State.STOPPED, {"ended"})
    assert [event.kind for event in dossier.events.order_by("sequence")][-4:] == [
        EventKind.NOT_ANSWERED, EventKind.PART_ENDED, EventKind.PART_ENDED, EventKind.STOPPED,
    ]  # fmt: skip
    assert chain_is_whole(dossier)


def chain_is_whole(dossier: Application) -> bool:
    return chain.verify(dossier.events.order_by("sequence")) is None


def test_each_service_may_ask_once_and_a_second_time_is_a_leaders() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth", MONDAY + HOUR)
    _ask(dossier, "residence", MONDAY + 2 * HOUR)
    _ask(dossier, "health_card", MONDAY + 2 * HOUR)
    _answer(dossier, "residence", MONDAY + 3 * HOUR)
    assert not _fresh(dossier).asked_again
    with pytest.raises(RuleBroken):
        _ask(dossier, "residence", MONDAY + 4 * HOUR)
    leader = member_of(Role.LEADER, dossier.competent)
    again = _ask(dossier, "residence", MONDAY + 4 * HOUR, by=leader, reason="Xác minh mới")
    assert again.asked_again
    _answer(dossier, "health_card", MONDAY + 5 * HOUR)
    assert _fresh(dossier).asked_again, "a later answer does not wash it off"


def test_an_outage_moves_each_part_once(centre: Centre) -> None:
    dossier = a_linked_dossier("birth_linked")
    Outage.objects.create(
        what={"vi": "Nâng cấp"}, from_at=hanoi("2026-11-25 08:00"), until_at=hanoi("2026-11-26 08:00"),
        announced_at=hanoi("2026-11-10 08:00"), announced_by=member_of(Role.MANAGER, centre), centre=centre,
    )  # fmt: skip
    with clock.fixed(hanoi("2026-11-26 08:05")):
        stop_for_outages(at=clock.now())
    assert (_due(dossier, "birth"), _due(dossier, "residence")) == ("26/11 17:00", "30/11 17:00")
    assert _fresh(dossier).due_at == hanoi("2026-11-30 17:00")


def _outage(start: str, end: str, centre: Centre) -> Outage:
    return Outage.objects.create(
        what={"vi": "Nâng cấp"}, from_at=hanoi(start), until_at=hanoi(end), announced_at=hanoi("2026-11-10 08:00"),
        announced_by=member_of(Role.MANAGER, centre), centre=centre,
    )  # fmt: skip


def test_an_outage_while_a_service_waits_is_not_given_twice(centre: Centre) -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth", MONDAY + HOUR)
    _ask(dossier, "residence", MONDAY + 2 * HOUR)
    _outage("2026-11-25 08:00", "2026-11-26 08:00", centre)
    with clock.fixed(hanoi("2026-11-26 08:05")):
        stop_for_outages(at=clock.now())
    dossier = _answer(dossier, "residence", hanoi("2026-11-27 10:00"))
    # As without the outage; the office that worked meanwhile has its day.
    assert (_due(dossier, "residence"), _due(dossier, "health_card")) == ("01/12 17:00", "27/11 17:00")
    assert dossier.due_at == hanoi("2026-12-02 17:00")
    said = Part.objects.get(application=dossier, key="residence").due_explanation["en"]
    assert said.count("outage") == said.count("supplement") == 1


@pytest.mark.parametrize("day", ["2026-11-26", "2026-12-01"])
def test_an_outage_gives_its_days_to_whoever_one_service_waits_for(centre: Centre, in_english: None, day: str) -> None:
    """Also once the date of the whole has passed: it moves only when they answer."""
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth", MONDAY + HOUR)
    _ask(dossier, "residence", MONDAY + 2 * HOUR)
    _ask(dossier, "health_card", MONDAY + 3 * HOUR)
    _answer(dossier, "health_card", MONDAY + 4 * HOUR)
    _outage(f"{day} 08:00", f"{day} 17:00", centre)
    with clock.fixed(hanoi(f"{day} 08:05")):
        stop_for_outages(at=clock.now())
        stop_for_outages(at=clock.now())
    request = dossier.supplements.get(part__key="residence")
    assert request.until == request.ends_at == hanoi("2026-12-04 17:00")
    moved = dossier.events.get(kind=EventKind.ANSWER_MOVED)
    assert told(moved).sentence.startswith("Permanent residence: because of an announced outage")
    assert chain_is_whole(dossier)


def test_a_fee_that_is_waived_lets_the_clocks_of_all_parts_go_on() -> None:
    dossier = a_linked_dossier("birth_linked")
    dossier = ask_payment(
        application=dossier, name="Lệ phí", amount=50000, at=MONDAY + 2 * HOUR, acting_user=_specialist(dossier)
    )
    dossier = lower_fee(
        application=dossier, line=dossier.fee_lines.get(name__vi="Lệ phí").pk, amount=0, reason="Được miễn",
        at=hanoi("2026-11-26 10:00"), acting_user=member_of(Role.LEADER, dossier.competent),
    )  # fmt: skip
    assert dossier.state == State.PROCESSING
    assert (_due(dossier, "birth"), _due(dossier, "residence")) == ("27/11 17:00", "01/12 17:00")
    assert dossier.due_at == hanoi("2026-12-01 17:00")


def test_time_that_is_given_twice_counts_once() -> None:
    at, why = hanoi, PauseWhy.SUPPLEMENT
    spans = [
        Stop(at("2026-11-23 08:00"), at("2026-11-25 08:00"), why), Stop(at("2026-11-24 08:00"), at("2026-11-24 09:00"), why),
        Stop(at("2026-11-26 08:00"), at("2026-11-27 08:00"), why),
    ]  # fmt: skip
    assert joined(spans) == [spans[0], spans[2]]
    beside = Stop(at("2026-11-24 08:00"), at("2026-11-24 09:00"), PauseWhy.OUTAGE)
    assert joined([*spans, beside]) == [spans[0], beside, spans[2]], "each reason is said"


# -- results ------------------------------------------------------------------------------------------------------------


def _collect(dossier: Application, *keys: str, at: Any = MONDAY + 5 * HOUR) -> Application:
    return hand_over_parts(
        application=dossier,
        parts=keys,
        handed_to="Ánh",
        authorisation="UQ 12",
        signature=None,
        at=at,
        acting_user=dossier.received_by,
    )


def test_a_part_is_handed_over_unpaid_with_a_reason_that_is_kept() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth")
    FeeLine.objects.create(application=dossier, name={"vi": "Phí"}, article="", quantity=1, amount=5000)
    Application.objects.filter(pk=dossier.pk).update(payment_state=PaymentState.DUE)
    with pytest.raises(RuleBroken) as unpaid:
        _collect(dossier, "birth")
    assert unpaid.value.code == "fee_unpaid"
    done = hand_over_parts(
        application=dossier,
        parts=["birth"],
        handed_to="Ánh",
        authorisation="UQ 12",
        signature=None,
        unpaid_reason="Chuyển khoản sau",
        at=MONDAY + 5 * HOUR,
        acting_user=dossier.received_by,
    )
    last = done.events.order_by("sequence").last()
    assert last is not None and last.details["unpaid"] == 5000 and "Chuyển khoản sau" in told(last).quote


def test_results_are_collected_one_by_one_or_together() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth")
    assert _collect(dossier, "birth").state == State.PROCESSING
    with pytest.raises(RuleBroken):
        _collect(dossier, "birth")
    with pytest.raises(BadInput):
        _collect(dossier)
    _done(dossier, "residence")
    dossier = _done(dossier, "health_card")
    assert dossier.state == State.DONE
    dossier = _collect(dossier, "residence", "health_card")
    assert (dossier.state, dossier.handed_over_at) == (State.RETURNED, MONDAY + 5 * HOUR)
    assert chain_is_whole(dossier)


def test_a_dossier_is_over_when_everything_was_collected_before_the_last_part_was_refused() -> None:
    dossier = a_linked_dossier("birth_linked")
    for key in ("birth", "health_card"):
        _done(dossier, key)
    _collect(dossier, "birth", "health_card")
    dossier = refuse_part(
        application=dossier, part="residence", ground="Điều 20", at=MONDAY + 6 * HOUR, acting_user=_specialist(dossier)
    )
    assert dossier.state == State.RETURNED


def test_the_citizen_hears_of_every_result_and_refusal() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth")
    refuse_part(
        application=dossier, part="residence", ground="Điều 20", at=MONDAY + 3 * HOUR, acting_user=_specialist(dossier)
    )
    bodies = " ".join(Message.objects.filter(reference=dossier.code).values_list("body", flat=True))
    assert "Giấy khai sinh" in bodies
    assert "Đăng ký thường trú" in bodies
    assert "Điều 20" not in bodies


# -- papers and pages ------------------------------------------------------------------------------------------------------


def test_form_01_lists_the_services_with_their_dates() -> None:
    dossier = a_linked_dossier("birth_linked")
    words = said_by(IssuedForm.objects.get(application=dossier, number="01"))
    for said in ("Đăng ký khai sinh", "Công an cấp xã", "Thẻ bảo hiểm y tế", "25/11/2026", "27/11/2026"):
        assert said in words


def test_form_01_says_what_was_promised_when_it_was_issued(centre: Centre) -> None:
    dossier = a_linked_dossier("birth_linked")
    form = IssuedForm.objects.get(application=dossier, number="01")
    assert form.frozen["limit"] == "Theo từng thủ tục dưới đây"
    assert datetime.fromisoformat(form.frozen["parts"][0]["due_at"]) == hanoi("2026-11-25 17:00")
    _outage("2026-11-25 08:00", "2026-11-26 08:00", centre)
    with clock.fixed(hanoi("2026-11-26 08:05")):
        stop_for_outages(at=clock.now())
    printed = receipt_context(_fresh(dossier), form.frozen, form.issued_at)
    assert [part["due"] for part in printed["parts"]] == ["17:00 25/11/2026", "17:00 27/11/2026", "17:00 27/11/2026"]
    assert receipt_context(_fresh(dossier))["parts"][0]["due"] == "17:00 26/11/2026"


def test_originals_go_out_with_the_last_result() -> None:
    dossier = a_linked_dossier("birth_linked")
    paper = dossier.papers.select_related("requirement").first()
    assert paper is not None and dossier.applicant is not None and dossier.received_by is not None
    type(paper.requirement).objects.filter(pk=paper.requirement_id).update(is_kept=True)
    officer = dossier.received_by
    keep_original(application=dossier, paper=paper.pk, number="AB 1", pages=2, at=MONDAY + HOUR, acting_user=officer)
    for key in ("birth", "residence", "health_card"):
        dossier = _done(dossier, key)
    _collect(dossier, "birth")
    original = dossier.originals.get()
    assert original.is_in_custody
    with pytest.raises(BadInput) as refused:
        hand_over_parts(
            application=dossier, parts=["residence", "health_card"], handed_to="Ánh", signature=None,
            at=MONDAY + 6 * HOUR, acting_user=officer,
        )  # fmt: skip
    assert refused.value.code == "authorisation_empty"
    dossier = hand_over_parts(
        application=dossier, parts=["residence", "health_card"], handed_to="Ánh", signature=None,
        authorisation="UQ 12", at=MONDAY + 6 * HOUR, acting_user=officer,
    )  # fmt: skip
    original.refresh_from_db()
    assert dossier.state == State.RETURNED and not original.is_in_custody
    assert chain_is_whole(dossier)


def test_originals_go_back_by_themselves_where_the_last_result_is_gone_already() -> None:
    dossier = a_linked_dossier("birth_linked")
    paper = dossier.papers.select_related("requirement").first()
    assert paper is not None and dossier.received_by is not None
    type(paper.requirement).objects.filter(pk=paper.requirement_id).update(is_kept=True)
    officer = dossier.received_by
    keep_original(application=dossier, paper=paper.pk, number="AB 1", pages=2, at=MONDAY + HOUR, acting_user=officer)
    _done(dossier, "birth")
    _collect(dossier, "birth")
    for key in ("residence", "health_card"):
        dossier = refuse_part(
            application=dossier, part=key, ground="Điều 20", at=MONDAY + 6 * HOUR, acting_user=_specialist(dossier)
        )
    assert dossier.state == State.RETURNED
    assert "give-originals-back" in [verb.key for verb in offered(_fresh(dossier), officer)]
    give_back(
        application=dossier, given_to="Ánh", authorisation="UQ 12", reason="Đã xong", at=MONDAY + 7 * HOUR,
        acting_user=officer,
    )  # fmt: skip
    assert not dossier.originals.get().is_in_custody


def test_form_02_names_the_service(in_english: None) -> None:
    dossier = a_linked_dossier("birth_linked")
    dossier = _ask(dossier, "birth", MONDAY + 2 * HOUR)
    assert "Đăng ký khai sinh" in said_by(IssuedForm.objects.get(application=dossier, number="02"))
    assert told(dossier.events.last()).sentence.startswith("Birth registration: ")
    assert any("khai sinh" in line["note"] for line in moves_of(dossier))


def test_the_dossiers_page_shows_each_part_and_takes_what_is_told(as_: As, at_hanoi: Any) -> None:
    dossier = a_linked_dossier("birth_linked")
    at_hanoi("2026-11-23 14:00")
    client = as_(Role.SPECIALIST)
    page = client.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert page.count("?part=") == 1
    assert reverse("applications:dossier_act", args=[dossier.pk, "propose"]) not in page
    answer = client.post(
        reverse("applications:dossier_act", args=[dossier.pk, "part-done"]),
        {"part-done-part": "birth", "part-done-number": "12/KS"},
    )
    assert answer.status_code == 302
    page = client.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert "12/KS" in page
    assert page.count("?part=") == 2
    address = reverse("applications:ask_supplement", args=[dossier.pk]) + "?part=residence"
    assert "Đăng ký thường trú" in client.get(address).content.decode()
    asked = client.post(address, {"part": "residence", "about-1": "", "what-0": "Ảnh mờ", "todo-0": "Nộp lại"})
    assert asked.status_code == 302, asked.content.decode()
    assert _states(dossier)["residence"] == "supplement"
    accepted = client.post(
        reverse("applications:dossier_act", args=[dossier.pk, "accept-supplement"]),
        {"accept-supplement-part": "residence", "accept-supplement-note": "đủ"},
    )
    assert accepted.status_code == 302
    counter = as_(Role.COUNTER_OFFICER)
    handed = counter.post(
        reverse("applications:dossier_act", args=[dossier.pk, "hand-over-parts"]),
        {
            "hand-over-parts-parts": ["birth"],
            "hand-over-parts-handed_to": "Ánh",
            "hand-over-parts-authorisation": "UQ 12",
            "hand-over-parts-on_paper": "on",
        },
    )
    assert handed.status_code == 302, handed.content.decode()
    assert Part.objects.get(application=dossier, key="birth").handed_to == "Ánh"


@pytest.mark.parametrize("language", ["vi", "en", "ko"])
def test_the_citizen_reads_where_each_part_stands(client: Client, at_hanoi: Any, language: str) -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth", MONDAY + HOUR)
    _ask(dossier, "residence", MONDAY + 2 * HOUR)
    at_hanoi("2026-11-23 14:00")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get(reverse("applications:ticket", args=[dossier.token])).content.decode()
    words = {
        "vi": ("Đăng ký khai sinh", "đã có, mời bác đến nhận", "cần bác bổ sung"),
        "en": ("Birth registration", "ready, please collect it", "needs something from you"),
        "ko": ("출생 등록", "준비됨", "보완"),
    }[language]
    for said in words:
        assert said in page, said
    assert "Ánh" not in page


def test_a_service_that_is_late_is_seen_in_the_list_and_in_the_managers_figures(as_: As, at_hanoi: Any) -> None:
    dossier = a_linked_dossier("birth_linked")
    at = at_hanoi("2026-11-26 09:00")
    assert numbers(dossier.competent, at).late_parts == 1
    assert numbers(dossier.competent, at).overdue == 0
    assert any("late-parts" in address for _severity, _text, address in needs_attention(dossier.competent, at))
    for role in (Role.SPECIALIST, Role.MANAGER):
        assert "late-parts" in as_(role).get(reverse("applications:worklist")).content.decode()
        page = as_(role).get(reverse("applications:worklist") + "?list=late-parts").content.decode()
        assert dossier.code in page
        assert "Đăng ký khai sinh" in page


def test_the_api_tells_a_part_and_shows_all(as_: As, at_hanoi: Any) -> None:
    dossier = a_linked_dossier("birth_linked")
    at_hanoi("2026-11-23 14:00")
    client = as_(Role.SPECIALIST)
    done = client.post(
        reverse("api_part_done", args=[dossier.pk]),
        {"part": "birth", "number": "1/KS"},
        content_type="application/json",
    ).json()
    assert [part["state"] for part in done["parts"]] == ["done", "office", "office"]
    refused = client.post(
        reverse("api_part_refused", args=[dossier.pk]),
        {"part": "residence", "ground": "Điều 20"},
        content_type="application/json",
    ).json()
    assert refused["parts"][1]["state"] == "refused"
    gone = client.post(
        reverse("api_part_done", args=[dossier.pk]),
        {"part": "residence", "number": "1"},
        content_type="application/json",
    )
    assert gone.status_code == 409


def test_the_national_portal_hears_of_each_part_in_its_own_words() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth")
    event = dossier.events.filter(kind=EventKind.PART_DONE).get()
    told_there = AtEvent(_fresh(dossier), event, SyncRules()).tiendo()
    assert told_there["NoiDungXuLy"].endswith(": Đăng ký khai sinh")
    assert told_there["PhongBanXuLy"] == "Uỷ ban nhân dân cấp xã"
    assert told_there["TrangThai"] == "4"


def test_the_national_portal_is_told_what_each_service_asked_and_got() -> None:
    dossier = a_linked_dossier("birth_linked")
    _done(dossier, "birth", MONDAY + HOUR)
    _ask(dossier, "residence", MONDAY + 2 * HOUR)
    _ask(dossier, "health_card", MONDAY + 3 * HOUR)
    _answer(dossier, "health_card", MONDAY + 4 * HOUR)
    again = _ask(
        dossier, "health_card", MONDAY + 5 * HOUR, by=member_of(Role.LEADER, dossier.competent), reason="Xác minh mới"
    )
    _answer(again, "residence", MONDAY + 6 * HOUR)
    rows = AtEvent(_fresh(dossier), dossier.events.order_by("sequence").last(), SyncRules())._supplements()
    asked = {str(row.pk): (row.part.key, row.sequence) for row in dossier.supplements.select_related("part")}
    assert [(asked[row["HoSoBoSungId"]], row["TrangThaiBoSung"]) for row in rows] == [
        (("residence", 1), "1"),
        (("health_card", 1), "1"),
        (("health_card", 2), "0"),
    ]


def test_parts_are_of_one_state_machine() -> None:
    names = {transition.name for transition in Part(state=PartState.WAITING).get_all_state_transitions()}
    assert names == {"begin", "ask_supplement", "resume", "finish", "refuse", "end"}
