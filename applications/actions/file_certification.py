"""The file is made: it goes into the register's dossier and into the dossier it was missing from, at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from applications.actions.end_certification import end_if_over
from applications.actions.locking import locked
from applications.actions.wait_for_copy import copies_have_ended
from applications.enums import DocumentSource, EventKind, PaperState, State
from applications.history import record
from applications.models import (
    Application,
    CertificationItem,
    Document,
    Paper,
    SignatureMark,
)
from applications.notarisation.enums import JobState
from citizens.models import HeldDocument
from portal import live
from portal.files import Stored

PDF = "application/pdf"


@transaction.atomic
def file_certification(
    *, item_id: int, kept: Stored, pages: int, at: datetime, marks: Sequence[str] = (), signer_id: int | None = None
) -> CertificationItem:
    """File the certified PDF that lies in the store; with the request's last document finish it and tell the citizen.

    ``marks`` are the hashes of the file's signatures (``signing.marks``), ``signer_id`` whom it names: the file of one whom
    another has replaced meanwhile is not filed.

    Two workers at once, or one that comes back after its file was filed, end with one document: the row lock lets
    one of them in, and the other finds it filed. Everything happens here or nothing.
    """
    item = CertificationItem.objects.select_related("certification__application").get(pk=item_id)
    application = item.certification.application
    first = locked(application.for_application) if application.for_application is not None else None
    copy = locked(application)
    item = _locked_item(item_id)
    if item.state != JobState.COMPOSING or item.entry is None or signer_id not in (None, item.signs.pk):
        return item
    document = Document.objects.create(
        sha256=kept.sha256,
        size=kept.size,
        media_type=PDF,
        name=f"{item.title[:150]}.pdf",
        pages=pages,
        source=DocumentSource.CERTIFIED,
        application=copy,
        created_at=at,
        created_by=item.signs,
    )
    item.file(document)
    item.save(update_fields=["state", "output", "progress", "last_error"])
    SignatureMark.objects.bulk_create(SignatureMark(item=item, sha256=sha256) for sha256 in marks)
    kind_key = _give_to_paper(first, item, document, at) or _kind_of(item)
    if kind_key and copy.applicant is not None:
        HeldDocument.objects.get_or_create(
            citizen=copy.applicant,
            kind_key=kind_key,
            sha256=document.sha256,
            defaults={
                "title": item.title,
                "media_type": PDF,
                "pages": pages,
                "source_code": copy.code or "",
                "created_at": at,
            },
        )
    if not end_if_over(copy, at, item.signs):
        copies_have_ended(copy, at)
    live.bump(f"dossier:{copy.pk}", f"dossiers:{copy.competent_id}")
    if first is not None:
        live.bump(f"dossier:{first.pk}")
    return item


def _kind_of(item: CertificationItem) -> str:
    """What the copy can stand for another time, where the catalogue knows its kind; a signed paper stands for nothing."""
    is_copy = item.certification.is_of_copies
    return str(item.document_kind.key) if is_copy and item.document_kind else ""


def _locked_item(item_id: int) -> CertificationItem:
    rows = CertificationItem.objects.select_for_update(of=("self",))
    return rows.select_related(
        "entry__register", "entry__signer", "taken_over_by", "document_kind", "certification"
    ).get(pk=item_id)


def _give_to_paper(first: Application | None, item: CertificationItem, document: Document, at: datetime) -> str:
    """Put the copy on the line that waits for it; returns the key of the paper's kind, empty when no line is left."""
    paper = Paper.objects.select_for_update(of=("self",)).select_related("kind").filter(certifications=item).first()
    if paper is None:
        return ""
    if first is not None and paper.state == PaperState.CERTIFYING and item.entry is not None:
        paper.state, paper.document = PaperState.CERTIFIED, document
        paper.note = f"{item.entry.number}/{item.entry.register.year} {item.entry.register.kind}"
        paper.save(update_fields=["state", "document", "note"])
        # A draft has no history yet: its papers are named by the row that receives it.
        if first.state != State.DRAFT:
            record(
                application=first,
                kind=EventKind.PAPER_ADDED,
                at=at,
                actor=item.signs,
                centre=first.helped_at,
                details={"paper": paper.kind.key, "file": document.sha256},
            )
    return str(paper.kind.key)
