"""What a manager should do about money (``settings.DAY_SOURCES``): closings to sign, tills left open, money to give back,
transfers that found no dossier."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import ngettext

from applications.bank import to_match_at
from applications.day import list_url
from applications.enums import PaymentState
from applications.models import Application, Payment
from applications.till import to_countersign
from applications.worklist import today_span
from centres.models import Centre


def needs_attention(centre: Centre, at: datetime) -> list[tuple[str, str, str]]:
    """(severity, sentence, address) triples. Four statements."""
    needs = []
    address = f"{reverse('applications:day_closings')}?{urlencode({'centre': centre.pk})}"
    in_tills = Payment.objects.filter(centre=centre, closed__isnull=True, cashier__isnull=False)
    open_before = in_tills.filter(at__lt=today_span(at)[0])
    if count := open_before.order_by().values("cashier").distinct().count():
        text = ngettext(
            "%(count)d cashier has not closed an earlier day.",
            "%(count)d cashiers have not closed an earlier day.",
            count,
        )
        needs.append(("act", text % {"count": count}, address))
    if count := to_countersign(centre).count():
        text = ngettext(
            "%(count)d day closing waits for your signature.",
            "%(count)d day closings wait for your signature.",
            count,
        )
        needs.append(("warn", text % {"count": count}, address))
    if count := Application.objects.filter(competent=centre, payment_state=PaymentState.OVER).count():
        text = ngettext(
            "%(count)d dossier holds money that is to be given back.",
            "%(count)d dossiers hold money that is to be given back.",
            count,
        )
        needs.append(("warn", text % {"count": count}, list_url(centre, "to-give-back")))
    if count := to_match_at(centre):
        text = ngettext("%(count)d transfer has found no dossier.", "%(count)d transfers have found no dossier.", count)
        needs.append(("warn", text % {"count": count}, reverse("applications:bank")))
    return needs
