"""Print a closing once and keep the paper."""

from __future__ import annotations

from datetime import datetime

from applications.closing_paper import closing_paper
from applications.models import Closing, ClosingPaper
from portal import files


def keep_closing_paper(*, closing: Closing, at: datetime) -> ClosingPaper:
    """The closing's paper; printed now if nobody has. Two workers at once end with one row. Raises ``Unavailable``."""
    kept = ClosingPaper.objects.filter(closing=closing).first()
    if kept is not None:
        return kept
    stored = files.store([closing_paper(closing)])
    paper, _made = ClosingPaper.objects.get_or_create(
        closing=closing, defaults={"sha256": stored.sha256, "size": stored.size, "made_at": at}
    )
    return paper
