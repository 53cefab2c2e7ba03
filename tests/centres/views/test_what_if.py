"""The page of "what if" against a stand-in of what simulates: what is asked of it, and what is shown of its answer."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.urls import reverse

from centres.enums import CounterState
from portal import clock
from portal.errors import BadInput
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi


@dataclass(frozen=True)
class Change:
    kind: str
    given: dict[str, Any]


@dataclass(frozen=True)
class Row:
    service_id: int
    start: datetime
    people: float
    before_median: float | None
    before_p80: float | None
    after_median: float | None
    after_p80: float | None


@dataclass(frozen=True)
class Waiting:
    service_id: int
    people: int
    before_median: float
    before_p80: float
    after_median: float
    after_p80: float


class Answer:
    unserved_before, unserved_after = 12.0, 3.0
    overall_before, overall_after = (2400.0, 3600.0), (1200.0, 1800.0)

    def __init__(self, service_id: int, other_id: int) -> None:
        quarters = [MORNING + timedelta(minutes=15 * n) for n in range(4)]
        self.rows = [Row(service_id, at, 4.5, 2400, 3000, 1200, 1500) for at in quarters]
        self.rows += [Row(other_id, at, 0.0, None, None, None, None) for at in quarters]
        self.waiting = [Waiting(service_id, 7, 1800, 2400, 900, 1200)]


@pytest.fixture
def asked(monkeypatch, client, manager, service, other_service, counter):
    """What the stand-in was asked for, one entry a call; ``answer`` and ``problem`` decide what it says."""
    simulate, what_if = ModuleType("centres.estimate.simulate"), ModuleType("centres.estimate.what_if")
    calls: list[dict[str, Any]] = []

    def stand_in(**given: Any) -> Any:
        calls.append(given)
        if what_if.problem:  # type: ignore[attr-defined]
            raise what_if.problem  # type: ignore[attr-defined]
        return what_if.answer  # type: ignore[attr-defined]

    for name in ("OpenCounter", "MoveCounter", "OfficerOut"):
        setattr(simulate, name, lambda name=name, **given: Change(name, given))
    what_if.what_if, what_if.answer, what_if.problem = stand_in, Answer(service.pk, other_service.pk), None  # type: ignore[attr-defined]
    package = ModuleType("centres.estimate")
    package.__path__ = []
    for name, module in (("", package), (".simulate", simulate), (".what_if", what_if)):
        monkeypatch.setitem(sys.modules, f"centres.estimate{name}", module)
    client.force_login(manager)
    with clock.fixed(MORNING):
        yield calls


def ask(client, **data):
    return client.get(reverse("centres:day_what_if"), {"start": "10:30", "end": "11:00", **data})


def test_one_more_counter_for_an_hour(client, asked, service, centre):
    closed = make.CounterFactory(centre=centre, number=9, services=[service], state=CounterState.CLOSED)
    answer = ask(client, what="open", services=[service.pk], counter=closed.pk)
    assert answer.status_code == 200
    (call,) = asked
    assert (call["centre"], call["at"]) == (centre, MORNING)
    assert call["changes"] == [
        Change("OpenCounter", {"services": frozenset({service.pk}), "counter_id": closed.pk,
                               "start": hanoi("2026-11-23 10:30"), "end": hanoi("2026-11-23 11:00")})
    ]  # fmt: skip


def test_a_field_moves_and_an_officer_is_out(client, asked, counter, other_service):
    ask(client, what="move", counter=counter.pk, services=[other_service.pk], end="")
    ask(client, what="out", counter=counter.pk)
    moved, out = (call["changes"][0] for call in asked)
    assert moved.kind == "MoveCounter" and moved.given["end"] is None
    assert out.kind == "OfficerOut" and "services" not in out.given


def test_waits_before_and_after_are_shown_as_plot_and_table(client, asked, service):
    page = ask(client, what="open", services=[service.pk]).content.decode()
    assert page.count("data:image/svg+xml;base64,") >= 1
    assert "40" in page and "20" in page  # minutes before and after
    assert page.index(f"outlook-{service.pk}") < page.index("</section>", page.index(f"outlook-{service.pk}"))


def test_a_centre_without_a_past_says_so(client, asked, service):
    sys.modules["centres.estimate.what_if"].answer = None
    page = ask(client, what="open", services=[service.pk]).content.decode()
    assert 'class="note info"' in page


def test_what_the_simulation_refuses_stands_beside_its_field(client, asked, service):
    sys.modules["centres.estimate.what_if"].problem = BadInput("Quầy này đã mở.", code="bad_counter", field="counter")
    assert "Quầy này đã mở." in ask(client, what="open", services=[service.pk]).content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {"what": "move"}, {"what": "out"}, {"what": "open"}, {"what": "x"}, {"what": "open", "end": "10:00"},
        {"what": "open", "start": "08:00", "end": "09:00"}, {"what": "out", "counter": "999999"}, {"what": "open", "start": ""},
    ],
)  # fmt: skip
def test_what_is_missing_or_over_is_asked_for(client, asked, data):
    assert ask(client, **data).status_code == 400
    assert asked == []


def test_the_form_begins_with_the_service_that_needs_it(client, asked, service):
    page = client.get(reverse("centres:day_what_if"), {"service": service.pk}).content.decode()
    assert 'value="10:15"' in page
    assert f'value="{service.pk}" ' in page and "checked" in page


def test_without_anything_that_learns_the_page_says_so(client, asked, service, monkeypatch):
    monkeypatch.setattr("centres.what_if.WHAT_IF", "centres.no_such_module.what_if")
    assert 'class="note info"' in ask(client, what="open", services=[service.pk]).content.decode()
