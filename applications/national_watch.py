"""What the watch sees of the exchange with the national portal (``settings.WATCH_SOURCES``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from applications.enums_national import ItemState
from applications.models import SyncItem
from applications.national.outbox import is_connected
from applications.national_state import PROMISED
from support.enums import Kind, Severity
from support.watch.trouble import Trouble


def troubles(at: datetime) -> Iterable[Trouble]:
    """Rows that were given up, and rows that wait longer than was promised. Two statements, of which none counts."""
    if not is_connected():
        return
    if SyncItem.objects.filter(state=ItemState.DEAD).exists():
        what = _(
            "The national portal does not take dossiers as they are sent. Look at “What goes to the national portal”."
        )
        yield Trouble("app:national-dead", Kind.JOBS, Severity.ONE, what)
    # What waits behind a row that was given up is not late by itself.
    waiting = SyncItem.objects.filter(
        state__in=[ItemState.WAITING, ItemState.SENDING], application__sync_state="queued"
    )
    if waiting.filter(created_at__lt=at - PROMISED).exists():
        what = _("Dossiers wait for the national portal longer than ten minutes.")
        yield Trouble("app:national-late", Kind.JOBS, Severity.ONE, what)
