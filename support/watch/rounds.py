"""One round after another: look, open or resolve incidents, call who is on call, and hand the messages over at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from centres.models import Centre
from citizens.models import User
from notifications.actions.deliver import deliver
from notifications.channels import email, sms
from notifications.channels.outcome import NotSent, Unreachable
from notifications.enums import Channel
from notifications.message import Recipient
from notifications.models import Message
from portal import clock
from support import on_call
from support.actions.call import call, due_calls
from support.actions.handle import resolve_by_itself
from support.actions.report import report
from support.enums import Kind, Severity, Source
from support.messages import IncidentCall
from support.models import Heartbeat, Incident
from support.querysets import IncidentQuerySet
from support.targets import USUAL
from support.watch import checks
from support.watch.trouble import PREFIX, Trouble

log = structlog.get_logger(__name__)
NAME = "watch"
# A worker that is started together with the watch, on a machine that is busy with that, has this long.
STARTING = timedelta(seconds=90)
# A single answer that does not come may be chance.
SEEN_TWICE = {"web", "redis"}
# What counts rows need not do so every few seconds.
SLOW_EVERY = timedelta(seconds=30)
DATABASE = Trouble("database", Kind.PORTAL, Severity.STANDSTILL, "")
Check = Callable[[datetime], Iterable[Trouble]]
# What each check may name, by the beginning of its keys; a later one is silent where an earlier one explains it.
QUICK: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("web",), checks.web),
    (("redis",), checks.redis_servers),
    (("worker",), checks.worker),
    (("courier",), checks.courier),
    (("device:", "centre:"), checks.devices),
)
SLOW: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("job:",), checks.failed_jobs),
    (("app:",), checks.other_apps),
    (("outbox", "dead-letters"), checks.outbox),
)
EXPLAINED_BY = {"worker": "redis", "courier": "worker", "outbox": "worker", "app:national-late": "courier"}


@dataclass
class Watch:
    """What the watch remembers from round to round: enough to call somebody while the database is away."""

    began: datetime | None = None
    seen_once: set[str] = field(default_factory=set)
    slow_at: datetime | None = None
    people: list[list[Recipient]] = field(default_factory=list)
    away_since: datetime | None = None
    away_calls: int = 0
    away_call_at: datetime | None = None

    def round(self, at: datetime) -> None:
        """Look at everything once. Never raises for what it watches."""
        try:
            list(checks.database(at))
            self._back(at)
            self._look(at)
            self._remember_people(at)
            Heartbeat.objects.update_or_create(name=NAME, defaults={"at": at})
            deliver_calls()
        except DatabaseError as error:
            connection.close_if_unusable_or_obsolete()
            self._away(at, error)

    def _look(self, at: datetime) -> None:
        looks = list(QUICK)
        if self.slow_at is None or at - self.slow_at >= SLOW_EVERY:
            looks += SLOW
            self.slow_at = at
        found: dict[str, Trouble] = {}
        for _keys, check in looks:
            for trouble in check(at):
                found.setdefault(trouble.key, trouble)
        covered = tuple(f"{PREFIX}{key}" for keys, _check in looks for key in keys)
        certain = {key for key in found if key not in SEEN_TWICE or key in self.seen_once}
        self.began = self.began or at
        if at - self.began <= STARTING:
            certain -= {"worker", "courier"}  # they may have been started together with this process
        self.seen_once = set(found)
        explained = {key for key in found if EXPLAINED_BY.get(key) in found}
        self._open([found[key] for key in found if key in certain - explained], at)
        self._resolve({trouble.fingerprint for trouble in found.values()}, covered, at)
        for incident_id in due_calls(at):
            call(incident_id=incident_id, at=at)

    def _open(self, troubles: list[Trouble], at: datetime) -> None:
        known = set(_open_ones().values_list("fingerprint", flat=True))
        for trouble in troubles:
            if trouble.fingerprint not in known:
                _report(trouble, at)

    def _resolve(self, present: set[str], covered: tuple[str, ...], at: datetime) -> None:
        for row in _open_ones():
            if row.fingerprint not in present and row.fingerprint.startswith(covered):
                resolve_by_itself(incident=row, note=_("It answers again."), at=at)

    def _remember_people(self, at: datetime) -> None:
        levels: list[list[User]] = on_call.levels(None, at)
        reach = on_call.recipients(user for level in levels for user in level)
        self.people = [[reach[user.pk] for user in level] for level in levels]

    # -- while the database is away: no incident can be written, so whoever was on call last is told directly -----------

    def _away(self, at: datetime, error: DatabaseError) -> None:
        log.error("watch_no_database", error=type(error).__name__)
        if self.away_since is None:
            self.away_since, self.away_calls, self.away_call_at = at, 0, None
            return  # a single answer that does not come may be chance
        if self.away_call_at is not None and at < self.away_call_at:
            return
        people = self.people[self.away_calls % len(self.people)] if self.people else []
        self.away_calls += 1
        self.away_call_at = at + USUAL[Severity.STANDSTILL].escalate
        what = _("The portal's database does not answer since %(time)s.") % {
            "time": f"{clock.local(self.away_since):%H:%M}"
        }
        for number, person in enumerate(people):
            tell_directly(person, what, f"database:{self.away_since.timestamp()}:{self.away_calls}:{number}", at)

    def _back(self, at: datetime) -> None:
        if self.away_since is None:
            return
        since, called, self.away_since = self.away_since, self.away_calls, None
        if not called:
            return
        what = _("The portal's database did not answer from %(since)s to %(until)s.") % {
            "since": f"{clock.local(since):%H:%M:%S}", "until": f"{clock.local(at):%H:%M:%S}",
        }  # fmt: skip
        made = _report(Trouble(DATABASE.key, DATABASE.kind, DATABASE.severity, what), since)
        resolve_by_itself(incident=made, note=_("It answers again."), at=at)


def _open_ones() -> IncidentQuerySet:
    return Incident.objects.open().filter(source=Source.WATCH)


def _report(trouble: Trouble, at: datetime) -> Incident:
    centre = Centre.objects.filter(pk=trouble.centre_id).first() if trouble.centre_id else None
    return report(
        kind=trouble.kind, severity=trouble.severity, what=trouble.what, source=Source.WATCH, centre=centre,
        device=trouble.device, public_words=trouble.public, fingerprint=trouble.fingerprint, at=at, acting_user=None,
    )  # fmt: skip


def deliver_calls() -> int:
    """Hand over what people on call are told, without broker and worker; how many. Each is still sent once only."""
    sent, silent = 0, set()
    due = Message.objects.due(clock.now()).filter(kind=IncidentCall.kind).order_by("pk").values_list("pk", "channel")
    for message_id, channel in list(due):
        if channel in silent:
            continue
        try:
            sent += deliver(message_id=message_id, at=clock.now()) is not None
        except Unreachable:
            silent.add(channel)
    return sent


def tell_directly(person: Recipient, what: str, occasion: str, at: datetime) -> int:
    """By e-mail and SMS, past the outbox: where its table cannot be reached. How many left."""
    left = 0
    for channel, address, send in ((Channel.SMS, person.phone, sms.send), (Channel.EMAIL, person.email, email.send)):
        if not address:
            continue
        message = Message(
            channel=channel, recipient=address, subject=what, body=what, kind=IncidentCall.kind,
            dedup_key=f"watch:{occasion}:{channel}", created_at=at, not_before=at,
        )  # fmt: skip
        try:
            send(message, lambda: None)
            left += 1
        except NotSent as error:
            log.error("watch_not_told", channel=str(channel), error=type(error).__name__)
    return left
