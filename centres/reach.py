"""Whom an officer's counter may call, in SQL. ``centres.order`` says the same without a database.

``user`` and ``day`` may be values or ``Given`` places of a prepared query.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from centres.enums import CounterState, Priority
from centres.models import Counter, QueuePolicy, Ticket, TicketEvent


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
    # Asked of the one counter: as a join it would go through all counters of the service, for each who waits.
    done_here = Counter.services.through.objects.filter(
        counter=Subquery(desk.values("id")), service=OuterRef("service")
    )
    return Ticket.objects.waiting().filter(
        Q(counter__isnull=True) | ~Exists(kept_for_another),
        Exists(done_here),
        centre=Subquery(desk.values("centre")),
        day=day,
    )


def passed_by(user: Any, day: Any, *, equals: bool = False) -> Exists:
    """Whether calling the ticket of the outer query passes by somebody of a lower class who came earlier; with
    ``equals`` somebody of the same class counts, too."""
    lower = Q(priority__gte=OuterRef("priority")) if equals else Q(priority__gt=OuterRef("priority"))
    earlier = Q(queue_at__lt=OuterRef("queue_at")) | Q(queue_at=OuterRef("queue_at"), id__lt=OuterRef("id"))
    return Exists(reachable(user, day).filter(lower & earlier))


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


def rank() -> Case:
    """The class by which a ticket is called now, where the query has ``calm`` and ``cap``."""
    by_class = Q(priority=Priority.RETURNING) | Q(calm__isnull=True) | Q(calm__gte=F("cap") - 1)
    return Case(When(by_class, then=F("priority")), default=Value(Priority.ORDINARY), output_field=IntegerField())
