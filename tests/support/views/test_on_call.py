"""The page of the rota."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from support.models import OnCallBrowser, OnCallContact, OnCallShift
from tests.factories.centres import MORNING
from tests.notifications.test_push import GOOD

pytestmark = pytest.mark.django_db
URL = "/support/on-call/"


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def test_a_shift_is_planned_and_ended(client, centre, supporter):
    client.force_login(supporter)
    sent = {
        "user": supporter.pk,
        "centre": centre.pk,
        "level": 1,
        "from_at": "2026-11-23T09:00",
        "until_at": "2026-11-23T17:00",
    }
    assert client.post(URL, sent).status_code == 302
    shift = OnCallShift.objects.get()
    assert clock.local(shift.until_at).hour == 17
    assert client.get(URL).context["is_anybody"]
    client.post(f"{URL}{shift.pk}/remove/")
    assert not client.get(URL).context["is_anybody"]
    assert client.post(URL, sent | {"until_at": "2026-11-23T09:30"}).status_code == 400


def test_a_contact_and_a_browser_are_my_own(client, supporter, officer):
    client.force_login(supporter)
    assert client.post(f"{URL}contact/", {"phone": "024 3825 1234"}).status_code == 400
    assert client.post(f"{URL}contact/", {"phone": "0912 345 678", "email": "a@example.vn"}).status_code == 302
    assert OnCallContact.objects.get().phone == "+84912345678"
    body = json.dumps({"endpoint": "https://fcm.googleapis.com/x", "keys": GOOD})
    assert client.post(f"{URL}browser/", body, content_type="application/json").status_code == 204
    assert OnCallBrowser.objects.get().browser.lasts
    assert client.post(f"{URL}browser/", "[]", content_type="application/json").status_code == 400
    client.force_login(officer)
    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}browser/", body, content_type="application/json").status_code == 403


def test_thirty_shifts_cost_as_many_statements_as_one(client, centre, supporter):
    client.force_login(supporter)
    counts = []
    for more in (1, 29):
        for number in range(more):
            OnCallShift.objects.create(
                user=supporter, centre=centre, from_at=MORNING, until_at=MORNING + timedelta(hours=number + 1)
            )
        client.get(URL)
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10
