"""States, roles and priorities of a centre, with named groups."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    COUNTER_OFFICER = "counter_officer", _("counter officer")
    SPECIALIST = "specialist", _("specialist")
    LEADER = "leader", _("approving leader")
    MANAGER = "manager", _("centre manager")
    CITY_ADMIN = "city_admin", _("city administrator")
    SUPPORT = "support", _("support staff")
    HELPER = "helper", _("helper in the hall")


class ServiceKind(models.TextChoices):
    FIELD = "field", _("a field of procedures")
    PROCEDURE = "procedure", _("one procedure")
    RESULTS = "results", _("collecting results")
    OTHER = "other", _("anything else")


class CounterState(models.TextChoices):
    OPEN = "open", _("open")
    PAUSED = "paused", _("paused")
    CLOSED = "closed", _("closed")


class CounterEventKind(models.TextChoices):
    OPENED = "opened", _("opened")
    PAUSED = "paused", _("paused")
    RESUMED = "resumed", _("open again")
    CLOSED = "closed", _("closed")


class DeviceKind(models.TextChoices):
    KIOSK = "kiosk", _("kiosk")
    BOARD = "board", _("board")
    SCREEN = "screen", _("citizen's screen at a counter")


class Priority(models.IntegerChoices):
    """Order in the queue, smaller first (facts §10: Law 39/2009 art. 3.1c; Law 51/2010)."""

    RETURNING = -10, _("back at the counter")
    FIRST = 0, _("75 years or over")
    PRIORITY = 10, _("priority by law")
    EXPECTED = 15, _("expected")
    ORDINARY = 20, _("in turn")


class PriorityGround(models.TextChoices):
    """Why somebody goes first; a look or the card is proof enough. Which class it gives is the policy's to say."""

    NONE = "", _("none")
    AGE_75 = "age_75", _("75 years or over")
    AGE_60 = "age_60", _("60 years or over")
    DISABLED = "disabled", _("with a disability")
    PREGNANT_OR_CHILD = "child", _("pregnant, or with a child under 3")
    MERITORIOUS = "meritorious", _("war invalid or meritorious person")
    SUPPLEMENT = "supplement", _("brings what a dossier was missing")
    BOOKED = "booked", _("booked, and on time")


# What a person says of themselves, or staff see; the others come from a dossier or a booking.
SEEN_GROUNDS = [
    PriorityGround.AGE_75,
    PriorityGround.AGE_60,
    PriorityGround.DISABLED,
    PriorityGround.PREGNANT_OR_CHILD,
    PriorityGround.MERITORIOUS,
]


class ParkKind(models.TextChoices):
    """Why somebody is set aside: who or what brings them back differs."""

    FETCHING = "fetching", _("fetches a paper or fills in a form")
    JOB = "job", _("waits for something that is being made here")
    HELD = "held", _("is away for a while; the place is kept")


class TicketState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    CALLED = "called", _("called")
    SERVING = "serving", _("being served")
    PARKED = "parked", _("set aside")
    NO_SHOW = "no_show", _("did not come")
    DONE = "done", _("served")
    LEFT = "left", _("left")


IN_HALL = [TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.PARKED]
AT_COUNTER = [TicketState.CALLED, TicketState.SERVING]
ENDED = [TicketState.NO_SHOW, TicketState.DONE, TicketState.LEFT]


class TicketEventKind(models.TextChoices):
    ISSUED = "issued", _("number drawn")
    CALLED = "called", _("called")
    RECALLED = "recalled", _("called again")
    ARRIVED = "arrived", _("came to the counter")
    PARKED = "parked", _("set aside")
    RETURNED = "returned", _("back in the queue")
    TRANSFERRED = "transferred", _("passed on")
    NO_SHOW = "no_show", _("did not come")
    DONE = "done", _("served")
    LEFT = "left", _("left")
    CLOSED = "closed", _("closed in the evening")
    PICKED = "picked", _("called by its number")
    CLASSED = "classed", _("priority changed")


class StaffChangeKind(models.TextChoices):
    JOINED = "joined", _("joined")
    MOVED = "moved", _("moved to another centre")
    LEFT = "left", pgettext_lazy("a member of staff", "left")


class HallAnnouncementEventKind(models.TextChoices):
    MADE = "made", _("made")
    STOPPED = "stopped", pgettext_lazy("an announcement", "stopped")


class Score(models.IntegerChoices):
    BAD = 1, _("not satisfied")
    FAIR = 2, _("all right")
    GOOD = 3, _("satisfied")


class AppointmentState(models.TextChoices):
    BOOKED = "booked", _("booked")
    CHECKED_IN = "checked_in", _("came and has a number")
    MISSED = "missed", _("did not come")
    CANCELLED = "cancelled", _("cancelled")
    MOVED = "moved", _("moved to another time")


# What takes a place and counts for the limits of a person.
HOLDING = [AppointmentState.BOOKED, AppointmentState.CHECKED_IN]


class AppointmentEventKind(models.TextChoices):
    BOOKED = "booked", _("booked")
    CHECKED_IN = "checked_in", _("came on time")
    CHECKED_IN_ORDINARY = "ordinary", _("came at another time; ordinary number")
    MISSED = "missed", _("did not come")
    CANCELLED = "cancelled", _("cancelled")
    MOVED = "moved", _("moved to another time")
    TOLD_CLOSED = "told_closed", _("told that the centre is closed then")
    TOLD_OPEN = "told_open", _("told that the centre is open then after all")
    ERASED = "erased", _("name and phone erased")


class DayWhy(models.TextChoices):
    """Why a centre is open or closed on a day."""

    WEEKLY = "weekly", _("as every week")
    OWN = "own", _("exception of the centre")
    NATIONAL_OFF = "off", _("day off in the whole country")
    MAKE_UP = "make_up", _("make-up day, worked as a Monday")


class TripChoice(models.TextChoices):
    """What somebody chose whose paper is missing."""

    CERTIFY = "certify", _("have it certified here")
    BACK = "back", _("come back with it")
    NUMBER = "number", _("take a number all the same")


class AskedAt(models.TextChoices):
    KIOSK = "kiosk", _("at the kiosk")
    PHONE = "phone", _("on the phone")
