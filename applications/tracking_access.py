"""A dossier's page opened by code and phone: a code alone opens nothing, and guessing costs time."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from portal import ratelimit
from portal.errors import RuleBroken
from portal.vn.phones import last4

# A hall's visitors share one address; a code belongs to one person, and four digits must not be guessed in a month.
TRIES_PER_ADDRESS, TRIES_PER_CODE = 30, 5
ADDRESS_SECONDS, CODE_SECONDS = 10 * 60, 60 * 60


class NoSuchPair(RuleBroken):
    """One sentence for every wrong pair, so that it tells nobody which codes exist."""

    status = 404


def open_by_code(request: HttpRequest, code: str, digits: str) -> Application:
    """The dossier with this code whose contact phone ends in these four digits.

    Raises ``NoSuchPair``, or ``TooMany`` after too many tries from one address or for one code, right or wrong.
    """
    ratelimit.count(
        "track-address", ratelimit.client_address(request), limit=TRIES_PER_ADDRESS, seconds=ADDRESS_SECONDS
    )
    ratelimit.count("track-code", code, limit=TRIES_PER_CODE, seconds=CODE_SECONDS)
    application = Application.objects.filter(code=code).first()
    # Without a dossier or a phone there is something to compare all the same, so an answer takes the same time.
    known = last4(application.contact_phone) if application and application.contact_phone else "none"
    if not constant_time_compare(known, digits) or application is None:
        raise NoSuchPair(
            _("No dossier has this code and this phone number. Check both on the receipt, or ask at the counter."),
            code="no_such_pair",
        )
    return application
