"""What a manager should do about the registers of certification (``settings.DAY_SOURCES``)."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext

from applications.actions.hand_over_register import keepers_on
from applications.models import Register
from applications.notarisation.keeping import NoteKind, RegisterNote
from applications.register_rules import rules_on
from centres.models import Centre
from portal import clock


def needs_attention(centre: Centre, at: datetime) -> list[tuple[str, str, str]]:
    """(severity, sentence, address) triples: last year's registers still open, and those whose keeper has left. One statement,
    a second one while a register of another year is open."""
    day = clock.local_day(at)
    needs = []
    for row in _open(centre, day):
        words, address = {"book": row.kind, "year": row.year}, reverse("applications:register", args=[row.pk])
        if row.year < day.year and _is_late(row.year, day):
            text = gettext("Register %(book)s of %(year)s is still open. Compare its last number and close it.")
            needs.append(("warn", text % words, address))
        if not row.has_keeper:  # type: ignore[attr-defined]
            text = gettext("Whoever kept register %(book)s of %(year)s does not work here any more. Hand it over.")
            needs.append(("warn", text % words, address))
    return needs


def _open(centre: Centre, day: date) -> QuerySet[Register]:
    """The centre's registers with lines that nobody has closed."""
    notes = RegisterNote.objects.filter(register=OuterRef("pk"))
    last = notes.order_by("-sequence").values("keeper")[:1]
    rows = Register.objects.filter(~Exists(notes.filter(kind=NoteKind.CLOSED)), centre=centre, last_number__gt=0)
    rows = rows.annotate(keeper=Subquery(last))
    return rows.annotate(has_keeper=Exists(keepers_on(centre, day).filter(pk=OuterRef("keeper")))).order_by(
        "year", "kind"
    )


def _is_late(year: int, day: date) -> bool:
    """Whether the days of January that the rules give have passed."""
    return (day - date(year + 1, 1, 1)).days >= rules_on(day).open_days
