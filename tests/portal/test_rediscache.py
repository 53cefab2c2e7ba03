from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from portal.rediscache import KeptRedisCache

pytestmark = pytest.mark.skipif("REDIS_URL" not in os.environ, reason="needs Redis")


@pytest.fixture
def cache() -> Iterator[KeptRedisCache]:
    kept = KeptRedisCache(f"{os.environ.get('REDIS_URL')}/9", {})
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
