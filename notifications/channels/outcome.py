"""How an attempt to send can fail. Coming back without one of these means: it is sent."""

from __future__ import annotations

from collections.abc import Callable


class NotSent(Exception):
    """The message was not taken; the text says why, for the administration page."""


class Unreachable(NotSent):
    """Nobody answers at the channel, or it does not let us in: says nothing about this message, try soon."""


class Later(NotSent):
    """The channel asked for another try (SMTP 4xx), or broke off."""


class Refused(NotSent):
    """The channel will never take this message (SMTP 5xx for the recipient or the content)."""


class Lost(NotSent):
    """The lease ran out and somebody else has the message now: leave it alone."""


# Asked once, at the last moment at which the message can still be kept back. Raises ``Lost``.
StillMine = Callable[[], None]
