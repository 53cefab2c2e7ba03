"""The list of incidents as support reads it."""

from __future__ import annotations

from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from centres.models import Centre
from citizens.models import User
from support.enums import ENDED, IncidentState
from support.forms import FilterForm
from support.models import Incident
from support.places import centres_read
from support.querysets import IncidentQuerySet

STATE_KIND = {
    IncidentState.REPORTED: "act",
    IncidentState.REOPENED: "act",
    IncidentState.ACKNOWLEDGED: "warn",
    IncidentState.IN_PROGRESS: "info",
    IncidentState.WAITING: "warn",
    IncidentState.RESOLVED: "ok",
    IncidentState.CLOSED: "",
}


def chosen_rows(user: User, asked: QueryDict) -> tuple[IncidentQuerySet, FilterForm]:
    """Open ones by urgency, ended ones by when they were reported; and the form that says which."""
    form = FilterForm(asked, centres=centres_read(user))
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = Incident.objects.visible_to(user).select_related("centre", "owner", "device")
    show = chosen.get("show") or "open"
    if show == "open":
        rows = rows.open().order_by("severity", "respond_by", "id")
    elif show == "resolved":
        rows = rows.filter(state__in=ENDED).order_by("-reported_at", "-id")
    centre: Centre | None = chosen.get("centre")
    if centre is not None:
        rows = rows.filter(centre=centre)
    if chosen.get("kind"):
        rows = rows.filter(kind=chosen["kind"])
    return rows, form


def dress(incident: Incident, at: datetime) -> Incident:
    """With what the page says of it: ``state_kind``, the next target and whether it is missed."""
    row: object = incident
    late = _late(incident, at)
    row.state_kind = STATE_KIND[IncidentState(incident.state)]  # type: ignore[attr-defined]
    row.late = late  # type: ignore[attr-defined]
    return incident


def _late(incident: Incident, at: datetime) -> str:
    """Which target is missed, in words; empty while none is."""
    if incident.acknowledged_at is None and at > incident.respond_by and incident.is_open:
        return _("Nobody has answered in time.")
    if incident.is_open and at > incident.resolve_by:
        return _("It should work again by now.")
    return ""
