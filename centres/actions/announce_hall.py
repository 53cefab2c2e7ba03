"""Say something on the boards of a hall, at once or at a planned time, and stop it again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.enums import HallAnnouncementEventKind
from centres.hours import PLANS_AHEAD
from centres.models import Centre, HallAnnouncement, HallAnnouncementEvent, Zone
from centres.models.hall import MOST_MINUTES, TEXT_LIMIT
from centres.permissions import ANNOUNCERS, has_role
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput, NotAllowed

LONGEST = timedelta(days=31)


@transaction.atomic
def announce(
    *,
    centre: Centre,
    text: str,
    until_at: datetime,
    from_at: datetime | None = None,
    every_minutes: int = 0,
    zone: Zone | None = None,
    at: datetime,
    acting_user: User,
) -> HallAnnouncement:
    """Show this text on the boards of the centre (or of one zone) and say it; from now when ``from_at`` is left out.

    ``every_minutes`` says it again and again, 0 only at its beginning. Raises ``NotAllowed``, ``BadInput``.
    """
    _guard(centre.pk, acting_user)
    text = " ".join(text.split())
    if not text or len(text) > TEXT_LIMIT:
        raise BadInput(
            _("Write what the boards should say, in at most %(limit)s characters.") % {"limit": TEXT_LIMIT},
            code="bad_text",
            field="text",
        )
    if zone is not None and zone.centre_id != centre.pk:
        raise BadInput(_("Choose a zone of this centre."), code="other_centre", field="zone")
    if not 0 <= every_minutes <= MOST_MINUTES:
        raise BadInput(
            _("Repeat it after 1 to %(most)s minutes, or leave it empty.") % {"most": MOST_MINUTES},
            code="bad_interval",
            field="every_minutes",
        )
    begins = max(at, from_at or at)
    last = clock.local_day(at) + PLANS_AHEAD
    if clock.local_day(begins) > last:
        raise BadInput(
            _("That is too far ahead. Choose a day until %(last)s.") % {"last": f"{last:%d/%m/%Y}"},
            code="too_far",
            field="from_at",
        )
    if until_at <= begins:
        raise BadInput(_("The end must be later than the beginning and than now."), code="bad_end", field="until_at")
    if until_at - begins > LONGEST:
        raise BadInput(
            _("Let it end within %(days)s days of its beginning.") % {"days": LONGEST.days},
            code="too_long",
            field="until_at",
        )
    made = HallAnnouncement.objects.create(
        centre=centre, zone=zone, text=text, from_at=begins, until_at=until_at, every_minutes=every_minutes
    )
    _write_down(made, HallAnnouncementEventKind.MADE, at, acting_user)
    return made


@transaction.atomic
def stop(*, announcement: HallAnnouncement, at: datetime, acting_user: User) -> HallAnnouncement:
    """Take it off the boards, or do not begin it. Stopping again changes nothing. Raises ``NotAllowed``."""
    _guard(announcement.centre_id, acting_user)
    row = HallAnnouncement.objects.select_for_update().get(pk=announcement.pk)
    if row.stopped_at is None and at < row.until_at:
        row.stopped_at = at
        row.save(update_fields=["stopped_at"])
        _write_down(row, HallAnnouncementEventKind.STOPPED, at, acting_user)
    return row


def _write_down(announcement: HallAnnouncement, kind: str, at: datetime, actor: User) -> None:
    HallAnnouncementEvent.objects.create(announcement=announcement, kind=kind, at=at, actor=actor)
    live.bump(f"hall:{announcement.centre_id}")


def _guard(centre_id: int, user: User) -> None:
    if not has_role(user, ANNOUNCERS, centre_id):
        raise NotAllowed(_("Only a manager of the centre can do this."), code="not_manager_here")
