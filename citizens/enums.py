"""Facts about a person that are one of a few."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    MALE = "male", _("male")
    FEMALE = "female", _("female")


class IdentitySource(models.TextChoices):
    """How the identity came to us. A card's QR is a claim, not proof (facts §4)."""

    TYPED = "typed", _("typed by the officer")
    CARD = "card", _("read from the ID card")
    VNEID = "vneid", _("signed in with VNeID")


class SignInWay(models.TextChoices):
    """By what a citizen signed in."""

    PHONE = "phone", _("phone")
    VNEID = "vneid", _("VNeID")
