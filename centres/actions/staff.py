"""Somebody joins a centre with an account of their own; roles begin and end on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.enums import Role, StaffChangeKind
from centres.models import Centre, Membership, StaffChange
from centres.permissions import has_role
from citizens.actions.accounts import open_account, reopen_account
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed

CITY = frozenset({Role.CITY_ADMIN})
WITHOUT_CENTRE = frozenset({Role.CITY_ADMIN})
EITHER = frozenset({Role.SUPPORT})


@transaction.atomic
def join(
    *,
    person: User | None,
    username: str,
    full_name: str,
    email: str = "",
    centre: Centre | None,
    role: str,
    title: str = "",
    first_day: date,
    at: datetime,
    acting_user: User,
) -> User:
    """Give somebody a role from a day on. Without ``person`` the account is new; one that was closed opens again, with
    no password: the first sign-in sets it. Raises ``NotAllowed``, ``BadInput``."""
    guard(acting_user)
    person = _account(person, username, full_name, email)
    give_role(person=person, centre=centre, role=role, title=title, first_day=first_day, at=at)
    StaffChange.objects.create(
        person=person,
        kind=StaffChangeKind.JOINED,
        centre=centre,
        day=first_day,
        at=at,
        by=acting_user,
        details=[str(Role(role).value)],
    )
    return person


def guard(user: User) -> None:
    """Raises ``NotAllowed`` unless the city's administrator asks."""
    if not has_role(user, CITY):
        raise NotAllowed(_("Only the city administrator can do this."), code="not_city")


def _account(person: User | None, username: str, full_name: str, email: str) -> User:
    if person is None:
        return open_account(username=username, full_name=full_name, email=email)
    person = User.objects.select_for_update().get(pk=person.pk)
    return person if person.is_active else reopen_account(person)


def give_role(
    *, person: User, centre: Centre | None, role: str, title: str, first_day: date, at: datetime
) -> Membership:
    """The role from a day on; one that ends on that day or later goes on. Raises ``BadInput``."""
    if role not in Role.values:
        raise BadInput(_("Choose a role."), code="bad_role", field="role")
    if centre is None and role not in WITHOUT_CENTRE | EITHER:
        raise BadInput(_("Choose the centre."), code="centre_missing", field="centre")
    if centre is not None and role in WITHOUT_CENTRE:
        raise BadInput(
            _("A city administrator has the whole city: choose no centre."), code="centre_given", field="centre"
        )
    if first_day < clock.local_day(at):
        raise BadInput(_("The first day is over already."), code="first_day_over", field="first_day")
    held = Membership.objects.select_for_update().filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=first_day), user=person, centre=centre, role=role
    )
    before = held.order_by("valid_from").first()
    if before is not None and before.valid_to is None:
        raise BadInput(_("This person has this role there already."), code="has_role", field="role")
    if before is not None:
        before.valid_to, before.title, before.successor = None, title or before.title, None
        before.save(update_fields=["valid_to", "title", "successor"])
        return before
    try:
        with transaction.atomic():
            return Membership.objects.create(
                user=person, centre=centre, role=role, title=" ".join(title.split()), valid_from=first_day
            )
    except IntegrityError:
        raise BadInput(_("This person has this role there already."), code="has_role", field="role") from None


def end_roles(*, roles: Sequence[Membership], last_day: date) -> None:
    """No role lasts beyond the day; what would only have begun later never was."""
    for role in roles:
        if role.valid_from > last_day:
            role.delete()
        elif role.valid_to is None or role.valid_to > last_day:
            role.valid_to = last_day
            role.save(update_fields=["valid_to"])


def name_successor(*, person: User, centre: Centre, to_id: int) -> None:
    """Whatever still lies with the person there after the last day then goes to this colleague."""
    rows = Membership.objects.filter(user=person, centre=centre, role=Role.SPECIALIST, valid_to__isnull=False)
    last = rows.order_by("-valid_to").first()
    if last is not None:
        last.successor_id = to_id
        last.save(update_fields=["successor"])


def day_before(day: date) -> date:
    return day - timedelta(days=1)
