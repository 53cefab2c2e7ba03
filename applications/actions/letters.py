"""What is written in a dossier beside its steps: notes for colleagues, letters to the citizen, and what comes back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce
from applications.enums import EventKind, State
from applications.history import record
from applications.models import Application
from applications.permissions import check, may_note, may_write
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken

MOST_CHARACTERS = 2000
# Each is an SMS to the same person: more on one day is a telephone call.
MOST_LETTERS_A_DAY = 5
# So many without a word from the office in between.
MOST_ANSWERS = 5


@transaction.atomic
def add_note(*, application: Application, text: str, at: datetime, acting_user: User) -> Application:
    """A note for colleagues (ghi chú nội bộ). It is in the history and nowhere else: no citizen and no program reads it."""
    dossier = _known(application)
    check(may_note(acting_user, dossier))
    record(
        application=dossier,
        kind=EventKind.NOTED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        personal={"note": _said(text, "note")},
    )
    announce(dossier)
    return dossier


@transaction.atomic
def write_to_citizen(*, application: Application, text: str, at: datetime, acting_user: User) -> Application:
    """A letter to the citizen, read and answered on the tracking page; the message that tells of it says nothing but where.

    Raises ``RuleBroken`` (``too_many_letters``) past what one person is sent on one day.
    """
    dossier = _known(application)
    check(may_write(acting_user, dossier))
    since = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    written = dossier.events.filter(kind=EventKind.WRITTEN, at__gte=since).count()
    if written >= MOST_LETTERS_A_DAY:
        raise RuleBroken(
            _("The citizen was written to %(count)s times today. Please call them, or write again tomorrow.")
            % {"count": written},
            code="too_many_letters",
            field="letter",
        )
    event = record(
        application=dossier,
        kind=EventKind.WRITTEN,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        personal={"letter": _said(text, "letter")},
    )
    _answered(dossier)
    messages.tell(messages.Written, dossier, occasion=str(event.sequence), at=at)
    announce(dossier)
    return dossier


@transaction.atomic
def answer_letter(*, application: Application, text: str, at: datetime) -> Application:
    """The citizen answers what an officer wrote. The caller has made sure who it is.

    Raises ``RuleBroken``: nobody wrote, or so many answers wait already (``too_many_answers``).
    """
    dossier = _known(application)
    kinds = list(
        dossier.events.filter(kind__in=[EventKind.WRITTEN, EventKind.CITIZEN_WROTE])
        .order_by("-sequence")
        .values_list("kind", flat=True)[:MOST_ANSWERS]
    )
    if not kinds:
        raise wrong_state(dossier)
    if kinds == [EventKind.CITIZEN_WROTE] * MOST_ANSWERS:
        raise RuleBroken(
            _("You have written %(count)s times. Please wait for our answer, or call the hotline.")
            % {"count": MOST_ANSWERS},
            code="too_many_answers",
            field="letter",
        )
    record(
        application=dossier,
        kind=EventKind.CITIZEN_WROTE,
        at=at,
        actor=None,
        centre=dossier.competent,
        personal={"letter": _said(text, "letter")},
    )
    dossier.citizen_wrote_at = dossier.citizen_wrote_at or at
    dossier.save(update_fields=["citizen_wrote_at"])
    announce(dossier)
    return dossier


@transaction.atomic
def note_read(*, application: Application, at: datetime, acting_user: User) -> Application:
    """What the citizen wrote was read and needs no answer."""
    dossier = _known(application)
    check(may_write(acting_user, dossier))
    if dossier.citizen_wrote_at is None:
        raise RuleBroken(_("A colleague has answered or read it already."), code="read_already")
    record(application=dossier, kind=EventKind.LETTER_READ, at=at, actor=acting_user, centre=dossier.competent)
    _answered(dossier)
    announce(dossier)
    return dossier


def _known(application: Application) -> Application:
    """The dossier under its lock; a draft at the counter is spoken about there."""
    dossier = locked(application)
    if dossier.state == State.DRAFT:
        raise wrong_state(dossier)
    return dossier


def _answered(dossier: Application) -> None:
    if dossier.citizen_wrote_at is not None:
        dossier.citizen_wrote_at = None
        dossier.save(update_fields=["citizen_wrote_at"])


def _said(text: str, field: str) -> str:
    text = text.strip()
    if not text:
        raise BadInput(_("Write something first."), code="text_empty", field=field)
    if len(text) > MOST_CHARACTERS:
        raise BadInput(
            _("At most %(count)s characters, please.") % {"count": MOST_CHARACTERS}, code="text_long", field=field
        )
    return text
