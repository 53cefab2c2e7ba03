"""States, kinds and severities of what goes wrong, with named groups."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IncidentState(models.TextChoices):
    REPORTED = "reported", _("reported")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    IN_PROGRESS = "in_progress", _("being worked on")
    WAITING = "waiting", _("waiting for somebody else")
    RESOLVED = "resolved", _("works again")
    CLOSED = "closed", _("closed")
    REOPENED = "reopened", _("reopened")


# Nobody has said yet that they look after it: somebody is called until one does.
UNANSWERED = [IncidentState.REPORTED, IncidentState.REOPENED]
OPEN = [*UNANSWERED, IncidentState.ACKNOWLEDGED, IncidentState.IN_PROGRESS, IncidentState.WAITING]
ENDED = [IncidentState.RESOLVED, IncidentState.CLOSED]


class Kind(models.TextChoices):
    """What does not work, as somebody at a counter would say it."""

    PRINTER = "printer", _("printer")
    SCANNER = "scanner", _("scanner or card reader")
    KIOSK = "kiosk", _("kiosk")
    BOARD = "board", _("board")
    NETWORK = "network", _("network")
    POWER = "power", _("electricity")
    PORTAL = "portal", _("the portal")
    SIGNING = "signing", _("signing and certified copies")
    NOTICES = "notices", _("notices to citizens")
    JOBS = "jobs", _("work in the background")
    OTHER = "other", _("something else")


# What a person can point at; the rest the watch finds by itself.
REPORTED_BY_PEOPLE = [
    Kind.PRINTER, Kind.SCANNER, Kind.KIOSK, Kind.BOARD, Kind.NETWORK, Kind.POWER, Kind.PORTAL, Kind.SIGNING, Kind.OTHER,
]  # fmt: skip


class Severity(models.IntegerChoices):
    """How bad, the worst first."""

    STANDSTILL = 1, _("Nothing works")
    MANY = 2, _("Many cannot work")
    ONE = 3, _("One place cannot work")
    ANNOYING = 4, _("It disturbs, work goes on")


# Afterwards its causes are written down, and who does what about them.
SEVERE = [Severity.STANDSTILL, Severity.MANY]
SEVERITY_KIND = {Severity.STANDSTILL: "act", Severity.MANY: "act", Severity.ONE: "warn", Severity.ANNOYING: "info"}


class Source(models.TextChoices):
    STAFF = "staff", _("staff")
    CITIZEN = "citizen", _("a citizen")
    API = "api", _("another system")
    WATCH = "watch", _("the watch")
    PORTAL = "portal", _("the portal itself")


class IncidentEventKind(models.TextChoices):
    REPORTED = "reported", _("Reported")
    REPORTED_AGAIN = "again", _("Reported again")
    WORSE = "worse", _("More urgent than it was")
    CALLED = "called", _("People on call were told")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    BEGUN = "begun", _("Work has begun")
    WAITING = "waiting", _("Waits for somebody else")
    RESOLVED = "resolved", _("Works again")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")
    MERGED = "merged", _("Merged into another")
    TOOK_OVER = "took_over", _("Another was merged into this one")
    NOTE = "note", _("Note")
    PUBLISHED = "published", _("Shown on the status page")
    WITHDRAWN = "withdrawn", _("Taken off the status page")
    CAUSES = "causes", _("Causes written down")
    FOLLOW_UP = "follow_up", _("Follow-up agreed")
    FOLLOWED_UP = "followed_up", _("Follow-up done")
