"""Carry one message out of the outbox, once."""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta

import structlog
from django.db.models import F

from notifications.channels import email, push, sms
from notifications.channels.outcome import Lost, NotSent, Refused, Unreachable
from notifications.enums import Channel, MessageState
from notifications.models import Message

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
# A server that is down is asked again soon and for ever: that is no fault of the message.
WAIT_UNREACHABLE = timedelta(minutes=2)

_SEND = {Channel.EMAIL: email.send, Channel.SMS: sms.send, Channel.PUSH: push.send}


class _Claim:
    """This worker's hold on one message. ``at`` is the moment the work began; later moments are counted from it."""

    def __init__(self, message: Message, at: datetime):
        self.message = message
        self.token = at
        self._began, self._ticks = at, time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=time.monotonic() - self._ticks)

    def still_mine(self) -> None:
        """Begin the lease anew. Raises ``Lost`` when somebody else has taken the message meanwhile."""
        fresh = self.now()
        if not self._mine().update(claimed_at=fresh):
            raise Lost
        self.token = fresh

    def change(self, **fields: object) -> None:
        """Let go of the message with this outcome, if it is still ours."""
        self._mine().update(**fields)

    def _mine(self):
        return Message.objects.filter(pk=self.message.pk, state=MessageState.SENDING, claimed_at=self.token)


def deliver(*, message_id: int, at: datetime) -> MessageState | None:
    """Send the message if it is due at this moment and nobody else is at it.

    Returns its state afterwards, or ``None`` when there was nothing to do. Raises ``Unreachable`` when the channel does
    not answer; the message is queued again then. Not atomic: the claim, the network and the note are three steps, and
    docs/decisions/0010-one-message.md says what a worker that dies between them leaves behind.
    """
    claim = _claim(message_id, at)
    if claim is None:
        return None
    message = claim.message
    if message.not_after is not None and at > message.not_after:
        return _expire(claim)
    if message.attempts > MAX_ATTEMPTS:  # it came back from workers that died over it
        return _give_up(claim, "Every try was interrupted.")
    try:
        _SEND[Channel(message.channel)](message, claim.still_mine)
    except Lost:
        log.warning("notice_taken_over", notice=message.pk)
        return None
    except Refused as error:
        return _give_up(claim, str(error))
    except Unreachable as error:
        _queue_again(claim, message.attempts - 1, _about(WAIT_UNREACHABLE), error)
        raise
    except NotSent as error:
        if message.attempts >= MAX_ATTEMPTS:
            return _give_up(claim, str(error))
        return _queue_again(claim, message.attempts, wait_after(message.attempts), error)
    # Whoever has it now: it is sent, and must not be sent again.
    Message.objects.filter(pk=message.pk).exclude(state=MessageState.SENT).update(
        state=MessageState.SENT, sent_at=claim.now(), last_error=""
    )
    return MessageState.SENT


def wait_after(attempts: int) -> timedelta:
    """How long to wait after this many tries: about 30 s, doubled each time, about an hour at most."""
    return _about(min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT))


def _about(wait: timedelta) -> timedelta:
    """A quarter more or less, so that messages that failed together do not come back together."""
    return wait * (0.75 + secrets.randbelow(501) / 1000)


def _claim(message_id: int, at: datetime) -> _Claim | None:
    """Take the message by one guarded UPDATE: of two workers at the same instant, one finds it changed already.

    No row stays locked over the network, and it needs no SKIP LOCKED, which SQLite lacks.
    """
    due = Message.objects.due(at).filter(pk=message_id)
    if not due.update(state=MessageState.SENDING, claimed_at=at, attempts=F("attempts") + 1):
        return None
    return _Claim(Message.objects.get(pk=message_id), at)


def _queue_again(claim: _Claim, attempts: int, wait: timedelta, error: NotSent) -> MessageState:
    claim.change(
        state=MessageState.QUEUED,
        attempts=attempts,
        not_before=claim.now() + wait,
        last_error=_said(claim.message, error),
    )
    log.warning("notice_later", notice=claim.message.pk, attempts=attempts, seconds=int(wait.total_seconds()))
    return MessageState.QUEUED


def _give_up(claim: _Claim, reason: str) -> MessageState:
    claim.change(state=MessageState.DEAD, last_error=_said(claim.message, reason))
    log.error("notice_dead", notice=claim.message.pk, attempts=claim.message.attempts)
    return MessageState.DEAD


def _expire(claim: _Claim) -> MessageState:
    claim.change(state=MessageState.EXPIRED)
    log.warning("notice_expired", notice=claim.message.pk, attempts=claim.message.attempts)
    return MessageState.EXPIRED


def _said(message: Message, reason: object) -> str:
    """The reason without the person's address, which mail servers like to repeat. A browser's row is no address."""
    text = str(reason)
    if message.recipient and message.channel != Channel.PUSH:
        text = text.replace(message.recipient, "•••")
    return " ".join(text.split())[:200]
