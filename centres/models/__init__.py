from centres.models.centre import CalendarDay, Centre, Counter, Device, Membership, Service
from centres.models.kiosk import HeldNumber, NextNotice, NoticeRule, NumberBlock, PaperTrip
from centres.models.ticket import DailyNumber, Matter, Rating, Ticket, TicketEvent

__all__ = [
    "CalendarDay",
    "Centre",
    "Counter",
    "DailyNumber",
    "Device",
    "HeldNumber",
    "Matter",
    "Membership",
    "NextNotice",
    "NoticeRule",
    "NumberBlock",
    "PaperTrip",
    "Rating",
    "Service",
    "Ticket",
    "TicketEvent",
]
