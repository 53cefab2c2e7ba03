"""Asking another office: a limit of its own, a reminder, and its answer."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce
from applications.documents_kept import Kept
from applications.enums import IN_HAND, DocumentSource, EventKind
from applications.history import record
from applications.models import Application, Consultation
from applications.permissions import check, may_handle
from applications.rules import check_last_day, end_of, rules_on, start_of, working_days_after, working_days_before
from citizens.models import User
from notifications.actions.queue import queue_notice
from notifications.message import Recipient
from portal.clock import local_day
from portal.errors import BadInput, RuleBroken


def suggested_limit(at: datetime) -> date:
    """By when an answer is asked for unless somebody says otherwise."""
    return working_days_after(local_day(at), rules_on(local_day(at)).consult_days)


@transaction.atomic
def consult(
    *, application: Application, office: str, email: str, question: str, until: date, at: datetime, acting_user: User
) -> Application:
    """Put a question to another office. Nothing of the person goes out by itself: the letter is the office's own."""
    dossier = locked(application)
    check(may_handle(acting_user, dossier))
    if dossier.state not in IN_HAND or dossier.handler_id is None:
        raise wrong_state(dossier)
    office = office.strip()[:200]
    if not office or not question.strip():
        raise BadInput(
            _("Name the office and what it is asked."), code="question_empty", field="question" if office else "office"
        )
    if until <= local_day(at):
        raise BadInput(_("The office needs some days: choose a later one."), code="until_past", field="until")
    check_last_day(until, local_day(at))
    if dossier.consultations.filter(office=office, answered_at__isnull=True).exists():
        raise RuleBroken(
            _("This office is asked already and has not answered yet."), code="asked_already", field="office"
        )
    due_at = end_of(until, dossier.competent)
    Consultation.objects.create(
        application=dossier,
        office=office,
        email=email.strip(),
        question=question.strip(),
        asked_at=at,
        asked_by=acting_user,
        due_at=due_at,
        remind_at=max(at, start_of(max(working_days_before(until, 1), local_day(at)))),
    )
    record(
        application=dossier,
        kind=EventKind.CONSULTED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"office": office, "until": due_at.isoformat()},
        personal={"question": question.strip()},
    )
    announce(dossier)
    return dossier


@transaction.atomic
def note_answer(
    *, application: Application, consultation: int, answer: str, document: Kept | None, at: datetime, acting_user: User
) -> Application:
    """The answer of the office is here."""
    dossier = locked(application)
    check(may_handle(acting_user, dossier))
    asked = dossier.consultations.filter(pk=consultation, answered_at__isnull=True).first()
    if asked is None:
        raise wrong_state(dossier)
    if not answer.strip():
        raise BadInput(_("Write what the office answered."), code="answer_empty", field="answer")
    asked.answer, asked.answered_at, asked.answered_by = answer.strip(), at, acting_user
    if document is not None:
        asked.document = document.note(dossier, DocumentSource.UPLOAD, at, acting_user)
    asked.save(update_fields=["answer", "answered_at", "answered_by", "document"])
    record(
        application=dossier,
        kind=EventKind.ANSWERED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"office": asked.office, "file": asked.document.sha256 if asked.document else ""},
        personal={"answer": answer.strip()},
    )
    announce(dossier)
    return dossier


def to_remind(at: datetime) -> QuerySet[Consultation]:
    """Questions whose answer is due within a working day and has not come; of dossiers that are still handled."""
    return Consultation.objects.filter(
        answered_at__isnull=True, reminded_at__isnull=True, remind_at__lte=at, application__state__in=IN_HAND
    ).order_by("remind_at")


@transaction.atomic
def remind_office(*, consultation: Consultation, at: datetime) -> bool:
    """Remind once: by e-mail where the office has an address, and on the handler's list; whether it was still needed."""
    dossier = locked(consultation.application)
    asked = dossier.consultations.filter(pk=consultation.pk, answered_at__isnull=True, reminded_at__isnull=True).first()
    if asked is None:
        return False
    asked.reminded_at = at
    asked.save(update_fields=["reminded_at"])
    if asked.email:
        queue_notice(
            notice=messages.AnswerWaited(
                reference=dossier.code or "", due=asked.due_at, centre=dossier.competent.name.get("vi", "")
            ),
            recipient=Recipient(email=asked.email),
            dedup_key=f"dossier:{dossier.pk}:answer_waited:{asked.pk}",
            at=at,
        )
    announce(dossier)
    return True
