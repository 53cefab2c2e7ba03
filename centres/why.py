"""Why was one number called before another? Answered from the record, in the reader's language, naming no citizen.

What is compared is each number's first call of the day, or one number's call and another's wait; who had been called
and was back in line when the other was called is told why they were not called again then. Every call wrote down how its
number stood in the queue (``TicketEvent``), so the answer is what was true, not what is true now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centres.enums import Priority, PriorityGround, TicketEventKind, TicketState
from centres.models import Counter, Service, Ticket, TicketEvent
from centres.policy import policy_on
from portal import clock
from portal.text import pick

_CALLS = (TicketEventKind.CALLED, TicketEventKind.PICKED)
_AWAY = (TicketEventKind.PARKED, TicketEventKind.NO_SHOW)
_A_MOMENT = timedelta(seconds=10)
_GONE = (TicketEventKind.LEFT, TicketEventKind.CLOSED)
# In the line, or in it again after something else.
_IN_LINE = (TicketEventKind.ISSUED, TicketEventKind.RETURNED, TicketEventKind.TRANSFERRED, TicketEventKind.CLASSED)


@dataclass
class Story:
    """One number's day as far as it was written down."""

    ticket: Ticket
    events: list[TicketEvent] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.ticket.label

    def calls(self) -> list[TicketEvent]:
        return [event for event in self.events if event.kind in _CALLS]

    def at(self, call: TicketEvent) -> TicketEvent | None:
        """The last thing written down before this call; ``None`` when the number had not been drawn."""
        before = self.before(call)
        if before:
            return before[-1]
        return TicketEvent(kind=TicketEventKind.ISSUED) if self.ticket.issued_at <= call.at else None

    def before(self, event: TicketEvent) -> list[TicketEvent]:
        return [each for each in self.events if (each.at, each.pk) < (event.at, event.pk)]

    def called_after(self, call: TicketEvent) -> TicketEvent | None:
        return next((each for each in self.calls() if (each.at, each.pk) > (call.at, call.pk)), None)

    def was_called(self, before: TicketEvent) -> bool:
        return any(each.kind in _CALLS for each in self.before(before))

    def was_missed(self, before: TicketEvent) -> TicketEvent | None:
        """The no-show it had before this moment, if any."""
        missed = [each for each in self.before(before) if each.kind == TicketEventKind.NO_SHOW]
        return missed[-1] if missed else None

    def stayed_away(self, missed: TicketEvent) -> bool:
        """Whether this no-show was a kept place that nobody came back to, and not a call that nobody followed."""
        before = [each for each in self.before(missed) if each.kind != TicketEventKind.CLASSED]
        return bool(before) and before[-1].kind == TicketEventKind.PARKED

    def kept_place(self, call: TicketEvent) -> bool:
        """Whether its place in time was still that of the drawing at this call."""
        return call.queue_at is None or call.queue_at == self.ticket.issued_at


def why(one: Ticket, other: Ticket, *, for_staff: bool = False) -> list[str]:
    """Sentences that say which of the two was called first, and why. A few statements, however long the day.

    ``for_staff`` adds the officer's name and the reason to a call by number, and the ground to a class.
    """
    if one.pk == other.pk:
        return [_("That is the same number.")]
    stories = _stories(one, other)
    first, second = _in_order_of_calls(*stories)
    call = _decisive_call(first, second)
    if call is None:
        return list(_neither(*stories))
    answer = [_headline(first, second, call), *_Answer(first, second, call, for_staff).sentences()]
    later = second.called_after(call)
    if later is None:
        return [*answer, *(sentence for sentence in _gone(second) if sentence not in answer)]
    return [*answer, *_once_more(first, second, later, for_staff)]


def _stories(one: Ticket, other: Ticket) -> tuple[Story, Story]:
    stories = {ticket.pk: Story(ticket) for ticket in (one, other)}
    rows = TicketEvent.objects.filter(ticket__in=stories).select_related("counter", "service", "actor")
    for event in rows.order_by("at", "id"):
        stories[event.ticket_id].events.append(event)
    return stories[one.pk], stories[other.pk]


def _in_order_of_calls(one: Story, other: Story) -> tuple[Story, Story]:
    def key(story: Story) -> tuple[bool, datetime, int]:
        call = next(iter(story.calls()), None)
        return (call is None, call.at if call else story.ticket.queue_at, call.pk if call else 0)

    first, second = sorted((one, other), key=key)
    return first, second


def _decisive_call(first: Story, second: Story) -> TicketEvent | None:
    """The last call of the first before the other was called at all: a visit may have several turns."""
    later = next(iter(second.calls()), None)
    calls = [call for call in first.calls() if later is None or (call.at, call.pk) < (later.at, later.pk)]
    return calls[-1] if calls else None


def _headline(first: Story, second: Story, call: TicketEvent) -> str:
    values = {"first": first.label, "second": second.label, "time": _hm(call.at)}
    later = next(iter(second.calls()), None)
    if later is None:
        return _("%(first)s was called at %(time)s; %(second)s has not been called.") % values
    values["later"] = _hm(later.at)
    return _("%(first)s was called at %(time)s, %(second)s at %(later)s.") % values


def _neither(one: Story, other: Story) -> Iterator[str]:
    """Neither was ever called: what became of those who are not in line, else who is before whom as things stand."""
    names = {"one": one.label, "other": other.label}
    gone = [*_gone(one), *_gone(other)]
    if gone:
        yield _("Neither %(one)s nor %(other)s was called.") % names
    else:
        yield _("Neither %(one)s nor %(other)s has been called yet.") % names
    away = [*_held(one), *_held(other)]
    yield from gone or away or [_standing(one.ticket, other.ticket)]
    if gone:
        yield from away


def _standing(a: Ticket, b: Ticket) -> str:
    if a.service_id != b.service_id:
        return _("They wait for different things: %(one)s, %(other)s.") % {
            "one": pick(a.service.title),
            "other": pick(b.service.title),
        }
    first, second = sorted((a, b), key=lambda ticket: (ticket.priority, ticket.queue_at, ticket.pk))
    if first.priority < second.priority:
        return _("%(first)s goes before %(second)s: %(class)s.") % {
            "first": first.label,
            "second": second.label,
            "class": Priority(first.priority).label,
        }
    return _("%(first)s came first.") % {"first": first.label}


def _gone(story: Story) -> Iterator[str]:
    """What became of a number that was never called and is out of the line for good."""
    ticket = story.ticket
    if ticket.state == TicketState.NO_SHOW:
        yield _given_up(story, ticket.finished_at)
    elif ticket.state == TicketState.LEFT and story.events and story.events[-1].kind == TicketEventKind.CLOSED:
        yield _("%(number)s was not called before the day ended.") % {"number": story.label}
    elif ticket.state == TicketState.LEFT:
        yield _("%(number)s left at %(time)s.") % {"number": story.label, "time": _hm(ticket.finished_at)}


def _given_up(story: Story, at: datetime | None) -> str:
    return _("%(number)s was away and not back in time; at %(time)s its place was given up.") % {
        "number": story.label,
        "time": _hm(at),
    }


def _held(story: Story) -> Iterator[str]:
    if story.ticket.is_held:
        yield _("%(number)s is away; its place is kept until %(time)s.") % {
            "number": story.label,
            "time": _hm(story.ticket.back_by),
        }


def _once_more(first: Story, second: Story, later: TicketEvent, for_staff: bool) -> Iterator[str]:
    """Why the first, who had been called and was not at a counter any more, was not called again when the second was."""
    stood = first.at(later)
    if stood is None or stood.kind not in (*_AWAY, *_IN_LINE):
        return
    reasons = _Answer(second, first, later, for_staff).reasons()
    if reasons:
        yield _("When %(second)s was called, %(first)s was no longer at a counter.") % {
            "first": first.label,
            "second": second.label,
        }
        yield from reasons


@dataclass
class _Answer:
    """Why ``first`` was called and ``second`` was not, at the moment of ``call``."""

    first: Story
    second: Story
    call: TicketEvent
    for_staff: bool

    def sentences(self) -> list[str]:
        return self.reasons() or [_("Nothing else was written down about it.")]

    def reasons(self) -> list[str]:
        return list(self._reasons())

    def _reasons(self) -> Iterator[str]:
        other = self.second.at(self.call)
        if self.call.kind == TicketEventKind.PICKED:
            yield self._picked()
        elif other is None:
            yield _("%(second)s had not been drawn yet.") % self._names
        elif other.kind in _AWAY:
            yield self._away(other)
        elif other.kind in _GONE:
            yield from _gone(self.second)
        elif other.kind in _IN_LINE:
            yield from self._in_line(other)

    def _in_line(self, other: TicketEvent) -> Iterator[str]:
        """Both were waiting: what each waited for, then their order."""
        mine, theirs = self._service(self.call, self.first), self._service(other, self.second)
        if mine.pk != theirs.pk:
            yield _("They waited for different things: %(first)s for %(mine)s, %(second)s for %(theirs)s.") % {
                **self._names,
                "mine": pick(mine.title),
                "theirs": pick(theirs.title),
            }
        counter = self.call.counter
        if counter is not None and mine.pk != theirs.pk and not _did(counter, theirs, self.call.at):
            yield _("Counter %(counter)s did not do what %(second)s waited for.") % {
                **self._names,
                "counter": counter.number,
            }
            return
        kept_for = self._kept_for(other)
        if kept_for is not None and kept_for != counter:
            yield _("%(second)s waited for counter %(counter)s.") % {**self._names, "counter": kept_for.number}
            return
        yield from self._order(other)
        missed = self.second.was_missed(self.call)
        if missed and self.second.stayed_away(missed):
            yield _("%(second)s had not been back in time before and came again later.") % self._names
        elif missed:
            yield _("%(second)s had missed its call before and came again later.") % self._names

    def _kept_for(self, event: TicketEvent) -> Counter | None:
        """The counter a number waits for: where it was set aside, or another one that it was passed on to.

        Rows of earlier versions name that one in the passing on itself, and no return after it.
        """
        if event.kind in (TicketEventKind.RETURNED, TicketEventKind.CLASSED):
            return event.counter
        if event.kind == TicketEventKind.TRANSFERRED:
            calls = [call for call in self.second.calls() if call.at <= event.at]
            return event.counter if calls and calls[-1].counter_id != event.counter_id else None
        return None

    @property
    def _names(self) -> dict[str, str]:
        return {"first": self.first.label, "second": self.second.label}

    def _picked(self) -> str:
        if self.for_staff:
            return _("%(officer)s called %(first)s by its number: %(reason)s") % {
                **self._names,
                "officer": self.call.actor,
                "reason": self.call.reason,
            }
        return _("The officer called %(first)s by its number and wrote down why. Ask at the counter.") % self._names

    def _away(self, event: TicketEvent) -> str:
        values = {**self._names, "time": _hm(event.at)}
        if event.kind == TicketEventKind.NO_SHOW and self.second.stayed_away(event):
            return _given_up(self.second, event.at)
        if event.kind == TicketEventKind.NO_SHOW:
            return _("%(second)s had been called and nobody came; at %(time)s it was put aside.") % values
        if event.counter_id is None:
            return _("%(second)s was away from %(time)s on; its place was kept.") % values
        return _("%(second)s had been set aside at %(time)s.") % values

    def _order(self, other: TicketEvent) -> Iterator[str]:
        rank, against = self._rank(self.call, self.first), self._rank(other, self.second)
        earlier = self._place(self.call, self.first) < self._place(other, self.second)
        if rank == Priority.RETURNING and against != rank:
            yield self._came_back()
        elif rank < against:
            yield self._class(self.first, self.call, rank)
        elif rank == against and earlier:
            yield self._came_first(other)
        elif earlier and self._cap:
            yield self._capped(against, self._cap)
        elif self._at_one_moment():
            yield _("Both were called at the same moment, by different counters.")

    def _came_back(self) -> str:
        before = [each.counter_id for each in self.first.before(self.call) if each.kind in _CALLS]
        if before and before[-1] != self.call.counter_id:
            return (
                _("%(first)s had been at a counter before and came back: such people are called first.") % self._names
            )
        return _("%(first)s had been at this counter before and came back to it: such people are called first.") % (
            self._names
        )

    def _at_one_moment(self) -> bool:
        later = self.second.called_after(self.call)
        return later is not None and later.at - self.call.at < _A_MOMENT and later.counter_id != self.call.counter_id

    def _class(self, story: Story, call: TicketEvent, rank: int) -> str:
        ground = story.ticket.priority_ground
        words = PriorityGround(ground).label if self.for_staff and ground else Priority(rank).label
        sentence = _("%(number)s goes before others: %(class)s.") % {"number": story.label, "class": words}
        changed = [e for e in story.events if e.kind == TicketEventKind.CLASSED and e.at <= call.at]
        if not changed:
            return sentence
        event = changed[-1]
        if self.for_staff:
            said = _("%(officer)s saw that at %(time)s: %(reason)s") % {
                "officer": event.actor,
                "time": _hm(event.at),
                "reason": event.reason,
            }
        else:
            said = _("An officer saw that at %(time)s and wrote it down.") % {"time": _hm(event.at)}
        return f"{sentence} {said}"

    @property
    def _cap(self) -> int | None:
        return policy_on(self.first.ticket.centre_id, self.first.ticket.day).cap

    def _capped(self, against: int, cap: int) -> str:
        return ngettext(
            "%(second)s goes before others (%(class)s), but of %(cap)d calls at a counter at most one overtakes, and it "
            "was the turn of %(first)s, who came first.",
            "%(second)s goes before others (%(class)s), but of %(cap)d calls at a counter at most one overtakes, and it "
            "was the turn of %(first)s, who came first.",
            cap,
        ) % {**self._names, "class": Priority(against).label, "cap": cap}

    def _came_first(self, other: TicketEvent) -> str:
        first, second = self._place(self.call, self.first), self._place(other, self.second)
        sentence = _("%(first)s was in line before %(second)s (%(mine)s, %(theirs)s).") % {
            **self._names,
            "mine": _hms(first[0]),
            "theirs": _hms(second[0]),
        }
        before = [event.kind for event in self.first.before(self.call)]
        if not self.first.kept_place(self.call):
            return sentence
        if TicketEventKind.TRANSFERRED in before:
            return f"{sentence} " + _("It was passed on from another counter and kept its place.")
        if TicketEventKind.RETURNED in before:
            return f"{sentence} " + _("Its place had been kept.")
        return sentence

    @staticmethod
    def _service(event: TicketEvent, story: Story) -> Service:
        return event.service or story.ticket.service

    @staticmethod
    def _rank(event: TicketEvent, story: Story) -> int:
        return event.priority if event.priority is not None else story.ticket.priority

    @staticmethod
    def _place(event: TicketEvent, story: Story) -> tuple[datetime, int]:
        return event.queue_at or story.ticket.queue_at, story.ticket.pk


def _did(counter: Counter, service: Service, at: datetime) -> bool:
    """Whether the counter gave this service then, whatever it gives now."""
    change = counter.skill_changes.filter(at__gt=at).order_by("at", "id").first()
    if change is not None:
        return service.letter in change.before.split(", ")
    return counter.services.filter(pk=service.pk).exists()


def _hm(moment: datetime | None) -> str:
    return f"{clock.local(moment):%H:%M}" if moment else ""


def _hms(moment: datetime) -> str:
    return f"{clock.local(moment):%H:%M:%S}"
