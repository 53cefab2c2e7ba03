"""The person sits down while a certified copy is made, and comes back to the front of the same counter by themselves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.models import Application, CertificationItem
from applications.notarisation.enums import AWAITED
from centres.actions.park import park
from centres.actions.unpark import unpark
from centres.enums import ParkKind
from centres.models import Ticket
from citizens.models import User
from portal import live
from portal.errors import RuleBroken


@transaction.atomic
def wait_for_copy(*, ticket: Ticket, reason: str, at: datetime, acting_user: User) -> Ticket:
    """Set the visit aside until its copies are made.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``wrong_state``, ``nothing_made``).
    """
    # Locked as by the job that ends: either it finds the visit set aside, or we find nothing being made any more.
    ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if not _being_made(ticket):
        raise RuleBroken(_("No copy is being made for this visit now. Look at the checklist."), code="nothing_made")
    live.bump(f"signers:{ticket.centre_id}")  # whoever sits in the hall comes first there
    return park(ticket=ticket, kind=ParkKind.JOB, reason=reason, at=at, acting_user=acting_user)


def copies_have_ended(copy: Application, at: datetime) -> None:
    """A document of this request was made, refused, sent back or given up, in the transaction that says so: with the last
    one of the visit its person is brought back."""
    matter = (copy.for_application or copy).matter
    if matter is None:
        return
    # After the item's own change: of two jobs that end at once the second waits here and sees the first one's.
    ticket = Ticket.objects.select_for_update().get(pk=matter.ticket_id)
    if not _being_made(ticket):
        unpark(ticket=ticket, at=at)


def _being_made(ticket: Ticket) -> bool:
    own, for_another = "certification__application__matter", "certification__application__for_application__matter"
    rows = CertificationItem.objects.filter(state__in=AWAITED)
    return any(rows.filter(**{f"{of}__ticket": ticket}).exists() for of in (own, for_another))
