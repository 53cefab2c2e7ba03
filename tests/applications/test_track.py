"""The citizen's page: one token from slip to result; a code alone opens nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.actions.handle import take
from applications.actions.receive import receive
from applications.actions.supplement import ask_supplement
from applications.enums import State
from applications.models import Application
from centres.enums import IN_HALL, Role
from centres.models import Rating, Ticket
from portal.logs import scrub
from tests.factories.applications import LAST4, MONDAY, a_dossier, a_draft, a_ticket_at_counter, member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(client: Client) -> Client:
    """A citizen's telephone, reading English."""
    client.cookies["django_language"] = "en"
    return client


def test_a_code_and_the_right_digits_open_the_page(phone: Client) -> None:
    dossier = a_dossier()
    answer = phone.post("/track/", {"code": f" {dossier.code.lower()} ", "phone_last4": LAST4})
    assert answer.url == f"/t/{dossier.token}/?first=dossier"


def test_every_wrong_pair_gets_the_same_answer(phone: Client) -> None:
    dossier, mute = a_dossier(), a_dossier()
    Application.objects.filter(pk=mute.pk).update(contact_phone="")
    pairs = [(dossier.code, "0000"), ("H26.30.3-261123-9998", LAST4), (mute.code, "0000")]
    answers = [phone.post("/track/", {"code": code, "phone_last4": digits}) for code, digits in pairs]
    assert {answer.status_code for answer in answers} == {404}
    assert len({str(answer.context["form"].non_field_errors()) for answer in answers}) == 1


def test_a_code_alone_opens_nothing(phone: Client) -> None:
    dossier = a_dossier()
    assert phone.get("/track/", {"code": dossier.code, "phone_last4": LAST4}).status_code == 200
    assert phone.post("/track/", {"code": dossier.code}).status_code == 400
    assert phone.get(f"/t/{dossier.code}/").status_code == 404


def test_guessing_one_code_stops_even_for_the_right_digits(phone: Client) -> None:
    dossier = a_dossier()
    for guess in range(5):
        phone.post("/track/", {"code": dossier.code, "phone_last4": f"{guess:04}"})
    answer = phone.post("/track/", {"code": dossier.code, "phone_last4": LAST4})
    assert answer.status_code == 429


def test_right_tries_are_not_counted_and_others_guesses_lock_nobody_out(phone: Client) -> None:
    dossier = a_dossier()
    assert dossier.code
    for _look in range(7):
        spaced = f" {dossier.code[:8].lower()} {dossier.code[8:]} "
        assert phone.post("/track/", {"code": spaced, "phone_last4": LAST4}).status_code == 302
    for guess in range(5):
        phone.post("/track/", {"code": dossier.code, "phone_last4": f"{guess:04}"}, REMOTE_ADDR="10.9.9.9")
    onward = phone.post("/track/", {"code": dossier.code, "phone_last4": "0009"}, REMOTE_ADDR="10.9.9.8")
    assert onward.status_code == 429, "guessing on from another address is told nothing"
    assert phone.post("/track/", {"code": dossier.code, "phone_last4": LAST4}).status_code == 302


def test_guessing_from_one_address_stops(phone: Client) -> None:
    for guess in range(30):
        phone.post("/track/", {"code": f"H26.30.3-261123-{guess:04}", "phone_last4": "0000"})
    assert phone.post("/track/", {"code": "H26.30.3-261123-5555", "phone_last4": "0000"}).status_code == 429
    elsewhere = phone.post("/track/", {"code": "H26.30.3-261123-5555", "phone_last4": "0000"}, REMOTE_ADDR="10.9.9.9")
    assert elsewhere.status_code == 404


def test_a_wrong_token_is_not_found(phone: Client) -> None:
    assert phone.get("/t/khong-co-trang-nay/").status_code == 404
    assert phone.get("/t/khong-co-trang-nay/", headers={"X-Part": "1"}).status_code == 404
    assert phone.get("/t/khong-co-trang-nay/receipt.pdf").status_code == 404
    assert phone.post("/t/khong-co-trang-nay/rate/", {"score": "3"}).status_code == 404


def test_a_later_dossiers_page_leads_to_no_other_of_the_visit_and_moves_nobodys_place(
    phone: Client, at_hanoi: Any
) -> None:
    at_hanoi("2026-11-23 10:30")
    draft = a_draft()
    ticket = draft.matter.ticket  # type: ignore[union-attr]
    other, _open = (a_draft(ticket=ticket, citizen=draft.applicant, procedure="marriage") for _time in range(2))
    first, later = (receive(application=row, at=MONDAY, acting_user=row.opened_by) for row in (draft, other))
    assert first.code in phone.get(f"/t/{ticket.token}/").content.decode()
    page = phone.get(f"/t/{later.token}/").content.decode()
    assert later.code in page
    for other in (ticket.token, first.token, first.code):
        assert other not in page
    ticket.refresh_from_db()
    assert phone.post(f"/t/{later.token}/hold/", {"minutes": "15"}).status_code == 404
    assert ticket.state in IN_HALL, "the visit goes on: only then the page could have moved it"


def test_the_dossier_whose_code_was_asked_for_comes_first_and_the_others_of_the_visit_below(phone: Client) -> None:
    draft = a_draft()
    ticket = draft.matter.ticket  # type: ignore[union-attr]
    waits = a_draft(ticket=ticket, citizen=draft.applicant, procedure="marriage")
    asked, other = (receive(application=row, at=MONDAY, acting_user=row.opened_by) for row in (draft, waits))
    specialist = member_of(Role.SPECIALIST, other.competent)
    take(application=other, at=MONDAY, acting_user=specialist)
    ask_supplement(application=other, faults="Ảnh mờ.", at=MONDAY, acting_user=specialist)
    assert asked.token == ticket.token, "its page is the visit's"
    assert asked.code
    assert other.code
    page = phone.post("/track/", {"code": asked.code, "phone_last4": LAST4}, follow=True)
    words = page.content.decode()
    assert words.index(asked.code) < words.index(other.code)
    assert page.context["visit"].dossiers[0].heading in words[: words.index("</title>")]
    poll = re.search(r'data-poll="([^"]+)"', words)
    assert poll
    part = phone.get(poll[1], headers={"X-Part": "1"}).content.decode()
    assert part.index(asked.code) < part.index(other.code), "the page stays so when it is renewed"
    slip = phone.get(f"/t/{ticket.token}/").content.decode()
    assert slip.index(other.code) < slip.index(asked.code), "the slip's page begins with what waits for the citizen"


def test_the_page_is_kept_nowhere_and_shows_no_more_than_it_must(phone: Client) -> None:
    dossier = a_dossier()
    answer = phone.get(f"/t/{dossier.token}/")
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "same-origin"
    page = answer.content.decode()
    for personal in (dossier.applicant.identity_number, dossier.applicant.full_name, "0912 345 678", "+84912345678"):
        assert personal not in page
    assert dossier.code in page
    assert "17:00" in page


def test_tokens_are_masked_in_logs() -> None:
    assert "Xy12_secret" not in scrub("GET /t/Xy12_secret/ 200")


def test_one_page_from_the_number_to_the_result(phone: Client, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:26")
    ticket = a_ticket_at_counter(at=MONDAY)
    url = f"/t/{ticket.token}/"
    assert f"counter {ticket.counter.number}" in phone.get(url).content.decode()
    draft = a_draft(ticket=ticket)
    receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
    page = phone.get(url).content.decode()
    assert "H26.30.3-261123-0001" in page
    assert "receipt.pdf" in page


def test_people_before_me_are_those_who_will_be_called_first(phone: Client, at_hanoi: Any) -> None:
    from datetime import timedelta  # noqa: PLC0415

    from centres.enums import Priority  # noqa: PLC0415
    from centres.models import Ticket  # noqa: PLC0415

    at_hanoi("2026-11-23 10:26")
    here = a_ticket_at_counter(at=MONDAY)

    def waiting(number: int, minutes: int, priority: int = Priority.ORDINARY) -> Ticket:
        return Ticket.objects.create(
            centre=here.centre, service=here.service, day=here.day, letter=here.letter, number=500 + number,
            client_key=f"cho-{number}-1234", issued_at=MONDAY, queue_at=MONDAY + timedelta(minutes=minutes), priority=priority,
        )  # fmt: skip

    waiting(1, 0)
    mine = waiting(2, 1)
    waiting(3, 2)
    waiting(4, 3, Priority.PRIORITY)
    visit = phone.get(f"/t/{mine.token}/").context["visit"]
    assert visit.people_before == 2


def test_the_supplement_is_shown_word_for_word(phone: Client) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    page = phone.get(f"/t/{dossier.token}/").content.decode()
    assert "Giấy chứng sinh bị mờ" in page


@pytest.mark.parametrize("state", [State.ACCEPTED, State.PROCESSING, State.SUPPLEMENT, State.DONE, State.RETURNED])
def test_the_way_has_one_present_step_and_ends_where_it_should(phone: Client, state: int) -> None:
    dossier = a_dossier(state=state)
    tracked = phone.get(f"/t/{dossier.token}/").context["visit"].dossiers[0]
    kinds = [line.kind for line in tracked.timeline]
    assert kinds.count("now") == (0 if state == State.RETURNED else 1)
    assert kinds == sorted(kinds, key=["done", "now", "next"].index)
    times = [line.at for line in tracked.timeline if line.kind == "done"]
    assert times == sorted(times)


def test_an_unchanged_page_costs_no_sql(phone: Client) -> None:
    dossier = a_dossier()
    url = f"/t/{dossier.token}/"
    first = phone.get(url, headers={"X-Part": "1"})
    with CaptureQueriesContext(connection) as statements:
        again = phone.get(url, headers={"X-Part": "1", "If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert len(statements) == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_is_seen_at_the_next_poll(phone: Client) -> None:
    from applications.actions.handle import take  # noqa: PLC0415
    from centres.enums import Role  # noqa: PLC0415
    from tests.factories.applications import member_of  # noqa: PLC0415

    dossier = a_dossier()
    url = f"/t/{dossier.token}/"
    tag = phone.get(url, headers={"X-Part": "1"})["ETag"]
    take(application=dossier, at=MONDAY, acting_user=member_of(Role.SPECIALIST, dossier.competent))
    assert phone.get(url, headers={"X-Part": "1", "If-None-Match": tag}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_what_becomes_of_a_dossier_is_seen_by_a_phone_that_watched_it_begin(phone: Client, at_hanoi: Any) -> None:
    from applications.actions.handle import take  # noqa: PLC0415
    from centres.enums import Role  # noqa: PLC0415
    from tests.factories.applications import member_of  # noqa: PLC0415

    at_hanoi("2026-11-23 10:26")
    ticket = a_ticket_at_counter(at=MONDAY)
    url, part = f"/t/{ticket.token}/", {"X-Part": "1"}
    tag = phone.get(url, headers=part)["ETag"]
    draft = a_draft(ticket=ticket)
    receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
    received = phone.get(url, headers={**part, "If-None-Match": tag})
    assert "H26.30.3-261123-0001" in received.content.decode()
    assert phone.get(url, headers={**part, "If-None-Match": received["ETag"]}).status_code == 304
    take(application=draft, at=MONDAY, acting_user=member_of(Role.SPECIALIST, draft.competent))
    assert phone.get(url, headers={**part, "If-None-Match": received["ETag"]}).status_code == 200


def test_a_visit_is_rated_once(phone: Client) -> None:
    dossier = a_dossier()
    url = f"/t/{dossier.token}/rate/"
    for nonsense in ("9", "", "9" * 5000, "٣", "3.0"):
        assert phone.post(url, {"score": nonsense}).status_code == 400
    assert phone.post(url, {"score": "3", "comment": "Nhanh, lịch sự"}).status_code == 302
    again = phone.post(url, {"score": "1", "comment": "khác"})
    assert again.status_code == 409
    assert Rating.objects.get().score == 3


def page_of(phone: Client, address: str) -> str:
    return phone.get(address).content.decode()


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize(
    ("name", "sent"), [("rate_visit", {"score": "3"}), ("rate_visit", {"score": "7"}), ("give_back", {})]
)
def test_a_page_that_begins_with_its_dossier_still_does_after_an_action(
    phone: Client, name: str, sent: dict[str, str]
) -> None:
    dossier = a_draft() if name == "give_back" else a_dossier()
    assert dossier.matter is not None
    if name == "give_back":
        Ticket.objects.filter(pk=dossier.matter.ticket_id).update(state="called", arrived_at=None)
    address = f"/t/{dossier.token}/?first=dossier"
    action = re.search(
        rf'action="({reverse(f"applications:{name}", args=[dossier.token])}[^"]*)"', page_of(phone, address)
    )
    assert action is not None and action[1].endswith("?first=dossier")
    answer = phone.post(action[1], sent)
    if answer.status_code == 302:
        assert answer["Location"] == address
    else:
        assert f'data-poll="{address}"' in answer.content.decode()
    assert phone.get(action[1])["Location"] == address
    plain = page_of(phone, f"/t/{dossier.token}/")
    assert "first=dossier" not in plain


@pytest.mark.usefixtures("monday")
def test_the_question_why_leads_back_to_the_page_as_it_began(phone: Client) -> None:
    draft = a_draft()
    address = f"/t/{draft.token}/?first=dossier"
    asked = re.search(r'href="(/t/[^"]+/why/[^"]*)"', page_of(phone, address))
    assert asked is not None
    page = page_of(phone, asked[1])
    assert f'href="{address}"' in page
    # A form sent by GET takes its fields only, not the query of its action.
    assert '<input type="hidden" name="first" value="dossier">' in page
    assert "dossier" not in page_of(phone, asked[1].partition("?")[0]).partition("<main")[2].partition("</main")[0]


def test_a_refused_action_leads_back_to_the_page_as_it_began(phone: Client) -> None:
    dossier = a_dossier()
    page = phone.post(f"/t/{dossier.token}/hold/?first=dossier", {"minutes": "10"}).content.decode()
    assert f'href="/t/{dossier.token}/?first=dossier"' in page
