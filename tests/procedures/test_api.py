from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote as escape

import pytest
from django.test import Client

from centres.models import Centre
from portal import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]

V1 = "/api/v1"


@pytest.fixture(autouse=True)
def in_november():
    with clock.fixed(datetime(2026, 11, 23, 3, 26, tzinfo=UTC)):
        yield


def test_anyone_may_list_the_procedures_in_force(client: Client) -> None:
    answer = client.get(f"{V1}/procedures/")
    assert answer.status_code == 200
    assert "1.013833" in [row["code"] for row in answer.json()]
    assert client.get(f"{V1}/procedures/?day=2001-01-01").json() == []


def test_the_list_can_be_searched_in_peoples_own_words(client: Client) -> None:
    assert [row["key"] for row in client.get(f"{V1}/procedures/?q=giay+doc+than").json()] == ["marital_status"]
    # Only listed: nothing of it is in force.
    assert client.get(f"{V1}/procedures/?q=di+chuc").json() == []
    assert client.get(f"{V1}/procedures/?q=").status_code == 400


def test_list_costs_no_query_once_warm(client: Client, django_assert_num_queries) -> None:
    client.get(f"{V1}/procedures/")
    with django_assert_num_queries(0):
        client.get(f"{V1}/procedures/")


def test_detail_tells_papers_fees_form_and_facts(client: Client) -> None:
    answer = client.get(f"{V1}/procedures/1.013833/").json()
    assert answer["version"]["time_limit"]["days"] == 4
    assert "marriage_certificate" in [paper["kind"] for paper in answer["version"]["papers"]]
    assert "joint_owners" in [fact["key"] for fact in answer["facts"]]


def test_quote_is_what_the_counter_says(client: Client) -> None:
    received = escape("2026-11-23T10:26:00+07:00")
    answer = client.get(f"{V1}/procedures/1.013833/quote?facts=in_ward,joint_owners&received_at={received}").json()
    assert answer["total"] == 28_000
    assert answer["due_at"] == "2026-11-30T17:00:00+07:00"
    assert answer["explanation"]["vi"].startswith("4 ngày làm việc, tính từ thứ Tư 25/11")


def test_quote_at_a_centre_goes_by_its_hours_and_place(client: Client) -> None:
    received = escape("2026-11-23T10:26:00+07:00")
    Centre.objects.create(
        code="gan-nha",
        agency_code="H26.99",
        name={"vi": "Gần nhà"},
        short_name={"vi": "Gần nhà"},
        in_ward=True,
        weekly_hours={str(day): [["08:00", "11:30"]] for day in range(7)},
    )
    address = f"{V1}/procedures/1.013833/quote?received_at={received}"
    there = client.get(f"{address}&centre=gan-nha").json()
    assert (there["total"], there["due_at"]) == (28_000, "2026-11-30T11:30:00+07:00")
    assert client.get(address).json()["total"] == 14_000
    refused = client.get(f"{address}&centre=khong-co")
    assert (refused.status_code, refused.json()["code"]) == (400, "centre_unknown")


def test_quote_without_a_moment_is_for_now(client: Client) -> None:
    answer = client.get(f"{V1}/procedures/2.000815/quote?pages=3&copies=2").json()
    assert (answer["total"], answer["due_at"]) == (10_000, "2026-11-23T17:00:00+07:00")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("received_at=yesterday", "moment_invalid"),
        ("received_at=2026-13-45T99:00", "moment_invalid"),
        ("received_at=9999-12-31T23:59:59", "moment_invalid"),
        ("received_at=0001-01-01T00:00:00", "moment_invalid"),
        ("facts=in_wrad", "fact_unknown"),
        ("pages=0", "number_invalid"),
        ("pages=-1", "number_invalid"),
        ("pages=1e9", "number_invalid"),
        ("pages=" + "9" * 400, "number_invalid"),
        ("copies=²", "number_invalid"),
    ],
)
def test_quote_of_bad_input_is_a_sentence_and_400(client: Client, query: str, code: str) -> None:
    answer = client.get(f"{V1}/procedures/2.000815/quote?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"]


@pytest.mark.parametrize("path", ["procedures/9.999999/", "procedures/9.999999/quote"])
def test_unknown_procedure_is_404_with_a_sentence(client: Client, path: str) -> None:
    answer = client.get(f"{V1}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "procedure_unknown")


def test_procedure_of_another_day_is_not_found(client: Client) -> None:
    assert client.get(f"{V1}/procedures/1.001193/quote?received_at=2020-01-01T08:00:00").status_code == 404
    assert client.get(f"{V1}/procedures/1.001193/?day=not-a-day").status_code == 400


@pytest.mark.usefixtures("units")
def test_units_are_searched_and_resolved(client: Client) -> None:
    found = client.get(f"{V1}/units/?q={escape('láng hạ')}").json()
    assert [row["became"] for row in found] == [["00199", "00235", "00025"]]
    answer = client.get(f"{V1}/units/resolve?text={escape('Trung Phụng, Đống Đa, Hà Nội')}").json()
    assert (answer["status"], [row["code"] for row in answer["candidates"]]) == ("one", ["00226"])


@pytest.mark.parametrize("path", ["units/", "units/?q=", "units/resolve", "units/resolve?text=" + "x" * 301])
def test_units_without_a_text_are_a_sentence_and_400(client: Client, path: str) -> None:
    answer = client.get(f"{V1}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (400, "text_invalid")
