"""What becomes of money that a bank tells of."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NoticeSource(models.TextChoices):
    NOTICE = "notice", _("the bank's notice")
    STATEMENT = "bank", _("a statement")


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("just come")
    BOOKED = "booked", pgettext_lazy("a transfer", "booked")
    LISTED = "listed", _("to be matched by hand")
    ASIDE = "aside", _("not for a dossier")


class Outcome(models.TextChoices):
    """How a transfer stands to what was due when it was booked, or why nobody could book it."""

    EXACT = "exact", _("what was due")
    UNDER = "under", _("less than was due")
    OVER = "over", _("more than was due")
    TWICE = "twice", _("paid already")
    AFTER_END = "after", _("the dossier had ended")
    BEFORE = "before", _("booked by hand before")
    UNKNOWN = "unknown", _("no reference of ours")
    SEVERAL = "several", _("several references")
    ERASED = "erased", _("the dossier is not kept any more")
    CANCELLED = "undone", _("its receipt was cancelled")


# It came when nothing was due: all of it is to be given back, whatever else is.
NOTHING_DUE = [Outcome.TWICE, Outcome.AFTER_END]


class LineTrouble(models.TextChoices):
    """What is wrong with a line of a statement."""

    ACCOUNT = "account", _("no account number, or none of yours")
    NUMBER = "id", _("no number of the bank")
    MOMENT = "at", _("no day and time such as 31/12/2026 14:05")
    AMOUNT = "amount", _("no whole sum")
    WORDS = "text", _("words that cannot be read")
    DIFFERS = "differs", _("the bank told of the same number with another sum")
    REPEATED = "repeated", _("the number stands in the file twice")
