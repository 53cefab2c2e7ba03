"""Who may do what about incidents."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from centres.enums import Role
from centres.permissions import MANAGERS, STAFF, centres_of, has_role, roles_of
from portal.errors import NotAllowed

# Who looks after incidents, outages and known problems.
RESPONDERS = frozenset({Role.SUPPORT, Role.CITY_ADMIN})
# Who sees the list: a manager reads what concerns the centre.
READERS = RESPONDERS | {Role.MANAGER}
# Who goes to people in the hall; a manager where nobody else does.
HELPERS = frozenset({Role.HELPER, Role.SUPPORT})
MAY_HELP = HELPERS | {Role.MANAGER}
# Who may be told in a browser.
CALLED = RESPONDERS | MAY_HELP
# Who looks whether a centre is ready.
SURVEYORS = READERS
# Who may speak to staff.
SPEAKERS = READERS


def may_respond(user: Any, centre_id: int | None) -> bool:
    """Whether the user looks after this centre's incidents; those of no centre are everybody's in support."""
    return has_role(user, RESPONDERS, centre_id)


def may_read_dossiers(user: Any, centre_id: int | None) -> bool:
    """Whether a dossier of this centre may be the user's business; the dossier itself says whether it is. Support has none."""
    return has_role(user, STAFF, centre_id)


def may_open(user: Any) -> bool:
    """Whether the user reads the list of incidents."""
    return has_role(user, READERS)


def for_the_city(user: Any, roles: frozenset[Role] = RESPONDERS) -> bool:
    """Whether the user holds one of these roles for all centres."""
    return centres_of(user, roles) is None


def require_responder(user: Any, centre_id: int | None) -> None:
    """Raises ``NotAllowed`` for anybody else."""
    if not may_respond(user, centre_id):
        raise NotAllowed(_("Only support staff of this centre can do this."), code="not_support_here")


def require_support(user: Any) -> None:
    """Raises ``NotAllowed`` for whoever supports no centre."""
    if not has_role(user, RESPONDERS):
        raise NotAllowed(_("This page is for support staff."), code="not_support")


def require_reader(user: Any) -> None:
    """Raises ``NotAllowed`` for whoever neither supports nor manages a centre."""
    if not may_open(user):
        raise NotAllowed(_("This page is for support staff and managers."), code="not_support")


def may_help(user: Any, centre_id: int | None = None) -> bool:
    """Whether the user may go to people in this centre's hall (in any hall when none is named)."""
    return has_role(user, MAY_HELP, centre_id)


def require_helper(user: Any, centre_id: int | None = None) -> None:
    """Raises ``NotAllowed`` for whoever does not help in this hall."""
    if not may_help(user, centre_id):
        raise NotAllowed(_("This page is for helpers in the hall."), code="not_helper")


def require_called(user: Any) -> None:
    """Raises ``NotAllowed`` for whoever is never called for anything."""
    if not has_role(user, CALLED):
        raise NotAllowed(_("This page is for support staff."), code="not_support")


def require_staff(user: Any) -> None:
    """Raises ``NotAllowed`` for whoever works at no centre."""
    if not roles_of(user):
        raise NotAllowed(_("This page is for staff of a centre."), code="not_staff")


def may_teach(user: Any, centre_id: int | None) -> bool:
    """Whether the user writes courses of this centre and teaches them; those of the whole city need a role for the city."""
    return has_role(user, READERS, centre_id) if centre_id is not None else for_the_city(user, READERS)


def require_teacher(user: Any, centre_id: int | None) -> None:
    """Raises ``NotAllowed`` for anybody else."""
    if not may_teach(user, centre_id):
        raise NotAllowed(_("Only support staff or a manager of this centre can do this."), code="not_teacher_here")


def require_manager(user: Any, centre_id: int | None) -> None:
    """Raises ``NotAllowed`` for whoever does not manage this centre, or the city where none is named."""
    allowed = has_role(user, MANAGERS, centre_id) if centre_id is not None else for_the_city(user, MANAGERS)
    if not allowed:
        raise NotAllowed(_("Only a manager of the centre can do this."), code="not_manager_here")


def require_surveyor(user: Any, centre_id: int | None) -> None:
    """Raises ``NotAllowed`` for whoever neither supports nor manages this centre."""
    if not has_role(user, SURVEYORS, centre_id):
        raise NotAllowed(_("Only support staff and managers of this centre can do this."), code="not_surveyor_here")
