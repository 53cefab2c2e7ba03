"""Carrying the rows for the national portal out: one dossier's in their order, each until it is taken."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as dt_time
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from applications.actions.locking import locked
from applications.enums import TERMINAL, EventKind, SyncState
from applications.enums_national import OPEN, ItemKind, ItemState, Trouble
from applications.models import Application, Event, SyncItem, SyncRules
from applications.national import shape
from applications.national.blanked import blanked, without_numbers
from applications.national.build import AtEvent, Unfit
from applications.national.outbox import is_connected, is_step, queue_untold
from applications.national.wire import Away, Missing, NotTold, Refused, Wire
from applications.national.wire import Exists as IsThere
from portal import clock

log = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(minutes=10)
WAIT_AWAY = timedelta(minutes=1)
# Three quarters of a day at the longest wait; a code that nobody knows is not worth a day.
MAX_ATTEMPTS, MAX_UNKNOWN = 110, 12
# Only bounds of the table and of one transaction: the history keeps what was done.
KEPT, FORGOTTEN_AT_ONCE = timedelta(days=90), 5000
# So many in a row that the other side broke over: it is ill, and the others need not wait in vain.
ILL = 3
# What changes the dossier's own record, beside its progress.
_CHANGES_RECORD = frozenset({
    EventKind.SUPPLEMENT_ASKED, EventKind.SUPPLEMENTED, EventKind.NOT_ANSWERED, EventKind.APPROVED, EventKind.HANDED_OVER,
    EventKind.REPLACED, EventKind.WITHDRAWN, EventKind.REFUSED, EventKind.STOPPED, EventKind.EXTENDED, EventKind.DUE_MOVED,
    EventKind.REISSUED, EventKind.PAYMENT_ASKED, EventKind.PAID, EventKind.FEE_LOWERED,
    EventKind.RECEIPT_UNDONE,
})  # fmt: skip
_DOSSIERS = Application.objects.select_related("applicant", "competent", "arrival", "result__document", "version")


class TakenOver(Exception):
    """Another worker has the row: this one was silent for too long."""


def due_dossiers(at: datetime, limit: int) -> list[int]:
    """Dossiers whose first open row can be sent now, the longest waiting first."""
    rows = _due(at).filter(~Exists(_earlier_open())).order_by("not_before", "pk")
    return list(dict.fromkeys(rows.values_list("application_id", flat=True)[:limit]))


def sweep(*, dossiers: list[int], seconds: float, now: Callable[[], datetime] = clock.now) -> int:
    """Send what is due of these dossiers; how many rows were delivered. Ends early while the other side is away or ill."""
    if not is_connected():
        return 0
    delivered, ill, ends = 0, 0, time.monotonic() + seconds
    with Wire(SyncRules.on(clock.local_day(now()))) as wire:
        for dossier in dossiers:
            if time.monotonic() > ends or ill >= ILL:
                break
            try:
                told = tell_dossier(application_id=dossier, wire=wire, now=now, ends=ends)
            except Away:
                break
            delivered += told.delivered
            ill = 0 if told.delivered else ill + told.is_ill
    return delivered


class Told:
    """What became of one dossier's rows in this turn."""

    def __init__(self) -> None:
        self.delivered = 0
        self.is_ill = False


def tell_dossier(
    *, application_id: int, wire: Wire, now: Callable[[], datetime] = clock.now, ends: float = math.inf
) -> Told:
    """Send the dossier's rows one after the other until one is not taken. Raises ``Away``; the row waits then.

    Not atomic: the claim, the network and the note are steps of their own (docs/decisions/0032). Any number of workers may
    try: the first open row is claimed by one guarded UPDATE, and nobody looks past it.
    """
    told = Told()
    while time.monotonic() <= ends and (claim := _claim(application_id, now())) is not None:
        state = _tell(claim, wire)
        if state == ItemState.WAITING and not claim.item.trouble:  # from the start
            continue
        if state != ItemState.DELIVERED:
            told.is_ill = claim.item.trouble in (Trouble.FAULTY, Trouble.SILENT)
            break
        told.delivered += 1
    return told


def catch_up(*, since: date, at: datetime) -> int:
    """Queue the whole history of every dossier received since this day that was never told of; how many."""
    start = datetime.combine(since, dt_time.min, tzinfo=clock.HANOI)
    untold = Application.objects.filter(sync_state=SyncState.LOCAL, received_at__gte=start)
    queued = 0
    for pk in list(untold.order_by("received_at", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            queued += queue_untold(locked(Application(pk=pk)), at)
    return queued


def forget_delivered(at: datetime) -> int:
    """Remove rows of dossiers that are over and that no comparison asks for any more; the history keeps what was done."""
    rows = SyncItem.objects.filter(settled_at__lt=at - KEPT, application__state__in=TERMINAL)
    over = rows.exclude(application__sync_state__in=[SyncState.QUEUED, SyncState.TROUBLE])
    return SyncItem.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])).delete()[0]


def wait_after(attempts: int) -> timedelta:
    """About 20 s after the first try, doubled each time, about ten minutes at most."""
    return _about(min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT))


def _about(wait: timedelta) -> timedelta:
    """A quarter more or less, so that rows that failed together do not come back together."""
    return wait * (0.75 + secrets.randbelow(501) / 1000)


# -- claiming -----------------------------------------------------------------------------------------------------------


class _Claim:
    """This worker's hold on one row; later moments are counted from when it began."""

    def __init__(self, item: SyncItem, at: datetime):
        self.item, self.token = item, at
        self._began, self._ticks = at, time.monotonic()
        self.sent: dict[str, Any] = {}

    def now(self) -> datetime:
        return self._began + timedelta(seconds=time.monotonic() - self._ticks)

    def before(self, service: str, message: dict[str, Any]) -> None:
        """Begin the lease anew for this request. Raises ``TakenOver``."""
        self.sent = {"service": service, "data": message}
        fresh = self.now()
        if not self._mine().update(claimed_at=fresh):
            raise TakenOver
        self.token = fresh

    @transaction.atomic
    def settle(self, **fields: Any) -> None:
        """Let go of the row with this outcome, and let the dossier say where it stands."""
        dossier = Application.objects.select_for_update().only("sync_state").order_by().get(pk=self.item.application_id)
        if self._mine().update(**fields):
            for name, value in fields.items():
                setattr(self.item, name, value)
            set_sync_state(dossier)

    def _mine(self) -> QuerySet[SyncItem]:
        return SyncItem.objects.filter(pk=self.item.pk, state=ItemState.SENDING, claimed_at=self.token)


def set_sync_state(dossier: Application) -> None:
    """Follow the dossier's open rows. The caller holds its row lock, so no row is being added meanwhile."""
    states = set(SyncItem.objects.filter(application=dossier, state__in=OPEN).values_list("state", flat=True))
    state = SyncState.TROUBLE if ItemState.DEAD in states else SyncState.QUEUED if states else SyncState.SENT
    if dossier.sync_state != state:
        dossier.sync_state = state
        Application.objects.filter(pk=dossier.pk).update(sync_state=state)


def _due(at: datetime) -> QuerySet[SyncItem]:
    """What waits, and what a worker took longer than a lease ago and never finished."""
    lease = timedelta(seconds=settings.NATIONAL_LEASE_SECONDS)
    waiting = Q(state=ItemState.WAITING)
    abandoned = Q(state=ItemState.SENDING, claimed_at__lte=at - lease)
    # The first condition holds for both, and is what the index of open rows is sorted by.
    return SyncItem.objects.filter(waiting | abandoned, state__in=OPEN, not_before__lte=at)


def _earlier_open() -> QuerySet[SyncItem]:
    return SyncItem.objects.filter(application=OuterRef("application"), pk__lt=OuterRef("pk"), state__in=OPEN)


def _claim(application_id: int, at: datetime) -> _Claim | None:
    """The dossier's first open row, if it can be sent now and nobody else is at it."""
    first = SyncItem.objects.filter(application=application_id, state__in=OPEN).order_by("pk")
    pk = first.values_list("pk", flat=True).first()
    if pk is None:
        return None
    due = _due(at).filter(~Exists(_earlier_open()), pk=pk)
    if not due.update(state=ItemState.SENDING, claimed_at=at, attempts=F("attempts") + 1):
        return None
    return _Claim(SyncItem.objects.select_related("event__actor", "event__centre").get(pk=pk), at)


# -- sending ------------------------------------------------------------------------------------------------------------


def _tell(claim: _Claim, wire: Wire) -> str:
    """The row's state afterwards. Raises ``Away``."""
    item = claim.item
    if item.attempts > MAX_ATTEMPTS:  # it came back from workers that died over it
        return _give_up(claim, Trouble.INTERRUPTED, item.answer)
    try:
        said = _send(claim, wire)
    except TakenOver:
        log.warning("national_taken_over", item=item.pk)
        return str(ItemState.SENDING)
    except Unfit as error:
        claim.sent = {"service": "", "data": error.message}
        return _give_up(claim, Trouble.UNFIT, str(error))
    except Missing as error:
        return _from_the_start(claim) or _give_up(claim, error.trouble, error.said)
    except (Refused, IsThere) as error:
        return _give_up(claim, error.trouble, error.said)
    except Away as error:
        _again(claim, item.attempts - 1, _about(WAIT_AWAY), error)
        raise
    except NotTold as error:
        most = MAX_UNKNOWN if error.trouble == Trouble.UNKNOWN else MAX_ATTEMPTS
        if item.attempts >= most:
            return _give_up(claim, error.trouble, error.said)
        return _again(claim, item.attempts, wait_after(item.attempts), error)
    claim.settle(
        state=ItemState.DELIVERED, settled_at=claim.now(), trouble=Trouble.NONE, answer=said, shown={}, claimed_at=None
    )
    return str(ItemState.DELIVERED)


def _send(claim: _Claim, wire: Wire) -> str:
    dossier = _DOSSIERS.get(pk=claim.item.application_id)
    sender = _Sender(claim, wire, dossier)
    event = claim.item.event or _last_event(dossier, claim.item.created_at)
    if claim.item.kind == ItemKind.DOSSIER:
        return sender.first(event)
    if claim.item.kind == ItemKind.AGAIN:
        return sender.dossier(event, is_update=True)
    return sender.step(event)


def _last_event(dossier: Application, at: datetime) -> Event:
    """The step that a row without one is about: the last before it was written."""
    events = dossier.events.filter(at__lte=at).select_related("actor", "centre").order_by("-sequence")
    return next(event for event in events if is_step(event))


class _Sender:
    """Messages of one dossier over one connection."""

    def __init__(self, claim: _Claim, wire: Wire, dossier: Application):
        self.claim, self.wire, self.row = claim, wire, dossier
        self._seen: dict[int, AtEvent] = {}

    def at(self, event: Event) -> AtEvent:
        """The dossier at this event; what was read for one message serves the next."""
        return self._seen.setdefault(event.pk, AtEvent(self.row, event, self.wire.rules))

    def first(self, event: Event) -> str:
        """The dossier as it was received. What was filed there is there; after a try whose answer nobody heard it is
        looked up."""
        at_event = self.at(event)
        is_there = at_event.arrival is not None
        if not is_there and self.claim.item.attempts > 1:
            is_there = self.wire.look_up(at_event.code) is not None
        try:
            return self.dossier(event, is_update=is_there)
        except IsThere:
            return self.dossier(event, is_update=True)
        except Missing:
            return self.dossier(event, is_update=False)

    def dossier(self, event: Event, *, is_update: bool) -> str:
        message = self.at(event).hoso()
        self.claim.before(shape.DOSSIERS, message)
        return self.wire.send_dossier(message, is_update=is_update)

    def step(self, event: Event) -> str:
        """The record first where the step changed it, then the step."""
        if event.kind in _CHANGES_RECORD:
            self.dossier(event, is_update=True)
        message = self.at(event).tiendo()
        self.claim.before(shape.PROGRESS, message)
        try:
            return self.wire.send_progress(message, is_update=False)
        except IsThere:
            return self.wire.send_progress(message, is_update=True)


def _again(claim: _Claim, attempts: int, wait: timedelta, error: NotTold) -> str:
    claim.settle(
        state=ItemState.WAITING,
        attempts=attempts,
        not_before=claim.now() + wait,
        claimed_at=None,
        trouble=error.trouble,
        answer=error.said,
        shown=blanked(claim.sent),
    )
    log.warning("national_later", item=claim.item.pk, attempts=attempts, why=str(error.trouble))
    return str(ItemState.WAITING)


@transaction.atomic
def _from_the_start(claim: _Claim) -> str:
    """The other side has lost the dossier: all that was told of it is told again, in order, before this row. Empty where there
    is nothing to begin with, or where this was tried already."""
    item = claim.item
    Application.objects.select_for_update().only("pk").order_by().get(pk=item.application_id)
    told = SyncItem.objects.filter(application=item.application_id, pk__lt=item.pk, state=ItemState.DELIVERED)
    if item.attempts >= MAX_UNKNOWN or not told.filter(kind=ItemKind.DOSSIER).exists():
        return ""
    told.filter(event__isnull=False).update(state=ItemState.WAITING, attempts=0, settled_at=None)
    claim.settle(state=ItemState.WAITING, claimed_at=None)
    log.warning("national_from_the_start", item=item.pk)
    return str(ItemState.WAITING)


def _give_up(claim: _Claim, trouble: str, said: str) -> str:
    claim.settle(
        state=ItemState.DEAD,
        claimed_at=None,
        trouble=trouble,
        answer=without_numbers(said),
        shown=blanked(claim.sent),
    )
    log.error("national_dead", item=claim.item.pk, attempts=claim.item.attempts, why=str(trouble))
    return str(ItemState.DEAD)
