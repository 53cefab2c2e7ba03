from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from kombu.exceptions import OperationalError

from portal.celery import app
from tests.notifications.mailserver import MailServer, mail_server


@pytest.fixture
def mail(settings: LazySettings) -> Iterator[MailServer]:
    """A mail server that the portal is set to use."""
    with mail_server() as server:
        settings.EMAIL_URL = server.url
        yield server


@pytest.fixture
def broker_down(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every wake fails as it does when nothing listens at the broker's address; holds the names of the tasks."""
    asked: list[str] = []

    def refuse(name: str, *args: object, **kwargs: object) -> None:
        asked.append(name)
        raise OperationalError("Error 111 connecting to 127.0.0.1:6379. Connection refused.")

    monkeypatch.setattr(app, "send_task", refuse)
    return asked


@pytest.fixture(autouse=True)
def _quiet_server(caplog: pytest.LogCaptureFixture) -> None:
    """The server's own log would bury ours."""
    caplog.set_level(logging.WARNING, logger="mail.log")
