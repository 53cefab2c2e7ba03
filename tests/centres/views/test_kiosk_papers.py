"""The questions at the kiosk: quick for who has everything, a named paper for who has not."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import reverse

from centres.enums import AskedAt, TripChoice
from centres.models import Device, PaperTrip, Ticket
from centres.paper_trips import paper_trips
from portal import clock
from procedures.models import DocumentKind, Field, Procedure
from tests.factories import centres as make
from tests.factories.centres import MORNING


@pytest.fixture(autouse=True)
def morning(in_english):
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def kiosk(client, centre):
    call_command("load_catalogue", verbosity=0)
    for letter, code in (("A", "land"), ("B", "civil_status"), ("R", "residence")):
        make.ServiceFactory(centre=centre, letter=letter, field=Field.objects.get(code=code))
    make.DeviceFactory(centre=centre, key_hash=Device.hash_of("khóa"))
    client.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
    client.cookies["django_language"] = "en"
    return client


def follow(kiosk, path):
    return kiosk.get(path, follow=True)


def words(page) -> str:
    return page.content.decode()


def link(page, text: str) -> str:
    """The address behind the tile or button with this text."""
    found = re.search(rf'<a class="[^"]*" href="([^"]*)"[^>]*>(?:(?!</a>).)*?{text}', words(page), re.DOTALL)
    assert found, f"no link {text!r}"
    href = found[1].replace("&amp;", "&")
    return href if href.startswith("/") else page.request["PATH_INFO"] + href


def decide(kiosk, page, choice, key=None):
    path = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    paper = re.search(r'name="paper" value="(\w+)"', words(page))[1]
    sent = {"paper": paper, "choice": choice, "client_key": key or uuid4().hex}
    return kiosk.post(path, sent)


LAND = "/kiosk/for/A/land_change_info/"
MARRIAGE_MISSING = f"{LAND}?yes=land_certificate&yes=joint_owners&no=marriage_certificate"


def test_a_service_with_one_procedure_asks_its_first_question_at_once(kiosk):
    page = follow(kiosk, "/kiosk/for/A/")
    assert page.redirect_chain[-1][0] == LAND
    assert "Do you have the original land certificate" in words(page)
    assert len(re.findall(r'class="tile"', words(page))) == 2


def test_three_answers_lead_to_the_number(kiosk):
    page = follow(kiosk, LAND)
    for answer in ("Yes, I have it", "Yes", "Yes, I have it"):
        page = follow(kiosk, link(page, answer))
    assert page.redirect_chain[-1][0] == "/kiosk/service/A/"
    assert not PaperTrip.objects.exists()


def test_who_is_in_a_hurry_skips_every_question(kiosk):
    for path in ("/kiosk/for/B/", LAND, f"{LAND}?yes=land_certificate"):
        assert link(follow(kiosk, path), "Skip, take a number now") == "/kiosk/service/A/".replace("A", path[11])


def test_a_service_without_questions_goes_straight_to_the_number(kiosk):
    assert follow(kiosk, "/kiosk/for/R/").redirect_chain[-1][0] == "/kiosk/service/R/"


def test_a_service_with_several_procedures_asks_which_on_at_most_six_tiles(kiosk, centre):
    civil = Field.objects.get(code="civil_status")
    page = follow(kiosk, "/kiosk/for/B/")
    assert len(re.findall(r'class="tile"', words(page))) <= 6
    birth = Procedure.objects.get(key="birth")
    twin = Procedure.objects.create(code="9.000001", key="twin", name=birth.name, short_name={"vi": "Việc nữa", "en": "One more"},
                                    field=civil, handler={"vi": "x"}, receive_at={"vi": "x"}, order=90)  # fmt: skip
    version = birth.versions.first()
    twin.versions.create(
        number=1, effective_from="2026-01-01", confidence="sure", published_at=MORNING, time_limit=version.time_limit
    )
    twin.save()
    first = follow(kiosk, "/kiosk/for/B/")
    assert len(re.findall(r'class="tile"', words(first))) == 6 and "One more" not in words(first)
    second = follow(kiosk, link(first, "Something else"))
    assert "One more" in words(second)
    assert "Register a birth" in words(follow(kiosk, link(second, "Something else")))
    assert follow(kiosk, "/kiosk/for/B/?page=99").status_code == 200


def test_a_missing_certified_copy_is_named_and_can_be_made_here(kiosk):
    page = follow(kiosk, MARRIAGE_MISSING)
    assert "<h1>A paper is missing: Marriage certificate</h1>" in words(page)
    assert re.findall(r'name="choice" value="(\w+)"', words(page)) == ["certify", "back", "number"]
    answer = decide(kiosk, page, TripChoice.CERTIFY)
    assert follow(kiosk, answer.url).redirect_chain[-1][0] == "/kiosk/service/A/"


def test_a_missing_original_cannot_be_certified_here(kiosk):
    page = follow(kiosk, f"{LAND}?no=land_certificate")
    assert re.findall(r'name="choice" value="(\w+)"', words(page)) == ["back", "number"]


def test_who_comes_back_with_it_ends_without_a_number_and_is_counted(kiosk, centre):
    answer = decide(kiosk, follow(kiosk, f"{LAND}?no=land_certificate"), TripChoice.BACK)
    page = follow(kiosk, answer.url)
    assert "Please come back with this paper" in words(page) and "Land certificate" in words(page)
    assert not Ticket.objects.exists()
    trip = PaperTrip.objects.get()
    assert (trip.centre, trip.procedure.key, trip.kind.key) == (centre, "land_change_info", "land_certificate")
    assert (trip.choice, trip.asked_at, trip.day) == (TripChoice.BACK, AskedAt.KIOSK, clock.local_day(MORNING))


def test_a_number_all_the_same_goes_on_with_the_next_question(kiosk):
    answer = decide(kiosk, follow(kiosk, f"{LAND}?no=land_certificate"), TripChoice.NUMBER)
    assert "Are husband and wife both named" in words(follow(kiosk, answer.url))


def test_a_double_tap_counts_once(kiosk):
    page, key = follow(kiosk, f"{LAND}?no=land_certificate"), uuid4().hex
    for _tap in range(2):
        decide(kiosk, page, TripChoice.BACK, key)
    assert PaperTrip.objects.count() == 1


def test_the_way_back_leads_to_the_question_before(kiosk):
    page = follow(kiosk, MARRIAGE_MISSING)
    assert link(page, "Back") == f"{LAND}?yes=land_certificate&yes=joint_owners"
    assert link(follow(kiosk, link(page, "Back")), "Back") == f"{LAND}?yes=land_certificate"
    assert link(follow(kiosk, LAND), "Back") == "/kiosk/"


def test_the_first_question_leads_back_to_the_procedures_it_was_chosen_from(kiosk):
    assert link(kiosk.get(LAND), "Back") == "/kiosk/", "with one procedure nothing was chosen"
    tiles = follow(kiosk, "/kiosk/for/B/")
    others = kiosk.get("/kiosk/for/B/?page=2")
    for page in (tiles, others):
        keys = re.findall(r'href="/kiosk/for/B/(\w+)/"', words(page))
        assert keys
        for key in keys:
            question = kiosk.get(f"/kiosk/for/B/{key}/")
            if question.status_code == 200:
                back = kiosk.get(link(question, "Back"))
                assert f'href="/kiosk/for/B/{key}/"' in words(back)


def test_the_grounds_lead_back_to_the_questions_of_the_service(kiosk):
    assert link(kiosk.get("/kiosk/service/B/"), "Back") == "/kiosk/for/B/"


def test_the_grounds_of_a_service_without_questions_lead_back_to_the_start(kiosk, centre):
    make.ServiceFactory(centre=centre, letter="Y")
    assert link(kiosk.get("/kiosk/service/Y/"), "Back") == "/kiosk/"


@pytest.mark.parametrize(
    "path", ["/kiosk/for/Z/", "/kiosk/for/A/birth/", "/kiosk/for/A/none/", "/kiosk/for/A/land_change_info/back-with/x/"]
)
def test_what_does_not_exist_is_not_there(kiosk, path):
    assert kiosk.get(path).status_code == 404


def test_answers_nobody_asked_for_change_nothing(kiosk):
    assert "land certificate" in words(follow(kiosk, f"{LAND}?yes=<script>&no=xyz&past=land_certificate"))
    assert link(follow(kiosk, f"{LAND}?no=xyz"), "Yes, I have it") == f"{LAND}?yes=land_certificate"


@pytest.mark.parametrize("bad", [{"choice": "fly"}, {"client_key": "x"}, {"paper": "land_certificate "}])
def test_a_decision_nobody_offered_is_refused(kiosk, bad):
    sent = {"paper": "land_certificate", "choice": "back", "client_key": uuid4().hex} | bad
    assert kiosk.post(f"{LAND}?no=land_certificate", sent).status_code in (400, 404)
    assert not PaperTrip.objects.exists()


def count_rows(centre, number):
    for kind in DocumentKind.objects.all()[:number]:
        for procedure in Procedure.objects.all()[:1]:
            PaperTrip.objects.create(centre=centre, day=clock.local_day(MORNING), procedure=procedure, kind=kind, choice="back",
                                     asked_at="kiosk", client_key=uuid4().hex)  # fmt: skip


@pytest.mark.parametrize("rows", [1, 30])
def test_the_managers_list_costs_the_same_for_one_paper_and_for_thirty(
    kiosk, centre, manager, rows, django_assert_max_num_queries
):
    count_rows(centre, rows)
    kiosk.force_login(manager)
    kiosk.get("/day/papers/")
    with django_assert_max_num_queries(9):
        page = kiosk.get("/day/papers/?days=1")
    assert words(page).count("<tr>") == rows + 1


def test_the_list_counts_by_procedure_and_paper_what_people_chose(kiosk, centre):
    for choice in (TripChoice.BACK, TripChoice.BACK, TripChoice.NUMBER):
        decide(kiosk, follow(kiosk, f"{LAND}?no=land_certificate"), choice)
    decide(kiosk, follow(kiosk, MARRIAGE_MISSING), TripChoice.CERTIFY)
    day = clock.local_day(MORNING)
    found = [(row.kind.key, row.missing, row.back, row.certify, row.number) for row in paper_trips(centre, day, day)]
    assert found == [("land_certificate", 3, 2, 0, 1), ("marriage_certificate", 1, 0, 1, 0)]
