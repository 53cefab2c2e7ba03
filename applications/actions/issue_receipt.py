"""Making the file of an issued form."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from applications.documents import masked, with_said
from applications.enums import DocumentSource
from applications.models import Document, IssuedForm
from applications.papers_out import PAPERS, RECEIPT, drawn_from, file_name
from portal import files, live, pdf

TEMPLATE = PAPERS[RECEIPT].template


def issue_receipt(*, form: IssuedForm, at: datetime) -> Document:
    """The PDF of a form, made once and kept; asked for again it is the same document.

    Drawing comes before the lock: it takes a tenth of a second, and the same dossier always draws the same bytes,
    which the store keeps once. What it says is frozen with it, or was when its row was written. Two at once end with one document. Raises ``Unavailable`` when the store is full.
    """
    if form.document is not None:
        return form.document
    application = form.application
    if form.number == RECEIPT and not form.is_erased:
        form.frozen = with_said(application, form.frozen, form.issued_at)
    stored = files.store([draw(form)])
    with transaction.atomic():
        # Without its document joined: after a wait for the lock PostgreSQL gives the row anew, but not what was joined.
        held = IssuedForm.objects.select_for_update().get(pk=form.pk)
        if held.document is not None:
            return held.document
        held.document = Document.objects.create(
            sha256=stored.sha256,
            size=stored.size,
            media_type="application/pdf",
            name=file_name(form),
            source=DocumentSource.FORM,
            application=application,
            created_at=at,
            created_by_id=held.issued_by_id,
        )
        held.frozen = form.frozen
        held.save(update_fields=["document", "frozen"])
        live.bump(f"dossier:{application.pk}")
        return held.document


def draw(form: IssuedForm) -> bytes:
    """The file of a form; the same bytes each time."""
    return pdf.render(*drawn_from(form))


def draw_masked(form: IssuedForm) -> bytes:
    """A copy for the public page, kept nowhere: the paper that was issued stays the one document."""
    template, context = drawn_from(form)
    return pdf.render(template, masked(context))
