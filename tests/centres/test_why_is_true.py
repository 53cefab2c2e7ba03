"""Every sentence of an answer to "why was that one called before?", of every pair of numbers of generated days, against
what was written down of the two. A sentence that is none of these is a failure too."""

from __future__ import annotations

import re
from collections import Counter as Count
from datetime import datetime, timedelta
from itertools import combinations

import pytest

from centres.actions.close_day import close_day
from centres.enums import IN_HALL, TicketState
from centres.models import Counter, Ticket, TicketEvent
from centres.why import why
from portal import clock
from tests.centres.hall import Hall

pytestmark = [pytest.mark.usefixtures("in_english"), pytest.mark.django_db]

CALLS = ("called", "picked")
WAITS = ("issued", "returned", "transferred", "classed")


class Number:
    """What is known of one number."""

    def __init__(self, ticket: Ticket, events: list[TicketEvent]) -> None:
        self.ticket, self.events = ticket, events
        self.calls = [event for event in events if event.kind in CALLS]

    def had(self, *kinds: str, at: str) -> list[TicketEvent]:
        return [event for event in self.events if event.kind in kinds and hm(event.at) == at]

    def before(self, call: TicketEvent) -> list[TicketEvent]:
        return [event for event in self.events if (event.at, event.pk) < (call.at, call.pk)]


def hm(at: datetime | None) -> str:
    return f"{clock.local(at):%H:%M}" if at else ""


class Said:
    """One answer: ``call`` is the call that is explained at this sentence, ``by`` and ``of`` whose it is and whose not."""

    def __init__(self, one: Number, other: Number) -> None:
        self.numbers = {one.ticket.label: one, other.ticket.label: other}
        self.call: TicketEvent | None = None

    def explain(self, label: str, at: str) -> bool:
        """The last call of this number at this minute that came before any of the other."""
        self.by = self.numbers[label]
        self.of = next(number for number in self.numbers.values() if number is not self.by)
        calls = [e for e in self.by.had(*CALLS, at=at) if not any(each.kind in CALLS for each in self.of.before(e))]
        self.call = calls[-1] if calls else None
        return bool(calls)

    def once_more(self, label: str) -> bool:
        self.by = self.numbers[label]
        self.of = next(number for number in self.numbers.values() if number is not self.by)
        self.call = self.by.calls[0]
        return self.stood.kind not in (*CALLS, "recalled", "arrived", "done") and bool(self.called_before)

    @property
    def stood(self) -> TicketEvent:
        assert self.call is not None
        return self.of.before(self.call)[-1]

    @property
    def called_before(self) -> list[TicketEvent]:
        assert self.call is not None
        return [event for event in self.of.before(self.call) if event.kind in CALLS]


NUMBER = r"(\w\d{3})"
TIME = r"(\d\d:\d\d)"


def claims(said: Said):
    """(pattern, what must be true of it)."""
    n = said.numbers
    uncalled = lambda *labels: not any(n[label].calls for label in labels)  # noqa: E731
    in_hall = lambda label: n[label].ticket.state in IN_HALL  # noqa: E731
    place = lambda label: (n[label].ticket.queue_at, n[label].ticket.pk)  # noqa: E731
    standing = lambda a, b: all(n[x].ticket.state == TicketState.WAITING for x in (a, b)) and uncalled(a, b)  # noqa: E731
    rank = lambda label: n[label].ticket.priority  # noqa: E731
    then = lambda number: number.before(said.call)[-1]  # noqa: E731
    yield (
        rf"Neither {NUMBER} nor {NUMBER} has been called yet\.",
        lambda a, b: uncalled(a, b) and in_hall(a) and in_hall(b),
    )
    yield (
        rf"Neither {NUMBER} nor {NUMBER} was called\.",
        lambda a, b: uncalled(a, b) and not (in_hall(a) and in_hall(b)),
    )
    yield (
        rf"{NUMBER} was called at {TIME}; {NUMBER} has not been called\.",
        lambda a, at, b: said.explain(a, at) and uncalled(b),
    )
    yield (
        rf"{NUMBER} was called at {TIME}, {NUMBER} at {TIME}\.",
        lambda a, at, b, later: said.explain(a, at) and hm(n[b].calls[0].at) == later,
    )
    yield (
        r"They wait for different things: (.+), (.+)\.",
        lambda *_titles: standing(*n) and len({number.ticket.service_id for number in n.values()}) == 2,
    )
    yield rf"{NUMBER} goes before {NUMBER}: .+\.", lambda a, b: standing(a, b) and rank(a) < rank(b)
    yield (
        rf"{NUMBER} came first\.",
        lambda a: standing(*n) and len(set(map(rank, n))) == 1 and place(a) == min(map(place, n)),
    )
    yield rf"{NUMBER} left at {TIME}\.", lambda a, at: uncalled(a) and n[a].had("left", at=at)
    yield rf"{NUMBER} was not called before the day ended\.", lambda a: uncalled(a) and n[a].events[-1].kind == "closed"
    yield (
        rf"{NUMBER} was away and not back in time; at {TIME} its place was given up\.",
        lambda a, at: any(event.reason for event in n[a].had("no_show", at=at)),
    )
    yield (
        rf"{NUMBER} is away; its place is kept until {TIME}\.",
        lambda a, at: uncalled(a) and n[a].ticket.is_held and hm(n[a].ticket.back_by) == at,
    )
    yield rf"When {NUMBER} was called, {NUMBER} was no longer at a counter\.", lambda a, _b: said.once_more(a)
    yield rf"{NUMBER} had not been drawn yet\.", lambda a: n[a].ticket.issued_at > said.call.at
    yield (
        rf"They waited for different things: {NUMBER} for .+, {NUMBER} for .+\.",
        lambda *_both: said.call.service_id != said.stood.service_id,
    )
    yield (
        rf"Counter (\d) did not do what {NUMBER} waited for\.",
        lambda counter, a: (
            said.call.counter.number == int(counter) and said.stood.service not in said.call.counter.services.all()
        ),
    )
    yield (
        rf"{NUMBER} waited for counter (\d)\.",
        lambda a, counter: (
            said.called_before
            and said.stood.kind in WAITS
            and said.stood.counter == Counter.objects.get(centre=n[a].ticket.centre_id, number=counter)
        ),
    )
    missed = lambda by_stay: any(  # noqa: E731
        event.kind == "no_show" and bool(event.reason) == by_stay for event in said.of.before(said.call)
    )
    yield rf"{NUMBER} had not been back in time before and came again later\.", lambda a: missed(True)
    yield rf"{NUMBER} had missed its call before and came again later\.", lambda a: missed(False)
    yield (
        rf"The officer called {NUMBER} by its number and wrote down why\. Ask at the counter\.",
        lambda a: said.call.kind == "picked" and said.by is n[a],
    )
    yield (
        rf"{NUMBER} had been called and nobody came; at {TIME} it was put aside\.",
        lambda a, at: (
            said.called_before and hm(said.stood.at) == at and said.stood.kind == "no_show" and not said.stood.reason
        ),
    )
    yield (
        rf"{NUMBER} was away from {TIME} on; its place was kept\.",
        lambda a, at: said.stood.kind == "parked" and hm(said.stood.at) == at,
    )
    yield (
        rf"{NUMBER} had been set aside at {TIME}\.",
        lambda a, at: said.called_before and said.stood.kind == "parked" and hm(said.stood.at) == at,
    )
    yield (
        rf"{NUMBER} had been at this counter before and came back to it: such people are called first\.",
        lambda a: (
            said.call.priority == -10 and said.by.before(said.call)[0] and said.by.calls[0].counter == said.call.counter
        ),
    )
    yield (
        "Both were called at the same moment, by different counters.",
        lambda: abs(said.of.calls[0].at - said.call.at) < timedelta(seconds=10),
    )
    yield rf"{NUMBER} goes before others: [^.]+\.( An officer saw that at {TIME} and wrote it down\.)?", lambda a, seen, at: (
        said.call.priority < then(said.of).priority and (not seen or bool(said.by.had("classed", at=at)))
    )  # fmt: skip
    capped = "but of 3 calls at a counter at most one overtakes, and it was the turn of"
    yield (
        rf"{NUMBER} goes before others \(.+\), {capped} {NUMBER}, who came first\.",
        lambda a, b: then(n[a]).priority < said.call.priority and said.call.queue_at <= then(n[a]).queue_at,
    )
    passed, kept = r"It was passed on from another counter and kept its place\.", r"Its place had been kept\."
    yield (
        rf"{NUMBER} was in line before {NUMBER} \(.+\)\.( {passed}| {kept})?",
        lambda a, b, how: (
            said.call.priority == then(n[b]).priority
            and said.call.queue_at <= then(n[b]).queue_at
            and (not how or said.call.queue_at == n[a].ticket.issued_at)
        ),
    )


def check(one: Number, other: Number, seen: Count[str]) -> None:
    answer = why(one.ticket, other.ticket)
    assert sorted(why(other.ticket, one.ticket)[1:]) == sorted(answer[1:]) or not (one.calls or other.calls)
    said = Said(one, other)
    assert len(answer) > 1, answer
    for sentence in answer:
        for pattern, holds in claims(said):
            found = re.fullmatch(pattern, sentence)
            if found:
                assert holds(*found.groups()), (answer, sentence, one.events, other.events)
                seen[pattern] += 1
                break
        else:
            pytest.fail(f"nothing known of {sentence!r} in {answer}")


def numbers(hall: Hall) -> list[Number]:
    tickets = Ticket.objects.filter(centre=hall.centre).select_related("service")
    return [Number(ticket, list(ticket.events.order_by("at", "id"))) for ticket in tickets]


def test_every_sentence_about_any_two_numbers_is_true():
    seen: Count[str] = Count()
    for seed in range(5):
        hall = Hall(seed)
        for _part in range(2):
            hall.run(70)
            for one, other in combinations(numbers(hall), 2):
                check(one, other, seen)
    at = hall.at + timedelta(hours=14)
    close_day(before=clock.local_day(at), at=at)
    for one, other in combinations(numbers(hall), 2):
        check(one, other, seen)
    assert len(seen) > 20, f"too little was said: {seen}"
