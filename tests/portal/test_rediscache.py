from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from portal.rediscache import KeptRedisCache

pytestmark = pytest.mark.skipif("REDIS_URL" not in os.environ, reason="needs Redis")


@pytest.fixture
def cache() -> Iterator[KeptRedisCache]:
    # One database a process of the tests: clearing takes out the whole of it.
    number = 9 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    kept = KeptRedisCache(f"{os.environ.get('REDIS_URL')}/{number}", {})
    yield kept
    kept.clear()


def test_it_keeps_values_and_one_client(cache):
    cache.set("name", "Đống Đa", 30)
    assert cache.get("name") == "Đống Đa"
    assert cache._cache.get_client() is cache._cache.get_client("name", write=True)


def test_many_values_at_once_end_when_they_should(cache):
    cache.set_many({"a": 1, "b": 2}, 30)
    assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
    assert 0 < cache._cache.get_client().ttl(cache.make_key("a")) <= 30


def test_values_are_there_when_the_message_about_them_comes(cache):
    listener = cache._cache.get_client().pubsub(ignore_subscribe_messages=True)
    listener.subscribe("portal-test")
    listener.get_message(timeout=5)
    cache.set_many_and_tell({"a": 1}, 30, "portal-test", "queue:1 ticket:7")
    message = listener.get_message(timeout=5)
    assert message is not None and message["data"] == b"queue:1 ticket:7"
    assert cache.get("a") == 1
    assert 0 < cache._cache.get_client().ttl(cache.make_key("a")) <= 30
    listener.close()
