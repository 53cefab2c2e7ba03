"""Who may do what with a dossier."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Register
from applications.notarisation.enums import RegisterKind
from applications.notarisation.signers import delegations_on
from centres.enums import AT_COUNTER, Role
from centres.models import Centre, Membership
from centres.permissions import MANAGERS, STAFF, has_role
from portal.errors import NotAllowed

RECEIVERS = frozenset({Role.COUNTER_OFFICER})
SPECIALISTS = frozenset({Role.SPECIALIST})
LEADERS = frozenset({Role.LEADER})
OFFICE_KEEPERS = SPECIALISTS | LEADERS
FILE_CHECKERS = RECEIVERS | SPECIALISTS | LEADERS
CITY = frozenset({Role.CITY_ADMIN})
# The register holds the names of everybody who had something certified: specialists decide without it.
REGISTER_READERS = frozenset({Role.COUNTER_OFFICER, Role.LEADER, Role.MANAGER, Role.CITY_ADMIN})
# Who looks after what goes to the national portal: the whole city's, since one account sends it.
NATIONAL_KEEPERS = frozenset({Role.CITY_ADMIN})
REGISTER_MANAGERS = frozenset({Role.LEADER, Role.MANAGER, Role.CITY_ADMIN})


def may_receive(user: Any, application: Application) -> bool:
    return has_role(user, RECEIVERS, application.helped_at_id)


def may_handle(user: Any, application: Application) -> bool:
    return has_role(user, SPECIALISTS, application.competent_id) and not application.waits_to_be_forwarded


def may_sign(user: Any, application: Application) -> bool:
    return has_role(user, LEADERS, application.competent_id) and not application.waits_to_be_forwarded


def memberships_on(day: date) -> QuerySet[Membership]:
    """Roles that hold on this day."""
    return Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day, blocked_reason=""
    )


def certifying_scope(user: Any, day: date) -> dict[int, frozenset[str]]:
    """Kinds of registers by the id of the centre at which this person may certify on this day. Two statements.

    Leaders of the centre, and whoever a deed delegates or assigns (Decree 280/2025/NĐ-CP) and works there: whoever left
    certifies nothing more.
    """
    if not user.is_authenticated or not user.is_active:
        return {}
    roles = memberships_on(day).filter(user=user)
    scope: dict[int, set[str]] = {}
    for centre_id in roles.filter(role__in=LEADERS).values_list("centre", flat=True):
        scope[centre_id] = set(RegisterKind.values)
    works_there = Exists(roles.filter(centre=OuterRef("centre"), role__in=STAFF))
    for centre_id, kinds in delegations_on(day).filter(works_there, person=user).values_list("centre", "kinds"):
        scope.setdefault(centre_id, set()).update(kinds)
    return {centre_id: frozenset(kinds) for centre_id, kinds in scope.items()}


def may_certify(user: Any, centre: Centre, kind: str, day: date) -> bool:
    """Whether this person signs certifications of this kind at the centre on this day."""
    return kind in certifying_scope(user, day).get(centre.pk, frozenset())


def may_enter_delegation(user: Any, centre_id: int) -> bool:
    """Who writes down at this centre what a deed says, and ends it."""
    return has_role(user, MANAGERS, centre_id)


def is_own_work(user: Any, application: Application) -> bool:
    """Whether this person handles the dossier or proposed its result: then somebody else signs."""
    result = getattr(application, "result", None)
    return user.pk in (application.handler_id, result.proposed_by_id if result else None)


def may_hand_over(user: Any, application: Application) -> bool:
    return has_role(user, RECEIVERS, application.received_at_centre_id)


def may_move_originals(user: Any, branch_id: int) -> bool:
    """Who has a branch's originals in hand: its counter officers."""
    return has_role(user, RECEIVERS, branch_id)


def may_hold_originals(user: Any, competent_id: int) -> bool:
    """Who receives originals for the office that decides, and sends them back."""
    return has_role(user, OFFICE_KEEPERS, competent_id)


def may_declare_lost(user: Any, branch_id: int) -> bool:
    """Who answers for a branch that an original is not found any more."""
    return has_role(user, MANAGERS, branch_id)


def may_take_back(user: Any, application: Application) -> bool:
    """Who may note that its applicant withdraws it: where it was received, and whoever decides on it."""
    centre = application.received_at_centre_id or application.helped_at_id
    return has_role(user, RECEIVERS, centre) or may_sign(user, application)


def may_write(user: Any, application: Application) -> bool:
    """Who writes to its citizen: whoever received it, handles it or decides on it."""
    receives = may_receive(user, application) or may_hand_over(user, application)
    return receives or may_handle(user, application) or may_sign(user, application)


def may_note(user: Any, application: Application) -> bool:
    """Who leaves a note for colleagues: the same, and the managers of the centres it goes through."""
    centres = {application.helped_at_id, application.received_at_centre_id, application.competent_id} - {None}
    return may_write(user, application) or any(has_role(user, {Role.MANAGER}, pk) for pk in centres)


def may_correct_form(user: Any, application: Application) -> bool:
    """Who puts right what was filled in: whoever received it, and whoever examines it."""
    return may_hand_over(user, application) or may_handle(user, application)


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
