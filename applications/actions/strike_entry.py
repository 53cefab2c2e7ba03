"""A mistaken register entry is struck through: with a reason, by who leads the centre, and for good; its number is never used
again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from applications import messages
from applications.actions.give_up_certification import give_up
from applications.actions.locking import locked
from applications.enums import PaperState, State
from applications.models import Application, CertificationItem, Paper, RegisterEntry, RegisterStrike
from applications.notarisation import half_signed
from applications.notarisation.enums import JobState
from applications.notarisation.keeping import REASON_LENGTH, NoteKind, keeper_of, locked_register, note
from applications.notarisation.messages import CopyStruck
from applications.permissions import check, may_keep_register
from centres.moves import reason_of
from citizens.models import HeldDocument, User
from portal import clock, live
from portal.errors import BadInput, RuleBroken

WITH_THE_COPY = [PaperState.CERTIFIED, PaperState.ON_FILE]
# Kept in the row and shown at the desk, in its reader's language.
STRUCK_BEFORE = gettext_noop(
    "Its line in the register was struck through before it was signed. Certify the paper anew."
)
ONE_DAY = timedelta(days=1)


@transaction.atomic
def strike_entry(*, entry: RegisterEntry, reason: str, at: datetime, acting_user: User) -> RegisterStrike:
    """Strike the entry through; whoever checks its copy is told so from now on. Struck again, it is the same strike.

    Checklists that are still worked on miss the copy again, it is on file no more, and who asked for it is told. What has
    its number and is not signed by anybody is not made any more.

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
    for item in copies:
        _take_from_files(item, at)
        if item.state == JobState.APPROVED:
            give_up(held[item.certification.application_id], item, STRUCK_BEFORE, at, acting_user)
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
    if item.output is None:
        return Paper.objects.none()
    return Paper.objects.filter(
        document__sha256=item.output.sha256, state__in=WITH_THE_COPY, application__state=State.DRAFT
    )


def _touched_by(copies: list[CertificationItem]) -> set[int]:
    """Ids of the dossiers that a strike changes, or that a job which ends just now does."""
    found = {item.certification.application_id for item in copies}
    found |= {pk for item in copies if (pk := item.certification.application.for_application_id)}
    return found | {pk for item in copies for pk in lines_with(item).values_list("application_id", flat=True)}


def _take_from_files(item: CertificationItem, at: datetime) -> None:
    if item.output is None:
        return
    yesterday = clock.local_day(at) - ONE_DAY
    HeldDocument.objects.filter(sha256=item.output.sha256).update(valid_until=yesterday)
    lines = lines_with(item)
    touched = set(lines.values_list("application_id", flat=True))
    lines.update(state=PaperState.MISSING, document=None, note="")
    live.bump(*(f"dossier:{pk}" for pk in touched))
