"""Where one document of a request for certification stands, in words: short ones for staff, whole ones for citizens."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.models import CertificationItem, RegisterStrike
from applications.notarisation.enums import JobState
from applications.notarisation.grounds import ground_named
from portal import clock
from portal.vn.dates import format_date


def stands(item: CertificationItem) -> tuple[str, str]:
    """Kind of mark and the words beside it, for staff."""
    if item.strike is not None:
        return "act", _("struck through on %(day)s") % {"day": _struck_on(item.strike)}
    match item.state:
        case JobState.WAITING:
            return "warn", _("at the desk")
        case JobState.SUBMITTED:
            return "info", _("before the signer")
        case JobState.FILED:
            return "ok", _("ready")
        case JobState.FAILED:
            return "act", _("could not be made")
        case JobState.REFUSED:
            return "act", _("refused")
        case JobState.DROPPED:
            return "none", _("taken out")
    return "info", _("being made")


@dataclass(frozen=True)
class ToldDocument:
    """One document as its citizen reads of it; ``why`` says what forbids it, with its article."""

    title: str
    kind: str
    where: str
    number: str = ""
    why: str = ""
    is_struck: bool = False
    file_of: int = 0  # the document whose signed file its citizen may fetch


def told_of(item: CertificationItem) -> ToldDocument:
    number = str(item.entry) if item.entry else ""
    if item.strike is not None:
        where = _("Struck through in the register on %(day)s: it does not count any more")
        told = where % {"day": _struck_on(item.strike)}
        return ToldDocument(item.title, "act", told, number, item.strike.reason, is_struck=True)
    why = ""
    match item.state:
        case JobState.WAITING:
            kind, where = "info", _("The officer is looking at it")
        case JobState.SUBMITTED:
            kind, where = "info", _("It lies before the person who signs")
        case JobState.FILED:
            kind, where = "ok", _("Certified and ready")
        case JobState.FAILED:
            kind, where = "act", _("It could not be made. Please bring the paper to the counter once more, at no cost")
        case JobState.REFUSED:
            kind, where = "act", _("It must not be certified")
            why = _why(item)
        case _:
            kind, where = "info", _("Signed; the copy is being made")
    file_of = item.pk if item.is_given_as_file else 0
    return ToldDocument(item.title, kind, where, number, why, file_of=file_of)


def _struck_on(strike: RegisterStrike) -> str:
    return format_date(clock.local_day(strike.at))


def _why(item: CertificationItem) -> str:
    ground = ground_named(item.ground)
    if ground is None:
        return item.reason
    said = _("%(sentence)s (%(article)s)") % {"sentence": ground.sentence.rstrip("."), "article": ground.article}
    return f"{said}. {item.reason}".strip()
