"""E-mail by SMTP (RFC 5321), or into a folder of ``.eml`` files."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings
from django.core.mail.utils import DNS_NAME

from notifications.channels.mail_server import MailServer
from notifications.channels.outcome import Later, NotSent, Refused, StillMine, Unreachable
from notifications.channels.outfile import write_once
from notifications.identity import fingerprint, message_id
from notifications.models import Message
from portal.clock import local

CONNECT_SECONDS = 10
# The exchange must be over well before another worker may think this one dead.
SHARE_OF_LEASE = 0.75


def send(message: Message, still_mine: StillMine) -> None:
    """Hand the message over to the server of ``EMAIL_URL``. Raises ``NotSent``."""
    server = MailServer.from_url(settings.EMAIL_URL)
    mail = compose(message)
    if server.folder is not None:
        still_mine()
        write_once(server.folder, f"{fingerprint(message)}.eml", mail.as_bytes())
        return
    with _session(server) as session:
        _hand_over(session, mail, still_mine)


def compose(message: Message) -> EmailMessage:
    """The e-mail, byte for byte the same at every try. Raises ``Refused`` when the address cannot be one."""
    mail = EmailMessage(policy=SMTP)
    mail.set_content(message.body, cte="quoted-printable")
    try:
        mail["To"] = Address(addr_spec=_ascii_domain(message.recipient))
    except (ValueError, MessageError, IndexError) as error:
        raise Refused("This is not an e-mail address.") from error
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(local(message.created_at))
    mail["Message-ID"] = message_id(message)
    mail["Content-Language"] = message.language
    # Nobody's absence note shall answer (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _ascii_domain(address: str) -> str:
    """Domains with marks as servers know them (``thư.vn`` is ``xn--th-e0a.vn``). Raises ``ValueError``."""
    local_part, _at, domain = address.rpartition("@")
    local_part.encode("ascii")
    return f"{local_part}@{domain.encode('idna').decode()}"


class _Deadline:
    """Gives every step of the exchange what is left of the lease."""

    def __init__(self, session: smtplib.SMTP):
        self.session = session
        self.restart()

    def restart(self) -> None:
        self.ends = time.monotonic() + settings.NOTICE_LEASE_SECONDS * SHARE_OF_LEASE

    def apply(self) -> None:
        left = self.ends - time.monotonic()
        if left <= 0 or self.session.sock is None:
            raise Later("The mail server was too slow.")
        self.session.sock.settimeout(left)


@contextmanager
def _session(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection that is ready to take a message."""
    seconds = min(CONNECT_SECONDS, settings.NOTICE_LEASE_SECONDS * SHARE_OF_LEASE)
    name = DNS_NAME.get_fqdn()
    try:
        if server.tls_at_once:
            context = ssl.create_default_context()
            session: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, name, timeout=seconds, context=context)
        else:
            session = smtplib.SMTP(server.host, server.port, name, timeout=seconds)
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(_reason(error)) from error
    try:
        try:
            _introduce(session, server)
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(_reason(error)) from error
        yield session
    finally:
        # Not quit(): after the message is taken, waiting for a good-bye could only lose time.
        session.close()


def _introduce(session: smtplib.SMTP, server: MailServer) -> None:
    session.ehlo_or_helo_if_needed()
    encrypted = server.tls_at_once
    if not encrypted and server.tls_if_offered and session.has_extn("starttls"):
        session.starttls(context=ssl.create_default_context())
        session.ehlo()
        encrypted = True
    if server.user:
        if not encrypted and not server.is_near:
            raise Unreachable("The mail server offers no encryption, so the password was not sent.")
        session.login(server.user, server.password)


def _hand_over(session: smtplib.SMTP, mail: EmailMessage, still_mine: StillMine) -> None:
    """MAIL, RCPT, DATA, and only when everything else is on the server, the final dot.

    Until the dot the server throws away what it has, and after its answer it is responsible (RFC 5321, 4.1.1.4 and
    6.1): whether the message is still ours is asked right before, and nothing is done between answer and note.
    """
    deadline = _Deadline(session)
    try:
        for verb, command, expected in (
            ("MAIL", f"mail FROM:<{mail['From'].addresses[0].addr_spec}>", 250),
            ("RCPT", f"rcpt TO:<{mail['To'].addresses[0].addr_spec}>", 250),
            ("DATA", "data", 354),
        ):
            deadline.apply()
            _expect(session.docmd(command), expected, verb)
        deadline.apply()
        session.send(_dot_stuffed(mail.as_bytes()))
        still_mine()
        deadline.restart()
        deadline.apply()
        session.send(b".\r\n")
        _expect(session.getreply(), 250, "DATA")
    except (OSError, smtplib.SMTPException) as error:
        raise Later(_reason(error)) from error


def _expect(answer: tuple[int, bytes], expected: int, verb: str) -> None:
    code, text = answer
    if code == expected or (verb == "RCPT" and code == 251):  # noqa: PLR2004 - 251: will forward
        return
    reason = f"{verb} {code} {text.decode(errors='replace')}"
    # A refused sender is our own setting: mend it, and the messages that wait go out.
    permanent = 500 <= code < 600 and verb != "MAIL"  # noqa: PLR2004
    raise Refused(reason) if permanent else Later(reason)


def _dot_stuffed(content: bytes) -> bytes:
    """The message as it goes over the line: a dot doubled at the start of a line, an end of line at the end."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _reason(error: Exception) -> str:
    if isinstance(error, NotSent):
        return str(error)
    if isinstance(error, smtplib.SMTPResponseException):
        # Only the code: the text of a failed sign-in may repeat the user name.
        return f"{type(error).__name__} {error.smtp_code}"
    return f"{type(error).__name__}: {error}"
