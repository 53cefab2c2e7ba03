"""Giving out files of dossiers, to whoever a view has found may see them."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from applications.virus import check_may_be_used
from citizens.models import User
from portal import files
from portal.errors import Gone
from portal.sealed import Damaged
from portal.serving import file_response

# A full stop between its parts, as the logs know public tokens.
_LINKS = signing.TimestampSigner(salt="file-of-a-dossier", sep=".")


def stored_response(request: HttpRequest, sha256: str, *, media_type: str, name: str) -> HttpResponseBase:
    """The content with this hash. Raises ``Gone`` when it is lost, was changed or has a virus, ``Unavailable``
    while the store is silent or the file waits for its virus scan."""
    check_may_be_used(sha256)
    try:
        content = files.open_stored(sha256)
    except (FileNotFoundError, Damaged) as error:
        raise Gone(_("The file is not in the store. Please call support."), code="file_lost") from error
    return file_response(request, content, media_type=media_type, name=name)


def link_to(document_id: int, user: User) -> str:
    """What stands in the address under which this person fetches this file in the next minutes."""
    return _LINKS.sign_object([document_id, user.pk])


def document_of_link(link: str, user: User) -> int:
    """The document that this person's link names. Raises ``Http404`` for anybody else's, ``Gone`` once its time is over."""
    try:
        document_id, whose = _LINKS.unsign_object(link, max_age=settings.FILE_LINK_SECONDS)
    except signing.SignatureExpired as error:
        raise Gone(
            _("This link to a file was good for a few minutes only. Open the file again from its dossier."),
            code="link_over",
        ) from error
    except signing.BadSignature as error:
        raise Http404 from error
    if whose != user.pk:
        raise Http404
    return int(document_id)
