"""Registers and jobs of certification."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegisterKind(models.TextChoices):
    """One register a kind, unit and year (Circular 01/2020/TT-BTP)."""

    COPIES = "SCT/BS", _("certified copies")
    SIGNATURES = "SCT/CK,ĐC", _("certified signatures and fingerprints")
    TRANSLATORS = "SCT/CKND", _("translators' signatures")
    CONTRACTS = "SCT/HĐ,GD", _("contracts and transactions")


class IdentityPaper(models.TextChoices):
    """By what somebody says who they are (Decree 23/2015 art. 24)."""

    CARD = "card", _("identity card")
    PASSPORT = "passport", _("passport")
    OTHER = "other", _("another identity paper")


class JobState(models.TextChoices):
    WAITING = "waiting", _("at the desk, to be sent to the signer")
    SUBMITTED = "submitted", _("waiting for the signer")
    APPROVED = "approved", _("number taken, file to be made")
    COMPOSING = "composing", _("file being made")
    FILED = "filed", _("filed")
    FAILED = "failed", _("could not be made")
    DROPPED = "dropped", _("taken back before approval")
    REFUSED = "refused", _("refused")


# No register number belongs to these.
WITHOUT_NUMBER = [JobState.WAITING, JobState.SUBMITTED, JobState.DROPPED, JobState.REFUSED]
# Somebody in the hall waits for it.
AWAITED = [JobState.SUBMITTED, JobState.APPROVED, JobState.COMPOSING]
# Nothing more comes of these.
ENDED = [JobState.FILED, JobState.FAILED, JobState.DROPPED, JobState.REFUSED]
# Nobody pays for what they did not get.
NOT_PAID_FOR = [JobState.FAILED, JobState.DROPPED, JobState.REFUSED]
JOBS_OPEN = [JobState.APPROVED, JobState.COMPOSING]


class Finding(StrEnum):
    """What a file or a code turns out to be, for anyone who asks."""

    GENUINE = "genuine"
    CHANGED = "changed"  # since it was issued
    UNTRUSTED = "untrusted"  # signed by someone not trusted for this, or when the certificate did not hold
    NOT_OURS = "not_ours"
    STRUCK = "struck"  # through, in the register
