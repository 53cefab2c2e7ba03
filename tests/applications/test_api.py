"""The API: the same rules as the pages, whole requests in few statements, and no crash on nonsense."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applications.enums import PaperState, State
from applications.models import Application
from centres.enums import Role, TicketState
from centres.policy import policy_on
from citizens.models import Citizen, Look
from portal import chain
from procedures.catalogue_cache import load_calendar
from tests.factories.applications import (
    FORMS,
    LAST4,
    a_centre,
    a_dossier,
    a_draft,
    a_member,
    a_ticket_at_counter,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
RECEIVE = "/api/v1/applications/receive/"
# The twenty-first writes down by which words it is found.
MOST_STATEMENTS = 24
BOUNDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
As = Callable[[Any], Client]


def _body(ticket_id: int, **more: Any) -> dict[str, Any]:
    return {
        "ticket": ticket_id,
        "procedure": "1.001193",
        "citizen": {
            "identity_number": "001190012345",
            "full_name": "Nguyễn Thị Ánh",
            "birth_text": "01/02/1990",
            "sex": "female",
            "card_address": "12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội",
        },
        "papers": _kinds(),
        "form": FORMS["birth"],
        "contact_phone": "0912 345 678",
        "contact_email": "anh@example.vn",
        **more,
    }


def _kinds() -> list[dict[str, Any]]:
    """Every paper that a birth registration may ask for."""
    from procedures.catalogue_cache import version_in_force  # noqa: PLC0415
    from tests.factories.applications import MONDAY  # noqa: PLC0415

    version = version_in_force("birth", MONDAY.date())
    return [{"kind": row.kind.key, "there": True} for row in version.requirements.all()]


def _post(client: Client, url: str, body: Any) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json")


def test_one_request_takes_in_a_whole_application_in_few_statements(as_: As) -> None:
    ticket = a_ticket_at_counter()
    client = as_(Role.COUNTER_OFFICER)
    client.get("/api/v1/applications/")
    # In the memory of a process that has worked before.
    load_calendar()
    policy_on(ticket.centre_id, ticket.day)
    body = _body(ticket.pk)
    with CaptureQueriesContext(connection) as statements:
        answer = _post(client, RECEIVE, body)

    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert told["code"] == "H26.30.3-261123-0001"
    assert told["token"] == ticket.token
    assert told["tracking_url"].endswith(f"/t/{ticket.token}/")
    sent = [row["sql"] for row in statements if not row["sql"].lstrip().upper().startswith(BOUNDS)]
    assert len(sent) <= MOST_STATEMENTS, "\n".join(sent)

    dossier = Application.objects.get(pk=told["id"])
    assert dossier.state == State.ACCEPTED
    assert dossier.papers.count() >= 3
    assert not dossier.papers.filter(state=PaperState.MISSING).exists()
    assert chain.verify(dossier.events.all()) is None
    ticket.refresh_from_db()
    assert (ticket.state, ticket.citizen) == (TicketState.DONE, dossier.applicant)
    assert Client().get(f"/t/{ticket.token}/").status_code == 200


@pytest.mark.parametrize("procedure", ["2.000815", "certified_copy", "2.000884", "signature_cert"])
def test_what_is_certified_document_by_document_is_not_taken_in_without_them(as_: As, procedure: str) -> None:
    ticket = a_ticket_at_counter()
    kinds = ("original_document", "copy_to_certify")
    body = _body(
        ticket.pk,
        procedure=procedure,
        papers=[{"kind": kind, "there": True} for kind in kinds],
        form={"document_name": "Bằng tốt nghiệp", "page_count": "1", "copy_count": "1"},
    )
    answer = _post(as_(Role.COUNTER_OFFICER), RECEIVE, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "at_the_desk")
    assert "/desk/" in answer.json()["message"]
    assert not Application.objects.exists() and not Citizen.objects.exists()
    ticket.refresh_from_db()
    assert ticket.state == TicketState.SERVING


def test_a_visit_goes_on_when_it_is_asked_to(as_: As) -> None:
    ticket = a_ticket_at_counter()
    client = as_(Role.COUNTER_OFFICER)
    first = _post(client, RECEIVE, _body(ticket.pk, finish_ticket=False))
    second = _post(client, RECEIVE, _body(ticket.pk, form={**FORMS["birth"], "child_name": "Nguyễn Gia Hân"}))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["token"] != second.json()["token"]
    assert Citizen.objects.count() == 1


def test_an_open_matter_at_the_desk_keeps_the_visit_open(as_: As) -> None:
    ticket = a_ticket_at_counter()
    a_draft(ticket=ticket)
    assert _post(as_(Role.COUNTER_OFFICER), RECEIVE, _body(ticket.pk)).status_code == 201
    ticket.refresh_from_db()
    assert ticket.state == TicketState.SERVING


def test_what_is_missing_is_listed_and_nothing_is_left_behind(as_: As) -> None:
    ticket = a_ticket_at_counter()
    answer = _post(as_(Role.COUNTER_OFFICER), RECEIVE, _body(ticket.pk, papers=[], form={}))
    assert answer.status_code == 409
    assert answer.json()["code"] == "not_complete"
    assert len(answer.json()["missing"]) > 3
    assert not Application.objects.exists()
    assert not Citizen.objects.exists()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"ticket": 0}, 400),
        ({"ticket": 2**70}, 400),
        ({"ticket": 424_242}, 410),
        ({"procedure": "9.999999"}, 400),
        ({"citizen": None}, 400),
        ({"citizen": {"identity_number": "12"}}, 400),
        ({"citizen": {"identity_number": "001190012345"}}, 400),
        ({"facts": {"no_such_fact": True}}, 400),
        ({"facts": []}, 400),
        ({"form": {"child_born": "31/02/2026"}}, 409),
        ({"form": {"child_born": {"a": 1}}}, 400),
        ({"form": {"child_name": "a\u0000b"}}, 400),
        ({"contact_phone": "12"}, 400),
        ({"contact_email": "no"}, 400),
        ({"papers": [{"kind": "x", "there": "perhaps"}]}, 400),
        ({"acknowledged": ["nothing known"]}, 201),
        ({"pages": -1}, 400),
    ],
)
def test_bad_input_is_refused_in_words(as_: As, change: dict[str, Any], status: int) -> None:
    ticket = a_ticket_at_counter()
    answer = _post(as_(Role.COUNTER_OFFICER), RECEIVE, {**_body(ticket.pk), **change})
    assert answer.status_code == status, answer.json()
    if status != 201:
        assert answer.json()["message"]
        assert not Application.objects.exists()


@pytest.mark.parametrize("body", ["", "null", "[]", '"x"', "{", "1"])
def test_a_body_that_is_no_object_is_bad_input(as_: As, body: str) -> None:
    answer = as_(Role.COUNTER_OFFICER).post(RECEIVE, body, content_type="application/json")
    assert answer.status_code == 400


def test_a_ticket_of_another_centre_does_not_exist_here(as_: As) -> None:
    ticket = a_ticket_at_counter()
    stranger = a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4"))
    assert _post(as_(stranger), RECEIVE, _body(ticket.pk)).status_code == 410


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.LEADER, Role.MANAGER])
def test_only_counter_officers_take_in(as_: As, role: str) -> None:
    ticket = a_ticket_at_counter()
    assert _post(as_(role), RECEIVE, _body(ticket.pk)).status_code == 403


def test_nobody_signed_in_gets_in(client: Client) -> None:
    dossier = a_dossier()
    assert client.get("/api/v1/applications/").status_code == 401
    assert client.get(f"/api/v1/applications/{dossier.pk}/").status_code == 401
    assert _post(client, f"/api/v1/applications/{dossier.pk}/take/", {}).status_code == 401


def test_the_list_shows_what_the_role_allows_and_writes_one_look(as_: As) -> None:
    mine = a_dossier()
    a_dossier(state=State.DONE)
    answer = as_(Role.SPECIALIST).get("/api/v1/applications/", {"state": State.ACCEPTED})
    assert [row["code"] for row in answer.json()["results"]] == [mine.code]
    assert Look.objects.count() == 1
    stranger = a_member(Role.SPECIALIST, a_centre("chi-nhanh-4", "H26.30.4"))
    assert as_(stranger).get("/api/v1/applications/").json()["results"] == []
    assert as_(stranger).get(f"/api/v1/applications/{mine.pk}/").status_code == 404


@pytest.mark.parametrize("query", [{"state": "x"}, {"state": "77"}, {"cursor": "xx"}, {"cursor": "cD1hYmM="}])
def test_a_list_asked_for_in_nonsense_is_no_crash(as_: As, query: dict[str, str]) -> None:
    a_dossier()
    assert as_(Role.SPECIALIST).get("/api/v1/applications/", query).status_code in (200, 400, 404)


def test_a_dossier_goes_its_whole_way_over_the_api(as_: As) -> None:
    url = f"/api/v1/applications/{a_dossier().pk}/"
    specialist, leader, officer = as_(Role.SPECIALIST), as_(Role.LEADER), as_(Role.COUNTER_OFFICER)
    assert specialist.get(url).json()["actions"][0] == "take"
    assert _post(specialist, f"{url}take/", {}).json()["state"] == State.PROCESSING
    assert _post(specialist, f"{url}take/", {}).status_code == 409
    assert _post(specialist, f"{url}propose/", {}).status_code == 400
    assert _post(specialist, f"{url}propose/", {"number": "12/KS"}).status_code == 200
    assert _post(specialist, f"{url}sign/", {}).status_code == 403
    shown = leader.get(url).json()["proposal"]
    assert _post(leader, f"{url}sign/", {"proposal": shown + 1}).json()["code"] == "proposal_changed"
    assert _post(leader, f"{url}sign/", {"proposal": shown}).json()["state"] == State.DONE
    done = _post(officer, f"{url}hand-over/", {"handed_to": "Nguyễn Thị Ánh", "authorisation": "UQ 12"})
    assert done.json()["state"] == State.RETURNED


def test_an_unpaid_result_is_handed_over_the_api_with_a_reason(as_: As) -> None:
    url = f"/api/v1/applications/{a_dossier(procedure='land_change_info', state=State.DONE).pk}/hand-over/"
    officer = as_(Role.COUNTER_OFFICER)
    refused = _post(officer, url, {"handed_to": "Nguyễn Thị Ánh", "authorisation": "UQ 12"})
    assert (refused.status_code, refused.json()["code"]) == (409, "fee_unpaid")
    done = _post(
        officer, url, {"handed_to": "Nguyễn Thị Ánh", "authorisation": "UQ 12", "unpaid_reason": "Chuyển khoản sau"}
    )
    assert done.json()["state"] == State.RETURNED


def test_tracking_tells_the_way_and_names_nobody(client: Client) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    answer = _post(client, "/api/v1/tracking/", {"code": dossier.code, "last4": LAST4})
    assert answer.status_code == 200
    told = answer.json()
    assert told["state"] == State.SUPPLEMENT
    assert [line["kind"] for line in told["timeline"]].count("now") == 1
    text = answer.content.decode()
    for personal in ("Nguyễn", "345678", "mờ", dossier.token):
        assert personal not in text


@pytest.mark.parametrize(
    "body", [{}, {"code": "x", "last4": "12"}, {"code": "x\u0000", "last4": "1234"}, {"code": 5, "last4": "١٢٣٤"}]
)
def test_tracking_refuses_nonsense(client: Client, body: Any) -> None:
    assert _post(client, "/api/v1/tracking/", body).status_code == 400


def test_tracking_is_limited(client: Client) -> None:
    statuses = [
        _post(client, "/api/v1/tracking/", {"code": "H26.30.3-261123-0001", "last4": f"{guess:04}"}).status_code
        for guess in range(7)
    ]
    assert statuses == [404] * 5 + [429] * 2


def test_the_result_may_be_wanted_by_post_where_an_address_comes_with_it(as_: As) -> None:
    client = as_(Role.COUNTER_OFFICER)
    ticket = a_ticket_at_counter()
    refused = _post(client, RECEIVE, _body(ticket.pk, delivery="post"))
    assert refused.status_code in (400, 409, 422) and refused.json()["missing"]
    assert _post(client, RECEIVE, _body(ticket.pk, delivery="file")).status_code == 400
    taken = _post(client, RECEIVE, _body(ticket.pk, delivery="post", delivery_address="7 phố Huế, Hà Nội"))
    dossier = Application.objects.get(pk=taken.json()["id"])
    assert (dossier.delivery, dossier.delivery_address) == ("post", "7 phố Huế, Hà Nội")
    assert client.get(f"/api/v1/applications/{dossier.pk}/").json()["delivery"] == "post"
