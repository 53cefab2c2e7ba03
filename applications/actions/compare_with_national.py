"""The daily comparison: ask the national portal for what was sent, and send again what is not so there."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from applications.actions.locking import locked
from applications.enums import State, SyncState
from applications.enums_national import OPEN, Difference, ItemState, Trouble
from applications.models import Application, SyncCheck, SyncDifference, SyncItem, SyncRules, SyncUncompared
from applications.national.outbox import is_connected, queue_again
from applications.national.shape import written
from applications.national.wire import Away, NotTold, Wire
from portal import clock
from procedures.catalogue_cache import versions_on

# What was sent so long ago was compared every day since; no law says how far back, and more would only cost questions.
COMPARED = timedelta(days=7)
CHUNK = 200
# An hour of turns: what gets no answer then stays listed, and is asked about with the next day's.
MOST_TRIES = 12
# So many in a row that the other side broke over: the rest need not be asked now.
ILL = 3
_SENT = Application.objects.filter(sync_state=SyncState.SENT).select_related("arrival")


def compare(*, day: date, seconds: float, now: Callable[[], datetime] = clock.now) -> SyncCheck | None:
    """Go on with the day's comparison for so many seconds; ``None`` where no national portal is connected.

    It goes on where it ended, also after the other side was away. What one question gets no answer to is noted and asked again
    at the next turns. Several at once compare the same twice at worst.
    """
    if not is_connected():
        return None
    begun, _is_new = SyncCheck.objects.get_or_create(day=day, defaults={"started_at": now()})
    if begun.finished_at is None:
        with Wire(SyncRules.on(day)) as wire:
            _Turn(begun, wire, time.monotonic() + seconds, now).run()
    return begun


class _Turn:
    """What one job does of a day's comparison."""

    def __init__(self, begun: SyncCheck, wire: Wire, ends: float, now: Callable[[], datetime]):
        self.begun, self.wire, self.ends, self.now = begun, wire, ends, now
        self.broken = 0

    def run(self) -> None:
        begun = self.begun
        if begun.asked == 0 and not _compare_procedures(begun, self.wire):
            return
        again = list(begun.uncompared.filter(tries__lt=MOST_TRIES).values_list("application", flat=True))
        try:
            if self._all_once() and self._once_more(again):
                begun.finished_at = self.now()
                begun.save(update_fields=["finished_at"])
        except Away:
            return  # nothing was answered: it goes on from here

    def _all_once(self) -> bool:
        """Ask about every dossier behind the last one; whether none is left."""
        begun = self.begun
        while True:
            rows = _to_compare(begun)
            for dossier in rows:
                if not self._may_go_on():
                    return False
                self._ask(dossier)
                begun.after = dossier.pk
                begun.save(update_fields=["after", "asked"])
            if len(rows) < CHUNK:
                return True

    def _once_more(self, dossiers: list[int]) -> bool:
        """Ask again about what got no answer before this turn; whether nothing is left to be asked."""
        for pk in dossiers:
            if not self._may_go_on():
                return False
            # What has moved on is told anew, and compared on another day.
            for dossier in _SENT.filter(pk=pk):
                self._ask(dossier)
            self.begun.uncompared.filter(application=pk).exclude(application__sync_state=SyncState.SENT).delete()
            self.begun.save(update_fields=["asked"])
        return not self.begun.uncompared.filter(tries__lt=MOST_TRIES).exists()

    def _may_go_on(self) -> bool:
        """Whether there is time, and the other side answers at all."""
        return time.monotonic() <= self.ends and self.broken < ILL

    def _ask(self, dossier: Application) -> None:
        """Compare one dossier, or note why not. Raises ``Away``."""
        try:
            theirs = self.wire.look_up(_code(dossier))
        except Away:
            raise
        except NotTold as error:
            self.broken = self.broken + 1 if error.trouble in (Trouble.FAULTY, Trouble.SILENT) else 0
            _note(self.begun, dossier, error, self.now())
            return
        self.broken = 0
        _compare(self.begun, dossier, theirs, self.now())
        self.begun.uncompared.filter(application=dossier).delete()
        self.begun.asked += 1


def _note(begun: SyncCheck, dossier: Application, error: NotTold, at: datetime) -> None:
    said = {"trouble": error.trouble, "answer": error.said, "tried_at": at}
    row, is_new = SyncUncompared.objects.get_or_create(check_of_day=begun, application=dossier, defaults=said)
    if not is_new:
        SyncUncompared.objects.filter(pk=row.pk).update(tries=F("tries") + 1, **said)


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
    rows = _SENT.filter(Exists(sent.filter(state=ItemState.DELIVERED)), pk__gt=begun.after)
    return list(rows.order_by("pk")[:CHUNK])


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
