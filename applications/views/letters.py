"""Notes for colleagues, letters to the citizen and what comes back: written on the dossier's page, answered on the tracking page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications.actions.letters import add_note, answer_letter, note_read, write_to_citizen
from applications.conversation import LETTERS, MOST_WAITING, letters_for_citizen, waiting_letters
from applications.enums import State
from applications.forms_letters import LetterForm, NoteForm
from applications.forms_track import AnswerForm
from applications.looks import looked_at_list
from applications.messages import may_tell
from applications.models import Application
from applications.permissions import check
from applications.tracking import dossier_address
from applications.tracking_access import NoSuchPair, open_by_code
from applications.views.dossier import dossier_or_404, page
from applications.worklist import lists_for
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """One note for colleagues; what was typed stays where it is refused."""
    dossier, form = dossier_or_404(request, pk), NoteForm(request.POST)
    if form.is_valid():
        try:
            add_note(
                application=dossier, text=form.cleaned_data["note"], at=clock.now(), acting_user=signed_in(request)
            )
            return redirect(f"{reverse('applications:dossier', args=[pk])}#notes")
        except RuleBroken as problem:
            form.add_error("note", str(problem))
            return page(request, dossier, status=problem.status, note_form=form)
    return page(request, dossier, status=400, note_form=form)


@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter to the citizen, or that what they wrote needs no answer."""
    dossier, at, user = dossier_or_404(request, pk), clock.now(), signed_in(request)
    if "read" in request.POST:
        note_read(application=dossier, at=at, acting_user=user)
        messages.success(request, _("Noted as read."))
        return redirect(f"{reverse('applications:dossier', args=[pk])}#letters")
    form = LetterForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            write_to_citizen(application=dossier, text=form.cleaned_data["letter"], at=at, acting_user=user)
            told = (
                _("The citizen is told.")
                if may_tell(dossier)
                else _("The dossier has no phone or e-mail: nobody could be told.")
            )
            messages.success(request, f"{_('Written.')} {told}")
            return redirect(f"{reverse('applications:dossier', args=[pk])}#letters")
        except RuleBroken as problem:
            form.add_error("letter", str(problem))
            status = problem.status
    return page(request, dossier, status=status, letter_form=form)


@never_cache
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Whose citizens wrote and wait for an answer, for whoever may answer."""
    check(bool(lists_for(request.user)))
    rows = list(
        waiting_letters(request.user).select_related("applicant", "competent", "version__procedure", "handler")[
            :MOST_WAITING
        ]
    )
    looked_at_list(applications=rows, reason=_("list of citizens who wrote"), at=clock.now(), user=request.user)
    return render(
        request, "applications/dossiers/letters.html", {"rows": rows, "centre": rows[0].competent if rows else None}
    )


@login_not_required
@never_cache
@sensitive_post_parameters("phone_last4", "letter")
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The citizen reads what was written and answers; the phone's digits say who it is, as for a withdrawal."""
    application = Application.objects.filter(token=token).exclude(state=State.DRAFT).first()
    events = list(application.events.filter(kind__in=LETTERS).order_by("sequence")) if application else []
    if application is None or not events:
        raise Http404
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            open_by_code(request, application.code or "", form.cleaned_data["phone_last4"])
            answer_letter(application=application, text=form.cleaned_data["letter"], at=clock.now())
            return redirect(dossier_address(token))
        except NoSuchPair as problem:
            form.add_error("phone_last4", _("These are not the last four digits of the phone number in the dossier."))
            status = problem.status
        except RuleBroken as problem:
            form.add_error(None, str(problem))
            status = problem.status
    elif request.method == "POST":
        status = 400
    context = {
        "form": form,
        "application": application,
        "letters": letters_for_citizen(events),
        "back": dossier_address(token),
    }
    response = render(request, "applications/track/answer.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
