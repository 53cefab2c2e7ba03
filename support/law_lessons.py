"""New versions of procedures as short lessons for those who give them: read from the catalogue itself, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from centres.enums import Role, ServiceKind
from centres.models import Service
from centres.permissions import roles_of
from citizens.models import User
from procedures.differences import differences
from procedures.models import Procedure, ProcedureVersion
from support.models import LawLessonRead
from support.rules import rules_on

# Who gives a procedure to people, or decides on it.
LEARN = frozenset({Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER, Role.MANAGER})


@dataclass(frozen=True)
class Reach:
    """What some services are about: whole fields, and single procedures with the fields they lie in."""

    fields: frozenset[int] = frozenset()
    procedures: frozenset[int] = frozenset()
    touches: frozenset[int] = frozenset()

    def holds(self, procedure: Procedure) -> bool:
        return procedure.field_id in self.fields or procedure.pk in self.procedures

    def __or__(self, other: Reach) -> Reach:
        return Reach(self.fields | other.fields, self.procedures | other.procedures, self.touches | other.touches)


def reach_of(services: Iterable[Service]) -> Reach:
    """Of these services; their ``procedure`` is read, so select it with them."""
    fields, procedures, touches = set(), set(), set()
    for service in services:
        if service.kind == ServiceKind.FIELD and service.field_id is not None:
            fields.add(service.field_id)
            touches.add(service.field_id)
        elif service.kind == ServiceKind.PROCEDURE and service.procedure is not None:
            procedures.add(service.procedure_id)
            touches.add(service.procedure.field_id)
    return Reach(frozenset(fields), frozenset(procedures), frozenset(touches))  # type: ignore[arg-type]


def services_at(centre_ids: Iterable[int] | None) -> QuerySet[Service]:
    """What is given at these centres, or anywhere."""
    rows = Service.objects.filter(is_open=True).select_related("procedure")
    return rows if centre_ids is None else rows.filter(centre__in=centre_ids)


def new_law(reach: Reach, day: date) -> list[ProcedureVersion]:
    """Published versions that replace an earlier one of a procedure in reach: those to come, and those in force not so long
    that they are news no more; the first to come into force first."""
    since = day - timedelta(days=rules_on(day).law_lesson_days)
    before = ProcedureVersion.objects.published().filter(
        procedure=OuterRef("procedure"), effective_from__lt=OuterRef("effective_from")
    )
    concerned = Q(procedure__field__in=reach.fields) | Q(procedure__in=reach.procedures)
    rows = ProcedureVersion.objects.published().filter(
        concerned, Exists(before), effective_from__gte=since, procedure__is_listed_only=False
    )
    rows = rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=day))
    return list(rows.select_related("procedure").order_by("effective_from", "pk"))


def is_near(version: ProcedureVersion, day: date) -> bool:
    """Whether it holds already, or so soon that it is pointed out."""
    return version.effective_from <= day + timedelta(days=rules_on(day).law_ahead_days)


def reach_of_user(user: User) -> Reach:
    """Of all that is given where they learn the law."""
    places = {centre_id for centre_id, role in roles_of(user) if role in LEARN}
    return reach_of(services_at(None if None in places else [pk for pk in places if pk is not None]))


def for_user(user: User, day: date) -> list[ProcedureVersion]:
    """The lessons of somebody, each with ``read_at``."""
    found = new_law(reach_of_user(user), day)
    rows = LawLessonRead.objects.filter(user=user, version__in=found)
    read = dict(rows.values_list("version_id", "at"))
    for row in found:
        row.read_at = read.get(row.pk)  # type: ignore[attr-defined]
    return found


def changes(version: ProcedureVersion) -> list[str]:
    """What it changes, a sentence each, in the reader's language."""
    rows = ProcedureVersion.objects.published().for_quote().filter(procedure=version.procedure_id)
    before: Any = rows.filter(effective_from__lt=version.effective_from).order_by("-effective_from").first()
    if before is None:
        return []
    after = rows.get(pk=version.pk)
    return [*differences(before, after), *_basis(before, after)]


def _basis(before: ProcedureVersion, after: ProcedureVersion) -> list[str]:
    """By which law, where that is another one now."""
    if before.legal_basis == after.legal_basis:
        return []
    now, once = ("; ".join(version.legal_basis) or "–" for version in (after, before))
    return [_("Legal basis now: %(now)s. Before: %(before)s.") % {"now": now, "before": once}]
