"""Asking for what is missing, once and completely (form 02), and what becomes of the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.ending import stop_unanswered
from applications.actions.issue_form import issue
from applications.actions.linked import go_on_with_parts, wait_for_citizen, wrong_part
from applications.actions.locking import locked, wrong_state
from applications.actions.part_clocks import go_on, recount_parts
from applications.actions.steps import announce, open_step
from applications.approved_days import Approved
from applications.catalogue import cleaned, form_values, version_of
from applications.duplicates import MOST_COMPARED, is_other_object
from applications.enums import EventKind, PartState, PauseWhy, State, StepKind, SupplementStage
from applications.history import record
from applications.linked import law_of
from applications.models import Application, Part, PartPause, SupplementRequest
from applications.models.handling import STILL_OPEN
from applications.pauses import counted_again, has_parts, spans_of
from applications.permissions import check, check_receiver, may_handle, may_receive, may_sign
from applications.rules import (
    answer_days,
    check_last_day,
    end_of,
    rules_on,
    start_of,
    working_days_after,
    working_days_before,
)
from centres.models import Outage
from citizens.models import User
from portal import live
from portal.clock import local_day
from portal.errors import BadInput, RuleBroken
from procedures.calendars import WorkCalendar
from procedures.waits import Span, day_without

FORM = "02"
# What a form has room for.
MOST_LINES = 40


@dataclass(frozen=True)
class Fault:
    """One thing that is missing or wrong: what it is about (a paper, a field, or nothing in particular), and what to do."""

    what: str
    todo: str = ""
    about: str = ""

    def __str__(self) -> str:
        said = f"{self.about}: {self.what}" if self.about else self.what
        return f"{said} {self.todo}".strip()


def _whole(faults: Sequence[Fault] | str) -> list[Fault]:
    """The faults without blanks; a text alone is one that is about no paper in particular. Raises ``BadInput``."""
    given = [Fault(faults)] if isinstance(faults, str) else faults
    lines = [Fault(one.what.strip(), one.todo.strip(), one.about.strip()) for one in given if one.what.strip()]
    if not lines:
        raise BadInput(_("Write what is missing and what the citizen should do."), code="faults_empty", field="faults")
    return lines[:MOST_LINES]


def suggested_until(application: Application, at: datetime) -> date:
    """The last day the citizen has when nobody says otherwise: as the law says for this procedure, else the city."""
    day = local_day(at)
    return working_days_after(day, answer_days(application, day) or rules_on(day).supplement_days)


@transaction.atomic
def ask_supplement(
    *,
    application: Application,
    faults: Sequence[Fault] | str,
    guidance: str = "",
    until: date | None = None,
    reason: str = "",
    part: str = "",
    at: datetime,
    acting_user: User,
) -> Application:
    """Ask once for everything that is missing, with reason and guidance; the clock stops, form 02 is issued.

    Decree 118/2025 art. 17.2a as amended by 309/2026: one notice. A second one is a leader's alone, with a reason, and marks
    the dossier: it counts as overdue. Of linked services ``part`` is asked for, and only its clock stops; the dossier
    waits as a whole once no office has anything of it.
    """
    dossier = locked(application)
    check(may_handle(acting_user, dossier) or may_sign(acting_user, dossier))
    if dossier.state != State.PROCESSING or open_step(dossier) != StepKind.APPRAISE:
        raise wrong_state(dossier)
    row = _part_asked(dossier, part)
    sequence = _asked(dossier, row).count() + 1
    lines = _whole(faults)
    if sequence > 1:
        _check_again(dossier, reason, acting_user)
    else:
        check(may_handle(acting_user, dossier))
    last = _until(dossier, until, at)
    from_state = dossier.state
    dossier.changed_at, dossier.asked_again = at, dossier.asked_again or sequence > 1
    dossier.save(update_fields=["changed_at", "asked_again"])
    if row is not None:
        row.ask_supplement()
        row.save()
        PartPause.objects.create(part=row, from_at=at)
    if row is None or not dossier.parts.filter(state=PartState.WITH_OFFICE).exists():
        wait_for_citizen(dossier, at)
    request = _requested(
        dossier, SupplementStage.APPRAISAL, sequence, lines, guidance, last, reason, at, acting_user, row
    )
    record(
        application=dossier,
        kind=EventKind.SUPPLEMENT_ASKED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        reason=request.reason,
        details={
            "until": request.until.isoformat() if request.until else "",
            **({"counts_as_overdue": True} if sequence > 1 else {}),
            **_named(row),
        },
        personal={"faults": request.faults},
    )
    messages.tell(messages.SupplementAsked, dossier, occasion=_occasion(request), at=at)
    announce(dossier)
    return dossier


def _part_asked(dossier: Application, key: str) -> Part | None:
    """The part that is asked for: one that is with its office; none for a dossier without parts."""
    if not has_parts(dossier):
        if key:
            raise wrong_state(dossier)
        return None
    row = dossier.parts.filter(key=key).first()
    if row is None:
        raise BadInput(_("Choose which of the services it is for."), code="part_empty", field="part")
    if row.state != PartState.WITH_OFFICE:
        raise wrong_part(row)
    return row


def _asked(dossier: Application, row: Part | None) -> QuerySet[SupplementRequest]:
    """What was asked for at the appraisal: each of the linked services may ask once."""
    return dossier.supplements.filter(stage=SupplementStage.APPRAISAL, part=row)


def _named(row: Part | None) -> dict[str, str]:
    return {"part": row.key} if row is not None else {}


def _occasion(request: SupplementRequest) -> str:
    return f"{request.part.key}:{request.sequence}" if request.part is not None else str(request.sequence)


def _check_again(dossier: Application, reason: str, user: User) -> None:
    if not may_sign(user, dossier):
        raise RuleBroken(
            _("A supplement was already requested for this dossier. Asking again needs a leader, with a reason."),
            code="second_supplement",
            field="faults",
        )
    if not reason.strip():
        raise BadInput(_("Say why it has to be asked a second time."), code="reason_empty", field="reason")


def _until(application: Application, until: date | None, at: datetime) -> date:
    """The last day: as the law says where it does, else the officer's or the city's."""
    suggested = suggested_until(application, at)
    if until is None or answer_days(application, local_day(at)):
        return suggested
    if until <= local_day(at):
        raise BadInput(_("The citizen needs some days: choose a later one."), code="until_past", field="until")
    check_last_day(until, local_day(at))
    return until


def _requested(
    application: Application,
    stage: SupplementStage,
    sequence: int,
    lines: list[Fault],
    guidance: str,
    last: date,
    reason: str,
    at: datetime,
    user: User,
    part: Part | None = None,
) -> SupplementRequest:
    """Its row and its form 02."""
    day = local_day(at)
    centre = application.received_at_centre or application.helped_at
    until = end_of(last, centre)
    ends = stage == SupplementStage.APPRAISAL and answer_days(application, day) is not None
    remind_on = max(working_days_before(last, rules_on(day).remind_days), day)
    request = SupplementRequest.objects.create(
        application=application,
        part=part,
        stage=stage,
        sequence=sequence,
        faults="\n".join(map(str, lines)),
        lines=[asdict(line) for line in lines],
        guidance=guidance.strip(),
        until=until,
        reason=reason.strip()[:500] if sequence > 1 else "",
        asked_at=at,
        asked_by=user,
        remind_at=max(start_of(remind_on), at) if stage == SupplementStage.APPRAISAL else None,
        ends_at=until if ends else None,
    )
    said = {
        "lines": request.lines,
        "guidance": request.guidance,
        "until": until.isoformat(),
        "officer": str(user),
        "again": request.reason,
        "ends": ends,
        **({"part": law_of(application, part.key)["name"]["vi"]} if part is not None else {}),
    }
    issue(application=application, number=FORM, said=said, at=at, by=user)
    return request


@transaction.atomic
def ask_at_intake(
    *,
    application: Application,
    faults: Sequence[Fault] | str,
    guidance: str = "",
    until: date | None = None,
    at: datetime,
    acting_user: User,
) -> SupplementRequest:
    """Say at the counter, on paper and completely, what is missing before it can be received. A second time is refused."""
    draft = locked(application)
    check_receiver(acting_user, draft)
    if draft.state not in (State.DRAFT, State.SUBMITTED):
        raise wrong_state(draft)
    if draft.applicant is None:
        raise RuleBroken(_("Scan the ID card or type the number: nobody is named yet."), code="no_applicant")
    before = asked_at_intake(draft, at)
    if before is not None:
        raise RuleBroken(
            _(
                "What is missing was asked for on %(day)s already, and the law allows one complete request: receive it once"
                " that is here, or refuse it with form 03. For another child, parcel or record, fill in the form first."
            )
            % {"day": f"{local_day(before.asked_at):%d/%m/%Y}"},
            code="second_supplement",
            field="faults",
        )
    lines, last = _whole(faults), _until(draft, until, at)
    request = _requested(draft, SupplementStage.INTAKE, 1, lines, guidance, last, "", at, acting_user)
    record(
        application=draft,
        kind=EventKind.SUPPLEMENT_ASKED,
        at=at,
        actor=acting_user,
        centre=draft.helped_at,
        details={"until": request.until.isoformat() if request.until else "", "intake": True},
        personal={"faults": request.faults},
    )
    live.bump(f"dossier:{draft.pk}")
    return request


def asked_at_intake(draft: Application, at: datetime) -> SupplementRequest | None:
    """The request that this person got at a counter for the same matter, while nothing was received of it since. Where both
    forms say what they are about and it is not the same, it is another matter."""
    same = Q(application=draft)
    if draft.applicant_id:
        same |= Q(application__applicant=draft.applicant_id, application__version__procedure=draft.version.procedure_id)
    since = at - timedelta(days=rules_on(local_day(at)).intake_days)
    rows = SupplementRequest.objects.filter(same, stage=SupplementStage.INTAKE, asked_at__gte=since)
    rows = rows.select_related("application").order_by("-asked_at")
    return next((row for row in rows if _is_of(draft, row.application) and not _received_since(row)), None)


def _is_of(draft: Application, asked: Application) -> bool:
    """Whether what was asked for of the one is asked for of the other."""
    if draft.pk == asked.pk:
        return True
    version = version_of(draft)
    here, there = (cleaned(version, form_values(row)) for row in (draft, asked))
    return not is_other_object(version, here, there)


def _received_since(request: SupplementRequest) -> bool:
    """Whether what it was asked for was received since: this person's, of the same procedure and of no other object."""
    asked = request.application
    rows = Application.objects.filter(
        applicant__isnull=False,
        applicant=asked.applicant_id,
        version__procedure=version_of(asked).procedure_id,
        received_at__gte=request.asked_at,
    )
    return any(_is_of(asked, row) for row in rows.order_by("-received_at")[:MOST_COMPARED])


@transaction.atomic
def accept_supplement(
    *, application: Application, note: str, part: str = "", at: datetime, acting_user: User
) -> Application:
    """The counter or the specialist has what was asked for; the clock goes on with the time the citizen took added.

    Of linked services it is what ``part`` was asked for.
    """
    dossier = locked(application)
    check(may_handle(acting_user, dossier) or may_receive(acting_user, dossier))
    asked = dossier.supplements.filter(STILL_OPEN).select_related("part")
    request = (asked.filter(part__key=part) if part else asked.filter(part__isnull=True)).first()
    waits = [State.SUPPLEMENT, State.PROCESSING, State.PAYMENT] if part else [State.SUPPLEMENT]
    if request is None or dossier.state not in waits:
        raise wrong_state(dossier)
    from_state = dossier.state
    request.answered_at = at
    request.save(update_fields=["answered_at"])
    if request.part is not None:
        part_goes_on(request.part, at)
    due_at, explanation = _goes_on(dossier, at)
    dossier.due_at, dossier.due_explanation, dossier.changed_at = due_at, explanation, at
    dossier.save(update_fields=["state", "paused_at", "due_at", "due_explanation", "changed_at"])
    record(
        application=dossier,
        kind=EventKind.SUPPLEMENTED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        details={"due_at": due_at.isoformat(), **_named(request.part)},
        personal={"note": note.strip()},
    )
    announce(dossier)
    return dossier


def _goes_on(dossier: Application, at: datetime) -> tuple[datetime, dict[str, str]]:
    """The due moment with what the citizen took added; a dossier that waited as a whole is in process again."""
    if dossier.state == State.SUPPLEMENT:
        due_at, explanation = go_on(dossier, at)
        dossier.resume(due_at, explanation)
        return due_at, explanation
    calendar = Approved().of(dossier)
    recount_parts(dossier, calendar)
    promised = counted_again(dossier, calendar)
    return promised.at, promised.explanation


def part_goes_on(row: Part, at: datetime) -> None:
    """The part's own clock runs again; its date is counted with the dossier's."""
    row.pauses.filter(to_at__isnull=True).update(to_at=at)
    row.resume()
    row.save()


def give_longer(dossier: Application, outage: Outage, calendar: WorkCalendar, at: datetime) -> bool:
    """The days that an announced outage takes from whoever has to answer come at the end; whether there were any. Never fewer
    days than the citizen was told, also where it is over sooner. Each of linked services may have asked. Inside the caller's
    transaction, on its locked row."""
    outages = spans_of(dossier.pauses.filter(why=PauseWhy.OUTAGE))
    asked = dossier.supplements.filter(STILL_OPEN).select_related("part").order_by("asked_at", "id")
    given = [request for request in asked if _later(dossier, request, outage, outages, calendar)]
    for request in given:
        _tell_longer(dossier, request, outage, at)
    return bool(given)


def _later(
    dossier: Application, request: SupplementRequest, outage: Outage, outages: list[Span], calendar: WorkCalendar
) -> bool:
    """Whether this request got another last day."""
    if request.until is None or request.asked_at >= outage.over_at:
        return False
    asked_until = request.asked_until or request.until
    last = day_without(local_day(asked_until), local_day(request.asked_at), outages, calendar)
    until = end_of(last, dossier.received_at_centre or dossier.helped_at)
    if until <= request.until:
        return False
    request.asked_until, request.until = asked_until, until
    if request.ends_at is not None:
        request.ends_at = max(request.ends_at, until)
    if request.remind_at is not None and request.reminded_at is None:
        remind_on = working_days_before(last, rules_on(local_day(request.asked_at)).remind_days)
        request.remind_at = max(request.remind_at, start_of(remind_on))
    request.save(update_fields=["until", "asked_until", "ends_at", "remind_at"])
    return True


def _tell_longer(dossier: Application, request: SupplementRequest, outage: Outage, at: datetime) -> None:
    until = request.until.isoformat() if request.until else ""
    record(
        application=dossier,
        kind=EventKind.ANSWER_MOVED,
        at=at,
        actor=None,
        centre=dossier.competent,
        reason=outage.what["vi"],
        details={"until": until, "outage": outage.pk, **_named(request.part)},
    )
    messages.tell(messages.SupplementWaits, dossier, occasion=f"{_occasion(request)}:{until}", at=at)


# -- what nobody answers ----------------------------------------------------------------------------------------------


def _open() -> QuerySet[SupplementRequest]:
    return SupplementRequest.objects.filter(STILL_OPEN)


def to_remind(at: datetime) -> QuerySet[SupplementRequest]:
    return _open().filter(reminded_at__isnull=True, remind_at__lte=at).order_by("remind_at")


def to_end(at: datetime) -> QuerySet[SupplementRequest]:
    return _open().filter(reminded_at__isnull=False, ends_at__lt=at).order_by("ends_at")


@transaction.atomic
def remind(*, request: SupplementRequest, at: datetime) -> bool:
    """Tell the citizen that the time for the supplement runs out; whether that was still needed.

    The law gives a notice before the end: where the reminder itself is late, the end waits for the next working day.
    """
    dossier = locked(request.application)
    held = dossier.supplements.filter(STILL_OPEN, pk=request.pk).select_related("part").first()
    if held is None or held.reminded_at is not None or not _waits(dossier, held):
        return False
    held.reminded_at = at
    if held.ends_at is not None:
        tomorrow = end_of(working_days_after(local_day(at), 1), dossier.received_at_centre or dossier.helped_at)
        held.ends_at = max(held.ends_at, tomorrow)
    held.save(update_fields=["reminded_at", "ends_at"])
    messages.tell(messages.SupplementWaits, dossier, occasion=_occasion(held), at=at)
    announce(dossier)
    return True


@transaction.atomic
def end_unanswered(*, request: SupplementRequest, at: datetime) -> bool:
    """End the dossier as the law says when nothing came; whether it did."""
    dossier = locked(request.application)
    rows = dossier.supplements.filter(STILL_OPEN, pk=request.pk).select_related("part")
    held = rows.filter(reminded_at__isnull=False, ends_at__lt=at).first()
    if held is None or held.ends_at is None or not _waits(dossier, held):
        return False
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    if held.part is None:
        stop_unanswered(dossier, held.ends_at, held.asked_by, at)
    else:
        _end_part(dossier, held.part, held.ends_at, at)
    return True


def _waits(dossier: Application, request: SupplementRequest) -> bool:
    """Whether its citizen is waited for: by the whole dossier, or by the part that asked."""
    if request.part is not None:
        return bool(request.part.state == PartState.SUPPLEMENT)
    return bool(dossier.state == State.SUPPLEMENT)


def _end_part(dossier: Application, row: Part, until: datetime, at: datetime) -> None:
    """The law ends the service that nobody answered, and what depends on it; the others go on."""
    from_state = dossier.state
    row.pauses.filter(to_at__isnull=True).update(to_at=at)
    row.end(at)
    row.save()
    others_wait = dossier.parts.filter(state=PartState.SUPPLEMENT).exists()
    if dossier.state == State.SUPPLEMENT and not others_wait:
        due_at, explanation = go_on(dossier, at)
        dossier.resume(due_at, explanation)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "paused_at", "due_at", "due_explanation", "changed_at"])
    record(
        application=dossier,
        kind=EventKind.NOT_ANSWERED,
        at=at,
        actor=None,
        centre=dossier.competent,
        from_state=from_state,
        details={"until": until.isoformat(), **_named(row)},
    )
    messages.tell_part(messages.PartEnded, dossier, row, at=at)
    go_on_with_parts(dossier, at, None)
    announce(dossier)
