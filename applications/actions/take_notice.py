"""A notice of the bank is written down, once, before anything is done about it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.enums_bank import NoticeSource
from applications.models import BankNotice
from applications.payments.notices import Told
from portal import jobs
from portal.errors import RuleBroken

TASK = "applications.tasks.match_notice"


@transaction.atomic
def take_notice(*, told: Told, body: str, source: NoticeSource, at: datetime) -> tuple[BankNotice, bool]:
    """The row of this transfer, and whether it is new; two at once end with one row.

    Raises ``RuleBroken`` (``differs``) where the same number came before with another sum: what came first stands.
    """
    try:
        with transaction.atomic():
            notice = BankNotice.objects.create(
                account=told.account,
                reference=told.reference,
                amount=told.amount,
                text=told.text,
                payer=told.payer,
                paid_at=told.paid_at,
                source=source,
                body=body.replace("\x00", " "),
                came_at=at,
            )
    except IntegrityError:
        notice = BankNotice.objects.get(account=told.account, reference=told.reference)
        if notice.amount != told.amount:
            raise RuleBroken(_("The bank told of the same transfer with another sum before."), code="differs") from None
        return notice, False
    jobs.wake(TASK, notice.pk)
    return notice, True
