"""Whom an officer's counter may call, in SQL. ``centres.order`` says the same without a database.

``user`` and ``day`` may be values or ``Given`` places of a prepared query.
"""

from __future__ import annotations

from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    Expression,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, IsNull

from centres.enums import CounterState, Priority
from centres.models import Counter, QueuePolicy, Ticket, TicketEvent

# A counter that has overtaken nobody today is calmer than any cap asks for.
_CALMEST = 32_767


def desk_of(user: Any) -> QuerySet[Counter]:
    """The open counter where this officer sits, if any."""
    return Counter.objects.filter(officer=user, state=CounterState.OPEN).order_by()


def reachable(user: Any, day: Any) -> QuerySet[Any]:
    """Everybody of the day who waits for a service of this counter and is not kept for another that is open."""
    # Somebody who was set aside returns to the counter that has the papers, as long as it is open.
    kept_for_another = Counter.objects.filter(
        ~Q(officer=user), pk=OuterRef("counter"), state=CounterState.OPEN, services=OuterRef("service")
    )
    desk = desk_of(user)
    done_here = Counter.services.through.objects.filter(counter=Subquery(desk.values("id"))).values("service")
    return Ticket.objects.waiting().filter(
        Q(counter__isnull=True) | ~Exists(kept_for_another),
        # As a case, which PostgreSQL asks of a row; a plain IN it would make a join, and sort all who wait.
        Case(When(service__in=done_here, then=Value(True)), default=Value(False), output_field=BooleanField()),
        centre=Subquery(desk.values("centre")),
        day=day,
    )


def next_in_line(user: Any, day: Any, by_class: Expression) -> Expression:
    """The id of the person to be called; their row is locked, and rows that others have locked are passed over.

    Each of the three is the first row of an index, so it costs the same however many wait; only those needed are asked.
    """
    line = reachable(user, day)

    def first(queryset: QuerySet[Any], *order: str) -> Subquery:
        # A row that tells of this person, just being written, holds their key and is no reason to pass them over.
        head = queryset.order_by(*order).select_for_update(skip_locked=True, no_key=True)
        return Subquery(head.values("id")[:1])

    # Up to their class, which is the first: an equal one would let PostgreSQL look for it among all in time.
    returning = first(line.filter(priority__lte=Priority.RETURNING), "priority", "queue_at", "id")
    in_time = Coalesce(returning, first(line, "queue_at", "id"))
    return Case(When(by_class, then=first(line, "priority", "queue_at", "id")), default=in_time)


def passed_by(user: Any, day: Any, *, equals: bool = False) -> Case:
    """Whether calling the ticket of the outer query passes by somebody of a lower class who came earlier; with
    ``equals`` somebody of the same class counts, too."""
    lower = Q(priority__gte=OuterRef("priority")) if equals else Q(priority__gt=OuterRef("priority"))
    earlier = Q(queue_at__lt=OuterRef("queue_at")) | Q(id__lt=OuterRef("id"))
    line = reachable(user, day).filter(lower, earlier, queue_at__lte=OuterRef("queue_at"))
    # The first of them in time, not any: the order keeps PostgreSQL at the index that has it.
    first = Subquery(line.order_by("queue_at", "id").values("id")[:1])
    return Case(When(IsNull(first, False), then=Value(True)), default=Value(False), output_field=BooleanField())


def calm_before(user: Any, midnight: Any) -> Subquery:
    """How many calls running at this counter have overtaken nobody; empty when none has today."""
    counted = TicketEvent.objects.filter(
        counter=Subquery(desk_of(user).values("id")), at__gte=midnight, jumped__isnull=False
    )
    return Subquery(counted.order_by("-at", "-id").values("calm")[:1])


def cap_of(user: Any, day: Any, city_cap: Any) -> Coalesce:
    """The cap of the counter's centre, else the city's; 1 is no cap."""
    own = QueuePolicy.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        centre=Subquery(desk_of(user).values("centre")),
        valid_from__lte=day,
    )
    return Coalesce(Subquery(own.order_by().values("cap")[:1]), city_cap)


def may_overtake(calm: Subquery, cap: Coalesce) -> Expression:
    """``centres.order.may_overtake`` in SQL."""
    return GreaterThanOrEqual(Coalesce(calm, Value(_CALMEST)), cap - 1)
