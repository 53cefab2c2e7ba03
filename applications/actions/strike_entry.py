"""A mistaken register entry is struck through: with a reason, by who leads the centre, and for good; its number is never used
again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from applications import messages
from applications.actions.end_certification import leave_struck_out
from applications.actions.fees import let_fall, settle
from applications.actions.give_up_certification import give_up
from applications.actions.locking import locked
from applications.actions.steps import announce
from applications.enums import IN_HAND, EventKind, PaperState, State
from applications.history import record
from applications.ledger import lines_owed
from applications.models import Application, CertificationItem, Paper, RegisterEntry, RegisterStrike
from applications.notarisation import half_signed
from applications.notarisation.enums import JobState
from applications.notarisation.keeping import REASON_LENGTH, NoteKind, keeper_of, locked_register, note
from applications.notarisation.messages import CopyStruck
from applications.permissions import check, may_keep_register
from centres.moves import reason_of
from citizens.models import HeldDocument, User
from portal import clock
from portal.errors import BadInput, RuleBroken
from portal.vn.dates import format_date

WITH_THE_COPY = [PaperState.CERTIFIED, PaperState.ON_FILE]
# Kept in the row and shown at the desk, in its reader's language.
STRUCK_BEFORE = gettext_noop(
    "Its line in the register was struck through before it was signed. Certify the paper anew."
)
# Kept with the fee and the paper, and in Vietnamese like every reason that is.
FELL = "Số chứng thực đã bị gạch bỏ trong sổ."
STRUCK_COPY = "Số %(number)s đã bị gạch bỏ ngày %(day)s: %(reason)s"
ONE_DAY = timedelta(days=1)


@transaction.atomic
def strike_entry(*, entry: RegisterEntry, reason: str, at: datetime, acting_user: User) -> RegisterStrike:
    """Strike the entry through; whoever checks its copy is told so from now on. Struck again, it is the same strike.

    Checklists that are still worked on miss the copy again, it is on file no more, and who asked for it is told. It is not
    paid for, nor handed over; the dossiers that hold it say so in their history. What has its number and is not signed by
    anybody is not made any more.

    Raises ``NotAllowed``, ``BadInput`` (``reason_missing``, ``reason_too_long``) or ``RuleBroken`` (``being_made``).
    """
    # Dossiers before the register, as everywhere: whoever approves a copy holds its dossier first.
    dossiers = Application.objects.filter(pk__in=_touched_by(items_of(entry))).order_by("pk")
    held = {dossier.pk: locked(dossier) for dossier in dossiers}
    list(CertificationItem.objects.select_for_update().filter(entry=entry).order_by("pk").values_list("pk"))
    register = locked_register(pk=entry.register_id)
    check(may_keep_register(acting_user, register))
    reason = reason_of(" ".join(reason.split()), REASON_LENGTH)
    if not reason:
        raise BadInput(_("Please say why in a few words."), code="reason_missing", field="reason")
    struck = RegisterStrike.objects.filter(entry=entry).first()
    if struck is not None:
        return struck
    copies = items_of(entry)
    if any(_is_being_made(item) for item in copies):
        raise RuleBroken(
            _("The copy of this line is still being made. Strike it through once it is there."), code="being_made"
        )
    note(
        register,
        NoteKind.STRUCK,
        at=at,
        by=acting_user,
        keeper=keeper_of(register.notes.all()) or acting_user,
        reason=reason,
        struck=entry,
    )
    strike = RegisterStrike.objects.create(entry=entry, at=at, by=acting_user, reason=reason)
    for item in items_of(entry):
        _note_in_dossiers(item, held, strike)
        _take_from_files(item, strike)
        copy = held[item.certification.application_id]
        let_fall([line for line in lines_owed(copy) if line.item_id == item.pk], FELL, at, acting_user)
        settle(copy, at)
        if item.state == JobState.APPROVED:
            give_up(copy, item, STRUCK_BEFORE, at, acting_user)
    for pk in {item.certification.application_id for item in copies}:
        leave_struck_out(held[pk], at, acting_user)
        announce(held[pk])
    for application in {item.certification.application for item in copies if item.output}:
        messages.tell(CopyStruck, application, occasion=f"line-{entry.pk}", at=at)
    return strike


def _is_being_made(item: CertificationItem) -> bool:
    """Whether a worker is at it, or somebody's signature is kept already."""
    return item.state == JobState.COMPOSING or (item.state == JobState.APPROVED and half_signed.is_begun(item))


def items_of(entry: RegisterEntry) -> list[CertificationItem]:
    """What was certified under the entry's number."""
    rows = CertificationItem.objects.filter(entry=entry).order_by("pk")
    return list(rows.select_related("output", "for_paper", "certification__application__version__procedure"))


def lines_with(item: CertificationItem) -> QuerySet[Paper]:
    """Lines of checklists that are still worked on and have this copy on them."""
    return _lines_anywhere(item).filter(application__state__in=[State.DRAFT, *IN_HAND])


def _lines_anywhere(item: CertificationItem) -> QuerySet[Paper]:
    if item.output is None:
        return Paper.objects.none()
    return Paper.objects.filter(document__sha256=item.output.sha256, state__in=WITH_THE_COPY)


def _touched_by(copies: list[CertificationItem]) -> set[int]:
    """Ids of the dossiers that a strike changes, or that a job which ends just now does."""
    found = {item.certification.application_id for item in copies}
    found |= {pk for item in copies if (pk := item.certification.application.for_application_id)}
    return found | {pk for item in copies for pk in _lines_anywhere(item).values_list("application_id", flat=True)}


def _note_in_dossiers(item: CertificationItem, held: dict[int, Application], strike: RegisterStrike) -> None:
    """In the request's history, and in that of every received dossier that holds the copy."""
    holders = set(_lines_anywhere(item).values_list("application_id", flat=True))
    for pk in sorted({item.certification.application_id, *holders}):
        if held[pk].state != State.DRAFT:
            record(
                application=held[pk],
                kind=EventKind.LINE_STRUCK,
                at=strike.at,
                actor=strike.by,
                centre=held[pk].helped_at,
                details={"number": str(strike.entry)},
                personal={"reason": strike.reason},
            )


def _take_from_files(item: CertificationItem, strike: RegisterStrike) -> None:
    """A draft begins anew; a received dossier keeps the file that it was received with, and says why it does not count."""
    if item.output is None:
        return
    day = clock.local_day(strike.at)
    HeldDocument.objects.filter(sha256=item.output.sha256).update(valid_until=day - ONE_DAY)
    lines = lines_with(item)
    touched = [paper.application for paper in lines.select_related("application")]
    note = STRUCK_COPY % {"number": strike.entry, "day": format_date(day), "reason": strike.reason}
    drafts = Q(application__state=State.DRAFT)
    lines.exclude(drafts).update(state=PaperState.MISSING, note=note[:REASON_LENGTH])
    lines.filter(drafts).update(state=PaperState.MISSING, document=None, note="")
    for dossier in touched:
        announce(dossier)
