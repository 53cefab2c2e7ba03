"""Receiving: one transaction turns a draft into a dossier."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import messages
from applications.actions.bring_up_to_date import refuse_old_rules
from applications.actions.declare import erase
from applications.actions.documents_wanted import FROM_DOCUMENTS, LAID_OUT
from applications.actions.issue_form import numbered
from applications.actions.linked import open_parts
from applications.actions.locking import locked, wrong_state
from applications.actions.originals import kept_papers, take_originals
from applications.actions.request_payment import ask_by_code
from applications.actions.submit_certification import submit_all, why_not_submitted
from applications.catalogue import (
    COUNTED,
    bound_form,
    fee_rows,
    form_values,
    forward_by,
    is_for_elsewhere,
    notices_for,
    quote_for,
    version_of,
)
from applications.contacts import take_contact
from applications.documents import VIETNAMESE, receipt_said
from applications.duplicates import refuse_duplicates
from applications.enums import PAPER_THERE, Delivery, EventKind, PaperState, PaymentState, State, StepKind
from applications.history import record
from applications.models import Application, Arrival, CertificationItem, FeeLine, IssuedForm, Paper, Step, WhyErased
from applications.models.papers import as_issued
from applications.notarisation.enums import JobState
from applications.notarisation.requests import is_request, items_of, request_of
from applications.numbers import next_dossier_code
from applications.permissions import check_receiver
from applications.result_ways import NO_ADDRESS, ORIGINAL_STAYS
from applications.second_screen import was_found_right
from applications.words import note_words
from centres.actions.matters import finish_matter
from citizens.models import User
from portal import clock, jobs, live
from portal.errors import RuleBroken
from portal.text import pick
from procedures.eligibility import findings
from procedures.forms import ProcedureForm
from procedures.quote import Quote
from procedures.units import Resolution, resolve_old_address

RECEIPT = "01"


class NotComplete(RuleBroken):
    """What is missing before it can be received; ``details["missing"]`` lists the sentences."""


@transaction.atomic
def receive(*, application: Application, at: datetime, acting_user: User) -> Application:
    """Take in the application and start its clock (Decree 118/2025 art. 17.3: accepted complete and correct).

    Gives the code, the due date with its explanation, the fee lines, the first step, the history row, the receipt
    to be printed and the notice; originals that stay are in custody; the ticket is done with its last matter. Raises ``NotComplete`` with everything
    that is missing at once, ``RulesChanged``, or ``Duplicate`` while nobody decided that it is another matter than what was
    received not long ago; nothing is changed then.
    """
    draft = locked(application)
    check_receiver(acting_user, draft)
    if draft.state not in (State.DRAFT, State.SUBMITTED):
        raise wrong_state(draft)
    refuse_old_rules(draft, at)
    quote = quote_for(draft, at)
    papers = list(draft.papers.select_related("kind", "requirement"))
    form = bound_form(draft, at)
    by_document = is_request(version_of(draft)) and draft.for_application_id is None
    missing = _unit_not_asked(draft)
    if by_document:
        missing += _documents_missing(draft, at)
    missing += what_is_missing(draft, papers, quote, form, at, by_document=by_document)
    refuse_if(missing)
    refuse_duplicates(draft, at)
    is_checked = was_found_right(draft, at)
    draft.form_data = form.form_data()
    take_contact(draft, draft.form_data)
    return complete(draft, quote, papers, at, acting_user, is_checked=is_checked)


class Missing(str):
    """A sentence of what is missing that also knows where at the desk to put it right (``href``)."""

    __slots__ = ("href",)
    href: str

    def __new__(cls, sentence: str, href: str) -> Missing:
        made = super().__new__(cls, sentence)
        made.href = href
        return made


def refuse_if(missing: list[str]) -> None:
    """Raise ``NotComplete`` with all these sentences, if there are any."""
    if missing:
        raise NotComplete(
            _("Not received yet: %(count)s things are missing. Nothing was changed.") % {"count": len(missing)},
            code="not_complete",
            details={"missing": missing},
        )


def complete(
    draft: Application,
    quote: Quote,
    papers: list[Paper],
    at: datetime,
    acting_user: User,
    *,
    is_new: bool = False,
    is_checked: bool = False,
) -> Application:
    """The change itself, on a draft that was locked and found whole; inside the caller's transaction. Papers that are not
    saved yet are saved with it.

    ``is_new``: it was made in this transaction, so nothing of it is in the history yet. ``is_checked``: its citizen read it on
    the screen of the counter and found everything right.
    """
    from_state = draft.state
    centre = draft.helped_at
    declaration, arrival = getattr(draft, "declaration", None), getattr(draft, "arrival", None)
    request = request_of(draft, version_of(draft))
    draft.accept(
        code=_filed_under(arrival) or next_dossier_code(centre.agency_code, clock.local_day(at)),
        at=at,
        due_at=quote.due_at,
        explanation=quote.explanation,
        by=acting_user,
    )
    draft.received_at_centre = centre
    if draft.delivery != Delivery.POST:
        draft.delivery_address = ""
    draft.forward_by = forward_by(draft, at)
    draft.payment_state = PaymentState.DUE if quote.total else PaymentState.NONE
    draft.changed_at = at
    draft.save()
    Paper.objects.bulk_create([paper for paper in papers if paper.pk is None])
    lines = FeeLine.objects.bulk_create(fee_rows(draft, quote, at))
    request_by_code = ask_by_code(draft, sum(line.amount for line in lines if line.is_due), at)
    open_parts(draft, [part.key for part in quote.parts], at)
    Step.objects.create(
        application=draft, kind=StepKind.FORWARD if draft.waits_to_be_forwarded else StepKind.APPRAISE, from_at=at
    )
    note_words(draft)
    applicant = draft.applicant
    record(
        application=draft,
        kind=EventKind.RECEIVED,
        at=at,
        actor=acting_user,
        centre=centre,
        from_state=from_state,
        details={
            "code": draft.code,
            "version": draft.version_id,
            "due_at": quote.due_at.isoformat(),
            "papers": [str(paper.kind.key) for paper in papers],
            "fee": quote.total,
            **({"delivery": draft.delivery} if draft.delivery != Delivery.COUNTER else {}),
            **({"office": draft.competent.name[VIETNAMESE]} if draft.waits_to_be_forwarded else {}),
            **({"declared_at_home": True} if declaration else {}),
            **({"helped_by": str(declaration.helped_by)} if declaration and declaration.helped_by else {}),
            **({"checked_on_screen": True} if is_checked else {}),
            **({"looks_like": draft.other_matter["codes"]} if draft.other_matter else {}),
        },
        personal={
            "applicant": applicant.full_name if applicant else "",
            "identity_number": (applicant.identity_number or "") if applicant else "",
            "phone": draft.contact_phone,
            "other_matter": draft.other_matter.get("reason", ""),
            **({"delivery_address": draft.delivery_address} if draft.delivery_address else {}),
        },
        # What was refused of a request while it was prepared has its row already.
        first=is_new and request is None,
    )
    if declaration is not None:
        erase(declaration, WhyErased.RECEIVED, at)
    if arrival is not None:
        arrival.person = {}  # the dossier has it now
        arrival.save(update_fields=["person"])
    if draft.for_application_id is None:  # a copy made for another dossier tells when it is ready, and that is enough
        messages.tell(messages.Received, draft, at=at)
    if request is not None and draft.for_application_id is None:
        # Its person may wait in the hall for what is made now, so the matter stays open.
        submit_all(draft, at, acting_user)
    elif draft.matter is not None and draft.matter.done_at is None:
        finish_matter(matter=draft.matter, at=at, acting_user=acting_user)
    originals = take_originals(draft, papers, at, acting_user)
    may_be_joined = request is not None and draft.for_application_id is not None
    # What a copy's receipt says is written down once no other document can join it.
    at_hand: dict[str, Any] = {"papers": papers, "originals": originals, "lines": lines, "request": request_by_code}
    said = {} if may_be_joined else receipt_said(draft, at, **at_hand, is_new=True)
    _write_receipt(draft, said, at, acting_user)
    live.bump(f"dossier:{draft.pk}", *{f"dossiers:{draft.competent_id}", f"dossiers:{centre.pk}"})
    if request_by_code is not None and draft.matter is not None:
        live.bump(f"screen:{draft.matter.ticket.counter_id}")
    return draft


def _write_receipt(dossier: Application, said: dict[str, Any], at: datetime, user: User) -> None:
    receipt = IssuedForm.objects.create(
        application=dossier,
        number=RECEIPT,
        issued_at=at,
        issued_by=user,
        frozen={**as_issued(dossier), **said, **numbered(dossier, RECEIPT, at)},
    )
    if said:
        jobs.wake("applications.tasks.render_receipt", receipt.pk)


def _filed_under(arrival: Arrival | None) -> str:
    """The code that the citizen was given when it was filed online: one dossier, one code. Empty where a dossier of ours has
    it already."""
    if arrival is None or Application.objects.filter(code=arrival.code).exists():
        return ""
    return arrival.code


def _unit_not_asked(draft: Application) -> list[str]:
    """The card's unit was divided and nobody asked yet where the address lies now: the receipt would name the old one."""
    person = draft.applicant
    if person is None or person.unit_code or person.address or not person.card_address:
        return []
    if resolve_old_address(person.card_address).status != Resolution.SPLIT:
        return []
    return [_("Ask in which ward or commune of today the person lives: the one on the card was divided.")]


def what_is_missing(
    draft: Application,
    papers: list[Paper],
    quote: Quote,
    form: ProcedureForm,
    at: datetime,
    *,
    by_document: bool = False,
) -> list[str]:
    """Every reason why it cannot be received, as sentences; empty when it can. ``by_document``: it is a request whose
    documents say what else papers, pages and some of the form would."""
    missing: list[str] = []
    desk = f"{reverse('applications:desk')}?matter={draft.pk}"
    if draft.applicant is None:
        missing.append(_("Scan the ID card or type the number: nobody is named yet."))
    if is_for_elsewhere(draft) and draft.competent_id == draft.helped_at_id:
        missing.append(Missing(_("Choose the competent office that it is taken in for."), f"{desk}&missing#id_office"))
    missing += [
        _("Tell the citizen first and record it: %(notice)s") % {"notice": pick(notice["text"])}
        for notice in notices_for(draft, at)
        if notice.get("acknowledge") and notice["key"] not in draft.acknowledged
    ]
    missing += [
        Missing(sentence % {"paper": pick(paper.kind.name)}, f"{desk}#paper-{paper.pk}")
        for paper, sentence in _papers_to_wait_for(papers)
        if not (by_document and paper.kind.key in LAID_OUT)
    ]
    missing += [
        Missing(
            _("Form · %(section)s · %(field)s: %(error)s")
            % {
                "section": form.heading_of(name),
                "field": form[name].label,
                "error": _("not filled in yet") if error.code == "required" else error.messages[0],
            },
            f"{desk}#id_{COUNTED[name]}" if name in form.counted else f"{desk}&view=form&missing#{form[name].auto_id}",
        )
        for name, errors in form.errors.as_data().items()
        if not (by_document and name in FROM_DOCUMENTS)
        for error in errors
    ]
    missing += [
        pick(finding.message)
        for finding in findings(version_of(draft), form_values(draft), clock.local_day(at))
        if finding.is_refusal
    ]
    missing += _way_missing(draft, papers, desk)
    if quote.needs_pages and not by_document:
        missing.append(Missing(_("Give the number of pages: the fee depends on it."), f"{desk}#id_pages"))
    return [sentence if isinstance(sentence, Missing) else str(sentence) for sentence in missing]


def _way_missing(draft: Application, papers: list[Paper], desk: str) -> list[str]:
    """Why the result cannot be sent as the citizen wants it."""
    if draft.delivery != Delivery.POST:
        return []
    missing: list[str] = []
    if not draft.delivery_address:
        missing.append(Missing(str(NO_ADDRESS), f"{desk}#id_delivery_address"))
    if any(paper.state in PAPER_THERE for paper in kept_papers(papers)):
        missing.append(Missing(str(ORIGINAL_STAYS), f"{desk}#id_delivery"))
    return missing


def _documents_missing(draft: Application, at: datetime) -> list[str]:
    """What a request for certification still needs before its documents can go to the signer."""
    desk = f"{reverse('applications:desk')}?matter={draft.pk}"
    request = request_of(draft, version_of(draft))
    items = [item for item in items_of(request) if item.state == JobState.WAITING]
    if request is None or not items:
        return [Missing(_("Add the documents that are to be certified."), f"{desk}#documents")]
    return [
        Missing(_("%(document)s: %(why)s") % {"document": item.title, "why": why}, f"{desk}#document-{item.pk}")
        for item in items
        if (why := why_not_submitted(item, request, at))
    ]


def _papers_to_wait_for(papers: list[Paper]) -> list[tuple[Paper, str]]:
    """Each paper that holds the dossier up with its sentence: not there, being certified, or waiting for approval."""
    here = [paper.pk for paper in papers if paper.state == PaperState.CERTIFYING]
    waiting: set[int | None] = set()
    if here:
        rows = CertificationItem.objects.filter(for_paper__in=here, state=JobState.WAITING)
        waiting = set(rows.values_list("for_paper_id", flat=True))
    found = []
    for paper in papers:
        if paper.pk in waiting:
            found.append((paper, _("The copy waits for approval: %(paper)s")))
        elif paper.state == PaperState.CERTIFYING:
            found.append((paper, _("The copy is being certified: %(paper)s")))
        elif paper.state not in PAPER_THERE:
            found.append((paper, _("Paper not there yet: %(paper)s")))
    return found
