"""Waivers and discounts as the administration keeps them: drafted, published from a day on, taken back, ended, followed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from procedures import revisions
from procedures.form_fields import free
from procedures.models import Incentive

PERMISSION = "procedures.change_incentive"
_OWN = {"id", "key", "effective_from", "effective_to", "published_at", "brought_forward", "follows", "edited_at"}


@transaction.atomic
def draft_incentive(*, like: Incentive, effective_from: date, acting_user: Any) -> Incentive:
    """A draft with everything of ``like``, which it will end. Nothing changes until it is published.

    Raises ``NotAllowed``, ``RuleBroken`` (``first_day_over``).
    """
    _refuse_stranger(acting_user)
    _refuse_first_day(effective_from, like, clock.today())
    draft = Incentive(
        key=free(like.key, set(Incentive.objects.values_list("key", flat=True))),
        effective_from=effective_from,
        follows=like,
        edited_at=clock.now(),
    )
    for field in Incentive._meta.concrete_fields:
        if field.name not in _OWN:
            setattr(draft, field.attname, getattr(like, field.attname))
    draft.save()
    draft.procedures.set(like.procedures.all())
    return draft


@transaction.atomic
def publish_incentive(*, incentive: Incentive, at: datetime, acting_user: Any) -> Incentive:
    """From its first day on fees are counted by it; the one it follows ends on the day before.

    Raises ``NotAllowed``, ``RuleBroken`` (``already_published``, ``not_complete``, ``first_day_over``).
    """
    _refuse_stranger(acting_user)
    draft = Incentive.objects.select_for_update().get(pk=incentive.pk)
    if draft.published_at is not None:
        raise RuleBroken(_("This has been published already."), code="already_published")
    if not draft.procedures.exists():
        raise RuleBroken(_("Choose at least one procedure whose fees it is about."), code="not_complete")
    _refuse_first_day(draft.effective_from, draft.follows, clock.local_day(at))
    if draft.follows is not None:
        draft.brought_forward = _end_before(draft.follows, draft.effective_from)
    draft.published_at = at
    draft.save()
    revisions.changed(revisions.CATALOGUE)
    return draft


def _refuse_first_day(first: date, follows: Incentive | None, today: date) -> None:
    if first < today or (follows is not None and first == today):
        raise RuleBroken(
            _("Choose a later first day: what was handed in until now was charged under other rules."),
            code="first_day_over",
            field="effective_from",
        )
    if follows is not None and follows.effective_from >= first:
        raise RuleBroken(
            _("Choose a first day after that of the one whose place it takes."),
            code="first_day_over",
            field="effective_from",
        )


def _end_before(one: Incentive, first: date) -> dict[str, Any] | None:
    """The one that is followed ends on the day before; its last day until now."""
    if one.effective_to is not None and one.effective_to < first:
        return None
    was = one.effective_to.isoformat() if one.effective_to else None
    one.effective_to, one.edited_at = first - timedelta(days=1), clock.now()
    one.save()
    return {"last_day": was}


@transaction.atomic
def withdraw_incentive(*, incentive: Incentive, at: datetime, acting_user: Any) -> Incentive:
    """Make a draft of it again; the one it follows gets back the last day it had, unless it was given another one since.

    Raises ``NotAllowed``, ``RuleBroken`` (``not_published``, ``in_force_already``).
    """
    _refuse_stranger(acting_user)
    found = Incentive.objects.select_for_update().get(pk=incentive.pk)
    if found.published_at is None:
        raise RuleBroken(_("This is a draft already."), code="not_published")
    if found.effective_from <= clock.local_day(at):
        raise RuleBroken(_("Fees are counted by this already. End it instead."), code="in_force_already")
    is_as_left = found.follows and found.follows.effective_to == found.effective_from - timedelta(days=1)
    if found.brought_forward and found.follows and is_as_left:
        last = found.brought_forward["last_day"]
        found.follows.effective_to = date.fromisoformat(last) if last else None
        found.follows.save()
    found.published_at, found.brought_forward = None, None
    found.save()
    return found


@transaction.atomic
def end_incentive(*, incentive: Incentive, last_day: date, at: datetime, acting_user: Any) -> Incentive:
    """Set the last day of what is published, today or later.

    Raises ``NotAllowed``, ``RuleBroken`` (``not_published``, ``day_over``).
    """
    _refuse_stranger(acting_user)
    found = Incentive.objects.select_for_update().get(pk=incentive.pk)
    if found.published_at is None:
        raise RuleBroken(_("This is a draft: write its last day on its page."), code="not_published")
    over = found.effective_to is not None and found.effective_to < clock.local_day(at)
    if over or last_day < max(clock.local_day(at), found.effective_from):
        raise RuleBroken(
            _("Choose today or a later day: what was charged until now stays as it is."),
            code="day_over",
            field="effective_to",
        )
    found.effective_to, found.edited_at = last_day, at
    found.save()
    return found


def _refuse_stranger(acting_user: Any) -> None:
    if not acting_user.has_perm(PERMISSION):
        raise NotAllowed(_("You may not change waivers and discounts. Ask the city administrator."), code="not_allowed")
