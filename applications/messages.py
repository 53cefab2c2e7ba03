"""What citizens are told about their dossiers, one class a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications.catalogue import version_of
from applications.enums import Delivery
from applications.models import Application, Part
from applications.result_ways import comes_for_it
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
class ReceiptHere(DossierNotice):
    """The receipt on the phone, in place of paper that cannot be printed now."""

    kind: ClassVar[str] = "receipt_here"

    def subject(self) -> str:
        return _("Your receipt for dossier %(code)s") % {"code": self.reference}

    def sentence(self) -> str:
        due = self.application.due_at
        return _("Receipt of dossier %(code)s, result before %(due)s. Please show this page when you collect it:") % {
            "code": self.reference,
            "due": format_moment(due, get_language() or "vi") if due else "",
        }


@dataclass(frozen=True, kw_only=True)
class FiledOnline(DossierNotice):
    """What was filed at the national portal has come to the centre; the clock begins when it is received."""

    kind: ClassVar[str] = "filed_online"

    def subject(self) -> str:
        return _("Your online application has arrived")

    def sentence(self) -> str:
        return _(
            "Your online application (%(procedure)s) has come to %(centre)s. An officer checks it now; see here:"
        ) % {
            "procedure": pick(version_of(self.application).procedure.short_name),
            "centre": pick(self.application.helped_at.short_name),
        }


@dataclass(frozen=True, kw_only=True)
class NotAccepted(DossierNotice):
    """What was filed at the national portal is not taken in; the reason and its ground are on the paper."""

    kind: ClassVar[str] = "not_accepted"

    def subject(self) -> str:
        return _("Your online application was not accepted")

    def sentence(self) -> str:
        return _("Your online application (%(procedure)s) was not accepted. The reason is written here:") % {
            "procedure": pick(version_of(self.application).procedure.short_name)
        }


@dataclass(frozen=True, kw_only=True)
class RefusedAtCounter(DossierNotice):
    """What was asked for at the counter is not taken in; the reason and its ground are on the paper."""

    kind: ClassVar[str] = "refused"

    def subject(self) -> str:
        return _("Your application was not accepted")

    def sentence(self) -> str:
        return _("Your application (%(procedure)s) was not accepted. The reason is written here:") % {
            "procedure": pick(version_of(self.application).procedure.short_name)
        }


@dataclass(frozen=True, kw_only=True)
class FilingWithdrawn(DossierNotice):
    """What was filed at the national portal was withdrawn there."""

    kind: ClassVar[str] = "filing_withdrawn"

    def subject(self) -> str:
        return _("Your online application was withdrawn")

    def sentence(self) -> str:
        return _("Your online application (%(procedure)s) was withdrawn at your wish.") % {
            "procedure": pick(version_of(self.application).procedure.short_name)
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
class SupplementWaits(DossierNotice):
    """What was asked for has not come, and its time runs out."""

    kind: ClassVar[str] = "supplement_waits"

    def subject(self) -> str:
        return _("Dossier %(code)s still waits for you") % {"code": self.reference}

    def sentence(self) -> str:
        request = next((row for row in self.application.supplements.all() if row.is_open), None)
        if request is None or request.until is None:
            return _("Dossier %(code)s still needs something from you. What to bring is written here:") % {
                "code": self.reference
            }
        values = {"code": self.reference, "until": format_moment(request.until, get_language() or "vi")}
        if request.ends_at is not None:
            return _("Please bring what dossier %(code)s needs before %(until)s, or the law ends it.") % values
        return _("Please bring what dossier %(code)s needs before %(until)s.") % values


@dataclass(frozen=True, kw_only=True)
class Withdrawn(DossierNotice):
    """Its applicant took it back."""

    kind: ClassVar[str] = "withdrawn"

    def subject(self) -> str:
        return _("Dossier %(code)s was withdrawn") % {"code": self.reference}

    def sentence(self) -> str:
        return _("Dossier %(code)s was withdrawn at your wish.") % {"code": self.reference}


@dataclass(frozen=True, kw_only=True)
class Stopped(DossierNotice):
    """It ended without a result; the reason is on the paper."""

    kind: ClassVar[str] = "stopped"

    def subject(self) -> str:
        return _("Dossier %(code)s was stopped") % {"code": self.reference}

    def sentence(self) -> str:
        return _("The handling of dossier %(code)s was stopped. The reason is written here:") % {"code": self.reference}


@dataclass(frozen=True, kw_only=True)
class NotWithdrawn(DossierNotice):
    """The wish to withdraw could not be met; why is on the page."""

    kind: ClassVar[str] = "not_withdrawn"

    def subject(self) -> str:
        return _("Dossier %(code)s was not withdrawn") % {"code": self.reference}

    def sentence(self) -> str:
        return _("Dossier %(code)s could not be withdrawn. The reason is written here:") % {"code": self.reference}


@dataclass(frozen=True, kw_only=True)
class Extended(DossierNotice):
    """The office is late, apologises and names a new date, once (form 04)."""

    kind: ClassVar[str] = "extended"

    def subject(self) -> str:
        return _("Dossier %(code)s needs more time; we are sorry") % {"code": self.reference}

    def sentence(self) -> str:
        due = self.application.due_at
        return _("We are sorry: dossier %(code)s needs more time. The result is now promised before %(due)s.") % {
            "code": self.reference,
            "due": format_moment(due, get_language() or "vi") if due else "",
        }


@dataclass(frozen=True, kw_only=True)
class Written(DossierNotice):
    """An officer has written: what, stands on the page alone."""

    kind: ClassVar[str] = "written"

    def subject(self) -> str:
        return _("An officer has written to you about dossier %(code)s") % {"code": self.reference}

    def sentence(self) -> str:
        return _("An officer has written to you about dossier %(code)s. Read and answer it here:") % {
            "code": self.reference
        }


@dataclass(frozen=True, kw_only=True)
class PaymentAsked(DossierNotice):
    """Dues came up while it was handled: how much is on the page."""

    kind: ClassVar[str] = "payment"

    def subject(self) -> str:
        return _("A payment is needed for dossier %(code)s") % {"code": self.reference}

    def sentence(self) -> str:
        return _("A payment is needed for dossier %(code)s. How much and where is written here:") % {
            "code": self.reference
        }


@dataclass(frozen=True, kw_only=True)
class Refunded(DossierNotice):
    """What was paid beyond what is owed is given back."""

    kind: ClassVar[str] = "refunded"

    def subject(self) -> str:
        return _("Money of dossier %(code)s is given back") % {"code": self.reference}

    def sentence(self) -> str:
        return _("What you paid too much for dossier %(code)s is given back to you. How much is written here:") % {
            "code": self.reference
        }


@dataclass(frozen=True, kw_only=True)
class AnswerWaited(Notice):
    """Another office is reminded that its answer is waited for. Names nobody and says nothing of the matter."""

    kind: ClassVar[str] = "answer_waited"
    due: datetime
    centre: str

    def subject(self) -> str:
        return _("Your answer on dossier %(code)s is waited for") % {"code": self.reference}

    def email(self) -> str:
        return _("%(centre)s waits for your answer on dossier %(code)s before %(due)s.") % {
            "centre": self.centre,
            "code": self.reference,
            "due": format_moment(self.due, get_language() or "vi"),
        }

    def sms(self) -> str:
        return ""


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


# Of a result that nobody has to collect.
_READY: dict[Delivery, Any] = {
    Delivery.POST: gettext_lazy("The result of dossier %(code)s is ready. We send it to you by post."),
    Delivery.FILE: gettext_lazy(
        "The result of dossier %(code)s is ready. You find the file on the National Public Service Portal."
    ),
}


@dataclass(frozen=True, kw_only=True)
class ResultReady(DossierNotice):
    """The result can be collected."""

    kind: ClassVar[str] = "result_ready"

    def subject(self) -> str:
        return _("The result of dossier %(code)s is ready") % {"code": self.reference}

    def sentence(self) -> str:
        centre = self.application.received_at_centre or self.application.helped_at
        if not comes_for_it(self.application):
            return str(_READY[Delivery(self.application.delivery)]) % {"code": self.reference}
        return _("The result of dossier %(code)s is ready at %(centre)s. Please bring the receipt.") % {
            "code": self.reference,
            "centre": pick(centre.short_name),
        }


@dataclass(frozen=True, kw_only=True)
class NotCollected(DossierNotice):
    """The result has waited at the counter for some days."""

    kind: ClassVar[str] = "not_collected"

    def subject(self) -> str:
        return _("The result of dossier %(code)s still waits for you") % {"code": self.reference}

    def sentence(self) -> str:
        centre = self.application.received_at_centre or self.application.helped_at
        return _("The result of dossier %(code)s still waits for you at %(centre)s. Please bring the receipt.") % {
            "code": self.reference,
            "centre": pick(centre.short_name),
        }


@dataclass(frozen=True, kw_only=True)
class Posted(DossierNotice):
    """The result is on its way by post."""

    kind: ClassVar[str] = "posted"

    def subject(self) -> str:
        return _("The result of dossier %(code)s is on its way to you") % {"code": self.reference}

    def sentence(self) -> str:
        letter = next(reversed(list(self.application.dispatches.all())), None)
        return _("The result of dossier %(code)s was sent to you by post (%(carrier)s, number %(number)s).") % {
            "code": self.reference,
            "carrier": letter.carrier if letter else "",
            "number": letter.tracking_number if letter else "",
        }


@dataclass(frozen=True, kw_only=True)
class CameBack(DossierNotice):
    """The post could not deliver it."""

    kind: ClassVar[str] = "came_back"

    def subject(self) -> str:
        return _("The post could not deliver the result of dossier %(code)s") % {"code": self.reference}

    def sentence(self) -> str:
        centre = self.application.received_at_centre or self.application.helped_at
        return _(
            "The post brought the result of dossier %(code)s back. Please collect it at %(centre)s, or give another address there."
        ) % {"code": self.reference, "centre": pick(centre.short_name)}


@dataclass(frozen=True, kw_only=True)
class ResultReplaced(DossierNotice):
    """The result was wrong; the new decision waits, and the old one counts no more."""

    kind: ClassVar[str] = "result_replaced"

    def subject(self) -> str:
        return _("The result of dossier %(code)s was corrected") % {"code": self.reference}

    def sentence(self) -> str:
        centre = self.application.received_at_centre or self.application.helped_at
        return _(
            "The result of dossier %(code)s was wrong, and we are sorry. Please bring the old one to %(centre)s and take the new."
        ) % {"code": self.reference, "centre": pick(centre.short_name)}


@dataclass(frozen=True, kw_only=True)
class PartNotice(DossierNotice):
    """A notice about one of the linked services of a dossier."""

    part: str

    def _values(self) -> dict[str, str]:
        law = next(row for row in version_of(self.application).parts if row["key"] == self.part)
        centre = self.application.received_at_centre or self.application.helped_at
        return {
            "code": self.reference,
            "part": pick(law["name"]),
            "result": pick(law["result"]),
            "centre": pick(centre.short_name),
        }


@dataclass(frozen=True, kw_only=True)
class PartReady(PartNotice):
    """One of the results can be collected; the others follow."""

    kind: ClassVar[str] = "part_ready"

    def subject(self) -> str:
        return _("A result of dossier %(code)s is ready: %(result)s") % self._values()

    def sentence(self) -> str:
        if not comes_for_it(self.application):
            return (
                _(
                    "Dossier %(code)s: %(result)s is ready. It comes by post with the others; you can also collect it at %(centre)s."
                )
                % self._values()
            )
        return _("Dossier %(code)s: %(result)s is ready at %(centre)s. Please bring the receipt.") % self._values()


@dataclass(frozen=True, kw_only=True)
class PartNotCollected(PartNotice):
    """One of the results has waited at the counter for some days."""

    kind: ClassVar[str] = "part_not_collected"

    def subject(self) -> str:
        return _("A result of dossier %(code)s still waits for you: %(result)s") % self._values()

    def sentence(self) -> str:
        return (
            _("Dossier %(code)s: %(result)s still waits for you at %(centre)s. Please bring the receipt.")
            % self._values()
        )


@dataclass(frozen=True, kw_only=True)
class PartRefused(PartNotice):
    """One of the services was refused; the ground is on the page."""

    kind: ClassVar[str] = "part_refused"

    def subject(self) -> str:
        return _("Dossier %(code)s: %(part)s was refused") % self._values()

    def sentence(self) -> str:
        return _("Dossier %(code)s: %(part)s was refused. The reason is written here:") % self._values()


@dataclass(frozen=True, kw_only=True)
class PartEnded(PartNotice):
    """What was asked for did not come in time: this service ended, the others go on."""

    kind: ClassVar[str] = "part_ended"

    def subject(self) -> str:
        return _("Dossier %(code)s: %(part)s has ended") % self._values()

    def sentence(self) -> str:
        return (
            _("Dossier %(code)s: %(part)s has ended, because what was asked for did not come in time. See here:")
            % self._values()
        )


def tell_part(notice_class: type[PartNotice], application: Application, part: Part, *, at: datetime) -> None:
    """The same as ``tell`` for one part, once for each kind."""
    if may_tell(application):
        _queue(notice_class(application=application, reference=application.code or "", part=part.key), part.key, at)


def tell(notice_class: type[DossierNotice], application: Application, *, occasion: str = "", at: datetime) -> None:
    """Queue the notice for the contact given at the counter, in the caller's transaction; nobody to tell is fine."""
    if not may_tell(application):
        return
    _queue(notice_class(application=application, reference=application.code or ""), occasion, at)


def _queue(notice: DossierNotice, occasion: str, at: datetime) -> None:
    application = notice.application
    recipient = Recipient(
        email=application.contact_email, phone=application.contact_phone, language=application.language
    )
    key = f"dossier:{application.pk}:{notice.kind}:{occasion}"
    queue_notice(notice=notice, recipient=recipient, dedup_key=key, at=at)


def may_tell(application: Application) -> bool:
    """Whether there is a contact to tell."""
    return bool(application.contact_phone or application.contact_email)
