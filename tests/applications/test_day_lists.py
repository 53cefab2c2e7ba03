"""Every figure of the manager's day opens exactly the dossiers it counts; the menu shows only what opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory

from applications.actions.handle import propose
from applications.day import list_url, needs_attention, numbers
from applications.enums import State
from applications.models import Application
from centres.enums import Role
from tests.factories.applications import MONDAY, a_dossier, member_of

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LATER = MONDAY + timedelta(days=2, hours=1)


def _some(centre: Any) -> None:
    """One of each kind that a figure counts, and others beside."""
    a_dossier()
    taken = a_dossier(state=State.PROCESSING)
    proposed = a_dossier(state=State.PROCESSING)
    propose(application=proposed, number="1/TP", document=None, at=MONDAY, acting_user=proposed.handler)
    done = a_dossier(state=State.DONE)
    waiting = a_dossier(state=State.SUPPLEMENT)
    untaken = a_dossier()
    for row, hours in ((taken, 2), (proposed, 3), (done, 4), (waiting, 90), (untaken, 90)):
        Application.objects.filter(pk=row.pk).update(due_at=LATER + timedelta(hours=hours))


def test_every_sentence_and_figure_opens_the_list_it_counts(as_: As, centre: Any, at_hanoi: Any) -> None:
    _some(centre)
    at = at_hanoi("2026-11-25 11:26")
    manager = as_(Role.MANAGER)
    figures = numbers(centre, at)
    expected = {list_url(centre, "in-hand"): figures.in_hand, list_url(centre, "due-today"): figures.due_today}
    for _severity, sentence, address in needs_attention(centre, at):
        expected[address] = int(next(word for word in str(sentence).split() if word.isdigit()))
    assert len(expected) >= 5
    for address, count in expected.items():
        page = manager.get(address)
        assert len(page.context["rows"]) == count, address
        assert {tab.key: shown for tab, shown in page.context["tabs"]}[page.context["chosen"].key] == count
        assert str(page.context["chosen"].title) in page.content.decode()


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.COUNTER_OFFICER, {"/desk/", "/desk/till/", "/dossiers/", "/registers/"}),
        (Role.SPECIALIST, {"/dossiers/"}),
        (Role.LEADER, {"/dossiers/", "/registers/", "/signing/"}),
        (Role.MANAGER, {"/dossiers/", "/day/"}),
    ],
)
def test_the_menu_shows_what_the_role_opens(centre: Any, role: str, shown: set[str], rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = member_of(role, centre)
    menu = Template('{% include "includes/staff_nav.html" %}').render(Context({"request": request}))
    assert {part.split('"')[0] for part in menu.split('href="')[1:]} == shown
