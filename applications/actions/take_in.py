"""Taking an application in at once, for counters whose own program has gathered everything already."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BigAutoField, Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.actions.choose import refuse_listed_only
from applications.actions.edit_draft import refuse_office
from applications.actions.mark_paper import ACCEPTED
from applications.actions.other_matter import decision
from applications.actions.receive import complete, refuse_if, what_is_missing
from applications.catalogue import COUNTED, bound_form, quote_for
from applications.duplicates import refuse_duplicates, twins_of
from applications.enums import Delivery, PaperState
from applications.ledger import owed
from applications.models import Application, Paper
from applications.notarisation.requests import is_request
from applications.permissions import RECEIVERS, check
from centres.actions.settle_matter import settle_matter
from centres.enums import AT_COUNTER, Role
from centres.models import Centre, Matter, Ticket
from centres.permissions import STAFF, has_role
from citizens.actions.identify import IN_DOUBT, Identified, identify
from citizens.actions.record_look import record_look
from citizens.models import Citizen, User
from portal import clock
from portal.errors import BadInput, Gone, RuleBroken
from portal.prepared import Given, Prepared
from procedures.catalogue_cache import version_in_force
from procedures.enums import CopyForm
from procedures.models import ProcedureVersion
from procedures.questions import may_be_answered
from procedures.quote import Quote

_TICKET = Prepared(
    lambda: (
        Ticket.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(pk=Given("ticket", BigAutoField()))
    )
)
# Asked with the row in hand: asked in the statement that had to wait for it, the answers would be those of before.
_KNOWN_OF_TICKET = Prepared(
    lambda: Ticket.objects.filter(pk=Given("ticket", BigAutoField())).values_list(
        Exists(Application.objects.filter(token=OuterRef("token"))),
        Exists(Matter.objects.filter(ticket=OuterRef("pk"), done_at__isnull=True)),
    )
)


@dataclass(frozen=True)
class Person:
    """The applicant as the counter's program knows them; a known number needs nothing else."""

    identity_number: str
    full_name: str = ""
    birth_text: str = ""
    sex: str = ""
    card_address: str = ""
    is_same_person: bool = False


@dataclass(frozen=True)
class Handed:
    """What was handed in and said. ``papers`` are keys of document kinds, ``originals`` the number and pages of each paper that
    is kept, by its kind; ``office`` the code of the centre that decides, if another one does; ``form`` the raw answers by field,
    ``other_matter`` why it is no duplicate of what it looks like."""

    procedure: str
    person: Person
    papers: Collection[str] = ()
    originals: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    facts: Mapping[str, bool] = field(default_factory=dict)
    office: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    other_matter: str = ""
    acknowledged: Collection[str] = ()
    phone: str = ""
    email: str = ""
    delivery: str = Delivery.COUNTER
    delivery_address: str = ""
    pages: int | None = None
    copies: int | None = None
    client_key: str = ""


class OtherPerson(RuleBroken):
    """The number belongs to somebody of another name or birth date; ``details["warnings"]`` lists the sentences."""


def take_in(
    *, ticket_id: int, handed: Handed, finish_ticket: bool, at: datetime, acting_user: User
) -> tuple[Application, int]:
    """The dossier and its fee in đồng: from a person at a counter to a received dossier, in one transaction and as few statements as it can be.

    The same rules as choosing, ticking and receiving one after the other. ``phone`` in E.164. The same ``client_key``
    again gives the same dossier. Raises ``Gone`` (no such ticket here), ``RuleBroken`` (not at a counter, key used, or
    ``at_the_desk``: what is certified document by document), ``OtherPerson`` (the number is known under another name or
    birth date), ``BadInput``, ``Duplicate``, or ``NotComplete`` with everything that is missing at once; nothing is changed
    then.
    """
    known = _taken_before(ticket_id, handed.client_key, acting_user)
    if known is not None:
        return known
    try:
        return _take_in(ticket_id, handed, finish_ticket, at, acting_user)
    except IntegrityError:
        # The same key a moment earlier: its dossier stands, and ours was given back with the transaction.
        known = _taken_before(ticket_id, handed.client_key, acting_user)
        if known is None:
            raise
        return known


def _taken_before(ticket_id: int, client_key: str, user: User) -> tuple[Application, int] | None:
    """The dossier that this key gave before, with its fee. Raises ``RuleBroken`` when it was for another ticket."""
    if not client_key:
        return None
    dossier = Application.objects.visible_to(user).filter(client_key=client_key).select_related("matter").first()
    if dossier is None:
        return None
    if dossier.matter is None or dossier.matter.ticket_id != ticket_id:
        raise RuleBroken(_("This key was used for another dossier. Make a new one."), code="key_used")
    return dossier, owed(dossier)


@transaction.atomic
def _take_in(
    ticket_id: int, handed: Handed, finish_ticket: bool, at: datetime, acting_user: User
) -> tuple[Application, int]:
    ticket = _ticket(ticket_id, acting_user)
    [(token_taken, has_open_matters)] = _KNOWN_OF_TICKET.all(ticket=ticket.pk)
    version = version_in_force(handed.procedure, clock.local_day(at))
    if version is None:
        raise BadInput(
            _("No version of this procedure is in force today. Check its code."), code="no_version", field="procedure"
        )
    refuse_listed_only(version.procedure)
    _refuse_without_documents(version)
    if not all(map(may_be_answered, handed.facts)):
        raise BadInput(_("The catalogue does not know this question."), code="unknown_fact", field="facts")
    found = identify(
        number=handed.person.identity_number,
        full_name=handed.person.full_name,
        birth_text=handed.person.birth_text,
        sex=handed.person.sex,
        card_address=handed.person.card_address,
        phone=handed.phone,
        email=handed.email,
        is_same_person=handed.person.is_same_person,
        at=at,
        acting_user=acting_user,
    )
    citizen = found.citizen
    _refuse_another_person(found, handed.person)
    if not found.is_new:
        record_look(
            citizen=citizen,
            reason=_("taken in over the API"),
            unit=str(ticket.centre),
            role=Role.COUNTER_OFFICER.label,
            at=at,
            acting_user=acting_user,
        )
    draft = _draft(ticket, version, citizen, handed, at, acting_user)
    if not token_taken:
        draft.token = ticket.token
    if handed.office:
        draft.competent = _office(draft, handed.office)
    quote = quote_for(draft, at)
    papers = _papers(draft, version, quote, handed)
    form = bound_form(draft, at)
    refuse_if(what_is_missing(draft, papers, quote, form, at))
    draft.form_data = form.form_data()
    if handed.other_matter.strip():
        draft.other_matter = decision(handed.other_matter, twins_of(draft, at), at, acting_user)
    elif not found.is_new:
        refuse_duplicates(draft, at)
    draft.matter = settle_matter(
        ticket=ticket,
        procedure=version.procedure,
        citizen=citizen,
        finish=finish_ticket and not has_open_matters,
        at=at,
        acting_user=acting_user,
    )
    return complete(draft, quote, papers, at, acting_user, is_new=True), quote.total


def _office(draft: Application, code: str) -> Centre:
    """The centre of this code, where the draft may be for it. Raises ``BadInput`` (``no_office``)."""
    office = Centre.objects.filter(code=code).first()
    if office is None:
        raise BadInput(_("No centre has this code."), code="no_office", field="office")
    refuse_office(draft, office)
    return office


def _refuse_without_documents(version: ProcedureVersion) -> None:
    """What is certified is scanned, held against what forbids it, and signed into a register, document by document."""
    if is_request(version):
        raise RuleBroken(
            _(
                "What is to be certified is scanned and checked document by document. Open the request at the desk, under %(desk)s."
            )
            % {"desk": reverse("applications:desk")},
            code="at_the_desk",
            field="procedure",
        )


def _refuse_another_person(found: Identified, person: Person) -> None:
    in_doubt = [warning for warning in found.warnings if warning.code in IN_DOUBT]
    if in_doubt and not person.is_same_person:
        raise OtherPerson(
            _(
                "This number is known under another name or birth date. Compare with the card, then send it as confirmed."
            ),
            code="other_person",
            field="citizen",
            details={"warnings": [str(warning.message) for warning in in_doubt]},
        )


def _ticket(ticket_id: int, user: User) -> Ticket:
    """The ticket at the counter, its row locked."""
    ticket = _TICKET.first(ticket=ticket_id)
    if ticket is None or not has_role(user, STAFF, ticket.centre_id):
        raise Gone(_("There is no such number at your centre. Draw a new one."), code="no_ticket", field="ticket")
    check(has_role(user, RECEIVERS, ticket.centre_id))
    if ticket.state not in AT_COUNTER:
        raise RuleBroken(_("Call the person to the counter first."), code="not_at_counter", field="ticket")
    return ticket


def _draft(
    ticket: Ticket, version: ProcedureVersion, citizen: Citizen, handed: Handed, at: datetime, user: User
) -> Application:
    """A draft that is not saved yet: it becomes a dossier in the same breath."""
    asked = version.form_schema.get("properties", {})
    pages, copies = (_one_count(handed, key if key in asked else "", name) for key, name in COUNTED.items())
    known = {notice["key"] for notice in version.notices}
    return Application(
        version=version,
        helped_at=ticket.centre,
        competent=ticket.centre,
        applicant=citizen,
        contact_phone=handed.phone or citizen.phone,
        contact_email=handed.email or citizen.email,
        delivery=handed.delivery,
        delivery_address=" ".join(handed.delivery_address.split()),
        language=ticket.language,
        facts=dict(handed.facts),
        form_data=dict(handed.form),
        acknowledged={
            key: {"at": at.isoformat(), "by": user.pk} for key in sorted(set(handed.acknowledged)) if key in known
        },
        pages=pages,
        copies=copies or 1,
        client_key=handed.client_key or None,
        started_at=at,
        changed_at=at,
        opened_by=user,
    )


def _one_count(handed: Handed, key: str, name: str) -> int | None:
    """Pages or copies, by whichever of its two names they were given. Raises ``BadInput`` (``counts_differ``)."""
    given, typed = getattr(handed, name), handed.form.get(key, "").strip()
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else None
    if (typed and count is None) or (None not in (given, count) and given != count):
        raise BadInput(
            _("The form's %(key)s and %(name)s are one number; what was sent differs or is none. Send it once.")
            % {"key": key, "name": name},
            code="counts_differ",
            field=name,
        )
    return count if given is None else int(given)


def _papers(draft: Application, version: ProcedureVersion, quote: Quote, handed: Handed) -> list[Paper]:
    """The checklist that the rules ask for, ticked where the paper's kind was handed in."""
    requirements = {row.pk: row for row in version.requirements.all()}
    lines = []
    for order, ask in enumerate(quote.papers):
        state = PaperState.MISSING
        if ask.form_of_copy == CopyForm.LOOKED_UP or ask.kind_key in handed.papers:
            state = ACCEPTED[CopyForm(ask.form_of_copy)][0]
        lines.append(
            Paper(
                application=draft,
                requirement=requirements[ask.requirement_id],
                kind=requirements[ask.requirement_id].kind,
                form_of_copy=ask.form_of_copy,
                copies=ask.copies,
                order=order,
                state=state,
                kept=list(handed.originals.get(ask.kind_key, ())),
            )
        )
    return lines
