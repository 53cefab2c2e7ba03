"""Records that may be of one person, and who may make them one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Party
from centres.enums import Role
from centres.models import Ticket
from centres.permissions import centres_of, has_role
from citizens.models import Citizen

MERGERS = frozenset({Role.MANAGER, Role.CITY_ADMIN})
# Whom the list looks at: people served lately; everybody else is found by their number.
LATELY = timedelta(days=60)
MOST_PAIRS = 50
_DIGITS = "0123456789"

SAME_NAME_AND_BIRTH = _("same name and date of birth")
SAME_NAME_AND_PHONE = _("same name and phone number")
NUMBER_NEARLY_SAME = _("identity numbers differ in one digit, or two are swapped")
ONE_WITHOUT_NUMBER = _("one of them has no identity number")


@dataclass(frozen=True)
class Pair:
    """Two records and why they may be of one person."""

    one: Citizen
    other: Citizen
    why: list[Any]


def may_merge(user: Any, *records: Citizen) -> bool:
    """A city administrator any two; a centre's manager those whom the centre has served, both of them."""
    if not has_role(user, MERGERS):
        return False
    centres = centres_of(user, MERGERS)
    if centres is None:
        return True
    found = served_at(Citizen.objects.filter(pk__in=[one.pk for one in records]), centres)
    return found.count() == len({one.pk for one in records})


def served_at(rows: QuerySet[Citizen], centres: Iterable[int] | None) -> QuerySet[Citizen]:
    """Those of them who had a number or a dossier at one of these centres (``None``: everybody)."""
    if centres is None:
        return rows
    here = Q(helped_at__in=centres) | Q(received_at_centre__in=centres) | Q(competent__in=centres)
    dossiers = Application.objects.filter(here, applicant=OuterRef("pk"))
    at_dossier = Q(application__helped_at__in=centres) | Q(application__competent__in=centres)
    parties = Party.objects.filter(at_dossier, citizen=OuterRef("pk"))
    tickets = Ticket.objects.filter(centre__in=centres, citizen=OuterRef("pk"))
    # A merged record has nothing of its own any more: it is seen where the one that counts is.
    was_here = Exists(dossiers) | Exists(parties) | Exists(tickets)
    return rows.filter(was_here | Q(merged_into__isnull=False, merged_into__in=_of_centres(centres)))


def _of_centres(centres: Iterable[int]) -> QuerySet[Citizen]:
    dossiers = Application.objects.filter(Q(helped_at__in=centres) | Q(competent__in=centres)).values("applicant")
    return Citizen.objects.filter(pk__in=dossiers)


def candidates(centres: Iterable[int] | None, at: datetime) -> list[Pair]:
    """Pairs among whom these centres served lately, each once; two statements and one more for each person found."""
    recent = Application.objects.filter(applicant=OuterRef("pk"), started_at__gte=at - LATELY)
    like = Citizen.objects.filter(merged_into=None, folded_name=OuterRef("folded_name")).exclude(pk=OuterRef("pk"))
    like = like.filter(
        (Q(birth_text=OuterRef("birth_text")) & ~Q(birth_text="")) | (Q(phone=OuterRef("phone")) & ~Q(phone=""))
    )
    rows = Citizen.objects.filter(Exists(recent), Exists(like), merged_into=None)
    found: dict[tuple[int, int], Pair] = {}
    for person in served_at(rows, centres).order_by("-pk")[:MOST_PAIRS]:
        for pair in others_like(person, centres):
            key = (min(pair.one.pk, pair.other.pk), max(pair.one.pk, pair.other.pk))
            found.setdefault(key, pair)
    return list(found.values())[:MOST_PAIRS]


def others_like(person: Citizen, centres: Iterable[int] | None) -> list[Pair]:
    """Records that may be of this person, each with why. One statement."""
    same_name = Q(folded_name=person.folded_name)
    wanted = Q(pk__in=[])
    if person.birth_text:
        wanted |= same_name & Q(birth_text=person.birth_text)
    if person.phone:
        wanted |= same_name & Q(phone=person.phone)
    near = near_numbers(person.identity_number or "")
    if near:
        same_birth = Q(birth_text=person.birth_text) if person.birth_text else Q(pk__in=[])
        wanted |= Q(identity_number__in=near) & (same_name | same_birth)
    rows = served_at(Citizen.objects.filter(wanted, merged_into=None).exclude(pk=person.pk), centres)
    return [Pair(person, other, why(person, other)) for other in rows.order_by("pk")[:MOST_PAIRS]]


def why(one: Citizen, other: Citizen) -> list[Any]:
    """What speaks for it that both are one person; empty when nothing does."""
    found = []
    same_name = one.folded_name == other.folded_name
    if same_name and one.birth_text and one.birth_text == other.birth_text:
        found.append(SAME_NAME_AND_BIRTH)
    if same_name and one.phone and one.phone == other.phone:
        found.append(SAME_NAME_AND_PHONE)
    if (other.identity_number or "") in near_numbers(one.identity_number or ""):
        found.append(NUMBER_NEARLY_SAME)
    if found and not (one.identity_number and other.identity_number):
        found.append(ONE_WITHOUT_NUMBER)
    return found


def digits_apart(one: Citizen, other: Citizen) -> list[int]:
    """Where their numbers differ, counted from one: a number is masked on every screen, so that it is said."""
    pair = zip(one.identity_number or "", other.identity_number or "", strict=False)
    return [place for place, (mine, theirs) in enumerate(pair, start=1) if mine != theirs]


def near_numbers(number: str) -> set[str]:
    """Numbers that one slip of the fingers makes of this one: another digit, or two neighbours swapped."""
    found = {number[:place] + digit + number[place + 1 :] for place in range(len(number)) for digit in _DIGITS} | {
        number[:place] + number[place + 1] + number[place] + number[place + 2 :] for place in range(len(number) - 1)
    }
    return found - {number}
