"""From a file of the national catalogue to drafts that legal staff confirm, and what differs from our own.

What is known here stays as it is: our entries have their articles, the national ones have none. What is new becomes an
entry and a draft with gaps that keep it from being published unread: no article, and papers that are no kind of ours yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from portal import clock
from portal.vn.text import syllables
from procedures import revisions
from procedures.catalogue_cache import usual
from procedures.enums import Confidence, CopyForm, FeeBasis
from procedures.form_fields import free, key_of
from procedures.loading.national_shape import (
    ONLINE,
    Fee,
    NationalRecord,
    NotUnderstood,
    Paper,
    code_of,
    read_record,
    records_in,
)
from procedures.loading.storing import LAST
from procedures.models import DocumentKind, FeeRule, Field, Procedure, ProcedureVersion, Requirement, Usual

# The kind of every paper that is called like none of ours. A paper on file is reused by its kind: that has to be a real one.
UNSORTED = "national_paper"
UNSORTED_NAME = {
    "vi": "Giấy tờ ghi trong danh mục quốc gia (chưa xếp loại)",
    "en": "Paper of the national catalogue (not sorted yet)",
}
TO_BE_WRITTEN = "time limit to be written by a person"
NO_AMOUNT = "Chưa rõ số tiền"


@dataclass(frozen=True)
class RecordFault:
    """A record that cannot be understood: which one of the file, its code, and why."""

    number: int
    code: str
    reason: str

    def __str__(self) -> str:
        return f"record {self.number} ({self.code}): {self.reason}"


def read_file(path: Path) -> tuple[list[NationalRecord], list[RecordFault]]:
    """The records of a file, and those that cannot be read. Raises ``NotUnderstood`` when the file itself cannot."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = json.loads(text, parse_constant=_no_number, object_pairs_hook=_each_once)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise NotUnderstood(str(error)) from error
    except RecursionError as error:
        raise NotUnderstood("nested too deeply to be a list of procedures") from error
    records: dict[str, NationalRecord] = {}
    first_at: dict[str, int] = {}
    faults = []
    for number, raw in enumerate(records_in(content), start=1):
        try:
            record = read_record(raw)
            if record.code in first_at:
                raise NotUnderstood(f"{record.code} stands twice, first in record {first_at[record.code]}")
        except NotUnderstood as error:
            faults.append(RecordFault(number, code_of(raw), str(error)))
        else:
            records[record.code], first_at[record.code] = record, number
    return list(records.values()), faults


def _no_number(name: str) -> Any:
    raise NotUnderstood(f"{name} is no number")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one that says a thing twice is refused, as in the files of our own catalogue."""
    content: dict[str, Any] = {}
    for key, value in pairs:
        if key in content:
            raise NotUnderstood(f"{key!r} stands twice in one object")
        content[key] = value
    return content


@dataclass(frozen=True)
class Comparison:
    """What the national catalogue has that we do not, and for what both have how it differs, in sentences."""

    new: list[NationalRecord]
    different: dict[str, list[str]]

    def lines(self) -> list[str]:
        """One line for each procedure: + would be made, ? is left as it is for legal staff to look at."""
        made = [f"+ {record.code} {record.name} ({record.field}): {_summary(record)}" for record in self.new]
        return made + [f"? {code}: {'; '.join(said)}" for code, said in self.different.items()]


def compare(records: Sequence[NationalRecord]) -> Comparison:
    """The records beside the tables; nothing is changed."""
    known = {
        code: procedure.pk for procedure in Procedure.objects.all() for code in (procedure.code, *procedure.other_codes)
    }
    versions: dict[int, list[ProcedureVersion]] = {}
    for version in ProcedureVersion.objects.for_quote().order_by("effective_from", "number"):
        versions.setdefault(version.procedure_id, []).append(version)
    different = {
        record.code: said
        for record in records
        if record.code in known and (said := list(_differences(record, _that_counts(versions.get(known[record.code])))))
    }
    return Comparison([record for record in records if record.code not in known], different)


@transaction.atomic
def store(new: Sequence[NationalRecord]) -> None:
    """An entry and a draft for each of these, which ``compare`` found to be unknown. Published is none of it."""
    if not new:
        return
    fields = _fields(new)
    procedures = Procedure.objects.bulk_create(_entry(record, fields) for record in new)
    versions = ProcedureVersion.objects.bulk_create(map(_draft, procedures, new))
    unsorted, _made = DocumentKind.objects.get_or_create(key=UNSORTED, defaults={"name": UNSORTED_NAME})
    kinds = {_folded(kind.name["vi"]): kind for kind in DocumentKind.objects.all()}
    Requirement.objects.bulk_create(
        row
        for version, record in zip(versions, new, strict=True)
        for row in _requirements(version, record.papers, kinds, unsorted)
    )
    FeeRule.objects.bulk_create(
        row for version, record in zip(versions, new, strict=True) for row in _fee_rules(version, record)
    )
    revisions.changed(revisions.CATALOGUE)


def _fields(new: Sequence[NationalRecord]) -> dict[str, Field]:
    """Our fields by their folded names, with those that are missing."""
    fields = {_folded(field.name["vi"]): field for field in Field.objects.all()}
    taken = {field.code for field in fields.values()}
    for name in dict.fromkeys(record.field for record in new):
        if _folded(name) not in fields:
            code = free(key_of(name)[:36].strip("_"), taken)
            taken.add(code)
            fields[_folded(name)] = Field.objects.create(code=code, name={"vi": name}, order=LAST)
    return fields


def _entry(record: NationalRecord, fields: Mapping[str, Field]) -> Procedure:
    return Procedure(
        code=record.code,
        key=f"tthc_{record.code.replace('.', '_')}",
        name={"vi": record.name},
        short_name={"vi": record.name},
        field=fields[_folded(record.field)],
        handler={"vi": "; ".join(record.deciders)} if record.deciders else None,
        order=LAST,
        is_unconfirmed=True,
    )


def _draft(procedure: Procedure, record: NationalRecord) -> ProcedureVersion:
    """Of several limits the longest: a day promised too early is a promise broken."""
    return ProcedureVersion(
        procedure=procedure,
        number=1,
        effective_from=clock.today(),
        legal_basis=record.legal_basis,
        steps=usual(Usual.Part.STEPS).get("steps", []),
        time_limit=record.limits[0] | {"confidence": Confidence.UNSURE.value} if record.limits else {},
        results=[{"key": "result", "name": {"vi": "; ".join(record.results)}}] if record.results else [],
        confidence=Confidence.UNSURE,
    )


def _requirements(
    version: ProcedureVersion, papers: Sequence[Paper], kinds: Mapping[str, DocumentKind], unsorted: DocumentKind
) -> Iterator[Requirement]:
    forms = [(paper, form, copies) for paper in papers for form, copies in _forms(paper)]
    for order, (paper, form, copies) in enumerate(forms, start=1):
        kind = kinds.get(_folded(paper.name), unsorted)
        said = paper.case if kind is not unsorted else f"{paper.name} ({paper.case})" if paper.case else paper.name
        yield Requirement(
            version=version,
            kind=kind,
            order=order,
            form_of_copy=form,
            copies=copies,
            note={"vi": said} if said else None,
            confidence=Confidence.UNSURE,
        )


def _forms(paper: Paper) -> list[tuple[CopyForm, int]]:
    """In what form and how many. Where no number is given, one to be shown or one to be handed in, as the words say."""
    counted = [(CopyForm.ORIGINAL, paper.originals), (CopyForm.COMPARED_COPY, paper.copies)]
    if given := [(form, number) for form, number in counted if number]:
        return given
    is_shown = "xuat trinh" in f"{_folded(paper.case)} {_folded(paper.name)}"
    return [(CopyForm.SHOWN if is_shown else CopyForm.ORIGINAL, 1)]


def _fee_rules(version: ProcedureVersion, record: NationalRecord) -> Iterator[FeeRule]:
    for number, fee in enumerate(record.fees, start=1):
        words = fee.words or "Phí, lệ phí"
        yield FeeRule(
            version=version,
            key="fee" if number == 1 else f"fee_{number}",
            name={"vi": words if fee.amount else f"{NO_AMOUNT}: {words}"},
            basis=FeeBasis.PER_CASE,
            amount=fee.amount or 0,
            condition=_charged(fee, record),
            effective_from=version.effective_from,
            confidence=Confidence.UNSURE,
        )


def _charged(fee: Fee, record: NationalRecord) -> Any:
    """Always, only online, or only where somebody comes, as the channels say."""
    if ONLINE not in record.channels or fee.channels == record.channels:
        return None
    return "online" if fee.channels == {ONLINE} else {"not": "online"} if ONLINE not in fee.channels else None


def _that_counts(versions: Sequence[ProcedureVersion] | None) -> ProcedureVersion | None:
    """The published version in force, else the one published last, else the last draft."""
    published = [version for version in versions or () if version.published_at]
    in_force = [version for version in published if version.is_in_force(clock.today())]
    counting = in_force or published or list(versions or ())
    return counting[-1] if counting else None


def _differences(record: NationalRecord, version: ProcedureVersion | None) -> Iterator[str]:
    if version is None:
        yield f"only its name is known here; there {_summary(record)}"
        return
    yield from _other_papers(record, version)
    ours = [version.time_limit, *version.time_limit.get("alternatives", ())]
    if record.limits and not {_counted(limit) for limit in record.limits} & {_counted(limit) for limit in ours}:
        yield f"time limit: here {_in_words(ours[0])}, there {_in_words(record.limits[0])}"
    yield from _other_fees(record, version)


def _other_papers(record: NationalRecord, version: ProcedureVersion) -> Iterator[str]:
    here = {_named(row): set(syllables(_named(row))) for row in version.requirements.all()}
    there = {paper.name: set(syllables(paper.name)) for paper in record.papers}
    for text, these, those in (("paper only there", there, here), ("paper only here", here, there)):
        for name, words in these.items():
            # The same paper is called at more or less length: one name within the other.
            if there and not any(words <= other or other <= words for other in those.values()):
                yield f"{text}: {name}"


def _named(row: Requirement) -> str:
    return str(row.note["vi"]) if row.kind.key == UNSORTED and row.note else str(row.kind.name["vi"])


def _other_fees(record: NationalRecord, version: ProcedureVersion) -> Iterator[str]:
    rules = list(version.fee_rules.all())
    here = {amount for rule in rules for amount in (rule.amount, *(price for _last, price in rule.steps)) if amount}
    there = {fee.amount for fee in record.fees if fee.amount}
    if (there and here != there) or (record.fees and not rules):
        words = [fee.words for fee in record.fees if not fee.amount]
        yield f"fee: here {_amounts(here)}, there {_amounts(there) if there else '; '.join(words)}"


def _amounts(amounts: set[int]) -> str:
    return " and ".join(f"{amount:,}" for amount in sorted(amounts)) or "none"


def _counted(limit: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(limit.get(name) for name in ("kind", "days", "hours"))


def _in_words(limit: Mapping[str, Any]) -> str:
    return " ".join(str(part) for part in (limit.get("days") or limit.get("hours"), limit.get("kind", "none")) if part)


def _summary(record: NationalRecord) -> str:
    limits = " or ".join(_in_words(limit).replace("_", " ") for limit in record.limits) or TO_BE_WRITTEN
    return f"{len(record.papers)} papers, {limits}, {len(record.fees)} fees"


def _folded(text: str) -> str:
    return " ".join(syllables(text))
