from centres.models.centre import CalendarDay, Centre, Counter, CounterEvent, Device, Membership, Service
from centres.models.policy import QueuePolicy
from centres.models.centre import CalendarDay, Centre, Counter, Device, Membership, Service
from centres.models.hall import HallAnnouncement, HallAnnouncementEvent, Zone
from centres.models.ticket import DailyNumber, Matter, Rating, Ticket, TicketEvent

__all__ = [
    "CalendarDay",
    "Centre",
    "Counter",
    "CounterEvent",
    "DailyNumber",
    "Device",
    "HallAnnouncement",
    "HallAnnouncementEvent",
    "Matter",
    "Membership",
    "QueuePolicy",
    "Rating",
    "Service",
    "Ticket",
    "TicketEvent",
    "Zone",
]
