"""The histories in a day's closing: of each unit one digest over every change that it wrote that day.

A head a dossier would make a closing of two million lines. A digest says as much: whoever changes, removes or puts in one
row of a closed day, or computes a whole dossier anew, gives the unit's day another digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from applications.models import ChainHead, Event
from centres.models import Centre
from portal import clock

PREFIX = "history:"
ONE_DAY = timedelta(days=1)
CHUNK = 5000
# The unit of a change that the portal made by itself.
NOWHERE = 0


def history_label(day: date, centre_id: int) -> str:
    return f"{PREFIX}{day}:{centre_id}"


def day_of_label(label: str) -> date:
    return date.fromisoformat(label.split(":")[1])


def digests_until(end: datetime) -> Iterator[tuple[int, int, str]]:
    """Of the day that ends then, by unit: its id, how many changes it wrote, and the digest over them."""
    rows = (
        Event.objects.filter(at__gte=end - ONE_DAY, at__lt=end)
        .order_by("centre_id", "application_id", "sequence")
        .values_list("centre_id", "application_id", "sequence", "hash")
    )
    for centre, changes in groupby(rows.iterator(CHUNK), key=lambda row: row[0]):
        digest, count = hashlib.sha256(), 0
        for _centre, application, sequence, own in changes:
            digest.update(f"{application}/{sequence}:{own}\n".encode())
            count += 1
        yield centre or NOWHERE, count, digest.hexdigest()


def heads_of_histories(end: datetime) -> Iterator[ChainHead]:
    """Unsaved heads for the closing of the day that ends then."""
    units = dict(Centre.objects.values_list("pk", "code"))
    day = clock.local_day(end - ONE_DAY)
    for centre, count, digest in digests_until(end):
        yield ChainHead(
            chain=history_label(day, centre), sequence=count, hash=digest, about={"unit": units.get(centre, "")}
        )
