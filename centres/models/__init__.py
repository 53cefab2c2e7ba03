from centres.models.appointment import Appointment, AppointmentEvent, BookingRules, CalendarChange
from centres.models.centre import CalendarDay, Centre, Counter, CounterEvent, Device, Membership, Service
from centres.models.estimate import Estimate, LearnedDay
from centres.models.hall import HallAnnouncement, HallAnnouncementEvent, Zone
from centres.models.kiosk import HeldNumber, NextNotice, NoticeRule, NumberBlock, PaperTrip
from centres.models.outage import Outage
from centres.models.policy import QueuePolicy
from centres.models.skills import SkillChange
from centres.models.staff import StaffChange
from centres.models.summary import CounterHours, CounterSummary, DaySummary, HourSummary, SummaryMark
from centres.models.ticket import DailyNumber, Matter, Rating, Ticket, TicketEvent

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "BookingRules",
    "CalendarChange",
    "CalendarDay",
    "Centre",
    "Counter",
    "CounterEvent",
    "CounterHours",
    "CounterSummary",
    "DailyNumber",
    "DaySummary",
    "Device",
    "Estimate",
    "HallAnnouncement",
    "HallAnnouncementEvent",
    "HeldNumber",
    "HourSummary",
    "LearnedDay",
    "Matter",
    "Membership",
    "NextNotice",
    "NoticeRule",
    "NumberBlock",
    "Outage",
    "PaperTrip",
    "QueuePolicy",
    "Rating",
    "Service",
    "SkillChange",
    "StaffChange",
    "SummaryMark",
    "Ticket",
    "TicketEvent",
    "Zone",
]
