"""What people on call are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from notifications.message import Notice
from portal import clock
from portal.text import pick
from support.enums import Severity
from support.models import AssistanceRequest, Incident, TrainingSession, VideoCall


@dataclass(frozen=True, kw_only=True)
class IncidentCall(Notice):
    """Something does not work and nobody has said yet that they look after it."""

    kind: ClassVar[str] = "incident_call"
    incident: Incident

    def subject(self) -> str:
        return _("Incident %(number)s: %(severity)s") % self._words

    def push(self) -> str:
        return _("%(place)s: %(what)s") % self._words

    def sms(self) -> str:
        return _("Incident %(number)s, %(place)s: %(what)s. Please say that you look after it: %(link)s") % self._words

    def email(self) -> str:
        return self.sms()

    @property
    def _words(self) -> dict[str, str]:
        incident = self.incident
        return {
            "number": f"#{incident.pk}",
            "severity": str(Severity(incident.severity).label),
            "place": pick(incident.centre.short_name) if incident.centre else _("the whole city"),
            "what": incident.what[:120],
            "link": self.link,
        }

    @property
    def link(self) -> str:
        return settings.PUBLIC_URL + reverse("support:incident", args=[self.incident.pk])


@dataclass(frozen=True, kw_only=True)
class HelpCall(Notice):
    """Somebody in the hall asks for a person. Told in browsers only: a helper has the phone in the hand."""

    kind: ClassVar[str] = "help_call"
    request: AssistanceRequest

    def subject(self) -> str:
        return _("Somebody needs you: %(place)s") % {"place": self.request.place}

    def push(self) -> str:
        return f"{self.request.get_source_display()} · {self.request.get_urgency_display()}"

    @property
    def link(self) -> str:
        return f"{settings.PUBLIC_URL}{reverse('support:helping')}?centre={self.request.centre_id}"


@dataclass(frozen=True, kw_only=True)
class VideoCallAsked(Notice):
    """Somebody waits before a screen to see and hear support. Told in browsers only."""

    kind: ClassVar[str] = "video_call"
    call: VideoCall

    def subject(self) -> str:
        return _("Video call: %(place)s") % {"place": self.call.place}

    def push(self) -> str:
        return pick(self.call.centre.short_name)

    @property
    def link(self) -> str:
        return settings.PUBLIC_URL + reverse("support:video_calls")


@dataclass(frozen=True, kw_only=True)
class SeatFree(Notice):
    """Somebody on the waiting list of a session has a seat now."""

    kind: ClassVar[str] = "training_seat"
    session: TrainingSession

    def subject(self) -> str:
        return _("You have a seat: %(course)s") % _words_of(self.session)

    def push(self) -> str:
        return _("%(time)s, %(place)s") % _words_of(self.session)

    def sms(self) -> str:
        return ""

    def email(self) -> str:
        return _(
            "A seat has become free and is yours: %(course)s, %(time)s, %(place)s. If you do not come, give it back: %(link)s"
        ) % _words_of(self.session)

    @property
    def link(self) -> str:
        return _words_of(self.session)["link"]


@dataclass(frozen=True, kw_only=True)
class SessionOff(Notice):
    """A session to which somebody meant to come does not take place."""

    kind: ClassVar[str] = "training_off"
    session: TrainingSession

    def subject(self) -> str:
        return _("Called off: %(course)s") % _words_of(self.session)

    def push(self) -> str:
        return _("%(time)s: %(why)s") % _words_of(self.session)

    def sms(self) -> str:
        return ""

    def email(self) -> str:
        return _("%(course)s at %(time)s does not take place: %(why)s. Other sessions: %(link)s") % _words_of(
            self.session
        )

    @property
    def link(self) -> str:
        return _words_of(self.session)["link"]


def _words_of(session: TrainingSession) -> dict[str, str]:
    return {
        "course": session.course.title[:100],
        "time": f"{clock.local(session.from_at):%H:%M %d/%m/%Y}",
        "place": session.place or session.link,
        "why": session.cancelled_why,
        "link": f"{settings.PUBLIC_URL}{reverse('support:course', args=[session.course_id])}",
    }
