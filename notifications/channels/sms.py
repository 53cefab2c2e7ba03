"""SMS. The file channel stands for the operator's gateway until there is a contract with one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings

from notifications.channels.outcome import StillMine
from notifications.channels.outfile import write_once
from notifications.identity import fingerprint
from notifications.models import Message


def send(message: Message, still_mine: StillMine) -> None:
    """Put the SMS into the folder of ``SMS_URL``. Raises ``NotSent``."""
    still_mine()
    folder = Path(unquote(urlsplit(settings.SMS_URL).path))
    write_once(folder, f"{fingerprint(message)}.txt", f"{message.recipient}\n\n{message.body}\n".encode())
