"""Certification on the manager's day: what waits too long at the signer, keys that end, and how much is certified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from urllib.parse import urlencode

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from applications.certifiers import keys_that_end
from applications.models import CertificationItem
from applications.notarisation.enums import JobState
from applications.notarisation.grounds import ground_named
from applications.notarisation.signers import rules_on
from applications.permissions import memberships_on
from centres.models import Centre
from portal import clock
from portal.vn.dates import format_date

DAYS = 30
Need = tuple[str, str, str]


@dataclass(frozen=True)
class DayFigures:
    """What was certified on one day."""

    day: date
    documents: int
    pages: int


@dataclass(frozen=True)
class Figures:
    """The last thirty days, newest first, and now. Times run from the request to the signature."""

    days: list[DayFigures]
    median: timedelta | None
    p90: timedelta | None
    waiting: int
    waiting_since: datetime | None
    refusals: list[tuple[str, str, int]]

    @property
    def today(self) -> DayFigures:
        return self.days[0]

    @property
    def refused(self) -> int:
        return sum(count for _sentence, _article, count in self.refusals)


def needs_attention(centre: Centre, at: datetime) -> list[Need]:
    """(severity, sentence, address) triples, as in ``centres.day``."""
    return [*_long_waits(centre, at), *_ending_keys(centre, at)]


def _long_waits(centre: Centre, at: datetime) -> list[Need]:
    minutes = rules_on(clock.local_day(at)).long_wait_minutes
    late = _waiting(centre).filter(submitted_at__lte=at - timedelta(minutes=minutes)).count()
    if not late:
        return []
    text = ngettext(
        "%(count)d document waits for the signer longer than %(minutes)d minutes.",
        "%(count)d documents wait for the signer longer than %(minutes)d minutes.",
        late,
    )
    return [("act", text % {"count": late, "minutes": minutes}, days_url(centre))]


def _ending_keys(centre: Centre, at: datetime) -> list[Need]:
    people = memberships_on(clock.local_day(at)).filter(centre=centre).values_list("user", flat=True)
    return [
        (
            "warn",
            gettext("The signing key of %(name)s ends on %(day)s.")
            % {"name": key.person, "day": format_date(clock.local_day(key.valid_to))},
            f"{reverse('applications:signing_delegations')}?{urlencode({'centre': centre.pk})}",
        )
        for key in keys_that_end(people, at)
    ]


def figures(centre: Centre, at: datetime) -> Figures:
    """Three statements, however much was certified."""
    today = clock.local_day(at)
    begin = datetime.combine(today - timedelta(days=DAYS - 1), time(), tzinfo=clock.HANOI)
    items = CertificationItem.objects.filter(certification__application__helped_at=centre)
    signed = list(
        items.filter(entry__at__gte=begin, entry__at__lte=at, entry__strike__isnull=True)
        .exclude(state=JobState.FAILED)
        .values_list("entry__at", "pages", "certification__requested_at")
    )
    waits = sorted(approved - requested for approved, _pages, requested in signed)
    now = _waiting(centre).aggregate(count=Count("pk"), since=Min("submitted_at"))
    grounds = (
        items.filter(state=JobState.REFUSED, refused_at__gte=begin).values_list("ground").annotate(count=Count("pk"))
    )
    return Figures(
        days=_by_day(((clock.local_day(approved), pages) for approved, pages, _requested in signed), today),
        median=_share(waits, 0.5),
        p90=_share(waits, 0.9),
        waiting=now["count"],
        waiting_since=now["since"],
        refusals=[_refusals(key, count) for key, count in grounds.order_by("-count", "ground")],
    )


def days_url(centre: Centre) -> str:
    """The list behind the figures."""
    return f"{reverse('applications:certified_days')}?{urlencode({'centre': centre.pk})}"


def _waiting(centre: Centre) -> QuerySet[CertificationItem]:
    return CertificationItem.objects.filter(state=JobState.SUBMITTED, certification__application__helped_at=centre)


def _by_day(rows: Iterable[tuple[date, int]], today: date) -> list[DayFigures]:
    documents: Counter[date] = Counter()
    pages: Counter[date] = Counter()
    for day, count in rows:
        documents[day] += 1
        pages[day] += count
    days = [today - timedelta(days=back) for back in range(DAYS)]
    return [DayFigures(day, documents[day], pages[day]) for day in days]


def _share(ordered: list[timedelta], share: float) -> timedelta | None:
    """The nearest rank: so many were at least as quick."""
    return ordered[max(0, ceil(len(ordered) * share) - 1)] if ordered else None


def _refusals(key: str, count: int) -> tuple[str, str, int]:
    rule = ground_named(key)
    return (str(rule.sentence), rule.article, count) if rule else (key, "", count)
