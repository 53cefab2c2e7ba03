"""Writing a checked catalogue to the tables, and telling what that would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from portal import clock
from portal.errors import RuleBroken
from portal.text import LANGUAGES
from procedures import revisions
from procedures.form_schemas import form_schema
from procedures.loading.checking import INCENTIVES, NOTHING, Catalogue
from procedures.loading.reading import Fault, Faulty, Source
from procedures.models import (
    DocumentKind,
    FeeRule,
    Field,
    Incentive,
    LifeEvent,
    Procedure,
    ProcedureVersion,
    Question,
    Requirement,
    Usual,
)
from procedures.models.incentives import incentive_is_fixed
from procedures.models.questions import question_uses
from procedures.models.versions import version_is_fixed

# After those that are taken in here.
LAST = 1000
_DATES = ("effective_from", "effective_to")


@dataclass
class Changes:
    """What was made (+), altered (~), taken away (-) and kept as it is here (=), one line each."""

    lines: list[str] = field(default_factory=list)


@transaction.atomic
def store(catalogue: Catalogue) -> Changes:
    """Make the tables say what the files say. Safe to run again.

    Versions not in the files stay, and so does what was edited in the administration. Raises ``Faulty``, with nothing written, when a version in force differs from its
    file in more than a newly set last day.
    """
    changes = Changes()
    for order, row in enumerate(catalogue.fields, start=1):
        _upsert(Field, {"code": row["code"]}, {"name": row["name"], "order": order}, changes)
    for key, paper in catalogue.papers.items():
        name = {language: text for language, text in paper.items() if language in LANGUAGES}
        _upsert(DocumentKind, {"key": key}, {"name": name, "is_form": bool(paper.get("form"))}, changes)
    kinds = {kind.key: kind for kind in DocumentKind.objects.all()}
    fields = {row.code: row for row in Field.objects.all()}
    for row in catalogue.listed:
        _upsert(Procedure, {"code": row["code"]}, _listed(row, fields), changes)
    if catalogue.life_events is not None:
        _store_life_events(catalogue.life_events, changes)
    faults = list(_store_questions(catalogue.questions, changes))
    without_key = _free_desk_keys(catalogue, changes)
    for source in catalogue.procedures:
        content = source.content
        columns = _procedure(content, fields)
        if content["code"] in without_key:
            columns["desk_key"] = None
        procedure = _upsert(Procedure, {"code": content["code"]}, columns, changes)
        numbers = {version["number"] for version in content["versions"]}
        _make_way(procedure, numbers, changes)
        stored = {version.number: version for version in procedure.versions.published().for_quote()}
        # The earlier first: its last day makes room for the next.
        in_order = sorted(enumerate(content["versions"]), key=lambda numbered: numbered[1]["effective_from"])
        for index, wanted in in_order:
            try:
                _store_version(
                    procedure,
                    stored.get(wanted["number"]),
                    _version(wanted, catalogue),
                    kinds,
                    numbers,
                    changes,
                )
            except RuleBroken as error:
                faults.append(source.fault(("versions", index), f"version {wanted['number']}: {error}"))
    for part, row in catalogue.usual.items():
        _upsert(Usual, {"key": part}, _usual(row), changes)
    for row in catalogue.incentives:
        try:
            _store_incentive(row, changes)
        except RuleBroken as error:
            faults.append(Fault(INCENTIVES, 1, f"{row['key']}: {error}"))
    if catalogue.questions is not NOTHING:
        _take_away_questions({row["key"] for row in catalogue.questions.content}, changes)
    if faults:
        raise Faulty(faults)
    if changes.lines:
        revisions.changed(revisions.CATALOGUE)
    return changes


def _upsert(model: type[Any], key: dict[str, Any], values: dict[str, Any], changes: Changes) -> Any:
    label = f"{model._meta.model_name} {next(iter(key.values()))}"
    row = model.objects.filter(**key).first()
    if row is None:
        changes.lines.append(f"+ {label}")
        return model.objects.create(**key, **values)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if changed and row.edited_at:
        changes.lines.append(f"= {label}: {', '.join(changed)} kept as edited in the administration")
    elif changed:
        changes.lines.append(f"~ {label}: {', '.join(changed)}")
        for name in changed:
            setattr(row, name, values[name])
        row.save(update_fields=changed)
    return row


def _procedure(content: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    return {
        "key": content["key"],
        "name": content["name"],
        "short_name": content["short_name"],
        "also_said": content.get("also_said", []),
        "field": fields[content["field"]],
        "handler": content["handler"],
        "receive_at": content["receive_at"],
        "other_codes": content.get("other_codes", []),
        "is_listed_only": content.get("listed_only", False),
        "is_unconfirmed": False,
        "order": content["order"],
        "desk_key": content.get("desk_key"),
        "ask_first": content.get("ask_first"),
        "declaration": content.get("declaration", {}),
    }


def _store_life_events(rows: list[dict[str, Any]], changes: Changes) -> None:
    """All of them and no others; those written in the administration stay."""
    for order, row in enumerate(rows, start=1):
        _upsert(LifeEvent, {"key": row["key"]}, _life_event(row, order), changes)
    gone = LifeEvent.objects.filter(edited_at__isnull=True).exclude(key__in=[row["key"] for row in rows])
    for event in gone.order_by("key"):
        changes.lines.append(f"- lifeevent {event.key}")
        event.delete()


def _store_questions(questions: Source, changes: Changes) -> Iterator[Fault]:
    for index, row in enumerate(questions.content):
        values = {"source": "", **{name: value for name, value in row.items() if name != "key"}}
        try:
            _upsert(Question, {"key": row["key"]}, values, changes)
        except RuleBroken as error:
            yield questions.fault((index, str(error.field)), f"{row['key']}: {error}")


def _take_away_questions(keys: set[str], changes: Changes) -> None:
    """Those that the file no longer has, once the rules of the files are stored. One that something else names stays: a
    version that only the tables know, or a draft."""
    gone = list(Question.objects.filter(edited_at__isnull=True).exclude(key__in=keys))
    uses = question_uses() if gone else {}
    for question in gone:
        if found := uses.get(question.key):
            changes.lines.append(f"= question {question.key}: kept for {found[0].row}")
        else:
            changes.lines.append(f"- question {question.key}")
            question.delete()


def _free_desk_keys(catalogue: Catalogue, changes: Changes) -> set[str]:
    """Keys that change hands are free before they are given. The codes of those whose key somebody gave to another one in
    the administration: it stays there."""
    without = set()
    for source in catalogue.procedures:
        code, key = source.content["code"], source.content.get("desk_key")
        holder = Procedure.objects.exclude(code=code).filter(desk_key=key).first() if key else None
        if holder is None:
            continue
        if holder.edited_at:
            changes.lines.append(f"= procedure {code}: desk_key {key} is kept by {holder.code}")
            without.add(code)
        else:
            Procedure.objects.filter(pk=holder.pk).update(desk_key=None)
    return without


def _store_incentive(row: Mapping[str, Any], changes: Changes) -> None:
    values = {
        "name": row["name"],
        "percent": row["percent"],
        "fee_keys": row.get("fees", []),
        "condition": row.get("when"),
        "article": row["article"],
        "effective_from": date.fromisoformat(row["effective_from"]),
        "effective_to": date.fromisoformat(row["effective_to"]) if "effective_to" in row else None,
        "confidence": row["confidence"],
    }
    stored = Incentive.objects.filter(key=row["key"]).first()
    incentive = _upsert(Incentive, {"key": row["key"]}, values, changes)
    wanted = set(Procedure.objects.filter(key__in=row["procedures"]))
    if set(incentive.procedures.all()) != wanted and not incentive.edited_at:
        if stored is not None and incentive.is_fixed:
            raise incentive_is_fixed(incentive)
        changes.lines.append(f"~ incentive {row['key']}: procedures")
        incentive.procedures.set(wanted)
    if stored is None:
        incentive.published_at = clock.now()
        incentive.save(update_fields=["published_at"])


def _usual(row: Mapping[str, Any]) -> dict[str, Any]:
    known = ("source", "confidence")
    value = {name: content for name, content in row.items() if name not in known}
    return {"value": value, **{name: row[name] for name in known}}


def _listed(row: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """A procedure of which only the name and the code are known."""
    return {
        "key": row["key"],
        "name": row["name"],
        "short_name": row["name"],
        "also_said": row.get("also_said", []),
        "field": fields[row["field"]],
        "is_listed_only": True,
        "is_unconfirmed": False,
        "order": LAST,
    }


def _life_event(row: Mapping[str, Any], order: int) -> dict[str, Any]:
    return {
        "name": row["name"],
        "hint": row.get("hint"),
        "procedures": row["procedures"],
        "is_about_address": row.get("about_address", False),
        "order": order,
    }


def _version(content: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """A version's columns, with its papers and fees as lists of their columns."""
    groups = [catalogue.groups[group["use"]] if "use" in group else group for group in content.get("form", ())]
    first = content["effective_from"]
    return {
        "number": content["number"],
        "effective_from": first,
        "effective_to": content.get("effective_to"),
        "legal_basis": content["legal_basis"],
        "form_schema": form_schema(groups),
        "steps": content["steps"],
        "time_limit": content["limit"],
        "results": content["results"],
        "parts": content.get("parts", []),
        "conditions": content.get("checks", []),
        "notices": content.get("notices", []),
        "confidence": content["confidence"],
        "layout_confirmed": content.get("layout_confirmed", False),
        "requirements": [
            {
                "kind": paper["kind"],
                "order": order,
                "form_of_copy": paper["form"],
                "copies": paper.get("copies", 1),
                "is_kept": paper.get("kept", False),
                "condition": paper.get("when"),
                "note": paper.get("note"),
                "source": paper["source"],
                "confidence": paper["confidence"],
            }
            for order, paper in enumerate(content["papers"], start=1)
        ],
        "fee_rules": [
            {
                "key": fee["key"],
                "name": fee["name"],
                "basis": fee["basis"],
                "amount": fee.get("amount", 0),
                "steps": fee.get("steps", []),
                "cap_per_copy": fee.get("cap_per_copy"),
                "condition": fee.get("when"),
                "article": fee["article"],
                "effective_from": fee.get("effective_from", first),
                "effective_to": fee.get("effective_to"),
                "confidence": fee["confidence"],
            }
            for fee in content.get("fees", ())
        ],
    }


def _make_way(procedure: Procedure, numbers: set[int], changes: Changes) -> None:
    """A draft of the administration gives its number to a version of the file."""
    taken = {*numbers, *procedure.versions.values_list("number", flat=True)}
    for draft in procedure.versions.filter(published_at__isnull=True, number__in=numbers).order_by("number"):
        changes.lines.append(f"~ draft {procedure.code} v{draft.number}: v{max(taken) + 1}")
        draft.number = max(taken) + 1
        taken.add(draft.number)
        draft.save()


def _keeps(stored: ProcedureVersion, wanted: dict[str, Any], numbers: set[int]) -> dict[str, Any]:
    """What the tables know better than the file: the last day that a version published here has brought, and a layout that
    was confirmed."""
    kept: dict[str, Any] = {}
    if stored.effective_to is not None:
        following = stored.procedure.versions.published().filter(effective_from=stored.effective_to + timedelta(days=1))
        if following.exclude(number__in=numbers).exists():
            kept["effective_to"] = stored.effective_to.isoformat()
    if stored.layout_confirmed:
        kept["layout_confirmed"] = True
    return wanted | kept


def _as_stored(version: ProcedureVersion, like: Mapping[str, Any]) -> dict[str, Any]:
    """The same shape as ``_version``, read from the tables."""

    def columns(row: Any, names: Mapping[str, Any]) -> dict[str, Any]:
        values = {name: getattr(row, name) for name in names}
        for name in _DATES:
            if values.get(name):
                values[name] = values[name].isoformat()
        if "kind" in values:
            values["kind"] = values["kind"].key
        return values

    result = columns(version, {name: None for name in like if name not in ("requirements", "fee_rules")})
    result["requirements"] = [columns(row, _REQUIREMENT) for row in version.requirements.all()]
    result["fee_rules"] = [columns(row, _FEE) for row in version.fee_rules.all()]
    return result


# What a version in force may still take on; whether of the form only its help has changed, and whether linked services are
# written down for the first time, it sees itself.
_MAY_FOLLOW = {"effective_to", "form_schema", "layout_confirmed", "parts"}
_REQUIREMENT = dict.fromkeys(
    ("kind", "order", "form_of_copy", "copies", "is_kept", "condition", "note", "source", "confidence")
)
_FEE = dict.fromkeys(
    ("key", "name", "basis", "amount", "steps", "cap_per_copy", "condition", "article", *_DATES, "confidence")
)


def _store_version(
    procedure: Procedure,
    stored: ProcedureVersion | None,
    wanted: dict[str, Any],
    kinds: Mapping[str, DocumentKind],
    numbers: set[int],
    changes: Changes,
) -> None:
    label = f"version {procedure.code} v{wanted['number']}"
    if stored is not None:
        wanted = _keeps(stored, wanted, numbers)
    requirements, fees = wanted["requirements"], wanted["fee_rules"]
    columns = {name: value for name, value in wanted.items() if name not in ("requirements", "fee_rules")}
    if stored is None:
        changes.lines.append(f"+ {label}")
        version = ProcedureVersion(procedure=procedure, **columns)
    else:
        was = _as_stored(stored, wanted)
        changed = [name for name in wanted if was[name] != wanted[name]]
        if not changed:
            return
        changes.lines.append(f"~ {label}: {', '.join(changed)}")
        if stored.is_fixed and not set(changed) <= _MAY_FOLLOW:
            raise version_is_fixed(stored)
        version = stored
        for name, value in columns.items():
            setattr(version, name, value)
    for name in _DATES:
        setattr(version, name, date.fromisoformat(columns[name]) if columns[name] else None)
    version.save()
    if stored is not None and "form_schema" in changed:
        version.form_fields.all().delete()
    if stored is not None and set(changed) <= _MAY_FOLLOW:
        return
    if stored is not None:
        version.requirements.all().delete()
        version.fee_rules.all().delete()
    Requirement.objects.bulk_create(
        Requirement(version=version, **row | {"kind": kinds[row["kind"]]}) for row in requirements
    )
    FeeRule.objects.bulk_create(FeeRule(version=version, **row) for row in fees)
    version.published_at = clock.now()
    version.save(update_fields=["published_at"])
