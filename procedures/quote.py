"""The one answer that the kiosk, the citizen, the desk and the API all show: papers, fee and due date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from typing import Any

from portal.clock import local_day
from procedures.calendars import CLOSING, WorkCalendar
from procedures.conditions import Condition, facts_in, holds
from procedures.facts import Fact
from procedures.fees import FeeLine, fee_lines, goes_by_page
from procedures.limits import OTHER_TERRITORY, ClosingTimes
from procedures.linked import plan
from procedures.models import ProcedureVersion
from procedures.questions import known_fact


@dataclass(frozen=True, slots=True)
class PaperAsk:
    """A paper asked for. ``form_of_copy`` is a ``CopyForm``; ``is_form``: it is filled in at the centre."""

    requirement_id: int
    kind_key: str
    name: dict[str, str]
    form_of_copy: str
    copies: int
    is_kept: bool
    note: dict[str, str] | None
    is_form: bool = False


@dataclass(frozen=True, slots=True)
class PartDue:
    """One of the linked services: who decides on it, and by when it is promised."""

    key: str
    name: dict[str, str]
    office: dict[str, str]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """Papers, fee in đồng, and the due date with the sentence that explains it.

    ``needs_pages``: a fee goes by the page and the pages were not given, so ``total`` lacks it. ``parts`` are the linked
    services, none for most procedures; the whole is due with the last of them.
    """

    papers: list[PaperAsk]
    fee_lines: list[FeeLine]
    total: int
    due_at: datetime
    explanation: dict[str, str]
    needs_pages: bool = False
    parts: list[PartDue] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; ``due_at`` in ISO 8601 with Hanoi's offset."""
        parts = [asdict(part) | {"due_at": part.due_at.isoformat()} for part in self.parts]
        return asdict(self) | {"due_at": self.due_at.isoformat(), "parts": parts}


def quote(
    version: ProcedureVersion,
    facts: Mapping[str, bool],
    received_at: datetime,
    calendar: WorkCalendar,
    closes_at: time | ClosingTimes = CLOSING,
    pages: int | None = None,
    copies: int = 1,
) -> Quote:
    """What this version asks for under these facts, if received at this moment.

    Pure, given a version from ``ProcedureVersion.objects.for_quote()``; no statement is sent to the database.
    ``closes_at`` is the hour at which the result can be fetched last, one for all days or a function of the day.
    ``pages`` are those of the original, ``copies`` how many of it are wanted.
    """
    fee_rules = list(version.fee_rules.all())
    incentives = version.procedure.granted
    lines = fee_lines(fee_rules, facts, local_day(received_at), pages, copies, incentives)
    planned = plan(version, facts, received_at, calendar, closes_at)
    return Quote(
        papers=[
            PaperAsk(
                row.pk,
                row.kind.key,
                dict(row.kind.name),
                row.form_of_copy,
                row.copies,
                row.is_kept,
                dict(row.note) if row.note else None,
                row.kind.is_form,
            )
            for row in version.requirements.all()
            if holds(row.condition, facts)
        ],
        fee_lines=lines,
        total=sum(line.amount for line in lines),
        due_at=planned.whole.at,
        explanation=planned.whole.explanation,
        needs_pages=pages is None and goes_by_page(fee_rules, facts, local_day(received_at)),
        parts=[PartDue(row.key, dict(row.part["name"]), dict(row.part["office"]), row.due.at) for row in planned.parts],
    )


def facts_asked(version: ProcedureVersion) -> list[Fact]:
    """The facts that matter for this version, in the order in which its papers, fees and limits name them."""
    keys = dict.fromkeys(key for condition in conditions_of(version) for key in facts_in(condition))
    if version.time_limit.get(OTHER_TERRITORY):
        keys[OTHER_TERRITORY] = None
    return [fact for key in keys if (fact := known_fact(key))]


def conditions_of(version: ProcedureVersion) -> list[Condition]:
    """What the papers, fees, incentives and limits of this version depend on."""
    conditions = [row.condition for row in version.requirements.all()]
    conditions += [rule.condition for rule in version.fee_rules.all()]
    conditions += [incentive.condition for incentive in version.procedure.granted]
    conditions += [part["when"] for part in version.parts if "when" in part]
    for limit in (version.time_limit, *(part.get("limit", {}) for part in version.parts)):
        conditions += [alternative["when"] for alternative in limit.get("alternatives", ())]
    return conditions
