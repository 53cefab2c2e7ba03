from centres.models.centre import CalendarDay, Centre, Counter, Device, Membership, Service
from centres.models.estimate import Estimate, LearnedDay
from centres.models.ticket import DailyNumber, Matter, Rating, Ticket, TicketEvent

__all__ = [
    "CalendarDay",
    "Centre",
    "Counter",
    "DailyNumber",
    "Device",
    "Estimate",
    "LearnedDay",
    "Matter",
    "Membership",
    "Rating",
    "Service",
    "Ticket",
    "TicketEvent",
]
