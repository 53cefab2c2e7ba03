from __future__ import annotations

import pytest
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
def test_a_cache_that_is_down_does_not_undo_the_change(monkeypatch: pytest.MonkeyPatch):
    def down(*_arguments: object, **_options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(live.cache, "set", down)
    with transaction.atomic():
        live.bump("queue:1")


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
