"""Original papers handed in with a dossier: where each is, every move, and the lists by which they are handed over."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.enums_originals import AT_BRANCH, IN_CUSTODY, UNSETTLED, WITH_OFFICE, Direction, ItemState, Place
from applications.models.papers import Paper
from portal.records import AppendOnly


class Original(models.Model):
    """One physical paper in custody (bản chính đang giữ): a land certificate, for instance.

    Its row says where it is now; how it came there is in its moves. ``office`` is whoever has it while it is not at the
    branch, or is on its way there or back.
    """

    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="originals")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="originals")
    number = models.CharField(max_length=40, blank=True, help_text=_("Serial as the officer wrote it."))
    pages = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    branch = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="+")
    counter = models.ForeignKey("centres.Counter", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=10, choices=Place.choices, default=Place.COUNTER)
    office = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("original in custody")
        verbose_name_plural = _("originals in custody")
        ordering = ["taken_at", "id"]
        indexes = [
            models.Index(
                fields=["branch", "place", "since", "id"],
                condition=Q(place__in=IN_CUSTODY),
                name="originals_in_custody",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(place__in=Place.values), name="original_is_somewhere"),
            models.CheckConstraint(
                condition=Q(place__in=WITH_OFFICE) & ~Q(office="") | ~Q(place__in=WITH_OFFICE) & Q(office=""),
                name="original_away_is_with_an_office",
            ),
            models.CheckConstraint(condition=Q(pages__gte=1), name="original_has_a_page"),
            models.CheckConstraint(condition=Q(since__gte=F("taken_at")), name="original_is_there_since_taken"),
        ]

    def __str__(self) -> str:
        return f"{self.paper} {self.number}".strip()

    @property
    def is_in_custody(self) -> bool:
        return self.place in IN_CUSTODY

    @property
    def is_at_branch(self) -> bool:
        return self.place in AT_BRANCH


class OriginalMove(AppendOnly):
    """One move of an original: from where to where, who gave it, who has it now, when and why.

    ``person`` is whoever handed it in or got it back and ``authorisation`` what a proxy showed: personal, so the law can
    have both erased.
    """

    ERASABLE = ("person", "authorisation")

    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="moves")
    sequence = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    from_place = models.CharField(max_length=10, choices=Place.choices, blank=True)
    to_place = models.CharField(max_length=10, choices=Place.choices)
    office = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.CharField(max_length=120, null=True)  # noqa: DJ001 - null is "erased"
    authorisation = models.CharField(max_length=200, null=True)  # noqa: DJ001
    reason = models.CharField(max_length=300, blank=True)
    transfer = models.ForeignKey("applications.TransferList", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("move of an original")
        verbose_name_plural = _("moves of originals")
        ordering = ["original_id", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["original", "sequence"], name="original_move_once"),
            models.CheckConstraint(condition=~Q(from_place=F("to_place")), name="original_move_goes_somewhere"),
            models.CheckConstraint(
                condition=Q(sequence=1, from_place="") | Q(sequence__gt=1) & ~Q(from_place=""),
                name="original_move_comes_from_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.original_id}/{self.sequence} {self.to_place}"


class TransferList(models.Model):
    """A list of originals handed over together (phiếu bàn giao), sent by one person and confirmed item by item.

    ``frozen`` is what it said when it was sent; its file is made from that and kept. It stays open until every item is
    settled. ``origin`` numbers it: the branch outward, the competent centre on the way back.
    """

    origin = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    direction = models.CharField(max_length=4, choices=Direction.choices)
    branch = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="+")
    competent = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=200)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    frozen: models.JSONField[Any, Any] = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("list of originals handed over")
        verbose_name_plural = _("lists of originals handed over")
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["sent_at"], condition=Q(closed_at__isnull=True), name="transfer_lists_open")]
        constraints = [
            models.UniqueConstraint(fields=["origin", "year", "number"], name="transfer_list_number_once"),
            models.CheckConstraint(condition=~Q(office=""), name="transfer_list_names_an_office"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("sent_at")), name="transfer_list_closed_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number:02}/{self.year}"

    @property
    def is_out(self) -> bool:
        return self.direction == Direction.TO_OFFICE

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class TransferItem(models.Model):
    """One original on a list; on at most one that is not settled."""

    transfer = models.ForeignKey(TransferList, on_delete=models.PROTECT, related_name="items")
    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="transfers")
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.ON_THE_WAY)
    missing_at = models.DateTimeField(null=True, blank=True)
    missing_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("original on a list")
        verbose_name_plural = _("originals on lists")
        ordering = ["transfer_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["original"], condition=Q(settled_at__isnull=True), name="original_on_one_open_list"
            ),
            models.UniqueConstraint(fields=["transfer", "original"], name="original_once_a_list"),
            models.CheckConstraint(
                condition=Q(state__in=UNSETTLED, settled_at__isnull=True, settled_by__isnull=True)
                | ~Q(state__in=UNSETTLED) & Q(settled_at__isnull=False, settled_by__isnull=False),
                name="transfer_item_settled_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=ItemState.MISSING) | Q(missing_at__isnull=False, missing_by__isnull=False),
                name="transfer_item_missing_says_who",
            ),
            models.CheckConstraint(
                condition=~Q(state=ItemState.LOST) | ~Q(note=""), name="transfer_item_lost_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["missing_at"], condition=Q(state=ItemState.MISSING), name="transfer_items_missing")
        ]

    def __str__(self) -> str:
        return f"{self.transfer} {self.position}"

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None
