"""A copy from a register (2.000908): looked up by a specialist, signed by the leader, and on file from then on."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from applications.catalogue import version_of
from applications.models import Application
from citizens.models import HeldDocument
from portal.errors import BadInput

# The national code of "Cấp bản sao từ sổ gốc".
COPY_FROM_REGISTER = "2.000908"
# What a copy from each register stands for where a procedure asks for the paper itself.
STANDS_FOR = {"birth": "birth_certificate", "marriage": "marriage_certificate"}


def is_register_copy(application: Application) -> bool:
    return version_of(application).procedure.code == COPY_FROM_REGISTER


def check_has_copy(has_document: bool) -> None:
    """The result is the copy itself, so there is nothing to sign without it. Raises ``BadInput``."""
    if not has_document:
        raise BadInput(
            _("Add the copy from the register as a file: it is what the leader signs."),
            code="copy_missing",
            field="file",
        )


def keep_on_file(application: Application, at: datetime) -> None:
    """The signed copy lies with the citizen's documents, in the transaction that signs it; again, it is the same."""
    result, person = application.result, application.applicant
    kind_key = STANDS_FOR.get(str(application.form_data.get("register", "")))
    if not is_register_copy(application) or kind_key is None or result.document is None or person is None:
        return
    if application.form_data.get("record_name", "").strip().casefold() != person.full_name.casefold():
        return  # somebody else's entry is not the applicant's paper
    HeldDocument.objects.get_or_create(
        citizen=person,
        kind_key=kind_key,
        sha256=result.document.sha256,
        defaults={
            "title": str(application.form_data.get("document_name", ""))[:200],
            "media_type": result.document.media_type,
            "pages": result.document.pages,
            "source_code": application.code or "",
            "created_at": at,
        },
    )
