"""What is wrong with the histories of dossiers: each walked from its first row, and every closed day compared.

A change, a gap or a row put in shows inside a dossier's chain, and a value blanked without a word beside it. A tail cut off, a history computed anew or a dossier that is
gone altogether do not: the days that were closed no longer have the digests that their closings published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Exists, OuterRef

from applications.chained import VALUES, WithValues
from applications.closings import Published, end_of
from applications.enums import Erased, EventKind, State
from applications.histories import CHUNK, PREFIX, day_of_label, digests_until, history_label
from applications.models import Application, ChainHead, Closing, Event
from centres.models import Centre
from portal import chain

_SENTENCES = {
    "changed": "change {} was changed, or a value beside it.",
    "missing": "change {} was removed.",
    "inserted": "change {} was put in later.",
    "moved": "change {} does not follow the one before it.",
}


@dataclass
class Count:
    """How much was looked at."""

    dossiers: int = 0
    changes: int = 0
    days: int = 0


def find_faults(published: Mapping[str, Published], count: Count) -> Iterator[str]:
    """Each fault as a sentence for the operator. ``published`` is by the file's name."""
    yield from _in_dossiers(count)
    yield from _without_history()
    yield from _in_days(published, count)


# -- each dossier -----------------------------------------------------------------------------------------------------


def _in_dossiers(count: Count) -> Iterator[str]:
    rows = (
        Event.objects.order_by("application_id", "sequence")
        .select_related("application")
        .only(*(field.attname for field in Event._meta.concrete_fields), "application__code", "application__state")
        .prefetch_related(VALUES)
    )
    for _pk, changes in groupby(rows.iterator(CHUNK), key=lambda row: row.application_id):
        yield from _in_dossier(list(changes), count)


def _in_dossier(changes: list[Event], count: Count) -> Iterator[str]:
    count.dossiers, count.changes = count.dossiers + 1, count.changes + len(changes)
    dossier, last = changes[0].application, changes[-1]
    fault = chain.verify(WithValues.of(row) for row in changes)
    if fault is not None:
        yield f"{_name(dossier)}: {_SENTENCES[fault.kind].format(fault.sequence)}"
    elif dossier.state != last.to_state:
        yield (
            f"{_name(dossier)}: it is {State(dossier.state).name}, and its last change, {last.sequence}, made it "
            f"{State(last.to_state).name}."
        )
    for sequence in _erased_silently(changes):
        yield f"{_name(dossier)}: a personal value of change {sequence} was erased, and no change after it says so."


def _erased_silently(changes: list[Event]) -> Iterator[int]:
    """The changes of which a value was blanked, which the chain allows, with no later change that erased everything then."""
    said: set[datetime | None] = {None}
    for row in reversed(changes):
        if any(one.erased_at not in said for one in row.kept_values):  # type: ignore[attr-defined]
            yield row.sequence
        if row.kind == EventKind.ERASED and row.details.get("what") == Erased.WHOLE:
            said.add(row.at)


def _without_history() -> Iterator[str]:
    """Whatever was received has at least the change that received it."""
    rows = Application.objects.exclude(state=State.DRAFT).filter(
        ~Exists(Event.objects.filter(application=OuterRef("pk")))
    )
    for dossier in rows.only("code", "state").order_by("pk").iterator(CHUNK):
        yield f"{_name(dossier)}: its whole history is gone."


def _name(dossier: Application) -> str:
    return f"dossier {dossier.code or dossier.pk}"


# -- each closed day --------------------------------------------------------------------------------------------------

# Who says it, and of each label the number of changes and the digest.
Said = tuple[str, Mapping[str, tuple[int, str]]]


def _in_days(published: Mapping[str, Published], count: Count) -> Iterator[str]:
    units = dict(Centre.objects.values_list("pk", "code"))
    kept = _kept_by_day(published)
    days = set(Closing.objects.values_list("day", flat=True)) | kept.keys()
    for day in sorted(days):
        count.days += 1
        own = {history_label(day, centre): (number, digest) for centre, number, digest in digests_until(end_of(day))}
        for who, said in [*_in_database(day), *kept.get(day, [])]:
            if not said and who == _own_words(day):
                continue  # closed before histories were
            for label in sorted(own.keys() | said.keys()):
                if own.get(label) != said.get(label):
                    yield _disagreement(day, units, label, own.get(label), said.get(label), who)


def _in_database(day: date) -> list[Said]:
    heads = ChainHead.objects.filter(closing__day=day, chain__startswith=PREFIX)
    return [(_own_words(day), {head.chain: (head.sequence, head.hash) for head in heads})]


def _own_words(day: date) -> str:
    return f"the closing of {day}"


def _kept_by_day(published: Mapping[str, Published]) -> dict[date, list[Said]]:
    kept: dict[date, list[Said]] = {}
    for name, closing in published.items():
        said = {
            label: (number, digest)
            for label, (number, digest, _about) in closing.heads.items()
            if label.startswith(PREFIX) and day_of_label(label) == closing.day
        }
        if said:
            kept.setdefault(closing.day, []).append((f"the closing of {closing.day} kept as {name}", said))
    return kept


def _disagreement(
    day: date,
    units: Mapping[int, str],
    label: str,
    own: tuple[int, str] | None,
    said: tuple[int, str] | None,
    who: str,
) -> str:
    unit = units.get(int(label.rpartition(":")[2]), "") or "the portal itself"
    now, then = own[0] if own else 0, said[0] if said else 0
    if now != then:
        return f"histories of {day} at {unit}: {now} changes are there; {who} has {then}."
    return f"histories of {day} at {unit}: the {now} changes are not those that {who} has."
