"""Keeping an inspected upload with a dossier."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from applications.models import Application, Document
from portal import files
from portal.uploads import Inspected


def keep_document(
    upload: Inspected | None, application: Application, source: str, at: datetime, user: Any
) -> Document | None:
    """Store the file and note it with the dossier. Raises ``Unavailable`` when the store is full."""
    if upload is None:
        return None
    stored = files.store(upload.chunks())
    return Document.objects.create(
        sha256=stored.sha256,
        size=stored.size,
        media_type=upload.media_type,
        name=upload.name,
        pages=upload.pages,
        source=source,
        application=application,
        created_at=at,
        created_by=user,
    )
