"""Why a dossier is in a list, in one sentence for the person who reads it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from applications.enums import WAITING_FOR_CITIZEN, Delivery
from applications.models import Application
from portal.templatetags.portal import day, hm
from portal.text import pick


def mine(application: Application, user: Any) -> str:
    if application.handler_id != user.pk:
        return _("You stand in for %(name)s.") % {"name": application.handler}
    if application.state in WAITING_FOR_CITIZEN:
        return _("You handle it; the citizen has to do something.")
    return _("You handle it.")


def asked_elsewhere(application: Application, user: Any) -> str:
    return _("You asked another office, which has not answered yet.")


def untaken(application: Application, user: Any) -> str:
    return _("Received %(time)s %(day)s; nobody has taken it.") % _moment(application.received_at)


def to_forward(application: Application, user: Any) -> str:
    return _("Taken in for %(office)s, which has to have it by %(time)s %(day)s.") % {
        "office": pick(application.competent.short_name),
        **_moment(application.forward_by),
    }


def to_sign(application: Application, user: Any) -> str:
    waits = _("A result is proposed and waits for the signature.")
    wishes = getattr(application, "has_wish", False)
    return f"{waits} {to_withdraw(application, user)}" if wishes else waits


def correction(application: Application, user: Any) -> str:
    return _("Its result was found wrong; another is proposed and waits for the signature.")


def ready(application: Application, user: Any) -> str:
    if application.delivery == Delivery.POST:
        return _("The result is ready since %(time)s %(day)s; the citizen wants it by post.") % _moment(
            application.released_at
        )
    if application.delivery == Delivery.FILE:
        return _("The result is ready since %(time)s %(day)s; the citizen wants it as a file.") % _moment(
            application.released_at
        )
    return _("The result is ready since %(time)s %(day)s.") % _moment(application.released_at)


def uncollected(application: Application, user: Any) -> str:
    return _("Ready since %(time)s %(day)s, reminded of, and still here.") % _moment(application.released_at)


def by_post(application: Application, user: Any) -> str:
    return _("The post has it. Note whether it was delivered or brought back.")


def unpaid(application: Application, user: Any) -> str:
    return _("Its fee is not paid yet.")


def sent_back(application: Application, user: Any) -> str:
    return _("The signer sent a document back.")


def not_made(application: Application, user: Any) -> str:
    return _("A file could not be made.")


def apology(application: Application, user: Any) -> str:
    return _("It will be late; the apology can be signed until %(time)s %(day)s.") % _moment(application.due_at)


def too_much(application: Application, user: Any) -> str:
    return _("More was paid than is owed.")


def to_withdraw(application: Application, user: Any) -> str:
    return _("The citizen asked to take it back.")


def overdue(application: Application, user: Any) -> str:
    return _("Its date is past, and it is with the office.")


def unexcused(application: Application, user: Any) -> str:
    return _("Its date is past, and nobody apologised in time.")


def late_parts(application: Application, user: Any) -> str:
    return _("A linked service is past its date at its office.")


def due(application: Application, user: Any) -> str:
    return _("Its date is today.")


def in_hand(application: Application, user: Any) -> str:
    if application.released_at:
        return ready(application, user)
    if application.waits_to_be_forwarded:
        return to_forward(application, user)
    if application.handler is None:
        return untaken(application, user)
    if application.state in WAITING_FOR_CITIZEN:
        return _("The citizen has to do something.")
    return _("%(name)s handles it.") % {"name": application.handler}


def _moment(at: Any) -> dict[str, str]:
    return {"time": hm(at), "day": day(at)}
