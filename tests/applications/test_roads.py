"""Every role, every step, every state; and random roads for weeks of simulated time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as Settings
from hypothesis.stateful import run_state_machine_as_test

from applications.actions.end_filing import note_withdrawn, refuse_filing
from applications.actions.ending import ask_to_withdraw
from applications.actions.file_online import take_in_filing
from applications.actions.handle import propose
from applications.actions.pay import ask_payment
from applications.actions.receive import receive
from applications.actions.refuse_draft import refuse_draft
from applications.actions.supplement import ask_at_intake
from applications.enums import State
from applications.handling import BY_KEY, VERBS, offered
from applications.models import Application, Arrival, Event
from applications.roads_page import INTAKE, ROLES, may, page
from centres.enums import Role
from citizens.models import User
from portal.errors import RuleBroken
from tests.applications.road_machine import Roads, prepare
from tests.factories.applications import (
    MONDAY,
    a_centre,
    a_dossier,
    a_dossier_for_elsewhere,
    a_draft,
    a_member,
    member_of,
)
from tests.factories.national import a_filing
from tests.factories.roads import do

# -- every role, step and state ----------------------------------------------------------------------------------------


def _in_every_state() -> dict[str, Application]:
    """Named dossiers, one in each state and at each place inside the office."""
    found = {state.name: a_dossier(state=state) for state in (
        State.ACCEPTED, State.PROCESSING, State.SUPPLEMENT, State.DONE, State.RETURNED,
    )}  # fmt: skip
    proposed = a_dossier(state=State.PROCESSING)
    found["SIGNING"] = propose(
        application=proposed, number="7/TP", document=None, at=MONDAY, acting_user=proposed.handler
    )
    owing = a_dossier(state=State.PROCESSING)
    found["PAYMENT"] = ask_payment(application=owing, name="Thuế", amount=1000, at=MONDAY, acting_user=owing.handler)
    wished = a_dossier(state=State.PROCESSING)
    ask_to_withdraw(application=wished, reason="Không cần", at=MONDAY)
    found["WISHED"] = wished
    found["FOR_ELSEWHERE"] = a_dossier_for_elsewhere()
    a_member(Role.SPECIALIST, found["FOR_ELSEWHERE"].competent)
    for state, key, role in ((State.WITHDRAWN, "withdraw", Role.COUNTER_OFFICER), (State.STOPPED, "stop", Role.LEADER)):
        ended = a_dossier(state=State.PROCESSING)
        BY_KEY[key].do(ended, {"reason": "x", "given_back": ""}, MONDAY, member_of(role, ended.competent))
        found[state.name] = Application.objects.get(pk=ended.pk)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*ROLES.values(), "elsewhere", "nobody"])
def test_whoever_is_not_offered_a_step_cannot_take_it_and_whoever_is_can(at_hanoi: Any, role: str) -> None:
    at = at_hanoi("2026-11-23 13:40")
    rows = _in_every_state()
    a_member(Role.SPECIALIST, full_name="Đồng nghiệp")
    if role == "elsewhere":
        user = a_member(Role.LEADER, a_centre("chi-nhanh-4", "H26.30.4"))
    elif role == "nobody":
        user = User.objects.create(username="khong-vai-tro")
    else:
        user = a_member(role)
    wrong = []
    for name, row in rows.items():
        for verb in VERBS:
            dossier = Application.objects.get(pk=row.pk)
            is_offered = verb in offered(dossier, user)
            with transaction.atomic():
                events = Event.objects.count()
                try:
                    with transaction.atomic():
                        do(verb, dossier, at, user)
                    done = True
                except RuleBroken:
                    done = False
                if done != is_offered:
                    wrong.append(f"{role} {verb.key} {name}: offered {is_offered}, done {done}")
                if not done and Event.objects.count() != events:
                    wrong.append(f"{role} {verb.key} {name}: refused, and left something behind")
                if is_offered and not may(verb, State(dossier.state), role):
                    wrong.append(f"{role} {verb.key} {name}: not on the page of the documentation")
                transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


_INTAKE: dict[str, Callable[[Application, datetime, User], Any]] = {
    "receive": lambda draft, at, user: receive(application=draft, at=at, acting_user=user),
    "ask": lambda draft, at, user: ask_at_intake(application=draft, faults="Thiếu trang 2", at=at, acting_user=user),
    "refuse": lambda draft, at, user: refuse_draft(
        application=draft, reason="Sai nơi", ground="Điều 15", at=at, acting_user=user
    ),
    "refuse-filed": lambda draft, at, user: refuse_filing(
        application=draft, reason="Sai nơi", ground="Điều 15", at=at, acting_user=user
    ),
    "withdrawn-there": lambda draft, at, user: note_withdrawn(application=draft, at=at, acting_user=user),
}


def _before_and_after_receipt() -> dict[str, Application]:
    """Complete drafts: at the counter now, left behind, and filed online; and what was received already."""
    received = _in_every_state()
    found = {name: a_draft() for name in ("DRAFT", "FILED", "SUBMITTED", "AT_COUNTER")}
    arrival, _is_new = take_in_filing(hoso=a_filing(), at=MONDAY)
    Arrival.objects.filter(pk=arrival.pk).update(application=found["FILED"])
    Application.objects.filter(pk=found["SUBMITTED"].pk).update(state=State.SUBMITTED, submitted_at=MONDAY)
    return {name: Application.objects.get(pk=row.pk) for name, row in found.items()} | received


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*ROLES.values(), "colleague", "elsewhere", "nobody"])
def test_before_the_receipt_only_the_officer_at_the_counter_decides(at_hanoi: Any, role: str) -> None:
    at = at_hanoi("2026-11-23 13:40")
    rows = _before_and_after_receipt()
    if role == "elsewhere":
        other = a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4"))
    elif role == "nobody":
        other = User.objects.create(username="khong-vai-tro")
    else:
        other = a_member(Role.COUNTER_OFFICER if role == "colleague" else role, full_name="Đồng nghiệp")
    wrong = []
    for name, row in rows.items():
        user = row.opened_by if role == Role.COUNTER_OFFICER else other
        for step in INTAKE:
            with transaction.atomic():
                try:
                    with transaction.atomic():
                        _INTAKE[step.key](Application.objects.get(pk=row.pk), at, user)
                    done = True
                except RuleBroken:
                    done = False
                transaction.set_rollback(True)
            is_at_another_counter = role == "colleague" and name == "AT_COUNTER"
            expected = step.may(user, row, filed=name == "FILED") and not is_at_another_counter
            if done != expected:
                wrong.append(f"{role} {step.key} {name}: done {done}")
    assert not wrong, "\n".join(wrong)


def test_the_page_of_roads_is_current() -> None:
    written = (django_settings.BASE_DIR / "docs" / "roads.md").read_text(encoding="utf-8")
    assert written == page(), "manage.py write_roads"


# -- random roads ------------------------------------------------------------------------------------------------------


def walk(examples: int, steps: int) -> None:
    prepare()
    run_state_machine_as_test(
        Roads,
        settings=Settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.fixture
def _national(settings: Any) -> None:
    """Rows are written for it; nobody sends them."""
    settings.NATIONAL_URL = "http://127.0.0.1:9"


@pytest.mark.django_db
@pytest.mark.usefixtures("_national")
def test_random_roads_lead_somewhere() -> None:
    walk(6, 12)


@pytest.mark.full
@pytest.mark.django_db
@pytest.mark.usefixtures("_national")
def test_random_roads_lead_somewhere_for_weeks() -> None:
    walk(80, 40)
