"""The catalogue as a whole: every file against its schema, and what a schema cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator

from portal.text import pick
from procedures.conditions import BadCondition, check_condition
from procedures.facts import FACTS, RESERVED, AnsweredBy
from procedures.fees import is_cap_too_low
from procedures.loading.reading import Fault, Faulty, Source, ValuePath, read_source
from procedures.loading.reasons import CAP_TOO_LOW, Reason, of_schema
from procedures.untranslated import untranslated

CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue"
FIELDS, PAPERS, GROUPS = "fields.yaml", "papers.yaml", "groups.yaml"
# A folder may do without these.
LISTED, LIFE_EVENTS, INCENTIVES, USUAL = "listed.yaml", "life_events.yaml", "incentives.yaml", "usual.yaml"
QUESTIONS = "questions.yaml"
LISTS = frozenset({FIELDS, PAPERS, GROUPS, LISTED, LIFE_EVENTS, INCENTIVES, USUAL, QUESTIONS})
FOREVER = date.max
UNKNOWN_PAPER = _("There is no such kind of paper. Choose one of the list.")
NOTHING = Source("", [], {})


@dataclass(frozen=True)
class Catalogue:
    """A checked catalogue: nothing in it points nowhere."""

    fields: list[dict[str, Any]]
    papers: dict[str, dict[str, Any]]
    groups: dict[str, dict[str, Any]]
    procedures: list[Source]
    listed: list[dict[str, Any]]
    # None: the folder says nothing of them.
    life_events: list[dict[str, Any]] | None
    incentives: list[dict[str, Any]]
    usual: Mapping[str, dict[str, Any]]
    # ``NOTHING``: the folder says nothing of them.
    questions: Source
    # What is not refused, but told: texts that lack a language.
    warnings: Sequence[Fault] = ()

    @cached_property
    def answered_by(self) -> dict[str, str]:
        """Every fact that its conditions may name, and who answers it."""
        written = {row["key"]: row["by"] for row in self.questions.content}
        return written | {key: fact.by for key, fact in FACTS.items()}


def read_catalogue(folder: Path = CATALOGUE) -> Catalogue:
    """Read and check every file. Raises ``Faulty`` with all faults found, each with file, line and reason."""
    faults: list[Fault] = []
    fields, papers, groups = (
        _read(folder / name, f"{name.removesuffix('.yaml')}_file", faults) for name in (FIELDS, PAPERS, GROUPS)
    )
    listed, events, incentives, usual, questions = (
        _read(folder / name, f"{name.removesuffix('.yaml')}_file", faults) if (folder / name).exists() else NOTHING
        for name in (LISTED, LIFE_EVENTS, INCENTIVES, USUAL, QUESTIONS)
    )
    paths = sorted(path for path in folder.glob("*.yaml") if path.name not in LISTS)
    sources = [source for path in paths if (source := _read(path, "procedure_file", faults))]
    if faults or not (fields and papers and groups and listed and events and incentives and usual and questions):
        raise Faulty(faults)
    catalogue = Catalogue(
        fields.content,
        papers.content,
        groups.content,
        sources,
        listed.content,
        None if events is NOTHING else events.content,
        incentives.content,
        {} if usual is NOTHING else usual.content,
        questions,
        sorted(set(_untranslated([fields, papers, groups, listed, events, incentives, usual, questions, *sources]))),
    )
    for source in sources:
        faults += [source.fault(path, reason.file) for path, reason in _Check(catalogue, source.content).faults()]
    faults += _doubles(sources, listed)
    faults += _lists(catalogue, listed, events)
    faults += _reductions(catalogue, incentives)
    faults += _questions(catalogue)
    if faults:
        raise Faulty(faults)
    return catalogue


def _reductions(catalogue: Catalogue, incentives: Source) -> Iterator[Fault]:
    """Each incentive about procedures and fees that there are, in days that end after they begin."""
    fees = {
        source.content["key"]: {fee["key"] for version in source.content["versions"] for fee in version.get("fees", ())}
        for source in catalogue.procedures
    }
    yield from _twice(incentives)
    for index, row in enumerate(incentives.content):
        for number, key in enumerate(row["procedures"]):
            if key not in fees:
                yield incentives.fault((index, "procedures", number), f"there is no procedure {key!r} with fees")
        known = set().union(*(fees.get(key, set()) for key in row["procedures"]))
        for number, key in enumerate(row.get("fees", ())):
            if key not in known:
                yield incentives.fault((index, "fees", number), f"none of these procedures has a fee {key!r}")
        if row.get("effective_to", "9999") < row["effective_from"]:
            yield incentives.fault((index, "effective_to"), "the last day is before the first")
        if "when" in row:
            try:
                check_condition(row["when"], catalogue.answered_by)
            except BadCondition as error:
                yield incentives.fault((index, "when"), str(error))


def _questions(catalogue: Catalogue) -> Iterator[Fault]:
    """Each question under a key that nothing else on a page of questions has."""
    taken = {
        **dict.fromkeys(FACTS, "a fact of the portal"),
        **dict.fromkeys(catalogue.papers, f"a paper (see {PAPERS})"),
    }
    taken |= dict.fromkeys(RESERVED, "the portal's own")
    yield from _twice(catalogue.questions)
    for index, row in enumerate(catalogue.questions.content):
        if row["key"] in taken:
            yield catalogue.questions.fault((index, "key"), f"{row['key']!r} is {taken[row['key']]}")


def faults_of(content: Mapping[str, Any], around: Catalogue) -> list[tuple[ValuePath, Reason]]:
    """What is wrong with one procedure's content, where it stands and why; nothing else of a catalogue is looked at."""
    causes = map(_innermost, _validator("procedure_file").iter_errors(content))
    broken = [(tuple(cause.absolute_path), of_schema(cause)) for cause in causes]
    return broken or list(_Check(around, content).faults())


def _untranslated(sources: Iterable[Source]) -> Iterator[Fault]:
    for source in sources:
        for path, missing in untranslated(source.content):
            yield source.fault(path, f"not translated: {', '.join(missing)}")


def _innermost(error: Any) -> Any:
    """The innermost cause is what helps: "x is not one of …", not "is not valid under any of the given schemas"."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return error


@cache
def _validator(definition: str) -> Draft202012Validator:
    schema = json.loads((CATALOGUE / "schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(
        {"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _read(path: Path, definition: str, faults: list[Fault]) -> Source | None:
    if not path.exists():
        faults.append(Fault(path.name, 1, "this file is missing"))
        return None
    try:
        source = read_source(path)
    except Faulty as error:
        faults += error.faults
        return None
    for cause in map(_innermost, _validator(definition).iter_errors(source.content)):
        faults.append(source.fault(tuple(cause.absolute_path), cause.message))
    return source


def _doubles(sources: list[Source], listed: Source) -> Iterator[Fault]:
    entries: list[tuple[Source, ValuePath, Mapping[str, Any]]] = [(source, (), source.content) for source in sources]
    entries += [(listed, (index,), row) for index, row in enumerate(listed.content)]
    for name in ("code", "key", "desk_key"):
        seen: dict[Any, str] = {}
        for source, at, content in entries:
            value = content.get(name)
            if value is None:
                continue
            if value in seen:
                yield source.fault((*at, name), f"{name} {value!r} is taken by {seen[value]}")
            seen.setdefault(value, source.file)


def _twice(rows: Source) -> Iterator[Fault]:
    """Keys that stand twice in a list."""
    seen: set[str] = set()
    for index, row in enumerate(rows.content):
        if row["key"] in seen:
            yield rows.fault((index, "key"), f"{row['key']!r} stands twice")
        seen.add(row["key"])


def _lists(catalogue: Catalogue, listed: Source, events: Source) -> Iterator[Fault]:
    """Fields, procedures and keys that the lists of names point at."""
    fields = {field["code"] for field in catalogue.fields}
    for index, row in enumerate(listed.content):
        if row["field"] not in fields:
            yield listed.fault((index, "field"), f"unknown field {row['field']!r} (see {FIELDS})")
    known = {source.content["key"] for source in catalogue.procedures} | {row["key"] for row in listed.content}
    yield from _twice(events)
    for index, event in enumerate(events.content):
        for number, key in enumerate(event["procedures"]):
            if key not in known:
                yield events.fault((index, "procedures", number), f"there is no procedure {key!r}")


class _Check:
    """What one procedure's file must keep to beyond its schema."""

    def __init__(self, catalogue: Catalogue, content: Mapping[str, Any]) -> None:
        self.catalogue = catalogue
        self.content = content

    def faults(self) -> Iterator[tuple[ValuePath, Reason]]:
        if self.content["field"] not in {field["code"] for field in self.catalogue.fields}:
            yield (
                ("field",),
                Reason(f"unknown field {self.content['field']!r} (see {FIELDS})", _("Choose a field of the list.")),
            )
        yield from self._spans()
        yield from self._first_questions()
        yield from self._signers()
        for index, version in enumerate(self.content["versions"]):
            at: ValuePath = ("versions", index)
            yield from self._papers(version, at)
            yield from self._form(version, at)
            yield from self._conditions(version, at)
            yield from _parts(version, at)
            yield from _low_caps(version, at)
            yield from _double_keys(version, at)

    def _spans(self) -> Iterator[tuple[ValuePath, Reason]]:
        """Versions follow one another: no day twice, no number twice, no end before its beginning."""
        spans = []
        numbers: set[int] = set()
        for index, version in enumerate(self.content["versions"]):
            at: ValuePath = ("versions", index)
            if version["number"] in numbers:
                yield (
                    (*at, "number"),
                    Reason(
                        f"version number {version['number']} stands twice",
                        _("Another version has this number. Choose a higher one."),
                    ),
                )
            numbers.add(version["number"])
            first = date.fromisoformat(version["effective_from"])
            last = date.fromisoformat(version["effective_to"]) if "effective_to" in version else FOREVER
            if last < first:
                yield (
                    (*at, "effective_to"),
                    Reason("the last day is before the first", _("The last day is before the first.")),
                )
            spans.append((first, last, index))
        spans.sort()
        for (_first, last, _index), (first, _last, index) in zip(spans, spans[1:], strict=False):
            if first <= last:
                yield (
                    ("versions", index, "effective_from"),
                    Reason(
                        "overlaps with the version before it", _("The version before it is still in force on that day.")
                    ),
                )
            elif first - last > timedelta(days=1):
                yield (
                    ("versions", index, "effective_from"),
                    Reason(
                        "leaves days without any version before it",
                        _("Days before its first day would have no version at all."),
                    ),
                )

    def _papers(self, version: Mapping[str, Any], at: ValuePath) -> Iterator[tuple[ValuePath, Reason]]:
        for index, paper in enumerate(version["papers"]):
            if paper["kind"] not in self.catalogue.papers:
                yield (
                    (*at, "papers", index, "kind"),
                    Reason(f"unknown paper {paper['kind']!r} (see {PAPERS})", UNKNOWN_PAPER),
                )
        for index, result in enumerate(version["results"]):
            if "kind" in result and result["kind"] not in self.catalogue.papers:
                yield (
                    (*at, "results", index, "kind"),
                    Reason(f"unknown paper {result['kind']!r} (see {PAPERS})", UNKNOWN_PAPER),
                )

    def _first_questions(self) -> Iterator[tuple[ValuePath, Reason]]:
        """What is asked before the wait: a paper that some version asks for, and facts the citizen can answer."""
        asked = {paper["kind"] for version in self.content["versions"] for paper in version["papers"]}
        for index, entry in enumerate(self.content.get("ask_first", ())):
            if entry["paper"] not in asked:
                yield (
                    ("ask_first", index, "paper"),
                    Reason(
                        f"no version asks for the paper {entry['paper']!r}",
                        _("This version does not ask for the paper “%(paper)s”. Add the paper, or ask something else.")
                        % {"paper": pick(self.catalogue.papers.get(entry["paper"]) or entry["paper"])},
                    ),
                )
            for fact in entry.get("facts", ()):
                if self.catalogue.answered_by.get(fact) != AnsweredBy.CITIZEN:
                    yield (
                        ("ask_first", index, "facts"),
                        Reason(
                            f"{fact!r} is no fact the citizen can answer",
                            _("The citizen cannot answer this question. Choose one of the list."),
                        ),
                    )

    def _signers(self) -> Iterator[tuple[ValuePath, Reason]]:
        """Whoever signs has their name in a field that every version's form has."""
        forms = [set(self._field_keys(version)) for version in self.content["versions"]]
        for index, signer in enumerate(self.content.get("declaration", {}).get("signers", ())):
            if "name" in signer and not all(signer["name"] in keys for keys in forms):
                yield (
                    ("declaration", "signers", index, "name"),
                    Reason(
                        f"the form has no field {signer['name']!r}",
                        _("The form has no question “%(field)s” any more. Choose whose name stands below.")
                        % {"field": signer["name"]},
                    ),
                )

    def _field_keys(self, version: Mapping[str, Any]) -> Iterator[str]:
        for group in version.get("form", ()):
            group = self.catalogue.groups.get(group["use"], {"fields": ()}) if "use" in group else group
            yield from (field["key"] for field in group["fields"])

    def _form(self, version: Mapping[str, Any], at: ValuePath) -> Iterator[tuple[ValuePath, Reason]]:
        names: set[str] = set()
        for index, group in enumerate(version.get("form", ())):
            here: ValuePath = (*at, "form", index)
            if "use" in group and group["use"] not in self.catalogue.groups:
                yield (
                    (*here, "use"),
                    Reason(f"unknown group {group['use']!r} (see {GROUPS})", _("There is no such group of questions.")),
                )
                continue
            for number, field in enumerate(
                self.catalogue.groups[group["use"]]["fields"] if "use" in group else group["fields"]
            ):
                if field["key"] in names:
                    yield (
                        (*here, "fields", number, "key"),
                        Reason(
                            f"the form has two fields {field['key']!r}",
                            _("Two questions have the key “%(key)s”. Empty one of the keys.") % {"key": field["key"]},
                        ),
                    )
                names.add(field["key"])
                if field.get("minimum", 0) > field.get("maximum", field.get("minimum", 0)):
                    yield (
                        (*here, "fields", number, "minimum"),
                        Reason(
                            "no number is that large and that small",
                            _("The largest number is smaller than the smallest."),
                        ),
                    )
                values = [choice["value"] for choice in field.get("choices", ())]
                if len(values) != len(set(values)):
                    yield (
                        (*here, "fields", number, "choices"),
                        Reason("two answers have one value", _("The same answer stands twice.")),
                    )
        for index, check in enumerate(version.get("checks", ())):
            if check["field"] not in names:
                yield (
                    (*at, "checks", index, "field"),
                    Reason(
                        f"the form has no field {check['field']!r}",
                        _("The form has no question “%(field)s” any more. Choose another day, or remove the check.")
                        % {"field": check["field"]},
                    ),
                )
            answered_by = self.catalogue.answered_by.get(check.get("sets_fact", ""))
            if "sets_fact" in check and answered_by != AnsweredBy.PORTAL:
                yield (
                    (*at, "checks", index, "sets_fact"),
                    Reason(
                        f"{check['sets_fact']!r} is no fact the portal finds out itself",
                        _("The portal does not answer this question itself. Choose one of the list."),
                    ),
                )

    def _conditions(self, version: Mapping[str, Any], at: ValuePath) -> Iterator[tuple[ValuePath, Reason]]:
        for path, condition in _whens(version, at):
            try:
                check_condition(condition, self.catalogue.answered_by)
            except BadCondition as error:
                yield path, Reason(str(error), error.plain)


def _parts(version: Mapping[str, Any], at: ValuePath) -> Iterator[tuple[ValuePath, Reason]]:
    """A part waits for one that stands before it, and one that is always asked for begins at once."""
    before: set[str] = set()
    for index, part in enumerate(version.get("parts", ())):
        if "after" in part and part["after"] not in before:
            yield (
                (*at, "parts", index, "after"),
                Reason(
                    f"no part {part['after']!r} stands before it",
                    _("It waits for a service that does not stand before it."),
                ),
            )
        if "after" not in part and "limit" not in part and part.get("beyond"):
            yield (
                (*at, "parts", index, "beyond"),
                Reason("it has no limit of its own", _("Without a limit of its own it ends with the whole.")),
            )
        before.add(part["key"])


def _low_caps(version: Mapping[str, Any], at: ValuePath) -> Iterator[tuple[ValuePath, Reason]]:
    for index, fee in enumerate(version.get("fees", ())):
        if is_cap_too_low(fee.get("steps", ()), fee.get("cap_per_copy")):
            yield (
                (*at, "fees", index, "cap_per_copy"),
                Reason("the most per copy is below the price of the first page", CAP_TOO_LOW),
            )


def _whens(value: Any, at: ValuePath) -> Iterator[tuple[ValuePath, Any]]:
    """Every ``when`` below this value."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            if key == "when":
                yield (*at, key), child
            else:
                yield from _whens(child, (*at, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _whens(child, (*at, index))


def _double_keys(version: Mapping[str, Any], at: ValuePath) -> Iterator[tuple[ValuePath, Reason]]:
    for part in ("fees", "steps", "checks", "notices", "results", "parts"):
        seen: set[tuple[str, str]] = set()
        for index, row in enumerate(version.get(part, ())):
            identity = (row["key"], row.get("effective_from", ""))
            if identity in seen:
                yield (
                    (*at, part, index, "key"),
                    Reason(
                        f"{row['key']!r} stands twice",
                        _("This one stands twice on the same first day. Remove one, or let it begin on another day."),
                    ),
                )
            seen.add(identity)
