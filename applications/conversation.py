"""What is written beside the steps of a dossier, as it is read: letters and answers, notes, and whether messages arrived."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.catalogue import version_of
from applications.enums import EventKind, State
from applications.messages import AnswerWaited
from applications.models import Application, Event, EventValue, LetterTemplate
from applications.permissions import LEADERS, RECEIVERS, SPECIALISTS
from centres.permissions import centres_of
from notifications.enums import Channel, MessageState
from notifications.models import Message
from portal.text import mask_email, pick
from portal.vn.dates import format_moment
from portal.vn.phones import mask_phone

LETTERS = (EventKind.WRITTEN, EventKind.CITIZEN_WROTE)
# Of a list that nobody reads to its end.
MOST_WAITING = 100


@dataclass(frozen=True)
class Sent:
    """One message by one channel: to whom (masked), what about, and whether it arrived. ``kind`` is a mark's."""

    channel: str
    address: str
    subject: str
    kind: str
    words: str
    at: datetime
    why: str


@dataclass(frozen=True)
class Letter:
    """One letter of an officer or answer of the citizen; empty where the law had it erased."""

    text: str
    at: datetime
    who: str
    is_from_citizen: bool
    sent: list[Sent] = field(default_factory=list)


def letters_of(events: list[Event], sent: dict[str, list[Sent]] | None = None) -> list[Letter]:
    """Letters and answers in their order, from events with their values; ``sent`` by the occasion (``sent_of``)."""
    return [
        Letter(
            text=_value(event, "letter"),
            at=event.at,
            who=str(event.actor) if event.actor_id else "",
            is_from_citizen=event.kind == EventKind.CITIZEN_WROTE,
            sent=(sent or {}).get(f"written:{event.sequence}", []),
        )
        for event in events
        if event.kind in LETTERS
    ]


def letters_for_citizen(events: list[Event]) -> list[Letter]:
    """The same for the tracking page, which has read the events alone and names no officer. One statement, where there are any."""
    mine = [event for event in events if event.kind in LETTERS]
    texts = dict(EventValue.objects.filter(event__in=mine, name="letter").values_list("event", "value")) if mine else {}
    return [Letter(texts.get(event.pk) or "", event.at, "", event.kind == EventKind.CITIZEN_WROTE) for event in mine]


def notes_of(events: list[Event]) -> list[Letter]:
    """Notes for colleagues, the latest first."""
    return [
        Letter(_value(event, "note"), event.at, str(event.actor), False)
        for event in reversed(events)
        if event.kind == EventKind.NOTED
    ]


def sent_of(dossier: Application) -> tuple[dict[str, list[Sent]], list[Sent]]:
    """What went out to its citizen: with a letter, by its occasion, and of itself, in turn. Other offices are no citizens."""
    by_letter: dict[str, list[Sent]] = {}
    others = []
    rows = Message.objects.filter(reference=dossier.code) if dossier.code else Message.objects.none()
    for row in rows.exclude(kind=AnswerWaited.kind).order_by("created_at", "id"):
        occasion = ":".join(row.dedup_key.split(":")[2:4])
        if row.kind == "written":
            by_letter.setdefault(occasion, []).append(_sent(row))
        else:
            others.append(_sent(row))
    return by_letter, others


def _sent(row: Message) -> Sent:
    masks: dict[str, Any] = {Channel.EMAIL: mask_email, Channel.SMS: mask_phone}
    words = str(row.state_words)
    kinds = {MessageState.SENT: "ok", MessageState.DEAD: "act", MessageState.EXPIRED: "warn"}
    is_told = row.state == MessageState.SENT and words == str(MessageState.SENT.label)
    return Sent(
        channel=row.get_channel_display(),
        address=masks[row.channel](row.recipient) if row.channel in masks else "",
        subject=json.loads(row.body)["title"] if row.channel == Channel.PUSH else row.subject or row.body,
        kind="warn" if row.state == MessageState.SENT and not is_told else kinds.get(MessageState(row.state), ""),
        words=words,
        at=row.sent_at or row.created_at,
        why=row.last_error,
    )


def _value(event: Event, name: str) -> str:
    return next((row.value or "" for row in event.values.all() if row.name == name), "")


def templates_offered() -> list[LetterTemplate]:
    return list(LetterTemplate.objects.filter(is_offered=True))


def begun_with(template: LetterTemplate, dossier: Application) -> str:
    """The letter in the citizen's language, with what it names filled in."""
    language = dossier.language or get_language() or "vi"
    centre = dossier.received_at_centre or dossier.helped_at
    values = {
        "code": dossier.code or "",
        "procedure": pick(version_of(dossier).procedure.short_name, language),
        "centre": pick(centre.short_name, language),
        "due": format_moment(dossier.due_at, language) if dossier.due_at else _("(no date)"),
        "hotline": settings.HOTLINE,
    }
    return template.filled(values, language)


def waiting_letters(user: Any) -> QuerySet[Application]:
    """Dossiers whose citizens wrote and that this person may answer, the longest waiting first."""
    rows = Application.objects.filter(citizen_wrote_at__isnull=False).exclude(state=State.DRAFT)
    receiving, deciding = centres_of(user, RECEIVERS), centres_of(user, SPECIALISTS | LEADERS)
    if receiving is None or deciding is None:
        return rows.order_by("citizen_wrote_at")
    mine = Q(helped_at__in=receiving) | Q(received_at_centre__in=receiving) | Q(competent__in=deciding)
    return rows.filter(mine).order_by("citizen_wrote_at")
