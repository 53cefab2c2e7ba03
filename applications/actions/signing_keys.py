"""A person's signing key is entered by the city, and ended."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.delegate_signing import end_reason
from applications.models import SecondFactor, SigningKey, SigningKeyEnd
from applications.notarisation.signing.keyring import read_certificate
from applications.permissions import CITY, check
from centres.permissions import has_role
from citizens.models import User
from portal.errors import BadInput

log = structlog.get_logger(__name__)


def enter_key(*, person: User, url: str, secret: str, at: datetime, acting_user: User) -> SigningKey:
    """Open the key once, read its certificate and keep where it lies; the same certificate again is the same key.

    Raises ``NotAllowed`` and ``BadInput`` (``key_elsewhere``, ``key_not_opened``, ``secret_wrong``, ``key_over``,
    ``key_of_another``).
    """
    check(has_role(acting_user, CITY))
    said = read_certificate(url, secret)  # before any lock: a token may take seconds
    if said.valid_to <= at:
        raise BadInput(_("The certificate of this key has ended."), code="key_over", field="url")
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=person.pk)
        held = SigningKey.objects.filter(fingerprint=said.fingerprint, end__isnull=True)
        if held.exclude(person=person).exists():
            raise BadInput(
                _("This key is somebody else's: a key belongs to one person."), code="key_of_another", field="url"
            )
        known = held.filter(person=person, url=url, secret=secret).first()
        return known or SigningKey.objects.create(
            person=person,
            url=url,
            secret=secret,
            fingerprint=said.fingerprint,
            subject=said.subject,
            valid_from=said.valid_from,
            valid_to=said.valid_to,
            entered_at=at,
            entered_by=acting_user,
        )


@transaction.atomic
def end_key(*, key: SigningKey, reason: str, at: datetime, acting_user: User) -> SigningKeyEnd:
    """From now on nothing is signed with it. Ended again, it is the same end. Raises ``NotAllowed`` and ``BadInput``."""
    check(has_role(acting_user, CITY))
    reason = end_reason(reason)
    # The person's row: the key's own is append-only, and the application's role may not even lock it.
    User.objects.select_for_update().get(pk=key.person_id)
    known = SigningKeyEnd.objects.filter(key=key).first()
    return known or SigningKeyEnd.objects.create(key=key, at=at, by=acting_user, reason=reason)


@transaction.atomic
def take_factor_away(*, person: User, acting_user: User) -> None:
    """Phone and recovery codes are lost: the person sets up another phone, with their password. Whatever the old one
    opened is shut. Nobody does so for themselves. Raises ``NotAllowed`` and ``BadInput``."""
    check(has_role(acting_user, CITY))
    if person.pk == acting_user.pk:
        raise BadInput(_("Your own authenticator is taken away by somebody else."), code="factor_of_oneself")
    SecondFactor.objects.filter(user=person).delete()
    log.warning("second_factor_taken_away", person=person.pk, by=acting_user.pk)
