"""One dossier, everybody who may touch it, and whatever happens around it: a walk along random legal roads."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from applications import tasks
from applications.actions import remind_uncollected, supplement
from applications.actions.end_filing import refuse_filing
from applications.actions.ending import ask_to_withdraw
from applications.actions.file_online import open_filing, take_in_filing
from applications.actions.mark_paper import mark_paper
from applications.actions.merge_people import merge_people, unmerge_people
from applications.actions.receive import receive
from applications.actions.transfer_originals import confirm, declare_lost, found_at_sender, send
from applications.approved_days import Approved
from applications.enums import (
    IN_HAND,
    PAPER_THERE,
    RECEIVED,
    TERMINAL,
    WAITING_FOR_CITIZEN,
    DeliveryState,
    EventKind,
    PartState,
    State,
    StepKind,
)
from applications.enums_originals import AT_BRANCH, ON_THE_WAY, WITH_OFFICE, Direction, ItemState, Place
from applications.handling import VERBS, Verb, offered
from applications.models import AnswerLimit, Application, Event, Part, SyncItem, SyncRules, TransferList
from applications.national.build import AtEvent
from applications.national.outbox import is_step
from applications.pauses import counted_again, part_clocks
from applications.roads_page import ROLES
from centres.enums import Role
from centres.models import Outage
from citizens.models import Merge, User
from notifications.models import Message
from portal import chain, clock
from portal.errors import RuleBroken
from procedures import revisions
from procedures.actions.correct_days import approve_corrections, drop_days, keep_days
from procedures.models import DayCorrection, NationalDay, Procedure, Unit
from tests.factories.applications import (
    MONDAY,
    a_centre,
    a_dossier,
    a_dossier_for_elsewhere,
    a_member,
    load_law,
    member_of,
)
from tests.factories.citizens import CitizenFactory
from tests.factories.national import a_filing
from tests.factories.roads import do

AFTER_THREE = MONDAY.replace(hour=15, minute=30)
KINDS = ["birth", "land_change_info", "elsewhere", "birth_linked", "death_linked"]
# Which notice each event owes to the citizen.
OWED = {
    EventKind.RECEIVED: "received",
    EventKind.SUPPLEMENT_ASKED: "supplement",
    EventKind.PAYMENT_ASKED: "payment",
    EventKind.EXTENDED: "extended",
    EventKind.APPROVED: "result_ready",
    EventKind.REPLACED: "result_replaced",
    EventKind.POSTED: "posted",
    EventKind.CAME_BACK: "came_back",
    EventKind.STOPPED: "stopped",
    EventKind.NOT_WITHDRAWN: "not_withdrawn",
    EventKind.REFUNDED: "refunded",
    EventKind.REFUSED: "not_accepted",
    EventKind.PART_DONE: "part_ready",
    EventKind.PART_REFUSED: "part_refused",
}
# Which form each event issues.
PRINTED = {
    EventKind.RECEIVED: "01",
    EventKind.REISSUED: "01",
    EventKind.SUPPLEMENT_ASKED: "02",
    EventKind.REFUSED: "03",
    EventKind.EXTENDED: "04",
    EventKind.STOPPED: "05",
    EventKind.REFUNDED: "HT",
}
MOVES_THE_DATE = {EventKind.SUPPLEMENTED, EventKind.NOT_ANSWERED, EventKind.PAID, EventKind.EXTENDED}
# Counted anew: also to an earlier day, where an outage ends sooner or a day is worked after all.
COUNTS_ANEW = {EventKind.DUE_MOVED}


def notice_of(event: Event) -> str:
    """Which notice this event owes, empty where it owes none."""
    match EventKind(event.kind):
        case EventKind.WITHDRAWN:
            return "filing_withdrawn" if event.from_state == State.DRAFT else "withdrawn"
        case EventKind.NOT_ANSWERED:
            return "part_ended" if event.details.get("part") else "stopped"
        case EventKind.DUE_MOVED:
            return "moved_by_outage" if event.details.get("outage") else "due_moved"
        case kind:
            return OWED.get(kind, "")


def form_of(event: Event) -> str:
    """Which form this event issues, empty where it issues none."""
    match EventKind(event.kind):
        case EventKind.WITHDRAWN:
            return "" if event.from_state == State.DRAFT else "05"
        case EventKind.NOT_ANSWERED:
            return "" if event.details.get("part") else "05"
        case kind:
            return PRINTED.get(kind, "")


def prepare() -> None:
    """The law and the units once, before the first road: each road is rolled back to here."""
    load_law()
    if not Unit.objects.exists():
        call_command("load_units", verbosity=0)


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
                self.every_message_can_be_built()
        finally:
            transaction.set_rollback(True)
            self.scope.__exit__(None, None, None)
            # What was corrected is rolled back; what is kept in memory has to follow.
            revisions.changed(revisions.CALENDAR)

    # -- how it begins -------------------------------------------------------------------------------------------------

    @initialize(kind=st.sampled_from(KINDS), law_ends=st.booleans())
    def begun(self, kind: str, law_ends: bool) -> None:
        centre = a_centre()
        decides = a_centre("chi-nhanh-4", "H26.30.4") if kind == "elsewhere" else centre
        at_centres = zip(list(ROLES.values())[:4], (centre, decides, decides, centre), strict=True)
        self.people = [member_of(role, place) for role, place in at_centres]
        self.people += [a_member(Role.SPECIALIST, decides, full_name="Đồng nghiệp"), a_member(Role.LEADER, decides)]
        self.city = a_member(Role.CITY_ADMIN)
        if law_ends:
            for code in {Procedure.objects.get(key=key).code for key in ("birth", *KINDS) if key != "elsewhere"}:
                AnswerLimit.objects.get_or_create(
                    procedure_code=code, valid_from=date(2025, 7, 1), defaults={"working_days": 7, "source": "thử"}
                )
        start = {"elsewhere": self.taken_in_for_elsewhere, "birth_linked": self.filed, "death_linked": self.filed}
        self.pk = start.get(kind, self.received)(kind).pk

    def received(self, kind: str) -> Application:
        return a_dossier(procedure=kind, at=self.now)

    def taken_in_for_elsewhere(self, kind: str) -> Application:
        """After three: the competent office has it at the start of the next working day, and its clock begins there."""
        self.now = AFTER_THREE
        return a_dossier_for_elsewhere(at=self.now)

    def filed(self, kind: str) -> Application:
        """At the national portal: nobody here has looked at it yet."""
        code = Procedure.objects.get(key=kind).code
        self.filing = a_filing("H26.30.3-261122-9001", code)
        self.arrival, _is_new = take_in_filing(hoso=self.filing, at=self.now)
        return self.arrival.application

    # -- what happens --------------------------------------------------------------------------------------------------

    @property
    def dossier(self) -> Application:
        return Application.objects.get(pk=self.pk)

    def is_draft(self) -> bool:
        return hasattr(self, "pk") and self.dossier.state == State.DRAFT

    def is_received(self) -> bool:
        return hasattr(self, "pk") and self.dossier.state != State.DRAFT

    def chances(self) -> list[tuple[Verb, User]]:
        dossier = self.dossier
        with clock.fixed(self.now):
            return [(verb, person) for person in self.people for verb in offered(dossier, person)]

    @precondition(is_draft)
    @rule(how=st.sampled_from(["received", "received", "received", "refused", "withdrawn"]))
    def the_filing_is_decided(self, how: str) -> None:
        self.now += timedelta(minutes=7)
        officer = self.people[0]
        if how == "withdrawn":
            take_in_filing(hoso={**self.filing, "TrangThaiHoSo": "7"}, at=self.now)
            return
        draft, _warnings = open_filing(arrival=self.arrival, ticket=None, at=self.now, acting_user=officer)
        if how == "refused":
            refuse_filing(
                application=draft, reason="Không đúng thẩm quyền", ground="Điều 3", at=self.now, acting_user=officer
            )
            return
        for paper in draft.papers.exclude(state__in=PAPER_THERE):
            mark_paper(paper=paper, there=True, at=self.now, acting_user=officer)
        with clock.fixed(self.now):
            receive(application=draft, at=self.now, acting_user=officer)

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        """With the sweeps of each day on the way; after them nothing that was due is left."""
        until = self.now + timedelta(hours=hours)
        while self.now < until:
            self.now = min(until, self.now + timedelta(hours=6))
            self.sweep()

    def sweep(self) -> None:
        with clock.fixed(self.now):
            tasks.stop_clocks()
            tasks.move_dates()
            tasks.foresee_lateness()
            tasks.mind_supplements()
            tasks.remind_offices()
            tasks.remind_uncollected()
            tasks.follow_merged()
            assert not remind_uncollected.uncollected(self.now).exists()
            assert not supplement.to_remind(self.now).exists()
            assert not supplement.to_end(self.now).exists()

    @precondition(is_received)
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

    @rule(there=st.booleans())
    def the_citizen_asks_to_withdraw(self, there: bool) -> None:
        """On the tracking page; or at the national portal, where it was filed there."""
        dossier = self.dossier
        open_wish = dossier.withdrawals.filter(settled_at=None).exists()
        if dossier.state not in IN_HAND or open_wish:
            return
        if there and hasattr(self, "filing"):
            take_in_filing(hoso={**self.filing, "TrangThaiHoSo": "7"}, at=self.now)
        else:
            ask_to_withdraw(application=dossier, reason="Không cần nữa", at=self.now)

    @precondition(is_received)
    @rule(how=st.sampled_from(["all", "all", "short", "found", "lost"]))
    def the_originals_travel(self, how: str) -> None:
        """To the office, or back, by a list that is sent, or confirmed; short until it is found, or found no more."""
        self.now += timedelta(minutes=3)
        officer, specialist, _leader, manager = self.people[:4]
        on_way = TransferList.objects.filter(closed_at=None, items__original__application=self.pk).first()
        if on_way is not None:
            missing = on_way.items.filter(state=ItemState.MISSING).first()
            if missing is not None and how == "lost":
                declare_lost(item=missing, reason="Đã tìm, không thấy", at=self.now, acting_user=manager)
            elif missing is not None and how == "found":
                sender = officer if on_way.is_out else specialist
                found_at_sender(item=missing, at=self.now, acting_user=sender)
            else:
                items = set(on_way.items.values_list("pk", flat=True))
                short = dict.fromkeys(items, "?") if how == "short" else {}
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

    @precondition(is_received)
    @rule()
    def the_person_has_another_record(self) -> None:
        """Two records are merged, and parted the next time."""
        self.now += timedelta(minutes=1)
        done = Merge.objects.filter(undone_at=None).first()
        if done is not None:
            unmerge_people(done=done, reason="Hai người", at=self.now, acting_user=self.city)
        elif (person := self.dossier.applicant) is not None:
            merge_people(
                merged=person, survivor=CitizenFactory(full_name=person.full_name), reason="Một người", at=self.now,
                acting_user=self.city,
            )  # fmt: skip

    @rule(hours=st.integers(1, 60), sooner=st.booleans())
    def an_outage_begins(self, hours: int, sooner: bool) -> None:
        """As announced, or over before that; one at a time."""
        if Outage.objects.filter(until_at__gt=self.now).exists():
            return
        until = self.now + timedelta(hours=hours)
        Outage.objects.create(
            what={"vi": "Nâng cấp hệ thống"}, announced_by=self.city, announced_at=self.now - timedelta(days=9),
            from_at=self.now, until_at=until, ended_at=self.now + timedelta(minutes=20 * hours) if sooner else None,
        )  # fmt: skip
        self.sweep()

    @rule(ahead=st.integers(1, 12), is_approved=st.booleans())
    def a_day_is_corrected(self, ahead: int, is_approved: bool) -> None:
        """A day ahead is off after all, or worked after all; dates follow once somebody has let them."""
        self.now += timedelta(minutes=1)  # what was received in that very moment was promised by it
        day = clock.local_day(self.now) + timedelta(days=ahead)
        known = NationalDay.objects.filter(date=day)
        if known.exists():
            drop_days(days=known, at=self.now)
        else:
            keep_days(
                days=[
                    NationalDay(date=day, day="off", kind="holiday", name="Nghỉ bù", source="TB 1", confidence="sure")
                ],
                at=self.now,
            )
        waiting = DayCorrection.objects.filter(approved_at=None)
        if is_approved and waiting:
            approve_corrections(up_to=waiting.latest("pk").pk, at=self.now, by="Vũ Hải Yến")
        self.sweep()

    # -- what must hold ------------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_broken(self) -> None:
        if not hasattr(self, "pk"):
            return
        dossier = self.dossier
        events = list(dossier.events.order_by("sequence").prefetch_related("values"))
        assert chain.verify(events) is None
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        assert not events or events[-1].to_state == dossier.state
        for before, after in zip(events, events[1:], strict=False):
            assert after.from_state == before.to_state, "no change of state without its event"
            assert after.at >= before.at
        self.the_clock_is_right(dossier, events)
        self.the_clocks_of_its_parts_are_right(dossier)
        self.somebody_has_it(dossier)
        self.everybody_was_told(dossier, events)
        self.the_national_portal_is_told(events)
        self.every_original_is_somewhere(dossier)
        self.every_letter_has_its_way(dossier)

    def every_original_is_somewhere(self, dossier: Application) -> None:
        for original in dossier.originals.all():
            moves = list(original.moves.all())
            assert [move.from_place for move in moves] == ["", *(move.to_place for move in moves[:-1])]
            assert moves[-1].to_place == original.place
            on_lists = original.transfers.filter(settled_at=None).count()
            assert on_lists == int(original.place in ON_THE_WAY)
            assert not (dossier.state == State.RETURNED and original.is_in_custody)

    def every_letter_has_its_way(self, dossier: Application) -> None:
        is_on_way = dossier.delivery_state == DeliveryState.ON_WAY
        assert dossier.dispatches.filter(ended_at=None).count() == int(is_on_way)

    def the_clock_is_right(self, dossier: Application, events: list[Event]) -> None:
        waiting = dossier.state in WAITING_FOR_CITIZEN
        assert dossier.pauses.filter(to_at=None).count() == int(waiting)
        assert (dossier.paused_at is not None) == waiting
        if waiting:
            assert not dossier.is_overdue(self.now + timedelta(days=400))
        moved = {event.kind for event in events[self.events :]}
        if self.due is not None and dossier.due_at != self.due:
            assert dossier.due_at is not None
            assert dossier.due_at > self.due or moved & COUNTS_ANEW
            assert moved & (MOVES_THE_DATE | COUNTS_ANEW), f"moved without a reason: {moved}"
        if dossier.state in IN_HAND and not waiting:
            again = counted_again(dossier, Approved().of(dossier))
            # Of a day that was corrected too late what was promised stays: nobody is told of a date that is over.
            is_past = again.at <= self.now and DayCorrection.objects.exists()
            assert again.at == dossier.due_at or is_past, (again.at, dossier.due_at, moved)
        self.due, self.events = dossier.due_at, len(events)

    def the_clocks_of_its_parts_are_right(self, dossier: Application) -> None:
        parts: list[Part] = list(dossier.parts.all())
        if not parts:
            return
        for part in parts:
            asks = part.state == PartState.SUPPLEMENT
            assert part.pauses.filter(to_at=None).count() == int(asks)
            assert part.supplements.filter(answered_at=None, ended_at=None).count() == int(asks)
            assert part.due_at is not None
        if dossier.state in (State.ACCEPTED, State.PROCESSING):
            again = part_clocks(dossier, Approved().of(dossier))
            open_parts = {part.key: part.due_at for part in parts if part.is_open}
            assert open_parts.keys() == again.keys()
            for key, promised in again.items():
                is_past = promised.at <= self.now and DayCorrection.objects.exists()
                assert open_parts[key] == promised.at or is_past, (key, open_parts[key], promised.at)
        if dossier.state == State.PROCESSING:
            assert any(part.state == PartState.WITH_OFFICE for part in parts)
        if dossier.state in (State.DONE, *TERMINAL):
            assert not any(part.is_open for part in parts)

    def somebody_has_it(self, dossier: Application) -> None:
        open_steps = dossier.steps.filter(to_at=None).count()
        is_over = dossier.state in TERMINAL
        is_to_forward = dossier.steps.filter(to_at=None, kind=StepKind.FORWARD).exists()
        assert is_to_forward == dossier.waits_to_be_forwarded, "it lies where it was taken in until it is handed over"
        assert open_steps == int(not is_over and dossier.state != State.DRAFT)
        if is_over:
            assert not dossier.supplements.filter(answered_at=None, ended_at=None).exists()
            assert not dossier.withdrawals.filter(settled_at=None).exists()
            assert not dossier.extensions.filter(signed_at=None, dropped_at=None).exists()
        elif dossier.state != State.DRAFT:
            assert self.chances(), f"no way out of {dossier.get_state_display()}"

    def everybody_was_told(self, dossier: Application, events: list[Event]) -> None:
        keys = Message.objects.filter(dedup_key__startswith=f"dossier:{self.pk}:", channel="sms")
        told = Counter(key.split(":")[2] for key in keys.values_list("dedup_key", flat=True))
        owed = Counter(kind for event in events if (kind := notice_of(event)))
        owed["not_collected"] = dossier.steps.filter(reminded_at__isnull=False).count()
        owed["supplement_waits"] = dossier.supplements.filter(reminded_at__isnull=False).count()
        for kind, count in owed.items():
            assert told[kind] == count, (kind, told, owed)
        printed = Counter(dossier.issued_forms.exclude(number="06").values_list("number", flat=True))
        assert printed == Counter(number for event in events if (number := form_of(event)))

    def the_national_portal_is_told(self, events: list[Event]) -> None:
        """A row for every step, in the order of the history, and none twice."""
        rows = SyncItem.objects.filter(application=self.pk).order_by("pk")
        assert list(rows.values_list("event__sequence", flat=True)) == [e.sequence for e in events if is_step(e)]

    def every_message_can_be_built(self) -> None:
        """What goes there of each step is what it takes."""
        dossier, rules = self.dossier, SyncRules()
        for row in SyncItem.objects.filter(application=self.pk).select_related("event__actor", "event__centre"):
            said = AtEvent(dossier, row.event, rules)
            said.hoso()
            said.tiendo()

    # -- and how it ends -----------------------------------------------------------------------------------------------

    def bring_to_an_end(self) -> None:
        """From wherever the road led, ordinary steps lead to an end."""
        if self.is_draft():
            self.the_filing_is_decided("received")
        while self.dossier.originals.filter(place__in=WITH_OFFICE).exists():
            self.the_originals_travel("all")
        for _step in range(30):
            if self.dossier.state in TERMINAL:
                break
            with clock.fixed(self.now):
                verb, person = min(self.chances(), key=self.how_far_on)
                do(verb, self.dossier, self.now, person)
            self.nothing_is_broken()
        assert self.dossier.state in TERMINAL
        assert self.dossier.state in [*RECEIVED, State.WITHDRAWN, State.REFUSED]

    def how_far_on(self, chance: tuple[Verb, Any]) -> int:
        onward = (
            "take", "accept-supplement", "take-fee", "sign", "propose", "part-done", "post-delivered", "hand-over",
            "hand-over-parts",
        )  # fmt: skip
        return onward.index(chance[0].key) if chance[0].key in onward else len(onward)
