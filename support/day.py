"""What a manager should do something about now (``settings.DAY_SOURCES``)."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centres.models import Centre
from portal import clock
from support.enums import SEVERE, UNANSWERED
from support.enums_equipment import EquipmentKind
from support.enums_help import Ring
from support.helpers import waiting
from support.models import Incident
from support.printing import without_printer
from support.training import is_anything_asked
from support.training_staff import people_at

MOST_NAMES = 4


def needs_attention(centre: Centre, at: datetime) -> list[tuple[str, str, str]]:
    """(severity, sentence, address) triples: severe incidents here or everywhere, those nobody answers in time,
    counters that cannot print, and officers who are not trained for what they give today."""
    found = (
        Incident.objects.open()
        .filter(Q(centre=centre) | Q(centre__isnull=True))
        .aggregate(
            severe=Count("pk", filter=Q(severity__in=SEVERE)),
            late=Count("pk", filter=Q(state__in=UNANSWERED, respond_by__lt=at)),
        )
    )
    url = f"{reverse('support:incidents')}?{urlencode({'centre': centre.pk})}"
    needs = _unanswered(centre)
    if count := found["severe"]:
        text = ngettext("%(count)d severe incident is open.", "%(count)d severe incidents are open.", count)
        needs.append(("act", text % {"count": count}, url))
    if count := found["late"]:
        text = ngettext(
            "%(count)d incident has had no answer in time.", "%(count)d incidents have had no answer in time.", count
        )
        needs.append(("warn", text % {"count": count}, url))
    return needs + _cannot_print(centre) + _not_trained(centre, at)


def _cannot_print(centre: Centre) -> list[tuple[str, str, str]]:
    """Open counters that have printers, of which none works."""
    found = without_printer(centre.pk)
    if not found:
        return []
    text = _("No printer works at: %(counters)s.") % {"counters": ", ".join(str(counter) for counter in found)}
    query = urlencode({"centre": centre.pk, "kind": EquipmentKind.PRINTER.value})
    return [("warn", text, f"{reverse('support:equipment')}?{query}")]


def _not_trained(centre: Centre, at: datetime) -> list[tuple[str, str, str]]:
    """Those whom training keeps from a counter, and those whom it soon will."""
    if not is_anything_asked(centre, clock.local_day(at)):
        return []
    people = people_at(centre, clock.local_day(at))
    url = f"{reverse('support:training_staff')}?{urlencode({'centre': centre.pk})}"
    found = []
    if names := [str(person.user) for person in people if person.is_blocked]:
        text = ngettext(
            "%(count)d officer may not open a counter, training is missing: %(names)s.",
            "%(count)d officers may not open a counter, training is missing: %(names)s.",
            len(names),
        )
        found.append(("act", text % {"count": len(names), "names": _some(names)}, url))
    if names := [str(person.user) for person in people if person.lacks and not person.is_blocked]:
        text = ngettext(
            "%(count)d officer lacks training for today's services: %(names)s.",
            "%(count)d officers lack training for today's services: %(names)s.",
            len(names),
        )
        found.append(("warn", text % {"count": len(names), "names": _some(names)}, url))
    return found


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMES]) + ("…" if len(names) > MOST_NAMES else "")


def _unanswered(centre: Centre) -> list[tuple[str, str, str]]:
    """People in the hall to whom nobody goes although all helpers were told."""
    count = waiting(centre.pk).filter(ring=Ring.MANAGERS).count()
    if not count:
        return []
    text = ngettext(
        "%(count)d person in the hall asks for somebody, and no helper goes.",
        "%(count)d people in the hall ask for somebody, and no helper goes.",
        count,
    )
    return [("act", text % {"count": count}, f"{reverse('support:helping')}?{urlencode({'centre': centre.pk})}")]
