"""The city at a glance: each centre in a line, and what somebody must do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.actions.hand_over_register import KEEPERS
from applications.approved_days import waiting_corrections
from applications.certifiers import keys_that_end
from applications.enums import IN_HAND, RUNNING
from applications.enums_national import ItemState
from applications.legal import waiting_count
from applications.models import Application, Register, SyncItem
from applications.notarisation.keeping import NoteKind, RegisterNote
from applications.permissions import memberships_on
from applications.querysets import NOT_FORWARDED
from centres.enums import CounterState, Role, TicketState
from centres.models import Centre, Counter, Device, Membership, Ticket
from portal import clock
from portal.vn.dates import format_date
from procedures.models import ProcedureVersion

# Said every twenty seconds; what has not been seen for so many days stands in a cupboard.
SILENT = timedelta(minutes=3)
OUT_OF_USE = timedelta(days=7)
Need = tuple[str, str, str]


@dataclass(frozen=True)
class CentreLine:
    """One centre now."""

    centre: Centre
    counters: int
    open_counters: int
    waiting: int
    screens: int
    silent: int
    last_seen: datetime | None
    staff: int
    in_hand: int
    overdue: int


def centre_lines(centres: Iterable[Centre], at: datetime) -> list[CentreLine]:
    """Five statements, however many centres."""
    places = list(centres)
    keys = [one.pk for one in places]
    day = clock.local_day(at)
    counters = _counted(
        Counter.objects.filter(centre__in=keys),
        counters=Count("pk"),
        open_counters=Count("pk", filter=Q(state=CounterState.OPEN)),
    )
    waiting = _counted(Ticket.objects.filter(centre__in=keys, day=day, state=TicketState.WAITING), waiting=Count("pk"))
    screens = _counted(
        Device.objects.filter(centre__in=keys, revoked_at__isnull=True),
        screens=Count("pk"),
        silent=Count("pk", filter=_is_silent(at)),
        last_seen=Max("last_seen_at"),
    )
    people = _counted(
        memberships_on(day).filter(centre__in=keys, user__is_active=True), staff=Count("user", distinct=True)
    )
    work = _counted(
        Application.objects.filter(~NOT_FORWARDED, competent__in=keys, state__in=IN_HAND),
        "competent",
        in_hand=Count("pk"),
        overdue=Count("pk", filter=Q(state__in=RUNNING, due_at__lt=at)),
    )
    nothing: dict[str, Any] = {
        "counters": 0, "open_counters": 0, "waiting": 0, "screens": 0, "silent": 0, "last_seen": None, "staff": 0,
        "in_hand": 0, "overdue": 0,
    }  # fmt: skip
    parts = (counters, waiting, screens, people, work)
    return [
        CentreLine(one, **nothing | {key: value for part in parts for key, value in part.get(one.pk, {}).items()})
        for one in places
    ]


def _counted(rows: QuerySet[Any], by: str = "centre", **figures: Any) -> dict[int, dict[str, Any]]:
    found = rows.order_by().values(by).annotate(**figures)
    return {row.pop(by): row for row in found}


def _is_silent(at: datetime) -> Q:
    return Q(last_seen_at__lt=at - SILENT, last_seen_at__gte=at - OUT_OF_USE)


def needs(centres: Iterable[Centre], at: datetime, *, whole_city: bool) -> list[Need]:
    """(severity, sentence, address), the worst first; what belongs to no centre is the city administrator's."""
    places = list(centres)
    found = [
        *_screens(places, at),
        *_orphans(places, at),
        *_not_forwarded(places, at),
        *_registers(places, at),
        *_keys(places, at),
    ]
    if whole_city:
        found += [*_national(), *_days(), *_unconfirmed(clock.local_day(at)), *_drafts()]
    return sorted(found, key=lambda need: need[0] != "act")


def _screens(places: list[Centre], at: datetime) -> Iterable[Need]:
    silent = Device.objects.filter(_is_silent(at), centre__in=places, revoked_at__isnull=True)
    for row in silent.order_by().values("centre").annotate(count=Count("pk")):
        centre = next(one for one in places if one.pk == row["centre"])
        text = ngettext(
            "%(count)d screen is silent: %(centre)s.", "%(count)d screens are silent: %(centre)s.", row["count"]
        )
        yield "act", text % {"count": row["count"], "centre": centre}, _of("centres:day_devices", centre)


def _orphans(places: list[Centre], at: datetime) -> Iterable[Need]:
    """Dossiers whose handler works there no more."""
    here = memberships_on(clock.local_day(at)).filter(
        user=OuterRef("handler"), centre=OuterRef("competent"), role=Role.SPECIALIST, user__is_active=True
    )
    rows = Application.objects.filter(
        ~Exists(here), competent__in=places, state__in=IN_HAND, handler__isnull=False, certification__isnull=True
    )
    for row in rows.order_by().values("competent").annotate(count=Count("pk")):
        centre = next(one for one in places if one.pk == row["competent"])
        text = ngettext(
            "%(count)d dossier lies with somebody who works there no more: %(centre)s.",
            "%(count)d dossiers lie with somebody who works there no more: %(centre)s.",
            row["count"],
        )
        yield "act", text % {"count": row["count"], "centre": centre}, _of("applications:people", centre)


def _not_forwarded(places: list[Centre], at: datetime) -> Iterable[Need]:
    """Taken in for offices elsewhere, which had to have them by now."""
    rows = Application.objects.filter(NOT_FORWARDED, received_at_centre__in=places, forward_by__lt=at)
    for row in rows.order_by().values("received_at_centre").annotate(count=Count("pk")):
        centre = next(one for one in places if one.pk == row["received_at_centre"])
        text = ngettext(
            "%(count)d dossier for another office is past its hour: hand it over. %(centre)s.",
            "%(count)d dossiers for other offices are past their hour: hand them over. %(centre)s.",
            row["count"],
        )
        yield (
            "act",
            text % {"count": row["count"], "centre": centre},
            f"{reverse('applications:worklist')}?list=in-hand",
        )


def _registers(places: list[Centre], at: datetime) -> Iterable[Need]:
    notes = RegisterNote.objects.filter(register=OuterRef("pk"))
    keeps = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=clock.local_day(at)),
        user=OuterRef("keeper"),
        centre=OuterRef("centre"),
        role__in=KEEPERS,
        valid_from__lte=clock.local_day(at),
        blocked_reason="",
        user__is_active=True,
    )
    rows = Register.objects.filter(~Exists(notes.filter(kind=NoteKind.CLOSED)), centre__in=places, last_number__gt=0)
    rows = rows.annotate(keeper=Subquery(notes.order_by("-sequence").values("keeper")[:1]))
    for row in rows.filter(~Exists(keeps)).select_related("centre").order_by("centre__code", "year", "kind"):
        text = _("Register %(book)s of %(year)s at %(centre)s has no keeper who works there. Hand it over.")
        words = {"book": row.kind, "year": row.year, "centre": row.centre}
        yield "warn", text % words, reverse("applications:register", args=[row.pk])


def _keys(places: list[Centre], at: datetime) -> Iterable[Need]:
    people = memberships_on(clock.local_day(at)).filter(centre__in=places).values_list("user", flat=True)
    for key in keys_that_end(people, at):
        text = _("The signing key of %(name)s ends on %(day)s.")
        words = {"name": key.person, "day": format_date(clock.local_day(key.valid_to))}
        yield "warn", text % words, reverse("applications:signing_delegations")


def _national() -> Iterable[Need]:
    if count := SyncItem.objects.filter(state=ItemState.DEAD).count():
        text = ngettext(
            "%(count)d message was given up on its way to the national portal.",
            "%(count)d messages were given up on their way to the national portal.",
            count,
        )
        yield "act", text % {"count": count}, reverse("applications:national")


def _days() -> Iterable[Need]:
    if count := sum(1 for one in waiting_corrections() if one.approved_at is None):
        text = ngettext(
            "%(count)d corrected day off moves dates that were promised. Look at them and let them move.",
            "%(count)d corrected days off move dates that were promised. Look at them and let them move.",
            count,
        )
        yield "act", text % {"count": count}, reverse("applications:moved_days")


def _unconfirmed(day: date) -> Iterable[Need]:
    """Law as it is applied, though nobody is sure that it stands as written here."""
    if count := waiting_count(day):
        text = ngettext(
            "%(count)d setting waits for legal confirmation.", "%(count)d settings wait for legal confirmation.", count
        )
        yield "warn", text % {"count": count}, reverse("applications:law")


def _drafts() -> Iterable[Need]:
    if count := ProcedureVersion.objects.filter(published_at__isnull=True).count():
        text = ngettext(
            "%(count)d draft of a procedure is not published.",
            "%(count)d drafts of procedures are not published.",
            count,
        )
        address = (
            f"{reverse('admin:procedures_procedureversion_changelist')}?{urlencode({'published_at__isnull': 'True'})}"
        )
        yield "warn", text % {"count": count}, address


def _of(name: str, centre: Centre) -> str:
    return f"{reverse(name)}?{urlencode({'centre': centre.pk})}"
