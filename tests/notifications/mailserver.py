"""A real SMTP server in this process that keeps what it takes, answers as told and can hold its answer back."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from tests.services import free_port


class MailServer:
    """``answers["RCPT"]`` is a list of replies given first, one a message; after them everything is taken.

    ``hold = "DATA"`` makes the next such step wait for ever, once; ``held`` is set when it waits. The steps are those
    of ``STEPS``; at ``stored`` the server has the message and keeps its answer back.
    """

    STEPS = ("EHLO", "MAIL", "RCPT", "DATA", "stored")

    def __init__(self) -> None:
        self.answers: dict[str, list[str]] = defaultdict(list)
        self.taken: list[EmailMessage] = []
        self.hold = ""
        self.held = threading.Event()
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.controller.port}"

    def by_message_id(self) -> dict[str, EmailMessage]:
        """The mailbox as its owner sees it: stores keep one message of each Message-ID."""
        return {message["Message-ID"]: message for message in self.taken}

    async def _step(self, step: str) -> str | None:
        if self.hold == step:
            self.hold = ""
            self.held.set()
            await asyncio.Event().wait()
        return self.answers[step].pop(0) if self.answers[step] else None

    async def handle_EHLO(self, server, session, envelope, hostname, responses) -> list[str]:  # noqa: N802
        await self._step("EHLO")
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if answer := await self._step("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if answer := await self._step("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if answer := await self._step("DATA"):
            return answer
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        await self._step("stored")
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.controller.start()
    try:
        yield server
    finally:
        server.controller.stop()
