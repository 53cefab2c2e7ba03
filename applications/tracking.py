"""One visit as its citizen sees it: from the slip to the result, in words. The page and the API show the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import BigAutoField, CharField, Prefetch, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.catalogue import version_of
from applications.conversation import Letter, letters_for_citizen
from applications.custody import told_to_citizen
from applications.enums import (
    IN_HAND,
    RECEIVED,
    RUNNING,
    TAKEN_BACK,
    Delivery,
    DispatchEnd,
    EventKind,
    PartState,
    State,
    StepKind,
)
from applications.enums import Channel as FiledBy
from applications.ledger import outstanding, surplus
from applications.linked import ShownPart, name_of
from applications.models import (
    Application,
    CertificationItem,
    Dispatch,
    Event,
    IssuedForm,
    Original,
    Paper,
    SupplementRequest,
    WithdrawalRequest,
)
from applications.notarisation.enums import JobState
from applications.notarisation.requests import is_request
from applications.notarisation.words import ToldDocument, told_of
from applications.papers_out import PAPERS, RECEIPT, title_of
from applications.pauses import parts_of
from applications.paying import Paying
from applications.querysets import ApplicationQuerySet
from applications.result_ways import comes_for_it
from applications.tracking_words import (
    BRING_FOR_A_PART,
    BY_POST,
    CAME_BACK,
    COLLECT_A_PART,
    COLLECT_A_PART_OR_WAIT,
    COPY_STRUCK,
    FETCH_MONEY,
    NOBODY_COMES,
    NOT_CERTIFIED,
    PART_STANDS,
    PAY_BY_CODE,
    PAY_STILL,
    READY,
    STANDS,
    TAKEN_BACK_STANDS,
    TAKEN_BACK_TODO,
    TO_COME,
    WAIT_FOR_POST,
    WHAT_TO_DO,
    todo_values,
)
from centres.actions.hold import hold_choices
from centres.actions.return_missed import in_grace
from centres.ahead import people_ahead
from centres.enums import IN_HALL, ParkKind, TicketEventKind, TicketState
from centres.estimate.now import shown_to
from centres.estimate.words import Shown
from centres.models import Matter, Ticket
from centres.papers_first import procedures_of
from centres.told import Wish, wishes_of
from notifications.channels.push_key import public_key
from notifications.enums import Channel
from notifications.leaving import leaves_the_machine
from portal import clock
from portal.prepared import Given, Prepared
from portal.text import pick
from portal.vn.dates import format_moment
from portal.vn.money import format_vnd
from procedures.enums import StepRole

# Every phone in the hall asks these two whenever the hall changes.
_TICKET = Prepared(
    lambda: Ticket.objects.filter(token=Given("token", CharField())).select_related(
        "centre", "service", "counter", "rating"
    )
)
_MATTERS = Prepared(lambda: Matter.objects.filter(ticket=Given("ticket", BigAutoField())))
_DOCUMENTS = CertificationItem.objects.select_related("entry__register", "entry__strike").order_by("pk")
# Which line of a version's steps an event of ours closes.
_CLOSES = {
    EventKind.PROPOSED: StepRole.SPECIALIST,
    EventKind.APPROVED: StepRole.LEADER,
}
_TOLD = [
    EventKind.RECEIVED,
    EventKind.FORWARDED,
    EventKind.SUPPLEMENT_ASKED,
    EventKind.SUPPLEMENTED,
    EventKind.NOT_ANSWERED,
    EventKind.EXTENDED,
    EventKind.PAYMENT_ASKED,
    EventKind.PAID,
    EventKind.REFUNDED,
    EventKind.FEE_LOWERED,
    EventKind.RECEIPT_UNDONE,
    EventKind.DOCUMENT_CHANGED,
    EventKind.PROPOSED,
    EventKind.APPROVED,
    EventKind.PART_DONE,
    EventKind.PART_REFUSED,
    EventKind.PART_ENDED,
    EventKind.PART_HANDED,
    EventKind.POSTED,
    EventKind.CAME_BACK,
    EventKind.HANDED_OVER,
    EventKind.REPLACED,
    EventKind.WITHDRAWN,
    EventKind.REFUSED,
    EventKind.STOPPED,
]


# What the address of a page says that begins with the dossier whose token it is.
ITS_OWN = {"first": "dossier"}
_FIRST = f"?{urlencode(ITS_OWN)}"


@dataclass(frozen=True)
class Line:
    """One line of the way: ``kind`` is done, now or next; ``at`` when it was done or began."""

    kind: str
    text: str
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Todo:
    """What the citizen does now. ``kind`` is ok, warn or act."""

    kind: str
    title: str
    text: str = ""


@dataclass(frozen=True)
class TrackedPart(ShownPart):
    """One of the linked services in the citizen's words."""

    @property
    def where(self) -> str:
        if self.is_late:
            return _("late")
        if self.row.handed_at:
            return _("you have it")
        return str(PART_STANDS[PartState(self.row.state)])

    @property
    def by_when(self) -> str:
        """The sentence on when it is ready, while it is not; how it was counted is the dossier's own."""
        if self.row.state not in (PartState.WAITING, PartState.WITH_OFFICE):
            return ""
        return _("before %(due)s") % {"due": format_moment(self.row.due_at, get_language() or "vi")}


@dataclass
class TrackedDossier:
    """One dossier of the visit in words. Holds no personal value but the masked contact."""

    application: Application
    at: datetime

    @cached_property
    def documents(self) -> list[ToldDocument]:
        """The documents of a request for certification, those taken out left out."""
        items = self.application.certification.items.all() if self._is_request else []
        return [told_of(item) for item in items if item.state != JobState.DROPPED]

    @cached_property
    def _is_request(self) -> bool:
        return is_request(version_of(self.application)) and hasattr(self.application, "certification")

    @cached_property
    def heading(self) -> str:
        if self.documents and self.application.state in (State.STOPPED, State.REFUSED):
            return _("It was not certified")
        if self.application.state == State.PROCESSING and self._step == StepKind.SIGN:
            return _("Waiting for the signature")
        if self._is_taken_back:
            return str(TAKEN_BACK_STANDS)
        return str(BY_POST if self.letter else STANDS[self._stage])

    @property
    def _is_taken_back(self) -> bool:
        """The counter took its last document out; nobody withdrew it."""
        return self.application.state == State.WITHDRAWN and any(
            event.details.get("why") == TAKEN_BACK for event in self.application.events.all()
        )

    @cached_property
    def letter(self) -> Dispatch | None:
        """What the post has of it now."""
        return next((row for row in self.application.dispatches.all() if row.is_open), None)

    @property
    def is_filed_online(self) -> bool:
        """It has come from the national portal, and nobody sits over it with the citizen."""
        application = self.application
        return application.state == State.DRAFT and application.channel == FiledBy.ONLINE and application.matter is None

    @property
    def _stage(self) -> State:
        return State.SUBMITTED if self.is_filed_online else State(self.application.state)

    @property
    def procedure(self) -> str:
        return pick(version_of(self.application).procedure.short_name)

    @property
    def is_received(self) -> bool:
        return self.application.state in RECEIVED

    @property
    def is_late(self) -> bool:
        return self.application.is_overdue(self.at)

    @property
    def shows_due(self) -> bool:
        """A due date counts while the office has the dossier."""
        return self.application.state in (State.ACCEPTED, State.PROCESSING)

    @property
    def due_explanation(self) -> str:
        return pick(self.application.due_explanation)

    @cached_property
    def supplement(self) -> SupplementRequest | None:
        """What the citizen is asked for now: by whoever examines it, or at the counter before it is received."""
        is_before = self.application.state in (State.DRAFT, State.SUBMITTED)
        return next((row for row in self.application.supplements.all() if row.is_open or is_before), None)

    @cached_property
    def supplements(self) -> list[tuple[SupplementRequest, str]]:
        """The same for each of the linked services that asks, with its name; the name is empty for the dossier as a whole."""
        rows = [row for row in self.application.supplements.all() if row.is_open and row.part]
        found = [(row, name_of(self.application, row.part.key)) for row in rows if row.part]
        return found or ([(self.supplement, "")] if self.supplement else [])

    @cached_property
    def parts(self) -> list[TrackedPart]:
        """Each of the linked services; none for most dossiers."""
        return (
            [TrackedPart(self.application, row, self.at) for row in parts_of(self.application)]
            if self.is_received
            else []
        )

    @cached_property
    def to_pay(self) -> int:
        """What is still to be paid; a fee that was taken at the counter is not asked for again."""
        return outstanding(self.application)

    @cached_property
    def to_give_back(self) -> int:
        """What was paid too much, and the centre owes."""
        return surplus(self.application)

    @cached_property
    def paying(self) -> Paying:
        """What is still to be paid, for what, and the code by which it can be paid now."""
        return Paying(self.application, self.at)

    @cached_property
    def wish(self) -> WithdrawalRequest | None:
        """The last wish to withdraw it that was not met (yet). Its answer stays to be read, also once the dossier is decided."""
        rows = [row for row in self.application.withdrawals.all() if not row.settled_at or row.answer]
        is_shown = rows and (rows[-1].answer or self.application.state in IN_HAND)
        return rows[-1] if is_shown else None

    @property
    def may_ask_to_withdraw(self) -> bool:
        is_copy = hasattr(self.application, "certification")
        return self.application.state in IN_HAND and not is_copy and (self.wish is None or bool(self.wish.settled_at))

    @cached_property
    def letters(self) -> list[Letter]:
        """What the centre and the citizen wrote to each other. One statement, where there is any."""
        return letters_for_citizen(list(self.application.events.all()))

    @property
    def papers_out(self) -> list[tuple[IssuedForm, str]]:
        """What the citizen was given beside the receipt, the latest first."""
        rows = sorted(self.application.issued_forms.all(), key=lambda form: (form.issued_at, form.pk), reverse=True)
        known = [form for form in rows if form.number in PAPERS and form.number != RECEIPT]
        return [(form, title_of(form)) for form in known if PAPERS[form.number].is_for_citizen]

    @cached_property
    def todo(self) -> Todo:
        kind, title, text = WHAT_TO_DO[self._stage]
        if self.application.state == State.PROCESSING and any(
            part.row.state == PartState.SUPPLEMENT for part in self.parts
        ):
            kind, title, text = BRING_FOR_A_PART
        elif self.application.state in IN_HAND and any(part.row.is_to_collect for part in self.parts):
            kind, title, text = COLLECT_A_PART if self._comes else COLLECT_A_PART_OR_WAIT
        elif self.application.state == State.DONE and not self._comes:
            kind, title, text = NOBODY_COMES[self._way]
        if self.documents and self.application.state in (State.STOPPED, State.REFUSED):
            kind, title, text = NOT_CERTIFIED
        elif self._is_taken_back:
            kind, title, text = TAKEN_BACK_TODO
        values = todo_values(self.application)
        if self.letter:
            kind, title, text = WAIT_FOR_POST
            values |= {"carrier": self.letter.carrier, "number": self.letter.tracking_number}
        elif self._came_back:
            kind, title, text = CAME_BACK
        elif self.application.state == State.RETURNED and any(one.is_struck for one in self.documents):
            kind, title, text = COPY_STRUCK
        elif kind == "ok" and self.to_pay:
            kind, title = PAY_BY_CODE if self.paying.code else PAY_STILL
            values |= {"sum": format_vnd(self.to_pay)}
        elif self.application.state == State.PAYMENT and self.paying.code:
            kind, title = PAY_BY_CODE
            values |= {"sum": format_vnd(self.to_pay)}
        elif kind == "ok" and self.to_give_back:
            kind, title = FETCH_MONEY
            values |= {"sum": format_vnd(self.to_give_back)}
        return Todo(kind, str(title) % values, str(text) % values)

    @cached_property
    def _comes(self) -> bool:
        """Whether the citizen has to come for the result, as it stands now."""
        return comes_for_it(self.application)

    @property
    def _way(self) -> Delivery:
        """How the result gets to the citizen: a file there may still be, though there is none yet."""
        is_over = self.application.state == State.DONE
        wanted = Delivery(self.application.delivery)
        return Delivery.COUNTER if self._comes and (is_over or wanted != Delivery.FILE) else wanted

    @property
    def _came_back(self) -> bool:
        """It lies at the counter, and the last that was tried was the post."""
        letters = list(self.application.dispatches.all())
        return self.application.state == State.DONE and bool(letters) and letters[-1].end == DispatchEnd.RETURNED

    @property
    def missing_papers(self) -> list[Paper]:
        """What a draft still needs, for somebody who is sent home to fetch it; what was filed online nobody has read yet."""
        if self._is_request or self.is_filed_online or self.application.state in (State.REFUSED, State.WITHDRAWN):
            return []
        return [paper for paper in self.application.papers.all() if not paper.is_there]

    @cached_property
    def _step(self) -> str:
        if self._is_request and self.application.state in RUNNING:
            return StepKind.SIGN  # nobody examines it first: it lies before its signer
        return next((step.kind for step in self.application.steps.all() if step.to_at is None), "")

    @cached_property
    def timeline(self) -> list[Line]:
        return [*self._ticket_line(), *self._done(), *self._now(), *self._next()]

    def _ticket_line(self) -> Iterator[Line]:
        ticket = self.application.matter.ticket if self.application.matter else None
        if ticket is not None:
            text = _("Number %(label)s drawn at %(centre)s") % {
                "label": ticket.label,
                "centre": pick(self.application.helped_at.short_name),
            }
            yield Line("done", text, ticket.issued_at)

    def _done(self) -> Iterator[Line]:
        events = [event for event in self.application.events.all() if event.kind in _TOLD]
        for place, event in enumerate(events):
            # Sent back for rework: what was proposed before does not count as done.
            again = event.kind == EventKind.PROPOSED and (
                self._step == StepKind.APPRAISE
                or any(later.kind == EventKind.PROPOSED for later in events[place + 1 :])
            )
            if not again:
                yield Line("done", self._words_of(event), event.at, self._note_of(event))

    def _words_of(self, event: Event) -> str:
        if event.kind == EventKind.HANDED_OVER and event.details.get("letter"):
            return _("Result delivered by post")
        if event.details.get("as_file"):
            return _("Result given to you as a file")
        if event.details.get("why") == TAKEN_BACK:
            return str(TAKEN_BACK_STANDS)
        role = _CLOSES.get(EventKind(event.kind))
        if role:
            return self._step_name(role)
        return {
            EventKind.RECEIVED: _("Received at %(centre)s"),
            EventKind.FORWARDED: _("Handed to %(office)s"),
            EventKind.SUPPLEMENT_ASKED: _("We asked you for something more"),
            EventKind.SUPPLEMENTED: _("You brought what was missing"),
            EventKind.PAYMENT_ASKED: _("We asked you for a payment"),
            EventKind.PAID: _("Fee paid"),
            EventKind.REFUNDED: _("Money given back"),
            EventKind.FEE_LOWERED: _("Fee lowered"),
            EventKind.RECEIPT_UNDONE: _("A receipt was cancelled"),
            EventKind.DOCUMENT_CHANGED: _("A document was changed"),
            EventKind.EXTENDED: _("We apologised for being late and named a new date"),
            EventKind.NOT_ANSWERED: _("Stopped: what was asked for did not come in time"),
            EventKind.REPLACED: _("The result was wrong; a new one replaces it"),
            EventKind.PART_DONE: _("The result is there: %(part)s"),
            EventKind.PART_REFUSED: _("Refused: %(part)s"),
            EventKind.PART_ENDED: _("Ended without a result: %(part)s"),
            EventKind.PART_HANDED: _("Handed over at %(centre)s: %(part)s"),
            EventKind.HANDED_OVER: _("Result handed over at %(centre)s"),
            EventKind.POSTED: _("Result sent to you by post"),
            EventKind.CAME_BACK: _("The post could not deliver it and brought it back"),
            EventKind.WITHDRAWN: _("Withdrawn at your wish"),
            EventKind.REFUSED: _("Not accepted"),
            EventKind.STOPPED: _("Stopped"),
        }[EventKind(event.kind)] % {"centre": self._place, "part": self._parts_of(event), "office": self._office}

    def _parts_of(self, event: Event) -> str:
        """The names of the linked services that it is about."""
        keys = [key for key in str(event.details.get("part", "")).split(",") if key]
        return ", ".join(name_of(self.application, key) for key in keys)

    def _note_of(self, event: Event) -> str:
        if event.kind == EventKind.FEE_LOWERED:
            return self._lowered(event)
        if event.kind == EventKind.DOCUMENT_CHANGED:
            return _changed_fee(event)
        if event.kind == EventKind.POSTED:
            letters = self.application.dispatches.all()
            return next((str(row) for row in letters if row.pk == event.details.get("letter")), "")
        if event.kind in (EventKind.PAYMENT_ASKED, EventKind.PAID, EventKind.REFUNDED, EventKind.RECEIPT_UNDONE):
            return format_vnd(event.details.get("fee", 0))
        if event.kind != EventKind.RECEIVED:
            return ""
        total = event.details.get("fee", 0)
        return _("Fee: %(amount)s") % {"amount": format_vnd(total)} if total else _("No fee")

    def _lowered(self, event: Event) -> str:
        """From what to what, and which fee, where the event says which."""
        sums = {
            "before": format_vnd(event.details.get("fee_before", 0)),
            "now": format_vnd(event.details.get("fee", 0)),
        }
        lines = self.application.fee_lines.all()
        line = next((line for line in lines if line.pk == event.details.get("line")), None)
        if line is None:
            return _("from %(before)s to %(now)s") % sums
        return _("%(fee)s: from %(before)s to %(now)s") % {**sums, "fee": pick(line.name)}

    def _now(self) -> Iterator[Line]:
        application, since = self.application, self._since
        match application.state:
            case State.DRAFT if self.is_filed_online:
                yield Line("done", _("Filed online"), application.submitted_at)
                yield Line("now", str(STANDS[State.SUBMITTED]), application.started_at)
            case State.DRAFT:
                yield Line("now", _("Being prepared at the counter"), application.started_at)
            case State.SUPPLEMENT | State.PAYMENT:
                yield Line("now", _("Waiting for you"), application.paused_at)
            case State.ACCEPTED if application.waits_to_be_forwarded:
                yield Line("now", _("Being handed to %(office)s") % {"office": self._office}, since)
            case State.ACCEPTED | State.PROCESSING if self._step == StepKind.SIGN:
                yield Line("now", self._step_name(StepRole.LEADER), since)
            case State.ACCEPTED | State.PROCESSING:
                yield Line("now", self._step_name(StepRole.SPECIALIST), since)
            case State.DONE if self.letter:
                yield Line("now", str(BY_POST), self.letter.sent_at)
            case State.DONE:
                yield Line("now", str(READY[self._way]) % {"centre": self._place}, since)

    def _next(self) -> Iterator[Line]:
        state = self.application.state
        if state == State.DRAFT:
            yield Line("next", _("Received, with a receipt and a due date"))
        if state in (State.DRAFT, State.SUPPLEMENT, State.PAYMENT) or self.application.waits_to_be_forwarded:
            yield Line("next", self._step_name(StepRole.SPECIALIST))
        before_signature = (
            State.DRAFT,
            State.SUBMITTED,
            State.ACCEPTED,
            State.PROCESSING,
            State.SUPPLEMENT,
            State.PAYMENT,
        )
        if state in before_signature:
            if self._step != StepKind.SIGN and not self.parts:  # each office signs its own
                yield Line("next", self._step_name(StepRole.LEADER))
            yield Line("next", str(TO_COME[self._way]) % {"centre": self._place})

    @property
    def originals(self) -> list[str]:
        """Where each original that was handed in is."""
        return [told_to_citizen(original) for original in self.application.originals.all()]

    @property
    def _since(self) -> datetime | None:
        return next((step.from_at for step in self.application.steps.all() if step.to_at is None), None)

    @property
    def _place(self) -> str:
        return pick((self.application.received_at_centre or self.application.helped_at).short_name)

    @property
    def _office(self) -> str:
        return pick(self.application.competent.short_name)

    def _step_name(self, role: str) -> str:
        steps = version_of(self.application).steps
        named = next((step for step in steps if step["role"] == role), None)
        if named:
            return pick(named["name"])
        return _("Signed by the leader") if role == StepRole.LEADER else _("Examined by the officer in charge")


@dataclass
class TrackedVisit:
    """What one public token opens: the number, if it is still of use, and the dossiers."""

    token: str
    ticket: Ticket | None
    at: datetime
    dossiers: list[TrackedDossier] = field(default_factory=list)
    begins_with_its_own: bool = False

    @property
    def address(self) -> str:
        """Of this page, with the dossier it begins with."""
        return visit_address(self.token) + self.query

    @property
    def query(self) -> str:
        """What this page's actions carry along, so that they lead back to it as it was."""
        return _FIRST if self.begins_with_its_own else ""

    @cached_property
    def is_of_today(self) -> bool:
        return self.ticket is not None and self.ticket.day == clock.local_day(self.at)

    @cached_property
    def shows_ticket(self) -> bool:
        """The number counts while its person is in the hall, or when it led to nothing yet."""
        if self.ticket is None:
            return False
        return (self.is_of_today and self.ticket.state in IN_HALL) or not self.dossiers

    @cached_property
    def people_before(self) -> int:
        """How many are called before this one, as the counters will call."""
        return people_ahead(self.ticket, self.at) if self.ticket is not None else 0

    @property
    def is_in_hall(self) -> bool:
        """Whether its person is in the hall, as far as the number says."""
        return self.is_of_today and self.ticket is not None and self.ticket.state in IN_HALL

    @property
    def waits_today(self) -> bool:
        return self.is_of_today and self.ticket is not None and self.ticket.state == TicketState.WAITING

    @cached_property
    def wishes(self) -> list[Wish]:
        """Where this number's holder wants to be told before the call."""
        return [] if self.ticket is None else wishes_of(self.ticket)

    @property
    def has_sms(self) -> bool:
        """Whether an SMS would reach anybody."""
        return leaves_the_machine(Channel.SMS)

    @property
    def push_key(self) -> str:
        return public_key()

    @property
    def has_papers_to_check(self) -> bool:
        return self.ticket is not None and bool(procedures_of(self.ticket.service, self.ticket.day))

    @cached_property
    def holds(self) -> list[tuple[int, datetime]]:
        """(minutes, until when) for which the place can be kept while its person is away."""
        if self.ticket is None or not self.is_of_today or self.ticket.state != TicketState.WAITING:
            return []
        return hold_choices(self.ticket, self.at)

    @property
    def may_come_back(self) -> bool:
        """Whoever was sent away or left with a held place says so; a job brings its own person back."""
        ticket = self.ticket
        return self.is_of_today and ticket is not None and ticket.park_kind in (ParkKind.HELD, ParkKind.FETCHING)

    @property
    def may_return(self) -> bool:
        ticket = self.ticket
        return (
            self.is_of_today
            and ticket is not None
            and ticket.state == TicketState.NO_SHOW
            and in_grace(ticket, self.at)
        )

    @cached_property
    def place_ran_out(self) -> bool:
        """A place was kept until its time, and nobody took it: the number was not called. One statement after a miss."""
        ticket = self.ticket
        if ticket is None or ticket.state != TicketState.NO_SHOW:
            return False
        missed = ticket.events.filter(kind=TicketEventKind.NO_SHOW).order_by("pk").last()
        return missed is not None and missed.actor_id is None

    @property
    def may_cancel(self) -> bool:
        states = (TicketState.WAITING, TicketState.PARKED, TicketState.CALLED)
        return self.is_of_today and self.ticket is not None and self.ticket.state in states

    @cached_property
    def expected(self) -> Shown | None:
        """How long the person still waits, as a range; None where that is not known."""
        return shown_to(self.ticket, self.at) if self.ticket is not None else None

    @cached_property
    def may_rate(self) -> bool:
        return self.ticket is not None and self.ticket.state == TicketState.DONE and not hasattr(self.ticket, "rating")

    @cached_property
    def was_rated(self) -> bool:
        return self.ticket is not None and hasattr(self.ticket, "rating")

    @property
    def topics(self) -> list[str]:
        """Changes of what the page shows."""
        topics = [f"dossier:{dossier.application.pk}" for dossier in self.dossiers]
        if self.ticket is not None:
            topics.append(f"ticket:{self.ticket.pk}")
            if self.ticket.state == TicketState.WAITING:
                topics += [f"queue:{self.ticket.centre_id}", f"waits:{self.ticket.centre_id}"]
        return topics


def _changed_fee(event: Event) -> str:
    """What the document costs since it was changed, less what a leader took off; empty where that is the same."""
    off = event.details.get("lowered", 0)
    before, now = (max(0, event.details.get(name, 0) - off) for name in ("fee_before", "fee"))
    if before == now:
        return ""
    return _("Fee: from %(before)s to %(now)s") % {"before": format_vnd(before), "now": format_vnd(now)}


def visit_address(token: str) -> str:
    return reverse("applications:ticket", args=[token])


def dossier_address(token: str) -> str:
    """The page that begins with the dossier that has this token, where the token is the whole visit's as well."""
    return visit_address(token) + _FIRST


def find_visit(token: str, at: datetime, *, begins_with_its_own: bool = False) -> TrackedVisit | None:
    """What this token opens, or None. A ticket's token opens the whole visit with its number, a later dossier's only
    that one: whoever is shown one dossier learns of no other, and moves nobody's place. Where the dossier with this token
    is what was asked for, the visit begins with it."""
    ticket = _TICKET.first(token=token)
    applications = [] if ticket and not _MATTERS.all(ticket=ticket.pk) else _applications(ticket, token)
    if ticket is None and not applications:
        return None
    # What waits for the citizen comes first, what is over last.
    order = {State.SUPPLEMENT: 0, State.PAYMENT: 0, State.DONE: 1, State.RETURNED: 3}

    def place(application: Application) -> tuple[bool, int]:
        is_asked_for = begins_with_its_own and application.token == token
        return not is_asked_for, order.get(State(application.state), 2)

    dossiers = [TrackedDossier(application, at) for application in sorted(applications, key=place)]
    return TrackedVisit(token, ticket, at, dossiers, begins_with_its_own)


def _applications(ticket: Ticket | None, token: str) -> list[Application]:
    """Those of a ticket's matters, or the one with this token."""
    mine = Q(matter__ticket=ticket) | Q(for_application__matter__ticket=ticket) if ticket else Q(token=token)
    return list(with_what_is_shown(Application.objects.filter(mine)).order_by("started_at", "id").distinct())


def with_what_is_shown(rows: ApplicationQuerySet) -> ApplicationQuerySet:
    """These dossiers with everything that a ``TrackedDossier`` reads: as many statements for many as for one."""
    return rows.select_related(
        "helped_at", "received_at_centre", "competent", "matter__ticket__rating", "certification"
    ).prefetch_related(
        "fee_lines__item",
        "steps",
        "supplements__part",
        "parts",
        "issued_forms",
        "withdrawals",
        "dispatches",
        "payments",
        Prefetch("papers", Paper.objects.select_related("kind")),
        Prefetch("originals", Original.objects.select_related("paper__kind", "branch")),
        "events",
        Prefetch("certification__items", _DOCUMENTS),
    )
