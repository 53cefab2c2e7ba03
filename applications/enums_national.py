"""What the rows for the national portal can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemState(models.TextChoices):
    WAITING = "waiting", _("waiting to be sent")
    SENDING = "sending", _("being sent")
    DELIVERED = "sent", _("delivered")
    DEAD = "dead", _("given up")
    SKIPPED = "skipped", _("left out")


# What holds back every later row of the same dossier.
OPEN = [ItemState.WAITING, ItemState.SENDING, ItemState.DEAD]


class ItemKind(models.TextChoices):
    DOSSIER = "dossier", _("the dossier")
    PROGRESS = "progress", _("a step")
    AGAIN = "again", _("the dossier once more, after a comparison")


class Trouble(models.TextChoices):
    """Why a row is not delivered, as far as anybody here can tell."""

    NONE = "", ""
    AWAY = "away", _("The national portal does not answer.")
    ACCOUNT = "account", _("The national portal does not accept our account.")
    FAULTY = "faulty", _("The national portal answers with an error of its own.")
    SILENT = "silent", _("The connection broke before the answer came: whether it arrived is not known.")
    UNKNOWN = "unknown", _("The national portal answers with a code that nobody has told us of.")
    REFUSED = "refused", _("The national portal refuses the message; sent again unchanged, it will be refused again.")
    UNFIT = "unfit", _("The message cannot be made: something that the national portal asks for is not in the dossier.")
    INTERRUPTED = "broken_off", _("Every try was interrupted on our side.")


class Difference(models.TextChoices):
    MISSING = "missing", _("not there")
    STATE = "state", _("in another state")
    DUE = "due", _("with another due date")
