"""Somebody in the hall asks for a person with one touch, says more, or takes it back."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from centres.enums import ENDED, Priority
from centres.hours import gives_numbers
from centres.models import Ticket
from citizens.models import User
from portal import clock
from portal.errors import RuleBroken
from support.asking import Place
from support.enums_help import HELP_NOT_THERE, HELP_OPEN, HelpEventKind, HelpSource, Urgency
from support.help_history import note
from support.helpers import is_anybody_there
from support.models import AssistanceRequest
from support.ringing import ring


@transaction.atomic
def ask_for_help(*, place: Place, language: str = "vi", at: datetime, acting_user: User | None) -> AssistanceRequest:
    """Tell the helpers of this hall. What is open at this place already is what one gets: the database says so.

    Raises ``RuleBroken`` where the hall is closed or the number is not of now.
    """
    _guard(place, at)
    is_old = place.is_old
    try:
        with transaction.atomic():
            row = AssistanceRequest.objects.create(
                centre=place.centre,
                source=place.source,
                place_key=place.key,
                place=place.name,
                ticket=place.ticket,
                language=language,
                is_old=is_old,
                urgency=urgency_of(is_old=is_old, is_alone=False, ticket=place.ticket),
                asked_by=acting_user,
                asked_at=at,
            )
    except IntegrityError:
        return AssistanceRequest.objects.get(place_key=place.key, state__in=HELP_OPEN)
    note(request=row, kind=HelpEventKind.ASKED, at=at, actor=acting_user)
    ring(request=row, at=at)
    return row


@transaction.atomic
def say_more(*, request: AssistanceRequest, is_old: bool = False, is_alone: bool = False, at: datetime) -> None:
    """Somebody is old, or alone: then they are helped sooner. Nothing once somebody is there."""
    row = _locked(request)
    if row is None or row.state not in HELP_NOT_THERE:
        return
    row.is_old, row.is_alone = row.is_old or is_old, row.is_alone or is_alone
    row.urgency = urgency_of(is_old=row.is_old, is_alone=row.is_alone, ticket=row.ticket)
    row.save(update_fields=["is_old", "is_alone", "urgency"])
    note(
        request=row, kind=HelpEventKind.TOLD_MORE, at=at, actor=None, details={"old": row.is_old, "alone": row.is_alone}
    )


@transaction.atomic
def take_back(*, request: AssistanceRequest, at: datetime, acting_user: User | None) -> None:
    """Nobody is needed any more. Nothing where somebody is there, or it has ended: a second touch does no harm."""
    row = _locked(request)
    if row is None or row.state not in HELP_NOT_THERE:
        return
    row.cancel(at)
    row.save(update_fields=["state", "ended_at", "wider_at"])
    note(request=row, kind=HelpEventKind.CANCELLED, at=at, actor=acting_user)


def urgency_of(*, is_old: bool, is_alone: bool, ticket: Ticket | None) -> Urgency:
    """Old and alone is first."""
    if is_old:
        return Urgency.OLD_AND_ALONE if is_alone else Urgency.OLD
    has_priority = ticket is not None and ticket.priority == Priority.PRIORITY
    return Urgency.NEEDS if is_alone or has_priority else Urgency.ORDINARY


def _locked(request: AssistanceRequest) -> AssistanceRequest | None:
    rows = AssistanceRequest.objects.select_for_update(of=("self",)).select_related("ticket")
    return rows.filter(pk=request.pk).first()


def _guard(place: Place, at: datetime) -> None:
    ticket = place.ticket
    if place.source == HelpSource.TICKET and ticket and (ticket.day != clock.local_day(at) or ticket.state in ENDED):
        raise RuleBroken(
            _("This number is not valid any more. Please ask a member of staff, or scan the code beside your seat."),
            code="not_of_now",
        )
    if not gives_numbers(place.centre, at) and not is_anybody_there(place.centre, at):
        raise RuleBroken(_("The centre is closed now, and no helper is in the hall."), code="closed")
