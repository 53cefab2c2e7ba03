"""A worker killed at any step of an e-mail, and started again, ends with one message in the mailbox."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery

from notifications.enums import MessageState
from notifications.models import Message
from portal import clock
from tests.factories.notifications import MessageFactory
from tests.notifications.mailserver import MailServer
from tests.services import Redis, redis
from tests.worker import Worker

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LEASE_SECONDS = 2
PATIENCE_SECONDS = 60


@pytest.fixture
def broker() -> Iterator[Redis]:
    with redis() as running:
        yield running


@pytest.fixture
def worker(broker: Redis, mail: MailServer, tmp_path: Path) -> Iterator[Worker]:
    with Worker(
        tmp_path / "worker.log",
        BROKER_URL=f"{broker.url}/0",
        EMAIL_URL=mail.url,
        SMS_URL=f"file://{tmp_path / 'sms'}",
        NOTICE_LEASE_SECONDS=str(LEASE_SECONDS),
    ) as running:
        yield running


def sweep_until(broker: Redis, reached: Callable[[], bool], worker: Worker) -> None:
    """Ask for a sweep again and again, as the scheduler does, until something has happened."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with Celery(broker=f"{broker.url}/0", set_as_current=False) as scheduler:
        while not reached():
            assert time.monotonic() < deadline, worker.log.read_text()
            scheduler.send_task("notifications.tasks.sweep", expires=1)


def is_sent(message: Message) -> bool:
    time.sleep(0.1)  # between two questions, not instead of one
    message.refresh_from_db()
    return message.state == MessageState.SENT


def test_killed_at_every_step_in_turn_it_is_still_one_message(worker: Worker, mail: MailServer, broker: Redis):
    message = MessageFactory(created_at=clock.now(), not_before=clock.now())
    for step in MailServer.STEPS:
        mail.held.clear()
        mail.hold = step
        sweep_until(broker, lambda: mail.held.wait(0.2), worker)
        message.refresh_from_db()
        assert message.state == MessageState.SENDING, step
        worker.kill()
        worker.start()

    sweep_until(broker, lambda: is_sent(message), worker)
    assert len(mail.by_message_id()) == 1
    # Only the kill between the server's taking and its answer can send twice, and then the very same message.
    assert len(mail.taken) == 2
    assert mail.taken[0].as_bytes() == mail.taken[1].as_bytes()
    assert message.attempts == len(MailServer.STEPS) + 1
    assert Message.objects.count() == 1


def test_a_worker_goes_on_when_the_broker_comes_back_empty(worker: Worker, mail: MailServer, broker: Redis):
    first, second = (MessageFactory(created_at=clock.now(), not_before=clock.now()) for _ in range(2))
    Message.objects.filter(pk=second.pk).update(not_before=clock.now() + timedelta(days=1))
    sweep_until(broker, lambda: is_sent(first), worker)
    broker.restart()
    Message.objects.filter(pk=second.pk).update(not_before=clock.now())
    sweep_until(broker, lambda: is_sent(second), worker)
    assert len(mail.taken) == 2
