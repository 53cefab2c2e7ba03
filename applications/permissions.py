"""Who may do what with a dossier."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.models import Application, Register
from centres.enums import AT_COUNTER, Role
from centres.permissions import has_role
from portal.errors import NotAllowed

RECEIVERS = frozenset({Role.COUNTER_OFFICER})
SPECIALISTS = frozenset({Role.SPECIALIST})
LEADERS = frozenset({Role.LEADER})
# The register holds the names of everybody who had something certified: specialists decide without it.
REGISTER_READERS = frozenset({Role.COUNTER_OFFICER, Role.LEADER, Role.MANAGER, Role.CITY_ADMIN})
REGISTER_MANAGERS = frozenset({Role.LEADER, Role.MANAGER, Role.CITY_ADMIN})


def may_receive(user: Any, application: Application) -> bool:
    return has_role(user, RECEIVERS, application.helped_at_id)


def may_handle(user: Any, application: Application) -> bool:
    return has_role(user, SPECIALISTS, application.competent_id)


def may_sign(user: Any, application: Application) -> bool:
    return has_role(user, LEADERS, application.competent_id)


def is_own_work(user: Any, application: Application) -> bool:
    """Whether this person handles the dossier or proposed its result: then somebody else signs."""
    result = getattr(application, "result", None)
    return user.pk in (application.handler_id, result.proposed_by_id if result else None)


def may_hand_over(user: Any, application: Application) -> bool:
    return has_role(user, RECEIVERS, application.received_at_centre_id)


def may_take_back(user: Any, application: Application) -> bool:
    """Who may note that its applicant withdraws it: where it was received, and whoever decides on it."""
    centre = application.received_at_centre_id or application.helped_at_id
    return has_role(user, RECEIVERS, centre) or has_role(user, LEADERS, application.competent_id)


def may_keep_register(user: Any, register: Register) -> bool:
    """Who may hand a register over and close it."""
    return has_role(user, REGISTER_MANAGERS, register.centre_id)


def check_receiver(user: Any, draft: Application) -> None:
    """Raise ``NotAllowed`` unless this officer may work on the draft now: they receive at its centre, and its person does
    not stand at somebody else's counter. A draft of its own copies is with the matter it is made for.
    """
    check(may_receive(user, draft))
    matter = (draft.for_application or draft).matter
    ticket = matter.ticket if matter else None
    counter = ticket.counter if ticket and ticket.state in AT_COUNTER else None
    if ticket and counter and counter.officer_id not in (None, user.pk):
        raise NotAllowed(
            _("Number %(label)s is at counter %(number)s. Only the officer there can do this.")
            % {"label": ticket.label, "number": counter.number},
            code="other_counter",
        )


def check(allowed: bool) -> None:
    """Raise ``NotAllowed`` with a sentence unless it is allowed."""
    if not allowed:
        raise NotAllowed(
            _("Your role at this centre does not allow this. Ask the centre manager."), code="role_not_allowed"
        )
