"""A second card at a counter where a draft already names somebody: who it is, until the officer has said what it means.

Kept in the session, so that a page loaded again asks again, and no address carries it.
"""

from __future__ import annotations

from django.http import HttpRequest

from centres.models import Ticket
from citizens.models import Citizen

_KEY = "desk_other_person"


def ask_about(request: HttpRequest, ticket: Ticket, citizen: Citizen) -> None:
    request.session[_KEY] = [ticket.pk, citizen.pk]


def asked_about(request: HttpRequest, ticket: Ticket | None, shown: Citizen | None) -> Citizen | None:
    """The person the screen asks about; a query only while there is one."""
    kept = request.session.get(_KEY)
    if not kept or ticket is None or kept[0] != ticket.pk or (shown is not None and kept[1] == shown.pk):
        return None
    known = Citizen.objects.filter(pk=kept[1]).first()
    return known.current if known is not None else None


def settle(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
