"""The history of a dossier as sentences, for those who work on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications.enums import EventKind
from applications.models import Event
from portal.vn.dates import format_moment
from portal.vn.money import format_vnd

_SENTENCES: dict[str, Any] = {
    EventKind.RECEIVED: gettext_lazy("%(who)s received it under code %(code)s, fee %(fee)s."),
    EventKind.TAKEN: gettext_lazy("%(who)s took it in hand."),
    EventKind.SUPPLEMENT_ASKED: gettext_lazy("%(who)s asked the citizen for a supplement."),
    EventKind.SUPPLEMENTED: gettext_lazy("%(who)s accepted what was missing; the clock runs again."),
    EventKind.PROPOSED: gettext_lazy("%(who)s proposed result %(number)s for signature."),
    EventKind.RETURNED_FOR_REWORK: gettext_lazy("%(who)s did not sign and sent it back."),
    EventKind.APPROVED: gettext_lazy("%(who)s signed result %(number)s."),
    EventKind.HANDED_OVER: gettext_lazy("%(who)s handed the result to %(handed_to)s."),
    EventKind.PAPER_ADDED: gettext_lazy("%(who)s added a paper."),
    EventKind.CERTIFIED: gettext_lazy("%(who)s certified a copy."),
    EventKind.NOT_CERTIFIED: gettext_lazy("%(who)s refused to certify a document."),
    EventKind.PAID: gettext_lazy("The fee was paid."),
    EventKind.WITHDRAWN: gettext_lazy("The applicant withdrew it."),
    EventKind.REFUSED: gettext_lazy("%(who)s refused it."),
    EventKind.STOPPED: gettext_lazy("%(who)s stopped it."),
    EventKind.DUE_MOVED: gettext_lazy("The days off were corrected: due %(due)s instead of %(due_before)s."),
}
_DECLARED = gettext_lazy("%(who)s received it under code %(code)s, fee %(fee)s. The applicant had declared it at home.")
_OUTAGE = gettext_lazy("The clock stood still for an announced outage: due %(due)s instead of %(due_before)s.")
# Personal texts worth reading in full under their sentence.
_QUOTED = ("faults", "reason", "note")


@dataclass(frozen=True)
class Told:
    """One event in words; ``quote`` is what somebody wrote, empty where nothing was or where it was erased."""

    at: datetime
    sentence: str
    quote: str


def told(event: Event) -> Told:
    """The sentence of one event, from its prefetched values and actor."""
    personal = {value.name: value.value for value in event.values.all()}
    erased = _("(erased)")
    values = {
        "who": str(event.actor) if event.actor else _("The portal"),
        "code": event.details.get("code", ""),
        "number": event.details.get("number", ""),
        "fee": format_vnd(event.details.get("fee", 0)),
        "due": _moment(event.details.get("due_at")),
        "due_before": _moment(event.details.get("due_before")),
        "handed_to": personal.get("handed_to") or erased,
    }
    quotes = [personal[name] or erased for name in _QUOTED if name in personal]
    sentence = _SENTENCES[event.kind]
    if event.details.get("declared_at_home"):
        sentence = _DECLARED
    elif event.details.get("outage"):
        sentence = _OUTAGE
    return Told(event.at, str(sentence) % values, " ".join([*quotes, event.reason]).strip())


def _moment(stored: str | None) -> str:
    return format_moment(datetime.fromisoformat(stored), get_language() or "vi") if stored else ""
