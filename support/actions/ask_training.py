"""What a role must have done before it opens a counter, and who may open one although it is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from centres.permissions import DESK, has_role
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken
from procedures.models import Field
from support.actions.keep_equipment import line_of
from support.law_lessons import reach_of, services_at
from support.models import Course, TrainingException, TrainingRequirement
from support.models.training import REASON_LIMIT
from support.permissions import require_manager
from support.rules import rules_on
from support.training import Asked


@transaction.atomic
def ask_for(
    *,
    centre: Centre | None,
    role: str,
    course: Course | None,
    field: Field | None = None,
    warns_from: date,
    blocks_from: date | None = None,
    at: datetime,
    acting_user: User,
) -> TrainingRequirement:
    """From a day on whoever opens a counter in this role is warned, and from another kept from it, without this course (without
    one: the lessons of new law). Of one centre, or of all; only where a field is given, if one is named.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``.
    """
    require_manager(acting_user, centre.pk if centre else None)
    if role not in DESK:
        raise BadInput(_("Choose a role that opens counters."), code="bad_role", field="role")
    if course is not None and course.centre_id is not None and (centre is None or centre.pk != course.centre_id):
        raise BadInput(_("This course is one of another centre."), code="other_centre", field="course")
    if warns_from < clock.local_day(at):
        raise BadInput(
            _("Choose today or a later day: people need time to learn it."), code="bad_day", field="warns_from"
        )
    if blocks_from is not None and blocks_from < warns_from:
        raise BadInput(_("It has to warn before it blocks."), code="bad_day", field="blocks_from")
    try:
        with transaction.atomic():
            return TrainingRequirement.objects.create(
                centre=centre, role=role, course=course, field=field, warns_from=warns_from, blocks_from=blocks_from,
                made_by=acting_user, made_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise RuleBroken(
            _("This is asked for already. End that first, then write it anew."), code="asked_already"
        ) from None


@transaction.atomic
def ask_no_more(*, requirement: TrainingRequirement, at: datetime, acting_user: User) -> TrainingRequirement:
    """From tomorrow on it is not asked for; what would only have begun then never is. Raises ``NotAllowed``."""
    row = TrainingRequirement.objects.select_for_update(of=("self",)).get(pk=requirement.pk)
    require_manager(acting_user, row.centre_id)
    if row.until is None:
        row.until, row.ended_by = clock.local_day(at), acting_user
        row.save(update_fields=["until", "ended_by"])
    return row


@transaction.atomic
def except_from(
    *, centre: Centre, person: User, last_day: date, reason: str, at: datetime, acting_user: User
) -> TrainingException:
    """In an emergency: this person may open counters here until that day although training is missing.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``nothing_missing``).
    """
    require_manager(acting_user, centre.pk)
    today = clock.local_day(at)
    if not has_role(person, DESK, centre.pk):
        raise BadInput(_("This person opens no counter here."), code="not_staff_here", field="person")
    if person.pk == acting_user.pk:
        raise BadInput(_("Nobody excepts themselves. Ask another manager."), code="oneself", field="person")
    most = rules_on(today).exception_most_days
    if not today <= last_day < today + timedelta(days=most):
        raise BadInput(
            _("Choose a day within %(days)s days from today on.") % {"days": most}, code="bad_day", field="last_day"
        )
    why = line_of(reason, REASON_LIMIT, "reason")
    if not why:
        raise BadInput(_("Please say why in a few words."), code="reason_missing", field="reason")
    reach = reach_of(services_at([centre.pk]))
    missing = Asked(centre, [person.pk], reach, today).lacks(person.pk, reach)
    if not missing:
        raise RuleBroken(_("Nothing keeps this person from a counter."), code="nothing_missing")
    return TrainingException.objects.create(
        centre=centre, user=person, first_day=today, last_day=last_day, reason=why,
        lacked=[lack.what for lack in missing], granted_by=acting_user, at=at,
    )  # fmt: skip
