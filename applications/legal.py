"""What the portal takes for law though nobody is sure of it, row by row, and what was confirmed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst

from applications.models.legal import LegalNote
from applications.models.retention import RetentionRule
from applications.retention import rules_on
from centres.models import QueuePolicy
from procedures.enums import Confidence
from procedures.models import (
    FeeRule,
    Incentive,
    NationalDay,
    ProcedureVersion,
    Question,
    Requirement,
    UnitChange,
    Usual,
)

UNSURE = (Confidence.LIKELY.value, Confidence.UNSURE.value)
# What a row says of itself, not of the law.
_NOT_SAID = frozenset({"id", "confidence", "edited_at", "published_at", "updated_at"})
# Policies of the queue are marked as their source is: sure, likely, unsure.
_POLICY_UNSURE = Q(confidence__istartswith="L") | Q(confidence__istartswith="U")


@dataclass(frozen=True)
class Waiting:
    """One setting that waits: what it is, where it comes from, how sure that is."""

    about: str
    said: str
    label: str
    kind: str
    title: str
    source: str
    confidence: str
    begins: date | None
    address: str
    # It was confirmed once, and says something else now.
    before: LegalNote | None = None


def _not_over(day: date, ends: str = "effective_to") -> Q:
    return Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gte": day})


def _settings(day: date) -> list[tuple[type[Model], QuerySet[Any]]]:
    """What counts now or will, of each table that says how sure it is."""
    unsure = Q(confidence__in=UNSURE)
    of_version = unsure & Q(version__published_at__isnull=False) & _not_over(day, "version__effective_to")
    versions = ProcedureVersion.objects.filter(unsure & _not_over(day), published_at__isnull=False)
    return [
        (ProcedureVersion, versions.select_related("procedure")),
        (FeeRule, FeeRule.objects.filter(of_version & _not_over(day)).select_related("version__procedure")),
        (Requirement, Requirement.objects.filter(of_version).select_related("version__procedure", "kind")),
        (Incentive, Incentive.objects.filter(unsure & _not_over(day), published_at__isnull=False)),
        (NationalDay, NationalDay.objects.filter(unsure, date__gte=day)),
        (Question, Question.objects.filter(unsure)),
        (Usual, Usual.objects.filter(unsure)),
        (UnitChange, UnitChange.objects.filter(unsure).select_related("old", "new")),
        (
            QueuePolicy,
            QueuePolicy.objects.filter(_POLICY_UNSURE & _not_over(day, "valid_to")).select_related("centre"),
        ),
        (RetentionRule, _retention_rules(day)),
    ]


def _retention_rules(day: date) -> QuerySet[RetentionRule]:
    """Those that erase nothing yet, and those that were confirmed here and may have changed since."""
    counts = Q(pk__in=[rule.pk for rule in rules_on(day).values()]) | Q(valid_from__gt=day)
    noted = LegalNote.objects.filter(about__startswith=f"{RetentionRule._meta.label_lower}:").values_list(
        "about", flat=True
    )
    was_confirmed = Q(pk__in=[int(about.partition(":")[2]) for about in noted])
    rows = RetentionRule.objects.filter(counts & (Q(waits_for_confirmation=True) | was_confirmed))
    return rows.select_related("procedure", "field", "kind")


def waiting(day: date) -> list[Waiting]:
    """Every unsure setting that nobody has confirmed as it stands. A statement for each table, one for the confirmations."""
    notes = last_notes()
    found = []
    for model, rows in _settings(day):
        for row in rows:
            one = _waiting(model, row, notes.get(about_of(row)))
            if one is not None:
                found.append(one)
    return found


def waiting_count(day: date) -> int:
    return len(waiting(day))


def _waiting(model: type[Model], row: Any, note: LegalNote | None) -> Waiting | None:
    said = digest_of(row)
    counts = note is not None and not note.is_taken_back
    if counts and note is not None and note.said == said:
        return None
    return Waiting(
        about=about_of(row),
        said=said,
        label=model._meta.model_name or "",
        kind=capfirst(str(model._meta.verbose_name)),
        title=title_of(row),
        source=_source_of(row),
        confidence=_confidence_of(row),
        begins=_begins(row),
        address=_address_of(model, row),
        before=note if counts else None,
    )


def last_notes() -> dict[str, LegalNote]:
    """The note of each row that counts, by what it is about. One statement."""
    return {note.about: note for note in LegalNote.objects.select_related("by").order_by("id")}


def find(about: str) -> Any | None:
    """The row that a note is about, if it is there and of a kind that is confirmed here."""
    label, _colon, key = about.partition(":")
    known = {model._meta.label_lower: model for model, _rows in _settings(date.min)}
    if label not in known or not key.isdecimal() or len(key) > 18:
        return None
    return apps.get_model(label)._default_manager.filter(pk=int(key)).first()


def about_of(row: Model) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


def digest_of(row: Model) -> str:
    """Of everything that the row says of the law."""
    said = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in _NOT_SAID
    }
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def title_of(row: Any) -> str:
    """What it is called, with the procedure that it belongs to."""
    version = getattr(row, "version", None)
    own = str(row)
    return f"{version.procedure.code} · {own}"[:200] if version is not None else own[:200]


def _source_of(row: Any) -> str:
    if isinstance(row, ProcedureVersion):
        return "; ".join(str(one.get("title", one)) if isinstance(one, dict) else str(one) for one in row.legal_basis)
    return str(getattr(row, "source", "") or getattr(row, "article", "") or getattr(row, "decided_by", "") or "")


def _confidence_of(row: Any) -> str:
    if isinstance(row, RetentionRule):
        return str(RetentionRule._meta.get_field("waits_for_confirmation").verbose_name)
    return str(row.confidence if isinstance(row, QueuePolicy) else row.get_confidence_display())


def _begins(row: Any) -> date | None:
    for name in ("effective_from", "valid_from", "date"):
        if found := getattr(row, name, None):
            return found if isinstance(found, date) else None
    version = getattr(row, "version", None)
    return version.effective_from if version is not None else None


def _address_of(model: type[Model], row: Any) -> str:
    """Where the administration shows it; a part of a version on its version's page."""
    shown = row.version if isinstance(row, (FeeRule, Requirement)) else row
    return reverse(f"admin:{shown._meta.app_label}_{shown._meta.model_name}_change", args=[shown.pk])


def confirmed(limit: int) -> list[tuple[LegalNote, bool]]:
    """What was confirmed and counts, the latest first, each with whether its row still says the same. A statement a table."""
    notes = sorted((note for note in last_notes().values() if not note.is_taken_back), key=lambda note: -note.pk)[
        :limit
    ]
    wanted: dict[str, list[int]] = {}
    for note in notes:
        label, _colon, key = note.about.partition(":")
        wanted.setdefault(label, []).append(int(key))
    said = {
        about_of(row): digest_of(row)
        for label, keys in wanted.items()
        for row in apps.get_model(label)._default_manager.filter(pk__in=keys)
    }
    return [(note, said.get(note.about) == note.said) for note in notes]


def kinds_of(rows: Iterable[Waiting]) -> list[tuple[str, str, int]]:
    """Each kind of setting that waits: its table, its name, and how many."""
    counts = Counter((row.label, row.kind) for row in rows)
    return [(label, kind, count) for (label, kind), count in counts.items()]
