from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from notifications.enums import MessageState
from notifications.models import Message
from tests.factories.citizens import UserFactory
from tests.factories.notifications import MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_shows_what_happened_but_not_to_whom(administrator: Client):
    mail = MessageFactory(state=MessageState.DEAD, last_error="RCPT 550 no such user", body="Kính gửi bà Ánh")
    sms = MessageFactory(sms=True)
    pages = [reverse("admin:notifications_message_changelist")]
    pages += [reverse("admin:notifications_message_change", args=[message.pk]) for message in (mail, sms)]
    for page in pages:
        answer = administrator.get(page)
        assert answer.status_code == 200
        for secret in (mail.recipient, sms.recipient, sms.recipient[3:], mail.body, mail.dedup_key):
            assert secret not in answer.content.decode()
    assert "RCPT 550 no such user" in administrator.get(pages[0]).content.decode()


def test_sends_again_what_was_given_up_and_only_that(administrator: Client, broker_down):
    dead, waiting = MessageFactory(state=MessageState.DEAD, attempts=8), MessageFactory(attempts=3)
    url = reverse("admin:notifications_message_changelist")
    administrator.post(url, {"action": "queue_again", "_selected_action": [dead.pk, waiting.pk]})
    assert dict(Message.objects.values_list("pk", "attempts")) == {dead.pk: 0, waiting.pk: 3}
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.QUEUED}


def test_nothing_is_made_or_removed_by_hand(administrator: Client):
    message = MessageFactory()
    assert administrator.get(reverse("admin:notifications_message_add")).status_code == 403
    assert administrator.get(reverse("admin:notifications_message_delete", args=[message.pk])).status_code == 403
