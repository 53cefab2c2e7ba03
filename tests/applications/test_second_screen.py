"""The citizen's screen at a counter: what it shows and never shows, what is touched, and that it is empty with the visit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from applications.actions.edit_draft import keep_form
from applications.actions.receive import receive
from applications.actions.second_screen import say_right, say_wrong, show_to_citizen
from applications.history_words import told
from applications.models import Application, Showing
from applications.second_screen import current, lines_of, screen_of, second_of, to_check
from centres.actions.devices import arrange, register
from centres.actions.park import park
from centres.device_access import cookie_name, remember
from centres.enums import DeviceKind, Role
from centres.models import Counter, Device, Ticket
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.at_desk import As, to, words
from tests.factories.applications import MONDAY, a_draft, a_member, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]


@pytest.fixture
def draft(centre: Any) -> Application:
    return a_draft()


@pytest.fixture
def screen(centre: Any, draft: Application) -> Device:
    made, _key = register(
        centre=centre, kind=DeviceKind.SCREEN, name="Màn hình", counter=draft.matter.ticket.counter, at=MONDAY,
        acting_user=member_of(Role.MANAGER, centre),
    )  # fmt: skip
    return made


@pytest.fixture
def citizen(screen: Device) -> Client:
    """The screen's browser."""
    client, answer = Client(), Client().get("/healthz")
    remember(answer, screen)  # type: ignore[arg-type]
    name = cookie_name(DeviceKind.SCREEN)
    client.cookies[name] = answer.cookies[name].value
    return client


def counter_of(draft: Application) -> Counter:
    return Counter.objects.get(pk=draft.matter.ticket.counter_id)


def test_a_screen_belongs_to_one_counter_of_its_centre(centre: Any, screen: Device) -> None:
    manager = member_of(Role.MANAGER, centre)
    by: dict[str, Any] = {"centre": centre, "kind": DeviceKind.SCREEN, "at": MONDAY, "acting_user": manager}
    with pytest.raises(BadInput):
        register(name="Không có quầy", **by)
    other = Counter.objects.create(centre=centre, number=77)
    assert arrange(device=screen, name="Màn hình", counter=other, acting_user=manager).counter == other
    board, _key = register(**{**by, "kind": DeviceKind.BOARD}, name="Bảng", counter=other)
    assert board.counter is None


def test_idle_it_shows_the_counters_number_and_nobody(citizen: Client, draft: Application) -> None:
    page = words(citizen.get("/screen/"))
    assert str(counter_of(draft)).split()[-1] in page
    assert draft.applicant.full_name not in page


def test_it_shows_names_days_addresses_papers_and_fee_and_no_whole_number(
    as_: As, citizen: Client, draft: Application
) -> None:
    as_(Role.COUNTER_OFFICER).post(to("show_to_citizen", draft.pk))
    page = words(citizen.get("/screen/part/"))
    for said in (draft.applicant.full_name, "Nguyễn Gia Bảo", "02/11/2026", draft.applicant.address, "Kim Liên"):
        assert said in page
    assert draft.applicant.identity_number not in page
    assert draft.contact_phone[-6:] not in page.replace(" ", "")
    assert all(paper.kind.name["vi"] in page for paper in draft.papers.all())
    assert {line.key for line in lines_of(draft, MONDAY)} >= {"person:name", "form:child_name", "form:child_born"}
    assert not {"form:child_ethnicity", "form:relation"} & {line.key for line in lines_of(draft, MONDAY)}


def test_the_row_keeps_no_word_of_the_person(draft: Application, screen: Device) -> None:
    showing = show_to_citizen(application=draft, at=MONDAY, acting_user=draft.opened_by)
    line = next(line for line in to_check(showing, MONDAY).lines if line.key == "form:child_name")
    say_wrong(counter=counter_of(draft), key=line.key, digest=line.digest, at=MONDAY)
    showing.refresh_from_db()
    assert list(showing.wrong) == ["form:child_name"] and "Bảo" not in str(showing.wrong)


def test_a_line_touched_as_wrong_is_seen_at_the_desk_until_it_is_put_right(
    as_: As, citizen: Client, draft: Application
) -> None:
    desk = as_(Role.COUNTER_OFFICER)
    desk.cookies["django_language"] = "en"
    desk.post(to("show_to_citizen", draft.pk))
    line = next(line for line in screen_of(counter_of(draft), MONDAY).to_check.lines if line.field == "child_name")
    citizen.post("/screen/answer/", {"line": line.key, "digest": line.digest})
    part = desk.get(to("second_screen", draft.pk)).content.decode()
    assert 'data-wrong-field="child_name"' in part and 'data-second="wrong"' in part
    assert 'data-second="wrong"' in desk.get(to("desk"), {"matter": draft.pk}).content.decode()

    keep_form(application=draft, values={"child_name": "Nguyễn Gia Bách"}, at=MONDAY, acting_user=draft.opened_by)

    assert 'data-second="shown"' in desk.get(to("second_screen", draft.pk)).content.decode()
    check = screen_of(counter_of(draft), MONDAY).to_check
    citizen.post("/screen/answer/", {"digest": check.digest})
    assert 'data-second="right"' in desk.get(to("second_screen", draft.pk)).content.decode()
    keep_form(application=draft, values={"child_name": "Nguyễn Gia Bảo"}, at=MONDAY, acting_user=draft.opened_by)
    assert "changed since the citizen looked" in words(desk.get(to("second_screen", draft.pk)))


def test_that_the_citizen_found_it_right_is_in_the_history_unless_it_was_changed(
    draft: Application, screen: Device
) -> None:
    showing = show_to_citizen(application=draft, at=MONDAY, acting_user=draft.opened_by)
    say_right(counter=counter_of(draft), digest=to_check(showing, MONDAY).digest, at=MONDAY)
    dossier = receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
    [event] = dossier.events.all()
    assert event.details["checked_on_screen"] and "found everything right" in told(event).sentence

    other = a_draft()
    showing = show_to_citizen(application=other, at=MONDAY, acting_user=other.opened_by)
    say_right(counter=counter_of(other), digest=to_check(showing, MONDAY).digest, at=MONDAY)
    keep_form(application=other, values={"child_name": "Nguyễn Gia Bách"}, at=MONDAY, acting_user=other.opened_by)
    dossier = receive(application=other, at=MONDAY, acting_user=other.opened_by)
    assert "checked_on_screen" not in dossier.events.get().details


def test_an_answer_about_other_words_is_not_taken(draft: Application, screen: Device) -> None:
    showing = show_to_citizen(application=draft, at=MONDAY, acting_user=draft.opened_by)
    before = to_check(showing, MONDAY)
    keep_form(application=draft, values={"child_name": "Nguyễn Gia Bách"}, at=MONDAY, acting_user=draft.opened_by)
    line = next(line for line in before.lines if line.field == "child_name")
    for touched in (
        lambda: say_right(counter=counter_of(draft), digest=before.digest, at=MONDAY),
        lambda: say_wrong(counter=counter_of(draft), key=line.key, digest=line.digest, at=MONDAY),
        lambda: say_wrong(counter=counter_of(draft), key="form:nothing", digest="", at=MONDAY),
    ):
        with pytest.raises(RuleBroken) as refused:
            touched()
        assert refused.value.code == "changed"


@pytest.mark.parametrize("end", ["received", "aside", "another person", "cleared"])
def test_it_is_empty_at_once_when_the_visit_ends(
    as_: As, citizen: Client, draft: Application, end: str, django_capture_on_commit_callbacks: Any
) -> None:
    desk, ticket = as_(Role.COUNTER_OFFICER), draft.matter.ticket
    desk.post(to("show_to_citizen", draft.pk))
    first = citizen.get("/screen/part/")
    assert "Nguyễn Gia Bảo" in words(first)
    assert citizen.get("/screen/part/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        if end == "received":
            receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
        elif end == "aside":
            park(ticket=Ticket.objects.get(pk=ticket.pk), reason="", at=MONDAY, acting_user=draft.opened_by)
        elif end == "cleared":
            desk.post(to("show_to_citizen", draft.pk), {"away": "1"})
        else:
            cache.clear()
            a_draft(complete=False)
    after = citizen.get("/screen/part/", headers={"If-None-Match": first["ETag"]})
    assert after.status_code == 200
    for said in ("Nguyễn Gia Bảo", draft.applicant.full_name, draft.applicant.address):
        assert said not in words(after)
    assert current(counter_of(draft)) is None
    assert citizen.post("/screen/answer/", {"digest": "x"}).status_code == 409


def test_a_screen_that_is_silent_is_said_to_be_and_the_desk_goes_on(
    as_: As, citizen: Client, draft: Application, at_hanoi: Any
) -> None:
    desk = as_(Role.COUNTER_OFFICER)
    assert second_of(counter_of(draft), draft, clock.now()).is_silent
    citizen.get("/screen/part/")
    first = desk.get(to("second_screen", draft.pk))
    assert not second_of(counter_of(draft), draft, clock.now()).is_silent
    at_hanoi("2026-11-23 10:27")
    assert second_of(counter_of(draft), draft, clock.now()).is_silent
    later = desk.get(to("second_screen", draft.pk), headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200
    assert receive(application=draft, at=MONDAY + timedelta(minutes=1), acting_user=draft.opened_by).code


def test_a_counter_without_a_screen_has_nothing_of_it(as_: As, draft: Application) -> None:
    page = as_(Role.COUNTER_OFFICER).get(to("desk"), {"matter": draft.pk}).content.decode()
    assert 'second-screen"' not in page
    with pytest.raises(RuleBroken) as refused:
        show_to_citizen(application=draft, at=MONDAY, acting_user=draft.opened_by)
    assert refused.value.code == "no_screen"


def test_only_the_officer_at_that_counter_shows_anything(centre: Any, draft: Application, screen: Device) -> None:
    for user in (a_member(Role.COUNTER_OFFICER, centre, full_name="Quầy khác"), member_of(Role.SPECIALIST, centre)):
        with pytest.raises(NotAllowed):
            show_to_citizen(application=draft, at=MONDAY, acting_user=user)
    assert not Showing.objects.exists()


def test_it_speaks_the_language_of_the_number(as_: As, citizen: Client, draft: Application) -> None:
    Ticket.objects.filter(pk=draft.matter.ticket_id).update(language="ko")
    as_(Role.COUNTER_OFFICER).post(to("show_to_citizen", draft.pk))
    page = citizen.get("/screen/part/").content.decode()
    assert 'lang="ko"' in page and "확인" in page


def test_an_unchanged_screen_asks_no_database(
    citizen: Client, draft: Application, django_assert_num_queries: Any
) -> None:
    show_to_citizen(application=draft, at=MONDAY, acting_user=draft.opened_by)
    first = citizen.get("/screen/part/")
    with django_assert_num_queries(0):
        assert citizen.get("/screen/part/", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_signed_out_screen_shows_nothing(centre: Any, citizen: Client, screen: Device, draft: Application) -> None:
    from centres.actions.devices import revoke  # noqa: PLC0415

    show_to_citizen(application=draft, at=MONDAY, acting_user=draft.opened_by)
    first = citizen.get("/screen/part/")
    revoke(device=screen, at=MONDAY, acting_user=member_of(Role.MANAGER, centre))
    cache.delete(f"screen:{screen.pk}")
    gone = citizen.get("/screen/part/", headers={"If-None-Match": first["ETag"], "X-Part": "1"})
    assert gone.status_code == 401 and "Gia Bảo" not in words(gone)
