"""Put people on call, take them off again, and keep how they are reached."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from citizens.models import User
from notifications.actions.subscribe import subscribe
from portal import clock
from portal.errors import BadInput, NotAllowed
from portal.vn.phones import parse_mobile
from portal.vn.problems import InvalidValue
from support.models import OnCallBrowser, OnCallContact, OnCallShift
from support.models.on_call import MOST_LEVELS
from support.permissions import RESPONDERS, for_the_city, may_respond, require_support
from support.rules import rules_on


@transaction.atomic
def put_on_call(
    *,
    user: User,
    centre: Centre | None,
    level: int,
    from_at: datetime,
    until_at: datetime,
    at: datetime,
    acting_user: User,
) -> OnCallShift:
    """Whom to call from one moment to another. Raises ``NotAllowed``, ``BadInput``."""
    _guard(centre, acting_user)
    if not may_respond(user, centre.pk if centre else None):
        raise BadInput(_("Choose somebody of support."), code="not_support", field="user")
    if not 1 <= level <= MOST_LEVELS:
        raise BadInput(_("Choose a level."), code="bad_level", field="level")
    if until_at <= max(from_at, at):
        raise BadInput(_("The end must be later than the beginning and than now."), code="bad_end", field="until_at")
    most = rules_on(clock.local_day(at)).shift_most_days
    if until_at - from_at > timedelta(days=most):
        raise BadInput(
            _("Let it end within %(days)s days of its beginning.") % {"days": most},
            code="too_long",
            field="until_at",
        )
    return OnCallShift.objects.create(user=user, centre=centre, level=level, from_at=from_at, until_at=until_at)


@transaction.atomic
def take_off_call(*, shift: OnCallShift, at: datetime, acting_user: User) -> None:
    """A shift ahead is dropped, a running one ends now; one that is over stays as it was. Raises ``NotAllowed``."""
    _guard(shift.centre, acting_user)
    row = OnCallShift.objects.select_for_update().filter(pk=shift.pk).first()
    if row is None or row.until_at <= at:
        return
    if row.from_at >= at:
        row.delete()
        return
    row.until_at = at
    row.save(update_fields=["until_at"])


@transaction.atomic
def keep_contact(*, phone: str, email: str, acting_user: User) -> OnCallContact:
    """Where I am reached when I am on call. Raises ``NotAllowed``, ``BadInput``."""
    require_support(acting_user)
    try:
        number = parse_mobile(phone) if phone.strip() else ""
    except InvalidValue as refused:
        raise BadInput(refused.message, code=refused.code, field="phone") from refused
    return OnCallContact.objects.update_or_create(user=acting_user, defaults={"phone": number, "email": email.strip()})[
        0
    ]


@transaction.atomic
def keep_browser(*, endpoint: str, p256dh: str, auth: str, at: datetime, acting_user: User) -> OnCallBrowser:
    """This browser shows me what I am called for. Raises ``NotAllowed``, ``BadInput``."""
    require_support(acting_user)
    browser = subscribe(endpoint=endpoint, p256dh=p256dh, auth=auth, lasts=True, at=at)
    return OnCallBrowser.objects.update_or_create(browser=browser, defaults={"user": acting_user})[0]


def _guard(centre: Centre | None, user: User) -> None:
    if centre is None and for_the_city(user, RESPONDERS):
        return
    if centre is None or not may_respond(user, centre.pk):
        raise NotAllowed(_("Only support staff of this centre can do this."), code="not_support_here")
