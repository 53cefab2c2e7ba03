"""What somebody sees who is about to pay: how much, for what, by which code; and that it has come, once it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.functional import cached_property

from applications.accounts import PayCode, account_on, code_of
from applications.catalogue import version_of
from applications.enums import PAYABLE, PaymentKind
from applications.ledger import copies_of, lines_owed, outstanding
from applications.models import Application
from centres.enums import AT_COUNTER
from centres.models import Counter, Ticket
from portal.clock import local_day
from portal.text import pick

# How long the screen of a counter goes on showing the code after the visit; the next person ends it sooner.
AFTER_VISIT = timedelta(minutes=5)


@dataclass(frozen=True)
class Paying:
    """One dossier's due, from its fee lines and payments at hand; the code is read when it is asked for."""

    dossier: Application
    at: datetime

    @cached_property
    def due(self) -> int:
        return outstanding(self.dossier)

    @cached_property
    def code(self) -> PayCode | None:
        """The code to show now; ``None`` where nothing is due, or none is made or holds any more."""
        return code_of(self.dossier, self.due, local_day(self.at))

    @cached_property
    def may_ask(self) -> bool:
        """Whether a code can be had where none is shown."""
        is_open = self.due and self.code is None and self.dossier.state in PAYABLE
        return bool(is_open) and account_on(self.dossier.received_at_centre_id, local_day(self.at)) is not None

    @property
    def came_by_bank(self) -> bool:
        """Whether the bank's notice of a transfer was booked for it."""
        return any(row.cashier_id is None and row.kind == PaymentKind.PAID for row in self.dossier.payments.all())

    @property
    def what(self) -> str:
        """Its fees in words."""
        names = (pick(line.name) for line in lines_owed(self.dossier) if line.amount)
        return "; ".join(dict.fromkeys(names))

    @property
    def procedure(self) -> str:
        return pick(version_of(self.dossier).procedure.short_name)


def paying_together(dossier: Application, at: datetime) -> list[Paying]:
    """The dossier, and the copies made for it that are paid with it."""
    return [Paying(row, at) for row in [dossier, *copies_of(dossier)]]


def topics_of(rows: Sequence[Paying]) -> list[str]:
    return [f"dossier:{row.dossier.pk}" for row in rows]


def visit_at(counter: Counter, at: datetime) -> Ticket | None:
    """Whose money it is about at this counter: who stands there, else who has just been served. At most two statements."""
    here = Ticket.objects.filter(counter=counter)
    now = here.filter(state__in=AT_COUNTER).first()
    return now or here.filter(finished_at__gte=at - AFTER_VISIT, finished_at__lte=at).order_by("-finished_at").first()


def paying_of_visit(ticket: Ticket, at: datetime) -> list[Paying]:
    """What was received in this visit, as it is paid."""
    mine = Q(matter__ticket=ticket) | Q(for_application__matter__ticket=ticket)
    rows = Application.objects.filter(mine, state__in=PAYABLE).select_related("version__procedure")
    found = rows.prefetch_related("fee_lines__item", "payments").order_by("received_at", "pk").distinct()
    return [Paying(row, at) for row in found]
