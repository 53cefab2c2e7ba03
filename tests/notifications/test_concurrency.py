"""Several workers at the same rows."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from notifications.enums import MessageState
from notifications.models import Message
from notifications.tasks import sweep
from tests.factories.notifications import MessageFactory
from tests.notifications.mailserver import MailServer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SWEEPS = 4


def test_sweeps_at_once_send_each_message_once(mail: MailServer, tmp_path: Path):
    MessageFactory.create_batch(15)
    MessageFactory.create_batch(5, sms=True)
    start = Barrier(SWEEPS)

    def run(_n: int) -> None:
        start.wait()
        try:
            sweep()
        finally:
            connection.close()

    with ThreadPoolExecutor(SWEEPS) as pool:
        list(pool.map(run, range(SWEEPS)))
    assert Counter(Message.objects.values_list("state", "attempts")) == {(MessageState.SENT, 1): 20}
    assert len(mail.taken) == len(mail.by_message_id()) == 15
    assert len(list((tmp_path / "sms").iterdir())) == 5
