from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import time
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from portal.filecache import SharedFileCache
from portal.ratelimit import TooMany, client_address, count


def tries(who: str = "1.2.3.4", scope: str = "track", times: int = 1) -> None:
    for _try in range(times):
        count(scope, who, limit=3, seconds=900)


def test_the_try_past_the_limit_is_refused_with_a_time_to_wait():
    tries(times=3)
    with pytest.raises(TooMany) as refused:
        tries()
    assert (refused.value.status, refused.value.code) == (429, "too_many")
    assert "15" in str(refused.value)


def test_others_and_other_things_are_counted_apart():
    tries(times=3)
    tries("5.6.7.8", times=3)
    tries(scope="sign-in", times=3)


def test_who_asked_is_not_kept_in_the_clear(monkeypatch: pytest.MonkeyPatch):
    kept: list[str] = []
    monkeypatch.setattr("portal.ratelimit.cache.add", lambda key, *_rest: kept.append(key))
    monkeypatch.setattr("portal.ratelimit.cache.incr", lambda key: kept.append(key) or 1)
    tries("0912345678")
    assert kept
    assert "0912345678" not in "".join(kept)


def test_a_count_that_ran_out_between_two_calls_begins_anew(monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr("portal.ratelimit.cache.add", lambda *_arguments: False)
        tries()
    tries(times=2)
    with pytest.raises(TooMany):
        tries()


class TestSharedFileCache:
    @pytest.fixture
    def shared(self, tmp_path: Path) -> SharedFileCache:
        return SharedFileCache(str(tmp_path), {})

    def test_counts_every_try_of_several_at_once(self, tmp_path: Path):
        def one(_n: int) -> int:
            return SharedFileCache(str(tmp_path), {}).incr("tries")

        SharedFileCache(str(tmp_path), {}).add("tries", 0)
        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(one, range(60))) == list(range(1, 61))

    def test_adds_once_of_several_at_once(self, tmp_path: Path):
        def one(n: int) -> bool:
            return SharedFileCache(str(tmp_path), {}).add("version", n)

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(one, range(40))) == 1

    def test_counting_does_not_move_the_end(self, shared: SharedFileCache, monkeypatch: pytest.MonkeyPatch):
        shared.add("tries", 0, 1000)
        shared.incr("tries")
        now = time()
        monkeypatch.setattr("django.core.cache.backends.filebased.time.time", lambda: now + 990)
        assert shared.get("tries") == 1
        monkeypatch.setattr("django.core.cache.backends.filebased.time.time", lambda: now + 1010)
        assert shared.get("tries") is None

    def test_a_count_that_was_never_begun_is_told(self, shared: SharedFileCache):
        with pytest.raises(ValueError):
            shared.incr("tries")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", "10.0.0.1"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (1, "", "10.0.0.1"),
        (2, "1.2.3.4", "10.0.0.1"),
    ],
    ids=["no proxy is trusted", "one proxy", "forged by the asker", "two proxies", "past the proxy", "too few"],
)
def test_the_asker_is_whom_the_outermost_proxy_saw(settings: LazySettings, proxies: int, forwarded: str, address: str):
    settings.TRUSTED_PROXIES = proxies
    headers: dict[str, Any] = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")) == address
