"""The national catalogue's shape: everything that is assumed of a record of the National Public Service Portal stands here.

No specification is published. The names were seen in the readers that others wrote for the portal's own page, and agree
between them; that unit ``OTHER`` says nothing and that ``required`` is false for every paper was counted in its records.
The operator changed in August 2026: look at a fresh file before an import (docs/decisions/0021).

A record is one procedure::

    code, name, category {name}
    executionCases [{name, profileComponents [{name, originalQty, copyQty, required}]}]
    executionMethods [{submissionMethod, processingTime, processingTimeUnit, fees [{value, description}]}]
    cases [{processingDay {qty, type}}]
    legalBasisesDetails [{code, name}], resultsDetails [{name}], departmentsExecuting [{name}]

``required`` is not read: a paper is never optional because of it. What is not named here is passed over; what is named
and says something else than expected is refused (``NotUnderstood``), never guessed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.vn.text import nfc, strip_invisible, syllables
from procedures.limits import LimitKind

# Each part under every name it is accepted by: first the one that was seen most, last those that are guessed.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "list": ("data", "items", "content", "records", "rows", "procedures", "formalities", "result", "results"),
    "code": ("code", "codeNotation", "formalityCode", "procedureCode", "maTTHC", "MaTTHC"),
    "name": ("name", "formalityName", "procedureName", "tenTTHC", "TenTTHC"),
    "field": ("category", "categoriesDetails", "categories", "categoryName", "tenLinhVuc", "TenLinhVuc"),
    "cases": ("executionCases",),
    "services": ("cases", "formalityCases"),
    "papers": ("profileComponents", "components"),
    "originals": ("originalQty", "originalQuantity"),
    "copies": ("copyQty", "copyQuantity"),
    "methods": ("executionMethods",),
    "channel": ("submissionMethod", "method"),
    "time": ("processingTime",),
    "unit": ("processingTimeUnit",),
    "day": ("processingDay",),
    "day_number": ("qty", "quantity", "value"),
    "day_unit": ("type", "unit"),
    "fees": ("fees",),
    "amount": ("value", "amount", "gia", "Gia"),
    "words": ("description", "note"),
    "currency": ("currencyName", "currencyCode", "currency"),
    "law": ("legalBasisesDetails", "legalBases"),
    "results": ("resultsDetails",),
    "deciders": ("departmentsExecuting", "unitGroupsExecuting", "executingAgencies"),
}
NATIONAL_CODE = re.compile(r"(\d\.\d{6})(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}(?:\.\d{2})?)?", re.ASCII)
DIRECT, ONLINE = "DIRECT", "ONLINE"
# The unit that says: look at processingDay.
NOT_SAID = "OTHER"
DAYS_OF = {"DAY": 1, "MONTH": 30, "YEAR": 365}  # Civil Code art. 146
WORKING_HOURS_A_DAY = 8
MOST_DAYS, MOST_HOURS, MOST_COPIES, MOST_DONG = 365, 720, 20, 1_000_000_000
DONG = frozenset({"vnd", "dong", "viet nam dong", "d"})
_TAG = re.compile(r"<[^>]{1,200}>")
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
# How items of a list begin and end on the portal: "- Giấy chứng sinh;".
_EDGES = " \t*-+•·:;,."


class NotUnderstood(Exception):
    """A part of a record that says something else than is expected there."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it is named there. ``case`` is the heading it stands under: a case, or what is done with the paper."""

    name: str
    case: str
    originals: int
    copies: int


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee. Without an ``amount`` only words are known, such as "by resolution of the province": that is not free."""

    amount: int | None
    words: str
    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class NationalRecord:
    """One procedure as the national catalogue has it. ``limits`` are limits of this catalogue's shape, the longest first."""

    code: str
    name: str
    field: str
    papers: list[Paper]
    limits: list[dict[str, Any]]
    fees: list[Fee]
    channels: frozenset[str]
    legal_basis: list[str]
    results: list[str]
    deciders: list[str]


def records_in(content: Any) -> list[Any]:
    """The records of a file's content: a list, or the list within an object. Raises ``NotUnderstood``."""
    for _depth in range(4):
        if isinstance(content, list):
            return content
        if not isinstance(content, Mapping):
            break
        if _part(content, "name") and (_part(content, "cases") or _part(content, "methods")):
            return [content]
        inner = [content[name] for name in SPELLINGS["list"] if isinstance(content.get(name), list | dict)]
        if len(inner) != 1:
            raise NotUnderstood(f"{len(inner)} parts of this file could be the list of procedures, not one")
        content = inner[0]
    raise NotUnderstood("there is no list of procedures in this file")


def code_of(raw: Any) -> str:
    """What a record calls itself, for telling of it."""
    return str(_part(_unwrapped(raw), "code") or "no code") if isinstance(raw, Mapping) else "no code"


def read_record(raw: Any) -> NationalRecord:
    """One record. Raises ``NotUnderstood``."""
    raw = _unwrapped(_mapping(raw, "a record"))
    code = NATIONAL_CODE.fullmatch(str(_part(raw, "code") or "").strip())
    if code is None:
        raise NotUnderstood(f"{_part(raw, 'code')!r} is no national code such as 1.001193")
    methods = list(_mappings(raw, "methods"))
    return NationalRecord(
        code=code[1],
        name=_needed(raw, "name"),
        field=_field(raw),
        papers=list(dict.fromkeys(_papers(raw))),
        limits=_limits(raw, methods),
        fees=_fees(methods),
        channels=frozenset(filter(None, map(_channel, methods))),
        legal_basis=[": ".join(filter(None, (_text(row, "code"), _text(row, "name")))) for row in _named(raw, "law")],
        results=[_text(row, "name") for row in _named(raw, "results")],
        deciders=[_text(row, "name") for row in _named(raw, "deciders")],
    )


def tidy(text: str) -> str:
    """Plain text on one line: no tags, no mark of a list around it."""
    plain = html.unescape(_TAG.sub(" ", strip_invisible(nfc(text))))
    return " ".join(plain.split()).strip(_EDGES)


def _unwrapped(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A record kept with the envelope it was answered in: {"code": "OK", "data": {…}}."""
    inner = raw.get("data")
    return inner if isinstance(inner, Mapping) and not _part(raw, "name") else raw


def _part(raw: Mapping[str, Any], part: str) -> Any:
    """What stands under the first of its spellings that says anything."""
    return next((raw[name] for name in SPELLINGS[part] if raw.get(name) not in (None, "", [], {})), None)


def _text(raw: Mapping[str, Any], part: str) -> str:
    value = _part(raw, part)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NotUnderstood(f"{part}: {value!r} is no text")
    return tidy(value)


def _needed(raw: Mapping[str, Any], part: str) -> str:
    text = _text(raw, part)
    if not text:
        raise NotUnderstood(f"it has no {part}")
    return text


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotUnderstood(f"{what} is {type(value).__name__}, not an object")
    return value


def _mappings(raw: Mapping[str, Any], part: str) -> Iterator[Mapping[str, Any]]:
    value = _part(raw, part)
    if value is None:
        return
    if not isinstance(value, list):
        raise NotUnderstood(f"{part}: {type(value).__name__} where a list is expected")
    for row in value:
        yield _mapping(row, f"a row of {part}")


def _named(raw: Mapping[str, Any], part: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a list that only helps: one that is a text is passed over, as are rows without a name."""
    if isinstance(_part(raw, part), list):
        yield from (row for row in _part(raw, part) if isinstance(row, Mapping) and _text(row, "name"))


def _field(raw: Mapping[str, Any]) -> str:
    """The field's name: of an object, or of the first in a list of objects or texts."""
    value = _part(raw, "field")
    if isinstance(value, list):
        value = value[0]
    if isinstance(value, Mapping):
        return _needed(value, "name")
    if not isinstance(value, str) or not tidy(value):
        raise NotUnderstood("it has no field")
    return tidy(value)


def _papers(raw: Mapping[str, Any]) -> list[Paper]:
    """Those of the cases, else of the services, else of the record itself."""
    for part in ("cases", "services"):
        papers = [paper for case in _mappings(raw, part) for paper in _papers_of(case, _text(case, "name"))]
        if papers:
            return papers
    return list(_papers_of(raw, ""))


def _papers_of(holder: Mapping[str, Any], case: str) -> Iterator[Paper]:
    for row in _mappings(holder, "papers"):
        yield Paper(_needed(row, "name"), case, _count(row, "originals"), _count(row, "copies"))


def _count(raw: Mapping[str, Any], part: str) -> int:
    number = _number(_part(raw, part), part)
    if number != int(number) or not 0 <= number <= MOST_COPIES:
        raise NotUnderstood(f"{part}: {number} is no number of papers")
    return int(number)


def _number(value: Any, what: str) -> Decimal:
    """A number, or one written as text; nothing is 0."""
    if value in (None, ""):
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotUnderstood(f"{what}: {value!r} is no number")
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        raise NotUnderstood(f"{what}: {value!r} is no number") from None
    if not number.is_finite() or number < 0:
        raise NotUnderstood(f"{what}: {value!r} is no number that can be")
    return number


def _channel(method: Mapping[str, Any]) -> str:
    return str(_part(method, "channel") or "").strip().upper()


def _limits(raw: Mapping[str, Any], methods: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the counter's method says, else any other's, else each service's own."""
    at_counter = [method for method in methods if DIRECT in _channel(method)]
    days = [_mapping(_part(row, "day") or {}, "processingDay") for row in _mappings(raw, "services")]
    for rows, number, unit in (
        (at_counter, "time", "unit"),
        (methods, "time", "unit"),
        (days, "day_number", "day_unit"),
    ):
        read = [_limit(_part(row, number), str(_part(row, unit) or NOT_SAID).strip().upper()) for row in rows]
        found = {tuple(limit.items()): limit for limit in read if limit}
        if found:
            return sorted(found.values(), key=_hours_of, reverse=True)
    return []


def _limit(value: Any, unit: str) -> dict[str, Any] | None:
    """A limit of this catalogue's shape; none where nothing is said."""
    if unit == NOT_SAID:
        return None
    number = _number(value, "time")
    if unit not in {"WORKING_DAY", "WORKING_HOUR", "HOUR", *DAYS_OF}:
        raise NotUnderstood(f"unknown unit of time {unit!r}")
    if unit == "WORKING_HOUR":
        number, unit = number / WORKING_HOURS_A_DAY, "WORKING_DAY"
    if number == 0:
        return None
    if (number, unit) == (Decimal("0.5"), "WORKING_DAY"):
        return {"kind": LimitKind.HALF_DAY.value}
    number *= DAYS_OF.get(unit, 1)
    most = MOST_HOURS if unit == "HOUR" else MOST_DAYS
    if number != int(number) or number > most:
        raise NotUnderstood(f"time: {value} {unit} is no whole number up to {most}")
    if unit == "HOUR":
        return {"kind": LimitKind.HOURS.value, "hours": int(number)}
    kind = LimitKind.WORKING_DAYS if unit == "WORKING_DAY" else LimitKind.CALENDAR_DAYS
    return {"kind": kind.value, "days": int(number)}


def _hours_of(limit: Mapping[str, Any]) -> float:
    """About how long it takes: five working days in seven."""
    days = limit.get("days", 0.5)
    return float(limit["hours"] if "hours" in limit else days * 24 * (1 if limit["kind"] == "calendar_days" else 1.4))


def _fees(methods: list[Mapping[str, Any]]) -> list[Fee]:
    """Each fee once, with the channels it is charged for. A 0 without a word is only where nothing was typed."""
    channels: dict[tuple[int | None, str], set[str]] = {}
    for method in methods:
        for row in _mappings(method, "fees"):
            amount, words = _dong(row), _text(row, "words")
            if amount or words:
                channels.setdefault((amount or None, words), set()).add(_channel(method))
    return [Fee(amount, words, frozenset(found)) for (amount, words), found in channels.items()]


def _dong(raw: Mapping[str, Any]) -> int:
    """Whole đồng, also of "50.000" and "50,000". 0 where nothing is said."""
    value = _part(raw, "amount")
    currency = _part(raw, "currency")
    if currency is not None and " ".join(syllables(str(currency))) not in DONG:
        raise NotUnderstood(f"a fee in {currency!r}, not in đồng")
    if isinstance(value, str) and _THOUSANDS.fullmatch(value.strip()):
        value = re.sub(r"\D", "", value)
    number = _number(value, "fee")
    if number != int(number) or number > MOST_DONG:
        raise NotUnderstood(f"fee: {value!r} is no amount in whole đồng")
    return int(number)
