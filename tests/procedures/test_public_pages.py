"""The public catalogue as somebody at home reads it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils.html import strip_tags

from portal import clock
from procedures.models import LifeEvent, Procedure, ProcedureVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]

MONDAY = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday_at_ten():
    with clock.fixed(MONDAY):
        yield


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return " ".join(strip_tags(answer.content.decode().replace("&nbsp;", " ")).split())


def links(client: Client, address: str) -> list[str]:
    """Codes of the procedures that the page leads to, in its order."""
    return re.findall(r'href="/procedures/(\d\.\d{6})/"', client.get(address).content.decode())


def test_the_home_page_leads_to_the_catalogue(client: Client) -> None:
    assert 'href="/procedures/"' in client.get("/").content.decode()


def test_search_leads_to_what_was_meant_first(client: Client) -> None:
    assert links(client, "/procedures/?q=lam+giay+khai+sinh+cho+chau")[0] == "1.001193"


def test_what_is_not_found_keeps_the_words_and_offers_other_ways(client: Client) -> None:
    page = client.get("/procedures/", {"q": "xin chào <b>"}).content.decode()
    assert 'value="xin chào &lt;b&gt;"' in page
    assert "/procedures/event/child_born/" in page


@pytest.mark.parametrize(
    "number",
    [
        *("001190012345", "0912 345 678", "001 190 012 345", "012_345_678_901", "001/099/012345", "+84 (912) 345-678"),
        *("０１２３４５６７８９０１", "căn cước 001․190․012․345", "001190012345 " * 20),
    ],
)
def test_a_number_of_a_person_is_not_looked_for_and_not_kept(client: Client, number: str) -> None:
    answer = client.get("/procedures/", {"q": number}, follow=True)
    page = answer.content.decode()
    assert "Xin đừng gõ số căn cước" in page
    assert answer.redirect_chain == [("/procedures/?refused=number", 302)]
    # Without the tokens that are drawn by lot.
    fixed = re.sub(r'(nonce|value)="[\w-]{16,}"', "", page)
    assert "345" not in fixed and "３４５" not in fixed


@pytest.mark.parametrize("words", ["Nghị định 123/2015 và 104/2022", "sinh ngày 01/02/1990", "khai sinh 2 bản, 3 con"])
def test_dates_and_laws_are_words_like_others(client: Client, words: str) -> None:
    assert client.get("/procedures/", {"q": words}).context["query"] == words


def test_the_code_of_a_dossier_is_shown_the_way_and_not_kept(client: Client) -> None:
    answer = client.get("/procedures/?q=H26.30.3-261123-0047", follow=True)
    page = answer.content.decode()
    assert "Xem hồ sơ đến đâu rồi" in page
    assert "0047" not in page and answer.redirect_chain == [("/procedures/?refused=dossier", 302)]


def test_an_unknown_reason_is_no_reason(client: Client) -> None:
    assert "todo warn" not in client.get("/procedures/?refused=x").content.decode()


def test_a_query_far_too_long_is_refused_beside_its_field_and_kept(client: Client) -> None:
    page = client.get("/procedures/", {"q": "giấy " * 60}).content.decode()
    assert 'aria-invalid="true"' in page
    assert "giấy giấy" in page


def test_a_life_event_lists_its_procedures_the_most_usual_first(client: Client) -> None:
    assert links(client, "/procedures/event/child_born/") == ["1.001193", "2.002621", "2.000635"]
    assert client.get("/procedures/event/khong-co/").status_code == 404


def test_an_event_outlives_a_procedure_that_was_taken_away(client: Client) -> None:
    event = LifeEvent.objects.get(key="child_born")
    event.procedures = ["birth", "gone"]
    event.save()
    assert links(client, "/procedures/event/child_born/") == ["1.001193"]


def test_a_field_lists_what_is_taken_in_before_what_is_only_listed(client: Client) -> None:
    codes = links(client, "/procedures/field/residence/")
    listed = set(Procedure.objects.filter(is_listed_only=True).values_list("code", flat=True))
    marks = [code in listed for code in codes]
    assert True in marks
    assert marks == sorted(marks)
    assert client.get("/procedures/field/khong-co/").status_code == 404


def test_one_page_tells_papers_fee_and_day_for_the_readers_case(client: Client) -> None:
    page = text(client, "/procedures/1.013833/?joint_owners=on&in_ward=on")
    assert "Giấy chứng nhận kết hôn" in page
    assert "28.000 đ" in page
    assert "trước 17:00 thứ Sáu 04/12/2026" in page
    plain = text(client, "/procedures/1.013833/")
    assert "Giấy chứng nhận kết hôn" not in plain
    assert "14.000 đ" in plain


def test_what_must_be_said_first_stands_there(client: Client) -> None:
    assert "Việc này không bắt buộc" in text(client, "/procedures/1.013833/?unit_rearrangement=on")


def test_a_fee_by_the_page_asks_for_the_pages(client: Client) -> None:
    assert "theo số trang" in text(client, "/procedures/2.000815/")
    assert "14.000 đ" in text(client, "/procedures/2.000815/?pages=5&copies=2")


@pytest.mark.parametrize("query", ["pages=0", "pages=-3", "pages=abc", "pages=99999999999", "pages=5&copies=0"])
def test_a_wrong_number_is_told_beside_its_field_and_the_page_still_stands(client: Client, query: str) -> None:
    page = client.get(f"/procedures/2.000815/?{query}")
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()


def test_after_hours_the_day_is_counted_from_the_next_morning(client: Client) -> None:
    with clock.fixed(datetime(2026, 12, 4, 13, 0, tzinfo=UTC)):  # Friday evening
        assert "Nếu nộp lúc 08:00 thứ Hai 07/12/2026" in text(client, "/procedures/1.001193/")


def test_before_a_change_of_law_the_page_says_until_when_it_holds(client: Client) -> None:
    assert "Áp dụng đến hết 28/02/2027" in text(client, "/procedures/1.001193/")


# In UTC: Friday 26/02/2027 at 10:00, at 20:00; Saturday; Sunday; Monday at 09:00 and, before the doors open, at 00:30.
AROUND_A_CHANGE = [
    (datetime(2027, 2, 26, 3, 0, tzinfo=UTC), False),
    (datetime(2027, 2, 26, 13, 0, tzinfo=UTC), True),
    (datetime(2027, 2, 27, 3, 0, tzinfo=UTC), True),
    (datetime(2027, 2, 28, 3, 0, tzinfo=UTC), True),
    (datetime(2027, 2, 28, 17, 30, tzinfo=UTC), True),
    (datetime(2027, 3, 1, 2, 0, tzinfo=UTC), True),
]


@pytest.mark.parametrize(("now", "is_new"), AROUND_A_CHANGE)
def test_the_rules_are_those_of_the_day_it_is_handed_in(
    client: Client, monkeypatch: pytest.MonkeyPatch, now: datetime, is_new: bool
) -> None:
    printed: list[ProcedureVersion] = []
    monkeypatch.setattr("procedures.views.citizen.blank_form", lambda version: printed.append(version) or b"%PDF")
    with clock.fixed(now):
        page = client.get("/procedures/1.000894/")
        client.get("/procedures/1.000894/form.pdf")
    handed_in, version = page.context["received_at"].date(), page.context["sheet"].version
    assert handed_in == (date(2027, 3, 1) if is_new else date(2027, 2, 26))
    assert version.effective_from <= handed_in and (version.effective_to is None or handed_in <= version.effective_to)
    assert (version.effective_from == date(2027, 3, 1)) is is_new
    assert printed == [version]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", "Chỉ áp dụng khi nộp trực tuyến trên Cổng Dịch vụ công quốc gia, không áp dụng tại quầy."),
        ("en", "Only when filed online on the National Public Service Portal, not at the counter."),
        ("ko", "국가공공서비스포털에서 온라인으로 신청할 때만 적용되며"),
    ],
)
def test_a_waiver_for_filing_online_is_not_promised_at_the_counter(client: Client, language: str, said: str) -> None:
    client.cookies["django_language"] = language
    assert said in text(client, "/procedures/2.000635/")
    assert said not in text(client, "/procedures/2.000815/"), "a farm loan's waiver is given at the counter"


def test_what_is_only_listed_sends_to_the_counter(client: Client) -> None:
    page = text(client, "/procedures/2.001019/")
    assert "Chứng thực di chúc" in page
    assert "Xin hỏi tại quầy trước khi chuẩn bị giấy tờ" in page
    assert client.get("/procedures/9.999999/").status_code == 404


def test_no_page_costs_a_query_once_warm(client: Client, django_assert_num_queries) -> None:
    addresses = [
        *("/procedures/", "/procedures/?q=khai+sinh", "/procedures/event/child_born/", "/procedures/field/land/"),
        *("/procedures/1.001193/", "/procedures/2.001019/"),
    ]
    for address in addresses:
        client.get(address)
        with django_assert_num_queries(0):
            client.get(address)


@pytest.mark.parametrize("language", ["vi", "en", "ko"])
def test_every_procedure_has_its_page_in_every_language(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    for code in Procedure.objects.values_list("code", flat=True):
        page = client.get(f"/procedures/{code}/")
        assert page.status_code == 200
        assert f'lang="{language}"' in page.content.decode()


@pytest.mark.usefixtures("units")
class TestAddress:
    def answer(self, client: Client, address: str) -> str:
        """The page that what was typed leads to; its own address says nothing of it and can be read again."""
        sent = client.post("/units/", {"address": address})
        assert sent.status_code == 302
        assert re.fullmatch(r"/units/\?unit=\d+(&unit=\d+)*", sent["Location"])
        assert text(client, sent["Location"]) == text(client, sent["Location"])
        return text(client, sent["Location"])

    def test_a_whole_ward_is_answered_with_its_name_of_today(self, client: Client) -> None:
        page = self.answer(client, "số 12 ngõ 5, trung phung, dong da")
        assert "Phường Văn Miếu - Quốc Tử Giám, Hà Nội" in page.replace("–", "-")
        assert "ngõ 5" not in page

    def test_a_divided_ward_is_never_guessed(self, client: Client) -> None:
        page = self.answer(client, "Nam Đồng, Đống Đa")
        assert "đã được chia ra" in page
        assert "Phường Kim Liên" in page
        assert "Phường Đống Đa" in page

    def test_a_name_of_today_is_said_to_be_one(self, client: Client) -> None:
        assert "Phường Đống Đa, Hà Nội" in self.answer(client, "phường Đống Đa, Hà Nội")

    def test_a_name_alone_finds_the_units_that_bear_it(self, client: Client) -> None:
        assert "Quận Hà Đông" in client.post("/units/", {"address": "Quang Trung"}).content.decode()

    @pytest.mark.parametrize("address", ["Trung Phungg", "Khâm Thên", "Đống Đaa"])
    def test_a_slip_is_answered_with_units_to_choose_from(self, client: Client, address: str) -> None:
        page = client.post("/units/", {"address": address})
        assert page.status_code == 200, "nothing is taken by itself"
        unit = re.search(r'<button[^>]*name="unit" value="(\d+)"', page.content.decode())
        assert unit is not None
        assert client.post("/units/", {"unit": unit[1]})["Location"] == f"/units/?unit={unit[1]}"

    @pytest.mark.parametrize("unit", ["0", "x", "9" * 30])
    def test_a_made_up_choice_asks_for_the_address(self, client: Client, unit: str) -> None:
        assert client.post("/units/", {"unit": unit}).status_code == 400

    def test_what_is_no_ward_of_hanoi_keeps_the_words(self, client: Client) -> None:
        page = client.post("/units/", {"address": "Bến Nghé, Quận 1"}).content.decode()
        assert 'value="Bến Nghé, Quận 1"' in page
        assert "Chưa nhận ra" in page

    def test_nothing_typed_is_asked_for_beside_the_field(self, client: Client) -> None:
        assert 'aria-invalid="true"' in client.post("/units/", {"address": ""}).content.decode()
        assert 'aria-invalid="true"' not in client.get("/units/").content.decode()

    def test_an_address_in_the_address_is_not_read(self, client: Client) -> None:
        page = client.get("/units/", {"address": "Nam Đồng, Đống Đa"}).content.decode()
        assert "Kim Liên" not in page and "Nam " not in page

    @pytest.mark.parametrize("unit", ["0", "x", "", "9" * 30, "-1", "1&unit=x"])
    def test_a_made_up_unit_is_not_there(self, client: Client, unit: str) -> None:
        assert client.get(f"/units/?unit={unit}").status_code == 404


def test_the_first_screen_tells_the_range_until_the_reader_has_answered(client: Client) -> None:
    assert "14.000 đ đến 28.000 đ" in text(client, "/procedures/1.013833/")
    assert "0 đ đến 5.000 đ" in text(client, "/procedures/1.001193/")
    assert " đến 28.000 đ" not in text(client, "/procedures/1.013833/?in_ward=on")


def test_the_page_says_by_when_to_come(client: Client) -> None:
    assert "Mời bác đến trong 60 ngày" in text(client, "/procedures/1.001193/")
    assert "Mời bác đến trong 15 ngày" in text(client, "/procedures/1.000656/")


def test_what_a_page_costs_stands_there_before_pages_are_typed(client: Client) -> None:
    page = text(client, "/procedures/2.000815/")
    for words in ("Mỗi trang, đến hết trang 2", "2.000 đ", "Mỗi trang sau đó", "tối đa 200.000 đ một bản", "1.000 đ"):
        assert words in page
    assert "Bản sao cần chứng thựcBản sao" in page


@pytest.mark.parametrize("query", ["đổi địa chỉ sau 01.07.2025", "giấy khai sinh cho cháu sinh 12 05 2026"])
def test_a_date_is_no_number_of_a_person(client: Client, query: str) -> None:
    assert client.get("/procedures/", {"q": query}).status_code == 200


def test_a_full_national_code_finds_its_procedure(client: Client) -> None:
    assert links(client, "/procedures/?q=1.001193.000.00.00.H26") == ["1.001193"]


@pytest.mark.parametrize(
    ("language", "query", "first"),
    [
        ("en", "wedding", "1.000894"),
        ("en", "my husband died", "1.000656"),
        ("en", "moving house", "1.004222"),
        ("en", "birth certificate", "1.001193"),
        ("en", "certified copy of a degree", "2.000815"),
        ("ko", "결혼", "1.000894"),
        ("ko", "공증", "2.000815"),
        ("ko", "전입신고", "1.004222"),
    ],
)
def test_readers_of_english_and_korean_find_it_in_their_words(
    client: Client, language: str, query: str, first: str
) -> None:
    client.cookies["django_language"] = language
    assert links(client, f"/procedures/?q={query}")[0] == first


def test_what_the_list_does_not_have_is_said_with_the_way_on(client: Client) -> None:
    page = client.get("/procedures/", {"q": "mất căn cước"}).content.decode()
    assert "Danh sách của trung tâm không có việc nào gọi là “mất căn cước”" in page
    assert 'href="tel:0241022"' in page
    assert "/procedures/event/child_born/" in page
    assert "/procedures/field/land/" in page


@pytest.mark.parametrize(
    ("query", "key"),
    [("chong toi mat", "death"), ("nhap khau cho con", "permanent_residence"), ("1001193", "birth")],
)
def test_what_people_say_at_the_door_finds_its_procedure(client: Client, query: str, key: str) -> None:
    answer = client.get("/procedures/", {"q": query})
    assert answer.context["found"][0].key == key
