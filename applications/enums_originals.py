"""Where an original paper can be, and what becomes of one that was put on a list."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Place(models.TextChoices):
    """The one place where an original is."""

    COUNTER = "counter", pgettext_lazy("where an original is", "at the counter")
    SAFE = "safe", pgettext_lazy("where an original is", "in the branch's safe")
    TO_OFFICE = "to_office", pgettext_lazy("where an original is", "on the way to the office")
    AT_OFFICE = "at_office", pgettext_lazy("where an original is", "at the office")
    TO_BRANCH = "to_branch", pgettext_lazy("where an original is", "on the way back")
    GIVEN_BACK = "given_back", pgettext_lazy("where an original is", "given back")
    LOST = "lost", pgettext_lazy("where an original is", "not found any more")


AT_BRANCH = [Place.COUNTER, Place.SAFE]
ON_THE_WAY = [Place.TO_OFFICE, Place.TO_BRANCH]
# Out of the branch's hands: the name of the office stands beside the place.
WITH_OFFICE = [*ON_THE_WAY, Place.AT_OFFICE]
IN_CUSTODY = [*AT_BRANCH, *WITH_OFFICE]


class Direction(models.TextChoices):
    TO_OFFICE = "out", _("to the office")
    TO_BRANCH = "back", _("back to the branch")


class ItemState(models.TextChoices):
    """What the receiver of a list found."""

    ON_THE_WAY = "on_way", pgettext_lazy("an original on a list", "not confirmed yet")
    RECEIVED = "received", pgettext_lazy("an original on a list", "received")
    MISSING = "missing", pgettext_lazy("an original on a list", "missing")
    STAYED = "stayed", pgettext_lazy("an original on a list", "found at the sender's")
    LOST = "lost", pgettext_lazy("an original on a list", "not found any more")


UNSETTLED = [ItemState.ON_THE_WAY, ItemState.MISSING]


class Moved(models.TextChoices):
    """What the history says happened to an original (``details["moved"]``)."""

    KEPT = "kept"
    INTO_SAFE = "safe"
    OUT_OF_SAFE = "counter"
    SENT = "sent"
    ARRIVED = "arrived"
    SENT_BACK = "sent_back"
    CAME_BACK = "came_back"
    MISSED = "missed"
    STAYED = "stayed"
    GIVEN_BACK = "given_back"
    LOST = "lost"
