"""The tills of earlier demo days: each officer closed theirs, the manager signed beside most of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from applications.actions.close_till import Counted, close_till, countersign_till
from applications.demo.centres import Place
from applications.enums import Method
from applications.models import DayClosing
from applications.till import booked, open_payments
from centres.enums import Role
from citizens.models import User
from portal import clock

_CLOSED_AT = timedelta(hours=17, minutes=20)
_CHANGE_MONEY = 200_000
# Whose count differs, and by how much; whose closing waits for the manager.
_DIFFERS, _DIFFERENCE, _NOTE = 1, -2000, "Trả thừa 2.000 đ tiền lẻ cho người nộp."
_WAITS = 2


def close_earlier(place: Place, at: datetime) -> list[DayClosing]:
    """Close what was booked before this day began; the caller has booked nothing of today yet."""
    midnight = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    evening = midnight - timedelta(days=1) + _CLOSED_AT
    manager = User.objects.filter(memberships__centre=place.centre, memberships__role=Role.MANAGER).first()
    made = []
    for number, officer in enumerate(place.officers):
        payments = list(open_payments(place.centre, officer))
        if not payments:
            continue
        sums = {row.method: row for row in booked(payments)}
        off = _DIFFERENCE if number == _DIFFERS and sums[Method.CASH].taken else 0
        counted = Counted(
            cash=_CHANGE_MONEY + sums[Method.CASH].net + off,
            card=sums[Method.CARD].net,
            transfer=sums[Method.TRANSFER].net,
            change_money=_CHANGE_MONEY,
            note=_NOTE if off else "",
        )
        last = max(row.pk for row in payments)
        closing = close_till(centre=place.centre, counted=counted, last=last, at=evening, acting_user=officer)
        if manager is not None and number != _WAITS:
            countersign_till(closing=closing, note="", at=evening + timedelta(minutes=10), acting_user=manager)
        made.append(closing)
    return made
