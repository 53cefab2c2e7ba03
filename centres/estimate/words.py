"""A range as people read it: whole minutes when it is short, five at a time when it is long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from centres.estimate.waits import Range
from centres.models import Ticket
from portal import clock

MINUTE = 60
FINE = 10 * MINUTE
STEP = 5 * MINUTE
SOON = 2 * MINUTE
# Past this a time of day says more than a number of minutes.
LONG = 90 * MINUTE


@dataclass(frozen=True)
class Shown:
    """Seconds from ``at``, rounded as they are read."""

    low_s: int
    high_s: int
    at: datetime

    @classmethod
    def of(cls, found: Range, at: datetime) -> Shown:
        low, high = _round(found.low), _round(found.high)
        if low == high:
            high += STEP if high >= FINE else MINUTE
        return cls(low, high, at)

    @classmethod
    def told(cls, ticket: Ticket) -> Shown | None:
        """What was told at the drawing of this number."""
        first = ticket.estimates.filter(is_first=True).first()
        return cls(first.low_s, first.high_s, first.at) if first else None

    def contains(self, seconds: float) -> bool:
        """Whether a wait lies inside, as a person would judge it: by whole minutes."""
        return self.low_s - MINUTE / 2 <= seconds < self.high_s + MINUTE / 2

    @property
    def minutes(self) -> dict[str, Any]:
        """For programs."""
        return {"low_minutes": self.low_s // MINUTE, "high_minutes": self.high_s // MINUTE, "as_of": self.at}

    @property
    def short(self) -> str:
        """For a board or a tile: ``15–25 min``."""
        if self.high_s <= SOON:
            return _("under 2 min")
        return _("%(low)d–%(high)d min") % {"low": self.low_s // MINUTE, "high": self.high_s // MINUTE}

    @property
    def sentence(self) -> str:
        """For a slip or a phone."""
        if self.high_s <= SOON:
            return _("You will be called within about two minutes.")
        if self.high_s > LONG:
            first, last = (clock.local(self.at + timedelta(seconds=each)) for each in (self.low_s, self.high_s))
            return _("Expected to be called between %(first)s and %(last)s.") % {
                "first": f"{first:%H:%M}",
                "last": f"{last:%H:%M}",
            }
        return _("Expected wait: %(low)d–%(high)d minutes.") % {
            "low": self.low_s // MINUTE,
            "high": self.high_s // MINUTE,
        }


def _round(seconds: float) -> int:
    step = MINUTE if seconds < FINE else STEP
    return int((seconds + step / 2) // step) * step
