"""Lists of withdrawn certificates of the time stamp authority: fetched by the worker, so that whoever checks a file fetches nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import requests
import structlog
from asn1crypto import crl
from django.db.models import Q

from applications.models import WithdrawalList

log = structlog.get_logger(__name__)

AGE = timedelta(hours=1)
SECONDS = 15
MOST_BYTES = 8 * 1024 * 1024


def keep_withdrawal_lists(*, at: datetime) -> int:
    """Fetch anew what is older than an hour; how many. What does not answer, or sends no list, leaves the one there is."""
    count = 0
    for row in WithdrawalList.objects.filter(Q(fetched_at__isnull=True) | Q(fetched_at__lte=at - AGE)).defer("content"):
        try:
            content = _fetched(row.url)
            crl.CertificateList.load(content, strict=True)["tbs_cert_list"]["this_update"].native  # noqa: B018 - is it one?
        except (requests.RequestException, ValueError, TypeError, KeyError) as error:
            log.warning("withdrawal_list", url=row.url, error=type(error).__name__)
            continue
        row.content, row.fetched_at = content, at
        row.save(update_fields=["content", "fetched_at"])
        count += 1
    return count


def _fetched(url: str) -> bytes:
    with requests.get(url, timeout=SECONDS, stream=True, allow_redirects=False) as answer:
        answer.raise_for_status()
        content = b""
        for chunk in answer.iter_content(64 * 1024):
            content += chunk
            if len(content) > MOST_BYTES:
                raise ValueError("too large for a list")
        return content
