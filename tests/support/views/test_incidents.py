"""Reporting from any page and working the list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from support.actions import handle
from support.enums import IncidentState, Kind, Severity, Source
from support.models import Heartbeat, Incident
from support.watch.rounds import NAME
from tests.factories.centres import MORNING, CentreFactory, CounterFactory
from tests.factories.citizens import UserFactory
from tests.factories.support import an_incident

pytestmark = pytest.mark.django_db
SCRIPT = {"HX-Request": "true", "HX-Current-URL": "https://portal.example/desk/?matter=7"}


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def test_two_keys_report_with_page_place_and_errors(client, centre, officer):
    counter = CounterFactory(centre=centre, officer=officer, number=4)
    client.force_login(officer)
    first = client.get("/support/report/", headers=SCRIPT).content.decode()
    assert 'data-key="1"' in first and "data-open" in first
    second = client.get("/support/report/?kind=printer", headers=SCRIPT).content.decode()
    assert 'value="/desk/"' in second, "the address of the page, without its query"
    sent = {
        "kind": "printer",
        "severity": "3",
        "page": "/desk/?matter=7",
        "errors_seen": "500 /desk/next/\nTypeError",
        "centre": centre.pk,
    }
    answer = client.post("/support/report/", sent, headers=SCRIPT | {"User-Agent": "Chromium"})
    made = Incident.objects.get()
    assert answer.status_code == 200 and f"#{made.pk}" in answer.content.decode()
    assert (made.kind, made.severity, made.source, made.centre) == (Kind.PRINTER, Severity.ONE, Source.STAFF, centre)
    assert (made.page, made.errors, made.browser) == ("/desk/", ["500 /desk/next/", "TypeError"], "Chromium")
    assert str(counter) in made.what and made.reporter == officer


def test_without_scripts_it_is_a_page(client, centre, officer):
    client.force_login(officer)
    assert "data-open" not in client.get("/support/report/", headers={"Referer": "/desk/"}).content.decode()
    answer = client.post("/support/report/", {"kind": "network", "severity": "2"})
    assert Incident.objects.get().centre == centre and answer.status_code == 200


def test_a_severity_nobody_knows_is_refused(client, officer):
    client.force_login(officer)
    assert client.post("/support/report/", {"kind": "network", "severity": "7"}).status_code == 400
    assert not Incident.objects.exists()


def test_an_officer_cannot_report_for_another_centre(client, officer):
    client.force_login(officer)
    sent = {"kind": "network", "severity": "2", "centre": CentreFactory().pk}
    assert client.post("/support/report/", sent).status_code == 400


def test_who_works_nowhere_reports_as_a_citizen(client):
    client.force_login(UserFactory())
    assert client.get("/support/report/").status_code == 403


def test_a_citizen_tells_and_a_reload_tells_nothing_again(client, centre):
    answer = client.post(
        "/support/tell/", {"centre": centre.pk, "what": "Kiosk không in số", "contact": "0912 345 678"}
    )
    made = Incident.objects.get()
    assert (made.source, made.contact, made.centre) == (Source.CITIZEN, "+84912345678", centre)
    assert client.get(answer["Location"]).status_code == 200
    assert client.post("/support/tell/", {"what": "", "contact": "12"}).status_code == 400


def test_a_citizens_phone_is_for_support_only(client, centre, supporter, manager):
    made = an_incident(centre, contact="0912 345 678")
    for person, sees in ((supporter, True), (manager, False)):
        client.force_login(person)
        assert ("0912 345 678" in client.get(f"/support/incidents/{made.pk}/").content.decode()) is sees


def test_the_most_urgent_stands_first_and_late_ones_say_so(client, centre, supporter, in_english):
    an_incident(centre, what="nhỏ", severity=Severity.ANNOYING)
    an_incident(centre, what="lớn", severity=Severity.STANDSTILL)
    an_incident(centre, what="cũ", at=MORNING - timedelta(hours=1, minutes=30))
    client.force_login(supporter)
    page = client.get("/support/")
    assert [row.what for row in page.context["rows"]] == ["lớn", "cũ", "nhỏ"]
    assert [bool(row.late) for row in page.context["rows"]] == [False, True, False]


def test_a_silent_watch_is_said_on_the_list(client, supporter):
    client.force_login(supporter)
    assert client.get("/support/").context["watch_is_silent"]
    Heartbeat.objects.create(name=NAME, at=MORNING)
    assert not client.get("/support/").context["watch_is_silent"]


def test_each_sees_what_concerns_them(client, centre, supporter, manager, officer, stranger):
    here, elsewhere, nowhere = an_incident(centre), an_incident(CentreFactory()), an_incident(what="cả thành phố")
    seen = {supporter: {here, nowhere}, manager: {here, nowhere}, stranger: {nowhere}}
    for person, rows in seen.items():
        client.force_login(person)
        assert set(client.get("/support/").context["rows"]) == rows
        assert client.get(f"/support/incidents/{elsewhere.pk}/").status_code == 404
    client.force_login(officer)
    assert client.get("/support/").status_code == 403
    assert client.get(f"/support/incidents/{here.pk}/").status_code == 404
    mine = an_incident(centre, what="của tôi", acting_user=officer)
    assert client.get(f"/support/incidents/{mine.pk}/").status_code == 200
    assert [row.pk for row in client.get("/support/mine/").context["rows"]] == [mine.pk]


def test_steps_are_taken_on_the_page_and_a_refusal_keeps_what_was_typed(client, centre, supporter, manager):
    made = an_incident(centre)
    page = f"/support/incidents/{made.pk}/"
    client.force_login(supporter)
    assert client.post(f"{page}acknowledge/").status_code == 302
    assert client.post(f"{page}resolve/", {"note": ""}).status_code == 400
    assert client.post(f"{page}resolve/", {"note": "thay mực"}).status_code == 302
    refused = client.post(f"{page}wait/", {"note": "chờ hãng máy in"})
    assert refused.status_code == 409
    made = Incident.objects.get()
    assert (made.state, made.owner) == (IncidentState.RESOLVED, supporter)
    client.force_login(manager)
    assert client.post(f"{page}close/").status_code == 403
    assert client.post(f"{page}explode/").status_code == 404


def test_words_for_the_status_page_and_merging(client, centre, supporter):
    one, other = an_incident(centre), an_incident(centre, what="Mạng chậm")
    client.force_login(supporter)
    client.post(f"/support/incidents/{one.pk}/publish/", {"words_vi": "In chậm", "words_en": ""})
    one.refresh_from_db()
    assert one.public_words == {"vi": "In chậm"}
    answer = client.post(f"/support/incidents/{one.pk}/merge/", {"into": other.pk})
    assert answer["Location"] == f"/support/incidents/{other.pk}/"
    assert client.post(f"/support/incidents/{other.pk}/merge/", {"into": "9" * 12}).status_code == 400


def test_an_unchanged_list_is_not_made_again(client, centre, supporter, django_capture_on_commit_callbacks):
    client.force_login(supporter)
    first = client.get("/support/part/")
    tag = {"If-None-Match": first["ETag"]}
    assert client.get("/support/part/", headers=tag).status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        an_incident(centre)
    assert client.get("/support/part/", headers=tag).status_code == 200


@pytest.mark.parametrize("page", ["/support/", "/support/statistics/", "/support/mine/"])
def test_thirty_rows_cost_as_many_statements_as_one(client, centre, supporter, page):
    client.force_login(supporter)
    counts = []
    for more in (1, 29):
        for number in range(more):
            row = an_incident(centre, what=f"{more} {number}", acting_user=supporter)
            handle.acknowledge(incident=row, at=MORNING, acting_user=supporter)
        client.get(page)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(page).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_one_incident_costs_the_same_however_long_its_history(client, centre, supporter):
    made = an_incident(centre)
    client.force_login(supporter)
    counts = []
    for more in (1, 29):
        for number in range(more):
            handle.note(incident=made, text=f"{number}", at=MORNING, acting_user=supporter)
        client.get(f"/support/incidents/{made.pk}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/support/incidents/{made.pk}/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_figures_are_medians_by_centre_kind_and_device(client, centre, supporter, in_english):
    for minutes in (10, 20, 90):
        row = an_incident(centre, what=f"{minutes}", at=MORNING - timedelta(hours=3))
        at = row.reported_at + timedelta(minutes=minutes)
        handle.acknowledge(incident=row, at=row.reported_at + timedelta(minutes=minutes / 10), acting_user=supporter)
        handle.resolve(incident=row, note="xong", at=at, acting_user=supporter)
    merged = an_incident(centre, what="trùng")
    handle.merge(incident=merged, into=an_incident(centre, what="còn mở"), at=MORNING, acting_user=supporter)
    client.force_login(supporter)
    page = client.get("/support/statistics/?days=7")
    total = page.context["total"]
    assert (total.count, total.acknowledge, total.resolve, total.in_time) == (4, 2.0, 20.0, 1.0)
    assert [line.name for line in page.context["groups"][1][1]] == ["máy in"]
