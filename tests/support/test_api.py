"""Monitoring reports over the API, and support reads."""

from __future__ import annotations

import pytest

from support.models import Incident
from tests.factories.centres import CentreFactory
from tests.factories.citizens import UserFactory
from tests.factories.support import an_incident

pytestmark = pytest.mark.django_db
URL = "/api/v1/incidents/"
ALARM = {"kind": "network", "severity": 2, "what": "Đường truyền mất gói", "fingerprint": "line:3"}


def test_equal_alarms_are_one_incident(client, centre, supporter):
    client.force_login(supporter)
    sent = ALARM | {"centre": centre.code}
    answers = [client.post(URL, sent, content_type="application/json") for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["count"] for answer in answers] == [1, 2]
    assert Incident.objects.get().centre == centre


def test_what_is_wrong_is_said_by_field(client, supporter):
    client.force_login(supporter)
    answer = client.post(URL, ALARM | {"severity": 9, "centre": "nowhere"}, content_type="application/json")
    assert answer.status_code == 400 and {"severity", "centre"} <= answer.json()["fields"].keys()


def test_only_who_works_here_reports_and_each_sees_their_own(client, centre, supporter):
    an_incident(centre), an_incident(CentreFactory())
    assert client.get(URL).status_code == 401
    client.force_login(UserFactory())
    assert client.post(URL, ALARM, content_type="application/json").status_code == 403
    client.force_login(supporter)
    found = client.get(URL).json()["results"]
    assert [row["centre"] for row in found] == [centre.code]
    assert "contact" not in found[0] and "reporter" not in found[0]
