"""A believable week and morning at branch no. 3, played through the same actions that people use."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from applications.actions.choose import choose
from applications.actions.edit_draft import (
    acknowledge,
    answer_facts,
    keep_form,
    set_applicant,
    set_contact,
    set_quantity,
)
from applications.actions.hand_over import hand_over
from applications.actions.handle import ask_supplement, propose, sign, take
from applications.actions.mark_paper import mark_paper
from applications.actions.receive import receive
from applications.catalogue import bound_form, notices_for
from applications.demo.centres import Branch
from applications.demo.people import HUSBAND, SPLIT, WIFE, Person, citizens
from applications.enums import PAPER_THERE, State
from applications.models import Application
from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.counters import open_counter, pause_counter
from centres.actions.draw import draw
from centres.actions.finish import finish
from centres.actions.miss import miss
from centres.actions.park import park
from centres.actions.rate import rate
from centres.actions.welcome import welcome
from centres.enums import CounterState, PriorityGround, Score
from centres.models import Counter, Ticket
from citizens.actions.identify import identify
from citizens.actions.settle_unit import settle_unit_if_certain
from citizens.enums import IdentitySource
from citizens.models import Citizen, HeldDocument, User
from portal import clock, files
from portal.vn.dates import format_date
from procedures.models import Procedure

MORNING = timedelta(hours=2, minutes=30)
VISITS = 62
WAITING = 18
SEED = 2026
PROCEDURES = {"A": ["land_change_info"], "B": ["birth", "marriage"], "C": ["certified_copy"]}
FORMS: dict[str, dict[str, Any]] = {
    "land_change_info": {
        "certificate_serial": "CT 123456",
        "parcel_number": "45",
        "map_sheet": "12",
        "parcel_unit": "00229",
        "old_address": "Tổ 5, phường Trung Phụng, quận Đống Đa",
        "new_address": "Phường Văn Miếu - Quốc Tử Giám, Hà Nội",
    },
    "birth": {
        "child_name": "Nguyễn Bé Mẫu",
        "child_born": "02/11/2026",
        "child_sex": "male",
        "child_ethnicity": "Kinh",
        "child_nationality": "Việt Nam",
        "birth_place": "Bệnh viện Phụ sản Hà Nội",
        "child_home_place": "Hà Nội",
        "relation": "mother",
        "mother_name": "Trần Thị Ví Dụ",
    },
    "marriage": {
        "husband_name": "Phạm Văn Giả",
        "husband_born": "06/05/1992",
        "husband_identity": "001092000123",
        "husband_residence": "Phường Kim Liên, Hà Nội",
        "husband_times": 1,
        "wife_name": "Nguyễn Thị Tưởng",
        "wife_born": "01/02/1990",
        "wife_identity": "001190000321",
        "wife_residence": "Phường Kim Liên, Hà Nội",
        "wife_times": 1,
    },
    "certified_copy": {"document_name": "Bằng tốt nghiệp", "page_count": 2, "copy_count": 2},
}


class Play:
    """Plays visits one after another at given moments."""

    def __init__(self, branch: Branch, now: datetime):
        self.branch, self.now = branch, now
        self.dice = random.Random(SEED)  # noqa: S311 - a believable day, not a secret
        self.people: Iterator[Person] = iter(citizens(400, SEED))
        self.drawn = 0

    # -- one visit -----------------------------------------------------------------------------------------------

    def number(self, letter: str, at: datetime, ground: str = PriorityGround.NONE) -> Ticket:
        self.drawn += 1
        return draw(
            service=self.branch.services[letter],
            client_key=f"demo-{clock.local_day(at):%y%m%d}-{letter}-{self.drawn}",
            ground=ground,
            at=at,
        )

    def citizen(self, person: Person, at: datetime, officer: User) -> Citizen:
        found = identify(
            number=person.number,
            full_name=person.full_name,
            birth_text=format_date(person.born),
            sex=person.sex,
            card_address=person.residence,
            phone=person.phone,
            source=IdentitySource.CARD,
            at=at,
            acting_user=officer,
        ).citizen
        return settle_unit_if_certain(citizen=found, at=at, acting_user=officer)

    def dossier(self, ticket: Ticket, key: str, citizen: Citizen, at: datetime, officer: User) -> Application:
        procedure = Procedure.objects.get(key=key)
        draft = choose(ticket=ticket, procedure=procedure, at=at, acting_user=officer)
        if draft.applicant_id is None:
            draft = set_applicant(application=draft, citizen=citizen, at=at, acting_user=officer)
        if key == "land_change_info":
            draft = answer_facts(application=draft, facts={"unit_rearrangement": True}, at=at, acting_user=officer)
        draft = set_contact(application=draft, phone=citizen.phone, email="", at=at, acting_user=officer)
        if key == "certified_copy":
            draft = set_quantity(application=draft, pages=2, copies=2, at=at, acting_user=officer)
        draft = keep_form(application=draft, values=FORMS[key], at=at, acting_user=officer)
        for notice in notices_for(draft, at):
            if notice.get("acknowledge"):
                draft = acknowledge(application=draft, notice=notice["key"], at=at, acting_user=officer)
        for paper in draft.papers.exclude(state__in=PAPER_THERE):
            mark_paper(paper=paper, there=True, at=at, acting_user=officer)
        wrong = bound_form(draft).errors
        if wrong:
            raise ValueError(f"the demo's form for {key} lacks {sorted(wrong)}")
        return receive(application=draft, at=at, acting_user=officer)

    def serve(self, officer: User, called: datetime, minutes: int) -> Application | None:
        """Call whoever is next and serve them; sometimes nobody comes."""
        ticket = call_next(at=called, acting_user=officer)
        letter = ticket.letter
        if self.dice.random() < 0.05:
            miss(ticket=ticket, at=called + timedelta(minutes=1), acting_user=officer)
            return None
        there, done = called + timedelta(seconds=40), called + timedelta(minutes=minutes)
        if letter not in PROCEDURES:
            arrive(ticket=ticket, at=there, acting_user=officer)
            finish(ticket=ticket, at=done, acting_user=officer)
            return None
        citizen = self.citizen(next(self.people), there, officer)
        welcome(ticket=ticket, citizen=citizen, at=there, acting_user=officer)
        made = self.dossier(ticket, self.dice.choice(PROCEDURES[letter]), citizen, done, officer)
        if self.dice.random() < 0.3:
            score = self.dice.choice([Score.GOOD, Score.GOOD, Score.GOOD, Score.FAIR])
            rate(ticket=Ticket.objects.get(pk=ticket.pk), score=score, at=done + timedelta(minutes=2))
        return made

    # -- after the counter ------------------------------------------------------------------------------------------

    def handle(self, dossier: Application, to: State, start: datetime) -> None:
        """Bring a dossier on to a state, an hour a step."""
        specialist = self.dice.choice(self.branch.specialists)
        hour = timedelta(minutes=50)
        if to == State.ACCEPTED:
            return
        take(application=dossier, at=start + hour, acting_user=specialist)
        if to == State.SUPPLEMENT:
            faults = "Bản chụp giấy chứng nhận bị mờ trang 2. Xin mang bản chính đến quầy để chụp lại."
            ask_supplement(application=dossier, faults=faults, at=start + 2 * hour, acting_user=specialist)
        if to not in (State.DONE, State.RETURNED):
            return
        self.propose(dossier, specialist, start + 2 * hour)
        sign(application=dossier, at=start + 3 * hour, acting_user=self.branch.leader)
        if to == State.RETURNED:
            person = dossier.applicant.full_name if dossier.applicant else ""
            hand_over(
                application=dossier,
                handed_to=person,
                signature=None,
                at=start + 4 * hour,
                acting_user=self.branch.officers[0],
            )

    def propose(self, dossier: Application, specialist: User, at: datetime) -> None:
        number = f"{dossier.pk}/KQ-CN3"
        propose(application=dossier, number=number, document=None, at=at, acting_user=specialist)

    # -- the week and the morning -------------------------------------------------------------------------------------

    def last_week(self) -> None:
        """Earlier days: most dossiers went out, a few are late, at the leader's or waiting for the citizen."""
        ends = [State.RETURNED] * 5 + [State.DONE] * 2
        endings = [*ends * 4, State.PROCESSING, State.PROCESSING, State.SUPPLEMENT, State.SUPPLEMENT, State.ACCEPTED]
        for index, ending in enumerate(endings):
            day = self.now - timedelta(days=1 + index % 6)
            at = clock.local(day).replace(hour=9, minute=(index * 7) % 60, second=0, microsecond=0)
            letter = "ABC"[index % 3] if ending in ends else "A"
            made = self._on_day(letter, at)
            self.handle(made, ending, at)
            if ending == State.PROCESSING:
                self.propose(
                    made,
                    Application.objects.get(pk=made.pk).handler or self.branch.specialists[0],
                    at + timedelta(hours=3),
                )

    def _on_day(self, letter: str, at: datetime) -> Application:
        officer = next(
            officer
            for officer, counter in zip(self.branch.officers, self.branch.counters, strict=True)
            if counter.services.filter(letter=letter).exists()
        )
        counter = next(row for row in self.branch.counters if row.services.filter(letter=letter).exists())
        counter = Counter.objects.get(pk=counter.pk)
        if counter.officer_id != officer.pk or counter.state != CounterState.OPEN:
            open_counter(counter=counter, at=at, acting_user=officer)
        self.number(letter, at - timedelta(minutes=9))
        ticket = call_next(at=at, acting_user=officer)
        citizen = self.citizen(next(self.people), at, officer)
        welcome(ticket=ticket, citizen=citizen, at=at, acting_user=officer)
        key = self.dice.choice(PROCEDURES[letter])
        return self.dossier(ticket, key, citizen, at + timedelta(minutes=6), officer)

    def today(self) -> None:
        """From two and a half hours ago (or midnight, if that is later) until now."""
        midnight = clock.local(self.now).replace(hour=0, minute=0, second=0, microsecond=0)
        start = max(self.now - MORNING, midnight + timedelta(seconds=30))
        span = self.now - start
        for counter, officer in zip(self.branch.counters, self.branch.officers, strict=True):
            open_counter(counter=Counter.objects.get(pk=counter.pk), at=start, acting_user=officer)
        self._morning_draws(start, span)
        served = self._morning_calls(start, span)
        for index, dossier in enumerate(served):
            if dossier is not None and index % 3 == 0:
                take(application=dossier, at=self.now - span / 20, acting_user=self.branch.specialists[index % 2])
        self._now_waiting(span)
        self._at_the_counters()

    def _morning_draws(self, start: datetime, span: timedelta) -> None:
        for index in range(VISITS):
            letter = self.dice.choices("ABCD", weights=[4, 3, 4, 1])[0]
            ground = PriorityGround.AGE_75 if index % 11 == 0 else PriorityGround.NONE
            self.number(letter, start + span * 0.75 * (index / VISITS), ground)

    def _morning_calls(self, start: datetime, span: timedelta) -> list[Application | None]:
        """Each officer calls until nobody waits; an officer's next call comes after the last visit's end."""
        free = {officer.pk: start + span * 0.02 for officer in self.branch.officers}
        officers = {officer.pk: officer for officer in self.branch.officers}
        minutes = max(1, int(span.total_seconds() / 60 / 14))
        served: list[Application | None] = []
        while free:
            who = min(free, key=free.__getitem__)
            at = free[who]
            if at > start + span * 0.9 or not self._somebody_for(officers[who], at):
                later = self._next_draw(officers[who], at)
                if later is None or later > start + span * 0.9:
                    del free[who]
                else:
                    free[who] = later + timedelta(seconds=20)
                continue
            length = self.dice.randint(minutes // 2 + 1, minutes + 2)
            served.append(self.serve(officers[who], at, length))
            free[who] = at + timedelta(minutes=length, seconds=30)
        return served

    def _waiting(self, officer: User) -> Any:
        services = Counter.objects.get(officer=officer).services.all()
        return (
            Ticket.objects.of_day(self.branch.centre, clock.local_day(self.now)).waiting().filter(service__in=services)
        )

    def _somebody_for(self, officer: User, at: datetime) -> bool:
        # The earliest of those waiting must have come by then; call_next would call the future otherwise.
        first = self._waiting(officer).in_order().first()
        return first is not None and first.issued_at <= at

    def _next_draw(self, officer: User, at: datetime) -> datetime | None:
        first = self._waiting(officer).in_order().first()
        return first.issued_at if first is not None and first.issued_at > at else None

    def _now_waiting(self, span: timedelta) -> None:
        grounds = [PriorityGround.NONE] * 4 + [PriorityGround.AGE_60, PriorityGround.PREGNANT_OR_CHILD]
        for index in range(WAITING):
            letter = self.dice.choices("ABCDE", weights=[6, 4, 3, 1, 1])[0]
            ago = span * 0.18 * (1 - index / WAITING)
            self.number(letter, self.now - ago, self.dice.choice(grounds))

    def _at_the_counters(self) -> None:
        """Now: two officers serve somebody, one set somebody aside, one is on a break, the others are free."""
        at = self.now - timedelta(seconds=20)
        for officer in self.branch.officers[1:3]:
            if self._somebody_for(officer, at):
                ticket = call_next(at=at, acting_user=officer)
                citizen = self.citizen(next(self.people), at, officer)
                welcome(ticket=ticket, citizen=citizen, at=at, acting_user=officer)
        aside = self.branch.officers[5]
        if self._somebody_for(aside, at):
            ticket = call_next(at=at, acting_user=aside)
            park(ticket=ticket, reason="đi lấy giấy tờ", at=at, acting_user=aside)
        paused = Counter.objects.get(officer=self.branch.officers[4])
        pause_counter(counter=paused, reason="nghỉ ngắn", at=at, acting_user=self.branch.officers[4])

    def known_people(self) -> None:
        """A card that is in an old unit which was divided, and a wife with a paper on file."""
        officer = self.branch.officers[0]
        self.citizen(SPLIT, self.now, officer)
        wife = self.citizen(WIFE, self.now, officer)
        sample = files.store([b"%PDF-1.4\n% made up for the demo\n"])
        HeldDocument.objects.get_or_create(
            citizen=wife,
            kind_key="birth_certificate",
            sha256=sample.sha256,
            defaults={
                "title": "Giấy khai sinh (bản chứng thực)",
                "media_type": "application/pdf",
                "source_code": "H26.30.3-250702-0012",
                "created_at": self.now,
            },
        )


def cards() -> list[tuple[str, Person]]:
    """Cards to try at the desk."""
    return [("ông Thử, 81 tuổi", HUSBAND), ("bà Mẫu", WIFE), ("đơn vị cũ bị chia tách", SPLIT)]
