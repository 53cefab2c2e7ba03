"""The closed lists of this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Confidence(models.TextChoices):
    """How sure we are that a fact of law stands as written here."""

    SURE = "sure", _("Sure")
    LIKELY = "likely", _("Likely")
    UNSURE = "unsure", _("Unsure")


class UnitKind(models.TextChoices):
    WARD = "ward", _("Ward")  # phường
    COMMUNE = "commune", _("Commune")  # xã
    TOWN = "town", _("Township")  # thị trấn, until 30/6/2025


class UnitPart(models.TextChoices):
    """How much of an old unit went into a new one."""

    WHOLE = "whole", _("Whole")
    PART = "part", _("Part")
    REMAINDER = "remainder", _("The rest")
    UNKNOWN = "unknown", _("Unknown")


class DayType(models.TextChoices):
    OFF = "off", _("Day off")
    WORK = "work", _("Working day")


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", _("Public holiday")
    OBSERVED_OFF = "observed_off", _("Day off in lieu of a holiday on a rest day")
    SWAP_OFF = "swap_off", _("Day off swapped for a working Saturday")
    SWAP_WORK = "swap_work", _("Working Saturday swapped for a day off")


class CopyForm(models.TextChoices):
    """In what form a paper is handed in (hình thức giấy tờ)."""

    ORIGINAL = "original", _("Original")
    COMPARED_COPY = "compared_copy", _("Copy, with the original to compare")
    CERTIFIED_COPY = "certified_copy", _("Certified copy")
    SHOWN = "shown", _("Shown only")
    LOOKED_UP = "looked_up", _("Looked up by the officer")


class FeeBasis(models.TextChoices):
    PER_CASE = "per_case", _("Per case")
    PER_COPY = "per_copy", _("Per copy")
    PER_PAGE = "per_page", _("Per page")


class FormFieldKind(models.TextChoices):
    """What a field of a form takes."""

    TEXT = "text", _("One line")
    LONG_TEXT = "long_text", _("Several lines")
    DATE = "date", _("Day")
    PARTIAL_DATE = "partial_date", _("Day, month or only the year")
    NUMBER = "number", _("Number")
    CHOICE = "choice", _("One of several")
    YES_NO = "yes_no", _("Yes or no")
    UNIT = "unit", _("Ward or commune of today")
    PHONE = "phone", _("Phone")
    IDENTITY_NUMBER = "identity_number", _("Identity number")
    ORGANISATION_CODE = "organisation_code", _("Number of an organisation")
    PASSPORT = "passport", _("Passport")
    CERTIFICATE_SERIAL = "certificate_serial", _("Serial of a land certificate")
    BIRTH_NOTICE_CODE = "birth_notice_code", _("Number of a clinic's certificate of birth")


class StepRole(models.TextChoices):
    """Who carries a handling step; the app above maps these to its roles."""

    COUNTER = "counter", _("Counter officer")
    SPECIALIST = "specialist", _("Specialist")
    LEADER = "leader", _("Approving leader")
