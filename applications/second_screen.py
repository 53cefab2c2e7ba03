"""The citizen's screen at a counter: what it shows, line by line, and what the citizen said about it.

Nothing is copied for it. The screen reads the draft as it is at that moment, so a field put right at the desk is right
there too; when the person has left the counter there is nothing to read any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from applications.catalogue import bound_form, quote_for, version_of
from applications.enums import Delivery, State
from applications.form_shown import shown
from applications.ledger import copies_of, outstanding
from applications.models import Application, Showing
from applications.paying import Paying, paying_of_visit, visit_at
from centres.enums import AT_COUNTER, DeviceKind
from centres.models import Counter, Device, Ticket
from portal import shared
from portal.text import pick
from portal.vn.money import format_vnd
from procedures.forms import NAMES_OF_PEOPLE

SALT = "applications.second_screen"
# A screen asks every two seconds; after so long without a word the desk goes on without it.
SILENT_SECONDS = 12
_SEEN_SECONDS = 60
# What is spelt or counted wrongly most: names, days, and where somebody lives.
_DAYS = frozenset({"date", "partial_date"})
_PLACES = ("address", "residence", "place", "home", "parcel_unit")


@dataclass(frozen=True)
class Line:
    """One thing to check. ``key`` names it in answers; of a field of the form it is the field's name after ``form:``."""

    key: str
    label: str
    value: str
    # The same in whatever language it is read.
    raw: str
    is_wrong: bool = False

    @property
    def field(self) -> str:
        """The field of the form, empty for what the person's record says."""
        return self.key.partition("form:")[2]

    @property
    def digest(self) -> str:
        return _digest(f"{self.key}={self.raw}")


@dataclass(frozen=True)
class ToCheck:
    """What the citizen reads: what is asked for, the lines, the papers, the fee."""

    showing: Showing
    procedure: str
    lines: list[Line]
    papers: list[str]
    kinds: list[str]
    fee: str
    total: int

    @property
    def digest(self) -> str:
        """Of everything that stands there: an answer is about these words alone."""
        words = [[line.key, line.raw] for line in self.lines]
        draft = self.showing.application
        return _digest(json.dumps([draft.version_id, draft.pk, words, self.kinds, self.total], ensure_ascii=False))

    @property
    def wrong(self) -> list[Line]:
        return [line for line in self.lines if line.is_wrong]

    @property
    def is_right(self) -> bool:
        return bool(self.showing.right) and self.showing.right == self.digest and not self.wrong

    @property
    def was_right(self) -> bool:
        """It was found right, and something was changed since."""
        return bool(self.showing.right) and not self.is_right


@dataclass(frozen=True)
class Screen:
    """The whole screen: nobody is here, somebody is, or they check what is about to be printed."""

    counter: Counter
    ticket: Ticket | None = None
    to_check: ToCheck | None = None
    visit: Ticket | None = None
    paying: tuple[Paying, ...] = ()

    @property
    def language(self) -> str:
        person = self.ticket or self.visit
        return person.language if person else "vi"

    @cached_property
    def to_pay(self) -> Paying | None:
        """The first of what was received in this visit that can be paid by its code."""
        return next((row for row in self.paying if row.code), None)

    @property
    def is_paid(self) -> bool:
        """Its transfers have come, and nothing is due any more."""
        return any(row.came_by_bank for row in self.paying) and not any(row.due for row in self.paying)


def topics_of(counter_id: int, centre_id: int, dossiers: Iterable[int] = ()) -> list[str]:
    """Changes of what the screen shows."""
    return [f"queue:{centre_id}", f"screen:{counter_id}", *(f"dossier:{pk}" for pk in dossiers)]


def current(counter: Counter) -> Showing | None:
    """What is shown at this counter, while its person stands there and the dossier is not received. One statement."""
    return (
        Showing.objects.filter(
            counter=counter,
            ticket__counter=counter,
            ticket__state__in=AT_COUNTER,
            application__state__in=[State.DRAFT, State.SUBMITTED],
        )
        .select_related(
            "ticket",
            "application__applicant",
            "application__competent",
            "application__helped_at",
            "application__version",
        )
        .first()
    )


def screen_of(counter: Counter, at: datetime) -> Screen:
    """What the screen of this counter shows now, in the current language."""
    showing = current(counter)
    if showing is not None:
        return Screen(counter, showing.ticket, to_check(showing, at))
    visit = visit_at(counter, at)
    if visit is None:
        return Screen(counter)
    here = visit if visit.state in AT_COUNTER else None
    return Screen(counter, here, visit=visit, paying=tuple(paying_of_visit(visit, at)))


def was_found_right(draft: Application, at: datetime) -> bool:
    """Whether its citizen found everything right as it stands now; ``draft`` was read with its ``showing``."""
    showing = getattr(draft, "showing", None)
    return showing is not None and bool(showing.right) and to_check(showing, at).is_right


def to_check(showing: Showing, at: datetime) -> ToCheck:
    draft = showing.application
    fee = quote_for(draft, at)
    copies = sum(outstanding(row) for row in copies_of(draft))
    total = fee.total + copies
    by_the_page = fee.needs_pages and draft.pages is None
    papers = list(draft.papers.select_related("kind").order_by("order", "pk"))
    return ToCheck(
        showing=showing,
        procedure=pick(version_of(draft).procedure.short_name),
        lines=[_marked(line, showing) for line in lines_of(draft, at)],
        papers=[pick(paper.kind.name) for paper in papers],
        kinds=[paper.kind.key for paper in papers],
        fee=_("by the page") if by_the_page else format_vnd(total),
        total=total,
    )


def lines_of(draft: Application, at: datetime) -> list[Line]:
    """Names, days and addresses: of the applicant's record, of the post, then of the form. The identity number is never
    whole."""
    person = draft.applicant
    said: list[tuple[str, str, str, str]] = []
    if person is not None:
        of_record = [
            ("person:name", _("Name"), person.full_name),
            ("person:born", _("Born"), person.birth_text),
            ("person:identity", _("Identity number"), person.masked_identity),
            ("person:address", _("Address"), person.address or person.card_address),
        ]
        said = [(key, label, value, value) for key, label, value in of_record]
    if draft.delivery == Delivery.POST:
        to = draft.delivery_address
        said.append(("person:delivery", _("Result by post to"), to, to))
    form = bound_form(draft, at)
    known = {value for _key, _label, value, _raw in said}
    for _title, fields in form.groups():
        for bound in fields:
            if is_checked(bound.name, version_of(draft).form_schema["properties"][bound.name]["x-kind"]):
                value = shown(bound) if bound.value() not in ("", None) else ""
                if value and value not in known:  # what the record says already is not read twice
                    said.append((f"form:{bound.name}", str(bound.label), value, str(bound.value())))
    return [Line(key, label, value, raw) for key, label, value, raw in said if value]


def is_checked(key: str, kind: str) -> bool:
    """Whether a field of the form is one to check: a person's name, a day, or a place."""
    return (
        key in NAMES_OF_PEOPLE
        or key.endswith("_name")
        or kind in _DAYS
        or kind == "unit"
        or any(part in key for part in _PLACES)
    )


def _marked(line: Line, showing: Showing) -> Line:
    return replace(line, is_wrong=showing.wrong.get(line.key) == line.digest)


def _digest(words: str) -> str:
    return salted_hmac(SALT, words, algorithm="sha256").hexdigest()[:32]


# -- whether there is a screen, and whether it answers -----------------------------------------------------------------


def note_seen(device_id: int, at: datetime) -> None:
    """The screen has asked. Kept in the shared cache: a screen costs no statement."""
    shared.keep(f"screen-seen:{device_id}", at.timestamp(), _SEEN_SECONDS)


def screens_at(counter: Counter) -> list[int]:
    """The screens that stand at this counter. One statement."""
    rows = Device.objects.filter(counter=counter, kind=DeviceKind.SCREEN, revoked_at__isnull=True)
    return list(rows.values_list("pk", flat=True))


def is_silent(devices: list[int], at: datetime) -> bool:
    """Whether none of them has asked lately."""
    seen = [shared.recall(f"screen-seen:{device}") for device in devices]
    return not any(moment and at.timestamp() - moment <= SILENT_SECONDS for moment in seen)


@dataclass(frozen=True)
class Second:
    """What the desk says of the screen: whether there is one, whether it answers, and what the citizen touched."""

    is_there: bool
    is_silent: bool = False
    to_check: ToCheck | None = None


def second_of(counter: Counter | None, draft: Application, at: datetime) -> Second:
    """The screen of this counter beside this draft. One statement where no screen stands."""
    devices = screens_at(counter) if counter else []
    if counter is None or not devices:
        return Second(is_there=False)
    showing = current(counter)
    is_mine = showing is not None and showing.application_id == draft.pk
    return Second(True, is_silent(devices, at), to_check(showing, at) if showing is not None and is_mine else None)
