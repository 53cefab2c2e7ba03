from __future__ import annotations

import quopri
import smtplib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifications.actions.deliver import MAX_ATTEMPTS, deliver, wait_after
from notifications.actions.send_again import send_again
from notifications.channels.outcome import Unreachable
from notifications.enums import Channel, MessageState
from notifications.models import Message
from notifications.tasks import sweep
from tests.factories.notifications import MessageFactory
from tests.moments import hanoi
from tests.notifications.mailserver import MailServer
from tests.services import free_port

NOW = hanoi("2026-11-23 10:26")
pytestmark = pytest.mark.django_db


def send(message: Message, at: datetime = NOW) -> Message:
    deliver(message_id=message.pk, at=at)
    message.refresh_from_db()
    return message


class TestEmail:
    def test_arrives_as_written(self, mail: MailServer):
        message = send(MessageFactory(body="Xin chào,\n.\n..một dấu chấm\n", recipient="anh@example.vn", language="vi"))
        assert message.state == MessageState.SENT
        assert NOW <= message.sent_at < NOW + timedelta(seconds=20)
        (taken,) = mail.taken
        assert taken["To"] == "anh@example.vn"
        assert taken["Subject"] == "Hồ sơ đã được tiếp nhận"
        assert taken["Content-Language"] == "vi"
        assert taken.get_content().replace("\r\n", "\n") == "Xin chào,\n.\n..một dấu chấm\n"
        assert taken["Date"].datetime == message.created_at

    def test_is_the_same_at_every_try(self, mail: MailServer):
        first = send(MessageFactory(dedup_key="received:7:email"))
        first.delete()
        send(MessageFactory(dedup_key="received:7:email", recipient=first.recipient))
        assert len(mail.by_message_id()) == 1
        assert mail.taken[0].as_bytes() == mail.taken[1].as_bytes()

    def test_two_messages_have_two_ids(self, mail: MailServer):
        send(MessageFactory())
        send(MessageFactory())
        assert len(mail.by_message_id()) == 2

    def test_a_domain_with_marks_is_reached(self, mail: MailServer):
        assert send(MessageFactory(recipient="anh@thư.vn")).state == MessageState.SENT
        assert mail.taken[0]["To"] == "anh@xn--th-e0a.vn"

    @pytest.mark.parametrize(
        "address", ["không phải thư", "@", "a@", "a\r\nBcc: b@c.vn", "ánh@example.vn", "x@" + "a" * 70]
    )
    def test_what_is_no_address_is_given_up_at_once(self, mail: MailServer, address):
        message = send(MessageFactory(recipient=address))
        assert (message.state, mail.taken) == (MessageState.DEAD, [])

    def test_goes_into_a_folder_where_there_is_no_server(self, settings, tmp_path: Path):
        settings.EMAIL_URL = f"file://{tmp_path}/thư%20đi"
        assert send(MessageFactory(body="Đã xong.")).state == MessageState.SENT
        (file,) = (tmp_path / "thư đi").iterdir()
        assert file.suffix == ".eml"
        assert "Đã xong." in quopri.decodestring(file.read_bytes()).decode()


class TestSms:
    def test_is_one_file(self, tmp_path: Path):
        message = send(MessageFactory(sms=True, body="Hồ sơ đã xong."))
        (file,) = (tmp_path / "sms").iterdir()
        assert file.read_text() == "+84912345678\n\nHồ sơ đã xong.\n"
        assert message.state == MessageState.SENT
        assert file.stat().st_mode & 0o077 == 0

    def test_a_file_that_is_there_means_sent(self, tmp_path: Path):
        """As after a kill between the file and the note."""
        message = send(MessageFactory(sms=True, body="Một."))
        Message.objects.update(state=MessageState.SENDING, sent_at=None, body="Hai.")
        assert send(message, NOW + timedelta(minutes=5)).state == MessageState.SENT
        (file,) = (tmp_path / "sms").iterdir()
        assert "Một." in file.read_text()

    def test_a_folder_that_cannot_be_written_is_tried_again(self, settings, tmp_path: Path):
        (tmp_path / "taken").write_text("a file, not a folder")
        settings.SMS_URL = f"file://{tmp_path}/taken/sms"
        message = send(MessageFactory(sms=True))
        assert (message.state, message.attempts) == (MessageState.QUEUED, 1)


class TestFailures:
    def test_a_temporary_refusal_is_tried_again_later(self, mail: MailServer):
        mail.answers["RCPT"] = ["451 greylisted, come back"]
        message = send(MessageFactory())
        assert (message.state, message.attempts, mail.taken) == (MessageState.QUEUED, 1, [])
        assert "451" in message.last_error
        wait = message.not_before - NOW
        assert timedelta(seconds=22) < wait < timedelta(seconds=58)
        assert send(message, message.not_before - timedelta(seconds=1)).state == MessageState.QUEUED
        assert send(message, message.not_before).state == MessageState.SENT
        assert len(mail.taken) == 1

    @pytest.mark.parametrize("step", ["RCPT", "DATA"])
    def test_a_final_refusal_is_dead_at_once(self, mail: MailServer, step):
        mail.answers[step] = ["550 5.1.1 <anh@example.vn> no such user"]
        message = send(MessageFactory(recipient="anh@example.vn"))
        assert (message.state, mail.taken) == (MessageState.DEAD, [])
        assert message.last_error == f"{step} 550 5.1.1 <•••> no such user"
        assert send(message, NOW + timedelta(days=1)).state == MessageState.DEAD

    def test_a_refused_sender_waits_for_the_setting_to_be_mended(self, mail: MailServer):
        mail.answers["MAIL"] = ["550 sender not allowed"]
        assert send(MessageFactory()).state == MessageState.QUEUED

    def test_after_eight_tries_it_is_given_up(self, mail: MailServer):
        mail.answers["RCPT"] = ["451 not now"] * 20
        message, at = MessageFactory(), NOW
        for _try in range(MAX_ATTEMPTS - 1):
            assert send(message, at).state == MessageState.QUEUED
            at = message.not_before
        assert send(message, at).state == MessageState.DEAD
        assert message.attempts == MAX_ATTEMPTS

    def test_a_server_that_is_down_costs_no_try(self, settings):
        settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"
        message = MessageFactory(attempts=MAX_ATTEMPTS - 1)
        with pytest.raises(Unreachable):
            deliver(message_id=message.pk, at=NOW)
        message.refresh_from_db()
        assert (message.state, message.attempts) == (MessageState.QUEUED, MAX_ATTEMPTS - 1)
        assert NOW < message.not_before < NOW + timedelta(minutes=5)
        assert "ConnectionRefused" in message.last_error

    def test_a_server_that_answers_too_slowly_is_left_in_time(self, settings, mail: MailServer):
        settings.NOTICE_LEASE_SECONDS = 0.4
        mail.hold = "RCPT"
        message = send(MessageFactory())
        assert (message.state, message.attempts) == (MessageState.QUEUED, 1)

    def test_a_password_is_not_sent_in_the_clear(self, settings, mail: MailServer, monkeypatch):
        monkeypatch.setattr("notifications.channels.mail_server.LOOPBACK", set())
        settings.EMAIL_URL = mail.url.replace("//", "//user:secret@")
        message = MessageFactory()
        with pytest.raises(Unreachable):
            deliver(message_id=message.pk, at=NOW)
        message.refresh_from_db()
        assert "no encryption" in message.last_error
        assert "secret" not in message.last_error

    def test_what_was_given_up_can_be_sent_again(self, mail: MailServer, broker_down, django_user_model):
        dead = MessageFactory(state=MessageState.DEAD, attempts=MAX_ATTEMPTS)
        sent = send(MessageFactory())
        ids = [dead.pk, sent.pk]
        assert send_again(message_ids=ids, at=NOW, acting_user=django_user_model(username="a")) == 1
        assert send(dead).state == MessageState.SENT
        assert send(sent).state == MessageState.SENT
        assert len(mail.taken) == 2


class TestTooLate:
    def test_what_has_lost_its_meaning_is_not_sent_any_more(self, tmp_path: Path):
        message = send(MessageFactory(sms=True, not_after=NOW - timedelta(seconds=1)))
        assert (message.state, message.sent_at) == (MessageState.EXPIRED, None)
        assert not (tmp_path / "sms").exists()
        assert deliver(message_id=message.pk, at=NOW) is None

    def test_until_then_it_is(self):
        assert send(MessageFactory(sms=True, not_after=NOW)).state == MessageState.SENT

    def test_after_an_outage_only_what_is_still_true_goes_out(self, settings, mail: MailServer, at_hanoi):
        settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"
        stale, lasting = MessageFactory(not_after=NOW + timedelta(minutes=15)), MessageFactory()
        for message in (stale, lasting):
            with pytest.raises(Unreachable):
                deliver(message_id=message.pk, at=NOW)
        settings.EMAIL_URL = mail.url
        at_hanoi("2026-11-23 13:26")
        sweep()
        assert len(mail.taken) == 1
        stale.refresh_from_db()
        assert stale.state == MessageState.EXPIRED


class TestLease:
    def test_what_another_worker_holds_is_left_alone(self, mail: MailServer):
        message = MessageFactory(state=MessageState.SENDING, claimed_at=NOW - timedelta(seconds=59), attempts=1)
        assert deliver(message_id=message.pk, at=NOW) is None
        assert mail.taken == []

    def test_what_a_dead_worker_held_is_sent(self, mail: MailServer):
        message = send(MessageFactory(state=MessageState.SENDING, claimed_at=NOW - timedelta(seconds=61), attempts=1))
        assert (message.state, message.attempts, len(mail.taken)) == (MessageState.SENT, 2, 1)

    def test_who_lost_the_lease_keeps_the_last_dot_back(self, mail: MailServer, monkeypatch):
        """A worker that was stopped for long wakes up in the middle of the exchange: the other one's turn it is."""
        message, send_bytes = MessageFactory(), smtplib.SMTP.send

        def overtaken(session: smtplib.SMTP, content: bytes | str) -> None:
            if b"Message-ID" in (content if isinstance(content, bytes) else content.encode()):
                Message.objects.update(claimed_at=NOW + timedelta(minutes=2))
            send_bytes(session, content)

        monkeypatch.setattr(smtplib.SMTP, "send", overtaken)
        assert deliver(message_id=message.pk, at=NOW) is None
        assert mail.taken == []
        message.refresh_from_db()
        assert (message.state, message.claimed_at) == (MessageState.SENDING, NOW + timedelta(minutes=2))

    def test_a_message_that_kills_its_workers_is_given_up(self, mail: MailServer):
        held = MessageFactory(state=MessageState.SENDING, claimed_at=NOW - timedelta(hours=1), attempts=MAX_ATTEMPTS)
        assert send(held).state == MessageState.DEAD
        assert mail.taken == []


class TestSweep:
    def test_sends_what_is_due_and_nothing_else(self, mail: MailServer, at_hanoi):
        MessageFactory.create_batch(3)
        tomorrow = MessageFactory(not_before=NOW + timedelta(days=1))
        at_hanoi("2026-11-23 10:26")
        sweep()
        assert len(mail.taken) == 3
        assert list(Message.objects.exclude(state=MessageState.SENT)) == [tomorrow]

    def test_one_vain_connection_is_enough_and_other_channels_go_on(self, settings, at_hanoi):
        settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"
        MessageFactory.create_batch(3)
        MessageFactory(sms=True)
        at_hanoi("2026-11-23 10:26")
        sweep()
        assert Message.objects.filter(last_error__contains="Refused").count() == 1
        assert Message.objects.get(channel=Channel.SMS).state == MessageState.SENT

    def test_one_refused_message_does_not_stop_the_others(self, mail: MailServer, at_hanoi):
        mail.answers["RCPT"] = ["550 no such user"]
        MessageFactory.create_batch(3)
        at_hanoi("2026-11-23 10:26")
        sweep()
        assert len(mail.taken) == 2


def test_waits_double_up_to_an_hour():
    for attempts, seconds in [(1, 30), (2, 60), (5, 480), (8, 3600), (30, 3600)]:
        waits = {wait_after(attempts).total_seconds() for _ in range(50)}
        assert min(waits) >= seconds * 0.75
        assert max(waits) <= seconds * 1.25
        assert len(waits) > 1
