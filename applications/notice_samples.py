"""Every notice to citizens as it would be sent, with sample data: what each channel says in each language, and how long it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation

from applications import messages
from applications.conversation import begun_with
from applications.models import Application, Dispatch, LetterTemplate, SupplementRequest
from applications.notarisation import messages as certified
from centres.models import Centre
from notifications.message import Notice
from portal import clock
from portal.text import LANGUAGES
from procedures.models import ProcedureVersion

# What fits into one SMS, and into each of several: with letters of our alphabet it is sent as UCS-2 (3GPP TS 23.038).
ONE, EACH = 70, 67
ONE_PLAIN, EACH_PLAIN = 160, 153
_CODE = "H26.30.3-261123-0047"
_TOKEN = "a1b2c3d4e5f6g7h8i9j0k1"  # noqa: S105 - as long as a real one
# In this order a dossier goes; one of linked services has notices of its own.
DOSSIER: tuple[type[messages.DossierNotice], ...] = (
    messages.FiledOnline, messages.NotAccepted, messages.FilingWithdrawn, messages.RefusedAtCounter, messages.Received,
    messages.ReceiptHere, messages.SupplementAsked, messages.SupplementWaits, messages.PaymentAsked, messages.Written,
    messages.Extended, messages.DueMoved, messages.MovedByOutage, messages.ResultReady, messages.NotCollected,
    messages.Posted, messages.CameBack, messages.ResultReplaced, messages.Refunded, messages.Withdrawn,
    messages.NotWithdrawn, messages.Stopped, certified.CopyCertified, certified.CopyStruck, certified.NotCertified,
)  # fmt: skip
PARTS: tuple[type[messages.PartNotice], ...] = (
    messages.PartReady, messages.PartNotCollected, messages.PartRefused, messages.PartEnded,
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One notice in one language. ``parts`` is how many SMS it takes; none where it is not sent by SMS."""

    language: str
    subject: str
    email: str
    sms: str

    @property
    def characters(self) -> int:
        return len(self.sms)

    @property
    def parts(self) -> int:
        return sms_parts(self.sms)


@dataclass(frozen=True)
class Sample:
    """One notice in every language."""

    kind: str
    said: list[Said]


def sms_parts(text: str) -> int:
    """How many SMS a text takes."""
    if not text:
        return 0
    one, each = (ONE_PLAIN, EACH_PLAIN) if text.isascii() else (ONE, EACH)
    return 1 if len(text) <= one else -(-len(text) // each)


def samples(centre: Centre, at: datetime) -> list[Sample]:
    """All notices about dossiers, for a dossier that there is not, received at this centre."""
    return [Sample(notice.kind, [_said(notice, language) for language in LANGUAGES]) for notice in _notices(centre, at)]


def letters(centre: Centre, at: datetime) -> list[tuple[LetterTemplate, list[tuple[str, str]]]]:
    """What officers begin a letter with, each in every language."""
    dossier = _a_dossier(centre, at, _version(at, linked=False))
    if dossier is None:
        return []
    found = []
    for template in LetterTemplate.objects.all():
        texts = []
        for language in LANGUAGES:
            dossier.language = language
            texts.append((language, begun_with(template, dossier)))
        found.append((template, texts))
    return found


def _notices(centre: Centre, at: datetime) -> Iterator[Notice]:
    plain = _a_dossier(centre, at, _version(at, linked=False))
    linked = _a_dossier(centre, at, _version(at, linked=True))
    if plain is not None:
        yield from (kind(application=plain, reference=_CODE) for kind in DOSSIER)
    if linked is not None:
        part = linked.version.parts[0]["key"]
        yield from (kind(application=linked, reference=_CODE, part=part) for kind in PARTS)


def _said(notice: Notice, language: str) -> Said:
    with translation.override(language):
        return Said(language, " ".join(notice.subject().split()), notice.email().strip(), notice.sms().strip())


def _version(at: datetime, *, linked: bool) -> ProcedureVersion | None:
    rows = ProcedureVersion.objects.published().on(clock.local_day(at)).select_related("procedure").order_by("pk")
    return next((row for row in rows if bool(row.parts) == linked), None)


def _a_dossier(centre: Centre, at: datetime, version: ProcedureVersion | None) -> Application | None:
    """One that is in no database; nothing about it is looked up there."""
    if version is None:
        return None
    dossier = Application(
        pk=0,
        code=_CODE,
        token=_TOKEN,
        version=version,
        helped_at=centre,
        received_at_centre=centre,
        competent=centre,
        received_at=at,
        due_at=at + timedelta(days=5),
    )
    asked = SupplementRequest(asked_at=at, until=at + timedelta(days=7))
    letter = Dispatch(carrier="Bưu điện Việt Nam", tracking_number="EB123456785VN")
    rows: dict[str, list[Any]] = {
        "supplements": [asked], "parts": [], "payments": [], "fee_lines": [], "dispatches": [letter], "originals": [],
    }  # fmt: skip
    dossier._prefetched_objects_cache = rows
    dossier._state.fields_cache.update(certification=None)
    return dossier
