"""How money comes and goes."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PaymentKind(models.TextChoices):
    PAID = "paid", pgettext_lazy("a fee", "paid")
    REFUNDED = "back", pgettext_lazy("a fee", "given back")


class Method(models.TextChoices):
    CASH = "cash", _("in cash")
    TRANSFER = "transfer", _("by transfer")
