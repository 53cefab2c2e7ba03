from __future__ import annotations

import pytest
from django.conf import settings as configured
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.utils.translation import get_language
from django_fsm import ConcurrentTransition

from portal.errors import BadInput, Gone, NotAllowed, RuleBroken, Unavailable
from tests.factories.citizens import UserFactory

BROKEN = {
    "rule": RuleBroken("Vé này đã được gọi.", code="called"),
    "input": BadInput("Chưa có họ tên.", code="name_needed", field="full_name"),
    "right": NotAllowed("Không thuộc quầy này.", code="not_yours"),
    "gone": Gone("Vé của hôm qua.", code="yesterday"),
    "down": Unavailable("Kho đầy.", code="store_full"),
    "meanwhile": ConcurrentTransition("x"),
    "bug": ZeroDivisionError("001190000123"),
}


@login_not_required
def broken(request: HttpRequest, kind: str) -> HttpResponse:
    raise BROKEN[kind]


@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_language())


def staff_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse("trong phòng")


urlpatterns = [
    path("broken/<str:kind>", broken),
    path("language-now", language),
    path("staff-only", staff_only),
    path("", include("portal.urls")),
]
handler500 = "portal.views.server_error"
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class TestBrokenRules:
    @pytest.mark.parametrize(
        ("kind", "status", "code"),
        [
            ("rule", 409, "called"),
            ("input", 400, "name_needed"),
            ("right", 403, "not_yours"),
            ("gone", 410, "yesterday"),
            ("down", 503, "store_full"),
        ],
    )
    @pytest.mark.parametrize("part", [True, False])
    def test_are_sentences_with_their_status(self, client: Client, kind: str, status: int, code: str, part: bool):
        answer = client.get(f"/broken/{kind}", headers={"HX-Request": "true"} if part else {})
        assert (answer.status_code, answer["X-Problem"]) == (status, code)
        assert str(BROKEN[kind]) in answer.content.decode()
        assert ("<html" in answer.content.decode()) is not part

    def test_of_two_at_once_ask_to_look_again(self, client: Client):
        answer = client.get("/broken/meanwhile")
        assert (answer.status_code, answer["X-Problem"]) == (409, "changed_meanwhile")

    def test_a_part_does_not_swap_away_what_was_typed(self, client: Client):
        assert client.get("/broken/rule", headers={"HX-Request": "true"})["HX-Retarget"] == "#problems"
        assert "HX-Retarget" not in client.get("/broken/rule")

    def test_a_bug_is_a_page_without_details(self, client: Client):
        client.raise_request_exception = False
        answer = client.get("/broken/bug")
        assert answer.status_code == 500
        assert "001190000123" not in answer.content.decode()
        assert "ZeroDivision" not in answer.content.decode()


class TestLanguage:
    def test_is_vietnamese_whatever_the_browser_prefers(self, client: Client):
        answer = client.get("/language-now", headers={"Accept-Language": "en-US,en"})
        assert (answer.content, answer["Content-Language"]) == (b"vi", "vi")

    @pytest.mark.parametrize("code", ["en", "ko"])
    def test_is_as_the_reader_chose(self, client: Client, code: str):
        client.cookies[configured.LANGUAGE_COOKIE_NAME] = code
        assert client.get("/language-now").content.decode() == code

    @pytest.mark.parametrize("code", ["fr", "", "../../x"])
    def test_that_is_unknown_is_vietnamese(self, client: Client, code: str):
        client.cookies[configured.LANGUAGE_COOKIE_NAME] = code
        assert client.get("/language-now").content == b"vi"

    def test_does_not_leak_into_the_next_request(self, client: Client):
        before = get_language()
        client.cookies[configured.LANGUAGE_COOKIE_NAME] = "ko"
        client.get("/language-now")
        assert get_language() == before


class TestSignIn:
    def test_is_asked_for_by_default(self, client: Client):
        answer = client.get("/staff-only?x=1")
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/staff-only%3Fx%3D1")

    @pytest.mark.parametrize("header", ["HX-Request", "X-Part"])
    def test_a_part_asked_for_after_the_session_ended_says_so_and_leaves_the_page(self, client: Client, header: str):
        answer = client.get("/staff-only", headers={header: "true"})
        assert answer.status_code == 401
        assert "<html" not in answer.content.decode()
        assert 'role="alert"' in answer.content.decode()

    def test_lets_staff_in(self, client: Client):
        client.force_login(UserFactory())
        assert client.get("/staff-only").content.decode() == "trong phòng"

    @pytest.mark.parametrize("page", ["/", "/healthz", "/readyz", "/sign-in/"])
    def test_is_not_asked_for_on_public_pages(self, client: Client, page: str):
        assert client.get(page).status_code == 200


class TestHeaders:
    def test_scripts_run_only_with_the_pages_own_nonce(self, client: Client):
        first, second = (client.get("/sign-in/")["Content-Security-Policy"] for _ in range(2))
        assert first != second
        directives = dict(part.strip().partition(" ")[::2] for part in first.split(";"))
        assert directives["default-src"] == "'none'"
        assert directives["frame-ancestors"] == "'none'"
        assert "'nonce-" in directives["script-src"]
        assert "unsafe" not in first

    def test_data_may_load_nothing_at_all(self, client: Client):
        answer = client.get("/api/v1/units/?q=hang")
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"

    @override_settings(SECURE_SSL_REDIRECT=True)
    def test_health_is_answered_without_tls(self, client: Client):
        assert client.get("/healthz").status_code == 200
        assert client.get("/").status_code == 301
