"""What lies before a signer: whose person sits in the hall first, then by waiting time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from applications.actions.approve_certification import one_line
from applications.certifiers import title_on_paper
from applications.models import CertificationItem, RegisterEntry, SigningDelegation
from applications.notarisation.enums import JobState, RegisterKind
from applications.notarisation.grounds import grounds_for
from applications.notarisation.half_signed import is_begun
from applications.notarisation.signing.keyring import are_own_keys_needed, keys_in_force
from applications.permissions import LEADERS, certifying_scope
from centres.enums import ParkKind, TicketState
from centres.models import Ticket
from centres.permissions import has_role
from citizens.models import User
from portal import clock, shared

PAGE_SIZE = 30
# Who is delegated changes seldom: the menu of every page of staff asks the cache, and only for the menu.
_DELEGATES_SECONDS = 300


def topics_of(scope: Iterable[int]) -> list[str]:
    """What the queue of these centres listens to."""
    return [f"signers:{centre_id}" for centre_id in sorted(scope)]


def within(scope: dict[int, frozenset[str]]) -> QuerySet[CertificationItem]:
    """Documents that somebody with this scope certifies, in whatever state."""
    mine = Q(pk__in=[])
    for centre_id, kinds in scope.items():
        mine |= Q(certification__application__helped_at=centre_id, certification__kind__in=kinds)
    return CertificationItem.objects.filter(mine)


def waiting(scope: dict[int, frozenset[str]]) -> QuerySet[CertificationItem]:
    """What waits for the signer, in the order in which it is worked on."""
    # Of a paper for another dossier its visit, of a request of its own the request's.
    visits = [OuterRef(f"certification__application__{of}matter__ticket") for of in ("for_application__", "")]
    in_hall = Ticket.objects.filter(pk__in=visits, state=TicketState.PARKED, park_kind=ParkKind.JOB)
    return (
        within(scope)
        .filter(state=JobState.SUBMITTED)
        .annotate(is_in_hall=Exists(in_hall))
        .select_related(
            "certification__application__applicant",
            "certification__application__for_application__matter__ticket",
            "certification__application__matter__ticket",
            "certification__application__helped_at",
            "certification__application__competent",
            "submitted_by",
        )
        .prefetch_related("fee_lines")
        .order_by("-is_in_hall", "submitted_at", "pk")
    )


@dataclass(frozen=True)
class Neighbours:
    """The documents before and after one in the queue."""

    previous: int | None
    next: int | None


def neighbours(scope: dict[int, frozenset[str]], item_id: int) -> Neighbours:
    ids = list(waiting(scope).values_list("pk", flat=True))
    if item_id not in ids:
        return Neighbours(None, ids[0] if ids else None)
    place = ids.index(item_id)
    return Neighbours(ids[place - 1] if place else None, ids[place + 1] if place + 1 < len(ids) else None)


def lines_of(items: Iterable[CertificationItem]) -> list[list[CertificationItem]]:
    """What is approved together: documents of one type in one request, each group in one transaction."""
    ordered = sorted(items, key=lambda item: (one_line(item), item.pk))
    return [list(group) for _line, group in groupby(ordered, key=one_line)]


def siblings_of(items: Iterable[CertificationItem]) -> list[CertificationItem]:
    """What else lies before the signer of the same types in the same requests: it goes along on the same line, as its
    number is one (Circular 01/2020/TT-BTP)."""
    chosen = {item.pk: one_line(item) for item in items}
    rows = CertificationItem.objects.filter(
        state=JobState.SUBMITTED, certification__in={request for request, _type in chosen.values()}
    )
    beside = rows.exclude(pk__in=chosen).select_related(
        "certification__application__applicant", "certification__application__competent"
    )
    lines = set(chosen.values())
    return [
        row for row in beside.prefetch_related("fee_lines").order_by("submitted_at", "pk") if one_line(row) in lines
    ]


@dataclass(frozen=True)
class LeftLine:
    """A line with its number whose documents nobody can sign, as whoever approved it has no key any more."""

    entry: RegisterEntry
    items: list[CertificationItem]

    @property
    def approved_by(self) -> User:
        """Whoever approved it, or took it over last."""
        signer: User = self.items[0].signs
        return signer


def left_lines(scope: dict[int, frozenset[str]], at: datetime) -> list[LeftLine]:
    """Lines that another signer with this scope can take over, by number. No statement where all sign with one key."""
    if not are_own_keys_needed():
        return []
    of_signer = keys_in_force(at).filter(person=OuterRef("signing"))
    rows = (
        within(scope)
        .filter(state=JobState.APPROVED)
        .annotate(signing=Coalesce("taken_over_by", "entry__signer"))
        .filter(~Exists(of_signer))
        .select_related(
            "scan",
            "entry__register",
            "entry__signer",
            "taken_over_by",
            "certification__application__applicant",
            "certification__application__competent",
            "certification__application__helped_at",
        )
        .order_by("entry__register", "entry__sequence", "pk")
    )
    left = [item for item in rows if not is_begun(item)]
    return [LeftLine(entry, list(group)) for entry, group in groupby(left, key=lambda item: item.entry)]


@dataclass(frozen=True)
class Words:
    """What will be written on the paper, before its number is taken."""

    register: str
    signer: str
    signer_title: str


def words_for(item: CertificationItem, signer: User, at: datetime) -> Words:
    day, kind = clock.local_day(at), item.certification.kind
    title = title_on_paper(signer, item.certification.application.helped_at, kind, day)
    return Words(f"01/{day.year} - {kind}", str(signer), title)


def answers_of(item: CertificationItem, at: datetime) -> list[tuple[Any, str]]:
    """The officer's answers to the rules that forbid certifying: rule, and "yes" where it forbids, "no" or nothing."""
    given = item.checks.get("answers", {})
    rules = grounds_for(RegisterKind(item.certification.kind), clock.local_day(at))
    return [(rule, given.get(rule.key, "")) for rule in rules] if item.checks else []


def menu_count(user: Any) -> int | None:
    """How many documents wait for this person; ``None`` for somebody who signs nothing. No statement for those."""
    day = clock.today()
    if not has_role(user, LEADERS) and user.pk not in _delegates(day.isoformat()):
        return None
    scope = certifying_scope(user, day)
    return within(scope).filter(state=JobState.SUBMITTED).count() if scope else None


def _delegates(day: str) -> Sequence[int]:
    """Ids of everybody with a delegation that ends on this day or later."""
    known: list[int] | None = shared.recall(f"signing-delegates:{day}")
    if known is None:
        rows = SigningDelegation.objects.filter(last_day__gte=day, end__isnull=True)
        known = sorted(set(rows.values_list("person", flat=True)))
        shared.keep(f"signing-delegates:{day}", known, _DELEGATES_SECONDS)
    return known


def forget_delegates() -> None:
    """Somebody was delegated or not any more: the menus of all are asked about anew."""
    shared.drop(f"signing-delegates:{clock.today().isoformat()}")
