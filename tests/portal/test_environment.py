from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.environment import Environment, database_from_url

WHY = "for the test"


def env(lenient: bool = False, **variables: str) -> Environment:
    return Environment(lenient=lenient, variables=variables)


@pytest.mark.parametrize("value", ["", "   "])
def test_a_missing_variable_is_named_with_its_purpose(value: str):
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY: signs sessions"):
        env(SECRET_KEY=value).text("SECRET_KEY", "signs sessions", demo="x")


def test_production_takes_no_demo_value():
    assert env(lenient=True).text("NAME", WHY, demo="x") == "x"
    with pytest.raises(ImproperlyConfigured):
        env().text("NAME", WHY, demo="x")
    assert env().text("NAME", WHY, default="y", demo="x") == "y"


@pytest.mark.parametrize(("raw", "value"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("No", False)])
def test_flags(raw: str, value: bool):
    assert env(DEBUG=raw).flag("DEBUG", WHY) is value


def test_other_readers():
    assert env(N="40").number("N", WHY) == 40
    assert env(HOSTS="a, b,,").words("HOSTS", WHY) == ["a", "b"]
    assert env(DIR="/tmp/../var").folder("DIR", WHY) == Path("/var")
    assert env(URL="https://mot-cua.vn/").url("URL", {"https"}, WHY) == "https://mot-cua.vn"
    assert env(KIND="demo").choice("KIND", {"demo", "test"}, WHY) == "demo"


@pytest.mark.parametrize(
    ("read", "arguments", "raw"),
    [
        ("flag", (), "geheim"),
        ("number", (), "geheim"),
        ("number", (), "-1"),
        ("number", (), "٣"),
        ("url", ({"https"},), "http://user:geheim@host"),
        ("url", ({"https"},), "https://[geheim"),
        ("choice", ({"demo"},), "geheim"),
    ],
)
@pytest.mark.parametrize("lenient", [True, False])
def test_a_wrong_value_is_named_but_never_repeated(read: str, arguments: tuple[Any, ...], raw: str, lenient: bool):
    with pytest.raises(ImproperlyConfigured, match=r"variable THING .*: for the test") as refused:
        getattr(env(lenient, THING=raw), read)("THING", *arguments, WHY)
    assert "geheim" not in str(refused.value)
    assert refused.value.__cause__ is None


class TestDatabase:
    def test_postgres(self):
        found = database_from_url("postgres://us%40er:p%2Fw@db.example:5433/one%20stop")
        assert found["ENGINE"] == "portal.postgresql"
        assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("us@er", "p/w", "one stop")
        assert (found["HOST"], found["PORT"]) == ("db.example", "5433")
        assert found["CONN_MAX_AGE"] > 0

    def test_postgres_by_socket(self):
        assert database_from_url("postgres:///portal?host=/run/postgresql")["HOST"] == "/run/postgresql"

    def test_sqlite_queues_its_writers(self):
        found = database_from_url("sqlite:////var/lib/m%E1%BB%99t/db.sqlite3")
        assert found["NAME"] == "/var/lib/một/db.sqlite3"
        assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        assert database_from_url("sqlite:///:memory:")["NAME"] == ":memory:"
