"""What the retention rules say is due to be erased on a day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from applications.enums import TERMINAL, DocumentSource, Erased, PaymentState, State
from applications.enums_originals import IN_CUSTODY
from applications.models import Application, Document, Original, Paper, RetentionLine, RetentionRule
from portal import clock
from procedures.models import DocumentKind, Procedure

# What a rule may erase the files of; results and certified copies are not among them.
SOURCES = {Erased.PAPERS: DocumentSource.UPLOAD, Erased.FORMS: DocumentSource.FORM}
Rules = dict[tuple[str, int | None, int | None, int | None], RetentionRule]


@dataclass(frozen=True)
class DueLine:
    """One thing to erase, the rule that says so, and when its dossier ended."""

    application_id: int
    what: str
    document_id: int | None
    rule: RetentionRule
    ended_on: date


def rules_on(day: date) -> Rules:
    """The rules in force on this day, by what and for whom they are."""
    found: Rules = {}
    for rule in RetentionRule.objects.filter(valid_from__lte=day).order_by("valid_from"):
        found[rule.what, rule.procedure_id, rule.field_id, rule.kind_id] = rule
    return found


def rule_for(rules: Rules, what: str, procedure: Procedure, kind_id: int | None = None) -> RetentionRule | None:
    """The nearest rule, as ``RetentionRule`` says."""
    for whom in ((procedure.pk, None), (None, procedure.field_id), (None, None)):
        for kind in {kind_id: None, None: None}:
            if rule := rules.get((what, *whom, kind)):
                return rule
    return None


def due_lines(day: date) -> Iterator[DueLine]:
    """What may be erased on this day under rules that are confirmed: files, and whole dossiers with all that is personal."""
    rules = rules_on(day)
    for procedure in Procedure.objects.order_by("pk"):
        whole = rule_for(rules, Erased.WHOLE, procedure)
        if whole is not None and (before := _before(whole, day)):
            for pk, ended in _over(procedure, before).filter(anonymised_at=None).values_list("pk", "over_at"):
                yield DueLine(pk, Erased.WHOLE, None, whole, clock.local_day(ended))
        yield from _files(rules, procedure, day)


def _files(rules: Rules, procedure: Procedure, day: date) -> Iterator[DueLine]:
    forms = rule_for(rules, Erased.FORMS, procedure)
    if forms is not None:
        yield from _documents(forms, procedure, day, Q())
    special = {kind for what, _procedure, _field, kind in rules if what == Erased.PAPERS and kind is not None}
    for kind in DocumentKind.objects.filter(pk__in=special).order_by("pk"):
        rule = rule_for(rules, Erased.PAPERS, procedure, kind.pk)
        if rule is not None:
            yield from _documents(rule, procedure, day, Q(papers__kind=kind))
    others = rule_for(rules, Erased.PAPERS, procedure)
    if others is not None:
        of_special = Paper.objects.filter(document=OuterRef("pk"), kind__in=special)
        yield from _documents(others, procedure, day, ~Exists(of_special))


def _documents(rule: RetentionRule, procedure: Procedure, day: date, which: Any) -> Iterator[DueLine]:
    before = _before(rule, day)
    if before is None:
        return
    over = _over(procedure, before)
    ended = over.order_by().filter(pk=OuterRef("application")).values("over_at")
    rows = erasable_documents().filter(which, source=SOURCES[Erased(rule.what)], application__in=over.order_by())
    dated = rows.annotate(over_at=Subquery(ended)).order_by("pk").distinct()
    for pk, application_id, at in dated.values_list("pk", "application_id", "over_at").iterator():
        yield DueLine(application_id, rule.what, pk, rule, clock.local_day(at))


def erasable_documents() -> QuerySet[Document]:
    """Files that no rule forbids to erase and that lie in no other dossier."""
    elsewhere = Paper.objects.filter(document=OuterRef("pk")).exclude(application=OuterRef("application"))
    return Document.objects.filter(~Exists(elsewhere), erased_at=None, source__in=SOURCES.values())


def _over(procedure: Procedure, before: datetime):
    return over_before(before).filter(version__procedure=procedure).order_by("pk")


def over_before(before: datetime):
    """Dossiers that ended before this and of which nothing is open: no original in custody, no money to give back, nothing that is
    certified for it. ``over_at`` is when they ended."""
    ended = Case(
        When(state=State.RETURNED, then=F("handed_over_at")), default=F("ended_at"), output_field=DateTimeField()
    )
    open_beside = Application.objects.filter(for_application=OuterRef("pk")).exclude(state__in=TERMINAL)
    in_custody = Original.objects.filter(application=OuterRef("pk"), place__in=IN_CUSTODY)
    rows = Application.objects.filter(~Exists(open_beside), ~Exists(in_custody), state__in=TERMINAL)
    return rows.exclude(payment_state=PaymentState.OVER).annotate(over_at=ended).filter(over_at__lt=before)


def _before(rule: RetentionRule, day: date) -> datetime | None:
    """Dossiers that ended before this moment are no longer kept; ``None`` where all are."""
    if rule.months is None or rule.waits_for_confirmation:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 - rule.months, 12)
    last = monthrange(year, month + 1)[1]
    return datetime.combine(date(year, month + 1, min(day.day, last)), time.min, tzinfo=clock.HANOI)


def is_due(line: RetentionLine, rules: Rules, day: date) -> bool:
    """Whether a line that was listed would be listed again: rules and dossiers change until it is carried out."""
    procedure = line.application.version.procedure
    kinds: list[int | None] = (
        [None] if line.document is None else [*line.document.papers.values_list("kind", flat=True)] or [None]
    )
    if line.rule not in [rule_for(rules, line.what, procedure, kind) for kind in kinds]:
        return False
    before = _before(line.rule, day)
    if before is None or not over_before(before).filter(pk=line.application_id).exists():
        return False
    return line.document_id is None or erasable_documents().filter(pk=line.document_id).exists()
