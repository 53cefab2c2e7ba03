"""What only waiting or support can mend: the row keeps the sentence and the job is tried again."""

from __future__ import annotations

from portal.errors import Unavailable


class NotNow(Unavailable):
    """Something outside is missing for the moment. ``message`` is a source sentence, translated where it is shown."""
