"""The papers of a dossier, page by page as pictures on its own page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications.looks import looked_at
from applications.models import Application, Document
from applications.previews import SIZES, Preview, document_of, page_jpeg, preview_of
from applications.views.dossier import dossier_or_404
from citizens.session import signed_in
from portal import clock, shared

# Leafing through a file is one look at it.
LOOK_SECONDS = 60 * 60
# In the place of a page's number: nothing is looked at any more.
CLOSED = 0


@never_cache
@require_GET
def look(request: HttpRequest, pk: int, document_id: int, number: int) -> HttpResponse:
    """The page's picture with the ways to the others, put into the dossier's page; without a script that page shows it."""
    dossier = dossier_or_404(request, pk)
    is_part = bool(request.headers.get("HX-Request"))
    if number == CLOSED:
        return (
            render(request, "applications/dossiers/parts/preview_closed.html")
            if is_part
            else redirect(dossier_page(pk))
        )
    found = _preview_or_404(dossier, document_id, number)
    if not is_part:
        return redirect(f"{dossier_page(pk)}?look={document_id}&page={number}#preview")
    _note_look(request, dossier, found.document)
    return render(request, "applications/dossiers/parts/preview.html", {"dossier": dossier, "preview": found})


@require_GET
def picture(request: HttpRequest, pk: int, document_id: int, number: int) -> HttpResponse:
    """The page itself, small or large. It can be read, so a look is noted."""
    dossier = dossier_or_404(request, pk)
    found = _preview_or_404(dossier, document_id, number)
    answer = HttpResponse(page_jpeg(found.document, number, SIZES["large" in request.GET]), content_type="image/jpeg")
    _note_look(request, dossier, found.document)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def dossier_page(pk: int) -> str:
    return reverse("applications:dossier", args=[pk])


def _preview_or_404(dossier: Application, document_id: int, number: int) -> Preview:
    document = document_of(dossier, document_id)
    found = preview_of(dossier, document, number) if document else None
    if found is None:
        raise Http404
    return found


def _note_look(request: HttpRequest, dossier: Application, document: Document) -> None:
    user = signed_in(request)
    known = f"page-look:{user.pk}:{dossier.pk}:{document.pk}"
    if not shared.recall(known):
        looked_at(application=dossier, reason=_("opened a document"), at=clock.now(), user=user)
        shared.keep(known, True, LOOK_SECONDS)
