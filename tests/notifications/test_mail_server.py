from __future__ import annotations

from pathlib import Path

import pytest

from notifications.channels.mail_server import MailServer
from notifications.checks import mail_leaves_the_machine, mail_server_is_named, sms_leave_the_machine
from notifications.enums import Channel, MessageState
from notifications.models import Message


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.vn", MailServer(host="mail.vn", port=25)),
        ("smtp://mail.vn:587?tls=off", MailServer(host="mail.vn", port=587, tls_if_offered=False)),
        ("smtps://mail.vn", MailServer(host="mail.vn", port=465, tls_at_once=True)),
        ("smtp://a%40b:p%2Fw@mail.vn", MailServer(host="mail.vn", user="a@b", password="p/w")),
        ("file:///var/mail", MailServer(folder=Path("/var/mail"))),
    ],
)
def test_reads_what_the_setting_says(url, server):
    assert MailServer.from_url(url) == server


@pytest.mark.parametrize(
    "url",
    ["smtp://", "smtp://:25", "smtp://u:geheim@", "smtp://u:geheim@m:99999", "smtp://u:geheim@m:x", "http://u:geheim@m",
     "file://mail", "file:mail", "smtp://u:geheim@m/box", "smtp://u:geheim@m?tls=no", "smtp://u:geheim@m?ssl=1"],
)  # fmt: skip
def test_a_wrong_setting_is_named_without_its_password(settings, url):
    settings.EMAIL_URL = url
    (problem,) = mail_server_is_named(None)
    assert problem.id == "notifications.E001"
    assert "geheim" not in problem.msg


def test_a_good_setting_passes(settings):
    settings.EMAIL_URL = "smtps://u:p@mail.vn"
    assert mail_server_is_named(None) == []


def test_a_folder_in_production_is_pointed_out(settings):
    settings.EMAIL_URL = "file:///var/mail"
    assert mail_leaves_the_machine(None) == []
    settings.PORTAL_ENV = "production"
    assert [problem.id for problem in mail_leaves_the_machine(None)] == ["notifications.W001"]


def test_sms_that_go_into_a_folder_in_production_are_pointed_out(settings):
    settings.SMS_URL = "file:///data/sms"
    assert sms_leave_the_machine(None) == []
    settings.PORTAL_ENV = "production"
    assert [problem.id for problem in sms_leave_the_machine(None)] == ["notifications.W002"]


def test_what_lies_in_a_folder_of_a_real_installation_is_not_called_sent(settings, in_english):
    every = [Message(channel=channel, state=MessageState.SENT) for channel in Channel]
    assert {str(message.state_words) for message in every} == {"sent"}
    settings.PORTAL_ENV, settings.EMAIL_URL = "production", "smtp://mail.example.vn"
    said = {message.channel: str(message.state_words) for message in every}
    assert said[Channel.EMAIL] == said[Channel.PUSH] == "sent" and said[Channel.SMS].startswith("kept here, not sent")
    assert str(Message(channel=Channel.SMS).state_words) == "waiting"


def test_the_password_stays_out_of_tracebacks():
    assert "geheim" not in repr(MailServer.from_url("smtp://u:geheim@mail.vn"))
