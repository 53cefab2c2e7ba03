"""Showing a draft to its citizen on the screen of the counter, and what they touch there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import wrong_state
from applications.enums import State
from applications.models import Application, Showing
from applications.permissions import check_receiver
from applications.second_screen import current, screens_at, to_check
from centres.enums import AT_COUNTER
from centres.models import Counter
from citizens.models import User
from portal import live
from portal.errors import RuleBroken

CHANGED = _("It was changed at the counter just now. Please look again.")


@transaction.atomic
def show_to_citizen(*, application: Application, at: datetime, acting_user: User) -> Showing:
    """Put the draft on the screen of the counter at which its person stands, instead of what is there.

    Raises ``RuleBroken``: nobody stands there (``nobody_here``), or the counter has no screen (``no_screen``).
    """
    check_receiver(acting_user, application)
    if application.state not in (State.DRAFT, State.SUBMITTED):
        raise wrong_state(application)
    ticket = application.matter.ticket if application.matter else None
    if ticket is None or ticket.state not in AT_COUNTER or ticket.counter is None:
        raise RuleBroken(_("Nobody is at your counter any more. Call the next person."), code="nobody_here")
    if not screens_at(ticket.counter):
        raise RuleBroken(_("No screen for citizens stands at this counter."), code="no_screen")
    Showing.objects.filter(Q(counter=ticket.counter) | Q(application=application)).delete()
    showing = Showing.objects.create(
        counter=ticket.counter, ticket=ticket, application=application, shown_at=at, shown_by=acting_user
    )
    live.bump(f"screen:{ticket.counter_id}")
    return showing


@transaction.atomic
def take_from_screen(*, counter: Counter) -> None:
    """Clear the screen before the visit is over."""
    Showing.objects.filter(counter=counter).delete()
    live.bump(f"screen:{counter.pk}")


@transaction.atomic
def say_right(*, counter: Counter, digest: str, at: datetime) -> None:
    """Everything is spelt as it should be; ``digest`` is of what the citizen read. Raises ``RuleBroken`` where that changed."""
    showing = _locked(counter)
    found = to_check(showing, at)
    if found.digest != digest:
        raise RuleBroken(CHANGED, code="changed")
    showing.wrong, showing.right, showing.answered_at = {}, digest, at
    showing.save(update_fields=["wrong", "right", "answered_at"])
    live.bump(f"screen:{counter.pk}")


@transaction.atomic
def say_wrong(*, counter: Counter, key: str, digest: str, at: datetime) -> None:
    """This line is wrong; touched again, it is not. ``digest`` is of the line. Raises ``RuleBroken`` where that changed."""
    showing = _locked(counter)
    line = next((line for line in to_check(showing, at).lines if line.key == key), None)
    if line is None or line.digest != digest:
        raise RuleBroken(CHANGED, code="changed")
    wrong = dict(showing.wrong)
    if wrong.get(key) == digest:
        del wrong[key]
    else:
        wrong[key] = digest
    showing.wrong, showing.right, showing.answered_at = wrong, "", at
    showing.save(update_fields=["wrong", "right", "answered_at"])
    live.bump(f"screen:{counter.pk}")


def _locked(counter: Counter) -> Showing:
    """What is shown now, its row locked."""
    list(Showing.objects.select_for_update().filter(counter=counter).values_list("pk", flat=True))
    showing = current(counter)
    if showing is None:
        raise RuleBroken(_("Nothing is shown any more."), code="not_shown")
    return showing
