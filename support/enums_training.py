"""Words of training."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SeatState(models.TextChoices):
    TAKEN = "taken", _("has a seat")
    WAITING = "waiting", _("on the waiting list")
    LEFT = "left", _("does not come")


# Who is counted on.
COMING = (SeatState.TAKEN, SeatState.WAITING)


class Standing(models.TextChoices):
    """How a certificate stands, as its public page says."""

    GENUINE = "genuine", _("genuine")
    ENDED = "ended", _("ended")
    WITHDRAWN = "withdrawn", _("withdrawn")
