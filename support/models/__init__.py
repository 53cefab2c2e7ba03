from support.models.announcement import Announcement, AnnouncementReader
from support.models.course import Course, CourseVersion, Lesson, Question
from support.models.equipment import Equipment, EquipmentEvent, PrintElsewhere
from support.models.help import AssistanceEvent, AssistanceRequest, HelperShift, HelpPoint
from support.models.incident import FollowUp, Incident, IncidentEvent, Target
from support.models.known import KnownProblem
from support.models.on_call import OnCallBrowser, OnCallContact, OnCallShift
from support.models.report import IncidentPicture, ReportReceived
from support.models.rules import SupportRules
from support.models.signs import FailedJob, Heartbeat
from support.models.survey import GoLive, Survey, SurveyAnswer, SurveyGap, SurveyPhoto, SurveyQuestion
from support.models.training import (
    Attempt,
    Certificate,
    LawLessonRead,
    LessonDone,
    SessionSeat,
    TrainingException,
    TrainingRequirement,
    TrainingSession,
)
from support.models.video import VideoCall, VideoCallEvent

__all__ = [
    "Announcement",
    "AnnouncementReader",
    "AssistanceEvent",
    "AssistanceRequest",
    "Attempt",
    "Certificate",
    "Course",
    "CourseVersion",
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
    "LawLessonRead",
    "Lesson",
    "LessonDone",
    "OnCallBrowser",
    "OnCallContact",
    "OnCallShift",
    "PrintElsewhere",
    "Question",
    "ReportReceived",
    "SessionSeat",
    "SupportRules",
    "Survey",
    "SurveyAnswer",
    "SurveyGap",
    "SurveyPhoto",
    "SurveyQuestion",
    "Target",
    "TrainingException",
    "TrainingRequirement",
    "TrainingSession",
    "VideoCall",
    "VideoCallEvent",
]
