"""One procedure as its public page tells it: what to bring, what is done at the counter, what is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from django.utils.translation import gettext

from portal import clock
from portal.text import pick
from procedures.catalogue_cache import load_calendar
from procedures.conditions import facts_in, holds
from procedures.declarations import has_declaration
from procedures.enums import CopyForm, FeeBasis
from procedures.fees import fee_lines
from procedures.forms_public import CaseForm
from procedures.models import Incentive, Procedure, ProcedureVersion
from procedures.own_case import can_be_declared
from procedures.quote import PaperAsk, Quote, quote

# What the reader does with a paper of each form is said by the form's own name.
_BROUGHT = {CopyForm.ORIGINAL, CopyForm.COMPARED_COPY, CopyForm.CERTIFIED_COPY, CopyForm.SHOWN}


# Papers that are copies themselves, whatever the form in which they are handed in.
COPIES = frozenset({"copy_to_certify"})
# A price is worked out for each way to answer so many questions; more would be no range but a riddle.
MOST_QUESTIONS = 4


@dataclass(frozen=True)
class AskedPaper:
    """A paper of the quote with the words for its form."""

    paper: PaperAsk

    @property
    def words(self) -> str:
        """In what form it comes, how many, and what else there is to know; nothing is said twice."""
        form = gettext("Copy") if self.paper.kind_key in COPIES else str(CopyForm(self.paper.form_of_copy).label)
        note = pick(self.paper.note)
        said = [] if note.startswith(form) else [f"{form} × {self.paper.copies}" if self.paper.copies > 1 else form]
        if self.paper.is_kept:
            said.append(gettext("It stays with us until the result"))
        return ". ".join([*said, note] if note else said)


@dataclass(frozen=True)
class PagePrice:
    """``price`` đồng a page up to ``last``, None for all after; ``cap`` is the most a copy costs."""

    last: int | None
    price: int
    cap: int | None


@dataclass(frozen=True)
class Sheet:
    version: ProcedureVersion
    quote: Quote
    facts: Mapping[str, bool]
    # Whether the reader has answered the questions: then the price is theirs and no range.
    is_asked: bool = False

    @property
    def procedure(self) -> Procedure:
        return self.version.procedure

    @property
    def papers(self) -> list[AskedPaper]:
        return [AskedPaper(row) for row in self.quote.papers]

    @property
    def brought(self) -> list[AskedPaper]:
        return [AskedPaper(row) for row in self.quote.papers if row.form_of_copy in _BROUGHT and not row.is_form]

    @property
    def filled_in_here(self) -> list[AskedPaper]:
        """Declarations: the officer fills them in with the citizen, who signs."""
        return [AskedPaper(row) for row in self.quote.papers if row.is_form]

    @property
    def deadlines(self) -> list[tuple[str, int]]:
        """By when the law wants it: a field of the form that holds a day, and how many days after it are in time."""
        properties = self.version.form_schema.get("properties", {})
        return [
            (pick(properties[check["field"]]["x-label"]), check["days"])
            for check in self.version.conditions
            if check["kind"] == "days_since_at_most"
        ]

    @property
    def price_range(self) -> tuple[int, int]:
        """The least and the most it may cost, over the answers that decide a fee and were not given; without pages."""
        in_fees = {key for rule in self.version.fee_rules.all() for key in facts_in(rule.condition)} - {"online"}
        asked = sorted(in_fees - {key for key, yes in self.facts.items() if yes})[:MOST_QUESTIONS]
        if self.is_asked or not asked:
            return self.quote.total, self.quote.total
        rules, today = list(self.version.fee_rules.all()), clock.today()
        totals = [
            sum(
                line.amount for line in fee_lines(rules, {**self.facts, **dict(zip(asked, answer, strict=True))}, today)
            )
            for answer in product((False, True), repeat=len(asked))
        ]
        return min(totals), max(totals)

    @property
    def page_prices(self) -> list[PagePrice]:
        """What a page costs, step by step, where a fee goes by the page."""
        return [
            PagePrice(last, price or 0, rule.cap_per_copy)
            for rule in self.version.fee_rules.all()
            if rule.basis == FeeBasis.PER_PAGE and holds(rule.condition, self.facts)
            for last, price in rule.steps
        ]

    @property
    def incentives(self) -> list[Incentive]:
        """Reductions that begin or hold today, whoever is entitled to them."""
        today = clock.today()
        return [one for one in self.procedure.granted if one.effective_to is None or one.effective_to >= today]

    @property
    def has_form(self) -> bool:
        """Whether there is a form to print, and to fill in at home by hand."""
        return has_declaration(self.version)

    @property
    def is_for_home(self) -> bool:
        """Whether it can be filled in at home, page by page."""
        return can_be_declared(self.version)

    @property
    def looked_up(self) -> list[AskedPaper]:
        return [AskedPaper(row) for row in self.quote.papers if row.form_of_copy == CopyForm.LOOKED_UP]

    @property
    def notices(self) -> list[Mapping[str, Any]]:
        """What must be said first, under these facts."""
        return [notice for notice in self.version.notices if holds(notice.get("when"), self.facts)]


def case_page(version: ProcedureVersion, answers: Mapping[str, Any] | None, at: datetime) -> dict[str, Any]:
    """What the public page of a version shows a reader who gave these answers and hands it in at this moment."""
    form = CaseForm(version, answers)
    answer = quote(
        version,
        form.facts,
        at,
        load_calendar(),
        pages=form.number("pages"),
        copies=form.number("copies") or 1,
    )
    return {
        "form": form,
        "sheet": Sheet(version, answer, form.facts, form.is_bound),
        "received_at": at,
        "quote": answer,
    }
