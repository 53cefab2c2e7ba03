"""Known problems are found without diacritics and offered first; after a severe incident its story is written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import chain, clock
from portal.errors import BadInput, NotAllowed
from support.actions import handle
from support.actions.call import call
from support.actions.known import keep_known
from support.actions.review import agree_follow_up, finish_follow_up, write_causes
from support.enums import IncidentState, Kind, Severity
from support.known_problems import alike, search
from support.models import FailedJob, KnownProblem
from support.timeline import timeline
from tests.factories.centres import MORNING
from tests.factories.support import an_incident, on_call

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(minutes=30)


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def know(user, title="Máy in kẹt giấy", symptoms="Đèn đỏ, giấy không ra", kind=Kind.PRINTER, **given):
    return keep_known(
        kind=kind, title=title, symptoms=symptoms, remedy="Mở nắp sau, rút giấy.", at=MORNING, acting_user=user, **given
    )


def test_every_word_in_any_order_without_diacritics_and_half_typed(supporter):
    row = know(supporter)
    for asked in ("", "ket giay", "GIẤY kẹt", "may in ke", "đèn đỏ"):
        assert search(asked) == [row], asked
    for asked in ("kẹt mực", "ay", "-"):
        assert search(asked) == ([row] if asked == "-" else []), asked


def test_what_is_alike_is_offered_first_and_retired_ones_are_not(supporter):
    paper, ink = know(supporter), know(supporter, "Máy in hết mực", "Chữ mờ")
    network = know(supporter, "Mạng chậm", "Trang mở lâu", Kind.NETWORK)
    assert alike("printer", "giấy bị kẹt ở máy in")[0] == paper
    assert set(alike("printer", "")) == {paper, ink}, "nothing typed yet: those of the kind"
    assert alike("printer", "trang mở lâu quá")[0] == network
    know(supporter, known=paper, is_retired=True)
    assert paper not in alike("printer", "") and search("kẹt giấy") == []


def test_the_dialog_offers_them_and_only_support_keeps_them(client, centre, officer, supporter):
    know(supporter)
    client.force_login(officer)
    assert "Mở nắp sau" in client.get("/support/known/like/?kind=printer&what=ket").content.decode()
    assert "Máy in kẹt giấy" in client.get("/support/known/?q=ket+giay").content.decode()
    assert client.get("/support/known/new/").status_code == 403
    with pytest.raises(NotAllowed):
        know(officer)
    client.force_login(supporter)
    sent = {"kind": "board", "title": "Bảng đen", "symptoms": "Không sáng", "remedy": "Bật điện"}
    assert client.post("/support/known/new/", sent).status_code == 302
    assert client.post("/support/known/new/", sent | {"remedy": " "}).status_code == 400
    row = KnownProblem.objects.get(kind="board")
    client.post(f"/support/known/{row.pk}/", sent | {"is_retired": "on"})
    row.refresh_from_db()
    assert row.retired_at


def test_the_timeline_is_written_by_the_system(centre, supporter, in_english):
    on_call(supporter)
    made = an_incident(centre, severity=Severity.MANY)
    call(incident_id=made.pk, at=MORNING)
    FailedJob.objects.create(task="a.b", error="E", at=MORNING + timedelta(minutes=1))
    FailedJob.objects.create(task="old", error="E", at=MORNING - timedelta(hours=5))
    other = an_incident(centre, what="Mạng chậm", at=MORNING + timedelta(minutes=2))
    handle.resolve(incident=made, note="đổi cáp", at=LATER, acting_user=supporter)
    made.refresh_from_db()
    told = [line.what for line in timeline(made, LATER)]
    assert told[0] == "Reported" and told[-1] == "Works again"
    assert any("A job failed 1 times: a.b" in line for line in told) and not any(": old" in line for line in told)
    assert any(f"#{other.pk}" in line for line in told) and any("Message by" in line for line in told)


def test_causes_and_follow_ups_close_a_severe_one(client, centre, supporter, officer):
    made = an_incident(centre, severity=Severity.MANY)
    handle.resolve(incident=made, note="đổi cáp", at=LATER, acting_user=supporter)
    client.force_login(supporter)
    page = f"/support/incidents/{made.pk}/review/"
    assert client.post(page, {"step": "causes", "causes": "Cáp cũ"}).status_code == 302
    sent = {"step": "follow_up", "what": "Thay cáp", "owner": supporter.pk, "due_on": "2026-11-30"}
    assert client.post(page, sent).status_code == 302
    assert client.post(page, sent | {"due_on": "2026-11-01"}).status_code == 400
    follow_up = made.follow_ups.get()
    assert client.post(f"/support/follow-ups/{follow_up.pk}/done/").status_code == 302
    closed = handle.close(incident=made, at=LATER, acting_user=supporter)
    assert closed.state == IncidentState.CLOSED
    kinds = [event.kind for event in made.events.all()]
    assert kinds[-4:] == ["causes", "follow_up", "followed_up", "closed"] and chain.verify(made.events.all()) is None


def test_a_follow_up_is_finished_by_its_owner_and_nobody_else_outside(centre, supporter, manager, officer):
    made = an_incident(centre)
    row = agree_follow_up(
        incident=made, what="Đặt mực", owner=manager, due_on=date(2026, 11, 24), at=MORNING, acting_user=supporter
    )
    with pytest.raises(NotAllowed):
        finish_follow_up(follow_up=row, at=MORNING, acting_user=officer)
    assert finish_follow_up(follow_up=row, at=MORNING, acting_user=manager).done_at
    assert row.is_late(date(2026, 11, 25))
    with pytest.raises(BadInput):
        write_causes(incident=made, causes=" ", at=MORNING, acting_user=supporter)


@pytest.mark.parametrize("page", ["known", "review"])
def test_thirty_cost_as_many_statements_as_one(client, centre, supporter, page):
    made = an_incident(centre, severity=Severity.MANY)
    path = f"/support/incidents/{made.pk}/review/" if page == "review" else "/support/known/"
    client.force_login(supporter)
    counts = []
    for more in (1, 29):
        for number in range(more):
            know(supporter, f"{more} {number}")
            agree_follow_up(
                incident=made,
                what=f"{number}",
                owner=supporter,
                due_on=date(2026, 11, 30),
                at=MORNING,
                acting_user=supporter,
            )
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14
