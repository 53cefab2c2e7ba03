"""What a check finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from centres.models import Device
from support.enums import Kind, Severity

PREFIX = "watch:"


@dataclass(frozen=True)
class Trouble:
    """Something that does not work. ``key`` is the same as long as it lasts; ``public`` is for the status page."""

    key: str
    kind: Kind
    severity: Severity
    what: str
    centre_id: int | None = None
    device: Device | None = None
    public: Mapping[str, str] | None = None

    @property
    def fingerprint(self) -> str:
        return f"{PREFIX}{self.key}"
