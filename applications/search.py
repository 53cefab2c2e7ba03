"""One box that finds a dossier: by code, name, identity number, phone, parcel or register number.

What was typed says by its shape what it may be; each such way reads an index, newest first, and only as far as the page
goes. Nothing is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from applications.enums import PaperState, State
from applications.models import (
    Application,
    CertificationItem,
    Paper,
    Part,
    Party,
    Result,
    ResultCorrection,
    SearchWord,
    Step,
)
from applications.models.application import DOSSIER_CODE
from applications.words import PARCEL, SERIAL, SHEET, identity_mark, mark, names_in
from applications.worklist import READERS, WAS_EXTENDED
from centres.models import Centre
from centres.permissions import centres_of
from citizens.actions.identify import find_by_number
from citizens.models import Citizen
from portal import clock, shared
from portal.vn.phones import parse_phone
from portal.vn.problems import InvalidValue
from portal.vn.text import fold, has_control, matches, nfc, strip_invisible, syllables

PAGE_SIZE = 30
LONGEST = 80
MOST_SYLLABLES = 8
# Somebody may be named twice in one dossier.
AT_ONCE = 2 * (PAGE_SIZE + 1)
# So far a word is counted each time to know which of several is the rarest; of those that are common it is known for a day.
COUNTED = 5000
KNOWN_SECONDS = 24 * 60 * 60
# So many of the newest with a word are walked along one by one, and then so many.
NEAR = (1500, 6000)
# Of people who share a phone number: as many as a desk can read.
MOST_ALIKE = 200

_CODE = re.compile(DOSSIER_CODE)
_TAIL = re.compile(r"\d{6}-\d{4,6}")
_NUMBER = re.compile(r"\d{12}")
_LINE = re.compile(r"(\d{1,7})(?:/((?:19|20)\d\d))?(?:[-/ ].*)?")
_PARCEL = re.compile(r"thua(?: dat)?(?: so)?:? ?(?P<parcel>[0-9a-z]+)")
_SHEET = re.compile(r"\bto(?: ban do)?(?: so)?:? ?(?P<sheet>[0-9]+)")
_PAIR = re.compile(r"(\d{1,5}) ?/ ?(\d{1,3})")
_SERIAL = re.compile(r"[a-z]{1,2} ?\d{6,8}")


@dataclass(frozen=True)
class Found:
    """A dossier and why it is there."""

    application: Application
    why: Any


@dataclass(frozen=True)
class Way:
    """One thing that was perhaps meant: what it is called, the keys that it leads to, newest first and below a key, and in
    words why a dossier was found by it."""

    name: Any
    keys: Callable[[int | None], Iterable[int]]
    why: Callable[[Application], Any]


class Search:
    """What this person may see of what was typed."""

    def __init__(self, text: str, user: Any) -> None:
        line = " ".join(strip_invisible(nfc(text)).split())
        self.text = "".join(char for char in line if not has_control(char))[:LONGEST]
        self.user = user

    @cached_property
    def ways(self) -> list[Way]:
        """Each thing that it may be, the surest first."""
        return list(self._ways()) if self.text else []

    def page(self, before: int | None) -> tuple[list[Found], int | None]:
        """The dossiers below this key, newest first, and below which key the next page begins (``None``: there is none)."""
        why: dict[int, Callable[[Application], Any]] = {}
        for way in self.ways:
            for pk in islice(way.keys(before), PAGE_SIZE + 1):
                why.setdefault(pk, way.why)
        keys = sorted(why, reverse=True)[: PAGE_SIZE + 1]
        rows = self._rows(keys[:PAGE_SIZE])
        return [Found(row, why[row.pk](row)) for row in rows], keys[PAGE_SIZE - 1] if len(keys) > PAGE_SIZE else None

    @property
    def meant(self) -> list[Any]:
        """What it was taken for."""
        return list(dict.fromkeys(str(way.name) for way in self.ways))

    def by_code(self) -> int | None:
        """The key of the one dossier whose code was typed."""
        codes = self._codes()
        keys = list(self._in_turn(Q(code__in=codes))(None)) if codes else []
        return keys[0] if len(keys) == 1 else None

    # -- what it may be ---------------------------------------------------------------------------------------------------

    def _ways(self) -> Iterator[Way]:
        folded, bare = fold(self.text), re.sub(r"[\s.]", "", self.text)
        if codes := self._codes():
            yield Way(_("code"), self._in_turn(Q(code__in=codes)), lambda row: _("its code"))
            return
        if _NUMBER.fullmatch(bare):
            yield Way(_("identity number"), self._of_person(bare), lambda row: _("identity number"))
            named = self._of_words([identity_mark(bare)])
            yield Way(_("identity number"), named, lambda row: _("identity number in its form"))
            return
        try:
            phone = parse_phone(self.text)
        except InvalidValue:
            phone = ""
        if phone:
            yield Way(
                _("phone number"), self._in_turn(Q(contact_phone=phone)), lambda row: _("phone number given with it")
            )
            yield Way(
                _("phone number"), self._of_people(Q(phone=phone)), lambda row: _("phone number of the applicant")
            )
            return
        if any(char.isdigit() for char in bare):
            yield from self._of_result({self.text, self.text.upper()})
            if line := _LINE.fullmatch(bare):
                lines = self._of_line(int(line[1]), int(line[2] or clock.today().year))
                yield Way(_("number in a register"), lines, lambda row: _("number in a register"))
            yield from self._parcels(folded)
            return
        words = list(dict.fromkeys(syllables(self.text)))[:MOST_SYLLABLES]
        if words:
            yield Way(_("name"), self._of_words(words), self._whose_name)

    def _codes(self) -> list[str]:
        """The code itself, or its end ("261123-0047") with every agency of this person's centres before it."""
        typed = self.text.upper().replace(" ", "")
        if _TAIL.fullmatch(typed):
            rows = Centre.objects.exclude(agency_code="")
            rows = rows if self.centres is None else rows.filter(pk__in=self.centres)
            return [f"{agency}-{typed}" for agency in rows.values_list("agency_code", flat=True)]
        return [typed] if _CODE.fullmatch(typed) else []

    def _parcels(self, folded: str) -> Iterator[Way]:
        if _SERIAL.fullmatch(folded):
            serial = _("serial number of the certificate")
            yield Way(serial, self._of_words([mark(SERIAL, folded)]), lambda row: serial)
        parcel, sheet = _PARCEL.search(folded), _SHEET.search(folded)
        pair = _PAIR.fullmatch(folded)
        words = [mark(PARCEL, parcel["parcel"])] if parcel else []
        words += [mark(SHEET, sheet["sheet"])] if sheet and parcel else []
        if pair:
            words = [mark(PARCEL, pair[1]), mark(SHEET, pair[2])]
        if words:
            yield Way(_("parcel"), self._of_words(words), lambda row: _("parcel"))

    # -- where each is looked up ------------------------------------------------------------------------------------------

    @property
    def centres(self) -> set[int] | None:
        return centres_of(self.user, READERS)

    @property
    def _visible(self) -> QuerySet[Application]:
        return Application.objects.visible_to(self.user).exclude(state=State.DRAFT).filter(code__isnull=False)

    def _in_turn(self, wanted: Q) -> Callable[[int | None], Iterable[int]]:
        rows = self._visible.filter(wanted).order_by("-pk").values_list("pk", flat=True)
        return lambda before: (rows if before is None else rows.filter(pk__lt=before))[: PAGE_SIZE + 1]

    def _of_person(self, number: str) -> Callable[[int | None], Iterable[int]]:
        person = find_by_number(number)
        if person is None:
            return lambda before: ()
        parts = Party.objects.filter(citizen=person).values_list("application", flat=True)
        return self._in_turn(Q(applicant=person) | Q(pk__in=list(parts[:MOST_ALIKE])))

    def _of_people(self, wanted: Q) -> Callable[[int | None], Iterable[int]]:
        people = Citizen.objects.filter(wanted).order_by("-pk").values_list("pk", flat=True)
        return self._in_turn(Q(applicant__in=list(people[:MOST_ALIKE])))

    def _of_result(self, numbers: set[str]) -> Iterator[Way]:
        """A result's number, also one that was replaced and those of parts."""
        name = _("number of the result")
        now, before = Result.objects.filter(number__in=numbers), ResultCorrection.objects.filter(old_number__in=numbers)
        parts = Part.objects.filter(number__in=numbers)
        yield Way(name, self._along_rows(now), lambda row: _("number of its result"))
        yield Way(name, self._along_rows(before), lambda row: _("number of a result that was replaced"))
        yield Way(name, self._along_rows(parts), lambda row: _("number of the result of a part"))

    def _of_line(self, number: int, year: int) -> Callable[[int | None], Iterable[int]]:
        items = CertificationItem.objects.filter(entry__register__year=year, entry__sequence=number)
        if self.centres is not None:
            items = items.filter(entry__register__centre__in=self.centres)
        return self._along_rows(items, "certification__application")

    def _along_rows(self, rows: QuerySet[Any], dossier: str = "application") -> Callable[[int | None], Iterable[int]]:
        """The dossiers of these rows that this person may see: what others have with the same number takes no place."""
        seen = rows.filter(Exists(self._visible.filter(pk=OuterRef(dossier))))
        keys = seen.order_by(f"-{dossier}").values_list(dossier, flat=True).distinct()
        return lambda before: (keys if before is None else keys.filter(**{f"{dossier}__lt": before}))[: PAGE_SIZE + 1]

    def _of_words(self, words: list[str]) -> Callable[[int | None], Iterable[int]]:
        """Dossiers that have every word in one name, over all centres of this person."""
        places = sorted(Centre.objects.values_list("pk", flat=True) if self.centres is None else self.centres)
        ordered = _rarest_first(places[0], words) if places else words

        def keys(before: int | None) -> list[int]:
            found: set[int] = set()
            for place in places:
                found.update(islice(self._along(place, ordered, before), PAGE_SIZE + 1))
            return sorted(found, reverse=True)

        return keys

    def _along(self, centre: int, words: list[str], before: int | None) -> Iterator[int]:
        """Along the rarest word of this centre, newest first; the others are looked up beside it."""
        here, (rarest, *others) = SearchWord.objects.filter(centre=centre), words
        line = here.filter(word=rarest).order_by("-application", "-part")
        rows = line.filter(Exists(self._visible.filter(pk=OuterRef("application"))))
        for word in others:
            rows = rows.filter(
                Exists(here.filter(word=word, application=OuterRef("application"), part=OuterRef("part")))
            )
        for above, below in _stretches(line if others else line.none(), before):
            while True:
                keys = list(_between(rows, above, below).values_list("application", flat=True)[:AT_ONCE])
                yield from dict.fromkeys(keys)
                if len(keys) < AT_ONCE:
                    break
                below = keys[-1]

    def _whose_name(self, application: Application) -> Any:
        for key, name in names_in(application):
            if matches(self.text, fold(name)):
                return f"{WHOSE[key]}: {name}" if key else WHOSE[key]
        return WHOSE[""]

    def _rows(self, keys: list[int]) -> list[Application]:
        step = Step.objects.filter(application=OuterRef("pk"), to_at__isnull=True)
        struck = Paper.objects.filter(application=OuterRef("pk"), state=PaperState.MISSING, document__isnull=False)
        return list(
            self._visible.filter(pk__in=keys)
            .select_related("applicant", "handler", "competent")
            .annotate(step_kind=Subquery(step.values("kind")[:1]), has_struck=Exists(struck), was_extended=WAS_EXTENDED)
            .order_by("-pk")
        )


WHOSE = {
    "": _("name of the applicant"),
    "child_name": _("child"),
    "deceased_name": _("deceased"),
    "husband_name": _("husband"),
    "wife_name": _("wife"),
    "mother_name": _("mother"),
    "father_name": _("father"),
    "record_name": _("name in the register"),
    "business_name": _("name of the business"),
}


def _between(rows: QuerySet[Any], above: int | None, below: int | None) -> QuerySet[SearchWord]:
    rows = rows if above is None else rows.filter(application__gt=above)
    return rows if below is None else rows.filter(application__lt=below)


def _stretches(line: QuerySet[SearchWord], before: int | None) -> Iterator[tuple[int | None, int | None]]:
    """Between which keys one looks, one after another: the newest of this line, where a page is mostly full already, and at last
    all the rest. Of the whole line the database would collect every hit and sort them."""
    below = before
    for near in NEAR:
        edge = _between(line, None, below).values_list("application", flat=True)[near : near + 1].first()
        if edge is None:
            break
        yield edge, below
        below = edge + 1
    yield None, below


def _rarest_first(centre: int, words: list[str]) -> list[str]:
    """By how many dossiers of this centre have each, the rarest first; among equals what stands last goes first, for given names
    are rarer than family names."""
    if len(words) == 1:
        return words
    counts = _counted(centre, words, COUNTED)
    common = [word for word in words if counts[word] == COUNTED]
    if len(common) > 1:
        known = {word: shared.recall(_key_of(centre, word)) for word in common}
        fresh = _counted(centre, [word for word in common if known[word] is None], None)
        for word, count in fresh.items():
            shared.keep(_key_of(centre, word), count, KNOWN_SECONDS)
        counts |= {word: known[word] or fresh[word] for word in common}
    return sorted(words, key=lambda word: (counts[word], -words.index(word)))


def _key_of(centre: int, word: str) -> str:
    return f"search-word:{centre}:{word}"


def _counted(centre: int, words: list[str], most: int | None) -> dict[str, int]:
    """How many dossiers of this centre have each of these words, counted no further than matters. One statement."""
    if not words:
        return {}
    table = SearchWord._meta.db_table
    limit = "" if most is None else f"LIMIT {most}"
    count = f"(SELECT count(*) FROM (SELECT 1 FROM {table} WHERE centre_id = %s AND word = %s {limit}) AS few)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join([count] * len(words))}",
            [value for word in words for value in (centre, word)],
        )
        return dict(zip(words, cursor.fetchone(), strict=True))
