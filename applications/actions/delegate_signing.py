"""A deed lets somebody certify at a centre; it is written down, and ended early where it must be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.certifiers import possible_signers
from applications.models import SigningDelegation, SigningDelegationEnd
from applications.notarisation.enums import RegisterKind
from applications.notarisation.signers import DELEGATION_SINCE, REASON_LENGTH
from applications.permissions import check, may_enter_delegation
from applications.signing_queue import forget_delegates
from centres.models import Centre
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput


@transaction.atomic
def enter_delegation(
    *,
    person: User,
    centre: Centre,
    kinds: Sequence[str],
    basis: str,
    title: str,
    deed_number: str,
    deed_day: date,
    first_day: date,
    last_day: date,
    at: datetime,
    acting_user: User,
) -> SigningDelegation:
    """Write down who may certify what, where and how long, as the deed says (Decree 280/2025/NĐ-CP).

    Raises ``NotAllowed`` and ``BadInput``; nobody writes down their own.
    """
    check(may_enter_delegation(acting_user, centre.pk))
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.pk == acting_user.pk:
        raise BadInput(
            _("Your own delegation is entered by somebody else."), code="delegation_of_oneself", field="person"
        )
    if not possible_signers(centre, clock.local_day(at)).filter(pk=person.pk).exists():
        raise BadInput(_("Only somebody who works at this centre can certify here."), code="not_here", field="person")
    if not kinds or set(kinds) - set(RegisterKind.values):
        raise BadInput(_("Choose what this person may certify."), code="kinds_missing", field="kinds")
    if first_day < DELEGATION_SINCE:
        raise BadInput(
            _("Certifying can be delegated since 01/11/2025 only (Decree 280/2025)."),
            code="before_the_decree",
            field="first_day",
        )
    if first_day < deed_day:
        raise BadInput(
            _("A delegation begins on the day of its deed or later."), code="before_its_deed", field="first_day"
        )
    if last_day < first_day:
        raise BadInput(_("The last day lies before the first one."), code="ends_before", field="last_day")
    if last_day < clock.local_day(at):
        raise BadInput(_("This delegation is over already."), code="over_already", field="last_day")
    row = SigningDelegation.objects.create(
        person=person,
        centre=centre,
        kinds=sorted(kinds),
        basis=basis,
        title=" ".join(title.split()),
        deed_number=" ".join(deed_number.split()),
        deed_day=deed_day,
        first_day=first_day,
        last_day=last_day,
        entered_at=at,
        entered_by=acting_user,
    )
    _tell(centre.pk)
    return row


@transaction.atomic
def end_delegation(
    *, delegation: SigningDelegation, reason: str, at: datetime, acting_user: User
) -> SigningDelegationEnd:
    """From now on it does not hold. Ended again, it is the same end. Raises ``NotAllowed`` and ``BadInput``."""
    check(may_enter_delegation(acting_user, delegation.centre_id))
    reason = end_reason(reason)
    # The person's row: the delegation's own is append-only, and the application's role may not even lock it.
    User.objects.select_for_update().get(pk=delegation.person_id)
    known = SigningDelegationEnd.objects.filter(delegation=delegation).first()
    if known is not None:
        return known
    end = SigningDelegationEnd.objects.create(delegation=delegation, at=at, by=acting_user, reason=reason)
    _tell(delegation.centre_id)
    return end


def _tell(centre_id: int) -> None:
    transaction.on_commit(forget_delegates)
    live.bump(f"signers:{centre_id}")


def end_reason(reason: str) -> str:
    """The reason in one line. Raises ``BadInput``."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LENGTH:
        raise BadInput(
            _("Say why, in at most %(most)s letters.") % {"most": REASON_LENGTH}, code="reason_missing", field="reason"
        )
    return reason
