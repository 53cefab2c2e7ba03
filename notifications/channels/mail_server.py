"""Reading ``EMAIL_URL``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

SMTP_PORT = 25
SMTPS_PORT = 465
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class MailServer:
    """Where e-mails go: a server, or a folder of ``.eml`` files.

    ``smtps`` is TLS from the first byte; ``smtp`` turns to TLS when the server offers it, unless ``?tls=off``.
    """

    host: str = ""
    port: int = SMTP_PORT
    user: str = ""
    password: str = field(default="", repr=False)
    tls_at_once: bool = False
    tls_if_offered: bool = True
    folder: Path | None = None

    @property
    def is_near(self) -> bool:
        """Whether the way there stays on this machine, so that a password may go in the clear."""
        return self.host in LOOPBACK

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read ``smtp://user:password@host:587``, ``smtps://host`` or ``file:///folder``.

        Raises ``ValueError`` with a sentence that does not repeat the address, since it may hold a password.
        """
        parts = urlsplit(url)
        if parts.scheme == "file":
            if parts.netloc or not parts.path.startswith("/"):
                raise ValueError("a folder is written with three slashes: file:///var/mail")
            return cls(folder=Path(unquote(parts.path)))
        if parts.scheme not in {"smtp", "smtps"}:
            raise ValueError("expected smtp://, smtps:// or file:///")
        if not parts.hostname:
            raise ValueError("the name of the mail server is missing: smtp://host:port")
        try:
            port = parts.port
        except ValueError:
            raise ValueError("the port of the mail server is not a number from 1 to 65535") from None
        options = dict(parse_qsl(parts.query))
        if options.pop("tls", "on") not in {"on", "off"} or options or parts.path.strip("/"):
            raise ValueError("after the port only ?tls=off is known")
        at_once = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=port or (SMTPS_PORT if at_once else SMTP_PORT),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls_at_once=at_once,
            tls_if_offered="tls=off" not in parts.query,
        )
