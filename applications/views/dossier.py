"""One dossier, for those who work on it: where it stands, what to do next, and everything it holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications.actions.control_slip import issue_control_slip
from applications.catalogue import version_of
from applications.conversation import begun_with, letters_of, notes_of, sent_of, templates_offered
from applications.custody import READERS as CUSTODY_READERS
from applications.custody import place_words
from applications.desk import document_lines
from applications.enums import EventKind, State, StepKind
from applications.form_changes import contact_changes, form_lines
from applications.forms_letters import LetterForm, NoteForm
from applications.handling import (
    BY_KEY,
    Verb,
    correction_of,
    extension_of,
    offered,
    originals_away,
    receipt_is_outdated,
    receipt_names_another_fee,
    step_of,
    was_extended,
    wish_of,
)
from applications.history_words import Told, told
from applications.ledger import copies_of, dues_of, outstanding, owed, surplus
from applications.linked import name_of, shown_parts
from applications.looks import looked_at
from applications.messages import may_tell
from applications.models import Application, Event, IssuedForm, Original, Paper, SupplementRequest
from applications.notarisation.requests import request_of
from applications.papers_out import PAPERS, title_of
from applications.paying import Paying
from applications.permissions import FILE_CHECKERS, may_hand_over, may_note, may_write
from applications.previews import Preview, document_of, preview_of
from applications.receipts import form_or_404, form_response, receipt_response
from applications.worklist import due_words, state_kind, state_words
from centres.permissions import has_role
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken
from portal.uploads import add_refusals

TAKE_FEE = "take-fee"


@never_cache
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, dossier_or_404(request, pk))


@never_cache
@require_POST
def act(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One step of handling. What was typed stays on the page when it cannot be done."""
    verb = BY_KEY.get(key)
    if verb is None or verb.page:
        raise Http404
    dossier = dossier_or_404(request, pk)
    form = verb.form(request.POST, request.FILES, initial=verb.initial(dossier), prefix=verb.key)
    status = add_refusals(form, request) or 400
    if form.is_valid():
        try:
            done = verb.do(dossier, form.cleaned_data, clock.now(), request.user)
            messages.success(request, verb.said_of(done))
            return redirect(_next_fee(done) if verb.key == TAKE_FEE else reverse("applications:dossier", args=[pk]))
        except RuleBroken as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            status = problem.status
            dossier = dossier_or_404(request, pk)
            form.initial = verb.initial(dossier)
    return page(request, dossier, status=status, tried=verb, tried_form=form)


def _next_fee(paid: Application) -> str:
    """Where to go on once a fee was taken: to the next one that its person pays at the same time, or to the dossier."""
    first = paid.for_application or paid
    for row, _due in dues_of(first):
        return f"{reverse('applications:dossier', args=[row.pk])}?step={TAKE_FEE}#step-{TAKE_FEE}"
    return reverse("applications:dossier", args=[paid.pk if first.state == State.DRAFT else first.pk])


@never_cache
@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt as a PDF, to print at the counter."""
    dossier = dossier_or_404(request, pk)
    looked_at(application=dossier, reason=_("receipt printed"), at=clock.now(), user=request.user)
    return receipt_response(dossier)


@never_cache
@require_GET
def issued_form(request: HttpRequest, pk: int, form_id: int) -> HttpResponse:
    """A paper that was issued for the dossier, as it was issued."""
    dossier = dossier_or_404(request, pk)
    looked_at(application=dossier, reason=_("form printed"), at=clock.now(), user=request.user)
    return form_response(form_or_404(dossier, form_id))


@require_POST
def control_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the slip that goes with the dossier (form 06): the last one while nothing has happened since."""
    dossier = dossier_or_404(request, pk)
    form = issue_control_slip(application=dossier, at=clock.now(), acting_user=signed_in(request))
    return redirect("applications:issued_form", pk=pk, form_id=form.pk)


def dossier_or_404(request: HttpRequest, pk: int) -> Application:
    rows = (
        Application.objects.visible_to(request.user)
        .exclude(state=State.DRAFT)
        .select_related(
            "applicant",
            "competent",
            "helped_at",
            "received_at_centre",
            "received_by",
            "for_application",
            "handler",
            "result__document",
            "result__signed_by",
            "matter__ticket",
            "certification",
        )
        .prefetch_related(
            "steps__holder",
            "supplements__part",
            "parts__document",
            "extensions",
            "withdrawals",
            "corrections__proposed_by",
            "dispatches__sent_by",
            "consultations__document",
            "payments__by",
            "issued_forms",
            "fee_lines__item",
            Prefetch("papers", Paper.objects.select_related("kind", "document", "requirement")),
            Prefetch("originals", Original.objects.select_related("paper__kind", "branch", "counter", "taken_by")),
            Prefetch("events", Event.objects.select_related("actor").prefetch_related("values")),
        )
    )
    return get_object_or_404(rows, pk=pk)


def page(
    request: HttpRequest,
    dossier: Application,
    status: int = 200,
    tried: Verb | None = None,
    tried_form: Form | None = None,
    **more: Any,
) -> HttpResponse:
    """Everything about one dossier; ``more`` carries forms with errors, so that nothing typed is lost."""
    at = clock.now()
    looked_at(application=dossier, reason=_("dossier opened"), at=at, user=request.user)
    verbs = offered(dossier, request.user)
    # A step that was tried and is not offered any more still shows its answer, once, at the head of the page.
    gone = tried_form if tried is not None and tried not in verbs else None
    context = {
        "dossier": dossier,
        "now": at,
        "centre": dossier.competent,
        "version": version_of(dossier),
        "state": state_words(dossier, step_of(dossier)),
        "state_kind": "act" if dossier.is_overdue(at) else state_kind(dossier),
        "due": due_words(dossier, at),
        "is_late": dossier.is_overdue(at),
        "steps": [(verb, tried_form if verb is tried else _waiting(verb, dossier, request)) for verb in verbs],
        "gone": gone,
        "next_key": _next_key(verbs, tried.key if tried else request.GET.get("step", "")),
        "form_lines": form_lines(dossier),
        "contact_changes": contact_changes(dossier),
        "preview": _preview(request, dossier),
        "documents": document_lines(request_of(dossier, version_of(dossier)), at),
        "to_pay": outstanding(dossier),
        "paying": [Paying(dossier, at)],
        "fee_total": owed(dossier),
        "fees_gone": [line for line in dossier.fee_lines.all() if line.amount and not line.is_due],
        "to_give_back": surplus(dossier),
        "may_take": may_hand_over(request.user, dossier),
        "copies": [(row, owed(row), outstanding(row)) for row in copies_of(dossier)],
        "parts": shown_parts(dossier, at),
        "may_ask_parts": BY_KEY["ask-supplement"] in verbs,
        "open_supplements": [(row, _part_name(dossier, row)) for row in dossier.supplements.all() if row.is_open],
        "apology": extension_of(dossier),
        "is_unexcused": dossier.is_overdue(at) and not was_extended(dossier),
        "wish": wish_of(dossier),
        "correction": correction_of(dossier),
        "replaced": [row for row in dossier.corrections.all() if row.signed_at],
        "dispatches": list(dossier.dispatches.all()),
        "reminded_at": _reminded_at(dossier),
        "is_fee_outdated": receipt_names_another_fee(dossier),
        "is_outdated": receipt_is_outdated(dossier),
        "forms_out": _forms_out(dossier),
        "sent_back": _sent_back(dossier),
        "originals": [(row, place_words(row)) for row in dossier.originals.all()],
        "waits_for_originals": dossier.state == State.DONE and originals_away(dossier),
        "may_see_originals": has_role(request.user, CUSTODY_READERS),
        "may_check_files": has_role(request.user, FILE_CHECKERS),
        "history": [told(event) for event in reversed(dossier.events.all())],
        **_written(request, dossier),
        **more,
    }
    return render(request, "applications/dossiers/dossier.html", context, status=status)


def _next_key(verbs: list[Verb], wanted: str) -> str:
    """The step that F9 does: the one that was asked for or tried last, the first one otherwise."""
    keys = [verb.key for verb in verbs if verb.is_main]
    return wanted if wanted in keys else next(iter(keys), "")


def _part_name(dossier: Application, request: SupplementRequest) -> str:
    """Which of the linked services asked; empty for the dossier as a whole."""
    return name_of(dossier, request.part.key) if request.part else ""


def _reminded_at(dossier: Application) -> datetime | None:
    """When the citizen was reminded of a result that is still to be collected."""
    return next((step.reminded_at for step in dossier.steps.all() if step.to_at is None), None)


def _forms_out(dossier: Application) -> list[tuple[IssuedForm, str]]:
    """What was issued for it beside the receipt that counts, the latest first, each with its name."""
    rows = sorted(dossier.issued_forms.all(), key=lambda form: (form.issued_at, form.pk), reverse=True)
    return [(form, title_of(form)) for form in rows if form.number in PAPERS]


def _sent_back(dossier: Application) -> Told | None:
    """Why the leader did not sign, while the specialist has it again."""
    if dossier.state != State.PROCESSING or step_of(dossier) != StepKind.APPRAISE:
        return None
    returned = [event for event in dossier.events.all() if event.kind == EventKind.RETURNED_FOR_REWORK]
    return told(returned[-1]) if returned else None


def _waiting(verb: Verb, dossier: Application, request: HttpRequest) -> Form:
    """The form of a step that nobody sent, with what was typed into it before another step was. It is unfolded where
    something was typed, somebody has prepared a reason, money is to be given back, or the citizen wants it so."""
    form = verb.form(initial=verb.initial(dossier), prefix=verb.key)
    known = form.initial
    form.is_unfolded = bool(known.get("reason") or known.get("surplus") or known.get("is_wanted"))  # type: ignore[attr-defined]
    for field in form.visible_fields():
        typed = request.POST.get(field.html_name)
        if typed is not None and typed != str(form.initial.get(field.name) or ""):
            form.initial[field.name] = typed
            form.is_unfolded = True  # type: ignore[attr-defined]
    return form


def _preview(request: HttpRequest, dossier: Application) -> Preview | None:
    """The page of a file that the address asks for: without a script it is looked at so."""
    asked, number = request.GET.get("look", ""), request.GET.get("page", "1")
    if not (asked.isdecimal() and len(asked) < 19 and number.isdecimal() and len(number) < 5):
        return None
    document = document_of(dossier, int(asked))
    return preview_of(dossier, document, int(number)) if document else None


def _written(request: HttpRequest, dossier: Application) -> dict[str, Any]:
    """Letters, notes and what was sent; the letter may begin with a template that the address names."""
    events = list(dossier.events.all())
    by_letter, sent = sent_of(dossier)
    may_write_here = may_write(request.user, dossier)
    offered = templates_offered() if may_write_here else []
    chosen = next((row for row in offered if str(row.pk) == request.GET.get("template")), None)
    return {
        "letters": letters_of(events, by_letter),
        "notes": notes_of(events),
        "sent": sent,
        "may_tell": may_tell(dossier),
        "may_write": may_write_here,
        "may_note": may_note(request.user, dossier),
        "templates": offered,
        "note_form": NoteForm(),
        "letter_form": LetterForm(initial={"letter": begun_with(chosen, dossier)} if chosen else None),
    }
