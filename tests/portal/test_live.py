from __future__ import annotations

import threading

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from portal import live


class Page:
    """A page that counts how often it is made."""

    def __init__(self, vary: str = "") -> None:
        self.made, self.vary = 0, vary

    def __call__(self, tag: str = "") -> HttpResponse:
        headers = {"If-None-Match": tag} if tag else {}
        request = RequestFactory().get("/board/", headers=headers)
        return live.answer(request, ["queue:1", "ticket:7"], self._render, self.vary)

    def _render(self) -> HttpResponse:
        self.made += 1
        return HttpResponse(f"lần {self.made}")


def test_an_unchanged_page_is_not_made_again(django_assert_num_queries):
    page = Page()
    first = page()
    again = page(first["ETag"])
    assert (first.status_code, again.status_code) == (200, 304)
    assert (again.content, again["ETag"], page.made) == (b"", first["ETag"], 1)
    assert "no-cache" in first["Cache-Control"]
    assert "private" in first["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_page_costs_no_statement(django_assert_num_queries):
    tag = Page()()["ETag"]
    with django_assert_num_queries(0):
        assert Page()(tag).status_code == 304


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("topic", ["queue:1", "ticket:7"])
def test_a_change_of_any_topic_makes_it_anew(topic: str):
    page = Page()
    tag = page()["ETag"]
    live.bump("queue:2")
    assert page(tag).status_code == 304
    live.bump(topic)
    fresh = page(tag)
    assert (fresh.status_code, page.made) == (200, 2)
    assert fresh["ETag"] != tag


@pytest.mark.django_db(transaction=True)
def test_a_change_shows_only_once_it_is_committed():
    page = Page()
    tag = page()["ETag"]
    with transaction.atomic():
        live.bump("queue:1")
        assert page(tag).status_code == 304
    assert page(tag).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_does_not_show():
    page = Page()
    tag = page()["ETag"]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        live.bump("queue:1")
        raise ZeroDivisionError
    assert page(tag).status_code == 304


@pytest.mark.django_db(transaction=True)
def test_a_change_during_the_making_shows_at_the_next_look():
    page = Page()

    class Overtaken(Page):
        def _render(self) -> HttpResponse:
            live.bump("queue:1")
            return super()._render()

    assert page(Overtaken()()["ETag"]).status_code == 200


def test_languages_and_askers_have_their_own_tags():
    with translation.override("vi"):
        tag = Page()()["ETag"]
    with translation.override("ko"):
        assert Page()(tag).status_code == 200
    with translation.override("vi"):
        assert Page("officer 5")(tag).status_code == 200
        assert Page()(tag).status_code == 304


def test_a_cache_that_forgot_makes_the_page_anew():
    page = Page()
    tag = page()["ETag"]
    cache.clear()
    assert page(tag).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_cache_that_is_down_does_not_undo_the_change_and_is_told_of_it_later(monkeypatch: pytest.MonkeyPatch):
    def down(*_arguments: object, **_options: object) -> None:
        raise ConnectionError

    page = Page()
    tag = page()["ETag"]
    monkeypatch.setattr(live, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(live.cache, "set", down)
    with transaction.atomic():
        live.bump("queue:1")
    assert page(tag).status_code == 304  # nobody could be told yet
    monkeypatch.undo()
    while threads := [thread for thread in threading.enumerate() if thread.name == "live-again"]:
        threads[0].join(10)
    assert page(tag).status_code == 200


class Part:
    """A part of a board: public, with a topic of its own, the same for all who ask under one name."""

    def __init__(self, own: str = "device:1") -> None:
        self.own, self.made = own, 0

    def __call__(self, tag: str = "", path: str = "/board/calls/") -> HttpResponse:
        request = RequestFactory().get(path, headers={"If-None-Match": tag} if tag else {})
        early = live.unchanged(request)
        if early is not None:
            early["X-Early"] = "1"
            return early
        return live.answer(request, ["queue:1", "hall:1"], self._render, own=[self.own], shared="board.1", early=True)

    def _render(self) -> HttpResponse:
        self.made += 1
        return HttpResponse("A047")


def test_an_unchanged_part_is_answered_before_anything_else():
    part = Part()
    answer = part(part()["ETag"])
    assert (answer.status_code, answer["X-Early"], part.made) == (304, "1", 1)
    assert answer["ETag"] and "no-cache" in answer["Cache-Control"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("topic", ["queue:1", "hall:1", "device:1"])
def test_early_answers_end_with_any_change(topic: str):
    part = Part()
    tag = part()["ETag"]
    live.bump(topic)
    assert part(tag).status_code == 200


def test_a_tag_is_good_for_its_own_address_and_as_it_was_given():
    part = Part()
    tag = part()["ETag"]
    assert "X-Early" not in part(tag, "/t/another/")
    assert "X-Early" not in part(tag.replace("hall%3A1", "hall%3A2").replace("hall:1", "hall:2"))
    for broken in ('"~"', '"a~b~c"', '"~~~~"', tag[:-3], tag + "x"):
        assert part(broken).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_shared_part_is_made_once_and_anew_after_a_change():
    first, second = Part("device:1"), Part("device:2")
    one = first()
    assert second().content == one.content and second.made == 0
    live.bump("device:2")
    assert second().status_code == 200 and second.made == 0
    live.bump("queue:1")
    second()
    assert second.made == 1


def test_without_a_stream_pages_have_nowhere_to_listen(settings):
    settings.LIVE_URL = ""
    assert live.address(["queue:1"]) == ""
    assert live.ADDRESS_HEADER not in Part()()


def test_an_address_names_its_topics_and_cannot_be_made_up(settings, monkeypatch):
    settings.LIVE_URL = "/live/events"
    address = live.address(["queue:1", "device:1"])
    path, signed = address.split("?topics=")
    assert path == "/live/events"
    assert live.listened_topics(signed) == ["device:1", "queue:1"]
    for forged in ("", "queue:1", signed[:-1], signing.dumps(["queue:1"], salt="another")):
        with pytest.raises(signing.BadSignature):
            live.listened_topics(forged)
    monkeypatch.setattr(live, "LISTEN_SECONDS", -1)
    with pytest.raises(signing.BadSignature):
        live.listened_topics(signed)


def test_a_new_part_brings_a_new_address(settings):
    settings.LIVE_URL = "/live/events"
    assert Part()()[live.ADDRESS_HEADER].startswith("/live/events?topics=")


@pytest.mark.django_db(transaction=True)
class TestWhatOneTransactionChanges:
    def test_goes_to_the_cache_in_one_word(self, monkeypatch):
        sent = []
        monkeypatch.setattr(cache, "set_many", lambda versions, _seconds: sent.append(sorted(versions)))
        with transaction.atomic():
            live.bump("queue:1", "ticket:7")
            with transaction.atomic(savepoint=False):
                live.bump("dossier:3", "ticket:7")
            assert sent == []
        assert sent == [["live:dossier:3", "live:queue:1", "live:ticket:7"]]

    def test_is_forgotten_with_the_savepoint_that_was_taken_back(self):
        before = {topic: live.version(topic) for topic in ("queue:1", "ticket:7")}
        with transaction.atomic():
            live.bump("queue:1")
            with transaction.atomic():
                live.bump("ticket:7")
                transaction.set_rollback(True)
        assert live.version("queue:1") != before["queue:1"]
        assert live.version("ticket:7") == before["ticket:7"]
