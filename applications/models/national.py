"""What goes to the National Public Service Portal, what was filed there, and how both sides compare."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.enums_national import OPEN, Difference, ItemKind, ItemState, Trouble


class SyncItem(models.Model):
    """One thing to tell the national portal about a dossier (đồng bộ hồ sơ), written with the change it tells of.

    The message is made when it is sent, from the dossier as it was at the event: nothing personal is kept twice. Rows of one
    dossier leave in the order of their keys; a later one never overtakes an earlier. ``shown`` is the last message that
    failed, with everything personal blanked.
    """

    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="sync_items")
    event = models.OneToOneField(
        "applications.Event", on_delete=models.PROTECT, null=True, blank=True, related_name="sync_item"
    )
    kind = models.CharField(max_length=8, choices=ItemKind.choices)
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=10, choices=Trouble.choices, blank=True)
    answer = models.CharField(max_length=200, blank=True, help_text=_("What the national portal said last."))
    shown = models.JSONField(default=dict, blank=True)
    skipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("row for the national portal")
        verbose_name_plural = _("rows for the national portal")
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state__in=OPEN), name="sync_due"),
            models.Index(fields=["application", "id"], condition=Q(state__in=OPEN), name="sync_order"),
            models.Index(fields=["-id"], condition=Q(state=ItemState.DEAD), name="sync_dead"),
            models.Index(fields=["settled_at"], name="sync_settled"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ItemState.SENDING) | Q(claimed_at__isnull=False), name="sync_sending_claimed"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ItemState.DELIVERED, ItemState.SKIPPED]) | Q(settled_at__isnull=False),
                name="sync_settled_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ItemState.SKIPPED) | (Q(skipped_by__isnull=False) & ~Q(reason="")),
                name="sync_skipped_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state=ItemState.DEAD) | ~Q(trouble=Trouble.NONE), name="sync_dead_has_trouble"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.kind}"


def _usual_codes() -> dict[str, list[str]]:
    return {"ok": ["0", "00"], "exists": ["2"], "missing": ["3"], "refused": ["4", "5", "6"]}


class SyncRules(models.Model):
    """How the national portal is spoken to from one day on: what no text we have read settles (facts §2, U after the move to
    the Ministry of Public Security). Replaced by a later row."""

    valid_from = models.DateField(_("in force from"), unique=True)
    source = models.CharField(_("source"), max_length=200)
    answer_codes = models.JSONField(
        _("codes of answers"),
        default=_usual_codes,
        help_text=_("Lists under ok, exists, missing and refused; any other code is tried again and then looked at."),
    )
    field_codes = models.JSONField(_("codes of fields"), default=dict, blank=True, help_text=_("Our field: MaLinhVuc."))
    paper_codes = models.JSONField(
        _("codes of papers"), default=dict, blank=True, help_text=_("Our kind of paper: MaThanhPhanHoSo.")
    )
    result_codes = models.JSONField(
        _("codes of results"), default=dict, blank=True, help_text=_("National procedure code: MaGiayToKetQua.")
    )
    at_counter_code = models.CharField(_("HinhThuc at the counter"), max_length=4, default="0")
    by_post_code = models.CharField(_("HinhThuc by post"), max_length=4, default="1")
    paid_online_code = models.CharField(_("DuocThanhToanTrucTuyen"), max_length=4, default="3")
    filed_there_code = models.CharField(_("NoiNopHoSo, filed there"), max_length=4, default="1")
    filed_here_code = models.CharField(_("NoiNopHoSo, filed here"), max_length=4, default="2")
    fee_kind_code = models.CharField(_("LoaiPhiLePhi"), max_length=4, default="2")
    fee_way_code = models.CharField(_("HinhThucThu"), max_length=4, default="1")

    class Meta:
        verbose_name = _("rules of the national portal")
        verbose_name_plural = _("rules of the national portal")
        ordering = ["valid_from"]

    def __str__(self) -> str:
        return f"{self.valid_from}"

    def clean(self) -> None:
        """A wrong shape would stop every row, so the administration refuses it."""
        for name in ("field_codes", "paper_codes", "result_codes"):
            if not _is_texts(getattr(self, name)):
                raise ValidationError({name: _('Write texts under names, such as {"land": "G16"}.')})
        codes = self.answer_codes
        if (
            not isinstance(codes, dict)
            or codes.keys() != _usual_codes().keys()
            or not all(map(_is_list, codes.values()))
        ):
            raise ValidationError(
                {"answer_codes": _("Write a list of texts under each of ok, exists, missing, refused.")}
            )

    @classmethod
    def on(cls, day: date) -> SyncRules:
        """The rules of this day; those of the specification we know where none are written."""
        found = cls.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
        return found or cls(valid_from=day)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


class SyncCheck(models.Model):
    """A daily comparison with the national portal (đối soát): so many asked about, so many that differed."""

    day = models.DateField(unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    after = models.PositiveBigIntegerField(default=0, help_text=_("The last dossier compared, to go on from."))
    asked = models.PositiveIntegerField(default=0)
    unknown = models.JSONField(
        default=list,
        blank=True,
        help_text=_("Codes of procedures taken in here that the national portal does not know."),
    )

    class Meta:
        verbose_name = _("comparison with the national portal")
        verbose_name_plural = _("comparisons with the national portal")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"


class SyncDifference(models.Model):
    """A dossier that the national portal did not have as it is here; it was sent once more."""

    check_of_day = models.ForeignKey(SyncCheck, on_delete=models.CASCADE, related_name="differences")
    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Difference.choices)
    ours = models.CharField(max_length=20, blank=True)
    theirs = models.CharField(max_length=20, blank=True)
    item = models.ForeignKey(SyncItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("difference from the national portal")
        verbose_name_plural = _("differences from the national portal")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["check_of_day", "application"], name="sync_difference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.kind}"


class SyncUncompared(models.Model):
    """A dossier that the national portal gave no answer about on that day; it is asked again until it does, or so many times."""

    check_of_day = models.ForeignKey(SyncCheck, on_delete=models.CASCADE, related_name="uncompared")
    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="+")
    trouble = models.CharField(max_length=10, choices=Trouble.choices)
    answer = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=1)
    tried_at = models.DateTimeField()

    class Meta:
        verbose_name = _("dossier not compared with the national portal")
        verbose_name_plural = _("dossiers not compared with the national portal")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["check_of_day", "application"], name="sync_uncompared_once"),
            models.CheckConstraint(condition=~Q(trouble=Trouble.NONE), name="sync_uncompared_has_trouble"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.trouble}"


class Arrival(models.Model):
    """An application filed at the national portal (hồ sơ nộp trực tuyến) and the draft it became here.

    ``code`` is the one the citizen was given there. ``person`` is what they said of themselves; it is blanked once the
    draft has a person of its own, or has ended and the national portal knows.
    """

    code = models.CharField(max_length=40, unique=True)
    application = models.OneToOneField("applications.Application", on_delete=models.PROTECT, related_name="arrival")
    filed_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    is_verified = models.BooleanField(default=False, help_text=_("Signed in with VNeID."))
    person = models.JSONField(default=dict, blank=True)
    files = models.JSONField(default=list, blank=True, help_text=_("Names of the files filed there, by kind of paper."))
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("application filed online")
        verbose_name_plural = _("applications filed online")
        ordering = ["filed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="arrival_opened_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.code
