"""What the counter officer's one screen shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.actions.documents_wanted import LAID_OUT
from applications.actions.mark_paper import FROM_FILE
from applications.actions.originals import said_of
from applications.actions.submit_certification import why_not_submitted
from applications.catalogue import bound_form as bound_form_of
from applications.catalogue import facts_of, is_for_elsewhere, notices_for, quote_for, version_of
from applications.declared import Declared, Said, declared_for
from applications.duplicates import Twin, side_by_side, twins_of, undecided
from applications.enums import Channel, PaperState, State
from applications.ledger import copies_of, outstanding, paid_so_far, surplus
from applications.models import Application, Arrival, Certification, CertificationItem, Paper
from applications.notarisation.enums import AWAITED, NOT_PAID_FOR, JobState
from applications.notarisation.grounds import ground_named
from applications.notarisation.requests import is_request, items_of, request_of
from applications.notarisation.words import stands
from applications.paying import Paying, paying_together
from centres.actions.hold import hold_choices
from centres.actions.miss import recalls_left
from centres.enums import AT_COUNTER, SEEN_GROUNDS, CounterState, PriorityGround, Role, TicketState
from centres.in_line import with_line
from centres.models import Counter, Service, Ticket
from centres.permissions import centres_of
from centres.policy import policy_on
from citizens.models import Citizen, HeldDocument, User
from portal import clock
from portal.errors import RuleBroken
from portal.vn.dates import age_on
from procedures.catalogue_cache import versions_on
from procedures.enums import CopyForm
from procedures.facts import AnsweredBy, Fact
from procedures.forms import ProcedureForm
from procedures.models import ProcedureVersion
from procedures.quote import Quote, facts_asked
from procedures.units import UnitResolution, resolve_old_address

MOST_TO_COLLECT = 9
# What an officer can see of somebody who waits.
GROUNDS: list[PriorityGround] = [*SEEN_GROUNDS, PriorityGround.NONE]


@dataclass
class PaperLine:
    """One line of the checklist with what can be done about it."""

    paper: Paper
    item: CertificationItem | None
    held: HeldDocument | None
    note: Any
    # What goes into custody with the receipt: number and pages of each original.
    originals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def can_certify(self) -> bool:
        """A certified copy that is missing can be made here, on the spot."""
        return self.paper.form_of_copy == CopyForm.CERTIFIED_COPY and self.paper.state == PaperState.MISSING

    @property
    def refused(self) -> str:
        """By which rule a copy for this line was refused, while nothing else is there for it."""
        item = self.item
        if item is None or item.state != JobState.REFUSED or self.paper.state != PaperState.MISSING:
            return ""
        ground = ground_named(item.ground)
        return gettext("Refused: %(why)s") % {"why": ground.article if ground else item.reason}

    @property
    def failed(self) -> bool:
        return self.item is not None and self.item.state == JobState.FAILED and self.paper.state == PaperState.MISSING

    @property
    def sent_back(self) -> bool:
        item = self.item
        return item is not None and item.state == JobState.WAITING and bool(item.reason)


@dataclass
class DocumentLine:
    """One document of a request for certification with where it stands; ``not_yet`` keeps it from the signer."""

    item: CertificationItem
    not_yet: str

    @property
    def state(self) -> tuple[str, str]:
        """Kind of mark and words."""
        if self.item.is_sent_back:
            return "act", gettext("sent back by the signer")
        if self.item.state == JobState.WAITING:
            return ("warn", gettext("to be checked")) if self.not_yet else ("ok", gettext("checked"))
        return stands(self.item)

    @property
    def is_open(self) -> bool:
        return self.item.state == JobState.WAITING


@dataclass
class Work:
    """The matter in the right pane: a draft with everything that its receipt needs."""

    application: Application
    quote: Quote
    lines: list[PaperLine]
    form: ProcedureForm
    facts: list[tuple[Fact, bool]]
    notices: list[dict[str, Any]]
    form_gaps: int = 0
    certified: list[Application] = field(default_factory=list)
    declared: Declared | None = None
    is_request: bool = False
    documents: list[DocumentLine] = field(default_factory=list)
    filed: Arrival | None = None
    twins: list[Twin] = field(default_factory=list)

    @property
    def listed(self) -> list[DocumentLine]:
        """The documents that are still asked for, or were decided on: what was taken out is not shown any more."""
        return [line for line in self.documents if line.item.state != JobState.DROPPED]

    @property
    def shows_documents(self) -> bool:
        """A request of its own; one that was opened for a paper of another dossier lies beside that dossier."""
        is_own = self.is_request and self.application.for_application_id is None
        return is_own and (self.is_draft or bool(self.documents))

    @property
    def nothing_left(self) -> bool:
        """Documents were brought, and each was refused or taken out."""
        return bool(self.documents) and all(line.item.state in NOT_PAID_FOR for line in self.documents)

    @property
    def to_mend(self) -> CertificationItem | None:
        """The first document that the signer sent back: it lies at the desk until it is sent again."""
        return next((line.item for line in self.documents if line.item.is_sent_back), None)

    @property
    def being_made(self) -> bool:
        return any(line.item.state in AWAITED for line in self.documents)

    @property
    def groups(self) -> list[tuple[str, list[tuple[BoundField, Said | None]]]]:
        """The form's fields under their headings, each with what was declared at home."""
        said = self.declared.fields if self.declared else {}
        return [(title, [(bound, said.get(bound.name)) for bound in fields]) for title, fields in self.form.groups()]

    @property
    def questions(self) -> list[tuple[Fact, bool, Said | None]]:
        """The questions that decide with their answers, each with what was declared at home."""
        said = self.declared.facts if self.declared else {}
        return [(fact, yes, said.get(fact.key)) for fact, yes in self.facts]

    @property
    def is_draft(self) -> bool:
        return self.application.state == State.DRAFT

    @property
    def copies_made(self) -> list[tuple[str, int]]:
        """Code of each copy certified here for this dossier and what is to be paid for it: the citizen pays them together."""
        return [(row.code or "", outstanding(row)) for row in self.certified]

    @property
    def total(self) -> int:
        """Everything to be paid at this counter for the matter, in đồng."""
        return self.quote.total + sum(fee for _code, fee in self.copies_made)

    @property
    def paid(self) -> int:
        """What was taken for it after the receipt and not given back."""
        return paid_so_far(self.application)

    @property
    def to_pay(self) -> int:
        """What is still to be paid after the receipt."""
        return outstanding(self.application)

    @property
    def to_give_back(self) -> int:
        """What was paid beyond what is owed now."""
        return surplus(self.application)

    @property
    def asks_pages(self) -> bool:
        return not self.shows_documents and self.counts_pages

    @property
    def counts_pages(self) -> bool:
        return self.quote.needs_pages or self.application.pages is not None

    @property
    def asks_office(self) -> bool:
        """It is taken in for an office elsewhere: for which one?"""
        return self.is_draft and is_for_elsewhere(self.application)

    @property
    def asks_copies(self) -> bool:
        """Where the fee or the form goes by how many are wanted."""
        return not self.shows_documents and (self.counts_pages or "copy_count" in self.form.counted)

    @property
    def is_touched(self) -> bool:
        """Something was typed or ticked that taking it back would lose."""
        row = self.application
        blank = (PaperState.MISSING, PaperState.LOOKED_UP)
        ticked = any(line.paper.state not in blank for line in self.lines)
        return bool(row.form_data or row.acknowledged or row.pages or row.copies > 1 or ticked)

    @property
    def hidden_lines(self) -> list[PaperLine]:
        """What the documents of a request stand for themselves."""
        return [line for line in self.lines if self.shows_documents and line.paper.kind.key in LAID_OUT]

    @property
    def paper_lines(self) -> list[PaperLine]:
        """The checklist as it is shown."""
        hidden = self.hidden_lines
        return [line for line in self.lines if line not in hidden]


@dataclass
class Desk:
    """The whole screen of one counter."""

    counter: Counter
    at: datetime
    ticket: Ticket | None = None
    matters: list[Application] = field(default_factory=list)
    selected: Application | None = None
    work: Work | None = None
    person: Citizen | None = None
    resolution: UnitResolution | None = None
    was_asked: bool = False
    procedures: list[ProcedureVersion] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    counters: list[Counter] = field(default_factory=list)
    holds: list[tuple[int, datetime]] = field(default_factory=list)
    recalls_left: int = 0
    to_collect: list[Application] = field(default_factory=list)

    @property
    def paying(self) -> list[Paying]:
        """What its person pays now, after the receipt: for the dossier, and for each copy made for it."""
        return paying_together(self.selected, self.at) if self.selected is not None else []

    @property
    def age(self) -> int | None:
        """Years on this day; ``None`` where the birth date is not known to the day."""
        born = self.person.birth_date if self.person else None
        return age_on(born, clock.local_day(self.at)) if born else None


def counter_of(user: User) -> Counter | None:
    return Counter.objects.select_related("centre", "officer").filter(officer=user).first()


def ticket_at(counter: Counter) -> Ticket | None:
    return (
        Ticket.objects.select_related("citizen", "service__field", "service__procedure", "centre")
        .filter(counter=counter, state__in=AT_COUNTER)
        .first()
    )


def my_ticket(user: User, shown: int | None) -> Ticket:
    """The ticket at this officer's counter. ``shown`` is the ticket the page was made for: where the portal calls by
    itself the next person may stand here already, and a key meant for the one before never acts on them.

    Raises ``RuleBroken`` when nobody is there (any more), or somebody else (``other_ticket``).
    """
    counter = counter_of(user)
    ticket = ticket_at(counter) if counter else None
    if ticket is None:
        raise RuleBroken(_("Nobody is at your counter any more. Call the next person."), code="nobody_here")
    if ticket.pk != shown:
        raise RuleBroken(
            _(
                "Number %(label)s is at your counter now; nothing was done. Load the page anew to see who is there, then do it again."
            )
            % {"label": ticket.label},
            code="other_ticket",
        )
    return ticket


def build(
    counter: Counter, at: datetime, *, chosen: int | None = None, choosing: bool = False, marks_blanks: bool = False
) -> Desk:
    """The screen for this counter. ``chosen`` is the application whose tab is open, ``choosing`` the list of
    procedures; ``marks_blanks`` shows beside each field of the form, too, that it was left empty."""
    desk = Desk(counter=counter, at=at, ticket=ticket_at(counter))
    if desk.ticket is None:
        desk.selected = _last_received(counter, chosen) or _filed_online(counter, chosen)
        if desk.selected is not None and desk.selected.state == State.DRAFT:
            desk.work, desk.person = work_on(desk.selected, at, marks_blanks=marks_blanks), desk.selected.applicant
        return desk
    desk.matters = list(
        Application.objects.filter(matter__ticket=desk.ticket)
        .select_related("matter", "competent", "helped_at", "applicant", "version__procedure", "declaration")
        .order_by("pk")
    )
    desk.selected = next((row for row in desk.matters if row.pk == chosen), None)
    if desk.selected is None and desk.matters and not choosing:
        drafts = [row for row in desk.matters if row.state == State.DRAFT]
        desk.selected = (drafts or desk.matters)[-1]
    if desk.selected is not None:
        desk.work = work_on(desk.selected, at, marks_blanks=marks_blanks)
    if desk.selected is None or choosing:
        desk.selected, desk.work = None, None
        desk.procedures = procedures_for(desk.ticket, at)
    # Whoever's matter is open: the pane beside a dossier never shows somebody else.
    desk.person = (desk.selected.applicant if desk.selected else None) or desk.ticket.citizen
    if desk.person and desk.person.card_address:
        of_card = resolve_old_address(desk.person.card_address)
        # What leaves no doubt is kept without a question (``settle_unit_if_certain``).
        desk.was_asked = bool(desk.person.address) and of_card.unit is None
        if not (desk.person.unit_code or desk.was_asked):
            desk.resolution = of_card
    desk.recalls_left = recalls_left(desk.ticket)
    desk.holds = hold_choices(desk.ticket, at)
    desk.counters = list(
        Counter.objects.filter(centre=desk.ticket.centre_id, services=desk.ticket.service_id)
        .exclude(state=CounterState.CLOSED)
        .exclude(pk=counter.pk)
    )
    if desk.person:
        desk.to_collect = _to_collect(desk.person, counter)
    desk.services = [
        row for row in desk.ticket.centre.services.all() if row.is_open and row.pk != desk.ticket.service_id
    ]
    return desk


def _to_collect(person: Citizen, counter: Counter) -> list[Application]:
    """What this person may have come for: results ready here, and dossiers that wait for a paper. One statement."""
    return list(
        Application.objects.filter(
            applicant=person, received_at_centre=counter.centre_id, state__in=[State.DONE, State.SUPPLEMENT]
        )
        .select_related("version__procedure")
        .order_by("-state", "due_at", "pk")[:MOST_TO_COLLECT]
    )


def _last_received(counter: Counter, chosen: int | None) -> Application | None:
    """What was just received here, so that its receipt can still be printed."""
    if chosen is None:
        return None
    return (
        Application.objects.filter(pk=chosen, matter__ticket__counter=counter)
        .select_related("version__procedure", "matter__ticket", "applicant", "received_at_centre")
        .first()
    )


def _filed_online(counter: Counter, chosen: int | None) -> Application | None:
    """An application filed online that was opened at a counter of this centre while nobody stood there."""
    if chosen is None:
        return None
    return (
        Application.objects.filter(pk=chosen, helped_at=counter.centre_id, matter__isnull=True, arrival__isnull=False)
        .select_related(
            "version__procedure", "competent", "helped_at", "applicant", "declaration", "arrival", "received_at_centre"
        )
        .first()
    )


def procedures_for(ticket: Ticket, at: datetime) -> list[ProcedureVersion]:
    """What can be asked for today; what the person's number is for comes first, then its field."""
    rows = [row for row in versions_on(clock.local_day(at)) if not row.procedure.is_listed_only]
    service = ticket.service
    field_id = service.procedure.field_id if service.procedure else service.field_id
    return sorted(rows, key=lambda row: (row.procedure_id != service.procedure_id, row.procedure.field_id != field_id))


def work_on(application: Application, at: datetime, *, marks_blanks: bool = False) -> Work:
    facts = facts_of(application, at)
    version = version_of(application)
    form = bound_form_of(application, at)
    gaps = len(form.errors)
    if not marks_blanks:
        leave_blanks_alone(form)
    return Work(
        application=application,
        quote=quote_for(application, at),
        lines=paper_lines(application),
        form=form,
        facts=[(fact, facts.get(fact.key, False)) for fact in facts_asked(version) if fact.by != AnsweredBy.PORTAL],
        notices=[
            {**notice, "told": application.acknowledged.get(notice["key"])} for notice in notices_for(application, at)
        ],
        form_gaps=gaps,
        declared=declared_for(application, form, facts),
        is_request=is_request(version),
        documents=document_lines(request_of(application, version), at),
        filed=application.arrival
        if application.channel == Channel.ONLINE and hasattr(application, "arrival")
        else None,
        twins=side_by_side(application, undecided(application, twins_of(application, at)))
        if application.state == State.DRAFT
        else [],
        certified=copies_of(application),
    )


def document_lines(request: Certification | None, at: datetime) -> list[DocumentLine]:
    return [
        DocumentLine(item, why_not_submitted(item, request, at) if item.state == JobState.WAITING else "")
        for item in items_of(request)
        if request is not None
    ]


def form_of(application: Application, at: datetime) -> ProcedureForm:
    """The draft's form with what is wrong in it, and without what is only missing yet."""
    form = bound_form_of(application, at)
    leave_blanks_alone(form)
    return form


def wrongly_filled(application: Application, at: datetime) -> list[str]:
    """Labels of the fields in which something wrong was typed."""
    form = form_of(application, at)
    return [str(form[name].label) for name in form.errors if name in form.fields]


def leave_blanks_alone(form: ProcedureForm) -> None:
    """A field that was not filled in yet is counted, not scolded; what was typed wrongly is shown."""
    for name, errors in form.errors.as_data().items():
        if all(error.code == "required" for error in errors):
            del form.errors[name]


def paper_lines(application: Application) -> list[PaperLine]:
    papers = list(application.papers.select_related("kind", "document", "requirement"))
    notes = {row.pk: row.note for row in version_of(application).requirements.all()}
    items = {
        item.for_paper_id: item
        for item in CertificationItem.objects.filter(for_paper__in=papers)
        .select_related("entry__register")
        .order_by("pk")
    }
    held: dict[str, HeldDocument] = {}
    if application.applicant_id and any(paper.state == PaperState.MISSING for paper in papers):
        rows = HeldDocument.objects.filter(citizen_id=application.applicant_id).order_by("created_at")
        held = {row.kind_key: row for row in rows if row.valid_until is None or row.valid_until >= clock.today()}
    return [
        PaperLine(
            paper=paper,
            item=items.get(paper.pk),
            held=held.get(paper.kind.key)
            if paper.state == PaperState.MISSING and paper.form_of_copy in FROM_FILE
            else None,
            note=notes.get(paper.requirement_id),
            originals=said_of(application, paper) if paper.requirement.is_kept and paper.is_there else [],
        )
        for paper in papers
    ]


def waiting_for(counter: Counter, at: datetime) -> dict[str, Any]:
    """Who waits for this counter by service, and who may come back to it. Names nobody: the next is called blind.

    Set aside here, or for one of its services with no open counter to come back to: a place held from the hall, a
    counter that has closed.
    """
    day = clock.local_day(at)
    services = list(with_line(counter.services.order_by("order"), day))
    nowhere_else = Q(service__in=counter.services.all()) & ~Q(counter__state=CounterState.OPEN)
    parked = Ticket.objects.filter(Q(counter=counter) | nowhere_else, day=day, state=TicketState.PARKED).order_by(
        "called_at"
    )
    mark = mark_of(counter, services)
    return {"services": services, "parked": list(parked), "at": at, "called": None, "changed": "", "mark": mark}


def mark_of(counter: Counter, services: Iterable[Service]) -> str:
    """What a page was made for, as it asks whether it still holds: counter, state and services."""
    return f"{counter.pk}.{counter.state}.{''.join(sorted(service.letter for service in services))}"


def changed_since(counter: Counter, mark: str, shown: str) -> str:
    """What a manager did to the counter since the page of ``shown`` was made, in a sentence; empty for nothing."""
    if mark == shown or shown.count(".") != 2:
        return ""
    pk, state, _letters = shown.split(".")
    if pk != str(counter.pk):
        return gettext("You sit at %(counter)s now.") % {"counter": counter}
    if state != counter.state:
        paused = gettext("%(counter)s was paused meanwhile.")
        opened = gettext("%(counter)s was opened again meanwhile.")
        return (opened if counter.state == CounterState.OPEN else paused) % {"counter": counter}
    return gettext("%(counter)s was given other services meanwhile.") % {"counter": counter}


def closed_since(user: User, shown: str) -> Counter | None:
    """The counter of the page ``shown``, where its officer has none any more and may read of it."""
    pk = shown.partition(".")[0]
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    centres = centres_of(user, {Role.COUNTER_OFFICER})
    counters = Counter.objects.filter(pk=int(pk))
    return counters.first() if centres is None else counters.filter(centre__in=centres).first()


def closing_words(counter: Counter) -> str:
    """That this counter was closed under its officer, with the reason where one was given."""
    if counter.state == CounterState.CLOSED and counter.state_reason:
        words = {"counter": counter, "reason": counter.state_reason}
        return gettext("%(counter)s was closed meanwhile: %(reason)s") % words
    return gettext("%(counter)s was closed meanwhile, or somebody else sits there now.") % {"counter": counter}


def called_by_itself(counter: Counter, at: datetime, shown: int | None) -> Ticket | None:
    """Whoever the portal has called here since the page was made; ``shown`` is the ticket that the page shows, if any.

    One statement at a centre whose portal calls by itself, none elsewhere.
    """
    if not policy_on(counter.centre_id, clock.local_day(at)).calls_itself:
        return None
    there = ticket_at(counter)
    return there if there and there.pk != shown else None
