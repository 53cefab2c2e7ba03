"""Video calls with the support team."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VideoState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("video call", "waiting")
    OPEN = "open", pgettext_lazy("video call", "answered")
    ENDED = "ended", pgettext_lazy("video call", "ended")
    CANCELLED = "cancelled", pgettext_lazy("video call", "taken back")
    LAPSED = "lapsed", pgettext_lazy("video call", "nobody answered")


VIDEO_RUNNING = [VideoState.WAITING, VideoState.OPEN]


class VideoEventKind(models.TextChoices):
    ASKED = "asked", _("Asked for")
    TOLD = "told", _("Support was told")
    ANSWERED = "answered", pgettext_lazy("video call", "Answered")
    ENTERED = "entered", _("Opened the link")
    ENDED = "ended", pgettext_lazy("video call", "Ended")
    CANCELLED = "cancelled", _("Taken back")
    LAPSED = "lapsed", _("Nobody answered")
