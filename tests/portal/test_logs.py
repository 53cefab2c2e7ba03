from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from django.urls import URLResolver, get_resolver
from hypothesis import given
from hypothesis import strategies as st

from portal.logs import TOKEN_PATHS, logging_settings, scrub

NUMBER = "001190000123"
LOGGER = logging.getLogger("tests.logs")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"số {NUMBER}.", "số •••."),
        ("cmnd 012345678", "cmnd •••"),
        ("gọi 0912345678 hay +84912345678", "gọi ••• hay •••"),
        (f"id={NUMBER}&x=1", "id=•••&x=1"),
        ("/t/Ab3_-xyz9/", "/t/•••/"),
        ("/verify/Ab3xyz99", "/verify/•••"),
        ("/declare/Ab3_-xyz9/fill/child_name/", "/declare/•••/fill/child_name/"),
        ("/first-sign-in/d3abc1-9f0e1d2c/MTI/", "/first-sign-in/•••/MTI/"),
        ("/national/results/12.Ab3_-xyz9/", "/national/results/•••/"),
        ("/desk/documents/file/WzEsMl0.1vAb3_-xyz9/", "/desk/documents/file/•••/"),
        ("code K482109375", "code K•••"),
        ("GET /kiosk/ticket/Ab3_-xyz9/ 200", "GET /kiosk/ticket/•••/ 200"),
        ("/book/b/Ab3_-xyz9/cancel/", "/book/b/•••/cancel/"),
        ("/api/v1/appointments/Ab3_-xyz9/move", "/api/v1/appointments/•••/move"),
        ("H26.15-261123-0001", "H26.15-261123-0001"),
        ("2026-11-23T10:26:00.123456Z 12345678 bytes", "2026-11-23T10:26:00.123456Z 12345678 bytes"),
    ],
)
def test_only_what_is_personal_is_blanked(text: str, left: str):
    assert scrub(text) == left


@given(st.text(), st.from_regex(r"[0-9]{12}", fullmatch=True), st.text())
def test_a_number_is_blanked_wherever_it_stands(before: str, number: str, after: str):
    before, after = before.rstrip("0123456789٠"), after.lstrip("0123456789٠")
    if not (before[-1:].isdigit() or after[:1].isdigit()):
        assert number not in scrub(before + number + after)


@pytest.fixture(params=["production", "demo"])
def line(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """What is written when something is logged, as configured for this place."""
    formatter = dict(logging_settings(request.param)["formatters"]["line"])
    stream, make = io.StringIO(), formatter.pop("()")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(make(**formatter))
    LOGGER.addHandler(handler)
    yield stream.getvalue
    LOGGER.removeHandler(handler)
    logging_settings("test")


class Person:
    def __repr__(self) -> str:
        return f"<Person {NUMBER}>"


class TestLine:
    def test_of_the_standard_library(self, line):
        LOGGER.warning("đọc %s của %s", NUMBER, Person())
        written = line()
        assert NUMBER not in written
        assert "đọc ••• của" in written

    def test_of_structlog(self, line):
        structlog.get_logger("tests.logs").warning("read", number=NUMBER, as_int=int("1" + NUMBER[1:]), who=[Person()])
        written = line()
        assert "read" in written
        assert NUMBER not in written
        assert "101190000123" not in written

    def test_of_a_request_with_extras(self, line):
        LOGGER.error("Not found", extra={"request": Person(), "status_code": 404})
        written = line()
        assert NUMBER not in written
        assert "404" in written

    @pytest.mark.parametrize("log", [LOGGER, structlog.get_logger("tests.logs")])
    def test_of_an_exception_shows_neither_message_nor_variables(self, line, log):
        try:
            number = NUMBER
            raise ValueError(f"cannot read {number}")
        except ValueError:
            log.exception("failed")
        written = line()
        assert NUMBER not in written
        assert "ValueError: cannot read •••" in written
        assert "raise ValueError" in written


@pytest.mark.parametrize("line", ["production"], indirect=True)
def test_production_writes_one_json_object_a_line(line):
    LOGGER.warning("hai\ndòng")
    assert json.loads(line())["event"] == "hai\ndòng"
    assert line().count("\n") == 1


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        else:
            yield route


def test_every_address_with_a_token_is_left_out_of_logs():
    with_token = [route for route in _routes(get_resolver()) if "token>" in route]
    assert len(with_token) >= 3
    for route in with_token:
        address = "/" + re.sub(r"<(?:\w+:)?token>", "Ab3_-xyz9Ab3_-xyz9", route)
        assert "Ab3_-xyz9" not in scrub(address), route


@pytest.fixture
def as_the_proxy_writes() -> Callable[[str], str]:
    """What deploy/Caddyfile leaves of an address."""
    text = (Path(__file__).resolve().parents[2] / "deploy" / "Caddyfile").read_text()
    assert "resp_headers delete" in text and "request>headers delete" in text
    ((pattern, left),) = re.findall(r'request>uri regexp "([^"]*)" "([^"]*)"', text)
    return lambda address: re.sub(pattern, re.sub(r"\$(\d)", r"\\\1", left), address)


def test_the_proxy_leaves_out_the_same_addresses(as_the_proxy_writes: Callable[[str], str]):
    for path in TOKEN_PATHS:
        for address in (f"/{path}/Ab3_-xyz9/more/?first=dossier", f"/{path}/Ab3_-xyz9", f"/api/v1/{path}/Ab3_-xyz9/x"):
            assert as_the_proxy_writes(address) == address.replace("Ab3_-xyz9", "-")


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("/procedures/?q=xin+t%C3%A1ch+h%E1%BB%99", "/procedures/?-"),
        ("/procedures/1.001193/?no_birth_paper=on", "/procedures/1.001193/?-"),
        ("/units/?address=12+ngo+5&unit=7", "/units/?-"),
        ("/api/v1/units/resolve?text=12+ng%C3%B5+5", "/api/v1/units/resolve?-"),
        ("/api/v1/procedures/?q=x", "/api/v1/procedures/?-"),
        ("/procedures/", "/procedures/"),
        ("/book/chi-nhanh-3/A/?for=birth", "/book/chi-nhanh-3/A/?for=birth"),
    ],
)
def test_the_proxy_leaves_out_what_was_typed(as_the_proxy_writes: Callable[[str], str], address: str, written: str):
    assert as_the_proxy_writes(address) == written
