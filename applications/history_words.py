"""The history of a dossier as sentences, for those who work on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications.catalogue import version_of
from applications.enums import TAKEN_BACK, Delivery, EventKind
from applications.enums_originals import Moved
from applications.linked import name_of
from applications.models import Event
from portal.text import pick
from portal.vn.dates import format_moment
from portal.vn.money import format_vnd

_SENTENCES: dict[str, Any] = {
    EventKind.RECEIVED: gettext_lazy("%(who)s received it under code %(code)s, fee %(fee)s."),
    EventKind.TAKEN: gettext_lazy("%(who)s took it in hand."),
    EventKind.SUPPLEMENT_ASKED: gettext_lazy("%(who)s asked the citizen for a supplement."),
    EventKind.SUPPLEMENTED: gettext_lazy("%(who)s accepted what was missing; the clock runs again."),
    EventKind.NOT_ANSWERED: gettext_lazy("Nothing came by %(until)s, so it ended as the law says."),
    EventKind.PROPOSED: gettext_lazy("%(who)s proposed result %(number)s for signature."),
    EventKind.CONSULTED: gettext_lazy("%(who)s asked %(office)s, with an answer by %(until)s."),
    EventKind.ANSWERED: gettext_lazy("%(who)s noted the answer of %(office)s."),
    EventKind.HANDED_ON: gettext_lazy("%(who)s handed it from %(before)s to %(to)s."),
    EventKind.FORWARDED: gettext_lazy("%(who)s handed it to %(office)s."),
    EventKind.RETURNED_FOR_REWORK: gettext_lazy("%(who)s did not sign and sent it back."),
    EventKind.APPROVED: gettext_lazy("%(who)s signed result %(number)s."),
    EventKind.HANDED_OVER: gettext_lazy("%(who)s handed the result to %(handed_to)s."),
    EventKind.POSTED: gettext_lazy(
        "%(who)s sent the result to %(handed_to)s by post: %(carrier)s, %(tracking_number)s."
    ),
    EventKind.CAME_BACK: gettext_lazy("The post brought the result back: %(carrier)s, %(tracking_number)s."),
    EventKind.REISSUED: gettext_lazy("%(who)s corrected the receipt and issued it again."),
    EventKind.FOUND_WRONG: gettext_lazy("%(who)s found the result wrong and proposed %(number)s in its place."),
    EventKind.REPLACED: gettext_lazy("%(who)s signed %(number)s in the place of %(before)s."),
    EventKind.NOT_REPLACED: gettext_lazy("%(who)s left the result as it is."),
    EventKind.PAPER_ADDED: gettext_lazy("%(who)s added a paper."),
    EventKind.CERTIFIED: gettext_lazy("%(who)s certified a copy."),
    EventKind.SIGNER_CHANGED: gettext_lazy(
        "%(who)s signs number %(number)s in the place of %(before)s, who approved it."
    ),
    EventKind.DOCUMENT_CHANGED: gettext_lazy(
        "%(who)s changed a document to certify: %(fee)s instead of %(fee_before)s."
    ),
    EventKind.NOT_CERTIFIED: gettext_lazy("%(who)s refused to certify a document."),
    EventKind.LINE_STRUCK: gettext_lazy("%(who)s struck number %(number)s through in the register."),
    EventKind.PAYMENT_ASKED: gettext_lazy("%(who)s asked for the payment of %(fee)s; the clock stands still."),
    EventKind.PAID: gettext_lazy("%(who)s took %(fee)s, receipt %(receipt)s."),
    EventKind.REFUNDED: gettext_lazy("%(who)s had %(fee)s given back, voucher %(receipt)s."),
    EventKind.FEE_LOWERED: gettext_lazy("%(who)s lowered a fee from %(fee_before)s to %(fee)s."),
    EventKind.RECEIPT_UNDONE: gettext_lazy("%(who)s cancelled receipt %(receipt)s of %(fee)s by a counter-entry."),
    EventKind.WITHDRAWN: gettext_lazy("The applicant withdrew it."),
    EventKind.REFUSED: gettext_lazy("%(who)s refused it."),
    EventKind.STOPPED: gettext_lazy("%(who)s stopped it."),
    EventKind.WITHDRAW_ASKED: gettext_lazy("The applicant asked on the tracking page to withdraw it."),
    EventKind.NOT_WITHDRAWN: gettext_lazy("%(who)s did not withdraw it and said why."),
    EventKind.PART_BEGUN: gettext_lazy("%(part)s has begun."),
    EventKind.PART_DONE: gettext_lazy("%(part)s: %(who)s noted the result %(number)s."),
    EventKind.PART_REFUSED: gettext_lazy("%(part)s: %(who)s noted that the office refuses it."),
    EventKind.PART_ENDED: gettext_lazy("%(part)s ended: what it depends on has no result."),
    EventKind.PARTS_WAIT: gettext_lazy("Only what the citizen was asked for is waited for; the clock stands still."),
    EventKind.PARTS_OVER: gettext_lazy("Every service in it is over; %(results)s of %(parts)s have a result."),
    EventKind.PART_HANDED: gettext_lazy("%(who)s handed over to %(handed_to)s: %(part)s."),
    EventKind.EXTENDED: gettext_lazy("%(who)s signed the apology: due %(due)s instead of %(due_before)s."),
    EventKind.DUE_MOVED: gettext_lazy("The days off were corrected: due %(due)s instead of %(due_before)s."),
    EventKind.ANSWER_MOVED: gettext_lazy("Because of an announced outage the supplement may come until %(until)s."),
    EventKind.PERSON_MERGED: gettext_lazy(
        "%(who)s merged two records of the same person: the dossier is with the one that counts."
    ),
    EventKind.ERASED: gettext_lazy("%(who)s had it erased with list %(list)s of the retention rules."),
    EventKind.PERSON_PARTED: gettext_lazy("%(who)s took the merging of two records back."),
    EventKind.FORM_CORRECTED: gettext_lazy("%(who)s corrected what was filled in: %(fields)s."),
    EventKind.NOTED: gettext_lazy("%(who)s wrote an internal note."),
    EventKind.WRITTEN: gettext_lazy("%(who)s wrote to the citizen."),
    EventKind.CITIZEN_WROTE: gettext_lazy("The citizen wrote on the tracking page."),
    EventKind.LETTER_READ: gettext_lazy("%(who)s read what the citizen wrote; it needs no answer."),
}
_ORIGINALS: dict[Moved, Any] = {
    Moved.KEPT: gettext_lazy("%(who)s took the original into custody: %(original)s."),
    Moved.INTO_SAFE: gettext_lazy("%(who)s put the original into the safe: %(original)s."),
    Moved.OUT_OF_SAFE: gettext_lazy("%(who)s took the original out of the safe: %(original)s."),
    Moved.SENT: gettext_lazy("%(who)s sent the original to %(office)s with list %(list)s: %(original)s."),
    Moved.ARRIVED: gettext_lazy("%(who)s received the original for %(office)s with list %(list)s: %(original)s."),
    Moved.SENT_BACK: gettext_lazy("%(who)s sent the original back from %(office)s with list %(list)s: %(original)s."),
    Moved.CAME_BACK: gettext_lazy("%(who)s received the original back with list %(list)s: %(original)s."),
    Moved.MISSED: gettext_lazy("%(who)s did not find the original with list %(list)s: %(original)s."),
    Moved.STAYED: gettext_lazy("%(who)s found the original that list %(list)s had not brought: %(original)s."),
    Moved.GIVEN_BACK: gettext_lazy("%(who)s gave the original to %(handed_to)s: %(original)s."),
    Moved.LOST: gettext_lazy("%(who)s answered for it that the original is not found any more: %(original)s."),
}
_ASKED_AGAIN = gettext_lazy("%(who)s asked the citizen for a supplement again; it counts as overdue.")
_COVERED = gettext_lazy("%(who)s added a fee of %(fee)s, which was paid before already.")
_PART_ASKED = gettext_lazy("%(part)s: %(who)s asked the citizen for a supplement.")
_PART_SUPPLEMENTED = gettext_lazy("%(part)s: %(who)s accepted what was missing; its clock runs again.")
_PART_NOT_ANSWERED = gettext_lazy("%(part)s: nothing came by %(until)s, so it ended as the law says.")
_PART_ANSWER_MOVED = gettext_lazy("%(part)s: because of an announced outage the supplement may come until %(until)s.")
_OF_PART = {
    EventKind.SUPPLEMENT_ASKED: _PART_ASKED,
    EventKind.SUPPLEMENTED: _PART_SUPPLEMENTED,
    EventKind.NOT_ANSWERED: _PART_NOT_ANSWERED,
    EventKind.ANSWER_MOVED: _PART_ANSWER_MOVED,
}
_DECLARED = gettext_lazy("%(who)s received it under code %(code)s, fee %(fee)s. The applicant had declared it at home.")
_HELPED = gettext_lazy("%(helper)s of the hall had filled it in with the applicant, who had agreed.")
_CHECKED = gettext_lazy("The citizen had read it on the screen and found everything right.")
_TAKEN_BACK = gettext_lazy("%(who)s took the last document out: nothing is certified.")
_PAID_MORE = gettext_lazy(
    "%(who)s changed a document to certify: %(fee)s instead of %(fee_before)s. %(surplus)s more was paid than is due."
)
_STILL_LOWERED = gettext_lazy("A leader's reduction of %(lowered)s still counts.")
_BY_BANK = gettext_lazy("The bank told of a transfer of %(fee)s: booked, receipt %(receipt)s.")
_BY_BANK_AND_HAND = gettext_lazy("%(who)s matched a transfer of %(fee)s by hand: booked, receipt %(receipt)s.")
_UNPAID = gettext_lazy("%(who)s handed the result to %(handed_to)s, though %(unpaid)s was not paid.")
_INTO_UNPAID = gettext_lazy(
    "It went into the dossier it was made for; %(unpaid)s is to be paid together with that one."
)
_SENT_UNPAID = gettext_lazy(
    "%(who)s sent the result to %(handed_to)s by post: %(carrier)s, %(tracking_number)s, though %(unpaid)s was not paid."
)
_DELIVERED = gettext_lazy("The post delivered the result: %(handed_to)s signed for it.")
_OUTAGE = gettext_lazy("The clock stood still for an announced outage: due %(due)s instead of %(due_before)s.")
# How the result is wanted, where the event says so.
_WANTED: dict[str, Any] = {
    Delivery.COUNTER: gettext_lazy("The result is wanted at the counter."),
    Delivery.POST: gettext_lazy("The result is to go by post to: %(delivery_address)s."),
    Delivery.FILE: gettext_lazy("The result is wanted as a file."),
}
_AS_FILE = gettext_lazy("%(who)s noted that the citizen has the result as a file.")
_AS_FILE_UNPAID = gettext_lazy(
    "%(who)s noted that the citizen has the result as a file, though %(unpaid)s was not paid."
)
# Personal texts worth reading in full under their sentence.
_QUOTED = ("faults", "reason", "note", "question", "answer", "letter")


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
        "office": event.details.get("office", ""),
        "helper": event.details.get("helped_by", ""),
        "before": event.details.get("before", ""),
        "to": event.details.get("to", ""),
        "receipt": event.details.get("receipt", ""),
        "fee": format_vnd(event.details.get("fee", 0)),
        "part": _parts(event),
        "results": event.details.get("results", ""),
        "parts": event.details.get("parts", ""),
        "fee_before": format_vnd(event.details.get("fee_before", 0)),
        "surplus": format_vnd(event.details.get("surplus", 0)),
        "lowered": format_vnd(event.details.get("lowered", 0)),
        "unpaid": format_vnd(event.details.get("unpaid", 0)),
        "due": _moment(event.details.get("due_at")),
        "due_before": _moment(event.details.get("due_before")),
        "until": _moment(event.details.get("until")),
        "handed_to": personal.get("handed_to") or erased,
        "original": f"{pick(event.details.get('paper'))} {personal.get('serial') or ''}".strip(),
        "carrier": event.details.get("carrier", ""),
        "tracking_number": personal.get("tracking_number") or erased,
        "delivery_address": personal.get("delivery_address") or erased,
        "list": event.details.get("list", ""),
        "fields": _fields(event),
    }
    quotes = [personal[name] or erased for name in _QUOTED if name in personal]
    if "authorisation" in personal:
        quotes.append(_("By what paper: %(paper)s") % {"paper": personal["authorisation"] or erased})
    if "given_back" in personal:
        quotes.append(_("Originals given back: %(papers)s") % {"papers": personal["given_back"] or erased})
    if "other_matter" in personal:
        words = {
            "codes": ", ".join(event.details.get("looks_like", ())) or _("what was filed online"),
            "reason": personal["other_matter"] or erased,
        }
        quotes.append(_("Another matter than %(codes)s: %(reason)s") % words)
    sentence = str(_sentence(event))
    if event.details.get("helped_by"):
        sentence += " " + str(_HELPED)
    if event.details.get("checked_on_screen"):
        sentence += " " + str(_CHECKED)
    if event.details.get("delivery"):
        sentence += " " + str(_WANTED[event.details["delivery"]])
    if event.details.get("lowered"):
        sentence += " " + str(_STILL_LOWERED)
    return Told(event.at, sentence % values, "\n".join(filter(None, [*quotes, event.reason])))


def _sentence(event: Event) -> Any:
    if event.details.get("declared_at_home"):
        return _DECLARED
    if event.details.get("why") == TAKEN_BACK:
        return _TAKEN_BACK
    if event.details.get("is_covered"):
        return _COVERED
    if event.details.get("as_file"):
        return _AS_FILE_UNPAID if event.details.get("unpaid") else _AS_FILE
    if event.details.get("unpaid") and event.details.get("into"):
        return _INTO_UNPAID
    if event.details.get("unpaid"):
        return _SENT_UNPAID if event.kind == EventKind.POSTED else _UNPAID
    if event.kind == EventKind.HANDED_OVER and event.details.get("letter"):
        return _DELIVERED
    if event.details.get("bank"):
        return _BY_BANK_AND_HAND if event.actor_id else _BY_BANK
    if event.details.get("surplus"):
        return _PAID_MORE
    if event.kind == EventKind.DUE_MOVED and event.details.get("outage"):
        return _OUTAGE
    if event.kind == EventKind.ORIGINAL:
        return _ORIGINALS[Moved(event.details["moved"])]
    if event.kind == EventKind.SUPPLEMENT_ASKED and event.details.get("counts_as_overdue"):
        return _ASKED_AGAIN
    if event.details.get("part") and event.kind in _OF_PART:
        return _OF_PART[EventKind(event.kind)]
    return _SENTENCES[event.kind]


def _parts(event: Event) -> str:
    """The names of the linked services that it is about."""
    keys = [key for key in str(event.details.get("part", "")).split(",") if key]
    return ", ".join(name_of(event.application, key) for key in keys)


def _fields(event: Event) -> str:
    """The labels of the form's fields that were corrected."""
    asked = version_of(event.application).form_schema.get("properties", {}) if event.details.get("fields") else {}
    return ", ".join(pick(asked[key]["x-label"]) if key in asked else key for key in event.details.get("fields", ()))


def _moment(stored: str | None) -> str:
    return format_moment(datetime.fromisoformat(stored), get_language() or "vi") if stored else ""
