"""Which rows mean a file of the store by its hash."""

from __future__ import annotations

from django.db.models import Model, Q

from applications.models import (
    ArchiveStamp,
    BookPrint,
    ClosingPaper,
    DayClosingPaper,
    Document,
    ScanFile,
    TransferList,
)
from citizens.models import HeldDocument
from support.models import IncidentPicture, Lesson, SurveyPhoto

# A test fails for a table with hashes of files that is not here.
HOLDERS: dict[type[Model], tuple[str, ...]] = {
    ArchiveStamp: ("first", "sha256"),
    BookPrint: ("sha256",),
    ClosingPaper: ("sha256",),
    DayClosingPaper: ("sha256",),
    Document: ("sha256",),
    HeldDocument: ("sha256",),
    Lesson: ("sha256",),
    IncidentPicture: ("sha256",),
    ScanFile: ("sha256",),
    SurveyPhoto: ("sha256",),
    TransferList: ("sha256",),
}


def is_meant(sha256: str) -> bool:
    """Whether something still means the file with this hash; a document that was erased does not."""
    for model, names in HOLDERS.items():
        rows = model._default_manager.filter(*[_any(names, sha256)])
        if model is Document:
            rows = rows.filter(erased_at=None)
        if rows.exists():
            return True
    return False


def _any(names: tuple[str, ...], sha256: str) -> Q:
    found = Q()
    for name in names:
        found |= Q(**{name: sha256})
    return found
