"""Say what the visit was like."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from centres.enums import Score, TicketState
from centres.models import Rating, Ticket
from portal import live
from portal.errors import BadInput, RuleBroken

COMMENT_LIMIT = 500


def rate(*, ticket: Ticket, score: int, comment: str = "", at: datetime) -> Rating:
    """Once per visit, after it ended. Whoever holds the slip may rate; nobody signs in for it.

    Raises ``BadInput`` (score, comment), ``RuleBroken`` (``not_ended``, ``rated_already``).
    """
    if score not in Score.values:
        raise BadInput(_("Please choose one of the three answers."), code="bad_score", field="score")
    comment = comment.strip()
    if len(comment) > COMMENT_LIMIT:
        raise BadInput(
            _("Please write at most %(limit)s characters.") % {"limit": COMMENT_LIMIT},
            code="comment_too_long",
            field="comment",
        )
    if ticket.state != TicketState.DONE:
        raise RuleBroken(_("You can rate the visit once it has ended."), code="not_ended")
    try:
        with transaction.atomic():
            rating = Rating.objects.create(ticket=ticket, score=score, comment=comment, at=at)
    except IntegrityError:
        raise RuleBroken(_("This visit has been rated already. Thank you."), code="rated_already") from None
    live.bump(f"ticket:{ticket.pk}")
    return rating
