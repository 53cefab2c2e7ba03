"""The matter on the table: choose, answer, tick, type, receive."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from applications import desk
from applications.actions.bring_up_to_date import RulesChanged, bring_up_to_date
from applications.actions.choose import choose as choose_procedure
from applications.actions.edit_draft import (
    acknowledge,
    answer_facts,
    choose_office,
    drop_draft,
    keep_form,
    set_quantity,
    suggest_facts,
)
from applications.actions.mark_paper import mark_paper, use_held_document
from applications.actions.originals import note_kept
from applications.actions.other_matter import go_on_as_other_matter
from applications.actions.receive import receive as receive_application
from applications.catalogue import version_of
from applications.enums import State
from applications.forms import OfficeForm, QuantityForm, first_error
from applications.forms_originals import OriginalForm
from applications.models import Application, Paper
from applications.views.desk.page import at_counter, back, contact_form_of
from centres.models import Ticket
from citizens.models import HeldDocument
from citizens.session import signed_in
from portal import clock, live
from portal.errors import BadInput, Gone
from procedures.models import Procedure


def mine(request: HttpRequest, application_id: int) -> Application:
    """Raises ``Http404``; for a part of the page ``Gone``, with a sentence: it was taken back in another window."""
    rows = Application.objects.visible_to(signed_in(request)).select_related(
        "version", "competent", "helped_at", "applicant", "declaration", "matter"
    )
    found = rows.filter(pk=application_id).first()
    if found is None and not request.headers.get("HX-Request"):
        raise Http404
    if found is None:
        raise Gone(
            _("This matter is not there any more: it was taken back in another window. Please load the page anew."),
            code="matter_gone",
        )
    return found


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    ticket: Ticket = at_counter(request)
    procedure = get_object_or_404(Procedure, code=request.POST.get("procedure", ""))
    draft = choose_procedure(
        ticket=ticket,
        procedure=procedure,
        client_key=request.POST.get("client_key", "")[:64],
        at=clock.now(),
        acting_user=signed_in(request),
    )
    suggest_facts(application=draft, at=clock.now(), acting_user=signed_in(request))
    return back(draft.pk)


@require_POST
def answer(request: HttpRequest, application_id: int) -> HttpResponse:
    """The yes/no questions that decide; a box that is not ticked is a no."""
    draft = mine(request, application_id)
    asked = request.POST.getlist("asked")
    facts = {key: key in request.POST.getlist("yes") for key in asked}
    answer_facts(application=draft, facts=facts, at=clock.now(), acting_user=signed_in(request))
    return back(draft.pk)


@require_POST
def tell(request: HttpRequest, application_id: int) -> HttpResponse:
    draft = mine(request, application_id)
    acknowledge(
        application=draft, notice=request.POST.get("notice", ""), at=clock.now(), acting_user=signed_in(request)
    )
    return back(draft.pk)


@require_POST
def tick(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.select_related("application", "kind"), pk=paper_id)
    draft = mine(request, paper.application_id)
    mark_paper(paper=paper, there=request.POST.get("there") == "1", at=clock.now(), acting_user=signed_in(request))
    return back(draft.pk)


@require_POST
def keep_original(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Which originals of a line are kept: those noted so far and the one typed, or all but the one to be struck out."""
    paper = get_object_or_404(Paper.objects.select_related("application", "kind", "requirement"), pk=paper_id)
    draft = mine(request, paper.application_id)
    rows, strike = list(paper.kept), request.POST.get("strike", "")
    if strike.isascii() and strike.isdigit():
        rows = [row for place, row in enumerate(rows) if place != int(strike[:4])]
    else:
        typed = OriginalForm(request.POST)
        if not typed.is_valid():
            raise BadInput(first_error(typed), code="original", field="number")
        rows.append(typed.cleaned_data)
    note_kept(paper=paper, rows=rows, at=clock.now(), acting_user=signed_in(request))
    return back(draft.pk)


@require_POST
def other_matter(request: HttpRequest, application_id: int) -> HttpResponse:
    """It looks like a dossier that is here already, and is none: because of what the officer writes."""
    draft = mine(request, application_id)
    reason = request.POST.get("reason", "")
    go_on_as_other_matter(application=draft, reason=reason, at=clock.now(), acting_user=signed_in(request))
    return back(draft.pk)


@require_POST
def use_held(request: HttpRequest, paper_id: int, held_id: int) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.select_related("application", "kind"), pk=paper_id)
    draft = mine(request, paper.application_id)
    held = get_object_or_404(HeldDocument, pk=held_id, citizen_id=draft.applicant_id)
    use_held_document(paper=paper, held=held, at=clock.now(), acting_user=signed_in(request))
    return back(draft.pk)


@require_POST
def form(request: HttpRequest, application_id: int) -> HttpResponse:
    """Kept as it is typed, right or wrong. A page whose script sends it stays where it is, and says beside its fields what
    is wrong."""
    draft = mine(request, application_id)
    fields = version_of(draft).form_schema.get("properties", {})
    values = {key: request.POST[key] for key in fields if key in request.POST}
    at = clock.now()
    kept = keep_form(application=draft, values=values, at=at, acting_user=signed_in(request))
    if request.headers.get("HX-Request") and "stay" in request.POST:
        fields = [field for _title, group in desk.form_of(kept, at).groups() for field in group]
        context: dict[str, Any] = {"fields": fields, "row": kept}
        if (kept.contact_phone, kept.contact_email) != (draft.contact_phone, draft.contact_email):
            context["contact_form"] = contact_form_of(kept)
        return render(request, "applications/desk/parts/wrong.html", context)
    return back(draft.pk, view="form" if "stay" in request.POST else "")


@require_POST
def quantity(request: HttpRequest, application_id: int) -> HttpResponse:
    draft = mine(request, application_id)
    typed = QuantityForm(request.POST)
    if not typed.is_valid():
        if not request.headers.get("HX-Request"):
            raise BadInput(first_error(typed), code="quantity", field="pages")
        work = desk.work_on(draft, clock.now())
        part = render(
            request, "applications/desk/parts/quantity.html", {"work": work, "quantity_form": typed}, status=422
        )
        part["HX-Retarget"], part["HX-Reswap"] = "#quantity", "innerHTML"
        return part
    set_quantity(application=draft, **typed.cleaned_data, at=clock.now(), acting_user=signed_in(request))
    return back(draft.pk)


@require_POST
def office(request: HttpRequest, application_id: int) -> HttpResponse:
    """Which office elsewhere it is taken in for."""
    draft = mine(request, application_id)
    typed = OfficeForm(request.POST, draft=draft)
    if not typed.is_valid():
        if not request.headers.get("HX-Request"):
            raise BadInput(first_error(typed), code="no_office", field="office")
        work = desk.work_on(draft, clock.now())
        part = render(request, "applications/desk/parts/office.html", {"work": work, "office_form": typed}, status=422)
        part["HX-Retarget"], part["HX-Reswap"] = "#office", "innerHTML"
        return part
    choose_office(
        application=draft, office=typed.cleaned_data["office"], at=clock.now(), acting_user=signed_in(request)
    )
    return back(draft.pk)


@require_POST
def drop(request: HttpRequest, application_id: int) -> HttpResponse:
    drop_draft(application=mine(request, application_id), at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
def receive(request: HttpRequest, application_id: int) -> HttpResponse:
    draft, at, user = mine(request, application_id), clock.now(), signed_in(request)
    try:
        dossier = receive_application(application=draft, at=at, acting_user=user)
    except RulesChanged:
        bring_up_to_date(application=draft, at=at, acting_user=user)
        raise
    return back(dossier.pk)


@require_GET
def papers(request: HttpRequest, application_id: int) -> HttpResponse:
    """Checklist and fee, asked for every second while a copy is being certified."""
    try:
        draft = mine(request, application_id)
    except Gone as problem:  # in the checklist's place: the connection is well
        return render(request, "includes/problem.html", {"problem": problem})
    part = "checklist" if draft.state == State.DRAFT else "after"
    return live.answer(
        request,
        [f"dossier:{draft.pk}"],
        lambda: render(
            request, f"applications/desk/parts/{part}.html", {"work": desk.work_on(draft, clock.now()), "poll": True}
        ),
        vary=str(signed_in(request).pk),
    )
