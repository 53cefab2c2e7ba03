"""Taken in for an office elsewhere: which one is said at the desk, and it has the dossier once it is handed over."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from applications.actions.edit_draft import answer_facts, choose_office
from applications.actions.ending import withdraw
from applications.actions.forward import forward
from applications.actions.hand_over import hand_over
from applications.actions.handle import propose, sign, take
from applications.actions.receive import NotComplete, receive
from applications.actions.transfer_originals import send
from applications.city import centre_lines, needs
from applications.day import numbers
from applications.documents import receipt_context
from applications.enums import EventKind, State, StepKind
from applications.enums_originals import Direction
from applications.handling import offered
from applications.models import Application, TransferList
from applications.tracking import TrackedDossier
from centres.enums import Role
from centres.models import Centre, Membership
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.at_desk import As, to, words
from tests.factories.applications import (
    MONDAY,
    a_centre,
    a_dossier,
    a_dossier_for_elsewhere,
    a_draft,
    a_member,
    member_of,
)
from tests.moments import hanoi

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
LISTS = "/dossiers/"


@pytest.fixture
def office(db: None) -> Centre:
    """Branch no. 4, with its people."""
    found = a_centre("chi-nhanh-4", "H26.30.4")
    for role in (Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER, Role.MANAGER):
        member_of(role, found)
    return found


def now(dossier: Application) -> Application:
    return Application.objects.get(pk=dossier.pk)


def lists(client: Any, key: str) -> list[int]:
    return [row.application.pk for row in client.get(LISTS, {"list": key}).context["rows"]]


def test_the_road_through_the_pages(as_: As, office: Centre, centre: Centre) -> None:
    draft = a_draft()
    desk = as_(draft.opened_by)
    assert desk.post(to("answer", draft.pk), {"asked": "other_territory", "yes": "other_territory"}).status_code == 302
    page = desk.get(f"{to('desk')}?matter={draft.pk}")
    assert 'id="id_office"' in page.content.decode() and f'<option value="{office}">' in page.content.decode()
    refused = desk.post(to("receive", draft.pk), headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert "missing#id_office" in refused.content.decode(), words(refused)
    beside = desk.get(f"{to('desk')}?matter={draft.pk}&missing").content.decode()
    assert 'aria-invalid="true"' in re.search(r'<input[^>]*id="id_office"[^>]*>', beside)[0]

    assert desk.post(to("office", draft.pk), {"office": "chi nhánh 4"}).status_code == 302
    for paper in draft.papers.all():
        desk.post(to("tick", paper.pk), {"there": "1"})
    assert desk.post(to("receive", draft.pk)).status_code == 302
    dossier = now(draft)
    assert (dossier.competent, dossier.received_at_centre, dossier.state) == (office, centre, State.ACCEPTED)
    due = dossier.due_at

    specialist = as_(member_of(Role.SPECIALIST, office))
    address = reverse("applications:dossier", args=[dossier.pk])
    assert specialist.get(address).status_code == 404 and lists(specialist, "to-take") == []
    assert lists(as_(Role.SPECIALIST), "to-take") == [], "those of the receiving centre do not decide on it"
    assert lists(desk, "to-forward") == [dossier.pk]
    assert str(office) in words(desk.get(LISTS, {"list": "to-forward"}))
    assert desk.post(f"{address}forward/").status_code == 302

    assert lists(desk, "to-forward") == []
    assert lists(specialist, "to-take") == [dossier.pk] and specialist.get(address).status_code == 200
    assert specialist.post(f"{address}take/").status_code == 302
    told = words(desk.get(address))
    assert f"Lê Thị Hương chuyển hồ sơ đến {office.name['vi']}." in told
    moved = list(now(dossier).events.order_by("sequence").values_list("kind", "centre"))
    assert moved == [
        (EventKind.RECEIVED, centre.pk), (EventKind.FORWARDED, centre.pk), (EventKind.TAKEN, office.pk),
    ]  # fmt: skip
    assert now(dossier).due_at == due, "the promise of the receipt stands"
    assert [step.kind for step in dossier.steps.all()] == [StepKind.FORWARD, StepKind.APPRAISE, StepKind.APPRAISE]


def test_past_its_hour_it_is_red_in_the_list_and_on_the_citys_page(
    as_: As, office: Centre, centre: Centre, at_hanoi: Any
) -> None:
    dossier = a_dossier_for_elsewhere(office=office)
    late, said = dossier.forward_by + timedelta(minutes=1), "quá giờ phải chuyển"
    page = as_(Role.COUNTER_OFFICER).get(LISTS, {"list": "to-forward"})
    assert said not in words(page) and needs([centre, office], dossier.forward_by, whole_city=False) == []
    at_hanoi(clock.local(late).strftime("%Y-%m-%d %H:%M"))
    assert said in words(as_(Role.COUNTER_OFFICER).get(LISTS, {"list": "to-forward"}))
    [(severity, sentence, _address)] = needs([centre, office], late, whole_city=False)
    assert severity == "act" and str(centre) in sentence
    lines = {line.centre: line.in_hand for line in centre_lines([centre, office], late)}
    assert lines[office] == 0, "it does not have it yet"
    forward(application=dossier, at=late, acting_user=dossier.received_by)
    assert needs([centre, office], late, whole_city=False) == []


def test_several_are_handed_over_together(as_: As, office: Centre) -> None:
    dossiers = [a_dossier_for_elsewhere(office=office) for _ in range(2)]
    desk = as_(Role.COUNTER_OFFICER)
    desk.post(to("several"), {"list": "to-forward", "dossier": [row.pk for row in dossiers]})
    assert lists(desk, "to-forward") == []
    assert set(lists(as_(member_of(Role.SPECIALIST, office)), "to-take")) == {row.pk for row in dossiers}


def test_to_its_end_at_two_centres(office: Centre, centre: Centre) -> None:
    """Decided there, fetched where it was handed in."""
    dossier = a_dossier_for_elsewhere(office=office)
    officer, hour = dossier.received_by, timedelta(hours=1)
    specialist, leader = (member_of(role, office) for role in (Role.SPECIALIST, Role.LEADER))
    for role in (Role.SPECIALIST, Role.LEADER, Role.MANAGER):
        assert [verb.key for verb in offered(now(dossier), member_of(role, office))] == []
    with pytest.raises(NotAllowed):
        take(application=dossier, at=MONDAY + hour, acting_user=specialist)
    with pytest.raises(NotAllowed):
        forward(application=dossier, at=MONDAY + hour, acting_user=member_of(Role.COUNTER_OFFICER, office))
    forward(application=dossier, at=MONDAY + hour, acting_user=officer)
    with pytest.raises(RuleBroken) as again:
        forward(application=dossier, at=MONDAY + hour, acting_user=officer)
    assert again.value.code == "wrong_state"
    take(application=dossier, at=MONDAY + 2 * hour, acting_user=specialist)
    propose(application=dossier, number="1/TP", document=None, at=MONDAY + 3 * hour, acting_user=specialist)
    sign(application=dossier, at=MONDAY + 4 * hour, acting_user=leader)
    done = hand_over(
        application=dossier, handed_to="Ánh", signature=None, authorisation="GUQ", unpaid_reason="sau",
        at=MONDAY + 5 * hour, acting_user=officer,
    )  # fmt: skip
    assert (done.state, done.received_at_centre) == (State.RETURNED, centre)


def test_a_wish_to_withdraw_and_a_refund_have_a_way(office: Centre) -> None:
    dossier = a_dossier_for_elsewhere(office=office)
    officer = dossier.received_by
    assert {"forward", "withdraw"} <= {verb.key for verb in offered(now(dossier), officer)}
    gone = withdraw(application=dossier, reason="Nhầm", given_back="", at=MONDAY, acting_user=officer)
    assert not gone.waits_to_be_forwarded
    leader = member_of(Role.LEADER, office)
    assert Application.objects.visible_to(leader).filter(pk=gone.pk).exists(), "money is given back there"


@pytest.mark.parametrize(
    ("received", "by"),
    [
        ("2026-11-23 10:26", "2026-11-23 17:00"),
        ("2026-11-23 15:00", "2026-11-23 17:00"),
        ("2026-11-23 15:01", "2026-11-25 08:00"),
        ("2026-11-27 16:10", "2026-11-30 08:00"),
    ],
)
def test_by_when_the_office_has_it(office: Centre, received: str, by: str, at_hanoi: Any) -> None:
    at_hanoi(received)
    assert a_dossier_for_elsewhere(office=office, at=hanoi(received)).forward_by == hanoi(by)


def test_the_receipt_names_the_office_and_where_the_result_is_fetched(office: Centre, centre: Centre) -> None:
    said = receipt_context(a_dossier_for_elsewhere(office=office))
    assert said["office"] == office.name["vi"] and said["result_where"] == f"Tại {centre.name['vi']}"
    assert receipt_context(a_dossier())["office"] == ""


def test_without_an_office_it_is_not_received(office: Centre) -> None:
    draft = a_draft()
    officer = draft.opened_by
    draft = answer_facts(application=draft, facts={"other_territory": True}, at=MONDAY, acting_user=officer)
    with pytest.raises(NotComplete) as refused:
        receive(application=draft, at=MONDAY, acting_user=officer)
    assert any(getattr(one, "href", "").endswith("#id_office") for one in refused.value.details["missing"])


def test_only_another_centre_that_works_can_be_chosen(office: Centre, centre: Centre) -> None:
    draft = a_draft()
    officer = draft.opened_by
    with pytest.raises(BadInput):
        choose_office(application=draft, office=office, at=MONDAY, acting_user=officer)
    draft = answer_facts(application=draft, facts={"other_territory": True}, at=MONDAY, acting_user=officer)
    closed = a_centre("chi-nhanh-9", "H26.30.9")
    Centre.objects.filter(pk=closed.pk).update(is_active=False)
    for wrong in (centre, Centre.objects.get(pk=closed.pk)):
        with pytest.raises(BadInput):
            choose_office(application=draft, office=wrong, at=MONDAY, acting_user=officer)
    draft = choose_office(application=draft, office=office, at=MONDAY, acting_user=officer)
    draft = answer_facts(application=draft, facts={"other_territory": False}, at=MONDAY, acting_user=officer)
    assert draft.competent == centre, "untouched again"
    dossier = receive(application=draft, at=MONDAY, acting_user=officer)
    assert not dossier.waits_to_be_forwarded and "Tiếp nhận thay" not in str(receipt_context(dossier))


@pytest.mark.parametrize("typed", ["", "xyz", "chi nhánh", "Chi nhánh số 3"])
def test_a_name_that_is_none_is_said_beside_the_field(as_: As, office: Centre, typed: str) -> None:
    a_centre("chi-nhanh-5", "H26.30.5")
    draft = a_draft()
    draft = answer_facts(application=draft, facts={"other_territory": True}, at=MONDAY, acting_user=draft.opened_by)
    answer = as_(draft.opened_by).post(to("office", draft.pk), {"office": typed}, headers={"HX-Request": "true"})
    assert answer.status_code == 422 and answer["HX-Retarget"] == "#office"
    assert 'aria-invalid="true"' in answer.content.decode() and "<datalist" in answer.content.decode()


def test_the_citizen_reads_where_it_is(office: Centre) -> None:
    dossier = a_dossier_for_elsewhere(office=office)
    lines = [line.text for line in TrackedDossier(now(dossier), clock.now()).timeline]
    assert any(str(office) in text for text in lines)


def test_originals_go_to_that_office_by_a_list(office: Centre) -> None:
    """The lists that both sides sign are the same as ever; their other end is where it is decided."""
    dossier = a_dossier_for_elsewhere(office=office, procedure="land_change_info")
    originals = list(dossier.originals.values_list("pk", flat=True))
    send(originals=originals, direction=Direction.TO_OFFICE, at=MONDAY, acting_user=dossier.received_by)
    assert TransferList.objects.get().competent == office and now(dossier).waits_to_be_forwarded


def test_the_managers_of_that_office_count_it_once_they_have_it(office: Centre) -> None:
    dossier = a_dossier_for_elsewhere(office=office)
    assert numbers(office, clock.now()).in_hand == 0
    forward(application=dossier, at=MONDAY, acting_user=dossier.received_by)
    assert numbers(office, clock.now()).in_hand == 1


def test_somebody_with_both_roles_hands_it_over_first(office: Centre, centre: Centre) -> None:
    both = a_member(Role.COUNTER_OFFICER, centre)
    dossier = a_dossier_for_elsewhere(office=office)
    Membership.objects.create(
        user=both, centre=office, role=Role.SPECIALIST, valid_from=hanoi("2025-07-01 00:00").date()
    )
    keys = {verb.key for verb in offered(now(dossier), both)}
    assert "forward" in keys and "take" not in keys
