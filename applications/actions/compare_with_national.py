"""The daily comparison: ask the national portal for what was sent, and send again what is not so there."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from applications.actions.locking import locked
from applications.enums import State, SyncState
from applications.enums_national import OPEN, Difference, ItemState
from applications.models import Application, SyncCheck, SyncDifference, SyncItem, SyncRules
from applications.national.outbox import is_connected, queue_again
from applications.national.shape import written
from applications.national.wire import NotTold, Wire
from portal import clock
from procedures.catalogue_cache import versions_on

# What was sent so long ago was compared every day since.
COMPARED = timedelta(days=7)
CHUNK = 200


def compare(*, day: date, seconds: float, now: Callable[[], datetime] = clock.now) -> SyncCheck | None:
    """Go on with the day's comparison for so many seconds; ``None`` where no national portal is connected.

    It goes on where it ended, also after the other side was away. Several at once compare the same twice at worst.
    """
    if not is_connected():
        return None
    begun, _is_new = SyncCheck.objects.get_or_create(day=day, defaults={"started_at": now()})
    if begun.finished_at is not None:
        return begun
    ends = time.monotonic() + seconds
    with Wire(SyncRules.on(day)) as wire:
        if begun.asked == 0 and not _compare_procedures(begun, wire):
            return begun
        while time.monotonic() < ends:
            rows = _to_compare(begun)
            for dossier in rows:
                try:
                    _compare(begun, dossier, wire.look_up(_code(dossier)), now())
                except NotTold:
                    return begun
                begun.after, begun.asked = dossier.pk, begun.asked + 1
                begun.save(update_fields=["after", "asked"])
                if time.monotonic() > ends:
                    return begun
            if len(rows) < CHUNK:
                begun.finished_at = now()
                begun.save(update_fields=["finished_at"])
                return begun
    return begun


def _compare_procedures(begun: SyncCheck, wire: Wire) -> bool:
    """Note which of our procedures the national portal does not know; its dossiers would be refused. Whether it answered."""
    try:
        known = wire.procedure_codes()
    except NotTold:
        return False
    ours = {row.procedure.code for row in versions_on(begun.day) if not row.procedure.is_listed_only}
    begun.unknown = sorted(ours - known) if known else []
    begun.save(update_fields=["unknown"])
    return True


def _to_compare(begun: SyncCheck) -> list[Application]:
    """The next dossiers that were sent whole, with a row settled in the last days."""
    sent = SyncItem.objects.filter(application=OuterRef("pk"), settled_at__gte=begun.started_at - COMPARED)
    rows = Application.objects.filter(Exists(sent.filter(state=ItemState.DELIVERED)), pk__gt=begun.after)
    return list(rows.filter(sync_state=SyncState.SENT).select_related("arrival").order_by("pk")[:CHUNK])


def _code(dossier: Application) -> str:
    arrival = getattr(dossier, "arrival", None)
    return str(arrival.code if arrival else dossier.code)


def _compare(begun: SyncCheck, dossier: Application, theirs: dict[str, object] | None, at: datetime) -> None:
    if _difference(dossier, theirs) is not None:
        _send_again(begun, dossier, theirs, at)


@transaction.atomic
def _send_again(begun: SyncCheck, application: Application, theirs: dict[str, object] | None, at: datetime) -> None:
    """A row again, unless the dossier has moved on since it was asked about."""
    dossier = locked(application)
    found = _difference(dossier, theirs)
    if found is None or SyncItem.objects.filter(application=dossier, state__in=OPEN).exists():
        return
    kind, ours, there = found
    difference, is_new = SyncDifference.objects.get_or_create(
        check_of_day=begun, application=dossier, defaults={"kind": kind, "ours": ours, "theirs": there[:20]}
    )
    if is_new:
        difference.item = queue_again(dossier, at)
        difference.save(update_fields=["item"])


def _difference(dossier: Application, theirs: dict[str, object] | None) -> tuple[str, str, str] | None:
    """Kind, what is here, what is there; ``None`` where both agree."""
    state = str(int(dossier.state))
    if theirs is None:
        return Difference.MISSING, state, ""
    if (there := str(theirs.get("TrangThaiHoSo", ""))) != state:
        return Difference.STATE, state, there
    due = written(dossier.due_at)
    # For what is over, the day that was promised is history.
    if dossier.state in _PROMISED and (there := str(theirs.get("NgayHenTra", ""))) != due:
        return Difference.DUE, due, there
    return None


_PROMISED = frozenset({State.ACCEPTED, State.PROCESSING})
