"""The bank's notices as staff see them: whose they are, and which wait for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models import Sum as SumOf
from django.utils.functional import cached_property

from applications.enums_bank import NoticeSource, NoticeState
from applications.models import BankAccount, BankNotice, BankStatement, StatementLine
from centres.models import Centre
from centres.permissions import MANAGERS, centres_of, has_role
from portal.clock import HANOI

MOST_LINES_SHOWN = 100


def is_connected() -> bool:
    """Whether a bank tells of transfers: then nobody books one from somebody's word."""
    return bool(settings.BANK_NOTICE_KEYS)


def accounts_of(centres: set[int]) -> QuerySet[BankAccount, str]:
    """Numbers of the accounts that are these centres' own, now or before."""
    return BankAccount.objects.filter(centre__in=centres).values_list("account", flat=True)


def visible_notices(user: Any) -> QuerySet[BankNotice]:
    """Notices of the accounts of centres that this person manages, and those booked there; the city's are the city
    administrator's."""
    centres = centres_of(user, MANAGERS)
    if centres is None:
        return BankNotice.objects.all()
    booked_here = Q(application__received_at_centre__in=centres)
    return BankNotice.objects.filter(booked_here | Q(account__in=accounts_of(centres)))


def notices_to_match(user: Any) -> QuerySet[BankNotice]:
    """What nobody could book, the longest waiting first."""
    rows = visible_notices(user).filter(state=NoticeState.LISTED)
    return rows.select_related("application").order_by("paid_at", "pk")


def to_match_at(centre: Centre) -> int:
    """How many transfers to this centre's own accounts, or cancelled there, wait for a person."""
    mine = Q(account__in=accounts_of({centre.pk})) | Q(application__received_at_centre=centre)
    return BankNotice.objects.filter(mine, state=NoticeState.LISTED).count()


def may_settle(user: Any, notice: BankNotice) -> bool:
    return visible_notices(user).filter(pk=notice.pk).exists()


def may_book_at(user: Any, centre_id: int | None) -> bool:
    return centre_id is not None and has_role(user, MANAGERS, centre_id)


def of_day(day: date) -> Q:
    """Transfers of this day in Hanoi."""
    start = datetime.combine(day, time(), tzinfo=HANOI)
    return Q(paid_at__gte=start, paid_at__lt=start + timedelta(days=1))


def accounts_for(user: Any) -> set[str] | None:
    """Numbers of the accounts that this person looks after; ``None`` for all of them."""
    centres = centres_of(user, MANAGERS)
    return None if centres is None else set(accounts_of(centres))


@dataclass(frozen=True)
class Sum:
    """So many transfers, and what they come to in đồng."""

    count: int
    amount: int


@dataclass(frozen=True)
class BankDay:
    """One day of the accounts that somebody looks after: the bank's notices beside its statements.

    A notice is missing on a statement only where one covers its day and account.
    """

    day: date
    user: Any

    @cached_property
    def notices(self) -> QuerySet[BankNotice]:
        rows = visible_notices(self.user).filter(of_day(self.day)).select_related("application", "payment")
        on_one = StatementLine.objects.filter(notice=OuterRef("pk"), trouble="")
        covered = StatementLine.objects.filter(
            account=OuterRef("account"), statement__first_day__lte=self.day, statement__last_day__gte=self.day
        )
        rows = rows.annotate(is_on_statement=Exists(on_one), is_covered=Exists(covered))
        rows = rows.annotate(
            is_missing=Case(When(is_on_statement=False, is_covered=True, then=Value(True)), default=Value(False))
        )
        return rows.order_by("-is_missing", "paid_at", "pk")

    @cached_property
    def sums(self) -> dict[str, Sum]:
        """``all``, ``booked``, ``listed``, ``aside``, ``late`` (made by a statement), ``missing`` (on no statement that
        covers the day), ``open`` (no statement covers it yet). One statement."""
        wanted = {
            "all": Q(),
            "booked": Q(state=NoticeState.BOOKED),
            "listed": Q(state__in=[NoticeState.LISTED, NoticeState.WAITING]),
            "aside": Q(state=NoticeState.ASIDE),
            "late": Q(source=NoticeSource.STATEMENT),
            "missing": Q(is_missing=True),
            "open": Q(is_covered=False),
        }
        asked: dict[str, Any] = {}
        for name, rule in wanted.items():
            asked[f"{name}_n"] = Count("pk", filter=rule or None)
            asked[f"{name}_sum"] = SumOf("amount", filter=rule or None)
        found = self.notices.order_by().aggregate(**asked)
        return {name: Sum(found[f"{name}_n"], found[f"{name}_sum"] or 0) for name in wanted}

    @cached_property
    def wrong_lines(self) -> list[StatementLine]:
        """Lines of this day that agree with no notice; those whose day cannot be read stand at the end of their statement."""
        mine = accounts_for(self.user)
        of_this_day = Q(day=self.day) | Q(day__isnull=True, statement__last_day=self.day)
        rows = StatementLine.objects.filter(of_this_day, ~Q(trouble="")).select_related("statement", "notice")
        if mine is not None:
            rows = rows.filter(Q(account__in=mine) | Q(account="", statement__by=self.user))
        return list(rows[:MOST_LINES_SHOWN])

    @cached_property
    def is_settled(self) -> bool:
        """Every transfer is booked or explained, stands on a statement, and no line says otherwise."""
        sums = self.sums
        open_ones = sums["listed"].count + sums["missing"].count + sums["open"].count
        return bool(sums["all"].count) and not open_ones and not self.wrong_lines


def statements_of(user: Any) -> QuerySet[Any]:
    """Statements with a line of an account that this person looks after, or that they took in themselves; with how many
    lines each has, and how many are wrong."""
    mine = accounts_for(user)
    rows = BankStatement.objects.select_related("by").annotate(
        told=Count("lines"), wrong=Count("lines", filter=~Q(lines__trouble=""))
    )
    if mine is None:
        return rows
    theirs = StatementLine.objects.filter(statement=OuterRef("pk"), account__in=mine)
    return rows.filter(Q(by=user) | Exists(theirs))
