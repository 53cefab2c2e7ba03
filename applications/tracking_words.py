"""What a citizen reads about each state: where it stands, and what to do now."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.enums import Delivery, PartState, State
from applications.models import Application
from portal.text import pick
from portal.vn.phones import mask_phone

STANDS: dict[State, Any] = {
    State.DRAFT: _("Being prepared at the counter"),
    State.SUBMITTED: _("Waiting to be accepted"),
    State.ACCEPTED: _("Received"),
    State.REFUSED: _("Not accepted"),
    State.PROCESSING: _("Being processed"),
    State.SUPPLEMENT: _("We need something from you"),
    State.PAYMENT: _("A payment is needed"),
    State.WITHDRAWN: _("Withdrawn"),
    State.STOPPED: _("Stopped"),
    State.DONE: _("The result is ready"),
    State.RETURNED: _("Finished: you have the result"),
}

PART_STANDS: dict[PartState, Any] = {
    PartState.WAITING: _("begins later"),
    PartState.WITH_OFFICE: _("being processed"),
    PartState.SUPPLEMENT: _("needs something from you"),
    PartState.DONE: _("ready, please collect it"),
    PartState.REFUSED: _("refused"),
    PartState.ENDED: _("ended without a result"),
}
BRING_FOR_A_PART: tuple[str, Any, Any] = (
    "act",
    _("Please bring what is missing to %(centre)s."),
    _("Until then only this service waits; the others go on."),
)
COLLECT_A_PART: tuple[str, Any, Any] = (
    "warn",
    _("A result is ready at %(centre)s."),
    _("You can collect it now, or together with the others. Bring the receipt and your ID card. %(address)s"),
)
COLLECT_A_PART_OR_WAIT: tuple[str, Any, Any] = (
    "ok",
    _("A result is ready at %(centre)s."),
    _(
        "The post brings it to you with the others. You can also collect it now, with the receipt and your ID card. %(address)s"
    ),
)
# A result that nobody has to collect: the box for the citizen, then the lines of its way, ready and before.
NOBODY_COMES: dict[Delivery, tuple[str, Any, Any]] = {
    Delivery.POST: (
        "ok",
        _("You do not have to come."),
        _("The result goes to you by post, to the address you gave. Here you will find the number of the letter."),
    ),
    Delivery.FILE: (
        "ok",
        _("You do not have to come."),
        _("You find the result as a file on the National Public Service Portal, where you filed the dossier."),
    ),
}
READY: dict[Delivery, Any] = {
    Delivery.COUNTER: _("The result waits for you at %(centre)s"),
    Delivery.POST: _("The result is ready to go to you by post"),
    Delivery.FILE: _("The result is there for you as a file"),
}
TO_COME: dict[Delivery, Any] = {
    Delivery.COUNTER: _("Result to be collected at %(centre)s"),
    Delivery.POST: _("Result by post, to the address you gave"),
    Delivery.FILE: _("Result as a file, on the National Public Service Portal"),
}
BY_POST = _("The result is on its way to you")
WAIT_FOR_POST: tuple[str, Any, Any] = (
    "ok",
    _("You do not have to come."),
    _("%(carrier)s brings it to you. With the number %(number)s you can ask there where it is."),
)
CAME_BACK: tuple[str, Any, Any] = (
    "act",
    _("The post could not deliver the result."),
    _(
        "It lies at %(centre)s: collect it with the receipt and your ID card, or give another address there. %(address)s"
    ),
)
# For a request of which nothing was certified.
NOT_CERTIFIED: tuple[str, Any, Any] = (
    "act",
    _("Below is written why, with the article of the law."),
    _("Nothing has to be paid for it. Questions: please ask at %(centre)s."),
)
# The desk took the last scan back; the citizen wished nothing of the kind.
TAKEN_BACK_STANDS = _("Nothing is certified")
TAKEN_BACK_TODO: tuple[str, Any, Any] = (
    "warn",
    _("The counter took the scan back, and nothing was certified."),
    _("Nothing has to be paid for it. Questions: please ask at %(centre)s."),
)
COPY_STRUCK: tuple[str, Any, Any] = (
    "act",
    _("Please do not use the copy that was struck through."),
    _("Below is written which one and why. Please ask at %(centre)s for another one."),
)
# In the place of "nothing more to do", above the words of the state: kind of the box and its title.
PAY_STILL: tuple[str, Any] = ("act", _("Please pay %(sum)s at %(centre)s."))
PAY_BY_CODE: tuple[str, Any] = ("act", _("Please pay %(sum)s: by the code below, or at %(centre)s."))
FETCH_MONEY: tuple[str, Any] = (
    "act",
    _("You get %(sum)s back that you paid too much: please ask at %(centre)s."),
)
_NOTHING = ("ok", _("You do not have to do anything more."), _("%(notice)s"))
_ASK = _("Questions: please ask at %(centre)s and bring the receipt.")
_WHY = _("Why is written on the paper below. Questions: please ask at %(centre)s.")
# kind of the box, its title, its text; the values come from ``todo_values``.
WHAT_TO_DO: dict[State, tuple[str, Any, Any]] = {
    State.DRAFT: (
        "warn",
        _("Stay at the counter for a moment."),
        _("The officer is filling in your dossier with you."),
    ),
    State.SUBMITTED: _NOTHING,
    State.ACCEPTED: _NOTHING,
    State.REFUSED: ("act", _("The office could not accept it."), _WHY),
    State.PROCESSING: _NOTHING,
    State.SUPPLEMENT: (
        "act",
        _("Please bring what is missing to %(centre)s."),
        _("Until then the time does not count. You do not have to draw up a new dossier."),
    ),
    State.PAYMENT: ("act", _("Please pay the fee at %(centre)s."), _("Until then the time does not count.")),
    State.WITHDRAWN: ("ok", _("There is nothing to do."), _ASK),
    State.STOPPED: ("act", _("The office stopped working on it."), _WHY),
    State.DONE: (
        "warn",
        _("Please collect the result at %(centre)s."),
        _("Bring the receipt and your ID card. %(address)s"),
    ),
    State.RETURNED: ("ok", _("There is nothing more to do."), _("Thank you for coming.")),
}


def todo_values(application: Application) -> dict[str, str]:
    """Where to go, and how the citizen hears of the result; the phone is masked."""
    centre = application.received_at_centre or application.helped_at
    if application.contact_phone:
        notice = gettext("When the result is there, we send a message to %(phone)s.") % {
            "phone": mask_phone(application.contact_phone)
        }
    elif application.contact_email:
        notice = gettext("When the result is there, we send you an e-mail.")
    else:
        notice = gettext("Keep this page: it says when the result is there.")
    address = gettext("Address: %(address)s.") % {"address": centre.address} if centre.address else ""
    return {"centre": pick(centre.short_name), "address": address, "notice": notice}
