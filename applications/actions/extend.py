"""The apology before a date is missed (form 04): drafted when it is foreseen, signed by a leader, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.issue_form import issue
from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce, open_step
from applications.enums import RUNNING, EventKind, StepKind
from applications.history import record
from applications.models import Application, Extension, HandlingRules, Step
from applications.pauses import counts_hours, extended
from applications.permissions import check, may_handle, may_sign
from applications.rules import check_last_day, end_of, rules_on, start_of, working_days_after
from citizens.models import User
from portal.clock import local_day
from portal.errors import BadInput, RuleBroken
from portal.vn.dates import format_moment
from procedures.catalogue_cache import load_calendar
from procedures.limits import Due

FORM = "04"
CHUNK = 200


def foreseen(at: datetime) -> Iterator[Application]:
    """Dossiers foreseen to miss their date, the nearest first: still examined, without an apology, and due within the reach
    of their kind of limit (days before the date, or hours)."""
    rules = rules_on(local_day(at))
    reach = end_of_day(working_days_after(local_day(at), rules.forecast_days))
    signing = Step.objects.filter(application=OuterRef("pk"), to_at__isnull=True, kind=StepKind.SIGN)
    drafted = Extension.objects.filter(application=OuterRef("pk"), dropped_at__isnull=True)
    rows = Application.objects.filter(state__in=RUNNING, due_at__gt=at, due_at__lt=reach, certification=None)
    rows = rows.exclude(Exists(signing)).exclude(Exists(drafted)).select_related("competent").order_by("due_at", "id")
    return (dossier for dossier in rows.iterator(CHUNK) if is_foreseen(dossier, rules, at))


def end_of_day(day: date) -> datetime:
    return start_of(day).replace(hour=0, minute=0) + timedelta(days=1)


def is_foreseen(dossier: Application, rules: HandlingRules, at: datetime) -> bool:
    """Whether this dossier's date comes within the reach of its kind of limit."""
    if dossier.due_at is None or not at < dossier.due_at:
        return False
    if counts_hours(dossier):
        return dossier.due_at - at <= timedelta(hours=rules.forecast_hours)
    return local_day(dossier.due_at) <= working_days_after(local_day(at), rules.forecast_days)


@transaction.atomic
def draft_extension(*, application: Application, at: datetime) -> Extension | None:
    """Draft the apology of one dossier that is foreseen to be late; None when it is not needed after all."""
    dossier = locked(application)
    if dossier.state not in RUNNING or dossier.due_at is None or not is_foreseen(dossier, rules_on(local_day(at)), at):
        return None
    if open_step(dossier) == StepKind.SIGN or dossier.extensions.filter(dropped_at__isnull=True).exists():
        return None
    made = Extension.objects.create(
        application=dossier, due_before=dossier.due_at, due_after=suggested(dossier, at), drafted_at=at
    )
    announce(dossier)
    return made


def suggested(dossier: Application, at: datetime) -> datetime:
    """The new date that a draft asks for, by the city's rule."""
    due_at = dossier.due_at or at
    day = working_days_after(local_day(due_at), rules_on(local_day(at)).extension_days)
    return end_of(day, dossier.competent)


@transaction.atomic
def prepare_extension(
    *, application: Application, reason: str, until: date, at: datetime, acting_user: User
) -> Application:
    """The specialist writes why it will be late and by when it can be done; the leader finds it to sign."""
    dossier = locked(application)
    check(may_handle(acting_user, dossier))
    if dossier.state not in RUNNING or dossier.due_at is None:
        raise wrong_state(dossier)
    draft = _draft_of(dossier)
    _reason(reason)
    due_after = _new_date(dossier, until, at)
    if draft is None:
        draft = Extension(application=dossier, drafted_at=at, due_before=dossier.due_at)
    draft.reason, draft.due_before, draft.due_after, draft.drafted_by = (
        reason.strip(), dossier.due_at, due_after, acting_user,
    )  # fmt: skip
    draft.save()
    announce(dossier)
    return dossier


@transaction.atomic
def sign_extension(
    *, application: Application, reason: str, until: date, at: datetime, acting_user: User
) -> Application:
    """The leader signs the apology before the date: the due date moves, the citizen is told, form 04 is issued.

    Decree 61/2018 art. 19, carried on by 118/2025: before the due moment, and once.
    """
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    if dossier.state not in RUNNING or dossier.due_at is None:
        raise wrong_state(dossier)
    draft = _draft_of(dossier) or Extension(application=dossier, drafted_at=at, drafted_by=acting_user)
    if dossier.due_at < at:
        raise RuleBroken(
            _("The date has passed. An apology has to be signed before it; the dossier counts as overdue."),
            code="date_passed",
        )
    _reason(reason)
    before, due_after = dossier.due_at, _new_date(dossier, until, at)
    draft.reason, draft.due_before, draft.due_after = reason.strip(), before, due_after
    draft.signed_at, draft.signed_by = at, acting_user
    draft.save()
    moved = extended(dossier, draft, Due(before, dossier.due_explanation), load_calendar())
    dossier.due_at, dossier.due_explanation, dossier.changed_at = moved.at, moved.explanation, at
    dossier.save(update_fields=["due_at", "due_explanation", "changed_at"])
    record(
        application=dossier,
        kind=EventKind.EXTENDED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"due_before": before.isoformat(), "due_at": moved.at.isoformat()},
        personal={"reason": draft.reason},
    )
    said = {
        "due_before": before.isoformat(),
        "due_after": moved.at.isoformat(),
        "why": draft.reason,
        "signer": str(acting_user),
    }
    issue(application=dossier, number=FORM, said=said, at=at, by=acting_user)
    messages.tell(messages.Extended, dossier, at=at)
    announce(dossier)
    return dossier


def drop_draft_of(dossier: Application, at: datetime) -> None:
    """A drafted apology is not needed any more; inside the caller's transaction."""
    dossier.extensions.filter(signed_at__isnull=True, dropped_at__isnull=True).update(dropped_at=at)


def _draft_of(dossier: Application) -> Extension | None:
    """The open draft, if there is one. Raises ``RuleBroken`` once an apology was signed."""
    held = dossier.extensions.filter(dropped_at__isnull=True).first()
    if held is not None and held.signed_at is not None:
        raise RuleBroken(
            _("More time was given on %(day)s already; the law allows it once.")
            % {"day": f"{local_day(held.signed_at):%d/%m/%Y}"},
            code="extended_already",
        )
    return held


def _reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput(_("Say why it will be late."), code="reason_empty", field="reason")


def _new_date(dossier: Application, until: date, at: datetime) -> datetime:
    """The close of that day, which has to be a working day after the promised one."""
    check_last_day(until, local_day(at), local_day(max(dossier.due_at or at, at)))
    moved = end_of(until, dossier.competent)
    if dossier.due_at is None or moved <= max(dossier.due_at, at):
        raise BadInput(
            _("Choose a day after %(due)s, which was promised.") % {"due": format_moment(dossier.due_at or at, "vi")},
            code="until_past",
            field="until",
        )
    return moved
