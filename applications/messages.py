"""What citizens are told about their dossiers, one class a message."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application
from notifications.actions.queue import Recipient, queue_notice
from notifications.message import Notice
from portal.text import pick
from portal.vn.dates import format_moment


class DossierNotice(Notice):
    """A notice about one dossier; its dedup key makes it one message per dossier and occasion."""

    def __init__(self, application: Application):
        self.application = application
        self.reference = application.code or ""

    @property
    def link(self) -> str:
        return settings.PUBLIC_URL + reverse("applications:ticket", args=[self.application.token])

    def procedure(self) -> str:
        return pick(self.application.version.procedure.short_name)

    def due(self, language: str) -> str:
        return format_moment(self.application.due_at, language) if self.application.due_at else ""


class Received(DossierNotice):
    """The dossier was taken in: code, when to come back, where to look."""

    kind = "received"

    def subject(self) -> str:
        return _("Dossier %(code)s was received") % {"code": self.reference}

    def body(self, language: str) -> str:
        return _("Dossier %(code)s (%(procedure)s) was received. Result before %(due)s. Follow it: %(link)s") % {
            "code": self.reference,
            "procedure": self.procedure(),
            "due": self.due(language),
            "link": self.link,
        }


class SupplementAsked(DossierNotice):
    """Papers are missing: what to do is on the page."""

    kind = "supplement"

    def subject(self) -> str:
        return _("Dossier %(code)s needs something from you") % {"code": self.reference}

    def body(self, language: str) -> str:
        return _("Dossier %(code)s needs something from you. What to bring: %(link)s") % {
            "code": self.reference,
            "link": self.link,
        }


class ResultReady(DossierNotice):
    """The result can be collected."""

    kind = "result_ready"

    def subject(self) -> str:
        return _("The result of dossier %(code)s is ready") % {"code": self.reference}

    def body(self, language: str) -> str:
        return _("The result of dossier %(code)s is ready at %(centre)s. Bring the receipt. %(link)s") % {
            "code": self.reference,
            "centre": pick((self.application.received_at_centre or self.application.helped_at).short_name),
            "link": self.link,
        }


def tell(notice: DossierNotice, *, occasion: str, at: Any) -> None:
    """Queue the notice for the contact given at the counter, in the caller's transaction; nobody to tell is fine."""
    application = notice.application
    if application.contact_phone or application.contact_email:
        queue_notice(
            notice=notice,
            recipient=Recipient(
                email=application.contact_email, phone=application.contact_phone, language=application.language
            ),
            dedup_key=f"dossier:{application.pk}:{notice.kind}:{occasion}",
            at=at,
        )
