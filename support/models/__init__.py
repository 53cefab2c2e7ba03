from support.models.announcement import Announcement, AnnouncementReader
from support.models.incident import FollowUp, Incident, IncidentEvent, Target
from support.models.known import KnownProblem
from support.models.on_call import OnCallBrowser, OnCallContact, OnCallShift
from support.models.rules import SupportRules
from support.models.signs import FailedJob, Heartbeat

__all__ = [
    "Announcement",
    "AnnouncementReader",
    "FailedJob",
    "FollowUp",
    "Heartbeat",
    "Incident",
    "IncidentEvent",
    "KnownProblem",
    "OnCallBrowser",
    "OnCallContact",
    "OnCallShift",
    "SupportRules",
    "Target",
]
