"""Keeping an inspected upload with a dossier: its bytes first, its row inside the action that wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from applications.models import Application, Document
from citizens.models import User
from portal import files
from portal.uploads import Inspected


@dataclass(frozen=True)
class Kept:
    """An upload whose bytes are in the store and that belongs to no dossier yet. Bytes without a row harm nobody."""

    sha256: str
    size: int
    media_type: str
    name: str
    pages: int

    def note(self, application: Application, source: str, at: datetime, user: User) -> Document:
        """Its row with the dossier; called inside the action's transaction, once it is sure that the step is done."""
        return Document.objects.create(
            sha256=self.sha256,
            size=self.size,
            media_type=self.media_type,
            name=self.name,
            pages=self.pages,
            source=source,
            application=application,
            created_at=at,
            created_by=user,
        )


def keep_bytes(upload: Inspected | None) -> Kept | None:
    """Store the file, outside any transaction: writing forty megabytes must not hold a lock.

    Raises ``Unavailable`` when the store is full.
    """
    if upload is None:
        return None
    stored = files.store(upload.chunks())
    return Kept(stored.sha256, stored.size, upload.media_type, upload.name, upload.pages)
