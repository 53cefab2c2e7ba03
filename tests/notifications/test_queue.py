from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction
from django.utils.translation import get_language

from notifications.actions.queue import queue_notice
from notifications.enums import Channel, MessageState
from notifications.message import Notice, Recipient
from notifications.models import Message
from notifications.tasks import sweep
from tests.moments import hanoi
from tests.notifications.mailserver import MailServer

NOW = hanoi("2026-11-23 10:26")
BOTH = Recipient(email="anh@example.vn", phone="+84912345678", language="ko")


@dataclass(frozen=True, kw_only=True)
class Ready(Notice):
    kind = "ready"
    short: str = "Xong."

    def subject(self) -> str:
        return f"Hồ sơ {self.reference}\r\nBcc: everyone@example.vn"

    def email(self) -> str:
        return f"{get_language()}: đã xong."

    def sms(self) -> str:
        return self.short


def queue(recipient: Recipient = BOTH, key: str = "ready:1", **fields: str) -> None:
    queue_notice(notice=Ready(reference="H26.15-261123-0001", **fields), recipient=recipient, dedup_key=key, at=NOW)


@pytest.mark.django_db
def test_one_insert_queues_every_channel(django_assert_num_queries):
    with django_assert_num_queries(1):
        queue()
    email, sms = Message.objects.order_by("channel")
    assert (email.channel, email.recipient, email.dedup_key) == (Channel.EMAIL, "anh@example.vn", "ready:1:email")
    assert (sms.channel, sms.recipient, sms.body) == (Channel.SMS, "+84912345678", "Xong.")
    assert {email.state, sms.state} == {MessageState.QUEUED}
    assert email.created_at == email.not_before == NOW


@pytest.mark.django_db
def test_texts_are_in_the_recipients_language():
    before = get_language()
    queue()
    assert Message.objects.get(channel=Channel.EMAIL).body == "ko: đã xong."
    assert get_language() == before


@pytest.mark.django_db
def test_a_subject_cannot_start_another_header():
    queue()
    assert Message.objects.get(channel=Channel.EMAIL).subject == "Hồ sơ H26.15-261123-0001 Bcc: everyone@example.vn"


@pytest.mark.django_db
def test_asked_twice_it_is_one_message():
    queue()
    queue(short="Another text.")
    assert Message.objects.count() == 2
    assert Message.objects.get(channel=Channel.SMS).body == "Xong."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("recipient", "channels"),
    [
        (Recipient(), []),
        (Recipient(email="anh@example.vn"), [Channel.EMAIL]),
        (Recipient(phone="+84912345678"), [Channel.SMS]),
        (Recipient(phone="+842438251234"), []),
    ],
    ids=["nobody", "e-mail only", "mobile only", "a landline takes no SMS"],
)
def test_only_channels_that_reach_the_person_are_used(recipient, channels):
    queue(recipient)
    assert list(Message.objects.values_list("channel", flat=True)) == channels


@pytest.mark.django_db
def test_a_notice_without_sms_text_goes_by_mail_only():
    queue(short="")
    assert Message.objects.get().channel == Channel.EMAIL


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_tells_nobody():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue()
        raise ZeroDivisionError
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_down_the_row_stays_and_the_sweep_sends_it(mail: MailServer, broker_down, at_hanoi):
    with transaction.atomic():
        queue()
    assert broker_down, "the worker was to be woken"
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.QUEUED}
    at_hanoi("2026-11-23 10:27")
    sweep()
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
    assert len(mail.taken) == 1
