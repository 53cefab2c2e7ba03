"""Print a closing once, have the unit sign it where there is a key, and keep the paper."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from applications.actions.sealing_tries import done, held_back, try_later
from applications.closing_paper import closing_paper, stamp_of
from applications.models import Closing, ClosingPaper
from applications.notarisation.signing.keys import is_configured
from applications.notarisation.signing.sign import seal
from portal import files
from portal.errors import Unavailable
from portal.files import Stored

_PREFIX = "closing:"
# Each takes a second of drawing; the rest follows with the next round.
MOST_PAPERS = 20


def keep_closing_papers(*, at: datetime) -> int:
    """Print and sign what is not kept yet, the newest first; how many. What a silent key or authority refuses once it would
    refuse for all of them: the round ends there, and the paper comes later."""
    waiting = Closing.objects.filter(paper__isnull=True).exclude(pk__in=held_back(_PREFIX, at))
    count = 0
    for closing in waiting.order_by("-day")[:MOST_PAPERS]:
        try:
            keep_closing_paper(closing=closing, at=at)
        except Unavailable as problem:
            try_later(f"{_PREFIX}{closing.pk}", problem, at)
            break
        count += 1
    return count


def keep_closing_paper(*, closing: Closing, at: datetime) -> ClosingPaper:
    """The closing's paper; printed and signed now if nobody has. Two workers at once end with one row, one that died is gone on
    from: the paper is kept under a name of its own before its row is written. Raises ``Unavailable``."""
    kept = ClosingPaper.objects.filter(closing=closing).first()
    if kept is not None:
        return kept
    is_signed = is_configured()
    try:
        stored = _sealed(closing, at) if is_signed else files.store([closing_paper(closing)])
    except FileNotFoundError:
        # Another worker was quicker, and has tidied up.
        return ClosingPaper.objects.get(closing=closing)
    paper, _made = ClosingPaper.objects.get_or_create(
        closing=closing,
        defaults={"sha256": stored.sha256, "size": stored.size, "made_at": at, "is_signed": is_signed},
    )
    files.forget_half_done(_half_done_name(closing))
    done(f"{_PREFIX}{closing.pk}")
    return paper


def _sealed(closing: Closing, at: datetime) -> Stored:
    with files.workplace() as place:
        return files.store_made(_signed_once(closing, place, at))


def _signed_once(closing: Closing, place: Path, at: datetime) -> Path:
    """What an earlier try or another worker signed already, else signed now."""
    name = _half_done_name(closing)
    kept = files.half_done(name, place)
    if kept is not None:
        return kept
    paper = place / "closing.pdf"
    paper.write_bytes(closing_paper(closing, is_signed=True))
    seal(paper, stamp_of(closing, at))
    return files.keep_once(name, paper)


def _half_done_name(closing: Closing) -> str:
    return f"closing-{closing.day:%Y-%m-%d}"
