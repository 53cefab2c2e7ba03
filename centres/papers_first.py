"""The way through the questions before the wait, held in the address: nothing of it is stored, nothing says who.

``?yes=joint_owners&no=marriage_certificate&past=marriage_certificate``: what was answered, and for which missing papers
the citizen decided to go on. The kiosk and the phone walk the same way through different pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from centres.models import Service
from procedures.catalogue_cache import version_in_force, versions_on
from procedures.enums import CopyForm
from procedures.first_questions import Ask, answered, has_questions, missing_papers, next_ask
from procedures.models import Procedure, ProcedureVersion, Requirement
from procedures.questions import known_facts


def procedures_of(service: Service, day: date) -> list[Procedure]:
    """The procedures of a service in force on this day; none where no paper of any of them is worth a question."""
    versions = [
        version
        for version in versions_on(day)
        if version.procedure.field_id == service.field_id and not version.procedure.is_listed_only
    ]
    if not any(has_questions(version) for version in versions):
        return []
    return [version.procedure for version in versions]


@dataclass(frozen=True)
class Walk:
    """Where somebody stands among the questions of one version."""

    version: ProcedureVersion
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    past: tuple[str, ...] = ()

    @classmethod
    def of(cls, service: Service, key: str, query: QueryDict, day: date) -> Self | None:
        """The walk that an address describes; None for a procedure that is not one of this service today."""
        version = version_in_force(key, day)
        if version is None or version.procedure.key != key or version.procedure.field_id != service.field_id:
            return None
        if version.procedure.is_listed_only:
            return None
        known = set(known_facts()) | {row.kind.key for row in version.requirements.all()}

        def named(part: str) -> tuple[str, ...]:
            return tuple(key for key in dict.fromkeys(query.getlist(part)) if key in known)

        return cls(version, named("yes"), named("no"), named("past"))

    @property
    def answers(self) -> dict[str, bool]:
        return {**dict.fromkeys(self.yes, True), **dict.fromkeys(self.no, False)}

    @property
    def missing(self) -> Requirement | None:
        """The paper to decide about now: the citizen has not got it and has not said what then."""
        return next((row for row in missing_papers(self.version, self.answers) if row.kind.key not in self.past), None)

    def paper(self, key: str) -> Requirement | None:
        """A paper that was missing on this walk, decided about or not."""
        return next((row for row in missing_papers(self.version, self.answers) if row.kind.key == key), None)

    @property
    def ask(self) -> Ask | None:
        return next_ask(self.version, self.answers)

    def query(self, *, yes: str = "", no: str = "", past: str = "") -> str:
        """The address's query with one more answer."""
        more = {"yes": yes, "no": no, "past": past}
        said = {"yes": self.yes, "no": self.no, "past": self.past}
        return "?" + urlencode({part: [*keys, *filter(None, [more[part]])] for part, keys in said.items()}, doseq=True)

    @property
    def back(self) -> str | None:
        """The query of the question before, None at the first one."""
        before = answered(self.version, self.answers)
        if not before:
            return None
        rest = (tuple(key for key in part if key != before[-1]) for part in (self.yes, self.no, self.past))
        return Walk(self.version, *rest).query()


def can_be_certified_here(requirement: Requirement) -> bool:
    """Whether the missing paper is a certified copy, which the centre makes from the original on the spot."""
    return requirement.form_of_copy == CopyForm.CERTIFIED_COPY
