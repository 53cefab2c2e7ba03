"""What a survey asks about, and what is answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Area(models.TextChoices):
    NETWORK = "network", _("network")
    POWER = "power", _("electricity")
    COUNTERS = "counters", _("counters")
    DEVICES = "devices", _("devices")
    STAFF = "staff", _("staff")
    SIGNAGE = "signage", _("signage")
    ACCESS = "access", _("accessibility")


class Answer(models.TextChoices):
    YES = "yes", pgettext_lazy("of a checklist", "yes")
    PARTLY = "partly", pgettext_lazy("of a checklist", "partly")
    NO = "no", pgettext_lazy("of a checklist", "no")
    NOT_NEEDED = "na", pgettext_lazy("of a checklist", "not needed here")


# Of one point each. What is not needed is not counted, what nobody answered counts as no.
POINTS = {Answer.YES: 1.0, Answer.PARTLY: 0.5, Answer.NO: 0.0}
# As ``includes/state.html`` shows it.
ANSWER_KIND = {Answer.YES: "ok", Answer.PARTLY: "warn", Answer.NO: "act", Answer.NOT_NEEDED: ""}
