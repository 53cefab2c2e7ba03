"""What everybody reads, and the banner of staff."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centres.models import Outage
from portal import clock
from support.actions import handle
from support.actions.announce import announce
from support.enums import Severity
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory
from tests.factories.support import an_incident

pytestmark = pytest.mark.django_db
SLOW = {"vi": "In chậm", "en": "Printing is slow"}


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def an_outage(centre, user, start=timedelta(hours=1)):
    return Outage.objects.create(
        centre=centre, what={"vi": "Nâng cấp", "en": "Upgrade"}, from_at=MORNING + start, until_at=MORNING + start + timedelta(hours=2),
        announced_at=MORNING - timedelta(days=20), announced_by=user,
    )  # fmt: skip


def test_only_words_for_everybody_stand_on_the_status_page(client, centre, supporter):
    client.cookies["django_language"] = "en"
    hidden = an_incident(centre, what="Mật khẩu máy chủ sai")
    shown = an_incident(centre, what="trống mực", at=MORNING - timedelta(minutes=48), public_words=SLOW)
    page = client.get(f"/support/status/{centre.code}/").content.decode()
    assert "Printing is slow" in page and "09:12" in page
    assert hidden.what not in page and shown.what not in page
    handle.acknowledge(incident=shown, at=MORNING, acting_user=supporter)
    assert "We are on it." in client.get("/support/status/").content.decode()
    handle.resolve(incident=shown, note="thay mực", at=MORNING, acting_user=supporter)
    page = client.get("/support/status/").content.decode()
    assert "It works again since" in page and "Yes, as far as we know." in page


def test_a_centres_page_shows_its_own_and_what_concerns_all(client, centre, supporter):
    an_incident(CentreFactory(), public_words={"vi": "Chỗ khác"})
    an_incident(None, public_words={"vi": "Cả thành phố"})
    an_outage(centre, supporter)
    page = client.get(f"/support/status/{centre.code}/").content.decode()
    assert "Chỗ khác" not in page and "Cả thành phố" in page and "Nâng cấp" in page
    assert client.get("/support/status/nowhere/").status_code == 404


def test_the_first_page_tells_what_concerns_the_city(client, centre):
    assert "Cả thành phố" not in client.get("/").content.decode()
    an_incident(None, public_words={"vi": "Cả thành phố"})
    an_incident(centre, public_words={"vi": "Chỉ ở đây"})
    from django.core.cache import cache  # noqa: PLC0415

    cache.clear()
    page = client.get("/").content.decode()
    assert "Cả thành phố" in page and "Chỉ ở đây" not in page
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert len(asked) == 0


def test_the_banner_is_for_those_concerned(client, centre, officer, supporter, stranger):
    an_incident(centre, severity=Severity.MANY, what="Mạng chậm")
    an_outage(centre, supporter)
    announce(
        centre=centre,
        roles=["counter_officer"],
        title="Họp 17 giờ",
        until_at=MORNING + timedelta(hours=8),
        at=MORNING,
        acting_user=supporter,
    )
    seen = {}
    for person in (officer, supporter, stranger):
        client.force_login(person)
        seen[person] = client.get("/support/banner/").content.decode()
    assert all(words in seen[officer] for words in ("Mạng chậm", "Nâng cấp", "Họp 17 giờ"))
    assert "Họp 17 giờ" not in seen[supporter] and "/support/" in seen[supporter]
    assert seen[stranger].strip() == ""


def test_the_status_costs_the_same_for_one_and_for_thirty(client, centre, supporter):
    counts = []
    for more in (1, 29):
        for number in range(more):
            an_incident(centre, what=f"{more} {number}", public_words=SLOW)
            announce(
                centre=centre,
                title=f"{number}",
                is_public=True,
                until_at=MORNING + timedelta(hours=8),
                at=MORNING,
                acting_user=supporter,
            )
        with CaptureQueriesContext(connection) as asked:
            client.get("/support/status/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 5


def test_thirty_outages_cost_as_many_statements_as_one(client, centre, supporter):
    client.force_login(supporter)
    counts = []
    for more in (1, 29):
        for number in range(more):
            an_outage(centre, supporter, timedelta(days=number + 1))
        client.get("/support/outages/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/support/outages/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9


def test_an_outage_is_announced_on_its_page(client, centre, supporter, manager):
    client.force_login(supporter)
    sent = {"what_vi": "Nâng cấp", "what_en": "", "what_ko": "", "centre": centre.pk}
    assert (
        client.post(
            "/support/outages/", sent | {"from_at": "2026-11-24T17:30", "until_at": "2026-11-24T22:00"}
        ).status_code
        == 400
    )
    assert (
        client.post(
            "/support/outages/", sent | {"from_at": "2026-12-14T17:30", "until_at": "2026-12-14T22:00"}
        ).status_code
        == 302
    )
    row = Outage.objects.get()
    assert clock.local(row.from_at).hour == 17
    client.post(f"/support/outages/{row.pk}/end/")
    row.refresh_from_db()
    assert row.cancelled_at == MORNING
    client.force_login(manager)
    assert client.get("/support/outages/").status_code == 403


def test_a_manager_of_the_city_reads_everything(client, centre):
    client.force_login(MembershipFactory(role="city_admin", centre=None).user)
    for path in (
        "",
        "on-call/",
        "outages/",
        "announcements/",
        "known/",
        "known/new/",
        "statistics/",
        "banner/",
        "mine/",
    ):
        assert client.get(f"/support/{path}").status_code == 200, path
