"""The paper of a day closing: drawn from its rows, kept, and printed again as it was."""

from __future__ import annotations

from datetime import datetime

from applications.documents import VIETNAMESE
from applications.models import Countersignature, DayClosing, DayClosingPaper
from applications.till_paper import TEMPLATE, paper_context
from portal import files, pdf


def print_till(*, closing: DayClosing, at: datetime) -> DayClosingPaper:
    """As the cashier closed it; once countersigned, with that too. Two at once end with one. Raises ``Unavailable``."""
    signed = Countersignature.objects.filter(closing=closing).select_related("by").first()
    kept = DayClosingPaper.objects.filter(closing=closing, is_countersigned=signed is not None).first()
    if kept is not None:
        return kept
    stored = files.store([pdf.render(TEMPLATE, paper_context(closing, signed), language=VIETNAMESE)])
    paper, _made = DayClosingPaper.objects.get_or_create(
        closing=closing,
        is_countersigned=signed is not None,
        defaults={"sha256": stored.sha256, "size": stored.size, "made_at": at},
    )
    return paper
