"""Where the bank tells of transfers."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from applications.actions.take_notice import take_notice
from applications.bank import is_connected
from applications.enums_bank import NoticeSource
from applications.payments.notices import read_notice
from applications.payments.signature import SIGNATURE, TIMESTAMP, is_fresh, is_signed
from portal import clock
from portal.errors import RuleBroken

MOST_BYTES = 16_384
log = structlog.get_logger(__name__)


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def take(request: HttpRequest) -> JsonResponse:
    """One signed notice, taken once: ``known`` says that it was here before. Without a key of ours there is no such address.

    Refusals are logged by their reason alone: what a bank writes names people.
    """
    if not is_connected():
        raise Http404
    body, at = request.body, clock.now()
    if len(body) > MOST_BYTES:
        return _refused("too_large", 413)
    timestamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    if not is_signed(settings.BANK_NOTICE_KEYS, timestamp, signature, body):
        return _refused("signature", 401)
    if not is_fresh(timestamp, at, settings.BANK_NOTICE_SECONDS):
        return _refused("timestamp", 401)
    try:
        told = read_notice(body)
        _notice, is_new = take_notice(told=told, body=body.decode(), source=NoticeSource.NOTICE, at=at)
    except ValueError as wrong:
        return _refused(str(wrong) if not isinstance(wrong, UnicodeDecodeError) else "JSON", 400)
    except RuleBroken as problem:
        return _refused(problem.code, 409)
    return JsonResponse({"ok": True, "known": not is_new})


def _refused(why: str, status: int) -> JsonResponse:
    log.warning("bank_notice_refused", why=why)
    return JsonResponse({"ok": False, "why": why}, status=status)
