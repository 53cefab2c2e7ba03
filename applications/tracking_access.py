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
TRIES_PER_ADDRESS, ADDRESS_SECONDS = 30, 10 * 60
# Wrong pairs for one code: (scope, how many, in seconds).
WRONG_PER_CODE = (("track-code-hour", 5, 60 * 60), ("track-code-day", 15, 24 * 60 * 60))


class NoSuchPair(RuleBroken):
    """One sentence for every wrong pair, so that it tells nobody which codes exist."""

    status = 404


def open_by_code(request: HttpRequest, code: str, digits: str) -> Application:
    """The dossier with this code whose contact phone ends in these four digits.

    Raises ``NoSuchPair``, or ``TooMany`` after too many tries from one address, or too many wrong ones for one code.
    Only wrong pairs are counted for a code, and the right one opens it whoever else guessed: nobody can lock a citizen
    out. An address that guessed this code wrongly that often is refused even the right pair, or it would guess on.
    """
    address = ratelimit.client_address(request)
    ratelimit.count("track-address", address, limit=TRIES_PER_ADDRESS, seconds=ADDRESS_SECONDS)
    code = "".join(code.split()).upper()
    for scope, limit, seconds in WRONG_PER_CODE:
        ratelimit.refuse_if_over(f"{scope}-here", f"{address} {code}", limit=limit, seconds=seconds)
    application = Application.objects.filter(code=code).first()
    # Without a dossier or a phone there is something to compare all the same, so an answer takes the same time.
    known = last4(application.contact_phone) if application and application.contact_phone else "none"
    if not constant_time_compare(known, digits) or application is None:
        for scope, limit, seconds in WRONG_PER_CODE:
            ratelimit.count(f"{scope}-here", f"{address} {code}", limit=limit, seconds=seconds)
        for scope, limit, seconds in WRONG_PER_CODE:
            ratelimit.count(scope, code, limit=limit, seconds=seconds)
        raise NoSuchPair(
            _("No dossier has this code and this phone number. Check both on the receipt, or ask at the counter."),
            code="no_such_pair",
        )
    return application
