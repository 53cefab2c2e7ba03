"""Making the files of numbered forms: the receipt (01), and the refusal of a document (03)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from applications.documents import masked, receipt_context, refusal_context
from applications.enums import DocumentSource
from applications.models import Application, Document, IssuedForm
from portal import files, live, pdf

RECEIPT, REFUSAL = "01", "03"
TEMPLATE, REFUSAL_TEMPLATE = "official/receipt.html", "official/refusal.html"


def issue_receipt(*, form: IssuedForm, at: datetime) -> Document:
    """The PDF of the form, made once and kept; asked for again it is the same document.

    Drawing comes before the lock: it takes a tenth of a second, and the same dossier always draws the same bytes,
    which the store keeps once. Two at once end with one document. Raises ``Unavailable`` when the store is full.
    """
    if form.document is not None:
        return form.document
    application = form.application
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
            name=name_of(application, form),
            source=DocumentSource.FORM,
            application=application,
            created_at=at,
            created_by_id=held.issued_by_id,
        )
        held.save(update_fields=["document"])
        live.bump(f"dossier:{application.pk}")
        return held.document


def name_of(application: Application, form: IssuedForm) -> str:
    if form.number == REFUSAL:
        return f"{application.code or application.pk}-{form.pk}-phieu-tu-choi.pdf"
    return f"{application.code}-giay-hen.pdf"


def draw(form: IssuedForm) -> bytes:
    """The file of the form; the same bytes each time."""
    if form.number == REFUSAL:
        return pdf.render(REFUSAL_TEMPLATE, refusal_context(form))
    return pdf.render(TEMPLATE, receipt_context(form.application, form.frozen))


def draw_masked(form: IssuedForm) -> bytes:
    """A copy for the public page, kept nowhere: the paper that was issued stays the one document."""
    return pdf.render(TEMPLATE, masked(receipt_context(form.application, form.frozen)))
