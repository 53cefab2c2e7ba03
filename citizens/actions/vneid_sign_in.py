"""Who VNeID has named begins a session here."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citizens.actions.citizen_sessions import begin_by_vneid
from citizens.actions.identify import IN_DOUBT, identify
from citizens.enums import IdentitySource
from citizens.models import Citizen, VneidAccount
from citizens.vneid import Said
from portal.errors import BadInput, NotAllowed
from portal.vn.text import fold


@transaction.atomic
def sign_in_with_vneid(*, said: Said, at: datetime) -> str:
    """The key of a new session of this person, whose record is found by the identity number or made.

    A record whose name or birth date is another one may be somebody else's, with the number mistyped: nobody sees it
    before a counter has looked. Raises ``NotAllowed`` below the needed level, ``BadInput``.
    """
    if said.level < settings.VNEID_LEVEL_NEEDED:
        raise NotAllowed(
            _(
                "Your VNeID account is of level %(level)s; level %(needed)s is needed. The police raises it, with your ID card."
            )
            % {"level": said.level, "needed": settings.VNEID_LEVEL_NEEDED},
            code="vneid_level",
        )
    citizen = _person(said, at)
    row, is_new = VneidAccount.objects.select_related("citizen").get_or_create(
        issuer=said.issuer,
        subject=said.subject,
        defaults={"citizen": citizen, "level": said.level, "first_at": at, "last_at": at},
    )
    if row.citizen.current != citizen:
        raise BadInput(
            _("Another person here already has this account. Please ask at the counter."), code="vneid_other"
        )
    if not is_new:
        row.level, row.last_at = said.level, at
        row.save(update_fields=["level", "last_at"])
    return begin_by_vneid(citizen=citizen, level=said.level, at=at)


def _person(said: Said, at: datetime) -> Citizen:
    """Raises ``BadInput``: for the person one sentence, whatever it was."""
    unclear = BadInput(
        _("VNeID did not say clearly who you are. Please begin again, or ask at the counter."), code="vneid_unclear"
    )
    try:
        found = identify(
            number=said.number,
            full_name=said.full_name,
            birth_text=said.birth_text,
            source=IdentitySource.VNEID,
            at=at,
            acting_user=None,
        )
    except BadInput as problem:
        raise unclear from problem
    same_name = fold(found.citizen.full_name) == fold(said.full_name)
    doubts = {warning.code for warning in found.warnings} & IN_DOUBT
    if not same_name or doubts - {"name_differs"}:
        raise unclear
    return found.citizen
