"""A phone is bound to a person: its holder says a number at a counter, where the officer has the card before them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import SignInWay
from citizens.models import Citizen, CitizenPhone, CitizenSession, PhoneClaim, User
from citizens.secrets_kept import kept_hash, new_digits
from portal import ratelimit
from portal.errors import BadInput, RuleBroken
from portal.vn.phones import last4

DIGITS = 8
GOOD_FOR = timedelta(minutes=60)
# A number that lies idle is sold again: after this long a counter sees the card again.
BOUND_FOR = timedelta(days=180)
# Whoever waits in a hall may ask again after reading on; nobody needs more.
ASKED, ASKED_SECONDS = 10, 60 * 60
# Wrong numbers of one officer.
WRONG, WRONG_SECONDS = 10, 10 * 60


@transaction.atomic
def claim_phone(*, session: CitizenSession, at: datetime) -> str:
    """The number to say at a counter within the hour; an earlier one of this session is none any more. Raises ``TooMany``,
    or ``RuleBroken`` for somebody who did not sign in with a phone."""
    if session.way != SignInWay.PHONE:
        raise RuleBroken(_("You signed in with VNeID: nothing has to be confirmed."), code="no_phone")
    ratelimit.count("phone-claim", str(session.pk), limit=ASKED, seconds=ASKED_SECONDS)
    PhoneClaim.objects.filter(session__phone=session.phone, used_at__isnull=True).delete()
    while True:
        number = new_digits(DIGITS)
        row = PhoneClaim(
            number_hash=kept_hash("claim", number), session=session, created_at=at, expires_at=at + GOOD_FOR
        )
        if not PhoneClaim.objects.filter(number_hash=row.number_hash).exists():
            row.save()
            return number


def bind_phone(
    *, number: str, phone_last4: str, citizen: Citizen, unit: str, at: datetime, acting_user: User
) -> CitizenPhone:
    """Bind the phone whose holder says this number to this citizen, whose card the officer has seen.

    The last digits keep a slip of the finger from binding somebody else's phone. A phone that was another person's is
    theirs no more, and the phone that this person had before (lost, perhaps) opens nothing of theirs. The caller has made
    sure that this officer serves this person. Raises ``BadInput``, ``TooMany``.
    """
    ratelimit.refuse_if_over("phone-bind", str(acting_user.pk), limit=WRONG, seconds=WRONG_SECONDS)
    try:
        with transaction.atomic():
            row = _claimed(number, phone_last4, at)
            if row is not None:
                return _bound(row, citizen.current, unit, at, acting_user)
    except IntegrityError as error:
        raise RuleBroken(
            _("Somebody else has just changed this. Please look again."), code="changed_meanwhile"
        ) from error
    ratelimit.count("phone-bind", str(acting_user.pk), limit=WRONG, seconds=WRONG_SECONDS)
    raise BadInput(
        _("No phone waits under this number with these digits. Please compare both with the citizen's phone."),
        code="no_such_claim",
        field="number",
    )


def citizen_of(session: CitizenSession, at: datetime) -> Citizen | None:
    """Who is known to be signed in: named by VNeID, or holding a phone that a counter has bound. One statement at most."""
    if session.citizen is not None:
        return session.citizen.current
    bound = CitizenPhone.objects.filter(phone=session.phone, ended_at__isnull=True, bound_at__gt=at - BOUND_FOR)
    row = bound.select_related("citizen__merged_into").first()
    return row.citizen.current if row is not None else None


@transaction.atomic
def release_phone(*, session: CitizenSession, at: datetime) -> None:
    """The holder unties the phone from the person: from now on it shows no more than any phone does."""
    CitizenPhone.objects.filter(phone=session.phone, ended_at__isnull=True).exclude(phone="").update(ended_at=at)


def _claimed(number: str, phone_last4: str, at: datetime) -> PhoneClaim | None:
    """The claim that waits under this number, used up; ``None`` where there is none or its phone ends otherwise."""
    rows = PhoneClaim.objects.select_for_update(of=("self",)).select_related("session")
    row = rows.filter(number_hash=kept_hash("claim", number), used_at__isnull=True, expires_at__gt=at).first()
    if row is None or row.session.ended_at is not None or last4(row.session.phone) != phone_last4:
        return None
    row.used_at = at
    row.save(update_fields=["used_at"])
    return row


def _bound(row: PhoneClaim, citizen: Citizen, unit: str, at: datetime, by: User) -> CitizenPhone:
    phone = row.session.phone
    before = CitizenPhone.objects.filter(Q(phone=phone) | Q(citizen=citizen), ended_at__isnull=True)
    before.update(ended_at=at)
    return CitizenPhone.objects.create(citizen=citizen, phone=phone, bound_at=at, bound_by=by, unit=unit[:120])
