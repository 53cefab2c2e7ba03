"""Announce that systems will stand still, say that it is over sooner, or that it does not happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.hours import PLANS_AHEAD
from centres.models import Centre, Outage
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput, NotAllowed, RuleBroken
from procedures.catalogue_cache import load_calendar
from support.history import TOPIC
from support.permissions import RESPONDERS, for_the_city, may_respond
from support.rules import rules_on

# How far the calendar is looked at, ``PLANS_AHEAD``, only keeps out slips of the pen.
WHAT_LIMIT = 160


def earliest_day(at: datetime) -> date:
    """The first day for which an outage can still be announced, by the rules of today."""
    today = clock.local_day(at)
    return load_calendar().add_working_days(today, rules_on(today).outage_notice_days)


@transaction.atomic
def plan_outage(
    *,
    centre: Centre | None,
    what: Mapping[str, str],
    from_at: datetime,
    until_at: datetime,
    at: datetime,
    acting_user: User,
) -> Outage:
    """Announce it for a centre, or for the city where none is named. The clocks of its dossiers stand still meanwhile.

    Raises ``NotAllowed``, ``BadInput``.
    """
    _guard(centre, acting_user)
    said = {language: " ".join(text.split()) for language, text in what.items() if text.strip()}
    if not said.get("vi") or any(len(text) > WHAT_LIMIT for text in said.values()):
        raise BadInput(
            _("Say in Vietnamese at least what stands still, in at most %(limit)s characters.") % {"limit": WHAT_LIMIT},
            code="bad_what",
            field="what",
        )
    first, rules = earliest_day(at), rules_on(clock.local_day(at))
    if clock.local_day(from_at) < first:
        raise BadInput(
            _("An outage is announced %(days)s working days ahead: it can begin on %(first)s at the earliest.")
            % {"days": rules.outage_notice_days, "first": f"{first:%d/%m/%Y}"},
            code="too_soon",
            field="from_at",
        )
    if clock.local_day(from_at) > clock.local_day(at) + PLANS_AHEAD:
        raise BadInput(_("That is too far ahead."), code="too_far", field="from_at")
    if not timedelta() < until_at - from_at <= timedelta(hours=rules.outage_most_hours):
        raise BadInput(
            _("It must end after its beginning, within %(hours)s hours.") % {"hours": rules.outage_most_hours},
            code="bad_end",
            field="until_at",
        )
    beside = Outage.objects.filter(cancelled_at__isnull=True, from_at__lt=until_at, until_at__gt=from_at)
    if centre is not None:
        beside = beside.filter(Q(centre__isnull=True) | Q(centre=centre))
    if beside.exists():
        raise BadInput(_("Another outage is announced for that time."), code="overlaps", field="from_at")
    made = Outage.objects.create(
        centre=centre, what=said, from_at=from_at, until_at=until_at, announced_at=at, announced_by=acting_user
    )
    live.bump(TOPIC)
    return made


@transaction.atomic
def end_outage(*, outage: Outage, at: datetime, acting_user: User) -> Outage:
    """It does not happen, or it is over sooner than announced. Raises ``NotAllowed``, ``RuleBroken``."""
    row = Outage.objects.select_for_update(of=("self",)).select_related("centre").get(pk=outage.pk)
    _guard(row.centre, acting_user)
    if row.cancelled_at is not None or row.over_at <= at:
        raise RuleBroken(_("This outage is over already."), code="outage_over")
    if at <= row.from_at:
        row.cancelled_at = at
    else:
        row.ended_at = at
    row.save(update_fields=["cancelled_at", "ended_at"])
    live.bump(TOPIC)
    return row


def _guard(centre: Centre | None, user: User) -> None:
    allowed = may_respond(user, centre.pk) if centre is not None else for_the_city(user, RESPONDERS)
    if not allowed:
        raise NotAllowed(_("Only support staff of this centre can do this."), code="not_support_here")
