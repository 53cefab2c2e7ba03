"""The API as its own description tells it: complete, and never a crash whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance

from centres.enums import Role
from citizens.models import ApiToken
from portal.wsgi import application
from tests.factories.applications import a_centre, a_dossier, a_ticket_at_counter, member_of
from tests.factories.centres import MORNING, AppointmentFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/schema/?format=json"
CHECKS = [not_a_server_error, content_type_conformance]
FEW, MANY = 5, 100
PUBLIC = {
    "GET /api/v1/centres/",
    "GET /api/v1/centres/{code}/",
    "GET /api/v1/centres/{code}/slots/{letter}/",
    "POST /api/v1/appointments/",
    "GET /api/v1/appointments/{token}/",
    "POST /api/v1/appointments/{token}/cancel",
    "POST /api/v1/appointments/{token}/move",
    "GET /api/v1/procedures/",
    "GET /api/v1/procedures/{code}/",
    "GET /api/v1/procedures/{code}/quote",
    "GET /api/v1/units/",
    "GET /api/v1/units/resolve",
    "POST /api/v1/tracking/",
}


@pytest.fixture
def ids(at_hanoi: Any) -> dict[str, Any]:
    """A centre at work, and what really is there for each parameter of an address."""
    at_hanoi("2026-11-23 10:26")
    centre = a_centre()
    dossier = a_dossier()
    return {
        "code": {"centres": centre.code, "procedures": "1.001193"},
        "id": dossier.pk,
        "letter": "A",
        "ticket_id": a_ticket_at_counter().pk,
        "token": AppointmentFactory(service=centre.services.all()[0], starts_at=MORNING + timedelta(days=1)).token,
    }


@pytest.fixture
def described(ids: dict[str, Any]) -> Iterator[Any]:
    """The described API over the real WSGI application, which must not end the test's transaction with a request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi(ADDRESS, application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_description_is_made_without_a_warning(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", file=str(tmp_path / "api.yaml"))
    assert capsys.readouterr().err == ""
    assert "id_card_parse" in (tmp_path / "api.yaml").read_text()


@pytest.mark.parametrize("role", [Role.COUNTER_OFFICER, None])
def test_whatever_is_sent_is_answered_as_described(role: str | None, described: Any, ids: dict[str, Any]) -> None:
    send_all(described, ids, role, FEW)


@pytest.mark.full
@pytest.mark.parametrize("role", [*Role.values, None])
def test_much_that_is_sent_is_answered_as_described(role: str | None, described: Any, ids: dict[str, Any]) -> None:
    send_all(described, ids, role, MANY)


def send_all(described: Any, ids: dict[str, Any], role: str | None, examples: int) -> None:
    """Send ``examples`` made-up requests to every operation, as a person with this role or as nobody."""
    headers = {}
    if role is not None:
        _token, key = ApiToken.issue(member_of(role, a_centre()), "schema")
        headers["Authorization"] = f"Bearer {key}"
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) > len(PUBLIC)
    for operation in operations:
        send(operation, ids, headers, examples)


def send(operation: Any, ids: dict[str, Any], headers: dict[str, str], examples: int) -> None:
    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(), real=st.booleans())
    def sent(case: Any, real: bool) -> None:
        if real:  # made-up numbers hit nothing
            for name in case.path_parameters or {}:
                there = ids.get(name, ids["id"])
                case.path_parameters[name] = there[operation.path.split("/")[3]] if name == "code" else there
        cache.clear()  # tries are counted by address, and every request comes from the same one
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)
        if not headers and operation.label not in PUBLIC:
            assert answer.status_code in (401, 404, 405, 406), f"{operation.label}: {answer.status_code} for nobody"

    sent()
