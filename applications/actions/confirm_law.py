"""Somebody of the city answers for what a setting says, with the text that confirms it, or takes that back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.legal import about_of, digest_of, find, last_notes, title_of
from applications.models import LegalNote, RetentionRule
from applications.permissions import CITY, check
from centres.permissions import has_role
from citizens.models import User
from portal.clock import local_day
from portal.errors import BadInput, Gone, RuleBroken


@transaction.atomic
def confirm_law(*, about: str, said: str, source: str, text_of: date, at: datetime, acting_user: User) -> LegalNote:
    """The setting stands in the law as it says now; ``said`` is the digest of what was read.

    Raises ``Gone``, ``RuleBroken`` where it says something else meanwhile, ``BadInput``.
    """
    check(has_role(acting_user, CITY))
    row = find(about)
    if row is None:
        raise Gone(_("This setting is not there any more."), code="no_setting")
    if digest_of(row) != said:
        raise RuleBroken(_("It was changed meanwhile. Read what it says now, then confirm it."), code="changed")
    if not source.strip():
        raise BadInput(_("Name the text and the article that confirm it."), code="source_empty", field="source")
    if text_of > local_day(at):
        raise BadInput(_("This day has not come yet. Please check the year."), code="in_future", field="text_of")
    _let_wait(row, waits=False)
    return LegalNote.objects.create(
        about=about_of(row),
        said=digest_of(row),
        title=title_of(row),
        source=source.strip()[:200],
        text_of=text_of,
        at=at,
        by=acting_user,
    )


@transaction.atomic
def take_back_confirmation(*, about: str, at: datetime, acting_user: User) -> LegalNote:
    """It was confirmed by mistake: the setting waits again; both notes are kept."""
    check(has_role(acting_user, CITY))
    note = last_notes().get(about)
    if note is None or note.is_taken_back:
        raise Gone(_("This confirmation does not count any more."), code="no_confirmation")
    _let_wait(find(about), waits=True)
    return LegalNote.objects.create(
        about=about,
        said=note.said,
        title=note.title,
        source=note.source,
        text_of=note.text_of,
        is_taken_back=True,
        at=at,
        by=acting_user,
    )


def _let_wait(row: Any, *, waits: bool) -> None:
    """A retention rule erases nothing while it waits."""
    if isinstance(row, RetentionRule):
        row.waits_for_confirmation = waits
        row.save(update_fields=["waits_for_confirmation"])
