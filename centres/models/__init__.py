from centres.models.appointment import Appointment, AppointmentEvent, BookingRules, CalendarChange
from centres.models.centre import CalendarDay, Centre, Counter, Device, Membership, Service
from centres.models.ticket import DailyNumber, Matter, Rating, Ticket, TicketEvent

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "BookingRules",
    "CalendarChange",
    "CalendarDay",
    "Centre",
    "Counter",
    "DailyNumber",
    "Device",
    "Matter",
    "Membership",
    "Rating",
    "Service",
    "Ticket",
    "TicketEvent",
]
