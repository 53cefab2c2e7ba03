"""A number that nobody here has yet: the form for its person stays until somebody stands at the counter by name.

Kept in the session as ``other_person`` is: what is pressed meanwhile (a procedure, a scan that fails) does not end it.
"""

from __future__ import annotations

from django.http import HttpRequest

from applications.forms import PersonForm
from centres.models import Ticket
from citizens.models import Citizen

_KEY = "desk_unknown_person"


def ask_for(request: HttpRequest, ticket: Ticket, number: str) -> PersonForm:
    request.session[_KEY] = [ticket.pk, number]
    return _form(number)


def asked_for(request: HttpRequest, ticket: Ticket | None, shown: Citizen | None) -> PersonForm | None:
    """The form that is still open; with somebody shown by name it is not."""
    kept = request.session.get(_KEY)
    if not kept or ticket is None or shown is not None or kept[0] != ticket.pk:
        return None
    return _form(kept[1])


def settle(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)


def _form(number: str) -> PersonForm:
    return PersonForm(initial={"identity_number": number})
