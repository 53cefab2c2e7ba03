"""What people in the queue and with appointments are told, one class a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from centres.models import Appointment, Ticket
from notifications.actions.queue import queue_notice
from notifications.message import Notice, Recipient
from portal.text import pick
from portal.vn.dates import format_moment


@dataclass(frozen=True, kw_only=True)
class NextInLine(Notice):
    """Nearly called: how many are ahead, and where to be. ``ahead`` is as it stood when it was written."""

    kind: ClassVar[str] = "next_in_line"
    ticket: Ticket
    ahead: int

    def subject(self) -> str:
        return _("Number %(label)s is nearly called") % {"label": self.ticket.label}

    def sms(self) -> str:
        return f"{self._sentence()} {self.link}"

    def push(self) -> str:
        return self._sentence()

    def email(self) -> str:
        return self.sms()

    def _sentence(self) -> str:
        place = {"label": self.ticket.label, "centre": pick(self.ticket.centre.short_name), "count": self.ahead}
        if not self.ahead:
            return _("Number %(label)s is next. Please wait in the hall of %(centre)s.") % place
        return (
            ngettext(
                "Number %(label)s: %(count)d person is before you. Please wait in the hall of %(centre)s.",
                "Number %(label)s: %(count)d people are before you. Please wait in the hall of %(centre)s.",
                self.ahead,
            )
            % place
        )

    @property
    def link(self) -> str:
        return f"{settings.PUBLIC_URL}/t/{self.ticket.token}/"


@dataclass(frozen=True, kw_only=True)
class AppointmentNotice(Notice):
    """A notice about one appointment: one sentence and the way to its page."""

    appointment: Appointment

    def email(self) -> str:
        return "\n\n".join([_("Dear citizen,"), self.sentence(), self.link, _("Hotline: %s") % settings.HOTLINE])

    def sms(self) -> str:
        return f"{self.sentence()} {self.link}"

    def sentence(self) -> str:
        raise NotImplementedError

    @property
    def link(self) -> str:
        return settings.PUBLIC_URL + reverse("centres:book_mine", args=[self.appointment.token])

    @property
    def words(self) -> dict[str, str]:
        """Where, when and for what, and the code typed at the kiosk."""
        appointment = self.appointment
        return {
            "code": appointment.code,
            "centre": pick(appointment.centre.short_name),
            "service": pick(appointment.service.title),
            "time": format_moment(appointment.starts_at, get_language() or "vi"),
        }


@dataclass(frozen=True, kw_only=True)
class Booked(AppointmentNotice):
    """The time is kept."""

    kind: ClassVar[str] = "appointment_booked"

    def subject(self) -> str:
        return _("Your appointment at %(time)s") % self.words

    def sentence(self) -> str:
        return _(
            "Your appointment: %(time)s, %(centre)s, %(service)s. Code %(code)s. What to bring, move or cancel:"
        ) % (self.words)


@dataclass(frozen=True, kw_only=True)
class Moved(AppointmentNotice):
    """Another time is kept instead."""

    kind: ClassVar[str] = "appointment_moved"

    def subject(self) -> str:
        return _("Your new appointment at %(time)s") % self.words

    def sentence(self) -> str:
        return _("Your appointment was moved to %(time)s, %(centre)s, %(service)s. New code %(code)s:") % self.words


@dataclass(frozen=True, kw_only=True)
class Cancelled(AppointmentNotice):
    """The time is given back."""

    kind: ClassVar[str] = "appointment_cancelled"

    def subject(self) -> str:
        return _("Your appointment at %(time)s was cancelled") % self.words

    def sentence(self) -> str:
        return _("Your appointment at %(time)s, %(centre)s, was cancelled. You can book another one here:") % self.words


@dataclass(frozen=True, kw_only=True)
class Reminder(AppointmentNotice):
    """It is tomorrow."""

    kind: ClassVar[str] = "appointment_reminder"

    def subject(self) -> str:
        return _("Tomorrow: your appointment at %(time)s") % self.words

    def sentence(self) -> str:
        return _(
            "Tomorrow you have an appointment: %(time)s, %(centre)s, code %(code)s. What to bring, move or cancel:"
        ) % (self.words)


@dataclass(frozen=True, kw_only=True)
class CentreClosed(AppointmentNotice):
    """The centre will be closed at that time."""

    kind: ClassVar[str] = "appointment_closed"
    why: str = ""

    def subject(self) -> str:
        return _("Please choose another time for your appointment at %(time)s") % self.words

    def sentence(self) -> str:
        return _("%(centre)s is closed at %(time)s (%(why)s). We are sorry. Please choose another time here:") % (
            self.words | {"why": self.why}
        )


@dataclass(frozen=True, kw_only=True)
class OpenAgain(AppointmentNotice):
    """The centre, said to be closed at that time, is open then after all."""

    kind: ClassVar[str] = "appointment_open_again"

    def subject(self) -> str:
        return _("Your appointment at %(time)s stands again") % self.words

    def sentence(self) -> str:
        return _(
            "%(centre)s is open after all: your appointment at %(time)s stands, code %(code)s. Move or cancel it here:"
        ) % (self.words)


def occasion_of(appointment: Appointment) -> str:
    """What the keys of its notices in the outbox begin with."""
    return f"appointment:{appointment.pk}"


def tell(
    notice_class: type[AppointmentNotice],
    appointment: Appointment,
    *,
    occasion: str = "",
    not_after: datetime | None = None,
    at: datetime,
    **more: str,
) -> bool:
    """Queue the notice for the person of this appointment, in the caller's transaction; whether anything reaches them."""
    recipient = Recipient(email=appointment.email, phone=appointment.phone, language=appointment.language)
    return queue_notice(
        notice=notice_class(appointment=appointment, reference=appointment.code, **more),
        recipient=recipient,
        dedup_key=f"{occasion_of(appointment)}:{notice_class.kind}:{occasion}",
        not_after=not_after,
        at=at,
    )
