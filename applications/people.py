"""Who handles dossiers at a centre: how much lies with each, who is away, and who stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from applications.enums import IN_HAND, RUNNING, WAITING_FOR_CITIZEN
from applications.models import Absence, Application
from centres.enums import Role
from centres.models import Centre, Membership
from citizens.models import User
from portal.clock import local_day

ONE_DAY = timedelta(days=1)


@dataclass
class Load:
    """One person's work here."""

    person: User
    works_here: bool
    in_hand: int = 0
    overdue: int = 0
    waiting: int = 0
    absences: list[Absence] = field(default_factory=list)
    today: date | None = None
    role: Membership | None = None

    @property
    def away(self) -> Absence | None:
        """The absence that is on today."""
        return next((one for one in self.absences if self.today and one.from_day <= self.today), None)


def specialists_of(centre: Centre, day: date) -> list[User]:
    """Who may handle dossiers there on this day, by name."""
    return _people_of(centre, Role.SPECIALIST, day)


def officers_of(centre: Centre, day: date) -> list[User]:
    """Who works at its counters on this day, by name."""
    return _people_of(centre, Role.COUNTER_OFFICER, day)


def specialists_throughout(centre: Centre, first: date, last: date) -> list[User]:
    """Who may handle dossiers there on each of these days, by name."""
    until: dict[User, date | None] = {}
    rows = _members(centre, Role.SPECIALIST, first).filter(valid_from__lte=last).order_by("valid_from")
    for row in rows:
        covered = until.get(row.user, first - ONE_DAY)
        if covered is not None and row.valid_from <= covered + ONE_DAY:
            until[row.user] = None if row.valid_to is None else max(covered, row.valid_to)
    return sorted((person for person, day in until.items() if day is None or day >= last), key=str)


def _people_of(centre: Centre, role: Role, day: date) -> list[User]:
    return sorted((row.user for row in _members(centre, role, day).filter(valid_from__lte=day)), key=str)


def _members(centre: Centre, role: Role, day: date) -> QuerySet[Membership]:
    """Roles there that are not over on this day."""
    return Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        centre=centre,
        role=role,
        blocked_reason="",
        user__is_active=True,
    ).select_related("user", "successor")


def loads(centre: Centre, at: datetime) -> list[Load]:
    """Everybody who handles dossiers there, or still has some; most work first. Four statements."""
    day = local_day(at)
    counted = {
        row["handler"]: row
        for row in Application.objects.filter(competent=centre, state__in=IN_HAND, handler__isnull=False)
        .order_by()
        .values("handler")
        .annotate(
            in_hand=Count("pk"),
            overdue=Count("pk", filter=Q(state__in=RUNNING, due_at__lt=at)),
            waiting=Count("pk", filter=Q(state__in=WAITING_FOR_CITIZEN)),
        )
    }
    roles = {row.user_id: row for row in _members(centre, Role.SPECIALIST, day).filter(valid_from__lte=day)}
    here = {pk: row.user for pk, row in sorted(roles.items(), key=lambda one: str(one[1].user))}
    left = User.objects.filter(pk__in=counted.keys() - here.keys())
    away: dict[int, list[Absence]] = {}
    for one in coming_absences(centre, day):
        away.setdefault(one.user_id, []).append(one)
    found = [
        Load(
            person,
            person.pk in here,
            **{key: counted.get(person.pk, {}).get(key, 0) for key in ("in_hand", "overdue", "waiting")},
            absences=away.get(person.pk, []),
            today=day,
            role=roles.get(person.pk),
        )
        for person in [*here.values(), *left]
    ]
    return sorted(found, key=lambda one: (-one.in_hand, str(one.person)))


def coming_absences(centre: Centre, day: date) -> list[Absence]:
    """Absences that are on or still to come, by their first day."""
    rows = Absence.objects.filter(centre=centre, to_day__gte=day, ended_at__isnull=True)
    return list(rows.select_related("user", "substitute").order_by("from_day", "id"))


def handlers_for(user: User, day: date) -> list[int]:
    """This person and whoever they stand in for today: whose dossiers are on their list. One statement a request."""
    known: list[int] | None = getattr(user, "_handlers", None)
    if known is None:
        away = Absence.objects.filter(substitute=user.pk, from_day__lte=day, to_day__gte=day, ended_at__isnull=True)
        known = [user.pk, *away.values_list("user", flat=True)]
        user._handlers = known  # type: ignore[attr-defined]
    return known
