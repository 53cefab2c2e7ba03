from centres.models.centre import CalendarDay, Centre, Counter, Device, Membership, Service
from centres.models.skills import SkillChange
from centres.models.summary import CounterHours, CounterSummary, DaySummary, HourSummary, SummaryMark
from centres.models.ticket import DailyNumber, Matter, Rating, Ticket, TicketEvent

__all__ = [
    "CalendarDay",
    "Centre",
    "Counter",
    "CounterHours",
    "CounterSummary",
    "DailyNumber",
    "DaySummary",
    "Device",
    "HourSummary",
    "Matter",
    "Membership",
    "Rating",
    "Service",
    "SkillChange",
    "SummaryMark",
    "Ticket",
    "TicketEvent",
]
