"""What citizens are told about their dossiers, one class a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.catalogue import version_of
from applications.models import Application
from notifications.actions.queue import queue_notice
from notifications.message import Notice, Recipient
from portal.text import pick
from portal.vn.dates import format_moment


@dataclass(frozen=True, kw_only=True)
class DossierNotice(Notice):
    """A notice about one dossier: one sentence and the way to its page."""

    application: Application

    def email(self) -> str:
        return "\n\n".join([_("Dear citizen,"), self.sentence(), self.link, _("Hotline: %s") % settings.HOTLINE])

    def sms(self) -> str:
        return f"{self.sentence()} {self.link}"

    def sentence(self) -> str:
        raise NotImplementedError

    @property
    def link(self) -> str:
        return settings.PUBLIC_URL + reverse("applications:ticket", args=[self.application.token])


@dataclass(frozen=True, kw_only=True)
class Received(DossierNotice):
    """The dossier was taken in: code, when to come back."""

    kind: ClassVar[str] = "received"

    def subject(self) -> str:
        return _("Dossier %(code)s was received") % {"code": self.reference}

    def sentence(self) -> str:
        due = self.application.due_at
        return _("Dossier %(code)s (%(procedure)s) was received. Result before %(due)s.") % {
            "code": self.reference,
            "procedure": pick(version_of(self.application).procedure.short_name),
            "due": format_moment(due, get_language() or "vi") if due else "",
        }


@dataclass(frozen=True, kw_only=True)
class SupplementAsked(DossierNotice):
    """Papers are missing: what to do is on the page."""

    kind: ClassVar[str] = "supplement"

    def subject(self) -> str:
        return _("Dossier %(code)s needs something from you") % {"code": self.reference}

    def sentence(self) -> str:
        return _("Dossier %(code)s needs something from you. What to bring is written here:") % {"code": self.reference}


@dataclass(frozen=True, kw_only=True)
class DueMoved(DossierNotice):
    """The days off turned out otherwise: the result is promised for another day."""

    kind: ClassVar[str] = "due_moved"

    def subject(self) -> str:
        return _("Dossier %(code)s has a new date") % {"code": self.reference}

    def sentence(self) -> str:
        due = self.application.due_at
        return _("The public holidays were changed. The result of dossier %(code)s is now promised before %(due)s.") % {
            "code": self.reference,
            "due": format_moment(due, get_language() or "vi") if due else "",
        }


@dataclass(frozen=True, kw_only=True)
class MovedByOutage(DueMoved):
    """An announced outage: the result is promised for another time."""

    kind: ClassVar[str] = "moved_by_outage"

    def sentence(self) -> str:
        due = self.application.due_at
        return _("Because of an announced outage the result of dossier %(code)s is now promised before %(due)s.") % {
            "code": self.reference,
            "due": format_moment(due, get_language() or "vi") if due else "",
        }


@dataclass(frozen=True, kw_only=True)
class ResultReady(DossierNotice):
    """The result can be collected."""

    kind: ClassVar[str] = "result_ready"

    def subject(self) -> str:
        return _("The result of dossier %(code)s is ready") % {"code": self.reference}

    def sentence(self) -> str:
        centre = self.application.received_at_centre or self.application.helped_at
        return _("The result of dossier %(code)s is ready at %(centre)s. Please bring the receipt.") % {
            "code": self.reference,
            "centre": pick(centre.short_name),
        }


def tell(notice_class: type[DossierNotice], application: Application, *, occasion: str = "", at: datetime) -> None:
    """Queue the notice for the contact given at the counter, in the caller's transaction; nobody to tell is fine."""
    if not may_tell(application):
        return
    recipient = Recipient(
        email=application.contact_email, phone=application.contact_phone, language=application.language
    )
    queue_notice(
        notice=notice_class(application=application, reference=application.code or ""),
        recipient=recipient,
        dedup_key=f"dossier:{application.pk}:{notice_class.kind}:{occasion}",
        at=at,
    )


def may_tell(application: Application) -> bool:
    """Whether there is a contact to tell."""
    return bool(application.contact_phone or application.contact_email)
