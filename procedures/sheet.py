"""One procedure as its public page tells it: what to bring, what is done at the counter, what is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from portal import clock
from portal.text import pick
from procedures.conditions import holds
from procedures.declarations import has_declaration
from procedures.enums import CopyForm
from procedures.first_questions import FILLED_IN_HERE
from procedures.models import Incentive, Procedure, ProcedureVersion
from procedures.quote import PaperAsk, Quote

# What the reader does with a paper of each form is said by the form's own name.
_BROUGHT = {CopyForm.ORIGINAL, CopyForm.COMPARED_COPY, CopyForm.CERTIFIED_COPY, CopyForm.SHOWN}


@dataclass(frozen=True)
class AskedPaper:
    """A paper of the quote with the words for its form."""

    paper: PaperAsk

    @property
    def words(self) -> str:
        """In what form it comes, how many, and what else there is to know; nothing is said twice."""
        form = str(CopyForm(self.paper.form_of_copy).label)
        note = pick(self.paper.note)
        said = [] if note.startswith(form) else [f"{form} × {self.paper.copies}" if self.paper.copies > 1 else form]
        if self.paper.is_kept:
            said.append(gettext("It stays with us until the result"))
        return ". ".join([*said, note] if note else said)


@dataclass(frozen=True)
class Sheet:
    version: ProcedureVersion
    quote: Quote
    facts: Mapping[str, bool]

    @property
    def procedure(self) -> Procedure:
        return self.version.procedure

    @property
    def papers(self) -> list[AskedPaper]:
        return [AskedPaper(row) for row in self.quote.papers]

    @property
    def brought(self) -> list[AskedPaper]:
        return [AskedPaper(row) for row in self.quote.papers if row.form_of_copy in _BROUGHT and not _is_form(row)]

    @property
    def filled_in_here(self) -> list[AskedPaper]:
        """Declarations: the officer fills them in with the citizen, who signs."""
        return [AskedPaper(row) for row in self.quote.papers if _is_form(row)]

    @property
    def incentives(self) -> list[Incentive]:
        """Reductions that begin or hold today, whoever is entitled to them."""
        today = clock.today()
        return [one for one in self.procedure.incentives.all() if one.effective_to is None or one.effective_to >= today]

    @property
    def has_form(self) -> bool:
        """Whether there is a form to print, and to fill in at home by hand."""
        return has_declaration(self.version)

    @property
    def looked_up(self) -> list[AskedPaper]:
        return [AskedPaper(row) for row in self.quote.papers if row.form_of_copy == CopyForm.LOOKED_UP]

    @property
    def notices(self) -> list[Mapping[str, Any]]:
        """What must be said first, under these facts."""
        return [notice for notice in self.version.notices if holds(notice.get("when"), self.facts)]


def _is_form(row: PaperAsk) -> bool:
    return row.kind_key.endswith(FILLED_IN_HERE)
