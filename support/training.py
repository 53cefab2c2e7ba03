"""What somebody must have learnt before they open a counter, and what of it is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from centres.models import Centre, Counter, Membership
from centres.permissions import DESK, centres_of
from citizens.models import User
from portal import clock
from portal.errors import RuleBroken
from portal.text import pick
from procedures.models import ProcedureVersion
from support.law_lessons import Reach, is_near, new_law, reach_of, services_at
from support.models import (
    Certificate,
    CourseVersion,
    LawLessonRead,
    TrainingException,
    TrainingRequirement,
)
from support.rules import rules_on


@dataclass(frozen=True)
class Lack:
    """One thing that is missing. ``blocks``: no counter opens without it; ``from_day``: from when it does, if ever."""

    what: str
    href: str
    blocks: bool
    from_day: date | None

    def __str__(self) -> str:
        if self.blocks or self.from_day is None:
            return self.what
        return _("%(what)s – from %(day)s no counter opens without it") % {
            "what": self.what,
            "day": f"{self.from_day:%d/%m/%Y}",
        }


class Asked:
    """What a centre asks of these people on a day, and what they have; nine statements however many they are."""

    def __init__(self, centre: Centre, people: Iterable[int], reach: Reach, day: date):
        self.centre, self.day = centre, day
        self._people = set(people)
        self._rules = _in_force(centre, day)
        self._roles: dict[int, set[str]] = {}
        self._excepted: dict[int, TrainingException] = {}
        self._law: list[ProcedureVersion] = []
        if not self._rules:
            return
        self._read_people()
        self._read_courses()
        if any(rule.course_id is None for rule in self._rules):
            self._law = [version for version in new_law(reach, day) if is_near(version, day)]
        read = LawLessonRead.objects.filter(user__in=self._people, version__in=self._law) if self._law else []
        self._read = {(row.user_id, row.version_id) for row in read}

    def lacks(self, user_id: int, reach: Reach) -> list[Lack]:
        """What this person lacks for these services, what blocks first."""
        found: dict[str, Lack] = {}
        for rule in self._rules:
            if rule.role not in self._roles.get(user_id, ()):
                continue
            if rule.field_id is not None and rule.field_id not in reach.touches:
                continue
            for lack in self._of_rule(rule, user_id, reach):
                if lack.href not in found or lack.blocks:
                    found[lack.href] = lack
        return sorted(found.values(), key=lambda lack: (not lack.blocks, lack.from_day or date.max, lack.what))

    def exception(self, user_id: int) -> TrainingException | None:
        """What lets them open a counter today although something is missing."""
        return self._excepted.get(user_id)

    def _of_rule(self, rule: TrainingRequirement, user_id: int, reach: Reach) -> list[Lack]:
        if rule.course_id is None:
            return self._of_law(rule, user_id, reach)
        lack = self._of_course(rule, user_id)
        return [] if lack is None else [lack]

    def _of_law(self, rule: TrainingRequirement, user_id: int, reach: Reach) -> list[Lack]:
        found = []
        for version in self._law:
            if not reach.holds(version.procedure) or (user_id, version.pk) in self._read:
                continue
            first = max(rule.blocks_from, version.effective_from) if rule.blocks_from else None
            what = _("New law from %(day)s on: %(name)s") % {
                "day": f"{version.effective_from:%d/%m/%Y}",
                "name": pick(version.procedure.short_name),
            }
            href = reverse("support:law_lesson", args=[version.pk])
            found.append(self._lack(what, href, first, user_id))
        return found

    def _of_course(self, rule: TrainingRequirement, user_id: int) -> Lack | None:
        course = rule.course
        versions = self._versions.get(rule.course_id or 0, [])
        if course is None or not versions:
            return None  # nothing is taught yet
        href = reverse("support:course", args=[course.pk])
        mine = [row for row in self._certificates.get(user_id, []) if row.version.course_id == course.pk]
        held = [(row, last) for row in mine if (last := _counts_until(row, versions)) is None or last >= self.day]
        if not held:
            return self._lack(course.title, href, rule.blocks_from, user_id)
        lasts = [last for _row, last in held]
        last = None if None in lasts else max(one for one in lasts if one is not None)
        if last is None or last - self.day > self._soon:
            return None
        after = last + timedelta(days=1)
        first = max(rule.blocks_from, after) if rule.blocks_from else None
        return self._lack(_("%(course)s, to be done again") % {"course": course.title}, href, first, user_id)

    def _lack(self, what: str, href: str, first: date | None, user_id: int) -> Lack:
        blocks = first is not None and first <= self.day and user_id not in self._excepted
        return Lack(what, href, blocks, None if blocks else first)

    def _read_people(self) -> None:
        rows = Membership.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=self.day), user__in=self._people, centre=self.centre,
            valid_from__lte=self.day, role__in=DESK, blocked_reason="",
        )  # fmt: skip
        for row in rows:
            self._roles.setdefault(row.user_id, set()).add(row.role)
        granted = TrainingException.objects.filter(
            user__in=self._people, centre=self.centre, first_day__lte=self.day, last_day__gte=self.day
        )
        self._excepted = {row.user_id: row for row in granted.select_related("granted_by").order_by("at")}

    def _read_courses(self) -> None:
        courses = {rule.course_id for rule in self._rules if rule.course_id is not None}
        self._versions: dict[int, list[CourseVersion]] = {}
        taught = CourseVersion.objects.filter(course__in=courses, published_at__isnull=False)
        for row in taught.order_by("number"):
            self._versions.setdefault(row.course_id, []).append(row)
        held = Certificate.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=self.day),
            user__in=self._people, version__course__in=courses, withdrawn_at__isnull=True,
        )  # fmt: skip
        self._certificates: dict[int, list[Certificate]] = {}
        for one in held.select_related("version"):
            self._certificates.setdefault(one.user_id, []).append(one)
        self._soon = timedelta(days=rules_on(self.day).certificate_soon_days)


def _in_force(centre: Centre, day: date) -> list[TrainingRequirement]:
    """The centre's own rows, and those of the city that no row of its own stands before."""
    rows = TrainingRequirement.objects.filter(
        Q(centre=centre) | Q(centre__isnull=True), Q(until__isnull=True) | Q(until__gte=day), warns_from__lte=day
    ).filter(Q(course__isnull=True) | Q(course__retired_at__isnull=True))
    chosen: dict[str, TrainingRequirement] = {}
    for row in rows.select_related("course").order_by("warns_from", "pk"):
        before = chosen.get(row.matter)
        if before is None or before.centre_id is None or row.centre_id is not None:
            chosen[row.matter] = row
    return list(chosen.values())


def _counts_until(certificate: Certificate, versions: list[CourseVersion]) -> date | None:
    """The last day on which it counts: its own, or that of a later version that it has to give way to."""
    later = [row.earlier_until for row in versions if row.number > certificate.version.number]
    ends = [day for day in (certificate.valid_until, *later) if day is not None]
    return min(ends, default=None)


def is_anything_asked(centre: Centre, day: date) -> bool:
    """Whether this centre's counters ask for any training on this day."""
    return bool(_in_force(centre, day))


def lacks_of(user: User, counter: Counter, day: date) -> list[Lack]:
    """What this person lacks for what this counter gives."""
    if not is_anything_asked(counter.centre, day):
        return []
    reach = reach_of(counter.services.select_related("procedure"))
    return Asked(counter.centre, [user.pk], reach, day).lacks(user.pk, reach)


def lacks_by_centre(user: User, day: date) -> list[tuple[Centre, list[Lack]]]:
    """What this person lacks for all that is given, at each centre where they may open a counter; only where it is something."""
    found = []
    for centre in Centre.objects.filter(pk__in=centres_of(user, DESK) or ()).order_by("code"):
        if not is_anything_asked(centre, day):
            continue
        reach = reach_of(services_at([centre.pk]))
        if lacks := Asked(centre, [user.pk], reach, day).lacks(user.pk, reach):
            found.append((centre, lacks))
    return found


def refuse_untrained(*, counter: Counter, officer: User, at: datetime) -> None:
    """Raise ``RuleBroken`` (``training_missing``, with ``missing``) where training keeps this counter closed.

    Called when somebody takes a seat (``settings.BEFORE_OPENING``).
    """
    missing = [lack for lack in lacks_of(officer, counter, clock.local_day(at)) if lack.blocks]
    if missing:
        raise RuleBroken(
            _(
                "Before %(name)s opens this counter, training is missing: %(what)s. In an emergency the manager can allow it under “Training of staff”."
            )
            % {"name": officer, "what": ", ".join(lack.what for lack in missing)},
            code="training_missing",
            details={"missing": missing},
        )
