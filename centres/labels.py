"""A number as people say it: A047, a 47."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext_lazy as _

from centres.models import Ticket
from portal.errors import BadInput

_LABEL = re.compile(r"\s*([A-Za-z])\s*0*([0-9]{1,4})\s*")


def find_by_label(text: str, centre_id: int, day: date) -> Ticket:
    """The ticket of this centre and day with this number. Raises ``BadInput`` when it is none or nobody drew it."""
    read = _LABEL.fullmatch(text)
    found = read and (
        Ticket.objects.select_related("service", "counter", "centre")
        .filter(centre=centre_id, day=day, letter=read[1].upper(), number=int(read[2]))
        .first()
    )
    if not found:
        raise BadInput(
            _("There is no such number at this centre on this day. Write it as on the slip, such as A047."),
            code="no_such_number",
            field="number",
        )
    return found
