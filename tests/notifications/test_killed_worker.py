"""A worker killed at any step of an e-mail, and started again, ends with one message in the mailbox."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery

from notifications.enums import MessageState
from notifications.models import Message
from portal import clock
from tests.factories.notifications import MessageFactory
from tests.notifications.mailserver import MailServer
from tests.services import redis
from tests.worker import Worker

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LEASE_SECONDS = 2
PATIENCE_SECONDS = 60


@pytest.fixture
def broker_url() -> Iterator[str]:
    with redis() as broker:
        yield f"{broker.url}/0"


@pytest.fixture
def worker(broker_url: str, mail: MailServer, tmp_path: Path) -> Iterator[Worker]:
    with Worker(
        tmp_path / "worker.log",
        BROKER_URL=broker_url,
        EMAIL_URL=mail.url,
        SMS_URL=f"file://{tmp_path / 'sms'}",
        NOTICE_LEASE_SECONDS=str(LEASE_SECONDS),
    ) as running:
        yield running


def sweep_until(broker_url: str, reached: Callable[[], bool], worker: Worker) -> None:
    """Ask for a sweep again and again, as the scheduler does, until something has happened."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with Celery(broker=broker_url, set_as_current=False) as scheduler:
        while not reached():
            assert time.monotonic() < deadline, worker.log.read_text()
            scheduler.send_task("notifications.tasks.sweep", expires=1)


def test_killed_at_every_step_in_turn_it_is_still_one_message(worker: Worker, mail: MailServer, broker_url: str):
    message = MessageFactory(created_at=clock.now(), not_before=clock.now())
    for step in MailServer.STEPS:
        mail.held.clear()
        mail.hold = step
        sweep_until(broker_url, lambda: mail.held.wait(0.2), worker)
        message.refresh_from_db()
        assert message.state == MessageState.SENDING, step
        worker.kill()
        worker.start()

    def is_sent() -> bool:
        time.sleep(0.1)
        message.refresh_from_db()
        return message.state == MessageState.SENT

    sweep_until(broker_url, is_sent, worker)
    assert len(mail.by_message_id()) == 1
    # Only the kill between the server's taking and its answer can send twice, and then the very same message.
    assert len(mail.taken) == 2
    assert mail.taken[0].as_bytes() == mail.taken[1].as_bytes()
    assert message.attempts == len(MailServer.STEPS) + 1
    assert Message.objects.count() == 1
