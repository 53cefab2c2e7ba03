"""Two records of one person are made one, and apart again.

Every row that names the merged record names the survivor from then on, each noted by itself, so that taking it back gives
every row to whom it had. What is written once stays as it was written (who looked at whom), and so does a row that the
survivor has of its own already.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen, Merge, MovedReference, User
from portal.errors import BadInput, RuleBroken
from portal.records import AppendOnly

# What the survivor takes over where its own is empty; its name and number are its own.
TAKEN_OVER = ("birth_text", "birth_date", "sex", "card_address", "address", "unit_code", "phone", "email")
LONGEST_REASON = 500


def references() -> Iterator[tuple[type[models.Model], str]]:
    """Each table and column that names a citizen and can be moved."""
    for relation in Citizen._meta.get_fields(include_hidden=True):
        is_reference = isinstance(relation, models.ForeignObjectRel) and (relation.one_to_many or relation.one_to_one)
        model = relation.related_model if is_reference else None
        if model is None or model in (Citizen, Merge) or issubclass(model, AppendOnly):
            continue
        yield model, relation.field.name  # type: ignore[union-attr]


@transaction.atomic
def merge(*, merged: Citizen, survivor: Citizen, reason: str, at: datetime, acting_user: User) -> Merge:
    """Put ``merged`` behind ``survivor``. The caller has made sure that this person may.

    Both rows are held until the end, so that of two people at once the second finds it done. Raises ``BadInput``,
    ``RuleBroken`` (``merged_already``).
    """
    one, other = _locked(merged, survivor)
    text = _reason(reason)
    if one.pk == other.pk:
        raise BadInput(_("Choose two different records."), code="same_record", field="survivor")
    if one.merged_into_id is not None or other.merged_into_id is not None:
        raise RuleBroken(
            _("One of these records was merged already. Look at them again."), code="merged_already", field="survivor"
        )
    filled = [name for name in TAKEN_OVER if not getattr(other, name) and getattr(one, name)]
    done = Merge.objects.create(survivor=other, merged=one, reason=text, filled=filled, at=at, by=acting_user)
    for name in filled:
        setattr(other, name, getattr(one, name))
    other.save(update_fields=filled)
    one.merged_into = other
    one.save(update_fields=["merged_into"])
    _move_all(done, one, other)
    return done


@transaction.atomic
def follow(*, done: Merge) -> list[MovedReference]:
    """Move what came to the merged record after all, from somebody who had it in hand at that moment; the rows that went."""
    one, other = _locked(done.merged, done.survivor)
    return _move_all(done, one, other) if one.merged_into_id == other.pk else []


def left_behind() -> QuerySet[Merge]:
    """Merges whose merged record is still named by something that can be moved."""
    named = [Exists(model._base_manager.filter(**{column: OuterRef("merged")})) for model, column in references()]
    return Merge.objects.filter(reduce(or_, map(Q, named)), undone_at__isnull=True).order_by("pk")


def _move_all(done: Merge, one: Citizen, other: Citizen) -> list[MovedReference]:
    moved = []
    for model, column in references():
        for pk in model._base_manager.filter(**{column: one}).order_by("pk").values_list("pk", flat=True):
            if _moves(model, column, pk, one, other):
                moved.append(MovedReference(merge=done, model=model._meta.label_lower, column=column, row_id=pk))
    return MovedReference.objects.bulk_create(moved, ignore_conflicts=True)  # noted before: it went once already


@transaction.atomic
def unmerge(*, done: Merge, reason: str, at: datetime, acting_user: User) -> Merge:
    """Take it back: every row that was moved and still names the survivor names the other record again, and the survivor
    forgets what it had taken over. What came since stays with the survivor.

    Raises ``BadInput``, ``RuleBroken`` (``undone_already``, ``merged_on``: the survivor itself was merged later).
    """
    one, other = _locked(done.merged, done.survivor)
    held = Merge.objects.select_for_update().get(pk=done.pk)
    text = _reason(reason)
    if held.undone_at is not None:
        raise RuleBroken(_("This was taken back already."), code="undone_already")
    if other.merged_into_id is not None:
        raise RuleBroken(
            _("The record that counts was merged into another one later. Take that back first."), code="merged_on"
        )
    held.undone_at, held.undone_by, held.undone_reason = at, acting_user, text
    held.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    one.merged_into = None
    one.save(update_fields=["merged_into"])
    back = [name for name in held.filled if getattr(other, name) == getattr(one, name)]
    nothing_known = Citizen()
    for name in back:
        setattr(other, name, getattr(nothing_known, name))
    other.save(update_fields=back)
    for row in held.moved.all():
        _moves(apps.get_model(row.model), row.column, row.row_id, other, one)
    return held


def _locked(one: Citizen, other: Citizen) -> tuple[Citizen, Citizen]:
    """Both rows, locked in one order whoever asks. Rows that name them can be written meanwhile (``no_key``): whoever signs
    a result holds a dossier already and would wait here for good."""
    rows = Citizen.objects.select_for_update(no_key=True).filter(pk__in=[one.pk, other.pk]).order_by("pk")
    held = {row.pk: row for row in rows}
    return held[one.pk], held[other.pk]


def _moves(model: type[models.Model], column: str, pk: Any, source: Citizen, target: Citizen) -> bool:
    """Whether this row named the one and names the other now. Where the other has the same of its own, it stays."""
    try:
        with transaction.atomic():
            rows = model._base_manager.filter(**{"pk": pk, column: source})
            return rows.update(**{column: target}) == 1
    except IntegrityError:
        return False


def _reason(raw: str) -> str:
    if not raw.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    return raw.strip()[:LONGEST_REASON]
