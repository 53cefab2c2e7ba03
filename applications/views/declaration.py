"""The procedure's form as a paper to sign, with what was typed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications.catalogue import form_values, version_of
from applications.desk import wrongly_filled
from applications.enums import PAPER_THERE, PaperState, State
from applications.looks import looked_at
from applications.models import Application
from citizens.session import signed_in
from portal import clock, pdf
from procedures.declaration_files import declaration_pdf
from procedures.declarations import has_declaration


@never_cache
@require_GET
def declaration(request: HttpRequest, application_id: int) -> HttpResponse:
    """Of a draft as it stands now, of a dossier as it was received. ``?archive=1`` gives PDF/A instead of PDF/UA."""
    rows = Application.objects.visible_to(signed_in(request)).select_related("version", "applicant")
    application = get_object_or_404(rows, pk=application_id)
    version = version_of(application)
    if not has_declaration(version):
        raise Http404
    is_draft = application.state == State.DRAFT
    if is_draft and (wrong := wrongly_filled(application, clock.now())):
        messages.error(
            request, _("Not printed: put right what is marked first (%(fields)s).") % {"fields": ", ".join(wrong)}
        )
        return redirect(f"{reverse('applications:desk')}?matter={application.pk}&view=form")
    looked_at(application=application, reason=_("form printed"), at=clock.now(), user=signed_in(request))
    content = declaration_pdf(
        version,
        form_values(application) if is_draft else application.form_data,
        on=clock.local_day(application.received_at or clock.now()),
        enclosed=_enclosed(application),
        variant=pdf.Variant.ARCHIVE if request.GET.get("archive") else pdf.Variant.READABLE,
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{version.procedure.code}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _enclosed(application: Application) -> list[str]:
    """The papers handed in with the form: not itself, and not what the officer looked up."""
    papers = application.papers.filter(state__in=PAPER_THERE).exclude(state=PaperState.LOOKED_UP)
    return [paper.kind.name["vi"] for paper in papers.select_related("kind") if not paper.kind.is_form]
