"""No address of the site answers a page that is loaded again with a blank 405."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from portal.posts import page_of_action
from tests.factories.citizens import UserFactory

# Filled into the addresses: what matters here is the method, not the thing.
ARGUMENTS = {"token": "abc", "key": "hand-over", "letter": "A", "code": "1"}
FILES = ("api/", "admin/")


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern) and not route.startswith(FILES):
            yield route


def path_of(route: str) -> str:
    """The route with something in the place of each argument: "desk/matters/<int:application_id>/" → "/desk/matters/7/"."""
    parts = []
    for part in route.split("/"):
        if part.startswith("<"):
            kind, _colon, name = part.strip("<>").rpartition(":")
            part = "7" if kind == "int" else ARGUMENTS.get(name, "x")
        parts.append(part)
    return "/" + "/".join(parts)


ROUTES = sorted(set(patterns(get_resolver())))


@pytest.mark.django_db
def test_no_page_address_answers_a_get_with_a_blank_405() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory())
    blank, led = [], []
    for path in map(path_of, ROUTES):
        answer = client.get(path)
        if answer.status_code == 405:
            blank.append(path)
        elif answer.status_code == 303:
            led.append(path)
            target = resolve(answer["Location"].partition("?")[0])
            assert client.get(answer["Location"]).status_code != 405, target.view_name
    assert blank == ["/bank/notices/", "/national/inbox/"], "where a bank's and another portal's programs send"
    assert {"/desk/person/", "/desk/next/", "/dossiers/7/hand-over/", "/t/abc/rate/"} <= set(led)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/desk/person/", "/desk/"),
        ("/desk/matters/7/receive/", "/desk/?matter=7"),
        ("/desk/papers/7/tick/", "/desk/"),
        ("/dossiers/7/hand-over/", "/dossiers/7/"),
        ("/kiosk/draw/", "/kiosk/"),
        ("/t/abc/rate/", "/t/abc/"),
        ("/t/abc/hold/", "/t/abc/"),
        ("/t/abc/tell/sms/", "/t/abc/"),
        ("/kiosk/ticket/abc/reprint/", "/kiosk/ticket/abc/"),
        ("/verify/file/", "/verify/"),
        ("/sign-out/", "/room/"),
        ("/day/devices/7/revoke/", "/day/devices/"),
    ],
)
def test_an_action_leads_to_the_page_it_belongs_to(path: str, page: str) -> None:
    match = resolve(path)
    assert page_of_action(match.view_name, path, match.kwargs) == page


@pytest.mark.django_db
def test_a_program_still_hears_that_the_method_is_wrong() -> None:
    client = Client()
    client.force_login(UserFactory())
    assert client.get("/api/v1/tickets/next/").status_code in (403, 404, 405)
    assert page_of_action("api_ticket_next", "/api/v1/tickets/next/", {}) is None
