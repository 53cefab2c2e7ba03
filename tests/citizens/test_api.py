from __future__ import annotations

import json
import logging
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from centres.enums import Role
from portal import clock
from procedures.models import Unit, UnitChange
from tests.factories.centres import MembershipFactory
from tests.factories.citizens import ApiTokenFactory, UserFactory
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
NOW = hanoi("2026-11-23 10:26")
CARD = "001185012345|012345678|Nguyễn Thị Hoà|15061985|Nữ|Số 5, Trung Phụng, Đống Đa, Hà Nội|01072021"
URL = "/api/v1/id-cards/parse"


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(MembershipFactory().user)
    return client


def parse(client: Client, payload: Any = CARD, **headers: str) -> HttpResponse:
    return raw(client, json.dumps({"payload": payload}), **headers)


def raw(client: Client, body: str | bytes, **headers: str) -> HttpResponse:
    with clock.fixed(NOW):
        return client.post(URL, body, content_type="application/json", headers=headers)


class TestCard:
    def test_is_read(self, officer: Client):
        answer = parse(officer)
        assert answer.status_code == 200
        assert answer.json() == {
            "fields": {
                "number": "001185012345",
                "old_number": "012345678",
                "full_name": "Nguyễn Thị Hoà",
                "birth_date": "1985-06-15",
                "sex": "female",
                "residence": "Số 5, Trung Phụng, Đống Đa, Hà Nội",
                "issued_on": "2021-07-01",
            },
            "address": {"status": "unknown", "old": None, "candidates": []},
            "warnings": [],
            "errors": [],
        }

    def test_is_kept_nowhere_on_the_way(self, officer: Client):
        assert "no-store" in parse(officer)["Cache-Control"]
        assert "no-store" in parse(officer, "không phải thẻ")["Cache-Control"]
        assert "no-store" in raw(officer, "{")["Cache-Control"]

    def test_number_stays_out_of_logs(self, officer: Client, caplog):
        with caplog.at_level(logging.DEBUG):
            parse(officer)
            parse(officer, CARD[:60])
            raw(officer, CARD)
        assert "001185012345" not in caplog.text

    def test_an_old_unit_comes_with_the_one_of_today(self, officer: Client):
        old = Unit.objects.create(
            name="Phường Trung Phụng",
            kind="ward",
            is_current=False,
            district="Quận Đống Đa",
            valid_to=date(2025, 6, 30),
        )
        new = Unit.objects.create(name="Phường Văn Miếu – Quốc Tử Giám", kind="ward", is_current=True, code="00226")
        UnitChange.objects.create(old=old, new=new, part="whole", confidence="sure", decided_by="1656/NQ-UBTVQH15")
        address = parse(officer).json()["address"]
        assert address["status"] == "one"
        assert address["old"]["name"] == "Phường Trung Phụng"
        assert [unit["code"] for unit in address["candidates"]] == ["00226"]

    @pytest.mark.parametrize(
        ("payload", "code"),
        [
            ("", "card_empty"),
            (" \r\n", "card_empty"),
            (CARD[:40], "card_cut"),
            (CARD.replace("01072021", "01072031"), "card_issued_in_future"),
            (CARD + "\n" + CARD.replace("001185012345", "001185099999"), "card_two_cards"),
            (CARD.replace("Hoà", "Ho\x00à"), "card_control_characters"),
            ("x" * 10_000, "card_too_long"),
        ],
        ids=["empty", "blank", "cut", "from the future", "two cards", "control characters", "long"],
    )
    def test_what_cannot_be_read_is_a_sentence(self, officer: Client, payload: str, code: str):
        answer = parse(officer, payload)
        assert answer.status_code == 200
        (problem,) = answer.json()["errors"]
        assert problem["code"] == code
        assert problem["message"]

    def test_a_doubled_scan_is_a_warning(self, officer: Client):
        answer = parse(officer, CARD + "\r\n" + CARD + "\r\n").json()
        assert [warning["code"] for warning in answer["warnings"]] == ["card_doubled"]
        assert answer["errors"] == []

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.one_of(st.text(max_size=700), st.integers(0, len(CARD)).map(lambda n: CARD[:n] + "\ud800" + CARD[n:])))
    def test_no_text_breaks_it(self, officer: Client, payload: str):
        answer = parse(officer, payload)
        assert answer.status_code == 200
        answer.json()


class TestBody:
    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "[]",
            "null",
            "NaN",
            "{}",
            '{"payload": null}',
            '{"payload": 1}',
            '{"payload": ["a"]}',
            "[" * 100_000,
            '{"payload": "' + "x" * 2_200_000 + '"}',
            b'{"payload": "\xff\xfe"}',
            '{"payload": ' + "9" * 5000 + "}",
        ],
        ids=lambda body: f"{body[:12]!r}",
    )
    def test_what_is_no_scan_is_refused_with_a_sentence(self, officer: Client, body: str | bytes):
        answer = raw(officer, body)
        assert answer.status_code == 400
        assert answer.json()["message"]

    def test_another_kind_of_body_is_refused(self, officer: Client):
        assert officer.post(URL, {"payload": CARD}).status_code == 415

    def test_reading_is_a_post(self, officer: Client):
        assert officer.get(URL).status_code == 405


class TestWhoMay:
    @pytest.mark.parametrize(
        "role", [role for role in Role if role not in (Role.CITY_ADMIN, Role.SUPPORT, Role.HELPER)]
    )
    def test_every_role_of_a_centre(self, client: Client, role: str):
        client.force_login(MembershipFactory(role=role).user)
        assert parse(client).status_code == 200

    def test_not_without_a_role(self, client: Client):
        client.force_login(UserFactory())
        assert parse(client).status_code == 403

    def test_not_with_a_role_of_the_past(self, client: Client):
        client.force_login(MembershipFactory(valid_to=date(2026, 11, 22)).user)
        assert parse(client).status_code == 403

    def test_nobody_signed_in(self, client: Client):
        answer = parse(client)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
        assert answer.json()["message"]

    def test_a_session_needs_the_token_of_its_page(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(MembershipFactory().user)
        assert parse(client).status_code == 403


class TestKey:
    KEY = "khoa-api-cho-kiem-thu"

    def ask(self, key: str, scheme: str = "Bearer") -> HttpResponse:
        return parse(Client(enforce_csrf_checks=True), Authorization=f"{scheme} {key}")

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
    def test_opens_with_the_rights_of_its_user(self, scheme: str):
        ApiTokenFactory(key=self.KEY, user=MembershipFactory().user)
        assert self.ask(self.KEY, scheme).status_code == 200

    def test_gives_no_more_than_its_user_has(self):
        ApiTokenFactory(key=self.KEY)
        assert self.ask(self.KEY).status_code == 403

    def test_costs_one_statement(self, django_assert_num_queries):
        from rest_framework.test import APIRequestFactory  # noqa: PLC0415

        from citizens.api.authentication import TokenAuthentication  # noqa: PLC0415

        token = ApiTokenFactory(key=self.KEY)
        request = APIRequestFactory().get("/", headers={"Authorization": f"Bearer {self.KEY}"})
        with django_assert_num_queries(1):
            user, found = TokenAuthentication().authenticate(request)
            assert (user.username, found) == (token.user.username, token)

    @pytest.mark.parametrize("change", [{"revoked_at": NOW}, {"user__is_active": False}], ids=["revoked", "user gone"])
    def test_that_was_taken_away_is_401(self, change: dict[str, Any]):
        user = MembershipFactory(user__is_active=change.pop("user__is_active", True)).user
        ApiTokenFactory(key=self.KEY, user=user, **change)
        answer = self.ask(self.KEY)
        assert answer.status_code == 401
        assert self.KEY not in answer.content.decode()

    @pytest.mark.parametrize("key", ["", "sai", "a b", "é" * 50])
    def test_that_nobody_knows_is_401(self, key: str):
        assert self.ask(key).status_code == 401

    def test_is_kept_as_a_hash_only(self):
        token = ApiTokenFactory(key=self.KEY)
        assert self.KEY not in str(token.__dict__)
