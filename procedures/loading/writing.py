"""A procedure of the tables as the catalogue's files write it: what is loaded comes out the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

from procedures.form_schemas import form_groups
from procedures.loading.checking import QUESTIONS, Catalogue
from procedures.loading.reading import Source
from procedures.models import DocumentKind, FeeRule, Field, Procedure, ProcedureVersion, Question, Requirement


def as_content(procedure: Procedure, *, published_only: bool = True) -> dict[str, Any]:
    """The content of the procedure's file; of the groups that several forms share, each stands in it as a whole."""
    versions = procedure.versions.for_quote().order_by("effective_from", "number")
    if published_only:
        versions = versions.published()
    return _filled(
        {
            "code": procedure.code,
            "key": procedure.key,
            "other_codes": procedure.other_codes,
            "name": procedure.name,
            "short_name": procedure.short_name,
            "also_said": procedure.also_said,
            "field": procedure.field.code,
            "handler": procedure.handler,
            "receive_at": procedure.receive_at,
            "listed_only": procedure.is_listed_only,
            "declaration": procedure.declaration,
        }
    ) | {
        "order": procedure.order,
        **_filled({"desk_key": procedure.desk_key}),
        **({} if procedure.ask_first is None else {"ask_first": procedure.ask_first}),
        "versions": [version_content(version) for version in versions],
    }


def version_content(version: ProcedureVersion) -> dict[str, Any]:
    first = version.effective_from
    return {
        "number": version.number,
        "effective_from": first.isoformat(),
        **_filled({"effective_to": _day(version.effective_to), "layout_confirmed": version.layout_confirmed}),
        "legal_basis": version.legal_basis,
        "confidence": version.confidence,
        "limit": version.time_limit,
        "papers": [_paper(row) for row in version.requirements.all()],
        **_filled(
            {
                "fees": [_fee(rule, first) for rule in version.fee_rules.all()],
                "checks": version.conditions,
                "notices": version.notices,
                "form": form_groups(version.form_schema),
            }
        ),
        "steps": version.steps,
        "results": version.results,
        **_filled({"parts": version.parts}),
    }


def papers_content() -> dict[str, Any]:
    """The content of the file of all kinds of papers."""
    return {kind.key: {**kind.name, **_filled({"form": kind.is_form})} for kind in DocumentKind.objects.all()}


def questions_content() -> list[dict[str, Any]]:
    """The content of the file of all questions written as data."""
    return [
        {
            "key": row.key,
            "by": row.by,
            "question": row.question,
            "doc": row.doc,
            **_filled({"source": row.source}),
            "confidence": row.confidence,
        }
        for row in Question.objects.all()
    ]


def _paper(row: Requirement) -> dict[str, Any]:
    return {
        "kind": row.kind.key,
        "form": row.form_of_copy,
        **({"copies": row.copies} if row.copies != 1 else {}),
        **_filled({"kept": row.is_kept, "when": row.condition, "note": row.note}),
        "source": row.source,
        "confidence": row.confidence,
    }


def _fee(rule: FeeRule, first: date) -> dict[str, Any]:
    per_page = bool(rule.steps)
    return {
        "key": rule.key,
        "name": rule.name,
        "basis": rule.basis,
        **({"steps": rule.steps} if per_page else {"amount": rule.amount}),
        **({"cap_per_copy": rule.cap_per_copy} if rule.cap_per_copy is not None else {}),
        **_filled({"when": rule.condition}),
        "article": rule.article,
        **({"effective_from": _day(rule.effective_from)} if rule.effective_from != first else {}),
        **_filled({"effective_to": _day(rule.effective_to)}),
        "confidence": rule.confidence,
    }


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty or no: a file leaves it out."""
    return {key: value for key, value in values.items() if value}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def as_yaml(content: Mapping[str, Any] | Sequence[Any]) -> str:
    """The file's text, Vietnamese as it is read, in the order of the content."""
    plain = dict(content) if isinstance(content, Mapping) else list(content)
    return yaml.dump(plain, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=120)


class _Writer(yaml.SafeDumper):
    """Every piece in full: no anchors that a reader would have to follow."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def around() -> Catalogue:
    """What a procedure's content may point at, as the tables hold it."""
    return Catalogue(
        fields=[{"code": field.code, "name": field.name} for field in Field.objects.all()],
        papers=papers_content(),
        groups={},
        procedures=[],
        listed=[],
        life_events=[],
        incentives=[],
        usual={},
        questions=Source(QUESTIONS, questions_content(), {}),
    )
