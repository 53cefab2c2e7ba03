"""A cashier's money: what is booked and not closed yet, what a closing covers, and which closings wait for a manager."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Case, Count, F, Min, Q, QuerySet, Sum, When

from applications.enums import Method, PaymentKind
from applications.models import DayClosing, Payment, RefusedCount
from centres.models import Centre
from citizens.models import User
from portal import clock


@dataclass(frozen=True)
class Booked:
    """One way of payment: what came in and what went out, in đồng."""

    method: Method
    taken: int
    returned: int

    @property
    def net(self) -> int:
        return self.taken - self.returned


def open_payments(centre: Centre, cashier: User) -> QuerySet[Payment]:
    """What the cashier booked here and has not closed, in order."""
    return Payment.objects.filter(centre=centre, cashier=cashier, closed__isnull=True).select_related("application")


def booked(payments: Iterable[Payment]) -> list[Booked]:
    """The sums by way of payment, each of them."""
    rows = list(payments)
    return [
        Booked(
            method,
            sum(row.amount for row in rows if row.method == method and row.kind == PaymentKind.PAID),
            sum(row.amount for row in rows if row.method == method and row.kind == PaymentKind.REFUNDED),
        )
        for method in Method
    ]


def first_of(closing: DayClosing) -> DayClosing:
    """The closing that a chain of corrections began with: it holds the payments."""
    while closing.corrects is not None:
        closing = closing.corrects
    return closing


def payments_of(closing: DayClosing) -> QuerySet[Payment]:
    """The payments that a closing, or the one it corrects, covers."""
    return Payment.objects.filter(closed__closing=first_of(closing)).select_related("application")


def counts_before(closing: DayClosing) -> list[RefusedCount]:
    """What its cashier counted before and did not explain, in order; of a chain of corrections the first one's."""
    return list(RefusedCount.objects.filter(last__closed__closing=first_of(closing)))


def to_countersign(centre: Centre) -> QuerySet[DayClosing]:
    """Closings that count and wait for a manager, the oldest first."""
    rows = DayClosing.objects.filter(centre=centre, countersignature__isnull=True, corrected_by__isnull=True)
    return rows.select_related("cashier").order_by("day", "sequence", "pk")


@dataclass(frozen=True)
class ToldByBank:
    """Transfers of a day that a bank told of, in nobody's till: how many, what they come to, and what was cancelled of them."""

    count: int
    taken: int
    cancelled: int


def told_by_bank(centre: Centre, at: datetime) -> ToldByBank:
    """Of the day so far. One statement."""
    start = datetime.combine(clock.local_day(at), time(), tzinfo=clock.HANOI)
    rows = Payment.objects.filter(centre=centre, cashier__isnull=True, at__gte=start, at__lte=at)
    found = rows.aggregate(
        count=Count("pk", filter=Q(kind=PaymentKind.PAID)),
        taken=Sum("amount", filter=Q(kind=PaymentKind.PAID)),
        cancelled=Sum("amount", filter=Q(kind=PaymentKind.REFUNDED)),
    )
    return ToldByBank(found["count"], found["taken"] or 0, found["cancelled"] or 0)


@dataclass(frozen=True)
class OpenTill:
    """Money of one cashier that no closing covers yet; ``total`` is what came in less what was given back."""

    cashier: User
    since: datetime
    payments: int
    total: int
    is_late: bool


def open_tills(centre: Centre, at: datetime) -> list[OpenTill]:
    """Who has money that is not closed, the longest first; late from the day after on. Two statements."""
    rows = (
        Payment.objects.filter(centre=centre, closed__isnull=True, cashier__isnull=False)
        .order_by()
        .values("cashier")
        .annotate(
            since=Min("at"),
            payments=Count("pk"),
            total=Sum(Case(When(kind=PaymentKind.PAID, then=F("amount")), default=-F("amount"))),
        )
        .order_by("since")
    )
    found = list(rows)
    people = User.objects.in_bulk([row["cashier"] for row in found])
    today = clock.local_day(at)
    return [
        OpenTill(
            people[row["cashier"]], row["since"], row["payments"], row["total"], clock.local_day(row["since"]) < today
        )
        for row in found
    ]
