"""Every role, every step, every state; and random roads for weeks of simulated time."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from applications import tasks
from applications.actions.ending import ask_to_withdraw
from applications.actions.handle import propose
from applications.actions.pay import ask_payment
from applications.actions.transfer_originals import confirm, send
from applications.enums import IN_HAND, RECEIVED, TERMINAL, WAITING_FOR_CITIZEN, EventKind, State
from applications.enums_originals import AT_BRANCH, ON_THE_WAY, WITH_OFFICE, Direction, Place
from applications.handling import BY_KEY, VERBS, Verb, offered
from applications.models import AnswerLimit, Application, Event, TransferList
from applications.pauses import counted_again
from applications.roads_page import ROLES, may, page
from centres.enums import Role
from citizens.models import User
from notifications.models import Message
from portal import chain, clock
from portal.errors import RuleBroken
from procedures.catalogue_cache import load_calendar
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member, member_of
from tests.factories.roads import do

BIRTH = "1.001193"


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


def test_the_page_of_roads_is_current() -> None:
    written = (django_settings.BASE_DIR / "docs" / "roads.md").read_text(encoding="utf-8")
    assert written == page(), "manage.py write_roads"


# -- random roads ------------------------------------------------------------------------------------------------------

# Which notice each event owes to the citizen.
OWED = {
    EventKind.RECEIVED: "received",
    EventKind.SUPPLEMENT_ASKED: "supplement",
    EventKind.PAYMENT_ASKED: "payment",
    EventKind.EXTENDED: "extended",
    EventKind.APPROVED: "result_ready",
    EventKind.REPLACED: "result_replaced",
    EventKind.WITHDRAWN: "withdrawn",
    EventKind.STOPPED: "stopped",
    EventKind.NOT_ANSWERED: "stopped",
    EventKind.NOT_WITHDRAWN: "not_withdrawn",
    EventKind.REFUNDED: "refunded",
}
# Which form each event issues.
PRINTED = {
    EventKind.RECEIVED: "01",
    EventKind.REISSUED: "01",
    EventKind.SUPPLEMENT_ASKED: "02",
    EventKind.EXTENDED: "04",
    EventKind.WITHDRAWN: "05",
    EventKind.STOPPED: "05",
    EventKind.NOT_ANSWERED: "05",
}
MOVES_THE_DATE = {EventKind.SUPPLEMENTED, EventKind.PAID, EventKind.EXTENDED}


class Roads(RuleBasedStateMachine):
    """One dossier, everybody who may touch it, and the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.scope = transaction.atomic()
        self.scope.__enter__()
        self.now = MONDAY
        self.due: datetime | None = None
        self.events = 0

    def teardown(self) -> None:
        try:
            if hasattr(self, "pk"):
                self.bring_to_an_end()
        finally:
            transaction.set_rollback(True)
            self.scope.__exit__(None, None, None)

    @initialize(procedure=st.sampled_from(["birth", "land_change_info"]), law_ends=st.booleans())
    def received(self, procedure: str, law_ends: bool) -> None:
        self.dossier_of = a_dossier(procedure=procedure, at=self.now)
        self.pk = self.dossier_of.pk
        centre = self.dossier_of.competent
        self.people = [member_of(role, centre) for role in list(ROLES.values())[:4]]
        self.people += [a_member(Role.SPECIALIST, centre, full_name="Đồng nghiệp"), a_member(Role.LEADER, centre)]
        if law_ends:
            for code in (BIRTH, self.dossier_of.version.procedure.code):
                AnswerLimit.objects.get_or_create(
                    procedure_code=code, valid_from=date(2025, 7, 1), defaults={"working_days": 7, "source": "thử"}
                )

    @property
    def dossier(self) -> Application:
        return Application.objects.get(pk=self.pk)

    def chances(self) -> list[tuple[Verb, User]]:
        dossier = self.dossier
        with clock.fixed(self.now):
            return [(verb, person) for person in self.people for verb in offered(dossier, person)]

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        """With the sweeps of each day on the way."""
        until = self.now + timedelta(hours=hours)
        while self.now < until:
            self.now = min(until, self.now + timedelta(hours=6))
            with clock.fixed(self.now):
                tasks.foresee_lateness()
                tasks.mind_supplements()
                tasks.remind_offices()

    @rule(which=st.integers(0, 200))
    def somebody_takes_a_step(self, which: int) -> None:
        chances = self.chances()
        if not chances:
            return
        verb, person = chances[which % len(chances)]
        self.now += timedelta(minutes=7)
        with clock.fixed(self.now):
            if verb not in offered(self.dossier, person):  # its time ran out in these minutes
                return
            do(verb, self.dossier, self.now, person)

    @rule(which=st.integers(0, 200), who=st.integers(0, 5))
    def somebody_tries_what_is_not_theirs(self, which: int, who: int) -> None:
        dossier, person = self.dossier, self.people[who]
        with clock.fixed(self.now):
            closed = [verb for verb in VERBS if verb not in offered(dossier, person)]
            verb = closed[which % len(closed)]
            with pytest.raises(RuleBroken), transaction.atomic():
                do(verb, dossier, self.now, person)

    @rule()
    def the_citizen_asks_to_withdraw(self) -> None:
        dossier = self.dossier
        open_wish = dossier.withdrawals.filter(settled_at=None).exists()
        if dossier.state in IN_HAND and not open_wish:
            ask_to_withdraw(application=dossier, reason="Không cần nữa", at=self.now)

    @rule(all_there=st.booleans())
    def the_originals_travel(self, all_there: bool) -> None:
        """To the office, or back, by a list that is sent, or confirmed, short until it is looked through again."""
        self.now += timedelta(minutes=3)
        officer, specialist = self.people[:2]
        on_way = TransferList.objects.filter(closed_at=None, items__original__application=self.pk).first()
        if on_way is not None:
            items = set(on_way.items.values_list("pk", flat=True))
            short = {} if all_there else dict.fromkeys(items, "?")
            confirm(
                transfer=on_way, received=items - short.keys(), missing=short, at=self.now,
                acting_user=specialist if on_way.is_out else officer,
            )  # fmt: skip
            return
        for places, direction, sender in (
            (AT_BRANCH, Direction.TO_OFFICE, officer), ([Place.AT_OFFICE], Direction.TO_BRANCH, specialist),
        ):  # fmt: skip
            here = list(self.dossier.originals.filter(place__in=places).values_list("pk", flat=True))
            if here:
                send(originals=here, direction=direction, at=self.now, acting_user=sender)
                return

    @invariant()
    def nothing_is_broken(self) -> None:
        if not hasattr(self, "pk"):
            return
        dossier = self.dossier
        events = list(dossier.events.order_by("sequence").prefetch_related("values"))
        assert chain.verify(events) is None
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        assert events[-1].to_state == dossier.state
        for before, after in zip(events, events[1:], strict=False):
            assert after.from_state == before.to_state, "no change of state without its event"
            assert after.at >= before.at
        self.the_clock_is_right(dossier, events)
        self.somebody_has_it(dossier)
        self.everybody_was_told(dossier, events)
        self.every_original_is_somewhere(dossier)

    def every_original_is_somewhere(self, dossier: Application) -> None:
        for original in dossier.originals.all():
            moves = list(original.moves.all())
            assert [move.from_place for move in moves] == ["", *(move.to_place for move in moves[:-1])]
            assert moves[-1].to_place == original.place
            on_lists = original.transfers.filter(settled_at=None).count()
            assert on_lists == int(original.place in ON_THE_WAY)
            assert not (dossier.state == State.RETURNED and original.is_in_custody)

    def the_clock_is_right(self, dossier: Application, events: list[Event]) -> None:
        waiting = dossier.state in WAITING_FOR_CITIZEN
        assert dossier.pauses.filter(to_at=None).count() == int(waiting)
        assert (dossier.paused_at is not None) == waiting
        if waiting:
            assert not dossier.is_overdue(self.now + timedelta(days=400))
        moved = {event.kind for event in events[self.events :]}
        if self.due is not None and dossier.due_at != self.due:
            assert dossier.due_at is not None
            assert dossier.due_at > self.due
            assert moved & MOVES_THE_DATE, f"moved without a reason: {moved}"
        if dossier.state in IN_HAND and not waiting:
            again = counted_again(dossier, load_calendar())
            assert dossier.due_at is not None
            assert clock.local_day(again.at) == clock.local_day(dossier.due_at)
        self.due, self.events = dossier.due_at, len(events)

    def somebody_has_it(self, dossier: Application) -> None:
        open_steps = dossier.steps.filter(to_at=None).count()
        is_over = dossier.state in TERMINAL
        assert open_steps == int(not is_over)
        if is_over:
            assert not dossier.supplements.filter(answered_at=None, ended_at=None).exists()
            assert not dossier.withdrawals.filter(settled_at=None).exists()
            assert not dossier.extensions.filter(signed_at=None, dropped_at=None).exists()
        else:
            assert self.chances(), f"no way out of {dossier.get_state_display()}"

    def everybody_was_told(self, dossier: Application, events: list[Event]) -> None:
        told = Counter(
            (key.split(":")[2])
            for key in Message.objects.filter(dedup_key__startswith=f"dossier:{self.pk}:", channel="sms").values_list(
                "dedup_key", flat=True
            )
        )
        owed = Counter(OWED[EventKind(event.kind)] for event in events if event.kind in OWED)
        for kind, count in owed.items():
            assert told[kind] == count, (kind, told, owed)
        printed = Counter(dossier.issued_forms.exclude(number="06").values_list("number", flat=True))
        assert printed == Counter(PRINTED[EventKind(event.kind)] for event in events if event.kind in PRINTED)

    def bring_to_an_end(self) -> None:
        """From wherever the road led, ordinary steps lead to an end."""
        onward = ("take", "accept-supplement", "take-fee", "sign", "propose", "hand-over")
        while self.dossier.originals.filter(place__in=WITH_OFFICE).exists():
            self.the_originals_travel(all_there=True)
        for _step in range(12):
            dossier = self.dossier
            if dossier.state in TERMINAL:
                break
            with clock.fixed(self.now):
                chances = self.chances()
                verb, person = min(
                    ((verb, person) for verb, person in chances if verb.key in onward),
                    key=lambda chance: (
                        onward.index(chance[0].key) if dossier.state != State.PROCESSING else chance[0].key != "sign"
                    ),
                )
                do(verb, dossier, self.now, person)
            self.nothing_is_broken()
        assert self.dossier.state in TERMINAL
        assert self.dossier.state in [*RECEIVED, State.WITHDRAWN]


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Roads,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db
def test_random_roads_lead_somewhere() -> None:
    run(6, 12)


@pytest.mark.full
@pytest.mark.django_db
def test_random_roads_lead_somewhere_for_weeks() -> None:
    run(80, 40)
