"""After an incident: what caused it, and who does what so that it does not come back."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed
from support.actions.handle import locked
from support.enums import IncidentEventKind
from support.history import record
from support.models import FollowUp, Incident
from support.permissions import may_respond, require_responder

CAUSES_LIMIT = 4000


@transaction.atomic
def write_causes(*, incident: Incident, causes: str, at: datetime, acting_user: User) -> Incident:
    """What caused it, in words. What was written before stays in the history. Raises ``NotAllowed``, ``BadInput``."""
    row = locked(incident)
    require_responder(acting_user, row.centre_id)
    if not causes.strip() or len(causes) > CAUSES_LIMIT:
        raise BadInput(
            _("Write down what caused it, in at most %(limit)s characters.") % {"limit": CAUSES_LIMIT},
            code="bad_causes",
            field="causes",
        )
    row.causes = causes.strip()
    row.save(update_fields=["causes"])
    record(
        incident=row,
        kind=IncidentEventKind.CAUSES,
        at=at,
        actor=acting_user,
        note=row.causes,
        details={"causes": row.causes},
    )
    return row


@transaction.atomic
def agree_follow_up(
    *, incident: Incident, what: str, owner: User, due_on: date, at: datetime, acting_user: User
) -> FollowUp:
    """Somebody does something until a day. Raises ``NotAllowed``, ``BadInput``."""
    row = locked(incident)
    require_responder(acting_user, row.centre_id)
    what = " ".join(what.split())
    if not what or len(what) > 200:
        raise BadInput(_("Say what is to be done, in at most 200 characters."), code="bad_what", field="what")
    if due_on < clock.local_day(at):
        raise BadInput(_("Choose a day that is not over."), code="over", field="due_on")
    made = FollowUp.objects.create(incident=row, what=what, owner=owner, due_on=due_on)
    record(
        incident=row,
        kind=IncidentEventKind.FOLLOW_UP,
        at=at,
        actor=acting_user,
        note=f"{what} · {owner} · {due_on:%d/%m/%Y}",
    )
    return made


@transaction.atomic
def finish_follow_up(*, follow_up: FollowUp, at: datetime, acting_user: User) -> FollowUp:
    """It is done; said by its owner or by support. Twice is once. Raises ``NotAllowed``."""
    incident = locked(follow_up.incident)
    if follow_up.owner_id != acting_user.pk and not may_respond(acting_user, incident.centre_id):
        raise NotAllowed(_("Only its owner or support can do this."), code="not_owner")
    row = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    if row.done_at is None:
        row.done_at = at
        row.save(update_fields=["done_at"])
        record(incident=incident, kind=IncidentEventKind.FOLLOWED_UP, at=at, actor=acting_user, note=row.what)
    return row


@transaction.atomic
def hand_follow_up_on(*, follow_up: FollowUp, to: User, at: datetime, acting_user: User) -> FollowUp:
    """A colleague does it instead. Raises ``NotAllowed``, ``BadInput``."""
    incident = locked(follow_up.incident)
    require_responder(acting_user, incident.centre_id)
    if not may_respond(to, incident.centre_id):
        raise BadInput(_("Choose somebody of support."), code="not_support", field="to")
    row = FollowUp.objects.select_for_update(of=("self",)).select_related("owner").get(pk=follow_up.pk)
    words = f"{row.what} · {row.owner} → {to}"
    row.owner = to
    row.save(update_fields=["owner"])
    record(incident=incident, kind=IncidentEventKind.FOLLOW_UP, at=at, actor=acting_user, note=words)
    return row
