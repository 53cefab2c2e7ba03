"""Tell staff something, and keep who has read and who has confirmed it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.actions import announce_hall
from centres.enums import Role
from centres.models import Centre
from centres.models.hall import TEXT_LIMIT
from centres.permissions import has_role, roles_of
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput, NotAllowed, RuleBroken
from support.announcing import is_for
from support.history import TOPIC
from support.models import Announcement, AnnouncementReader
from support.permissions import SPEAKERS, for_the_city
from support.rules import rules_on

# What a screen holds.
TITLE_LIMIT, BODY_LIMIT = 120, 2000


@transaction.atomic
def announce(
    *,
    centre: Centre | None,
    roles: Iterable[str] = (),
    title: str,
    text: str = "",
    until_at: datetime,
    from_at: datetime | None = None,
    must_confirm: bool = False,
    is_public: bool = False,
    to_hall: bool = False,
    at: datetime,
    acting_user: User,
) -> Announcement:
    """Tell staff of a centre (of all where none is named), or only those with some roles; from now unless said otherwise.

    ``is_public``: citizens read it on the status page and the first page. ``to_hall``: the boards of the centre show and
    say its title. Raises ``NotAllowed``, ``BadInput``.
    """
    _guard(centre, acting_user)
    title, text = " ".join(title.split()), text.strip()
    if not title or len(title) > TITLE_LIMIT:
        raise BadInput(
            _("Give it a title of at most %(limit)s characters.") % {"limit": TITLE_LIMIT},
            code="bad_title",
            field="title",
        )
    if len(text) > BODY_LIMIT:
        raise BadInput(
            _("At most %(limit)s characters, please.") % {"limit": BODY_LIMIT}, code="too_long", field="text"
        )
    chosen = sorted(set(roles))
    if set(chosen) - set(Role.values):
        raise BadInput(_("Choose roles there are."), code="bad_role", field="roles")
    begins = max(at, from_at or at)
    most = rules_on(clock.local_day(at)).announcement_most_days
    if not timedelta() < until_at - begins <= timedelta(days=most):
        raise BadInput(
            _("It must end after its beginning, within %(days)s days.") % {"days": most},
            code="bad_end",
            field="until_at",
        )
    if to_hall:
        _to_hall(centre, title, begins, until_at, at, acting_user)
    made = Announcement.objects.create(
        centre=centre, roles=chosen, title=title, text=text, must_confirm=must_confirm, is_public=is_public,
        author=acting_user, from_at=begins, until_at=until_at,
    )  # fmt: skip
    live.bump(TOPIC)
    return made


@transaction.atomic
def withdraw(*, announcement: Announcement, at: datetime, acting_user: User) -> Announcement:
    """Take it back; who has read it stays written down. Raises ``NotAllowed``."""
    _guard(announcement.centre, acting_user)
    if announcement.withdrawn_at is None:
        announcement.withdrawn_at = at
        announcement.save(update_fields=["withdrawn_at"])
        live.bump(TOPIC)
    return announcement


@transaction.atomic
def read(*, announcement: Announcement, at: datetime, acting_user: User, confirms: bool = False) -> AnnouncementReader:
    """I have opened it, or confirm it. Twice is once. Raises ``NotAllowed``, ``RuleBroken``."""
    if not is_for(announcement, roles_of(acting_user)):
        raise NotAllowed(_("This announcement is for others."), code="for_others")
    if confirms and not announcement.must_confirm:
        raise RuleBroken(_("Nobody asked to confirm this."), code="nothing_to_confirm")
    row, _is_new = AnnouncementReader.objects.get_or_create(
        announcement=announcement, user=acting_user, defaults={"read_at": at}
    )
    if confirms and row.confirmed_at is None:
        row.confirmed_at = at
        row.save(update_fields=["confirmed_at"])
    return row


def _to_hall(centre: Centre | None, title: str, begins: datetime, until_at: datetime, at: datetime, user: User) -> None:
    if centre is None:
        raise BadInput(_("The boards are those of a centre: choose one."), code="no_centre", field="to_hall")
    announce_hall.announce(
        centre=centre, text=title[:TEXT_LIMIT], from_at=begins, until_at=min(until_at, begins + announce_hall.LONGEST),
        at=at, acting_user=user,
    )  # fmt: skip


def _guard(centre: Centre | None, user: User) -> None:
    allowed = has_role(user, SPEAKERS, centre.pk) if centre is not None else for_the_city(user, SPEAKERS)
    if not allowed:
        raise NotAllowed(_("Only support staff or a manager of this centre can do this."), code="not_speaker_here")
