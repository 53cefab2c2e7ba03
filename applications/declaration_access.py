"""A declaration found by its address or, at a desk, by its code. Guessing costs time."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from applications.actions.declare import refuse_gone
from applications.declaration_codes import code_in, is_possible, token_in
from applications.models import Declaration
from citizens.models import User
from portal import ratelimit
from portal.errors import RuleBroken

# Beginning makes a row, printing draws a page: a household or a hall shares one address.
BEGUN, PRINTED, ADDRESS_SECONDS = 30, 30, 10 * 60
# Wrong codes of one officer: (scope, how many, in seconds).
WRONG_PER_OFFICER = (("declared-code", 10, 10 * 60), ("declared-code-day", 60, 24 * 60 * 60))


class NoSuchDeclaration(RuleBroken):
    """One sentence for every code that names nothing."""

    status = 404


def count_begun(request: HttpRequest) -> None:
    """Raises ``TooMany``."""
    _count(request, "declare-begin", BEGUN)


def count_printed(request: HttpRequest) -> None:
    """Raises ``TooMany``."""
    _count(request, "declare-print", PRINTED)


def _count(request: HttpRequest, scope: str, limit: int) -> None:
    ratelimit.count(scope, ratelimit.client_address(request), limit=limit, seconds=ADDRESS_SECONDS)


def by_token(token: str) -> Declaration:
    """Raises ``Http404``. 128 random bits: nobody finds one by trying."""
    row = (
        Declaration.objects.select_related("application__helped_at", "used_by", "helped_by").filter(token=token).first()
    )
    if row is None:
        raise Http404
    return row


def is_declaration(payload: str) -> bool:
    """Whether a scanner or a hand typed a declaration's code or address."""
    return bool(code_in(payload) or token_in(payload))


def named_at_desk(payload: str, officer: User, at: datetime) -> Declaration:
    """The declaration that this code or address names.

    Raises ``NoSuchDeclaration``, what ``refuse_gone`` raises, or ``TooMany`` after too many wrong ones of this officer.
    """
    for scope, limit, seconds in WRONG_PER_OFFICER:
        ratelimit.refuse_if_over(scope, str(officer.pk), limit=limit, seconds=seconds)
    code, token = code_in(payload), token_in(payload)
    rows = Declaration.objects.select_related("application__helped_at", "used_by")
    found = rows.filter(code=code).first() if code and is_possible(code) else rows.filter(token=token).first()
    if found is None:
        for scope, limit, seconds in WRONG_PER_OFFICER:
            ratelimit.count(scope, str(officer.pk), limit=limit, seconds=seconds)
        raise NoSuchDeclaration(
            _("No declaration has this code. Please compare it with the citizen's page, digit by digit."),
            code="no_such_declaration",
            field="payload",
        )
    refuse_gone(found, at)
    return found
