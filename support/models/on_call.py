"""Who is called when something stops working, and how they are reached."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

MOST_LEVELS = 3


class OnCallShift(models.Model):
    """Somebody on call (trực sự cố) from one moment to another; who has a higher level is told later.

    Without a centre it is for all of them.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="on_call_shifts")
    centre = models.ForeignKey(
        "centres.Centre", on_delete=models.CASCADE, null=True, blank=True, related_name="on_call_shifts"
    )
    level = models.PositiveSmallIntegerField(default=1)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        verbose_name = _("shift on call")
        verbose_name_plural = _("shifts on call")
        ordering = ["from_at", "level", "id"]
        indexes = [models.Index(fields=["until_at"], name="on_call_until")]
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="on_call_ends_later"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=MOST_LEVELS), name="on_call_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.from_at:%d/%m/%Y %H:%M}"


class OnCallContact(models.Model):
    """Where a person on call is reached: an e-mail address beside that of the sign-in, and a mobile phone."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="on_call_contact")
    phone = models.CharField(max_length=16, blank=True, help_text=_("E.164"))
    email = models.EmailField(blank=True)

    class Meta:
        verbose_name = _("contact of a person on call")
        verbose_name_plural = _("contacts of people on call")

    def __str__(self) -> str:
        return str(self.user)


class OnCallBrowser(models.Model):
    """A browser in which a person on call is told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="on_call_browsers")
    browser = models.OneToOneField(
        "notifications.PushSubscription", on_delete=models.CASCADE, related_name="+", primary_key=True
    )

    class Meta:
        verbose_name = _("browser of a person on call")
        verbose_name_plural = _("browsers of people on call")

    def __str__(self) -> str:
        return f"{self.user} {self.browser_id}"
