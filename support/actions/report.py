"""Say that something does not work: a new incident, or one more voice for an open one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from centres.models import Centre, Device
from citizens.models import User
from portal import clock, jobs, live
from portal.errors import BadInput
from portal.vn.phones import parse_phone
from portal.vn.problems import InvalidValue
from portal.vn.text import clean_line, fold
from support.enums import OPEN, IncidentEventKind, IncidentState, Kind, Severity, Source
from support.history import TOPIC, record
from support.models import Equipment, Incident
from support.models.incident import WHAT_LIMIT
from support.rules import rules_on
from support.targets import after_open_time, goal_on

MOST_ERRORS, ERROR_LIMIT = 5, 200
# Identity numbers and phones that somebody types or an error repeats, and tokens in an address: nobody here needs them.
_NUMBER = re.compile(r"\d(?:[ .]?\d){8,}")
_TOKEN = re.compile(r"[\w-]{20,}")
# Two who report at the same instant: the second finds the first one's at its next look. More looks are never needed.
LOOKS = 3


def report(
    *,
    kind: str,
    severity: int,
    what: str,
    source: str,
    centre: Centre | None = None,
    device: Device | None = None,
    equipment: Equipment | None = None,
    page: str = "",
    browser: str = "",
    errors: Sequence[str] = (),
    contact: str = "",
    fingerprint: str = "",
    public_words: Mapping[str, str] | None = None,
    at: datetime,
    acting_user: User | None,
) -> Incident:
    """The incident this report is about, new or counted once more.

    Equal are reports with one ``fingerprint``; without one, those about one thing of the inventory, else those of the same
    kind, place and words. ``page`` is an address without its query. Raises ``BadInput``.
    """
    if kind not in Kind.values:
        raise BadInput(_("Choose what does not work."), code="bad_kind", field="kind")
    if severity not in Severity.values:
        raise BadInput(_("Choose how bad it is."), code="bad_severity", field="severity")
    fresh = Incident(
        centre=equipment.centre if equipment else centre,
        device=equipment.device if equipment else device,
        equipment=equipment,
        kind=kind,
        severity=severity,
        source=source,
        what=_line(what, "what") or str(Kind(kind).label),
        page=_TOKEN.sub("…", page.partition("?")[0].partition("#")[0])[:200],
        browser=" ".join(browser.split())[:200],
        errors=[_masked(" ".join(str(error).split()))[:ERROR_LIMIT] for error in errors[:MOST_ERRORS]],
        reporter=acting_user,
        contact=_phone(contact),
        public_words=dict(public_words) if public_words else None,
        reported_at=at,
        last_at=at,
    )
    # The watch knows its own again by name; what others send is hashed, so that nobody can pretend to be it.
    hashed = hashlib.sha256((fingerprint or _likeness(fresh)).encode()).hexdigest()
    fresh.fingerprint = fingerprint if source == Source.WATCH else hashed
    for _look in range(LOOKS):
        known = _count_again(fresh, at, acting_user) or _fails_again(fresh, at)
        if known is not None:
            return known
        try:
            return _open(fresh, at, acting_user)
        except IntegrityError:
            fresh.pk = None  # somebody opened an equal one meanwhile
    raise BadInput(_("This could not be reported. Please try again."), code="not_reported")


@transaction.atomic
def _open(fresh: Incident, at: datetime, actor: User | None) -> Incident:
    goal = goal_on(fresh.severity, clock.local_day(at))
    fresh.respond_by = after_open_time(fresh.centre, at, goal.response)
    fresh.resolve_by = after_open_time(fresh.centre, at, goal.resolution)
    fresh.call_at = at if goal.calls else None
    fresh.save(force_insert=True)
    record(incident=fresh, kind=IncidentEventKind.REPORTED, at=at, actor=actor, from_state="", note=fresh.what)
    _wake(fresh)
    return fresh


@transaction.atomic
def _count_again(fresh: Incident, at: datetime, actor: User | None) -> Incident | None:
    """The open incident that is equal, counted once more; more urgent than before if this report says so."""
    open_ones = Incident.objects.select_for_update(of=("self",)).select_related("centre").filter(state__in=OPEN)
    known = open_ones.filter(fingerprint=fresh.fingerprint).first()
    if known is None and (goes_on_as := _merged_into(fresh.fingerprint)):
        known = open_ones.filter(pk=goes_on_as).first()
    if known is None:
        return None
    known.count += 1
    known.last_at = max(known.last_at, at)
    known.save(update_fields=["count", "last_at"])
    if actor is not None and fresh.source == Source.STAFF:
        record(incident=known, kind=IncidentEventKind.REPORTED_AGAIN, at=at, actor=actor, note=fresh.what)
    if fresh.severity < known.severity:
        _worsen(known, fresh.severity, at, actor)
    live.bump(TOPIC)
    return known


@transaction.atomic
def _fails_again(fresh: Incident, at: datetime) -> Incident | None:
    """The equal incident that was resolved by itself a moment ago, open again: what comes and goes is one, and nobody is called
    each time it goes."""
    since = at - timedelta(minutes=rules_on(clock.local_day(at)).flap_minutes)
    rows = Incident.objects.select_for_update(of=("self",)).select_related("centre")
    lately = rows.filter(fingerprint=fresh.fingerprint, state=IncidentState.RESOLVED, resolved_at__gt=since)
    known = lately.order_by("-resolved_at", "-pk").first()
    if known is None or not _resolved_itself(known):
        return None
    before = known.state
    if known.acknowledged_at is None:
        known.fail_again(_next_call(known, at))
    else:
        known.go_on()
    known.count += 1
    known.last_at = max(known.last_at, at)
    known.save(update_fields=["state", "resolved_at", "call_at", "count", "last_at"])
    record(incident=known, kind=IncidentEventKind.REOPENED, at=at, actor=None, from_state=before, note=fresh.what)
    if fresh.severity < known.severity:
        _worsen(known, fresh.severity, at, None)
    _wake(known)
    return known


def _resolved_itself(incident: Incident) -> bool:
    last = incident.events.filter(kind=IncidentEventKind.RESOLVED).order_by("-sequence").first()
    return last is not None and last.actor_id is None


def _next_call(incident: Incident, at: datetime) -> datetime | None:
    """When the next people are told, as if it had never worked again."""
    goal = goal_on(incident.severity, clock.local_day(at))
    told = incident.events.filter(kind=IncidentEventKind.CALLED).order_by("-sequence").first()
    if not goal.calls:
        return None
    return max(at, told.at + goal.escalate) if told else at


def _merged_into(fingerprint: str) -> int | None:
    """The incident that an equal one was merged into at last, whatever has become of it."""
    merged = Incident.objects.filter(fingerprint=fingerprint, merged_into__isnull=False)
    found = merged.order_by("-closed_at", "-pk").values_list("merged_into", flat=True).first()
    while found and (further := Incident.objects.filter(pk=found).values_list("merged_into", flat=True).first()):
        found = further
    return found


def _worsen(known: Incident, severity: int, at: datetime, actor: User | None) -> None:
    before, known.severity = known.severity, severity
    goal = goal_on(severity, clock.local_day(at))
    known.respond_by = min(known.respond_by, after_open_time(known.centre, at, goal.response))
    known.resolve_by = min(known.resolve_by, after_open_time(known.centre, at, goal.resolution))
    if goal.calls and known.is_unanswered and known.call_at is None:
        known.call_at = at
    known.save(update_fields=["severity", "respond_by", "resolve_by", "call_at"])
    record(incident=known, kind=IncidentEventKind.WORSE, at=at, actor=actor, details={"before": before})
    _wake(known)


def _wake(incident: Incident) -> None:
    if incident.call_at is not None:
        jobs.wake("support.tasks.call_on_call")


def _likeness(incident: Incident) -> str:
    if incident.equipment_id is not None:
        return f"{incident.kind}|equipment:{incident.equipment_id}"
    place = f"{incident.centre_id}|{incident.device_id}"
    return f"{incident.kind}|{place}|{fold(incident.what)}"


def _masked(text: str) -> str:
    return _NUMBER.sub("•••", _TOKEN.sub("…", text))


def _line(text: str, field: str) -> str:
    try:
        return _masked(clean_line(text, WHAT_LIMIT))
    except InvalidValue as refused:
        raise BadInput(refused.message, code=refused.code, field=field) from refused


def _phone(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return parse_phone(text)
    except InvalidValue as refused:
        raise BadInput(refused.message, code=refused.code, field="contact") from refused
