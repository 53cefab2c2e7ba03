from __future__ import annotations

from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory

from portal.middleware import AskedOnce
from portal.once import forget, once, remembering
from procedures import revisions


class Counted:
    """Answers 1, 2, 3, …"""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.asked


def test_inside_a_block_an_answer_is_asked_for_once():
    ask = Counted()
    with remembering():
        assert [once("mark", ask) for _ in range(3)] == [1, 1, 1]


def test_blocks_share_nothing_and_outside_every_call_asks():
    ask = Counted()
    with remembering():
        once("mark", ask)
    with remembering():
        assert once("mark", ask) == 2
    assert [once("mark", ask) for _ in range(2)] == [3, 4]


def test_what_was_changed_here_is_asked_for_again():
    ask = Counted()
    with remembering():
        once("mark", ask)
        forget("mark")
        assert once("mark", ask) == 2
    forget("mark")  # nothing is remembered: nothing to forget


def test_a_request_sees_one_state_of_the_law_and_the_next_one_the_new_state():
    seen: list[str] = []

    def view(_request: object) -> HttpResponse:
        seen.append(revisions.current(revisions.CATALOGUE))
        cache.set(revisions.CATALOGUE, "changed by another process", None)
        seen.append(revisions.current(revisions.CATALOGUE))
        return HttpResponse()

    site = AskedOnce(view)
    site(RequestFactory().get("/"))
    assert seen[0] == seen[1] != "changed by another process"
    site(RequestFactory().get("/"))
    assert seen[2] == "changed by another process"


def test_a_request_that_changes_the_law_sees_its_own_change(db):
    with remembering():
        before = revisions.current(revisions.CALENDAR)
        revisions.changed(revisions.CALENDAR)
        assert revisions.current(revisions.CALENDAR) != before
