"""One box finds a dossier by what people say of it, of what their role allows, and reads no more than a page."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from applications.actions.correct import propose_correction, sign_correction
from applications.actions.linked import finish_part
from applications.actions.merge_people import merge_people
from applications.enums import State
from applications.models import Application, SearchWord
from applications.search import PAGE_SIZE, Search, _rarest_first
from applications.words import follow_name
from centres.enums import Role
from citizens.models import Look
from tests.factories.applications import (
    MONDAY,
    a_centre,
    a_dossier,
    a_linked_dossier,
    a_member,
    a_ticket_at_counter,
    member_of,
)
from tests.factories.citizens import CitizenFactory

pytestmark = pytest.mark.django_db
URL = "/dossiers/search/"
As = Callable[[Any], Client]
HOME = "12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội"


def found(text: str, user: Any = None) -> list[Application]:
    page, _next = Search(text, user or member_of(Role.SPECIALIST, a_centre())).page(None)
    return [one.application for one in page]


def whys(text: str) -> list[str]:
    with translation.override("en"):
        page, _next = Search(text, member_of(Role.SPECIALIST, a_centre())).page(None)
        return [str(one.why) for one in page]


@pytest.fixture
def dossier(centre: Any) -> Application:
    person = CitizenFactory(
        full_name="Trịnh Thị Ngọc Ánh", identity_number="001190000123", phone="+84987654321", address=HOME
    )
    return a_dossier(citizen=person)


@pytest.mark.parametrize(
    "text",
    [
        "Trịnh Thị Ngọc Ánh",
        "anh ngoc trinh",
        "  TRINH   thi ",
        "Nguyễn Gia Bảo",  # the child
        "001190000123",
        "001 190 000 123",
        "0912 345 678",  # given with the dossier
        "+84987654321",  # of the applicant
    ],
)
def test_it_is_found_by_what_people_say_of_it(dossier: Application, text: str) -> None:
    a_dossier(
        procedure="land_change_info",
        citizen=CitizenFactory(full_name="Hồ Văn Công", phone="", address=HOME),
        phone="+84912000111",
    )
    assert found(text) == [dossier]


@pytest.mark.parametrize(
    "text", ["", " ", "an", "trin", "Trịnh Bảo", "001190000124", "0912345679", "()", "\x00", "1\x00\ud800", "%", "'"]
)
def test_nothing_is_found_by_half_a_syllable_two_people_at_once_or_nothing(dossier: Application, text: str) -> None:
    """The child's name is of the child, and the applicant's of the applicant."""
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["45/12", "45 / 12", "thửa 45 tờ 12", "Thửa đất số 45, tờ bản đồ số 12", "thua 45", "AB 123456", "ab123456"]
)
def test_a_land_dossier_is_found_by_its_parcel(dossier: Application, text: str) -> None:
    land = a_dossier(procedure="land_change_info")
    assert found(text) == [land]
    assert found("12/45") == []


def test_a_result_is_found_by_its_number(centre: Any) -> None:
    done = a_dossier(state=State.DONE)
    assert found("123/TP-KS") == found("123/tp-ks") == [done]
    assert whys("123/TP-KS") == ["number of its result"]


def test_a_replaced_result_is_found_by_its_old_number_too(centre: Any) -> None:
    done = a_dossier(state=State.DONE)
    propose_correction(
        application=done, number="456/TP-KS", reason="Sai tên mẹ", document=None, at=MONDAY, acting_user=done.handler
    )
    assert found("456/TP-KS") == [], "nobody has signed it"
    sign_correction(application=done, at=MONDAY, acting_user=member_of(Role.LEADER, centre))
    assert found("456/TP-KS") == found("123/TP-KS") == [done]
    assert whys("123/TP-KS") == ["number of a result that was replaced"]


def test_a_linked_dossier_is_found_by_the_number_of_each_result(centre: Any) -> None:
    linked = a_linked_dossier()
    part = linked.parts.order_by("order").first()
    finish_part(
        application=linked, part=part.key, number="77/KS-LT", document=None, at=MONDAY, acting_user=linked.handler
    )
    assert found("77/ks-lt") == [linked]
    assert whys("77/KS-LT") == ["number of the result of a part"]


def test_results_of_others_with_the_same_number_take_no_place(centre: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("applications.search.MOST_ALIKE", 1)
    here = a_dossier(state=State.DONE)
    elsewhere = a_ticket_at_counter(centre=a_centre("chi-nhanh-4", "H26.30.4"))
    there = a_dossier(state=State.DONE, ticket=elsewhere)
    assert there.pk > here.pk
    assert found("123/TP-KS") == [here]


def test_whoever_a_form_names_is_found_by_the_identity_number_in_it(centre: Any) -> None:
    marriage = a_dossier(procedure="marriage")
    assert found("001092000123") == [marriage]
    assert whys("001092000123") == ["identity number in its form"]
    assert found("001092000123", a_member(Role.SPECIALIST, a_centre("chi-nhanh-4", "H26.30.4"))) == []
    number = marriage.applicant.identity_number
    assert found(number) == [marriage]
    assert not SearchWord.objects.filter(word=f"id:{number}").exists(), "the person's own record has it"


def test_dossiers_received_before_are_found_by_the_numbers_in_their_forms(centre: Any) -> None:
    marriage = a_dossier(procedure="marriage")
    written = set(SearchWord.objects.values_list("centre", "word", "part"))
    SearchWord.objects.filter(word__startswith="id:").delete()
    assert found("001092000123") == []
    import_module("applications.migrations.0057_identity_words_so_far").words_so_far(apps, None)
    assert set(SearchWord.objects.values_list("centre", "word", "part")) == written
    assert found("001092000123") == [marriage]


def test_a_certified_copy_is_found_by_its_number_in_the_register(at_hanoi: Any, centre: Any) -> None:
    from tests.factories.certifications import an_approved_item  # noqa: PLC0415

    at_hanoi("2026-11-23 12:00")
    item = an_approved_item()
    application = item.certification.application
    number = item.entry.sequence
    leader = member_of(Role.LEADER, centre)
    assert application in found(f"{number:04}/2026", leader)
    assert application in found(str(number), leader)
    assert application not in found(f"{number}/2025", leader)


def test_the_code_or_its_end_opens_the_dossier(as_: As, dossier: Application) -> None:
    client = as_(Role.LEADER)
    end = dossier.code.split("-", 1)[1]
    for text in (dossier.code, dossier.code.lower(), end):
        assert client.post(URL, {"q": text}).url == reverse("applications:dossier", args=[dossier.pk])


def test_what_was_typed_is_in_no_address(as_: As, dossier: Application) -> None:
    client = as_(Role.SPECIALIST)
    answer = client.post(URL, {"q": "001190000123"})
    assert "001190000123" not in answer.url
    shown = client.get(answer.url)
    assert [row.application.pk for row, _why in shown.context["rows"]] == [dossier.pk]
    assert client.get(URL, {"q": "001190000123"}).context.get("rows") is None


def test_the_list_is_a_look_at_everybody_in_it(as_: As, dossier: Application) -> None:
    client = as_(Role.SPECIALIST)
    client.get(client.post(URL, {"q": "Ánh"}).url)
    look = Look.objects.get(user=member_of(Role.SPECIALIST, dossier.competent))
    assert look.subjects == [dossier.applicant_id]
    assert "Ánh" not in look.reason


def test_somebody_elses_search_is_not_opened(as_: As, dossier: Application) -> None:
    url = as_(Role.SPECIALIST).post(URL, {"q": "Ánh"}).url
    answer = as_(Role.LEADER).get(url)
    assert answer.status_code == 200
    assert answer.context["is_gone"]


def test_each_row_says_why_it_is_there(dossier: Application) -> None:
    assert whys("ngoc anh") == ["name of the applicant"]
    assert whys("gia bao") == ["child: Nguyễn Gia Bảo"]
    assert whys("0912345678") == ["phone number given with it"]


def test_what_a_role_does_not_allow_is_not_found(dossier: Application) -> None:
    there = a_centre("chi-nhanh-4", "H26.30.4")
    for text in ("Ánh", "001190000123", "0912345678", dossier.code):
        assert found(text, a_member(Role.SPECIALIST, there)) == []
        assert found(text, a_member(Role.CITY_ADMIN)) == [dossier]
    Application.objects.filter(pk=dossier.pk).update(competent=there)
    SearchWord.objects.filter(application=dossier, word="anh").update(centre=there)
    assert found("Ánh", a_member(Role.SPECIALIST, there)) == [dossier]
    assert found("Ánh", a_member(Role.COUNTER_OFFICER, there)) == []  # received elsewhere


def test_a_draft_is_not_found(centre: Any) -> None:
    from tests.factories.applications import a_draft  # noqa: PLC0415

    a_draft(citizen=CitizenFactory(full_name="Lý Ngọc Lan", identity_number="001190000777", address=HOME))
    for text in ("Lý Ngọc Lan", "001190000777", "0912345678"):
        assert found(text, member_of(Role.COUNTER_OFFICER, centre)) == []


def _many(pattern: Application, count: int) -> None:
    rows = []
    for number in range(count):
        row = Application.objects.get(pk=pattern.pk)
        row.pk, row.matter = None, None
        row.code, row.token = f"H26.30.3-261124-{number:04}", f"token-{number}"
        rows.append(row)
    made = Application.objects.bulk_create(rows)
    words = list(SearchWord.objects.filter(application=pattern))
    SearchWord.objects.bulk_create(
        SearchWord(centre=word.centre, word=word.word, part=word.part, application=row)
        for row in made
        for word in words
    )


@pytest.mark.parametrize("text", ["Ánh", "thi anh", "0912345678", "001190000123"])
def test_pages_follow_one_another_the_newest_first(dossier: Application, text: str) -> None:
    """ "Ánh" is the applicant, the child's mother and so twice in each."""
    _many(dossier, 2 * PAGE_SIZE + 3)
    asked, seen, before = Search(text, member_of(Role.SPECIALIST, dossier.competent)), [], None
    for _page in range(4):
        page, before = asked.page(before)
        seen += [one.application.pk for one in page]
        if before is None:
            break
    assert seen == list(Application.objects.order_by("-pk").values_list("pk", flat=True))


@pytest.mark.parametrize("at_once", [2, 62])
@pytest.mark.parametrize("near", [(1, 2), (4, 9), (1000, 1000)])
def test_however_far_one_has_to_look_nobody_is_left_out(
    dossier: Application, monkeypatch: pytest.MonkeyPatch, near: tuple[int, int], at_once: int
) -> None:
    """Every third has all words of the name; the words are so common that they are counted once a day."""
    monkeypatch.setattr("applications.search.NEAR", near)
    monkeypatch.setattr("applications.search.AT_ONCE", at_once)
    monkeypatch.setattr("applications.search.COUNTED", 10)
    _many(dossier, 3 * PAGE_SIZE)
    keys = list(Application.objects.order_by("-pk").values_list("pk", flat=True))
    others = [key for number, key in enumerate(keys) if number % 3]
    SearchWord.objects.filter(application__in=others, word="thi").delete()
    asked, seen, before = Search("Trịnh Thị Ánh", member_of(Role.SPECIALIST, dossier.competent)), [], None
    for _page in range(3):
        page, before = asked.page(before)
        seen += [one.application.pk for one in page]
        if before is None:
            break
    assert seen == [key for key in keys if key not in others]


def test_of_common_words_the_rarest_is_known_for_a_day(dossier: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("applications.search.COUNTED", 10)
    _many(dossier, PAGE_SIZE)
    here = dossier.competent_id
    few = list(SearchWord.objects.filter(word="trinh").order_by("pk").values_list("pk", flat=True)[:12])
    SearchWord.objects.filter(word="trinh").exclude(pk__in=few).delete()
    assert _rarest_first(here, ["trinh", "anh"]) == ["trinh", "anh"]
    SearchWord.objects.filter(word="anh").exclude(application=dossier).delete()
    SearchWord.objects.filter(pk__in=few).delete()
    assert _rarest_first(here, ["ngoc", "anh"]) == ["anh", "ngoc"], "what is rare is counted each time"
    with CaptureQueriesContext(connection) as statements:
        _rarest_first(here, ["thi", "ngoc"])
        _rarest_first(here, ["thi", "ngoc"])
    assert len(statements) == 3, "common words are counted to the end once"


@pytest.mark.parametrize(("text", "most"), [("Trịnh Thị Ánh", 4), ("Ánh", 3), ("0912345678", 4), ("001190000123", 5)])
def test_a_page_costs_the_same_however_many_there_are_and_counts_nothing(
    dossier: Application, text: str, most: int
) -> None:
    specialist = member_of(Role.SPECIALIST, dossier.competent)
    found("Ánh", specialist)
    costs = []
    for many in (0, 100):
        _many(dossier, many)
        with CaptureQueriesContext(connection) as statements:
            found(text, specialist)
        costs.append(len(statements))
        assert not any('COUNT(*) FROM "applications_application"' in row["sql"] for row in statements)
    assert costs[0] == costs[1] <= most, [row["sql"] for row in statements]


def test_a_person_called_otherwise_is_found_by_the_new_name(dossier: Application) -> None:
    person = dossier.applicant
    person.full_name = "Trịnh Thị Hoà"
    person.save()
    follow_name(person)
    assert found("hoa") == [dossier]
    assert found("ngoc") == []


def test_the_administration_tells_of_a_new_name(as_: As, dossier: Application) -> None:
    from tests.factories.citizens import UserFactory  # noqa: PLC0415

    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    person = dossier.applicant
    values = {
        "full_name": "Trịnh Thị Hoà", "birth_text": person.birth_text, "sex": person.sex, "card_address": "",
        "address": HOME, "unit_code": "", "phone": "", "email": "", "language": "vi",
    }  # fmt: skip
    answer = client.post(reverse("admin:citizens_citizen_change", args=[person.pk]), values)
    assert answer.status_code == 302
    assert found("hoa") == [dossier]


def test_a_merged_record_is_found_by_the_name_that_counts(dossier: Application) -> None:
    other = a_dossier(citizen=CitizenFactory(full_name="Trịnh Ngọc Anh Thư", address=HOME))
    merge_people(
        merged=dossier.applicant,
        survivor=other.applicant,
        reason="Đã xem thẻ",
        at=MONDAY,
        acting_user=member_of(Role.MANAGER, dossier.competent),
    )
    assert found("thu") == [other, dossier]


def test_what_was_received_before_there_was_a_search_is_found(dossier: Application) -> None:
    land = a_dossier(procedure="land_change_info")
    rows = ("centre_id", "word", "application_id", "part")
    before = sorted(SearchWord.objects.values_list(*rows))
    SearchWord.objects.all().delete()
    import_module("applications.migrations.0050_search_words_so_far").words_so_far(apps, None)
    assert sorted(SearchWord.objects.values_list(*rows)) == before
    assert found("45/12") == [land]


def test_who_has_no_dossiers_searches_none(as_: As) -> None:
    assert as_(a_member(Role.SUPPORT)).get(URL).status_code == 403
    assert as_(a_member(Role.SUPPORT)).post(URL, {"q": "Ánh"}).status_code == 403
