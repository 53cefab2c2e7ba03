"""What the national portal reads here, and what it hands in."""

from __future__ import annotations

import hmac
import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from applications.actions.file_online import NotTakenIn, take_in_filing
from applications.enums import PartState, State
from applications.models import Document, Part, Result
from applications.national.build import document_of_link
from applications.national.shape import DOSSIERS
from applications.serving import stored_response
from portal import clock
from portal.errors import Gone

MOST_AT_ONCE = 50
_CODES = {"bad_shape": "4", "bad_order": "5"}
_OF_THIS_CODE = "6"


@login_not_required
@never_cache
@require_GET
def result(request: HttpRequest, signed: str) -> HttpResponseBase:
    """The file of a result that was signed and released; the link names it and cannot be made by anybody else."""
    document = document_of_link(signed)
    if document is None:
        raise Http404
    found = get_object_or_404(Document, pk=document if _is_released(document) else None)
    try:
        return stored_response(request, found.sha256, media_type=found.media_type, name="result")
    except Gone as error:
        raise Http404 from error


def _is_released(document: int) -> bool:
    """Whether it is a file of a result that was signed and released: its one, one of several copies, or that of a part."""
    of_result = Q(document=document) | Q(application__certification__items__output=document)
    over = [State.DONE, State.RETURNED]
    released = Result.objects.filter(of_result, signed_at__isnull=False, application__state__in=over)
    of_parts = Part.objects.filter(document=document, state=PartState.DONE, application__state__in=over)
    return released.exists() or of_parts.exists()


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def inbox(request: HttpRequest) -> JsonResponse:
    """What citizens filed there, in the contract's own words: DongBoHoSoMC with dossiers in state 1. All or none are taken
    in, each once. Without a key of ours there is no such address."""
    if not settings.NATIONAL_INBOX_KEY:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {settings.NATIONAL_INBOX_KEY}".encode()):
        return JsonResponse({"error_code": "9", "message": "key"}, status=401)
    rows = _rows(request.body)
    if rows is None:
        return JsonResponse({"error_code": "4", "message": "data"}, status=400)
    at, known = clock.now(), True
    try:
        with translation.override(settings.LANGUAGE_CODE):
            for row in rows:
                _arrival, is_new = take_in_filing(hoso=row, at=at)
                known = known and not is_new
    except NotTakenIn as problem:
        return JsonResponse({"error_code": _CODES.get(problem.code, _OF_THIS_CODE), "message": str(problem)})
    return JsonResponse({"error_code": "0", "message": "Đã có" if known else "Thành công"})


def _rows(body: bytes) -> list[Any] | None:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    rows = sent.get("data") if isinstance(sent, dict) and sent.get("service") == DOSSIERS else None
    return rows if isinstance(rows, list) and 0 < len(rows) <= MOST_AT_ONCE else None
