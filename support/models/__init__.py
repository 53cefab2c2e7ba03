from support.models.announcement import Announcement, AnnouncementReader
from support.models.equipment import Equipment, EquipmentEvent, PrintElsewhere
from support.models.help import AssistanceEvent, AssistanceRequest, HelperShift, HelpPoint
from support.models.incident import FollowUp, Incident, IncidentEvent, Target
from support.models.known import KnownProblem
from support.models.on_call import OnCallBrowser, OnCallContact, OnCallShift
from support.models.report import IncidentPicture, ReportReceived
from support.models.rules import SupportRules
from support.models.signs import FailedJob, Heartbeat
from support.models.survey import GoLive, Survey, SurveyAnswer, SurveyGap, SurveyPhoto, SurveyQuestion

__all__ = [
    "Announcement",
    "AnnouncementReader",
    "AssistanceEvent",
    "AssistanceRequest",
    "Equipment",
    "EquipmentEvent",
    "FailedJob",
    "FollowUp",
    "GoLive",
    "Heartbeat",
    "HelpPoint",
    "HelperShift",
    "Incident",
    "IncidentEvent",
    "IncidentPicture",
    "KnownProblem",
    "OnCallBrowser",
    "OnCallContact",
    "OnCallShift",
    "PrintElsewhere",
    "ReportReceived",
    "SupportRules",
    "Survey",
    "SurveyAnswer",
    "SurveyGap",
    "SurveyPhoto",
    "SurveyQuestion",
    "Target",
]
