"""Taking what is personal out of a dossier that is no longer kept. What stays says what was decided, when, by whom and by which law;
the chain of its history stays whole.

``BLANKED`` and ``KEPT`` name every text of a dossier's tables: a test fails for one that is in neither.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Concat

from applications import models
from applications.history import erase
from applications.models import Application, Document, IssuedForm, OriginalMove
from centres.models.ticket import new_token
from citizens.models import Citizen
from notifications.models import Message

NOBODY = "—"
# By model, with what each column says afterwards. All of these are found by their "application", or the path beside.
BLANKED: dict[str, tuple[str, dict[str, Any]]] = {
    "Paper": ("application", {"note": "", "kept": []}),
    "IssuedForm": ("application", {"reason": NOBODY}),
    "SupplementRequest": ("application", {"faults": NOBODY, "lines": [], "guidance": "", "reason": NOBODY}),
    "Consultation": ("application", {"question": NOBODY, "answer": NOBODY, "email": ""}),
    "WithdrawalRequest": ("application", {"reason": NOBODY, "answer": NOBODY}),
    "Extension": ("application", {"reason": NOBODY}),
    "Result": ("application", {"handed_to": NOBODY}),
    "ResultCorrection": ("application", {"reason": NOBODY, "old_handed_to": NOBODY}),
    "SyncItem": ("application", {"answer": "", "shown": {}, "reason": ""}),
    "SyncUncompared": ("application", {"answer": ""}),
    "Arrival": ("application", {"person": {}, "files": []}),
    "Original": ("application", {"number": ""}),
    "CertificationItem": ("certification__application", {"checks": {}, "reason": "", "last_error": ""}),
    "BankNotice": (
        "application",
        {"text": "", "payer": "", "body": "", "note": Case(When(note="", then=Value("")), default=Value(NOBODY))},
    ),
    "StatementLine": ("notice__application", {"cells": ""}),
    "Signatory": (
        "item__certification__application",
        {
            "full_name": NOBODY,
            "identity_number": Concat(Value(NOBODY), Cast(F("pk"), CharField())),
            "issued_by": "",
            "issued_on": None,
        },
    ),
    "Declaration": ("application", {"facts": {}, "answers": {}}),
    "Dispatch": (
        "application",
        {
            "recipient": NOBODY,
            "address": NOBODY,
            "tracking_number": NOBODY,
            "taken_by": Case(When(taken_by="", then=Value("")), default=Value(NOBODY)),
            "reason": NOBODY,
        },
    ),
}
# Deleted whole: words to find it by, which nobody does any more, and what a citizen's screen shows.
DELETED = ("SearchWord", "Showing")
# Blanked in ``anonymise`` itself, each in its own way.
BY_HAND = {"Application", "IssuedForm", "Document", "Event", "EventValue", "OriginalMove", "Part"}
KEPT = {
    # What was decided, promised and paid, and where it is entered: the register and the books rest on it.
    "Application": {"code", "language", "due_explanation"},
    "Document": {"sha256", "media_type"},
    "Paper": {"form_of_copy"},
    "IssuedForm": {"number"},
    "Consultation": {"office"},
    "FeeLine": {"name", "article", "fell_why"},
    "Result": {"number"},
    "ResultCorrection": {"number", "old_number"},
    "Event": {"reason", "details", "digests", "previous_hash", "hash"},  # chained; what is personal is beside it
    "EventValue": {"name"},
    "Part": {"key", "due_explanation", "number", "ground"},
    "SyncDifference": {"ours", "theirs"},  # states
    "Arrival": {"code"},
    "Original": {"office"},
    "OriginalMove": {"office", "reason"},
    "TransferItem": {"note"},
    "Payment": {"receipt_number", "reference", "reason"},  # the cash books (Law on Accounting)
    "BankNotice": {"account", "reference"},  # the cash books
    "StatementLine": {"account"},
    "PaymentRequest": {"reference", "bank", "account", "holder"},  # the account is the centre's
    "CertificationItem": {"client_key", "title", "signer_title", "ground", "check_code"},
    "Signatory": {"from_language", "to_language"},
    "SignatureMark": {"sha256"},
    "Scan": {"slot"},  # erased with its files after hours
    "ScanFile": {"stored", "sha256", "media_type", "name"},
    "ScanPage": {"mends", "picture", "hints"},
    "CaptureLink": {"token_hash", "phone_hash"},
    "Declaration": {"token", "code"},
    "RegisterEntry": {"signer_title", "title", "scan_sha256", "digests", "previous_hash", "hash"},
    "RegisterValue": {"name", "value", "salt"},  # the register of certification is kept for ever
    "RegisterStrike": {"reason"},
    "ClosedPayment": set(),
    "Dispatch": {"number", "carrier"},
}


def erase_document(document: Document, at: datetime) -> bool:
    """The row's name goes, and with it its claim on the file; whether it was there still."""
    for form in IssuedForm.objects.filter(document=document):
        form.erase()  # or it could be drawn anew
    rows = Document.objects.filter(pk=document.pk, erased_at=None)
    return bool(rows.update(name=NOBODY, erased_at=at))


def anonymise(application: Application, at: datetime) -> None:
    """Blank everything personal of a locked dossier but its files, which have rows of their own."""
    for name, (path, blank) in BLANKED.items():
        rows = getattr(models, name)._default_manager.filter(**{path: application})
        rows.update(**blank)
    for name in DELETED:
        getattr(models, name)._default_manager.filter(application=application).delete()
    for form in application.issued_forms.all():
        form.erase()
    application.parts.filter(~Q(handed_to="")).update(handed_to=NOBODY)
    moves = OriginalMove.objects.filter(original__application=application)
    moves.update(person=None, authorisation=None)
    erase(application, at)
    if application.code:
        Message.objects.filter(reference=application.code).update(recipient=NOBODY, subject="", body="", last_error="")
    application.parties.all().delete()
    _blank(application, at)


def _blank(application: Application, at: datetime) -> None:
    if application.applicant_id is not None:
        application.applicant = nobody()
    application.contact_phone = application.contact_email = ""
    application.delivery_address = NOBODY if application.delivery_address else ""
    application.facts, application.form_data, application.acknowledged, application.other_matter = {}, {}, {}, {}
    application.token, application.client_key, application.anonymised_at = new_token(), None, at
    application.save(
        update_fields=[
            "applicant", "contact_phone", "contact_email", "delivery_address", "facts", "form_data", "acknowledged",
            "other_matter", "token", "client_key", "anonymised_at",
        ]
    )  # fmt: skip


def nobody() -> Citizen:
    """Who stands in anonymised dossiers: one row for all."""
    found = Citizen.objects.filter(full_name=NOBODY, identity_number=None).order_by("pk").first()
    return found or Citizen.objects.create(full_name=NOBODY)
