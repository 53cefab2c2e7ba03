"""A declaration page by page: what is asked, what is answered, what is still open. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext

from applications.catalogue import COUNTED
from applications.models import Declaration
from portal import clock
from portal.text import pick
from portal.vn.dates import PartialDate
from portal.vn.identity import check_identity
from procedures.calendars import next_moment
from procedures.catalogue_cache import load_calendar, version_by_id, version_in_force
from procedures.declarations import in_words
from procedures.eligibility import findings, found_facts
from procedures.facts import Fact
from procedures.forms_home import HomeForm
from procedures.models import ProcedureVersion
from procedures.own_case import own_questions
from procedures.pages import Page, pages_of, same_as_applicant
from procedures.quote import quote
from procedures.sheet import Sheet


class Kind(StrEnum):
    ASK = "ask"
    FILL = "fill"
    PAPERS = "papers"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the way: a question, a page of the form, the papers or the check. The last two have no key."""

    kind: Kind
    key: str = ""


PAPERS, CHECK = Place(Kind.PAPERS), Place(Kind.CHECK)


@dataclass(frozen=True, slots=True)
class Note:
    """Something to look at again. A refusal stands in the way of a receipt today; the rest lets go on."""

    key: str
    text: str
    is_refusal: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One line to check: the question, the answer in the reader's words, where to change it, what is wrong with it."""

    label: str
    words: str
    place: Place
    wrong: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    answers: list[Answer]


def newer_version(declaration: Declaration, at: datetime) -> ProcedureVersion | None:
    """The version in force at this moment where it is not the declaration's; ``None`` where it is, or where none is."""
    version = version_by_id(declaration.version_id)
    if version.is_in_force(clock.local_day(at)):
        return None
    return version_in_force(version.procedure_id, clock.local_day(at))


class Walk:
    """The way through one declaration, under its own version, as of this moment."""

    def __init__(self, declaration: Declaration, at: datetime) -> None:
        self.declaration, self.at, self.day = declaration, at, clock.local_day(at)
        self.version = version_by_id(declaration.version_id)
        self.questions: list[Fact] = own_questions(self.version, declaration.facts)
        self.facts = {fact.key: declaration.facts[fact.key] for fact in self.questions if fact.key in declaration.facts}
        self.pages: list[Page] = pages_of(self.version)
        self.properties: dict[str, Any] = self.version.form_schema.get("properties", {})
        self.form = HomeForm(self.version, declaration.answers, on=self.day)
        self.form.is_valid()
        asked = [Place(Kind.ASK, fact.key) for fact in self.questions]
        self.places = [*asked, *(Place(Kind.FILL, page.key) for page in self.pages), PAPERS, CHECK]

    def question(self, key: str) -> Fact | None:
        return next((fact for fact in self.questions if fact.key == key), None)

    def page(self, key: str) -> Page | None:
        return next((page for page in self.pages if page.key == key), None)

    def before(self, place: Place) -> Place | None:
        number = self.places.index(place)
        return self.places[number - 1] if number else None

    def after(self, place: Place) -> Place:
        """What comes next; after a question that its own answer has made needless, the first that is open."""
        if place not in self.places:
            return self.first_open
        return self.places[min(self.places.index(place) + 1, len(self.places) - 1)]

    def number(self, place: Place) -> int:
        return self.places.index(place) + 1

    def is_open(self, place: Place) -> bool:
        if place.kind == Kind.ASK:
            return place.key not in self.facts
        page = self.page(place.key) if place.kind == Kind.FILL else None
        return page is not None and any(
            key not in self.declaration.answers or key in self.form.errors for key in page.fields
        )

    @cached_property
    def open_places(self) -> list[Place]:
        return [place for place in self.places if self.is_open(place)]

    @property
    def first_open(self) -> Place:
        return next(iter(self.open_places), CHECK)

    @property
    def is_complete(self) -> bool:
        return not self.open_places and not self.refusals

    @cached_property
    def data(self) -> dict[str, Any]:
        """The answers as the version's schema stores them; what is wrong stays as it was typed."""
        typed = {key: value for key, value in self.declaration.answers.items() if value not in ("", None)}
        known = {key: value for key, value in typed.items() if key in self.form.fields}
        return {**known, **self.form.form_data()}

    @cached_property
    def _notes(self) -> dict[str, list[Note]]:
        """Per field what is worth a second look: what the law says about the values, and numbers that say otherwise."""
        notes: dict[str, list[Note]] = {}
        for finding in findings(self.version, self.data, self.day):
            notes.setdefault(finding.field, []).append(Note(finding.key, pick(finding.message), finding.is_refusal))
        for key in self.form.fields:
            if key.endswith("_identity") and key in self.form.cleaned_data and self.form.cleaned_data[key]:
                notes.setdefault(key, []).extend(self._doubts(key))
        return notes

    def _doubts(self, key: str) -> list[Note]:
        """Where a number and what else is said about its person do not agree. It has no check digit: never a refusal."""
        cleaned, person = self.form.cleaned_data, key.removesuffix("identity")
        born = cleaned.get(f"{person}born")
        problems = check_identity(
            cleaned[key],
            PartialDate.parse(born) if born else None,
            cleaned.get(f"{person}sex"),
            self.day,
        )
        return [Note(str(problem.code), str(problem.message)) for problem in problems]

    def notes_on(self, page: Page) -> list[Note]:
        return [note for key in page.fields for note in self._notes.get(key, ())]

    @property
    def refusals(self) -> list[Note]:
        return [note for notes in self._notes.values() for note in notes if note.is_refusal]

    def fields_of(self, page: Page, *, scolds: bool) -> list[forms.BoundField]:
        """The page's fields with what is in them; ``scolds`` says of a blank one, too, that it has to be filled in."""
        errors = self.form.errors
        for key in page.fields:
            if not scolds and key in errors and all(error.code == "required" for error in errors.as_data()[key]):
                del errors[key]
        return [self.form[key] for key in page.fields]

    def may_be_applicant(self, page: Page) -> bool:
        """Whether the person of this page, not answered yet, can be the applicant, who was."""
        same = same_as_applicant(self.version, page)
        answers = self.declaration.answers
        return bool(same) and page.key not in answers and bool(answers.get(same[page.key]))

    def errors_on(self, page: Page) -> bool:
        return any(key in self.form.errors for key in page.fields)

    @cached_property
    def sheet(self) -> Sheet:
        """Papers, fee and day under the answers, as at the counter when it is handed in next."""
        facts = {**self.facts, **found_facts(self.version, self.data, self.day)}
        calendar = load_calendar()
        counts = {name: self.form.cleaned_data.get(key) for key, name in COUNTED.items()}
        answer = quote(
            self.version,
            facts,
            next_moment(self.at, calendar),
            calendar,
            pages=counts["pages"],
            copies=counts["copies"] or 1,
        )
        return Sheet(self.version, answer, facts, is_asked=True)

    @cached_property
    def parts(self) -> list[Part]:
        """Every answer under its heading, to be checked."""
        parts = []
        if self.questions:
            parts.append(Part(gettext("Your own case"), [self._fact_line(fact) for fact in self.questions]))
        for group in self.version.form_schema.get("x-groups", ()):
            parts.append(Part(pick(group["title"]), [self._field_line(key) for key in group["fields"]]))
        return parts

    def _fact_line(self, fact: Fact) -> Answer:
        place = Place(Kind.ASK, fact.key)
        if fact.key not in self.facts:
            return Answer(pick(fact.question), "", place, gettext("Not answered yet"))
        return Answer(pick(fact.question), gettext("Yes") if self.facts[fact.key] else gettext("No"), place)

    def _field_line(self, key: str) -> Answer:
        page = next(page for page in self.pages if key in page.fields)
        wrong = str(self.form.errors[key][0]) if key in self.form.errors else ""
        if key not in self.declaration.answers:
            wrong = gettext("Not answered yet")
        words = answer_in_words(self.properties[key], self.data.get(key))
        return Answer(
            pick(self.properties[key]["x-label"]),
            words,
            Place(Kind.FILL, page.key),
            wrong,
            tuple(self._notes.get(key, ())),
        )


def answer_in_words(rule: Mapping[str, Any], value: Any) -> str:
    """A stored answer in the reader's language."""
    if rule["x-kind"] == "yes_no" and isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if rule["x-kind"] == "choice":
        labels = {choice["value"]: pick(choice["label"]) for choice in rule["x-choices"]}
        return labels.get(value, str(value or ""))
    return in_words(rule, value)
