"""The rules of a centre's queue, as dated settings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.enums import Priority, PriorityGround
from centres.models.centre import Centre
from procedures import revisions

MOST_MINUTES = 600
# Which policies the processes have read (``centres.policy``).
MARK = "centres:queue_policy"


def usual_holds() -> list[int]:
    """What a new row begins with."""
    return [15, 30, 60]


class QueuePolicy(models.Model):
    """How a queue is kept from one day to another (quy định xếp hàng), for one centre or, without one, for the city.

    Age 60 goes first by Law 39/2009 art. 3.1c; the rest is custom or our own rule (facts §10, marks L and U): hence a
    row with its source, which the city or a centre replaces by a later one.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, null=True, blank=True, related_name="queue_policies")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    classes = models.JSONField(
        default=dict,
        help_text=_("The class of each ground, by their names; a ground that is not named gives no priority."),
    )
    cap = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)],
        help_text=_("Of so many calls running at one counter, at most one overtakes somebody. 1: no limit."),
    )
    recalls = models.PositiveSmallIntegerField(help_text=_("Times a number is called again before it is a no-show."))
    walk_seconds = models.PositiveSmallIntegerField(
        default=20,
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text=_("Time a person is given to come after the last call, before it is a no-show."),
    )
    grace_minutes = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text=_("How long after a no-show somebody gets the old place back."),
    )
    hold_minutes = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(MOST_MINUTES)], help_text=_("The longest that a place is held.")
    )
    closing_minutes = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text=_("Time kept before closing: no number is given that could not be served before it."),
    )
    calls_itself = models.BooleanField(
        default=False, help_text=_("Call the next person by itself as soon as a counter is free.")
    )
    hold_choices = models.JSONField(
        default=usual_holds,
        help_text=_("For how many minutes a place can be held: the choices that are offered, such as [15, 30, 60]."),
    )
    long_wait_minutes = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
        help_text=_("A wait past this is long: the manager is told of it, and beforehand where it can be foreseen."),
    )
    soon_minutes = models.PositiveSmallIntegerField(
        default=30,
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text=_("A long wait foreseen within this time is urgent; one for later is a warning."),
    )
    ahead_minutes = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
        help_text=_("How far ahead long waits are looked for."),
    )
    pace_minutes = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
        help_text=_("Over how long a time before now people coming and called are counted, to look ahead."),
    )
    idle_minutes = models.PositiveSmallIntegerField(
        default=5,
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text=_("A counter that is free for so long while people wait for it is idle."),
    )
    source = models.CharField(max_length=300)
    confidence = models.CharField(max_length=40, help_text=_("How sure the source is, such as S, L or U."))

    class Meta:
        verbose_name = _("queue policy")
        verbose_name_plural = _("queue policies")
        ordering = ["centre", "valid_from"]
        constraints = [
            # That no two are in force at one time for one centre is an exclusion constraint (PostgreSQL only).
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="queue_policy_dates"
            ),
            models.CheckConstraint(condition=Q(cap__gte=1), name="queue_policy_cap"),
            models.CheckConstraint(
                condition=Q(long_wait_minutes__gte=1, ahead_minutes__gte=1, pace_minutes__gte=1),
                name="queue_policy_foresight",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre or _('whole city')} {self.valid_from}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        revisions.changed(MARK)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        gone = super().delete(*args, **kwargs)
        revisions.changed(MARK)
        return gone

    def clean(self) -> None:
        """Raises ``ValidationError`` for classes and held places there are not, and for days that another row covers."""
        super().clean()
        self._check_classes()
        self._check_holds()
        if not self.valid_from:  # its own message says so
            return
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("The last day must not be before the first.")})
        others = QueuePolicy.objects.filter(centre=self.centre).exclude(pk=self.pk)
        others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=self.valid_from))
        if self.valid_to is not None:
            others = others.filter(valid_from__lte=self.valid_to)
        if others.exists():
            raise ValidationError(
                {"valid_from": _("Another policy is in force on some of these days. End that one first.")}
            )

    def _check_classes(self) -> None:
        classes: Any = self.classes
        ranks = set(Priority.values) - {Priority.RETURNING}
        grounds = set(PriorityGround.values) - {PriorityGround.NONE}
        if not isinstance(classes, dict) or not all(
            ground in grounds and isinstance(rank, int) and rank in ranks for ground, rank in classes.items()
        ):
            raise ValidationError(
                {
                    "classes": _("Give each ground (%(grounds)s) one of the classes %(ranks)s.")
                    % {"grounds": ", ".join(sorted(grounds)), "ranks": ", ".join(map(str, sorted(ranks)))}
                }
            )

    def _check_holds(self) -> None:
        choices: Any = self.hold_choices
        if not isinstance(choices, list) or not all(
            type(minutes) is int and 1 <= minutes <= MOST_MINUTES for minutes in choices
        ):
            raise ValidationError({"hold_choices": _("Give whole minutes in brackets, such as [15, 30, 60].")})
