"""What a manager of dossiers should do something about now (``settings.DAY_SOURCES``), and their day in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from applications.enums import IN_HAND, StepKind
from applications.models import Application, Step
from applications.querysets import NOT_FORWARDED
from applications.worklist import (
    WAS_EXTENDED,
    done_today,
    due_today,
    late_part,
    open_today,
    overdue,
    part_overdue,
    unexcused,
    unsigned_today,
    untaken,
)
from centres.models import Centre
from procedures.actions.correct_days import corrections_wait


@dataclass(frozen=True)
class DayNumbers:
    """Dossiers this centre has to decide: due on this day, past due (and without an apology), with a linked service past
    due, finished on this day."""

    in_hand: int
    due_today: int
    overdue: int
    unexcused: int
    late_parts: int
    done_today: int


def numbers(centre: Centre, at: datetime) -> DayNumbers:
    """One statement."""
    rows = (
        Application.objects.filter(competent=centre)
        .exclude(NOT_FORWARDED)
        .alias(was_extended=WAS_EXTENDED, has_late_part=late_part(at))
        .filter(Q(state__in=IN_HAND) | done_today(at))
    )
    return DayNumbers(
        **rows.aggregate(
            in_hand=Count("pk", filter=Q(state__in=IN_HAND)),
            due_today=Count("pk", filter=due_today(at)),
            overdue=Count("pk", filter=overdue(at)),
            unexcused=Count("pk", filter=unexcused(at)),
            late_parts=Count("pk", filter=part_overdue(at)),
            done_today=Count("pk", filter=done_today(at)),
        )
    )


def needs_attention(centre: Centre, at: datetime) -> list[tuple[str, str, str]]:
    """(severity, sentence, address) triples; severity is ``act`` (red) or ``warn``. One statement once warm."""
    signing = Exists(Step.objects.filter(application=OuterRef("pk"), to_at__isnull=True, kind=StepKind.SIGN))
    found = (
        Application.objects.filter(competent=centre, state__in=IN_HAND)
        .exclude(NOT_FORWARDED)
        .alias(is_at_signature=signing, was_extended=WAS_EXTENDED, has_late_part=late_part(at))
        .aggregate(
            overdue=Count("pk", filter=overdue(at)),
            unexcused=Count("pk", filter=unexcused(at)),
            late_parts=Count("pk", filter=part_overdue(at)),
            unsigned=Count("pk", filter=unsigned_today(at)),
            due=Count("pk", filter=open_today(at)),
            untaken=Count("pk", filter=untaken(at)),
        )
    )
    needs = []
    if count := found["overdue"]:
        text = ngettext("%(count)d dossier is overdue.", "%(count)d dossiers are overdue.", count)
        needs.append(("act", text % {"count": count}, list_url(centre, "overdue")))
    # Where none of them has one, the sentence before and the figure below say it.
    if (count := found["unexcused"]) and count < found["overdue"]:
        text = ngettext(
            "%(count)d of the overdue dossiers has no apology.",
            "%(count)d of the overdue dossiers have no apology.",
            count,
        )
        needs.append(("act", text % {"count": count}, list_url(centre, "unexcused")))
    if count := found["late_parts"]:
        text = ngettext(
            "%(count)d linked dossier has a service that is overdue at its office.",
            "%(count)d linked dossiers have a service that is overdue at its office.",
            count,
        )
        needs.append(("act", text % {"count": count}, list_url(centre, "late-parts")))
    if count := found["unsigned"]:
        text = ngettext(
            "%(count)d dossier is due today and not signed yet.",
            "%(count)d dossiers are due today and not signed yet.",
            count,
        )
        needs.append(("act", text % {"count": count}, list_url(centre, "unsigned-today")))
    if count := found["due"]:
        text = ngettext(
            "%(count)d dossier is due today and still being examined.",
            "%(count)d dossiers are due today and still being examined.",
            count,
        )
        needs.append(("warn", text % {"count": count}, list_url(centre, "open-today")))
    if count := found["untaken"]:
        text = ngettext(
            "%(count)d dossier was received more than a day ago and nobody has taken it.",
            "%(count)d dossiers were received more than a day ago and nobody has taken them.",
            count,
        )
        needs.append(("warn", text % {"count": count}, list_url(centre, "untaken")))
    if corrections_wait():
        text = gettext("Days off were corrected: some dossiers may be due on another day.")
        needs.append(("warn", text, reverse("applications:moved_days")))
    return needs


def list_url(centre: Centre, name: str) -> str:
    """The list behind a figure."""
    return f"{reverse('applications:worklist')}?{urlencode({'list': name, 'centre': centre.pk, 'filter': 1})}"
