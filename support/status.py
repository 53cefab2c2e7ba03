"""What does not work now and what will stand still, in words for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q
from django.utils.translation import get_language

from centres.models import Centre, Outage
from portal import clock, shared
from portal.text import pick
from support.models import Announcement, Incident
from support.querysets import IncidentQuerySet
from support.rules import rules_on

MOST_WORDS = 2
# The first page asks the database no more often than this.
WORDS_SECONDS = 30


@dataclass(frozen=True)
class Status:
    """``now``: open incidents with words for everybody; ``again``: those that work again since lately."""

    now: list[Incident]
    again: list[Incident]
    outages: list[Outage]
    said: list[Announcement]

    @property
    def all_well(self) -> bool:
        return not self.now and not any(outage.is_running(clock.now()) for outage in self.outages)


def status(centre: Centre | None, at: datetime) -> Status:
    """Of one centre with what concerns all, or of the whole city. Five statements, of which none counts rows."""
    told, told_for = told_publicly(), timedelta(minutes=rules_on(clock.local_day(at)).told_again_minutes)
    outages = Outage.objects.select_related("centre").filter(cancelled_at__isnull=True, until_at__gt=at)
    said = Announcement.objects.select_related("centre").filter(
        is_public=True, withdrawn_at__isnull=True, from_at__lte=at, until_at__gt=at
    )
    if centre is not None:
        here = Q(centre__isnull=True) | Q(centre=centre)
        told, outages, said = told.filter(here), outages.filter(here), said.filter(here)
    return Status(
        now=list(told.open().order_by("severity", "reported_at")),
        # What works again is still told for a while.
        again=list(told.filter(resolved_at__gt=at - told_for, merged_into__isnull=True).order_by("-resolved_at")),
        outages=[row for row in outages.order_by("from_at", "id") if row.over_at > at],
        said=list(said),
    )


def words_for_all() -> list[str]:
    """What concerns the whole city, for the first page (``settings.PUBLIC_WORDS``); nothing while nobody can say."""
    place = f"words-for-all:{get_language()}"
    known = shared.recall(place)
    if known is None:
        try:
            found = _words_for_all(clock.now())
        except DatabaseError:
            return []
        known = {"words": found}
        shared.keep(place, known, WORDS_SECONDS)
    return list(known["words"])


def _words_for_all(at: datetime) -> list[str]:
    running = Announcement.objects.filter(withdrawn_at__isnull=True, from_at__lte=at, until_at__gt=at)
    said = running.filter(is_public=True, centre__isnull=True).values_list("title", flat=True)[:MOST_WORDS]
    now = Incident.objects.open().exclude(public_words=None).filter(centre__isnull=True)
    return [pick(row.public_words) for row in now.order_by("severity")[:MOST_WORDS]] + list(said)


def told_publicly() -> IncidentQuerySet:
    """Incidents with words for everybody."""
    return Incident.objects.exclude(public_words=None).select_related("centre")


def words_of(incident: Incident) -> str:
    """The words for everybody, without a full stop: a time follows them."""
    return pick(incident.public_words).rstrip(".")
