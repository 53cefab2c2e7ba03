from centres.models.centre import CalendarDay, Centre, Counter, CounterEvent, Device, Membership, Service
from centres.models.policy import QueuePolicy
from centres.models.ticket import DailyNumber, Matter, Rating, Ticket, TicketEvent

__all__ = [
    "CalendarDay",
    "Centre",
    "Counter",
    "CounterEvent",
    "DailyNumber",
    "Device",
    "Matter",
    "Membership",
    "QueuePolicy",
    "Rating",
    "Service",
    "Ticket",
    "TicketEvent",
]
