"""Pages of a dossier's files as pictures: looked at on the page, nothing is taken to the officer's disk.

A page is drawn when it is asked for, by the renderer that draws scans, and kept nowhere: the file itself is what is kept,
and a second store of pictures would have to be locked and emptied as the first one is.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Document
from applications.notarisation.versions import newest_of
from portal import files
from portal.errors import BadInput, Gone
from portal.pictures.mending import as_jpeg
from portal.pictures.opening import CannotOpen, open_page

# Longest side in dots: for a phone, and to read by.
SIZES = (900, 1600)
MOST_SECONDS = 15


@dataclass(frozen=True)
class Preview:
    """One page of a file of a dossier, and where the others are."""

    document: Document
    title: str
    number: int

    @property
    def pages(self) -> int:
        return max(self.document.pages, 1)

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def document_of(dossier: Application, document_id: int) -> Document | None:
    """A file of this dossier: handed in for it, made for it, or lying among its papers."""
    mine = Q(application=dossier) | Q(papers__application=dossier)
    return Document.objects.filter(mine, pk=document_id).distinct().first()


def preview_of(dossier: Application, document: Document, number: int) -> Preview | None:
    """The page with this number, if there is one; named as the paper it is, else by the file's name."""
    paper = next((row for row in dossier.papers.all() if row.document_id == document.pk), None)
    found = Preview(document, str(paper.kind) if paper else document.name, number)
    return found if 1 <= number <= found.pages else None


def page_jpeg(document: Document, number: int, longest: int) -> bytes:
    """The page as a JPEG no larger than this. Raises ``Gone`` for a lost file, ``BadInput`` for a page nobody can draw."""
    try:
        with files.open_stored(newest_of(document.sha256)) as source, files.workplace() as place:
            path = place / "whole"
            with path.open("wb") as whole:
                while chunk := source.read(1024 * 1024):
                    whole.write(chunk)
            return as_jpeg(open_page(path, document.media_type, number, seconds=MOST_SECONDS), longest=longest)
    except FileNotFoundError as error:
        raise Gone(_("The file is not in the store. Please call support."), code="file_lost") from error
    except CannotOpen as error:
        raise BadInput(_("This page cannot be shown here. Open the file instead."), code="no_picture") from error
